"""Mail addresses and web addresses."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from ingest.normalise.result import MAX_LIST_CHARACTERS, Normalised, facts, simplify
from ingest.values import CellError

_SEPARATOR = re.compile(r"[;,|\s]+|(?<=[a-z0-9])/+(?=[^/@\s]+@)", re.IGNORECASE)
_AT = re.compile(r"\s*[\[(]\s*(?:at|a còng|@)\s*[\])]\s*", re.IGNORECASE)
_EMAIL = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{}~.-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
_LABEL = re.compile(r"^(?:e-?mail|mailto|website|web|trang web|url|thư điện tử)\s*:(?!//)\s*", re.IGNORECASE)
_SCHEME = re.compile(r"^(https?)\s*:\s*/+\s*", re.IGNORECASE)
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_LAST_LABEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_EMAIL_EXAMPLE = "ten@example.vn"
_WEB_EXAMPLE = "https://example.vn"


def emails(text: str) -> Normalised[tuple[str, ...]]:
    """The distinct mail addresses in a cell, in lower case.

    Raises
    ------
    CellError
        ``unread_email``: the cell contains no address.

    >>> emails("Lan <LAN@hust.edu.vn>; info (at) hic.vn").value
    ('lan@hust.edu.vn', 'info@hic.vn')
    """
    if len(text) > MAX_LIST_CHARACTERS:
        raise CellError("unread_email", _EMAIL_EXAMPLE)
    parts = [part.strip("<>()[].:'\"").lower() for part in _SEPARATOR.split(_AT.sub("@", simplify(text)))]
    found = dict.fromkeys(address for part in parts if _EMAIL.fullmatch(address := _LABEL.sub("", part)))
    if not found:
        raise CellError("unread_email", _EMAIL_EXAMPLE)
    unread = [part for part in parts if "@" in part and _LABEL.sub("", part) not in found]
    return Normalised(tuple(found), tuple(("unread_email", part) for part in unread))


def web_addresses(text: str) -> Normalised[tuple[str, ...]]:
    """The distinct web addresses in a cell, with scheme, with the host in lower case, without tracking parameters.

    Raises
    ------
    CellError
        ``not_a_web_address``: the cell contains no address.

    >>> web_addresses("WWW.HUST.edu.vn/ ; hic.vn/tin?id=3&utm_source=fb").value
    ('https://www.hust.edu.vn', 'https://hic.vn/tin?id=3')
    """
    if len(text) > MAX_LIST_CHARACTERS:
        raise CellError("not_a_web_address", _WEB_EXAMPLE)
    line = _LABEL.sub("", simplify(text))
    whole = _web_address(line.replace(" ", "")) if _is_broken(line) else None
    parts = [whole] if whole else [_web_address(part) for part in re.split(r"[;|\s]+|,\s*", line) if "." in part]
    found = dict.fromkeys(address for address in parts if address)
    if not found:
        raise CellError("not_a_web_address", _WEB_EXAMPLE)
    return Normalised(tuple(found))


def web_host(address: str) -> str | None:
    """The host of a web address without ``www``; None where there is none.

    >>> web_host("https://www.soict.hust.edu.vn/tin")
    'soict.hust.edu.vn'
    """
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def web_domain(address: str) -> str | None:
    """The registered domain of a web address; None for an address on a host that many organisations share.

    >>> web_domain("https://www.soict.hust.edu.vn/tin"), web_domain("https://facebook.com/hic")
    ('hust.edu.vn', None)
    """
    host = web_host(address)
    if host is None:
        return None
    labels = host.split(".")
    n_labels = 3 if ".".join(labels[-2:]) in facts("web")["endings"] else 2
    domain = ".".join(labels[-n_labels:])
    return None if domain in facts("web")["shared"] else domain


def _is_broken(line: str) -> bool:
    """Whether a line is one address with spaces in it, such as ``https:// www. hust.edu.vn``."""
    return (
        " " in line and bool(re.match(r"(https?\s*:\s*/+|www)", line, re.IGNORECASE)) and not re.search(r"[;,|@]", line)
    )


def _web_address(written: str) -> str | None:
    written = written.strip("<>()[]'\".,")
    scheme = _SCHEME.match(written)
    rest = written[scheme.end() :] if scheme else written
    try:
        parts = urlsplit(f"//{rest}")
        port = f":{parts.port}" if parts.port else ""
        host = _host(parts.hostname or "")
    except ValueError:
        return None
    if host is None or "@" in parts.netloc:
        return None
    query = urlencode([pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(pair[0])])
    path = parts.path if parts.path != "/" or query else ""
    address = f"{scheme[1].lower() if scheme else 'https'}://{host}{port}{path}"
    return address + (f"?{query}" if query else "") + (f"#{parts.fragment}" if parts.fragment else "")


def _host(written: str) -> str | None:
    try:
        host = written.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = host.split(".")
    is_name = len(labels) > 1 and all(map(_HOST_LABEL.fullmatch, labels)) and bool(_LAST_LABEL.fullmatch(labels[-1]))
    return host if is_name and len(host) <= 253 else None


def _is_tracking(name: str) -> bool:
    patterns = facts("web")["tracking"]
    return any(name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern for pattern in patterns)
