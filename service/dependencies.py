"""What routes ask for: the network, the scoring threads, the settings, the reader's language."""

from typing import Annotated

from fastapi import Depends, Request

from graph.kinds import Language
from service.language import language_of
from service.network_state import Network, NetworkState
from service.scoring import ScoringQueue
from service.settings import Settings


async def network_state(request: Request) -> NetworkState:
    """The holder of the network."""
    state: NetworkState = request.app.state.network_state
    return state


async def current_network(state: Annotated[NetworkState, Depends(network_state)]) -> Network:
    """The network to answer from; every use within one request is given the same."""
    return state.current


async def scoring_queue(request: Request) -> ScoringQueue:
    """Where scoring is to run."""
    queue: ScoringQueue = request.app.state.scoring
    return queue


async def settings_of(request: Request) -> Settings:
    """The settings the service was started with."""
    settings: Settings = request.app.state.settings
    return settings


async def message_language(request: Request) -> Language:
    """The language of messages; pages have their own in their address."""
    return language_of(request)


CurrentState = Annotated[NetworkState, Depends(network_state)]
CurrentNetwork = Annotated[Network, Depends(current_network)]
CurrentSettings = Annotated[Settings, Depends(settings_of)]
Scoring = Annotated[ScoringQueue, Depends(scoring_queue)]
MessageLanguage = Annotated[Language, Depends(message_language)]
