"""The desks: pages with forms, for members and the operator. What is on one is values; this turns them into HTML.

Every form works without a script. A form of somebody who is signed in carries the session's form token.
"""

import re
from functools import cache
from pathlib import Path

import msgspec
from markupsafe import Markup
from msgspec import Struct

from registry.pages.rendering import frame, render
from registry.pages.views import Site

_NO_ID = re.compile(r"[^A-Za-z0-9_-]+")


class Option(Struct, frozen=True):
    """A choice, and whether it is taken."""

    value: str
    label: str
    chosen: bool = False


class Said(Struct, frozen=True):
    """What is said at a field of what stands in it: ``mark`` in a word or two, ``text`` in a sentence."""

    mark: str
    text: str
    is_error: bool = True


class Field(Struct, frozen=True, kw_only=True):
    """An input. ``kind`` is a type of HTML's ``input``, ``decimal`` and ``digits`` for a number as it was typed,
    ``lines`` for a text of several, ``choice`` for one of the options, ``choices`` for several of them, ``tick`` for
    yes or no, ``trap`` for what only a program sees and fills in."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    hint_at: str = ""
    """The id of the hint, where it stands elsewhere, for several fields together."""
    autocomplete: str = "off"
    required: bool = True
    wrong: bool = False
    most: int = 300
    rows: int = 4
    options: tuple[Option, ...] = ()
    said: tuple[Said, ...] = ()


class Hint(Struct, frozen=True):
    """What a field of every item of a list is, told once above them; ``id`` is what the fields name."""

    id: str
    label: str
    text: str


class Group(Struct, frozen=True, kw_only=True):
    """Fields that belong together, under one name: an item of a list, or the list with its items."""

    name: str
    legend: str
    hint: str = ""
    hint_at: str = ""
    wrong: bool = False
    hints: tuple[Hint, ...] = ()
    said: tuple[Said, ...] = ()
    items: tuple["Field | Group", ...] = ()


class Part(Struct, frozen=True, kw_only=True):
    """A part of a long form, folded unless ``is_open``; ``filled`` says how much stands in it.

    Its ``button`` sends the form, and says by ``at`` that this part is to be shown again.
    """

    name: str
    title: str
    items: tuple[Field | Group, ...]
    button: str
    folds: bool = True
    is_open: bool = False
    filled: str = ""


class Form(Struct, frozen=True, kw_only=True):
    """A form that is sent to ``action``. ``name`` tells the forms of a page apart.

    One whose ``method`` is ``get`` asks only; what is in its action's query is not sent, so ``chosen`` is the language.
    """

    name: str
    action: str
    button: str
    fields: tuple[Field, ...] = ()
    parts: tuple[Part, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    """Names and values that are sent with what is typed."""
    form_token: str = ""
    method: str = "post"
    chosen: str = ""
    uploads: bool = False
    """Whether a file is sent with it."""


class Row(Struct, frozen=True):
    """A row of a table, with a button for each thing that can be done to it."""

    cells: tuple[str, ...]
    forms: tuple[Form, ...] = ()


class Card(Struct, frozen=True, kw_only=True):
    """One of a list of things: what it is, how it stands in a word, what it says, and what there is to say of it."""

    title: str
    href: str = ""
    mark: str = ""
    text: str = ""
    lines: tuple[str, ...] = ()
    forms: tuple[Form, ...] = ()


class Section(Struct, frozen=True, kw_only=True):
    """A part of a page."""

    title: str = ""
    text: tuple[str, ...] = ()
    secret: str = ""
    """What is shown this once, to be copied."""
    qr: str = ""
    """The path of a QR code's modules (SVG), and ``qr_size`` the modules of a side."""
    qr_size: int = 0
    qr_label: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    """Terms, and what stands there for each."""
    cards: tuple[Card, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    begins_with_time: bool = False
    """Whether the first cell of each row is a time, which is never broken."""
    form: Form | None = None
    more_forms: tuple[Form, ...] = ()
    """Below ``form``, where something else can be done instead."""
    links: tuple[tuple[str, str], ...] = ()
    tabs: tuple[tuple[str, str, bool], ...] = ()
    """Links to the same list in other parts: address, words, and whether it is this one."""


class Way(Struct, frozen=True):
    """A link to another desk, or to this one."""

    url: str
    label: str
    here: bool


class DeskView(Struct, frozen=True, kw_only=True):
    """A desk. ``alert`` says what was wrong, ``notice`` what was done; ``ways`` lead to the other desks of whoever is
    signed in."""

    site: Site
    title: str
    path: str
    query: str = ""
    intro: str = ""
    alert: str = ""
    notice: str = ""
    sections: tuple[Section, ...] = ()
    ways: tuple[Way, ...] = ()


def desk_page(view: DeskView, language: str, nonce: str) -> str:
    """The HTML of a desk."""
    page = frame(view.site, view.title, view.path, view.query, language, nonce, frozenset())
    page = msgspec.structs.replace(page, css=page.css + _stylesheet())
    return render("desk.html", page, language, desk=view, anchor=anchor)


def anchor(form: str, name: str) -> str:
    """The id of a field or group of a form: what a link leads to."""
    return _NO_ID.sub("-", f"{form}-{name}").strip("-")


@cache
def _stylesheet() -> Markup:
    return Markup((Path(__file__).parent / "desk.css").read_text(encoding="utf-8"))  # noqa: S704 - our own file
