"""The forms in which words are compared, and the stopwords: words that carry no topic."""

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
    """The lists of ``stopwords.toml``: stopwords by language, and ``phrases`` that mislead word by word."""
    return tomllib.loads(files("matching.text").joinpath("stopwords.toml").read_text(encoding="utf-8"))


@cache
def stopwords() -> frozenset[str]:
    """Stopwords of both languages, in folded form."""
    return folded_stopwords("vi") | folded_stopwords("en")


@cache
def folded_stopwords(language: Language) -> frozenset[str]:
    """Stopwords of one language, in folded form."""
    return frozenset(map(folded_form, stopword_lists()[language]))


@cache
def vietnamese_stopwords() -> frozenset[str]:
    """Vietnamese stopwords, with diacritics."""
    return frozenset(map(place_tones, stopword_lists()["vi"]))


def is_accented(text: str) -> bool:
    """Whether a text has at least one letter with a Vietnamese diacritic.

    >>> is_accented("nông nghiệp"), is_accented("nong nghiep")
    (True, False)
    """
    if text.isascii():
        return False
    decomposed = unicodedata.normalize("NFD", text)
    return any(unicodedata.combining(char) or char in "đĐ" for char in decomposed)


@lru_cache(maxsize=200_000)
def folded_form(word: str) -> str:
    """The folded form of a word: lower case, without diacritics, and reduced to its stem.

    The stemmer is Snowball's English one (Porter 2001); it leaves most Vietnamese syllables as they are.

    >>> folded_form("cảm"), folded_form("sensors")
    ('cam', 'sensor')
    """
    return str(_STEMMER.stemWord(fold(word).replace(" ", "")))


@lru_cache(maxsize=200_000)
def exact_form(word: str) -> str:
    """The exact form of a word: lower case with its diacritics, tone marks in one place; folded if it has none.

    Accented texts are compared by this form, so that "rau" (vegetable) and "râu" (beard) stay two words.

    >>> exact_form("Cảm"), exact_form("sensors")
    ('cảm', 'sensor')
    """
    lower = word.lower()
    return place_tones(lower) if is_accented(lower) else folded_form(lower)
