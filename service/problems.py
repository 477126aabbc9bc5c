"""Failures as answers: ``application/problem+json`` (RFC 9457), in Vietnamese and English."""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from graph.errors import KetnoiError, StoreError
from graph.kinds import Language
from graph.wording import load_catalogue
from service.errors import status_of, trace_of
from service.language import language_of
from service.schemas.problems import FieldProblem, Problem

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_SECONDS = 5
_CODE_OF_STATUS: Mapping[int, str] = {
    400: "bad_request",
    404: "no_such_address",
    405: "method_not_allowed",
    413: "body_too_large",
}


ErrorPage = Callable[[Request, Problem], Response]
"""Makes a page about a problem, for people."""


class ProblemResponder:
    """Answers every failure with a problem, or with a page about it if a browser asked for a page."""

    def __init__(self, error_page: ErrorPage | None = None) -> None:
        self._error_page = error_page

    def install(self, app: FastAPI) -> None:
        """Register the handlers of failures with an application."""
        handlers: Mapping[type[Exception], Callable[[Request, Any], Awaitable[Response]]] = {
            KetnoiError: self._on_ketnoi_error,
            RequestValidationError: self._on_invalid_request,
            HTTPException: self._on_http_exception,
        }
        for error_type, handler in handlers.items():
            app.add_exception_handler(error_type, handler)

    def on_fault(self, request: Request, error: Exception) -> Response:
        """The answer to an unexpected error of the service."""
        return self._respond(request, fault(request, error))

    async def _on_ketnoi_error(self, request: Request, error: KetnoiError) -> Response:
        return self._respond(request, ketnoi_problem(request, error), _headers_of(status_of(error)))

    async def _on_invalid_request(self, request: Request, error: RequestValidationError) -> Response:
        return self._respond(request, invalid_request(request, error.errors()))

    async def _on_http_exception(self, request: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        problem = problem_for(request, status, _CODE_OF_STATUS.get(status, "http_error"), detail=error.detail)
        return self._respond(request, problem, error.headers)

    def _respond(self, request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
        as_page = self._error_page if _wants_page(request) else None
        response = as_page(request, problem) if as_page else as_response(problem)
        response.headers.update(headers or {})
        return response


def fault(request: Request, error: Exception) -> Problem:
    """The problem for an unexpected error of the service. The log describes the error; the answer does not."""
    logger.error("Request %s failed: %s", request_id_of(request), trace_of(error))
    return problem_for(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error")


def ketnoi_problem(request: Request, error: KetnoiError) -> Problem:
    """The problem for a failure of Ketnoi."""
    status = status_of(error)
    if status is HTTPStatus.INTERNAL_SERVER_ERROR:
        return fault(request, error)
    if isinstance(error, StoreError) and status is HTTPStatus.SERVICE_UNAVAILABLE:
        return problem_for(request, status, "store_unavailable")  # its own message names a host or a path
    return problem_for(request, status, error.code, context=error.context, detail=error.message)


def invalid_request(request: Request, entries: Sequence[Mapping[str, Any]]) -> Problem:
    """The problem for a request with invalid parts, from the errors that pydantic lists."""
    language = language_of(request)
    problem = problem_for(request, HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request")
    errors = tuple(_field_problem(entry, language) for entry in entries)
    return problem.model_copy(update={"errors": errors})


def problem_for(
    request: Request,
    status: HTTPStatus,
    code: str,
    *,
    context: Mapping[str, object] | None = None,
    detail: str | None = None,
) -> Problem:
    """The problem of a code in the language of a request.

    Parameters
    ----------
    context
        Parameters of the catalogue's sentences.
    detail
        English sentence to use if the catalogue has none.
    """
    language = language_of(request)
    words = load_catalogue(language, "problem")
    filling = defaultdict(lambda: "…", context or {})
    has_detail = f"{code}.detail" in words.texts
    return Problem(
        type=f"urn:ketnoi:problem:{code}",
        title=words.template(f"{code}.title") if f"{code}.title" in words.texts else status.phrase,
        status=status,
        detail=words.template(f"{code}.detail").format_map(filling) if has_detail else detail or status.phrase,
        instance=request.scope["path"],
        code=code,
        request_id=request_id_of(request),
    )


def as_response(problem: Problem) -> Response:
    """A problem as JSON."""
    body = problem.model_dump_json(exclude_defaults=True)
    return Response(body, problem.status, {"Vary": "Accept-Language"}, MEDIA_TYPE)


def request_id_of(request: Request) -> str:
    """The id of a request: its own or the one the service gave it."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def _wants_page(request: Request) -> bool:
    is_page = not request.scope["path"].startswith("/v1")
    return is_page and "text/html" in request.headers.get("accept", "")


def _headers_of(status: HTTPStatus) -> Mapping[str, str]:
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(_RETRY_AFTER_SECONDS)}
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    return {}


def _field_problem(entry: Mapping[str, Any], language: Language) -> FieldProblem:
    place: Sequence[object] = entry["loc"]
    code = str(entry["type"])
    words = load_catalogue(language, "request")
    message = words.text(code, **entry.get("ctx", {})) if code in words.texts else str(entry["msg"])
    return FieldProblem(field=".".join(str(part) for part in place), code=code, message=message)
