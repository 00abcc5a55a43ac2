"""The folded proof: what anyone needs to check the answer without this website."""

import re

from msgspec import Struct

from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook
from registry.pages.stages import shortened
from registry.pages.views import ScanView
from registry.pages.vocabulary import FRESHNESS
from schemas.verdict import GENUINE, VerdictCode

_MOST_IN_COMMAND = 1000
# Printable ASCII that no shell and no option parser takes for anything but a text between single quotes.
_PASTED = re.compile(rf"(?!-)[ -~]{{1,{_MOST_IN_COMMAND}}}", re.ASCII)


class Fact(Struct, frozen=True):
    """One line of the proof. ``raw``: digits and codes, to be read one by one."""

    term: str
    value: str
    raw: bool = False
    url: str = ""


class Proof(Struct, frozen=True):
    """The facts, the command that checks the label, and the request that fetches the record."""

    facts: tuple[Fact, ...]
    command: str
    request: str


def proof(view: ScanView, reader: Reader, t: Phrasebook) -> Proof:
    """The proof of a scan: only what is known."""
    verdict = view.verdict
    facts = [*_record_facts(view, t), *_log_facts(view, reader, t)]
    if view.key_id or verdict.key:
        facts.append(Fact(t("proof_key"), view.key_id or verdict.key or "", raw=True))
    facts.append(Fact(t("proof_reason"), verdict.reason, raw=True))
    command = check_command(view.label)
    if view.label and view.label not in command:
        facts.append(Fact(t("proof_text"), shortened(view.label, _MOST_IN_COMMAND), raw=True))
    request = "" if verdict.record is None or not _confirmed(view) else f"GET /v1/records/{verdict.record}"
    return Proof(tuple(facts), command, request)


def _record_facts(view: ScanView, t: Phrasebook) -> list[Fact]:
    """The record, as a fact of the log only when the log confirms it; artwork only of a label worth printing."""
    facts = []
    record, confirmed = view.verdict.record, _confirmed(view)
    if record is not None:
        facts.append(Fact(t("proof_record" if confirmed else "proof_named"), str(record)))
    if not confirmed:
        return facts
    if view.jws_url:
        facts.append(Fact(t("proof_signed"), view.jws_url, raw=True, url=view.jws_url))
    if view.verdict.signed_by_member:
        facts.append(Fact(t("proof_member"), t("proof_by_member")))
    if view.leaf_hash:
        facts.append(Fact(t("proof_leaf"), view.leaf_hash, raw=True))
    if view.label_svg_url and view.verdict.verdict is VerdictCode.VALID:
        facts.append(Fact(t("proof_artwork"), view.label_svg_url, raw=True, url=view.label_svg_url))
    return facts


def _confirmed(view: ScanView) -> bool:
    return view.verdict.verdict in GENUINE or view.verdict.verdict is VerdictCode.MISMATCH


def _log_facts(view: ScanView, reader: Reader, t: Phrasebook) -> list[Fact]:
    facts = []
    log, freshness = view.verdict.log, view.verdict.freshness
    if log is not None:
        size = reader.count(log.size)
        facts.append(Fact(t("proof_log"), t("proof_log_size", size=size, moment=reader.moment(log.time))))
    if freshness is not None:
        facts.append(Fact(t("proof_freshness"), FRESHNESS[freshness].text(reader.language)))
    return facts


def check_command(label: str | None) -> str:
    """The command that checks ``label``, safe to paste into a shell; with a placeholder for what is not plain text."""
    if label is None or not _PASTED.fullmatch(label):
        label = "LABEL"
    quoted = label.replace("'", "'\\''")
    return f"carbonlabel verify '{quoted}' --bundle DIR"
