"""A browser at a desk: its cookie, what it may send, and how it is answered.

A form counts only when it comes from our own page: the browser says so (``Sec-Fetch-Site``, ``Origin``), and the form
of somebody who is signed in carries that session's token too.
"""

import hmac
import re
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
from litestar import MediaType, Request, Response
from litestar.datastructures import FormMultiDict
from litestar.exceptions import HTTPException
from msgspec import Struct

from registry.access.callers import Caller
from registry.accounts.accounts import Opened
from registry.accounts.desks import desks_of
from registry.accounts.sessions import ABSOLUTE, SignedIn, Stage, form_token
from registry.errors import InvalidInput, NotAllowed, RegistryError
from registry.pages import choose_language
from registry.pages.desk import DeskView, Field, Form, Section, Way, desk_page
from registry.pages.desk_words import WORDS
from registry.pages.refusal import refusal
from registry.registry import utc_now
from registry.web.security import page_headers
from registry.web.service import Service

COOKIE = "__Host-session"
"""Its prefix makes browsers refuse it from any other host, and without TLS (RFC 6265bis, 4.1.3.2)."""

FACTOR = "/sign-in/second-factor"
CHOICE = "/sign-in/organisation"
"""Where one says for which of one's organisations one acts."""

_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Strict"
_FORM = "application/x-www-form-urlencoded"
_UPLOAD = "multipart/form-data"
_MOST_FIELDS = 100
_LAST_STEP = re.compile(r"(\.[^.\[]*|\[[^\[]*)$")


class Sent(Struct, frozen=True):
    """What a form sent: each field with all its values."""

    values: dict[str, list[str]]

    def one(self, name: str) -> str:
        """The value of a field; empty when it was not sent."""
        return self.values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        """The values of a field of several."""
        return self.values.get(name, [])


class Browser:
    """One request of a browser."""

    def __init__(self, request: Request[Any, Any, Any], service: Service) -> None:
        self.request = request
        self.service = service
        self.accounts = service.accounts
        self.chosen = request.query_params.get("lang") if request.query_params.get("lang") in ("en", "zh") else None
        self.language = choose_language(self.chosen, request.headers.get("accept-language"))
        self.secret = request.cookies.get(COOKIE, "")
        self.now = utc_now()
        self._refused = Sent({})
        self._wrong = ""
        self.signed_in: SignedIn | None = self.accounts.signed_in(self.secret, self.now) if self.secret else None

    def t(self, key: str, **values: str) -> str:
        """A wording in the reader's language."""
        return WORDS[key].text(self.language).format(**values)

    @property
    def form_token(self) -> str:
        """What this session's forms carry; empty when nobody is signed in."""
        return form_token(self.secret) if self.signed_in else ""

    def is_at(self, *stages: Stage) -> bool:
        """Whether somebody is signed in, so far."""
        return self.signed_in is not None and self.signed_in.stage in stages

    def read(self, body: bytes, most: int = _MOST_FIELDS) -> Sent:
        """The form of at most ``most`` fields that was sent, if our own page sent it.

        Raises ``NotAllowed``, or 415 or 400 for what is no form.
        """
        self._require_own_page()
        media_type = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != _FORM:
            raise HTTPException(status_code=415, detail=f"send {_FORM}")
        try:
            pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=most)
        except ValueError:
            raise InvalidInput("the form cannot be read", "$") from None
        sent = Sent({})
        for name, value in pairs:
            sent.values.setdefault(name, []).append(value)
        if self.signed_in and not hmac.compare_digest(sent.one("form_token").encode(), self.form_token.encode()):
            raise NotAllowed("this form is not of your session: open the page again")
        return sent

    async def read_upload(self) -> FormMultiDict:
        """The form with a file that was sent, as ``read``. Raises ``NotAllowed``, or 415 for what is no such form."""
        self._require_own_page()
        media_type = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != _UPLOAD:
            raise HTTPException(status_code=415, detail=f"send {_UPLOAD}")
        form = await self.request.form()
        token = str(form.get("form_token", ""))
        if self.signed_in and not hmac.compare_digest(token.encode(), self.form_token.encode()):
            raise NotAllowed("this form is not of your session: open the page again")
        return form

    def _require_own_page(self) -> None:
        """Refuses a form that another site's page sends (Fetch Metadata; RFC 6454, 7)."""
        site, origin = self.request.headers.get("sec-fetch-site"), self.request.headers.get("origin")
        if site is None and origin is None:
            raise NotAllowed("the browser does not say from which page this form was sent")
        if site is not None:
            is_own = site == "same-origin"
        else:
            is_own = urlsplit(origin or "").netloc.lower() == self.request.headers.get("host", "").lower() != ""
        if not is_own:
            raise NotAllowed("this form was sent from another site")

    def page(
        self,
        title: str,
        *sections: Section,
        status: int = 200,
        alert: str = "",
        notice: str = "",
        intro: str = "",
        cookie: str | None = None,
    ) -> Response[str]:
        """A desk as the answer."""
        nonce = secrets.token_urlsafe(16)
        view = DeskView(
            site=self.service.site,
            title=title,
            path=self.request.url.path,
            query=self.request.url.query.removeprefix("done&").removeprefix("done"),
            intro=intro,
            alert=alert,
            notice=notice,
            sections=sections,
            ways=self._ways(),
        )
        headers = page_headers(nonce, self.language) | _private()
        if cookie is not None:
            headers["set-cookie"] = cookie
        html = desk_page(view, self.language, nonce)
        return Response(html, status_code=status, media_type=MediaType.HTML, headers=headers)

    def link(self, path: str) -> str:
        """The address of another of our pages, in the language that the reader chose."""
        if self.chosen is None:
            return path
        address, mark, place = path.partition("#")
        return f"{address}{'&' if '?' in address else '?'}lang={self.chosen}{mark}{place}"

    @property
    def caller(self) -> Caller | None:
        """Who is fully signed in; None: nobody, or not yet."""
        return self.signed_in.caller if self.signed_in is not None and self.is_at(Stage.FULL) else None

    def _ways(self) -> tuple[Way, ...]:
        """The desks of whoever is signed in."""
        desks = () if self.caller is None else desks_of(self.caller)
        above = [desk.path for desk in desks if f"{self.request.url.path}/".startswith(f"{desk.path}/")]
        here = max(above, key=len, default="")
        return tuple(Way(self.link(desk.path), self.t(desk.word), desk.path == here) for desk in desks)

    def go(self, path: str, cookie: str | None = None) -> Response[str]:
        """Sends the browser to another of our pages, with GET."""
        headers = _private() | {"location": self.link(path)}
        if cookie is not None:
            headers["set-cookie"] = cookie
        return Response("", status_code=303, media_type=MediaType.HTML, headers=headers)

    def go_on(self, opened: Opened, asks: bool = False) -> Response[str]:
        """After a step of signing in: the new session's cookie, and the page of the next step; with ``asks``, first
        that on which whoever acts for several organisations says for which."""
        following = {
            Stage.CODE: "/sign-in/code",
            Stage.ENROLMENT: FACTOR,
            Stage.FULL: "/organisation",
        }
        is_asked = asks and len(self.accounts.organisations(opened.secret, self.now)) > 1
        path = CHOICE if is_asked else following[opened.stage]
        age = int(ABSOLUTE.total_seconds())
        return self.go(path, f"{COOKIE}={opened.secret}; Max-Age={age}; {_ATTRIBUTES}")

    def form(self, action: str, word: str, *fields: Field) -> Form:
        """A form of this session. In one that was refused, what was typed stays, but for passwords."""
        if self._refused.values and self.request.url.path == action:
            fields = tuple(_typed(field, self._refused, field.name == self._wrong) for field in fields)
        name = action.strip("/").replace("/", "-")
        return Form(name=name, action=action, button=self.t(word), fields=fields, form_token=self.form_token)

    def asking(self, action: str, word: str, *fields: Field) -> Form:
        """A form that only asks, and changes nothing."""
        name = action.strip("/").replace("/", "-")
        return Form(
            name=name, action=action, button=self.t(word), fields=fields, method="get", chosen=self.chosen or ""
        )

    def refuse(self, sent: Sent, problem: RegistryError, labels: dict[str, str]) -> str:
        """Keeps what was typed for ``form``; what was wrong with it, as ``what_was_wrong``.

        The field that a path such as ``$.name.en`` or ``$.ids[0]`` is about is called ``name_en`` or ``ids``.
        """
        self._refused = sent
        path = problem.path if isinstance(problem, InvalidInput) else ""
        self._wrong = path.removeprefix("$.").partition("[")[0].replace(".", "_")
        return self.what_was_wrong(problem, labels)

    def what_was_wrong(self, problem: RegistryError, labels: dict[str, str]) -> str:
        """A problem of ours in the reader's language; ``labels`` are those of the fields by their paths. What is wrong
        inside a field is told of that field.
        """
        path = problem.path if isinstance(problem, InvalidInput) else ""
        while path not in labels and path != (shorter := _LAST_STEP.sub("", path)):
            path = shorter
        return refusal(problem, self.language, labels.get(path, ""))


def _typed(field: Field, sent: Sent, wrong: bool) -> Field:
    if field.kind == "password":
        return msgspec.structs.replace(field, wrong=wrong)
    taken = sent.all(field.name)
    options = tuple(msgspec.structs.replace(option, chosen=option.value in taken) for option in field.options)
    return msgspec.structs.replace(field, value=sent.one(field.name), options=options, wrong=wrong)


NO_COOKIE = f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}"
"""Takes the cookie away."""


def _private() -> dict[str, str]:
    """Kept by nobody; and the address goes to our own pages only, so that browsers name the origin of a form."""
    return {"cache-control": "no-store", "referrer-policy": "same-origin"}
