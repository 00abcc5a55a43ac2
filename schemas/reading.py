"""Reads a declaration from decoded JSON, all malformed fields reported at once."""

import msgspec

from schemas.declaration import Declaration
from schemas.findings.finding import Finding, error


def read_declaration(raw: object) -> tuple[Declaration | None, list[Finding]]:
    """The declaration that ``raw`` holds, or ``None`` and every malformed field (code ``form``)."""
    try:
        return msgspec.convert(raw, Declaration), []
    except msgspec.ValidationError as problem:
        return None, [error("form", "$", f"The declaration is malformed: {problem}.", f"声明格式有误：{problem}。")]
