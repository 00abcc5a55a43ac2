"""Bulk registration over HTTP: a file is uploaded, and a job registers its rows."""

from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

import anyio
import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from msgspec import Struct

from registry.access.admission import ANYBODY, on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.database.job_tables import JobRow
from registry.errors import InvalidInput, WrongState
from registry.imports import job as imports
from registry.imports.batch import Outcome
from registry.imports.ilcd_file import ILCD_SUFFIXES
from registry.imports.job import ImportRequest
from registry.imports.report import Refusal
from registry.imports.template import template_csv, template_xlsx
from registry.imports.uploading import checked, file_name
from registry.jobs import files, queue
from registry.jobs.queue import JobState
from registry.registry import utc_now
from registry.web.openapi import file_operation
from registry.web.problems import answer, responses
from registry.web.service import Service
from schemas.findings import Finding

MAX_PAGE = 10_000
_BEARER = [{"bearer": []}]
Language = Annotated[Literal["en", "zh"], QueryParameter(description="en or zh")]
JobId = Annotated[UUID, PathParameter(description="the job's id")]
_MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
    ".json": "application/json",
}
_CSV = "text/csv"
_FORM = "multipart/form-data"


class RowRefused(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row that was refused. ``columns`` names the file's own column for the path of a finding."""

    row: int
    reference: str | None = None
    product: str
    findings: tuple[Finding, ...]
    columns: dict[str, str] = {}


class ImportJob(Struct, frozen=True, kw_only=True):
    """A bulk registration: how far it is, and what became of its rows so far.

    ``counts`` are rows by what became of them, ``errors`` and ``warnings`` rows by the code of a finding, ``refused``
    the first rows that were. ``annotated`` is the address of the file with every row's findings in it, once done.
    ``error`` says why it failed, ``findings`` the same in both languages where that is the file's own fault.
    """

    id: UUID
    state: JobState
    file: str
    dry_run: bool
    created: datetime
    started: datetime | None
    ended: datetime | None
    done: int
    total: int | None
    counts: dict[Outcome, int]
    errors: dict[str, int]
    warnings: dict[str, int]
    refused: tuple[RowRefused, ...]
    error: str | None
    findings: tuple[Finding, ...]
    annotated: str | None


class ImportJobs(Struct, frozen=True):
    """A page of bulk registrations, the newest first; ``page`` from 1."""

    imports: tuple[ImportJob, ...]
    total: int
    page: int
    pages: int


class Upload(Struct, frozen=True):
    """What a request brings."""

    content: bytes
    name: str
    media_type: str


@post(
    "/v1/imports",
    admits=on_own(Action.REGISTER_MANY),
    status_code=202,
    operation_class=file_operation("the file: .xlsx, .csv, .ndjson, .json, .xml or .zip"),
    responses={202: answer(ImportJob, description="the job, whose address is in Location")}
    | responses(400, 401, 403, 409, 413, 415),
    security=_BEARER,
    tags=["imports"],
)
async def start_import(
    request: Request[Any, Any, Any],
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
    dry_run: Annotated[bool, QueryParameter(description="judge every row, and register none")] = False,
    name: Annotated[
        str | None, QueryParameter(name="file", max_length=400, description="the file's name, else as its headers say")
    ] = None,
    sheet: Annotated[str | None, QueryParameter(max_length=100, description="sheet of an xlsx; else its first")] = None,
    encoding: Annotated[
        str | None, QueryParameter(max_length=40, description="of a csv that is neither UTF-8 nor GB18030")
    ] = None,
) -> Response[ImportJob]:
    """Register the declarations of a file, as a job: the body, or the part `file` of a form."""
    require(caller, Action.REGISTER_MANY, caller.member)
    upload = await sent(request, name)
    wanted = ImportRequest("", dry_run, sheet, encoding)
    shown = await anyio.to_thread.run_sync(start, service, caller, upload, wanted, utc_now())
    return Response(shown, status_code=202, headers={"location": f"/v1/imports/{shown.id}"})


async def sent(request: Request[Any, Any, Any], name: str | None) -> Upload:
    """The file that a request brings. Raises ``InvalidInput`` for a form without one."""
    media_type = request.headers.get("content-type", "")
    if media_type.partition(";")[0].strip().lower() != _FORM:
        given = name or file_name(request.headers.get("content-disposition", ""))
        return Upload(await request.body(), given, media_type)
    form = await request.form()
    part = form.get("file")
    if not isinstance(part, UploadFile):
        raise InvalidInput("the form has no part `file` with a file in it", "$.file")
    return Upload(await part.read(), name or part.filename, part.content_type)


def start(service: Service, caller: Caller, upload: Upload, wanted: ImportRequest, now: datetime) -> ImportJob:
    """A new job. Raises ``InvalidInput`` for a file that is none of those that are read."""
    require(caller, Action.REGISTER_MANY, caller.member)
    file = checked(upload.content, upload.name, upload.media_type)
    asked = msgspec.json.encode(msgspec.structs.replace(wanted, file=file))
    with service.registry.database.writing(caller.author) as session:
        row = queue.put(session, imports.KIND, caller.member, asked, {imports.UPLOAD: upload.content}, now)
        return shown(row)


@get(
    "/v1/imports",
    admits=on_own(Action.REGISTER_MANY),
    responses=responses(400, 401, 403),
    security=_BEARER,
    tags=["imports"],
    sync_to_thread=True,
)
def list_imports(
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
    page: Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="from 1")] = 1,
) -> ImportJobs:
    """The bulk registrations of the caller's member."""
    require(caller, Action.REGISTER_MANY, caller.member)
    with service.registry.database.reading() as session:
        rows, total = queue.listed(session, caller.member, imports.KIND, page)
        return ImportJobs(tuple(map(shown, rows)), total, page, max(1, -(-total // queue.PAGE_SIZE)))


@get(
    "/v1/imports/template.xlsx",
    admits=ANYBODY,
    responses={200: answer(bytes, description="the template", media_type=_MEDIA_TYPES[".xlsx"])} | responses(400),
    tags=["imports"],
    sync_to_thread=True,
)
def template_for_spreadsheets(lang: Language = "en") -> Response[bytes]:
    """A spreadsheet to fill in, with an example row, every column explained in English and Chinese, and the choices."""
    return _template(template_xlsx(utc_now().date(), lang), ".xlsx")


@get(
    "/v1/imports/template.csv",
    admits=ANYBODY,
    responses={200: answer(bytes, description="the template", media_type="text/csv")} | responses(400),
    tags=["imports"],
    sync_to_thread=True,
)
def template_as_text(lang: Language = "en") -> Response[bytes]:
    """A CSV file to fill in, with an example row."""
    return _template(template_csv(utc_now().date(), lang), ".csv")


def _template(content: bytes, suffix: str) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="carbonlabel-template{suffix}"'}
    return Response(content, media_type=_MEDIA_TYPES.get(suffix, _CSV), headers=headers)


@get(
    "/v1/imports/{job:uuid}",
    admits=on_named(Action.REGISTER_MANY),
    responses=responses(400, 401, 403, 404),
    security=_BEARER,
    tags=["imports"],
    sync_to_thread=True,
)
def read_import(job: JobId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> ImportJob:
    """How far a bulk registration is, its counts, and the first rows that were refused."""
    with service.registry.database.reading() as session:
        row = queue.job(session, job, imports.KIND)
        require(caller, Action.REGISTER_MANY, row.member_id)
        return shown(row)


@delete(
    "/v1/imports/{job:uuid}",
    admits=on_named(Action.REGISTER_MANY),
    status_code=200,
    responses=responses(400, 401, 403, 404, 409),
    security=_BEARER,
    tags=["imports"],
    sync_to_thread=True,
)
def cancel_import(job: JobId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> ImportJob:
    """Stop a bulk registration. Rows that are registered by then stay."""
    with service.registry.database.writing(caller.author) as session:
        row = queue.job(session, job, imports.KIND)
        require(caller, Action.REGISTER_MANY, row.member_id)
        queue.cancel(session, row, utc_now())
        return shown(row)


@get(
    "/v1/imports/{job:uuid}/annotated",
    admits=on_named(Action.REGISTER_MANY),
    media_type="application/octet-stream",
    responses={200: answer(bytes, description="the file", media_type="application/octet-stream")}
    | responses(400, 401, 403, 404, 409),
    security=_BEARER,
    tags=["imports"],
    sync_to_thread=True,
)
def read_annotated(job: JobId, service: NamedDependency[Service], caller: NamedDependency[Caller]) -> Response[bytes]:
    """The uploaded file again, with what became of every row in added columns, or members, once the job is done."""
    return annotated_copy(service, caller, job)


def annotated_copy(service: Service, caller: Caller, job: UUID) -> Response[bytes]:
    """The annotated copy as a download. Raises ``WrongState`` while there is none."""
    with service.registry.database.reading() as session:
        row = queue.job(session, job, imports.KIND)
        require(caller, Action.REGISTER_MANY, row.member_id)
        if row.state != JobState.DONE:
            raise WrongState(
                "job {job} is {state}: the annotated copy is there when it is done",
                job=job,
                state=row.state,
            )
        content = files.read_file(session, row.id, imports.ANNOTATED)
    path = PurePath(msgspec.json.decode(row.request, type=ImportRequest).file)
    suffix = ".csv" if path.suffix.lower() in ILCD_SUFFIXES else path.suffix
    name = f"{path.stem}-annotated{suffix}"
    return Response(
        content,
        media_type=_MEDIA_TYPES.get(suffix.lower(), _CSV),
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "cache-control": "no-store",
        },
    )


def shown(row: JobRow) -> ImportJob:
    """A job as its member's editors see it."""
    request = msgspec.json.decode(row.request, type=ImportRequest)
    result = imports.result_of(row.result)
    return ImportJob(
        id=UUID(row.id),
        state=JobState(row.state),
        file=request.file,
        dry_run=request.dry_run,
        created=row.created_at,
        started=row.started_at,
        ended=row.ended_at,
        done=row.done,
        total=row.total,
        counts={outcome: result.counts.get(outcome, 0) for outcome in Outcome if outcome is not Outcome.PUBLISHED},
        errors=result.errors,
        warnings=result.warnings,
        refused=tuple(map(_refused, result.refusals)),
        error=None if (failed := queue.why(row)) is None else str(failed),
        findings=result.unfit,
        annotated=f"/v1/imports/{row.id}/annotated" if row.state == JobState.DONE else None,
    )


def _refused(refusal: Refusal) -> RowRefused:
    return RowRefused(
        row=refusal.row,
        reference=refusal.reference,
        product=refusal.product,
        findings=refusal.findings,
        columns=refusal.columns,
    )


ROUTES = [
    start_import,
    list_imports,
    read_import,
    cancel_import,
    read_annotated,
    template_for_spreadsheets,
    template_as_text,
]
