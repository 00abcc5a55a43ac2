"""The table ``label``: for each record its own label and those that were logged, every one genuine."""

from sqlalchemy import text
from sqlmodel import Session

from verifier.fsck import Fault, FaultCode, Replay, Signatures
from verifier.fsck.labels import WrongLabel, check_label, ended_before

_LABELS = text("select record, path, text from label order by record, path")


class Labels:
    """Checks each label, and that none is missing and none too many."""

    def __init__(self, replay: Replay, signatures: Signatures, faults: list[Fault]) -> None:
        self._replay = replay
        self._signatures = signatures
        self._faults = faults

    def check(self, session: Session) -> None:
        """Looks at the whole table."""
        expected = {index: {state.key_path} | (state.minted or set()) for index, state in self._replay.records.items()}
        for record, path, content in session.connection().execute(_LABELS):
            due = expected.get(record)
            if due is None or path not in due:
                self._say(record, path, "the log says nothing of it")
                continue
            due.discard(path)
            if (wrong := self._wrong(record, str(path), str(content))) is not None:
                self._say(record, path, wrong)
        for record, paths in expected.items():
            for path in sorted(paths):
                self._say(record, path, "it is not there")

    def _wrong(self, record: int, path: str, content: str) -> str | None:
        """What is wrong with a label. Its signature is left to be checked."""
        fault = Fault(FaultCode.LABEL_ROW, _place(record, path), "it is not signed by its key, or changed since")
        keys, claims = self._replay.keys, self._replay.records[record].claims
        try:
            token = check_label(content, path, claims, self._replay.origin, keys, self._signatures, fault)
        except WrongLabel as problem:
            return str(problem)
        ended = ended_before(keys, token.kid, record)
        return (
            None if ended is None else f"it is signed by {token.kid}, a label key {ended} from before record {record}"
        )

    def _say(self, record: object, path: object, sentence: str) -> None:
        self._faults.append(Fault(FaultCode.LABEL_ROW, _place(record, path), sentence))


def _place(record: object, path: object) -> str:
    return f"label of record {record} for {path}"
