"""Failures as pages: the reason, and what to do next. No page shows a trace."""

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

from service.pages.rendering import Reader
from service.schemas.problems import Problem

_WORDS: Mapping[int, tuple[str, str]] = {
    HTTPStatus.NOT_FOUND: ("error.not_found", "error.not_found_advice"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("error.invalid", "error.invalid_advice"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("error.later", "error.later_advice"),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("error.fault", "error.fault_advice"),
}
"""Keys of the heading and the advice for each status; other statuses use the entry of status 422."""


def error_page(request: Request, problem: Problem) -> HTMLResponse:
    """The page about a problem, in the language of the requested address."""
    reader = Reader.of(request)
    heading, advice = _WORDS.get(problem.status, _WORDS[HTTPStatus.UNPROCESSABLE_ENTITY])
    is_explained = problem.status == HTTPStatus.UNPROCESSABLE_ENTITY and not problem.errors
    return reader.notice(
        "error.html",
        problem.status,
        heading=reader.catalogue.text(heading),
        advice=reader.catalogue.text(advice),
        detail=problem.detail if is_explained else "",
        faults=[(fault.field.rpartition(".")[2], fault.message) for fault in problem.errors],
        request_id=problem.request_id,
    )
