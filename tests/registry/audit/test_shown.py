"""A step in a reader's words: each change by its field's name, nothing as a program writes it."""

from datetime import UTC, date, datetime

import pytest

from registry.audit.changes import Change, changes
from registry.audit.reading import Noted
from registry.audit.shown import StepWords
from schemas.declaration import AssuranceLevel, Verification

AT = datetime(2027, 6, 30, 1, 40, 24, tzinfo=UTC)
PERSON = "5fe6244d-0000-4000-8000-000000000000"
VERIFICATION = Verification(
    body="checker",
    standard="ISO 14064-3:2019",
    level=AssuranceLevel.LIMITED,
    date=date(2027, 6, 1),
    report_sha256="ab" * 32,
)


def shown(
    subject: str, changed: tuple[Change, ...], language: str = "en", member: str = "maker", reader: str = "operator"
) -> tuple[str, str, str, str]:
    step = Noted(
        id="1",
        at=AT,
        who=f"person/{PERSON}",
        member=member,
        action="changed",
        subject=subject,
        owner=None,
        changed=changed,
    )
    return StepWords(language, reader, {}, {"maker": "Maker Works"}).cells(step)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            "body: checker; Standard of the verification: ISO 14064-3:2019; Level of assurance: limited",
        ),
        ("zh", "核查机构：checker；核查依据的标准：ISO 14064-3:2019；保证等级：有限保证"),
    ],
)
def test_a_verification_is_told_field_by_field(language: str, words: str) -> None:
    told = shown("declaration/x", changes({}, {"verification": VERIFICATION}), language)[3]
    assert words in told
    assert not set("{}'[]") & set(told)


@pytest.mark.parametrize(
    ("subject", "before", "after", "english", "chinese"),
    [
        ("member/x", {"name": {"en": "A"}}, {"name": {"en": "B"}}, "Name (en): A → B", "名称 (en)：A → B"),
        ("member/x", {"signs_all": False}, {"signs_all": True}, "no → yes", "否 → 是"),
        ("member/x", {"ids": []}, {"ids": ["urn:a:b"]}, "Identifier 1: urn:a:b", "组织标识 1：urn:a:b"),
        ("person/x", {}, {"roles": "editor signer"}, "Roles: editor signer", "角色：编辑 签署人"),
        ("record/1", {"standing": "active"}, {"standing": "suspended"}, "in force → suspended", "有效 → 已暂停"),
        (
            "declaration/x",
            {"stages": []},
            {"stages": [{"gwp": "1"}]},
            "Footprint of stage 1: 1",
            "第1个阶段的碳足迹：1",
        ),
        (
            "declaration/x",
            {"product_name": {}},
            {"product_name": {"zh": "梁"}},
            "Product name (zh): 梁",
            "产品名称 (zh)：梁",
        ),
    ],
)
def test_a_change_is_told_by_its_field_s_name(
    subject: str, before: object, after: object, english: str, chinese: str
) -> None:
    changed = changes(before, after)
    assert english in shown(subject, changed)[3]
    assert chinese in shown(subject, changed, "zh")[3]


def test_somebody_of_another_organisation_is_told_with_its_name() -> None:
    assert shown("record/1", ())[1] == "person 5fe6244d, Maker Works"
    assert shown("record/1", (), "zh")[1] == "人员 5fe6244d，Maker Works"
    assert shown("record/1", (), reader="maker")[1] == "person 5fe6244d"
    assert shown("record/1", ())[0] == "2027-06-30 01:40:24"
