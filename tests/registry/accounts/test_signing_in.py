"""Signing in: the right password, then the second factor; everything else is refused in the same words."""

from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher

from registry.access.callers import Caller
from registry.access.roles import Role
from registry.accounts.accounts import REFUSED
from registry.accounts.people import remove, set_roles
from registry.accounts.sessions import ABSOLUTE, IDLE, UNFINISHED, Stage
from registry.database.people_tables import PersonRow
from registry.errors import InvalidInput, SignInRefused, TooManyAttempts, WrongState
from registry.members.members import leave
from registry.registry import OPERATOR
from schemas.member import MemberKind
from tests.registry.accounts.desk import HERE, PASSWORD, Desk, code, typed
from tests.world import CHECKER, MAKER, NOW, RIVAL

LI, WEI = "li@maker.example", "wei@maker.example"


def later(**time: float) -> datetime:
    return NOW + timedelta(**time)


def refused(desk: Desk, email: str, password: str = PASSWORD, now: datetime = NOW) -> None:
    with pytest.raises(SignInRefused) as problem:
        desk.sign_in(email, password, now)
    assert problem.value.sentence == REFUSED


def test_the_right_password_signs_in_for_the_organisation_in_its_roles(desk: Desk) -> None:
    person = desk.person(LI)
    opened = desk.sign_in(" Li@Maker.EXAMPLE ")
    assert opened.stage is Stage.FULL
    roles = frozenset({Role.EDITOR, Role.SIGNER})
    assert desk.caller(opened) == Caller(MAKER.id, MemberKind.MANUFACTURER, roles, person)


def test_whatever_is_wrong_it_is_refused_in_the_same_words(desk: Desk) -> None:
    desk.person(LI)
    person = desk.person(WEI)
    with desk.registry.database.writing() as session:
        remove(session, MAKER.id, person, NOW)
    for at, (email, password) in enumerate(
        (
            (LI, PASSWORD + " "),
            (LI, PASSWORD.upper()),
            (LI, ""),
            ("nobody@maker.example", PASSWORD),
            (WEI, PASSWORD),  # of no organisation any more
            ("no address", PASSWORD),
            ("", ""),
        )
    ):
        refused(desk, email, password, later(hours=at))
    with pytest.raises(SignInRefused):
        desk.accounts.sign_in(LI, PASSWORD, HERE, later(days=1), RIVAL.id)


def test_no_password_and_no_secret_is_kept_as_it_is(desk: Desk) -> None:
    desk.person(LI)
    opened = desk.sign_in(LI)
    assert desk.row(LI).password_hash.startswith("$argon2id$v=19$m=1024,t=1,p=1$")
    secrets = [PASSWORD.encode(), opened.secret.encode()]
    for path in desk.registry.home.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret in content for secret in secrets), path


def test_a_hash_made_with_other_parameters_is_renewed_when_its_password_comes(desk: Desk) -> None:
    desk.person(LI)
    with desk.registry.database.writing() as session:
        row = session.get(PersonRow, desk.row(LI).id)
        assert row is not None
        row.password_hash = PasswordHasher(time_cost=2, memory_cost=2_048, parallelism=1).hash(PASSWORD)
        session.add(row)
    desk.sign_in(LI)
    assert "m=1024,t=1,p=1" in desk.row(LI).password_hash
    desk.sign_in(LI)


def test_every_session_has_another_secret_and_ends_by_itself(desk: Desk) -> None:
    desk.person(LI)
    first, second = desk.sign_in(LI), desk.sign_in(LI)
    assert first.secret != second.secret
    assert len(first.secret) == 43
    assert desk.who(first, NOW + IDLE - timedelta(seconds=1)) is not None  # and now it was seen
    assert desk.who(first, NOW + IDLE + timedelta(minutes=20)) is not None
    assert desk.who(second, NOW + IDLE) is None
    at = NOW
    while at + timedelta(minutes=20) < NOW + ABSOLUTE:
        at += timedelta(minutes=20)
        first_seen = desk.who(first, at)
        assert first_seen is not None
    assert desk.who(first, NOW + ABSOLUTE) is None


@pytest.mark.parametrize("change", ["sign out", "password", "reset", "removed", "left"])
def test_a_session_ends_with_what_it_rests_on(desk: Desk, change: str) -> None:
    person = desk.person(LI)
    desk.person(WEI)
    opened, other = desk.sign_in(LI), desk.sign_in(LI)
    database = desk.registry.database
    match change:
        case "sign out":
            desk.accounts.sign_out(opened.secret, NOW)
            assert desk.who(other) is not None
            desk.accounts.sign_out(other.secret, NOW)
        case "password":
            renewed = desk.accounts.change_password(opened.secret, PASSWORD, "another horse, another staple", NOW)
            assert desk.who(renewed) is not None
        case "reset":
            desk.accounts.request_reset(LI, HERE, NOW)
            desk.accounts.reset(desk.link(LI), "another horse, another staple", NOW)
        case "removed":
            with database.writing() as session:
                remove(session, MAKER.id, person, NOW)
        case "left":
            with database.writing() as session:
                writer = desk.registry.log_writer(session, NOW)
                leave(session, writer, MAKER.id, NOW)
                writer.flush()
    assert desk.who(opened) is None
    assert desk.who(other) is None


def test_roles_change_at_once(desk: Desk) -> None:
    person = desk.person(LI)
    desk.person(WEI)
    opened = desk.sign_in(LI)
    with desk.registry.database.writing() as session:
        set_roles(session, MAKER.id, person, {Role.EDITOR}, NOW)
    assert desk.caller(opened).roles == {Role.EDITOR}


# Several organisations


def of_several(desk: Desk) -> None:
    """Li acts for a manufacturer, which was first, a retailer, and a verification body."""
    desk.person(LI)
    for at, of in enumerate((RIVAL.id, CHECKER.id), 1):
        desk.accounts.accept_invitation(desk.invited(LI, of), "", "", later(seconds=at))


def test_who_acts_for_several_goes_from_one_to_another_in_a_session_that_gets_no_older(desk: Desk) -> None:
    of_several(desk)
    opened = desk.sign_in(LI)
    offered = desk.accounts.organisations(opened.secret, NOW)
    assert [one.member for one in offered] == [MAKER.id, RIVAL.id, CHECKER.id]
    assert [one.enrols for one in offered] == [False, False, True]
    at = NOW
    while at < NOW + ABSOLUTE - timedelta(minutes=20):
        at += timedelta(minutes=20)
        before, opened = opened, desk.accounts.act_for(opened.secret, (RIVAL.id, MAKER.id)[at.hour % 2], at)
        assert desk.who(before, at) is None
        assert desk.caller(opened, at).member == (RIVAL.id, MAKER.id)[at.hour % 2]
    assert desk.who(opened, NOW + ABSOLUTE) is None


def test_nobody_goes_to_an_organisation_that_is_not_theirs_nor_past_its_second_factor(desk: Desk) -> None:
    of_several(desk)
    opened = desk.sign_in(LI)
    with pytest.raises(InvalidInput):
        desk.accounts.act_for(opened.secret, OPERATOR, NOW)
    with pytest.raises(WrongState, match="set one up first"):
        desk.accounts.act_for(opened.secret, CHECKER.id, NOW)
    assert desk.caller(opened).member == MAKER.id
    shared, now = desk.enrolled(LI), later(hours=1)
    half = desk.sign_in(LI, now=now)
    assert half.stage is Stage.CODE
    assert desk.accounts.organisations(half.secret, now) == ()
    with pytest.raises(SignInRefused):
        desk.accounts.act_for(half.secret, RIVAL.id, now)
    done = desk.accounts.answer_code(half.secret, code(shared, now), now)
    assert desk.caller(desk.accounts.act_for(done.secret, CHECKER.id, now), now).member == CHECKER.id
    with pytest.raises(SignInRefused):
        desk.accounts.act_for(done.secret, RIVAL.id, now)  # that session has ended


def test_who_would_first_have_to_set_up_a_second_factor_can_act_for_whom_needs_none(desk: Desk) -> None:
    desk.person(LI, CHECKER.id)
    desk.accounts.accept_invitation(desk.invited(LI, MAKER.id), "", "", later(seconds=1))
    opened = desk.sign_in(LI)
    assert opened.stage is Stage.ENROLMENT
    other = desk.accounts.act_for(opened.secret, MAKER.id, NOW)
    assert desk.caller(other).member == MAKER.id
    assert desk.who(opened) is None


# The second factor


@pytest.mark.parametrize("of", [OPERATOR, CHECKER.id])
def test_who_runs_or_verifies_needs_a_second_factor_before_anything_else(desk: Desk, of: str) -> None:
    desk.person(LI, of)
    opened = desk.sign_in(LI)
    assert opened.stage is Stage.ENROLMENT
    begun = desk.who(opened)
    assert begun is not None
    with pytest.raises(AssertionError):
        _ = begun.caller
    with pytest.raises(SignInRefused):
        desk.accounts.change_password(opened.secret, PASSWORD, "another horse, another staple", NOW)
    told = desk.accounts.begin_enrolment(opened.secret, NOW)
    assert told.uri.startswith("otpauth://totp/")
    shared = typed(told)
    with pytest.raises(InvalidInput):
        desk.accounts.confirm_enrolment(opened.secret, wrong(code(shared, NOW)), NOW)
    done = desk.accounts.confirm_enrolment(opened.secret, code(shared, NOW), NOW)
    assert desk.who(opened) is None
    assert desk.caller(done).member == of
    assert desk.sign_in(LI, now=later(minutes=5)).stage is Stage.CODE


def test_what_one_session_was_shown_is_no_second_factor_in_another_nor_after_a_reset(desk: Desk) -> None:
    desk.person(LI, CHECKER.id)
    intruder, mine = desk.sign_in(LI), desk.sign_in(LI)
    seen = typed(desk.accounts.begin_enrolment(intruder.secret, NOW))
    shown = typed(desk.accounts.begin_enrolment(mine.secret, NOW))
    assert typed(desk.accounts.begin_enrolment(mine.secret, NOW)) == shown  # the page can be opened again
    assert shown != seen
    with pytest.raises(InvalidInput):
        desk.accounts.confirm_enrolment(mine.secret, code(seen, NOW), NOW)
    desk.accounts.request_reset(LI, HERE, NOW)
    desk.accounts.reset(desk.link(LI), "another horse, another staple", NOW)
    with pytest.raises(SignInRefused):
        desk.accounts.confirm_enrolment(intruder.secret, code(seen, NOW), NOW)
    again = desk.sign_in(LI, "another horse, another staple")
    assert typed(desk.accounts.begin_enrolment(again.secret, NOW)) not in (seen, shown)


def wrong(digits: str) -> str:
    return digits[:-1] + str((int(digits[-1]) + 1) % 10)


def test_a_code_is_good_once_and_for_a_minute_and_a_half(desk: Desk) -> None:
    desk.person(LI)
    shared = desk.enrolled(LI)
    now = later(hours=1)
    for steps in (-2, 2):
        opened = desk.sign_in(LI, now=now)
        with pytest.raises(SignInRefused):
            desk.accounts.answer_code(opened.secret, code(shared, now, steps), now)
    opened = desk.sign_in(LI, now=now)
    done = desk.accounts.answer_code(opened.secret, code(shared, now), now)
    assert desk.who(opened, now) is None
    assert desk.caller(done, now).member == MAKER.id
    for steps in (0, -1):  # used, and before one that was
        again = desk.sign_in(LI, now=now)
        with pytest.raises(SignInRefused):
            desk.accounts.answer_code(again.secret, code(shared, now, steps), now)
    again = desk.sign_in(LI, now=now)
    assert desk.accounts.answer_code(again.secret, code(shared, now, 1), now).stage is Stage.FULL


def test_the_code_with_which_it_was_set_up_is_used(desk: Desk) -> None:
    desk.person(LI)
    shared = desk.enrolled(LI)
    opened = desk.sign_in(LI)
    with pytest.raises(SignInRefused):
        desk.accounts.answer_code(opened.secret, code(shared, NOW), NOW)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "+12345", "000000\n"])
def test_what_is_no_code_is_refused(desk: Desk, typed: str) -> None:
    desk.person(LI)
    desk.enrolled(LI)
    opened = desk.sign_in(LI, now=later(hours=1))
    with pytest.raises(SignInRefused):
        desk.accounts.answer_code(opened.secret, typed, later(hours=1))


def test_half_a_session_ends_soon_and_does_nothing_but_the_second_step(desk: Desk) -> None:
    desk.person(LI)
    shared = desk.enrolled(LI)
    now = later(hours=1)
    opened = desk.sign_in(LI, now=now)
    for act in (
        lambda: desk.accounts.change_password(opened.secret, PASSWORD, "another horse, another staple", now),
        lambda: desk.accounts.answer_code(opened.secret, code(shared, now + UNFINISHED), now + UNFINISHED),
    ):
        with pytest.raises(SignInRefused):
            act()
    with pytest.raises(WrongState):  # the second factor cannot be replaced by who has only the password
        desk.accounts.begin_enrolment(opened.secret, now)
    with pytest.raises(WrongState):
        desk.accounts.confirm_enrolment(opened.secret, code(shared, now), now)


def test_a_code_can_be_guessed_a_few_times_only(desk: Desk) -> None:
    desk.person(LI)
    shared = desk.enrolled(LI)
    now = later(hours=1)
    opened = desk.sign_in(LI, now=now)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            desk.accounts.answer_code(opened.secret, wrong(code(shared, now)), now)
    with pytest.raises(TooManyAttempts):
        desk.accounts.answer_code(opened.secret, code(shared, now), now)
    with pytest.raises(TooManyAttempts):  # nor does signing in again help
        desk.accounts.answer_code(desk.sign_in(LI, now=now).secret, code(shared, now), now)
