"""How the answers of all routes are described and written."""

from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import Response
from pydantic import BaseModel

from service.problems import MEDIA_TYPE

_MEANINGS = {
    400: "The body cannot be read at all.",
    401: "The write token is missing or wrong.",
    403: "This service is for reading.",
    404: "What the request names is not in the network.",
    413: "The body is larger than 256 kB.",
    422: "A parameter or a part of the body is not valid; `errors` lists them.",
    500: "Something broke on our side.",
    503: "Not now: the network is not loaded yet, the store is away, or too many questions wait. See Retry-After.",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ways in which a route may refuse, for its description; a fault of ours is always among them."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _MEANINGS.get(status, HTTPStatus(status).phrase), "content": content}
        for status in (*statuses, 500)
    }


async def as_json(answer: BaseModel) -> Response:
    """An answer as JSON, written in a thread: a long one takes a while."""
    return Response(await to_thread.run_sync(answer.model_dump_json), media_type="application/json")
