"""The queue of objections: what each is about, who said what, and what the reader may do; and no form asks for what is
not used."""

from collections.abc import Iterator

import pytest

from registry.objections.objections import Category, Objection, file
from registry.registry import OPERATOR, utc_now
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA
from tests.end_to_end.test_declaration_pages import opened, sound
from tests.registry.pages.people import AtDesks, people_at_desks
from tests.world import CHECKER, MAKER, a_declaration, published

SAID = Objection(category=Category.OTHER, words="No <b>factory</b>\nstands there")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtDesks]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id, CARL: CHECKER.id}
    with people_at_desks(tmp_path_factory.mktemp("objections") / "home", everybody) as people:
        yield people


def filed(people: AtDesks, number: int) -> tuple[int, str]:
    """A new record, and where an objection to it is decided."""
    (record,) = published(people.registry, [a_declaration(number)], now=utc_now())
    with people.registry.database.writing() as session:
        key = file(session, record.record, SAID, utc_now()).id
    return record.record, f"/objections/{key}"


def facts(here: Tab, product: str) -> str:
    """What stands under a product's name, in one line."""
    return " ".join(here.text.partition(product)[2].split())


def test_an_objection_is_told_with_its_product_and_who_said_what(people: AtDesks) -> None:
    record, path = filed(people, 1)
    opera = opened(people, OPERA, "/objections")
    sound(opera)
    told = facts(opera, "Steel beam 1")
    for fact in (f"Record in the public log {record}", "Owner Maker Works", "What is wrong? Something else"):
        assert fact in told
    assert "The objector says No <b>factory</b> stands there" in told
    links = [str(link["href"]) for link in opera.document.all("a")]
    assert any(link.startswith("/01/") for link in links)
    assert any(link.startswith("/declarations/") for link in links)
    opera.post(f"{path}/decision", {"form_token": token(opera), "decision": "admitted"})

    li, carl = (opened(people, who, "/objections", "zh") for who in (LI, CARL))
    li.fill(f"{path}/view", words="It moved")
    carl.get("/objections")
    carl.fill(f"{path}/view", words="We saw it")
    sound(carl)
    told = facts(carl, "钢梁 1")
    assert "异议人陈述 No <b>factory</b> stands there 企业意见 It moved 核查机构意见 We saw it" in told
    opera.get("/objections")
    refused = opera.fill(f"{path}/decision", decision="answered", words=" ")
    assert refused.status_code == 400
    assert "Why, in one line: public, unless you dismiss it" in opera.text
    opera.fill(f"{path}/decision", decision="answered", words="It moved indeed")
    assert "The operator decided, because It moved indeed" in facts(opera, "Steel beam 1")
    assert f"{path}/decision" not in opera.forms()


def token(here: Tab) -> str:
    return next(form["form_token"] for form in here.forms().values())


def test_to_admit_it_asks_for_no_words_and_to_dismiss_it_says_to_whom_they_go(people: AtDesks) -> None:
    _, path = filed(people, 2)
    opera = opened(people, OPERA, "/objections")
    admit, dismiss = (part.partition("</form>")[0] for part in opera.html.split(f'action="{path}/decision"')[1:])
    assert 'name="words"' not in admit
    assert 'value="admitted"' in admit
    assert 'value="dismissed"' in dismiss
    assert "it goes to the objector alone" in dismiss
    opera.fill(f"{path}/decision", decision="dismissed", words="Spam")
    assert "Spam" in opera.text
    assert "Spam" not in opened(people, LI, "/objections").text


def test_the_operator_reinstates_what_an_objection_suspended(people: AtDesks) -> None:
    record, path = filed(people, 3)
    opera = opened(people, OPERA, "/objections")
    opera.fill(f"{path}/decision", decision="admitted")
    opera.fill(f"{path}/decision", decision="upheld", words="No meter")
    told = facts(opera, "Steel beam 3")
    assert "State of the objection upheld" in told
    assert "Suspended: not to be relied on for now." in told
    assert "says again what it said before" in told
    assert f"{path}/reinstate" not in opened(people, LI, "/objections").forms()
    assert opera.fill(f"{path}/reinstate", reason=" ").status_code == 400
    opera.fill(f"{path}/reinstate", reason="A meter was built in")
    sound(opera)
    assert f"{path}/reinstate" not in opera.forms()
    assert "In the public log, with its label." in facts(opera, "Steel beam 3")
    (event,) = (
        step
        for step in people.good(OPERA, "GET", f"/v1/audit?subject=record/{record}")["steps"]
        if step["action"] == "reinstated"
    )
    assert "A meter was built in" in str(event["changed"])
    _, other = filed(people, 4)
    opera.get("/objections")
    sent = {"form_token": token(opera), "reason": "x"}
    assert opera.post(f"{other}/reinstate", sent).status_code == 409  # it suspended nothing
