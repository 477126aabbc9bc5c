"""Forms in which words are compared, and the words that carry no topic."""

import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

import snowballstemmer

from graph.folding import fold, place_tones
from graph.kinds import Language

_STEMMER = snowballstemmer.stemmer("english")


@cache
def stopword_lists() -> dict[str, list[str]]:
    """The lists of the stopwords file: ``vi``, ``en``, and ``phrases`` that mean something else than their words."""
    return tomllib.loads(files("matching.text").joinpath("stopwords.toml").read_text(encoding="utf-8"))


@cache
def stopwords() -> frozenset[str]:
    """Folded words that carry no topic, in both languages."""
    return folded_stopwords("vi") | folded_stopwords("en")


@cache
def folded_stopwords(language: Language) -> frozenset[str]:
    """Folded words that carry no topic in one language."""
    return frozenset(map(folded_form, stopword_lists()[language]))


@cache
def vietnamese_stopwords() -> frozenset[str]:
    """Vietnamese words that carry no topic, with diacritics."""
    return frozenset(map(place_tones, stopword_lists()["vi"]))


def is_accented(text: str) -> bool:
    """Whether a text is written with Vietnamese diacritics.

    >>> is_accented("nông nghiệp"), is_accented("nong nghiep")
    (True, False)
    """
    if text.isascii():
        return False
    decomposed = unicodedata.normalize("NFD", text)
    return any(unicodedata.combining(char) or char in "đĐ" for char in decomposed)


@lru_cache(maxsize=200_000)
def folded_form(word: str) -> str:
    """A word without diacritics, and without its ending where it is English; Vietnamese syllables have none to lose.

    >>> folded_form("cảm"), folded_form("sensors")
    ('cam', 'sensor')
    """
    return str(_STEMMER.stemWord(fold(word).replace(" ", "")))


@lru_cache(maxsize=200_000)
def exact_form(word: str) -> str:
    """A word as it is told apart in a text with diacritics; a word without any is folded, as English words are.

    >>> exact_form("Cảm"), exact_form("sensors")
    ('cảm', 'sensor')
    """
    lower = word.lower()
    return place_tones(lower) if is_accented(lower) else folded_form(lower)
