"""Rows of sparse matrices and sums over them, read straight from the arrays of a CSR matrix.

The general indexing of SciPy checks its arguments at each call, which takes longer than the sums themselves.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.arrays import CodeArray, FloatArray, IndexArray, IntegerArray, Structure
from matching.kernels.search import near_the_top
from matching.kernels.sums import counts_of_rows, inner_products, products_of_rows, reached, sums_of_rows, taken

Rows = IndexArray | slice
"""Numbers of some rows, or all rows as a slice."""
EVERYONE = slice(None)
"""All rows."""
_ROW_BITS = 2**32 - 1
"""The bits in which :func:`matching.kernels.search.near_the_top` packs a row."""


class SparseRow(NamedTuple):
    """One row of a matrix: the columns of its entries and their values, both of shape (n_entries,)."""

    columns: IndexArray
    values: FloatArray


class Reach:
    """The columns in which some rows of a matrix have entries; it sums these rows by column.

    Parameters
    ----------
    matrix
        CSR of float32, shape (n_all_rows, n_columns).
    rows
        Numbers of the rows, shape (n_rows,).

    Attributes
    ----------
    columns
        The columns with an entry, each once, in the order in which they are found, shape (n_reached,).
    rows
        Numbers of the rows, shape (n_rows,).

    >>> matrix = sparse.csr_array(np.array([[1, 0, 0], [1, 0, 1], [0, 1, 0]], np.float32))
    >>> reach = Reach(matrix, np.array([1, 0]))
    >>> reach.columns.tolist(), reach.sums(np.array([2, 1], np.float32))[EVERYONE].tolist()
    ([0, 2], [3.0, 0.0, 2.0])
    """

    def __init__(self, matrix: sparse.csr_array, rows: IndexArray) -> None:
        self._matrix = matrix
        self.rows = rows
        if matrix.nnz and len(rows):
            self.columns, self._place = reached(structure_of(matrix), rows, matrix.shape[1])
        else:
            self.columns, self._place = np.empty(0, np.intp), _no_places(matrix.shape[1])

    def sums(self, weights: FloatArray, data: FloatArray | None = None) -> "Sums":
        """The weighted sum of the rows, by column.

        Parameters
        ----------
        weights
            Weight of each row, float32, shape (n_rows,).
        data
            Values to use in place of the matrix's own, in the order of its entries.
        """
        matrix = self._matrix
        total = np.zeros(len(self.columns) + 1, np.float32)
        values = matrix.data if data is None else data
        if len(self.columns):
            sums_of_rows(total, self._place, structure_of(matrix), values, self.rows, weights)
        return Sums(self._place, total)

    def counts(self, weights: FloatArray) -> tuple["Sums", ...]:
        """For each set of weights, the sum by column of the weights of the rows that have an entry there.

        Parameters
        ----------
        weights
            The sets of weights, one a column, float32, shape (n_rows, n_sets).
        """
        total = np.zeros((len(self.columns) + 1, weights.shape[1]), np.float32)
        if len(self.columns):
            counts_of_rows(total, self._place, structure_of(self._matrix), self.rows, weights)
        return tuple(Sums(self._place, values) for values in total.T)


@cache
def _no_places(n_columns: int) -> CodeArray:
    """Place -1 for every column, int32, shape (n_columns,); shared by all callers and therefore read-only."""
    place = np.full(n_columns, -1, np.int32)
    place.flags.writeable = False
    return place


class Sums:
    """One number for each column of a matrix, most of them zero. It is indexed by columns, as a dense array is.

    Attributes
    ----------
    place
        Position of each column's number in :attr:`values`, int32, shape (n_columns,). It is -1, the last position, for
        a column whose number is zero.
    values
        The numbers, float32, shape (n_reached + 1,); the last is zero.
    """

    __slots__ = ("place", "values")

    def __init__(self, place: CodeArray, values: FloatArray) -> None:
        self.place = place
        self.values = values

    def __getitem__(self, columns: Rows | int) -> FloatArray:
        if isinstance(columns, np.ndarray):
            return taken(self.values, self.place, columns)
        return np.asarray(self.values[self.place[columns]])


def entries_of_rows(matrix: sparse.csr_array, rows: IntegerArray) -> tuple[IndexArray, IndexArray]:
    """All entries of some rows, one row after another.

    Returns
    -------
    For each entry the position of its row in ``rows``, and the position of the entry in the matrix; both intp of shape
    (n_entries,).

    >>> matrix = sparse.csr_array(np.array([[1, 0], [1, 1], [0, 1]]))
    >>> [found.tolist() for found in entries_of_rows(matrix, np.array([2, 1]))]
    [[0, 1, 1], [3, 1, 2]]
    """
    return entries_of_starts(matrix.indptr, rows)


def entries_of_starts(indptr: IntegerArray, rows: IntegerArray) -> tuple[IndexArray, IndexArray]:
    """All entries of some rows, as :func:`entries_of_rows` returns them, from the ``indptr`` of a matrix."""
    starts = indptr[rows]
    lengths = indptr[rows + 1] - starts
    place = np.repeat(np.arange(len(rows)), lengths)
    before = np.cumsum(lengths) - lengths
    return place, np.arange(len(place)) + np.repeat(starts - before, lengths)


def structure_of(matrix: sparse.csr_array) -> Structure:
    """The ``indptr`` and ``indices`` of a CSR matrix, which say where its entries are."""
    return matrix.indptr, matrix.indices


def row_of(matrix: sparse.csr_array, row: int) -> SparseRow:
    """One row of a matrix; it shares memory with the matrix."""
    return SparseRow(columns_of(matrix, row), values_of(matrix, row))


def nonzero_of(values: FloatArray) -> SparseRow:
    """A dense row without its zeros."""
    (columns,) = values.nonzero()
    return SparseRow(columns, values[columns])


def columns_of(matrix: sparse.csr_array, row: int) -> IndexArray:
    """Columns of the entries of a row, shape (n_entries,); they share memory with the matrix."""
    return matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]


def values_of(matrix: sparse.csr_array, row: int) -> FloatArray:
    """Values of the entries of a row, shape (n_entries,); they share memory with the matrix."""
    return matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]


def dense_row(matrix: sparse.csr_array, row: int) -> FloatArray:
    """One row of a matrix as a dense array, float32, shape (n_columns,); the matrix has no duplicate entries."""
    values = np.zeros(matrix.shape[1], np.float32)
    values[columns_of(matrix, row)] = values_of(matrix, row)
    return values


def aligned(matrix: sparse.csr_array, other: sparse.csr_array) -> FloatArray:
    """The values of a second matrix in the order of the first one's entries, float32, shape (n_entries,).

    The first matrix has an entry wherever the second has one; where the second has none, the value is 0. Both are CSR
    with sorted columns.

    >>> matrix = sparse.csr_array(np.array([[1, 0, 1], [0, 1, 0]], np.float32))
    >>> aligned(matrix, sparse.csr_array(np.array([[0, 0, 7], [0, 8, 0]], np.float32))).tolist()
    [0.0, 7.0, 8.0]
    """
    values = np.zeros(matrix.nnz, np.float32)
    values[np.searchsorted(keys_of_entries(matrix), keys_of_entries(other))] = other.data
    return values


def keys_of_entries(matrix: sparse.csr_array) -> npt.NDArray[np.int64]:
    """The position of each entry in the flattened matrix, row * n_columns + column, int64, shape (n_entries,)."""
    row = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    return row * matrix.shape[1] + matrix.indices


def dense_rows_times(matrix: FloatArray, rows: Rows, weights: FloatArray) -> FloatArray:
    """The inner product of each selected row of a dense matrix with weights of the columns, float32, shape (n_rows,).

    The product of a row does not depend on which other rows are selected.
    """
    return inner_products(matrix, numbers_of(rows, len(matrix)), weights)


def rows_times(matrix: sparse.csr_array, rows: Rows, weights: FloatArray) -> FloatArray:
    """The inner product of each selected row of a sparse matrix with weights of the columns, float32, shape (n_rows,).

    >>> matrix = sparse.csr_array(np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    >>> rows_times(matrix, np.array([1, 0]), np.array([0.5, 2], np.float32)).tolist()
    [2.5, 0.5]
    """
    return products_of_rows(structure_of(matrix), matrix.data, numbers_of(rows, matrix.shape[0]), weights)


def numbers_of(rows: Rows, n: int) -> IndexArray:
    """The numbers of the selected rows of a matrix that has n rows, intp."""
    return np.arange(n)[rows] if isinstance(rows, slice) else rows


def largest(values: FloatArray, n: int) -> IndexArray:
    """Positions of the n largest positive values, largest first, ties by position, intp.

    >>> largest(np.array([1, 3, 0, 2, 3], np.float32), 3).tolist()
    [1, 4, 3]
    """
    least = np.partition(values, len(values) - n)[len(values) - n] if 0 < n < len(values) else 0
    (found,) = (values >= least if least > 0 else values > 0).nonzero()
    return found[np.argsort(-values[found], kind="stable")][:n]


def rows_of_largest(values: FloatArray, rows: IndexArray, n: int) -> IndexArray:
    """The rows with the n largest positive values, largest first, ties by row, intp.

    Parameters
    ----------
    values
        Value of each row, float32, shape (n_rows,).
    rows
        The rows, in any order, shape (n_rows,).
    n
        Rows at most.

    >>> rows_of_largest(np.array([1, 3, 0, 2, 3], np.float32), np.array([9, 8, 7, 6, 5]), 3).tolist()
    [5, 8, 6]
    """
    found = near_the_top(values, rows, n)
    found.sort()
    return found[: max(n, 0)] & _ROW_BITS
