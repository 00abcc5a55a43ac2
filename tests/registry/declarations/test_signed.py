"""A member signs its own declarations: the registry takes only what that member signed, for this registry, this product
and the next version, and says of each record whether it was so."""

import json
from collections.abc import Callable, Generator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import jwt
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keys import Signer, sign_compact, split_compact
from registry.database.tables import DeclarationRow
from registry.declarations import life
from registry.errors import InvalidInput, NotFound, Refused, RegistryError, WrongState
from registry.fsck import check_home
from registry.log.keys import key_entries
from registry.log.service import sequence
from registry.members import keys, members
from registry.members.key_routes import keys_of
from registry.records.publish import NotPublished
from registry.registry import Registry
from registry.store import FolderStore
from schemas.declaration import Declaration
from schemas.signed import SIGNED_DECLARATION
from tests.signing import a_key, asked, brought_on, ended, enrolled, handed_in, outcome_of, published_signed, signed
from tests.world import (
    MAKER,
    NOW,
    ORIGIN,
    RIVAL,
    a_declaration,
    assert_sound,
    log_of,
    new_registry,
    payload_of,
    published,
    verdict_on,
    verified,
)

OURS, OLD, THEIRS, STRANGE = (a_key(number) for number in (1, 2, 3, 4))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("signed") / "home")) as registry:
        enrolled(registry, OURS)
        enrolled(registry, OLD)
        enrolled(registry, THEIRS, RIVAL.id)
        ended(registry, OLD)
        yield registry


def newest(registry: Registry) -> int:
    return len(log_of(registry))


def test_a_signed_declaration_becomes_a_record_that_anybody_can_check(registry: Registry) -> None:
    jws = signed(OURS, a_declaration(1))
    record = published_signed(registry, jws)
    entry = payload_of(log_of(registry)[record.record])
    inside = entry["credentialSubject"]["ownerSignature"]
    assert inside.encode() == jws

    other_peoples = Ed25519PublicKey.from_public_bytes(OURS.public)
    told = jwt.decode(inside, other_peoples, algorithms=["EdDSA"])
    content = entry["credentialSubject"]["declaration"]
    added = {"id", "version", "verification"}
    assert told["registry"] == ORIGIN
    assert told["declaration"] == {name: value for name, value in content.items() if name not in added}
    verdict = verdict_on(registry, record.label)
    assert (verdict.verdict, verdict.signed_by_member) == ("valid", True)


def test_what_nobody_signed_is_a_record_too_and_says_so(registry: Registry) -> None:
    (record,) = published(registry, [a_declaration(2)])
    assert "ownerSignature" not in payload_of(log_of(registry)[record.record])["credentialSubject"]
    assert verdict_on(registry, record.label).signed_by_member is False


def test_another_jwt_library_may_sign(registry: Registry) -> None:
    content = msgspec.to_builtins(msgspec.structs.replace(a_declaration(3), owner=MAKER.id), order="sorted")
    private = Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32)
    head = {"typ": SIGNED_DECLARATION, "kid": OURS.kid}
    token = jwt.encode({"declaration": content, "registry": ORIGIN}, private, algorithm="EdDSA", headers=head)
    record = published_signed(registry, token.encode())
    assert verdict_on(registry, record.label).signed_by_member is True


def with_changed_digit(registry: Registry) -> bytes:
    head, _, signature = signed(OURS, a_declaration(9)).split(b".")
    changed = sign_compact(OURS, SIGNED_DECLARATION, signed_payload(a_declaration(9, gwp_total=Decimal("1.8"))))
    return b".".join((head, changed.split(b".")[1], signature))


def signed_payload(content: Declaration) -> bytes:
    declared = msgspec.structs.replace(content, owner=MAKER.id)
    return msgspec.json.encode({"registry": ORIGIN, "declaration": declared})


def twice(_: Registry) -> bytes:
    payload = signed_payload(a_declaration(9)).replace(b'"gwp_total"', b'"gwp_total":"9.9","gwp_total"')
    return sign_compact(OURS, SIGNED_DECLARATION, payload)


REFUSED: dict[str, tuple[Callable[[Registry], bytes], str]] = {
    "an unknown key": (lambda _: signed(STRANGE, a_declaration(9)), "no key of maker in force"),
    "another member's key": (lambda _: signed(THEIRS, a_declaration(9)), "no key of maker in force"),
    "a retired key": (lambda _: signed(OLD, a_declaration(9)), "no key of maker in force"),
    "for another member": (lambda _: signed(OURS, a_declaration(9), RIVAL.id), "signed for 'rival'"),
    "for another registry": (lambda _: signed(OURS, a_declaration(9), registry="x.example"), "for the registry"),
    "a changed digit": (with_changed_digit, "was changed since"),
    "an old version again": (lambda _: signed(OURS, a_declaration(1)), "to follow record None"),
    "after a record that is not": (lambda _: signed(OURS, a_declaration(9), supersedes=5), "to follow record 5"),
    "with an id": (lambda _: signed(OURS, a_declaration(9, version=2)), "not the owner's to state"),
    "a field twice": (twice, "appears twice"),
    "a request to enrol": (lambda _: asked(OURS), "carbonlabel-enrolment+jwt"),
    "no signature at all": (lambda _: b"{}", "no signature of a member"),
    "a record": (lambda registry: log_of(registry)[-1].jws, "not a 'carbonlabel-declaration+jwt'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_member_did_not_sign_so_is_refused(registry: Registry, case: str) -> None:
    make, words = REFUSED[case]
    with pytest.raises(Refused) as refused:
        handed_in(registry, make(registry))
    (finding,) = refused.value.findings
    assert finding.code == "signature"
    assert words in finding.message["en"]


def test_numbers_that_lost_digits_are_named_by_their_fields(registry: Registry) -> None:
    payload = signed_payload(a_declaration(9)).replace(b'"1.7"', b"1.7")
    with pytest.raises(Refused) as refused:
        handed_in(registry, sign_compact(OURS, SIGNED_DECLARATION, payload))
    assert [finding.path for finding in refused.value.findings] == ["$.gwp_total"]


def test_a_new_version_is_signed_to_follow_the_one_before(registry: Registry) -> None:
    first = published_signed(registry, signed(OURS, a_declaration(20)))
    second = published_signed(registry, signed(OURS, a_declaration(20, gwp_total=Decimal(2)), supersedes=first.record))
    assert verdict_on(registry, second.label).signed_by_member is True
    assert verdict_on(registry, first.label).superseded_by == second.record


def test_between_signing_and_publication_nothing_may_come_before_it(registry: Registry) -> None:
    late = handed_in(registry, signed(OURS, a_declaration(21)))
    brought_on(registry, late)
    published(registry, [a_declaration(21)])
    outcome = outcome_of(registry, late)
    assert isinstance(outcome, NotPublished)
    assert isinstance(outcome.error, Refused)
    assert [finding.code for finding in outcome.error.findings] == ["signature"]


def test_a_key_that_ends_before_publication_signs_nothing_any_more(registry: Registry) -> None:
    signer = a_key(30)
    enrolled(registry, signer)
    waiting = handed_in(registry, signed(signer, a_declaration(30)))
    brought_on(registry, waiting)
    ended(registry, signer)
    assert isinstance(outcome_of(registry, waiting), NotPublished)


def test_a_revision_drops_the_signature_unless_it_is_signed_again(registry: Registry) -> None:
    key = handed_in(registry, signed(OURS, a_declaration(31)))
    with registry.database.writing() as session:
        row = life.row_of(session, key)
        life.revise(session, row, a_declaration(31), NOW)
        assert row.signature is None


def test_a_compromised_key_stays_good_for_the_records_below_the_index(registry: Registry) -> None:
    signer = a_key(40)
    enrolled(registry, signer)
    below = published_signed(registry, signed(signer, a_declaration(40)))
    above = published_signed(registry, signed(signer, a_declaration(41)))
    ended(registry, signer, above.record)
    told = {record: verdict_on(registry, record.label) for record in (below, above)}
    assert [told[below].signed_by_member, told[above].signed_by_member] == [True, False]
    assert {verdict.verdict for verdict in told.values()} == {"valid"}
    with pytest.raises(WrongState):
        ended(registry, signer)


def test_who_signs_all_publishes_nothing_unsigned(registry: Registry) -> None:
    (waiting,) = verified(registry, [a_declaration(50)])
    with registry.database.writing() as session:
        drafted = life.create(session, a_declaration(51), MAKER.id, NOW)
    policy(registry, True)
    try:
        with registry.database.writing() as session, pytest.raises(Refused) as refused:
            life.submit(session, life.row_of(session, drafted), NOW)
        assert [finding.code for finding in refused.value.findings] == ["unsigned"]
        outcome = outcome_of(registry, waiting)
        assert isinstance(outcome, NotPublished)
        assert isinstance(outcome.error, Refused)
        assert [finding.code for finding in outcome.error.findings] == ["unsigned"]
        assert published_signed(registry, signed(OURS, a_declaration(52)))
        assert published(registry, [a_declaration(53)], RIVAL.id)
    finally:
        policy(registry, False)
    assert not isinstance(outcome_of(registry, waiting), NotPublished)


def policy(registry: Registry, signs_all: bool) -> None:
    with registry.database.writing() as session:
        changed = msgspec.structs.replace(members.member(session, MAKER.id), signs_all=signs_all)
        writer = registry.log_writer(session, NOW)
        members.change(session, writer, changed, NOW)
        writer.flush()


NOT_ENROLLED: dict[str, tuple[Callable[[], bytes], type[RegistryError], str]] = {
    "for another member": (lambda: asked(a_key(60), RIVAL.id), InvalidInput, "not of 'maker'"),
    "at another registry": (lambda: asked(a_key(60), registry="x.example"), InvalidInput, "'x.example'"),
    "by another key": (
        lambda: asked(a_key(60), x=msgspec.json.decode(_payload(asked(a_key(61))))["x"]),
        InvalidInput,
        "not signed by the key that it names",
    ),
    "two days old": (lambda: asked(a_key(60), at=NOW - timedelta(days=2)), InvalidInput, "make one anew"),
    "of tomorrow": (lambda: asked(a_key(60), at=NOW + timedelta(hours=1)), InvalidInput, "make one anew"),
    "a key that is enrolled": (lambda: asked(OURS), WrongState, "is in the log already"),
    "a key of another": (lambda: asked(THEIRS), WrongState, "is in the log already"),
    "no key": (lambda: asked(a_key(60), x="A" * 43), InvalidInput, "cannot be read"),
    "too long": (lambda: b"A" * 3_000, InvalidInput, "more than"),
    "no token": (lambda: b"x.y.z", InvalidInput, "no signature of a member"),
}


def _payload(jws: bytes) -> bytes:
    return split_compact(jws).payload


@pytest.mark.parametrize("case", NOT_ENROLLED)
def test_only_who_has_a_key_enrols_it_and_now(registry: Registry, case: str) -> None:
    make, kind, words = NOT_ENROLLED[case]
    with registry.database.writing() as session:
        writer, known, request = registry.log_writer(session, NOW), key_entries(session), make().decode()
        with pytest.raises(kind, match=words):
            keys.enrol(writer, known, MAKER.id, request, ORIGIN, NOW)


def test_a_member_ends_no_other_member_s_key(registry: Registry) -> None:
    with pytest.raises(NotFound):
        ended(registry, THEIRS)
    with pytest.raises(InvalidInput):
        ended(registry, OURS, 10**6)


def test_the_keys_of_a_member_are_public(registry: Registry) -> None:
    shown = keys_of(registry, MAKER.id)
    assert {OURS.kid, OLD.kid} <= {key.kid for key in shown.keys}
    assert THEIRS.kid not in {key.kid for key in shown.keys}
    assert next(key for key in shown.keys if key.kid == OLD.kid).state == "retired"
    assert all(key.kid not in registry.trust().encode().decode() for key in shown.keys)


@pytest.mark.parametrize("signer", [OURS, OLD, THEIRS], ids=("ours", "old", "theirs"))
def test_a_record_says_by_which_key(registry: Registry, signer: Signer) -> None:
    with registry.database.reading() as session:
        window = registry.keys_in_force(session).members[signer.kid].window
    assert window.key.raw == signer.public


def test_the_registry_is_sound_after_all_this(registry: Registry) -> None:
    sequence(registry)
    assert_sound(registry)
    report = check_home(registry.config, registry.database, FolderStore(registry.home.public), lambda *_: None, now=NOW)
    assert [fault for fault in report.faults if fault.code != "bundle-expired"] == []
    with registry.database.reading() as session:
        assert session.get(DeclarationRow, "x") is None
    assert json.loads(registry.trust().encode())["keys"]
