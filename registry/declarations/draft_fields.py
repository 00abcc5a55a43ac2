"""The fields of a draft's form: in which part of it each stands, of what shape it is, and what may be chosen.

This is the one table. What is typed and how it is read (``draft_form``), and what is shown (``draft_view``), follow
from it and from the types of ``schemas.declaration``.
"""

import re
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, inspect

from registry.pages.vocabulary import BOUNDARIES, STAGES, UNIT_WORDS, Both
from schemas.codes import standard_named
from schemas.declaration import Boundary, Declaration, DeclaredUnit, GwpBasis, StageCode
from schemas.findings.naming import TEXT_FIELDS, label_of
from schemas.findings.sums import EN_15804

SET_BY_THE_REGISTRY = ("id", "version", "supersedes", "owner", "verification")
LANGUAGES = {"en": "in_english", "zh": "in_chinese"}
"""The languages in which every text has a field, and the wording for it. Texts in others are rows of ``texts``."""

Shape = inspect.Type
_AT = re.compile(r"\[[0-9]+\]")


class Subject(StrEnum):
    """What is declared: which fields come first, and what an empty form offers, follows from it."""

    PRODUCT = "product"
    CONSTRUCTION = "construction"
    PLACE = "place"


class StageRow(Struct):
    """A stage as a row has it. One that is only chosen says nothing, so what is not known is ticked."""

    code: StageCode
    gwp: Decimal
    unknown: bool
    source_name: str


TextField = StrEnum("TextField", [(name.upper(), name) for name in TEXT_FIELDS])


class TextRow(Struct):
    """A text in another language than English and Chinese."""

    field: TextField
    language: str
    words: str


class Part(Struct, frozen=True):
    """A part of the form."""

    name: str
    fields: tuple[str, ...]


def parts(subject: Subject) -> tuple[Part, ...]:
    """The parts in their order: the main one first, which holds the key of what is declared."""
    key, other = ("gln", "gtin") if subject is Subject.PLACE else ("gtin", "gln")
    amount = ("declared_amount", "declared_unit", "mass_per_unit", "boundary", "gwp_total")
    days = ("reference_start", "reference_end", "valid_from", "valid_until")
    split = ("gwp_fossil", "gwp_biogenic", "gwp_luluc", "biogenic_uptake", "removals", "offsets")
    return (
        Part("main", ("product_name", key, *amount, *days, "country", "standards", "gwp_basis")),
        Part("stages", ("stages", "stage_sum_reason")),
        Part("figures", split),
        Part("product", ("description", "product_ids", "classifications", other)),
        Part("places", ("region", "plant", "target_markets")),
        Part("method", ("pcr", "primary_data_share", "exempted_share", "dqi")),
        Part("claims", ("claims",)),
        Part("components", ("components",)),
        Part("evidence", ("evidence",)),
        Part("texts", ("texts",)),
    )


def pattern_of(path: str) -> str:
    """The place of a field in any declaration: ``stages[].gwp`` for ``stages[2].gwp``."""
    return _AT.sub("[]", path)


def root_of(path: str) -> str:
    """The declaration's field that a path begins with: ``stages`` for ``stages[2].gwp``."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def choices(path: str, shape: Shape) -> dict[str, Both] | None:
    """What may be chosen at a field, with its words; None where one types."""
    if pattern_of(path) in _CHOICES:
        return _CHOICES[pattern_of(path)]
    return _VALUES.get(shape.cls) if isinstance(shape, inspect.EnumType) else None


_CHOICES = {"dqi.worst": {"3": Both("3", "3"), "5": Both("5", "5")}}
_VALUES: dict[type, dict[str, Both]] = {
    DeclaredUnit: {one.value: UNIT_WORDS[one] for one in DeclaredUnit},
    Boundary: {
        one.value: Both(f"{words.en} ({one})", f"{words.zh}（{one}）") for one, (words, _) in BOUNDARIES.items()
    },
    StageCode: {one.value: STAGES[one] for one in StageCode},
    GwpBasis: {one.value: Both(one, one) for one in GwpBasis},
    TextField: {name: Both(*(label_of(f"$.{name}", language) for language in ("en", "zh"))) for name in TEXT_FIELDS},
}
_STAGES = tuple(StageCode)
_MODULES = frozenset(_STAGES[_STAGES.index(StageCode.A1_A3) :])
OFFERED: dict[Subject, tuple[StageCode, ...]] = {
    Subject.PRODUCT: _STAGES[: _STAGES.index(StageCode.UPSTREAM)],
    Subject.CONSTRUCTION: (StageCode.A1_A3, *_STAGES[_STAGES.index(StageCode.A4) :]),
    Subject.PLACE: (),
}
"""The stages that a form offers, each in a row of its own."""

BEGUN_WITH: dict[Subject, dict[str, list[str]]] = {
    Subject.PRODUCT: {},
    Subject.CONSTRUCTION: {"standards": [EN_15804]},
    Subject.PLACE: {"declared_unit": [DeclaredUnit.SQUARE_METER]},
}
"""What stands in a form before anything is typed: what could not be otherwise."""


def subject_of(declaration: Declaration) -> Subject:
    """What a draft is about: a place has a GLN, a construction product has modules, or the standard of those."""
    if declaration.gln is not None:
        return Subject.PLACE
    codes, standards = {stage.code for stage in declaration.stages}, map(standard_named, declaration.standards)
    return Subject.CONSTRUCTION if codes & _MODULES or EN_15804 in standards else Subject.PRODUCT


def plain(shape: Shape) -> Shape:
    """``shape`` without what is said about it, and without None."""
    if isinstance(shape, inspect.Metadata):
        return plain(shape.type)
    if isinstance(shape, inspect.UnionType):
        return next(plain(one) for one in shape.types if not isinstance(one, inspect.NoneType))
    return shape


def fields_of(shape: Shape) -> dict[str, Shape]:
    """The fields of an item, each with its shape; none for what is no item."""
    return {one.name: plain(one.type) for one in shape.fields} if isinstance(shape, inspect.StructType) else {}


def row_of(shape: Shape) -> Shape | None:
    """The item of a list that has a row for each; None for anything else."""
    item = plain(shape.item_type) if isinstance(shape, inspect.VarTupleType) else None
    return item if isinstance(item, inspect.StructType) else None


_DECLARED = fields_of(inspect.type_info(Declaration))
SHAPES: dict[str, Shape] = {name: shape for name, shape in _DECLARED.items() if name not in SET_BY_THE_REGISTRY} | {
    "stages": inspect.type_info(tuple[StageRow, ...]),
    "texts": inspect.type_info(tuple[TextRow, ...]),
}
"""The shape of every field of the form: the declaration's own, but for stages and texts, which have rows of theirs."""
