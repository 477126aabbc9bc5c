"""Small helpers for sparse matrices whose rows are vectors of unit length."""

import numpy as np
from scipy import sparse


def ones_like(matrix: sparse.csr_array) -> sparse.csr_array:
    """A one for each entry of a matrix, CSR of float32."""
    return sparse.csr_array((np.ones(matrix.nnz, np.float32), matrix.indices, matrix.indptr), shape=matrix.shape)


def unit_rows(matrix: sparse.csr_array) -> sparse.csr_array:
    """The matrix with every row scaled to Euclidean length one, CSR of float32; zero rows stay zero.

    >>> unit_rows(sparse.csr_array([[3, 4], [0, 0]])).toarray().round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    csr = sparse.csr_array(matrix, dtype=np.float32)
    length = np.sqrt(np.asarray(csr.multiply(csr).sum(axis=1)).ravel())
    scale = np.divide(1, length, out=np.zeros_like(length), where=length > 0)
    return sparse.csr_array(sparse.diags_array(scale.astype(np.float32)) @ csr)
