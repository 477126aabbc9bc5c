"""Ids of any characters in paths: a slash inside an id is not a slash between segments."""

from urllib.parse import quote, unquote

from starlette.convertors import Convertor
from starlette.types import ASGIApp, Receive, Scope, Send


class SegmentConvertor(Convertor[str]):
    """One segment of a path as it was sent, read as text: ``{actor_id:segment}``."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        """The text that the segment encodes.

        >>> SegmentConvertor().convert("a%2Fb")
        'a/b'
        """
        return unquote(value)

    def to_string(self, value: str) -> str:
        """The segment that encodes a text, for addresses made by name."""
        return quote(value, safe="")


class RawPathMiddleware:
    """Has requests routed by their path as it was sent.

    Servers decode the path first, after which ``/actors/a%2Fb`` and ``/actors/a/b`` are one; parameters of
    :class:`SegmentConvertor` decode their own segment instead.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its raw path."""
        if scope["type"] == "http" and (raw_path := scope.get("raw_path")):
            scope["path"] = raw_path.decode("ascii", "replace")
        await self._app(scope, receive, send)
