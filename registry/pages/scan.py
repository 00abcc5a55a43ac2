"""The page that a scan opens: verdict, product, figure, who checked it; below, all that stands behind them.

What may be shown is decided here and nowhere else. From ``mismatch`` down, nothing of the record's figures is on the
page; only ``registered``, set apart, says what the registry holds.
"""

from msgspec import Struct

from registry.pages.about import about
from registry.pages.cautions import cautions
from registry.pages.figures import (
    REVOKED,
    Chip,
    FigureShown,
    chip,
    covered,
    figure_shown,
    headline,
    key_of,
    product_url,
)
from registry.pages.history import history
from registry.pages.language import local_path, other_language
from registry.pages.proof import proof
from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook, frame, keeping, render
from registry.pages.stages import shortened, stage_table
from registry.pages.views import ScanView
from registry.pages.vocabulary import LEVELS, VERDICTS, Tone
from schemas.verdict import GENUINE, RecordSummary, VerdictCode

_MOST_REASON = 300
_MOST_UNREAD = 300


class Band(Struct, frozen=True):
    """The verdict: shape, colour, the sentence in both languages, and what else must be known at once."""

    shape: str
    tone: Tone
    sentence: str
    second: str
    advice: str
    change: str
    newer_url: str


class ProductShown(Struct, frozen=True):
    """What the label is for, to be compared with what is in the hand."""

    known: bool
    lead: str
    name: str
    owner: str
    key_name: str
    key: str
    qualifiers: tuple[tuple[str, str], ...]
    ask: str
    ask_hint: str


class Check(Struct, frozen=True):
    """Who checked the figure, to what level, and until when it stands."""

    body: str
    level: str
    level_hint: str
    until: str


class RegisteredShown(Struct, frozen=True):
    """What the registry says of a GTIN, apart from what the label says."""

    title: str
    hint: str
    verdict: Chip
    name: str
    owner: str
    figure: FigureShown
    struck: bool
    covers: str
    year: str
    until: str


def scan_page(view: ScanView, language: str, nonce: str) -> str:
    """The HTML of the page for ``view``, in ``language`` (``en`` or ``zh``); ``nonce`` is that of the style."""
    reader, t = Reader(language), Phrasebook(language)
    words = VERDICTS[view.verdict.verdict]
    product = _product(view, reader, t)
    sentence = words.sentence.text(language)
    name = product.name if product else ""
    title = f"{sentence} · {shortened(name, 80)}" if name else sentence
    tones = frozenset({words.tone})
    page = frame(view.site, title, view.path, view.query, language, nonce, tones)
    return render(
        "scan.html",
        page,
        language,
        band=_band(view, reader, t, page.chosen),
        product=product,
        registered=_registered(view, reader, t),
        unread=_unread(view),
        objection=_objection(view, t),
        objection_url=_objection_url(view, page.chosen),
        objected=_objected(view, t),
        proof=proof(view, reader, t),
        of_place="_place" if view.verdict.gln else "",
        **_figures(view, reader, t),
    )


def _figures(view: ScanView, reader: Reader, t: Phrasebook) -> dict[str, object]:
    """All that shows or explains a figure: nothing of it unless the label is genuine."""
    verdict, credential = view.verdict, view.credential
    shown: dict[str, object] = dict.fromkeys(("headline", "check", "stages", "warnings", "versions", "about"))
    if verdict.verdict not in GENUINE or verdict.footprint is None:
        return shown
    struck = verdict.verdict in REVOKED
    declaration = credential.credential_subject.declaration if credential else None
    mass = declaration.mass_per_unit if declaration else None
    shown["headline"] = headline(
        verdict.footprint, verdict.boundary, verdict.year, mass, struck, reader, t, yearly=verdict.gln is not None
    )
    shown["check"] = _check(view, reader, t)
    shown["versions"] = history(view.versions, verdict.record, reader, t)
    shown["warnings"] = cautions(view.warnings, declaration, reader, t)
    if credential is not None and declaration is not None:
        shown["stages"] = stage_table(declaration, verdict.footprint, reader, t)
        shown["about"] = about(credential, reader, t)
    return shown


def _band(view: ScanView, reader: Reader, t: Phrasebook, chosen: str | None) -> Band:
    verdict = view.verdict
    words = VERDICTS[verdict.verdict]
    newer = ""
    if verdict.verdict is VerdictCode.SUPERSEDED:
        newer = keeping(local_url(view.newer_url) or product_url(verdict.gtin, verdict.gln), chosen)
    change = ""
    if verdict.change is not None and verdict.verdict in REVOKED:
        key = "suspended_on" if verdict.verdict is VerdictCode.SUSPENDED else "withdrawn_on"
        since = t(key, day=reader.day(verdict.change.at.date()))
        reason = shortened(verdict.change.reason, _MOST_REASON)
        change = t("because", since=since, reason=reason) if reason else since
    return Band(
        shape=words.shape,
        tone=words.tone,
        sentence=words.sentence.text(reader.language),
        second=words.sentence.text(other_language(reader.language)),
        advice=words.advice.text(reader.language) if words.advice else "",
        change=change,
        newer_url=newer,
    )


def local_url(url: str | None) -> str:
    """``url`` as a path with query on this host; empty for None."""
    if not url:
        return ""
    path, mark, query = url.partition("?")
    return local_path(path) + mark + query


def _product(view: ScanView, reader: Reader, t: Phrasebook) -> ProductShown | None:
    """What the label is for. Below ``mismatch`` only the number in the link is known, and nobody vouches for it."""
    verdict = view.verdict
    key_name, key = key_of(verdict.gtin, verdict.gln, t)
    qualifiers = ((t("lot"), verdict.lot or ""), (t("serial"), verdict.serial or ""))
    known = verdict.verdict in GENUINE or verdict.verdict is VerdictCode.MISMATCH
    name = owner = lead = ask = hint = ""
    if known:
        name, owner = _name_and_owner(view, reader)
        if verdict.verdict is VerdictCode.MISMATCH:
            lead = t("made_for")
        else:
            place = "_place" if verdict.gln else ""
            ask, hint = t(f"ask{place}"), t(f"ask{place}_hint")
    elif key:
        lead = t("label_names" if verdict.verdict is VerdictCode.UNSIGNED else "label_says")
    else:
        return None
    return ProductShown(known, lead, name, owner, key_name, key, tuple((n, v) for n, v in qualifiers if v), ask, hint)


def _name_and_owner(view: ScanView, reader: Reader) -> tuple[str, str]:
    name = reader.text(view.verdict.product.name) if view.verdict.product else ""
    owner = view.verdict.product.owner if view.verdict.product else ""
    if view.credential is not None and view.verdict.verdict in GENUINE:
        subject = view.credential.credential_subject
        return name or reader.text(subject.declaration.product_name), reader.text(subject.owner.name) or owner
    return name, owner


def _check(view: ScanView, reader: Reader, t: Phrasebook) -> Check | None:
    """Who checked it; without the record at hand, only until when it stands."""
    verdict = view.verdict
    until = ""
    if verdict.expires is not None:
        key = "stood_until" if verdict.verdict is VerdictCode.EXPIRED else "stands_until"
        until = t(key, day=reader.day(verdict.expires))
    if view.credential is None:
        return None if not until else Check("", "", "", until)
    subject = view.credential.credential_subject
    verification = subject.declaration.verification
    level = hint = ""
    if verification is not None:
        level, hint = (words.text(reader.language) for words in LEVELS[verification.level])
    if view.site.demonstration and level:  # nothing was verified: the gloss would say that something was
        level, hint = t("for_demonstration", level=level), ""
    return Check(reader.text(subject.verifier.name), level, hint, until if verdict.verdict not in REVOKED else "")


def _registered(view: ScanView, reader: Reader, t: Phrasebook) -> RegisteredShown | None:
    record: RecordSummary | None = view.registered
    if record is None or view.verdict.verdict in GENUINE:
        return None
    expired = record.verdict is VerdictCode.EXPIRED
    return RegisteredShown(
        title=t("registered_gtin" if record.gtin else "registered_gln"),
        hint=t("registered_hint"),
        verdict=chip(record.verdict, reader),
        name=reader.text(record.name),
        owner=record.owner,
        figure=figure_shown(record.footprint, reader, yearly=record.gln is not None),
        struck=record.verdict in REVOKED,
        covers=covered(record.boundary, yearly=record.gln is not None)[0].text(reader.language),
        year=t("data_of", year=str(record.year)),
        until=t("stood_until" if expired else "stands_until", day=reader.day(record.expires)),
    )


def _unread(view: ScanView) -> str:
    """What was scanned instead of a label, as far as it helps to see it."""
    if view.verdict.verdict is not VerdictCode.UNREADABLE or not view.label:
        return ""
    return shortened(view.label, _MOST_UNREAD)


def _objection_url(view: ScanView, chosen: str | None) -> str:
    """Where anybody objects to the record, if the label is genuine."""
    if view.verdict.record is None or view.verdict.verdict not in GENUINE:
        return ""
    return f"/records/{view.verdict.record}/object" + (f"?lang={chosen}" if chosen else "")


def _objected(view: ScanView, t: Phrasebook) -> str:
    """How many objections are open or upheld, if there are any, and the label is genuine."""
    if view.verdict.verdict not in GENUINE or not any(view.objections):
        return ""
    opened, upheld = map(str, view.objections)
    return t("objected", open=opened, upheld=upheld)


def _objection(view: ScanView, t: Phrasebook) -> str:
    credential, record = view.credential, view.verdict.record
    operator = credential.issuer.name if credential else view.site.name
    if record is None or view.verdict.verdict not in GENUINE:
        return t("object_unknown", operator=view.site.name)
    return t("object", operator=operator, record=str(record))
