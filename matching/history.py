"""What a snapshot's structure and time say: links, activity, positions and circles."""

from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc
from scipy import sparse
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils.extmath import randomized_svd

from graph.dates import NO_DAY
from graph.kinds import load_kinds
from graph.snapshot import GraphSnapshot
from matching.text import FloatArray

MAX_PROJECT_SIZE = 60
"""A project with more members links nobody: to have been in one crowd is not to have worked together."""
RECENT_HALF_LIFE_DAYS = 730
"""Half-life of recent activity and recent links, two years."""
NEWCOMER_PARTNERS = 2
"""An actor with at most this many earlier partners is a newcomer."""
_MOST_PROMINENT = 0.999
_LATE_YEARS = 1.5
_N_DIMENSIONS = 64
_N_CIRCLES = 60
_PROJECTS_IN_CIRCLE = 20
_ROWS_AT_ONCE = 2048
_LEADING_ROLE = "coordinator|chủ trì|chủ quản|điều phối"


class HistoryIndex:
    """Who has worked with whom, how lately and how much. Every array is computed at its first use.

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
    def project_order(self) -> npt.NDArray[np.intp]:
        """Rows of the projects, the latest first, ties by row, those without a date last; shape (n_projects,)."""
        return np.argsort(-self.snapshot.project_day.astype(np.int64), kind="stable")

    @cached_property
    def memberships_by_date(self) -> sparse.csr_array:
        """:attr:`memberships` with the columns in :attr:`project_order`: each actor's projects, the latest first."""
        ordered = sparse.csr_array(self.memberships[:, self.project_order])
        ordered.sort_indices()
        return ordered

    @cached_property
    def is_joint(self) -> FloatArray:
        """One for projects of two to :data:`MAX_PROJECT_SIZE` members, else zero, float32, shape (n_projects,)."""
        size = self.snapshot.project_size
        return ((size > 1) & (size <= MAX_PROJECT_SIZE)).astype(np.float32)

    @cached_property
    def links(self) -> sparse.csr_array:
        """Symmetric CSR of float32, shape (n_actors, n_actors): how closely two actors have worked together.

        A project of s members links each two of them by 1 / log(1 + s); a relationship by its strength.
        """
        return self._links(np.ones(self.snapshot.n_projects, np.float32))

    @cached_property
    def recent_links(self) -> sparse.csr_array:
        """:attr:`links` with each project weighted by its recency."""
        return self._links(self.project_recency)

    def _links(self, project_weight: FloatArray) -> sparse.csr_array:
        weight = self.is_joint * project_weight / np.log1p(np.maximum(self.snapshot.project_size, 1))
        membership = self.snapshot.membership
        together = sparse.csr_array(membership.T @ (sparse.diags_array(weight.astype(np.float32)) @ membership))
        together.setdiag(0)
        together.eliminate_zeros()
        return sparse.csr_array(together + self.snapshot.ties, dtype=np.float32)

    @cached_property
    def damped_links(self) -> sparse.csr_array:
        """:attr:`links` with each row divided by the square root of its actor's number of neighbours."""
        return damped(self.links)

    @cached_property
    def damped_recent_links(self) -> sparse.csr_array:
        """:attr:`recent_links` damped as :attr:`damped_links` is."""
        return damped(self.recent_links)

    @cached_property
    def fresh_links(self) -> sparse.csr_array:
        """:attr:`links` with each project halved in weight every year."""
        return self._links(np.exp2(-self.project_age_years))

    @cached_property
    def damped_fresh_links(self) -> sparse.csr_array:
        """:attr:`fresh_links` damped as :attr:`damped_links` is."""
        return damped(self.fresh_links)

    @cached_property
    def damping(self) -> FloatArray:
        """One over the square root of each actor's number of neighbours, at most one, float32, shape (n_actors,)."""
        return (1 / np.sqrt(np.maximum(self.degree, 1))).astype(np.float32)

    @cached_property
    def neighbours(self) -> sparse.csr_array:
        """:attr:`links` without weights: CSR of float32 ones."""
        links = self.links
        return sparse.csr_array((np.ones_like(links.data), links.indices, links.indptr), shape=links.shape)

    @cached_property
    def partners(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_actors): non-zero where two have worked together.

        That is: in a project of at most :data:`MAX_PROJECT_SIZE` members, or by a strong relationship.
        """
        membership = self.snapshot.membership
        together = membership.T @ (sparse.diags_array(self.is_joint) @ membership)
        return sparse.csr_array(together + self.snapshot.strong_ties)

    @cached_property
    def degree(self) -> FloatArray:
        """Number of linked actors, float32, shape (n_actors,)."""
        return np.diff(self.links.indptr).astype(np.float32)

    @cached_property
    def recent_activity(self) -> FloatArray:
        """Projects of each actor, each weighted by its recency, float32, shape (n_actors,)."""
        return self._activity(self.project_recency)

    @cached_property
    def fresh_activity(self) -> FloatArray:
        """Joint projects of each actor, halved in weight every year, float32, shape (n_actors,)."""
        return self._activity(self.is_joint * np.exp2(-self.project_age_years))

    @cached_property
    def solo_activity(self) -> FloatArray:
        """Projects that each actor does alone, each weighted by its recency, float32, shape (n_actors,)."""
        return self._activity((self.snapshot.project_size == 1) * self.project_recency)

    def _activity(self, project_weight: FloatArray) -> FloatArray:
        return np.asarray(self.memberships @ project_weight.astype(np.float32), dtype=np.float32)

    @cached_property
    def prominence(self) -> FloatArray:
        """How much each actor is to be seen in lists, float32 in 0 … 1, shape (n_actors,): its activity and its degree.

        The mean of log(1 + recent activity) and log(1 + degree), each divided by its 99.9th percentile and at most one.
        """
        parts = [np.log1p(values) for values in (self.recent_activity, self.degree)]
        tops = [np.quantile(values, _MOST_PROMINENT) if len(values) else 0 for values in parts]
        shares = [np.minimum(values / max(top, 1e-9), 1) for values, top in zip(parts, tops, strict=True)]
        return np.mean(shares, axis=0).astype(np.float32)

    @cached_property
    def n_partners(self) -> npt.NDArray[np.intp]:
        """Number of others that each actor has worked with, shape (n_actors,)."""
        return np.diff(self.partners.indptr) - (self.partners.diagonal() != 0)  # whoever was in a project met itself

    @cached_property
    def is_newcomer(self) -> npt.NDArray[np.bool_]:
        """Who has at most :data:`NEWCOMER_PARTNERS` earlier partners, shape (n_actors,)."""
        return self.n_partners <= NEWCOMER_PARTNERS

    @cached_property
    def years_since_first(self) -> FloatArray:
        """Years since each actor's first project, float32, shape (n_actors,); 0 without one."""
        years = np.zeros(self.snapshot.n_actors, np.float32)
        members = self.memberships.tocoo()
        np.maximum.at(years, members.row, self.project_age_years[members.col])
        return years

    @cached_property
    def leads(self) -> sparse.csr_array:
        """CSR of float32 ones, shape (n_actors, n_projects): the projects that each actor coordinates or owns."""
        tables = self.snapshot.tables
        roles = pc.utf8_lower(pc.fill_null(tables.participations["role"], ""))
        leading = tables.participations.filter(pc.match_substring_regex(roles, _LEADING_ROLE))
        owned = tables.projects.filter(pc.is_valid(tables.projects["owner_id"]))
        actor_ids = [*leading["actor_id"].to_pylist(), *owned["owner_id"].to_pylist()]
        project_ids = [*leading["project_id"].to_pylist(), *owned["id"].to_pylist()]
        project_row = {project_id: row for row, project_id in enumerate(self.snapshot.project_ids)}
        known = [
            (self.snapshot.actor_index[actor_id], project_row[project_id])
            for actor_id, project_id in zip(actor_ids, project_ids, strict=True)
            if actor_id in self.snapshot.actor_index
        ]
        rows, columns = np.array(known, np.intp).reshape(-1, 2).T
        led = sparse.csr_array((np.ones(len(known), np.float32), (rows, columns)), shape=self.memberships.shape)
        led.sum_duplicates()
        led.data[:] = 1
        return led

    @cached_property
    def leading_roles(self) -> FloatArray:
        """Number of projects that each actor coordinates or owns, float32, shape (n_actors,)."""
        return np.diff(self.leads.indptr).astype(np.float32)

    @cached_property
    def leaders(self) -> sparse.csr_array:
        """CSR of float32, shape (n_actors, n_actors): how closely each actor has worked under the lead of another."""
        weight = self.is_joint * self.project_recency / np.log1p(np.maximum(self.snapshot.project_size, 1))
        led = sparse.csr_array(self.memberships @ (sparse.diags_array(weight.astype(np.float32)) @ self.leads.T))
        led.setdiag(0)
        led.eliminate_zeros()
        return led

    @cached_property
    def damped_followers(self) -> sparse.csr_array:
        """:attr:`leaders` turned, each row divided by the square root of its leader's number of followers."""
        return damped(sparse.csr_array(self.leaders.T))

    @cached_property
    def is_late(self) -> FloatArray:
        """One for projects of the last eighteen months, else zero, float32, shape (n_projects,)."""
        return (self.project_age_years < _LATE_YEARS).astype(np.float32)

    @cached_property
    def late_partners(self) -> FloatArray:
        """Number of actors that each first worked with in the last eighteen months, float32, shape (n_actors,)."""
        earlier = self._links(1 - self.is_late)
        return self.degree - np.diff(earlier.indptr).astype(np.float32)

    @cached_property
    def company(self) -> FloatArray:
        """Mean number of members of each actor's joint projects, recent ones heavier, float32; 0 without one."""
        weight = self.is_joint * self.project_recency
        total = self._activity(weight)
        members = self._activity(weight * self.snapshot.project_size)
        return np.divide(members, total, out=np.zeros_like(total), where=total > 0)

    @cached_property
    def last_seen(self) -> FloatArray:
        """One for an actor whose last joint project begins now, halved every year since, float32, (n_actors,)."""
        latest = np.zeros(self.snapshot.n_actors, np.float32)
        members = self.memberships.tocoo()
        np.maximum.at(latest, members.row, (self.is_joint * np.exp2(-self.project_age_years))[members.col])
        return latest

    @cached_property
    def damped_squared_links(self) -> sparse.csr_array:
        """:attr:`links`, each squared, damped as :attr:`damped_links` is."""
        links = self.links
        return damped(sparse.csr_array((links.data**2, links.indices, links.indptr), shape=links.shape))

    @cached_property
    def usual_two_hop(self) -> FloatArray:
        """What each actor's own twentieth best stranger has in common with it, float32, shape (n_actors,).

        The scale of :func:`~matching.features.connections.shared_partners` from the other side; 0 without strangers.
        """
        usual = np.zeros(self.snapshot.n_actors, np.float32)
        reach = sparse.csr_array(self.links)
        for start in range(0, self.snapshot.n_actors, _ROWS_AT_ONCE):
            rows = reach[start : start + _ROWS_AT_ONCE]
            in_common = sparse.csr_array(rows @ self.damped_links)
            strangers = sparse.csr_array(in_common - in_common.multiply(rows != 0))
            for place in range(strangers.shape[0]):
                values = strangers.data[strangers.indptr[place] : strangers.indptr[place + 1]]
                if len(values) > 20:
                    usual[start + place] = np.partition(values, len(values) - 20)[len(values) - 20]
                elif len(values):
                    usual[start + place] = values.max() / 4
        return usual

    def spread(self, values: FloatArray, rows: npt.NDArray[np.intp]) -> FloatArray:
        """What some actors receive of values that all deal out over their damped links, float32, shape of the rows."""
        dealt = values / np.sqrt(np.maximum(self.degree, 1))
        return np.asarray(self.links[rows] @ dealt, dtype=np.float32)

    @cached_property
    def positions(self) -> FloatArray:
        """Place of each actor in the network as a whole, float32, shape (n_actors, n_dimensions).

        Left singular vectors times singular values of who takes part in which joint project (randomised, Halko et al.
        2011), at most 64 of them.
        """
        weight = sparse.diags_array(np.sqrt(self.is_joint / np.log1p(np.maximum(self.snapshot.project_size, 1))))
        weighted = sparse.csr_array(self.memberships @ weight, dtype=np.float32)
        n_dimensions = min(_N_DIMENSIONS, *weighted.shape)
        if not n_dimensions or not weighted.nnz:
            return np.zeros((self.snapshot.n_actors, 1), np.float32)
        left, values, _ = randomized_svd(weighted, n_dimensions, n_iter=3, random_state=0)
        return np.asarray(left * values, dtype=np.float32)

    @cached_property
    def directions(self) -> FloatArray:
        """:attr:`positions` at length one; zero stays zero."""
        length = np.linalg.norm(self.positions, axis=1, keepdims=True)
        return np.divide(self.positions, length, out=np.zeros_like(self.positions), where=length > 0)

    @cached_property
    def circles(self) -> FloatArray:
        """Recent joint projects of each actor by circle, as log(1 + n), float32, shape (n_actors, n_circles)."""
        return np.log1p(self._in_circles(self.project_recency))

    @cached_property
    def late_circles(self) -> FloatArray:
        """Joint projects of the last eighteen months of each actor by circle, float32, shape (n_actors, n_circles)."""
        return self._in_circles(self.is_late)

    def _in_circles(self, project_weight: FloatArray) -> FloatArray:
        dealt = sparse.csr_array(sparse.diags_array(project_weight) @ self.circle_of_project)
        return np.asarray((self.memberships @ dealt).toarray(), dtype=np.float32)

    @cached_property
    def circle_of_project(self) -> sparse.csr_array:
        """CSR of float32 ones, shape (n_projects, n_circles): the circle of each joint project.

        A circle is a cluster of projects whose members have like positions (k-means), one for 20 projects, at most 60.
        """
        joint = np.flatnonzero(self.is_joint)
        n_circles = min(_N_CIRCLES, len(joint) // _PROJECTS_IN_CIRCLE)
        if n_circles < 2:
            return sparse.csr_array((self.snapshot.n_projects, 1), dtype=np.float32)
        middles = np.asarray(self.snapshot.membership[joint] @ self.directions)
        middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
        circle = MiniBatchKMeans(n_circles, batch_size=2048, n_init=1, random_state=0).fit_predict(middles)
        ones = np.ones(len(joint), np.float32)
        return sparse.csr_array((ones, (joint, circle)), shape=(self.snapshot.n_projects, n_circles))

    @cached_property
    def kind_affinity(self) -> FloatArray:
        """Share of each kind among the partners of each kind, float32, shape (n_kinds + 1, n_kinds + 1).

        The last row is that of an unknown kind: the shares over all; the last column is zero. Two links a pair of
        kinds are taken as seen beforehand, so that a small network does not rule a kind out.
        """
        n_kinds = len(self.kinds.actor)
        kind = self.snapshot.actor_kind.astype(np.intp)
        links = self.links.tocoo()
        pairs = kind[links.row] * (n_kinds + 1) + kind[links.col]
        known = (kind[links.row] >= 0) & (kind[links.col] >= 0)
        seen = np.bincount(pairs[known], minlength=(n_kinds + 1) ** 2).reshape(n_kinds + 1, n_kinds + 1) + 2.0
        seen[-1] = seen[:-1].sum(axis=0)
        seen[:, -1] = 0
        return (seen / seen.sum(axis=1, keepdims=True)).astype(np.float32)

    @cached_property
    def kind_lift(self) -> FloatArray:
        """:attr:`kind_affinity` over the share of each kind among all partners, as log(1 + lift), of the same shape."""
        usual = np.maximum(self.kind_affinity[-1], 1e-9)
        return np.log1p(np.where(self.kind_affinity > 0, self.kind_affinity / usual, 0)).astype(np.float32)


def damped(links: sparse.csr_array) -> sparse.csr_array:
    """Links with each row divided by the square root of its number of entries, so that hubs pass on less."""
    degree = np.diff(links.indptr)
    scale = 1 / np.sqrt(np.maximum(degree, 1))
    return sparse.csr_array(sparse.diags_array(scale.astype(np.float32)) @ links)
