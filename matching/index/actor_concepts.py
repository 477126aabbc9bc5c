"""What actors and projects are about: their concepts, read from everything that is known of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from graph.snapshot import GraphSnapshot
from matching.arrays import FloatArray
from matching.index.inheritance import inherited_concepts, inherited_words
from matching.kernels.sparse_rows import row_of
from matching.text.concepts import RELATED_SHARE, ConceptReader

_SATURATION = 0.5
"""Weight at which a concept counts half of its maximum: repetition adds little."""
_NAME_SHARE = 0.7
_PROJECT_SHARE = 0.4
_NOTE_SHARE = 0.3
"""What names, projects and notes of relationships count beside an actor's own words. Set by hand on the development
part of the judged requests."""
_N_PROJECTS_READ = 20
"""Projects of an actor whose titles are read for the words that a reason quotes."""


@dataclass(frozen=True, slots=True, eq=False)
class ConceptIndex:
    """The concepts of a network. Matrices are CSR of float32.

    Attributes
    ----------
    reader
        Finds concepts in a text; all matrices have its columns.
    own
        What each actor says of itself, needs apart, shape (n_actors, n_concepts).
    needs
        What each actor seeks: its needs and the challenges it has set, shape (n_actors, n_concepts).
    offers
        What each actor offers, shape (n_actors, n_concepts).
    everything
        All that is known of each actor: itself, its projects, related actors, notes; at most 1, of the same shape.
    actors_by_concept
        :attr:`everything` turned, shape (n_concepts, n_actors).
    rarity
        Inverse document frequency of each concept over actors and projects, float32, shape (n_concepts,).
    """

    snapshot: GraphSnapshot
    reader: ConceptReader
    own: sparse.csr_array
    needs: sparse.csr_array
    offers: sparse.csr_array
    everything: sparse.csr_array
    actors_by_concept: sparse.csr_array
    rarity: FloatArray
    _words_of_actor: dict[int, Mapping[int, tuple[str, ...]]] = field(default_factory=dict)

    def requested(self, text: str) -> FloatArray:
        """How much a text asks about each concept, float32, shape (n_concepts,), rare concepts heavier.

        A concept counts if the text mentions it, in part if it is related to a mentioned one, and if its terms share
        words with the text.
        """
        mentioned = self.reader.vector(text)
        near = np.asarray(self.reader.related @ mentioned, np.float32)
        mentioned = np.maximum(mentioned, RELATED_SHARE * np.minimum(near, mentioned.max(initial=0)))
        return (mentioned + self.reader.similarity(text)) * self.rarity

    def shared_words(
        self, in_text: Mapping[int, Iterable[str]], requested: FloatArray, actor: int, limit: int
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Words of a text for the concepts it shares with an actor, heaviest first, and the actor's words for them.

        Parameters
        ----------
        in_text
            The words of the text by concept.
        requested
            How much the text asks about each concept, shape (n_concepts,).
        actor
            Row of the actor.
        limit
            Words of each side at most.
        """
        known = row_of(self.everything, actor)
        shared = known.values * requested[known.columns]
        order = np.lexsort((known.columns, -shared))[: 2 * limit]
        columns = known.columns[order[shared[order] > 0]].tolist()
        in_profile = self._words_of(actor) if columns else {}
        of_text = [word for column in columns for word in in_text.get(column, ())]
        of_actor = [word for column in columns for word in in_profile.get(column, ())]
        return tuple(dict.fromkeys(of_text))[:limit], tuple(dict.fromkeys(of_actor))[:limit]

    def _words_of(self, actor: int) -> Mapping[int, Iterable[str]]:
        """The words of an actor by concept, read when a reason first needs them and then kept."""
        if actor not in self._words_of_actor:
            read = self.reader.read(_text_of(self.snapshot, actor))
            self._words_of_actor[actor] = {column: tuple(words) for column, words in read.items()}
        return self._words_of_actor[actor]


def index_concepts(snapshot: GraphSnapshot, reader: ConceptReader) -> ConceptIndex:
    """The concepts of the actors of a snapshot."""

    def read(table: str, *columns: str) -> sparse.csr_array:
        return reader.read_all(_texts(snapshot, table, columns))

    projects = read("projects", "title", "title_en", "summary", "summary_en")
    names = read("actors", "name", "name_en", "aliases")
    own = sparse.csr_array(read("actors", "summary", "summary_en", "offers") + _NAME_SHARE * names)
    is_challenge = np.array(snapshot.tables.projects["kind"].to_pylist()) == "challenge"
    challenges = snapshot.memberships @ (sparse.diags_array(is_challenge.astype(np.float32)) @ projects)
    everything = _everything(snapshot, own, projects, read("relationships", "note"))
    return ConceptIndex(
        snapshot=snapshot,
        reader=reader,
        own=own,
        needs=saturated(sparse.csr_array(read("actors", "needs") + challenges)),
        offers=saturated(read("actors", "offers")),
        everything=everything,
        actors_by_concept=sparse.csr_array(everything.T),
        rarity=_rarity(own, projects),
    )


def _everything(
    snapshot: GraphSnapshot, own: sparse.csr_array, projects: sparse.csr_array, notes: sparse.csr_array
) -> sparse.csr_array:
    of_projects = saturated(sparse.csr_array(snapshot.memberships @ projects))
    of_related = saturated(sparse.csr_array(inherited_words(snapshot) @ own))
    of_notes = sparse.csr_array(_NOTE_SHARE * (snapshot.incidence @ notes))
    known = saturated(sparse.csr_array(own + _PROJECT_SHARE * of_projects + of_related + of_notes))
    everything = sparse.csr_array(known + inherited_concepts(snapshot) @ known)
    everything.data = np.minimum(everything.data, np.float32(1))
    return everything


def _rarity(own: sparse.csr_array, projects: sparse.csr_array) -> FloatArray:
    documents = sparse.vstack([own, projects]).tocsc()
    frequency = np.diff(documents.indptr)
    return np.log1p(documents.shape[0] / (1.0 + frequency)).astype(np.float32)


def saturated(weights: sparse.csr_array) -> sparse.csr_array:
    """Each weight w as w / (w + 0.5), which grows ever more slowly and stays below 1 (Robertson & Zaragoza 2009)."""
    csr = sparse.csr_array(weights, dtype=np.float32, copy=True)
    csr.data = csr.data / (csr.data + np.float32(_SATURATION))
    return csr


def _texts(snapshot: GraphSnapshot, table: str, columns: Sequence[str]) -> list[list[str]]:
    rows = getattr(snapshot.tables, table)
    cells = zip(*(rows[name].to_pylist() for name in columns), strict=True)
    return [[_joined(value) for value in row] for row in cells]


def _joined(value: str | Sequence[str] | None) -> str:
    return (value if isinstance(value, str) else " . ".join(value)) if value else ""


def _text_of(snapshot: GraphSnapshot, row: int) -> str:
    actor = snapshot.actor(row)
    projects = snapshot.memberships[[row]].indices[:_N_PROJECTS_READ]
    titles = (snapshot.project(int(project)).title for project in projects)
    parts = (actor.summary, *actor.offers, actor.name, *titles, actor.summary_en)
    return " . ".join(part for part in parts if part)
