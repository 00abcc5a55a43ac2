"""The form of a draft, apart from its pages: every field has its place and words, and nothing gets lost in it."""

from decimal import Decimal
from itertools import chain

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from registry.accounts.browser import Sent
from registry.declarations.draft_fields import (
    SET_BY_THE_REGISTRY,
    SHAPES,
    Subject,
    fields_of,
    parts,
    plain,
    row_of,
    subject_of,
)
from registry.declarations.draft_form import as_typed, read_draft, typed_values
from registry.pages.draft_words import ASKED
from schemas.declaration import Component, Declaration, DeclaredUnit, Evidence, Offset, Stage, StageCode
from schemas.findings.naming import TEXT_FIELDS
from tests.world import a_declaration, a_place

WORDS = st.text("abc,/é中 0", min_size=1, max_size=9).map(str.strip).filter(bool)
NUMBERS = st.decimals(-1000, 1000, places=3)


def some(kind: inspect.Type, name: str = "") -> st.SearchStrategy:
    """Values that a form can hold, of any field."""
    match plain(kind):
        case inspect.StructType() as item:
            return st.builds(item.cls, **{one.name: some_or_none(one) for one in item.fields})
        case inspect.VarTupleType() as listed if row_of(listed) is None:
            words = (
                WORDS
                if name in ("product_ids", "classifications")
                else st.from_regex(r"[A-Za-z0-9]{1,9}", fullmatch=True)
            )
            return st.lists(words, max_size=3).map(tuple)
        case inspect.VarTupleType() as listed:
            return st.lists(some(listed.item_type), max_size=3).map(tuple)
        case inspect.DictType():
            return st.dictionaries(st.sampled_from(["en", "zh", "fr", "zh-Hant"]), WORDS, max_size=4)
        case inspect.EnumType() as choice:
            return st.sampled_from(list(choice.cls))
        case inspect.DecimalType():
            return NUMBERS
        case inspect.DateType():
            return st.dates()
        case inspect.IntType():
            return st.integers(0, 2**53 - 1)
    return WORDS


def some_or_none(field: inspect.Field) -> st.SearchStrategy:
    if field.name in SET_BY_THE_REGISTRY:
        return st.just(field.default)
    if field.name == "worst":
        return st.sampled_from([3, 5])
    if field.name == "source_name":
        return WORDS | st.just("")
    held = some(field.type, field.name)
    return held | st.none() if field.default is None else held


@given(some(inspect.type_info(Declaration)))
def test_what_a_declaration_puts_into_the_form_is_read_back_from_it(declaration: Declaration) -> None:
    assert read_draft(typed_values(declaration), Declaration()) == (declaration, [])
    assert read_draft(Sent({}), declaration) == (declaration, [])


def test_every_field_stands_in_one_part_and_says_what_it_is_in_both_languages() -> None:
    for subject in Subject:
        listed = list(chain.from_iterable(part.fields for part in parts(subject)))
        assert sorted(listed) == sorted(SHAPES)
    assert set(SHAPES) == set(Declaration.__struct_fields__) - set(SET_BY_THE_REGISTRY) | {"texts"}
    places = set(SHAPES) | {"dqi." + name for name in fields_of(SHAPES["dqi"])}
    for name, shape in SHAPES.items():
        row = row_of(shape)
        places |= set() if row is None else {f"{name}[].{field}" for field in fields_of(row)}
    assert set(ASKED) == places
    for asked in ASKED.values():
        for words in filter(None, (asked.hint, asked.label)):
            assert words.en
            assert words.zh
        assert asked.hint.zh.endswith("。")
        assert asked.hint.en.endswith(".")


def test_a_row_that_is_emptied_is_gone_and_one_that_only_offers_a_stage_was_never_there() -> None:
    two = a_declaration(1, stages=(Stage(code=StageCode.USE, gwp=Decimal(1)), Stage(code=StageCode.D, gwp=None)))
    sent = typed_values(two).values | {"stages[0].gwp": [" "], "stages[7].code": ["A1"], "stages[7].gwp": [""]}
    declared, _ = read_draft(Sent(sent), two)
    assert declared is not None
    assert declared.stages == (Stage(code=StageCode.D, gwp=None),)
    assert as_typed(Sent(sent)).one("stages[0].code") == "D"


def test_what_cannot_be_read_is_told_at_the_row_in_which_it_is_shown_again() -> None:
    sent = Sent({"components[0].unit": ["kilogram"], "components[3].amount": ["1,5"], "components[3].record": ["x"]})
    declared, found = read_draft(sent, Declaration())
    assert declared is None
    assert {one.path for one in found} == {
        "$.components[0].amount",
        "$.components[0].record",
        "$.components[0].unit",
    }
    assert as_typed(sent).one("components[0].amount") == "1,5"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_text_that_is_written_twice_in_a_language_is_not_lost(language: str) -> None:
    rows = [("claims", language, "Made with care"), ("claims", language, "Made in Jinan")]
    sent = {
        f"texts[{at}].{name}": [one]
        for at, row in enumerate(rows)
        for name, one in zip(("field", "language", "words"), row, strict=True)
    }
    declared, found = read_draft(Sent(sent), Declaration())
    assert declared is None
    assert {one.path for one in found} == {f"$.claims.{language}"}


def test_what_the_form_does_not_send_stays_as_it_was() -> None:
    held = a_declaration(
        1,
        claims={"en": "Made with care", "fr": "Fait avec soin"},
        components=(Component(urn="urn:x-y:paint", amount=Decimal(1), unit=DeclaredUnit.LITER),),
        evidence=(Evidence(file_name="a.pdf", media_type="application/pdf", sha256="ab" * 32),),
        offsets=(Offset(amount=Decimal(2), registry="Verra", serial="1"),),
    )
    declared, _ = read_draft(Sent({"gwp_total": ["2.5"], "claims.zh": ["用心制造"]}), held)
    expected = msgspec.structs.replace(held, gwp_total=Decimal("2.5"), claims=held.claims | {"zh": "用心制造"})
    assert declared == expected


def test_a_text_that_comes_back_as_it_was_shown_is_not_touched() -> None:
    odd = a_declaration(1, standards=("ISO 14067, draft",), description={"en": "Two\nlines ", "zh": "两行"})
    sent = typed_values(odd).values | {"description.en": ["Two\r\nlines "]}  # as a browser sends it
    assert read_draft(Sent(sent), odd) == (odd, [])


def test_a_form_that_no_page_of_ours_sends_changes_nothing() -> None:
    held = a_declaration(1)
    odd = {"stages[x].gwp": ["1"], "owner": ["rival"], "nothing[0].x": ["1"], "[0]": [""], "texts[0].words": [""]}
    assert read_draft(Sent(odd), held) == (held, [])


def test_a_draft_is_about_a_place_a_construction_product_or_a_product() -> None:
    module = (Stage(code=StageCode.A1_A3, gwp=Decimal(1)),)
    assert subject_of(a_place(1)) is Subject.PLACE
    assert subject_of(a_declaration(1, stages=module)) is Subject.CONSTRUCTION
    assert subject_of(a_declaration(1, standards=("EN 15804+A2:2019",))) is Subject.CONSTRUCTION
    assert subject_of(a_declaration(1)) is Subject.PRODUCT
    assert set(TEXT_FIELDS) <= set(SHAPES)
