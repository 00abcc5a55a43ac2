"""Which language a page is in, and the link to the same page in the other one.

No cookie: ``lang=en`` or ``lang=zh`` in the query decides, else the Accept-Language header (RFC 9110, 12.5.4).
"""

import re
from urllib.parse import quote

LANGUAGES = ("en", "zh")
"""The languages a page can be in; the first is the one for readers of neither."""

_PARAMETER = "lang"
_MAX_HEADER = 1000
_QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_QUERY_SAFE = _PATH_SAFE + "?"


def choose_language(query_lang: str | None, accept_language: str | None) -> str:
    """``en`` or ``zh``: the query's wish if it is one of them, else the header's best, else English. Never raises."""
    if query_lang:
        wish = _known(query_lang)
        if wish:
            return wish
    best, best_quality = LANGUAGES[0], 0.0
    for part in (accept_language or "")[:_MAX_HEADER].split(","):
        tag, _, parameters = part.partition(";")
        language, quality = _known(tag), _quality(parameters)
        if language and quality > best_quality:
            best, best_quality = language, quality
    return best


def _known(tag: str) -> str | None:
    language = re.split(r"[-_]", tag.strip(), maxsplit=1)[0].lower()
    return language if language in LANGUAGES else None


def _quality(parameters: str) -> float:
    """The weight of one language range: 1 when none is given, 0 when it cannot be read."""
    stripped = parameters.replace(" ", "").replace("\t", "").lower()
    if not stripped:
        return 1.0
    match = _QUALITY.fullmatch(stripped)
    return float(match[1]) if match else 0.0


def other_language(language: str) -> str:
    """The language that the switch of a page in ``language`` leads to."""
    return LANGUAGES[1] if language == LANGUAGES[0] else LANGUAGES[0]


def chosen_in(query: str) -> str | None:
    """The language that ``query`` asks for, for the links on the page to keep; None without one."""
    for pair in query.split("&"):
        key, _, value = pair.partition("=")
        if key == _PARAMETER and value in LANGUAGES:
            return value
    return None


def switched(path: str, query: str, language: str) -> str:
    """The address of this page in ``language``: same path, same query, other ``lang``; always on this host."""
    kept = [pair for pair in query.split("&") if pair and pair.partition("=")[0] != _PARAMETER]
    kept.append(f"{_PARAMETER}={language}")
    return f"{local_path(path)}?{quote('&'.join(kept), safe=_QUERY_SAFE, errors='replace')}"


def local_path(path: str) -> str:
    """``path`` as a link that cannot lead to another host: one slash in front, no backslash, nothing unencoded."""
    return "/" + quote(path.lstrip("/\\"), safe=_PATH_SAFE, errors="replace")
