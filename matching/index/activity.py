"""What a snapshot's structure and time say of each actor: activity, experience, position and circles."""

from functools import cached_property

import numpy as np
import pyarrow.compute as pc
from scipy import sparse
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils.extmath import randomized_svd

from matching.arrays import FloatArray
from matching.index.links import LinkIndex

_MOST_PROMINENT = 0.999
_N_DIMENSIONS = 64
_DAMPING = 0.25
_N_CIRCLES = 60
_N_SMALL_CIRCLES = 300
_PROJECTS_IN_CIRCLE = 20
_LEADING_ROLE = "coordinator|chủ trì|chủ quản|điều phối"


class HistoryIndex(LinkIndex):
    """A network's past, actor by actor."""

    @cached_property
    def recent_activity(self) -> FloatArray:
        """Projects of each actor, each weighted by its recency, float32, shape (n_actors,)."""
        return self._activity(self.project_recency)

    @cached_property
    def fresh_activity(self) -> FloatArray:
        """Joint projects of each actor, halved in weight every year, float32, shape (n_actors,)."""
        return self._activity(self.is_joint * np.exp2(-self.project_age_years))

    @cached_property
    def activity_level(self) -> FloatArray:
        """log(1 + :attr:`recent_activity`), float32, shape (n_actors,)."""
        return np.log1p(self.recent_activity)

    @cached_property
    def fresh_activity_level(self) -> FloatArray:
        """log(1 + :attr:`fresh_activity`), float32, shape (n_actors,)."""
        return np.log1p(self.fresh_activity)

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
    def last_seen(self) -> FloatArray:
        """One for an actor whose last joint project begins now, halved every year since, float32, (n_actors,)."""
        latest = np.zeros(self.snapshot.n_actors, np.float32)
        members = self.memberships.tocoo()
        np.maximum.at(latest, members.row, (self.is_joint * np.exp2(-self.project_age_years))[members.col])
        return latest

    @cached_property
    def positions(self) -> FloatArray:
        """Place of each actor in the network as a whole, float32, shape (n_actors, n_dimensions).

        Left singular vectors times singular values of the links (randomised, Halko et al. 2011), at most 64 of them;
        each link is divided by the fourth roots of the strengths of its two ends. The inner product of two places is
        then about the number of walks of two steps, with what is common to many told from what is chance.
        """
        links = self.links
        n_dimensions = min(_N_DIMENSIONS, *links.shape)
        if not n_dimensions or not links.nnz:
            return np.zeros((self.snapshot.n_actors, 1), np.float32)
        strength = np.asarray(links.sum(axis=1)).ravel()
        damping = sparse.diags_array(((1 + strength) ** -_DAMPING).astype(np.float32))
        left, values, _ = randomized_svd(damping @ links @ damping, n_dimensions, n_iter=3, random_state=0)
        has_place = np.diff(links.indptr) > 0  # who has no link has none, but for rounding
        return np.asarray(left * values * has_place[:, None], dtype=np.float32)

    @cached_property
    def position_lengths(self) -> FloatArray:
        """Length of each of :attr:`positions`, float32, shape (n_actors,)."""
        return np.asarray(np.linalg.norm(self.positions, axis=1))

    @cached_property
    def circles(self) -> FloatArray:
        """Recent joint projects of each actor by circle, as log(1 + n), float32, shape (n_actors, n_circles)."""
        return np.log1p(self._in_circles(self.project_recency, self.circle_of_project).toarray())

    @cached_property
    def late_circles(self) -> FloatArray:
        """Joint projects of the last eighteen months of each actor by circle, float32, shape (n_actors, n_circles)."""
        return np.asarray(self._in_circles(self.is_late, self.circle_of_project).toarray(), dtype=np.float32)

    @cached_property
    def small_circles(self) -> sparse.csr_array:
        """Recent joint projects of each actor by small circle, as log(1 + n), CSR of float32."""
        return self._in_circles(self.project_recency, self.small_circle_of_project).log1p()

    def _in_circles(self, project_weight: FloatArray, circle_of_project: sparse.csr_array) -> sparse.csr_array:
        dealt = sparse.csr_array(sparse.diags_array(project_weight) @ circle_of_project)
        return sparse.csr_array(self.memberships @ dealt, dtype=np.float32)

    @cached_property
    def circle_of_project(self) -> sparse.csr_array:
        """CSR of float32 ones, shape (n_projects, n_circles): the circle of each joint project.

        A circle is a cluster of projects whose members have like positions (k-means), one for 20 projects, at most 60.
        """
        return self._clusters(_N_CIRCLES)

    @cached_property
    def small_circle_of_project(self) -> sparse.csr_array:
        """The same for small circles, of which there are at most 300."""
        return self._clusters(_N_SMALL_CIRCLES)

    def _clusters(self, most: int) -> sparse.csr_array:
        joint = np.flatnonzero(self.is_joint)
        n_circles = min(most, len(joint) // _PROJECTS_IN_CIRCLE)
        if n_circles < 2:
            return sparse.csr_array((self.snapshot.n_projects, 1), dtype=np.float32)
        length = np.linalg.norm(self.positions, axis=1, keepdims=True)
        directions = np.divide(self.positions, length, out=np.zeros_like(self.positions), where=length > 0)
        middles = np.asarray(self.snapshot.membership[joint] @ directions)
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
