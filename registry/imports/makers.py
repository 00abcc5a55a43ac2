"""Whose declaration a file in somebody else's form is: its manufacturer, held against the member that registers it.

Another manufacturer's footprint never becomes a member's own: such a row is refused, and whoever means well has two
ways. The other registers it; or, if the file calls the member by another name, that name or identifier goes into the
member's particulars, where everybody can see it.

A name is the member's when it is one of its names, or its member id, but for case, punctuation and the legal form (Ltd,
GmbH & Co. KG, 有限公司) at its end; an identifier when it is one of its ids; a domain when one of its labels is such a
name, without spaces. One of them is enough. A file that names nobody is as good as our own template, which does not.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from sqlmodel import Session

from registry.imports.row import Maker, row_error
from registry.members.members import all_members
from registry.members.members import member as member_of
from schemas.findings import Finding
from schemas.findings.naming import shown
from schemas.member import Member
from schemas.text import in_language

_JOINED = re.compile(r"[./'’]")  # A/S, S.p.A., e.V.
_BETWEEN = re.compile(r"[\W_]+")
_FORM_WORDS = """
ab ag aktiengesellschaft aps as asa bv co cokg company corp corporation dac doo ek ev gmbh inc incorporated kft kg kgaa
kk limited llc llp ltd mbh nv ohg oy oyj plc pte pty sa sarl sas se spa srl sro ug und and zoo
"""
_FORMS = frozenset(_FORM_WORDS.split())
"""Words at the end of a company's name that only say what form it has, without dots."""

_FORMS_ZH = re.compile(r"(?:股份有限公司|有限责任公司|有限公司)$")


class Makers:
    """The members, as far as they are known by name. They are read when the first name is not the member's own."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Member] | None = None
        self._found: dict[tuple[str, Maker], tuple[Finding, ...]] = {}

    def findings(self, owner: str, maker: Maker | None) -> tuple[Finding, ...]:
        """Code ``other-maker``, where the file names somebody else than the member ``owner``."""
        if maker is None or not owner:
            return ()
        if (owner, maker) not in self._found:
            self._found[owner, maker] = tuple(self._judged(owner, maker))
        return self._found[owner, maker]

    def _judged(self, owner: str, maker: Maker) -> Iterator[Finding]:
        said = maker.names or maker.ids or ((maker.domain,) if maker.domain else ())
        own = member_of(self._session, owner)
        if not said or not _marks(own).isdisjoint(_said_marks(maker)):
            return
        other = self._other(maker)
        if other is not None:
            yield _other_member(maker, said[0], other)
        else:
            yield _other_name(maker, said[0], own)

    def _other(self, maker: Maker) -> Member | None:
        if self._known is None:
            self._known = {mark: one for one in all_members(self._session) for mark in _marks(one)}
        return next((self._known[mark] for mark in _said_marks(maker) if mark in self._known), None)


def folded_name(name: str) -> str:
    """A company's name as it is compared: letters and digits only, without the legal form at its end."""
    plain = _FORMS_ZH.sub("", unicodedata.normalize("NFKC", name[:400]).casefold().strip())
    words = [word for word in _BETWEEN.split(_JOINED.sub("", plain)) if word]
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    return "".join(words)


def _marks(one: Member) -> set[str]:
    """What a member is known by."""
    return {*_folded((one.id, *one.name.values())), *(identifier.casefold() for identifier in one.ids)}


def _said_marks(maker: Maker) -> list[str]:
    labels = maker.domain.casefold().split(".")[:-1]
    return [*(each.casefold() for each in maker.ids), *_folded(maker.names), *_folded(labels)]


def _folded(names: Iterable[str]) -> Iterator[str]:
    return (folded for folded in map(folded_name, names) if folded)


def _other_member(maker: Maker, said: str, other: Member) -> Finding:
    return row_error(
        "other-maker",
        "$.owner",
        f"{maker.at} is {shown(said)!r}, which is another member, {other.id}: it has to register this itself.",
        f"{maker.at}为“{shown(said)}”，即另一成员{other.id}：须由其自行登记。",
    )


def _other_name(maker: Maker, said: str, own: Member) -> Finding:
    return row_error(
        "other-maker",
        "$.owner",
        f"{maker.at} is {shown(said)!r}, which is no name of {own.id} ({shown(in_language(own.name, 'en'))}): the "
        "manufacturer has to register this itself; if it is you, add this name or identifier to the particulars of "
        "your organisation.",
        f"{maker.at}为“{shown(said)}”，不是{own.id}（{shown(in_language(own.name, 'zh'))}）的名称："
        "须由该制造商自行登记；如确为贵机构，请将该名称或标识加入贵机构的资料。",
    )
