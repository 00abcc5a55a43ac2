"""What there is to remind of is decided from what stands, the day, and what was sent: no clock, no database."""

from datetime import date, timedelta

import pytest

from registry.reminders.due import (
    Current,
    Fate,
    Occasion,
    Waiting,
    days_left,
    of_accreditation,
    of_record,
    of_waiting,
    unsent,
)
from registry.reminders.words import sentence
from schemas.verdict import VerdictCode

TODAY = date(2026, 11, 22)
NAME = {"en": "Beam", "zh": "钢梁"}


def in_days(days: int) -> date:
    return TODAY + timedelta(days)


@pytest.mark.parametrize(
    ("left", "stage"),
    [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None), (-400, None)],
)
def test_only_the_most_urgent_stage_counts(left: int, stage: int | None) -> None:
    assert days_left(in_days(left), TODAY) == stage


def test_whoever_looks_every_day_is_reminded_three_times_and_whoever_slept_once() -> None:
    record = Current(7, "maker", NAME, TODAY)
    for days, expected in ((range(-100, 3), ["90", "30", "7"]), ([-20, -19], ["30"]), ([-1], ["7"])):
        sent: dict[tuple[str, str, str], str] = {}
        for day in days:
            for one in unsent(of_record(record, {}, in_days(day)), sent):
                sent[one.key] = one.stage
        assert list(sent.values()) == expected


def test_each_part_that_no_longer_holds_is_told_once_for_each_fate() -> None:
    record = Current(7, "maker", NAME, in_days(900), parts=(1, 2, 1, 3, 4))
    fates = {1: Fate(VerdictCode.SUPERSEDED), 2: Fate(VerdictCode.VALID), 3: Fate(VerdictCode.WITHDRAWN)}
    found = list(of_record(record, fates, TODAY))
    assert [(one.occasion, one.part, one.fate) for one in found] == [
        (Occasion.PART, 1, "superseded"),
        (Occasion.PART, 3, "withdrawn"),
    ]
    sent = {one.key for one in found}
    assert unsent(of_record(record, fates, TODAY), sent) == []
    (worse,) = unsent(of_record(record, fates | {1: Fate(VerdictCode.SUSPENDED)}, TODAY), sent)
    assert (worse.part, worse.fate) == (1, "suspended")


def test_of_an_expired_record_nobody_is_reminded() -> None:
    assert list(of_record(Current(7, "maker", NAME, in_days(-1), (1,)), {1: Fate(VerdictCode.WITHDRAWN)}, TODAY)) == []


def test_a_renewed_accreditation_begins_anew() -> None:
    (first,) = of_accreditation("body", NAME, in_days(5), TODAY)
    (other,) = of_accreditation("body", NAME, in_days(6), TODAY)
    assert first.key != other.key
    assert list(of_accreditation("body", NAME, None, TODAY)) == []


def test_of_a_declaration_on_its_way_only_what_keeps_it_from_being_published_is_told() -> None:
    waiting = Waiting("d", "maker", "checker", NAME, parts=(1, 2, 3, 3))
    verdicts = {1: VerdictCode.SUPERSEDED, 2: VerdictCode.SUSPENDED, 3: VerdictCode.WITHDRAWN, 4: VerdictCode.WITHDRAWN}
    fates = {part: Fate(verdict) for part, verdict in verdicts.items()}
    found = list(of_waiting(waiting, fates))
    assert [(one.occasion, one.subject, one.part, one.fate) for one in found] == [
        (Occasion.WAITING, "declaration/d", 2, "suspended"),
        (Occasion.WAITING, "declaration/d", 3, "withdrawn"),
    ]
    assert {one.body for one in found} == {"checker"}
    for language in ("en", "zh"):
        said = sentence(found[1], language, "https://id.example.org")
        assert "https://id.example.org/declarations/d" in said
        assert "declarations" not in sentence(found[1], language)


def test_the_most_urgent_comes_first_and_each_is_a_sentence_in_both_languages() -> None:
    found = [
        *of_record(Current(1, "maker", NAME, in_days(60), (9,)), {9: Fate(VerdictCode.EXPIRED)}, TODAY),
        *of_record(Current(2, "maker", NAME, in_days(3)), {}, TODAY),
        *of_accreditation("body", NAME, in_days(20), TODAY),
    ]
    ordered = unsent(found, ())
    assert [one.subject for one in ordered] == ["record/2", "member/body", "record/1", "record/1"]
    said = [sentence(one, language) for one in ordered for language in ("en", "zh")]
    assert len(set(said)) == len(said) == 8
    assert not any("{" in one or "None" in one for one in said)
    assert "Beam (record 2): its declaration ends on 2026-11-25." in said[0]
