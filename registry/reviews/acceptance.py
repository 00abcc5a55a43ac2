"""A warning needs the reviewer's word: which of them were accepted, and with what sentence."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from registry.errors import InvalidInput, Refused
from registry.reviews.words import sound_words
from registry.sentences import counted
from schemas.findings import Finding, Severity

MAX_SENTENCE = 1_000


class Accepted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A warning that the reviewer looked into, and why it does not stand against the declaration."""

    code: Annotated[str, Meta(max_length=64, description="of the warning")]
    path: Annotated[str, Meta(max_length=300, description="of the warning")]
    sentence: Annotated[str, Meta(max_length=MAX_SENTENCE, description="why the declaration stands nevertheless")]


def require_accepted(found: Sequence[Finding], accepted: Sequence[Accepted]) -> None:
    """Raises ``Refused`` with the warnings in ``found`` that were not accepted.

    And ``InvalidInput`` for a word on what is no warning: the declaration is not what the reviewer has looked at.
    """
    warnings = [finding for finding in found if finding.severity is Severity.WARNING]
    open_ones = {(finding.code, finding.path) for finding in warnings}
    for at, one in enumerate(accepted):
        sound_words(one.sentence, f"$.accepted[{at}].sentence", MAX_SENTENCE)
        if (one.code, one.path) not in open_ones:
            raise InvalidInput(
                "there is no warning {code} at {path}",
                f"$.accepted[{at}]",
                code=one.code,
                path=one.path,
            )
    words = {(one.code, one.path) for one in accepted}
    missing = [finding for finding in warnings if (finding.code, finding.path) not in words]
    if missing:
        words = counted(
            "1 warning needs your word: name each in `accepted`, by code and path, with a sentence; "
            "nothing was changed",
            "{count} warnings need your word: name each in `accepted`, by code and path, with a sentence; "
            "nothing was changed",
            len(missing),
        )
        raise Refused(words, missing)
