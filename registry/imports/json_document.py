"""One JSON document with footprints in it: which kind it is, where its objects are, and the document with notes.

A document is one object, a list of them, or an object whose ``data`` is one of these two, as PACT's answers are.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum

import msgspec
from msgspec import Struct

from registry.imports.notes import NOTE_MEMBERS, RowOutcome
from registry.imports.sheets import refused
from schemas.findings.naming import shown

MOST_DOCUMENT = 20_000_000
"""Bytes of a document, which is in memory whole."""

MOST_OBJECTS = 10_000
_DECODER = msgspec.json.Decoder(object, float_hook=Decimal)
_BOM = b"\xef\xbb\xbf"
Raw = dict[str, msgspec.Raw]


class JsonKind(StrEnum):
    """The formats of JSON that are read."""

    PACT = "PACT"
    OPENEPD = "openEPD"
    ILCD = "ILCD+EPD"


class Place(Struct, frozen=True):
    """A value in a document, and its JSON path there."""

    value: object
    path: str

    def to(self, *names: str) -> "Place":
        """What is at the end of these names; None where one leads nowhere."""
        value, path = self.value, self.path
        for name in names:
            value = value.get(name) if isinstance(value, dict) else None
            path = f"{path}.{name}" if name.isidentifier() else f"{path}['{name}']"
        return Place(value, path)

    def items(self) -> "list[Place]":
        """The items of a list; none of anything else."""
        listed = self.value if isinstance(self.value, list) else []
        return [Place(value, f"{self.path}[{at}]") for at, value in enumerate(listed)]


def looks_like_json(content: bytes) -> bool:
    """Whether the first character is that of an object or list."""
    return content.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


def objects_of(content: bytes, file: str) -> list[Place]:
    """The objects of a document, numbers digit by digit. Raises ``InvalidInput`` for what is no such document."""
    if len(content) > MOST_DOCUMENT:
        most = MOST_DOCUMENT // 1_000_000
        en = f"is over {most} MB of JSON: split it into several files"
        raise refused(file, en, f"的JSON超过{most} MB：请拆分为多个文件")
    try:
        root = _DECODER.decode(content.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError, ValueError) as problem:
        said = shown(str(problem).split("\n", maxsplit=1)[0])
        raise refused(
            file,
            f"is not JSON in UTF-8 ({said}): export it again, without NaN; a file of lines is named .ndjson",
            f"不是UTF-8编码的JSON（{said}）：请重新导出，不使用NaN；每行一个对象的文件请命名为.ndjson",
        ) from None
    whole = Place(root, "$")
    inside = whole.to("data") if isinstance(root, dict) and isinstance(root.get("data"), dict | list) else whole
    objects = inside.items() if isinstance(inside.value, list) else [inside]
    if not objects or len(objects) > MOST_OBJECTS:
        count = len(objects)
        en = f"has {count:,} objects: give 1 to {MOST_OBJECTS:,} in a file"
        raise refused(file, en, f"含有{count:,}个对象：每个文件请含1至{MOST_OBJECTS:,}个")
    return objects


def kind_of_json(objects: list[Place], file: str) -> JsonKind:
    """The format that all objects are in. Raises ``InvalidInput`` for another one, or for two in one file."""
    kinds = {_kind(one.value) for one in objects}
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is None:
        raise refused(
            file,
            "is JSON, but not all of it is PACT (with pcf), or all openEPD (with doctype openEPD), or all ILCD+EPD "
            "(with processInformation): declarations in this registry's own form are sent as .ndjson, one a line",
            "为JSON，但其内容并非全部为PACT（含pcf）、全部为openEPD（doctype为openEPD）或全部为ILCD+EPD（含processInformation）："
            "本登记处自有格式的声明请以.ndjson提交，每行一份",
        )
    return kind


def with_notes(content: bytes, became: Mapping[int, RowOutcome]) -> bytes:
    """The document with what became of each object in it; all else as it was, to the digit."""
    return _noted(content.removeprefix(_BOM), iter(range(1, MOST_OBJECTS + 1)), became, is_root=True)


def _noted(raw: bytes, numbers: Iterator[int], became: Mapping[int, RowOutcome], is_root: bool = False) -> bytes:
    if raw.lstrip()[:1] == b"[":
        listed = msgspec.json.decode(raw, type=list[msgspec.Raw])
        return b"[" + b",\n".join(_noted(bytes(one), numbers, became) for one in listed) + b"]"
    if raw.lstrip()[:1] != b"{":
        next(numbers)
        return raw
    members: dict[str, object] = {**msgspec.json.decode(raw, type=Raw)}
    inside = members.get("data")
    if is_root and isinstance(inside, msgspec.Raw) and bytes(inside).lstrip()[:1] in (b"{", b"["):
        return msgspec.json.encode(members | {"data": msgspec.Raw(_noted(bytes(inside), numbers, became))})
    outcome = became.get(next(numbers))
    notes = {} if outcome is None else dict(zip(NOTE_MEMBERS, (outcome.outcome, outcome.findings), strict=True))
    return msgspec.json.encode({name: held for name, held in members.items() if name not in notes} | notes)


def _kind(value: object) -> JsonKind | None:
    if not isinstance(value, dict):
        return None
    doctype = value.get("doctype")
    if isinstance(doctype, str) and doctype.lower().startswith("open"):
        return JsonKind.OPENEPD
    if isinstance(value.get("processInformation"), dict):
        return JsonKind.ILCD
    return JsonKind.PACT if isinstance(value.get("pcf"), dict) else None
