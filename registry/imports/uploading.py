"""An uploaded file: what it is called, what it is, and whether it can be taken."""

from email.message import Message
from pathlib import PurePath, PurePosixPath

from litestar.exceptions import HTTPException

from registry.errors import InvalidInput
from registry.imports.files import kind_of
from registry.imports.sheets import refused

_MOST_NAME = 120
_SUFFIXES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "text/csv": ".csv",
    "application/x-ndjson": ".ndjson",
    "application/jsonl": ".ndjson",
    "application/json": ".json",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/xml": ".xml",
    "text/xml": ".xml",
}
_ANYTHING = ("", "application/octet-stream", "application/vnd.ms-excel", "text/plain")
"""Media types that browsers give to files whose kind they do not know; the last but one is Windows' for CSV."""


def checked(content: bytes, name: str, media_type: str) -> str:
    """The name under which the file is kept: without folders, in printable characters, and with a suffix.

    Raises ``InvalidInput`` for a file that is none of the kinds that are read, and 415 for another media type, or one
    that contradicts the file's name.
    """
    plain = media_type.partition(";")[0].strip().lower()
    suffix = _SUFFIXES.get(plain)
    if suffix is None and plain not in _ANYTHING:
        raise HTTPException(
            status_code=415, detail=f"{plain[:80]} is not read here: send .xlsx, .csv, .ndjson, .json, .xml or .zip"
        )
    called = _name(name)
    if not called:
        if suffix is None:
            raise InvalidInput(
                "name the file, or send its Content-Type: .xlsx, .csv, .ndjson, .json, .xml or .zip", "$.file"
            )
        called = f"upload{suffix}"
    elif suffix is not None and PurePath(called).suffix.lower() not in _alike(suffix):
        raise HTTPException(status_code=415, detail=f"{called} is sent as {plain}: send it as what its name says")
    if not content.strip():
        raise refused(called, "is empty: save the file again with its rows")
    kind_of(content, PurePath(called))
    return called


def file_name(disposition: str) -> str:
    """The file's name in a ``Content-Disposition`` (RFC 6266); empty when it has none."""
    message = Message()
    message["content-disposition"] = disposition
    return message.get_filename("") or ""


def _name(name: str) -> str:
    """The last part of a path of whichever system, what does not print left out."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printed = "".join(each for each in last if each.isprintable() and each not in '"<>|:*?').strip(". ")
    suffix = PurePath(printed).suffix[:10]
    return printed if len(printed) <= _MOST_NAME else printed[: _MOST_NAME - len(suffix)] + suffix


def _alike(suffix: str) -> tuple[str, ...]:
    alike = {".csv": (".csv", ".tsv", ".txt"), ".ndjson": (".ndjson", ".jsonl")}
    return alike.get(suffix, (suffix,))
