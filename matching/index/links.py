"""Who has worked with whom, how closely and how lately, and the walks of two steps over these links."""

from functools import cached_property

import numpy as np
from scipy import sparse

from graph.dates import NO_DAY
from graph.kinds import load_kinds
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, CodeArray, FloatArray, IndexArray
from matching.kernels.sparse_rows import Sums, aligned, entries_of_rows, keys_of_entries, structure_of
from matching.kernels.sums import sums_of_walks

MAX_PROJECT_SIZE = 60
"""A project with more members links nobody: to have been in one crowd is not to have worked together."""
RECENT_HALF_LIFE_DAYS = 730
"""Half-life of recent activity and recent links, two years."""
RECENT_YEARS = 3.0
"""Age up to which reasons count a project as recent."""
NEWCOMER_PARTNERS = 2
"""An actor with at most this many earlier partners is a newcomer."""
_LATE_YEARS = 1.5


class LinkIndex:
    """The links of a network. Every array is computed at its first use.

    Parameters
    ----------
    snapshot
        The network. Nothing else is looked at, so that a snapshot cut in time cannot leak.
    """

    def __init__(self, snapshot: GraphSnapshot) -> None:
        self.snapshot = snapshot
        self.kinds = load_kinds()

    def warm(self) -> None:
        """Compute everything that would otherwise be computed at the first question."""
        for owner in type(self).__mro__:
            for name, member in vars(owner).items():
                if isinstance(member, cached_property):
                    getattr(self, name)

    @cached_property
    def memberships(self) -> sparse.csr_array:
        """CSR of float32 ones, shape (n_actors, n_projects): the projects of each actor."""
        return self.snapshot.memberships

    @cached_property
    def project_age_years(self) -> FloatArray:
        """Years from each project's start to the snapshot, float32, at least 0; ten where the start is unknown."""
        days = self.snapshot.as_of_day - self.snapshot.project_day.astype(np.int64)
        years = np.where(self.snapshot.project_day == NO_DAY, 10.0, np.maximum(days, 0) / 365.25)
        return years.astype(np.float32)

    @cached_property
    def project_recency(self) -> FloatArray:
        """Weight of each project by its age, float32 in 0 … 1: halved every :data:`RECENT_HALF_LIFE_DAYS`."""
        return np.exp2(-self.project_age_years * 365.25 / RECENT_HALF_LIFE_DAYS).astype(np.float32)

    @cached_property
    def project_order(self) -> IndexArray:
        """Rows of the projects, the latest first, ties by row, those without a date last; shape (n_projects,)."""
        return np.argsort(-self.snapshot.project_day.astype(np.int64), kind="stable")

    @cached_property
    def memberships_by_date(self) -> sparse.csr_array:
        """:attr:`memberships` with the columns in :attr:`project_order`: each actor's projects, the latest first."""
        ordered = sparse.csr_array(self.memberships[:, self.project_order])
        ordered.sort_indices()
        return ordered

    @cached_property
    def n_recent_projects(self) -> int:
        """How many of the first in :attr:`project_order` are recent: begun in the last :data:`RECENT_YEARS`."""
        return int(np.count_nonzero(self.project_age_years < RECENT_YEARS))

    @cached_property
    def is_joint(self) -> FloatArray:
        """One for projects of two to :data:`MAX_PROJECT_SIZE` members, else zero, float32, shape (n_projects,)."""
        size = self.snapshot.project_size
        return ((size > 1) & (size <= MAX_PROJECT_SIZE)).astype(np.float32)

    @cached_property
    def is_late(self) -> FloatArray:
        """One for projects of the last eighteen months, else zero, float32, shape (n_projects,)."""
        return (self.project_age_years < _LATE_YEARS).astype(np.float32)

    @cached_property
    def links(self) -> sparse.csr_array:
        """Symmetric CSR of float32, shape (n_actors, n_actors): how closely two actors have worked together.

        A project of s members links each two of them by 1 / log(1 + s); a relationship by its strength.
        """
        return self._links(np.ones(self.snapshot.n_projects, np.float32))

    def _links(self, project_weight: FloatArray) -> sparse.csr_array:
        weight = self.is_joint * project_weight / np.log1p(np.maximum(self.snapshot.project_size, 1))
        membership = self.snapshot.membership
        together = sparse.csr_array(membership.T @ (sparse.diags_array(weight.astype(np.float32)) @ membership))
        together.setdiag(0)
        together.eliminate_zeros()
        links = sparse.csr_array(together + self.snapshot.ties, dtype=np.float32)
        links.sort_indices()
        return links

    @cached_property
    def link_weights(self) -> FloatArray:
        """Weights of :attr:`links`, entry by entry, float32, shape (n_links, 3).

        The first is that of the links themselves; the others have each project weighted by its recency, and halved in
        weight every year.
        """
        recent, fresh = (self._links(weight) for weight in (self.project_recency, np.exp2(-self.project_age_years)))
        return np.stack([self.links.data, aligned(self.links, recent), aligned(self.links, fresh)], axis=1)

    @cached_property
    def middle_weights(self) -> FloatArray:
        """What a walk over each actor counts: its damping, 1 / log of its degree, 1 / its degree, (n_actors, 3)."""
        by_degree = (self.damping, 1 / np.log(np.maximum(self.degree, 2)), 1 / np.maximum(self.degree, 1))
        return np.stack(by_degree, axis=1).astype(np.float32)

    @cached_property
    def latest_common_project(self) -> CodeArray:
        """Row of the latest project that links the two of each entry of :attr:`links`, -1 where a relationship does."""
        membership, n_actors = self.snapshot.membership, self.snapshot.n_actors
        linking = self.project_order[self.is_joint[self.project_order] > 0]
        project, entry = entries_of_rows(membership, linking)  # the latest first
        other, entry_of_other = entries_of_rows(membership, linking[project])
        keys = membership.indices[entry][other].astype(np.int64) * n_actors + membership.indices[entry_of_other]
        keys, first = np.unique(keys, return_index=True)
        latest = np.full(self.links.nnz, -1, np.int32)
        links = keys_of_entries(self.links)
        is_link = np.isin(keys, links, assume_unique=True)  # all but those to oneself
        latest[np.searchsorted(links, keys[is_link])] = linking[project[other[first[is_link]]]]
        return latest

    @cached_property
    def damping(self) -> FloatArray:
        """One over the square root of each actor's number of neighbours, at most one, float32, shape (n_actors,)."""
        return (1 / np.sqrt(np.maximum(self.degree, 1))).astype(np.float32)

    @cached_property
    def degree(self) -> FloatArray:
        """Number of linked actors, float32, shape (n_actors,)."""
        return np.diff(self.links.indptr).astype(np.float32)

    @cached_property
    def partners(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_actors): non-zero where two have worked together.

        That is: in a project of at most :data:`MAX_PROJECT_SIZE` members, or by a strong relationship.
        """
        membership = self.snapshot.membership
        together = membership.T @ (sparse.diags_array(self.is_joint) @ membership)
        return sparse.csr_array(together + self.snapshot.strong_ties)

    @cached_property
    def n_partners(self) -> IndexArray:
        """Number of others that each actor has worked with, shape (n_actors,)."""
        return np.diff(self.partners.indptr) - (self.partners.diagonal() != 0)  # whoever was in a project met itself

    @cached_property
    def is_newcomer(self) -> BoolArray:
        """Who has at most :data:`NEWCOMER_PARTNERS` earlier partners, shape (n_actors,)."""
        return self.n_partners <= NEWCOMER_PARTNERS

    @cached_property
    def late_partners(self) -> FloatArray:
        """Number of actors that each first worked with in the last eighteen months, float32, shape (n_actors,)."""
        earlier = self._links(1 - self.is_late)
        return self.degree - np.diff(earlier.indptr).astype(np.float32)


class TwoSteps:
    """All walks of two steps from one actor, and what they come to by where they end, weighed in several ways.

    Attributes
    ----------
    entries
        Where the first steps stand among the entries of the links.
    middles
        The actors after the first step, shape (n_middles,).
    ends
        The actors after the second, each once, shape (n_ends,).
    shared, recent, fresh
        Sums of products of the weights of both steps, those of recent and of fresh links, each damped by the degree of
        the middle.
    lasting
        The same of the weight of the first and the recent weight of the second.
    number, adamic_adar, allocation
        How many walks there are, and sums of 1 / log of the degree of the middle, and of 1 / the degree.
    """

    def __init__(self, index: LinkIndex, actor: int) -> None:
        links = index.links
        self.entries = slice(links.indptr[actor], links.indptr[actor + 1])
        self.middles: CodeArray = links.indices[self.entries]
        self.ends, place, sums = sums_of_walks(structure_of(links), index.link_weights, index.middle_weights, actor)
        self.shared, self.recent, self.fresh, self.lasting, self.number, self.adamic_adar, self.allocation = (
            Sums(place, of_one) for of_one in sums.T
        )
