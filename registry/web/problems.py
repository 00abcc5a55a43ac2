"""Mistakes as problem+json (RFC 9457) for programs, and as a page for people."""

import logging
import secrets
from typing import Any

from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import ParameterKwarg
from litestar.status_codes import HTTP_429_TOO_MANY_REQUESTS
from msgspec import Struct
from sqlalchemy import exc
from sqlalchemy.exc import DataError, DBAPIError, OperationalError

from registry.errors import InvalidInput, Refused, RegistryError, TooManyAttempts
from registry.pages import choose_language, error_page
from registry.pages.refusal import refusal
from registry.web.security import page_headers, problem_headers
from schemas.findings import Finding
from schemas.text import Text

_LOG = logging.getLogger("carbonlabel")
_RETRY_AFTER = "10"
_NOT_KNOWN = "Whether it was done is not known. Look before you ask again."
_NOTHING_DONE = "Nothing was changed. Try again later."
"""Seconds after which to try again when the database could not be asked."""

PROBLEM_JSON = "application/problem+json"


class Problem(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A problem document. ``path`` is the JSON path of the field that is wrong, ``findings`` all that is wrong."""

    type: str
    title: str
    status: int
    detail: str
    path: str | None = None
    findings: tuple[Finding, ...] = ()


_TITLES: dict[int, Text] = {
    400: {"en": "This request cannot be read", "zh": "无法读取该请求"},
    401: {"en": "You are not signed in", "zh": "您尚未登录"},
    403: {"en": "Not for you to do", "zh": "您没有此权限"},
    404: {"en": "Nothing is here", "zh": "此处没有内容"},
    405: {"en": "Not possible here", "zh": "此处不支持该操作"},
    409: {"en": "Not possible now", "zh": "当前无法执行此操作"},
    410: {"en": "This has ended", "zh": "已经失效"},
    413: {"en": "Too large", "zh": "内容过大"},
    415: {"en": "Not a kind of content that is read here", "zh": "不支持该内容类型"},
    422: {"en": "There is something to mend", "zh": "有内容须修改"},
    429: {"en": "Too many requests", "zh": "请求过于频繁"},
    500: {"en": "Something went wrong on our side", "zh": "服务器出现问题"},
    503: {"en": "The registry cannot do this at the moment", "zh": "注册系统暂时无法完成该操作"},
}
_ADVICE: dict[int, Text] = {
    400: {"en": "Check the address, or search for the product.", "zh": "请检查网址，或搜索该产品。"},
    401: {"en": "Sign in, then try again.", "zh": "请登录后重试。"},
    404: {
        "en": "Check the address, scan the label again, or search for the product.",
        "zh": "请检查网址、重新扫码，或搜索该产品。",
    },
    403: {
        "en": "Ask whoever speaks for your organisation, or sign in as somebody else.",
        "zh": "请联系贵机构的授权代表，或换用其他账号登录。",
    },
    405: {"en": "Open the page again, and use what is on it.", "zh": "请重新打开页面，并使用页面上的功能。"},
    409: {"en": "Go back, and look how it stands now.", "zh": "请返回查看当前状态。"},
    410: {"en": "Ask for a new one.", "zh": "请重新申请。"},
    413: {"en": "Send less at once.", "zh": "请减少单次提交的内容。"},
    415: {"en": "Open the page again, and use what is on it.", "zh": "请重新打开页面，并使用页面上的功能。"},
    422: {"en": "Go back, and mend it.", "zh": "请返回修改。"},
    429: {"en": "Wait a minute, then try again.", "zh": "请稍等一分钟后重试。"},
    500: {"en": "Nothing was changed. Try again later.", "zh": "没有任何更改，请稍后重试。"},
    503: {"en": "Try again later.", "zh": "请稍后重试。"},
}


def answer(form: Any, description: str, media_type: str = MediaType.JSON) -> ResponseSpec:
    """What a route's OpenAPI says of an answer. No made-up examples: most forms refuse them."""
    return ResponseSpec(form, generate_examples=False, description=description, media_type=media_type)


def responses(*statuses: int) -> dict[int, ResponseSpec]:
    """What a route's OpenAPI says of its problems."""
    return {
        status: answer(Problem, description=_TITLES.get(status, _OTHER)["en"], media_type=PROBLEM_JSON)
        for status in statuses
    }


_OTHER: Text = {"en": "A problem", "zh": "出现问题"}
_OTHER_ADVICE: Text = {"en": "Go back, and try again.", "zh": "请返回重试。"}


def of_registry_error(request: Request[Any, Any, Any], error: RegistryError) -> Response[Any]:
    """A problem of ours."""
    extra = {"www-authenticate": "Bearer"} if error.status == 401 else {}
    if isinstance(error, TooManyAttempts):
        extra["retry-after"] = str(error.seconds)
    return _answer(request, problem_of(error), extra, error)


def problem_of(error: RegistryError) -> Problem:
    """The document of a problem of ours."""
    return Problem(
        type=f"urn:carbonlabel:problem:{error.slug}",
        title=error.title,
        status=error.status,
        detail=str(error),
        path=error.path if isinstance(error, InvalidInput) else None,
        findings=error.findings if isinstance(error, InvalidInput | Refused) else (),
    )


def of_http_exception(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """A problem that the framework found: no such route, a parameter of the wrong form, too many requests."""
    path = None
    detail = error.detail
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    if error.status_code == HTTP_429_TOO_MANY_REQUESTS:
        headers["retry-after"] = headers.get("ratelimit-reset", "60")
        detail = f"wait {headers['retry-after']} seconds, then try again"
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        first = error.extra[0]
        if isinstance(first, dict):
            path, detail = f"$.{_sent_as(request, str(first.get('key', '')))}", str(first.get("message", detail))
    problem = Problem(
        type=f"urn:carbonlabel:problem:http-{error.status_code}",
        title=_TITLES.get(error.status_code, _OTHER)["en"],
        status=error.status_code,
        detail=detail,
        path=path,
    )
    return _answer(request, problem, headers)


def _sent_as(request: Request[Any, Any, Any], argument: str) -> str:
    """The name by which a caller knows the parameter that the handler takes as ``argument``."""
    taken = request.scope["route_handler"].parsed_fn_signature.parameters.get(argument)
    kwarg = None if taken is None else taken.kwarg_definition
    return (kwarg.name if isinstance(kwarg, ParameterKwarg) else None) or argument


def of_database_error(request: Request[Any, Any, Any], error: DBAPIError) -> Response[Any]:
    """The database did not do it, or did and could not say so: a full disk, a lost connection, a lock held too long.

    A value that no column can hold, such as a text with U+0000 in PostgreSQL, is the caller's: nothing was done.
    """
    if isinstance(error, DataError):
        return of_registry_error(
            request, InvalidInput("a value in this request can be neither kept nor looked for", "$")
        )
    _LOG.critical("the database failed in %s %s: %s", request.method, _route(request), _without_values(error))
    problem = Problem(
        type="urn:carbonlabel:problem:database",
        title=_TITLES[503]["en"],
        status=503,
        detail=f"The database does not answer. {_NOTHING_DONE}" if _only_reads(request) else _NOT_KNOWN,
    )
    return _answer(request, problem, {"retry-after": _RETRY_AFTER})


def _only_reads(request: Request[Any, Any, Any]) -> bool:
    return request.method in ("GET", "HEAD") or request.scope["path"].startswith("/v1/verify")


def of_busy_database(request: Request[Any, Any, Any], _: exc.TimeoutError) -> Response[Any]:
    """All connections were in use for too long: nothing was begun."""
    _LOG.error("no connection to the database was free for %s %s", request.method, _route(request))
    problem = Problem(
        type="urn:carbonlabel:problem:busy",
        title=_TITLES[503]["en"],
        status=503,
        detail=f"The registry is busy. {_NOTHING_DONE}",
    )
    return _answer(request, problem, {"retry-after": _RETRY_AFTER})


def of_anything_else(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """A defect of ours: logged with its trace, told without it."""
    _LOG.error("a defect in %s %s", request.method, _route(request), exc_info=error)
    return _answer(request, internal_problem(), {})


def _route(request: Request[Any, Any, Any]) -> str:
    """The route's template, for the log: the address itself may be a label."""
    return request.scope.get("path_template") or "none"


def _without_values(error: DBAPIError) -> str:
    """What the database said, unless it may quote what was to be stored."""
    name = type(error.orig).__name__
    return f"{name}: {error.orig}" if isinstance(error, OperationalError) else name


def internal_problem() -> Problem:
    """The document of a defect."""
    return Problem(
        type="urn:carbonlabel:problem:internal",
        title=_TITLES[500]["en"],
        status=500,
        detail=_ADVICE[500]["en"],
    )


def _answer(
    request: Request[Any, Any, Any], problem: Problem, extra: dict[str, str], error: RegistryError | None = None
) -> Response[Any]:
    """The problem as a document; to a person as a page, with the reason if it is an ``error`` of ours."""
    headers = problem_headers() | extra
    if not wants_page(request):
        return Response(problem, status_code=problem.status, media_type=PROBLEM_JSON, headers=headers)
    language = choose_language(request.query_params.get("lang"), request.headers.get("accept-language"))
    nonce = secrets.token_urlsafe(16)
    page = error_page(
        request.app.state.service.site,
        problem.status,
        _TITLES.get(problem.status, _OTHER),
        refusal(error, language) if error is not None and error.status < 500 else "",
        _ADVICE.get(problem.status, _OTHER_ADVICE),
        request.url.path,
        request.url.query,
        language,
        nonce,
    )
    return Response(
        page, status_code=problem.status, media_type=MediaType.HTML, headers=headers | page_headers(nonce, language)
    )


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Whether a person asks: a browser at anything but the API, reading or sending a form."""
    return not request.scope["path"].startswith("/v1/") and "text/html" in request.headers.get("accept", "")
