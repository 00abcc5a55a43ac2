"""The house keeps its own rules: four packages, arrows downward only, a small base install, a complete wheel."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("registry", "verifier", "schemas", "keys")
FOR_THE_SERVICE = {
    *("alembic", "aiosqlite", "babel", "fastexcel", "granian", "jinja2", "litestar", "openpyxl", "PIL", "polars"),
    *(
        "prometheus_client",
        "psycopg",
        "qrcode",
        "reportlab",
        "sqlalchemy",
        "sqlmodel",
        "structlog",
        "xlsxwriter",
        "zxingcpp",
    ),
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """The wheel that a release would upload, built without a network from what `make` left in uv's cache."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".uv" / "bin"))
    if uv is None:
        pytest.skip("building the wheel needs uv on PATH or in .uv/bin")
    folder = tmp_path_factory.mktemp("wheel")
    command = [uv, "build", "--wheel", "--offline", "--python", sys.executable, "--out-dir", str(folder), str(ROOT)]
    if (ROOT / ".uv" / "cache").is_dir():  # where an account without a home folder keeps it
        command += ["--cache-dir", str(ROOT / ".uv" / "cache")]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0 and "hatchling" in built.stderr:
        pytest.skip("building the wheel needs hatchling, which is not in uv's cache")
    assert built.returncode == 0, built.stderr
    (file,) = folder.glob("*.whl")
    return zipfile.Path(file)


def metadata(wheel: zipfile.Path) -> Message:
    (folder,) = (entry for entry in wheel.iterdir() if entry.name.endswith(".dist-info"))
    return message_from_bytes((folder / "METADATA").read_bytes())


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_the_five_folders_are_packages_at_the_top(folder: str) -> None:
    assert (ROOT / folder / "__init__.py").is_file()


def test_an_import_against_an_arrow_breaks_a_contract(tmp_path: Path) -> None:
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "data", "fonts")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = {
        "verifier": "registry",  # the service is above the verifier
        "keys": "verifier",
        "schemas": "keys",
        "verifier.planted_web": "litestar",  # no web framework below the service
        "keys.planted_database": "sqlalchemy",
        "schemas.planted_crypto": "cryptography",  # the vocabulary has no keys
    }
    for importer, imported in planted.items():
        package, _, module = importer.partition(".")
        (tmp_path / package / f"{module or 'planted'}.py").write_text(f"import {imported}\n", encoding="ascii")

    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "COLUMNS": "200"}
    linted = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert linted.returncode == 1, linted.stderr
    for importer, imported in planted.items():
        module = importer if "." in importer else f"{importer}.planted"
        assert re.search(rf"{re.escape(module)} -> {imported}\b", linted.stdout), linted.stdout


def test_the_verifier_imports_where_the_libraries_of_the_service_are_absent() -> None:
    script = f"""
import importlib, json, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {FOR_THE_SERVICE | {"registry"}!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
imported = []
for package in map(importlib.import_module, ("schemas", "keys", "verifier")):
    imported.append(package.__name__)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)
            imported.append(module.name)
print(json.dumps([imported, sorted(sys.modules)]))
"""
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    imported, loaded = json.loads(ran.stdout)
    assert {"schemas", "keys", "verifier"} <= set(imported)
    assert not {name.partition(".")[0] for name in loaded} & (FOR_THE_SERVICE | {"registry"})


def test_the_wheel_holds_the_four_packages_and_nothing_else(wheel: zipfile.Path) -> None:
    folders = {entry.name for entry in wheel.iterdir()}
    assert {name for name in folders if not name.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_holds_every_file_of_the_packages_that_git_tracks(wheel: zipfile.Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("git has no list of files here: not a checkout, or another account's")
    tracked = {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}
    assert tracked <= set(wheel.root.namelist())


def test_the_wheel_carries_the_licence_and_the_notice(wheel: zipfile.Path) -> None:
    said = metadata(wheel)
    assert said["License-Expression"] == "Apache-2.0"
    (folder,) = (entry for entry in wheel.iterdir() if entry.name.endswith(".dist-info"))
    for name in said.get_all("License-File", []):
        assert (folder / "licenses" / name).read_bytes() == (ROOT / name).read_bytes()
    assert {"LICENSE", "NOTICE"} <= set(said.get_all("License-File", []))


def test_the_base_install_asks_for_nothing_that_only_the_service_needs() -> None:
    base = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[^A-Za-z0-9_-]", line, maxsplit=1)[0].lower().replace("-", "_") for line in base}
    assert not names & {name.lower() for name in FOR_THE_SERVICE | {"pillow"}}


def test_the_notice_names_the_folders_of_other_peoples_work() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for path, licence in (("registry/demo/data/", "CC BY 4.0"), ("registry/labels/fonts/", "Open Font License 1.1")):
        assert re.search(rf"^{re.escape(path)}\n(?:  .*\n)*?  .*{re.escape(licence)}", notice, re.MULTILINE)


def test_the_readme_has_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if "make " not in readme:
        pytest.skip("the README has no commands yet")
    assert "make run" in readme
    assert "make test" in readme
