"""Features of structure: whom both have worked with, and how close they are in the network. For members only."""

import numpy as np

from matching.arrays import FloatArray
from matching.kernels.sparse_rows import Rows, dense_row, dense_rows_times, rows_times
from matching.query_view import MemberQuery

_ROUNDING = 1e-4


def shared_partners(query: MemberQuery, rows: Rows) -> FloatArray:
    """Partners in common: sum of the product of both links, each partner damped by the square root of its degree."""
    return query.two_steps.shared[rows]


def shared_partners_half_life_2y(query: MemberQuery, rows: Rows) -> FloatArray:
    """Partners in common, with each project halved in weight every two years."""
    return query.two_steps.half_life_2y[rows]


def shared_partners_half_life_1y(query: MemberQuery, rows: Rows) -> FloatArray:
    """Partners in common, with each project halved in weight every year."""
    return query.two_steps.half_life_1y[rows]


def shared_partners_second_link_half_life_2y(query: MemberQuery, rows: Rows) -> FloatArray:
    """Partners in common, with only the projects of partner and candidate halved in weight every two years."""
    return query.two_steps.second_half_life_2y[rows]


def common_neighbours(query: MemberQuery, rows: Rows) -> FloatArray:
    """Number of partners in common (Newman 2001)."""
    return query.two_steps.number[rows]


def adamic_adar(query: MemberQuery, rows: Rows) -> FloatArray:
    """Partners in common, each counted as 1 / log(degree) (Adamic & Adar 2003)."""
    return query.two_steps.adamic_adar[rows]


def resource_allocation(query: MemberQuery, rows: Rows) -> FloatArray:
    """Partners in common, each counted as 1 / degree (Zhou, Lü & Zhang 2009)."""
    return query.two_steps.allocation[rows]


def log_common_neighbours(query: MemberQuery, rows: Rows) -> FloatArray:
    """Number of partners in common as log(1 + n), not scaled by the query."""
    return np.log1p(common_neighbours(query, rows))


def shared_partners_by_root_degree(query: MemberQuery, rows: Rows) -> FloatArray:
    """Partners in common, divided by the square root of the candidate's degree."""
    return query.two_steps.shared[rows] * query.index.links.damping[rows]


def resource_allocation_by_root_degree(query: MemberQuery, rows: Rows) -> FloatArray:
    """Resource allocation, divided by the square root of the candidate's degree."""
    return resource_allocation(query, rows) * query.index.links.damping[rows]


def latent_similarity(query: MemberQuery, rows: Rows) -> FloatArray:
    """Close in the network as a whole: inner product of the latent factors of the links."""
    clusters = query.index.clusters
    product = dense_rows_times(clusters.factors, rows, query.own_row(clusters.factors))
    # a product that should be 0 is a trace of rounding, which scaling by the query's own values would magnify
    least = _ROUNDING * clusters.factor_norms[query.actor] * clusters.factor_norms[rows]
    return np.where(product > least, product, np.float32(0))


def shared_clusters(query: MemberQuery, rows: Rows) -> FloatArray:
    """Active in the same clusters of projects, which are found from who works with whom."""
    by_cluster = query.index.clusters.by_cluster
    return dense_rows_times(by_cluster, rows, query.own_row(by_cluster))


def shared_fine_clusters(query: MemberQuery, rows: Rows) -> FloatArray:
    """Active in the same fine clusters of projects."""
    by_cluster = query.index.clusters.by_fine_cluster
    return rows_times(by_cluster, rows, dense_row(by_cluster, query.actor))


def shared_clusters_last_18m(query: MemberQuery, rows: Rows) -> FloatArray:
    """Active in the same clusters in the last eighteen months: sum of products of the numbers of projects."""
    by_cluster = query.index.clusters.last_18m_by_cluster
    return dense_rows_times(by_cluster, rows, query.own_row(by_cluster))
