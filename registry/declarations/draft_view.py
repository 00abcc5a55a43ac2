"""The form of a draft as people see it: in parts, with what each field is, and what was found wrong beside it."""

import re
from collections.abc import Iterator, Sequence

from msgspec import inspect

from registry.accounts.browser import Browser, Sent
from registry.declarations.draft_fields import (
    LANGUAGES,
    OFFERED,
    SHAPES,
    Shape,
    Subject,
    choices,
    fields_of,
    parts,
    pattern_of,
    root_of,
    row_of,
)
from registry.declarations.draft_form import count_rows, is_on_one_line
from registry.pages.desk import Card, Field, Form, Group, Hint, Option, Part, Said, Section, anchor
from registry.pages.draft_words import ASKED
from schemas.findings import Finding, Severity
from schemas.findings.naming import label_of, member
from schemas.reading import MOST_CHARACTERS

_FORM = "draft"
_EMPTY_ROWS = 3
"""Rows of a list in which nothing is typed yet, at the least."""

_MOST_ON_A_LINE = 1_000
_LONG = ("description", "stage_sum_reason", "claims", "texts[].words")
_ALWAYS_CHOSEN = ("dqi.worst", "texts[].field")
_DIGITS = ("gtin", "gln")
_MAY_BE_NEGATIVE = ("gwp_total", "gwp_biogenic", "biogenic_uptake", "removals", "stages[].gwp")
"""Numbers for which a phone has to show more than its keypad of digits, which lacks the minus."""

_LAST_STEP = re.compile(r"(\.[^.\[\]]+|\[[^\]]*\])$")


class DraftView:
    """The form for ``subject`` with what was ``sent``, as it is counted once it is read, and ``found``; part ``at`` is
    the one that was being filled in."""

    def __init__(
        self, browser: Browser, subject: Subject, sent: Sent, found: Sequence[Finding] = (), at: str = ""
    ) -> None:
        self._browser, self._t, self._language = browser, browser.t, browser.language
        self._subject = subject
        self._sent = sent
        self._at = at
        self._found = sorted(found, key=lambda one: one.severity)
        self._places = dict(place for part in parts(subject) for name in part.fields for place in self._placed(name))
        self._said: dict[str, list[Said]] = {}
        for one in self._found:
            mark, is_error = self._t(f"finding_{one.severity}"), one.severity is Severity.ERROR
            self._said.setdefault(self._place_of(one), []).append(Said(mark, one.message[self._language], is_error))

    def form(self, action: str, held: str = "") -> Form:
        """The form, which is sent to ``action``, with the fingerprint of what is ``held`` while it is filled in."""
        return Form(
            name=_FORM,
            action=action,
            button=self._t("keep_draft"),
            parts=tuple(self._part(part.name, part.fields) for part in parts(self._subject)),
            hidden=(("of", self._subject), ("held", held)),
            form_token=self._browser.form_token,
        )

    def findings(self) -> tuple[Section, ...]:
        """The list of all that was found, each with a link to its field."""
        cards = tuple(
            Card(
                title=one.message[self._language],
                mark=self._t(f"finding_{one.severity}"),
                href=f"#{anchor(_FORM, place)}" if (place := self._place_of(one)) else "",
            )
            for one in self._found
        )
        return (Section(title=self._t("findings"), cards=cards),) if cards else ()

    def _part(self, name: str, fields: tuple[str, ...]) -> Part:
        lists = [field for field in fields if row_of(SHAPES[field]) is not None]
        is_main = name == "main"
        filled = sum(self._filled(field) for field in fields)
        is_found = any(root_of(place) in fields for place in self._said)
        return Part(
            name=name,
            title=self._t(f"part_{name}"),
            items=tuple(item for field in fields for item in self._items(field, SHAPES[field])),
            button=self._t("keep_draft" if is_main else "keep_rows" if lists else "keep_and_stay"),
            folds=not is_main,
            is_open=is_found or self._at == name,
            filled=self._t("part_filled", count=str(filled)) if filled else "",
        )

    def _filled(self, field: str) -> int:
        """How much stands in a field: its rows, or one."""
        if row_of(SHAPES[field]) is not None:
            return count_rows(field, self._sent)
        names = (name for _, name in self._placed(field) if name not in _ALWAYS_CHOSEN)
        return int(any(self._sent.one(name) for name in names))

    def _items(self, path: str, shape: Shape) -> Iterator[Field | Group]:
        """What stands for a field: an input, one for each language, or a group."""
        row = row_of(shape)
        if row is not None:
            rows = tuple(self._row(path, at, row, offered) for at, offered in self._rows(path))
            yield self._group(path, label_of(f"$.{path}", self._language), f"{path}[]", row, rows)
        elif fields_of(shape):
            inputs = tuple(self._input(f"{path}.{name}", one) for name, one in fields_of(shape).items())
            yield self._group(path, label_of(f"$.{path}", self._language), path, shape, inputs)
        elif isinstance(shape, inspect.DictType):
            yield from self._texts(path)
        else:
            yield self._input(path, shape)

    def _row(self, path: str, at: int, row: Shape, offered: str) -> Group:
        name = f"{path}[{at}]"
        inputs = tuple(self._input(f"{name}.{field}", shape, offered) for field, shape in fields_of(row).items())
        return Group(name=name, legend=self._called(name), said=tuple(self._said.get(name, ())), items=inputs)

    def _called(self, row: str) -> str:
        """What a row is called: as findings call it, if they do."""
        label = ASKED[pattern_of(row).removesuffix("[]")].label
        number = int(row.rpartition("[")[2].rstrip("]")) + 1
        return label_of(f"$.{row}", self._language) if label is None else f"{label.text(self._language)} {number}"

    def _group(
        self, path: str, legend: str, prefix: str, shape: Shape, items: tuple[Field, ...] | tuple[Group, ...]
    ) -> Group:
        """A group, with what each of its fields is."""
        asked, label = ASKED[path], ASKED[path].label
        patterns = [f"{prefix}.{name}" for name in fields_of(shape)]
        hints = tuple(
            Hint(_hint(one), self._t("told", name=self._label(one), value=""), self._hint(one)) for one in patterns
        )
        hint = asked.hint.text(self._language)
        return Group(
            name=path,
            legend=legend if label is None else label.text(self._language),
            hint=hint if prefix == path else self._t("with_rows_hint", hint=hint),
            hints=hints,
            said=tuple(self._said.get(path, ())),
            items=items,
        )

    def _texts(self, path: str) -> Iterator[Field]:
        """An input for each language, the reader's own first, where the hint is."""
        first, *others = sorted(LANGUAGES, key=lambda one: one != self._language)
        hint_at = f"{anchor(_FORM, f'{path}.{first}')}-hint"
        for language in (first, *others):
            label = self._t(LANGUAGES[language], field=label_of(f"$.{path}", self._language))
            is_first = language == first
            kind = "lines" if path in _LONG else "text"
            yield self._field(
                f"{path}.{language}", label, kind, self._hint(path) if is_first else "", "" if is_first else hint_at
            )

    def _input(self, path: str, shape: Shape, offered: str = "") -> Field:
        """The input of a field. In a group, what it is is told once for all of its sort."""
        pattern, words = pattern_of(path), choices(path, shape)
        hint, hint_at = ("", _hint(pattern)) if "." in pattern else (self._hint(pattern), "")
        if words is None:
            return self._field(path, self._label(pattern), _kind(pattern, shape), hint, hint_at)
        chosen = self._sent.one(path) or (offered if pattern == "stages[].code" else "")
        named = tuple(Option(value, one.text(self._language), value == chosen) for value, one in words.items())
        options = named if pattern in _ALWAYS_CHOSEN else (Option("", ""), *named)
        return self._field(path, self._label(pattern), "choice", hint, hint_at, options)

    def _field(
        self, path: str, label: str, kind: str, hint: str, hint_at: str, options: tuple[Option, ...] = ()
    ) -> Field:
        return Field(
            name=path,
            label=label,
            kind=kind,
            value=self._sent.one(path),
            hint=hint,
            hint_at=hint_at,
            required=False,
            most=MOST_CHARACTERS if kind == "lines" else _MOST_ON_A_LINE,
            rows=2 if "[" in path else 3,
            options=options,
            said=tuple(self._said.get(path, ())),
        )

    def _label(self, pattern: str) -> str:
        asked = ASKED[pattern]
        label = label_of(f"$.{pattern}", self._language) if asked.label is None else asked.label.text(self._language)
        return self._t("with_unit", field=label, unit=asked.unit) if asked.unit else label

    def _hint(self, pattern: str) -> str:
        return ASKED[pattern].hint.text(self._language)

    def _rows(self, listed: str) -> Iterator[tuple[int, str]]:
        """The rows of a list: those that say something, and empty ones, in which a stage may be offered."""
        filled, offered = count_rows(listed, self._sent), ()
        if listed == "stages":
            told = {self._sent.one(f"stages[{at}].code") for at in range(filled)}
            offered = tuple(code for code in OFFERED[self._subject] if code not in told)
        rows = ("",) * filled + offered + ("",) * (_EMPTY_ROWS - len(offered))
        return iter(enumerate(rows))

    def _placed(self, path: str, shape: Shape | None = None) -> Iterator[tuple[str, str]]:
        """The places of a field that findings can be about, each with the name of its input or group."""
        shape = shape or SHAPES[path]
        row = row_of(shape)
        if isinstance(shape, inspect.DictType):
            yield from ((member(f"$.{path}", language), f"{path}.{language}") for language in LANGUAGES)
            return
        yield f"$.{path}", path
        for at, _ in self._rows(path) if row is not None else ():
            yield from self._placed(f"{path}[{at}]", row)
        for name, inner in fields_of(shape).items():
            yield from self._placed(f"{path}.{name}", inner)
        if row is None and path.startswith("texts["):
            field, language = (self._sent.one(f"{path}.{name}") for name in ("field", "language"))
            yield member(f"$.{field}", language), f"{path}.words"

    def _place_of(self, finding: Finding) -> str:
        """The name of the input or group that is nearest to what a finding is about; empty: the whole."""
        path = finding.path
        while path != "$":
            if path in self._places:
                return self._places[path]
            below = (place for at, place in self._places.items() if at.startswith((f"{path}.", f"{path}[")))
            if (first := next(below, None)) is not None:
                return first
            shorter = _LAST_STEP.sub("", path)
            path = shorter if shorter != path else "$"
        return ""


def _kind(pattern: str, shape: Shape) -> str:
    """What kind of input a field has, for ``Field``."""
    if isinstance(shape, inspect.DecimalType):
        return "text" if pattern in _MAY_BE_NEGATIVE else "decimal"
    if isinstance(shape, inspect.IntType) or pattern in _DIGITS:
        return "digits"
    if isinstance(shape, inspect.DateType):
        return "date"
    if isinstance(shape, inspect.BoolType):
        return "tick"
    is_list = isinstance(shape, inspect.VarTupleType)
    return "lines" if pattern in _LONG or (is_list and not is_on_one_line(pattern)) else "text"


def _hint(pattern: str) -> str:
    """The id of what is told once of all fields of a sort."""
    return anchor(f"{_FORM}-hint", pattern)


def part_anchor(part: str) -> str:
    """The id of a part of the form."""
    return anchor(_FORM, f"part-{part}")
