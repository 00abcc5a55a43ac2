"""What the desk for the registry's keys shows: the keys there are, what waits, what was agreed on, and the forms."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from sqlalchemy import func
from sqlmodel import Session, col, select

from keys import KeyState, KeyUse
from registry.access import approvals
from registry.access.approvals import OF_KEYS, ApprovalShown, ApprovalState, Operation, approval_shown, takes_two
from registry.access.callers import Caller
from registry.accounts.browser import Browser
from registry.accounts.organisation_sections import operation_in_words
from registry.accounts.people import people_of
from registry.bundle.roles import read_roots
from registry.database.people_tables import ApprovalRow
from registry.database.tables import RecordRow
from registry.errors import NotFound
from registry.log.append import log_size
from registry.log.keys import key_entries
from registry.operator_keys.known import ROOT_USES, BundleKey, LogKey, RootTold, bundle_keys, log_keys, root_told
from registry.operator_keys.proposals import command_for
from registry.pages.desk import Card, Field, Form, Row, Section
from registry.pages.reader import Reader
from registry.registry import OPERATOR

DESK = "/desk/keys"
ROOT = f"{DESK}/root"


class KeysShown(Struct, frozen=True):
    """The desk before somebody of the operator, as the database is in ``session``."""

    browser: Browser
    caller: Caller
    session: Session

    def all(self) -> Iterator[Section]:
        """What waits, what was agreed on, and every key."""
        if not takes_two(self.session, OPERATOR):
            yield Section(text=(self._t("keys_alone"),))
        keys = self._log_keys()
        waiting = tuple(self._waiting(row, keys) for row in self._of_keys(ApprovalState.PROPOSED))
        if waiting:
            yield Section(title=self._t("approvals"), cards=waiting)
        yield from map(self._agreed, self._of_keys(ApprovalState.CONFIRMED))
        yield self._of_log(keys)
        yield from self._of_bundle()

    def of_key(self, kid: str) -> Iterator[Section]:
        """One key, and what can be proposed about it. Raises ``NotFound``."""
        of_log = next((key for key in self._log_keys() if key.kid == kid), None)
        of_bundle = next((key for key in bundle_keys(self.browser.service.registry) if key.kid == kid), None)
        if of_log is not None:
            yield Section(facts=self._facts(self._log_cells(of_log)))
            endings = tuple(self._endings(of_log))
        elif of_bundle is not None:
            yield Section(facts=self._facts(self._bundle_cells(of_bundle)))
            endings = tuple(self._destruction(of_bundle))
        else:
            raise NotFound("the registry has no key {kid}", kid=kid)
        yield from endings or (Section(text=(self._t("key_nothing"),)),)

    def next_root(self) -> Section:
        """The form to propose a root."""
        fields = (
            Field(name="root", label=self._t("root_file"), hint=self._t("root_file_hint"), kind="file"),
            self._reason(),
        )
        form = self.browser.form(ROOT, "root_propose", *fields)
        command = command_for(Operation.INSTALL_ROOT, "")
        uploads = Form(
            name=form.name,
            action=form.action,
            button=form.button,
            fields=form.fields,
            form_token=form.form_token,
            uploads=True,
        )
        return Section(text=(self._t("root_intro"), self._t("key_command")), secret=command, form=uploads)

    def _t(self, key: str, **values: str) -> str:
        return self.browser.t(key, **values)

    @property
    def _reader(self) -> Reader:
        return Reader(self.browser.language)

    def _log_keys(self) -> list[LogKey]:
        return log_keys(key_entries(self.session))

    def _of_keys(self, state: ApprovalState) -> list[ApprovalRow]:
        found = approvals.listed(self.session, state)
        return [row for row in found if row.operation in OF_KEYS and row.expires_at > self.browser.now]

    def _waiting(self, row: ApprovalRow, keys: Sequence[LogKey]) -> Card:
        """A proposal: what it does, why, by whom, and the buttons."""
        one = approval_shown(row)
        names = {person.id: person.name for person, _ in people_of(self.session, OPERATOR)}
        who, when = names.get(one.proposed_by, one.proposed_by), self._reader.moment(one.proposed)
        said = self._t("keys_proposed_by", who=who, when=when, reason=one.reason)
        words = ("take_back",) if one.proposed_by == self.caller.person else ("confirm", "refuse")
        actions = {"take_back": "refuse"}
        forms = (self.browser.form(f"{DESK}/approvals/{one.id}/{actions.get(word, word)}", word) for word in words)
        return Card(
            title=operation_in_words(self.browser, one),
            text=self._effect(one, keys),
            lines=(*self._particulars(row, one), said),
            forms=tuple(forms),
        )

    def _effect(self, one: ApprovalShown, keys: Sequence[LogKey]) -> str:
        """What it does to labels in shops; nothing is known of a key that the log does not know."""
        if one.operation is Operation.DESTROY_KEY:
            return self._t("key_destroy_bundle")
        if one.operation is Operation.INSTALL_ROOT:
            return self._t("root_intro")
        word = "retire" if one.operation is Operation.RETIRE_KEY else "compromise"
        uses = [key.use for key in keys if key.kid == one.subject.partition(" ")[0]]
        return self._t(f"key_{word}_{uses[0]}") if uses else ""

    def _particulars(self, row: ApprovalRow, one: ApprovalShown) -> tuple[str, ...]:
        second = one.subject.partition(" ")[2]
        if one.operation is Operation.INSTALL_ROOT and row.content is not None:
            roots = read_roots(self.browser.service.registry)
            before = root_told(roots[-1]) if roots else None
            return (self._t("root_sha256", digest=second), *self._told(root_told(row.content), before))
        if one.operation is Operation.COMPROMISE_KEY:
            query = select(func.count()).select_from(RecordRow).where(col(RecordRow.index) >= int(second))
            return (self._t("key_affected", count=self._reader.count(self.session.exec(query).one())),)
        return ()

    def _told(self, told: RootTold, before: RootTold | None) -> Iterator[str]:
        """What a root says, against the one before it."""
        comma = self._t("comma")
        yield self._t("root_until", until=self._reader.day(told.expires.date()))
        for use in ROOT_USES:
            kept = before.keys[use] if before else ()
            keys = comma.join(kid if kid in kept else self._t("root_new_key", kid=kid) for kid in told.keys[use])
            word = "root_threshold" if use is KeyUse.ROOT or told.thresholds[use] != 1 else "root_keys"
            yield self._t(word, role=self._t(f"key_use_{use}"), keys=keys, threshold=str(told.thresholds[use]))
            if use is not KeyUse.ROOT and not set(told.keys[use]) & set(self.browser.service.registry.ring.kids(use)):
                yield self._t("root_not_held", role=self._t(f"key_use_{use}"))
            if gone := [kid for kid in kept if kid not in told.keys[use]]:
                yield self._t("root_no_more", role=self._t(f"key_use_{use}"), keys=comma.join(gone))
        names, threshold = comma.join(told.witnesses), str(told.witness_threshold)
        word = "root_witnesses" if told.witness_threshold else "root_no_witnesses"
        yield self._t(word, names=names, threshold=threshold)

    def _agreed(self, row: ApprovalRow) -> Section:
        one = approval_shown(row)
        until = self._reader.moment(one.expires)
        return Section(
            title=self._t("keys_agreed", what=operation_in_words(self.browser, one)),
            text=(self._t("keys_agreed_until", until=until),),
            secret=command_for(one.operation, one.subject),
        )

    def _head(self) -> tuple[str, ...]:
        return tuple(map(self._t, ("key_id", "key_use", "key_state", "key_since")))

    def _facts(self, cells: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple(zip(self._head()[1:], cells[1:], strict=True))

    def _of_log(self, keys: Sequence[LogKey]) -> Section:
        def row(key: LogKey) -> Row:
            ended = key.state is KeyState.COMPROMISED
            return Row(self._log_cells(key), () if ended else (self._ask(key.kid),))

        return Section(title=self._t("keys_of_log"), head=(*self._head(), self._t("to_do")), rows=tuple(map(row, keys)))

    def _log_cells(self, key: LogKey) -> tuple[str, ...]:
        told = {"day": self._reader.day(key.since.date()), "first": str(key.first), "until": str(key.until)}
        since = self._t("key_from" if key.until is None else "key_from_to", **told)
        return (key.kid, self._t(f"key_use_{key.use}"), self._t(f"key_{key.state}"), since)

    def _of_bundle(self) -> Iterator[Section]:
        registry = self.browser.service.registry
        roots = read_roots(registry)
        if not roots:
            yield Section(title=self._t("keys_of_bundle"), text=(self._t("keys_no_root"),))
            return
        newest = root_told(roots[-1])

        def row(key: BundleKey) -> Row:
            can_go = key.held and key.use is not KeyUse.ROOT
            return Row(self._bundle_cells(key), (self._ask(key.kid),) if can_go else ())

        until = self._reader.day(newest.expires.date())
        yield Section(
            title=self._t("keys_of_bundle"),
            text=(self._t("keys_root", version=str(newest.version), until=until),),
            head=(*self._head(), self._t("to_do")),
            rows=tuple(map(row, bundle_keys(registry))),
            links=((self.browser.link(ROOT), self._t("root_title")),),
        )

    def _bundle_cells(self, key: BundleKey) -> tuple[str, ...]:
        if not key.named:
            state = "key_not_named"
        elif key.use is KeyUse.ROOT:
            state = "key_with_holder"
        else:
            state = "key_named" if key.held else "key_lost"
        since = self._t("key_since_nothing") if key.since is None else self._t("key_since_root", version=str(key.since))
        return (key.kid, self._t(f"key_use_{key.use}"), self._t(state), since)

    def _ask(self, kid: str) -> Form:
        return self.browser.asking(f"{DESK}/{kid}", "key_propose")

    def _reason(self) -> Field:
        return Field(name="reason", label=self._t("key_reason"), hint=self._t("key_reason_hint"), most=1_000)

    def _endings(self, key: LogKey) -> Iterator[Section]:
        """To retire it, and to state that it is compromised; what has ended so already cannot."""
        if key.state is KeyState.ACTIVE:
            yield self._proposal(key.kid, "retire", key.use, Operation.RETIRE_KEY, self._reason())
        if key.state is not KeyState.COMPROMISED:
            size = str(log_size(self.session))
            hint = self._t("key_first_log" if key.use is KeyUse.LOG else "key_first_record", size=size)
            first = Field(name="compromised_from", label=self._t("key_first"), hint=hint, kind="number", most=19)
            yield self._proposal(key.kid, "compromise", key.use, Operation.COMPROMISE_KEY, first, self._reason())

    def _destruction(self, key: BundleKey) -> Iterator[Section]:
        if key.held and key.use is not KeyUse.ROOT:
            yield self._proposal(key.kid, "destroy", "bundle", Operation.DESTROY_KEY, self._reason())

    def _proposal(self, kid: str, word: str, of: str, operation: Operation, *fields: Field) -> Section:
        subject = f"{kid} INDEX" if operation is Operation.COMPROMISE_KEY else kid
        return Section(
            title=self._t(f"key_{word}_title"),
            text=(self._t(f"key_{word}_{of}"), self._t("key_command")),
            secret=command_for(operation, subject),
            form=self.browser.form(f"{DESK}/{kid}/{word}", f"key_{word}", *fields),
        )
