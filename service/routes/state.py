"""The state of the service: alive, ready, its version and its description."""

from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from service.dependencies import CurrentState
from service.routes.answers import loose_stamp, refusals
from service.schemas.state import Health, Readiness, StoreOut, Version

router = APIRouter(prefix="/v1", tags=["service"], responses=refusals())


@router.get("/health")
async def health() -> Health:
    """Answer for as long as the process is alive."""
    return Health()


@router.get("/ready", responses={503: {"model": Readiness, "description": "There is no network to answer from yet."}})
async def ready(state: CurrentState, response: Response) -> Readiness:
    """Whether there is a network to answer from, and whether its store answers."""
    response.status_code = 200 if state.loaded else 503
    status = state.status
    return Readiness(
        **loose_stamp(state).model_dump(),
        ready=state.loaded is not None,
        store=StoreOut(
            answers=status.answers,
            checked_at=status.checked_at,
            failure=status.failure.code if status.failure else None,
        ),
    )


@router.get("/version")
async def get_version(state: CurrentState) -> Version:
    """The version of the service, of its model and of its network."""
    return Version(**loose_stamp(state).model_dump(), version=version("ketnoi"))


@router.get("/openapi.json", include_in_schema=False)
async def get_description(request: Request) -> JSONResponse:
    """The OpenAPI description of the API."""
    return JSONResponse(request.app.openapi())
