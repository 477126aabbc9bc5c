"""Telephone numbers in E.164; mobile prefixes of Vietnam from before 2018 are replaced by the present ones."""

import re
from dataclasses import dataclass
from functools import cache

import phonenumbers

from graph.folding import fold
from ingest.normalise.result import MAX_CHARACTERS, Normalised, facts, simplify
from ingest.values import CellError

_HOME = "VN"
_EXAMPLE = "+842438694242"
_SEPARATOR = re.compile(r"[;,/|\n]+|\s-\s|\s(?:và|hoặc|or|and)\s", re.IGNORECASE)
_TRUNK_IN_BRACKETS = re.compile(r"\(\s*0\s*\)")
_IN_VIETNAM = re.compile(r"(?:\+84|0)([1-9][0-9]{6,9})")
_OLD_MOBILE = re.compile(r"(\+84|0084|84|0)?(1[0-9]{2})([0-9]{7})")
_LOOK_ALIKES = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})


def phones(text: str) -> Normalised[tuple[str, ...]]:
    """The distinct numbers in a cell, in E.164; ``x`` and the digits of an extension follow a number that has one.

    A number without country code is Vietnamese. A part that is not a number is left out and reported.

    Raises
    ------
    CellError
        ``unread_phone``: the cell contains no number.

    >>> phones("ĐT: 024.3869.4242 (máy lẻ 12) / 0168 123 4567").value
    ('+842438694242x12', '+84381234567')
    """
    if len(text) > MAX_CHARACTERS:
        raise CellError("unread_phone", _EXAMPLE)
    found: dict[str, None] = {}
    noticed: list[tuple[str, str | None]] = []
    for part in _SEPARATOR.split(text):
        written = simplify(part)
        if not written:
            continue
        number = _number(written)
        if number is None:
            noticed.append(("unread_phone", written))
            continue
        if number.was_renumbered:
            noticed.append(("phone_renumbered", number.text))
        found[number.text] = None
    if not found:
        raise CellError("unread_phone", _EXAMPLE)
    return Normalised(tuple(found), tuple(noticed))


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in E.164, and whether its old prefix was replaced."""

    text: str
    was_renumbered: bool


def _number(written: str) -> _Number | None:
    if _labels(written) & set(facts("phones")["words"]["fax"]):
        return None
    main, extension = _split_extension(_TRUNK_IN_BRACKETS.sub("", written))
    digits = _digits(main)
    renumbered = _with_new_prefix(digits)
    e164 = _home_e164(renumbered or digits) or _e164(renumbered or digits)
    if e164 is None:
        return None
    return _Number(f"{e164}x{extension}" if extension else e164, renumbered is not None)


def _e164(digits: str) -> str | None:
    """The number of any country in E.164, or None where no such number is possible."""
    try:
        parsed = phonenumbers.parse(digits, _HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _home_e164(digits: str) -> str | None:
    """The Vietnamese number in E.164, computed ten times as fast as by :func:`_e164`; None for any other number.

    >>> _home_e164("0912345678") == _e164("0912345678") == "+84912345678"
    True
    """
    match = _IN_VIETNAM.fullmatch(digits)
    if match is None or not any(
        len(match[1]) in lengths and form.fullmatch(match[1]) for form, lengths in _home_forms()
    ):
        return None
    return f"+84{match[1]}"


@cache
def _home_forms() -> tuple[tuple[re.Pattern[str], frozenset[int]], ...]:
    """The patterns of Vietnamese mobile and fixed numbers, each with the possible lengths."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(_HOME)
    kinds = (metadata.mobile, metadata.fixed_line) if metadata else ()
    return tuple(
        (re.compile(kind.national_number_pattern), frozenset(kind.possible_length))
        for kind in kinds
        if kind and kind.national_number_pattern
    )


def _labels(written: str) -> set[str]:
    return set(re.findall("[a-z]+", fold(written)))


def _split_extension(written: str) -> tuple[str, str]:
    folded_words = "|".join(map(re.escape, facts("phones")["words"]["extension"]))
    for start in range(len(written)):
        if written[start].isalpha() and not written[start - 1 : start].isalpha():
            match = re.fullmatch(rf"(?:{folded_words}) ?([0-9]{{1,6}})", fold(written[start:]))
            if match:
                return written[:start], match[1]
    return written, ""


def _digits(main: str) -> str:
    """The digits of a number; letters between digits that a scanner confuses with digits are replaced."""
    main = re.sub(r"(?<=[0-9.\s])[OolI](?=[0-9OolI.\s])", lambda match: match[0].translate(_LOOK_ALIKES), main)
    main = re.sub(r"^O(?=[0-9])", "0", main)
    digits = "".join(re.findall("[0-9]", main))
    return f"+{digits}" if re.match(r"[^0-9]*\+", main) else digits


def _with_new_prefix(digits: str) -> str | None:
    match = _OLD_MOBILE.fullmatch(digits)
    if match is None:
        return None
    prefix = facts("phones")["renumbered"].get(match[2])
    return f"0{prefix}{match[3]}" if prefix else None
