"""From values to HTML: the Jinja environment, and the frame that every page has.

Every text is hostile until shown: what a template prints is first freed of control characters and of those that turn
the direction of writing around, then escaped.
"""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from registry.pages.language import chosen_in, other_language, switched
from registry.pages.phrases import PHRASES
from registry.pages.reader import Reader
from registry.pages.tones import tone_rules
from registry.pages.views import Site
from registry.pages.vocabulary import DEMONSTRATION, Tone

_HERE = Path(__file__).parent
# C0 and C1 controls but tab and line feed; embeddings, overrides and isolates of direction; lone surrogates; BOM.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_INDENT = re.compile(r"\n\s+")
_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_GAPS = re.compile(r"\n\s*\n+")
_NAMES = {"en": "English", "zh": "中文"}


class Switch(Struct, frozen=True):
    """The link to the same page in the other language."""

    label: str
    name: str
    tag: str
    url: str


class Frame(Struct, frozen=True):
    """What every page has around its content."""

    site: Site
    tag: str
    title: str
    nonce: str
    css: Markup
    switch: Switch
    chosen: str | None
    home_url: str
    demonstration: str


class Phrasebook(Struct, frozen=True):
    """The phrases in one language, as templates call for them."""

    language: str

    def __call__(self, key: str, **values: str) -> str:
        """The phrase ``key`` with ``values`` put in."""
        return PHRASES[key].text(self.language).format(**values)


def frame(
    site: Site,
    title: str,
    path: str,
    query: str,
    language: str,
    nonce: str,
    tones: frozenset[Tone],
    *styles: str,
) -> Frame:
    """The frame of a page that shows verdicts in ``tones``, with these ``styles`` beside that of every page."""
    other, chosen = other_language(language), chosen_in(query)
    return Frame(
        site=site,
        tag=Reader(language).tag,
        title=f"{title} · {site.name}",
        nonce=nonce,
        css=Markup(stylesheet("style", *styles) + tone_rules(tones)),  # noqa: S704 - our own files, no value of a request
        switch=Switch(Phrasebook(other)("switch"), _NAMES[other], Reader(other).tag, switched(path, query, other)),
        chosen=chosen,
        home_url=keeping("/search", chosen),
        demonstration=DEMONSTRATION.text(language),
    )


def keeping(url: str, chosen: str | None) -> str:
    """``url`` with the language that the reader chose, so that a link does not lose it."""
    if chosen is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}lang={chosen}"


def render(template: str, page: Frame, language: str, **values: object) -> str:
    """The HTML of ``template``, without the lines that only templates need."""
    html = _environment().get_template(template).render(page=page, t=Phrasebook(language), **values)
    return _GAPS.sub("\n", html)


@cache
def stylesheet(*names: str) -> str:
    """The styles of these names, without comments and indents. ``style`` is that of every page."""
    css = _COMMENT.sub("", "".join((_HERE / f"{name}.css").read_text(encoding="utf-8") for name in names))
    return _INDENT.sub("\n", css)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        auto_reload=False,  # it would ask the disk at every page
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=showable,
    )


def showable(value: object) -> object:
    """``value`` without the characters that could hide, reverse or break what a page shows."""
    return _UNSHOWABLE.sub("", value) if isinstance(value, str) and not isinstance(value, Markup) else value
