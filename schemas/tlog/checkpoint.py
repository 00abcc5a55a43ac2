"""What a log says of itself at one moment: its size and root (C2SP tlog-checkpoint). It is signed as a note."""

from typing import Self

from msgspec import Struct

from schemas.tlog.form import HASH_BYTES, MAX_TREE, MalformedTlog, base64_text, decimal, hash_of_text


class Checkpoint(Struct, frozen=True):
    """The root hash of the log named ``origin`` at ``size`` entries; ``extensions`` are further lines, kept as read.

    Raises ``MalformedTlog`` for an origin or extension that is empty or has a control character, a size below 0 or
    above 2^63 - 1, and a root of other than 32 bytes.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or any(character < " " for character in line):
                raise MalformedTlog(f"a line of a checkpoint is empty or has control characters: {line!r}")
        if not 0 <= self.size <= MAX_TREE:
            raise MalformedTlog(f"a tree has 0 to 2^63 - 1 entries, not {self.size}")
        if len(self.root) != HASH_BYTES:
            raise MalformedTlog(f"a root hash has {HASH_BYTES} bytes, not {len(self.root)}")

    @property
    def text(self) -> str:
        """The note text: origin, size in decimal, root in base64, any extensions, each line ended by U+000A."""
        return "\n".join((self.origin, str(self.size), base64_text(self.root), *self.extensions, ""))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The checkpoint whose ``text`` is exactly this; ``MalformedTlog`` for any other."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1]:
            raise MalformedTlog("a checkpoint has at least three lines, each ended by a line break")
        origin, size, root, *extensions = lines[:-1]
        return cls(origin, decimal(size, "the tree size"), hash_of_text(root, "the root hash"), tuple(extensions))
