"""Finds listed terms in a text, whatever language and spelling it is written in: the longest first."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import sqrt
from typing import Literal, NamedTuple

from graph.kinds import Language
from matching.text.word_forms import exact_form, folded_form, folded_stopwords, is_accented, stopword_lists, stopwords

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s&-]+")
_MIN_BORROWED = 5
"""Letters of an English word that is looked for in Vietnamese without diacritics: shorter ones look like syllables."""

Entry = tuple[str, Language, str]
"""An id, a language, and a term that points to the id."""
Spelling = Literal["exact", "folded_vi", "folded_en", "folded"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A term found in a text.

    Attributes
    ----------
    ids
        What the term points to.
    written
        The term as the text writes it, lower case.
    n_words
        Its number of words.
    start
        Place of its first word among the tokens of the text, where a run of punctuation counts as one token.
    """

    ids: tuple[str, ...]
    written: str
    n_words: int
    start: int

    @property
    def weight(self) -> float:
        """The square root of the number of words: a long term is surer than a short one, though not in proportion."""
        return sqrt(self.n_words)


class _Terms:
    """Terms in one spelling: what each points to, and how long the terms are that begin with a word."""

    def __init__(self) -> None:
        self.ids: dict[str, tuple[str, ...]] = {}
        self.lengths: dict[str, tuple[int, ...]] = {}

    def add(self, words: Sequence[str], term_id: str) -> None:
        key = " ".join(words)
        if not key:
            return
        self.ids[key] = tuple(dict.fromkeys((*self.ids.get(key, ()), term_id)))
        self._count(words)

    def silence(self, words: Sequence[str]) -> None:
        """Make a term point to nothing, while it still hides those inside it."""
        self.ids[" ".join(words)] = ()
        self._count(words)

    def remove(self, word: str) -> None:
        self.ids.pop(word, None)

    def _count(self, words: Sequence[str]) -> None:
        lengths = {*self.lengths.get(words[0], ()), len(words)}
        self.lengths[words[0]] = tuple(sorted(lengths, reverse=True))


class PhraseBook:
    """Terms of both languages, to be found in texts.

    A text with Vietnamese diacritics is held against accented terms, one without against folded terms, so that
    "rau" is no "râu" where the writer tells them apart; of the folded ones, against those of the language that its
    small words tell. A term in capitals, such as AI, is found in capitals only: folded, "ai" asks who. Punctuation
    parts terms, a longer term hides the shorter ones inside it, and phrases of the stopwords file hide what they hold.

    Parameters
    ----------
    entries
        The terms.
    folds_syllables
        Whether a single syllable with diacritics is found in a text without them too: "so" may be "sở", "số" or "sợ".
    """

    def __init__(self, entries: Iterable[Entry], *, folds_syllables: bool = True) -> None:
        self._folds_syllables = folds_syllables
        self._capitals = _Terms()
        self._spelt: dict[Spelling, _Terms] = {
            "exact": _Terms(),
            "folded_vi": _Terms(),
            "folded_en": _Terms(),
            "folded": _Terms(),
        }
        for term_id, language, term in entries:
            self._add(term_id, language, unicodedata.normalize("NFC", term))
        for terms in (self._spelt["folded_vi"], self._spelt["folded_en"], self._spelt["folded"]):
            for word in stopwords():
                terms.remove(word)  # "cho" is for more often than it is "chợ", a market
        for phrase in stopword_lists()["phrases"]:
            self._spelt["exact"].silence([exact_form(word) for word in phrase.split()])
            for terms in (self._spelt["folded_vi"], self._spelt["folded"]):
                terms.silence([folded_form(word) for word in phrase.split()])

    def _add(self, term_id: str, language: Language, term: str) -> None:
        words = _WORD.findall(term)
        if term.isupper():
            self._capitals.add(words, term_id)
            return
        folded = [folded_form(word) for word in words]
        self._spelt["exact"].add([exact_form(word) for word in words], term_id)
        if len(words) == 1 and is_accented(term) and not self._folds_syllables:
            return
        self._spelt["folded"].add(folded, term_id)
        self._spelt["folded_vi" if language == "vi" else "folded_en"].add(folded, term_id)
        if language == "en" and (len(words) > 1 or len(folded[0]) >= _MIN_BORROWED):
            self._spelt["folded_vi"].add(folded, term_id)
        if language == "vi" and (len(words) > 1 or not is_accented(term)):
            self._spelt["folded_en"].add(folded, term_id)

    def find(self, text: str) -> list[Finding]:
        """The terms of a text, in its order, those in capitals first."""
        tokens = tokens_of(text)
        looks = [_look(token) for token in tokens]
        spelling = _spelling(looks)
        forms = [look.exact if spelling == "exact" else look.folded for look in looks]
        shouted = [look.shouted for look in looks]
        return [*_longest(tokens, shouted, self._capitals), *_longest(tokens, forms, self._spelt[spelling])]


def tokens_of(text: str) -> list[str]:
    """Words and runs of punctuation.

    >>> tokens_of("AI, cảm biến")
    ['AI', ',', 'cảm', 'biến']
    """
    return _TOKEN.findall(unicodedata.normalize("NFC", text))


class _Look(NamedTuple):
    """A token as it is compared: in capitals if it is, and whether it tells a language: 1 Vietnamese, -1 English."""

    exact: str
    folded: str
    shouted: str
    accented: bool
    tells: int


@lru_cache(maxsize=200_000)
def _look(token: str) -> _Look:
    vietnamese, english = _telling_words()
    folded = folded_form(token)
    tells = (folded in vietnamese) - (folded in english)
    return _Look(exact_form(token), folded, token if token.isupper() else "", is_accented(token), tells)


def _spelling(looks: Sequence[_Look]) -> Spelling:
    if any(look.accented for look in looks):
        return "exact"
    lean = sum(look.tells for look in looks)
    if not lean:
        return "folded"
    return "folded_vi" if lean > 0 else "folded_en"


@cache
def _telling_words() -> tuple[frozenset[str], frozenset[str]]:
    vietnamese, english = folded_stopwords("vi"), folded_stopwords("en")
    return vietnamese - english, english - vietnamese


def _longest(tokens: Sequence[str], forms: Sequence[str], terms: _Terms) -> Iterable[Finding]:
    start = 0
    while start < len(forms):
        for length in terms.lengths.get(forms[start], ()):
            found = terms.ids.get(" ".join(forms[start : start + length]))
            if found is not None and start + length <= len(forms):
                if found:
                    yield Finding(found, " ".join(tokens[start : start + length]).lower(), length, start)
                start += length - 1
                break
        start += 1
