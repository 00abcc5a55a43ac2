"""The form of a draft in a browser without a script: it writes all that a declaration has, and loses nothing."""

from collections.abc import Iterator
from typing import Any

import pytest

from registry.registry import OPERATOR
from tests.chromium import chromium, needs_chromium
from tests.end_to_end.alliance import declaration, new_gtin
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import LI, OPERA, People, people_at_work
from tests.end_to_end.test_browser import PHONE
from tests.end_to_end.test_declaration_pages import opened, sound
from tests.world import MAKER, gln

NEW = "/declarations/new"
TEXTS = {
    "description": {"en": "A beam.\nOf steel.", "zh": "一根钢梁"},
    "claims": {"en": "Made with care", "zh": "用心制造", "fr": "Fait avec soin"},
    "stage_sum_reason": {"en": "Rounded", "zh": "四舍五入"},
}
FIGURES = {
    "gwp_fossil": "1.90",
    "gwp_biogenic": "-0.05",
    "gwp_luluc": "0.11",
    "biogenic_uptake": "-1.8",
    "removals": "0",
    "primary_data_share": "62.5",
    "exempted_share": "3",
}
LISTS = {
    "product_ids": ["urn:gtin:4712345060507", "urn:gtin:1"],
    "classifications": ["urn:pact:productclassification:un-cpc:3342"],
    "target_markets": ["CN", "EU"],
    "standards": ["EN 15804+A2", "ISO 14067:2018"],
}
ROWS = {
    "stages": [
        {"code": "A1-A3", "gwp": "1.26", "source_name": "Smelting and rolling"},
        {"code": "C1"},
        {"code": "C2"},
        {"code": "C3"},
        {"code": "C4", "gwp": "0.70"},
        {"code": "D", "gwp": "-0.2"},
    ],
    "offsets": [{"amount": "12.5", "registry": "Verra", "serial": "VCS-1"}],
    "components": [
        {"urn": "urn:gtin:2", "amount": "0.5", "unit": "kilogram", "contribution": "0.6"},
        {"urn": "urn:gtin:3", "amount": "0.1", "unit": "liter"},
    ],
    "evidence": [{"file_name": "lca.pdf", "media_type": "application/pdf", "sha256": "ab" * 32}],
}
DQI = {"technological": "1.5", "temporal": "1", "geographical": "2", "worst": 5}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id}
    with people_at_work(tmp_path_factory.mktemp("drafts") / "home", everybody) as people:
        yield people


def everything() -> dict[str, Any]:
    """A declaration that says all that one can say."""
    whole = declaration(new_gtin(), **TEXTS, **FIGURES, **LISTS, **ROWS, dqi=DQI, plant="Hall 7")
    return whole | {"pcr": "urn:uuid:055c1128-0375-47c8-98de-7cf802c3241d"}


def as_typed(told: dict[str, Any]) -> dict[str, str]:
    """What somebody types to say the same."""
    typed: dict[str, str] = {}
    for name, value in told.items():
        if name in ROWS:
            for at, row in enumerate(value):
                typed |= {f"{name}[{at}].{field}": one for field, one in row.items()}
                if name == "stages" and "gwp" not in row:
                    typed[f"stages[{at}].unknown"] = "yes"
        elif isinstance(value, list):
            typed[name] = ("，" if name in ("standards", "target_markets") else "\r\n").join(value)
        elif isinstance(value, dict):
            typed |= {f"{name}.{key}": str(one) for key, one in value.items() if key != "fr"}
        else:
            typed[name] = value
    return typed | {"texts[0].field": "claims", "texts[0].language": "fr", "texts[0].words": "Fait avec soin"}


def content(people: People, path: str) -> dict[str, Any]:
    held = people.good(LI, "GET", f"/v1{path}")["declaration"]
    return {name: value for name, value in held.items() if name not in ("id", "owner", "version")}


def test_all_that_a_declaration_has_is_written_by_form_alone(people: People) -> None:
    li, whole = opened(people, LI, NEW), everything()
    assert li.fill(NEW, **as_typed(whole)).url.path != NEW, li.text
    sound(li)
    assert content(people, li.answer.url.path) == whole
    assert "Nothing was found to be wrong." in li.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_colleague_kept_meanwhile_is_not_lost_in_silence(people: People, language: str) -> None:
    path = f"/declarations/{people.good(LI, 'POST', '/v1/declarations', declaration(new_gtin()))['id']}"
    first, second = (opened(people, LI, f"{path}/edit", language) for _ in range(2))
    first.fill(f"{path}/edit", plant="Hall 1")
    assert second.fill(f"{path}/edit", plant="Hall 2").status_code == 409
    sound(second)
    assert content(people, path)["plant"] == "Hall 1"
    assert {"en": "Somebody changed this draft", "zh": "已被他人修改"}[language] in second.text
    assert second.fill(f"{path}/edit").url.path == path, "sent once more, what was typed is kept"
    assert content(people, path)["plant"] == "Hall 2"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(people: People, language: str) -> None:
    whole = everything() | {"standards": ["ISO 14067, in part"], "region": "Europe"}
    path = f"/declarations/{people.good(LI, 'POST', '/v1/declarations', whole)['id']}"
    li = opened(people, LI, f"{path}/edit", language)
    sound(li)
    li.fill(f"{path}/edit")
    assert content(people, path) == whole


def test_each_keeping_gives_three_more_rows_and_comes_back_to_them(people: People) -> None:
    li, part = opened(people, LI, f"{NEW}?lang=zh"), "components"
    for kept in range(0, 6, 3):
        action = next(iter(one for one in li.forms() if one.startswith("/declarations/")))
        rows = {name for name in li.forms()[action] if name.startswith(f"{part}[")}
        assert max(rows).startswith(f"{part}[{kept + 2}]")
        typed = {
            f"{part}[{at}].{name}": value
            for at in range(kept, kept + 3)
            for name, value in (("urn", f"urn:gtin:{at}"), ("amount", "1"), ("unit", "piece"))
        }
        li.fill(action, **typed, at=part)
        assert li.answer.url.path.endswith("/edit")
        assert "at=components" in str(li.answer.url)
        (opened_part,) = [one for one in li.document.all("details") if one.get("id") == f"draft-part-{part}"]
        assert "open" in opened_part
        sound(li)
    path = li.answer.url.path
    li.fill(f"{path}?lang=zh", **{f"{part}[{at}].{name}": "" for at in (0, 4) for name in ("urn", "amount")})
    left = content(people, path.removesuffix("/edit"))["components"]
    assert [one["urn"] for one in left] == [f"urn:gtin:{at}" for at in (1, 2, 3, 5)]


def test_what_cannot_be_read_is_said_at_its_field_and_what_was_typed_stays(people: People) -> None:
    li = opened(people, LI, NEW)
    typed = {"evidence[1].file_name": "lca.pdf", "dqi.temporal": "one", "removals": "-0,2", "claims.en": "Good"}
    assert li.fill(NEW, **typed, at="evidence").status_code == 422
    sound(li)
    held = li.forms()[NEW]
    assert (held["evidence[0].file_name"], held["dqi.temporal"], held["removals"]) == ("lca.pdf", "one", "-0,2")
    assert held["claims.en"] == "Good"
    wrong = {"evidence[0].sha256", "evidence[0].media_type", "removals"}
    wrong |= {f"dqi.{name}" for name in ("technological", "temporal", "geographical")}
    assert told_at(li) == wrong


def told_at(here: Tab) -> set[str]:
    """The names of the inputs that are marked as wrong; each says why, and the list at the top leads to it."""
    document = here.document
    fields = [one for tag in ("input", "select", "textarea", "fieldset") for one in document.all(tag)]
    links = {str(one["href"]) for one in document.all("a")}
    for one in fields:
        described = set(str(one.get("aria-describedby") or "").split())
        assert described <= set(document.ids())
        if f"{one.get('id')}-said" in described:
            assert f"#{one['id']}" in links
    return {str(one["name"]) for one in fields if one.get("aria-invalid") == "true"}


def test_errors_and_warnings_of_what_is_kept_stand_at_their_fields(people: People) -> None:
    changes = {"removals": "0.2", "standards": ["My own"], "components": [{"amount": "0", "unit": "piece"}]}
    kept = people.good(LI, "POST", "/v1/declarations", declaration(new_gtin(), **changes))
    li = opened(people, LI, f"/declarations/{kept['id']}/edit")
    assert told_at(li) == {"removals", "components[0].amount"}  # a warning marks nothing as wrong
    assert "#draft-components-0" in {one["href"] for one in li.document.all("a")}  # neither a record nor a URN
    assert "#draft-standards" in {one["href"] for one in li.document.all("a")}
    assert {one["id"] for one in li.document.all("details") if "open" in one} == {
        "draft-part-figures",
        "draft-part-components",
    }


def test_a_place_and_a_construction_product_begin_with_what_is_theirs(people: People) -> None:
    li = opened(people, LI, f"{NEW}?of=place")
    sound(li)
    held = li.forms()[NEW]
    assert held["declared_unit"] == "square meter"
    assert list(held).index("gln") < list(held).index("declared_amount") < list(held).index("gtin")
    place = declaration("", gln=gln(7), declared_unit="square meter", stages=[]) | {"gtin": "", "mass_per_unit": ""}
    li.fill(NEW, **as_typed({name: one for name, one in place.items() if name != "stages"}))
    assert "Nothing was found to be wrong." in li.text
    assert list(opened(people, LI, f"{li.answer.url.path}/edit").forms()) == [f"{li.answer.url.path}/edit"]

    li = opened(people, LI, f"{NEW}?of=construction")
    held = li.forms()[NEW]
    assert held["standards"] == "EN 15804+A2"
    assert [held[f"stages[{at}].code"] for at in (0, 1, 14)] == ["A1-A3", "A4", "D"]
    assert li.get(f"{NEW}?of=a+lamp").status_code == 200


def test_a_form_of_the_longest_lists_is_taken(people: People) -> None:
    many = [{"urn": f"urn:gtin:{at}", "amount": "1", "unit": "piece"} for at in range(500)]
    path = (
        f"/declarations/{people.good(LI, 'POST', '/v1/declarations', declaration(new_gtin(), components=many))['id']}"
    )
    li = opened(people, LI, f"{path}/edit")
    li.fill(f"{path}/edit", plant="Hall 7")
    held = content(people, path)
    assert held["components"] == many
    assert held["plant"] == "Hall 7"


@needs_chromium
def test_with_the_keyboard_alone_and_without_a_script_a_draft_is_kept_and_mended(people: People) -> None:
    told = everything()
    with chromium() as browser:
        context = browser.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=False)
        cookie = people.sessions[LI].removeprefix("carbonlabel-session_")
        where = {"domain": "127.0.0.1", "path": "/", "secure": True, "httpOnly": True, "sameSite": "Strict"}
        context.add_cookies([{"name": "__Host-session", "value": cookie, **where}])
        page = context.new_page()
        page.goto(people.url + NEW)
        page.get_by_label("产品名称（中文）").focus()
        page.keyboard.type("钢梁")
        page.keyboard.press("Tab")
        page.keyboard.type("Steel beam")
        page.keyboard.press("Tab")
        page.keyboard.type(told["gtin"])
        with page.expect_navigation():
            page.keyboard.press("Enter")  # wherever one is, it keeps the draft
        path = page.url.removeprefix(people.url).partition("?")[0]
        assert content(people, path) == {name: told[name] for name in ("product_name", "gtin")}

        page.goto(f"{people.url}{path}/edit")
        page.get_by_role("link", name="缺少碳足迹总量").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")  # from the field that the link leads to
        assert page.locator(":focus").get_attribute("name") == "reference_start"
        page.locator("summary").filter(has_text="组成部分").focus()
        page.keyboard.press("Enter")
        page.get_by_label("URN").first.focus()
        page.keyboard.type("urn:gtin:2")
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth")
        with page.expect_navigation():
            page.get_by_role("button", name="保存并增加空行").locator("visible=true").press("Enter")
        assert "必须修改" in page.get_by_role("group", name="第1个组成部分").inner_text()
        assert page.get_by_label("URN").first.input_value() == "urn:gtin:2"
        assert page.get_by_label("数量", exact=True).first.get_attribute("aria-invalid") == "true"
