"""Who has worked with whom and how closely, and the two-step walks over these links.

A project links each two of its members by one over :func:`~graph.tie_strength.size_discount`, and a relationship links
its ends by the strength of its kind. Paths shown to people weigh a project by the same law
(:func:`~graph.tie_strength.project_strength`), scaled so that two members count as 1 and can be compared with the
strongest relationship; here the scale is that of the weighted two-hop baseline, on which features are measured.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from graph.snapshot import GraphSnapshot
from graph.tie_strength import size_discount
from matching.arrays import BoolArray, CodeArray, FloatArray, IndexArray
from matching.index.projects import ProjectIndex
from matching.kernels.sparse_rows import Sums, aligned, structure_of
from matching.kernels.sums import sums_of_walks

NEWCOMER_PARTNERS = 2
"""Earlier partners that a newcomer has at most. Set by the benchmark's report: histories of 0 and of 1 to 2."""


@dataclass(frozen=True, slots=True)
class LinkIndex:
    """The links of a network.

    Attributes
    ----------
    matrix
        Symmetric CSR of float32 with sorted columns, shape (n_actors, n_actors): how closely two actors have worked
        together.
    degree
        Number of linked actors, float32, shape (n_actors,).
    damping
        1 / sqrt(degree), at most 1, float32, shape (n_actors,).
    partners
        CSR of float32, shape (n_actors, n_actors): not zero where two have shared a joint project or have a strong
        relationship.
    n_partners
        Number of others that each actor has worked with, shape (n_actors,).
    is_newcomer
        Whether each actor has at most :data:`NEWCOMER_PARTNERS` earlier partners, shape (n_actors,).
    new_partners_last_18m
        Number of actors that each first worked with in the last eighteen months, float32, shape (n_actors,).
    """

    matrix: sparse.csr_array
    degree: FloatArray
    damping: FloatArray
    partners: sparse.csr_array
    n_partners: IndexArray
    is_newcomer: BoolArray
    new_partners_last_18m: FloatArray


def index_links(snapshot: GraphSnapshot, projects: ProjectIndex) -> LinkIndex:
    """The links of a snapshot."""
    matrix = link_matrix(snapshot, projects, np.ones(snapshot.n_projects, np.float32))
    degree = np.diff(matrix.indptr).astype(np.float32)
    together = projects.membership.T @ (sparse.diags_array(projects.is_joint) @ projects.membership)
    partners = sparse.csr_array(together + snapshot.strong_ties)
    n_partners = np.diff(partners.indptr) - (partners.diagonal() != 0)  # a member of a project shares it with itself
    before = link_matrix(snapshot, projects, 1 - projects.is_last_18m)
    return LinkIndex(
        matrix=matrix,
        degree=degree,
        damping=(1 / np.sqrt(np.maximum(degree, 1))).astype(np.float32),
        partners=partners,
        n_partners=n_partners,
        is_newcomer=n_partners <= NEWCOMER_PARTNERS,
        new_partners_last_18m=degree - np.diff(before.indptr).astype(np.float32),
    )


def link_matrix(snapshot: GraphSnapshot, projects: ProjectIndex, project_weight: FloatArray) -> sparse.csr_array:
    """The matrix of links with each project multiplied by a weight; symmetric CSR of float32 with sorted columns."""
    weight = projects.is_joint * project_weight / size_discount(snapshot.project_size)
    together = projects.membership.T @ (sparse.diags_array(weight.astype(np.float32)) @ projects.membership)
    together = sparse.csr_array(together)
    together.setdiag(0)
    together.eliminate_zeros()
    links = sparse.csr_array(together + snapshot.ties, dtype=np.float32)
    links.sort_indices()
    return links


@dataclass(frozen=True, slots=True)
class WalkIndex:
    """The weights of a walk of two steps.

    Attributes
    ----------
    link_weights
        Weights of the entries of :attr:`LinkIndex.matrix`, float32, shape (n_links, 3): as they are; with each project
        halved every two years; with each project halved every year.
    middle_weights
        What a walk counts by the actor in its middle, float32, shape (n_actors, 3): the damping, 1 / log(degree) and
        1 / degree.
    """

    link_weights: FloatArray
    middle_weights: FloatArray


def index_walks(snapshot: GraphSnapshot, projects: ProjectIndex, links: LinkIndex) -> WalkIndex:
    """The weights of the walks over the links of a snapshot."""
    half_life_2y = link_matrix(snapshot, projects, projects.half_life_2y)
    half_life_1y = link_matrix(snapshot, projects, projects.half_life_1y)
    weights = (links.matrix.data, aligned(links.matrix, half_life_2y), aligned(links.matrix, half_life_1y))
    by_degree = (links.damping, 1 / np.log(np.maximum(links.degree, 2)), 1 / np.maximum(links.degree, 1))
    return WalkIndex(np.stack(weights, axis=1), np.stack(by_degree, axis=1).astype(np.float32))


class TwoSteps:
    """All walks of two steps from one actor, summed by the actor where they end.

    Attributes
    ----------
    entries
        Positions of the first steps among the entries of the link matrix.
    middles
        The actors after the first step, shape (n_middles,).
    ends
        The actors after the second step, each once, shape (n_ends,).
    shared
        Sums of the product of both links, damped by the degree of the middle.
    half_life_2y, half_life_1y
        The same with each project halved every two years, or every year.
    second_half_life_2y
        The same with only the second link's projects halved every two years.
    number, adamic_adar, allocation
        Number of walks; sums of 1 / log(degree of the middle); sums of 1 / degree of the middle.
    """

    def __init__(self, links: LinkIndex, walks: WalkIndex, actor: int) -> None:
        matrix = links.matrix
        self.entries = slice(matrix.indptr[actor], matrix.indptr[actor + 1])
        self.middles: CodeArray = matrix.indices[self.entries]
        self.ends, place, sums = sums_of_walks(structure_of(matrix), walks.link_weights, walks.middle_weights, actor)
        (
            self.shared,
            self.half_life_2y,
            self.half_life_1y,
            self.second_half_life_2y,
            self.number,
            self.adamic_adar,
            self.allocation,
        ) = (Sums(place, column) for column in sums.T)
