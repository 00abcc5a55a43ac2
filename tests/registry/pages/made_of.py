"""What products and places are made of, for pages: deep, wide, nothing, and everything that can be wrong."""

from datetime import date
from decimal import Decimal
from typing import Any

from registry.pages import AreaView, CasesView, CaseYear, TraceView
from schemas.area import AreaProduct, AreaStatement
from schemas.cases import Call, Criterion, Dates, ReleasedCase, ReleasedCases
from schemas.declaration import Boundary, DeclaredUnit
from schemas.entry import Party
from schemas.member import Plan
from schemas.text import Text
from schemas.trace import Basis, Trace, TraceEnd, TraceNode
from schemas.verdict import Amount, VerdictCode
from tests.registry.pages.samples import DEMONSTRATION, OWNER, PATH, VERSIONS

LONG: Text = {"en": "Hot-rolled structural steel section, galvanised " * 5, "zh": "热轧结构型钢，镀锌" * 20}


def node(record: int | None, footprint: str | None, *parts: TraceNode, **changes: Any) -> TraceNode:
    """A product with these parts, in a tree whose top emits 10 kgCO2e."""
    known = None if footprint is None else Decimal(footprint)
    inside = sum((part.footprint for part in parts if part.footprint is not None), Decimal(0))
    fields: dict[str, Any] = {
        "record": record,
        "urn": None,
        "gtin": "09521234567892",
        "gln": None,
        "name": {"en": f"Steel {record}", "zh": f"钢材 {record}"},
        "owner": Party("kellogg", OWNER),
        "verdict": VerdictCode.VALID,
        "boundary": Boundary.CRADLE_TO_GATE,
        "year": 2025,
        "amount": Amount(Decimal("0.5"), DeclaredUnit.KILOGRAM),
        "basis": Basis.UNKNOWN if known is None else Basis.RECORD,
        "footprint": known,
        "share": None if known is None else known * 10,
        "own": None if known is None else known - inside,
        "coverage": None if not known else round(inside / known * 100, 2),
        "end": None,
        "parts": parts,
    }
    return TraceNode(**(fields | changes))


BARE: dict[str, Any] = {"owner": None, "verdict": None, "gtin": None, "name": {}, "own": None, "coverage": None}


def view(top: TraceNode, **changes: Any) -> TraceView:
    fields: dict[str, Any] = {"nodes": 5, "members": 2, "stale": (), "complete": True}
    trace = Trace(unit="kgCO2e", product=top, **(fields | changes))
    url = f"{PATH}?c=1301"
    return TraceView(site=DEMONSTRATION, trace=trace, path="/records/1234/trace", query="", product_url=url)


def deep() -> TraceNode:
    inner = node(1, "0.125", name=LONG)
    for record in range(2, 9):
        inner = node(record, f"{record}.125", inner, name=LONG)
    return node(1234, "10", inner)


def broken() -> TraceNode:
    return node(
        1234,
        "10",
        node(9, "3.3333333", node(7, "1.1", verdict=VerdictCode.SUPERSEDED), verdict=VerdictCode.WITHDRAWN),
        node(None, "2", **{**BARE, "urn": "urn:epc:id:sgtin:" + "9521234.567892." * 8, "basis": Basis.STATED}),
        node(77, None, **{**BARE, "end": TraceEnd.UNKNOWN}),
        node(8, "1", end=TraceEnd.CYCLE, own=None, coverage=None),
        node(6, "0.0000012", end=TraceEnd.SIZE, own=None, coverage=None, verdict=VerdictCode.EXPIRED),
        node(5, "-1.5", name={"en": "Recycled scrap", "zh": "回收废钢"}, coverage=None),
    )


def traces() -> dict[str, TraceView]:
    """A view of each, by name."""
    return {
        "deep": view(deep()),
        "broken": view(broken(), stale=(7, 9), complete=False),
        "wide": view(node(1234, "10", *(node(at, "0.4") for at in range(1, 25)))),
        "alone": view(node(1234, "10"), nodes=1, members=1),
    }


def product(record: int | None, footprint: str | None, supplied: str = "0", **changes: Any) -> AreaProduct:
    """A product of an area, made there."""
    fields: dict[str, Any] = {
        "record": record,
        "urn": None,
        "gtin": "09521234567892",
        "gln": None,
        "name": {"en": f"Steel {record}", "zh": f"钢材 {record}"},
        "owner": Party("kellogg", OWNER),
        "verdict": VerdictCode.VALID,
        "made_here": True,
        "amount": Amount(Decimal(12_500), DeclaredUnit.KILOGRAM),
        "footprint": None if footprint is None else Decimal(footprint),
        "supplied": Decimal(supplied),
    }
    return AreaProduct(**(fields | changes))


def area(*products: AreaProduct, **changes: Any) -> AreaView:
    """A park's statement."""
    fields: dict[str, Any] = {
        "record": 1234,
        "gln": "9521234567899",
        "name": {"en": "River park", "zh": "河畔园区"},
        "owner": Party("kellogg", OWNER),
        "verdict": VerdictCode.VALID,
        "start": date(2025, 1, 1),
        "end": date(2025, 12, 31),
        "area": Amount(Decimal(50_000), DeclaredUnit.SQUARE_METER),
        "unit": "kgCO2e",
        "products": products,
        "gross": Decimal("1960000.5"),
        "internal": Decimal(392_000),
        "own": Decimal(1_176_000),
        "external": Decimal("392000.5"),
        "total": Decimal("1568000.5"),
        "per_unit": Decimal("31.36001"),
        "declared": Decimal(1_700_000),
        "complete": True,
    }
    statement = AreaStatement(**(fields | changes))
    path = "/places/9521234567899/statement"
    return AreaView(site=DEMONSTRATION, statement=statement, path=path, place_url="/414/9521234567899?c=1301")


def areas() -> dict[str, AreaView]:
    """A view of each kind, by name."""
    bare: dict[str, Any] = {"owner": None, "verdict": None, "gtin": None, "name": {}, "made_here": False}
    return {
        "park": area(
            product(7, "1176000.5", "392000"),
            product(8, "784000", name=LONG, verdict=VerdictCode.SUPERSEDED),
            product(9, "1234567890.123", verdict=VerdictCode.WITHDRAWN, made_here=False),
            product(None, None, **{**bare, "urn": "urn:x:" + "heat" * 30}),
            complete=False,
        ),
        "empty": area(),
    }


def released() -> dict[str, CasesView]:
    """The pages of the yearly release: no year, some years, one that is not released, and one that is."""
    call = Call(
        year=2026,
        title={"en": "Low-carbon cases 2026", "zh": "2026年度低碳优秀案例"},
        categories=(Plan.LOW_CARBON_PRODUCTS,),
        dates=Dates(
            nominations_from=date(2026, 3, 1), nominations_until=date(2026, 6, 30), scoring_until=date(2026, 9, 30)
        ),
        criteria=(Criterion("effect", {"en": "Effect", "zh": "减排成效"}, 3),),
    )
    case = ReleasedCase(
        id="a",
        category=Plan.LOW_CARBON_PRODUCTS,
        rank=1,
        tied=True,
        score="7.25",
        experts=3,
        title=LONG,
        description=LONG,
        organisation=Party("kellogg", OWNER),
        nominated_by=Party("kellogg", OWNER),
        records=tuple(one.record for one in VERSIONS),
    )
    told = ReleasedCases(
        registry="id.example.org",
        year=2026,
        title=call.title,
        criteria=call.criteria,
        places=2,
        nominated=12,
        eligible=9,
        cases=(case, case),
    )
    waiting = CaseYear(call=call, phase="nominations")
    done = CaseYear(call=call, phase="released", dataset=b"{}", released=told, entry=99)
    site, path = DEMONSTRATION, "/cases/2026"
    return {
        "none": CasesView(site=site, path="/cases"),
        "years": CasesView(site=site, path="/cases", years=(done, waiting)),
        "waiting": CasesView(site=site, path=path, year=waiting),
        "released": CasesView(site=site, path=path, year=done, records={one.record: one for one in VERSIONS}),
    }
