"""The shared secrets of second factors: the database holds them sealed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keys import KeyRing
from registry.accounts.sealing import Seal
from registry.errors import SignInRefused
from tests.registry.accounts.desk import Desk, code
from tests.world import NOW

LI = "li@maker.example"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "home")
    with closing(made.registry):
        yield made


def keep(desk: Desk, secret: bytes) -> None:
    """Puts a shared secret into the table as it is."""
    with desk.registry.database.writing() as session:
        row = session.merge(desk.row(LI))
        row.totp_secret, row.totp_step = secret, 0


def signs_in(desk: Desk, shared: bytes) -> bool:
    try:
        desk.accounts.answer_code(desk.sign_in(LI).secret, code(shared, NOW), NOW)
    except SignInRefused:
        return False
    return True


def test_the_secret_is_not_in_the_table_and_an_older_row_is_sealed_when_it_is_used(desk: Desk) -> None:
    desk.person(LI)
    shared = desk.enrolled(LI)
    assert shared not in (desk.row(LI).totp_secret or b"")
    keep(desk, shared)
    assert signs_in(desk, shared)
    sealed = desk.row(LI).totp_secret
    assert sealed is not None
    assert shared not in sealed
    keep(desk, sealed)
    assert signs_in(desk, shared)


def test_what_was_sealed_for_another_or_changed_signs_nobody_in(desk: Desk) -> None:
    person, seal, shared = desk.person(LI), Seal(desk.registry.ring), bytes(20)
    desk.enrolled(LI)
    good = seal.seal(shared, person)
    for bad in (seal.seal(shared, "another"), good[:-1] + bytes([good[-1] ^ 1]), b"", good[:12]):
        keep(desk, bad)
        assert not signs_in(desk, shared)


def test_a_ring_with_the_same_passphrase_opens_it_and_no_other(tmp_path: Path) -> None:
    first, second, third = (
        Seal(KeyRing.create(tmp_path / name, passphrase))
        for name, passphrase in (("a", b"one passphrase"), ("b", b"one passphrase"), ("c", b"another"))
    )
    sealed = first.seal(bytes(20), "li")
    assert second.open(sealed, "li") == bytes(20)
    assert third.open(sealed, "li") is None
