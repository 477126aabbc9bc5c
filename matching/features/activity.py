"""Features of the candidate by itself, and of its kind: activity, experience, degree."""

import numpy as np

from matching.arrays import FloatArray
from matching.kernels.sparse_rows import Rows
from matching.query_view import QueryView


def activity_half_life_2y(query: QueryView, rows: Rows) -> FloatArray:
    """Active: log(1 + number of projects), each halved every two years."""
    return query.index.activity.log_half_life_2y[rows]


def activity_half_life_1y(query: QueryView, rows: Rows) -> FloatArray:
    """Active with others: log(1 + number of joint projects), each halved every year."""
    return query.index.activity.log_half_life_1y[rows]


def solo_activity(query: QueryView, rows: Rows) -> FloatArray:
    """Works alone: log(1 + number of projects without another member), each halved every two years."""
    return np.log1p(query.index.activity.solo[rows])


def new_partners_last_18m(query: QueryView, rows: Rows) -> FloatArray:
    """Finds new partners: log(1 + number of partners that are new in the last eighteen months)."""
    return np.log1p(query.index.links.new_partners_last_18m[rows])


def last_active(query: QueryView, rows: Rows) -> FloatArray:
    """Recently active with others: 1 if the last joint project begins today, halved every year since."""
    return query.index.activity.last_active[rows]


def degree(query: QueryView, rows: Rows) -> FloatArray:
    """Well connected: log(1 + number of partners)."""
    return np.log1p(query.index.links.degree[rows])


def leading_roles(query: QueryView, rows: Rows) -> FloatArray:
    """Leads projects: log(1 + number of projects led or owned)."""
    return np.log1p(query.index.activity.n_leading_roles[rows])


def years_active(query: QueryView, rows: Rows) -> FloatArray:
    """Long in the network: log(1 + years since the first project)."""
    return np.log1p(query.index.activity.years_active[rows])


def partner_kind_share(query: QueryView, rows: Rows) -> FloatArray:
    """Of a kind that the asker's kind often works with: the kind's share of its partners."""
    return query.index.activity.kind_share[query.kind][query.index.snapshot.actor_kind[rows]]


def kind_affinity(query: QueryView, rows: Rows) -> FloatArray:
    """Of a kind that works with the asker's kind more often than chance: log(1 + lift)."""
    return query.index.activity.kind_lift[query.kind][query.index.snapshot.actor_kind[rows]]
