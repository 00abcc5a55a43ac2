"""The elements of a page in two languages. Only ``words`` and ``code`` take text; both escape it."""

from collections.abc import Sequence
from html import escape

from msgspec import Struct

from schemas.text import Text
from schemas.verdict import VerdictCode

_TONES = {
    "good": (VerdictCode.VALID,),
    "bad": (VerdictCode.SUSPENDED, VerdictCode.WITHDRAWN, VerdictCode.MISMATCH, VerdictCode.FORGED),
    "ask": (VerdictCode.SUPERSEDED, VerdictCode.EXPIRED, VerdictCode.UNLOGGED, VerdictCode.UNKNOWN_KEY),
}
_SHAPES: dict[str, str] = {
    VerdictCode.VALID: "✔",
    VerdictCode.SUPERSEDED: "↻",
    VerdictCode.EXPIRED: "◷",
    VerdictCode.SUSPENDED: "‖",
    VerdictCode.WITHDRAWN: "✘",
    VerdictCode.MISMATCH: "≠",
    VerdictCode.UNLOGGED: "?",
    VerdictCode.FORGED: "✘",
    VerdictCode.UNKNOWN_KEY: "?",
    VerdictCode.UNSIGNED: "–",
    VerdictCode.UNREADABLE: "–",
}


class Cell(Struct, frozen=True):
    """A cell of a table: markup. ``mark``: a verdict whose shape and colour stand before it."""

    markup: str
    head: bool = False
    numeric: bool = False
    mark: str | None = None


def words(text: Text) -> str:
    """A text in every language; the page shows those it is in."""
    return " ".join(f'<span lang="{language}">{escape(text[language])}</span>' for language in ("en", "zh"))


def code(text: str, *, whole: bool = False) -> str:
    """A name or number, the same in every language. Characters that cannot be seen are replaced.

    ``whole``: on one line.
    """
    seen = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return f"<bdi{' class=whole' if whole else ''}>{escape(seen)}</bdi>"


def paragraph(text: Text) -> str:
    """A paragraph."""
    return f"<p>{words(text)}</p>"


def section(title: Text, markup: str) -> str:
    """A part of the page under its title."""
    return f"<section><h2>{words(title)}</h2>{markup}</section>"


def number(count: int) -> Cell:
    """A count."""
    return Cell(f"{count:,}", numeric=True)


def share(part: int, whole: int) -> Cell:
    """A part of a whole, in percent. What is not nothing is never shown as 0, nor what is not all as 100."""
    percent = 100 * part / max(whole, 1)
    if 0 < percent < 0.01:
        return Cell("&lt; 0.01 %", numeric=True)
    if 99.99 < percent < 100:
        return Cell("&gt; 99.99 %", numeric=True)
    return Cell(f"{percent:.2f} %", numeric=True)


def bar(part: float, verdict: VerdictCode) -> str:
    """A bar, of which ``part`` is full; seen by the eye only, for the number stands beside it."""
    width = max(100 * part, 0.5)
    return (
        f'<svg class="bar {_tone(verdict)}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="ground" width="100" height="1"/><rect width="{width:.2f}" height="1"/></svg>'
    )


def table(heading: Sequence[Text], rows: Sequence[Sequence[Cell]]) -> str:
    """A table; on a narrow screen, each row is a block with the headings beside its cells."""
    numeric = [cell.numeric for cell in rows[0]] if rows else [False] * len(heading)
    head = "".join(
        f'<th scope="col"{" class=numeric" if right else ""}>{words(text)}</th>'
        for text, right in zip(heading, numeric, strict=False)
    )
    lines = ["<table>", f"<thead><tr>{head}</tr></thead>" if head else "", "<tbody>"]
    for row in rows:
        names = heading or [None] * len(row)
        lines.append("<tr>" + "".join(_cell(cell, name) for cell, name in zip(row, names, strict=True)) + "</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def _cell(cell: Cell, name: Text | None) -> str:
    shape = "" if cell.mark is None else f'<span class="shape {_tone(cell.mark)}">{_SHAPES[cell.mark]}</span> '
    if cell.head:
        return f'<th scope="row">{shape}{cell.markup}</th>'
    beside = "" if name is None else f'<span class="name" aria-hidden="true">{words(name)}</span>'
    return f"<td{' class=numeric' if cell.numeric else ''}>{beside}<span>{cell.markup}</span></td>"


def _tone(verdict: str) -> str:
    return next((tone for tone, verdicts in _TONES.items() if verdict in verdicts), "none")


def page(title: Text, parts: Sequence[str], languages: Sequence[str]) -> str:
    """The whole document."""
    hidden = "".join(
        f"[lang={language}]{{display:none!important}}" for language in ("en", "zh") if language not in languages
    )
    name = escape(" ".join(text for language, text in title.items() if language in languages))
    return f"""<!doctype html>
<html lang="{languages[0]}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{name}</title>
<style>{_STYLE}{hidden}</style>
<main>
<h1>{words(title)}</h1>
{"".join(parts)}
</main>
</html>
"""


_STYLE = """
:root{--ink:#1b1b1b;--soft:#595959;--paper:#fff;--line:#d4d4d4;--ground:#ececec;
--good:#17692f;--ask:#8a5300;--bad:#b3231a;--none:#595959}
@media(prefers-color-scheme:dark){:root{--ink:#eee;--soft:#b0b0b0;--paper:#161616;--line:#3d3d3d;--ground:#2b2b2b;
--good:#6fce8a;--ask:#e6b35a;--bad:#ff8a80;--none:#b0b0b0}}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--line:#999;--ground:#eee;
--good:#17692f;--ask:#8a5300;--bad:#b3231a;--none:#555}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.45 system-ui,"Noto Sans CJK SC",sans-serif}
main{max-width:64rem;margin:auto;padding:1rem}
h1{font-size:1.4rem;margin:.2rem 0 .8rem}h2{font-size:1.15rem;margin:1.8rem 0 .5rem}
[lang=zh]{font-size:.95em}
th [lang=zh],td [lang=zh]{display:inline-block}.band [lang=zh]{display:block}
.band{margin:0;padding:.8rem 1rem;border:2px solid;border-left-width:.7rem;font-size:1.3rem;font-weight:600}
.good{color:var(--good)}.ask{color:var(--ask)}.bad{color:var(--bad)}.none{color:var(--none)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);
overflow-wrap:anywhere}
thead th{overflow-wrap:normal;color:var(--soft);font-weight:600;font-size:.85rem;border-bottom-width:2px}
tbody th{font-weight:600;min-width:9rem}
tbody th bdi{font-weight:400;color:var(--soft);font-size:.85em}
td bdi{font-variant-numeric:tabular-nums}
td.numeric,.whole{white-space:nowrap}
.numeric{text-align:right;padding-left:.6rem;font-variant-numeric:tabular-nums}
.name{display:none;color:var(--soft);font-size:.85rem}
.shape{display:inline-block;min-width:1.1em}
.bar{display:block;width:100%;height:.5rem;margin-top:.25rem;fill:currentColor}
.bar .ground{fill:var(--ground)}
p{margin:.5rem 0;color:var(--soft)}
.band{color:var(--none)}.band.good{color:var(--good)}.band.bad{color:var(--bad)}
@media screen and (max-width:40rem){
thead{position:absolute;clip-path:inset(50%)}
table,tbody,tr,th,td{display:block}
tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
th,td{border:0;padding:.1rem 0}
td{display:flex;gap:1rem;justify-content:space-between;text-align:right}
td.numeric{white-space:normal;padding-left:0}
.name{display:inline;text-align:left;flex:none;max-width:50%}}
@media print{main{max-width:none;padding:0}tr{break-inside:avoid}thead{display:table-header-group}
h2{break-after:avoid}.bar{print-color-adjust:exact}}
"""
