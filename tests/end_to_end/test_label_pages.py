"""Label sheets at the desk: asked for with a form, drawn by a process beside the server's, and fetched."""

import io
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing

import httpx
import pypdfium2
import pytest
import zxingcpp

from registry.registry import OPERATOR
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA, RITA, People, people_at_work, reopened
from tests.end_to_end.test_desks import tab
from tests.world import CHECKER, MAKER, RIVAL, gtin, published

_PATIENCE = 60.0
FIELDS = {"which": "named", "sheet": "avery-l7160", "skip": "0", "language": "en", "variant": "standard", "lines": ""}

languages = pytest.mark.parametrize("language", ["en", "zh"])


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("labels") / "home", everybody) as people:
        with closing(reopened(people)) as registry:
            published(registry, 3)
        yield people


def sent(people: People, desk: Tab, file: tuple[str, bytes] | None = None, **changes: str) -> httpx.Response:
    """The form, as a browser sends it: with an empty part for a file that was not chosen."""
    name, content = file or ("", b"")
    data = {"form_token": desk.forms()["/labels"]["form_token"]} | FIELDS | changes
    headers = {"origin": people.url, "accept": "text/html", "cookie": f"__Host-session={desk.cookie}"}
    headers["accept-language"] = "zh" if "打印标签" in desk.html else "en"
    part = {"file": (name, content, "application/octet-stream")}
    return people.http.post("/labels", data=data, files=part, headers=headers)


def at_labels(people: People, who: str, language: str = "en") -> Tab:
    desk = tab(people, who, language)
    assert desk.get("/labels").status_code == 200
    return desk


def ended(desk: Tab, place: str) -> None:
    """Opens the page of a job until it has ended, as a browser does that is told to load it again."""
    until = time.monotonic() + _PATIENCE
    while desk.get(place).headers.get("refresh") == "3":
        assert time.monotonic() < until, desk.text
        time.sleep(0.2)


def file_of(people: People, desk: Tab, place: str) -> httpx.Response:
    return people.http.get(f"{place}/file", headers={"cookie": f"__Host-session={desk.cookie}"})


@languages
def test_labels_are_asked_for_left_come_back_to_and_fetched(people: People, language: str) -> None:
    desk = at_labels(people, LI, language)
    lines = f"gtin,lot,serial\n\n{gtin(0)}\n{gtin(1)},L1,{language}-7\n/01/{gtin(2)}/10/{language}\n"
    answer = sent(people, desk, lines=lines, language=language, skip="4")
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    ended(desk, place)
    assert {"en": "3 of 3 labels", "zh": "3枚中的3枚"}[language] in desk.text
    fetched = file_of(people, desk, place)
    assert fetched.headers["content-disposition"] == 'attachment; filename="labels.pdf"'
    document = pypdfium2.PdfDocument(fetched.content)
    codes = zxingcpp.read_barcodes(document[0].render(scale=200 / 72, grayscale=True).to_numpy())
    document.close()
    assert len(codes) == 3
    assert any(f"/21/{language}-7?c=" in code.text for code in codes)
    desk.get("/labels")
    assert place in desk.html


def test_all_products_come_as_a_zip(people: People) -> None:
    desk = at_labels(people, LI)
    place = sent(people, desk, which="all", sheet="svg", skip="17", variant="stages").headers["location"]
    ended(desk, place)
    with zipfile.ZipFile(io.BytesIO(file_of(people, desk, place).content)) as archive:
        assert archive.namelist() == [f"{gtin(number)}.svg" for number in range(3)]


@languages
def test_what_is_wrong_is_said_of_each_line_and_what_was_typed_stays(people: People, language: str) -> None:
    desk = at_labels(people, LI, language)
    lines = f"{gtin(0)}\n\n4006381333930\n{gtin(99)},L1\n<b>x</b>\n{gtin(1)},a b"
    for file in (None, ("lines.csv", lines.encode())):
        answer = sent(people, desk, file, lines="" if file else lines, skip="3", variant="code")
        assert answer.status_code == 400
        said = {
            "en": (
                "No labels were made",
                "it would be 1",
                "no record in force",
                "“&lt;b&gt;x&lt;/b&gt;” is not a GTIN",
                "not a lot",
            ),
            "zh": ("未生成标签", "应为1", "没有与之对应的有效记录", "“&lt;b&gt;x&lt;/b&gt;”不是GTIN", "不是批号"),
        }[language]
        assert all(words in answer.text for words in said)
        numbers = [row.partition("<bdi>")[2].partition("<")[0] for row in answer.text.split('<tr role="row">')[2:]]
        assert numbers == ["3", "4", "5", "6"]
        assert "&lt;b&gt;x&lt;/b&gt;\n" in answer.text.partition("<textarea")[2]
        assert 'value="3"' in answer.text
        assert '<option value="code" selected>' in answer.text
    answer = sent(people, desk, lines=f"\n{gtin(99)},L1\n{gtin(0)}\n/01/{gtin(98)}")
    assert {"en": "no record in force", "zh": "没有与之对应的有效记录"}[language] in answer.text
    numbers = [row.partition("<bdi>")[2].partition("<")[0] for row in answer.text.split('<tr role="row">')[2:]]
    assert numbers == ["2", "4"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lines": ""}, ("Name at least one label", "请至少填写一项")),
        ({"which": "all", "lines": "x"}, ("All products are chosen", "已选择全部产品")),
        ({"skip": "21"}, ("from 0 to 20, as Avery L7160 has 21", "0至20之间的整数，因为Avery L7160每张有21枚")),
        ({"skip": "-1"}, ("from 0 to 20", "0至20")),
        ({"sheet": "foolscap"}, ("Choose one of what is offered: Sheet or roll", "请从选项中选择：标签页或卷标")),
        ({"language": "de"}, ("Language of the labels", "标签语言")),
        ({"variant": "x"}, ("What is on them", "标签内容")),
        ({"which": "some"}, ("Which labels", "选择标签")),
    ],
)
def test_a_form_that_cannot_be_done_says_why(people: People, changes: dict[str, str], said: tuple[str, str]) -> None:
    for language, words in zip(("en", "zh"), said, strict=True):
        answer = sent(people, at_labels(people, LI, language), None, **({"lines": gtin(0)} | changes))
        assert (answer.status_code, words in answer.text) == (400, True)


def test_a_file_that_is_no_text_or_stands_beside_lines_is_refused(people: People) -> None:
    desk = at_labels(people, LI)
    assert "save it as CSV" in sent(people, desk, ("a.xlsx", b"PK\x03\x04\x00\xff\xfe\x00")).text
    assert "keep one of the two" in sent(people, desk, ("a.csv", gtin(0).encode()), lines=gtin(1)).text


@languages
def test_a_label_too_large_for_its_form_is_named_with_its_line_and_what_holds_it(people: People, language: str) -> None:
    desk = at_labels(people, LI, language)
    place = sent(people, desk, lines=f"\n\n{gtin(0)},LOT-7,SERIAL-8", sheet="roll-40x25").headers["location"]
    ended(desk, place)
    said = {
        "en": ("No labels were made", "does not fit roll 40 x 25 mm", "Choose the variant “code only” or roll 50 x"),
        "zh": ("未生成标签", "放不进卷标40 x 25毫米", "请改选“仅二维码”样式，或卷标50 x"),
    }[language]
    assert all(words in desk.text for words in said), desk.text
    assert '<td role="cell" data-label="' in desk.html
    assert "<bdi>3</bdi>" in desk.html
    assert file_of(people, desk, place).status_code == 409


def test_jobs_are_those_of_their_member_and_a_form_of_another_session_starts_none(people: People) -> None:
    desk = at_labels(people, LI)
    place = sent(people, desk, lines=gtin(0)).headers["location"]
    assert sent(people, desk, lines=gtin(0), form_token="x").status_code == 403
    rival = tab(people, RITA)
    for path in (place, f"{place}/file"):
        assert rival.get(path).status_code == 403
    rival.get("/labels")
    assert place not in rival.html
    assert "publish one first" in sent(people, rival, which="all").text
    assert tab(people, CARL).get("/labels").status_code == 403
    assert tab(people).get("/labels").url.path == "/sign-in"


def test_the_declaration_and_the_organisation_lead_there(people: People) -> None:
    desk = tab(people, LI)
    desk.get("/organisation")
    assert 'href="/labels"' in desk.html
    key = people.good(LI, "GET", "/v1/declarations?state=published")["declarations"][0]["id"]
    desk.get(f"/declarations/{key}")
    link = next(link["href"] for link in desk.document.all("a") if (link.get("href") or "").startswith("/labels?path="))
    desk.get(str(link))
    assert str(link).partition("=")[2] in desk.html.partition("<textarea")[2].partition("</textarea>")[0]
    assert '<option value="named" selected>' in desk.html
