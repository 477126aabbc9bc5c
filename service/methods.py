"""HEAD and OPTIONS for every address, and the methods that an address takes, as plain ASGI."""

from http import HTTPStatus

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ROUTED_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class MethodsMiddleware:
    """Answers HEAD as GET without a body and OPTIONS with ``Allow``, and sets ``Allow`` on each refusal of a method."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it if its method is OPTIONS."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        as_sent = {**scope}  # routing changes the scope

        async def send_allowing(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.METHOD_NOT_ALLOWED:
                MutableHeaders(scope=message)["Allow"] = ", ".join(allowed_methods(as_sent))
            await send(message)

        if scope["method"] == "HEAD":
            # The server needs to know that the request is HEAD, so that its own scope stays as it is.
            as_get = {**scope, "method": "GET"}
            await self._app(as_get, receive, _without_body(send_allowing))
            scope["route"] = as_get.get("route")
        elif scope["method"] == "OPTIONS" and (allowed := allowed_methods(scope)):
            await Response(None, HTTPStatus.NO_CONTENT, {"Allow": ", ".join(allowed)})(scope, receive, send)
        else:
            await self._app(scope, receive, send_allowing)


def allowed_methods(scope: Scope) -> tuple[str, ...]:
    """The methods that the address of a request takes; none if there is no such address."""
    app: Starlette = scope["app"]
    routed = [method for method in _ROUTED_METHODS if _takes(app, {**scope, "method": method})]
    if not routed:
        return ()
    return (*(["GET", "HEAD"] if "GET" in routed else []), *(m for m in routed if m != "GET"), "OPTIONS")


def _takes(app: Starlette, scope: Scope) -> bool:
    for route in app.routes:
        match, _ = route.matches(scope)
        # A mount matches every method; ours serves files, for reading.
        if match is Match.FULL and (scope["method"] == "GET" or not isinstance(route, Mount)):
            return True
    return False


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head
