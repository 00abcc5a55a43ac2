"""One finding: what is wrong with a declaration, where, how badly, and how to put it right."""

from enum import StrEnum

from msgspec import Struct

from schemas.text import Text


class Severity(StrEnum):
    """What a finding means for the declaration: an error blocks submission, a warning needs the reviewer's word."""

    ERROR = "error"
    WARNING = "warning"


class Finding(Struct, frozen=True):
    """A problem of a declaration.

    ``code`` is stable and machine-readable (the table is in ``schemas.findings``), ``path`` the JSON path of the
    value (RFC 9535), ``message`` a sentence in exactly ``en`` and ``zh`` that names the field, the problem and the fix.
    """

    code: str
    path: str
    severity: Severity
    message: Text


def error(code: str, path: str, en: str, zh: str) -> Finding:
    """A finding that blocks submission."""
    return Finding(code, path, Severity.ERROR, {"en": en, "zh": zh})


def warning(code: str, path: str, en: str, zh: str) -> Finding:
    """A finding that the reviewer has to decide on."""
    return Finding(code, path, Severity.WARNING, {"en": en, "zh": zh})
