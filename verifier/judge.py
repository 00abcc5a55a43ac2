"""The judge: one function that decides what a label is worth. Every path - single, HTTP, bulk, page - gives its answer.

Reasons, by verdict:

===========  ==========================================================================================================
unreadable   ``too-long``, ``not-a-gs1-digital-link``, ``gs1-path``, ``gs1-attribute-in-query``, ``two-tokens``,
             ``token-key-encoded``, ``token-too-long``, ``token-not-digits``, ``token-form``, ``profile``,
             ``claims-form``, ``claims-range``
unsigned     ``no-token``
unknown-key  ``key-not-trusted``
forged       ``signature``; ``key-compromised``, ``key-retired``: the label key was no longer good when that record
             was written; ``record-key-compromised``: nor was the key that signed the record itself;
             ``record-is-another``: the log's record has another leaf, product or figures
unlogged     ``no-log-at-hand``: only the signature was checked; ``not-in-log``; ``label-not-in-log``: the record is
             there, but no label for that lot, serial number or extension; ``issued-in-the-future``: check the clock
mismatch     ``other-product``, ``expectation-unreadable``
withdrawn    ``withdrawn``
suspended    ``suspended``
expired      ``past-expiry``
superseded   ``newer-declaration``
valid        ``active``
===========  ==========================================================================================================
"""

from datetime import UTC, datetime

from keys import KeyState, KeyWindow, PublicKey, TrustList
from schemas.entry import RecordStatus
from schemas.gs1 import Gs1Path, InvalidGs1, parse_gln, parse_gtin
from schemas.label import LabelClaims
from schemas.verdict import Amount, Footprint, LogPosition, Verdict, VerdictCode
from verifier.inspect import Inspection, inspect
from verifier.log import LogAtHand, RecordFacts

_WITHOUT_SIGNATURE = {
    "unreadable": VerdictCode.UNREADABLE,
    "unsigned": VerdictCode.UNSIGNED,
    "unknown-key": VerdictCode.UNKNOWN_KEY,
    "forged": VerdictCode.FORGED,
}
_NO_PATH = Gs1Path("")


class TrustedKeys:
    """The keys of a trust list, ready to judge with: label keys, their public halves, record keys."""

    __slots__ = ("label", "public", "record")

    def __init__(self, trust: TrustList) -> None:
        self.label: dict[str, KeyWindow] = trust.label_keys()
        self.record: dict[str, KeyWindow] = trust.record_keys()
        self.public: dict[str, PublicKey] = {kid: window.key for kid, window in self.label.items()}


def judge(text: str, *, keys: TrustedKeys, log: LogAtHand, now: datetime, expect: str | None = None) -> Verdict:
    """The verdict on ``text``, at ``now`` (aware), against ``log``. ``expect``: the GTIN or GLN it should be for.

    Never raises for any ``text`` or ``expect``. The steps are those of the label's specification, worst first, so the
    first that finds something decides.
    """
    # 1-4. A label? With a token? By a key we know? Signed for this very path?
    seen = inspect(text, keys.public)
    position = log.position(now)
    claims, path = seen.claims, seen.path
    if claims is None or path is None or seen.key is None:
        return _verdict(_WITHOUT_SIGNATURE[seen.finding], seen.reason, seen, position, log)

    # 5. Was the key still good when that record was written?
    window = keys.label[seen.key]
    if not window.good_for_label(claims.record):
        reason = "key-compromised" if window.state is KeyState.COMPROMISED else "key-retired"
        return _verdict(VerdictCode.FORGED, reason, seen, position, log)

    # 6. Is record N in the log, with this leaf and these figures? Was such a label minted? Is the clock plausible?
    if position is None:
        return _verdict(VerdictCode.UNLOGGED, "no-log-at-hand", seen, None, log)
    facts = log.record(claims.record)
    if facts is None:
        if log.holds(claims.record):
            return _verdict(VerdictCode.FORGED, "record-is-another", seen, position, log)
        return _verdict(VerdictCode.UNLOGGED, "not-in-log", seen, position, log)
    if facts.claims != seen.payload or facts.key_path != path.key_path:
        return _verdict(VerdictCode.FORGED, "record-is-another", seen, position, log)
    signer = keys.record.get(facts.signer)
    if signer is None or not signer.good_for_record(claims.record):
        return _verdict(VerdictCode.FORGED, "record-key-compromised", seen, position, log)
    if path.text != facts.key_path and not log.minted(claims.record, path.text):
        return _verdict(VerdictCode.UNLOGGED, "label-not-in-log", seen, position, log)
    today = now.astimezone(UTC).date()
    if today < claims.issued:
        return _verdict(VerdictCode.UNLOGGED, "issued-in-the-future", seen, position, log)

    # 7. The product one expected?
    if expect is not None and (otherwise := other_product(path, expect)):
        return _verdict(VerdictCode.MISMATCH, otherwise, seen, position, log, facts)

    # 8. Does the record stand?  9. In date?  10. The newest of its product?
    if facts.status is RecordStatus.WITHDRAWN:
        return _verdict(VerdictCode.WITHDRAWN, "withdrawn", seen, position, log, facts)
    if facts.status is RecordStatus.SUSPENDED:
        return _verdict(VerdictCode.SUSPENDED, "suspended", seen, position, log, facts)
    if today > claims.expires:
        return _verdict(VerdictCode.EXPIRED, "past-expiry", seen, position, log, facts)
    if facts.status is RecordStatus.SUPERSEDED:
        return _verdict(VerdictCode.SUPERSEDED, "newer-declaration", seen, position, log, facts)
    return _verdict(VerdictCode.VALID, "active", seen, position, log, facts)


def other_product(path: Gs1Path, expect: str) -> str | None:
    """Why a label for ``path`` is not for ``expect``, which is a GTIN or a GLN: 13 digits may be either."""
    read = False
    for key, parse in ((path.gtin, parse_gtin), (path.gln, parse_gln)):
        try:
            if parse(expect) == key:
                return None
            read = True
        except InvalidGs1:
            continue
    return "other-product" if read else "expectation-unreadable"


def _verdict(
    code: VerdictCode,
    reason: str,
    seen: Inspection,
    position: LogPosition | None,
    log: LogAtHand,
    facts: RecordFacts | None = None,
) -> Verdict:
    """The verdict with what is known. Without ``facts`` the log confirms no figure, so none is given."""
    path, claims = seen.path or _NO_PATH, seen.claims
    if facts is None or claims is None:
        return Verdict(
            verdict=code,
            reason=reason,
            gtin=path.gtin,
            gln=path.gln,
            lot=path.lot,
            serial=path.serial,
            record=None if claims is None else claims.record,
            key=seen.key,
            log=position,
            freshness=log.freshness,
        )
    return Verdict(
        verdict=code,
        reason=reason,
        gtin=path.gtin,
        gln=path.gln,
        lot=path.lot,
        serial=path.serial,
        record=claims.record,
        product=facts.product,
        footprint=footprint_of(claims),
        boundary=claims.boundary,
        year=claims.year,
        issued=claims.issued,
        expires=claims.expires,
        superseded_by=facts.superseded_by,
        change=facts.change,
        key=seen.key,
        signed_by_member=facts.signed_by_member,
        log=position,
        freshness=log.freshness,
    )


def footprint_of(claims: LabelClaims) -> Footprint:
    """The figure of a label with its unit and what it is per."""
    return Footprint(claims.footprint, Amount(claims.amount, claims.unit))
