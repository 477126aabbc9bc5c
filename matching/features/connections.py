"""Features of the network's structure: whom both have worked with, and how near they are in the network.

All of them are asked of a member of the network only.
"""

import numpy as np

from matching.arrays import FloatArray
from matching.kernels.sparse_rows import Rows, dense_row, dense_rows_times, rows_times
from matching.query_view import QueryView

_ROUNDING = 1e-4


def shared_partners(view: QueryView, rows: Rows) -> FloatArray:
    """Partners in common: sum over them of both links, each hub damped by the root of its degree."""
    return view.two_steps.shared[rows]


def recent_shared_partners(view: QueryView, rows: Rows) -> FloatArray:
    """Partners in common lately: as above, with projects halved in weight every two years."""
    return view.two_steps.recent[rows]


def fresh_shared_partners(view: QueryView, rows: Rows) -> FloatArray:
    """Partners in common in the last months: as above, halved every year."""
    return view.two_steps.fresh[rows]


def lasting_shared_partners(view: QueryView, rows: Rows) -> FloatArray:
    """Partners of the asker that are well linked to the candidate lately, however old the asker's own link."""
    return view.two_steps.lasting[rows]


def common_neighbours(view: QueryView, rows: Rows) -> FloatArray:
    """Number of partners in common (Newman 2001)."""
    return view.two_steps.number[rows]


def adamic_adar(view: QueryView, rows: Rows) -> FloatArray:
    """Partners in common, each by 1 / log of its degree (Adamic & Adar 2003)."""
    return view.two_steps.adamic_adar[rows]


def resource_allocation(view: QueryView, rows: Rows) -> FloatArray:
    """Partners in common, each by 1 / its degree (Zhou, Lü & Zhang 2009)."""
    return view.two_steps.allocation[rows]


def number_of_shared_partners(view: QueryView, rows: Rows) -> FloatArray:
    """How many partners in common there are at all, as log(1 + n): what is relative elsewhere, in absolute terms."""
    return np.log1p(common_neighbours(view, rows))


def exclusive_shared_partners(view: QueryView, rows: Rows) -> FloatArray:
    """Partners in common in proportion: over the root of the candidate's own degree, which hubs have plenty of."""
    return view.two_steps.shared[rows] * view.index.damping[rows]


def exclusive_allocation(view: QueryView, rows: Rows) -> FloatArray:
    """Resource allocation over the root of the candidate's own degree."""
    return resource_allocation(view, rows) * view.index.damping[rows]


def near_position(view: QueryView, rows: Rows) -> FloatArray:
    """Near in the network as a whole: inner product of the leading singular vectors of the links."""
    index = view.index
    product = dense_rows_times(index.positions, rows, view.own(index.positions))
    # what is zero comes out as a trace of rounding, which a scale of the query's own would blow up
    least = _ROUNDING * index.position_lengths[view.member] * index.position_lengths[rows]
    return np.where(product > least, product, np.float32(0))


def shared_circles(view: QueryView, rows: Rows) -> FloatArray:
    """Active in the same circles: clusters of projects with like members, found without any field or theme."""
    return dense_rows_times(view.index.circles, rows, view.own(view.index.circles))


def shared_small_circles(view: QueryView, rows: Rows) -> FloatArray:
    """Active in the same small circles: as above, of a few projects each."""
    circles = view.index.small_circles
    return rows_times(circles, rows, dense_row(circles, view.member))


def late_circles(view: QueryView, rows: Rows) -> FloatArray:
    """Active in the same circles in the last eighteen months: sum of products of the numbers of projects."""
    return dense_rows_times(view.index.late_circles, rows, view.own(view.index.late_circles))
