"""Single cells: the values that a cell may have, and the most likely correct form of a wrong value."""

import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from graph.dates import last_day
from graph.folding import nfc
from graph.interop import LIST_SEPARATOR

MAX_ID_CHARACTERS = 200
MAX_NAME_CHARACTERS = 1_000
MAX_TEXT_CHARACTERS = 100_000

_MAX_INTEGER = 2**63 - 1
_NUMBER = re.compile(r"[0-9]{1,30}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?")
_GROUPED_NUMBER = re.compile(r"[0-9]{1,3}([., ][0-9]{3})+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_DATE_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<y>[0-9]{4})[-/. ]+(?P<m>[0-9]{1,2})[-/. ]+(?P<d>[0-9]{1,2})([T ].*)?",
        r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
        r"(?P<d>[0-9]{1,2})[-/. ]+(?P<m>[0-9]{1,2})[-/. ]+(?P<y>[0-9]{4})( .*)?",
        r"(?P<y>[0-9]{4})[-/. ]+(?P<m>[0-9]{1,2})",
        r"(?P<m>[0-9]{1,2})[-/. ]+(?P<y>[0-9]{4})",
        r"[^0-9]*(?P<y>[0-9]{4})([^0-9].*)?",
    )
)
_DATE_EXAMPLES = "2025, 2025-03, 2025-03-15"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text fit to be stored, and what was changed or noticed: pairs of an issue code and a detail."""

    text: str
    noticed: tuple[tuple[str, str], ...] = ()


class CellError(Exception):
    """A cell that cannot be read, as an issue code and a detail.

    The readers of this package catch it and turn it into an :class:`ingest.issues.Issue`; it never reaches a user.
    """

    def __init__(self, code: str, detail: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def clean(text: str) -> Cleaned:
    """The text in NFC, without white space at its ends; control characters become spaces.

    Raises
    ------
    CellError
        ``bad_character``: the text contains a lone surrogate, which no store can hold.
    """
    if lone := _SURROGATE.search(text):
        raise CellError("bad_character", code_point(lone[0]))
    noticed = []
    if control := _CONTROL.search(text):
        noticed.append(("removed_character", code_point(control[0])))
        text = _CONTROL.sub(" ", text)
    if "\ufffd" in text:
        noticed.append(("lost_character", code_point("\ufffd")))
    return Cleaned(nfc(text), tuple(noticed))


def code_point(character: str) -> str:
    """The code point of a character, followed by its Unicode name if it has one.

    >>> code_point(chr(0x200B))
    'U+200B ZERO WIDTH SPACE'
    """
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()


def identifier(text: str) -> str:
    """The text, if it is short and all its characters are printable.

    Raises
    ------
    CellError
        ``too_long`` or ``bad_character``: the text is not an identifier.
    """
    if len(text) > MAX_ID_CHARACTERS:
        raise CellError("too_long", str(MAX_ID_CHARACTERS))
    if not text.isprintable():
        raise CellError("bad_character", code_point(next(char for char in text if not char.isprintable())))
    return text


def name(text: str) -> str:
    """The text, if it is short enough to be a name.

    Raises
    ------
    CellError
        ``too_long``: the text has more than :data:`MAX_NAME_CHARACTERS` characters.
    """
    if len(text) > MAX_NAME_CHARACTERS:
        raise CellError("too_long", str(MAX_NAME_CHARACTERS))
    return text


def items(text: str) -> tuple[str, ...]:
    """The distinct items of a list, in their order.

    >>> items("ai | iot||ai")
    ('ai', 'iot')
    """
    return tuple(dict.fromkeys(item for part in text.split(LIST_SEPARATOR) if (item := part.strip())))


@lru_cache(maxsize=65_536)
def partial_date(text: str) -> str:
    """The text, if it is a date written ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    Raises
    ------
    CellError
        ``bad_date``: the text is not such a date; the detail is the most likely correct form.
    """
    if not _is_date(text):
        raise CellError("bad_date", nearest_date(text))
    return text


def nearest_date(text: str) -> str:
    """The most likely correct form of a date, read day before month as in Vietnam; examples where no date is found.

    >>> nearest_date("3/4/2025"), nearest_date("31/02/2025"), nearest_date("2025-13"), nearest_date("khoảng 2019")
    ('2025-04-03', '2025-02', '2025', '2019')
    """
    for form in _DATE_FORMS:
        match = form.fullmatch(text)
        if match is None:
            continue
        parts = match.groupdict()
        year, month, day = parts["y"], (parts.get("m") or "").zfill(2), (parts.get("d") or "").zfill(2)
        for guess in (f"{year}-{month}-{day}", f"{year}-{day}-{month}", f"{year}-{month}", year):
            if _is_date(guess):
                return guess
    return _DATE_EXAMPLES


def _is_date(text: str) -> bool:
    if not text.isascii():
        return False
    try:
        last_day(text)
    except ValueError:
        return False
    return True


def whole_number(text: str) -> int:
    """The integer that a text means, such as an amount of đồng.

    Raises
    ------
    CellError
        ``bad_number``: the text is not an integer, or is larger than 64 bits can hold.

    >>> whole_number("1500000000"), whole_number("1.5e9")
    (1500000000, 1500000000)
    """
    value = Decimal(_number(text))
    if value != value.to_integral_value() or value > _MAX_INTEGER:
        raise CellError("bad_number", _nearest_number(text))
    return int(value)


def amount(text: str) -> float:
    """The number that a text means, written with a decimal point.

    Raises
    ------
    CellError
        ``bad_number``: the text is not a number, or is too large for a float.
    """
    value = float(_number(text))
    if math.isinf(value):
        raise CellError("bad_number", _nearest_number(text))
    return value


def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise CellError("bad_number", _nearest_number(text))
    return text


def _nearest_number(text: str) -> str:
    return re.sub("[., ]", "", text) if _GROUPED_NUMBER.fullmatch(text) else "1500000000"
