"""What links two actors, and how to walk from one to the next.

Two actors are linked by the facts that name both: relationships, whichever way they run, and projects that both take
part in or own. How much a fact ties two actors is its strength, between 0 and 1: that of its kind for a relationship,
1 / log2(n) for a project of n members, since a large consortium says little about any two of them (after Adamic and
Adar, 2003, "Friends and neighbors on the Web").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graph.columns import BoolArray, CodeArray, IntArray
from graph.kinds import load_kinds
from graph.snapshot import GraphSnapshot

FACTS_PER_LINK = 10
"""A link names at most so many relationships and so many projects, and counts them all."""

_WEAKEST = 0.01
"""Strength of a relationship whose kind has none or is unknown."""

Strengths = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Link:
    """Two actors and the facts that link them.

    Attributes
    ----------
    source, target
        Rows of the actors. Within a path in walking order; within a neighbourhood the nearer first, then by row.
    relationships
        Rows of the relationships between the two, strongest first, then newest; at most :data:`FACTS_PER_LINK`.
    projects
        Rows of the projects that both are members of, smallest first, then newest; at most :data:`FACTS_PER_LINK`.
    n_relationships, n_projects
        How many there are in all.
    """

    source: int
    target: int
    relationships: tuple[int, ...]
    projects: tuple[int, ...]
    n_relationships: int
    n_projects: int


class Ways:
    """The facts of a snapshot that may be walked through, and how to walk them.

    Parameters
    ----------
    relationship_kinds
        Kinds of relationship, and kinds of project that two may share (``project``, ``challenge`` …); empty for all.
    actor_kinds
        Kinds of actor to walk to; empty for all.

    Attributes
    ----------
    tie_strength, project_strength
        Strength of every relationship and project, float64, 0 … 1.

    Raises
    ------
    InvalidQueryError
        A kind is unknown.
    """

    def __init__(
        self, snapshot: GraphSnapshot, relationship_kinds: tuple[str, ...] = (), actor_kinds: tuple[str, ...] = ()
    ) -> None:
        kinds = load_kinds()
        kinds.require_actor_kinds(actor_kinds)
        kinds.require_link_kinds(relationship_kinds)
        self.snapshot = snapshot
        self._actor_open = _among(snapshot.actor_kind, list(kinds.actor), actor_kinds)
        self._tie_open = _among(snapshot.relationship_kind, list(kinds.relationship), relationship_kinds)
        self._tie_open &= snapshot.relationship_source != snapshot.relationship_target
        self._project_open = _among(snapshot.project_kind, list(kinds.opportunity), relationship_kinds)
        of_kind = np.array([kind.strength for kind in kinds.relationship.values()] + [0.0])
        self.tie_strength = np.maximum(of_kind[snapshot.relationship_kind], _WEAKEST)
        self.project_strength = 1 / np.log2(np.maximum(snapshot.project_size, 2))

    def neighbours(self, actors: IntArray) -> BoolArray:
        """Which actors share a fact with some, shape (n_actors,); those of a shared project are among themselves."""
        reached = np.zeros(self.snapshot.n_actors, bool)
        ties = self._ties_of(actors)
        reached[self.snapshot.relationship_source[ties]] = True
        reached[self.snapshot.relationship_target[ties]] = True
        reached[self.snapshot.membership[np.unique(self._projects_of(actors))].indices] = True
        return reached & self._actor_open

    def strengths_from(self, actors: IntArray) -> Strengths:
        """Summed strength of the facts that some actors share with each actor, float64, shape (n_actors,)."""
        snapshot = self.snapshot
        ties, n_ties = np.unique(self._ties_of(actors), return_counts=True)
        projects, n_projects = np.unique(self._projects_of(actors), return_counts=True)
        members = snapshot.membership[projects]
        ends = np.concatenate([snapshot.relationship_source[ties], snapshot.relationship_target[ties], members.indices])
        of_ties = self.tie_strength[ties] * n_ties
        of_members = np.repeat(self.project_strength[projects] * n_projects, np.diff(members.indptr))
        weights = np.concatenate([of_ties, of_ties, of_members])
        summed = np.bincount(ends, weights, minlength=snapshot.n_actors).astype(np.float64)
        return np.where(self._actor_open, summed, 0.0)

    def links_among(self, nodes: IntArray, distance: IntArray, limit: int) -> tuple[tuple[Link, ...], bool]:
        """Links among nodes that are ordered by distance, and whether these are all of them."""
        near, far, strength = self._pairs_among(nodes)
        inward = distance[near] < distance[far]
        by_node = np.lexsort((near, -strength, ~inward, far))
        leads = np.zeros(len(far), bool)
        leads[by_node[np.unique(far[by_node], return_index=True)[1]]] = True
        kept = np.sort(np.lexsort((far, near, -strength, ~(leads & inward)))[:limit])
        links = tuple(
            self.link(*pair) for pair in zip(nodes[near[kept]].tolist(), nodes[far[kept]].tolist(), strict=True)
        )
        return links, len(kept) == len(near)

    def link(self, source: int, target: int) -> Link:
        """The link between two actors that share a fact."""
        snapshot = self.snapshot
        ties = np.intersect1d(_row(snapshot.incidence, source), _row(snapshot.incidence, target), assume_unique=True)
        ties = ties[self._tie_open[ties]]
        ties = ties[np.lexsort((ties, -_wide(snapshot.relationship_day[ties]), -self.tie_strength[ties]))]
        shared = np.intersect1d(
            _row(snapshot.memberships, source), _row(snapshot.memberships, target), assume_unique=True
        )
        shared = shared[self._project_open[shared]]
        shared = shared[np.lexsort((shared, -_wide(snapshot.project_day[shared]), snapshot.project_size[shared]))]
        return Link(
            source=source,
            target=target,
            relationships=tuple(ties[:FACTS_PER_LINK].tolist()),
            projects=tuple(shared[:FACTS_PER_LINK].tolist()),
            n_relationships=len(ties),
            n_projects=len(shared),
        )

    def _ties_of(self, actors: IntArray) -> IntArray:
        rows: IntArray = self.snapshot.incidence[actors].indices
        open_rows: IntArray = rows[self._tie_open[rows]]
        return open_rows

    def _projects_of(self, actors: IntArray) -> IntArray:
        rows: IntArray = self.snapshot.memberships[actors].indices
        open_rows: IntArray = rows[self._project_open[rows]]
        return open_rows

    def _pairs_among(self, nodes: IntArray) -> tuple[IntArray, IntArray, Strengths]:
        """Places in ``nodes`` of the two ends of each linked pair, the smaller first, and their summed strength."""
        n_nodes = len(nodes)
        place = np.full(self.snapshot.n_actors, -1, np.int64)
        place[nodes] = np.arange(n_nodes)
        ties = np.unique(self._ties_of(nodes))
        ends = place[[self.snapshot.relationship_source[ties], self.snapshot.relationship_target[ties]]]
        inside = (ends >= 0).all(axis=0)
        low, high = ends[:, inside].min(axis=0), ends[:, inside].max(axis=0)
        memberships = self.snapshot.memberships[nodes].astype(np.float64)
        weighted = memberships * (self.project_strength * self._project_open)
        shared = sparse.triu(weighted @ memberships.T, k=1, format="coo")
        counts = shared.data > 0  # projects that are not walked through weigh nothing
        keys = np.concatenate(
            [low * n_nodes + high, shared.row[counts].astype(np.int64) * n_nodes + shared.col[counts]]
        )
        strengths = np.concatenate([self.tie_strength[ties[inside]], shared.data[counts]])
        pairs, pair_of = np.unique(keys, return_inverse=True)
        summed = np.bincount(pair_of, strengths, minlength=len(pairs)).astype(np.float64)
        return (pairs // n_nodes).astype(np.int32), (pairs % n_nodes).astype(np.int32), summed


def _among(codes: CodeArray, known: Sequence[str], wanted: Sequence[str]) -> BoolArray:
    if not wanted:
        return np.ones(len(codes), bool)
    return np.isin(codes, [code for code, name in enumerate(known) if name in wanted])


def _row(matrix: sparse.csr_array, index: int) -> IntArray:
    row: IntArray = matrix.indices[matrix.indptr[index] : matrix.indptr[index + 1]]
    return row


def _wide(days: IntArray) -> npt.NDArray[np.int64]:
    return days.astype(np.int64)  # the sign of an absent day's int32 cannot be turned
