"""The files with which a server is set up agree with the code. Nothing here builds an image or starts a unit."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml

from tests.end_to_end.commands import done_here

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / "deploy" / "carbonlabel.service"
HOME = "/var/lib/carbonlabel/home"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, in order."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def last(word: str) -> str:
    return [rest for instruction, rest in instructions() if instruction == word][-1]


def test_the_image_copies_what_is_there_and_what_is_not_kept_from_it() -> None:
    copied = [
        path for word, rest in instructions() if word == "COPY" and "--from" not in rest for path in rest.split()[:-1]
    ]
    assert {"pyproject.toml", "uv.lock", "schemas/", "keys/", "verifier/", "registry/"} <= set(copied)
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(copied)
    assert all((ROOT / path).exists() for path in copied)
    assert not any(fnmatch(".carbonlabel/keys", rule[1:]) for rule in rules if rule.startswith("!"))


def test_the_image_runs_a_command_that_there_is_and_not_as_root() -> None:
    assert last("USER").partition(":")[0] not in ("root", "0")
    assert json.loads(last("ENTRYPOINT")) == ["carbonlabel"]
    words = json.loads(last("CMD"))
    assert HOME in words
    assert " serve [OPTIONS]" in done_here(*words, "--help")


def test_the_image_installs_extras_that_there_are() -> None:
    named = set(re.findall(r"--extra (\w+)", (ROOT / "Dockerfile").read_text(encoding="utf-8")))
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("[project.optional-dependencies]")[2]
    assert named <= set(re.findall(r"^(\w+) = \[", text.partition("[project.scripts]")[0], re.MULTILINE))


def test_compose_has_the_registry_on_a_database_that_keeps_its_data() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    registry, database = compose["services"]["registry"], compose["services"]["database"]
    assert registry["environment"]["CARBONLABEL_DATABASE_URL"].startswith(
        "postgresql://carbonlabel:${POSTGRES_PASSWORD"
    )
    assert all(port.startswith("127.0.0.1:") for port in registry["ports"])
    mounted = [volume.split(":") for service in (registry, database) for volume in service["volumes"]]
    assert {name for name, _ in mounted} == set(compose["volumes"])
    assert mounted[0][1] == str(Path(HOME).parent)  # a home is made beside its place, and moved there
    documented = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` |" in documented for name in registry["environment"])


def test_the_unit_is_one_that_systemd_takes_and_its_command_is_there(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8")
    program, *words = shlex.split(re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)[0])
    assert HOME in words
    assert " serve [OPTIONS]" in done_here(*words, "--help")
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace(program, str(Path(sys.executable).with_name("carbonlabel"))))
    verified = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
