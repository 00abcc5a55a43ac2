"""A file that proves offline, for ever, that an entry is in the log (C2SP tlog-proof, ``.tlog-proof``).

It holds an inclusion proof and the signed checkpoint that it leads to. The entry itself is what is being proved: the
reader hashes it, then asks ``keys.open_note`` about the checkpoint and ``verifier.merkle`` about the hashes.
"""

from typing import Self

from msgspec import Struct

from schemas.tlog.form import HASH_BYTES, MAX_TREE, MalformedTlog, base64_bytes, base64_text, decimal, hash_of_text

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_EXTRA, _INDEX = "extra ", "index "
_MAX_HASHES = 63


class TlogProof(Struct, frozen=True):
    """Entry ``index`` is in the tree of the checkpoint that ``note`` signs: ``hashes``, from the leaf's sibling up.

    ``note`` is the signed checkpoint verbatim, ``extra`` what the application likes to add: **it is not
    authenticated** by the proof, and absent when empty. Raises ``MalformedTlog`` for an index outside 0 to 2^63 - 2,
    more than 63 hashes or one of other than 32 bytes, and an empty note.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: bytes
    extra: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.index < MAX_TREE:
            raise MalformedTlog(f"a log has no entry {self.index}")
        if len(self.hashes) > _MAX_HASHES or any(len(one) != HASH_BYTES for one in self.hashes):
            raise MalformedTlog(f"an inclusion proof has at most {_MAX_HASHES} hashes of {HASH_BYTES} bytes")
        if not self.note:
            raise MalformedTlog("a proof ends in a signed checkpoint")

    def encode(self) -> bytes:
        """The file."""
        extra = [_EXTRA + base64_text(self.extra)] if self.extra else []
        lines = [_FIRST_LINE, *extra, f"{_INDEX}{self.index}", *map(base64_text, self.hashes), "", ""]
        return "\n".join(lines).encode("ascii") + self.note

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The proof whose ``encode()`` is exactly this; ``MalformedTlog`` for any other. The note is not looked at."""
        head, blank, note = data.partition(b"\n\n")
        if not blank or not head.isascii():
            raise MalformedTlog("a proof has an empty line between its hashes and its checkpoint")
        first, *lines = head.decode("ascii").split("\n")
        if first != _FIRST_LINE:
            raise MalformedTlog(f"a proof begins with the line {_FIRST_LINE}, not with {first[:60]!r}")
        extra = b""
        if lines and lines[0].startswith(_EXTRA):
            extra = base64_bytes(lines.pop(0).removeprefix(_EXTRA), "the extra data")
            if not extra:
                raise MalformedTlog("without extra data a proof has no line for it")
        if not lines or not lines[0].startswith(_INDEX):
            raise MalformedTlog("a proof has a line with the entry's index")
        index = decimal(lines[0].removeprefix(_INDEX), "the index")
        if len(lines) > 1 + _MAX_HASHES:
            raise MalformedTlog(f"an inclusion proof has at most {_MAX_HASHES} hashes")
        return cls(index, tuple(hash_of_text(line, "a hash") for line in lines[1:]), note, extra)
