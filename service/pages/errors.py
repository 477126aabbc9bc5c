"""Failures as pages: what happened, what to do next, never a trace."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from service.pages.rendering import Reader
from service.problems import Problem


def error_page(request: Request, problem: Problem) -> HTMLResponse:
    """The page of a problem in the language of the address that was asked for."""
    return Reader.of(request).notice("error.html", problem.status, problem=problem)
