"""What a witness answers to a request (C2SP tlog-witness, "add-checkpoint"). Pure: no I/O, no clock, no key.

| status | when |
|---|---|
| 200 | the checkpoint's log is watched, has signed it, and it grew from, or is, the last one seen |
| 400 | the body is not of the form, or its old size is larger than the checkpoint's |
| 403 | no key of the log has signed the checkpoint, or a signature under its name is not good |
| 404 | the log is not watched here |
| 409 | the old size is not the last seen one, which is the body of the answer; or it is, and the root is another |
| 422 | the proof of consistency is not good |
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from msgspec import Struct

from keys import KeysError, MalformedNote, NoteKey, open_note, parse_note
from schemas.tlog import Checkpoint, MalformedTlog
from verifier.merkle import EMPTY_ROOT, ProofError, check_consistency
from verifier.witness.request import SIZE_TYPE, AddCheckpoint

Logs = Mapping[str, Sequence[NoteKey]]
"""The logs that are watched: for each origin, the keys that may sign its checkpoints."""

_TEXT = "text/plain; charset=utf-8"


class Answer(Struct, frozen=True):
    """An HTTP answer."""

    status: HTTPStatus
    body: bytes
    content_type: str = _TEXT
    is_fork: bool = False
    """The log has signed two roots for one size: proof that it lies."""


class Submission(Struct, frozen=True):
    """A request for a log that is watched; ``note`` is signed by that log. Whether it may be cosigned is open."""

    checkpoint: Checkpoint
    note: bytes
    old_size: int
    proof: tuple[bytes, ...]

    @property
    def origin(self) -> str:
        """The log."""
        return self.checkpoint.origin


class Accepted(Struct, frozen=True):
    """To be cosigned, once ``submission.note`` is remembered as the last seen checkpoint of its log."""

    submission: Submission


def refusal(status: HTTPStatus, sentence: str) -> Answer:
    """An answer without a signature, for people."""
    return Answer(status, f"{sentence}\n".encode())


def read_submission(logs: Logs, body: bytes) -> Submission | Answer:
    """The steps that need no memory: form, known log, signature, sizes."""
    # 1. The form of request, note and checkpoint.
    try:
        request = AddCheckpoint.parse(body)
        text = parse_note(request.note).text
        checkpoint = Checkpoint.parse(text)
    except (MalformedTlog, MalformedNote) as problem:
        return refusal(HTTPStatus.BAD_REQUEST, str(problem))
    # 2. The log.
    keys = logs.get(checkpoint.origin)
    if not keys:
        return refusal(HTTPStatus.NOT_FOUND, "this log is not watched here")
    # 3. Its signature. Those of unknown keys, such as other witnesses, are ignored.
    try:
        open_note(request.note, keys)
    except KeysError as problem:
        return refusal(HTTPStatus.FORBIDDEN, str(problem))
    # 4. A log does not shrink.
    if request.old_size > checkpoint.size:
        return refusal(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's")
    return Submission(checkpoint, request.note, request.old_size, request.proof)


def decide(last: Checkpoint | None, submission: Submission) -> Accepted | Answer:
    """The steps that need ``last``: the checkpoint of this log that was cosigned last, None if none ever was."""
    seen_size, seen_root = (0, EMPTY_ROOT) if last is None else (last.size, last.root)
    # 5. Both speak of the same tree. A rollback ends here, whatever it claims: see 4.
    if submission.old_size != seen_size:
        return _conflict(seen_size)
    # 6. For the same size the same root.
    checkpoint = submission.checkpoint
    if checkpoint.size == seen_size and checkpoint.root != seen_root:
        return _conflict(seen_size, is_fork=True)
    # 7. Growth is proved.
    try:
        check_consistency(seen_size, seen_root, checkpoint.size, checkpoint.root, submission.proof)
    except ProofError as problem:
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(problem))
    return Accepted(submission)


def consider(logs: Logs, last: Mapping[str, Checkpoint], body: bytes) -> Accepted | Answer:
    """All steps, for ``last`` seen checkpoints by origin."""
    submission = read_submission(logs, body)
    return submission if isinstance(submission, Answer) else decide(last.get(submission.origin), submission)


def _conflict(seen_size: int, is_fork: bool = False) -> Answer:
    return Answer(HTTPStatus.CONFLICT, b"%d\n" % seen_size, SIZE_TYPE, is_fork)
