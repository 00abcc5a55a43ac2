"""The other design that was tried for bulk judging: a hash join in DuckDB, of scans with the exact texts of all labels.

It decides only whether a text is a label of the bundle, and writes that with the label's record: less than
``verify-batch`` does. ``python -m tests.bench.hash_join SCANS LABELS OUTPUT`` joins; both files have a text a line.
"""

import subprocess
import sys
from pathlib import Path

import duckdb

from tests.bench.large_registry import ORIGIN
from tests.bench.memory import run
from tests.bench.table import Line
from verifier import Verifier

_HOST = f"https://{ORIGIN}"
_LINES = (
    "read_csv('{}', columns={{'text': 'VARCHAR'}}, delim='\x01', quote='', escape='', header=false, "
    "auto_detect=false, strict_mode=false)"
)


def measure(bundle: Path, night: Path, folder: Path, scans: int) -> list[Line]:
    """The first ``scans`` lines of a night, by this and by ``verify-batch``, each a process of its own."""
    some, labels, output = folder / "some.txt", folder / "labels.txt", folder / "joined.csv"
    with some.open("wb") as file:
        subprocess.run(["/usr/bin/head", "-n", str(scans), str(night)], stdout=file, check=True)
    held = Verifier.open(bundle).bundle
    assert held is not None
    labels.write_text("".join(f"{row.text(ORIGIN)}\n" for shard in held.shards for row in shard))
    joined = run([sys.executable, "-m", "tests.bench.hash_join", str(some), str(labels), str(output)])
    assert joined.code == 0
    command = str(Path(sys.executable).with_name("carbonlabel"))
    judged = run([command, "verify-batch", str(some), str(folder / "some.csv"), "--bundle", str(bundle)])
    return [
        Line(
            f"verify-batch: {scans:,} scans",
            f"{scans / judged.seconds:,.0f} a second, {judged.peak / 1e9:.2f} GB",
            f"a hash join in DuckDB: {scans / joined.seconds:,.0f}, {joined.peak / 1e9:.2f} GB",
            f"{joined.seconds / judged.seconds:.1f}",
            "-",
        )
    ]


def join(scans: str, labels: str, output: str) -> None:
    """Joins two files of texts."""
    database = duckdb.connect()
    database.execute(
        f"create table label as select text[{len(_HOST) + 1}:] as text, row_number() over () as record "
        f"from {_LINES.format(labels)}"
    )
    database.execute(
        f"copy (select record from (select text[{len(_HOST) + 1}:] as text from {_LINES.format(scans)}) "
        f"left join label using (text)) to '{output}' (header true)"
    )


if __name__ == "__main__":
    join(*sys.argv[1:])
