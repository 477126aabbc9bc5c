"""Sessions of staff in a browser: a signed cookie that stands for the write token for some hours and names a handle."""

import hashlib
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "ketnoi_staff"
SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class StaffSession:
    """The session of a person who has shown the write token.

    Attributes
    ----------
    handle
        The name that the person signs with.
    form_token
        Secret that each form of the session sends along, so that no other site can send a form in the person's name.
    """

    handle: str
    form_token: str


def new_cookie(write_token: str, handle: str) -> str:
    """The value of the cookie of a new session, signed with the write token. It does not hold the token."""
    return _serializer(write_token).dumps([handle, secrets.token_hex(16)])


def session_in(write_token: str, cookie: str) -> StaffSession | None:
    """The session in a cookie; None if the write token did not sign the cookie, or the session has ended.

    >>> cookie = new_cookie("a-write-token", "lan.p")
    >>> session_in("a-write-token", cookie).handle, session_in("another-token", cookie)
    ('lan.p', None)
    """
    try:
        handle, form_token = _serializer(write_token).loads(cookie, max_age=SESSION_SECONDS)
    except BadSignature:
        return None
    return StaffSession(handle, form_token)


def is_token(write_token: str, sent: str) -> bool:
    """Whether a text is the write token."""
    return secrets.compare_digest(sent.encode(), write_token.encode())


def _serializer(write_token: str) -> URLSafeTimedSerializer:
    signer = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeTimedSerializer(write_token, salt="ketnoi staff session", signer_kwargs=signer)
