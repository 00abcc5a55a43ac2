"""Tiles and entry bundles of the public store: each byte for byte as the entries give it, none missing.

Files are listed before the database is read, so that of a log at work the entries can only be further. What its
checkpoint needs and was not listed may have come since: it is looked for by its name before it is called missing.
"""

from collections.abc import Iterable

from sqlalchemy import text
from sqlmodel import Session

from registry.fsck.stored import bytes_of
from registry.log.reader import CHECKPOINT, LOG, log_path
from registry.store import Store, StoreError
from schemas.tlog import (
    TILE_WIDTH,
    EntryBundle,
    MalformedTlog,
    Tile,
    encode_entries,
    entry_bundles_of,
    parse_path,
    tiles_of,
)
from verifier.fsck import Fault, FaultCode, GrowingTree

_ENTRIES = text('select "index", jws from log_entry where "index" >= :first and "index" < :last order by "index"')


def listed(store: Store) -> list[str]:
    """The paths of all files of the log in the store, the checkpoint apart."""
    return [path for path in store.below(LOG) if path != CHECKPOINT]


_LOST = "it is not there: once log/checkpoint is removed, `carbonlabel sequence --once` writes both from the entries"


class Files:
    """Compares files with the tree and the entries."""

    def __init__(self, store: Store, session: Session, tree: GrowingTree, faults: list[Fault]) -> None:
        self._store = store
        self._connection = session.connection()
        self._tree = tree
        self._faults = faults
        self._bundle = (-1, [b""])

    def check(self, paths: Iterable[str], size: int) -> None:
        """Compares the files at ``paths``, and looks for all that a checkpoint of ``size`` entries needs."""
        paths = list(paths)
        for path in paths:
            try:
                part = parse_path(path.removeprefix(f"{LOG}/"))
            except MalformedTlog:
                self._say(FaultCode.FILE_UNEXPECTED, path, "no log has a file at this path")
                continue
            self._compare(path, part)
        there = set(paths)
        for part in (*tiles_of(size), *entry_bundles_of(size)):
            whole = Tile(part.level, part.index) if isinstance(part, Tile) else EntryBundle(part.index)
            if not there & {log_path(part.path), log_path(whole.path)} and not self._has_come(part, whole):
                code = FaultCode.TILE_MISSING if isinstance(part, Tile) else FaultCode.ENTRIES_MISSING
                self._say(code, log_path(part.path), _LOST)

    def _has_come(self, part: Tile | EntryBundle, whole: Tile | EntryBundle) -> bool:
        """Whether it is there by now; the whole one, of which nothing is compared, when the log is further still."""
        return self._compare(log_path(part.path), part) or self._store.get(log_path(whole.path)) is not None

    def _compare(self, path: str, part: Tile | EntryBundle) -> bool:
        """Whether there is a file at ``path``, right or wrong."""
        due = self._tree.tile(part) if isinstance(part, Tile) else self._entries(part)
        if due is None:
            self._say(FaultCode.FILE_UNEXPECTED, path, "the log has not come so far")
            return True
        try:
            found = self._store.get(path)
        except StoreError as problem:
            self._say(FaultCode.FILE_UNREADABLE, path, str(problem))
            return True
        if found is not None and found != due:
            code = FaultCode.TILE_DIFFERS if isinstance(part, Tile) else FaultCode.ENTRIES_DIFFER
            self._say(code, path, f"its {len(found)} bytes are not those that the entries give")
        return found is not None

    def _entries(self, part: EntryBundle) -> bytes | None:
        if part.end > self._tree.size:
            return None
        if self._bundle[0] != part.index:
            some = {"first": part.start, "last": part.start + TILE_WIDTH}
            rows = dict(iter(self._connection.execute(_ENTRIES, some)))
            self._bundle = (part.index, [bytes_of(rows.get(at, b"")) for at in range(some["first"], some["last"])])
        try:
            return encode_entries(self._bundle[1][: part.width])
        except MalformedTlog:
            return b""  # an entry too long for any bundle: its own fault, and any file differs

    def _say(self, code: FaultCode, path: str, sentence: str) -> None:
        self._faults.append(Fault(code, path, sentence))
