"""The owner of an organisation, as it is named: a member by its id, one that is no member by a URN or its name."""

import re
import unicodedata

_MEMBER_ID = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?", re.ASCII)
_URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:[!-~]{1,200}", re.ASCII | re.IGNORECASE)
_AFTER_THE_NAME = re.compile(r"\?[+=]|#")
"""Where components begin that are no part of the name (RFC 8141, 2.3)."""


def is_member_id(named: str) -> bool:
    """Whether it has the form of a member's id: nothing else that is named here has it."""
    return _MEMBER_ID.fullmatch(named) is not None


def is_urn(named: str) -> bool:
    """Whether it is a URN (RFC 8141)."""
    return _URN.fullmatch(named) is not None


def known_as(named: str) -> str:
    """The one form in which an owner is compared that is named so: equal for all that means the same organisation.

    Of a URN the case means nothing, also where it could (RFC 8141, 3.1): LEI, GLN, USCC and VAT numbers differ in more.
    """
    if is_member_id(named):
        return named
    return _AFTER_THE_NAME.split(named, maxsplit=1)[0].casefold() if is_urn(named) else called(named)


def called(name: str) -> str:
    """The one form in which a name is compared: of its letters and digits alone, whatever their case and width.

    No id and no URN has it. "" for a name without one.
    """
    letters = "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())
    return letters and f"name {letters}"
