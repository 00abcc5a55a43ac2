"""Mail: sent after what it tells of, as often as it takes, to the right server only; its text is not kept."""

import email
import email.policy
import socketserver
import stat
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from registry.accounts.delivery import deliver_next
from registry.accounts.mail import FolderMailer, MailUrl, SmtpMailer, mailer_for
from registry.accounts.outbox import Letter, StoredOutbox, Waiting, waiting, wrong_with_mail
from registry.database.people_tables import MessageRow
from registry.errors import HomeError
from registry.home import Config
from tests.registry.accounts.desk import Desk
from tests.world import NOW

LI = "li@maker.example"
LETTER = Letter(LI, "New password / 重设密码", "https://id.example.org/reset/secret\n\n请在30分钟内设置\n")


def put(desk: Desk, letter: Letter = LETTER) -> None:
    with desk.registry.database.writing() as session:
        StoredOutbox(session, NOW).put(letter)


def rows(desk: Desk) -> list[MessageRow]:
    with desk.registry.database.reading() as session:
        return list(session.exec(select(MessageRow)))


class Server(socketserver.ThreadingTCPServer):
    """A mail server that speaks as much of SMTP (RFC 5321) as it takes to receive, without TLS."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, refuses: bool = False, host: str = "127.0.0.1") -> None:
        super().__init__((host, 0), Conversation)
        self.refuses = refuses
        self.received: list[bytes] = []
        self.recipients: list[str] = []


class Conversation(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Server)
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    text += part
                self.server.received.append(text)
            if word == b"RCPT":
                self.server.recipients.append(line.decode().partition("<")[2].rpartition(">")[0])
            if word == b"RCPT" and self.server.refuses:
                self.wfile.write(b"450 later\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 good\r\n")
            if word == b"QUIT":
                return


@contextmanager
def mail_server(refuses: bool = False, host: str = "127.0.0.1") -> Generator[Server]:
    with Server(refuses, host) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def mailer(server: Server, host: str = "127.0.0.1") -> SmtpMailer:
    return SmtpMailer(MailUrl.parse(f"smtp://{host}:{server.server_address[1]}?from=registry@example.org"), "")


def test_a_letter_arrives_as_it_was_written_and_its_text_is_not_kept(desk: Desk) -> None:
    put(desk)
    with mail_server() as server:
        assert deliver_next(desk.registry.database, mailer(server), NOW)
        assert not deliver_next(desk.registry.database, mailer(server), NOW + timedelta(days=1))
        (received,) = server.received
    read = email.message_from_bytes(received, policy=email.policy.default)
    assert (read["to"], read["from"], read["subject"]) == (LI, "registry@example.org", LETTER.subject)
    assert read["auto-submitted"] == "auto-generated"
    assert read.get_content().replace("\r\n", "\n") == LETTER.body
    (row,) = rows(desk)
    assert (row.recipient, row.subject, row.body) == ("", "", "")
    assert (row.sent_at, row.due_at) == (NOW, None)


def test_what_is_not_taken_is_sent_again_ever_more_rarely_and_then_given_up(desk: Desk) -> None:
    put(desk)
    now, tries = NOW, []
    with mail_server(refuses=True) as server:
        while (row := rows(desk)[0]).due_at is not None:
            tries.append(row.due_at)
            now = row.due_at
            assert not deliver_next(desk.registry.database, mailer(server), now - timedelta(seconds=1))
            assert deliver_next(desk.registry.database, mailer(server), now)
        assert server.received == []
    assert tries[1] - tries[0] == timedelta(minutes=1)
    assert now - NOW > timedelta(days=3)
    assert len(tries) < 30
    assert (rows(desk)[0].recipient, rows(desk)[0].subject, rows(desk)[0].body) == ("", "", "")


def test_a_server_that_is_not_there_is_asked_again(desk: Desk) -> None:
    put(desk)
    with mail_server() as server:
        gone = mailer(server)
    assert deliver_next(desk.registry.database, gone, NOW)
    with mail_server() as server:
        assert deliver_next(desk.registry.database, mailer(server), NOW + timedelta(minutes=1))
        assert len(server.received) == 1


def test_it_shows_when_mail_does_not_leave(desk: Desk) -> None:
    def wrong(**later: float) -> str:
        with desk.registry.database.reading() as session:
            return wrong_with_mail(session, NOW + timedelta(**later)) or ""

    put(desk)
    assert wrong(minutes=5) == ""
    assert "that nobody sends" in wrong(minutes=6)
    with mail_server(refuses=True) as server:
        for minutes in (0, 1, 3, 7, 15, 31, 63):
            assert deliver_next(desk.registry.database, mailer(server), NOW + timedelta(minutes=minutes))
    assert "that nobody sends" not in wrong(minutes=61)
    assert "none has left" in wrong(minutes=61)
    put(desk)
    with mail_server() as server:
        assert deliver_next(desk.registry.database, mailer(server), NOW + timedelta(minutes=61))
    assert wrong(minutes=62) == ""  # it is that one address
    with desk.registry.database.reading() as session:
        assert waiting(session) == Waiting(1, 1, NOW, NOW + timedelta(minutes=127))


def test_nothing_is_told_of_what_did_not_happen(desk: Desk) -> None:
    def interrupted() -> None:
        with desk.registry.database.writing() as session:
            StoredOutbox(session, NOW).put(LETTER)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert rows(desk) == []


def test_no_letter_leaves_without_tls_for_another_host() -> None:
    with mail_server(host="127.0.0.2") as server:  # not one of the names of this very host
        with pytest.raises(OSError, match="STARTTLS"):
            mailer(server, "127.0.0.2").send(LETTER, NOW)
        assert server.received == []


NO_ADDRESS = ("=?utf-8?q??=@x.example", "=?utf-8?q?victim=40evil.example=2C?=a@x.example", "two@a.example,b@b.example")


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_what_an_older_program_took_for_an_address_stops_no_other_and_reaches_nobody(desk: Desk, address: str) -> None:
    put(desk, Letter(address, "An objection", "was dismissed"))
    put(desk)
    with mail_server() as server:
        while deliver_next(desk.registry.database, mailer(server), NOW):
            pass
        (_,) = server.received
        assert server.recipients == [LI]
    assert [row.recipient for row in rows(desk) if row.sent_at is None] == [address]


class Broken:
    """Fails as nobody foresaw."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def send(self, letter: Letter, now: datetime) -> None:
        self.asked.append(letter.recipient)
        if letter.recipient != LI:
            raise IndexError("list index out of range")


def test_a_letter_that_fails_as_nobody_foresaw_stops_no_other(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    put(desk, Letter("odd@maker.example", "x", "x"))
    put(desk)
    broken = Broken()
    while deliver_next(desk.registry.database, broken, NOW):
        pass
    assert sorted(broken.asked) == [LI, "odd@maker.example"]
    assert {row.recipient: row.tries for row in rows(desk) if row.due_at} == {"odd@maker.example": 1}
    assert "IndexError" in caplog.text
    assert "odd@maker.example" not in caplog.text


def test_letters_of_all_scripts_go_where_a_server_takes_them(desk: Desk, tmp_path: Path) -> None:
    put(desk, Letter("li@例子.广告", "x", "x"))
    put(desk, Letter("李伟@例子.广告", "x", "x"))
    with mail_server() as server:  # which does not take SMTPUTF8 (RFC 6531, 3.1)
        while deliver_next(desk.registry.database, mailer(server), NOW):
            pass
        assert server.recipients == ["li@xn--fsqu00a.xn--4rr70v"]
    sink = FolderMailer(tmp_path / "outbox", "registry@example.org")
    assert deliver_next(desk.registry.database, sink, NOW + timedelta(minutes=1))
    (file,) = (tmp_path / "outbox").iterdir()
    assert "To: 李伟@xn--fsqu00a.xn--4rr70v" in file.read_bytes().decode()


def test_a_folder_gets_a_file_a_letter_that_only_its_owner_reads(tmp_path: Path) -> None:
    sink = mailer_for("folder:outbox", tmp_path, "id.example.org:8000", {})
    assert isinstance(sink, FolderMailer)
    sink.send(LETTER, NOW)
    sink.send(LETTER, NOW)
    files = sorted((tmp_path / "outbox").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    read = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert read["from"] == "registry@id.example.org"
    assert "/reset/secret" in read.get_content()


def test_an_address_that_would_add_a_line_to_the_header_goes_nowhere(desk: Desk, tmp_path: Path) -> None:
    put(desk, Letter("li@maker.example\nbcc: all@maker.example", "x", "x"))
    assert deliver_next(desk.registry.database, FolderMailer(tmp_path / "outbox", "registry@example.org"), NOW)
    assert rows(desk)[0].sent_at is None
    assert not list((tmp_path / "outbox").glob("*.eml"))


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("smtp://mail.example.org?from=a@b.example", MailUrl("smtp", "mail.example.org", 587, "", "a@b.example")),
        ("smtps://me%40b@h.example:4650?from=a@b.example", MailUrl("smtps", "h.example", 4650, "me@b", "a@b.example")),
        ("folder:outbox", MailUrl("folder", folder="outbox")),
    ],
)
def test_a_mail_url_says_how_mail_leaves(url: str, found: MailUrl) -> None:
    assert MailUrl.parse(url) == found


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mail.example.org", "mail is smtp://"),
        ("http://mail.example.org", "mail is smtp://"),
        ("smtp://?from=a@b.example", "mail is smtp://"),
        ("smtp://mail.example.org", "say who sends"),
        ("smtp://mail.example.org?from=nobody", "say who sends"),
        ("smtp://me:secret@mail.example.org?from=a@b.example", "CARBONLABEL_SMTP_PASSWORD"),
        ("folder://host/outbox", "mail is smtp://"),
    ],
)
def test_a_mail_url_that_is_none_is_refused_with_a_sentence_and_without_its_password(url: str, why: str) -> None:
    with pytest.raises(HomeError, match=why) as refused:
        Config(name="A", origin="a.example", mail=url)
    assert "secret" not in str(refused.value)


def test_too_cheap_a_hash_is_refused() -> None:
    for memory, passes in ((1_023, 2), (10**9, 2), (19_456, 0)):
        with pytest.raises(HomeError, match="password_memory"):
            Config(name="A", origin="a.example", password_memory=memory, password_passes=passes)
