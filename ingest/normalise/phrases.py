"""Search for phrases in a text, word by word; case and the position of tone marks do not matter.

Diacritics matter only in texts that have any.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from graph.folding import fold, place_tones

T = TypeVar("T")
_WORD = re.compile(r"[^\W_]+")
_MAX_WORDS = 60
_MIN_LETTERS = 5


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case with diacritics; tone marks on oa, oe and uy are where newer spelling has them.

    >>> words("Khu CNC Hòa Lạc") == words("khu cnc Hoà Lạc")
    True
    """
    return tuple(_WORD.findall(place_tones(text).lower().replace("ð", "đ")))


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """The meaning of a phrase found in a text, and its words there: from ``first`` to before ``last``."""

    meaning: T
    first: int
    last: int


class Phrases(Generic[T]):
    """Phrases with their meanings; of several meanings of one phrase the first counts."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._exact: dict[tuple[str, ...], T] = {}
        self._folded: dict[tuple[str, ...], T] = {}
        self.folded_texts: dict[str, T] = {}
        for phrase, meaning in entries:
            exact, folded = words(phrase), tuple(fold(phrase).split())
            self._exact.setdefault(exact, meaning)
            self.folded_texts.setdefault(" ".join(folded), meaning)
            if exact == folded or len(folded) > 1 or len("".join(folded)) >= _MIN_LETTERS:
                self._folded.setdefault(folded, meaning)
        self._longest = max(map(len, (*self._exact, *self._folded)), default=0)

    def whole(self, text: str) -> T | None:
        """The meaning of a text that is exactly a phrase; None for any other text.

        If the text has diacritics, they must be right: *khoa học* (science) is not *khóa học* (course).
        """
        tokens = words(text)
        meaning = self._exact.get(tokens)
        is_plain = meaning is None and all(map(str.isascii, tokens))
        return self.folded_texts.get(" ".join(tokens)) if is_plain else meaning

    def begins(self, text: str) -> T | None:
        """The meaning of the longest phrase at the beginning of the text; a single short word needs its diacritics."""
        found = self._longest_at(words(text), 0)
        return found.meaning if found else None

    def ends(self, text: str) -> T | None:
        """The meaning of the longest phrase at the end of the text."""
        tokens = words(text)
        starts = range(max(0, len(tokens) - self._longest), len(tokens))
        found = (self._longest_at(tokens, start) for start in starts)
        return next((each.meaning for each in found if each and each.last == len(tokens)), None)

    def within(self, text: str) -> tuple[Found[T], ...]:
        """All phrases in the text from left to right; of phrases that overlap, the longest at the first position."""
        return tuple(self._scan(words(text)[:_MAX_WORDS]))

    def _scan(self, tokens: tuple[str, ...]) -> Iterator[Found[T]]:
        start = 0
        while start < len(tokens):
            found = self._longest_at(tokens, start)
            if found:
                yield found
            start = found.last if found else start + 1

    def _longest_at(self, tokens: tuple[str, ...], start: int) -> Found[T] | None:
        is_plain = all(map(str.isascii, tokens))
        for last in range(min(len(tokens), start + self._longest), start, -1):
            part = tokens[start:last]
            meaning = self._exact.get(part)
            if meaning is None and is_plain:
                meaning = self._folded.get(part)
            if meaning is not None:
                return Found(meaning, start, last)
        return None
