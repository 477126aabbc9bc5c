"""Where each actor stands in the network as a whole: latent factors of the links, and clusters of projects.

Clusters stand in for themes where a network has none: they are found from who works with whom alone.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils.extmath import randomized_svd

from matching.arrays import FloatArray
from matching.index.links import LinkIndex
from matching.index.projects import ProjectIndex

N_FACTORS = 64
"""Latent factors of an actor at most. Set by hand, as in the benchmark's ALS baseline."""
_DAMPING = 0.25
"""Each link is divided by the strengths of its two ends to this power. Measured on inner cuts of CORDIS."""
_N_CLUSTERS = 60
_N_FINE_CLUSTERS = 300
_PROJECTS_PER_CLUSTER = 20
"""Clusters at most, and projects that a cluster holds on average at least. Set by hand."""


@dataclass(frozen=True, slots=True)
class ClusterIndex:
    """Latent factors of actors, and clusters of joint projects whose members have similar factors.

    Attributes
    ----------
    factors
        float32, shape (n_actors, n_factors): left singular vectors of the damped links, each times its singular value.
        The inner product of two actors is close to the number of walks of two steps between them, less what chance
        would give.
    factor_norms
        Length of each actor's factors, float32, shape (n_actors,).
    by_cluster
        log(1 + joint projects of each actor by cluster, each halved every two years), float32,
        shape (n_actors, n_clusters).
    last_18m_by_cluster
        Joint projects of the last eighteen months of each actor by cluster, float32, shape (n_actors, n_clusters).
    by_fine_cluster
        As :attr:`by_cluster` for smaller clusters, CSR of float32, shape (n_actors, n_fine_clusters).
    fine_cluster_of_project
        CSR of float32 ones, shape (n_projects, n_fine_clusters).
    """

    factors: FloatArray
    factor_norms: FloatArray
    by_cluster: FloatArray
    last_18m_by_cluster: FloatArray
    by_fine_cluster: sparse.csr_array
    fine_cluster_of_project: sparse.csr_array


def index_clusters(projects: ProjectIndex, links: LinkIndex) -> ClusterIndex:
    """The latent factors and clusters of a network."""
    factors = _factors(links)
    clusters = _clusters(projects, factors, _N_CLUSTERS)
    fine_clusters = _clusters(projects, factors, _N_FINE_CLUSTERS)
    last_18m = _projects_by_cluster(projects, projects.is_last_18m, clusters)
    return ClusterIndex(
        factors=factors,
        factor_norms=np.asarray(np.linalg.norm(factors, axis=1)),
        by_cluster=np.log1p(_projects_by_cluster(projects, projects.half_life_2y, clusters).toarray()),
        last_18m_by_cluster=np.asarray(last_18m.toarray(), dtype=np.float32),
        by_fine_cluster=_projects_by_cluster(projects, projects.half_life_2y, fine_clusters).log1p(),
        fine_cluster_of_project=fine_clusters,
    )


def _factors(links: LinkIndex) -> FloatArray:
    """Randomised singular value decomposition (Halko, Martinsson & Tropp 2011) of the damped links."""
    matrix = links.matrix
    n_factors = min(N_FACTORS, *matrix.shape)
    if not n_factors or not matrix.nnz:
        return np.zeros((matrix.shape[0], 1), np.float32)
    strength = np.asarray(matrix.sum(axis=1)).ravel()
    damping = sparse.diags_array(((1 + strength) ** -_DAMPING).astype(np.float32))
    left, values, _ = randomized_svd(damping @ matrix @ damping, n_factors, n_iter=3, random_state=0)
    is_linked = np.diff(matrix.indptr) > 0  # rounding leaves traces in the rows of actors without links
    return np.asarray(left * values * is_linked[:, None], dtype=np.float32)


def _clusters(projects: ProjectIndex, factors: FloatArray, n_most: int) -> sparse.csr_array:
    """The cluster of each joint project (k-means on the mean direction of its members' factors), CSR of ones."""
    n_projects = projects.membership.shape[0]
    joint = np.flatnonzero(projects.is_joint)
    n_clusters = min(n_most, len(joint) // _PROJECTS_PER_CLUSTER)
    if n_clusters < 2:
        return sparse.csr_array((n_projects, 1), dtype=np.float32)
    norm = np.linalg.norm(factors, axis=1, keepdims=True)
    directions = np.divide(factors, norm, out=np.zeros_like(factors), where=norm > 0)
    means = np.asarray(projects.membership[joint] @ directions)
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    cluster = MiniBatchKMeans(n_clusters, batch_size=2048, n_init=1, random_state=0).fit_predict(means)
    ones = np.ones(len(joint), np.float32)
    return sparse.csr_array((ones, (joint, cluster)), shape=(n_projects, n_clusters))


def _projects_by_cluster(projects: ProjectIndex, weight: FloatArray, clusters: sparse.csr_array) -> sparse.csr_array:
    weighted = sparse.csr_array(sparse.diags_array(weight) @ clusters)
    return sparse.csr_array(projects.memberships @ weighted, dtype=np.float32)
