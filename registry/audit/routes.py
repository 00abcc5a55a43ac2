"""The audit trail over HTTP: page by page, or the whole as a file."""

from datetime import date
from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Struct

from registry.access.admission import on_own
from registry.access.callers import Caller
from registry.access.rules import Action
from registry.audit.reading import AT_ONCE, MEDIA_TYPES, Form, Noted, Wanted, export, steps, wanted_by
from registry.web.openapi import other_forms
from registry.web.problems import answer, responses
from registry.web.service import Service

_BEARER = [{"bearer": []}]
NO_STORE = {"cache-control": "no-store"}
Subject = Annotated[
    str | None, QueryParameter(max_length=100, description="such as declaration/<id>, record/<index>, person/<id>")
]
First = Annotated[date | None, QueryParameter(name="from", description="the first day, in UTC")]
Last = Annotated[date | None, QueryParameter(name="to", description="the last day, in UTC")]


class Steps(Struct, frozen=True):
    """Steps, the oldest first. ``next``: where the next page begins, as ``after``; null: there is none."""

    steps: tuple[Noted, ...]
    next: str | None


@get(
    "/v1/audit",
    admits=on_own(Action.READ_AUDIT),
    operation_class=other_forms(MEDIA_TYPES[Form.NDJSON], MEDIA_TYPES[Form.CSV]),
    responses={200: answer(Steps, description="a page; with format=ndjson or csv all of it, one step a line")}
    | responses(400, 401, 403),
    security=_BEARER,
    tags=["audit"],
    sync_to_thread=True,
)
def read_audit(
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
    subject: Subject = None,
    member: Annotated[
        str | None, QueryParameter(max_length=64, description="what it did, and what was its own")
    ] = None,
    first: First = None,
    last: Last = None,
    after: Annotated[str | None, QueryParameter(max_length=36, description="the next of the page before")] = None,
    form: Annotated[Form, QueryParameter(name="format")] = Form.JSON,
) -> Response[bytes] | Stream:
    """Who did what to what, when, and what changed: for the operator all, for who speaks for a member, what it did and
    what was done to its own. A record and its declaration have one history."""
    asked = Wanted(subject=subject, member=member, first=first, last=last)
    wanted = wanted_by(caller, asked)
    if form is not Form.JSON:
        return download(service, wanted, form)
    with service.registry.database.reading() as session:
        found = steps(session, wanted, after)
    page = Steps(tuple(found), found[-1].id if len(found) == AT_ONCE else None)
    return Response(msgspec.json.encode(page), media_type=MEDIA_TYPES[Form.JSON], headers=NO_STORE)


def download(service: Service, wanted: Wanted, form: Form) -> Stream:
    """The whole as a file, read as it is sent."""
    named = {"content-disposition": f'attachment; filename="audit.{form}"'}
    written = export(service.registry.database, wanted, form)
    return Stream(written, media_type=MEDIA_TYPES[form], headers=NO_STORE | named)


ROUTES = [read_audit]
