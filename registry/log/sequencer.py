"""The sequencer: integrates new entries into tiles and commits the log to them with a signed checkpoint.

One round, in this order, each step durable before the next:

1. Take the last checkpoint from the database, and refuse a store that is ahead of it or disagrees with it. To a store
   that is behind it, because it was lost or is an older copy, write the files that it lacks.
2. Read the entries since; recompute the root of the old tree from the tiles of its right edge, and refuse another.
3. Write the new tiles and entry bundles. Nobody looks at them yet, and writing them again gives the same bytes.
4. Sign the checkpoint, let witnesses cosign it, and commit it to the database, if the last one is still the last: the
   commit point.
5. Publish: replace the store's checkpoint by the new one, if it is still the one seen in step 1.

A witness that did not answer in step 4 can be asked again later (``ask_again``): its cosignature is added to the
checkpoint in the database, and published as in step 5. Nothing else of a committed checkpoint ever changes.

A round keeps nothing for the next one. So whatever fails, and whether or not it took effect, the next round starts
from what is there, as a restarted process would; a fault that is not mended by that stays, and is said each time.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session, col, select

from keys import MalformedNote, Signer, add_lines, parse_note, sign_note
from registry.database.database import Database
from registry.database.tables import CheckpointRow
from registry.log.append import log_size
from registry.log.files import root_of_entries, write_missing
from registry.log.reader import CHECKPOINT, StoredTiles, log_path
from registry.log.tree import OverlaidTiles, new_tiles
from registry.store import Store
from schemas.tlog import TILE_WIDTH, Checkpoint, MalformedTlog, encode_entries, entry_bundles_of, tiles_of
from verifier.tiles import tree_root

MOST_AT_ONCE = 65_536
"""Entries of one round, so that its memory and the time to its commit are bounded."""

_ENTRIES = text('select jws, leaf from log_entry where "index" >= :first and "index" < :last order by "index"')


Cosign = Callable[[Checkpoint, bytes], bytes]
"""The signed checkpoint with the signatures of others added that it lacks. It must not raise, nor take longer than it
may."""


class LogFault(Exception):
    """The log, its checkpoints and the store contradict each other. Nothing is written until an operator has looked."""


class Committed(Struct, frozen=True):
    """A checkpoint of the log: ``note`` is its signed text."""

    checkpoint: Checkpoint
    note: bytes


def last_committed(session: Session, origin: str) -> Committed | None:
    """The newest checkpoint that the database holds."""
    row = session.exec(select(CheckpointRow).order_by(col(CheckpointRow.size).desc())).first()
    return None if row is None else Committed(Checkpoint(origin, row.size, row.root), row.note)


def is_earlier_form(published: bytes, note: bytes) -> bool:
    """Whether ``published`` is the committed checkpoint ``note`` as it was before its last cosignatures came, or is it:
    the log's own signature, which is never made anew, is the first line of both."""
    try:
        earlier, later = parse_note(published), parse_note(note)
    except MalformedNote:
        return False
    same = (earlier.text, earlier.lines[0]) == (later.text, later.lines[0])
    return same and set(earlier.lines) <= set(later.lines)


class Sequencer:
    """Integrates one log into one store. Only one may run at a time: see ``Database.elected``."""

    def __init__(
        self, database: Database, store: Store, origin: str, signer: Signer, cosign: Cosign = lambda _, note: note
    ) -> None:
        self._database = database
        self._store = store
        self._origin = origin
        self._signer = signer
        self._cosign = cosign

    def run_once(self, now: datetime, most: int | None = None) -> Committed | None:
        """One round. Returns the log's checkpoint, now published; None while the log is empty.

        ``most`` is the size up to which the signer is the log's key in force; None: whatever the size.

        Raises ``LogFault``, ``StoreError``, or what the database raises; all are for the caller to report.
        """
        with self._database.reading() as session:
            last = last_committed(session, self._origin)
            size = log_size(session)
        published = self._published()
        self._check_published(last, published)
        start = 0 if last is None else last.checkpoint.size
        if size < start:
            raise LogFault(f"the database has {size} entries, but its own checkpoint says {start}: restore a backup")
        if last is not None and published != last.note:
            self._complete(last, 0 if published is None else _size_of(published))
        size = size if most is None else min(size, most)
        if size > start:
            last = self._integrate(last, min(size, start + MOST_AT_ONCE), now)
        if last is not None and (published is None or published != last.note):
            self._store.swap(CHECKPOINT, published, last.note)
        return last

    def ask_again(self, now: datetime) -> Committed | None:
        """Asks those who have not cosigned the log's checkpoint, and commits and publishes what comes.

        Cosignatures are only ever added, and the log signs nothing anew. Returns and raises as ``run_once``.
        """
        with self._database.reading() as session:
            last = last_committed(session, self._origin)
        if last is None:
            return None
        note = self._cosign(last.checkpoint, last.note)
        if note == last.note:
            return last
        with self._database.writing() as session:
            row = session.get_one(CheckpointRow, last.checkpoint.size)
            if not is_earlier_form(last.note, row.note):
                raise LogFault(f"the checkpoint of size {last.checkpoint.size} is another one now: two are running")
            row.note = add_lines(row.note, *parse_note(note).lines)
        return self.run_once(now, last.checkpoint.size)

    def committed_size(self) -> int:
        """The size of the newest checkpoint in the database."""
        with self._database.reading() as session:
            last = last_committed(session, self._origin)
        return 0 if last is None else last.checkpoint.size

    def _published(self) -> bytes | None:
        return self._store.get(CHECKPOINT)

    def _check_published(self, last: Committed | None, published: bytes | None) -> None:
        """Step 1: what is published must be a checkpoint that the database has committed, to the letter, but for
        cosignatures that came later."""
        if published is None or (last is not None and published == last.note):
            return
        seen, size = _size_of(published), 0 if last is None else last.checkpoint.size
        if seen > size:
            raise LogFault(f"the published checkpoint has {seen} entries, the database {size}: restore the database")
        with self._database.reading() as session:
            row = session.get(CheckpointRow, seen)
        if row is None or not is_earlier_form(published, row.note):
            raise LogFault(f"the published checkpoint of size {seen} is not one of the database: two histories")

    def _complete(self, last: Committed, published: int) -> None:
        """Of step 1: writes what a store with ``published`` entries lacks of the last checkpoint's files."""
        size = last.checkpoint.size
        if root_of_entries(self._entries, size, published, self._store) != last.checkpoint.root:
            raise LogFault(f"the entries do not have the root of the checkpoint of size {size}: look with fsck")
        write_missing(self._entries, size, published, self._store)

    def _integrate(self, last: Committed | None, size: int, now: datetime) -> Committed:
        """Steps 2 to 4."""
        start = 0 if last is None else last.checkpoint.size
        reader = StoredTiles(self._store)
        if last is not None and _root_of_tiles(start, reader) != last.checkpoint.root:
            raise LogFault(f"the tiles in the store do not have the root of the checkpoint of size {start}")
        first = start - start % TILE_WIDTH
        entries, leaves = self._entries(first, size)
        tiles = new_tiles(start, leaves[start - first :], reader)
        root = tree_root(size, OverlaidTiles(tiles, reader))
        for path, data in tiles.items():
            self._store.put(log_path(path), data)
        for bundle in entry_bundles_of(size, grown_from=start):
            content = encode_entries(entries[bundle.start - first : bundle.end - first])
            self._store.put(log_path(bundle.path), content)
        checkpoint = Checkpoint(self._origin, size, root)
        note = self._cosign(checkpoint, sign_note(checkpoint.text, self._signer, self._origin))
        self._commit(start, checkpoint, note, now)
        return Committed(checkpoint, note)

    def _entries(self, first: int, last: int) -> tuple[Sequence[bytes], Sequence[bytes]]:
        with self._database.reading() as session:
            rows = session.connection().execute(_ENTRIES, {"first": first, "last": last}).all()
        if len(rows) != last - first:
            raise LogFault(f"the database has {len(rows)} of the entries {first} to {last}: the log has a gap")
        return [row.jws for row in rows], [row.leaf for row in rows]

    def _commit(self, start: int, checkpoint: Checkpoint, note: bytes, now: datetime) -> None:
        """Step 4: compare and swap, in one transaction."""
        with self._database.writing() as session:
            last = last_committed(session, self._origin)
            if (0 if last is None else last.checkpoint.size) != start:
                raise LogFault("another sequencer has committed a checkpoint: two are running")
            session.add(CheckpointRow(size=checkpoint.size, root=checkpoint.root, note=note, at=now))


def _size_of(published: bytes) -> int:
    try:
        return Checkpoint.parse(published.decode().partition("\n\n")[0] + "\n").size
    except ValueError as problem:
        raise LogFault(f"the published checkpoint cannot be read: {problem}") from problem


def _root_of_tiles(size: int, reader: StoredTiles) -> bytes:
    try:
        return tree_root(size, reader)
    except MalformedTlog as problem:
        raise LogFault(f"the tiles in the store are damaged: {problem}") from problem


def remove_superseded(store: Store, size: int, grown_from: int) -> None:
    """Removes partial tiles and bundles of which the full one is there now (C2SP tlog-tiles, "Partial Tiles")."""
    whole: list[str] = [tile.path for tile in tiles_of(size, grown_from) if tile.width == TILE_WIDTH]
    whole += [bundle.path for bundle in entry_bundles_of(size, grown_from) if bundle.width == TILE_WIDTH]
    for path in whole:
        for name in store.names(log_path(f"{path}.p")):
            store.remove(log_path(f"{path}.p/{name}"))
