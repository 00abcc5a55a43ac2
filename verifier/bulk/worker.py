"""A process that judges: ``python -m verifier.bulk.worker FOLDER NOW``, started and ended by ``verifier.bulk.judging``.

It opens the bundle in FOLDER, says what it holds, and then answers lists of texts with lists of rows, until its input
ends. NOW, in ISO 8601, is the moment that all are judged at.
"""

import signal
import sys
from datetime import datetime
from pathlib import Path

from verifier.bulk.flat import Row, row_of
from verifier.bulk.messages import Asked, Held, read_message, write_message
from verifier.bulk.process import settle
from verifier.verifier import Verifier


def main(folder: str, at: str) -> None:
    """Answers until the input ends, or nobody reads any more."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    now = datetime.fromisoformat(at)
    verifier = Verifier.open(Path(folder), now=lambda: now)
    if verifier.bundle is None:
        raise SystemExit(f"{folder} has no bundle")
    judge = verifier.at(now)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    settle()
    write_message(target, Held.of(verifier.bundle))
    while True:
        try:
            asked = read_message(source, list[Asked])
        except EOFError:
            return
        rows: list[Row] = [row_of(judge(text, expect)) for text, expect in asked]
        write_message(target, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])


if __name__ == "__main__":
    main(*sys.argv[1:])
