"""What people write to one another, and the path of the field that they write about."""

import re

from registry.errors import InvalidInput
from schemas.declaration import Declaration

_PATH = re.compile(r"\$(?:\.([a-z_]+)(?:\.[a-z_-]+|\[[0-9]{1,4}\])*)?", re.ASCII | re.IGNORECASE)


def sound_words(text: str, path: str, most: int) -> str:
    """``text`` without space around it, its lines apart by a line feed. Raises ``InvalidInput``, at ``path``."""
    words = "\n".join(text.strip().splitlines())
    if not words or len(words) > most or not all(line.isprintable() for line in words.split("\n")):
        raise InvalidInput("write 1 to {most} printable characters", path, most=most)
    return words


def sound_path(named: str, path: str) -> str:
    """``named``, a JSON path of a field of a declaration, or ``$``. Raises ``InvalidInput``, at ``path``."""
    match = _PATH.fullmatch(named) if len(named) <= 200 else None
    if match is None or (match[1] is not None and match[1] not in Declaration.__struct_fields__):
        raise InvalidInput("name a field of the declaration, such as $.gwp_total or $.stages[0].gwp", path)
    return named
