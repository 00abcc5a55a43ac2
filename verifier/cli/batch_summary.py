"""The result of judging a file, in a terminal or for a program."""

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.verdict import VerdictCode
from schemas.verdict_words import ADVICE
from verifier.bulk.files.tally import PLACES, Tally
from verifier.cli.show import printable, sign

_MOST = 10


def show_summary(tally: Tally, seconds: float, console: Console) -> None:
    """How many labels have each verdict; and the shops and suppliers with the most that are not valid."""
    rate = tally.lines / max(seconds, 1e-9)
    console.print(f"{tally.lines:,} labels in {seconds:,.1f} s, {rate:,.0f} a second")
    verdicts = _table("verdict", "labels", "share", "do")
    for verdict in VerdictCode:
        if count := tally.verdicts[verdict]:
            part = Text(f"{100 * count / tally.lines:.2f} %")
            verdicts.add_row(sign(verdict), f"{count:,}", part, ADVICE[verdict]["en"])
    console.print(verdicts)
    for place in PLACES:
        if place in tally.places:
            console.print(_by_place(place, tally))


def _by_place(place: str, tally: Tally) -> Table:
    groups = []
    for name, verdicts in tally.places[place].items():
        lines = sum(verdicts.values())
        groups.append((lines - verdicts[VerdictCode.VALID], lines, name, verdicts))
    groups.sort(key=lambda group: (-group[0], -group[1], group[2] or ""))
    shown = _table(place, "labels", "not valid", "of which")
    for bad, lines, name, verdicts in groups[:_MOST]:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in verdicts.most_common() if kind != VerdictCode.VALID)
        called = "(all others)" if name is None else printable(name) or "(none)"
        shown.add_row(Text(called), f"{lines:,}", f"{bad:,}", kinds)
    if len(groups) > _MOST:
        shown.add_row(f"({len(groups) - _MOST:,} more)")
    return shown


def _table(*names: str) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        shown.add_column(name, justify="right" if name in ("labels", "share", "not valid") else "left")
    return shown


def summary_json(tally: Tally, seconds: float) -> bytes:
    """The same as one JSON object. Those that have no name of their own, for there are too many, have null."""
    places = {
        f"{place}s": [{"name": name, "verdicts": dict(verdicts)} for name, verdicts in groups.items()]
        for place, groups in tally.places.items()
    }
    return msgspec.json.encode(
        {"lines": tally.lines, "seconds": round(seconds, 3), "verdicts": dict(tally.verdicts), **places}
    )
