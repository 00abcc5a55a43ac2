"""Artwork for many labels over HTTP: a job is started, looked at, and its file fetched."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody
from msgspec import Struct

from registry.access.admission import on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.database.job_tables import JobRow
from registry.errors import WrongState
from registry.jobs import files, queue
from registry.jobs.queue import JobState
from registry.labels import bulk
from registry.labels.bulk import ArtworkForm, LabelsWanted
from registry.registry import utc_now
from registry.web.openapi import json_operation
from registry.web.problems import answer, responses
from registry.web.reading import struct_body
from registry.web.service import Service
from schemas.findings import Finding

_BEARER = [{"bearer": []}]
_MEDIA_TYPES = {ArtworkForm.PDF: ("application/pdf", "labels.pdf"), ArtworkForm.SVG: ("application/zip", "labels.zip")}
JobId = Annotated[UUID, PathParameter(description="the job's id")]


class LabelsJob(Struct, frozen=True, kw_only=True):
    """Artwork on its way: ``file`` is its address, once done. ``findings`` say what is wrong with single labels, each
    at its place among ``paths``."""

    id: UUID
    state: JobState
    wanted: LabelsWanted
    created: datetime
    ended: datetime | None
    done: int
    total: int | None
    error: str | None
    file: str | None
    findings: tuple[Finding, ...] = ()


@post(
    "/v1/labels/sheets",
    admits=on_own(Action.PRINT_LABELS),
    status_code=202,
    operation_class=json_operation(LabelsWanted),
    responses={202: answer(LabelsJob, description="the job, whose address is in Location")}
    | responses(400, 401, 403, 409, 413, 415),
    security=_BEARER,
    tags=["labels"],
    sync_to_thread=True,
)
def start_labels(
    request: Request[Any, Any, Any], body: RawBody, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> Response[LabelsJob]:
    """Draw many labels of the caller's own records: sheets to print, as PDF, or a zip of SVG. Lots and serial numbers
    are logged and minted first."""
    require(caller, Action.PRINT_LABELS, caller.member)
    wanted = struct_body(request, body, LabelsWanted).checked()
    with service.registry.database.writing(caller.author) as session:
        told = shown(bulk.ask(session, caller.member, wanted, utc_now()))
    return Response(told, status_code=202, headers={"location": f"/v1/labels/sheets/{told.id}"})


@get(
    "/v1/labels/sheets/{job:uuid}",
    admits=on_named(Action.PRINT_LABELS),
    responses=responses(400, 401, 403, 404),
    security=_BEARER,
    tags=["labels"],
    sync_to_thread=True,
)
def read_labels(job: JobId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> LabelsJob:
    """How far the artwork is."""
    with service.registry.database.reading() as session:
        row = queue.job(session, job, bulk.KIND)
        require(caller, Action.PRINT_LABELS, row.member_id)
        return shown(row)


@get(
    "/v1/labels/sheets/{job:uuid}/file",
    admits=on_named(Action.PRINT_LABELS),
    responses={200: answer(bytes, description="the PDF or the zip", media_type="application/pdf")}
    | responses(400, 401, 403, 404, 409),
    security=_BEARER,
    tags=["labels"],
    sync_to_thread=True,
)
def read_artwork(job: JobId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> Response[bytes]:
    """The PDF or the zip, once the job is done."""
    return artwork_of(service, caller, job)


def artwork_of(service: Service, caller: Caller, job: UUID) -> Response[bytes]:
    """The file of a job as an answer. Raises ``NotFound``, ``NotAllowed`` and ``WrongState``."""
    with service.registry.database.reading() as session:
        row = queue.job(session, job, bulk.KIND)
        require(caller, Action.PRINT_LABELS, row.member_id)
        if row.state != JobState.DONE:
            raise WrongState("job {job} is {state}: its file is there when it is done", job=job, state=row.state)
        content = files.read_file(session, row.id, bulk.ARTWORK)
    media_type, name = _MEDIA_TYPES[msgspec.json.decode(row.request, type=LabelsWanted).form]
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


def shown(row: JobRow) -> LabelsJob:
    """A job as its member sees it."""
    return LabelsJob(
        id=UUID(row.id),
        state=JobState(row.state),
        wanted=msgspec.json.decode(row.request, type=LabelsWanted),
        created=row.created_at,
        ended=row.ended_at,
        done=row.done,
        total=row.total,
        error=None if (failed := queue.why(row)) is None else str(failed),
        file=f"/v1/labels/sheets/{row.id}/file" if row.state == JobState.DONE else None,
        findings=msgspec.json.decode(row.result, type=tuple[Finding, ...]) if row.result else (),
    )


ROUTES = [start_labels, read_labels, read_artwork]
