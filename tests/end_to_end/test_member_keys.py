"""A member enrols, lists and ends its keys from its own machine: a terminal that asks, or a session for a script."""

import json
import os
import pty
import select
import subprocess
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.databases import database_of
from tests.end_to_end.commands import COMMAND, Ended, carbonlabel, carbonlabel_here, done_here, environment
from tests.end_to_end.people import LI, OPERA, PASSWORD, RITA, People, people_at_work
from tests.world import MAKER, ORIGIN, RIVAL

SESSION = "CARBONLABEL_SESSION"
CTRL_C, CTRL_D = "\x03", "\x04"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: "operator", LI: MAKER.id, RITA: RIVAL.id}
    with people_at_work(tmp_path_factory.mktemp("keys") / "home", everybody) as people:
        people.enrol(LI)
        yield people


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return Path(done_here("member-key", "create", tmp_path / "my-keys").strip())


def kid_of(key: Path) -> str:
    return key.stem.removeprefix("member-")


def at(people: People, member: str = MAKER.id) -> list[str]:
    return ["--member", member, "--registry", ORIGIN, "--url", people.url]


def by(people: People, who: str, *words: object) -> Ended:
    """The command with the session of somebody in the environment."""
    return carbonlabel_here("member-key", *words, **{SESSION: people.sessions[who]})


def could_not(ended: Ended, *words: str) -> None:
    assert (ended.code, ended.out) == (2, ""), ended
    assert all(word in ended.err for word in words), ended.err


def in_a_terminal(words: Sequence[object], typed: Sequence[str]) -> Ended:
    """Runs the command in a terminal, and types a line each time that something is asked for. ``err`` is the screen."""
    master, slave = pty.openpty()
    heeding = ["setsid", "--ctty", "--wait", "env", "--default-signal=INT"]  # also when make runs in the background
    command = [*heeding, str(COMMAND), *map(str, words)]
    running = subprocess.Popen(command, stdin=slave, stdout=subprocess.PIPE, stderr=slave, env=environment())
    os.close(slave)
    screen, lines = b"", iter(typed)
    while True:
        if not select.select([master], [], [], 120)[0]:
            running.kill()
            running.communicate()
            raise AssertionError(f"the command waits: {screen!r}")
        try:
            screen += os.read(master, 4_096)
        except OSError:  # the other end is closed: the command has ended
            break
        if screen.endswith(b": ") and (line := next(lines, None)) is not None:
            os.write(master, line.encode() if line in (CTRL_C, CTRL_D) else line.encode() + b"\n")
    os.close(master)
    out, _ = running.communicate(timeout=60)
    return Ended(running.returncode, out.decode(), screen.decode())


def sessions_of(people: People) -> int:
    with database_of(people.home) as database, database.reading() as session:
        return session.connection().exec_driver_sql("select count(*) from session").scalar_one()


def test_who_signs_in_at_the_terminal_enrols_a_key_and_is_signed_out(people: People, key: Path) -> None:
    before = sessions_of(people)
    words = ["member-key", "enrol", "--key", key, *at(people)]
    done = in_a_terminal(words, [LI, PASSWORD, people.code(LI, 1)])
    assert done.code == 0, done
    assert done.out.startswith(f"key {kid_of(key)} is enrolled for {MAKER.id}: it signs records from log index ")
    assert LI in done.err
    assert PASSWORD not in done.err
    assert sessions_of(people) == before
    shown = people.good(None, "GET", f"/v1/members/{MAKER.id}/keys")["keys"]
    assert [one["state"] for one in shown if one["kid"] == kid_of(key)] == ["active"]


def test_a_wrong_password_enrols_nothing(people: People, key: Path) -> None:
    for who, member in ((RITA, RIVAL.id), (LI, RIVAL.id)):  # and nobody signs in for another organisation
        password = PASSWORD if who == LI else "a wrong one altogether"
        done = in_a_terminal(["member-key", "enrol", "--key", key, *at(people, member)], [who, password])
        assert done.code == 2, done
        assert "e-mail, password or code is wrong" in done.err
    assert people.good(None, "GET", f"/v1/members/{RIVAL.id}/keys")["keys"] == []


def test_who_thinks_better_of_it_enrols_nothing(people: People, key: Path) -> None:
    before = sessions_of(people)
    for typed in ([RITA, CTRL_C], [CTRL_D], [LI, PASSWORD, CTRL_C]):
        done = in_a_terminal(["member-key", "enrol", "--key", key, *at(people)], typed)
        assert done.code == 2, done
        assert "nothing was changed" in done.err
    assert sessions_of(people) == before


def test_without_a_terminal_nobody_is_asked(people: People, key: Path) -> None:
    ended = carbonlabel("member-key", "enrol", "--key", key, *at(people), stdin=f"{LI}\n{PASSWORD}\n")
    could_not(ended, SESSION, "--session-file")


def test_a_script_enrols_lists_and_ends(people: People, key: Path, tmp_path: Path) -> None:
    enrolled = by(people, RITA, "enrol", "--key", key, *at(people, RIVAL.id), "--json")
    assert enrolled.code == 0, enrolled
    entry = json.loads(enrolled.out)
    assert (entry["kid"], entry["member"], entry["event"]) == (kid_of(key), RIVAL.id, "introduced")
    listed = carbonlabel_here("member-key", "list", *at(people, RIVAL.id), "--json")
    assert json.loads(listed.out) == people.good(None, "GET", f"/v1/members/{RIVAL.id}/keys")
    assert people.call(RITA, "GET", "/v1/session").status_code == 200  # what it did not open it does not end

    assert f"{kid_of(key)}  active" in done_here("member-key", "list", *at(people, RIVAL.id), "--mine", key.parent)
    (tmp_path / "nothing").mkdir()
    foreign = carbonlabel_here("member-key", "list", *at(people, RIVAL.id), "--mine", tmp_path / "nothing")
    assert foreign.code == 1
    assert f"key {kid_of(key)} is in force, and is none of yours" in foreign.err

    file = tmp_path / "session"
    file.write_text(people.sessions[RITA] + "\n")
    file.chmod(0o644)
    end = ("member-key", "end", kid_of(key), *at(people, RIVAL.id), "--session-file", file)
    could_not(carbonlabel_here(*end), "chmod 600")
    file.chmod(0o600)
    assert f"key {kid_of(key)} has retired" in done_here(*end)
    could_not(carbonlabel_here(*end), "has ended already")
    assert "is compromised: it is good only for records below 3" in done_here(*end, "--compromised-from", 3)
    assert f"{kid_of(key)}  compromised" in done_here("member-key", "list", *at(people, RIVAL.id), "--mine", tmp_path)


def test_what_the_registry_refuses_is_said(people: People, key: Path) -> None:
    could_not(by(people, OPERA, "enrol", "--key", key, *at(people)), "may not enrol")
    could_not(by(people, RITA, "enrol", "--key", key, *at(people)), "may not enrol")
    token = people.good(RITA, "POST", "/v1/tokens", {"name": "machine", "roles": ["signer"]})["token"]
    machine = carbonlabel_here("member-key", "enrol", "--key", key, *at(people, RIVAL.id), **{SESSION: token})
    could_not(machine, "somebody has to sign in")
    could_not(by(people, RITA, "end", kid_of(key), *at(people, RIVAL.id)), "has no key")
    could_not(by(people, RITA, "end", "../../x", *at(people, RIVAL.id)), "16 hexadecimal digits")
    could_not(carbonlabel_here("member-key", "list", *at(people, "nobody?x")), "nobody?x")
    nobody = carbonlabel_here("member-key", "enrol", "--key", key, *at(people), **{SESSION: "two words"})
    could_not(nobody, "is no session")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://id.example.org", "in the clear"),
        ("http://127.0.0.1.example.org", "in the clear"),
        ("ftp://id.example.org", "begins with https://"),
        ("https://li:secret@id.example.org", "begins with https://"),
        ("//id.example.org", "begins with https://"),
        ("http://[::1", "is not a URL"),
        ("http://127.0.0.1:9", "cannot be reached"),
    ],
)
def test_no_password_goes_to_where_others_could_read_it(key: Path, url: str, words: str) -> None:
    told = ["--member", MAKER.id, "--registry", ORIGIN, "--url", url]
    could_not(carbonlabel_here("member-key", "enrol", "--key", key, *told, **{SESSION: "x" * 40}), words)


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Generator[str]:
    """A server that answers everything so; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, b"<html>", "is it one?"),
        (200, b"[" * 100_000, "is it one?"),
        (200, b" " * 2_000_000, "more than 1000000 bytes"),
        (200, b'{"keys": [], "signs_all": 1}', "is it one?"),
        (301, b"", "answered 301"),
        (502, b"\xff", "answered 502"),
        (404, b'{"detail": "\\u001b[31mno\\u001b[0m ' + b"x" * 10_000 + b'"}', "\N{REPLACEMENT CHARACTER}[31mno"),
    ],
)
def test_what_answers_is_not_believed_to_be_a_registry(key: Path, status: int, body: bytes, words: str) -> None:
    with answering(status, body, Location="http://id.example.org/") as url:
        told = ["--member", MAKER.id, "--registry", ORIGIN, "--url", url]
        listed = carbonlabel_here("member-key", "list", *told)
        enrolled = carbonlabel_here("member-key", "enrol", "--key", key, *told, **{SESSION: "x" * 40})
    for ended in (listed, enrolled):
        could_not(ended, words)
        assert len(ended.err) < 1_000


def test_an_answer_about_another_key_is_not_taken_for_this_one(people: People, key: Path, tmp_path: Path) -> None:
    other = Path(done_here("member-key", "create", tmp_path / "other").strip())
    entry = by(people, LI, "enrol", "--key", other, *at(people), "--json").out.encode()
    with answering(201, entry) as url:
        told = ["--member", MAKER.id, "--registry", ORIGIN, "--url", url]
        enrolled = carbonlabel_here("member-key", "enrol", "--key", key, *told, **{SESSION: "x" * 40})
    could_not(enrolled, "another key")
