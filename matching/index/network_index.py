"""Everything about a snapshot that scoring asks for, computed once: words, fields, links, activity, places."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy import sparse

from graph.kinds import Kinds, load_kinds
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, FloatArray, IndexArray, Structure
from matching.index.activity import HistoryIndex
from matching.index.actor_concepts import Subjects, closeness
from matching.index.countries import CountryReader, Gazetteer
from matching.index.evidence import Shown
from matching.index.partner_types import Sorts
from matching.kernels.sparse_rows import aligned, structure_of
from matching.text.concepts import concept_reader, field_entries, load_concepts
from matching.text.shared_terms import Concordance
from matching.text.terms import Embedder, FieldReader, WordEmbedder

N_CHAMPIONS = 150
N_MOST_ACTIVE = 500
"""Candidates of a kind that stand ready for a field, and as the most active of all."""

_MIN_TERMS = 20
"""Terms that make a project's text long enough to learn from."""
_MIN_NAMES = 20
"""Names that are enough to tell which words most of them have."""


_PROJECTS_SHARE = 0.5
_CLOSE_SHARE = 0.3
_NOTES_SHARE = 0.2
"""What the words of an actor's projects, of those close to it and of its relationships count beside its own."""


@dataclass(frozen=True, slots=True)
class ActorWords:
    """The words of every actor as vectors, CSR of float32 with n_actors rows: all of them, its needs, its offers."""

    profile: sparse.csr_array
    needs: sparse.csr_array
    offers: sparse.csr_array


class WorkInFields(NamedTuple):
    """What each actor does in each field.

    Attributes
    ----------
    structure
        Rows are actors, columns are fields.
    values
        Of each entry that of :attr:`MatchIndex.actor_fields`, ``field_activity``, ``joint_fields``,
        ``late_joint_fields`` and ``leading_fields``, float32, shape (n_entries, 5).
    """

    structure: Structure
    values: FloatArray


class MatchIndex(HistoryIndex):
    """A snapshot prepared for scoring.

    Parameters
    ----------
    snapshot
        The network. Nothing else is looked at, so that a snapshot cut in time cannot leak.
    embedder
        What turns words into vectors; by default a :class:`~matching.text.terms.WordEmbedder` of the network's own texts.
    """

    def __init__(self, snapshot: GraphSnapshot, embedder: Embedder | None = None) -> None:
        super().__init__(snapshot)
        self.field_reader = _field_reader()
        self.gazetteer = Gazetteer(snapshot)
        self.project_texts = _project_texts(snapshot, self.kinds)
        self.profile_texts, needs, offers = _actor_texts(snapshot, self.kinds)
        self.embedder: Embedder = embedder or WordEmbedder(chain(self.profile_texts, self.project_texts))
        self.project_words = self.embedder.embed(self.project_texts)
        own_words = self.embedder.embed(self.profile_texts)
        notes = self.embedder.embed([note or "" for note in snapshot.tables.relationships["note"].to_pylist()])
        self.words = ActorWords(
            profile=unit_rows(
                own_words
                + _PROJECTS_SHARE * _mean_rows(self.memberships, self.project_words)
                + _CLOSE_SHARE * _mean_rows(closeness(snapshot), own_words)
                + _NOTES_SHARE * _mean_rows(snapshot.incidence, notes)
            ),
            needs=self.embedder.embed(needs),
            offers=self.embedder.embed(offers),
        )

    @cached_property
    def words_to_projects(self) -> sparse.csr_array:
        """CSR of float32, shape (n_dimensions, n_projects): :attr:`project_words` turned, for fast products."""
        return sparse.csr_array(self.project_words.T)

    @cached_property
    def words_to_profiles(self) -> sparse.csr_array:
        """CSR of float32, shape (n_dimensions, n_actors)."""
        return sparse.csr_array(self.words.profile.T)

    @cached_property
    def words_to_offers(self) -> sparse.csr_array:
        """CSR of float32, shape (n_dimensions, n_actors)."""
        return sparse.csr_array(self.words.offers.T)

    @cached_property
    def words_to_needs(self) -> sparse.csr_array:
        """CSR of float32, shape (n_dimensions, n_actors)."""
        return sparse.csr_array(self.words.needs.T)

    @cached_property
    def subjects(self) -> Subjects:
        """The concepts of actors and projects."""
        subjects = Subjects(self.snapshot, concept_reader())
        subjects.warm()
        return subjects

    @cached_property
    def sorts(self) -> Sorts:
        """Which actors are investors, laboratories, agencies and so on."""
        return Sorts(self.snapshot)

    @cached_property
    def is_candidate(self) -> BoolArray:
        """Who can be suggested, shape (n_actors,): actors with a project, a relationship or words of their own.

        Those that have vanished from their source are none.
        """
        tables = self.snapshot.tables.actors
        has_words: BoolArray = np.zeros(self.snapshot.n_actors, bool)
        for column in ("summary", "summary_en"):
            has_words |= np.array([bool(text) for text in tables[column].to_pylist()], bool)
        for column in ("fields", "needs", "offers"):
            has_words |= np.array([bool(listed) for listed in tables[column].to_pylist()], bool)
        has_facts = (np.diff(self.memberships.indptr) > 0) | (np.diff(self.snapshot.ties.indptr) > 0)
        return (has_words | has_facts) & self.snapshot.is_present

    @cached_property
    def field_ids(self) -> list[str]:
        """Names of the columns of the field matrices: the taxonomy, further tags and themes of projects, in order."""
        tables = self.snapshot.tables
        listed = chain(tables.actors["fields"].to_pylist(), tables.projects["fields"].to_pylist())
        seen = {field_id for row in listed for field_id in row or ()}
        seen |= {theme for theme in tables.projects["theme"].to_pylist() if theme}
        return [*self.kinds.fields, *sorted(seen - self.kinds.fields.keys())]

    @cached_property
    def field_column(self) -> dict[str, int]:
        """Column of each field."""
        return {field_id: column for column, field_id in enumerate(self.field_ids)}

    @cached_property
    def project_fields(self) -> sparse.csr_array:
        """CSR of float32, shape (n_projects, n_fields): fields and theme of each project, rare ones heavier."""
        tables = self.snapshot.tables.projects
        rows = [
            [*(fields or ()), *([theme] if theme else ())]
            for fields, theme in zip(tables["fields"].to_pylist(), tables["theme"].to_pylist(), strict=True)
        ]
        return self._field_rows(rows)

    @cached_property
    def projects_by_field(self) -> sparse.csr_array:
        """CSR of float32, shape (n_fields, n_projects): :attr:`project_fields` turned, projects by date."""
        return sparse.csr_array(self.project_fields[self.project_order].T)

    @cached_property
    def declared_fields(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_fields): the fields an actor says it is in, unit rows."""
        return self._field_rows([fields or () for fields in self.snapshot.tables.actors["fields"].to_pylist()])

    @cached_property
    def actor_fields(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_fields): fields declared and fields worked in (recent ones more)."""
        recency = sparse.diags_array(0.25 + self.project_recency)
        worked_in = unit_rows(sparse.csr_array(self.memberships @ (recency @ self.project_fields)))
        fields = unit_rows(sparse.csr_array(self.declared_fields + worked_in))
        fields.sort_indices()
        return fields

    @cached_property
    def actors_by_concept(self) -> sparse.csr_array:
        """CSR of float32, shape (n_concepts, n_actors): the concepts of everything, turned."""
        return sparse.csr_array(self.subjects.all.T)

    @cached_property
    def field_activity(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_fields): recent projects of each actor by field."""
        recency = sparse.diags_array(self.project_recency)
        return sparse.csr_array(self.memberships @ (recency @ self.project_fields))

    @cached_property
    def champions(self) -> sparse.csr_array:
        """CSR of float32 ones, shape (n_fields, n_actors): the candidates of each kind that a field means most to.

        Those with the largest shares and those with the most recent projects, :data:`N_CHAMPIONS` of a kind by either
        (champion lists: Manning, Raghavan & Schütze 2008, 7.1.3).
        """
        either = [self._champions_by(matrix) for matrix in (self.actor_fields, self.field_activity)]
        fields, rows = np.concatenate(either, axis=1)
        found = sparse.csr_array((np.ones(len(rows), np.float32), (fields, rows)), shape=self.actor_fields.shape[::-1])
        found.sum_duplicates()
        return found

    def _champions_by(self, matrix: sparse.csr_array) -> IndexArray:
        """Fields and rows of the actors with the largest entries, shape (2, n_champions)."""
        entries = matrix.tocoo()
        kept = self.is_candidate[entries.row] & (entries.data > 0)
        row, field, value = entries.row[kept], entries.col[kept], entries.data[kept]
        group = field.astype(np.intp) * (len(self.kinds.actor) + 1) + self.snapshot.actor_kind[row]
        order = np.lexsort((row, -value, group))
        starts = np.flatnonzero(np.diff(group[order], prepend=-2))
        place = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
        best = order[place < N_CHAMPIONS]
        return np.stack([field[best], row[best]]).astype(np.intp)

    @cached_property
    def most_active(self) -> IndexArray:
        """Rows of the candidates of each kind with the most recent projects, :data:`N_MOST_ACTIVE` of a kind."""
        rows = np.flatnonzero(self.is_candidate & (self.recent_activity > 0))
        order = rows[np.argsort(-self.recent_activity[rows], kind="stable")]
        of_kind = [
            order[self.snapshot.actor_kind[order] == kind][:N_MOST_ACTIVE] for kind in range(-1, len(self.kinds.actor))
        ]
        return np.sort(np.concatenate(of_kind))

    @cached_property
    def joint_fields(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_fields): recent joint projects by field, as log(1 + n)."""
        return self._joint_fields(self.project_recency).log1p()

    @cached_property
    def late_joint_fields(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_fields): joint projects of the last eighteen months by field."""
        return self._joint_fields(self.is_late)

    @cached_property
    def leading_fields(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_fields): recent projects that each actor leads, by field."""
        return sparse.csr_array(self.leads @ (sparse.diags_array(self.project_recency) @ self.project_fields))

    @cached_property
    def work_in_fields(self) -> WorkInFields:
        """All that the matrices of actors and fields hold, entry by entry, to be gone through at once."""
        matrices = (
            self.actor_fields,
            self.field_activity,
            self.joint_fields,
            self.late_joint_fields,
            self.leading_fields,
        )
        anything = sparse.csr_array(sum(has_entries(matrix) for matrix in matrices))
        anything.sort_indices()
        for matrix in matrices:
            matrix.sort_indices()
        return WorkInFields(structure_of(anything), np.stack([aligned(anything, each) for each in matrices], axis=1))

    def _joint_fields(self, project_weight: FloatArray) -> sparse.csr_array:
        fields = self.project_fields
        weight = sparse.diags_array(self.is_joint * project_weight)
        return sparse.csr_array(self.memberships @ (weight @ has_entries(fields)))

    def _field_rows(self, rows: Sequence[Sequence[str]]) -> sparse.csr_array:
        columns = np.array([self.field_column[name] for row in rows for name in row], np.intp)
        indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
        shape = (len(rows), len(self.field_ids))
        matrix = sparse.csr_array((np.ones(len(columns), np.float32), columns, indptr), shape=shape)
        matrix.sum_duplicates()
        frequency = np.asarray(matrix.sum(axis=0)).ravel()
        rarity = np.log1p(len(rows) / (1 + frequency)).astype(np.float32)
        return unit_rows(sparse.csr_array(matrix @ sparse.diags_array(rarity)))

    @cached_property
    def country(self) -> IndexArray:
        """Code of each actor's country in the gazetteer, -1 where unknown."""
        return self.gazetteer.actor_country

    @cached_property
    def project_countries(self) -> sparse.csr_array:
        """CSR of float32, shape (n_projects, n_countries): members of each project by country."""
        known = np.flatnonzero(self.country >= 0)
        shape = (self.snapshot.n_actors, len(self.gazetteer.codes))
        of_actor = sparse.csr_array((np.ones(len(known), np.float32), (known, self.country[known])), shape=shape)
        return sparse.csr_array(self.snapshot.membership @ of_actor)

    @cached_property
    def country_reader(self) -> CountryReader:
        """What the words of past projects tell of the countries in them."""
        told = (np.diff(self.project_words.indptr) >= _MIN_TERMS) & (self.is_joint > 0)
        return CountryReader(self.project_words[told], self.project_countries[told])

    @cached_property
    def country_affinity(self) -> FloatArray:
        """How much more often than chance two countries work together, log(1 + lift), unknown country last and 0.

        float32, shape (n_countries + 1, n_countries + 1); half a link a pair is taken as seen beforehand.
        """
        n_countries = len(self.gazetteer.codes)
        links = self.links.tocoo()
        known = (self.country[links.row] >= 0) & (self.country[links.col] >= 0)
        pairs = self.country[links.row][known] * n_countries + self.country[links.col][known]
        seen = np.bincount(pairs, weights=links.data[known], minlength=n_countries**2) + 0.5
        seen = seen.reshape(n_countries, n_countries)
        expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / max(seen.sum(), 1e-9)
        return np.pad(np.log1p(seen / expected), (0, 1)).astype(np.float32)

    @cached_property
    def concordance(self) -> Concordance:
        """The terms of each actor's own text and of those of its projects, as they are written there."""
        own = sparse.eye_array(self.snapshot.n_actors, format="csr")
        texts = sparse.csr_array(sparse.hstack([own, self.memberships]))
        texts.sort_indices()
        return Concordance(chain(self.profile_texts, self.project_texts)).merged(texts)

    @cached_property
    def shown(self) -> Shown:
        """Names, titles and pages of the rows of the snapshot."""
        return Shown(self.snapshot)


@cache
def _field_reader() -> FieldReader:
    return FieldReader(load_kinds(), field_entries(load_concepts()))


def has_entries(matrix: sparse.csr_array) -> sparse.csr_array:
    """One for each entry of a matrix, CSR of float32."""
    return sparse.csr_array((np.ones(matrix.nnz, np.float32), matrix.indices, matrix.indptr), shape=matrix.shape)


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """The matrix with every row scaled to Euclidean length one; zero rows stay zero."""
    csr = sparse.csr_array(matrix, dtype=np.float32)
    length = np.sqrt(np.asarray(csr.multiply(csr).sum(axis=1)).ravel())
    scale = np.divide(1, length, out=np.zeros_like(length), where=length > 0)
    return sparse.csr_array(sparse.diags_array(scale.astype(np.float32)) @ csr)


def _mean_rows(memberships: sparse.csr_array, rows: sparse.csr_array) -> sparse.csr_array:
    return unit_rows(sparse.csr_array(memberships @ rows))


def _project_texts(snapshot: GraphSnapshot, kinds: Kinds) -> list[str]:
    tables = snapshot.tables.projects
    columns = [tables[name].to_pylist() for name in ("title", "title_en", "summary", "summary_en")]
    labels = [_field_words(fields, kinds) for fields in tables["fields"].to_pylist()]
    return [" . ".join(filter(None, parts)) for parts in zip(*columns, labels, strict=True)]


def _actor_texts(snapshot: GraphSnapshot, kinds: Kinds) -> tuple[list[str], list[str], list[str]]:
    tables = snapshot.tables.actors
    columns = [tables[name].to_pylist() for name in ("name_en", "summary", "summary_en")]
    names = _names(snapshot, kinds)
    needs, offers = ([" . ".join(row or ()) for row in tables[name].to_pylist()] for name in ("needs", "offers"))
    labels = [_field_words(fields, kinds) for fields in tables["fields"].to_pylist()]
    profiles = [" . ".join(filter(None, parts)) for parts in zip(*columns, needs, offers, labels, names, strict=True)]
    return profiles, needs, offers


def _field_words(fields: Sequence[str] | None, kinds: Kinds) -> str:
    known = [kinds.fields[field_id].label for field_id in fields or () if field_id in kinds.fields]
    return " . ".join(f"{label.vi} . {label.en}" for label in known)


def _names(snapshot: GraphSnapshot, kinds: Kinds) -> list[str]:
    """The names of organisations, which say what they do, without words that most names have; persons' say nothing."""
    tables = snapshot.tables.actors
    rows = zip(*(tables[name].to_pylist() for name in ("kind", "name", "short_name", "aliases")), strict=True)
    persons = {kind.id for kind in kinds.actor.values() if kind.is_person}
    names = [
        "" if kind in persons else " . ".join(filter(None, (name, short_name, *(aliases or ()))))
        for kind, name, short_name, aliases in rows
    ]
    return without_usual_words(names)


def without_usual_words(names: Sequence[str]) -> list[str]:
    """The names without words that more than half of them have, where there are enough to tell.

    >>> without_usual_words([f"Organisation {number}" for number in range(20)])[:2]
    ['0', '1']
    >>> without_usual_words(["Viện A", "Viện B"])
    ['Viện A', 'Viện B']
    """
    if len(names) < _MIN_NAMES:
        return list(names)
    n_with = Counter(word for name in names for word in set(name.lower().split()))
    usual = {word for word, n in n_with.items() if word != "." and 2 * n > len(names)}
    return [" ".join(word for word in name.split() if word.lower() not in usual) for name in names]
