"""Every example in the documents runs, in the order in which a reader meets them, against a real server."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
RUNBOOKS = ROOT / "docs" / "runbooks.md"
"""Run by ``test_runbooks``, each in a home of its own."""
LONG = {"audit.md", "bulk.md", "labels.md"}
"""Run in `make soak`: its parts are in the tests of the commands too."""
_BLOCK = re.compile(
    r"(?:<!-- (?P<mark>name|after): (?P<name>\w+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)\n```\n", re.DOTALL
)
_RUNS = ("sh", "python")


class Example(Struct, frozen=True):
    """A block of a document: ``mark`` is its own name, or after which other one it comes."""

    kind: str
    text: str
    mark: str | None
    name: str | None


def examples(document: Path) -> list[Example]:
    """The blocks of a document in the order in which they can be run: one that comes after another waits for it."""
    found = [
        Example(match["kind"], match["text"], match["mark"], match["name"])
        for match in _BLOCK.finditer(document.read_text(encoding="utf-8"))
    ]
    ordered: list[Example] = []
    for example in found:
        if example.kind not in _RUNS or (example.mark == "after" and not _has(ordered, example.name)):
            continue
        ordered.append(example)
        if example.mark == "name":
            earlier = found[: found.index(example)]
            ordered += [one for one in earlier if one.mark == "after" and one.name == example.name]
    return ordered


def _has(ordered: list[Example], name: str | None) -> bool:
    return any(one.mark == "name" and one.name == name for one in ordered)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for the examples of one document; what they leave running is ended."""
    yield tmp_path
    for line in (tmp_path / "pids").read_text().split() if (tmp_path / "pids").exists() else ():
        os.kill(int(line), signal.SIGTERM)


def test_every_block_that_runs_is_run() -> None:
    for document in DOCUMENTS:
        blocks = [match["kind"] for match in _BLOCK.finditer(document.read_text(encoding="utf-8"))]
        assert len(examples(document)) == sum(kind in _RUNS for kind in blocks), document


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(path, id=path.name, marks=[pytest.mark.soak] * (path.name in LONG))
        for path in DOCUMENTS
        if path != RUNBOOKS and examples(path)
    ],
)
def test_the_examples_run(document: Path, folder: Path, commands: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environ = os.environ | {
        "PATH": f"{commands}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    for example in examples(document):
        text = example.text.replace("8000", port)
        if example.kind == "sh":
            script = re.sub(r"(?<!&)&$", ">serve.log 2>&1 & echo $! >>pids", text, flags=re.MULTILINE)
            if script != text:
                script += f"\n{sys.executable} -c '{_WAIT}' {port}"
            command = ["bash", "-euo", "pipefail", "-c", script]
        else:
            command = [sys.executable, "-c", text]
        done = subprocess.run(
            command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{document.name}:\n{text}\n{done.stdout}{done.stderr}"


_WAIT = """
import socket, sys, time
for _ in range(300):
    try:
        socket.create_connection(("localhost", int(sys.argv[1]))).close()
        break
    except OSError:
        time.sleep(0.1)
else:
    sys.exit("no server")
"""


def test_every_local_link_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for target in re.findall(r"(?:\]\(|src=\")([^)\"#:]+)[)\"#]", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
