"""The yearly release from the call to the signed dataset, over HTTP as different people: and it changes no record."""

import csv
import io
import re
import textwrap
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from keys import split_compact
from registry.database.cases_tables import CallRow
from registry.database.tables import LogEntryRow
from registry.members import members
from registry.registry import OPERATOR, utc_now
from schemas.entry import StatusEvent
from schemas.member import Member, MemberKind, Plan
from schemas.tlog import Checkpoint, TlogProof
from tests.end_to_end.cases_desk import by_forms, dates
from tests.end_to_end.commands import carbonlabel_here, done_here
from tests.end_to_end.people import LI, OPERA, RITA, SECOND, People, people_at_work, problem, reopened
from tests.world import MAKER, ORIGIN, RIVAL, a_declaration, change, published, until_published
from verifier.merkle import check_inclusion

ROOT = Path(__file__).resolve().parents[2]
YEAR = 2026
EXPERTS = {f"expert{number}@uni{number}.example": f"uni{number}" for number in range(1, 5)}
ONE, TWO, THREE, KIN = EXPERTS
CASES = f"/v1/cases/{YEAR}"


CALL: dict[str, Any] = {
    "year": YEAR,
    "title": {"en": "Low-carbon cases 2026", "zh": "2026年度低碳优秀案例"},
    "categories": ["low-carbon-products", "low-carbon-education"],
    "criteria": [
        {"id": "effect", "name": {"en": "Effect", "zh": "减排成效"}, "weight": 3},
        {"id": "novelty", "name": {"en": "Novelty", "zh": "创新性"}, "weight": 1},
    ],
    "places": 1,
}


class World(Struct, frozen=True):
    """A call that is released: ``record`` and its label are of the best case; ``before`` is what was served of both
    before the release."""

    people: People
    record: int
    label: str
    before: dict[str, Any]
    cases: dict[str, str]


def served(people: People, record: int, label: str) -> dict[str, Any]:
    """All that is public of a record: but for the size of the log and the time, of which a release adds one entry."""
    path = label.removeprefix(f"https://{ORIGIN}")
    verdict = people.good(None, "POST", "/v1/verify", {"label": label})
    page = people.http.get(path, headers={"accept": "text/html"}).text
    page = re.sub(r'nonce="[^"]*"', "", page)
    return {
        "record": people.http.get(f"/v1/records/{record}").content,
        "artwork": people.http.get(f"/v1/records/{record}/label.svg").content,
        "verdict": verdict | {"log": None},
        "page": re.sub(r"[\d,]+ entries, [^<]*", "", page),
    }


def case(record: int | None, organisation: str = MAKER.id, **changes: Any) -> dict[str, Any]:
    return {
        "organisation": organisation,
        "category": "low-carbon-products",
        "title": {"en": "A lighter beam", "zh": "更轻的钢梁"},
        "description": {"en": "Less steel for the same load.", "zh": "承载不变，用钢更少。"},
        "records": [] if record is None else [record],
    } | changes


def invited(people: People, who: str, member: str, role: str) -> None:
    said = done_here("person", "invite", who, "--member", member, "--role", role, "--home", people.home)
    people.come_in(who, said.strip().rpartition("/")[2])


def prepared(people: People) -> dict[str, tuple[int, str]]:
    """Members take part in their plans; experts' organisations have joined; records are published."""
    with closing(reopened(people)) as registry:
        with registry.database.writing() as session:
            now = utc_now()
            writer = registry.log_writer(session, now)
            for known in (MAKER, RIVAL):
                changed = msgspec.structs.replace(known, plans=(Plan.LOW_CARBON_PRODUCTS, Plan.LOW_CARBON_EDUCATION))
                members.change(session, writer, changed, now)
            for member in EXPERTS.values():
                part_of = RIVAL.id if member == "uni4" else None
                kind = MemberKind.RESEARCH
                joined = Member(id=member, name={"en": f"University {member}"}, kind=kind, part_of=part_of)
                members.join(session, writer, joined, now)
            writer.flush()
        found = {}
        for who, number in ((MAKER.id, 1), (RIVAL.id, 2)):
            (one,) = published(registry, [a_declaration(number)], who, utc_now())
            found[who] = (one.record, one.label)
    for who, member in EXPERTS.items():
        invited(people, who, member, "expert")
    return found


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, SECOND: OPERATOR, LI: MAKER.id, RITA: RIVAL.id}
    with people_at_work(tmp_path_factory.mktemp("cases") / "home", everybody) as people:
        yield people


@pytest.fixture(scope="module")
def world(people: People) -> World:
    """Everything as it should go; what is refused on the way is tried on the way, for each thing has its time."""
    records = prepared(people)
    record, label = records[MAKER.id]
    before = served(people, record, label)
    ids = _nominated(people, records)
    _scored(people, ids)
    _released(people)
    return World(people, record, label, before, ids)


def _nominated(people: People, records: dict[str, tuple[int, str]]) -> dict[str, str]:
    problem(people.call(LI, "POST", "/v1/cases", CALL | {"dates": dates(0, 1, 2)}), 403, "not-allowed")
    people.good(OPERA, "POST", "/v1/cases", CALL | {"dates": dates(0, 1, 2)})
    problem(people.call(OPERA, "POST", "/v1/cases", CALL | {"dates": dates(0, 1, 2)}), 409, "wrong-state")
    nominations = f"{CASES}/nominations"
    told = {
        "beam": people.good(LI, "POST", nominations, case(records[MAKER.id][0])),
        "rival": people.good(LI, "POST", nominations, case(records[RIVAL.id][0], RIVAL.id)),
        "borrowed": people.good(RITA, "POST", nominations, case(records[MAKER.id][0], RIVAL.id)),
        "school": people.good(RITA, "POST", nominations, case(None, RIVAL.id, category="low-carbon-education")),
        "gone": people.good(RITA, "POST", nominations, case(None, RIVAL.id, category="low-carbon-education")),
    }
    assert told["beam"]["reasons"] == told["rival"]["reasons"] == told["school"]["reasons"] == []
    assert told["borrowed"]["reasons"] == ["record-not-own"]
    wrong = case(None, category="carbon-zero-space")
    problem(people.call(LI, "POST", nominations, wrong), 400, "invalid-input")
    problem(people.call(ONE, "POST", nominations, case(None)), 403, "not-allowed")
    ids = {name: one["id"] for name, one in told.items()}
    assert {one["id"] for one in people.good(LI, "GET", nominations)["cases"]} == {ids["beam"], ids["rival"]}
    assert len(people.good(OPERA, "GET", nominations)["cases"]) == 5
    problem(people.call(LI, "POST", f"/v1/nominations/{ids['gone']}/take-back"), 404, "not-found")
    people.good(RITA, "POST", f"/v1/nominations/{ids['gone']}/take-back")
    for name in ("beam", "rival", "school"):
        people.good(OPERA, "POST", f"/v1/nominations/{ids[name]}/eligibility", {"eligible": True})
    against = f"/v1/nominations/{ids['borrowed']}/eligibility"
    problem(people.call(OPERA, "POST", against, {"eligible": True}), 400, "invalid-input")
    people.good(OPERA, "POST", against, {"eligible": False})
    problem(people.call(LI, "POST", against, {"eligible": True, "reason": "ours"}), 403, "not-allowed")
    return ids


def _scored(people: People, ids: dict[str, str]) -> None:
    problem(people.call(OPERA, "POST", f"{CASES}/experts", {"email": LI}), 404, "not-found")
    problem(people.call(ONE, "GET", f"{CASES}/scoring"), 403, "not-allowed")
    for who in EXPERTS:
        people.good(OPERA, "POST", f"{CASES}/experts", {"email": who})
    beam = f"/v1/nominations/{ids['beam']}"
    problem(people.call(ONE, "PUT", f"{beam}/interest", {"conflict": False}), 409, "wrong-state")
    people.good(OPERA, "PUT", f"{CASES}/dates", dates(-2, -1, 1))
    problem(people.call(LI, "POST", f"{CASES}/nominations", case(None)), 409, "wrong-state")

    before = people.good(ONE, "GET", f"{CASES}/scoring")["cases"]
    assert {one["id"] for one in before} == {ids["beam"], ids["rival"], ids["school"]}
    assert all(one["case"] is None and one["conflict"] is None for one in before)
    problem(people.call(ONE, "PUT", f"{beam}/scores", {"scores": {"effect": 9, "novelty": 9}}), 409, "wrong-state")
    for who, effect in ((ONE, 9), (TWO, 8), (THREE, 7)):
        for name in ("beam", "rival", "school"):
            path = f"/v1/nominations/{ids[name]}"
            people.good(who, "PUT", f"{path}/interest", {"conflict": False})
            for wrong in ({"effect": 11, "novelty": 1}, {"effect": 5}, {"effect": 5, "novelty": 5, "x": 5}):
                problem(people.call(who, "PUT", f"{path}/scores", {"scores": wrong}), 400, "invalid-input")
            worse = 0 if name == "beam" else 2
            people.good(who, "PUT", f"{path}/scores", {"scores": {"effect": effect - worse, "novelty": 5}})
    seen = {one["id"]: one for one in people.good(KIN, "GET", f"{CASES}/scoring")["cases"]}
    assert seen[ids["school"]]["bound"] is True  # its university is a part of the organisation whose case it is
    bound = people.call(KIN, "PUT", f"/v1/nominations/{ids['school']}/interest", {"conflict": False})
    problem(bound, 403, "not-allowed")
    problem(people.call(KIN, "PUT", f"{beam}/interest", {"conflict": True}), 400, "invalid-input")
    people.good(KIN, "PUT", f"{beam}/interest", {"conflict": True, "words": "advised on the design"})
    problem(people.call(KIN, "PUT", f"{beam}/scores", {"scores": {"effect": 1, "novelty": 1}}), 403, "not-allowed")
    problem(people.call(KIN, "PUT", f"{beam}/interest", {"conflict": False}), 409, "wrong-state")
    problem(people.call(LI, "GET", f"{CASES}/shortlist"), 403, "not-allowed")
    shortlist = [
        (one["id"], one["rank"], one["score"]) for one in people.good(OPERA, "GET", f"{CASES}/shortlist")["cases"]
    ]
    assert shortlist == [(ids["beam"], 1, "7.25"), (ids["school"], 1, "5.75")]


def _released(people: People) -> None:
    release = f"{CASES}/release"
    problem(people.call(OPERA, "POST", release, {"reason": "2026"}), 409, "wrong-state")
    people.good(OPERA, "PUT", f"{CASES}/dates", dates(-3, -2, -1))
    problem(people.call(LI, "POST", release, {"reason": "2026"}), 403, "not-allowed")
    problem(people.call(None, "GET", CASES), 404, "not-found")
    proposed = people.call(OPERA, "POST", release, {"reason": "the jury's result"})
    assert proposed.status_code == 202
    key = proposed.json()["id"]
    problem(people.call(OPERA, "POST", f"/v1/approvals/{key}/confirm"), 403, "not-allowed")
    problem(people.call(None, "GET", CASES), 404, "not-found")
    assert people.good(SECOND, "POST", f"/v1/approvals/{key}/confirm")["state"] == "used"


def test_the_dataset_is_the_one_whose_hash_is_in_the_log(world: World) -> None:
    answer = world.people.http.get(CASES)
    told = answer.json()
    assert [one["id"] for one in told["cases"]] == [world.cases["beam"], world.cases["school"]]
    assert (told["nominated"], told["eligible"]) == (5, 3)
    assert told["cases"][0]["organisation"]["id"] == MAKER.id
    (shown,) = (one for one in world.people.good(None, "GET", "/v1/cases")["calls"] if one["call"]["year"] == YEAR)
    assert shown["phase"] == "released"
    with closing(reopened(world.people)) as registry, registry.database.reading() as session:
        entry = session.get(LogEntryRow, shown["entry"])
        assert entry is not None
        assert entry.typ == "carbonlabel-cases+jwt"
        said = msgspec.json.decode(split_compact(entry.jws).payload)
    assert said["sha256"] == sha256(answer.content).hexdigest()
    assert (said["year"], said["cases"]) == (YEAR, 2)


def test_an_outsider_checks_it_with_a_jwt_library_and_the_public_keys_as_the_document_says(world: World) -> None:
    text = (ROOT / "docs/cases.md").read_text(encoding="utf-8")
    code = re.search(r"^    from hashlib.*?(?=^## )", text, re.MULTILINE | re.DOTALL)
    assert code is not None
    told: dict[str, Any] = {}
    exec(textwrap.dedent(code[0]).replace(f"https://{ORIGIN}", world.people.url), told)
    told["registry"].close()
    (shown,) = (one for one in world.people.good(None, "GET", "/v1/cases")["calls"] if one["call"]["year"] == YEAR)
    assert told["signed"]["year"] == YEAR
    until = time.monotonic() + 30
    while (proof := world.people.http.get(f"{CASES}/proof")).status_code == 409 and time.monotonic() < until:
        time.sleep(0.1)
    parsed = TlogProof.parse(proof.content)
    checkpoint = Checkpoint.parse(parsed.note.decode().rpartition("\n\n")[0] + "\n")
    assert parsed.index == shown["entry"]
    leaf = sha256(b"\x00" + told["entry"].encode()).digest()
    check_inclusion(leaf, parsed.index, checkpoint.size, parsed.hashes, checkpoint.root)
    for lacking in ("entry", "proof"):
        problem(world.people.call(None, "GET", f"/v1/cases/2031/{lacking}"), 404, "not-found")


def test_nobody_s_score_and_no_expert_is_in_it(world: World) -> None:
    text = world.people.http.get(CASES).text
    assert "expert1" not in text
    assert "uni1" not in text
    assert "advised" not in text


def test_it_is_csv_too(world: World) -> None:
    answer = world.people.http.get(f"{CASES}?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["organisation"], row["rank"], row["score"]) for row in rows] == [
        (MAKER.id, "1", "7.25"),
        (RIVAL.id, "1", "5.75"),
    ]


def test_an_award_alters_no_declaration(world: World) -> None:
    assert served(world.people, world.record, world.label) == world.before


def test_after_the_release_nothing_of_it_moves(world: World) -> None:
    people = world.people
    problem(people.call(OPERA, "PUT", f"{CASES}/dates", dates(0, 1, 2)), 409, "wrong-state")
    problem(people.call(OPERA, "POST", f"{CASES}/release", {"reason": "again"}), 409, "wrong-state")
    take_back = f"/v1/nominations/{world.cases['beam']}/take-back"
    problem(people.call(LI, "POST", take_back), 409, "wrong-state")


def test_what_an_expert_did_is_not_in_the_trail_that_the_nominee_reads(world: World) -> None:
    trail = world.people.call(LI, "GET", "/v1/audit").text
    assert f"case/{world.cases['beam']}" in trail
    assert "scored" not in trail
    assert "conflict" not in trail


def test_fsck_knows_the_release_and_finds_another_dataset(world: World) -> None:
    assert "no faults" in done_here("fsck", world.people.home).lower()
    with closing(reopened(world.people)) as registry:
        until_published(registry)  # an outsider knows of the release by the checkpoint that counts it
    with _dataset_changed(world):
        for place in (world.people.home, world.people.url):
            found = carbonlabel_here("fsck", place)
            assert found.code == 1, found
            assert "cases-dataset" in found.words or "cases of 2026" in found.words


@contextmanager
def _dataset_changed(world: World) -> Generator[None]:
    """While it holds, the database has another dataset than was released."""
    with closing(reopened(world.people)) as registry:
        with registry.database.writing() as session:
            row = session.get_one(CallRow, YEAR)
            good, row.dataset = row.dataset, (row.dataset or b"").replace(b"7.25", b"9.25")
            session.add(row)
        try:
            yield
        finally:
            with registry.database.writing() as session:
                row = session.get_one(CallRow, YEAR)
                row.dataset = good
                session.add(row)


@pytest.mark.parametrize(("language", "words"), [("en", "Place 1"), ("zh", "第 1 名")])
def test_everybody_reads_them(world: World, language: str, words: str) -> None:
    http = world.people.http
    years = http.get("/cases", headers={"accept-language": language})
    assert (years.status_code, CALL["title"][language] in years.text) == (200, True)
    page = http.get(f"/cases/{YEAR}", headers={"accept-language": language}).text
    for said in (words, case(None)["title"][language], sha256(http.get(CASES).content).hexdigest(), "7.25", "5.75"):
        assert said in page
    assert len(page.encode()) < 30_000
    assert http.get("/cases/2031").status_code == 404


def test_another_year_from_its_opening_to_its_release_by_forms(world: World) -> None:
    by_forms(world.people, world.record, tuple(EXPERTS))


def test_what_speaks_against_a_case_once_experts_have_scored_takes_a_new_word_before_the_release(world: World) -> None:
    people, year = world.people, 2028
    path = f"/v1/cases/{year}"
    people.good(OPERA, "POST", "/v1/cases", CALL | {"year": year, "dates": dates(0, 1, 2)})
    one = people.good(LI, "POST", f"{path}/nominations", case(world.record))["id"]
    decide = f"/v1/nominations/{one}/eligibility"
    people.good(OPERA, "POST", decide, {"eligible": True})
    for who in (ONE, TWO, THREE):
        people.good(OPERA, "POST", f"{path}/experts", {"email": who})
    people.good(OPERA, "PUT", f"{path}/dates", dates(-2, -1, 1))
    for who in (ONE, TWO, THREE):
        people.good(who, "PUT", f"/v1/nominations/{one}/interest", {"conflict": False})
        people.good(who, "PUT", f"/v1/nominations/{one}/scores", {"scores": {"effect": 7, "novelty": 7}})
    people.good(OPERA, "PUT", f"{path}/dates", dates(-3, -2, -1))
    with closing(reopened(people)) as registry:
        change(registry, world.record, StatusEvent.SUSPENDED)
    (shown,) = people.good(OPERA, "GET", f"{path}/shortlist")["cases"]
    assert (shown["title"]["en"], shown["organisation"], shown["reasons"]) == (
        "A lighter beam",
        MAKER.id,
        ["record-not-valid"],
    )
    refused = people.call(OPERA, "POST", f"{path}/release", {"reason": "the jury's result"})
    problem(refused, 409, "wrong-state")
    assert "record-not-valid now speaks against 'A lighter beam'" in refused.json()["detail"]
    problem(people.call(OPERA, "POST", decide, {"eligible": True}), 400, "invalid-input")
    people.good(OPERA, "POST", decide, {"eligible": True, "reason": "suspended for a formality"})
    assert people.call(OPERA, "POST", f"{path}/release", {"reason": "the jury's result"}).status_code == 202
    with closing(reopened(people)) as registry:
        change(registry, world.record, StatusEvent.REINSTATED)


def test_a_record_that_is_withdrawn_later_shows_so_and_changes_no_dataset(world: World) -> None:
    before = world.people.http.get(CASES).content
    assert "chip-red" not in world.people.http.get(f"/cases/{YEAR}").text
    with closing(reopened(world.people)) as registry:
        change(registry, world.record, StatusEvent.WITHDRAWN)
    assert "Withdrawn" in world.people.http.get(f"/cases/{YEAR}", headers={"accept-language": "en"}).text
    assert world.people.http.get(CASES).content == before
