"""The page for what went wrong: what, where, and how to mend it."""

from urllib.parse import unquote

from msgspec import Struct

from registry.pages.reader import Reader
from registry.pages.rendering import Phrasebook, frame, render
from registry.pages.stages import shortened
from registry.pages.views import Site
from schemas.text import Text

_MOST_PATH = 200


class ErrorShown(Struct, frozen=True):
    """The error in the reader's words. ``where`` is the address asked for."""

    status: str
    title: str
    reason: str
    advice: str
    where: str


def error_page(
    site: Site, status: int, title: Text, reason: str, advice: Text, path: str, query: str, language: str, nonce: str
) -> str:
    """The HTML of an error: ``title`` says what was wrong, ``reason`` why if it is known, ``advice`` how to mend it."""
    reader, t = Reader(language), Phrasebook(language)
    shown = ErrorShown(
        t("error_status", status=str(status)),
        reader.text(title),
        reason,
        reader.text(advice),
        shortened(unquote(path, errors="replace"), _MOST_PATH) if path.strip("/") else "",
    )
    page = frame(site, shown.title, path, query, language, nonce, frozenset())
    return render("error.html", page, language, error=shown)
