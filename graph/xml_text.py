"""Text that XML may hold."""

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
REPLACEMENT = "\ufffd"


def legal_xml(text: str) -> str:
    r"""The text with every character that XML 1.0 forbids replaced by U+FFFD; escape it as ever.

    >>> legal_xml("a\x00b")
    'a�b'
    """
    return _ILLEGAL.sub(REPLACEMENT, text)


def injective_xml(text: str) -> str:
    r"""Legal text that differs for different texts: what is forbidden is written ``\u0000``, a backslash twice."""
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", text.replace("\\", "\\\\"))
