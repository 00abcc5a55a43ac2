"""The table ``label``: for each record its own label and those that were logged, every one genuine."""

from sqlalchemy import text
from sqlmodel import Session

from schemas.label import UnreadableLabel, label_url, parse_label, parse_token, signed_message
from verifier.fsck import Fault, FaultCode, Replay, Signatures
from verifier.fsck.keys import LABEL

_LABELS = text("select record, path, text from label order by record, path")


class Labels:
    """Checks each label, and that none is missing and none too many."""

    def __init__(self, replay: Replay, claims: dict[int, bytes], signatures: Signatures, faults: list[Fault]) -> None:
        self._replay = replay
        self._claims = claims
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
        try:
            label = parse_label(content)
            if label.digits is None:
                return "its text has no token"
            token = parse_token(label.digits)
            due = label_url(self._replay.origin, label.path, _encoded(label.digits))
        except UnreadableLabel as problem:
            return f"its text cannot be read: {problem}"
        if label.path.text != path or content != due:
            return "its text is for another product, place or registry"
        if token.payload != self._claims.get(record):
            return "its text does not say what the record declares"
        key = self._replay.keys.get(token.kid)
        if key is None or key.use != LABEL or (key.until is not None and record >= key.until):
            return f"it is signed by {token.kid}, which is no label key good for record {record}"
        message = signed_message(token.kid, label.path, token.payload)
        fault = Fault(FaultCode.LABEL_ROW, _place(record, path), f"it is not signed by {token.kid}, or changed since")
        self._signatures.check(key.public, token.signature, message, fault)
        return None

    def _say(self, record: object, path: object, sentence: str) -> None:
        self._faults.append(Fault(FaultCode.LABEL_ROW, _place(record, path), sentence))


def _place(record: object, path: object) -> str:
    return f"label of record {record} for {path}"


def _encoded(digits: str) -> bytes:
    number = int(digits)
    return number.to_bytes((number.bit_length() + 7) // 8)
