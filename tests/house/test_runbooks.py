"""Every runbook is run to the letter, in a home whose labels were printed before, and keeps what it promises."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from keys import Signer
from registry.bundle.roles import ensure_roles
from registry.fsck import check_home
from registry.home import Config
from registry.log.service import publish, sequence
from registry.members.members import join
from registry.registry import Registry, utc_now
from tests.end_to_end.commands import carbonlabel_here, done_here
from tests.operators import two_people
from tests.world import CHECKER, MAKER, a_declaration, label_key, published
from verifier import Verifier

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "runbooks.md"
_SECTION = re.compile(r"^## (?P<title>.+)\n(?P<text>(?:(?!^## ).*\n)*)", re.MULTILINE)
_BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)\n```\n", re.DOTALL)
_KEY = re.compile(r"\b[0-9a-f]{16}\b")


class Runbook(NamedTuple):
    """A section of the document: its commands, and what they must say, line by line."""

    title: str
    commands: str
    says: tuple[str, ...]


def runbooks() -> list[Runbook]:
    """Every section that has commands."""
    found = []
    for section in _SECTION.finditer(DOCUMENT.read_text(encoding="utf-8")):
        blocks = dict(_BLOCK.findall(section["text"]))
        if "sh" in blocks:
            found.append(Runbook(section["title"], blocks["sh"], tuple(blocks["text"].splitlines())))
    return found


FIRST, *OTHERS = runbooks()


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory, commands: Path) -> Path:
    """The folder that the document describes, after the first runbook."""
    folder = tmp_path_factory.mktemp("practice")
    now = utc_now()
    registry = Registry.create(folder / "my-registry", Config(name="My registry", origin="id.example.org"), {})
    with closing(registry):
        ensure_roles(registry, now)
        with registry.database.writing() as session:
            writer = registry.log_writer(session, now)
            for member in (MAKER, CHECKER):
                join(session, writer, member, now)
            writer.flush()
        for name, record in zip(("label", "later"), declared(registry, 1, 2), strict=True):
            (folder / f"{name}.txt").write_text(record)
        publish_now(registry)
        two_people(registry)
    root = folder / "my-registry" / "root" / "1.root.json"
    done_here("sync", folder / "my-registry" / "public", "--bundle", folder / "bundle", "--root", root)
    run(FIRST, folder, commands)
    return folder


def declared(registry: Registry, *numbers: int) -> list[str]:
    """Products of these numbers, published today; their labels."""
    now = utc_now()
    dates = {"valid_from": now.date(), "valid_until": now.date() + timedelta(days=365)}
    return [one.label for one in published(registry, [a_declaration(number, **dates) for number in numbers], now=now)]


def publish_now(registry: Registry) -> None:
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)


def run(runbook: Runbook, folder: Path, commands: Path) -> None:
    """Runs the commands in one shell, and compares; a command that fails is one of which the text says so.

    What two people agreed on by then, they agree on there.
    """
    lines = runbook.commands.replace("# agreed: ", "agreed my-registry ")
    script = f"set -u\ntrap 'echo \"(exit code $?)\"' ERR\nexec 2>&1\n{lines}\n"
    variables = {name: value for name, value in os.environ.items() if not name.startswith("CARBONLABEL_")}
    variables |= {"COLUMNS": "300", "LC_ALL": "C.UTF-8"}
    variables |= {"PATH": f"{commands}:{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=variables, capture_output=True, text=True, timeout=300, check=False
    )
    assert "Traceback" not in done.stdout, done.stdout
    rest = iter(done.stdout.splitlines())
    for line in runbook.says:
        pattern = re.compile(_pattern(line))
        assert any(pattern.search(said) for said in rest), f"{line!r} is not said, or not there:\n{done.stdout}"
    failures = re.findall(r"\(exit code \d+\)", done.stdout)
    assert failures == [line for line in runbook.says if line.startswith("(exit code")], done.stdout


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, _KEY.sub("KEY", line).split("..."))).replace("KEY", "[0-9a-f]{16}")


def verdict(folder: Path, label: str) -> tuple[str, str]:
    found = Verifier.open(folder / "bundle", now=utc_now).verify(label)
    return str(found.verdict), found.reason


def sync(folder: Path) -> None:
    done_here("sync", folder / "my-registry" / "public", "--bundle", folder / "bundle")


class Practised:
    """A runbook that was run: the folder, and who signed before."""

    def __init__(self, folder: Path, before: Signer) -> None:
        self.folder = folder
        self.old_label_key = before

    def old(self, name: str) -> tuple[str, str]:
        """The verdict on a label printed before."""
        return verdict(self.folder, (self.folder / f"{name}.txt").read_text())


def all_is_as_before(practised: Practised) -> None:
    assert practised.old("label") == practised.old("later") == ("valid", "active")


def records_from_7_are_published_again(practised: Practised) -> None:
    assert practised.old("label") == ("valid", "active")
    assert practised.old("later") == ("forged", "record-key-compromised")
    with closing(Registry.open(practised.folder / "my-registry", {})) as registry:
        (anew,) = declared(registry, 2)
        publish_now(registry)
    sync(practised.folder)
    assert verdict(practised.folder, anew) == ("valid", "active")


def labels_from_7_are_minted_again(practised: Practised) -> None:
    assert practised.old("label") == ("valid", "active")
    assert practised.old("later") == ("forged", "key-compromised")
    with closing(Registry.open(practised.folder / "my-registry", {})) as registry:
        assert label_key(registry).kid != practised.old_label_key.kid
        with registry.database.reading() as session:
            (anew,) = session.connection().exec_driver_sql("select text from label where record = 7").one()
    assert verdict(practised.folder, anew) == ("valid", "active")


def a_shop_that_slept_says_unknown_key_until_it_syncs(practised: Practised) -> None:
    all_is_as_before(practised)
    with closing(Registry.open(practised.folder / "my-registry", {})) as registry:
        (new,) = declared(registry, 3)
        publish_now(registry)
    shutil.rmtree(practised.folder / "bundle")
    (practised.folder / "bundle-before").rename(practised.folder / "bundle")
    assert verdict(practised.folder, new) == ("unknown-key", "key-not-trusted")
    sync(practised.folder)
    assert verdict(practised.folder, new) == ("valid", "active")


PROMISES: dict[str, Callable[[Practised], None]] = {
    "Rotate the record key": all_is_as_before,
    "Rotate the label key": a_shop_that_slept_says_unknown_key_until_it_syncs,
    "Rotate the log key": all_is_as_before,
    "Rotate a key of the bundle": all_is_as_before,
    "Renew the root, each holder at home": all_is_as_before,
    "A root key is lost or stolen": all_is_as_before,
    "A record key is stolen": records_from_7_are_published_again,
    "A label key is stolen": labels_from_7_are_minted_again,
    "A log key is stolen": all_is_as_before,
    "A timestamp key is lost": all_is_as_before,
    "A key of the bundle is stolen": all_is_as_before,
    "The server is lost, and there is a backup": all_is_as_before,
    "A backup is older than what is published": all_is_as_before,
}


def test_every_runbook_has_promises_that_are_checked() -> None:
    assert [runbook.title for runbook in OTHERS] == list(PROMISES)


def test_no_runbook_goes_on_before_two_people_agreed(practice: Path, tmp_path: Path) -> None:
    """Each command that the document says it of."""
    folder = tmp_path / "practice"
    shutil.copytree(practice, folder)
    where = ("--home", folder / "my-registry")
    of = {use: done_here("keys", "list", "--in-force", use, *where).strip() for use in ("label", "record", "timestamp")}
    done_here("keys", "draft-root", "--role", "timestamp", "--out", folder / "next.json", *where)
    for holder in ("alice", "bob"):
        done_here("keys", "sign-root", folder / "next.json", "--root-keys", folder / holder)
    drawn = set(Path(folder, "my-registry", "keys").glob("timestamp-*.pem"))
    (new,) = (path.stem.partition("-")[2] for path in drawn if of["timestamp"] not in path.name)
    for words in (
        ("rotate", of["label"]),
        ("compromise", of["record"], "--from", 7),
        ("install-root", folder / "next.json"),
        ("destroy", new),
    ):
        ended = carbonlabel_here("keys", *words, *where)
        assert (ended.code, ended.out) == (2, "")
        assert "two people of the operator have to agree" in ended.err
        assert "/desk/keys" in ended.err
    assert of == {use: done_here("keys", "list", "--in-force", use, *where).strip() for use in of}
    assert set(Path(folder, "my-registry", "keys").glob("timestamp-*.pem")) == drawn


LONG = {
    "Rotate the label key",
    "Rotate the log key",
    "A root key is lost or stolen",
    "A record key is stolen",
    "A log key is stolen",
    "A key of the bundle is stolen",
    "Rotate a key of the bundle",
    "Renew the root, each holder at home",
}
"""Run in `make soak`: of each kind - rotated, stolen, lost - others run in `make test`."""


@pytest.mark.parametrize(
    "runbook",
    [pytest.param(one, id=one.title, marks=[pytest.mark.soak] * (one.title in LONG)) for one in OTHERS],
)
def test_a_runbook_does_what_it_says(runbook: Runbook, practice: Path, commands: Path, tmp_path: Path) -> None:
    folder = tmp_path / "practice"
    shutil.copytree(practice, folder)
    shutil.copytree(folder / "bundle", folder / "bundle-before")
    with closing(Registry.open(folder / "my-registry", {})) as registry:
        before = label_key(registry)
    run(runbook, folder, commands)
    PROMISES[runbook.title](Practised(folder, before))
    with closing(Registry.open(folder / "my-registry", {})) as registry:
        publish_now(registry)
        assert check_home(registry.config, registry.database, registry.store(), lambda *_: None).faults == ()
    sync(folder)
