"""The OpenAPI document keeps its word: the running server answers whatever it describes, as it describes it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.alliance import OPERATOR, Alliance, declaration, new_gtin
from tests.end_to_end.commands import environment

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method,ignored_auth,use_after_free"
)

JOSE = """
import schemathesis

@schemathesis.serializer("application/jose")
def as_it_is(context, value):
    return str(value).encode()
"""


def explore(alliance: Alliance, folder: Path, config: str, phases: str, examples: int, *options: str) -> None:
    """Has schemathesis try every operation with data of every kind; fails with what it found, and how to repeat it."""
    (folder / "schemathesis.toml").write_text(config)
    (folder / "jose.py").write_text(JOSE)
    command = [str(SCHEMATHESIS), "--config-file", "schemathesis.toml", "run", f"{alliance.url}/schema/openapi.json"]
    command += ["--checks", CHECKS, "--phases", phases, "--max-examples", str(examples), "--seed", "1", "--no-color"]
    command += ["--no-shrink", "--warnings", "off", "--generation-database", "none", "--continue-on-failure", *options]
    tried = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=300,
        check=False,
        env=environment({"COLUMNS": "120", "SCHEMATHESIS_HOOKS": "jose", "PYTHONPATH": str(folder)}),
    )
    assert tried.returncode == 0, tried.stdout[-8000:] + tried.stderr[-2000:]


@pytest.mark.soak
def test_whoever_has_no_token_gets_only_answers_that_are_described(alliance: Alliance, tmp_path: Path) -> None:
    explore(alliance, tmp_path, "", "fuzzing", 2)


@pytest.mark.soak
@pytest.mark.parametrize("phase", ["coverage", "fuzzing"])
def test_the_operator_gets_only_answers_that_are_described(alliance: Alliance, tmp_path: Path, phase: str) -> None:
    gtin = new_gtin()
    published = alliance.publish(declaration(gtin))
    known = {
        "path.record": published["record"],
        "path.declaration": published["id"],
        "path.key": gtin,
        "path.name": "declaration",
        "path.rest": gtin,
    }
    lines = "".join(f'"{name}" = {json.dumps(value)}\n' for name, value in known.items())
    header = f"Authorization: Bearer {alliance.tokens[OPERATOR]}"
    explore(alliance, tmp_path, f"[parameters]\n{lines}", phase, 20, "--header", header)


def test_each_operation_says_in_a_sentence_what_it_does(alliance: Alliance) -> None:
    document = alliance.good(None, "GET", "/schema/openapi.json")
    assert document["openapi"].startswith("3.1")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert " " in operation["summary"], (method, path)


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_the_reference_for_people_lists_every_path(alliance: Alliance, accept: str) -> None:
    page = alliance.http.get("/schema", headers={"accept": accept})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    for path in alliance.good(None, "GET", "/schema/openapi.json")["paths"]:
        assert path in page.text
