"""The table of docs/security-asvs.md names only tests and files that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "security-asvs.md").read_text(encoding="utf-8")


def test_what_the_table_names_is_there() -> None:
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    functions = set(re.findall(r"^def (test_\w+)", "\n".join(files.values()), re.MULTILINE))
    named = set(re.findall(r"`(test_\w+)`", TABLE))
    assert len(named) > 20
    assert named <= functions
    assert set(re.findall(r"`(test_\w+\.py)`", TABLE)) <= set(files)
    assert all((ROOT / path).is_file() for path in re.findall(r"`((?:registry|tests)/[\w/.]+)`", TABLE))
