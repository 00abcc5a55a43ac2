"""Reading a declaration: all malformed fields at once, each with its path, the value and the form expected."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.declaration import Component, Declaration, Evidence, Offset, Stage
from schemas.reading import MOST_CHARACTERS, MOST_ITEMS, MOST_PROBLEMS, read_declaration
from tests.schemas.test_findings_samples import SOUND, quality, sound, stages


def refused(raw: object) -> dict[str, str]:
    """The English message by path, of a declaration that cannot be read."""
    declaration, found = read_declaration(raw)
    assert declaration is None
    assert {finding.code for finding in found} == {"form"}
    return {finding.path: finding.message["en"] for finding in found}


def test_what_was_written_is_read_back_exactly() -> None:
    declaration = sound(stages=stages(A1_A3="1.70", D=None), dqi=quality("1.50"), removals=Decimal("0.000001"))
    assert read_declaration(json.loads(msgspec.json.encode(declaration))) == (declaration, [])
    read, _ = read_declaration({"gwp_total": "1.70"})
    assert str(read.gwp_total if read else None) == "1.70"


def test_a_spreadsheet_row_with_dates_and_decimals_is_read() -> None:
    row = {"owner": "acme", "gwp_total": Decimal("1.70"), "valid_from": date(2026, 3, 1), "gtin": None}
    read, found = read_declaration(row)
    assert found == []
    assert read == Declaration(owner="acme", gwp_total=Decimal("1.70"), valid_from=date(2026, 3, 1))


def test_nothing_at_all_is_an_empty_draft() -> None:
    assert read_declaration({}) == (Declaration(), [])


MALFORMED: list[tuple[str, Any, str]] = [
    ("gwp_total", 1.5, "as a string"),
    ("gwp_total", 2, "as a string"),
    ("gwp_total", "1,25", '"1.25"'),
    ("gwp_total", "1.000.000", '"1.25"'),
    ("gwp_total", "=1+1", '"=1+1"'),
    ("gwp_total", True, '"1.25"'),
    ("gtin", 9521234543213, "leading zeros"),
    ("gln", 9521234567899.0, "leading zeros"),
    ("gtin", [], "write text"),
    ("declared_unit", "kg", "kilogram, liter"),
    ("boundary", "cradle to gate", "cradle-to-gate, cradle-to-grave"),
    ("gwp_basis", "ar6", "AR5, AR6"),
    ("valid_from", "01.03.2026", "YYYY-MM-DD"),
    ("valid_from", "2026-02-30", "YYYY-MM-DD"),
    ("valid_from", 46082, "YYYY-MM-DD"),
    ("id", "7", "UUID"),
    ("version", "1", "whole number"),
    ("version", 1.5, "whole number"),
    ("version", 0, "1 or more"),
    ("supersedes", "7", "whole number"),
    ("owner", None, "write text"),
    ("product_name", "Beam", "by language"),
    ("stages", {"A1": "1"}, "write a list"),
    ("standards", "ISO 14067", "write a list"),
    ("verification", "yes", "named fields"),
    ("description", {"en": "x" * (MOST_CHARACTERS + 1)}, "more than 10000"),
    ("standards", ["PEF"] * (MOST_ITEMS + 1), "more than 500"),
]


@pytest.mark.parametrize(("field", "value", "said"), MALFORMED)
def test_a_malformed_field_is_refused_with_what_it_should_be(field: str, value: object, said: str) -> None:
    [(path, message)] = refused({"owner": "acme", field: value}).items()
    assert path.startswith(f"$.{field}")
    assert said in message
    assert len(message) < 400


def test_all_malformed_fields_are_reported_at_once_with_their_paths() -> None:
    raw = {
        "gtin": 1,
        "gwp_total": 1.5,
        "stages": [{"code": "A1", "gwp": "1"}, {"code": "A9", "gwp": 3}, {}, 5],
        "product_name": {"en": 5, "EN": "x", "zh": "钢梁"},
        "components": [{"record": "7", "amount": 1, "unit": "kg", "weight": "1"}],
        "evidence": [{"file_name": "a.pdf", "media_type": None, "sha256": 1}],
        "offsets": [{"amount": "1"}],
        "dqi": {"technological": "a", "temporal": "1", "geographical": "1", "worst": "3"},
        "valid_from": "tomorrow",
        "verification": {"body": "b", "standard": "s", "level": "some", "date": "2026"},
    }
    assert list(refused(raw)) == [
        "$.gtin",
        "$.gwp_total",
        "$.stages[1].code",
        "$.stages[1].gwp",
        "$.stages[2].code",
        "$.stages[3]",
        "$.product_name.en",
        "$.product_name.EN",
        "$.components[0].record",
        "$.components[0].amount",
        "$.components[0].unit",
        "$.components[0].weight",
        "$.evidence[0].media_type",
        "$.evidence[0].sha256",
        "$.offsets[0].registry",
        "$.offsets[0].serial",
        "$.dqi.technological",
        "$.dqi.worst",
        "$.valid_from",
        "$.verification.level",
        "$.verification.date",
    ]


def test_an_unknown_field_is_answered_with_the_nearest_known_one() -> None:
    said = refused({"gwp_totl": "1", "Owner": "acme", "qqqqqqqqq": 1, "stages": [{"code": "A1", "gpw": "1"}]})
    assert '"gwp_total"' in said["$.gwp_totl"]
    assert '"owner"' in said["$.Owner"]
    assert "leave it out" in said["$.qqqqqqqqq"]
    assert '"gwp"' in said["$.stages[0].gpw"]


def test_a_bad_value_is_quoted_in_forty_characters_with_what_does_not_print_escaped() -> None:
    said = refused({"gwp_total": "\x00\u202e" + "9" * 5_000 + "x", "boundary": "\ud800", "gwp_fossil": {"a": 1}})
    assert '"\\u0000\\u202e9999' in said["$.gwp_total"]
    assert len(said["$.gwp_total"]) < 160
    assert "\\ud800" in said["$.boundary"]
    assert "{...}" in said["$.gwp_fossil"]
    assert "10^" in refused({"gwp_total": 10**5_000})["$.gwp_total"]


@pytest.mark.parametrize("raw", [None, [], "{}", 5, b"{}", [{"owner": "acme"}], object()])
def test_what_is_no_object_is_refused(raw: object) -> None:
    assert list(refused(raw)) == ["$"]


def test_depth_does_not_matter() -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(100_000):
        inner["dqi"] = {}
        inner = inner["dqi"]
    assert "$.dqi.dqi" in refused(deep)
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    assert list(refused({"stages": nested})) == ["$.stages[0]"]


def test_the_report_of_what_is_no_declaration_ends() -> None:
    stage = {f"field {number}": 1 for number in range(MOST_ITEMS)}
    assert len(read_declaration({"stages": [stage] * MOST_ITEMS})[1]) == MOST_PROBLEMS + 1
    assert "more than 500" in refused(dict.fromkeys(map(str, range(MOST_ITEMS + 1))))["$"]


def test_a_field_name_that_is_no_name_has_a_path_in_brackets() -> None:
    assert set(refused({"a b": 1, "it's": 1, "\n": 1, 5: 1})) == {"$['a b']", "$['its']", "$['\\u000a']", "$['5']"}


KEYS = st.sampled_from(
    sorted({name for kind in (Declaration, Stage, Offset, Component, Evidence) for name in kind.__struct_fields__})
) | st.text(st.characters(exclude_categories=()), max_size=3)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=9)
    | st.sampled_from(["1.25", "NaN", "2026-01-31", "A1-A3", "kilogram", "en"])
)
ANY_JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5))


@settings(max_examples=150)
@given(st.dictionaries(KEYS, ANY_JSON, max_size=8) | ANY_JSON)
def test_any_json_gives_a_declaration_or_findings_never_an_exception(raw: object) -> None:
    declaration, found = read_declaration(raw)
    assert (declaration is None) == bool(found)
    for finding in found:
        assert all(words.isprintable() for words in finding.message.values())
        msgspec.json.encode(finding)


@settings(max_examples=100)
@given(st.sampled_from(Declaration.__struct_fields__), ANY_JSON)
def test_one_malformed_field_is_reported_alone(field: str, value: object) -> None:
    raw = json.loads(msgspec.json.encode(SOUND)) | {field: value}
    declaration, found = read_declaration(raw)
    assert declaration is not None or all(finding.path.startswith(f"$.{field}") for finding in found)
