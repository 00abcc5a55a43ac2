"""Whoever guesses, replays, or uses what is another's: waits that grow, links that are good once, nothing told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlmodel import func, select

from registry.access import tokens
from registry.access.roles import Role
from registry.accounts.links import LIFETIME, Purpose
from registry.accounts.outbox import StoredOutbox
from registry.accounts.passwords import LEAST, MOST
from registry.accounts.people import invite, is_guarded_elsewhere, people_of, remove, set_roles
from registry.database.audit_tables import AuditRow
from registry.database.people_tables import AttemptRow, LinkRow, MessageRow
from registry.errors import InvalidInput, LinkEnded, NotFound, SignInRefused, TooManyAttempts, WrongState
from registry.registry import OPERATOR
from tests.registry.accounts.desk import HERE, PASSWORD, Desk
from tests.world import CHECKER, MAKER, NOW, RIVAL

LI, WEI, NOBODY = "li@maker.example", "wei@maker.example", "nobody@maker.example"
NEW = "another horse, another staple"


def outcome(desk: Desk, email: str, password: str, now: datetime, remote: str = HERE) -> str:
    try:
        desk.sign_in(email, password, now, remote)
    except (SignInRefused, TooManyAttempts) as problem:
        return str(problem)
    return "signed in"


def test_waits_grow_alike_whether_there_is_such_an_account_or_not(desk: Desk) -> None:
    desk.person(LI)
    now, heard = NOW, []
    for at in range(40):
        remote = f"192.0.2.{at}"
        answers = {outcome(desk, email, "wrong password", now, remote) for email in (LI, NOBODY)}
        assert len(answers) == 1, answers
        heard += answers
        now += timedelta(seconds=20)
    waits = [answer for answer in heard if answer.startswith("wait ")]
    assert not heard[0].startswith("wait ")
    assert len(waits) > 20
    assert outcome(desk, LI, PASSWORD, now, HERE).startswith("wait ")  # the right one is not looked at meanwhile
    assert outcome(desk, LI, PASSWORD, now + timedelta(minutes=15), HERE) == "signed in"


def test_who_is_locked_out_is_noted_and_nobody_who_is_right_the_fifth_time(desk: Desk) -> None:
    person = desk.person(LI)

    def lock_outs() -> list[str]:
        with desk.registry.database.reading() as session:
            return list(session.exec(select(AuditRow.subject).where(AuditRow.action == "locked out")))

    for password in ["wrong password"] * 4 + [PASSWORD]:
        outcome(desk, LI, password, NOW)
    assert lock_outs() == []
    for email in (LI, NOBODY):
        for _ in range(5):
            outcome(desk, email, "wrong password", NOW)
    assert lock_outs() == [f"person/{person}"]
    assert outcome(desk, LI, PASSWORD, NOW).startswith("wait")
    assert lock_outs() == [f"person/{person}"]


def test_at_most_a_hundred_guesses_an_hour_are_looked_at(desk: Desk) -> None:
    desk.person(LI)
    looked_at = [
        outcome(desk, LI, "wrong password", NOW + timedelta(seconds=5 * at), f"192.0.2.{at % 250}").startswith("wait")
        for at in range(720)
    ].count(False)
    assert 5 <= looked_at <= 20


def test_guesses_sent_at_once_are_all_counted(desk: Desk) -> None:
    desk.person(LI)
    with ThreadPoolExecutor(8) as threads:
        heard = list(threads.map(lambda at: outcome(desk, LI, f"wrong password {at}", NOW), range(16)))
    assert sum(not answer.startswith("wait") for answer in heard) == 5


def test_one_address_cannot_try_many_accounts_and_others_are_not_kept_out(desk: Desk) -> None:
    desk.person(LI)
    heard = [outcome(desk, f"person{at}@maker.example", "wrong password", NOW) for at in range(40)]
    assert sum(not answer.startswith("wait") for answer in heard) == 30
    assert outcome(desk, LI, PASSWORD, NOW).startswith("wait")
    assert outcome(desk, LI, PASSWORD, NOW, "198.51.100.7") == "signed in"


def test_an_office_that_signs_in_rightly_never_waits(desk: Desk) -> None:
    desk.person(LI)
    assert {outcome(desk, LI, PASSWORD, NOW) for _ in range(40)} == {"signed in"}


def test_attempts_do_not_pile_up(desk: Desk) -> None:
    for at in range(30):
        outcome(desk, f"person{at}@maker.example", "x", NOW)
    outcome(desk, "one-more@maker.example", "x", NOW + timedelta(days=2), "198.51.100.7")
    with desk.registry.database.reading() as session:
        assert session.exec(select(func.count()).select_from(AttemptRow)).one() <= 2


# Links


def test_a_reset_is_the_same_for_whoever_asks_and_writes_only_to_who_is_there(desk: Desk) -> None:
    desk.person(LI)
    before = len(desk.mail(LI))
    for email in (LI, NOBODY, "no address", ""):
        desk.accounts.request_reset(email, HERE, NOW)
    assert len(desk.mail(LI)) == before + 1
    with desk.registry.database.reading() as session:
        recipients = {row.recipient for row in session.exec(select(MessageRow))}
        assert recipients == {LI}
        kept = session.exec(select(LinkRow).where(LinkRow.purpose == Purpose.RESET)).all()
    assert len(kept) == 1
    assert desk.link(LI).encode() not in kept[0].secret_hash


def test_a_link_is_good_once(desk: Desk) -> None:
    desk.person(LI)
    desk.accounts.request_reset(LI, HERE, NOW)
    link = desk.link(LI)
    for bad in ("short", "horse" * 60, "li li li li li", "aaaaaaaaaaaaaaaa"):
        with pytest.raises(InvalidInput):  # which does not use the link up
            desk.accounts.reset(link, bad, NOW)
    desk.accounts.reset(link, NEW, NOW)
    with pytest.raises(LinkEnded):
        desk.accounts.reset(link, PASSWORD, NOW)
    with pytest.raises(SignInRefused):
        desk.sign_in(LI)
    desk.sign_in(LI, NEW)
    assert any("password was changed" in body for body in desk.mail(LI))


def test_a_link_ends_after_half_an_hour_and_with_the_next_one(desk: Desk) -> None:
    desk.person(LI)
    assert LIFETIME[Purpose.RESET] == timedelta(minutes=30)
    desk.accounts.request_reset(LI, HERE, NOW)
    first = desk.link(LI)
    with pytest.raises(LinkEnded):
        desk.accounts.reset(first, NEW, NOW + timedelta(minutes=30))
    desk.accounts.request_reset(LI, HERE, NOW + timedelta(minutes=1))
    second = desk.link(LI)
    with pytest.raises(LinkEnded):
        desk.accounts.reset(first, NEW, NOW + timedelta(minutes=2))
    desk.accounts.reset(second, NEW, NOW + timedelta(minutes=2))


def test_a_link_does_only_what_it_is_for(desk: Desk) -> None:
    desk.person(LI)
    invitation = desk.invited(WEI)
    desk.accounts.request_reset(LI, HERE, NOW)
    reset = desk.link(LI)
    with pytest.raises(LinkEnded):
        desk.accounts.reset(invitation, NEW, NOW)
    with pytest.raises(LinkEnded):
        desk.accounts.accept_invitation(reset, "Li", NEW, NOW)
    for wrong in ("", "x", reset[:-1], reset + "A", "A" * 43, "\ud800"):
        with pytest.raises(LinkEnded):
            desk.accounts.reset(wrong, NEW, NOW)


def test_a_link_used_twice_at_once_is_good_once(desk: Desk) -> None:
    desk.person(LI)
    desk.accounts.request_reset(LI, HERE, NOW)
    link = desk.link(LI)

    def use(at: int) -> bool:
        try:
            desk.accounts.reset(link, f"{NEW} {at}", NOW)
        except LinkEnded:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(use, range(4))) == 1


def test_nobody_is_drowned_in_mail(desk: Desk) -> None:
    desk.person(LI)
    before = len(desk.mail(LI))
    sent = 0
    for _ in range(10):
        try:
            desk.accounts.request_reset(LI, HERE, NOW)
            sent += 1
        except TooManyAttempts:
            pass
    assert sent == 3
    assert len(desk.mail(LI)) == before + 3


def test_a_reset_leaves_the_second_factor(desk: Desk) -> None:
    desk.person(LI)
    desk.enrolled(LI)
    desk.accounts.request_reset(LI, HERE, NOW)
    desk.accounts.reset(desk.link(LI), NEW, NOW)
    assert desk.sign_in(LI, NEW).stage == "code"


# Invitations


def test_an_invitation_ends_after_a_week_or_when_it_is_sent_anew_and_is_good_once(desk: Desk) -> None:
    link = desk.invited(LI)
    with pytest.raises(LinkEnded):
        desk.accounts.accept_invitation(link, "Li", PASSWORD, NOW + timedelta(days=7))
    again = desk.invited(LI, now=NOW + timedelta(days=1))
    with pytest.raises(LinkEnded):
        desk.accounts.accept_invitation(link, "Li", PASSWORD, NOW + timedelta(days=1))
    desk.accounts.accept_invitation(again, "Li", PASSWORD, NOW + timedelta(days=1))
    with pytest.raises(LinkEnded):
        desk.accounts.accept_invitation(again, "Li", PASSWORD, NOW + timedelta(days=1))


def test_who_has_an_account_keeps_name_and_password_when_invited_by_another(desk: Desk) -> None:
    desk.person(LI)
    desk.accounts.accept_invitation(desk.invited(LI, RIVAL.id), "Somebody Else", NEW, NOW)
    with pytest.raises(SignInRefused):
        desk.sign_in(LI, NEW)
    assert desk.caller(desk.sign_in(LI)).member == MAKER.id
    assert desk.caller(desk.accounts.sign_in(LI, PASSWORD, HERE, NOW, RIVAL.id)).member == RIVAL.id
    assert desk.row(LI).name == "li"


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 101, "turned \u202e around"])
def test_a_name_is_one_line(desk: Desk, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        desk.accounts.accept_invitation(desk.invited(LI), name, PASSWORD, NOW)
    assert refused.value.path == "$.name"


def test_nobody_manages_the_people_of_another(desk: Desk) -> None:
    desk.person(LI)
    desk.person(WEI)
    with desk.registry.database.writing() as session:
        li = desk.row(LI).id
        for act in (
            lambda: remove(session, RIVAL.id, li, NOW),
            lambda: set_roles(session, RIVAL.id, li, {Role.EDITOR}, NOW),
        ):
            with pytest.raises(NotFound):
                act()


def test_somebody_always_speaks_for_an_organisation(desk: Desk) -> None:
    li, wei = desk.person(LI), desk.person(WEI)
    with desk.registry.database.writing() as session:
        set_roles(session, MAKER.id, wei, {Role.EDITOR}, NOW)
        for act in (
            lambda: remove(session, MAKER.id, li, NOW),
            lambda: set_roles(session, MAKER.id, li, {Role.EDITOR}, NOW),
        ):
            with pytest.raises(WrongState, match="would have no signer"):
                act()
        remove(session, MAKER.id, wei, NOW)
        assert [person.email for person, _ in people_of(session, MAKER.id)] == [LI]


def test_whoever_speaks_for_it_alone_cannot_invite_themselves_out_of_it(desk: Desk) -> None:
    desk.person(LI)
    with desk.registry.database.writing() as session:
        invite(session, StoredOutbox(session, NOW), desk.accounts.letters, MAKER.id, LI, {Role.EDITOR}, NOW)
    link = desk.link(LI)
    with pytest.raises(WrongState, match="would have no signer"):
        desk.accounts.accept_invitation(link, "", "", NOW)
    assert desk.caller(desk.sign_in(LI)).roles == {Role.EDITOR, Role.SIGNER}
    desk.person(WEI)
    desk.accounts.accept_invitation(link, "", "", NOW)
    assert desk.caller(desk.sign_in(LI)).roles == {Role.EDITOR}


@pytest.mark.parametrize(("other", "is_guarded"), [(CHECKER.id, True), (OPERATOR, True), (RIVAL.id, False)])
def test_a_second_factor_that_another_organisation_needs_is_not_this_one_s_to_remove(
    desk: Desk, other: str, is_guarded: bool
) -> None:
    li = desk.person(LI)
    with desk.registry.database.reading() as session:
        assert not is_guarded_elsewhere(session, MAKER.id, li)
    desk.accounts.accept_invitation(desk.invited(LI, other), "", "", NOW)
    with desk.registry.database.reading() as session:
        assert is_guarded_elsewhere(session, MAKER.id, li) == is_guarded
        assert not is_guarded_elsewhere(session, other, li)


def test_who_goes_leaves_no_token_if_that_is_asked_for(desk: Desk) -> None:
    desk.person(LI)
    wei, others = desk.person(WEI), desk.person("ann@maker.example")
    with desk.registry.database.writing() as session:
        for maker in (wei, wei, others, None):
            tokens.issue(session, MAKER.id, NOW, issued_by=maker)
        tokens.issue(session, RIVAL.id, NOW, issued_by=wei)

    def left() -> set[str | None]:
        with desk.registry.database.reading() as session:
            return {row.issued_by for row in tokens.listed(session, MAKER.id)}

    with desk.registry.database.writing() as session:
        remove(session, MAKER.id, others, NOW)
    assert left() == {wei, others, None}
    with desk.registry.database.writing() as session:
        remove(session, MAKER.id, wei, NOW, end_tokens=True)
    assert left() == {others, None}
    with desk.registry.database.reading() as session:
        assert len(tokens.listed(session, RIVAL.id)) == 1


def test_the_operator_keeps_two_people_once_it_has_two(desk: Desk) -> None:
    desk.person(LI, OPERATOR)
    wei = desk.person(WEI, OPERATOR)
    with desk.registry.database.writing() as session, pytest.raises(WrongState, match="keeps two people"):
        remove(session, OPERATOR, wei, NOW)


@pytest.mark.parametrize(
    ("of", "roles"),
    [
        (MAKER.id, {Role.REVIEWER}),
        (MAKER.id, {Role.EDITOR, Role.OPERATOR}),
        (CHECKER.id, {Role.EDITOR}),
        (OPERATOR, {Role.SIGNER}),
        (MAKER.id, set()),
    ],
)
def test_an_organisation_gives_only_roles_that_it_has(desk: Desk, of: str, roles: set[Role]) -> None:
    person = desk.person(LI, of)
    with desk.registry.database.writing() as session, pytest.raises(InvalidInput):
        set_roles(session, of, person, roles, NOW)


# Passwords


@pytest.mark.parametrize(
    "password", ["a" * 5 + "bcdefg", "x" * 40, "abababababababab", "maker-li-2026", "q" * (MOST + 1), ""]
)
def test_a_password_that_would_be_guessed_is_refused(desk: Desk, password: str) -> None:
    email = "maker-li@maker.example"
    with pytest.raises(InvalidInput):
        desk.accounts.accept_invitation(desk.invited(email), "Li", password, NOW)


@pytest.mark.parametrize(
    "password",
    ["一匹正确的马和电池订书针", "   spaces  count  ", "abcdefghijkl", "🔑🔒🗝️🧷📎 twelve", "Ä" * 3 + "bcdefghij"],
)
def test_any_characters_make_a_password(desk: Desk, password: str) -> None:
    assert len(password) >= LEAST
    desk.accounts.accept_invitation(desk.invited(LI), "Li", password, NOW)
    desk.sign_in(LI, password)
    with pytest.raises(SignInRefused):
        desk.sign_in(LI, password[:-1])


def test_changing_the_password_takes_the_present_one(desk: Desk) -> None:
    desk.person(LI)
    opened = desk.sign_in(LI)
    with pytest.raises(InvalidInput) as refused:
        desk.accounts.change_password(opened.secret, "not the present one", NEW, NOW)
    assert refused.value.path == "$.old"
    for _ in range(10):
        with pytest.raises((InvalidInput, TooManyAttempts)) as problem:
            desk.accounts.change_password(opened.secret, "not the present one", NEW, NOW)
    assert problem.type is TooManyAttempts
