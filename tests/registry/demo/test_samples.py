"""The sample scans: each gets the verdict that it says."""

from registry.demo.samples import sample_scans
from schemas.verdict import VerdictCode
from tests.registry.demo.conftest import Shown
from tests.world import verdict_on


def test_every_sample_gets_the_verdict_that_it_must(shown: Shown) -> None:
    samples = sample_scans(shown.registry)
    found = {sample.note: verdict_on(shown.registry, sample.text, expect=sample.product).verdict for sample in samples}
    assert found == {sample.note: sample.expect for sample in samples}


def test_the_samples_show_every_verdict_but_one_that_only_time_brings(shown: Shown) -> None:
    shown_verdicts = {sample.expect for sample in sample_scans(shown.registry)}
    assert shown_verdicts == set(VerdictCode) - {VerdictCode.EXPIRED}
