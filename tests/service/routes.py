"""Every route of the service, and an address of each on the Hanoi network."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

_IDS = {"actor_id": "sc-hust", "project_id": "ch-brain"}
_REQUIRED = {"/v1/paths": {"source": "sc-ptit", "target": "bz-hic"}}


@dataclass(frozen=True)
class RoutedAddress:
    """A method and an address that a route answers.

    Attributes
    ----------
    query
        The parameters that the route requires.
    """

    method: str
    path: str
    query: dict[str, str]
    route: APIRoute

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/v1")


def routed_addresses(app: FastAPI) -> Iterator[RoutedAddress]:
    """An address for each method of each route; routes that only serve files are left out."""
    for context in iter_route_contexts(app.routes):
        route: Any = context.original_route
        if isinstance(route, APIRoute):
            assert context.path is not None
            path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: _IDS[found[1]], context.path)
            for method in sorted(context.methods or ()):
                yield RoutedAddress(method, path, _REQUIRED.get(path, {}), route)
