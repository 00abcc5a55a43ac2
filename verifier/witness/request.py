"""The body of ``POST <prefix>/add-checkpoint`` (C2SP tlog-witness, "add-checkpoint"). Pure."""

from typing import Self

from msgspec import Struct

from schemas.tlog.form import HASH_BYTES, MAX_TREE, MalformedTlog, base64_text, decimal, hash_of_text

PATH = "/add-checkpoint"
"""Below the witness's submission prefix."""

SIZE_TYPE = "text/x.tlog.size"
"""Content type of a 409 answer, whose body is the size that the witness has seen, and a line break."""

MAX_HASHES = 63
_OLD = "old "


class AddCheckpoint(Struct, frozen=True):
    """The checkpoint that ``note`` signs, and ``proof`` that its tree grew from the one of ``old_size`` entries.

    Raises ``MalformedTlog`` for a size outside 0 to 2^63 - 1, more than 63 hashes or one of other than 32 bytes, and
    an empty note. Whether the note is one is not looked at.
    """

    old_size: int
    proof: tuple[bytes, ...]
    note: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.old_size <= MAX_TREE:
            raise MalformedTlog(f"a tree has 0 to 2^63 - 1 entries, not {self.old_size}")
        if len(self.proof) > MAX_HASHES or any(len(one) != HASH_BYTES for one in self.proof):
            raise MalformedTlog(f"a consistency proof has at most {MAX_HASHES} hashes of {HASH_BYTES} bytes")
        if not self.note:
            raise MalformedTlog("a request ends in a signed checkpoint")

    def encode(self) -> bytes:
        """The body: the old size, a line for each hash, an empty line, the note as it is."""
        lines = (f"{_OLD}{self.old_size}", *map(base64_text, self.proof), "", "")
        return "\n".join(lines).encode("ascii") + self.note

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The request whose ``encode()`` is exactly this; ``MalformedTlog`` for any other body."""
        head, blank, note = data.partition(b"\n\n")
        if not blank or not head.isascii():
            raise MalformedTlog("a request has an empty line between its proof and its checkpoint")
        first, *lines = head.decode("ascii").split("\n")
        if not first.startswith(_OLD):
            raise MalformedTlog(f"a request begins with a line of the old size, not with {first[:60]!r}")
        if len(lines) > MAX_HASHES:
            raise MalformedTlog(f"a consistency proof has at most {MAX_HASHES} hashes")
        old_size = decimal(first.removeprefix(_OLD), "the old size")
        return cls(old_size, tuple(hash_of_text(line, "a hash") for line in lines), note)
