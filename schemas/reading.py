"""Reads a declaration from decoded JSON or a spreadsheet row, and says of every malformed field what it should be.

The whole is converted at once; only when that fails is each field looked at on its own, so that all malformed ones
are reported together. Form only: what the fields say is judged by ``schemas.findings``.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from uuid import UUID

import msgspec
from msgspec import inspect

from schemas.declaration import Declaration
from schemas.findings.finding import Finding, error
from schemas.findings.naming import member, name_of, quoted, shown

MOST_ITEMS = 500
"""Items of a list, languages of a text, fields of an object."""

MOST_CHARACTERS = 10_000
"""Characters of a text."""

MOST_PROBLEMS = 1_000
"""Malformed fields that are reported; with more than that, something else was sent than a declaration."""

_DEPTH = 3
"""Objects inside each other: the declaration, an item, and one to spare."""

_FIX_NUMBER = ('write a decimal string with a point, like "1.25"', "请写成带小数点的十进制字符串，例如“1.25”")
_FIX_DATE = ("write YYYY-MM-DD, like 2026-01-31", "请按YYYY-MM-DD填写，例如2026-01-31")
_FIX_UUID = ("write a UUID of 36 characters, or leave it out", "请填写36个字符的UUID，或留空")
_FIX_TEXT = ("write text, in quotation marks in JSON", "请填写文本，JSON中须加引号")
_FIX_INTEGER = ("write a whole number without quotation marks", "请填写不加引号的整数")
_FIX_LIST = ("write a list, in square brackets in JSON", "请填写列表，JSON中须用方括号")
_FIX_OBJECT = ("write an object with named fields", "请填写由字段组成的对象")
_FIX_LANGUAGES = (
    'write texts by language, like {"en": "Steel beam", "zh": "钢梁"}',
    '请按语言填写，例如{"en": "Steel beam", "zh": "钢梁"}',
)
_FIX_KEY = (
    "write the GTIN or GLN in quotation marks, since a number loses its leading zeros",
    "请为GTIN或GLN加引号，否则开头的零会丢失",
)

_SCHEMA = inspect.type_info(Declaration)
_COUNTS = frozenset({"version", "supersedes", "record", "worst"})
"""The only fields that hold JSON numbers."""


def read_declaration(raw: object) -> tuple[Declaration | None, list[Finding]]:
    """The declaration that ``raw`` holds; or ``None`` and every malformed field, code ``form``. Never raises.

    ``raw`` is what a JSON reader gives, or a mapping of field names to such values, dates and decimals. Numbers that
    matter are decimal strings: a JSON number has lost its trailing zeros, and maybe more, before it arrives here.
    """
    if isinstance(raw, dict) and _is_usual(raw.items(), _DEPTH):
        try:
            return msgspec.convert(raw, Declaration), []
        except (ValueError, OverflowError):
            pass
    problems = list(islice(_problems(raw, _SCHEMA, "$"), MOST_PROBLEMS + 1))
    if len(problems) > MOST_PROBLEMS:
        problems[MOST_PROBLEMS] = _and_more()
    if problems:
        return None, problems
    try:
        return msgspec.convert(raw, Declaration), []
    except (ValueError, OverflowError) as problem:
        return None, [_malformed("$", raw, (f"correct it: {shown(str(problem))}", f"请更正：{shown(str(problem))}"))]


def _is_usual(fields: Collection[tuple[object, object]], depth: int) -> bool:
    """Whether all sizes are within bounds and no number is where a decimal string should be."""
    if len(fields) > MOST_ITEMS:
        return False
    for key, value in fields:
        if isinstance(value, str):
            if len(value) > MOST_CHARACTERS:
                return False
        elif isinstance(value, dict):
            if depth == 1 or not _is_usual(value.items(), depth - 1):
                return False
        elif isinstance(value, list | tuple):
            if len(value) > MOST_ITEMS or not all(_is_usual_item(item, depth) for item in value):
                return False
        elif isinstance(value, float) or (isinstance(value, int) and key not in _COUNTS):
            return False
    return True


def _is_usual_item(item: object, depth: int) -> bool:
    if isinstance(item, dict):
        return depth > 1 and _is_usual(item.items(), depth - 1)
    return isinstance(item, str) and len(item) <= MOST_CHARACTERS


def _problems(value: object, kind: inspect.Type, path: str) -> Iterator[Finding]:
    """What is malformed in ``value`` and all that it holds, which ``kind`` describes."""
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        if value is None:
            return
        kind = next(kind for kind in kind.types if not isinstance(kind, inspect.NoneType))
    if isinstance(kind, inspect.StructType):
        yield from _object_problems(value, kind, path)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _list_problems(value, kind, path)
    elif isinstance(kind, inspect.DictType):
        yield from _text_problems(value, kind, path)
    else:
        yield from _value_problems(value, kind, path)


def _object_problems(value: object, kind: inspect.StructType, path: str) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield _malformed(path, value, _FIX_OBJECT)
        return
    if len(value) > MOST_ITEMS:
        yield _too_many(path, len(value), ("fields", "个字段"))
        return
    fields = {field.name: field for field in kind.fields}
    for key, held in value.items():
        field = fields.get(key) if isinstance(key, str) else None
        if field is None:
            yield _unknown(path, key, tuple(fields))
        else:
            yield from _problems(held, field.type, f"{path}.{key}")
    for name, field in fields.items():
        if field.required and name not in value:
            yield _absent(f"{path}.{name}")


def _list_problems(value: object, kind: inspect.VarTupleType, path: str) -> Iterator[Finding]:
    if not isinstance(value, list | tuple):
        yield _malformed(path, value, _FIX_LIST)
    elif len(value) > MOST_ITEMS:
        yield _too_many(path, len(value), ("items", "项"))
    else:
        for at, item in enumerate(value):
            yield from _problems(item, kind.item_type, f"{path}[{at}]")


def _text_problems(value: object, kind: inspect.DictType, path: str) -> Iterator[Finding]:
    if not isinstance(value, Mapping):
        yield _malformed(path, value, _FIX_LANGUAGES)
        return
    if len(value) > MOST_ITEMS:
        yield _too_many(path, len(value), ("languages", "种语言"))
        return
    tag = kind.key_type.type if isinstance(kind.key_type, inspect.Metadata) else kind.key_type
    pattern = tag.pattern if isinstance(tag, inspect.StrType) else None
    for language, words in value.items():
        at = member(path, language)
        if not isinstance(language, str) or not re.search(pattern or "", language):
            yield _bad_tag(at, language)
        yield from _problems(words, kind.value_type, at)


def _value_problems(value: object, kind: inspect.Type, path: str) -> Iterator[Finding]:
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        yield _too_many(path, len(value), ("characters", "个字符"))
        return
    if isinstance(kind, inspect.DecimalType):
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield _inexact(path, value)
        elif not _converts(value, Decimal):
            yield _malformed(path, value, _FIX_NUMBER)
    elif isinstance(kind, inspect.DateType):
        if not _converts(value, date):
            yield _malformed(path, value, _FIX_DATE)
    elif isinstance(kind, inspect.UUIDType):
        if not _converts(value, UUID):
            yield _malformed(path, value, _FIX_UUID)
    elif isinstance(kind, inspect.EnumType):
        if not _converts(value, kind.cls):
            yield _malformed(path, value, _one_of([member.value for member in kind.cls]))
    elif isinstance(kind, inspect.IntType):
        if not _converts(value, int):
            yield _malformed(path, value, _FIX_INTEGER)
        elif isinstance(value, int) and kind.ge is not None and value < kind.ge:
            yield _malformed(path, value, (f"write {kind.ge} or more", f"请填写不小于{kind.ge}的整数"))
    elif not isinstance(value, str):
        is_key = path in ("$.gtin", "$.gln") and isinstance(value, int | float) and not isinstance(value, bool)
        yield _malformed(path, value, _FIX_KEY if is_key else _FIX_TEXT)


def _converts(value: object, kind: type) -> bool:
    try:
        msgspec.convert(value, kind)
    except (ValueError, OverflowError):
        return False
    return True


def _one_of(values: list[str]) -> tuple[str, str]:
    return f"write one of {', '.join(values)}", f"请从下列各项中选填：{'、'.join(values)}"


def _malformed(path: str, value: object, fix: tuple[str, str]) -> Finding:
    name = name_of(path)
    shown_zh = f"“{shown(value)}”" if isinstance(value, str) else shown(value)
    return error(
        "form",
        path,
        f"{name.en} is {quoted(value)}, which has the wrong form: {fix[0]}.",
        f"{name.zh}为{shown_zh}，格式有误：{fix[1]}。",
    )


def _inexact(path: str, value: float) -> Finding:
    name = name_of(path)
    return error(
        "form",
        path,
        f'{name.en} is {shown(value)} as a number, which does not keep its digits: write it as a string, like "1.25".',
        f"{name.zh}为数值{shown(value)}，无法保证位数准确：请写成字符串，例如“1.25”。",
    )


def _too_many(path: str, count: int, of: tuple[str, str]) -> Finding:
    name = name_of(path)
    most = MOST_CHARACTERS if of[0] == "characters" else MOST_ITEMS
    return error(
        "form",
        path,
        f"{name.en} has {count} {of[0]}, more than {most}: shorten it.",
        f"{name.zh}有{count}{of[1]}，超过{most}{of[1]}：请缩减。",
    )


def _absent(path: str) -> Finding:
    name = name_of(path)
    return error("form", path, f"{name.en} is missing: give it.", f"缺少{name.zh}，请填写。")


def _unknown(path: str, key: object, names: tuple[str, ...]) -> Finding:
    at = member(path, key)
    near = _nearest(key[:60].lower(), names) if isinstance(key, str) else None
    fix = (f'write "{near}", or leave it out', f"请改为“{near}”，或删去") if near else ("leave it out", "请删去")
    return error(
        "form",
        at,
        f"The field {quoted(key)} ({at.removeprefix('$.')}) is not one that a declaration has: {fix[0]}.",
        f"字段“{shown(key)}”（{at.removeprefix('$.')}）不属于声明的字段：{fix[1]}。",
    )


@lru_cache(256)
def _nearest(key: str, names: tuple[str, ...]) -> str | None:
    return next(iter(difflib.get_close_matches(key, names, 1, 0.6)), None)


def _and_more() -> Finding:
    return error(
        "form",
        "$",
        f"The declaration has more than {MOST_PROBLEMS} malformed fields: correct those listed, then send it again.",
        f"声明有超过{MOST_PROBLEMS}个字段格式有误：请先更正已列出的字段，再重新提交。",
    )


def _bad_tag(path: str, language: object) -> Finding:
    name = name_of(path)
    return error(
        "form",
        path,
        f'{name.en} has {quoted(language)} for a language tag: write a BCP 47 tag such as "en", "zh" or "zh-Hant".',
        f"{name.zh}的语言标签“{shown(language)}”无效，请使用BCP 47标签，例如“en”“zh”或“zh-Hant”。",
    )
