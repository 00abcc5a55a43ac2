"""A registry's API, called by a command: JSON in, JSON out. Whatever answers there is not believed to be a registry."""

import ipaddress
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from verifier.cli.show import printable

if TYPE_CHECKING:  # loaded when a call is made: it is a good part of the start
    import httpx

_Answer = TypeVar("_Answer")
_TIMEOUT = 20.0
_MAX_ANSWER = 1_000_000
_MOST_WORDS = 500


class CallFailed(Exception):
    """The registry did not do it, or could not be asked; the message is a sentence."""

    def __init__(self, sentence: str, status: int = 0) -> None:
        super().__init__(sentence)
        self.status = status


class _Problem(Struct):
    """What matters of a problem document (RFC 9457)."""

    title: str = ""
    detail: str = ""


def place(*parts: str) -> str:
    """A path of the API, whatever the parts are."""
    return "/v1/" + "/".join(quote(part, safe="") for part in parts)


class Calling:
    """Calls a registry by its URL: over https, or within this machine, so that no password is sent in the clear."""

    def __init__(self, url: str) -> None:
        """Raises ``CallFailed`` for what is no such URL."""
        import httpx

        try:
            base = httpx.URL(url)
        except httpx.InvalidURL as problem:
            raise CallFailed(f"{url!r} is not a URL: {problem}") from None
        if base.scheme not in ("http", "https") or not base.host or base.userinfo or base.query:
            raise CallFailed(f"{url!r} is not the URL of a registry: it begins with https://")
        if base.scheme == "http" and not _is_here(base.host):
            raise CallFailed(f"{url} would send a password in the clear: give the address that begins with https://")
        self.url = url.rstrip("/")
        self._client = httpx.Client(base_url=base, timeout=_TIMEOUT, follow_redirects=False)

    def get(self, path: str, form: type[_Answer]) -> _Answer:
        """What the registry has there. Raises ``CallFailed``."""
        return self._decoded(self._call("GET", path, None, ""), form)

    def post(self, path: str, told: object, form: type[_Answer], session: str = "") -> _Answer:
        """What the registry answers to ``told``. Raises ``CallFailed``."""
        return self._decoded(self._call("POST", path, msgspec.json.encode(told), session), form)

    def delete(self, path: str, session: str) -> None:
        """Has the registry end what is there. Raises ``CallFailed``."""
        self._call("DELETE", path, None, session)

    def _call(self, method: str, path: str, body: bytes | None, session: str) -> bytes:
        import httpx

        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "carbonlabel"}
        headers |= {"Authorization": f"Bearer {session}"} if session else {}
        try:
            with self._client.stream(method, path, content=body, headers=headers) as answer:
                content = b""
                for chunk in answer.iter_raw():
                    content += chunk
                    if len(content) > _MAX_ANSWER:
                        raise CallFailed(f"{self.url} answered with more than {_MAX_ANSWER} bytes: is it a registry?")
        except httpx.ConnectError as problem:
            raise CallFailed(f"{self.url} cannot be reached: {printable(str(problem))}") from None
        except httpx.HTTPError as problem:
            raise CallFailed(
                f"{self.url} did not answer: {printable(str(problem))}. Look whether it was done before you ask again"
            ) from None
        if not answer.is_success:
            raise CallFailed(self._said(answer, content), answer.status_code)
        return content

    def _said(self, answer: "httpx.Response", content: bytes) -> str:
        """Why it was refused, in the registry's words where it has some."""
        try:
            problem = msgspec.json.decode(content, type=_Problem)
        except (msgspec.DecodeError, UnicodeDecodeError):
            problem = _Problem()
        words = problem.detail or problem.title
        if not words:
            return f"{self.url} answered {answer.status_code}: is it a registry?"
        return printable(words)[:_MOST_WORDS]

    def _decoded(self, content: bytes, form: type[_Answer]) -> _Answer:
        try:
            return msgspec.json.decode(content, type=form)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise CallFailed(f"{self.url} answered what a registry does not: is it one?") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()


def _is_here(host: str) -> bool:
    """Whether it is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
