"""Finds listed terms in a text that may be Vietnamese or English, with or without diacritics; longer terms win."""

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
_MIN_LETTERS_OF_ENGLISH = 5
"""Letters that an English word needs to be looked for in Vietnamese without diacritics: shorter words look like
Vietnamese syllables. Set by hand."""

Entry = tuple[str, Language, str]
"""An id, a language, and a term in that language that stands for the id."""
Spelling = Literal["exact", "folded_vi", "folded_en", "folded"]
"""How a text is compared: with its diacritics, or folded and as Vietnamese, English or either."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A term found in a text.

    Attributes
    ----------
    ids
        Ids that the term stands for.
    written
        The term as the text writes it, in lower case.
    n_words
        Number of words of the term.
    start
        Position of the first word among the tokens of the text; see :func:`tokens_of`.
    """

    ids: tuple[str, ...]
    written: str
    n_words: int
    start: int

    @property
    def weight(self) -> float:
        """The square root of the number of words. Set by hand: a longer term is surer, but not in proportion."""
        return sqrt(self.n_words)


class _Terms:
    """The terms of one spelling.

    Attributes
    ----------
    ids
        Ids that each term stands for, by the term.
    lengths
        Numbers of words of the terms that begin with a word, longest first, by the word.
    """

    def __init__(self) -> None:
        self.ids: dict[str, tuple[str, ...]] = {}
        self.lengths: dict[str, tuple[int, ...]] = {}

    def add(self, words: Sequence[str], term_id: str) -> None:
        key = " ".join(words)
        if not key:
            return
        self.ids[key] = tuple(dict.fromkeys((*self.ids.get(key, ()), term_id)))
        self._count(words)

    def hide(self, words: Sequence[str]) -> None:
        """Let a phrase stand for nothing. It is still found, and so hides the shorter terms inside it."""
        self.ids[" ".join(words)] = ()
        self._count(words)

    def remove(self, word: str) -> None:
        self.ids.pop(word, None)

    def _count(self, words: Sequence[str]) -> None:
        lengths = {*self.lengths.get(words[0], ()), len(words)}
        self.lengths[words[0]] = tuple(sorted(lengths, reverse=True))


class PhraseBook:
    """Terms of both languages that can be found in a text.

    - A text with Vietnamese diacritics is compared with the exact forms of the terms, so that "rau" (vegetable) does
      not match "râu" (beard).
    - A text without diacritics is compared with their folded forms: the Vietnamese terms if most of its stopwords are
      Vietnamese, the English terms if most are English, and all terms if neither.
    - A term in capitals, such as AI, matches capitals only, since the Vietnamese word "ai" means who.
    - Punctuation ends a term. A longer term hides the shorter terms inside it, and so does each of the ``phrases`` in
      ``stopwords.toml``.

    Parameters
    ----------
    entries
        The terms.
    folds_syllables
        Whether a term of one accented syllable is also found in a text without diacritics, where "so" may be "sở", "số"
        or "sợ".
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
                terms.remove(word)  # in folded text "cho" is more often "cho" (for) than "chợ" (market)
        for phrase in stopword_lists()["phrases"]:
            self._spelt["exact"].hide([exact_form(word) for word in phrase.split()])
            for terms in (self._spelt["folded_vi"], self._spelt["folded"]):
                terms.hide([folded_form(word) for word in phrase.split()])

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
        if language == "en" and (len(words) > 1 or len(folded[0]) >= _MIN_LETTERS_OF_ENGLISH):
            self._spelt["folded_vi"].add(folded, term_id)
        if language == "vi" and (len(words) > 1 or not is_accented(term)):
            self._spelt["folded_en"].add(folded, term_id)

    def find(self, text: str) -> list[Finding]:
        """The terms that a text holds: first the terms in capitals, then all others, each in the order of the text."""
        tokens = tokens_of(text)
        token_forms = [_forms_of(token) for token in tokens]
        spelling = _spelling(token_forms)
        compared = [forms.exact if spelling == "exact" else forms.folded for forms in token_forms]
        capitals = [forms.capitals for forms in token_forms]
        return [*_longest(tokens, capitals, self._capitals), *_longest(tokens, compared, self._spelt[spelling])]


def tokens_of(text: str) -> list[str]:
    """The tokens of a text: its words, and its runs of punctuation, each of which is one token.

    Hyphens and ampersands between words are left out.

    >>> tokens_of("AI, cảm biến")
    ['AI', ',', 'cảm', 'biến']
    """
    return _TOKEN.findall(unicodedata.normalize("NFC", text))


class _TokenForms(NamedTuple):
    """The forms of a token, and what it says about the language of its text.

    Attributes
    ----------
    capitals
        The token itself if it is written in capitals, else empty.
    language
        1 for a stopword of Vietnamese alone, -1 for one of English alone, 0 for any other token.
    """

    exact: str
    folded: str
    capitals: str
    accented: bool
    language: int


@lru_cache(maxsize=200_000)
def _forms_of(token: str) -> _TokenForms:
    vietnamese, english = _stopwords_of_one_language()
    folded = folded_form(token)
    language = (folded in vietnamese) - (folded in english)
    return _TokenForms(exact_form(token), folded, token if token.isupper() else "", is_accented(token), language)


def _spelling(token_forms: Sequence[_TokenForms]) -> Spelling:
    if any(forms.accented for forms in token_forms):
        return "exact"
    balance = sum(forms.language for forms in token_forms)
    if not balance:
        return "folded"
    return "folded_vi" if balance > 0 else "folded_en"


@cache
def _stopwords_of_one_language() -> tuple[frozenset[str], frozenset[str]]:
    """Folded stopwords that only the Vietnamese list has, and those that only the English list has."""
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
