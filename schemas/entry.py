"""What a log entry says: a compact JWS whose header names the kind (``typ``) and whose payload is one of these.

Payloads are JSON without floats: numbers that matter are decimal strings. Times are UTC (RFC 3339). An implementation
in another language needs a JWT library and SHA-256.
"""

from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from msgspec import UNSET, Struct, UnsetType, field

from schemas.declaration import Boundary, Declaration, DeclaredUnit
from schemas.label import LEAF_BYTES, LabelClaims
from schemas.member import Member
from schemas.text import Text

MAX_ENTRY = 65_535
"""Bytes of one entry at most: an entry bundle gives its length in 16 bits (C2SP tlog-tiles, "Log entries")."""

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"


class EntryType(StrEnum):
    """``typ`` of the JWS header."""

    DECLARATION = "vc+jwt"
    STATUS = "carbonlabel-status+jwt"
    KEY = "carbonlabel-key+jwt"
    MEMBER = "carbonlabel-member+jwt"
    LABELS = "carbonlabel-labels+jwt"
    CASES = "carbonlabel-cases+jwt"


class Issuer(Struct, frozen=True):
    """The registry that signs."""

    id: str
    name: str


class Party(Struct, frozen=True, omit_defaults=True):
    """An organisation as the record names it at that time."""

    id: str
    name: Text
    ids: tuple[str, ...] = ()


class Subject(Struct, frozen=True, rename="camel"):
    """What the credential is about: the product or place at ``id``, its owner, its verifier, the declaration.

    ``owner_signature`` is the owner's own JWS over what it declares (``schemas.signed``), exactly as it was handed in.
    """

    id: str
    owner: Party
    verifier: Party
    declaration: Declaration
    owner_signature: str | UnsetType = UNSET


class Credential(Struct, frozen=True, rename="camel"):
    """A declaration as a W3C Verifiable Credential 2.0, secured as ``vc+jwt`` (VC-JOSE-COSE, 3.1.1).

    ``record`` is the log index of this very entry, ``nonce`` 128 random bits that the registry draws so that nobody
    can prepare two records with one leaf hash prefix, ``issued`` the day of publication, as on the label.
    """

    context: tuple[str | dict[str, str], ...] = field(name="@context")
    id: str
    type: tuple[str, ...]
    issuer: Issuer
    valid_from: datetime
    valid_until: datetime
    credential_subject: Subject
    record: int
    nonce: str
    issued: date


class RecordStatus(StrEnum):
    """What the log says of a record: ``superseded`` by a newer declaration, the others by status entries."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"


class StatusEvent(StrEnum):
    """What a status entry does to a record."""

    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    WITHDRAWN = "withdrawn"


class StatusEntry(Struct, frozen=True):
    """The registry takes a record back or puts it in force again: why, by whom, when."""

    record: int
    status: StatusEvent
    reason: str
    by: str
    at: datetime


class KeyEvent(StrEnum):
    """What a key entry says of a key."""

    INTRODUCED = "introduced"
    RETIRED = "retired"
    COMPROMISED = "compromised"


MEMBER_KEY = "member"
"""``use`` of a key that a member signs its own declarations with."""


class KeyEntry(Struct, frozen=True):
    """A key's state counts from log index ``index``. ``compromised``: good only for records below it.

    A key whose ``use`` is ``member`` is that ``member``'s own; ``proof`` is how it asked for it: its JWS over an
    ``schemas.signed.Enrolment``, exactly as it was handed in.
    """

    kid: str
    use: str
    x: str
    event: KeyEvent
    index: int
    at: datetime
    kty: str = "OKP"
    crv: str = "Ed25519"
    member: str | UnsetType = UNSET
    proof: str | UnsetType = UNSET

    @property
    def owner(self) -> str | None:
        """Whose own key it is; None: the registry's."""
        return None if self.member is UNSET else self.member


class MemberEvent(StrEnum):
    """What a member entry says of an organisation."""

    JOINED = "joined"
    CHANGED = "changed"
    LEFT = "left"


class MemberEntry(Struct, frozen=True):
    """An organisation joins, changes or leaves."""

    member: Member
    event: MemberEvent
    at: datetime


class LabelsEntry(Struct, frozen=True, omit_defaults=True):
    """Labels minted below class level, for a lot, serial number or extension of a record: their GS1 paths."""

    record: int
    paths: tuple[str, ...]
    at: datetime


class CasesEntry(Struct, frozen=True):
    """The outstanding cases of a year are released: how many, and the SHA-256 of the dataset (``schemas.cases``), in
    lower-case hexadecimal digits. Once a year; it changes nothing of any record."""

    year: int
    sha256: str
    cases: int
    at: datetime


def leaf_hash(entry: bytes) -> bytes:
    """The Merkle leaf hash of an entry: SHA-256(0x00 || entry), 32 bytes (RFC 6962, 2.1)."""
    return sha256(b"\x00" + entry).digest()


def claims_of(credential: Credential, leaf: bytes) -> LabelClaims:
    """The claims that every label of a record carries: a pure function of the entry, so that anyone can compare.

    Raises ``ValueError`` when the declaration lacks what a label must say.
    """
    declaration = credential.credential_subject.declaration
    total, amount, end = declaration.gwp_total, declaration.declared_amount, declaration.reference_end
    unit: DeclaredUnit | None = declaration.declared_unit
    boundary: Boundary | None = declaration.boundary
    if total is None or amount is None or unit is None or boundary is None or end is None:
        raise ValueError("a label needs the total, the declared unit and amount, the boundary and the reference period")
    until = declaration.valid_until or credential.valid_until.date()
    return LabelClaims(
        credential.record, leaf[:LEAF_BYTES], total, unit, amount, boundary, end.year, credential.issued, until
    )
