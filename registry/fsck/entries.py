"""The table ``log_entry``, row by row: without gap, each row as its entry says, each entry taken into the replay."""

from collections.abc import Callable, Generator
from datetime import UTC

from msgspec import Struct
from sqlalchemy import text
from sqlmodel import Session

from registry.fsck.stored import bytes_of, moment_of
from schemas.entry import Credential, leaf_hash
from verifier.fsck import Fault, FaultCode, GrowingTree, Replay, Taken

_ROWS = text(
    'select "index", typ, jws, leaf, about, at from log_entry where "index" > :after order by "index" limit :most'
)
_COUNT = text("select count(*) from log_entry")
_AT_ONCE = 2_048
_NO_LEAF = bytes(32)
_MOST_MISSING = 65_536
Progress = Callable[[int, int], None]


class EntryRow(Struct, frozen=True):
    """A row of the log that has been taken; ``taken`` is None when its entry cannot be read."""

    index: int
    jws: bytes
    leaf: bytes
    at: object
    taken: Taken | None


class LogRows:
    """Reads the whole table once, in order."""

    def __init__(self, session: Session, replay: Replay, tree: GrowingTree, faults: list[Fault]) -> None:
        self._connection = session.connection()
        self._replay = replay
        self._tree = tree
        self._faults = faults
        self.missing: set[int] = set()
        """Indexes without an entry."""

    def chunks(self, progress: Progress) -> Generator[list[EntryRow]]:
        """The rows, some thousands at a time, each already taken into replay and tree."""
        total = int(self._connection.execute(_COUNT).scalar() or 0)
        after = -(2**63)
        while rows := self._connection.execute(_ROWS, {"after": after, "most": _AT_ONCE}).all():
            after = rows[-1][0]
            yield [entry for row in rows if (entry := self._take(*row, total=total)) is not None]
            progress(self._tree.size, total)

    def _take(
        self, index: int, typ: object, stored: object, stored_leaf: object, about: object, at: object, *, total: int
    ) -> EntryRow | None:
        if not self._reaches(index, total):
            return None
        jws = bytes_of(stored)
        leaf = leaf_hash(jws)
        self._tree.append(leaf)
        if bytes_of(stored_leaf) != leaf:
            self._say(FaultCode.ENTRY_LEAF, index, "its stored leaf hash is not that of its bytes")
        taken = self._replay.take(index, jws)
        if taken is not None:
            self._compare(taken, typ, about, at)
        return EntryRow(index, jws, leaf, at, taken)

    def _compare(self, taken: Taken, typ: object, about: object, at: object) -> None:
        if typ != taken.typ:
            self._say(FaultCode.ENTRY_TYP, taken.index, f"it is stored as {typ!r}, and is a {taken.typ}")
        if about != taken.about:
            said = f"it is stored as being about record {about}, and is about {taken.about}"
            self._say(FaultCode.ENTRY_ABOUT, taken.index, said)
        moment = moment_of(at)
        if isinstance(taken.payload, Credential):
            agrees = moment is not None and moment.date() == taken.payload.issued
        else:
            agrees = moment is not None and moment == taken.payload.at.astimezone(UTC)
        if not agrees:
            self._say(FaultCode.ENTRY_TIME, taken.index, f"it is stored with the time {at}, and says another")

    def _reaches(self, index: int, total: int) -> bool:
        """Whether the row is the next of the log, what is missing before it being filled up."""
        size = self._tree.size
        if index < size or index - size > min(total, _MOST_MISSING):
            self._say(FaultCode.GAP, index, f"it stands outside the log, which has come to index {size}")
            return False
        if index > size:
            self._say(FaultCode.GAP, size, f"the entries {size} to {index - 1} are not there")
            self.missing |= set(range(size, index))
        while self._tree.size < index:
            self._tree.append(_NO_LEAF)
        return True

    def _say(self, code: FaultCode, index: int, sentence: str) -> None:
        self._faults.append(Fault(code, f"entry {index}", sentence))
