"""How the command starts: it says what there is without loading it, and each command loads its own part alone."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from tests.databases import database_option
from tests.end_to_end.commands import COMMAND, carbonlabel, carbonlabel_here, done_here, environment
from verifier.cli.app import build

OF_A_DATABASE = {"alembic", "sqlalchemy", "sqlmodel"}
OF_A_SERVER = {"granian", "jinja2", "litestar", "prometheus_client"}
OF_FILES = {"fastexcel", "numpy", "polars", "pyarrow", "xlsxwriter"}
OF_LABELS = {"PIL", "qrcode", "reportlab", "zxingcpp"}
OF_THE_REGISTRY = {"registry", *OF_A_DATABASE, *OF_A_SERVER, *OF_LABELS, "fastexcel", "polars"}


def commands(group: TyperGroup, *before: str) -> Iterator[tuple[tuple[str, ...], TyperCommand]]:
    """Every command, with the words that call it."""
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, *before, name)
        else:
            assert isinstance(command, TyperCommand)
            yield (*before, name), command


def root() -> TyperGroup:
    group = get_command(build(None))
    assert isinstance(group, TyperGroup)
    return group


COMMANDS = dict(commands(root()))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry, with a bundle of its own."""
    home = tmp_path_factory.mktemp("start") / "home"
    done_here("init", home, *database_option(home))
    done_here("sequence", "--once", "--home", home)
    done_here("sync", home / "public", "--bundle", home / "bundle", "--root", home / "root" / "1.root.json")
    return home


def loaded_by(*words: object) -> set[str]:
    """Which packages a process of the command has loaded when it ends, and it ends well."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", str(COMMAND), *map(str, words)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert ran.returncode in (0, 1), ran
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines()}


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_list_says_of_a_command_what_the_command_says_of_itself(words: tuple[str, ...]) -> None:
    listed = COMMANDS[words]
    assert listed.callback is not None
    said = inspect.getdoc(listed.callback())
    assert said is not None
    assert listed.help == " ".join(said.partition("\n\n")[0].split())
    ended = carbonlabel_here(*words, "--help")
    assert ended.code == 0
    assert "".join(listed.help.split()) in "".join(ended.out.split())


@pytest.mark.parametrize("words", ["--help", "keys --help"])
def test_the_list_loads_no_command(words: str) -> None:
    loaded = loaded_by(*words.split())
    assert {"typer", "rich"} <= loaded
    assert not loaded & (OF_THE_REGISTRY - {"registry"} | OF_FILES | {"httpx", "tuf"})


def test_a_verification_loads_nothing_of_the_registry_and_no_network(home: Path, tmp_path: Path) -> None:
    (tmp_path / "scans.txt").write_text("no label\n")
    batch = loaded_by("verify-batch", tmp_path / "scans.txt", tmp_path / "out.csv", "--bundle", home / "bundle")
    assert "pyarrow" in batch
    assert not batch & (OF_THE_REGISTRY | {"httpx", "pandas"})
    single = loaded_by("verify", "no label", "--bundle", home / "bundle")
    assert not single & (OF_THE_REGISTRY | OF_FILES | {"httpx"})


def test_a_sync_loads_nothing_of_the_registry(home: Path) -> None:
    loaded = loaded_by("sync", home / "public", "--bundle", home / "bundle")
    assert not loaded & (OF_THE_REGISTRY | OF_FILES)


@pytest.mark.parametrize("words", ["keys list", "member list"])
def test_a_registry_command_loads_no_server_no_artwork_no_tables(home: Path, words: str) -> None:
    loaded = loaded_by(*words.split(), "--home", home)
    assert {"registry", "sqlalchemy"} <= loaded
    assert not loaded & (OF_A_SERVER | OF_LABELS | OF_FILES)


_WITHOUT = """
import sys
sys.modules["sqlalchemy"] = None
from verifier.cli import main
sys.argv = ["carbonlabel", *sys.argv[1:]]
main()
"""


def test_without_the_extra_of_the_registry_there_is_a_sentence_and_the_rest_works(home: Path) -> None:
    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", _WITHOUT, *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, env=environment(), check=False)

    for words in (("init", "--help"), ("keys", "list", "--home", home), ("fsck", home)):
        refused = run(*words)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "pip install 'carbonlabel[registry]'" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
    assert "keys" in run("--help").stdout
    assert run("verify", "no label", "--bundle", home / "bundle").returncode == 1
    assert carbonlabel("fsck", home).code == 0
