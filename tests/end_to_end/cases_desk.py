"""A year's cases in browsers without a script: the call, nominations, scores and the release, each by the forms of its
desk; and what is refused there, with what was typed."""

import re
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from tests.end_to_end.desks import Tab
from tests.end_to_end.people import LI, OPERA, RITA, SECOND, People

NEXT = "/desk/cases/2027"
FORM: dict[str, Any] = {
    "year": 2027,
    "title_en": "Low-carbon cases 2027",
    "title_zh": "2027年度低碳优秀案例",
    "categories": ["low-carbon-products"],
    "criteria": "effect | Effect | 减排成效 | 3\r\nnovelty | Novelty | 创新性 | 1\r\n",
    "places": 1,
}


def in_form(first: int, nominations: int, scoring: int) -> dict[str, str]:
    return {f"dates_{name}": value for name, value in dates(first, nominations, scoring).items()}


def at_desk(people: People, who: str, path: str, language: str = "en") -> Tab:
    here = Tab(people.http, language)
    here.cookie = people.sessions[who].removeprefix("carbonlabel-session_")
    assert here.get(path).status_code == 200
    return here


def wrong(here: Tab, action: str, said: str, **typed: object) -> None:
    """The form is refused with these words, and what was typed is still there."""
    answer = here.fill(action, **typed)
    assert 400 <= answer.status_code < 500, answer
    assert said in here.text
    lines = [line for value in typed.values() if isinstance(value, str) for line in value.splitlines()]
    assert [line for line in lines if escape(line) not in here.html] == []


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days)).isoformat()


def dates(first: int, nominations: int, scoring: int) -> dict[str, str]:
    return {
        "nominations_from": day(first),
        "nominations_until": day(nominations),
        "scoring_until": day(scoring),
    }


def by_forms(people: People, record: int, experts: tuple[str, ...]) -> None:
    """Everything, by everybody: three of the ``experts`` score, and the last has a conflict of interest."""
    _opened(people)
    beam = _nominated(people, record)
    _prepared(people, beam, experts)
    _scored(people, beam, experts)
    _released(people)
    for who in (OPERA, LI, experts[0]):
        for path in ("/desk/cases", NEXT, beam):
            shown = at_desk(people, who, path, "zh")
            assert not re.search(r"[a-z]+_[a-z]+", shown.text), shown.text
            assert len(shown.document.ids()) == len(set(shown.document.ids()))
            assert not [action for action in shown.forms() if action.startswith(NEXT)]


def _opened(people: People) -> None:
    opera = at_desk(people, OPERA, "/desk/cases")
    given = FORM | in_form(0, 1, 2)
    wrong(opera, "/desk/cases", "Criteria: id | English", **given | {"criteria": "effect & more"})
    wrong(opera, "/desk/cases", "Year:", **given | {"year": "MMXXVII"})
    opera.fill("/desk/cases", **given)
    assert (opera.answer.url.path, "You can decide who is eligible" in opera.text) == (NEXT, True)


def _nominated(people: People, record: int) -> str:
    """The path of the case's page."""
    member = at_desk(people, LI, NEXT)
    assert "You can nominate cases now." in member.text
    words = {"category": "low-carbon-products", "title_en": "<b>Beam</b>", "description_en": "Less\r\nsteel."}
    wrong(member, f"{NEXT}/nominations", "Records that it rests on", **words, records="x")
    member.fill(f"{NEXT}/nominations", **words, records="")
    assert "it names no record" in member.text
    member.fill(f"{member.answer.url.path}/take-back")
    assert "taken back" in member.text
    member.get(NEXT)
    member.fill(f"{NEXT}/nominations", **words, records=str(record))
    beam = member.answer.url.path
    assert f"{beam}/take-back" in member.forms()
    assert f"{beam}/eligibility" not in member.forms()
    rival = at_desk(people, RITA, beam)  # another's case is not to be found
    assert rival.answer.url.path == NEXT
    assert rival.post(f"{beam}/take-back", member.forms()[f"{beam}/take-back"]).status_code == 403
    return beam


def _prepared(people: People, beam: str, experts: tuple[str, ...]) -> None:
    opera = at_desk(people, OPERA, beam)
    wrong(opera, f"{beam}/eligibility", "Reason", eligible="no", reason="")
    opera.fill(f"{beam}/eligibility", eligible="yes")
    assert "eligible" in opera.text
    opera.get(NEXT)
    wrong(opera, f"{NEXT}/experts", "nobody with this address is an expert", email=LI)
    for who in experts:
        opera.fill(f"{NEXT}/experts", email=who)
    wrong(opera, f"{NEXT}/dates", "Dates:", **in_form(0, 2, 1))
    opera.fill(f"{NEXT}/dates", **in_form(-2, -1, 1))


def _scored(people: People, beam: str, experts: tuple[str, ...]) -> None:
    *scoring, kin_of_rival = experts
    for who, effect in zip(scoring, (9, 8, 7), strict=True):
        expert = at_desk(people, who, beam)
        assert "steel." not in expert.text
        wrong(expert, f"{beam}/interest", "My declaration", conflict="")
        expert.fill(f"{beam}/interest", conflict="no")
        assert "steel." in expert.text
        wrong(expert, f"{beam}/scores", "Scores", scores_effect=effect)
        expert.fill(f"{beam}/scores", scores_effect=effect, scores_novelty=5)
        assert f'<option value="{effect}" selected>' in expert.html
    kin = at_desk(people, kin_of_rival, beam)
    wrong(kin, f"{beam}/interest", "What the conflict is", conflict="yes")
    kin.fill(f"{beam}/interest", conflict="yes", words="advised on the design")
    assert "You declared a conflict" in kin.text
    assert not [action for action in kin.forms() if action.startswith(beam)]


def _released(people: People) -> None:
    opera = at_desk(people, OPERA, NEXT)
    assert "7.25 of 10 by 3 experts" in opera.text
    opera.fill(f"{NEXT}/dates", **in_form(-3, -2, -1))
    wrong(opera, f"{NEXT}/release", "Why", reason="")
    opera.fill(f"{NEXT}/release", reason="the jury's result")
    assert opera.answer.url.path == "/organisation"
    second = at_desk(people, SECOND, "/organisation")
    (confirming,) = [action for action in second.forms() if action.endswith("/confirm")]
    second.fill(confirming)
    assert [one["title"] for one in people.good(None, "GET", "/v1/cases/2027")["cases"]] == [{"en": "<b>Beam</b>"}]
