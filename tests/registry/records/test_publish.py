"""Publishing: one transaction, indexes without gap, whole or not at all, whoever else publishes and whatever fails."""

import random
import secrets
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from registry.database.tables import DeclarationRow
from registry.errors import NotFound, Refused, RegistryError, WrongState
from registry.records.publish import NotPublished, Outcome, Published, publish
from registry.records.standing import entry_row
from registry.registry import Registry
from schemas.declaration import Declaration
from schemas.entry import MAX_ENTRY, StatusEvent
from schemas.findings import Severity, findings
from tests.world import (
    ENVIRON,
    MAKER,
    NOW,
    RIVAL,
    VALID_UNTIL,
    Entry,
    a_declaration,
    a_place,
    assert_sound,
    change,
    entries_of,
    gln,
    gtin,
    log_of,
    new_registry,
    payload_of,
    published,
    submitted,
    verdict_on,
    verified,
)

ROOT = Path(__file__).resolve().parents[3]
LONG = {"en": "long " * 12_000}


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registry]:
    """One registry for all examples of a property."""
    with closing(new_registry(tmp_path_factory.mktemp("shared") / "home")) as registry:
        yield registry


def records(outcomes: list[Outcome]) -> list[int]:
    return [outcome.record for outcome in outcomes if isinstance(outcome, Published)]


def refusal(outcome: Outcome) -> RegistryError:
    assert isinstance(outcome, NotPublished), outcome
    return outcome.error


def codes(error: RegistryError) -> list[str]:
    assert isinstance(error, Refused), error
    return [finding.code for finding in error.findings if finding.severity is Severity.ERROR]


class TestOneAfterAnother:
    def test_each_takes_the_next_index_in_the_order_given(self, registry: Registry) -> None:
        before = len(log_of(registry))
        keys = verified(registry, map(a_declaration, range(5)))
        random.Random(1).shuffle(keys)
        outcomes = publish(registry, keys, NOW)
        assert [outcome.declaration for outcome in outcomes] == keys
        assert records(outcomes) == list(range(before, before + 5))
        assert_sound(registry)

    def test_nothing_to_publish_is_nothing_done(self, registry: Registry) -> None:
        before = log_of(registry)
        assert publish(registry, [], NOW) == []
        assert log_of(registry) == before

    def test_the_label_handed_out_is_valid_at_once(self, registry: Registry) -> None:
        product, place = published(registry, [a_declaration(1), a_place(2)])
        on_product, on_place = verdict_on(registry, product.label), verdict_on(registry, place.label)
        assert (on_product.verdict, on_product.gtin, on_product.gln) == ("valid", gtin(1), None)
        assert (on_place.verdict, on_place.gtin, on_place.gln) == ("valid", None, gln(2))

    def test_a_newer_declaration_of_a_product_supersedes_within_a_batch_and_across(self, registry: Registry) -> None:
        first, second = published(registry, [a_declaration(1), a_declaration(1, gwp_total=Decimal("1.6"))])
        (third,) = published(registry, [a_declaration(1, gwp_total=Decimal("1.5"))])
        declared = [payload_of(entry)["credentialSubject"]["declaration"] for entry in entries_of(registry, "vc+jwt")]
        assert [(it.get("version", 1), it.get("supersedes")) for it in declared] == [
            (1, None),
            (2, first.record),
            (3, second.record),
        ]
        assert [verdict_on(registry, it.label).verdict for it in (first, second, third)] == [
            "superseded",
            "superseded",
            "valid",
        ]
        assert verdict_on(registry, first.label).superseded_by == second.record
        assert_sound(registry)

    def test_the_entry_is_stored_hashed_and_served_as_the_same_bytes(self, registry: Registry) -> None:
        (record,) = published(registry, 1)
        (stored,) = entries_of(registry, "vc+jwt")
        with sqlite3.connect(registry.home.path / "registry.sqlite") as raw:
            row = raw.execute('select jws, leaf from log_entry where "index" = ?', (record.record,)).fetchone()
        raw.close()
        with registry.database.reading() as session:
            served = entry_row(session, record.record).jws
        assert (stored.jws, stored.leaf) == row
        assert served == stored.jws
        assert stored.leaf == sha256(b"\x00" + stored.jws).digest()  # RFC 6962, 2.1

    def test_no_two_records_share_a_nonce(self, registry: Registry) -> None:
        published(registry, 20)
        nonces = [bytes.fromhex(payload_of(entry)["nonce"]) for entry in entries_of(registry, "vc+jwt")]
        assert {len(nonce) for nonce in nonces} == {16}
        assert len(set(nonces)) == 20


class TestRefused:
    """A declaration that is refused says why, takes no index, and stops no other."""

    def refused_between_two(self, registry: Registry, key: UUID, now: datetime = NOW) -> RegistryError:
        before = len(log_of(registry))
        first, last = verified(registry, [a_declaration(901), a_declaration(902)])
        outcomes = publish(registry, [first, key, last], now)
        assert records(outcomes) == [before, before + 1]
        assert_sound(registry)
        return refusal(outcomes[1])

    def test_a_declaration_that_nobody_registered(self, registry: Registry) -> None:
        assert isinstance(self.refused_between_two(registry, uuid4()), NotFound)

    def test_one_that_is_not_verified_yet(self, registry: Registry) -> None:
        (key,) = submitted(registry, [a_declaration(1)])
        assert isinstance(self.refused_between_two(registry, key), WrongState)

    def test_one_that_is_published_already(self, registry: Registry) -> None:
        (record,) = published(registry, 1)
        assert isinstance(self.refused_between_two(registry, record.declaration), WrongState)

    def test_the_same_one_twice_in_a_batch(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        one, two = publish(registry, [key, key], NOW)
        assert isinstance(one, Published)
        assert isinstance(refusal(two), WrongState)
        assert_sound(registry)

    @pytest.mark.parametrize("now", [datetime(2026, 2, 28, 23, 59, tzinfo=UTC), datetime(2028, 3, 2, tzinfo=UTC)])
    def test_one_that_does_not_hold_on_that_day(self, registry: Registry, now: datetime) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        (outcome,) = publish(registry, [key], now)
        assert isinstance(refusal(outcome), WrongState)
        assert str(VALID_UNTIL) in str(refusal(outcome))

    def test_a_gtin_of_another_member(self, registry: Registry) -> None:
        mine, theirs = a_declaration(1), a_declaration(1, product_name={"en": "Copy"})
        (key,) = verified(registry, [theirs], owner=RIVAL.id)  # verified while the number was still free
        published(registry, [mine])
        assert codes(self.refused_between_two(registry, key)) == ["gtin-owner"]

    def test_a_gln_of_another_member_within_one_batch(self, registry: Registry) -> None:
        (mine,), (theirs,) = verified(registry, [a_place(1)]), verified(registry, [a_place(1)], owner=RIVAL.id)
        one, two = publish(registry, [mine, theirs], NOW)
        assert isinstance(one, Published)
        assert codes(refusal(two)) == ["gtin-owner"]

    def test_a_withdrawn_product_s_number_is_free_again(self, registry: Registry) -> None:
        (first,) = published(registry, [a_declaration(1)])
        change(registry, first.record, StatusEvent.WITHDRAWN)
        (second,) = published(registry, [a_declaration(1)], owner=RIVAL.id)
        assert verdict_on(registry, second.label).verdict == "valid"
        assert verdict_on(registry, first.label).verdict == "withdrawn"
        assert_sound(registry)

    def test_one_too_large_for_the_log(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1, description=LONG)])
        assert codes(self.refused_between_two(registry, key)) == ["too-large"]

    @pytest.mark.parametrize("field", ["gwp_total", "declared_amount"])
    def test_a_figure_with_more_digits_than_a_label_can_carry_submitted_under_older_rules(
        self, registry: Registry, field: str
    ) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        with registry.database.writing() as session:
            row = session.get(DeclarationRow, str(key))
            assert row is not None
            declared = msgspec.json.decode(row.content, type=Declaration)
            row.content = msgspec.json.encode(replace(declared, **{field: Decimal("99999999999.999999999")}))
            session.add(row)
        assert codes(self.refused_between_two(registry, key)) == ["label-digits"]

    def test_the_largest_entry_that_a_log_takes_is_taken(self, registry: Registry) -> None:
        room = MAX_ENTRY - len(entries_of(registry, "carbonlabel-member+jwt")[0].jws) - 1_500
        (key,) = verified(registry, [a_declaration(1, description={"en": "x" * (room * 3 // 4)})])
        assert records(publish(registry, [key], NOW))
        assert 60_000 < len(log_of(registry)[-1].jws) <= MAX_ENTRY


figures = st.builds(lambda units, places: Decimal(units).scaleb(-places), st.integers(0, 10**22), st.integers(0, 9))


class TestFigures:
    @given(total=figures, amount=figures)
    @settings(max_examples=40, deadline=None)
    def test_whatever_figures_pass_the_rules_the_label_says_them_to_the_digit_or_are_refused(
        self, shared: Registry, total: Decimal, amount: Decimal
    ) -> None:
        declaration = a_declaration(
            secrets.randbelow(10**9),
            gwp_total=total,
            declared_amount=amount,
            declared_unit="piece",
            mass_per_unit=Decimal(1),
            owner=MAKER.id,
        )
        if any(finding.severity is Severity.ERROR for finding in findings(declaration)):
            return
        (outcome,) = publish(shared, verified(shared, [declaration]), NOW)
        assert isinstance(outcome, Published)
        figure = verdict_on(shared, outcome.label).footprint
        assert figure is not None
        assert (str(figure.value), str(figure.per.amount)) == (str(total), str(amount))


class TestManyAtOnce:
    def test_eight_threads_share_indexes_without_a_gap_and_chain_the_versions_of_one_product(
        self, registry: Registry
    ) -> None:
        before = len(log_of(registry))
        own = [verified(registry, [a_declaration(100 * thread + n) for n in range(12)]) for thread in range(8)]
        contested = verified(registry, [a_declaration(9_999, gwp_total=Decimal(n + 1)) for n in range(24)])
        work = [own[thread] + contested[thread::8] for thread in range(8)]

        def run(thread: int) -> list[Outcome]:
            draw = random.Random(thread)
            keys, outcomes = work[thread], []
            draw.shuffle(keys)
            while keys:
                size = draw.randint(1, 4)
                outcomes += publish(registry, keys[:size], NOW)
                keys = keys[size:]
            return outcomes

        with ThreadPoolExecutor(8) as threads:
            done = [record for outcomes in threads.map(run, range(8)) for record in records(outcomes)]
        assert sorted(done) == list(range(before, before + 8 * 12 + 24))
        assert [entry.index for entry in log_of(registry)] == list(range(before + len(done)))
        chain = [
            declared.get("version", 1)
            for entry in entries_of(registry, "vc+jwt")
            if (declared := payload_of(entry)["credentialSubject"]["declaration"])["gtin"] == gtin(9_999)
        ]
        assert chain == list(range(1, 25))
        assert_sound(registry)

    def test_eight_threads_that_want_the_same_declaration_publish_it_once(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        with ThreadPoolExecutor(8) as threads:
            outcomes = [
                outcome for batch in threads.map(lambda _: publish(registry, [key], NOW), range(8)) for outcome in batch
            ]
        assert Counter(type(outcome) for outcome in outcomes) == {Published: 1, NotPublished: 7}
        assert_sound(registry)

    def test_two_members_that_want_the_same_number_get_it_once(self, registry: Registry) -> None:
        keys = [verified(registry, [a_declaration(1)], owner=owner)[0] for owner in (MAKER.id, RIVAL.id) * 4]
        with ThreadPoolExecutor(8) as threads:
            outcomes = [
                outcome for batch in threads.map(lambda key: publish(registry, [key], NOW), keys) for outcome in batch
            ]
        assert len(records(outcomes)) == 4  # the first one's, as versions
        assert {payload_of(entry)["credentialSubject"]["owner"]["id"] for entry in entries_of(registry, "vc+jwt")} in (
            {MAKER.id},
            {RIVAL.id},
        )
        assert_sound(registry)


class TestFailure:
    """When the transaction fails, anywhere, nothing of it is there, and the next one begins where it began."""

    @pytest.mark.parametrize(
        "fails",
        [
            "before insert on log_entry when new.typ = 'vc+jwt'",
            'after insert on log_entry when new."index" = 8',
            'after insert on record when new."index" = 9',
            "after insert on label",
            "after update of superseded_by on record",
            "after update of state on declaration when new.state = 'published'",
        ],
    )
    def test_nothing_signed_is_stored(self, registry: Registry, fails: str) -> None:
        before = log_of(registry)
        keys = verified(registry, [a_declaration(1), a_declaration(2), a_declaration(1, gwp_total=Decimal(1))])
        trigger = f"create trigger breaks {fails} begin select raise(abort, 'the disk is on fire'); end"
        run_sql(registry, trigger)
        with pytest.raises(SQLAlchemyError, match="on fire"):
            publish(registry, keys, NOW)
        run_sql(registry, "drop trigger breaks")
        assert log_of(registry) == before
        assert_sound(registry)
        assert records(publish(registry, keys, NOW)) == [7, 8, 9]
        assert_sound(registry)

    def test_a_log_entry_is_never_written_over(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        run_sql(registry, 'insert into log_entry select 7, typ, jws, leaf, about, at from log_entry where "index" = 0')
        assert records(publish(registry, [key], NOW)) == [8]

    def test_a_database_that_another_holds_locked_is_waited_for(self, registry: Registry) -> None:
        (key,) = verified(registry, [a_declaration(1)])
        with ThreadPoolExecutor(1) as thread:
            with registry.database.writing() as session:
                waiting = thread.submit(publish, registry, [key], NOW)
                time.sleep(0.2)
                assert not waiting.done()
                session.rollback()
            assert records(waiting.result(timeout=30)) == [7]


def run_sql(registry: Registry, statement: str) -> None:
    with closing(sqlite3.connect(registry.home.path / "registry.sqlite")) as raw:
        raw.execute(statement)
        raw.commit()


PUBLISHER = """
import os, random, sys
from datetime import datetime
from pathlib import Path
from uuid import UUID
from registry.records.publish import Published, publish
from registry.registry import Registry

registry = Registry.open(Path(sys.argv[1]), os.environ)
keys = [UUID(line) for line in sys.stdin.read().split()]
while keys:
    size = random.randint(1, 5)
    for outcome in publish(registry, keys[:size], datetime.fromisoformat(sys.argv[2])):
        if isinstance(outcome, Published):
            print(outcome.declaration, outcome.record, flush=True)
    keys = keys[size:]
print("done", flush=True)
"""


class TestKilled:
    def test_after_kill_9_everything_acknowledged_is_there_and_nothing_is_there_by_half(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        with closing(new_registry(home)) as registry:
            keys = verified(registry, [a_declaration(n % 150, gwp_total=Decimal(n + 1)) for n in range(400)])
        acknowledged: dict[str, int] = {}
        for stop_after in (1, 17, 40, 90, None):
            acknowledged |= self.publish_until(stop_after, home, keys)
            with closing(Registry.open(home, ENVIRON)) as registry:
                entries = {entry.index: entry for entry in log_of(registry)}
                assert sorted(entries) == list(range(len(entries)))
                for declaration, index in acknowledged.items():
                    assert declared_id(entries[index]) == declaration
                assert_sound(registry)
        assert len(acknowledged) <= len(keys)
        assert len(entries) == 7 + len(keys)

    def publish_until(self, stop_after: int | None, home: Path, keys: list[UUID]) -> dict[str, int]:
        """Publishes in another process; after so many acknowledgements, kills it. What it had acknowledged."""
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(home), NOW.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=ENVIRON,
        )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n".join(map(str, keys)))
            process.stdin.close()
            lines = []
            for line in process.stdout:
                lines.append(line)
                if len(lines) == stop_after:
                    time.sleep(random.random() / 100)
                    process.kill()
        assert (lines[-1:] == ["done\n"]) == (stop_after is None)
        return {words[0]: int(words[1]) for line in lines if len(words := line.split()) == 2 and line.endswith("\n")}


def declared_id(entry: Entry) -> str:
    return payload_of(entry)["credentialSubject"]["declaration"]["id"]
