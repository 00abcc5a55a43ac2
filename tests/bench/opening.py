"""Opens a bundle in a process of its own: ``python -m tests.bench.opening BUNDLE NOW LABEL``.

Prints the seconds until the first verdict, then bytes in memory before and after, resident and anonymous, as JSON.
"""

import json
import sys
import time
from datetime import datetime
from pathlib import Path

from verifier import Verifier


def memory() -> tuple[int, int]:
    """Bytes of this process that are in memory; and those of them that are no file's, so that it alone has them."""
    lines = (line.split() for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    found = {line[0]: int(line[1]) * 1024 for line in lines}
    return found["Rss:"], found["Anonymous:"]


def main(bundle: str, now: str, label: str) -> None:
    """See above."""
    moment = datetime.fromisoformat(now)
    before = memory()
    begin = time.perf_counter()
    verifier = Verifier.open(bundle, now=lambda: moment)
    verdict = verifier.verify(label).verdict
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "before": before, "after": memory(), "verdict": verdict}))


if __name__ == "__main__":
    main(*sys.argv[1:])
