"""The review of a declaration over HTTP: assigned, taken up, handed back, questions and answers, returned."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, RawBody
from msgspec import Meta, Struct

from registry.access.admission import on_named
from registry.access.callers import Caller
from registry.access.rules import Action
from registry.declarations.status import DeclarationStatus
from registry.registry import utc_now
from registry.reviews.questions import MAX_WORDS
from registry.reviews.reviews import MOST_FINDINGS, ReviewFinding
from registry.reviews.turn import turn
from registry.web.openapi import json_operation
from registry.web.problems import responses
from registry.web.reading import struct_body
from registry.web.service import Service

_BEARER = [{"bearer": []}]
_PROBLEMS = (400, 401, 403, 404, 409, 413, 415)
DeclarationId = Annotated[UUID, PathParameter(description="the declaration's id")]
QuestionId = Annotated[UUID, PathParameter(description="the question's id")]


class Assignment(Struct, frozen=True, forbid_unknown_fields=True):
    """Which verification body reviews."""

    body: Annotated[str, Meta(max_length=64, description="member id of the verification body")]


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a verification body asks."""

    question: Annotated[str, Meta(max_length=MAX_WORDS)]
    path: Annotated[str | None, Meta(description="JSON path of the field that it is about")] = None


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What the owner answers."""

    answer: Annotated[str, Meta(max_length=MAX_WORDS)]


class ReturnedWith(Struct, frozen=True, forbid_unknown_fields=True):
    """What was found, for the owner to mend."""

    findings: Annotated[tuple[ReviewFinding, ...], Meta(min_length=1, max_length=MOST_FINDINGS)]


@post(
    "/v1/declarations/{declaration:uuid}/review",
    admits=on_named(Action.ASSIGN),
    status_code=200,
    operation_class=json_operation(Assignment),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["reviews"],
    sync_to_thread=True,
)
def assign_body(
    request: Request[Any, Any, Any],
    declaration: DeclarationId,
    body: RawBody,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> DeclarationStatus:
    """Assign a verification body, in place of any other. For the operator; an owner names one when it submits."""
    with turn(service, caller, declaration, Action.ASSIGN, utc_now()) as taken:
        taken.assign(struct_body(request, body, Assignment).body)
        return taken.status()


@post(
    "/v1/declarations/{declaration:uuid}/review/take-up",
    admits=on_named(Action.TAKE_UP),
    status_code=200,
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["reviews"],
    sync_to_thread=True,
)
def take_up_review(
    declaration: DeclarationId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> DeclarationStatus:
    """Take a submitted declaration up, as the body that it is assigned to, or any if it is to none."""
    with turn(service, caller, declaration, Action.TAKE_UP, utc_now()) as taken:
        taken.take_up()
        return taken.status()


@post(
    "/v1/declarations/{declaration:uuid}/review/hand-back",
    admits=on_named(Action.HAND_BACK),
    status_code=204,
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["reviews"],
    sync_to_thread=True,
)
def hand_back_review(
    declaration: DeclarationId, service: NamedDependency[Service], caller: NamedDependency[Caller]
) -> None:
    """Decline a review, or hand it back: the declaration waits for another body. For the body assigned."""
    with turn(service, caller, declaration, Action.HAND_BACK, utc_now()) as taken:
        taken.hand_back()


@post(
    "/v1/declarations/{declaration:uuid}/questions",
    admits=on_named(Action.ASK),
    operation_class=json_operation(Question),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["reviews"],
    sync_to_thread=True,
)
def ask_question(
    request: Request[Any, Any, Any],
    declaration: DeclarationId,
    body: RawBody,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> DeclarationStatus:
    """Ask the owner, as the body that reviews. Until there is an answer, no verification can be stated."""
    with turn(service, caller, declaration, Action.ASK, utc_now()) as taken:
        asked = struct_body(request, body, Question)
        taken.ask(asked.question, asked.path)
        return taken.status()


@post(
    "/v1/declarations/{declaration:uuid}/questions/{question:uuid}/answer",
    admits=on_named(Action.ANSWER),
    status_code=200,
    operation_class=json_operation(Answer),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["reviews"],
    sync_to_thread=True,
)
def answer_question(
    request: Request[Any, Any, Any],
    declaration: DeclarationId,
    question: QuestionId,
    body: RawBody,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> DeclarationStatus:
    """Answer a question, as the owner. Once."""
    with turn(service, caller, declaration, Action.ANSWER, utc_now()) as taken:
        taken.answer(question, struct_body(request, body, Answer).answer)
        return taken.status()


@post(
    "/v1/declarations/{declaration:uuid}/return",
    admits=on_named(Action.RETURN),
    status_code=204,
    operation_class=json_operation(ReturnedWith),
    responses=responses(*_PROBLEMS),
    security=_BEARER,
    tags=["reviews"],
    sync_to_thread=True,
)
def return_declaration(
    request: Request[Any, Any, Any],
    declaration: DeclarationId,
    body: RawBody,
    service: NamedDependency[Service],
    caller: NamedDependency[Caller],
) -> None:
    """Return a declaration under review, or verified and not yet published, to its owner: a draft again.

    With what was found. For the body that reviews, and the operator.
    """
    with turn(service, caller, declaration, Action.RETURN, utc_now()) as taken:
        taken.give_back(struct_body(request, body, ReturnedWith).findings)


ROUTES = [assign_body, take_up_review, hand_back_review, ask_question, answer_question, return_declaration]
