"""Opening a bundle without a network: the whole TUF chain is replayed from disk, and every byte hashed, each time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from hashlib import file_digest
from mmap import ACCESS_READ, mmap
from pathlib import Path

from tuf.api.metadata import TargetFile

from schemas.shard import Shard, ShardError
from verifier.bundle.chain import Chain, meta_hash
from verifier.bundle.errors import BundleError, DamagedBundle, MalformedError
from verifier.bundle.generations import CURRENT, Generation, StoredMetadata, current
from verifier.bundle.opened import Bundle, Standing, check_ranges, read_standing
from verifier.bundle.targets import CHECKPOINT, SIGNED, STATUS, TRUST, shards_of, wanted
from verifier.witness.policy import NO_WITNESSES, WitnessPolicy

_THREADS = 4
_REPAIR = "Sync again: that repairs it"


def is_synced(folder: Path) -> bool:
    """Whether ``folder`` holds a synced bundle, not only a trust list."""
    return (folder / CURRENT).exists()


def open_bundle(folder: Path, now: datetime, witnesses: WitnessPolicy = NO_WITNESSES) -> Bundle:
    """The bundle in ``folder``, verified from its pinned root on, at ``now``. What has expired is told as expired.

    ``witnesses`` are to have cosigned its checkpoint beside those that the root asks for. Raises ``BundleError``:
    ``DamagedBundle`` when a file is not what was synced, ``NotWitnessedError``, and what else ``Chain`` raises.
    """
    generation = current(folder)
    if generation is None:
        raise BundleError(f"{folder} has no bundle: make one with `carbonlabel sync URL --bundle {folder}`")
    return load(generation, replay(generation.metadata(), now), witnesses)


def replay(metadata: StoredMetadata, now: datetime) -> Chain:
    """The chain of stored metadata, verified; expired parts are accepted."""
    chain = Chain(metadata.roots[0], now, expired_ok=True)
    for root in metadata.roots[1:]:
        chain.add_root(root)
    chain.add_timestamp(metadata.timestamp)
    chain.add_snapshot(metadata.snapshot)
    chain.add_targets(metadata.targets)
    return chain


def load(generation: Generation, chain: Chain, witnesses: WitnessPolicy) -> Bundle:
    """The targets of a generation, each against its hash, and mapped; the checkpoint cosigned as the root asks, and as
    ``witnesses`` do."""
    targets = wanted(chain.targets)
    names = shards_of(targets)
    with ThreadPoolExecutor(_THREADS) as threads:
        mapped = list(threads.map(lambda name: _mapped(generation.target(name), targets[name]), names))
    standing = load_standing(generation, chain)
    chain.require_witnessed(standing.note, standing.trust.log_key(), witnesses)
    shards = _shards(mapped)
    check_ranges(shards, standing.checkpoint.size)
    parts = (standing.trust, standing.checkpoint, standing.note, standing.statuses, standing.signed)
    return Bundle(*parts, tuple(shards), chain.signed_at, chain.expires)


def load_standing(generation: Generation, chain: Chain) -> Standing:
    """The same without the shards, whoever has witnessed it."""
    targets = wanted(chain.targets)
    small = [bytes(_mapped(generation.target(name), targets[name])) for name in (TRUST, CHECKPOINT, STATUS)]
    signed = bytes(_mapped(generation.target(SIGNED), targets[SIGNED])) if SIGNED in targets else None
    return read_standing(*small, signed)


def _shards(buffers: Sequence[bytes | mmap]) -> list[Shard]:
    try:
        return [Shard(buffer) for buffer in buffers]
    except ShardError as problem:
        raise MalformedError(f"the registry's labels cannot be read: {problem}. Ask the registry") from problem


def _mapped(path: Path, target: TargetFile) -> bytes | mmap:
    """The file, mapped after its length and hash were found right."""
    try:
        with path.open("rb") as file:
            if file.seek(0, 2) != target.length:
                raise DamagedBundle(f"{path} does not have {target.length} bytes. {_REPAIR}")
            file.seek(0)
            if file_digest(file, "sha256").hexdigest() != meta_hash(target):
                raise DamagedBundle(f"{path} has been changed since it was synced. {_REPAIR}")
            return mmap(file.fileno(), 0, access=ACCESS_READ) if target.length else b""
    except OSError as problem:
        raise DamagedBundle(f"{path} cannot be read: {problem.strerror}. {_REPAIR}") from problem
