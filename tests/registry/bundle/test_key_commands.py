"""The commands for the roles of the bundle, as an operator and the holders of root keys run them."""

from collections.abc import Generator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from registry.cli import ceremony
from registry.log.service import publish, sequence
from registry.registry import Registry, utc_now
from tests.world import ENVIRON, new_registry, published
from verifier.bundle import FolderFetcher, sync

APP = typer.Typer()
for name, command in (
    ("ceremony", ceremony.ceremony),
    ("draft-root", ceremony.draft),
    ("sign-root", ceremony.sign),
    ("install-root", ceremony.install),
    ("rebuild-bundle", ceremony.rebuild),
):
    APP.command(name)(command)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    new_registry(tmp_path / "home").close()
    return tmp_path / "home"


@pytest.fixture
def registry(home: Path) -> Generator[Registry]:
    with closing(Registry.open(home, ENVIRON)) as registry:
        yield registry


def run(*words: object, code: int = 0) -> Result:
    done = CliRunner().invoke(APP, [str(word) for word in words], env=ENVIRON)
    assert done.exit_code == code, done.output
    return done


def published_now(registry: Registry) -> Path:
    committed = sequence(registry).committed
    assert committed is not None
    publish(registry, committed)
    return registry.home.path / "public"


class TestKeyCommands:
    def test_the_ceremony_says_where_the_root_keys_belong(self, home: Path, tmp_path: Path) -> None:
        done = run("ceremony", "--home", home, "--out", tmp_path / "medium")
        assert f"LIE IN {tmp_path / 'medium'}. MOVE THEM AWAY" in done.output
        assert len(list((tmp_path / "medium").glob("root-*.pem"))) == 3
        assert "already" in run("ceremony", "--home", home, code=2).output

    def test_a_rotation_by_files_carried_between_machines(self, home: Path, registry: Registry, tmp_path: Path) -> None:
        run("ceremony", "--home", home, "--out", tmp_path / "medium")
        public = published_now(registry)
        root, bundle = (home / "root" / "1.root.json").read_bytes(), tmp_path / "bundle"
        sync(FolderFetcher(public), bundle, now=utc_now(), root=root)
        draft = tmp_path / "next.json"
        words = ("draft-root", "--home", home, "--out", draft)
        run(*words, "--role", "timestamp", "--role", "targets", "--new-root-keys", tmp_path / "new")
        assert "cannot follow" in run("install-root", draft, "--home", home, code=2).output
        run("sign-root", draft, "--root-keys", tmp_path / "medium")
        run("sign-root", draft, "--root-keys", tmp_path / "new")
        assert "root 2 is in force" in run("install-root", draft, "--home", home).output
        with closing(Registry.open(home, ENVIRON)) as again:
            published(again, 1, now=utc_now().replace(year=2026, month=5))
            published_now(again)
        assert sync(FolderFetcher(public), bundle, now=utc_now()).changed

    def test_what_is_asked_for_wrongly_is_said(self, home: Path, tmp_path: Path) -> None:
        out = ("--out", tmp_path / "next.json")
        assert "--new-root-keys" in run("draft-root", "--home", home, *out, "--role", "root", code=2).output
        assert "no root yet" in run("draft-root", "--home", home, *out, code=2).output
        (tmp_path / "text").write_text("no root")
        run("ceremony", "--home", home, "--out", tmp_path / "medium")
        text = tmp_path / "text"
        assert "not root metadata" in run("sign-root", text, "--root-keys", tmp_path / "medium", code=2).output
        assert run("sign-root", text, "--root-keys", tmp_path / "nowhere", code=2).output

    def test_a_lost_timestamp_is_made_anew(self, home: Path, registry: Registry, tmp_path: Path) -> None:
        assert "no checkpoint" in run("rebuild-bundle", "--home", home, code=2).output
        public = published_now(registry)
        root, bundle = (home / "root" / "1.root.json").read_bytes(), tmp_path / "bundle"
        sync(FolderFetcher(public), bundle, now=utc_now(), root=root)
        (public / "tuf" / "metadata" / "timestamp.json").unlink()
        assert "published anew" in run("rebuild-bundle", "--home", home).output
        done = sync(FolderFetcher(public), bundle, now=utc_now() + timedelta(minutes=1))
        assert (done.changed, done.fetched) == (True, 0)
