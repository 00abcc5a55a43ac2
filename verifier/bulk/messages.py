"""What the process that judges and the one that asks it say to each other: MessagePack behind its length."""

import struct
from datetime import datetime
from typing import IO, TypeVar

import msgspec
from msgspec import Struct

from verifier.bundle import Bundle

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
