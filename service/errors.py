"""Failures of the service, and the HTTP status of each failure of Ketnoi.

::

    KetnoiError
    ├── NetworkNotLoadedError   no network is loaded yet
    ├── TooBusyError            too many questions wait for an answer
    ├── WritesDisabledError     the service is read-only
    ├── WriteTokenError         the write token is missing or wrong
    └── ListenError             the service cannot listen at the requested address
"""

import traceback
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from graph.errors import (
    DanglingEndError,
    InvalidQueryError,
    KetnoiError,
    NotFoundError,
    StoreCredentialsError,
    StoreSchemaError,
    StoreUnavailableError,
)


class NetworkNotLoadedError(KetnoiError):
    """No network is loaded yet.

    Parameters
    ----------
    cause
        Failure of the last try; None during the first one.
    """

    def __init__(self, cause: KetnoiError | None = None) -> None:
        reason = cause.code if cause else "still_loading"
        message = "The network is not loaded yet. Try again in a moment; /v1/ready says what is missing."
        super().__init__("network_not_loaded", message, reason=reason)


class TooBusyError(KetnoiError):
    """Too many questions wait for an answer."""

    def __init__(self) -> None:
        super().__init__("too_busy", "Too many questions are waiting for an answer. Try again in a few seconds.")


class WritesDisabledError(KetnoiError):
    """The service is read-only."""

    def __init__(self) -> None:
        super().__init__(
            "writes_disabled", "This service is for reading. To allow writes, start it with KETNOI_WRITE_TOKEN set."
        )


class WriteTokenError(KetnoiError):
    """The write token is missing or wrong."""

    def __init__(self) -> None:
        super().__init__(
            "write_token_refused", "Writing needs the header “Authorization: Bearer …” with this service's write token."
        )


class ListenError(KetnoiError):
    """The service cannot listen at the requested address."""


STATUS_OF: Mapping[type[KetnoiError], HTTPStatus] = MappingProxyType(
    {
        NotFoundError: HTTPStatus.NOT_FOUND,
        InvalidQueryError: HTTPStatus.UNPROCESSABLE_ENTITY,
        DanglingEndError: HTTPStatus.UNPROCESSABLE_ENTITY,
        WritesDisabledError: HTTPStatus.FORBIDDEN,
        WriteTokenError: HTTPStatus.UNAUTHORIZED,
        NetworkNotLoadedError: HTTPStatus.SERVICE_UNAVAILABLE,
        TooBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
        StoreUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
        StoreCredentialsError: HTTPStatus.SERVICE_UNAVAILABLE,
        StoreSchemaError: HTTPStatus.SERVICE_UNAVAILABLE,
        KetnoiError: HTTPStatus.INTERNAL_SERVER_ERROR,
    }
)
"""Status of each class of failures; any other class has the status of its nearest ancestor here."""


def status_of(error: KetnoiError) -> HTTPStatus:
    """The HTTP status of the answer to a failure.

    >>> status_of(NotFoundError("actor_not_found", "There is no such actor.")).value
    404
    """
    return next(STATUS_OF[ancestor] for ancestor in type(error).__mro__ if ancestor in STATUS_OF)


def trace_of(error: BaseException) -> str:
    """The trace of an error and its causes, without their messages, which may quote names and texts of people."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    trace = f"{type(error).__qualname__}\n{''.join(frames)}".rstrip()
    cause = error.__cause__ or error.__context__
    return trace if cause is None else f"{trace}\ncaused by {trace_of(cause)}"
