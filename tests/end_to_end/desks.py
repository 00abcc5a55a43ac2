"""A browser without a script, as far as it matters here: it keeps the cookie, reads forms, and sends what they hold."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.registry.pages.document import Document

_COOKIE = re.compile(
    r"__Host-session=([A-Za-z0-9_-]*); Max-Age=([0-9]+); Path=/; Secure; HttpOnly; SameSite=Strict", re.ASCII
)


class _Forms(HTMLParser):
    """The forms of a page: where each is sent, and what it holds before anything is typed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, Any]] = {}
        self._values: dict[str, Any] = {}
        self._select, self._area = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._values = self.forms.setdefault(told["action"], {}) if told.get("method") == "post" else {}
        elif tag == "input" and told.get("type") != "checkbox":
            self._values[told["name"]] = told.get("value", "")
        elif tag == "input" and "checked" in told:
            self._values.setdefault(told["name"], []).append(told["value"])
        elif tag == "select":
            self._select = told["name"]
        elif tag == "textarea":
            self._area = told["name"]
            self._values[self._area] = ""
        elif tag == "option" and (self._select not in self._values or "selected" in told):
            self._values[self._select] = told["value"]

    def handle_data(self, data: str) -> None:
        if self._area:
            self._values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            words = self._values[self._area].removeprefix("\n")
            self._values[self._area] = words.replace("\n", "\r\n")  # as browsers send it (HTML, 4.10.22.4)
            self._area = ""


class Tab:
    """A tab of a browser at a registry's pages."""

    def __init__(self, http: httpx.Client, language: str = "en") -> None:
        self._http = http
        self._accepted = {"accept": "text/html", "accept-language": language}
        self._url = str(http.base_url).rstrip("/")
        self.cookie = ""
        self.answer = httpx.Response(200)
        self.html = ""

    def ways(self) -> list[tuple[str, bool]]:
        """The links to the desks, and whether each is this one."""
        nav = self.html.partition('<nav class="ways"')[2].partition("</nav>")[0]
        return [
            (link["href"] or "", "aria-current" in link)
            for link in Document(f"<p>{nav.partition('>')[2]}</p>").all("a")
        ]

    def get(self, path: str) -> httpx.Response:
        """Opens a page, and follows where it leads."""
        return self._take(self._http.get(path, headers=self._headers()))

    def post(self, path: str, data: Mapping[str, object], **headers: str) -> httpx.Response:
        """Sends fields, as a form of our own page would."""
        return self._take(self.send(path, data, **headers))

    def send(self, path: str, data: Mapping[str, object], **headers: str) -> httpx.Response:
        """Sends fields, and follows nothing: ``headers`` beside or in place of those of a browser."""
        named = {"origin": self._url, **self._headers(), **{k.replace("_", "-"): v for k, v in headers.items()}}
        return self._http.post(path, data=data, headers={name: value for name, value in named.items() if value})

    def fill(self, action: str, **typed: object) -> httpx.Response:
        """Fills in the form that is sent to ``action`` on this page, and sends it."""
        return self.post(action, {**self.forms()[action], **typed})

    def upload(self, action: str, file: tuple[str, bytes], **typed: str) -> httpx.Response:
        """As ``fill``, for a form with a file: what it is called, and its content."""
        fields = {"form_token": self.forms()[action]["form_token"]} | typed
        (field,) = (name for name in self.forms()[action] if name not in ("form_token", *typed))
        headers = {"origin": self._url, **self._headers()}
        return self._take(self._http.post(action, data=fields, files={field: file}, headers=headers))

    def forms(self) -> dict[str, dict[str, Any]]:
        """The forms of this page."""
        return _Forms(self.html).forms

    @property
    def document(self) -> Document:
        """This page, read strictly."""
        return Document(self.html)

    @property
    def text(self) -> str:
        """What a reader sees."""
        return self.document.text

    def _headers(self) -> dict[str, str]:
        return self._accepted | ({"cookie": f"__Host-session={self.cookie}"} if self.cookie else {})

    def _take(self, answer: httpx.Response) -> httpx.Response:
        for _ in range(5):
            told = answer.headers.get("set-cookie")
            if told is not None:
                read = _COOKIE.fullmatch(told)
                assert read is not None, told
                self.cookie = read[1] if int(read[2]) else ""
            if answer.status_code != 303:
                break
            answer = self._http.get(answer.headers["location"], headers=self._headers())
        self.answer, self.html = answer, answer.text
        return answer
