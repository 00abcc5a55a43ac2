"""The operator's page of applications: what each says and when it came, and whether a member is called so already."""

from pathlib import Path

import pytest

from registry.members.applications import Application, Contact, apply
from registry.registry import OPERATOR, utc_now
from schemas.member import MemberKind, Plan
from tests.end_to_end.people import OPERA
from tests.end_to_end.test_declaration_pages import opened, sound
from tests.registry.pages.people import people_at_desks

CONTACT = Contact(name="Kim", email="kim@kiln.example")


@pytest.mark.parametrize(
    ("language", "day", "warning"),
    [
        ("en", f"{utc_now():%-d %B %Y}", "Look twice: there is a member of this name already, Maker Works (maker)."),
        ("zh", f"{utc_now():%Y年%-m月%-d日}", "请仔细核对：已有同名成员 制造厂（maker）。"),
    ],
)
def test_an_application_is_told_with_its_day_and_what_to_look_at_twice(
    tmp_path: Path, language: str, day: str, warning: str
) -> None:
    with people_at_desks(tmp_path / "home", {OPERA: OPERATOR}) as people:
        with people.registry.database.writing() as session:
            for names in ({"en": "MAKER-WORKS"}, {"en": "Kiln", "zh": "石灰窑"}):
                told = Application(name=names, kind=MemberKind.RETAILER, contact=CONTACT, plans=tuple(Plan))
                key = apply(session, told, utc_now())
        desk = opened(people, OPERA, f"/applications?lang={language}")
        sound(desk)
        first, second = (" ".join(part.split()) for part in desk.text.split("Kiln · 石灰窑"))
        assert warning in first + second
        assert desk.text.count(warning) == 1
        assert day in second + first
        action = f"/applications/{key}/refuse?lang={language}"
        assert desk.fill(action, reason=" ").status_code == 400
        desk.fill(action, reason="It is a member already")
        assert "石灰窑" not in desk.text
