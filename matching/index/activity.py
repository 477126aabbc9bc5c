"""What the past says of each actor by itself and of each kind: activity, experience, and who works with which kind."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from graph.kinds import Kinds
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, FloatArray, IndexArray
from matching.index.links import LinkIndex
from matching.index.projects import ProjectIndex

N_MOST_ACTIVE = 500
"""Actors of each kind among :attr:`ActivityIndex.most_active`. Set by hand."""
_PROMINENCE_QUANTILE = 0.999
"""Activity and degree count at most this quantile, so that a few giants do not set the scale. Set by hand."""
_PRIOR_LINKS = 2.0
"""Links taken as seen between each two kinds, so that a small network rules no kind out. Set by hand."""


@dataclass(frozen=True, slots=True)
class ActivityIndex:
    """The activity of actors and kinds. Arrays are float32 of shape (n_actors,) where nothing else is said.

    Attributes
    ----------
    half_life_2y
        Number of projects, each halved every two years.
    log_half_life_2y, log_half_life_1y
        log(1 + number of projects), each project halved every two years; log(1 + number of joint projects), each
        halved every year.
    solo
        Number of projects without another member, each halved every two years.
    prominence
        How visible an actor is, 0 to 1: the mean of log(1 + :attr:`half_life_2y`) and log(1 + degree), each divided by
        its 99.9th percentile and at most 1.
    years_active
        Years since the first project; 0 without one.
    n_leading_roles
        Number of projects led or owned.
    last_active
        1 if the last joint project begins today, halved every year since; 0 without one.
    most_active
        Rows of the most active candidates of each kind, at most :data:`N_MOST_ACTIVE` of a kind, ascending.
    kind_share
        Share of each kind among the partners of each kind, shape (n_kinds + 1, n_kinds + 1). The last row holds the
        shares over all kinds and stands for an unknown kind; the last column is 0.
    kind_lift
        log(1 + :attr:`kind_share` / share over all kinds), of the same shape.
    """

    half_life_2y: FloatArray
    log_half_life_2y: FloatArray
    log_half_life_1y: FloatArray
    solo: FloatArray
    prominence: FloatArray
    years_active: FloatArray
    n_leading_roles: FloatArray
    last_active: FloatArray
    most_active: IndexArray
    kind_share: FloatArray
    kind_lift: FloatArray


def index_activity(
    snapshot: GraphSnapshot, kinds: Kinds, projects: ProjectIndex, links: LinkIndex, is_candidate: BoolArray
) -> ActivityIndex:
    """The activity of the actors of a snapshot; ``is_candidate`` says who may be suggested, shape (n_actors,)."""
    half_life_2y = _sum_of_projects(projects, projects.half_life_2y)
    joint_half_life_1y = projects.is_joint * projects.half_life_1y
    kind_share = _kind_share(snapshot, links, len(kinds.actor))
    overall = np.maximum(kind_share[-1], 1e-9)
    return ActivityIndex(
        half_life_2y=half_life_2y,
        log_half_life_2y=np.log1p(half_life_2y),
        log_half_life_1y=np.log1p(_sum_of_projects(projects, joint_half_life_1y)),
        solo=_sum_of_projects(projects, projects.is_solo * projects.half_life_2y),
        prominence=_prominence(half_life_2y, links.degree),
        years_active=_largest_of_projects(projects, projects.age_years),
        n_leading_roles=np.diff(projects.leads.indptr).astype(np.float32),
        last_active=_largest_of_projects(projects, joint_half_life_1y),
        most_active=_most_active(snapshot, half_life_2y, is_candidate, len(kinds.actor)),
        kind_share=kind_share,
        kind_lift=np.log1p(np.where(kind_share > 0, kind_share / overall, 0)).astype(np.float32),
    )


def _sum_of_projects(projects: ProjectIndex, weight: FloatArray) -> FloatArray:
    return np.asarray(projects.memberships @ weight.astype(np.float32), dtype=np.float32)


def _largest_of_projects(projects: ProjectIndex, values: FloatArray) -> FloatArray:
    largest = np.zeros(projects.memberships.shape[0], np.float32)
    members = projects.memberships.tocoo()
    np.maximum.at(largest, members.row, values[members.col])
    return largest


def _prominence(activity: FloatArray, degree: FloatArray) -> FloatArray:
    parts = [np.log1p(values) for values in (activity, degree)]
    tops = [np.quantile(values, _PROMINENCE_QUANTILE) if len(values) else 0 for values in parts]
    shares = [np.minimum(values / max(top, 1e-9), 1) for values, top in zip(parts, tops, strict=True)]
    return np.mean(shares, axis=0).astype(np.float32)


def _most_active(snapshot: GraphSnapshot, activity: FloatArray, is_candidate: BoolArray, n_kinds: int) -> IndexArray:
    rows = np.flatnonzero(is_candidate & (activity > 0))
    order = rows[np.argsort(-activity[rows], kind="stable")]
    of_kind = [order[snapshot.actor_kind[order] == kind][:N_MOST_ACTIVE] for kind in range(-1, n_kinds)]
    return np.sort(np.concatenate(of_kind))


def _kind_share(snapshot: GraphSnapshot, links: LinkIndex, n_kinds: int) -> FloatArray:
    kind = snapshot.actor_kind.astype(np.intp)
    pairs: sparse.coo_array = links.matrix.tocoo()
    codes = kind[pairs.row] * (n_kinds + 1) + kind[pairs.col]
    is_known = (kind[pairs.row] >= 0) & (kind[pairs.col] >= 0)
    seen = np.bincount(codes[is_known], minlength=(n_kinds + 1) ** 2).reshape(n_kinds + 1, n_kinds + 1) + _PRIOR_LINKS
    seen[-1] = seen[:-1].sum(axis=0)
    seen[:, -1] = 0
    return (seen / seen.sum(axis=1, keepdims=True)).astype(np.float32)
