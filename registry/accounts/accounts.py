"""Signing in, step by step, and what people do with their own accounts.

    password --> code --> full                with a second factor
    password --> enrolment --> full           without one, where the organisation needs it
    password --> full                         else

Whoever acts for several organisations goes from one to another without signing in anew, once past the code.

Each step begins a new session and ends the one before. Passwords are hashed outside transactions: that takes long, and
a write holds the one lock.
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct
from sqlmodel import Session

from registry.access.roles import Role
from registry.accounts import lockout, sessions
from registry.accounts.letters import Letters, address_of
from registry.accounts.links import Purpose, new_link, open_link, use_link
from registry.accounts.outbox import StoredOutbox
from registry.accounts.passwords import Passwords, require_good
from registry.accounts.people import accept, organisations_of, person_with
from registry.accounts.sealing import Seal
from registry.accounts.second_factor import NEEDED_BY, accepted_step, key_uri, new_secret, shown_secret
from registry.accounts.sessions import SignedIn, Stage
from registry.audit.steps import Did
from registry.audit.trail import Step, noted
from registry.database import author
from registry.database.author import VISITOR
from registry.database.database import Database
from registry.database.people_tables import PersonRow
from registry.errors import InvalidInput, RegistryError, SignInRefused, WrongState
from registry.home import Config
from registry.members.email import normal_email
from registry.sentences import sentence
from schemas.member import Member, MemberKind
from schemas.text import Text

REFUSED = sentence("e-mail, password or code is wrong, or the account has no organisation")


class Opened(Struct, frozen=True):
    """A session has begun: its secret, and what is still to come."""

    secret: str
    stage: Stage


class Enrolment(Struct, frozen=True):
    """A second factor to be set up: for an app to scan, and to be typed."""

    uri: str
    secret: str


class Organisation(Struct, frozen=True, kw_only=True):
    """An organisation that somebody acts for, and in which roles. ``enrols``: a second factor is to be set up first."""

    member: str
    name: Text
    kind: MemberKind
    roles: tuple[Role, ...]
    enrols: bool


class Accounts:
    """People's accounts over a registry's database. Threads may share it."""

    def __init__(self, database: Database, config: Config, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._name = config.name
        self._passwords = Passwords(config.password_memory, config.password_passes)
        self.letters = Letters(config.name, address_of(config.origin))

    def sign_in(self, address: str, password: str, remote: str, now: datetime, member: str | None = None) -> Opened:
        """Begins a session for one of the person's organisations: ``member``, else the one joined first.

        Raises ``SignInRefused`` in the same words, after the same time, whether there is such an account or not, and
        ``TooManyAttempts``.
        """
        email = _email_or(address)
        with self._attempt((lockout.PASSWORD, email), (lockout.ADDRESS, remote), now):
            with self._database.reading() as session:
                person = person_with(session, email)
                hashed = None if person is None else person.password_hash
                found = None if person is None else self._organisation(session, person, member)
            right = self._passwords.matches(hashed, password)
            if not right or person is None or hashed is None or found is None:
                raise SignInRefused(REFUSED)
            fresh = self._passwords.hash(password) if self._passwords.is_outdated(hashed) else None
            with self._database.writing() as session:
                row = session.get(PersonRow, person.id)
                if row is None or row.password_hash != hashed:  # it was changed meanwhile
                    raise SignInRefused(REFUSED)
                row.password_hash = fresh or hashed
                session.add(row)
                stage = _stage(row, found.kind)
                if stage is Stage.FULL:
                    _note(session, Did.SIGNED_IN, row.id, found.id, now)
                return Opened(sessions.begin(session, row.id, found.id, stage, now), stage)

    def answer_code(self, secret: str, code: str, now: datetime) -> Opened:
        """The second step. Raises ``SignInRefused``, also for a code that was used, and ``TooManyAttempts``."""
        signed_in = self._at(secret, Stage.CODE, now)
        with self._attempt((lockout.CODE, signed_in.person), None, now), self._database.writing() as session:
            person = session.get(PersonRow, signed_in.person)
            shared = step = None
            if person is not None and person.totp_secret is not None:
                shared = self._seal.open(person.totp_secret, person.id)
                step = None if shared is None else accepted_step(shared, code, person.totp_step, now)
            if person is None or shared is None or step is None:
                raise SignInRefused(REFUSED)
            person.totp_step = step
            person.totp_secret = self._seal.seal(shared, person.id)  # older rows were not sealed
            session.add(person)
            _note(session, Did.SIGNED_IN, person.id, signed_in.member, now)
            return self._renew(session, secret, signed_in, now)

    def begin_enrolment(self, secret: str, now: datetime) -> Enrolment:
        """A new second factor, in force once a code of it has come back to this session.

        It is the same until then, so that a page can be opened again. Raises ``SignInRefused``, ``WrongState``.
        """
        signed_in = self._at(secret, None, now)
        with self._database.writing() as session:
            person = session.get(PersonRow, signed_in.person)
            assert person is not None
            if person.totp_secret is not None:
                raise WrongState("there is a second factor already: have who manages people remove it first")
            kept = sessions.pending(session, secret)
            shared = (kept and self._seal.open(kept, person.id)) or new_secret()
            sessions.keep_pending(session, secret, self._seal.seal(shared, person.id))
            return Enrolment(key_uri(shared, person.email, self._name), shown_secret(shared))

    def confirm_enrolment(self, secret: str, code: str, now: datetime) -> Opened:
        """The second factor is in force; other sessions end. Raises ``InvalidInput`` for a wrong code."""
        signed_in = self._at(secret, None, now)
        with self._attempt((lockout.CODE, signed_in.person), None, now), self._database.writing() as session:
            person = session.get(PersonRow, signed_in.person)
            assert person is not None
            kept = sessions.pending(session, secret)
            if person.totp_secret is not None or kept is None:
                raise WrongState("no second factor is being set up: begin anew")
            shared = self._seal.open(kept, person.id)
            step = None if shared is None else accepted_step(shared, code, 0, now)
            if shared is None or step is None:
                raise InvalidInput("this is not the code that the app shows now", "$.code")
            sealed = self._seal.seal(shared, person.id)
            person.totp_secret, person.totp_step = sealed, step
            session.add(person)
            StoredOutbox(session, now).put(self.letters.second_factor_changed(person.email, now))
            _note(session, Did.SECOND_FACTOR_SET, person.id, signed_in.member, now)
            if signed_in.stage is not Stage.FULL:
                _note(session, Did.SIGNED_IN, person.id, signed_in.member, now)
            sessions.end_all(session, person.id)
            return self._renew(session, secret, signed_in, now)

    def organisations(self, secret: str, now: datetime) -> tuple[Organisation, ...]:
        """Those that whoever is signed in can act for, the one joined first in front; none while a code is due."""
        with self._database.reading() as session:
            found = sessions.find(session, secret, now)
            if found is None or found.stage is Stage.CODE:
                return ()
            return tuple(
                Organisation(
                    member=one.id,
                    name=one.name,
                    kind=one.kind,
                    roles=tuple(sorted(roles)),
                    enrols=one.kind in NEEDED_BY and not found.has_second_factor,
                )
                for one, roles in organisations_of(session, found.person)
            )

    def act_for(self, secret: str, member: str, now: datetime) -> Opened:
        """A session for another of the person's organisations, in place of this one, and as old as this one.

        Raises ``SignInRefused`` while a code is due, ``InvalidInput``, and ``WrongState`` where the organisation needs
        a second factor that is to be set up first.
        """
        with self._database.writing() as session:
            found = sessions.find(session, secret, now)
            if found is None or found.stage is Stage.CODE:
                raise SignInRefused(REFUSED)
            person = session.get(PersonRow, found.person)
            wanted = None if person is None else self._organisation(session, person, member)
            if wanted is None:
                raise InvalidInput("you do not act for an organisation {member}", "$.member", member=member[:64])
            is_enough = wanted.kind not in NEEDED_BY or found.has_second_factor
            if found.stage is Stage.FULL and not is_enough:
                raise WrongState("{member} needs a second factor: set one up first", member=wanted.id)
            if found.stage is Stage.FULL:
                _note(session, Did.SIGNED_OUT, found.person, found.member, now)
            stage = Stage.FULL if is_enough else Stage.ENROLMENT
            if stage is Stage.FULL:
                _note(session, Did.SIGNED_IN, found.person, wanted.id, now)
            return Opened(sessions.begin_for(session, secret, wanted.id, stage, now), stage)

    def request_reset(self, address: str, remote: str, now: datetime) -> None:
        """Sends a link, if there is such an account; says and takes the same if not. Raises ``TooManyAttempts``."""
        email = _email_or(address)
        with self._database.writing() as session:
            lockout.count(session, lockout.RESET, email, now)
            lockout.count(session, lockout.RESET_FROM, remote, now)
            person = person_with(session, email)
            if person is not None:
                noted(session, now, Step(Did.RESET_ASKED, f"person/{person.id}"), by=VISITOR)
                secret = new_link(session, Purpose.RESET, email, now)
                StoredOutbox(session, now).put(self.letters.reset(email, secret))

    def reset(self, link: str, password: str, now: datetime) -> None:
        """A new password by a link, once. All sessions end; the second factor stays. Raises ``LinkEnded`` and
        ``InvalidInput``, which leaves the link good."""
        with self._database.reading() as session:
            email = open_link(session, link, Purpose.RESET, now).email
        require_good(password, email, "$.password")
        hashed = self._passwords.hash(password)
        with self._database.writing() as session:
            row = open_link(session, link, Purpose.RESET, now)
            use_link(session, row, now)
            person = person_with(session, row.email)
            if person is not None:
                self._set_password(session, person, hashed, now)
            lockout.forget(session, lockout.PASSWORD, email)

    def change_password(self, secret: str, old: str, new: str, now: datetime) -> Opened:
        """Another password, for whoever knows the present one. All other sessions end. Raises ``InvalidInput``."""
        signed_in = self._at(secret, Stage.FULL, now)
        with self._database.reading() as session:
            person = session.get(PersonRow, signed_in.person)
            hashed = None if person is None else person.password_hash
        with self._attempt((lockout.PASSWORD, signed_in.email), None, now):
            if not self._passwords.matches(hashed, old):
                raise InvalidInput("this is not your present password", "$.old")
        require_good(new, signed_in.email, "$.new")
        fresh = self._passwords.hash(new)
        with self._database.writing() as session:
            row = session.get(PersonRow, signed_in.person)
            if row is None or row.password_hash != hashed:
                raise SignInRefused(REFUSED)
            self._set_password(session, row, fresh, now)
            return Opened(sessions.begin(session, row.id, signed_in.member, Stage.FULL, now), Stage.FULL)

    def is_known(self, link: str, now: datetime) -> bool:
        """Whether the invitation is for somebody who has an account already. Raises ``LinkEnded``."""
        with self._database.reading() as session:
            return person_with(session, open_link(session, link, Purpose.INVITATION, now).email) is not None

    def check_reset(self, link: str, now: datetime) -> None:
        """Raises ``LinkEnded`` for a link that is not good."""
        with self._database.reading() as session:
            open_link(session, link, Purpose.RESET, now)

    def accept_invitation(self, link: str, name: str, password: str, now: datetime) -> None:
        """Accepts an invitation; name and password are those of somebody who is new, and not looked at otherwise.

        Raises ``LinkEnded`` and ``InvalidInput``, which leaves the link good.
        """
        with self._database.reading() as session:
            row = open_link(session, link, Purpose.INVITATION, now)
            email, is_known = row.email, person_with(session, row.email) is not None
        hashed = None
        if not is_known:
            require_good(password, email, "$.password")
            hashed = self._passwords.hash(password)
        with self._database.writing() as session:
            accept(session, open_link(session, link, Purpose.INVITATION, now), name, hashed, now)

    def signed_in(self, secret: str, now: datetime) -> SignedIn | None:
        """Who is signed in, at any stage; the session counts as used."""
        with self._database.reading() as session:
            found = sessions.find(session, secret, now)
        if found is not None and found.is_seen_long_ago:
            with self._database.writing() as session:
                sessions.touch(session, secret, now)
        return found

    def sign_out(self, secret: str, now: datetime) -> None:
        """Ends the session."""
        with self._database.writing() as session:
            found = sessions.find(session, secret, now)
            if found is not None and found.stage is Stage.FULL:
                _note(session, Did.SIGNED_OUT, found.person, found.member, now)
            sessions.end(session, secret)

    def _at(self, secret: str, stage: Stage | None, now: datetime) -> SignedIn:
        with self._database.reading() as session:
            found = sessions.find(session, secret, now)
        if found is None or (stage is not None and found.stage is not stage):
            raise SignInRefused(REFUSED)
        return found

    @contextmanager
    def _attempt(
        self, mine: tuple[lockout.Limit, str], remote: tuple[lockout.Limit, str] | None, now: datetime
    ) -> Generator[None]:
        """An attempt that counts as failed unless the block ends well."""
        with self._database.writing() as session:
            waits = lockout.count(session, *mine, now)
            if remote:
                lockout.count(session, *remote, now)
        try:
            yield
        except RegistryError:
            if waits:
                self._note_lock_out(mine, now)
            raise
        with self._database.writing() as session:
            lockout.forget(session, *mine)
            if remote:
                lockout.give_back(session, *remote)

    def _note_lock_out(self, mine: tuple[lockout.Limit, str], now: datetime) -> None:
        """Whoever attempts something for this account, if there is one, has to wait from now on."""
        limit, whose = mine
        with self._database.writing(VISITOR) as session:
            lockout.stand(session, limit, whose, now)
            person = person_with(session, whose) if limit is lockout.PASSWORD else session.get(PersonRow, whose)
            if person is not None:
                noted(session, now, Step(Did.LOCKED_OUT, f"person/{person.id}"))

    def _renew(self, session: Session, secret: str, signed_in: SignedIn, now: datetime) -> Opened:
        sessions.end(session, secret)
        begun = sessions.begin(session, signed_in.person, signed_in.member, Stage.FULL, now)
        return Opened(begun, Stage.FULL)

    def _set_password(self, session: Session, person: PersonRow, hashed: str, now: datetime) -> None:
        person.password_hash, person.password_at = hashed, now
        session.add(person)
        noted(session, now, Step(Did.PASSWORD_CHANGED, f"person/{person.id}"), by=author.person(person.id))
        sessions.end_all(session, person.id)
        StoredOutbox(session, now).put(self.letters.password_changed(person.email, now))

    @staticmethod
    def _organisation(session: Session, person: PersonRow, wanted: str | None) -> Member | None:
        found = (one for one, _ in organisations_of(session, person.id))
        return next((one for one in found if wanted in (None, one.id)), None)


def _note(session: Session, did: Did, person: str, member: str, now: datetime) -> None:
    """Somebody did something with their own account, for an organisation."""
    noted(session, now, Step(did, f"person/{person}", member), by=author.person(person, member))


def _stage(person: PersonRow, kind: MemberKind) -> Stage:
    if person.totp_secret is not None:
        return Stage.CODE
    return Stage.ENROLMENT if kind in NEEDED_BY else Stage.FULL


def _email_or(address: str) -> str:
    """The address in its normal form; what is no address is nobody's, and counts as one all the same."""
    try:
        return normal_email(address, "$.email")
    except InvalidInput:
        return f"no address: {address[:300]}"
