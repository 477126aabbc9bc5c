"""What actors and projects are about: their concepts, from all that is said of them, by part."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
from scipy import sparse

from graph.snapshot import GraphSnapshot
from matching.arrays import FloatArray
from matching.kernels.sparse_rows import row_of
from matching.text.concepts import RELATED_SHARE, ConceptReader

_SATURATION = 0.5
"""A concept whose weight is this counts half of what it can: saying it again and again adds little."""
_PROJECT_SHARE = 0.4
_TIE_SHARE = {
    "founded_by": 0.6,
    "affiliated_with": 0.4,
    "part_of": 0.3,
    "invested_in": 0.3,
    "incubated_by": 0.3,
    "funded_by": 0.3,
    "mentors": 0.3,
    "supplies": 0.3,
    "deployed_for": 0.4,
    "rd_contract": 0.3,
    "licensed_to": 0.3,
}
"""What the words of an actor count for another by the kind of their relationship; others count nothing."""
_NOTE_SHARE = 0.3
_HEARD = {
    "affiliated_with": (1.0, 0.0),
    "founded_by": (0.0, 1.0),
    "partnered_in": (0.5, 0.5),
    "signed_mou": (0.5, 0.5),
}
"""What of all the concepts of the other end reaches the source and the target of a relationship, by its kind."""
_FEW = 2
"""Relationships beside which those of an actor halve what it passes on: who works with many stands for no one topic."""


class Subjects:
    """The concepts of a network.

    Parameters
    ----------
    snapshot
        The network.
    reader
        What finds concepts.
    """

    def __init__(self, snapshot: GraphSnapshot, reader: ConceptReader) -> None:
        self._snapshot = snapshot
        self.reader = reader
        self._words: dict[int, Mapping[int, tuple[str, ...]]] = {}

    @cached_property
    def projects(self) -> sparse.csr_array:
        """Concepts of each project, CSR of float32, shape (n_projects, n_concepts)."""
        return self._read_columns("projects", ("title", "title_en", "summary", "summary_en"))

    @cached_property
    def own(self) -> sparse.csr_array:
        """Concepts of each actor by what it says of itself, its needs apart, float32, shape (n_actors, n_concepts)."""
        names = self._read_columns("actors", ("name", "name_en", "aliases"))
        words = self._read_columns("actors", ("summary", "summary_en", "offers"))
        return sparse.csr_array(words + 0.7 * names)

    @cached_property
    def needs(self) -> sparse.csr_array:
        """Concepts of what each actor seeks: its needs and the challenges it put, float32, (n_actors, n_concepts)."""
        is_challenge = np.array(self._snapshot.tables.projects["kind"].to_pylist()) == "challenge"
        asked = self._snapshot.memberships @ (sparse.diags_array(is_challenge.astype(np.float32)) @ self.projects)
        return saturated(sparse.csr_array(self._read_columns("actors", ("needs",)) + asked))

    @cached_property
    def offers(self) -> sparse.csr_array:
        """Concepts of what each actor offers, float32, shape (n_actors, n_concepts)."""
        return saturated(self._read_columns("actors", ("offers",)))

    @cached_property
    def all(self) -> sparse.csr_array:
        """Concepts of each actor by everything: itself, its projects, those close to it, what it hears; at most one.

        CSR of float32, shape (n_actors, n_concepts).
        """
        worked_on = sparse.csr_array(self._snapshot.memberships @ self.projects)
        of_close = sparse.csr_array(closeness(self._snapshot) @ self.own)
        said = self.own + _PROJECT_SHARE * saturated(worked_on) + saturated(of_close) + self._noted
        known = saturated(sparse.csr_array(said))
        everything = sparse.csr_array(known + hearing(self._snapshot) @ known)
        everything.data = np.minimum(everything.data, np.float32(1))
        return everything

    @cached_property
    def rarity(self) -> FloatArray:
        """Inverse document frequency of each concept over actors and projects, float32, shape (n_concepts,)."""
        own = sparse.vstack([self.own, self.projects]).tocsc()
        frequency = np.diff(own.indptr)
        return np.log1p(own.shape[0] / (1.0 + frequency)).astype(np.float32)

    @cached_property
    def _noted(self) -> sparse.csr_array:
        notes = self._read_columns("relationships", ("note",))
        return sparse.csr_array(_NOTE_SHARE * (self._snapshot.incidence @ notes))

    def warm(self) -> None:
        """Compute everything that would otherwise be computed at the first question."""
        _ = self.rarity, self.needs, self.offers, self.all

    def query(self, text: str) -> FloatArray:
        """Concepts that a text asks about, float32, shape (n_concepts,).

        Those it speaks of, related ones in part, and those whose terms are in words like its own; rare ones heavier.
        """
        spoken = self.reader.vector(text)
        near = np.asarray(self.reader.related @ spoken, np.float32)
        spoken = np.maximum(spoken, RELATED_SHARE * np.minimum(near, spoken.max(initial=0)))
        return (spoken + self.reader.likeness(text)) * self.rarity

    def shared_words(
        self, in_text: Mapping[int, Iterable[str]], asked: FloatArray, actor: int, limit: int
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Words of a text for the concepts it shares with an actor, weightiest first, and the actor's own for them.

        Parameters
        ----------
        in_text
            The words of the text by concept.
        asked
            How much each concept is asked for, shape (n_concepts,).
        """
        said = row_of(self.all, actor)
        shared = said.values * asked[said.columns]
        order = np.lexsort((said.columns, -shared))[: 2 * limit]
        columns = said.columns[order[shared[order] > 0]].tolist()
        in_profile = self._words_of(actor) if columns else {}
        asked_words = [word for column in columns for word in in_text.get(column, ())]
        said_words = [word for column in columns for word in in_profile.get(column, ())]
        return tuple(dict.fromkeys(asked_words))[:limit], tuple(dict.fromkeys(said_words))[:limit]

    def _words_of(self, actor: int) -> Mapping[int, Iterable[str]]:
        """The words of an actor by concept, read when they are first asked for."""
        if actor not in self._words:
            self._words[actor] = {
                column: tuple(words) for column, words in self.reader.read(self._said_by(actor)).items()
            }
        return self._words[actor]

    def _said_by(self, actor: int) -> str:
        said = self._snapshot.actor(actor)
        projects = (self._snapshot.project(int(row)) for row in self._snapshot.memberships[[actor]].indices[:20])
        parts = (said.summary, *said.offers, said.name, *(project.title for project in projects), said.summary_en)
        return " . ".join(part for part in parts if part)

    def _read_columns(self, table: str, columns: Sequence[str]) -> sparse.csr_array:
        rows = getattr(self._snapshot.tables, table)
        listed = zip(*(rows[name].to_pylist() for name in columns), strict=True)
        return self.reader.read_all([[_joined(value) for value in row] for row in listed])


def _joined(value: str | Sequence[str] | None) -> str:
    return (value if isinstance(value, str) else " . ".join(value)) if value else ""


def saturated(weights: sparse.csr_array) -> sparse.csr_array:
    """Weights w as w / (w + 0.5): growing ever less, below one (Robertson & Zaragoza 2009)."""
    csr = sparse.csr_array(weights, dtype=np.float32, copy=True)
    csr.data = csr.data / (csr.data + np.float32(_SATURATION))
    return csr


def closeness(snapshot: GraphSnapshot) -> sparse.csr_array:
    """What the words of each actor count for each other, by their relationships: CSR of float32, (n_actors, n_actors).

    A founder's words tell of the company, and an institute's of who works there.
    """
    kinds = snapshot.tables.relationships["kind"].to_pylist()
    share = np.array([_TIE_SHARE.get(kind, 0.0) for kind in kinds], np.float32)
    source, target = snapshot.relationship_source, snapshot.relationship_target
    ends = (np.concatenate([source, target]), np.concatenate([target, source]))
    return sparse.csr_array((np.tile(share, 2), ends), shape=(snapshot.n_actors, snapshot.n_actors))


def hearing(snapshot: GraphSnapshot) -> sparse.csr_array:
    """What of the concepts of each actor reaches each other: CSR of float32, shape (n_actors, n_actors).

    Who leads or founded an organisation is called for what it does, and who works together works on the same things:
    a director hears all of the organisation, partners half of each other, damped by the relationships of who is heard.
    """
    kinds = snapshot.tables.relationships["kind"].to_pylist()
    share = np.array([_HEARD.get(kind, (0.0, 0.0)) for kind in kinds], np.float32).reshape(-1, 2)
    source, target = snapshot.relationship_source, snapshot.relationship_target
    heard, hearer = np.concatenate([target, source]), np.concatenate([source, target])
    damping = (_FEW / (_FEW + np.diff(snapshot.ties.indptr))).astype(np.float32)
    entries = (share.T.ravel() * damping[heard], (hearer, heard))
    reaching = sparse.csr_array(entries, shape=(snapshot.n_actors, snapshot.n_actors))
    reaching.eliminate_zeros()
    return reaching
