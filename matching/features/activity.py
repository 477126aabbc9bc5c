"""Features of the candidate by itself, and of its kind: activity, standing, experience."""

import numpy as np

from matching.arrays import FloatArray
from matching.kernels.sparse_rows import Rows
from matching.query_view import QueryView


def activity(view: QueryView, rows: Rows) -> FloatArray:
    """Active lately: number of projects, halved in weight every two years, as log(1 + n)."""
    return view.index.activity_level[rows]


def fresh_activity(view: QueryView, rows: Rows) -> FloatArray:
    """Active in the last months: number of joint projects, halved every year, as log(1 + n)."""
    return view.index.fresh_activity_level[rows]


def solo_activity(view: QueryView, rows: Rows) -> FloatArray:
    """Works alone: recent projects without another member, as log(1 + n)."""
    return np.log1p(view.index.solo_activity[rows])


def openness(view: QueryView, rows: Rows) -> FloatArray:
    """Finds new partners: how many it first worked with in the last eighteen months, as log(1 + n)."""
    return np.log1p(view.index.late_partners[rows])


def last_seen(view: QueryView, rows: Rows) -> FloatArray:
    """Seen lately: one where the last joint project begins today, halved every year since."""
    return view.index.last_seen[rows]


def standing(view: QueryView, rows: Rows) -> FloatArray:
    """Well connected: number of partners so far, as log(1 + n)."""
    return np.log1p(view.index.degree[rows])


def leading_roles(view: QueryView, rows: Rows) -> FloatArray:
    """Leads projects: number of coordinator or owner roles, as log(1 + n)."""
    return np.log1p(view.index.leading_roles[rows])


def experience(view: QueryView, rows: Rows) -> FloatArray:
    """Long in the network: years since the first project, as log(1 + years)."""
    return np.log1p(view.index.years_since_first[rows])


def usual_kind(view: QueryView, rows: Rows) -> FloatArray:
    """Of a kind with which the asker's kind works more often than chance, as a share of links."""
    return view.index.kind_affinity[view.kind][view.index.snapshot.actor_kind[rows]]


def kind_affinity(view: QueryView, rows: Rows) -> FloatArray:
    """Of a kind that works with the asker's more often than its number alone would have it, as log(1 + lift)."""
    return view.index.kind_lift[view.kind][view.index.snapshot.actor_kind[rows]]
