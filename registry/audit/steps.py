"""What can be done to something: the words of the audit trail. Its subject says to what."""

from enum import StrEnum


class Did(StrEnum):
    """What was done. Each has its wording in English and Chinese in ``registry.audit.words``."""

    CREATED = "created"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    WITHDRAWN = "withdrawn"
    LABELLED = "labelled"
    APPLIED = "applied"
    APPROVED = "approved"
    REFUSED = "refused"
    JOINED = "joined"
    LEFT = "left"
    INVITED = "invited"
    REMOVED = "removed"
    ENDED = "ended"
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    LOCKED_OUT = "locked out"
    PASSWORD_CHANGED = "password changed"  # noqa: S105 - a word, no password
    RESET_ASKED = "reset asked for"
    SECOND_FACTOR_SET = "second factor set"
    SECOND_FACTOR_REMOVED = "second factor removed"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
