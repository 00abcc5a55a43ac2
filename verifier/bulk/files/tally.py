"""How many of what, where, and what to remove first. Memory is bounded, however many names and faults there are."""

from collections import Counter
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct, field

from schemas.verdict import VerdictCode
from verifier.bulk.files.rows import Rows
from verifier.bulk.flat import numbered
from verifier.bulk.judged import Judged

MOST_NAMES = 10_000
"""Shops, or suppliers, that are counted by name; all further ones are one, whose name is None."""

MOST_FAULTS = 2_000
"""Faults of each verdict that are told apart."""

MOST_SHOPS = 1_000
"""Shops of one fault that are told apart."""

_NAME_LENGTH = 200
PLACES = ("shop", "supplier")
Name = str | None
Fault = tuple[str, str, str | None, int | None]
"""Verdict, reason, GTIN and record: what is wrong with all labels of which these are the same."""


class Found(Struct):
    """How often there was a fault, on which line first, and in which shops."""

    count: int
    line: int
    shops: dict[str, int] = field(default_factory=dict)
    more_shops: bool = False


class Counts(Struct, frozen=True):
    """Of one part."""

    lines: int
    verdicts: dict[str, int]
    places: dict[str, list[tuple[str, str, int]]]
    faults: list[tuple[Fault, str | None, int, int]]
    """Each with a shop, how often, and the first line."""


class Tally:
    """All counts so far. ``counted`` may be called by many threads, ``add`` by one."""

    def __init__(self, *, with_faults: bool = False) -> None:
        """``with_faults``: look also at each label that is not valid."""
        self.lines = 0
        self.verdicts: Counter[str] = Counter()
        self.places: dict[str, dict[Name, Counter[str]]] = {}
        self.faults: dict[Fault, Found] = {}
        self.more_faults: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._with_faults = with_faults

    def counted(self, rows: Rows, judged: Judged, first: int) -> Counts:
        """The counts of one part, whose first line is ``first``."""
        places = {place: _names(column) for place in PLACES if (column := getattr(rows, place)) is not None}
        grouped = {place: _by_name(names, judged.verdicts()) for place, names in places.items()}
        faults = _faults(numbered(judged.table(), first), places.get("shop")) if self._with_faults else []
        return Counts(len(judged), judged.counts(), grouped, faults)

    def add(self, counts: Counts) -> None:
        """Adds the counts of a part."""
        self.lines += counts.lines
        self.verdicts.update(counts.verdicts)
        for place, groups in counts.places.items():
            names = self.places.setdefault(place, {})
            for name, verdict, count in groups:
                if name not in names and len(names) >= MOST_NAMES:
                    names.setdefault(None, Counter())[verdict] += count
                else:
                    names.setdefault(name, Counter())[verdict] += count
        for fault, shop, count, line in counts.faults:
            self._add_fault(fault, shop, count, line)

    def _add_fault(self, fault: Fault, shop: str | None, count: int, line: int) -> None:
        found = self.faults.get(fault)
        if found is None:
            if self._kinds[fault[0]] >= MOST_FAULTS:
                self.more_faults[fault[0]] += count
                return
            self._kinds[fault[0]] += 1
            found = self.faults[fault] = Found(0, line)
        found.count += count
        found.line = min(found.line, line)
        if shop is not None:
            if shop in found.shops or len(found.shops) < MOST_SHOPS:
                found.shops[shop] = found.shops.get(shop, 0) + count
            else:
                found.more_shops = True

    @property
    def all_valid(self) -> bool:
        """Whether no label was other than valid."""
        return self.verdicts[VerdictCode.VALID] == self.lines

    def worst(self) -> Iterator[tuple[Fault, Found]]:
        """The faults, worst first; of those that are equally bad, the most frequent first."""
        yield from sorted(self.faults.items(), key=lambda one: (-BADNESS[one[0][0]], -one[1].count, one[1].line))


WORST_FIRST: Sequence[str] = (
    VerdictCode.FORGED,
    VerdictCode.WITHDRAWN,
    VerdictCode.SUSPENDED,
    VerdictCode.MISMATCH,
    VerdictCode.UNKNOWN_KEY,
    VerdictCode.UNLOGGED,
    VerdictCode.EXPIRED,
    VerdictCode.SUPERSEDED,
    VerdictCode.UNSIGNED,
    VerdictCode.UNREADABLE,
    VerdictCode.VALID,
)
"""In what order a shop should act."""

BADNESS: dict[str, int] = {verdict: -place for place, verdict in enumerate(WORST_FIRST)}


def _names(column: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(pc.fill_null(column, ""), 0, _NAME_LENGTH)


def _by_name(names: pa.Array, verdicts: pa.Array) -> list[tuple[str, str, int]]:
    table = pa.table({"name": names, "verdict": verdicts})
    grouped = table.group_by(["name", "verdict"]).aggregate([([], "count_all")])
    return list(zip(*(grouped.column(name).to_pylist() for name in ("name", "verdict", "count_all")), strict=True))


def _faults(batch: pa.RecordBatch, shops: pa.Array | None) -> list[tuple[Fault, str | None, int, int]]:
    keys = ["verdict", "reason", "gtin", "record"]
    columns = {name: batch.column(name) for name in ("line", *keys)}
    if shops is not None:
        columns["shop"] = shops
    table = pa.table(columns).filter(pc.not_equal(columns["verdict"], VerdictCode.VALID.value))
    by = [*keys, "shop"] if shops is not None else keys
    grouped = table.group_by(by).aggregate([([], "count_all"), ("line", "min")])
    lists = [grouped.column(name).to_pylist() for name in (*by, "count_all", "line_min")]
    if shops is None:
        lists.insert(len(keys), [None] * len(grouped))
    return [((*row[:4],), row[4], row[5], row[6]) for row in zip(*lists, strict=True)]
