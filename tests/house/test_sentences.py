"""Whatever the registry refuses, it can say why in Chinese too: each sentence that an error is raised with is in the
table, with its values, and the table has no other."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from registry import errors
from registry.access.approvals import ApprovalState, Operation
from registry.access.roles import Role
from registry.access.rules import Action
from registry.cases.calls import Phase
from registry.cases.eligibility import Reason
from registry.cases.nominations import CaseState
from registry.declarations.states import DeclarationState
from registry.errors import HomeError, RegistryError, TooManyAttempts
from registry.jobs.queue import JobState
from registry.members.applications import ApplicationState
from registry.objections.objections import ObjectionState
from registry.sentences import CHINESE, malformed, sentence
from registry.sentences.forms import MALFORMED
from registry.sentences.values import VALUES
from schemas.entry import StatusEvent
from schemas.member import MemberKind

ROOT = Path(__file__).resolve().parents[2]
RAISED = {
    name
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, RegistryError) and not issubclass(one, HomeError | TooManyAttempts)
}
OF_THE_COMMAND_LINE = ("registry/cli/", "registry/home.py")
SAID_BY_FINDINGS = ("registry/imports/sheets.py", "registry/labels/refusals.py")
"""Where an error carries findings, which say it in both languages."""

PLACE = re.compile(r"\{(\w+)\}")


class Said(NamedTuple):
    """Where a sentence is written, its words, and the names of its values; None: not to be seen there."""

    at: str
    words: str | None
    values: frozenset[str]


def said() -> Iterator[Said]:
    """Every sentence that is written in the code of the registry."""
    for file in sorted((ROOT / "registry").rglob("*.py")):
        at = file.relative_to(ROOT).as_posix()
        if at.startswith((*OF_THE_COMMAND_LINE, *SAID_BY_FINDINGS, "registry/sentences/")):
            continue
        tree = ast.parse(file.read_text(encoding="utf-8"))
        texts = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args:
                yield from said_in(node, f"{at}:{node.lineno}", texts)


def said_in(call: ast.Call, at: str, texts: dict[str, ast.expr]) -> Iterator[Said]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name == "counted":
        for argument, values in zip(call.args, ((), ("count",)), strict=False):
            yield from worded(argument, at, frozenset(values), texts)
    elif name == "sentence" or (name == "__init__" and isinstance(call.args[0], ast.Constant)):
        yield from worded(call.args[0], at, frozenset(one.arg or "**" for one in call.keywords), texts)
    elif name in RAISED:
        values = frozenset(one.arg or "**" for one in call.keywords)
        yield from worded(call.args[0], at, values, texts)


def worded(argument: ast.expr, at: str, values: frozenset[str], texts: dict[str, ast.expr]) -> Iterator[Said]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        yield Said(at, argument.value, values)
    elif isinstance(argument, ast.IfExp):
        yield from worded(argument.body, at, values, texts)
        yield from worded(argument.orelse, at, values, texts)
    elif isinstance(argument, ast.Name) and isinstance(texts.get(argument.id), ast.Constant):
        yield from worded(texts[argument.id], at, values, texts)
    elif isinstance(argument, ast.JoinedStr | ast.BinOp) or is_text(argument):
        yield Said(at, None, values)
    # Anything else is a sentence that was made elsewhere, as its type says.


def is_text(argument: ast.expr) -> bool:
    return (
        isinstance(argument, ast.Call) and isinstance(argument.func, ast.Name) and argument.func.id in ("str", "repr")
    )


@cache
def all_said() -> list[Said]:
    """Every one, read once."""
    return list(said())


def test_every_sentence_is_written_out_and_its_values_are_beside_it() -> None:
    assert len(all_said()) > 150
    hidden = [one.at for one in all_said() if one.words is None]
    assert hidden == [], "write the words out, with {places} for the values, and name those behind"
    for at, words, values in all_said():
        places = set(PLACE.findall(words or ""))
        assert values == places or (not values and at.startswith("registry/access/routes.py")), (at, words, values)


def test_every_error_that_a_page_can_show_has_chinese_words() -> None:
    lacking = {one.words: one.at for one in all_said() if one.words and one.words not in CHINESE}
    assert lacking == {}, "add them to registry/sentences/"


def test_the_chinese_is_chinese_says_the_same_values_and_is_used() -> None:
    used = {one.words for one in all_said()} | set(MALFORMED)
    for words, chinese in CHINESE.items():
        assert words in used, f"{words!r} is said no more"
        assert re.search(r"[\u4e00-\u9fff]", chinese), words
        assert set(PLACE.findall(chinese)) <= set(PLACE.findall(words)), words
        assert "problem" not in PLACE.findall(chinese), f"{words!r}: what a library says is English"
        assert chinese.rstrip("。.") == chinese, f"{words!r}: the page ends the sentence"


def test_the_registry_s_own_words_are_told_in_chinese_wherever_they_stand() -> None:
    states = (DeclarationState, ApprovalState, ApplicationState, CaseState, ObjectionState, JobState, StatusEvent)
    assert set(VALUES["state"]) == {one.value for kind in states for one in kind} | {"active", "too old"}
    for name, kind in (
        ("action", Action),
        ("operation", Operation),
        ("kind", MemberKind),
        ("role", Role),
        ("phase", Phase),
        ("event", StatusEvent),
        ("reasons", Reason),
    ):
        assert set(VALUES[name]) == {one.value for one in kind}, name
    places = {place for words in CHINESE for place in PLACE.findall(words)}
    assert set(VALUES) <= places


def test_a_sentence_is_told_in_both_languages_with_what_is_inside_it() -> None:
    why = sentence(" as {roles}", roles=["editor", "signer"])
    told = sentence(
        "{member} ({kind}) may not {action}{why}", member="{acme}", kind="retailer", action="publish", why=why
    )
    assert str(told) == "{acme} (retailer) may not publish as editor, signer"
    assert told.text("zh") == "{acme}（零售企业）不能发布：当前角色为编辑、签署人"
    typed = sentence("{0.__class__} is not for us")  # without values it stands as it is, whatever it holds
    assert typed.text("zh") == str(typed) == "{0.__class__} is not for us"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, "x"),
        (list[int], "x"),
        *((msgspec.defstruct("Named", [("name", str)]), value) for value in ({}, {"name": 1})),
    ],
)
def test_what_msgspec_says_is_told_in_chinese(kind: type, value: object) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(value, kind)
    told = malformed(caught.value)
    assert str(told) == str(caught.value).partition(" - at `")[0]
    assert told.words != "{problem}"
    assert re.search(r"[\u4e00-\u9fff]", told.text("zh"))
