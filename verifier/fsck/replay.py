"""The log's entries taken one after the other, from index 0: what each says, whether it may say so, and what follows.

A fault never stops the replay. A status that cannot follow on how the record stood changes nothing, like every entry
that is refused here; so what a replay ends with is what an honest reader of the log knows.
"""

import sys
from datetime import datetime

import msgspec
from msgspec import UNSET, Struct

from keys import Compact, KeysError, PublicKey, split_compact
from schemas.declaration import Declaration
from schemas.entry import (
    MEMBER_KEY,
    CasesEntry,
    Credential,
    EntryType,
    KeyEntry,
    KeyEvent,
    LabelsEntry,
    MemberEntry,
    MemberEvent,
    RecordStatus,
    StatusEntry,
    StatusEvent,
    leaf_hash,
)
from schemas.gs1 import InvalidGs1, parse_path
from schemas.member import Member
from schemas.status_list import status_code
from schemas.text import in_language
from verifier.fsck.fault import Fault, FaultCode
from verifier.fsck.keys import KeyHistory
from verifier.fsck.record import record_claims, record_path, shown_digest, wrong_facts
from verifier.fsck.signatures import Signatures
from verifier.member_signature import WrongSignature, read_enrolment, read_signed_declaration, require_same

Payload = Credential | StatusEntry | KeyEntry | MemberEntry | LabelsEntry | CasesEntry
_DECODERS: dict[EntryType, msgspec.json.Decoder[Payload]] = {
    EntryType.DECLARATION: msgspec.json.Decoder(Credential),
    EntryType.STATUS: msgspec.json.Decoder(StatusEntry),
    EntryType.KEY: msgspec.json.Decoder(KeyEntry),
    EntryType.MEMBER: msgspec.json.Decoder(MemberEntry),
    EntryType.LABELS: msgspec.json.Decoder(LabelsEntry),
    EntryType.CASES: msgspec.json.Decoder(CasesEntry),
}
_FROM = {
    StatusEvent.SUSPENDED: ("active",),
    StatusEvent.REINSTATED: ("suspended",),
    StatusEvent.WITHDRAWN: ("active", "suspended"),
}


class RecordState(Struct):
    """A record as the entries so far leave it."""

    key_path: str
    version: int
    owner: str
    claims: bytes | None
    """What every label of it says; None when no label can."""
    signer: str
    shown: bytes
    """``shown_digest`` of its product's and its owner's name."""
    standing: str = "active"
    reason: str | None = None
    at: datetime | None = None
    superseded_by: int | None = None
    minted: set[str] | None = None
    """GS1 paths for which entries after its own minted labels."""
    signed_by: str | None = None
    """The id of its owner's own key that signed it; None: it has no signature of its owner, or none that is good."""

    @property
    def status(self) -> RecordStatus:
        """As a status list says it."""
        if self.standing == "active" and self.superseded_by is not None:
            return RecordStatus.SUPERSEDED
        return RecordStatus(self.standing)


class LabelsState(Struct, frozen=True, gc=False):
    """Labels that an entry minted for ``record``, for these paths, each once and each a good one of that record."""

    record: int
    paths: tuple[str, ...]
    signer: str


class Moment(Struct, frozen=True):
    """The log as its first ``size`` entries left it. ``statuses`` has a code (``schemas.status_list``) an index;
    ``signed`` has 1 for a record that its owner signed itself, by a key that is good for it, and else 0."""

    size: int
    keys: KeyHistory
    statuses: bytes
    signed: bytes


class MemberState(Struct):
    """An organisation as the entries so far leave it; ``joined`` and ``left`` are the log indexes of its coming in and
    of its going."""

    member: Member
    joined: int
    left: int | None = None


class Taken(Struct, frozen=True):
    """An entry that could be read: its payload, and the record whose standing it changes."""

    index: int
    typ: EntryType
    payload: Payload
    about: int | None


class Replay:
    """Takes the log's entries in order. ``faults`` grows; signatures are checked meanwhile, by ``signatures``.

    The moment at which the log had ``remembered`` entries can be looked back at.
    """

    def __init__(self, origin: str, faults: list[Fault], signatures: Signatures, remembered: int | None = None) -> None:
        self.origin = origin
        self.keys = KeyHistory()
        self.records: dict[int, RecordState] = {}
        self.members: dict[str, MemberState] = {}
        self.labels: dict[int, LabelsState] = {}
        """By the index of the entry that minted them."""
        self.releases: dict[int, tuple[int, CasesEntry]] = {}
        """The released cases by year, each with the index of its entry."""
        self._remembered = remembered
        self._moment: Moment | None = None
        self._newest: dict[str, int] = {}
        self._signed: dict[str, list[int]] = {}
        self._faults = faults
        self._signatures = signatures

    def take(self, index: int, jws: bytes) -> Taken | None:
        """Takes the entry at ``index``; None when it cannot be read as what it says it is."""
        if self._moment is None and self._remembered is not None and index >= self._remembered:
            self._moment = self._as_now(self._remembered)
        try:
            compact = split_compact(jws)
        except KeysError as problem:
            return self._refuse(FaultCode.ENTRY_FORM, index, f"it cannot be read: {problem}")
        try:
            typ = EntryType(compact.header.typ)
        except ValueError:
            self._sign(index, compact, None)
            return self._refuse(FaultCode.ENTRY_TYP, index, f"it is of no kind known: {compact.header.typ!r}")
        try:
            payload = _DECODERS[typ].decode(compact.payload)
        except (ValueError, RecursionError) as problem:
            self._sign(index, compact, None)
            return self._refuse(FaultCode.ENTRY_PAYLOAD, index, f"it does not say what a {typ} says: {problem}")
        self._sign(index, compact, payload)
        return Taken(index, typ, payload, self._follow(index, payload, jws, sys.intern(compact.header.kid)))

    def remembered(self) -> Moment | None:
        """The log as it was at the size to be remembered, or as it is, if it ends there or before."""
        if self._moment is None and self._remembered is not None:
            self._moment = self._as_now(self._remembered)
        return self._moment

    def disowned(self) -> int:
        """Entries whose key a later entry declared not good for them."""
        count = 0
        for kid, indexes in self._signed.items():
            key = self.keys.get(kid)
            if key is not None and key.until is not None:
                count += sum(index >= key.until for index in indexes)
        return count

    def _as_now(self, size: int) -> Moment:
        codes = bytearray(min(size, 1 + max(self.records, default=-1)))
        signed = bytearray(len(codes))
        for index, record in self.records.items():
            codes[index] = status_code(record.status)
            if record.signed_by is not None:
                signed[index] = self.keys.of_member(record.signed_by, record.owner, index) is not None
        return Moment(size, self.keys.copy(), bytes(codes), bytes(signed))

    def _refuse(self, code: FaultCode, index: int, what: str) -> None:
        self._faults.append(Fault(code, f"entry {index}", what))

    def _sign(self, index: int, compact: Compact, payload: Payload | None) -> None:
        """Has the signature checked, under a record key that was good for ``index`` as far as the log had come."""
        kid = compact.header.kid
        public: PublicKey | None = None
        logged = self.keys.signer(kid, index)
        if logged is not None:
            public = logged.public
        elif isinstance(payload, KeyEntry):
            public = self.keys.introducing_itself(index, kid, payload)
        if public is None:
            self._refuse(FaultCode.ENTRY_SIGNER, index, f"it is signed by {kid}, which is no record key in force there")
            known = self.keys.get(kid)
            if known is None:
                return
            public = known.public
        self._signed.setdefault(kid, []).append(index)
        wrong = Fault(FaultCode.ENTRY_SIGNATURE, f"entry {index}", f"it is not signed by {kid}, or changed since")
        self._signatures.check(public, compact.signature, compact.signing_input, wrong)

    def _follow(self, index: int, payload: Payload, jws: bytes, signer: str) -> int | None:
        """What follows from an entry; returned is the record that it is about."""
        match payload:
            case Credential():
                return self._declare(index, payload, leaf_hash(jws), signer)
            case StatusEntry():
                self._change(index, payload)
                return payload.record
            case LabelsEntry():
                self._mint(index, payload, signer)
                return payload.record
            case KeyEntry():
                wrong = self._unproved(payload) or self.keys.take(index, payload)
                if wrong is not None:
                    self._refuse(FaultCode.KEY_ILLEGAL, index, wrong)
            case MemberEntry():
                self._meet(index, payload)
            case CasesEntry():
                if payload.year in self.releases:
                    self._refuse(FaultCode.CASES_ILLEGAL, index, f"the cases of {payload.year} are released already")
                self.releases.setdefault(payload.year, (index, payload))
        return None

    def _declare(self, index: int, credential: Credential, leaf: bytes, signer: str) -> int | None:
        if credential.record != index:
            self._refuse(FaultCode.RECORD_NUMBER, index, f"it calls itself record {credential.record}")
        declared = credential.credential_subject.declaration
        path = record_path(declared)
        if path is None:
            self._refuse(FaultCode.RECORD_FACTS, index, "it names no product or place by a good GTIN or GLN")
            return declared.supersedes
        claims = record_claims(credential, leaf)
        for wrong in wrong_facts(credential, path, self.origin, claims):
            self._refuse(FaultCode.RECORD_FACTS, index, wrong)
        for party in {declared.owner, credential.credential_subject.verifier.id}:
            if party not in self.members or self.members[party].left is not None:
                self._refuse(FaultCode.RECORD_FACTS, index, f"{party!r} is no member")
        self._chain(index, path, declared)
        shown = shown_digest(declared.product_name, in_language(credential.credential_subject.owner.name, "en"))
        owner = sys.intern(declared.owner)
        signed_by = self._signed_by(index, credential)
        self.records[index] = RecordState(path, declared.version, owner, claims, signer, shown, signed_by=signed_by)
        self._newest[path] = index
        return declared.supersedes

    def _unproved(self, entry: KeyEntry) -> str | None:
        """What is wrong with how a key became a member's own: the member did not ask for it with that very key."""
        if entry.use != MEMBER_KEY or entry.event is not KeyEvent.INTRODUCED:
            return None
        member = entry.owner or ""
        if member not in self.members or self.members[member].left is not None:
            return f"key {entry.kid} is to be of {member!r}, which is no member"
        try:
            key, _ = read_enrolment(b"" if entry.proof is UNSET else entry.proof.encode(), member, self.origin)
        except WrongSignature as problem:
            return f"{member} did not ask for key {entry.kid}: {problem}"
        return None if key.kid == entry.kid else f"{member} asked for key {key.kid}, not for {entry.kid}"

    def _signed_by(self, index: int, credential: Credential) -> str | None:
        """The key of its owner that signed the record; None without, or with a signature that is not good."""
        subject = credential.credential_subject
        owner, jws = subject.declaration.owner, subject.owner_signature
        if jws is UNSET:
            member = self.members.get(owner)
            if member is not None and member.member.signs_all:
                said = f"it has no signature of {owner}, which signs all that it declares"
                self._refuse(FaultCode.MEMBER_SIGNATURE, index, said)
            return None
        try:
            compact, signed = read_signed_declaration(jws.encode())
            require_same(signed, subject.declaration, self.origin)
        except WrongSignature as problem:
            self._refuse(FaultCode.MEMBER_SIGNATURE, index, f"the signature of {owner} in it: {problem}")
            return None
        kid = sys.intern(compact.header.kid)
        key = self.keys.of_member(kid, owner, index)
        if key is None:
            said = f"the signature of {owner} in it is by {kid}, which is no key of {owner} in force there"
            self._refuse(FaultCode.MEMBER_SIGNATURE, index, said)
            return None
        wrong = Fault(FaultCode.MEMBER_SIGNATURE, f"entry {index}", f"it is not signed by {kid} of {owner}")
        self._signatures.check(key.public, compact.signature, compact.signing_input, wrong)
        return kid

    def _chain(self, index: int, path: str, declared: Declaration) -> None:
        """Has the record follow the newest one of its product or place."""
        newest = self._newest.get(path)
        older = None if newest is None else self.records[newest]
        expected = (1, None) if older is None else (older.version + 1, newest)
        if (declared.version, declared.supersedes) != expected:
            self._refuse(
                FaultCode.RECORD_CHAIN,
                index,
                f"it is version {declared.version} of {path} after record {declared.supersedes}, "
                f"and should be version {expected[0]} after record {expected[1]}",
            )
        if older is not None:
            if older.owner != declared.owner and older.standing != "withdrawn":
                self._refuse(FaultCode.RECORD_CHAIN, index, f"{path} belongs to {older.owner}, not to {declared.owner}")
            older.superseded_by = index

    def _change(self, index: int, entry: StatusEntry) -> None:
        record = self.records.get(entry.record)
        if record is None:
            self._refuse(FaultCode.STATUS_ILLEGAL, index, f"there is no record {entry.record} before it")
        elif record.standing not in _FROM[entry.status]:
            said = f"record {entry.record} was {record.standing}: it cannot be {entry.status}"
            self._refuse(FaultCode.STATUS_ILLEGAL, index, said)
        elif entry.status is StatusEvent.REINSTATED:
            record.standing, record.reason, record.at = "active", None, None
        else:
            record.standing, record.reason, record.at = entry.status.value, entry.reason, entry.at

    def _mint(self, index: int, entry: LabelsEntry, signer: str) -> None:
        record = self.records.get(entry.record)
        if record is None:
            self._refuse(FaultCode.LABELS_ILLEGAL, index, f"there is no record {entry.record} before it")
            return
        record.minted = minted = record.minted or set()
        good: dict[str, None] = {}
        for text in entry.paths:
            try:
                path = parse_path(text)
            except InvalidGs1 as problem:
                self._refuse(FaultCode.LABELS_ILLEGAL, index, f"{text[:80]!r} is no GS1 path: {problem}")
                continue
            if path.key_path != record.key_path:
                said = f"{text} is not of {record.key_path}, the product or place of record {entry.record}"
                self._refuse(FaultCode.LABELS_ILLEGAL, index, said)
            else:
                good[text] = None
        minted.update(good)
        self.labels[index] = LabelsState(entry.record, tuple(good), signer)

    def _meet(self, index: int, entry: MemberEntry) -> None:
        known = self.members.get(entry.member.id)
        inside = known is not None and known.left is None
        if inside == (entry.event is MemberEvent.JOINED):
            said = "is in already" if inside else f"is not in, and cannot be {entry.event}"
            self._refuse(FaultCode.MEMBER_ILLEGAL, index, f"{entry.member.id} {said}")
        elif known is None or entry.event is MemberEvent.JOINED:
            self.members[entry.member.id] = MemberState(entry.member, index)
        else:
            known.left = index if entry.event is MemberEvent.LEFT else None
            known.member = entry.member
