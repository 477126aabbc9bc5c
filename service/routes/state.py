"""How the service is: alive, ready, of which version."""

from datetime import datetime
from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import Field

from service.dependencies import CurrentState
from service.network_state import NetworkState
from service.routes.answers import refusals
from service.schemas import LooseStamp, Outgoing

router = APIRouter(prefix="/v1", tags=["service"], responses=refusals())


class Health(Outgoing):
    """The process is alive."""

    status: Literal["alive"] = "alive"


class StoreOut(Outgoing):
    """How the store answered when it was last asked."""

    answers: bool
    checked_at: datetime | None = Field(description="Null while it is being asked for the first time.")
    failure: str | None = Field(description="Code of what went wrong, null where nothing did.")


class Readiness(LooseStamp):
    """Whether questions can be answered, and from what."""

    ready: bool = Field(description="A network is loaded. It stays so while the store is away.")
    store: StoreOut


class Version(LooseStamp):
    """What runs here."""

    version: str = Field(examples=["0.1.0"])


@router.get("/health")
async def health() -> Health:
    """Answers as long as the process is alive, whatever else it does."""
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


def loose_stamp(state: NetworkState) -> LooseStamp:
    """The stamp of the network, empty where none is loaded."""
    network = state.loaded
    if network is None:
        return LooseStamp()
    return LooseStamp(as_of=network.as_of, snapshot=network.snapshot.digest, model_version=network.model_version)
