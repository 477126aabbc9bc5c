"""Dependencies of routes: the network, threads for scoring and writing, the settings, the permission to write."""

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

# Registered here, because every module with routes imports this one before it defines a path.
register_url_convertor("segment", SegmentConvertor())

_bearer = HTTPBearer(auto_error=False, description="The service's KETNOI_WRITE_TOKEN.")


async def network_state(request: Request) -> NetworkState:
    """The state that holds the current network."""
    state: NetworkState = request.app.state.network_state
    return state


async def current_network(state: Annotated[NetworkState, Depends(network_state)]) -> Network:
    """The network to answer from, the same throughout a request."""
    return state.current


async def scoring_threads(request: Request) -> BoundedThreads:
    """The threads that score."""
    threads: BoundedThreads = request.app.state.scoring
    return threads


async def writing_threads(request: Request) -> BoundedThreads:
    """The thread that writes to the store."""
    threads: BoundedThreads = request.app.state.writing
    return threads


async def settings_of(request: Request) -> Settings:
    """The settings of the service."""
    settings: Settings = request.app.state.settings
    return settings


async def require_write_token(
    settings: Annotated[Settings, Depends(settings_of)],
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Check that a request carries the write token.

    Raises
    ------
    WritesDisabledError
        The service has no write token.
    WriteTokenError
        The request has no token, or a wrong one.
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
