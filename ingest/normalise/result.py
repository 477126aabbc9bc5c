"""The result of normalising a cell, and what the functions that read cells have in common."""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

MAX_CHARACTERS = 500
"""A longer cell is a text and not a single value; set by hand."""
MAX_LIST_CHARACTERS = 2_000
"""A longer cell is a text and not a list of values; set by hand."""

_STROKE = str.maketrans({"đ": "d", "Đ": "D"})
_PLAIN = {
    **{0xFF00 + offset: chr(0x20 + offset) for offset in range(1, 0x5F)},
    **dict.fromkeys(map(ord, "‐‑‒–—−"), "-"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), None),
}
"""Full-width characters, dashes and characters without width, and the plain characters that replace them."""


@dataclass(frozen=True, slots=True)
class Normalised(Generic[T_co]):
    """A value in the form in which it is stored, and the issues to be reported: pairs of a code and a detail."""

    value: T_co
    noticed: tuple[tuple[str, str | None], ...] = ()

    def with_notice(self, code: str, detail: str | None) -> "Normalised[T_co]":
        """The same value with one more issue.

        >>> Normalised("2025-04-03").with_notice("ambiguous_date", "2025-04-03").noticed
        (('ambiguous_date', '2025-04-03'),)
        """
        return replace(self, noticed=(*self.noticed, (code, detail)))


@cache
def facts(name: str) -> Mapping[str, Any]:
    """The contents of a data file of this package, read once."""
    text = files("ingest.normalise").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def simplify(text: str) -> str:
    """The text with plain digits, plain dashes and single spaces; its letters are unchanged.

    Full-width characters become ordinary ones. Superscripts are kept, because 10² is not 102.

    >>> simplify("０３ – ０４ – ２０２５")
    '03 - 04 - 2025'
    """
    return " ".join(text.translate(_PLAIN).split())


def plain(text: str) -> str:
    """The simplified text in lower case without diacritics; its punctuation is kept.

    >>> plain("Quý II/2025 – Đến nay")
    'quy ii/2025 - den nay'
    """
    stripped = unicodedata.normalize("NFD", simplify(text).translate(_STROKE).casefold())
    return "".join(char for char in stripped if not unicodedata.combining(char))
