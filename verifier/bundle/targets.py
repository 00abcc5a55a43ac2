"""The targets of a bundle: their names, and how long each may be. Names that are not these are left alone."""

import re

from tuf.api.metadata import TargetFile

from schemas.shard import SHARD_WIDTH, shard_name
from verifier.bundle.chain import meta_hash
from verifier.bundle.errors import EndlessDataError, MalformedError

TRUST, CHECKPOINT, STATUS, SIGNED = "trust.json", "checkpoint", "status.bin", "signed.bin"

_MOST = {TRUST: 1_000_000, CHECKPOINT: 1_000_000, STATUS: 256_000_000, SIGNED: 256_000_000}
_MOST_SHARD = 2**32
_SHARD = re.compile(r"labels-([0-9]{1,16})-[0-9]{1,17}\.bin", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def wanted(targets: dict[str, TargetFile]) -> dict[str, TargetFile]:
    """The targets that a verifier needs, the ones that change first: trust list, checkpoint, statuses, then the shards
    from the newest to the oldest.

    ``signed.bin`` may be missing: a registry that does not publish it leaves open what its members signed themselves.
    Raises ``MalformedError`` if another is missing, or the shards leave a gap; ``EndlessDataError`` if one is too long.
    """
    chosen = {name: targets[name] for name in (TRUST, CHECKPOINT, STATUS) if name in targets}
    complete = len(chosen) == 3
    if SIGNED in targets:
        chosen[SIGNED] = targets[SIGNED]
    numbers = {int(match[1]) for match in map(_SHARD.fullmatch, targets) if match}
    firsts = [first for first in numbers if shard_name(first) in targets]
    if not complete or sorted(firsts) != [SHARD_WIDTH * number for number in range(len(firsts))]:
        raise MalformedError("the registry's bundle is not complete: ask the registry")
    for first in sorted(firsts, reverse=True):
        chosen[shard_name(first)] = targets[shard_name(first)]
    for name, target in chosen.items():
        if not _SHA256.fullmatch(meta_hash(target)):
            raise MalformedError(f"the metadata gives no SHA-256 of {name}: ask the registry")
        if target.length > _MOST.get(name, _MOST_SHARD):
            raise EndlessDataError(f"{name} would have {target.length} bytes, more than it can have: ask the registry")
    return chosen


def shards_of(targets: dict[str, TargetFile]) -> list[str]:
    """The names of the shards among ``wanted`` targets, in the order of the log."""
    return [
        shard_name(SHARD_WIDTH * number)
        for number in range(sum(_SHARD.fullmatch(name) is not None for name in targets))
    ]
