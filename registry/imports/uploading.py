"""An uploaded file: what it is called, what it is, and whether it can be taken."""

from email.message import Message
from pathlib import PurePath, PurePosixPath

from registry.errors import InvalidInput
from registry.imports.files import kind_of
from registry.imports.sheets import empty, refused

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

_READ, _READ_ZH = ".xlsx, .csv, .ndjson, .json, .xml or .zip", ".xlsx、.csv、.ndjson、.json、.xml或.zip"


class OtherKind(InvalidInput):
    """The file is sent as something that is not read here."""

    slug, status, title = "other-kind", 415, "Not a kind of file that is read here"


def _other_kind(problem: InvalidInput) -> OtherKind:
    return OtherKind(str(problem), problem.path, problem.findings)


def checked(content: bytes, name: str, media_type: str) -> str:
    """The name under which the file is kept: without folders, in printable characters, and with a suffix.

    Raises ``InvalidInput`` for a file that is none of the kinds that are read, and ``OtherKind`` for another media
    type, or one that contradicts the file's name.
    """
    plain = media_type.partition(";")[0].strip().lower()
    suffix = _SUFFIXES.get(plain)
    if suffix is None and plain not in _ANYTHING:
        en, zh = f"is not read here: send {_READ}", f"类型的文件不予读取：请提交{_READ_ZH}"
        raise _other_kind(refused(plain[:80], en, zh))
    called = _name(name)
    if not called:
        if suffix is None:
            raise InvalidInput("name the file, or send its Content-Type: {read}", "$.file", read=_READ)
        called = f"upload{suffix}"
    elif suffix is not None and PurePath(called).suffix.lower() not in _alike(suffix):
        en, zh = f"is sent as {plain}: send it as what its name says", f"以{plain}类型提交：请按文件名所示的类型提交"
        raise _other_kind(refused(called, en, zh))
    if not content.strip():
        raise empty(called)
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
