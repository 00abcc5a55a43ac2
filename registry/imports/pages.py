"""The pages of bulk registration: upload a file, see how far it is, what was wrong with it, and fetch it annotated.

They do what the API does, by its functions. While a job runs, its page asks to be loaded again: no script is needed.
"""

from typing import Annotated, Any
from uuid import UUID

import anyio
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody

from registry.access.admission import on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.accounts.browser import Browser
from registry.errors import InvalidInput, RegistryError
from registry.imports import job as imports
from registry.imports.batch import Outcome
from registry.imports.job import ImportRequest
from registry.imports.routes import ImportJob, RowRefused, Upload, annotated_copy, shown, start
from registry.imports.row import column_of
from registry.jobs import queue
from registry.jobs.queue import ENDED, JobState
from registry.pages.desk import Card, Field, Form, Option, Row, Section
from registry.pages.reader import Reader
from registry.registry import utc_now
from registry.sentences import Sentence
from registry.web.service import Service
from schemas.findings import Finding, Severity
from schemas.text import in_language

JobId = Annotated[UUID, PathParameter(description="the job's id")]
_AGAIN = "3"
"""Seconds after which a page of a job under way is loaded again."""

_OUTCOMES = (Outcome.SUBMITTED, Outcome.REVISED, Outcome.UNCHANGED, Outcome.REFUSED)


@get("/imports", admits=on_own(Action.REGISTER_MANY), include_in_schema=False, sync_to_thread=True)
def imports_page(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """The form, and the files so far. Whoever is not signed in is sent to do so."""
    browser = Browser(request, service)
    caller = browser.caller
    return browser.go("/sign-in") if caller is None else _list(browser, caller)


@post("/imports", admits=on_own(Action.REGISTER_MANY), include_in_schema=False)
async def upload_by_form(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """Takes a file, and shows its job."""
    browser, caller = await anyio.to_thread.run_sync(_visitor, request, service)
    if caller is None:
        return browser.go("/sign-in")
    form = await browser.read_upload()
    part = form.get("file")
    is_dry = form.get("dry_run") == "yes"

    content = await part.read() if isinstance(part, UploadFile) else b""

    def take() -> Response[str]:
        if not isinstance(part, UploadFile) or not part.filename:
            return _list(browser, caller, browser.t("import_choose"), InvalidInput.status)
        try:
            upload = Upload(content, part.filename, part.content_type)
            job = start(service, caller, upload, ImportRequest("", is_dry), utc_now())
        except RegistryError as problem:
            wrong = browser.t("import_wrong", problem=problem.said(browser.language))
            return _list(browser, caller, wrong, problem.status)
        return browser.go(f"/imports/{job.id}")

    return await anyio.to_thread.run_sync(take)


def _visitor(request: Request[Any, Any, Any], service: Service) -> tuple[Browser, Caller | None]:
    browser = Browser(request, service)
    if browser.caller is not None:
        require(browser.caller, Action.REGISTER_MANY, browser.caller.member)
    return browser, browser.caller


@get("/imports/{job:uuid}", admits=on_named(Action.REGISTER_MANY), include_in_schema=False, sync_to_thread=True)
def import_page(request: Request[Any, Any, Any], job: JobId, service: NamedDependency[Service]) -> Response[str]:
    """How far a file is, and what was found."""
    browser = Browser(request, service)
    if browser.caller is None:
        return browser.go("/sign-in")
    with service.registry.database.reading() as session:
        row = queue.job(session, job, imports.KIND)
        require(browser.caller, Action.REGISTER_MANY, row.member_id)
        told, failed = shown(row), queue.why(row)
    answer = browser.page(told.file, *_sections(browser, told), alert=_alert(browser, told, failed))
    if told.state not in ENDED:
        answer.headers["refresh"] = _AGAIN
    return answer


@get(
    "/imports/{job:uuid}/annotated", admits=on_named(Action.REGISTER_MANY), include_in_schema=False, sync_to_thread=True
)
def annotated_page(request: Request[Any, Any, Any], job: JobId, service: NamedDependency[Service]) -> Response[Any]:
    """The annotated copy, as a download."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else annotated_copy(service, browser.caller, job)


@post("/imports/{job:uuid}/cancel", admits=on_named(Action.REGISTER_MANY), include_in_schema=False, sync_to_thread=True)
def cancel_by_form(
    request: Request[Any, Any, Any], body: RawBody, job: JobId, service: NamedDependency[Service]
) -> Response[str]:
    """Stops a job."""
    browser = Browser(request, service)
    browser.read(body)
    if browser.caller is None:
        return browser.go("/sign-in")
    with service.registry.database.writing(browser.caller.author) as session:
        row = queue.job(session, job, imports.KIND)
        require(browser.caller, Action.REGISTER_MANY, row.member_id)
        if row.state not in ENDED:
            queue.cancel(session, row, utc_now())
    return browser.go(f"/imports/{job}")


def _list(browser: Browser, caller: Caller, alert: str = "", status: int = 200) -> Response[str]:
    require(caller, Action.REGISTER_MANY, caller.member)
    with browser.service.registry.database.reading() as session:
        rows, _ = queue.listed(session, caller.member, imports.KIND, 1)
        cards = tuple(_card(browser, shown(row)) for row in rows)
    t, language = browser.t, browser.language
    dry = (Option("yes", t("import_dry_run_yes")),)
    fields = (
        Field(name="file", label=t("import_file"), kind="file", wrong=bool(alert)),
        Field(name="dry_run", label=t("import_dry_run"), kind="choices", options=dry, required=False),
    )
    form = Form(
        name="upload",
        action="/imports",
        button=t("import_upload"),
        fields=fields,
        form_token=browser.form_token,
        uploads=True,
    )
    templates = tuple(
        (f"/v1/imports/template.{kind}?lang={language}", t(f"import_template_{kind}")) for kind in ("xlsx", "csv")
    )
    return browser.page(
        t("imports"),
        Section(form=form, links=templates),
        Section(title=t("import_earlier"), cards=cards, text=() if cards else (t("import_none"),)),
        intro=t("imports_intro"),
        alert=alert,
        status=status,
    )


def _card(browser: Browser, job: ImportJob) -> Card:
    uploaded = browser.t("import_uploaded", when=Reader(browser.language).moment(job.created))
    dry = (browser.t("import_is_dry"),) if job.dry_run else ()
    return Card(
        title=job.file,
        href=browser.link(f"/imports/{job.id}"),
        mark=browser.t(f"import_{job.state}"),
        lines=(" · ".join((*_progress(browser, job), uploaded, *dry)),),
    )


def _progress(browser: Browser, job: ImportJob) -> tuple[str, ...]:
    return () if job.total is None else (browser.t("import_progress", done=str(job.done), total=str(job.total)),)


def _alert(browser: Browser, job: ImportJob, failed: Sentence | None) -> str:
    """Why a job failed: the findings on the file as a whole, where there are any."""
    if failed is None:
        return ""
    words = " ".join(in_language(finding.message, browser.language) for finding in job.findings)
    return browser.t("import_wrong", problem=words or failed.text(browser.language))


def _sections(browser: Browser, job: ImportJob) -> tuple[Section, ...]:
    t = browser.t
    facts = [(t("import_rows"), ", ".join(_progress(browser, job)) or t(f"import_{job.state}"))]
    facts += [(t(f"import_{outcome}"), str(job.counts.get(outcome, 0))) for outcome in _OUTCOMES]
    stop = Form(name="stop", action=f"/imports/{job.id}/cancel", button=t("import_stop"), form_token=browser.form_token)
    text = [t(f"import_{job.state}"), *([t("import_is_dry")] if job.dry_run else [])]
    copy = ((f"/imports/{job.id}/annotated", t("import_download")),) if job.state is JobState.DONE else ()
    rows = tuple(row for refused in job.refused for row in _rows(browser.language, refused))
    head = tuple(map(t, ("import_row", "import_column", "import_finding")))
    found = Section(title=t("import_first_refused", count=str(len(job.refused))), head=head, rows=rows)
    back = Section(links=((browser.link("/imports"), t("imports")),))
    form = None if job.state in ENDED else stop
    return Section(text=tuple(text), facts=tuple(facts), links=copy, form=form), *((found,) if rows else ()), back


def _rows(language: str, refused: RowRefused) -> list[Row]:
    def at(finding: Finding) -> str:
        return column_of(refused.columns, finding.path) or finding.path

    return [
        Row((str(refused.row), at(finding), in_language(finding.message, language)))
        for finding in refused.findings
        if finding.severity is Severity.ERROR
    ]


ROUTES = [import_page, annotated_page, cancel_by_form]
UPLOADS = [imports_page, upload_by_form]
"""Handlers of one path, where a request may be as large as a file."""
