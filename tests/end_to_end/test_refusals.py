"""Whatever is refused on a page is refused with its reason, in Chinese as in English, and with nothing of the other."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest

from registry.registry import OPERATOR
from tests.end_to_end.alliance import declaration, new_gtin, statement
from tests.end_to_end.desks import Tab
from tests.end_to_end.people import CARL, LI, OPERA, RITA, SECOND, People, people_at_work
from tests.end_to_end.test_declaration_pages import draft
from tests.end_to_end.test_desks import tab
from tests.world import CHECKER, MAKER, RIVAL

ENGLISH = re.compile(r"\b[a-z]{3,} [a-z]{2,} [a-z]{2,}\b")
"""Three words in a row: in Chinese there are none, but for what somebody typed."""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    everybody = {OPERA: OPERATOR, SECOND: OPERATOR, LI: MAKER.id, RITA: RIVAL.id, CARL: CHECKER.id}
    with people_at_work(tmp_path_factory.mktemp("refusals") / "home", everybody) as people:
        yield people


def refused(here: Tab, said: str, status: int | None = None) -> None:
    """The page says why, in its language."""
    assert here.answer.is_client_error, here.text
    assert status in (None, here.answer.status_code)
    main = here.html.partition("<main")[2].partition("</main>")[0]
    alert = re.search(r'<p class="not-relied" id="wrong"[^>]*>(.*?)</p>', main, re.DOTALL)
    told = alert[1] if alert else " ".join(re.findall(r'<p class="intro">(.*?)</p>', main, re.DOTALL))
    assert said in told, told
    assert not ENGLISH.search(re.sub(r"<[^>]*>|&\w+;", " ", told)), told
    assert "{" not in told


def in_chinese(people: People, who: str | None = None) -> Tab:
    return tab(people, who, "zh")


def test_to_whoever_is_not_signed_in(people: People) -> None:
    here = in_chinese(people)
    here.get("/sign-in")
    here.fill("/sign-in", email=LI, password="wrong words here")
    refused(here, "登录失败：邮箱、密码或验证码有误", 401)
    here.get("/join")
    for changed, said in (
        ({"email": "nobody"}, "电子邮箱：不是有效的电子邮箱地址。"),
        ({"ids": "no urn"}, "组织标识：组织标识须为URN"),
        ({"country": "cn"}, "国家代码：国家代码为两位大写字母"),
        ({"plans": []}, "参与的联盟计划：请至少选择一项联盟计划。"),
        ({"kind": "verification-body"}, "认可资质（核查机构填写）：核查机构须填写认可机构及认可范围。"),
    ):
        joining = {"name_zh": "石灰窑", "kind": "research", "ids": "urn:lei:529900T8BM49AURSDO55", "country": "CN"}
        joining |= {"plans": "low-carbon-products", "contact_name": "Kim", "email": "kim@kiln.example"}
        here.fill("/join", **joining | changed)
        refused(here, said, 400)
    here.get("/invitation/" + "A" * 43)
    refused(here, "该链接无效、已使用或已过期", 410)
    here.get("/places/1/statement")
    refused(here, "不是有效的GLN", 400)
    here.get("/places/9521234500001/statement")
    refused(here, "场所9521234500001没有已发布的声明", 404)
    here.get("/records/99/object")
    refused(here, "没有记录99", 404)
    assert "请检查网址" in here.text


def test_at_the_desks(people: People) -> None:
    li = in_chinese(people, LI)
    li.get("/organisation")
    li.fill("/organisation/password", old="wrong words here", new="other words here")
    refused(li, "与当前密码不符", 400)
    li.fill("/organisation/invitations", email="new@maker.example")
    refused(li, "生产企业至少应赋予以下一种角色：编辑、签署人", 400)
    li.fill("/organisation/tokens", name="x" * 300, days="90", use="bearer")
    refused(li, "最多", 400)
    li.fill("/organisation/tokens", name="Scanner", days="0", use="bearer")
    refused(li, "不得小于1", 400)
    li.get("/organisation/signing")
    li.fill("/organisation/signing", request="nothing")
    refused(li, "不是有效的登记请求", 400)
    li.get("/audit?from=yesterday")
    refused(li, "日期请写成 2027-06-30 的形式", 400)
    li.get(f"/members/{RIVAL.id}")
    opera = in_chinese(people, OPERA)
    opera.get("/organisation")
    opera.fill("/organisation/withdrawals", record="999", reason="The figure is wrong")
    refused(opera, "没有记录999")
    rita = in_chinese(people, RITA)
    rita.get("/applications")
    refused(rita, f"{RIVAL.id}（生产企业）不能查看入盟申请：当前角色为", 403)
    rita.get(f"/imports/{uuid4()}")
    refused(rita, "没有任务", 404)


def test_at_a_declaration(people: People) -> None:
    path = draft(people)
    carl = in_chinese(people, CARL)
    carl.get(path)
    refused(carl, f"{CHECKER.id}（核查机构）不能对{MAKER.id}的内容进行“查看草稿”", 403)
    li = in_chinese(people, LI)
    li.get(f"/declarations/{uuid4()}")
    refused(li, "没有声明", 404)
    li.get(path)
    li.fill(f"{path}/submit", body=RIVAL.id)
    refused(li, f"{RIVAL.id}不是核查机构", 400)
    token = li.forms()[f"{path}/submit"]
    li.fill(f"{path}/submit", body=CHECKER.id)
    li.post(f"{path}/submit", token)
    refused(li, "已提交，只有在“草稿”状态下才能提交", 409)
    carl.get(path)
    carl.fill(f"{path}/take-up")
    carl.fill(f"{path}/questions", path="$.gwp_total", question=" ")
    refused(carl, "问题：请填写1至", 400)
    carl.fill(f"{path}/return")
    refused(carl, "检查意见：请说明发现的问题", 400)
    verifying = {"standard": "", "level": "limited", "report_sha256": "ab" * 32, "report_url": ""}
    carl.fill(f"{path}/verification", **verifying)
    refused(carl, "核查依据的标准：此项必填。", 400)
    carl.fill(f"{path}/verification", **verifying | {"standard": "ISO 14064-3:2019", "date": "soon"})
    refused(carl, "核查完成日期：日期请写成 2027-06-30 的形式。", 400)
    carl.fill(f"{path}/questions", path="$", question="为什么？")
    carl.post(f"{path}/verification", token | verifying | {"form_token": carl.forms()[f"{path}/return"]["form_token"]})
    assert "核查依据的标准" in carl.text
    li.get(f"{path}/edit")
    refused(li, "核查中，只有在“草稿或已提交”状态下才能修改", 409)


def test_at_publication_and_after(people: People) -> None:
    year = declaration("")["valid_from"][:4]
    path = draft(people, valid_from=f"{int(year) + 1}-01-01", valid_until=f"{int(year) + 2}-01-01")
    people.good(LI, "POST", f"/v1{path}/submit")
    people.good(CARL, "POST", f"/v1{path}/verification", statement())
    opera = in_chinese(people, OPERA)
    opera.get(path)
    opera.fill(f"{path}/publish")
    refused(opera, "请在有效期内发布", 409)
    record = people.good(LI, "POST", "/v1/declarations", declaration(new_gtin()))["id"]
    people.good(LI, "POST", f"/v1/declarations/{record}/submit")
    people.good(CARL, "POST", f"/v1/declarations/{record}/verification", statement())
    index = people.good(OPERA, "POST", f"/v1/declarations/{record}/publish")["record"]
    here = in_chinese(people)
    here.get(f"/records/{index}/object")
    here.fill(f"/records/{index}/object", category="figure", words=" ")
    refused(here, "纯文本，1至", 400)


def test_english_says_the_same_in_english(people: People) -> None:
    path = draft(people)
    rita = tab(people, RITA)
    rita.get(path)
    assert f"This is not allowed: {RIVAL.id} (manufacturer) may not read a draft of {MAKER.id}" in rita.text
    assert not re.search(r"[\u4e00-\u9fff]", rita.html.partition("<main")[2])


def test_a_form_that_is_none_of_ours(people: People) -> None:
    here = in_chinese(people, LI)
    here.send("/organisation/password", {}, origin="https://evil.example")
    here.answer = here.send("/organisation/password", {}, origin="https://evil.example")
    here.html = here.answer.text
    refused(here, "该表单是从其他网站发出的", 403)
    here.post("/organisation/password", {"form_token": "x"})
    refused(here, "该表单不属于您当前的登录，请重新打开页面", 403)
    here.get("/declarations?page=0")
    assert "无法读取该请求" in here.text
