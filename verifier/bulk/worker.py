"""A process that judges: ``python -m verifier.bulk.worker FOLDER NOW``, started and ended by ``verifier.bulk.judging``.

It opens the bundle in FOLDER, says what it holds, and then answers lists of texts with lists of rows, until its input
ends. NOW, in ISO 8601, is the moment that all are judged at. Messages are MessagePack behind their length.
"""

import struct
import sys
from datetime import datetime
from pathlib import Path
from typing import IO, TypeVar

import msgspec
from msgspec import Struct

from verifier.bulk.flat import Row, row_of
from verifier.bundle import Bundle
from verifier.verifier import Verifier

Asked = tuple[str, str | None]
"""The text of a label, and what it is expected to be for."""

_LENGTH = struct.Struct("<I")
Message = TypeVar("Message")


class Held(Struct, frozen=True):
    """Which bundle a process judges by."""

    size: int
    root: bytes
    signed_at: datetime

    @classmethod
    def of(cls, bundle: Bundle) -> "Held":
        """What tells this bundle from any other."""
        return cls(bundle.checkpoint.size, bundle.checkpoint.root, bundle.signed_at)


def write_message(stream: IO[bytes], message: object) -> None:
    """Sends one message."""
    data = msgspec.msgpack.encode(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_message(stream: IO[bytes], kind: type[Message]) -> Message:
    """Receives one message. Raises ``EOFError`` when the other side has gone."""
    head = stream.read(_LENGTH.size)
    data = stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    if not data:
        raise EOFError("the other process has ended")
    return msgspec.msgpack.decode(data, type=kind)


def main(folder: str, at: str) -> None:
    """Answers until the input ends."""
    now = datetime.fromisoformat(at)
    verifier = Verifier.open(Path(folder), now=lambda: now)
    if verifier.bundle is None:
        raise SystemExit(f"{folder} has no bundle")
    source, target = sys.stdin.buffer, sys.stdout.buffer
    write_message(target, Held.of(verifier.bundle))
    while True:
        try:
            asked = read_message(source, list[Asked])
        except EOFError:
            return
        rows: list[Row] = [row_of(verifier.verify(text, expect)) for text, expect in asked]
        write_message(target, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
