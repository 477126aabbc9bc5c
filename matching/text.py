"""Words of profiles, projects and briefs as vectors, and the fields that words point to."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import sqrt
from typing import Protocol

import numpy as np
import numpy.typing as npt
import snowballstemmer
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from graph.folding import fold, place_tones
from graph.kinds import Kinds, Language

FloatArray = npt.NDArray[np.float32]
_WORD = re.compile(r"\w+")
_PHRASE_END = re.compile(r"[^\w\s-]+")
_STEMMER = snowballstemmer.stemmer("english")

Lexicon = dict[str, dict[str, None]]
"""The fields that each term points to, each once, in the order of the fields file."""


class Embedder(Protocol):
    """Turns texts into rows of unit length whose inner product is their likeness.

    :class:`WordEmbedder` is the one that ships; a sentence encoder fits the same seam.
    """

    def embed(self, texts: Sequence[str]) -> sparse.csr_array:
        """CSR of float32, shape (n_texts, n_dimensions), rows of length one, or zero where nothing is known."""


@cache
def _stopword_lists() -> dict[str, list[str]]:
    return tomllib.loads(files("matching").joinpath("stopwords.toml").read_text(encoding="utf-8"))


@cache
def stopwords() -> frozenset[str]:
    """Folded words that carry no topic, in both languages."""
    return _folded_stopwords("vi") | _folded_stopwords("en")


@cache
def _folded_stopwords(language: Language) -> frozenset[str]:
    return frozenset(map(folded_form, _stopword_lists()[language]))


@cache
def _vietnamese_stopwords() -> frozenset[str]:
    return frozenset(map(place_tones, _stopword_lists()["vi"]))


def is_accented(text: str) -> bool:
    """Whether a text is written with Vietnamese diacritics.

    >>> is_accented("nông nghiệp"), is_accented("nong nghiep")
    (True, False)
    """
    decomposed = unicodedata.normalize("NFD", text)
    return any(unicodedata.combining(char) or char in "đĐ" for char in decomposed)


@lru_cache(maxsize=200_000)
def _accented_form(word: str) -> str:
    return "~" + place_tones(word) if is_accented(word) else ""


@lru_cache(maxsize=200_000)
def folded_form(word: str) -> str:
    """A word without diacritics, and without its ending where it is English; Vietnamese syllables have none to lose.

    >>> folded_form("cảm"), folded_form("sensors")
    ('cam', 'sensor')
    """
    return str(_STEMMER.stemWord(fold(word).replace(" ", "")))


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
    doubtful = frozenset() if tells_apart else _folded_stopwords("vi")
    previous, previous_form = "", ""
    end = 0
    for match in _WORD.finditer(composed):
        word, gap = match.group(), composed[end : match.start()]
        end = match.end()
        folded, accented = folded_form(word), _accented_form(word)
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
    if not _accented_form(word) and folded_form(word) in _folded_stopwords("en"):
        return True
    return tells_apart and (_accented_form(word)[1:] or word) in _vietnamese_stopwords()


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
    """Finds the fields of the taxonomy in a text, by the labels and terms of the fields file.

    A text with Vietnamese diacritics is held against accented terms, one without against folded terms, so that
    "rau" is no "râu" where the writer tells them apart. A term in capitals, such as AI, is found in capitals only:
    folded, "ai" asks who. Punctuation parts terms, and a few phrases that mean something else point to no field.
    """

    def __init__(self, kinds: Kinds) -> None:
        self._exact: Lexicon = {}
        self._folded: Lexicon = {}
        self._capitals: Lexicon = {}
        for field in kinds.fields.values():
            for language in ("vi", "en"):
                for term in _field_terms(field.label[language], field.terms[language]):
                    if term.isupper():
                        self._capitals.setdefault(term, {})[field.id] = None
                    else:
                        words = _WORD.findall(place_tones(term.lower()))
                        self._exact.setdefault(" ".join(words), {})[field.id] = None
                        self._folded.setdefault(" ".join(map(folded_form, words)), {})[field.id] = None
        for word in stopwords():
            self._folded.pop(word, None)  # "cho" is for more often than it is "chợ", a market
        for phrase in _stopword_lists()["phrases"]:
            self._exact[place_tones(phrase)] = self._folded[" ".join(map(folded_form, phrase.split()))] = {}

    def read(self, text: str) -> tuple[FieldReading, ...]:
        """The fields a text points to, strongest first, at most six.

        A term weighs the square root of its number of words, shared among the fields that have it; a longer term hides
        the shorter ones inside it.
        """
        composed = unicodedata.normalize("NFC", text)
        accented = is_accented(composed)
        found: list[tuple[str, dict[str, None]]] = []
        for phrase in _PHRASE_END.split(composed):
            words = _WORD.findall(phrase)
            found += _longest(words, self._capitals)
            if accented:
                found += _longest([place_tones(word.lower()) for word in words], self._exact)
            else:
                found += _longest([folded_form(word.lower()) for word in words], self._folded)
        weights: dict[str, float] = {}
        said_by: dict[str, list[str]] = {}
        for term, field_ids in found:
            for field_id in field_ids:
                weights[field_id] = weights.get(field_id, 0.0) + sqrt(term.count(" ") + 1) / len(field_ids)
                said_by.setdefault(field_id, []).append(term)
        if not weights:
            return ()
        top = max(weights.values())
        ordered = sorted(weights, key=lambda field_id: (-weights[field_id], field_id))
        return tuple(
            FieldReading(field_id, weights[field_id] / top, tuple(dict.fromkeys(said_by[field_id])))
            for field_id in ordered[:6]
            if weights[field_id] >= 0.3 * top
        )


def _field_terms(label: str, listed: Sequence[str]) -> Iterator[str]:
    yield from (part.strip() for part in re.split(r",| and | và |[()]", label) if part.strip())
    yield from listed


def _longest(words: Sequence[str], lexicon: Lexicon) -> Iterator[tuple[str, dict[str, None]]]:
    longest = max((term.count(" ") for term in lexicon), default=0) + 1
    start = 0
    while start < len(words):
        for length in range(min(longest, len(words) - start), 0, -1):
            term = " ".join(words[start : start + length])
            if term in lexicon:
                yield term, lexicon[term]
                start += length - 1
                break
        start += 1
