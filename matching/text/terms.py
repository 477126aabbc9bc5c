"""Words of profiles, projects and briefs as vectors, and the fields that words point to."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from graph.folding import place_tones
from graph.kinds import Kinds
from matching.arrays import FloatArray
from matching.text.phrase_book import Entry, Finding, PhraseBook
from matching.text.word_forms import folded_form, folded_stopwords, is_accented, stopwords, vietnamese_stopwords

__all__ = [
    "Embedder",
    "FieldReader",
    "FieldReading",
    "FloatArray",
    "WordEmbedder",
    "folded_form",
    "is_accented",
    "stopwords",
    "terms",
    "written_terms",
]

_WORD = re.compile(r"\w+")


class Embedder(Protocol):
    """Turns texts into rows of unit length whose inner product is their likeness.

    :class:`WordEmbedder` is the one that ships; a sentence encoder fits the same seam.
    """

    def embed(self, texts: Sequence[str]) -> sparse.csr_array:
        """CSR of float32, shape (n_texts, n_dimensions), rows of length one, or zero where nothing is known."""


@lru_cache(maxsize=200_000)
def accented_form(word: str) -> str:
    """The term that an accented syllable is, wherever its tone is put; nothing for one without accents.

    >>> accented_form("hòa"), accented_form("hoa")
    ('~hoà', '')
    """
    return "~" + place_tones(word) if is_accented(word) else ""


def terms(text: str) -> Iterator[str]:
    """The terms of a text: folded syllables, pairs of neighbouring syllables, and accented syllables.

    Vietnamese writes a word as syllables apart, so that a pair is most often what a word is in English. The accented
    form counts as a term of its own: it sharpens a query written with diacritics and is silent about one without.
    A word that carries no topic parts its neighbours. Where the text has no diacritics to tell "đổi" from "đối", the
    syllable still makes pairs, so that "chuyen doi so" finds "chuyển đổi số" and "tim doi tac" nothing.

    >>> sorted(terms("Thoát nước"))
    ['nuoc', 'thoat', 'thoat nuoc', '~nước', '~thoát']
    """
    return (term for term, _ in _terms_as_written(text))


def written_terms(text: str) -> dict[str, str]:
    """The terms of a text with the first form in which each is written.

    >>> written_terms("Thoát nước")["thoat nuoc"]
    'thoát nước'
    """
    written: dict[str, str] = {}
    for term, form in _terms_as_written(text):
        written.setdefault(term, form)
    return written


def _terms_as_written(text: str) -> Iterator[tuple[str, str]]:
    composed = unicodedata.normalize("NFC", text).lower()
    tells_apart = is_accented(composed)
    doubtful = frozenset() if tells_apart else folded_stopwords("vi")
    previous, previous_form = "", ""
    end = 0
    for match in _WORD.finditer(composed):
        word, gap = match.group(), composed[end : match.start()]
        end = match.end()
        folded, accented = folded_form(word), accented_form(word)
        if not folded or _parts_neighbours(word, tells_apart=tells_apart):
            previous = ""
            continue
        if not gap.isspace():
            previous = ""  # a comma between two syllables parts two words
        if folded not in doubtful:
            yield folded, word
        if previous:
            yield f"{previous} {folded}", f"{previous_form} {word}"
        if accented:
            yield accented, word
        previous, previous_form = folded, word


def _parts_neighbours(word: str, *, tells_apart: bool) -> bool:
    if not accented_form(word) and folded_form(word) in folded_stopwords("en"):
        return True
    return tells_apart and (accented_form(word)[1:] or word) in vietnamese_stopwords()


class WordEmbedder:
    """TF-IDF over :func:`terms`, with logarithmic term counts (Salton & Buckley 1988), fitted to a network's texts."""

    def __init__(self, corpus: Iterable[str]) -> None:
        texts = [text for text in corpus if any(terms(text))]
        self._vectorizer = TfidfVectorizer(analyzer=_term_list, sublinear_tf=True, dtype=np.float32)
        self._vectorizer.fit(texts or ["ketnoi"])  # one word at least, where a network has none

    def embed(self, texts: Sequence[str]) -> sparse.csr_array:
        """CSR of float32, shape (n_texts, n_terms), rows of length one, or zero where no term is known."""
        if not texts:
            return sparse.csr_array((0, len(self._vectorizer.vocabulary_)), dtype=np.float32)
        return sparse.csr_array(self._vectorizer.transform(texts))


def _term_list(text: str) -> list[str]:
    return list(terms(text))


@dataclass(frozen=True, slots=True)
class FieldReading:
    """A field that a text points to, how strongly (0 to 1), and the words that say so."""

    field_id: str
    weight: float
    words: tuple[str, ...]


class FieldReader:
    """Finds the fields of the taxonomy in a text, by the labels and terms of the fields file; see :class:`PhraseBook`.

    Parameters
    ----------
    kinds
        The taxonomy.
    more
        Further terms that point to fields.
    """

    def __init__(self, kinds: Kinds, more: Iterable[Entry] = ()) -> None:
        self._phrases = PhraseBook([*_field_entries(kinds), *more])

    def read(self, text: str) -> tuple[FieldReading, ...]:
        """The fields a text points to, strongest first, at most six.

        A term weighs the square root of its number of words, shared among the fields that have it; a longer term hides
        the shorter ones inside it.
        """
        return _readings(self._phrases.find(text))


def _readings(found: Iterable[Finding]) -> tuple[FieldReading, ...]:
    weights: dict[str, float] = {}
    said_by: dict[str, list[str]] = {}
    for term in found:
        for field_id in term.ids:
            weights[field_id] = weights.get(field_id, 0.0) + term.weight / len(term.ids)
            said_by.setdefault(field_id, []).append(term.written)
    if not weights:
        return ()
    top = max(weights.values())
    ordered = sorted(weights, key=lambda field_id: (-weights[field_id], field_id))
    return tuple(
        FieldReading(field_id, weights[field_id] / top, tuple(dict.fromkeys(said_by[field_id])))
        for field_id in ordered[:6]
        if weights[field_id] >= 0.3 * top
    )


def _field_entries(kinds: Kinds) -> Iterator[Entry]:
    for field in kinds.fields.values():
        for language in ("vi", "en"):
            label = (part.strip() for part in re.split(r",| and | và |[()]", field.label[language]))
            for term in (*filter(None, label), *field.terms[language]):
                yield field.id, language, term
