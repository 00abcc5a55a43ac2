"""How mail leaves: by SMTP, or into a folder. ``mail`` in config.toml says which, as a URL; empty: it waits.

    smtp://USER@HOST:587?from=registry@example.org      STARTTLS, without which nothing is sent, but on this very host
    smtps://USER@HOST:465?from=registry@example.org     TLS from the start
    folder:outbox                                       a file a message, below the home: for development

The password is in the environment, as CARBONLABEL_SMTP_PASSWORD.
"""

import os
import smtplib
import ssl
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTPUTF8
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from msgspec import Struct

from registry.accounts.outbox import Letter
from registry.members.email import mailbox

PASSWORD_VARIABLE = "CARBONLABEL_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
_WAIT = 20.0
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"smtp": 587, "smtps": 465}


class MailUrl(Struct, frozen=True):
    """What ``mail`` names."""

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    sender: str = ""
    folder: str = ""

    @classmethod
    def parse(cls, url: str) -> "MailUrl":
        """Raises ``ValueError``, which says what is wrong."""
        parts = urlsplit(url)
        if parts.scheme == "folder" and parts.path and not parts.netloc:
            return cls("folder", folder=parts.path)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("mail is smtp://HOST?from=ADDRESS, smtps://HOST?from=ADDRESS or folder:PATH")
        if parts.password is not None:
            raise ValueError(f"mail: the password does not belong here but in the environment, {PASSWORD_VARIABLE}")
        (sender,) = parse_qs(parts.query).get("from", [""])[:1]
        if "@" not in sender or not sender.isprintable():
            raise ValueError("mail: say who sends, with ?from=registry@example.org")
        port = parts.port or _PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname, port, unquote(parts.username or ""), sender)


class Mailer(Protocol):
    """Sends letters."""

    def send(self, letter: Letter, now: datetime) -> None:
        """Returns when another has taken charge of the letter. Raises ``OSError`` otherwise (so SMTP's errors are)."""
        ...


class SmtpMailer:
    """Hands letters to a mail server."""

    def __init__(self, url: MailUrl, password: str) -> None:
        self._url = url
        self._password = password

    def send(self, letter: Letter, now: datetime) -> None:
        """One connection a letter: there are few."""
        url, context = self._url, ssl.create_default_context()
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(url.host, url.port, timeout=_WAIT, context=context)
        else:
            server = smtplib.SMTP(url.host, url.port, timeout=_WAIT)
        with server:
            server.ehlo()
            if url.scheme == "smtp" and (url.host not in _HERE or server.has_extn("starttls")):
                server.starttls(context=context)
            if url.user:
                server.login(url.user, self._password)
            # To this one address, whatever a program may read out of the header.
            server.send_message(as_mail(letter, url.sender, now), to_addrs=[mailbox(letter.recipient)])


class FolderMailer:
    """Writes letters into files that only their owner can read."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, letter: Letter, now: datetime) -> None:
        """A file of its own, there whole or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{now:%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}"
        writing = self._folder / f".{name}"
        with os.fdopen(os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(as_mail(letter, self._sender, now).as_bytes(policy=SMTPUTF8))
        writing.replace(self._folder / f"{name}.eml")


def as_mail(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """The letter as a mail (RFC 5322): plain text, no tracking, nothing to answer to. To the recipient and nobody else.

    Raises ``ValueError`` for a recipient that is not exactly one address.
    """
    recipient = mailbox(letter.recipient)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, letter.subject
    if [address.addr_spec for address in mail["To"].addresses] != [recipient]:
        raise ValueError("a mail would name another recipient")
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no robot answers it
    mail.set_content(letter.body)
    return mail


def mailer_for(mail: str, home: Path, origin: str, environ: Mapping[str, str]) -> Mailer | None:
    """What sends the mail of a registry; None: nothing does. Raises ``ValueError``."""
    if not mail:
        return None
    url = MailUrl.parse(mail)
    if url.scheme == "folder":
        return FolderMailer(home / url.folder, f"registry@{origin.partition(':')[0]}")
    return SmtpMailer(url, environ.get(PASSWORD_VARIABLE, ""))
