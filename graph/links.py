"""The links between actors: which facts link two of them, and the search for linked actors.

Two actors are linked by every fact that names both: a relationship, whichever way it runs, and a project that both take
part in or own. The strength of each fact is that of :mod:`graph.tie_strength`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graph.columns import BoolArray, CodeArray, IntArray
from graph.kinds import load_kinds
from graph.snapshot import GraphSnapshot
from graph.tie_strength import Strengths, project_strength, relationship_strength

FACTS_PER_LINK = 10
"""Most relationships, and most projects, that one link names; their counts are complete."""


@dataclass(frozen=True, slots=True)
class Link:
    """Two actors and the facts that link them.

    Attributes
    ----------
    source, target
        Rows of the actors. In a path they stand in walking order. In a neighbourhood the actor nearer to the centre
        comes first; of two equally near ones the smaller row.
    relationships
        Rows of the relationships between the two, strongest first, then newest; at most :data:`FACTS_PER_LINK`.
    projects
        Rows of the projects that both are members of, smallest first, then newest; at most :data:`FACTS_PER_LINK`.
    n_relationships, n_projects
        Number of all relationships between the two, and of all projects that both are members of.
    """

    source: int
    target: int
    relationships: tuple[int, ...]
    projects: tuple[int, ...]
    n_relationships: int
    n_projects: int


class LinkFinder:
    """Finds links in a snapshot, among all facts or among facts of some kinds.

    Parameters
    ----------
    snapshot
        The network.
    relationship_kinds
        Kinds of relationship that link actors, and kinds of project (``project``, ``challenge`` …) that link their
        members; empty for all.
    actor_kinds
        Kinds of actor that may be found; empty for all.

    Attributes
    ----------
    relationship_strength, project_strength
        Strength of every relationship and of every project of the snapshot, float64, 0 … 1.

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
        self._actor_counts = _is_among(snapshot.actor_kind, list(kinds.actor), actor_kinds)
        self._relationship_counts = _is_among(
            snapshot.relationship_kind, list(kinds.relationship), relationship_kinds
        ) & (snapshot.relationship_source != snapshot.relationship_target)
        self._project_counts = _is_among(snapshot.project_kind, list(kinds.opportunity), relationship_kinds)
        self.relationship_strength = relationship_strength(snapshot.relationship_kind)
        self.project_strength = project_strength(snapshot.project_size)

    def neighbours(self, actors: IntArray) -> BoolArray:
        """Whether each actor shares a fact with one of some actors, bool, shape (n_actors,).

        The given actors may be marked as well: each stands at an end of its own relationships.
        """
        reached = np.zeros(self.snapshot.n_actors, bool)
        relationships = self._relationships_of(actors)
        reached[self.snapshot.relationship_source[relationships]] = True
        reached[self.snapshot.relationship_target[relationships]] = True
        reached[self.snapshot.membership[np.unique(self._projects_of(actors))].indices] = True
        return reached & self._actor_counts

    def strengths_from(self, actors: IntArray) -> Strengths:
        """Summed strength of the facts that some actors share with each actor, float64, shape (n_actors,)."""
        snapshot = self.snapshot
        relationships, n_ends = np.unique(self._relationships_of(actors), return_counts=True)
        projects, n_projects = np.unique(self._projects_of(actors), return_counts=True)
        members = snapshot.membership[projects]
        ends = np.concatenate(
            [snapshot.relationship_source[relationships], snapshot.relationship_target[relationships], members.indices]
        )
        of_relationships = self.relationship_strength[relationships] * n_ends
        of_members = np.repeat(self.project_strength[projects] * n_projects, np.diff(members.indptr))
        weights = np.concatenate([of_relationships, of_relationships, of_members])
        summed = np.bincount(ends, weights, minlength=snapshot.n_actors).astype(np.float64)
        return np.where(self._actor_counts, summed, 0.0)

    def links_among(self, nodes: IntArray, distance: IntArray, limit: int) -> tuple[tuple[Link, ...], bool]:
        """The links among some actors, at most ``limit``, and whether no link was left out.

        A limit keeps first, for each actor, the strongest link to an actor nearer to the centre, then the strongest of
        the other links.

        Parameters
        ----------
        nodes, distance
            Rows of the actors in ascending order of their distance, and that distance; int32, shape (n_nodes,).
        """
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
        between = np.intersect1d(_row(snapshot.incidence, source), _row(snapshot.incidence, target), assume_unique=True)
        between = between[self._relationship_counts[between]]
        by_strength = (
            between,
            -_as_int64(snapshot.relationship_day[between]),
            -self.relationship_strength[between],
        )
        between = between[np.lexsort(by_strength)]
        shared = np.intersect1d(
            _row(snapshot.memberships, source), _row(snapshot.memberships, target), assume_unique=True
        )
        shared = shared[self._project_counts[shared]]
        shared = shared[np.lexsort((shared, -_as_int64(snapshot.project_day[shared]), snapshot.project_size[shared]))]
        return Link(
            source=source,
            target=target,
            relationships=tuple(between[:FACTS_PER_LINK].tolist()),
            projects=tuple(shared[:FACTS_PER_LINK].tolist()),
            n_relationships=len(between),
            n_projects=len(shared),
        )

    def _relationships_of(self, actors: IntArray) -> IntArray:
        rows: IntArray = self.snapshot.incidence[actors].indices
        counting: IntArray = rows[self._relationship_counts[rows]]
        return counting

    def _projects_of(self, actors: IntArray) -> IntArray:
        rows: IntArray = self.snapshot.memberships[actors].indices
        counting: IntArray = rows[self._project_counts[rows]]
        return counting

    def _pairs_among(self, nodes: IntArray) -> tuple[IntArray, IntArray, Strengths]:
        """Places in ``nodes`` of the two ends of each linked pair, the smaller place first, and its summed strength."""
        n_nodes = len(nodes)
        place = np.full(self.snapshot.n_actors, -1, np.int64)
        place[nodes] = np.arange(n_nodes)
        relationships = np.unique(self._relationships_of(nodes))
        ends = place[
            [self.snapshot.relationship_source[relationships], self.snapshot.relationship_target[relationships]]
        ]
        inside = (ends >= 0).all(axis=0)
        low, high = ends[:, inside].min(axis=0), ends[:, inside].max(axis=0)
        memberships = self.snapshot.memberships[nodes].astype(np.float64)
        weighted = memberships * (self.project_strength * self._project_counts)
        shared = sparse.triu(weighted @ memberships.T, k=1, format="coo")
        counts = shared.data > 0  # projects that do not count have weight 0
        keys = np.concatenate(
            [low * n_nodes + high, shared.row[counts].astype(np.int64) * n_nodes + shared.col[counts]]
        )
        strengths = np.concatenate([self.relationship_strength[relationships[inside]], shared.data[counts]])
        pairs, pair_of = np.unique(keys, return_inverse=True)
        summed = np.bincount(pair_of, strengths, minlength=len(pairs)).astype(np.float64)
        return (pairs // n_nodes).astype(np.int32), (pairs % n_nodes).astype(np.int32), summed


def _is_among(codes: CodeArray, known: Sequence[str], wanted: Sequence[str]) -> BoolArray:
    """Whether each code names a wanted kind, bool, shape of the codes; all of them where none is wanted."""
    if not wanted:
        return np.ones(len(codes), bool)
    return np.isin(codes, [code for code, name in enumerate(known) if name in wanted])


def _row(matrix: sparse.csr_array, index: int) -> IntArray:
    row: IntArray = matrix.indices[matrix.indptr[index] : matrix.indptr[index + 1]]
    return row


def _as_int64(days: IntArray) -> npt.NDArray[np.int64]:
    return days.astype(np.int64)  # an absent day is the smallest int32, which has no negative in int32
