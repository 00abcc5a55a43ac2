"""A home is there whole or not at all, private, and never made over another."""

import shutil
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import KeyRingError, WrongPassphrase
from registry.errors import HomeError, RegistryError
from registry.home import CONFIG_FILE, Config, Home
from registry.registry import Registry
from tests.world import ENVIRON, label_key, log_of, new_registry, published

ROOT = Path(__file__).resolve().parents[2]
CONFIG = Config(name="Low-Carbon Alliance", origin="id.example.org")


def fill(home: Home) -> None:
    (home.path / "filled").touch()


class TestWholeOrNot:
    def test_a_home_has_configuration_keys_and_database(self, tmp_path: Path) -> None:
        with closing(Registry.create(tmp_path / "deep" / "home", CONFIG, ENVIRON)) as registry:
            names = {path.name for path in registry.home.path.iterdir()}
            assert names - {"registry.sqlite-journal"} == {"config.toml", "keys", "registry.sqlite"}
            assert Home.open(registry.home.path).config == CONFIG
            assert [entry.typ.removeprefix("carbonlabel-") for entry in log_of(registry)] == ["key+jwt"] * 3 + [
                "member+jwt"
            ]

    @pytest.mark.parametrize("problem", [RuntimeError, KeyboardInterrupt, SystemExit])
    def test_when_filling_fails_nothing_is_left(self, tmp_path: Path, problem: type[BaseException]) -> None:
        def fails(home: Home) -> None:
            fill(home)
            raise problem

        with pytest.raises(problem):
            Home.create(tmp_path / "home", CONFIG, fails)
        assert list(tmp_path.iterdir()) == []

    def test_killed_while_filling_there_is_no_home_and_making_it_again_works(self, tmp_path: Path) -> None:
        code = (
            "import os, signal, sys; from pathlib import Path; from registry.home import Config, Home\n"
            "Home.create(Path(sys.argv[1]), Config(name='A', origin='a.example'),"
            " lambda home: os.kill(os.getpid(), signal.SIGKILL))"
        )
        home = tmp_path / "home"
        done = subprocess.run([sys.executable, "-c", code, str(home)], cwd=ROOT, check=False)
        assert done.returncode == -9
        assert not home.exists()
        with pytest.raises(HomeError, match="not a registry home"):
            Registry.open(home, ENVIRON)
        Registry.create(home, CONFIG, ENVIRON).close()

    def test_an_empty_folder_becomes_the_home(self, tmp_path: Path) -> None:
        (tmp_path / "home").mkdir()
        assert Home.create(tmp_path / "home", CONFIG, fill).config == CONFIG
        assert (tmp_path / "home" / "filled").exists()

    def test_a_second_init_is_refused_and_changes_nothing(self, tmp_path: Path) -> None:
        with closing(new_registry(tmp_path / "home")) as registry:
            before = {path: path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()}
            with pytest.raises(HomeError, match="exists and is not an empty folder: nothing was changed"):
                Registry.create(tmp_path / "home", CONFIG, ENVIRON)
            assert {path: path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()} == before
            assert published(registry, 1)
        assert [path.name for path in tmp_path.iterdir()] == ["home"]

    @pytest.mark.parametrize("kind", ["file", "link", "dangling"])
    def test_nothing_is_made_over_a_file_or_a_link(self, tmp_path: Path, kind: str) -> None:
        home = tmp_path / "home"
        if kind == "file":
            home.touch()
        else:
            home.symlink_to(tmp_path if kind == "link" else tmp_path / "nowhere")
        with pytest.raises(HomeError, match="nothing was changed"):
            Home.create(home, CONFIG, fill)

    def test_another_home_s_database_is_not_begun_again(self, tmp_path: Path) -> None:
        with closing(new_registry(tmp_path / "one")) as one:
            before = log_of(one)
            url = one.home.database_url({})
            with pytest.raises(RegistryError):
                Registry.create(tmp_path / "two", CONFIG, ENVIRON | {"CARBONLABEL_DATABASE_URL": url})
            assert log_of(one) == before
        assert not (tmp_path / "two").exists()


class TestPrivate:
    def test_without_a_passphrase_in_the_environment_one_is_drawn_into_a_file_of_the_owner(
        self, tmp_path: Path
    ) -> None:
        with closing(new_registry(tmp_path / "home", environ={})) as registry:
            file = registry.home.keys / "passphrase"
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            assert published(registry, 1)
        with closing(Registry.open(tmp_path / "home", {})) as registry:
            assert label_key(registry)

    def test_with_one_in_the_environment_none_is_on_disk(self, tmp_path: Path) -> None:
        new_registry(tmp_path / "home").close()
        secret = ENVIRON["CARBONLABEL_PASSPHRASE"].encode()
        for path in (tmp_path / "home").rglob("*"):
            assert path.name != "passphrase"
            assert path.is_dir() or secret not in path.read_bytes()
        with pytest.raises(KeyRingError, match="no passphrase"):
            Registry.open(tmp_path / "home", {})

    def test_a_wrong_passphrase_opens_no_key(self, tmp_path: Path) -> None:
        new_registry(tmp_path / "home").close()
        wrong = closing(Registry.open(tmp_path / "home", {"CARBONLABEL_PASSPHRASE": "wrong"}))
        with wrong as registry, pytest.raises(WrongPassphrase):
            label_key(registry)

    def test_home_and_keys_are_closed_to_others(self, tmp_path: Path) -> None:
        new_registry(tmp_path / "home").close()
        for path in (tmp_path / "home", tmp_path / "home" / "keys"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        for path in (tmp_path / "home" / "keys").iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert b"ENCRYPTED" in path.read_bytes()

    def test_keys_that_others_can_read_are_refused(self, tmp_path: Path) -> None:
        new_registry(tmp_path / "home").close()
        (tmp_path / "home" / "keys").chmod(0o755)
        with pytest.raises(KeyRingError, match="chmod 700"):
            Registry.open(tmp_path / "home", ENVIRON)


class TestOpen:
    def test_a_folder_that_is_no_home(self, tmp_path: Path) -> None:
        with pytest.raises(HomeError, match="carbonlabel init"):
            Registry.open(tmp_path, ENVIRON)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"name = 1",
            b'name = "A"\norigin = "UPPER"',
            b'name = "A"\norigin = "a.example"\nsurprise = 1',
            b'name = "A"\norigin = "a.example"\nmax_body = 1',
            b"\xff\xfe",
            b"[[[",
        ],
    )
    def test_a_configuration_that_is_not_one_is_named(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / CONFIG_FILE).write_bytes(content)
        with pytest.raises(HomeError):
            Home.open(tmp_path)

    @pytest.mark.sqlite_file("it is removed")
    def test_a_home_whose_database_is_gone_is_refused_and_gets_no_empty_one(self, tmp_path: Path) -> None:
        new_registry(tmp_path / "home").close()
        (tmp_path / "home" / "registry.sqlite").unlink()
        with pytest.raises(HomeError, match=r"registry.sqlite is not there: restore it"):
            Registry.open(tmp_path / "home", ENVIRON)
        assert not (tmp_path / "home" / "registry.sqlite").exists()

    def test_a_database_without_a_log_is_not_this_home_s(self, tmp_path: Path) -> None:
        new_registry(tmp_path / "home").close()
        (tmp_path / "other.sqlite").touch()
        environ = ENVIRON | {"CARBONLABEL_DATABASE_URL": f"sqlite:///{tmp_path / 'other.sqlite'}"}
        with closing(Registry.open(tmp_path / "home", environ)) as registry, pytest.raises(HomeError, match="no log"):
            registry.trust()

    def test_a_home_can_be_moved(self, tmp_path: Path) -> None:
        with closing(new_registry(tmp_path / "home")) as registry:
            before = registry.trust()
        shutil.move(tmp_path / "home", tmp_path / "moved")
        with closing(Registry.open(tmp_path / "moved", ENVIRON)) as registry:
            assert registry.trust() == before


class TestConfig:
    @given(st.text(min_size=1, max_size=60), st.booleans())
    def test_any_name_is_read_back_from_the_file_or_refused(
        self, tmp_path_factory: pytest.TempPathFactory, name: str, demonstration: bool
    ) -> None:
        try:
            config = Config(name=name, origin="id.example.org:8443", demonstration=demonstration)
        except HomeError:
            assert not name.isprintable() or not name.strip()
            return
        folder = tmp_path_factory.mktemp("config")
        (folder / CONFIG_FILE).write_text(config.to_toml(), encoding="utf-8")
        assert Home.open(folder).config == config

    @pytest.mark.parametrize("name", ["", "  ", "two\nlines", "\x7f", "\ud800"])
    def test_a_name_is_one_line_of_printable_characters(self, name: str) -> None:
        with pytest.raises(HomeError, match="one line"):
            Config(name=name, origin="id.example.org")

    @pytest.mark.parametrize(
        "origin", ["", "ID.example.org", "a b", "https://a.example", "a.example/", "-a", "é.example"]
    )
    def test_an_origin_is_a_host_in_lower_case(self, origin: str) -> None:
        with pytest.raises(HomeError, match="not a host name"):
            Config(name="A", origin=origin)
