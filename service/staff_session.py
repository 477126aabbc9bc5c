"""Who judges in a browser: a signed mark that stands for the write token for some hours, and names a handle."""

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass

from graph.errors import InvalidQueryError
from graph.judgements import MACHINE, require_handle

COOKIE = "ketnoi_staff"
SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A person who has shown the write token.

    Attributes
    ----------
    form_token
        What each form of the session must send along, so that no other site can send one in the person's name.
    """

    handle: str
    form_token: str


def new_mark(write_token: str, handle: str, now: float | None = None) -> str:
    """The value of the cookie: handle, end and signature. It holds nothing of the token itself."""
    end = int((time.time() if now is None else now) + SESSION_SECONDS)
    content = f"{handle}:{end}:{secrets.token_hex(8)}"
    return f"{content}:{_signature(write_token, content)}"


def session_of(write_token: str, mark: str, now: float | None = None) -> StaffSession | None:
    """The session of a mark; None where it was not made with this token, or its time is over.

    >>> mark = new_mark("a-write-token", "lan.p", now=0)
    >>> session_of("a-write-token", mark, now=60).handle, session_of("another-token", mark, now=60)
    ('lan.p', None)
    >>> session_of("a-write-token", mark, now=SESSION_SECONDS + 1) is None
    True
    """
    content, _, signature = mark.rpartition(":")
    if not hmac.compare_digest(signature.encode(), _signature(write_token, content).encode()):
        return None
    handle, end, _ = content.split(":")
    if (time.time() if now is None else now) > int(end):
        return None
    return StaffSession(handle, _signature(write_token, f"form:{mark}"))


def is_token(write_token: str, sent: str) -> bool:
    """Whether a text is the write token."""
    return secrets.compare_digest(sent.encode(), write_token.encode())


def is_handle(handle: str) -> bool:
    """Whether a person may sign so."""
    try:
        require_handle(handle)
    except InvalidQueryError:
        return False
    return handle != MACHINE


def _signature(write_token: str, content: str) -> str:
    return hmac.new(write_token.encode(), content.encode(), hashlib.sha256).hexdigest()
