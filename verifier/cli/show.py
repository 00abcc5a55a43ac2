"""How a verdict looks in a terminal. Texts of others are shown as text: no markup, no control characters."""

from rich.text import Text

from schemas.text import in_language
from schemas.verdict import Footprint, Verdict, VerdictCode
from schemas.verdict_words import ADVICE, SENTENCES

SIGNS: dict[VerdictCode, tuple[str, str]] = {
    VerdictCode.VALID: ("✔", "bold green"),
    VerdictCode.SUPERSEDED: ("↻", "bold yellow"),
    VerdictCode.EXPIRED: ("◷", "bold yellow"),
    VerdictCode.SUSPENDED: ("‖", "bold red"),
    VerdictCode.WITHDRAWN: ("✘", "bold red"),
    VerdictCode.MISMATCH: ("≠", "bold red"),
    VerdictCode.UNLOGGED: ("?", "bold yellow"),
    VerdictCode.FORGED: ("✘", "bold red"),
    VerdictCode.UNKNOWN_KEY: ("?", "bold yellow"),
    VerdictCode.UNSIGNED: ("-", "bold"),
    VerdictCode.UNREADABLE: ("-", "bold"),
}


def printable(text: str) -> str:
    """``text`` without characters that could steer the terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def sign(code: VerdictCode) -> Text:
    """The verdict's sign and name."""
    mark, style = SIGNS[code]
    return Text(f"{mark} {code}", style=style)


def figure(footprint: Footprint | None, *, yearly: bool = False) -> str:
    """The figure with its unit and what it is per, and per year if it is a place's; empty when there is none."""
    if footprint is None:
        return ""
    year = " and year" if yearly else ""
    return f"{footprint.value:f} {footprint.unit} per {footprint.per.amount:f} {footprint.per.unit}{year}"


def verdict_lines(verdict: Verdict) -> list[Text]:
    """The verdict for a person, a fact a line."""
    facts: list[tuple[str, str]] = []
    if verdict.product is not None:
        facts.append(("product", f"{in_language(verdict.product.name, 'en')}, {verdict.product.owner}"))
    facts += [(name, getattr(verdict, name) or "") for name in ("gtin", "gln", "lot", "serial")]
    facts.append(("footprint", figure(verdict.footprint, yearly=verdict.gln is not None)))
    if verdict.footprint is not None:
        facts.append(("data", f"{verdict.boundary}, {verdict.year}, good until {verdict.expires}"))
    if verdict.signed_by_member:
        facts.append(("signed", "by its owner itself"))
    if verdict.change is not None:
        facts.append(("since", f"{verdict.change.at:%Y-%m-%d}: {verdict.change.reason}"))
    if verdict.superseded_by is not None:
        facts.append(("newer", f"record {verdict.superseded_by}"))
    facts.append(("reason", verdict.reason))
    facts.append(("do", ADVICE[verdict.verdict]["en"]))
    head = Text.assemble(sign(verdict.verdict), "  ", SENTENCES[verdict.verdict]["en"])
    return [head, *(Text(f"  {name:<10} {printable(value)}") for name, value in facts if value)]
