"""What members do with their own keys: enrol them, sign with them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from keys import Ed25519Signer, Signer, sign_compact
from keys.base64url import encode
from registry.declarations import life
from registry.declarations.signed import take_signed
from registry.log.keys import key_entries
from registry.members import keys
from registry.records.publish import NotPublished, Published, publish
from registry.registry import OPERATOR, Registry
from schemas.declaration import Declaration
from schemas.signed import ENROLMENT, SIGNED_DECLARATION
from tests.world import MAKER, NOW, ORIGIN, VERIFICATION


def a_key(number: int) -> Signer:
    """The same key for the same number."""
    return Ed25519Signer.from_seed(bytes([number]) * 32)


def asked(signer: Signer, member: str = MAKER.id, registry: str = ORIGIN, at: datetime = NOW, **changes: Any) -> bytes:
    """A request to enrol the key; ``changes`` replace fields."""
    told = {"member": member, "registry": registry, "x": encode(signer.public).decode(), "at": at} | changes
    return sign_compact(signer, ENROLMENT, msgspec.json.encode(told))


def enrolled(registry: Registry, signer: Signer, member: str = MAKER.id, now: datetime = NOW) -> int:
    """Enrols the key; the log index of its entry."""
    with registry.database.writing() as session:
        writer = registry.log_writer(session, now)
        request = asked(signer, member, at=now).decode()
        entry = keys.enrol(writer, key_entries(session), member, request, registry.config.origin, now)
        writer.flush()
    return entry.index


def ended(registry: Registry, signer: Signer, compromised_from: int | None = None, member: str = MAKER.id) -> None:
    """Retires the key, or states from which record on it is compromised."""
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        keys.end(writer, key_entries(session), member, signer.kid, compromised_from, NOW)
        writer.flush()


def signed(
    signer: Signer, content: Declaration, owner: str = MAKER.id, supersedes: int | None = None, registry: str = ORIGIN
) -> bytes:
    """``content`` as ``owner`` signs it."""
    declared = msgspec.structs.replace(content, owner=owner, supersedes=supersedes)
    told = {"registry": registry, "declaration": declared}
    return sign_compact(signer, SIGNED_DECLARATION, msgspec.json.encode(told))


def handed_in(registry: Registry, jws: bytes, owner: str = MAKER.id) -> UUID:
    """A draft of what ``owner`` signed."""
    with registry.database.writing() as session:
        declared = take_signed(session, registry, jws, owner)
        return life.create(session, declared, owner, NOW, signature=jws)


def brought_on(registry: Registry, key: UUID) -> None:
    """The draft, submitted and verified."""
    with registry.database.writing() as session:
        row = life.row_of(session, key)
        life.submit(session, row, NOW)
        life.state_verification(session, row, VERIFICATION, OPERATOR, NOW)


def outcome_of(registry: Registry, key: UUID) -> Published | NotPublished:
    """What becomes of it when it is to be published."""
    (outcome,) = publish(registry, [key], NOW)
    return outcome


def published_signed(registry: Registry, jws: bytes, owner: str = MAKER.id) -> Published:
    """The record of what ``owner`` signed."""
    key = handed_in(registry, jws, owner)
    brought_on(registry, key)
    outcome = outcome_of(registry, key)
    assert isinstance(outcome, Published), outcome
    return outcome
