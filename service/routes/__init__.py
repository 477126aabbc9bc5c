"""The API under ``/v1``, one module a resource."""

from fastapi import APIRouter

from service.routes import actors, kinds, match, merges, projects, state, writes
from service.routes.answers import refusals


def api_router() -> APIRouter:
    """Every route of the API."""
    router = APIRouter(responses=refusals(422))
    for module in (actors, projects, match, kinds, state, writes, merges):
        router.include_router(module.router)
    return router
