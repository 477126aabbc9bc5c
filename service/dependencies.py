"""What routes ask for: the network, threads to score and write in, the settings, leave to write."""

import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.convertors import register_url_convertor

from service.errors import WritesDisabledError, WriteTokenError
from service.network_state import Network, NetworkState
from service.path_segments import SegmentConvertor
from service.settings import Settings
from service.threads import BoundedThreads

# Here, as every module with routes imports this one before it names a path.
register_url_convertor("segment", SegmentConvertor())

_bearer = HTTPBearer(auto_error=False, description="The service's KETNOI_WRITE_TOKEN.")


async def network_state(request: Request) -> NetworkState:
    """The holder of the network."""
    state: NetworkState = request.app.state.network_state
    return state


async def current_network(state: Annotated[NetworkState, Depends(network_state)]) -> Network:
    """The network to answer from; every use within one request is given the same."""
    return state.current


async def scoring_threads(request: Request) -> BoundedThreads:
    """Where scoring is to run."""
    threads: BoundedThreads = request.app.state.scoring
    return threads


async def writing_threads(request: Request) -> BoundedThreads:
    """Where the store is to be written."""
    threads: BoundedThreads = request.app.state.writing
    return threads


async def settings_of(request: Request) -> Settings:
    """The settings the service was started with."""
    settings: Settings = request.app.state.settings
    return settings


async def require_write_token(
    settings: Annotated[Settings, Depends(settings_of)],
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Let a request pass that brings the write token.

    Raises
    ------
    WritesDisabledError
        The service has no such token.
    WriteTokenError
        The request brings none, or another.
    """
    if settings.write_token is None:
        raise WritesDisabledError
    expected = settings.write_token.get_secret_value()
    if sent is None or not secrets.compare_digest(sent.credentials.encode(), expected.encode()):
        raise WriteTokenError


CurrentState = Annotated[NetworkState, Depends(network_state)]
CurrentNetwork = Annotated[Network, Depends(current_network)]
CurrentSettings = Annotated[Settings, Depends(settings_of)]
Scoring = Annotated[BoundedThreads, Depends(scoring_threads)]
Writing = Annotated[BoundedThreads, Depends(writing_threads)]
