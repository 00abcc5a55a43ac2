"""The pages of label sheets: say which labels on what, see how far they are, and fetch them.

They do what the API does, by its functions. While a job runs, its page asks to be loaded again: no script is needed.
"""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import anyio
from litestar import Request, Response, get, post
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter, RawBody
from msgspec.structs import replace

from registry.access.admission import on_named, on_own
from registry.access.callers import Caller
from registry.access.rules import Action, require
from registry.accounts.browser import Browser
from registry.errors import RegistryError
from registry.jobs import queue
from registry.jobs.queue import ENDED, JobState
from registry.labels import bulk
from registry.labels.artwork import Variant
from registry.labels.asking import ALL, NAMED, SVG, Asked, NotAsked, Typed, asked, text_of
from registry.labels.bulk import MOST_LABELS, ArtworkForm
from registry.labels.lines import WrongLine
from registry.labels.refusals import MOST_TOLD, LabelsRefused
from registry.labels.routes import LabelsJob, artwork_of, shown
from registry.labels.sheets import FORMS, SheetForm
from registry.labels.words import LANGUAGES
from registry.pages.desk import Card, Field, Form, Option, Row, Section
from registry.pages.reader import Reader
from registry.web.service import Service
from schemas.findings import Finding
from schemas.text import in_language

JobId = Annotated[UUID, PathParameter(description="the job's id")]
_AGAIN = "3"
"""Seconds after which a page of a job under way is loaded again."""

_MOST_TYPED = 2_300_000
"""Characters of the longest lines there are, as many as a job has labels."""


@get("/labels", admits=on_own(Action.PRINT_LABELS), include_in_schema=False, sync_to_thread=True)
def labels_page(
    request: Request[Any, Any, Any],
    service: NamedDependency[Service],
    path: Annotated[str, QueryParameter(max_length=300)] = "",
) -> Response[str]:
    """The form, with the label of ``path`` if it names one, and the jobs so far. Whoever is not signed in is sent to do
    so."""
    browser = Browser(request, service)
    caller = browser.caller
    if caller is None:
        return browser.go("/sign-in")
    typed = Typed(language=browser.language)
    return _list(browser, caller, replace(typed, which=NAMED, lines=path) if path else typed)


@post("/labels", admits=on_own(Action.PRINT_LABELS), include_in_schema=False)
async def draw_by_form(request: Request[Any, Any, Any], service: NamedDependency[Service]) -> Response[str]:
    """Starts a job, and shows it; what was typed stays when something of it is wrong."""
    browser, caller = await anyio.to_thread.run_sync(_visitor, request, service)
    if caller is None:
        return browser.go("/sign-in")
    form = await browser.read_upload()
    part = form.get("file")
    content = await part.read() if isinstance(part, UploadFile) and part.filename else b""
    return await anyio.to_thread.run_sync(_take, browser, caller, _typed(form), content)


def _visitor(request: Request[Any, Any, Any], service: Service) -> tuple[Browser, Caller | None]:
    browser = Browser(request, service)
    if browser.caller is not None:
        require(browser.caller, Action.PRINT_LABELS, browser.caller.member)
    return browser, browser.caller


def _typed(form: FormMultiDict) -> Typed:
    told = {name: form.get(name) for name in Typed.__struct_fields__}
    return Typed(**{name: value for name, value in told.items() if isinstance(value, str)})


def _take(browser: Browser, caller: Caller, typed: Typed, content: bytes) -> Response[str]:
    try:
        if content:
            if typed.lines.strip():
                raise NotAsked("file", "labels_wrong_both")
            # What was in the file stays as typed, where it can be mended.
            typed = replace(typed, lines=text_of(content), which=NAMED)
        key = _put(browser, caller, asked(typed))
    except NotAsked as wrong:
        return _list(browser, caller, typed, _with_others(browser, caller, wrong))
    except RegistryError as problem:
        return _list(browser, caller, typed, alert=browser.what_was_wrong(problem, {}), status=problem.status)
    return browser.go(f"/labels/{key}")


def _with_others(browser: Browser, caller: Caller, wrong: NotAsked) -> NotAsked:
    """With the lines, too, that can be read, but whose labels the member has not: to be mended in one go."""
    if not wrong.readable:
        return wrong
    paths, lines = [line.path for line in wrong.readable], [line.number for line in wrong.readable]
    try:
        with browser.service.registry.database.reading() as session:
            bulk.require_in_force(session, caller.member, paths, browser.now.date())
    except LabelsRefused as refused:
        more = (_wrong_line(one, paths, lines) for one in refused.findings)
        wrong.lines = tuple(sorted((*wrong.lines, *more), key=lambda line: line.number))[:MOST_TOLD]
    return wrong


def _put(browser: Browser, caller: Caller, told: Asked) -> str:
    """Starts a job: its id. Raises ``NotAsked`` for labels that the member has not."""
    database, member, today = browser.service.registry.database, caller.member, browser.now.date()
    with database.reading() as session:
        if not told.wanted.paths:
            count = bulk.count_in_force(session, member, today)
            if not count:
                raise NotAsked("which", "labels_wrong_nothing")
            if count > MOST_LABELS:
                raise NotAsked("which", "labels_wrong_many", count=str(count), most=str(MOST_LABELS))
        try:
            bulk.require_in_force(session, member, told.wanted.paths, today)
        except LabelsRefused as refused:
            wrong = tuple(_wrong_line(one, told.wanted.paths, told.lines) for one in refused.findings)
            raise NotAsked("lines", "labels_wrong_lines", wrong) from None
    with database.writing(caller.author) as session:
        return bulk.ask(session, member, told.wanted, browser.now, told.lines).id


def _wrong_line(finding: Finding, paths: Sequence[str], lines: Sequence[int]) -> WrongLine:
    """A finding about ``$.paths[at]``, with the number of the line that it stood on; 0: on none."""
    at = int(finding.path.removeprefix("$.paths[").removesuffix("]"))
    number = lines[at] if at < len(lines) else 0
    return WrongLine(number, paths[at] if at < len(paths) else "", finding.message)


@get("/labels/{job:uuid}", admits=on_named(Action.PRINT_LABELS), include_in_schema=False, sync_to_thread=True)
def labels_job(request: Request[Any, Any, Any], job: JobId, service: NamedDependency[Service]) -> Response[str]:
    """How far the labels are, and what was wrong."""
    browser = Browser(request, service)
    if browser.caller is None:
        return browser.go("/sign-in")
    with service.registry.database.reading() as session:
        row = queue.job(session, job, bulk.KIND)
        require(browser.caller, Action.PRINT_LABELS, row.member_id)
        told, lines, failed = shown(row), bulk.lines_of(session, row), queue.why(row)
    alert = ""
    if failed is not None:
        word = "labels_wrong_labels" if told.findings else "labels_wrong_other"
        alert = browser.t(word, problem=failed.text(browser.language))
    answer = browser.page(_title(browser, told), *_sections(browser, told, lines), alert=alert)
    if told.state not in ENDED:
        answer.headers["refresh"] = _AGAIN
    return answer


@get("/labels/{job:uuid}/file", admits=on_named(Action.PRINT_LABELS), include_in_schema=False, sync_to_thread=True)
def labels_file(request: Request[Any, Any, Any], job: JobId, service: NamedDependency[Service]) -> Response[Any]:
    """The PDF or the zip, as a download."""
    browser = Browser(request, service)
    return browser.go("/sign-in") if browser.caller is None else artwork_of(service, browser.caller, job)


@post("/labels/{job:uuid}/cancel", admits=on_named(Action.PRINT_LABELS), include_in_schema=False, sync_to_thread=True)
def cancel_labels(
    request: Request[Any, Any, Any], body: RawBody, job: JobId, service: NamedDependency[Service]
) -> Response[str]:
    """Stops a job."""
    browser = Browser(request, service)
    browser.read(body)
    if browser.caller is None:
        return browser.go("/sign-in")
    with service.registry.database.writing(browser.caller.author) as session:
        row = queue.job(session, job, bulk.KIND)
        require(browser.caller, Action.PRINT_LABELS, row.member_id)
        if row.state not in ENDED:
            queue.cancel(session, row, browser.now)
    return browser.go(f"/labels/{job}")


def _list(
    browser: Browser, caller: Caller, typed: Typed, wrong: NotAsked | None = None, alert: str = "", status: int = 200
) -> Response[str]:
    require(caller, Action.PRINT_LABELS, caller.member)
    with browser.service.registry.database.reading() as session:
        rows, _ = queue.listed(session, caller.member, bulk.KIND, 1)
        cards = tuple(_card(browser, shown(row)) for row in rows)
    t = browser.t
    if wrong is not None:
        named = {"field": t(f"labels_{wrong.field}")}
        if "sheet" in wrong.values:
            named["name"] = FORMS[wrong.values["sheet"]].title[browser.language]
        alert, status = t(wrong.word, **wrong.values, **named), 400
    form = Form(
        name="labels",
        action="/labels",
        button=t("labels_draw"),
        fields=_fields(browser, typed, wrong.field if wrong else ""),
        form_token=browser.form_token,
        uploads=True,
    )
    return browser.page(
        t("labels"),
        *(_wrong(browser, wrong.lines) if wrong else ()),
        Section(form=form),
        Section(title=t("labels_earlier"), cards=cards, text=() if cards else (t("labels_none"),)),
        intro=t("labels_intro"),
        alert=alert,
        status=status,
    )


def _fields(browser: Browser, typed: Typed, wrong: str) -> tuple[Field, ...]:
    t = browser.t

    def choice(name: str, offered: Sequence[tuple[str, str]], hint: str = "") -> Field:
        chosen, label = getattr(typed, name), t(f"labels_{name}")
        options = tuple(Option(value, told, value == chosen) for value, told in offered)
        return Field(name=name, label=label, kind="choice", options=options, wrong=wrong == name, hint=hint)

    sheets = [(form.name, _sheet(browser, form)) for form in FORMS.values()]
    return (
        choice("which", [(one, t(f"labels_{one}")) for one in (ALL, NAMED)]),
        Field(
            name="lines",
            label=t("labels_lines"),
            kind="lines",
            value=typed.lines,
            hint=t("labels_lines_hint"),
            required=False,
            most=_MOST_TYPED,
            wrong=wrong == "lines",
        ),
        Field(name="file", label=t("labels_file"), kind="file", required=False, wrong=wrong == "file"),
        choice("sheet", [*sheets, (SVG, t("labels_svg"))]),
        Field(
            name="skip",
            label=t("labels_skip"),
            kind="number",
            value=typed.skip,
            required=False,
            most=3,
            wrong=wrong == "skip",
        ),
        choice("language", [(one, t(f"labels_{one}")) for one in LANGUAGES]),
        choice("variant", [(one.value, t(f"labels_{one.value}")) for one in Variant], t("labels_variant_hint")),
    )


def _sheet(browser: Browser, form: SheetForm) -> str:
    size = f"{form.width:.4g} x {form.height:.4g}"
    if form.is_roll:
        return browser.t("labels_roll_of", size=size)
    return browser.t("labels_sheet_of", name=form.title[browser.language], size=size)


def _wrong(browser: Browser, lines: Sequence[WrongLine]) -> tuple[Section, ...]:
    """What is wrong with each line."""
    head = tuple(map(browser.t, ("labels_line", "labels_text", "labels_finding")))
    rows = tuple(
        Row((str(one.number) if one.number else "", one.text, in_language(one.message, browser.language)))
        for one in lines
    )
    return (Section(title=browser.t("labels_wrong"), head=head, rows=rows),) if rows else ()


def _title(browser: Browser, job: LabelsJob) -> str:
    if job.wanted.form is ArtworkForm.SVG:
        return browser.t("labels_svg")
    form = FORMS.get(job.wanted.sheet)
    return job.wanted.sheet if form is None else browser.t("labels_mm", form=_sheet(browser, form))


def _card(browser: Browser, job: LabelsJob) -> Card:
    when = browser.t("labels_asked", when=Reader(browser.language).moment(job.created))
    return Card(
        title=_title(browser, job),
        href=browser.link(f"/labels/{job.id}"),
        mark=browser.t(f"labels_{job.state}"),
        lines=(" · ".join((*_progress(browser, job), when)),),
    )


def _progress(browser: Browser, job: LabelsJob) -> tuple[str, ...]:
    return () if job.total is None else (browser.t("labels_progress", done=str(job.done), total=str(job.total)),)


def _sections(browser: Browser, job: LabelsJob, lines: Sequence[int]) -> tuple[Section, ...]:
    t, wanted = browser.t, job.wanted
    text = [t(f"labels_{job.state}")]
    facts = [
        *((t("labels_count"), told) for told in _progress(browser, job)),
        (t("labels_language"), t(f"labels_{wanted.language}")),
        (t("labels_variant"), t(f"labels_{wanted.variant}")),
    ]
    if wanted.form is ArtworkForm.PDF:
        facts.append((t("labels_skip"), str(wanted.skip)))
    links: tuple[tuple[str, str], ...] = ()
    if job.state is JobState.DONE:
        links = ((f"/labels/{job.id}/file", t(f"labels_download_{wanted.form}")),)
        text += [t("labels_true")] if wanted.form is ArtworkForm.PDF else []
    stop = None
    if job.state not in ENDED:
        text.append(t("labels_may_leave"))
        action = f"/labels/{job.id}/cancel"
        stop = Form(name="stop", action=action, button=t("labels_stop"), form_token=browser.form_token)
    wrong = _wrong(browser, [_wrong_line(one, wanted.paths, lines) for one in job.findings])
    again = Section(links=((browser.link("/labels"), t("labels_again")),))
    return Section(text=tuple(text), links=links, form=stop), *wrong, Section(facts=tuple(facts)), again


ROUTES = [labels_job, labels_file, cancel_labels]
UPLOADS = [labels_page, draw_by_form]
"""Handlers of one path, where a request may be as large as a file."""
