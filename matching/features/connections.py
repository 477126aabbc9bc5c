"""Features of the network's structure: whom both have worked with, and how near they are in the network.

All of them are asked of a member of the network only.
"""

import numpy as np
from scipy import sparse

from matching.text import FloatArray
from matching.view import IndexArray, QueryView, dense


def shared_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners in common: sum over them of both links, each hub damped by the root of its degree."""
    return view.two_hop[rows]


def recent_shared_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners in common lately: as above, with projects halved in weight every two years."""
    return dense(view.links_in(view.index.recent_links) @ view.index.damped_recent_links)[rows]


def fresh_shared_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners in common in the last months: as above, halved every year."""
    return dense(view.links_in(view.index.fresh_links) @ view.index.damped_fresh_links)[rows]


def lasting_shared_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners of the asker that are well linked to the candidate lately, however old the asker's own link."""
    return dense(view.links @ view.index.damped_recent_links)[rows]


def close_shared_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners in common with whom both have worked again and again: as shared partners, of squared links."""
    links = view.links
    squared = sparse.csr_array((links.data**2, links.indices, links.indptr), shape=links.shape)
    return dense(squared @ view.index.damped_squared_links)[rows]


def common_neighbours(view: QueryView, rows: IndexArray) -> FloatArray:
    """Number of partners in common (Newman 2001)."""
    return view.common_neighbours[rows]


def adamic_adar(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners in common, each by 1 / log of its degree (Adamic & Adar 2003)."""
    neighbours = view.neighbours
    weight = (1 / np.log(np.maximum(view.index.degree[neighbours.indices], 2))).astype(np.float32)
    weighted = sparse.csr_array((weight, neighbours.indices, neighbours.indptr), shape=neighbours.shape)
    return dense(weighted @ view.index.neighbours)[rows]


def resource_allocation(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners in common, each by 1 / its degree (Zhou, Lü & Zhang 2009)."""
    return view.resource_allocation[rows]


def number_of_shared_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """How many partners in common there are at all, as log(1 + n): what is relative elsewhere, in absolute terms."""
    return np.log1p(view.common_neighbours[rows])


def exclusive_shared_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners in common in proportion: over the root of the candidate's own degree, which hubs have plenty of."""
    return (view.two_hop[rows] / np.sqrt(np.maximum(view.index.degree[rows], 1))).astype(np.float32)


def exclusive_allocation(view: QueryView, rows: IndexArray) -> FloatArray:
    """Resource allocation over the root of the candidate's own degree."""
    return (view.resource_allocation[rows] / np.sqrt(np.maximum(view.index.degree[rows], 1))).astype(np.float32)


def mutual_shared_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """Partners in common as the candidate sees it: by what it has in common with its own twentieth best, log(1 + x)."""
    usual = view.index.usual_two_hop[rows]
    return np.log1p(np.divide(view.two_hop[rows], usual, out=np.zeros(len(rows), np.float32), where=usual > 0))


def shared_leaders(view: QueryView, rows: IndexArray) -> FloatArray:
    """Both took part in projects that the same actor led, each leader damped by the root of its followers."""
    return dense(view.links_in(view.index.leaders) @ view.index.damped_followers)[rows]


def partners_of_partners(view: QueryView, rows: IndexArray) -> FloatArray:
    """Three steps away: the partners of those with whom there are partners in common."""
    return view.index.spread(view.two_hop, rows)


def near_position(view: QueryView, rows: IndexArray) -> FloatArray:
    """Near in the network as a whole: inner product of the leading singular vectors of who took part in what."""
    return np.maximum(view.index.positions[rows] @ view.own(view.index.positions), 0)


def near_direction(view: QueryView, rows: IndexArray) -> FloatArray:
    """Alike in the network whatever the size: cosine of the leading singular vectors."""
    return np.maximum(view.index.directions[rows] @ view.own(view.index.directions), 0)


def shared_circles(view: QueryView, rows: IndexArray) -> FloatArray:
    """Active in the same circles: clusters of projects with like members, found without any field or theme."""
    return view.index.circles[rows] @ view.own(view.index.circles)


def late_circles(view: QueryView, rows: IndexArray) -> FloatArray:
    """Active in the same circles in the last eighteen months: sum of products of the numbers of projects."""
    return view.index.late_circles[rows] @ view.own(view.index.late_circles)
