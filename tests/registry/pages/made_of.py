"""What products are made of, for pages: a deep tree, a wide one, one with everything that can be wrong, and none."""

from decimal import Decimal
from typing import Any

from registry.pages import TraceView
from schemas.declaration import Boundary, DeclaredUnit
from schemas.entry import Party
from schemas.text import Text
from schemas.trace import Basis, Trace, TraceEnd, TraceNode
from schemas.verdict import Amount, VerdictCode
from tests.registry.pages.samples import DEMONSTRATION, OWNER, PATH

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
