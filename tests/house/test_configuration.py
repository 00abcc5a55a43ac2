"""Every setting and variable there is, is documented, and nothing else."""

import re
from pathlib import Path

import msgspec

from registry.home import Config

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
_VARIABLE = re.compile(r"\b(?:CARBONLABEL|PROMETHEUS)_[A-Z][A-Z_]*[A-Z]\b")


def section(title: str) -> str:
    return DOCUMENT.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_each_setting_is_documented_with_its_default_in_the_order_of_the_file() -> None:
    documented = re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)? *\|", section("config.toml"), re.MULTILINE)
    fields = msgspec.structs.fields(Config)
    defaults = {field.name: "" if field.required else msgspec.json.encode(field.default).decode() for field in fields}
    assert documented == [*defaults.items()]


def test_each_variable_that_the_program_reads_is_documented() -> None:
    folders = ("registry", "verifier", "keys", "schemas")
    sources = (path.read_text(encoding="utf-8") for folder in folders for path in (ROOT / folder).rglob("*.py"))
    read = {name for source in sources for name in _VARIABLE.findall(source)}
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", section("Environment"), re.MULTILINE)) == read


def test_each_figure_is_documented() -> None:
    sources = "".join((ROOT / "registry" / "web" / name).read_text() for name in ("counters.py", "metrics.py"))
    named = set(re.findall(r'"(carbonlabel_\w+)"', sources))
    documented = set(re.findall(r"\b(carbonlabel_\w+)", section("Health, figures, log")))
    assert {name.removesuffix("_total") for name in documented} == named
