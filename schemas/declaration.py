"""The declaration: what a manufacturer says its product emits, in the words of PACT v3 where it has one.

Every field may be absent, because a draft may be incomplete; ``schemas.findings`` says what is missing or wrong.
An unknown value is ``None``, never zero. Numbers that matter are ``Decimal`` here and decimal strings in JSON. Dates
are calendar days in UTC. Masses are kilograms, emissions kilograms of CO2 equivalent per declared amount, shares
per cent, unless a field says otherwise.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from schemas.text import Text


class DeclaredUnit(StrEnum):
    """The ten declared units of PACT v3 (Technical Specifications, ``DeclaredUnit``)."""

    KILOGRAM = "kilogram"
    LITER = "liter"
    CUBIC_METER = "cubic meter"
    KILOWATT_HOUR = "kilowatt hour"
    MEGAJOULE = "megajoule"
    TON_KILOMETER = "ton kilometer"
    SQUARE_METER = "square meter"
    PIECE = "piece"
    HOUR = "hour"
    MEGABIT_SECOND = "megabit second"


class Boundary(StrEnum):
    """System boundary: which part of the life cycle the total covers (GS1 AI 8702 wording)."""

    CRADLE_TO_GATE = "cradle-to-gate"
    CRADLE_TO_GRAVE = "cradle-to-grave"
    CRADLE_TO_CONSUMPTION = "cradle-to-consumption"


class StageCode(StrEnum):
    """A life-cycle stage (ISO 14067:2018, 3.1.4) or an information module (EN 15804+A2, 6.2).

    ``UPSTREAM``, ``OPERATIONS`` and ``DOWNSTREAM`` are for sources that say no more than the value-chain portion.
    """

    RAW_MATERIAL = "raw-material"
    PRODUCTION = "production"
    DISTRIBUTION = "distribution"
    USE = "use"
    END_OF_LIFE = "end-of-life"
    UPSTREAM = "upstream"
    OPERATIONS = "operations"
    DOWNSTREAM = "downstream"
    A1_A3 = "A1-A3"
    A1 = "A1"
    A2 = "A2"
    A3 = "A3"
    A4 = "A4"
    A5 = "A5"
    B1 = "B1"
    B2 = "B2"
    B3 = "B3"
    B4 = "B4"
    B5 = "B5"
    B6 = "B6"
    B7 = "B7"
    C1 = "C1"
    C2 = "C2"
    C3 = "C3"
    C4 = "C4"
    D = "D"


UPSTREAM_STAGES = frozenset({StageCode.RAW_MATERIAL, StageCode.UPSTREAM, StageCode.A1_A3, StageCode.A1, StageCode.A2})
"""Stages that hold what suppliers emit; ``A1-A3`` does when it is given as one."""

END_OF_LIFE_STAGES = frozenset({StageCode.END_OF_LIFE, StageCode.C1, StageCode.C2, StageCode.C3, StageCode.C4})


class GwpBasis(StrEnum):
    """The IPCC assessment report whose global warming potentials were used."""

    AR5 = "AR5"
    AR6 = "AR6"


class AssuranceLevel(StrEnum):
    """Level of assurance of a verification (ISO 14064-3:2019, 3.6.5)."""

    LIMITED = "limited"
    REASONABLE = "reasonable"


class Stage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Emissions of one life-cycle stage, per declared amount."""

    code: StageCode
    gwp: Annotated[Decimal | None, Meta(description="kgCO2e per declared amount; null when not known")] = None
    source_name: Annotated[str, Meta(description="the source's own name of the stage")] = ""


class Offset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Carbon credits bought. Never part of a total, never on a label (ISO 14067:2018, 6.3.4.1)."""

    amount: Annotated[Decimal, Meta(description="tCO2e")]
    registry: str
    serial: str


class DataQuality(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Three data quality scores, on the scale ``best`` 1 to ``worst`` 3 or 5 (PACT v3, ``DataQualityIndicators``)."""

    technological: Decimal
    temporal: Decimal
    geographical: Decimal
    worst: Annotated[int, Meta(description="3 or 5: the worst score of the scale used")] = 3


class Verification(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a verification body states it has checked (ISO 14025:2006, 8; ISO 14064-3; PACT v3 ``Verification``)."""

    body: Annotated[str, Meta(description="member id of the verification body: neither the owner nor the operator")]
    standard: str
    level: AssuranceLevel
    date: date
    accreditation: str | None = None
    report_sha256: Annotated[str, Meta(description="SHA-256 of the report, 64 lower-case hexadecimal digits")] = ""
    report_url: str | None = None


class Component(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of the product: a record of this registry, pinned by its log index, or a URN of something outside."""

    record: int | None = None
    urn: str | None = None
    amount: Decimal
    unit: DeclaredUnit
    contribution: Annotated[Decimal | None, Meta(description="kgCO2e in one declared amount of the product")] = None


class Evidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A document behind the declaration. The public record holds its hash only."""

    file_name: str
    media_type: str
    sha256: str


class Declaration(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One product's (or place's) carbon declaration. Immutable once published: a correction is a new version."""

    id: Annotated[UUID | None, Meta(description="of this version; drawn by the registry")] = None
    version: Annotated[int, Meta(ge=1)] = 1
    supersedes: Annotated[int | None, Meta(description="log index of the record that this version replaces")] = None
    owner: Annotated[str, Meta(description="member id")] = ""

    product_name: Text = {}
    description: Text = {}
    gtin: Annotated[str | None, Meta(description="GTIN of 8, 12, 13 or 14 digits")] = None
    gln: Annotated[str | None, Meta(description="13 digits, for a place: building, site, park")] = None
    product_ids: Annotated[tuple[str, ...], Meta(description="URNs")] = ()
    classifications: Annotated[tuple[str, ...], Meta(description="URNs: UN CPC, HS and the like")] = ()

    declared_unit: DeclaredUnit | None = None
    declared_amount: Decimal | None = None
    mass_per_unit: Annotated[Decimal | None, Meta(description="kg of one declared unit")] = None
    boundary: Boundary | None = None
    stages: tuple[Stage, ...] = ()
    stage_sum_reason: Annotated[Text, Meta(description="why stages and total differ by more than 5 %")] = {}

    gwp_total: Annotated[Decimal | None, Meta(description="kgCO2e per declared amount")] = None
    gwp_fossil: Decimal | None = None
    gwp_biogenic: Decimal | None = None
    gwp_luluc: Annotated[Decimal | None, Meta(description="land use and land use change")] = None
    biogenic_uptake: Annotated[Decimal | None, Meta(description="<= 0, kept apart from the total")] = None
    removals: Annotated[Decimal | None, Meta(description="<= 0, kept apart from the total")] = None
    offsets: tuple[Offset, ...] = ()

    reference_start: date | None = None
    reference_end: date | None = None
    valid_from: date | None = None
    valid_until: Annotated[date | None, Meta(description="last day on which the declaration holds")] = None

    country: Annotated[str | None, Meta(description="ISO 3166-1 alpha-2 or ISO 3166-2 of production")] = None
    region: Annotated[str | None, Meta(description="UN M49 or named region of production")] = None
    plant: Annotated[str | None, Meta(description="plant of production")] = None
    target_markets: Annotated[tuple[str, ...], Meta(description="ISO 3166-1 alpha-2; empty: any market")] = ()

    standards: Annotated[tuple[str, ...], Meta(description="at least one")] = ()
    pcr: Annotated[str | None, Meta(description="URN of the product category rules")] = None
    gwp_basis: GwpBasis | None = None
    primary_data_share: Annotated[Decimal | None, Meta(description="% of the total")] = None
    dqi: DataQuality | None = None
    exempted_share: Annotated[Decimal | None, Meta(description="% of the total left out")] = None

    verification: Verification | None = None
    claims: Text = {}
    components: tuple[Component, ...] = ()
    evidence: tuple[Evidence, ...] = ()
