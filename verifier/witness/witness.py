"""A witness at work: it remembers a checkpoint, durably, and only then signs it."""

import logging
from collections.abc import Iterable
from http import HTTPStatus
from threading import Lock

from keys import NoteKey, Signer, cosignature_line
from verifier.witness.decision import Answer, Submission, decide, read_submission
from verifier.witness.state import SeenCheckpoints, WitnessFault

_LOG = logging.getLogger("carbonlabel.witness")


class Witness:
    """Cosigns checkpoints of ``logs`` under ``name``. Threads may share it; ``seen`` belongs to it alone."""

    def __init__(self, name: str, signer: Signer, logs: Iterable[NoteKey], seen: SeenCheckpoints) -> None:
        self._name = name
        self._signer = signer
        self._seen = seen
        self._lock = Lock()
        self._logs: dict[str, list[NoteKey]] = {}
        for key in logs:
            self._logs.setdefault(key.origin, []).append(key)

    def add_checkpoint(self, body: bytes, now: int) -> Answer:
        """The answer to a request, at ``now`` (seconds since 1970). Never raises, for any body.

        Reading what was seen, remembering and signing is one step for all threads (C2SP tlog-witness: "must be
        performed atomically"); a signature exists only after the checkpoint is on disk.
        """
        submission = read_submission(self._logs, body)
        if isinstance(submission, Answer):
            return submission
        try:
            with self._lock:
                return self._cosign(submission, now)
        except WitnessFault as problem:
            _LOG.critical("nothing is cosigned: %s", problem)
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, b"this witness cannot sign now\n")

    def _cosign(self, submission: Submission, now: int) -> Answer:
        last = self._seen.last(submission.origin)
        decision = decide(last, submission)
        if isinstance(decision, Answer):
            if decision.is_fork:
                kept = self._seen.keep_fork(submission.origin, submission.note)
                _LOG.critical("%s signed two roots for one size: the other is in %s", submission.origin, kept)
            return decision
        if last is None or last.size != submission.checkpoint.size:
            self._seen.swap(submission.origin, last, submission.note)
        line = cosignature_line(submission.checkpoint.text, self._signer, self._name, now)
        return Answer(HTTPStatus.OK, line.text.encode())
