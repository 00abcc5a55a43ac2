"""The table of docs/security-asvs.md names only tests and files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "security-asvs.md").read_text(encoding="utf-8")


def test_what_the_table_names_is_there() -> None:
    files = sorted((ROOT / "tests").rglob("*.py"))
    functions = {
        name
        for path in files
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    named = set(re.findall(r"`(test_\w+)`", TABLE))
    assert len(named) > 20
    assert named <= functions
    assert set(re.findall(r"`(test_\w+\.py)`", TABLE)) <= {path.name for path in files}
    assert all((ROOT / path).is_file() for path in re.findall(r"`((?:registry|tests)/[\w/.]+)`", TABLE))
