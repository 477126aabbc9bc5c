"""Addresses of web pages in the data: their host, and whether a page may link to them."""

from urllib.parse import urlsplit


def safe_link(url: str | None) -> str | None:
    """The address if it is one of a web page, else None. Other addresses in the data may run a script.

    >>> safe_link("https://hanoi.gov.vn/a"), safe_link("javascript:alert(1)"), safe_link("https:")
    ('https://hanoi.gov.vn/a', None, None)
    """
    return url if url is not None and host_of(url) else None


def host_of(url: str) -> str:
    """The host in the address of a web page without ``www.``; empty for any other text.

    >>> host_of("https://www.vietnamnet.vn/x"), host_of("//evil"), host_of("https://[")
    ('vietnamnet.vn', '', '')
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return host.removeprefix("www.") if host and parts.scheme in {"http", "https"} else ""
