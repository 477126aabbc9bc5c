"""Ids with any characters in paths. A slash inside an id does not separate segments."""

from urllib.parse import quote, unquote

from starlette.convertors import Convertor
from starlette.types import ASGIApp, Receive, Scope, Send


class SegmentConvertor(Convertor[str]):
    """Decodes one segment of a raw path: ``{actor_id:segment}``."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """The text that the segment encodes.

        >>> SegmentConvertor().convert("a%2Fb")
        'a/b'
        """
        return unquote(value)

    def to_string(self, value: str) -> str:
        """The segment that encodes a text; for addresses made from the name of a route."""
        return quote(value, safe="")


class RawPathMiddleware:
    """Routes each request by its raw path.

    A server decodes the path, so that ``/actors/a%2Fb`` and ``/actors/a/b`` become the same. With the raw path they
    differ, and :class:`SegmentConvertor` decodes each segment by itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its raw path."""
        if scope["type"] == "http" and (raw_path := scope.get("raw_path")):
            scope["path"] = raw_path.decode("ascii", "replace")
        await self._app(scope, receive, send)
