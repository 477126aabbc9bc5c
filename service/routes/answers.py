"""How the routes describe, stamp and write their answers."""

from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import Response
from pydantic import BaseModel

from service.network_state import Network, NetworkState
from service.problems import MEDIA_TYPE
from service.schemas.common import LooseStamp, Stamp

_MEANINGS = {
    400: "The body cannot be read at all.",
    401: "The write token is missing or wrong.",
    403: "This service is read-only.",
    404: "The network has nothing of the name in the request.",
    413: "The body is larger than 256 kB.",
    422: "A parameter or a part of the body is not valid or not known; `errors` lists them.",
    500: "The service failed.",
    503: "The network is not loaded yet, the store does not answer, or too many questions wait. See Retry-After.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals of a route, for its OpenAPI description; status 500 is always among them."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _MEANINGS.get(status, HTTPStatus(status).phrase), "content": content}
        for status in (*statuses, 500)
    }


def stamp_of(network: Network) -> Stamp:
    """The stamp of every answer that is made from a network."""
    return Stamp(as_of=network.as_of, snapshot=network.snapshot.digest, model_version=network.model_version)


def loose_stamp(state: NetworkState) -> LooseStamp:
    """The stamp of the current network; an empty stamp before a network is loaded."""
    network = state.loaded
    return LooseStamp() if network is None else LooseStamp(**stamp_of(network).model_dump())


async def as_json(answer: BaseModel) -> Response:
    """An answer as JSON. A thread writes it, because a long answer takes a while."""
    return Response(await to_thread.run_sync(answer.model_dump_json), media_type="application/json")
