"""The table ``checkpoint``: each row signed, and with the root that the entries give; and the published checkpoint."""

import time

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from keys import KeyState, MalformedNote, NoteKey, open_note
from keys.errors import KeysError
from registry.fsck.stored import bytes_of
from registry.log.reader import CHECKPOINT
from registry.log.sequencer import is_earlier_form
from registry.store import Store
from schemas.tlog import HASH_BYTES, Checkpoint
from verifier.fsck import Fault, FaultCode, Replay
from verifier.fsck.keys import LOG

_LOOKS, _PAUSE = 10, 0.1
"""How often to look whether what is published goes on, and seconds in between."""

_ROWS = text('select "size", root, note from checkpoint order by "size"')


class Committed(Struct, frozen=True):
    """A row of the table."""

    size: int
    root: bytes
    note: bytes


def committed(session: Session) -> list[Committed]:
    """All rows, the newest last."""
    rows = session.connection().execute(_ROWS)
    return [Committed(size, bytes_of(root), bytes_of(note)) for size, root, note in rows]


class Checkpoints:
    """Checks rows against the roots of the entries, and what is published against the rows."""

    def __init__(self, rows: list[Committed], replay: Replay, faults: list[Fault]) -> None:
        self._rows = rows
        self._replay = replay
        self._faults = faults

    def check(self, roots: dict[int, bytes], size: int) -> None:
        """Checks the rows, of a log of ``size`` entries with ``roots`` by size."""
        keys = self._replay.keys.log_keys(self._replay.origin)
        for row in self._rows:
            place = f"checkpoint {row.size}"
            if row.size not in roots:
                self._say(FaultCode.CHECKPOINT_AHEAD, place, f"the log has {size} entries")
            elif row.root != roots[row.size]:
                self._say(FaultCode.CHECKPOINT_ROOT, place, "its root is not that of the entries")
            self._check_note(row, keys, place)
        newest = [key for key in self._replay.keys.of_use(LOG) if key.state is KeyState.ACTIVE][-1:]
        if self._rows and newest:
            in_force = [key for key in keys if key.key.raw == newest[0].public.raw]
            self._check_note(
                self._rows[-1], in_force, f"checkpoint {self._rows[-1].size}, the newest", newest_only=True
            )

    def check_published(self, published: bytes | None, store: Store) -> None:
        """``published`` was read before the rows; in a log at work it may have gone on since, or be about to: it
        follows its row at once."""
        if not self._rows and published is None:
            return
        if self._rows and published != self._rows[-1].note:
            known = published is None or any(is_earlier_form(published, row.note) for row in self._rows)
            if known and _goes_on(published, store):
                return
            if not known:
                self._say(FaultCode.CHECKPOINT_AHEAD, CHECKPOINT, "it is not a checkpoint of the database")
            elif published is None:
                self._say(
                    FaultCode.CHECKPOINT_MISSING,
                    CHECKPOINT,
                    "nothing is published: `carbonlabel sequence --once` does it",
                )
            else:
                said = f"it is not the newest, of {self._rows[-1].size} entries: `carbonlabel sequence --once`"
                self._say(FaultCode.CHECKPOINT_BEHIND, CHECKPOINT, said)
        elif not self._rows:
            self._say(FaultCode.CHECKPOINT_AHEAD, CHECKPOINT, "the database has no checkpoint at all")

    def _check_note(self, row: Committed, keys: list[NoteKey], place: str, newest_only: bool = False) -> None:
        try:
            opened = open_note(row.note, keys)
        except MalformedNote as problem:
            if not newest_only:
                self._say(FaultCode.CHECKPOINT_FORM, place, f"its note cannot be read: {problem}")
            return
        except KeysError as problem:
            said = "in force" if newest_only else "of the log"
            self._say(FaultCode.CHECKPOINT_SIGNATURE, place, f"it is not signed by a key {said}: {problem}")
            return
        readable = row.size >= 0 and len(row.root) == HASH_BYTES
        if not newest_only and (
            not readable or opened.text != Checkpoint(self._replay.origin, row.size, row.root).text
        ):
            self._say(FaultCode.CHECKPOINT_FORM, place, "its note does not say what its row says")

    def _say(self, code: FaultCode, place: str, sentence: str) -> None:
        self._faults.append(Fault(code, place, sentence))


def _goes_on(published: bytes | None, store: Store) -> bool:
    """Whether something else is published by now, or in a moment."""
    for _ in range(_LOOKS):
        if store.get(CHECKPOINT) not in (published, None):
            return True
        time.sleep(_PAUSE)
    return False
