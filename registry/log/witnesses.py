"""The registry's side of witnessing: each new checkpoint is sent to the configured witnesses (C2SP tlog-witness).

A witness that is slow, dead or lying costs the log at most ``TIMEOUT`` and its own cosignature, never a checkpoint:
whoever relies on witnesses asks for k of n of them (``verifier.witness.policy``). What went wrong is reported.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
from msgspec import Struct

from keys import KeysError, NoteKey, NoteKind, NoteLine, add_lines, open_note, parse_lines, parse_note, parse_vkey
from schemas.tlog import Checkpoint, MalformedTlog
from schemas.tlog.form import decimal
from verifier.tiles import HashReader, consistency_proof
from verifier.witness.request import PATH, SIZE_TYPE, AddCheckpoint

TIMEOUT = 1.0
"""Seconds for all witnesses together, which are asked at once: a published record is in a checkpoint within 2 s."""

_MAX_ANSWER = 65_536
_HEADERS = {"Content-Type": "text/plain; charset=utf-8", "Accept-Encoding": "identity"}
_LOG = logging.getLogger("carbonlabel.witnesses")


class ConfiguredWitness(Struct, frozen=True):
    """A witness to ask: its key, and its submission prefix without a slash at the end."""

    key: NoteKey
    url: str

    @classmethod
    def parse(cls, text: str) -> "ConfiguredWitness":
        """From ``<verifier key> <url>``. Raises ``ValueError`` for any other text."""
        vkey, _, url = text.partition(" ")
        try:
            key = parse_vkey(vkey, NoteKind.COSIGNATURE)
        except KeysError as problem:
            raise ValueError(str(problem)) from problem
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"{url!r} is not the URL of a witness: write '<verifier key> https://host[/path]'")
        return cls(key, url.rstrip("/"))


def parse_witnesses(lines: Iterable[str]) -> tuple[ConfiguredWitness, ...]:
    """All witnesses of a configuration. Raises ``ValueError`` also when two have the same public key."""
    witnesses = tuple(ConfiguredWitness.parse(line) for line in lines)
    if len({witness.key.key.raw for witness in witnesses}) != len(witnesses):
        raise ValueError("two witnesses have the same key: they are one")
    return witnesses


class Fault(Struct, frozen=True):
    """Why a witness's cosignature is missing, or what else was wrong with its answer."""

    witness: str
    problem: str


class Collected(Struct, frozen=True):
    """The checkpoint with the cosignatures that came, all of them good, and what did not go well."""

    note: bytes
    faults: tuple[Fault, ...]


class _Refused(Exception):
    """The witness's answer is not a cosignature that can be used."""


class Witnesses:
    """Asks ``witnesses`` for cosignatures on the log whose tiles ``reader`` has.

    ``seen`` is the size that each is taken to have seen, until it says otherwise.
    """

    def __init__(self, witnesses: Sequence[str], reader: HashReader, seen: int, timeout: float = TIMEOUT) -> None:
        """Raises ``ValueError`` as ``parse_witnesses``."""
        self._witnesses = parse_witnesses(witnesses)
        self._reader = reader
        self._timeout = timeout
        self._seen = dict.fromkeys((witness.key for witness in self._witnesses), seen)

    def cosign(self, checkpoint: Checkpoint, note: bytes) -> bytes:
        """``note`` with the cosignatures that came in time, of those witnesses whose cosignature it does not have.

        Never raises; faults go to the program's log.
        """
        collected = self.collect(checkpoint, note)
        for fault in collected.faults:
            _LOG.warning("witness %s, checkpoint of size %d: %s", fault.witness, checkpoint.size, fault.problem)
        return collected.note

    def collect(self, checkpoint: Checkpoint, note: bytes) -> Collected:
        """As ``cosign``; faults are returned. Call it where no event loop runs."""
        there = {(line.name, line.key_id) for line in parse_note(note).lines}
        asked = [one for one in self._witnesses if (one.key.origin, one.key.key_id) not in there]
        if not asked:
            return Collected(note, ())
        # Not asyncio.run: at its end it waits for threads, so for a name server that does not answer.
        loop = asyncio.new_event_loop()
        try:
            answers = loop.run_until_complete(self._ask_all(asked, checkpoint, note))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            loop.close()
        lines = [answer for answer in answers if isinstance(answer, NoteLine)]
        faults = tuple(answer for answer in answers if isinstance(answer, Fault))
        return Collected(add_lines(note, *lines) if lines else note, faults)

    async def _ask_all(
        self, asked: Iterable[ConfiguredWitness], checkpoint: Checkpoint, note: bytes
    ) -> list[NoteLine | Fault]:
        async with httpx.AsyncClient(headers=_HEADERS, timeout=self._timeout, follow_redirects=False) as client:
            return await asyncio.gather(*(self._ask_in_time(client, witness, checkpoint, note) for witness in asked))

    async def _ask_in_time(
        self, client: httpx.AsyncClient, witness: ConfiguredWitness, checkpoint: Checkpoint, note: bytes
    ) -> NoteLine | Fault:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._ask(client, witness, checkpoint, note)
        except TimeoutError:
            problem = f"no answer in {self._timeout:g} s"
        except (_Refused, KeysError, MalformedTlog) as refused:
            problem = str(refused)
        except Exception as other:  # whatever it is, the log goes on
            problem = f"{type(other).__name__}: {other}"
        return Fault(witness.key.origin, problem)

    async def _ask(
        self, client: httpx.AsyncClient, witness: ConfiguredWitness, checkpoint: Checkpoint, note: bytes
    ) -> NoteLine:
        """The witness's cosignature; after a 409, asked for a second time with the size that it has seen."""
        seen = min(self._seen[witness.key], checkpoint.size)
        status, kind, body = await self._post(client, witness, seen, checkpoint.size, note)
        if status == HTTPStatus.CONFLICT and (said := _size_of(kind, body)) != seen:
            if said > checkpoint.size:
                raise _Refused(f"it has seen {said} entries of this log: was this database restored from a backup?")
            self._seen[witness.key] = said
            status, kind, body = await self._post(client, witness, said, checkpoint.size, note)
        if status == HTTPStatus.CONFLICT and _size_of(kind, body) == checkpoint.size:
            raise _Refused(f"it has seen another tree of {checkpoint.size} entries of this log: two histories")
        if status != HTTPStatus.OK:
            raise _Refused(f"it answered {status} {_shown(body)}")
        line = _cosignature(witness.key, note, body)
        self._seen[witness.key] = checkpoint.size
        return line

    async def _post(
        self, client: httpx.AsyncClient, witness: ConfiguredWitness, old_size: int, size: int, note: bytes
    ) -> tuple[int, str, bytes]:
        proof = await asyncio.to_thread(consistency_proof, old_size, size, self._reader)
        content = AddCheckpoint(old_size, tuple(proof), note).encode()
        async with client.stream("POST", witness.url + PATH, content=content) as answer:
            body = b""
            async for part in answer.aiter_raw():
                body += part
                if len(body) > _MAX_ANSWER:
                    raise _Refused(f"its answer is longer than {_MAX_ANSWER} bytes")
            return answer.status_code, answer.headers.get("Content-Type", ""), body


def _size_of(kind: str, body: bytes) -> int:
    """The size in a 409 answer. Raises ``_Refused`` or ``MalformedTlog``."""
    if kind != SIZE_TYPE or not body.endswith(b"\n"):
        raise _Refused(f"it answered 409 without the size that it has seen: {_shown(body)}")
    return decimal(body[:-1].decode("ascii", "replace"), "the size that it has seen")


def _cosignature(key: NoteKey, note: bytes, body: bytes) -> NoteLine:
    """The good cosignature of ``key`` in an answer; other lines are ignored. Raises ``_Refused`` or a KeysError."""
    for line in parse_lines(body.decode("utf-8", "replace")):
        if (line.name, line.key_id) == (key.origin, key.key_id):
            open_note(add_lines(note, line), (key,))
            return line
    raise _Refused("there is no signature of its own in its answer")


def _shown(body: bytes) -> str:
    """The beginning of an answer, without what could steer a terminal."""
    return ascii(body[:100].decode("utf-8", "replace").strip())
