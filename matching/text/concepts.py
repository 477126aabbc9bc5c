"""Concepts: topics that a text may be about, recognised by their terms in Vietnamese and English.

Concepts are data (``matching/text/concepts/*.toml``): each has the ids of its fields, the ids of related concepts, and
the terms that mention it in each language.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import chain, islice

import numpy as np
from scipy import sparse

from graph.kinds import Language
from matching.arrays import FloatArray
from matching.text.phrase_book import Entry, PhraseBook
from matching.text.terms import WordEmbedder

RELATED_SHARE = 0.4
"""Weight of a concept related to a mentioned concept. Set by hand on the development part of the judged requests."""
_N_SIMILAR = 10
"""Most concepts that a text is similar to. Measured on the judged requests: 5 to 20 do alike."""
_LEAST_SIMILARITY = 0.05
"""Least cosine that counts as similar. Measured on the judged requests: 0.15 does worse."""
_MAX_READ = 3_000
"""Characters of a text that are read for concepts: a long text says at its start what it is about. Set by hand."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A topic that a text may be about.

    Attributes
    ----------
    fields
        Ids of the fields it belongs to.
    related
        Ids of the related concepts; a relation counts in both directions.
    terms
        The terms that mention the concept, by language.
    """

    id: str
    fields: tuple[str, ...]
    related: tuple[str, ...]
    terms: Mapping[Language, tuple[str, ...]]


@cache
def load_concepts() -> Mapping[str, Concept]:
    """All concepts by id, ordered by file name, then as in the file.

    Raises
    ------
    ValueError
        Two files have a concept with the same id.
    """
    concepts: dict[str, Concept] = {}
    folder = files("matching.text").joinpath("concepts")
    for name in sorted(file.name for file in folder.iterdir() if file.name.endswith(".toml")):
        for concept_id, row in tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8")).items():
            if concept_id in concepts:
                raise ValueError(f"{name}: there is another concept {concept_id}")
            concepts[concept_id] = Concept(
                concept_id,
                fields=tuple(row["fields"]),
                related=tuple(row.get("related", ())),
                terms={"vi": tuple(row["vi"]), "en": tuple(row["en"])},
            )
    return concepts


class ConceptReader:
    """Finds concepts in texts.

    Parameters
    ----------
    concepts
        The concepts to look for, by id. Their order is the order of the columns of all matrices.

    Attributes
    ----------
    ids
        Ids of the concepts, in the order of the columns.
    column
        Column of each concept, by id.
    related
        1 where two concepts are related, CSR of float32, shape (n_concepts, n_concepts), symmetric.
    """

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self.ids = tuple(concepts)
        self.column = {concept_id: column for column, concept_id in enumerate(concepts)}
        self._concepts = concepts
        self._phrases = PhraseBook(_entries(concepts))
        self.related = _related(concepts, self.column)

    def read(self, text: str) -> dict[int, dict[str, float]]:
        """Weights of the terms that mention a concept in a text, by column of the concept and by written term."""
        found: dict[int, dict[str, float]] = {}
        for finding in self._phrases.find(text[:_MAX_READ]):
            for concept_id in finding.ids:
                words = found.setdefault(self.column[concept_id], {})
                words[finding.written] = finding.weight / len(finding.ids)
        return found

    def vector(self, text: str) -> FloatArray:
        """Weight of each concept's heaviest term in a text, float32, shape (n_concepts,); 0 without a term."""
        weights = np.zeros(len(self.ids), np.float32)
        for column, words in self.read(text).items():
            weights[column] = max(words.values())
        return weights

    def similarity(self, text: str) -> FloatArray:
        """Cosine of the words of a text and the terms of each concept, float32, shape (n_concepts,).

        It finds concepts whose terms share words with the text although the text holds no whole term. It is 0 for all
        but the ten most similar concepts, and for concepts with a cosine below 0.05.
        """
        embedded = self._embedder.embed([text[:_MAX_READ]])
        cosines = np.asarray((embedded @ self._terms).toarray(), np.float32).ravel()
        least = max(_LEAST_SIMILARITY, float(np.sort(cosines)[-_N_SIMILAR:][0])) if len(cosines) else 0.0
        return np.where(cosines >= least, cosines, np.float32(0))

    @cached_property
    def _embedder(self) -> WordEmbedder:
        return WordEmbedder(self._term_texts)

    @cached_property
    def _terms(self) -> sparse.csr_array:
        """Unit vector of the terms of each concept, CSR of float32, shape (n_words, n_concepts)."""
        return sparse.csr_array(self._embedder.embed(self._term_texts).T)

    @property
    def _term_texts(self) -> list[str]:
        return [" . ".join(chain.from_iterable(concept.terms.values())) for concept in self._concepts.values()]

    def read_all(self, texts: Sequence[Sequence[str]]) -> sparse.csr_array:
        """Weight of each concept in each row of texts, CSR of float32, shape (n_rows, n_concepts).

        A row may hold several texts, such as one in each language. Each text is read by itself, and the largest weight
        of a concept counts.
        """
        rows: list[int] = []
        columns: list[int] = []
        weights: list[float] = []
        for row, parts in enumerate(texts):
            heaviest: dict[int, float] = {}
            for part in filter(None, parts):
                for column, words in self.read(part).items():
                    heaviest[column] = max(heaviest.get(column, 0.0), *words.values())
            rows += [row] * len(heaviest)
            columns += heaviest
            weights += heaviest.values()
        entries = (np.array(weights, np.float32), (np.array(rows, np.intp), np.array(columns, np.intp)))
        return sparse.csr_array(entries, shape=(len(texts), len(self.ids)))


@cache
def concept_reader() -> ConceptReader:
    """The reader of all concepts; it is built once."""
    return ConceptReader(load_concepts())


def field_entries(concepts: Mapping[str, Concept]) -> Iterator[Entry]:
    """The terms of each concept as terms of its first two fields, which are its main fields."""
    for concept in concepts.values():
        for language, terms in concept.terms.items():
            for term in terms:
                for field_id in islice(concept.fields, 2):
                    yield field_id, language, term


def _entries(concepts: Mapping[str, Concept]) -> Iterator[Entry]:
    for concept in concepts.values():
        for language, terms in concept.terms.items():
            for term in terms:
                yield concept.id, language, term


def _related(concepts: Mapping[str, Concept], column: Mapping[str, int]) -> sparse.csr_array:
    """1 where two concepts are related, CSR of float32, shape (n_concepts, n_concepts), symmetric."""
    pairs = [(column[one.id], column[other]) for one in concepts.values() for other in one.related if other in column]
    both = np.array(list(chain(pairs, ((other, one) for one, other in pairs))), np.intp).reshape(-1, 2)
    both = np.unique(both[both[:, 0] != both[:, 1]], axis=0)
    entries = (np.ones(len(both), np.float32), (both[:, 0], both[:, 1]))
    return sparse.csr_array(entries, shape=(len(column), len(column)))
