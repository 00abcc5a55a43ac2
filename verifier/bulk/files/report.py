"""The result of a night as a page for people: one file without scripts or network, for a screen, a phone or paper.

Whatever comes from the input - names of shops, of suppliers, of files - is shown as text, never as markup.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from schemas.text import Text
from schemas.verdict import Freshness, VerdictCode
from schemas.verdict_words import ADVICE, SENTENCES
from verifier.bulk.files.page import Cell, bar, code, number, page, paragraph, section, share, table, words
from verifier.bulk.files.tally import WORST_FIRST, Fault, Found, Tally
from verifier.bundle import Bundle

LANGUAGES = ("en", "zh")
_MOST_FAULTS, _MOST_PLACES, _MOST_SHOPS = 200, 50, 5

_FRESHNESS: dict[Freshness, Text] = {
    Freshness.FRESH: {"en": "fresh", "zh": "最新"},
    Freshness.STALE: {"en": "stale: sync it", "zh": "已陈旧，请同步"},
    Freshness.EXPIRED: {"en": "expired: sync it", "zh": "已过期，请同步"},
}
_PLACES: dict[str, tuple[Text, Text]] = {
    "shop": ({"en": "By shop", "zh": "按门店"}, {"en": "Shop", "zh": "门店"}),
    "supplier": ({"en": "By supplier", "zh": "按供应商"}, {"en": "Supplier", "zh": "供应商"}),
}
_LABELS: Text = {"en": "Labels", "zh": "标签数"}
_DO: Text = {"en": "What to do", "zh": "处理办法"}
_NOT_VALID: Text = {"en": "Not valid", "zh": "无效"}
_SHARE: Text = {"en": "Share", "zh": "占比"}


class Report(Struct, frozen=True):
    """What a page is made of."""

    tally: Tally
    bundle: Bundle | None
    registry: str
    source: str
    at: datetime
    seconds: float


def report_page(report: Report, languages: Sequence[str] = LANGUAGES) -> str:
    """The page, in these languages side by side."""
    tally = report.tally
    parts = [_head(report), _verdicts(tally), _faults(tally)]
    parts += [_by_place(place, tally) for place in _PLACES if place in tally.places]
    parts.append(_facts(report))
    return page({"en": "Label check", "zh": "标签核验报告"}, parts, languages)


def _head(report: Report) -> str:
    tally, valid = report.tally, report.tally.verdicts[VerdictCode.VALID]
    bad = tally.lines - valid
    if not tally.lines:
        said: Text = {"en": "No labels were found in the file", "zh": "文件中没有标签"}
    elif bad:
        said = {
            "en": f"{bad:,} of {tally.lines:,} labels are not valid",
            "zh": f"{tally.lines:,} 个标签中有 {bad:,} 个无效",
        }
    else:
        said = {"en": f"All {tally.lines:,} labels are valid", "zh": f"全部 {tally.lines:,} 个标签均有效"}
    state = "bad" if bad else "good" if tally.lines else "none"
    return f'<p class="band {state}"><span aria-hidden="true">{"✘" if bad else "✔"}</span> {words(said)}</p>'


def _verdicts(tally: Tally) -> str:
    """Every verdict that there was, as a table with a bar in each row; bars are to scale among what is not valid."""
    counts = [(VerdictCode(verdict), tally.verdicts[verdict]) for verdict in (VerdictCode.VALID, *WORST_FIRST)]
    seen = list(dict.fromkeys((verdict, count) for verdict, count in counts if count))
    most = max((count for verdict, count in seen if verdict is not VerdictCode.VALID), default=1)
    rows = [
        (
            Cell(
                f"{words(SENTENCES[verdict])} {code(verdict)}{bar(min(count / most, 1), verdict)}",
                head=True,
                mark=verdict,
            ),
            number(count),
            share(count, tally.lines),
            Cell(words(ADVICE[verdict])),
        )
        for verdict, count in seen
    ]
    heading: list[Text] = [{"en": "Verdict", "zh": "核验结果"}, _LABELS, _SHARE, _DO]
    note: Text = {
        "en": "Bars compare what is not valid; the bar of valid labels is cut off.",
        "zh": "条形图比较各类无效标签；有效标签的条形已截断。",
    }
    bad = tally.verdicts[VerdictCode.VALID] < tally.lines
    return section({"en": "Verdicts", "zh": "核验结果"}, table(heading, rows) + (paragraph(note) if bad else ""))


def _faults(tally: Tally) -> str:
    worst = list(tally.worst())
    title: Text = {"en": "Remove these first", "zh": "优先处理"}
    if not worst:
        return section(title, paragraph({"en": "Nothing to do.", "zh": "无需处理。"}))
    heading: list[Text] = [
        {"en": "Verdict", "zh": "核验结果"},
        {"en": "Product (GTIN), record", "zh": "商品（GTIN）、记录"},
        _LABELS,
        {"en": "Shops", "zh": "门店"},
        {"en": "First line", "zh": "首见行"},
        _DO,
    ]
    with_shops = "shop" in tally.places
    rows = [_fault(fault, found, with_shops) for fault, found in worst[:_MOST_FAULTS]]
    if not with_shops:
        del heading[3]
    rest = sum(found.count for _, found in worst[_MOST_FAULTS:]) + sum(tally.more_faults.values())
    more: Text = {
        "en": f"{rest:,} more labels that are not valid are in the file of verdicts.",
        "zh": f"另有 {rest:,} 个无效标签，见核验结果文件。",
    }
    return section(title, table(heading, rows) + (paragraph(more) if rest else ""))


def _fault(fault: Fault, found: Found, with_shops: bool) -> tuple[Cell, ...]:
    verdict, reason, gtin, record = fault
    which = " ".join(code(part, whole=True) for part in (gtin, None if record is None else f"#{record}") if part) or "–"
    shops = (_shops(found),) if with_shops else ()
    said = f"{words(SENTENCES[VerdictCode(verdict)])} {code(reason)}"
    advice = Cell(words(ADVICE[VerdictCode(verdict)]))
    return Cell(said, head=True, mark=verdict), Cell(which), number(found.count), *shops, number(found.line), advice


def _shops(found: Found) -> Cell:
    names = sorted(found.shops, key=lambda name: (-found.shops[name], name))
    rest = len(names) - _MOST_SHOPS
    shown = ", ".join(f"{code(name or '–')} ×{found.shops[name]:,}" for name in names[:_MOST_SHOPS])
    if rest > 0:
        count = f"{rest:,}{'+' if found.more_shops else ''}"
        shown += " " + words({"en": f"and {count} more", "zh": f"等，另有 {count} 家"})
    return Cell(shown)


def _by_place(place: str, tally: Tally) -> str:
    title, heading = _PLACES[place]
    groups = []
    for name, verdicts in tally.places[place].items():
        lines = sum(verdicts.values())
        groups.append((lines - verdicts[VerdictCode.VALID], lines, name))
    groups.sort(key=lambda group: (-group[0], -group[1], group[2] or ""))
    others: Text = {"en": "all others", "zh": "其余"}
    rows = [
        (
            Cell(words(others) if name is None else code(name or "–"), head=True),
            number(lines),
            number(bad),
            share(bad, lines),
        )
        for bad, lines, name in groups[:_MOST_PLACES]
    ]
    rest = len(groups) - _MOST_PLACES
    more: Text = {
        "en": f"{rest:,} more, with fewer labels that are not valid.",
        "zh": f"另有 {rest:,} 项，无效标签较少。",
    }
    return section(title, table([heading, _LABELS, _NOT_VALID, _SHARE], rows) + (paragraph(more) if rest > 0 else ""))


def _facts(report: Report) -> str:
    bundle, rate = report.bundle, report.tally.lines / max(report.seconds, 1e-9)
    facts: list[tuple[Text, str]] = [
        ({"en": "File", "zh": "文件"}, code(report.source)),
        ({"en": "Checked at", "zh": "核验时间"}, code(_moment(report.at))),
        ({"en": "Took", "zh": "用时"}, code(f"{report.seconds:,.1f} s, {rate:,.0f}/s")),
        ({"en": "Registry", "zh": "登记机构"}, code(report.registry)),
    ]
    if bundle is None:
        none: Text = {"en": "the keys alone: no log, so nothing is valid", "zh": "仅有密钥，无日志，故无有效标签"}
        facts.append(({"en": "Bundle", "zh": "数据包"}, words(none)))
    else:
        facts += [
            ({"en": "Bundle signed at", "zh": "数据包签署时间"}, code(_moment(bundle.signed_at))),
            ({"en": "It was then", "zh": "核验时状态"}, words(_FRESHNESS[bundle.freshness(report.at)])),
            ({"en": "Good until", "zh": "有效期至"}, code(_moment(bundle.expires))),
            ({"en": "Entries of its log", "zh": "日志条目数"}, code(f"{bundle.checkpoint.size:,}")),
        ]
    rows = [(Cell(words(name), head=True), Cell(value)) for name, value in facts]
    return section({"en": "How this was checked", "zh": "核验依据"}, table([], rows))


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
