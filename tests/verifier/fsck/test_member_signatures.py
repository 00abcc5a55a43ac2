"""A registry that says what its member did not is caught by whoever reads the log, and so is a bundle that says so."""

import json
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any

import pytest
from msgspec import Struct

from keys import Signer, sign_compact
from registry.registry import Registry
from schemas.entry import EntryType
from schemas.status_list import decode, encode, unpack
from tests.registry.bundle.stores import MemoryStore
from tests.signing import a_key, asked, ended, enrolled, published_signed, signed
from tests.verifier.bundle.liar import Liar
from tests.verifier.fsck.conftest import codes, published_store
from tests.world import (
    NOW,
    ORIGIN,
    RIVAL,
    a_declaration,
    log_of,
    new_registry,
    payload_of,
    published,
    record_key,
)
from verifier.fsck import Fault, Replay, Signatures, check_public

OURS, RETIRED, STOLEN, THEIRS = (a_key(number) for number in (1, 2, 3, 4))
Payload = dict[str, Any]


class Signing(Struct, frozen=True):
    """A registry whose member signs: ``record`` is signed by OURS, ``late`` by STOLEN, from there on compromised."""

    registry: Registry
    record: int
    late: int


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Generator[Signing]:
    with closing(new_registry(tmp_path_factory.mktemp("lies") / "home")) as registry:
        for signer in (OURS, RETIRED, STOLEN):
            enrolled(registry, signer)
        enrolled(registry, THEIRS, RIVAL.id)
        ended(registry, RETIRED)
        published(registry, [a_declaration(0)])
        late = published_signed(registry, signed(STOLEN, a_declaration(1)))
        ended(registry, STOLEN, late.record)
        record = published_signed(registry, signed(OURS, a_declaration(2)))
        yield Signing(registry, record.record, late.record)


def replayed(signing: Signing, lie: Callable[[Payload], None] | None = None, at: int | None = None) -> list[Fault]:
    """The faults in the log, up to the record; with ``lie``, its entry (or that at ``at``) says something else, signed
    by the registry as ever."""
    faults: list[Fault] = []
    with Signatures(faults) as signatures:
        replay = Replay(ORIGIN, faults, signatures)
        for entry in log_of(signing.registry)[: signing.record + 1]:
            jws = entry.jws
            if lie is not None and entry.index == (signing.record if at is None else at):
                told = payload_of(entry)
                lie(told)
                typ = EntryType(entry.typ)
                cty = "vc" if typ is EntryType.DECLARATION else None
                jws = sign_compact(record_key(signing.registry), typ, json.dumps(told).encode(), cty)
            replay.take(entry.index, jws)
        signatures.finish()
    return faults


def subject(change: Callable[[Payload], None]) -> Callable[[Payload], None]:
    return lambda told: change(told["credentialSubject"])


def by(signer: Signer, **changes: Any) -> Callable[[Payload], None]:
    told: dict[str, Any] = {"content": a_declaration(2)} | changes
    return subject(lambda it: it.update(ownerSignature=signed(signer, **told).decode()))


LIES: dict[str, Callable[[Payload], None]] = {
    "another figure": subject(lambda it: it["declaration"].update(gwp_total="1.6")),
    "the same figure with another digit": subject(lambda it: it["declaration"].update(gwp_total="1.70")),
    "one more claim": subject(lambda it: it["declaration"].update(claims={"en": "a fine beam"})),
    "nobody's key": by(a_key(9)),
    "another member's key": by(THEIRS),
    "a retired key": by(RETIRED),
    "a compromised key": by(STOLEN),
    "a signature for another registry": by(OURS, registry="id.example.com"),
    "a signature for another member": by(OURS, owner=RIVAL.id),
    "a signature that follows another record": by(OURS, supersedes=8),
    "a signature over another product": by(OURS, content=a_declaration(3)),
    "a request to enrol": subject(lambda it: it.update(ownerSignature=asked(OURS).decode())),
    "no signature": subject(lambda it: it.update(ownerSignature="x")),
}


def test_an_honest_log_has_no_faults(signing: Signing) -> None:
    assert replayed(signing) == []


@pytest.mark.parametrize("lie", LIES)
def test_words_in_the_member_s_mouth_are_found(signing: Signing, lie: str) -> None:
    found = replayed(signing, LIES[lie])
    assert {fault.code.value for fault in found} == {"member-signature"}
    assert {fault.place for fault in found} == {f"entry {signing.record}"}


def test_a_digit_changed_in_the_signature_s_content_is_found(signing: Signing) -> None:
    def lie(told: Payload) -> None:
        head, _, signature = told["credentialSubject"]["ownerSignature"].split(".")
        other = signed(OURS, a_declaration(2, plant="Elsewhere")).decode().split(".")[1]
        told["credentialSubject"]["declaration"]["plant"] = "Elsewhere"
        told["credentialSubject"]["ownerSignature"] = f"{head}.{other}.{signature}"

    assert {fault.code.value for fault in replayed(signing, lie)} == {"member-signature"}


ENROLMENTS: dict[str, Callable[[Payload], None]] = {
    "that nobody asked for": lambda told: told.pop("proof"),
    "that another asked for": lambda told: told.update(proof=asked(OURS, RIVAL.id).decode()),
    "asked for at another registry": lambda told: told.update(proof=asked(OURS, registry="x.example").decode()),
    "of another key than was asked for": lambda told: told.update(proof=asked(a_key(8)).decode()),
    "of who is no member": lambda told: told.update(member="stranger"),
    "of nobody": lambda told: told.pop("member"),
}


@pytest.mark.parametrize("lie", ENROLMENTS)
def test_a_key_that_the_member_did_not_enrol_is_found_and_signs_nothing(signing: Signing, lie: str) -> None:
    first = next(
        entry.index for entry in log_of(signing.registry) if entry.typ == EntryType.KEY and "proof" in payload_of(entry)
    )
    found = {fault.code.value for fault in replayed(signing, ENROLMENTS[lie], first)}
    assert found == {"key-illegal", "member-signature"}


def test_who_signs_all_is_not_left_unsigned(signing: Signing) -> None:
    def no_signature(told: Payload) -> None:
        told["credentialSubject"].pop("ownerSignature")

    assert replayed(signing, no_signature) == []  # it does not sign all: so this is no lie that a log could show

    joined = next(
        entry.index for entry in log_of(signing.registry) if b"maker" in json.dumps(payload_of(entry)).encode()
    )
    found = replayed(signing, lambda told: told["member"].update(signs_all=True), joined)
    assert {fault.code.value for fault in found} == {"member-signature"}  # the very first record has no signature


@pytest.fixture(scope="module")
def store(signing: Signing) -> MemoryStore:
    return published_store(signing.registry)


def told_of(signing: Signing, store: MemoryStore) -> bytes:
    liar = Liar(signing.registry, store)
    size = len(log_of(signing.registry))
    return unpack(decode(liar.content("signed.bin"), size), size)


def test_the_bundle_says_which_records_their_owner_signed(signing: Signing, store: MemoryStore) -> None:
    said = told_of(signing, store)
    assert [index for index, code in enumerate(said) if code] == [signing.record]
    assert check_public(store, signing.registry.trust(), NOW).faults == ()


@pytest.mark.parametrize(("record", "code"), [("record", 0), ("late", 1), ("late", 3)])
def test_a_bundle_that_says_otherwise_is_found(signing: Signing, store: MemoryStore, record: str, code: int) -> None:
    said = bytearray(told_of(signing, store))
    said[getattr(signing, record)] = code
    lying = Liar(signing.registry, store).publish({"signed.bin": encode(said)}).store
    assert codes(check_public(lying, signing.registry.trust(), NOW)) == {"bundle-signed"}
