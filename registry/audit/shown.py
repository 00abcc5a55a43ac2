"""A step of the audit trail in the reader's language: who, what, and each change by its field's name."""

from collections.abc import Iterator, Mapping, Sequence

from registry.audit.changes import Change
from registry.audit.reading import Noted
from registry.audit.steps import Did
from registry.audit.words import DONE, FIELDS, KINDS, VALUES
from schemas.declaration import Declaration
from schemas.findings.naming import TEXT_FIELDS, label_of

_MOST_CHANGES = 8
_SHORT_ID = 8
_OF_WORDS = frozenset({"category", "event", "level", "operation", "roles", "standing", "state", "use"})
"""The fields in which a word of the registry's own stands, and nobody's own words."""


class StepWords:
    """The words of steps for one reader: ``people`` are the reader's own colleagues by their ids, ``members`` the names
    of organisations by theirs; ``reader`` is the reader's own organisation."""

    def __init__(self, language: str, reader: str, people: Mapping[str, str], members: Mapping[str, str]) -> None:
        self._language = language
        self._reader = reader
        self._people = people
        self._members = members

    def cells(self, step: Noted) -> tuple[str, str, str, str]:
        """When, who, what, and what changed."""
        done = DONE[Did(step.action)].text(self._language) if step.action in set(Did) else step.action
        told = [self._change(step, one) for one in step.changed[:_MOST_CHANGES]]
        if len(step.changed) > _MOST_CHANGES:
            told.append(f"+ {len(step.changed) - _MOST_CHANGES}")
        what = self._pair(self._thing(step.subject), done)
        return f"{step.at:%Y-%m-%d %H:%M:%S}", self._who(step), what, self._between().join(told)

    def _who(self, step: Noted) -> str:
        """Who took it; of another organisation than the reader's, also of which."""
        who, member = self._thing(step.who), step.member
        if member in (None, self._reader) or step.who == f"member/{member}":
            return who
        return f"{who}{'，' if self._language == 'zh' else ', '}{self._members.get(member or '', member)}"

    def _thing(self, named: str) -> str:
        """``person/1f0c...`` as people say it."""
        kind, _, key = named.partition("/")
        if kind == "person" and key in self._people:
            return self._people[key]
        word = KINDS[kind].text(self._language) if kind in KINDS else kind
        return f"{word} {key[:_SHORT_ID] if len(key) == 36 else key}".strip()

    def _change(self, step: Noted, change: Change) -> str:
        path = [one.replace("~1", "/").replace("~0", "~") for one in change.path.split("/")[1:]]
        is_declared = step.subject.startswith("declaration/")
        before, after = (self._value(path, value, is_declared) for value in (change.before, change.after))
        said = after if change.before is None else f"{before} → {after}"
        return self._pair(self._field(path, is_declared), said) if path else said

    def _field(self, path: Sequence[str], is_declared: bool) -> str:
        """The name of a field: of a declaration as its forms have it."""
        root, rest = path[0], path[1:]
        if is_declared and root in Declaration.__struct_fields__:
            if root in TEXT_FIELDS:
                return " ".join((label_of(root, self._language), *(f"({one})" for one in rest)))
            steps = (f"[{one}]" if one.isdigit() else f".{one}" for one in rest)
            return label_of(f"$.{root}{''.join(steps)}", self._language)
        word = FIELDS[root].text(self._language) if root in FIELDS else root
        return " ".join((word, *(str(int(one) + 1) if one.isdecimal() else f"({one})" for one in rest)))

    def _value(self, path: Sequence[str], value: object, is_declared: bool) -> str:
        if value is None or value == "":
            return "-"
        if isinstance(value, dict):
            return self._between().join(self._members_of(path, value, is_declared))
        if isinstance(value, list):
            return ("、" if self._language == "zh" else ", ").join(self._value(path, one, is_declared) for one in value)
        said = str(value)
        if isinstance(value, bool):
            return VALUES[said.lower()].text(self._language)
        if not path or path[-1] not in _OF_WORDS:
            return said
        words = said.split(" ") if path[-1] == "roles" else [said]
        return " ".join(VALUES[word].text(self._language) if word in VALUES else word for word in words)

    def _members_of(self, path: Sequence[str], value: dict[str, object], is_declared: bool) -> Iterator[str]:
        for key, one in value.items():
            inner = (*path, key)
            yield self._pair(self._field(inner, is_declared), self._value(inner, one, is_declared))

    def _pair(self, name: str, value: str) -> str:
        return f"{name}：{value}" if self._language == "zh" else f"{name}: {value}"

    def _between(self) -> str:
        return "；" if self._language == "zh" else "; "
