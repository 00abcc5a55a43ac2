"""A registry with as many labels as one likes, made from a seed within seconds, with the bundle that it publishes.

    registry = LargeRegistry(folder)
    registry.grow(declarations=1_000_000, statuses=10_000, now=now)     # the first publication
    registry.grow(declarations=10_000, statuses=1_000, now=tomorrow)    # one day later
    sync(FolderFetcher(folder), bundle, now=tomorrow, root=registry.root)

Real: keys, trust list, claims, tokens, shards, statuses, Merkle tree, checkpoints, the TUF metadata and how it is
published; the same seed gives the same bytes. Made up: a log entry is only a number, which is hashed, because signing
a million declarations takes minutes; and but for each ``real_every``-th, a label's signature is noise of the right
length, so that it is forged, which nothing but verifying that label finds out. Of the log's tiles only those lie in
the folder that a proof of growth from one publication to the next asks for.

No database, and memory of a byte an entry: ten million labels take ten times as long as one.
"""

import multiprocessing
import os
import random
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256, sha512
from pathlib import Path

from msgspec import Struct
from tuf.api.metadata import TargetFile

from keys import Ed25519Signer, KeyUse, TrustList, sign_note
from keys.base64url import encode as to_base64url
from registry.bundle.repository import Repository
from registry.bundle.roots import ROLE_USES, ROOT_KEYS, first_root
from registry.home import Config
from registry.log.keys import ONLINE_USES, trust_list
from registry.log.reader import StoredTiles, log_path
from registry.log.tree import OverlaidTiles, new_tiles
from registry.store import FolderStore
from schemas.declaration import Boundary, DeclaredUnit
from schemas.entry import KeyEntry, KeyEvent, RecordStatus, leaf_hash
from schemas.gs1 import check_digit, parse_path
from schemas.label import LEAF_BYTES, LabelClaims, Token, encode_claims, encode_token, signed_message
from schemas.shard import SHARD_WIDTH, ShardRow, encode_shard, shard_name
from schemas.status_list import encode, status_code
from schemas.tlog import Checkpoint, right_edge
from verifier.bundle.targets import CHECKPOINT, STATUS, TRUST
from verifier.tiles import tree_root

ORIGIN = "id.example.org"
BEGAN = datetime(2026, 5, 1, 12, tzinfo=UTC)
"""When the keys were made; the labels are good on the 731 days that begin here."""

_CONFIG = Config(name="Low-Carbon Alliance", origin=ORIGIN)
_ISSUED, _EXPIRES = date(2026, 5, 1), date(2028, 4, 30)
_LEAVES_AT_ONCE = 65_536
_TAKEN_BACK = (RecordStatus.WITHDRAWN, RecordStatus.SUSPENDED)


class Recipe(Struct, frozen=True):
    """All that the content of the log depends on."""

    seed: int = 1
    real_every: int = 1_000

    def signer(self, use: str) -> Ed25519Signer:
        """The key for ``use``."""
        return Ed25519Signer.from_seed(sha256(f"{self.seed} {use}".encode()).digest())

    def leaf(self, index: int) -> bytes:
        """The leaf hash of an entry."""
        return leaf_hash(b"%d %d" % (self.seed, index))

    def is_real(self, index: int) -> bool:
        """Whether the label of the declaration at ``index`` has a real signature."""
        return index % self.real_every == 0

    def rows(self, indexes: Iterable[int]) -> Iterator[ShardRow]:
        """The rows of the declarations at these indexes."""
        signer, kid = self.signer(KeyUse.LABEL), self.signer(KeyUse.RECORD).kid
        for index in indexes:
            noise = sha512(b"%d %d" % (self.seed, index)).digest()
            digits = f"0952{index:09}"
            path = f"/01/{digits}{check_digit(digits)}"
            payload = encode_claims(self._claims(index, noise))
            real = self.is_real(index)
            signature = signer.sign(signed_message(signer.kid, parse_path(path), payload)) if real else noise
            token = encode_token(Token(signer.kid, payload, signature))
            name = f'{{"en":"Steel beam {index}","zh":"钢梁 {index}"}}'.encode()
            yield ShardRow(index, path, index, kid, token, name, f"Maker {index % 499} Works")

    def _claims(self, index: int, noise: bytes) -> LabelClaims:
        footprint = Decimal(int.from_bytes(noise[:2])).scaleb(-3)
        return LabelClaims(
            index,
            self.leaf(index)[:LEAF_BYTES],
            footprint,
            DeclaredUnit.KILOGRAM,
            Decimal(1),
            Boundary.CRADLE_TO_GATE,
            2025,
            _ISSUED,
            _EXPIRES,
        )


class LargeRegistry:
    """See above. ``folder`` is its public folder, ``root`` the root file that a first sync needs."""

    def __init__(self, folder: Path, recipe: Recipe | None = None) -> None:
        self.recipe = recipe or Recipe()
        self._draw = random.Random(self.recipe.seed)
        self._declared: list[range] = []
        self._codes = bytearray(len(ONLINE_USES))  # the log begins with its keys
        self._folder = folder
        self._store = FolderStore(folder)
        roots = [self.recipe.signer(f"root {number}") for number in range(ROOT_KEYS)]
        self._roles = {use: [self.recipe.signer(use)] for use in ROLE_USES}
        online = {use: signer.public for use, (signer,) in self._roles.items()}
        self.root = first_root([signer.public for signer in roots], online, roots, BEGAN)

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return len(self._codes)

    def grow(self, declarations: int, statuses: int, now: datetime) -> None:
        """So many declarations, each with its label, then so many records withdrawn or suspended; all published."""
        before, codes = self.size, self._codes
        self._declared.append(range(before, before + declarations))
        codes += bytes(declarations + statuses)
        for _ in range(statuses):
            codes[self._record_in_force()] = status_code(self._draw.choice(_TAKEN_BACK))
        note = self._grow_log(before if len(self._declared) > 1 else 0)
        repository = Repository(self._store)
        published = repository.read([self.root], now)
        kept = {} if published is None else published.targets.targets
        shards = {name: kept[name] for name in (shard_name(first) for first in _full_shards(before)) if name in kept}
        targets = shards | self._put_shards(len(shards) * SHARD_WIDTH)
        for name, data in ((TRUST, self.trust().encode()), (CHECKPOINT, note), (STATUS, encode(codes))):
            targets[name] = _put(self._store, name, data)
        repository.commit(targets, published, self._roles, now, sign_all=published is None)
        repository.put_roots([self.root])

    def trust(self) -> TrustList:
        """Whom to trust."""
        signers = [(use, self.recipe.signer(use)) for use in ONLINE_USES]
        entries = [
            KeyEntry(signer.kid, use, to_base64url(signer.public).decode(), KeyEvent.INTRODUCED, 0, BEGAN)
            for use, signer in signers
        ]
        return trust_list(entries, _CONFIG)

    def records(self) -> Iterator[int]:
        """The indexes of all declarations."""
        for some in self._declared:
            yield from some

    def labels(self, records: Iterable[int]) -> Iterator[str]:
        """The texts of the labels of these records."""
        for row in self.recipe.rows(records):
            yield row.text(ORIGIN)

    def _record_in_force(self) -> int:
        """Any."""
        while True:
            index = self._draw.randrange(self.size)
            if not self._codes[index] and any(index in some for some in self._declared):
                return index

    def _grow_log(self, before: int) -> bytes:
        """Puts the tiles of the right edge, and what became of those that were there; returns the checkpoint."""
        tiles: dict[str, bytes] = {}
        reader = OverlaidTiles(tiles, StoredTiles(self._store))
        for start in range(before, self.size, _LEAVES_AT_ONCE):
            until = min(start + _LEAVES_AT_ONCE, self.size)
            grown = new_tiles(start, [self.recipe.leaf(index) for index in range(start, until)], reader)
            if not before:
                edge = {tile.path for tile in right_edge(until)}
                kept = {path: data for path, data in (tiles | grown).items() if path in edge}
                tiles.clear()
                grown = kept
            tiles |= grown
        for path, data in tiles.items():
            self._store.put(log_path(path), data)
        checkpoint = Checkpoint(ORIGIN, self.size, tree_root(self.size, reader))
        return sign_note(checkpoint.text, self.recipe.signer(KeyUse.LOG), ORIGIN)

    def _put_shards(self, start: int) -> dict[str, TargetFile]:
        """Puts the shards from log index ``start`` on."""
        firsts = range(start, self.size, SHARD_WIDTH)
        work = [_Shard(self._folder, self.recipe, first, self.size, tuple(self._declared)) for first in firsts]
        if len(work) < 8:
            return dict(map(_put_shard, work))
        with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("forkserver")) as processes:
            return dict(processes.map(_put_shard, work))


class _Shard(Struct, frozen=True):
    """A shard to be made."""

    folder: Path
    recipe: Recipe
    first: int
    size: int
    declared: tuple[range, ...]


def _put_shard(work: _Shard) -> tuple[str, TargetFile]:
    first, end = work.first, work.first + SHARD_WIDTH
    until = min(end, work.size)
    indexes = (index for some in work.declared for index in range(max(first, some.start), min(until, some.stop)))
    data = encode_shard(first, end, until, work.recipe.rows(indexes))
    return shard_name(first), _put(FolderStore(work.folder), shard_name(first), data)


def _put(store: FolderStore, name: str, data: bytes) -> TargetFile:
    target = TargetFile.from_data(name, data, ["sha256"])
    (path,) = target.get_prefixed_paths()
    store.put(f"tuf/targets/{path}", data)
    return target


def _full_shards(size: int) -> range:
    """Where the shards begin that will never change, when the log has ``size`` entries."""
    return range(0, size - SHARD_WIDTH + 1, SHARD_WIDTH)
