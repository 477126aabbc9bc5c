"""The terms of a text, and the embedder that turns texts into vectors of terms."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from graph.folding import place_tones
from matching.text.word_forms import folded_form, folded_stopwords, is_accented, vietnamese_stopwords

_WORD = re.compile(r"\w+")


class Embedder(Protocol):
    """Turns texts into vectors of unit length; the inner product of two vectors is the similarity of their texts.

    :class:`WordEmbedder` ships with Ketnoi. A sentence encoder may take its place.
    """

    def embed(self, texts: Sequence[str]) -> sparse.csr_array:
        """One vector a text: CSR of float32, shape (n_texts, n_dimensions), unit rows.

        A text without a known term has a zero row.
        """


@lru_cache(maxsize=200_000)
def accented_form(word: str) -> str:
    """The accented term of a syllable: "~" and the syllable, its tone mark in one place; empty if it has no accents.

    >>> accented_form("hòa"), accented_form("hoa")
    ('~hoà', '')
    """
    return "~" + place_tones(word) if is_accented(word) else ""


def terms(text: str) -> Iterator[str]:
    """The terms of a text: folded syllables, pairs of neighbouring syllables, and accented syllables.

    Vietnamese writes the syllables of a word apart, so that a pair of syllables is often one word. An accented syllable
    is a term of its own: it makes a query with diacritics more precise and does not affect a query without. A stopword
    separates its neighbours, so that they form no pair. In a text without diacritics, where "doi" may be "đổi" or
    "đối", a syllable that could be a stopword is no term by itself but still forms pairs; "chuyen doi so" therefore
    finds "chuyển đổi số".

    >>> sorted(terms("Thoát nước"))
    ['nuoc', 'thoat', 'thoat nuoc', '~nước', '~thoát']
    """
    return (term for term, _ in _terms_as_written(text))


def written_terms(text: str) -> dict[str, str]:
    """The form in which a text first writes each of its terms, by the term, in the order of the text.

    >>> written_terms("Thoát nước")["thoat nuoc"]
    'thoát nước'
    """
    written: dict[str, str] = {}
    for term, form in _terms_as_written(text):
        written.setdefault(term, form)
    return written


def _terms_as_written(text: str) -> Iterator[tuple[str, str]]:
    composed = unicodedata.normalize("NFC", text).lower()
    has_accents = is_accented(composed)
    ambiguous = frozenset() if has_accents else folded_stopwords("vi")
    previous, previous_form = "", ""
    end = 0
    for match in _WORD.finditer(composed):
        word, gap = match.group(), composed[end : match.start()]
        end = match.end()
        folded, accented = folded_form(word), accented_form(word)
        if not folded or _is_stopword(word, has_accents=has_accents):
            previous = ""
            continue
        if not gap.isspace():
            previous = ""  # syllables with punctuation between them are not one word
        if folded not in ambiguous:
            yield folded, word
        if previous:
            yield f"{previous} {folded}", f"{previous_form} {word}"
        if accented:
            yield accented, word
        previous, previous_form = folded, word


def _is_stopword(word: str, *, has_accents: bool) -> bool:
    if not accented_form(word) and folded_form(word) in folded_stopwords("en"):
        return True
    return has_accents and (accented_form(word)[1:] or word) in vietnamese_stopwords()


class WordEmbedder:
    """TF-IDF vectors over :func:`terms`, with logarithmic term counts (Salton & Buckley 1988).

    Parameters
    ----------
    corpus
        The texts whose terms are known, and by which rare terms weigh more.
    """

    def __init__(self, corpus: Iterable[str]) -> None:
        texts = [text for text in corpus if any(terms(text))]
        self._vectorizer = TfidfVectorizer(analyzer=_term_list, sublinear_tf=True, dtype=np.float32)
        self._vectorizer.fit(texts or ["ketnoi"])  # the vectorizer cannot be fitted without any word

    def embed(self, texts: Sequence[str]) -> sparse.csr_array:
        """One vector a text: CSR of float32, shape (n_texts, n_terms), unit rows.

        A text without a known term has a zero row.
        """
        if not texts:
            return sparse.csr_array((0, len(self._vectorizer.vocabulary_)), dtype=np.float32)
        return sparse.csr_array(self._vectorizer.transform(texts))


def _term_list(text: str) -> list[str]:
    return list(terms(text))
