"""Publishing by many at once: indexes without gap, each declaration once, the versions of a product one chain."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from registry.records.publish import NotPublished, Outcome, Published, publish
from registry.registry import Registry
from tests.registry.records.conftest import records
from tests.world import MAKER, NOW, RIVAL, a_declaration, assert_sound, entries_of, gtin, log_of, payload_of, verified

pytestmark = pytest.mark.each_database


class TestManyAtOnce:
    def test_eight_threads_share_indexes_without_a_gap_and_chain_the_versions_of_one_product(
        self, registry: Registry
    ) -> None:
        before = len(log_of(registry))
        own = [verified(registry, [a_declaration(100 * thread + n) for n in range(6)]) for thread in range(8)]
        contested = verified(registry, [a_declaration(9_999, gwp_total=Decimal(n + 1)) for n in range(16)])
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
        assert sorted(done) == list(range(before, before + 8 * 6 + 16))
        assert [entry.index for entry in log_of(registry)] == list(range(before + len(done)))
        chain = [
            declared.get("version", 1)
            for entry in entries_of(registry, "vc+jwt")
            if (declared := payload_of(entry)["credentialSubject"]["declaration"])["gtin"] == gtin(9_999)
        ]
        assert chain == list(range(1, 17))
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
