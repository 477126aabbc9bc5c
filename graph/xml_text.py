"""Text that an XML 1.0 document may hold."""

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT = "\ufffd"


def legal_xml(text: str) -> str:
    r"""The text as an XML reader gives it back, to be escaped as usual.

    Every character that XML forbids becomes U+FFFD, and every line ends in a line feed.

    >>> legal_xml("a\x00b\r\nc")
    'a�b\nc'
    """
    return _ILLEGAL.sub(_REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))


def injective_xml(text: str) -> str:
    r"""Legal text that differs for different texts, for ids and for names of attributes.

    A backslash is doubled. A carriage return, and every character that XML forbids, is written ``\uXXXX``.

    >>> injective_xml("a\x00b") != injective_xml("a\x01b")
    True
    """
    escaped = _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", text.replace("\\", "\\\\"))
    return escaped.replace("\r", "\\u000d")
