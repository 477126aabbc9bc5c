"""Rows of sparse matrices, and sums over them: what a question does many times, done directly.

General indexing of sparse matrices checks more than a question has time for.
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
"""Some rows, or all as a slice."""
EVERYONE = slice(None)
_ROW = 2**32 - 1


class SparseRow(NamedTuple):
    """The entries of one row that are not zero: their columns and values, both of shape (n_entries,)."""

    columns: IndexArray
    values: FloatArray


class Reach:
    """The columns in which some rows of a matrix have entries, and what sums over these rows come to there.

    Attributes
    ----------
    columns
        The columns reached, shape (n_reached,).
    rows
        The rows.

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
            self.columns, self._place = np.empty(0, np.intp), _nowhere(matrix.shape[1])

    def sums(self, weights: FloatArray, data: FloatArray | None = None) -> "Sums":
        """The sum of the rows, each times its weight, by column.

        Parameters
        ----------
        weights
            Shape of the rows.
        data
            Other values of the entries of the matrix, in their order.
        """
        matrix = self._matrix
        total = np.zeros(len(self.columns) + 1, np.float32)
        values = matrix.data if data is None else data
        if len(self.columns):
            sums_of_rows(total, self._place, structure_of(matrix), values, self.rows, weights)
        return Sums(self._place, total)

    def counts(self, weights: FloatArray) -> tuple["Sums", ...]:
        """The sum of the weights of the rows that have an entry, by column, for several weights of each row.

        Parameters
        ----------
        weights
            Shape (n_rows, n_weights).
        """
        total = np.zeros((len(self.columns) + 1, weights.shape[1]), np.float32)
        if len(self.columns):
            counts_of_rows(total, self._place, structure_of(self._matrix), self.rows, weights)
        return tuple(Sums(self._place, of_one) for of_one in total.T)


@cache
def _nowhere(n_columns: int) -> CodeArray:
    """No place for any column; shared, and not to be written to."""
    place = np.full(n_columns, -1, np.int32)
    place.flags.writeable = False
    return place


class Sums:
    """A number for each column of a matrix, zero for most, to be indexed by columns as an array of all would be.

    Attributes
    ----------
    place
        Where each column's stands among the values, -1 for the last of them, which is zero, int32, (n_columns,).
    values
        float32, shape (n_reached + 1,).
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
    """All entries of some rows one after another: the place of each one's row among the rows, and its own place.

    >>> matrix = sparse.csr_array(np.array([[1, 0], [1, 1], [0, 1]]))
    >>> [found.tolist() for found in entries_of_rows(matrix, np.array([2, 1]))]
    [[0, 1, 1], [3, 1, 2]]
    """
    return entries_of_starts(matrix.indptr, rows)


def entries_of_starts(indptr: IntegerArray, rows: IntegerArray) -> tuple[IndexArray, IndexArray]:
    """The same from the places where the entries of each row start, and after them where those of the last end."""
    starts = indptr[rows]
    lengths = indptr[rows + 1] - starts
    place = np.repeat(np.arange(len(rows)), lengths)
    before = np.cumsum(lengths) - lengths
    return place, np.arange(len(place)) + np.repeat(starts - before, lengths)


def structure_of(matrix: sparse.csr_array) -> Structure:
    """Where the entries of a matrix are."""
    return matrix.indptr, matrix.indices


def row_of(matrix: sparse.csr_array, row: int) -> SparseRow:
    """The entries of a row of a matrix."""
    return SparseRow(columns_of(matrix, row), values_of(matrix, row))


def nonzero_of(values: FloatArray) -> SparseRow:
    """The entries of a dense row that are not zero."""
    (columns,) = values.nonzero()
    return SparseRow(columns, values[columns])


def columns_of(matrix: sparse.csr_array, row: int) -> IndexArray:
    """Columns of the entries of a row."""
    return matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]


def values_of(matrix: sparse.csr_array, row: int) -> FloatArray:
    """Values of the entries of a row."""
    return matrix.data[matrix.indptr[row] : matrix.indptr[row + 1]]


def dense_row(matrix: sparse.csr_array, row: int) -> FloatArray:
    """A row of a matrix without duplicates as float32 of shape (n_columns,)."""
    values = np.zeros(matrix.shape[1], np.float32)
    values[columns_of(matrix, row)] = values_of(matrix, row)
    return values


def aligned(matrix: sparse.csr_array, other: sparse.csr_array) -> FloatArray:
    """The values of another matrix at the entries of one that has all of its entries, in their order; both sorted.

    >>> matrix = sparse.csr_array(np.array([[1, 0, 1], [0, 1, 0]], np.float32))
    >>> aligned(matrix, sparse.csr_array(np.array([[0, 0, 7], [0, 8, 0]], np.float32))).tolist()
    [0.0, 7.0, 8.0]
    """
    values = np.zeros(matrix.nnz, np.float32)
    values[np.searchsorted(keys_of_entries(matrix), keys_of_entries(other))] = other.data
    return values


def keys_of_entries(matrix: sparse.csr_array) -> npt.NDArray[np.int64]:
    """Each entry's row times the number of columns plus its column, shape (n_entries,)."""
    row = np.repeat(np.arange(matrix.shape[0], dtype=np.int64), np.diff(matrix.indptr))
    return row * matrix.shape[1] + matrix.indices


def dense_rows_times(matrix: FloatArray, rows: Rows, weights: FloatArray) -> FloatArray:
    """Some rows of a dense matrix, each times weights, float32, shape of the rows; none depends on the others."""
    return inner_products(matrix, numbers_of(rows, len(matrix)), weights)


def rows_times(matrix: sparse.csr_array, rows: Rows, weights: FloatArray) -> FloatArray:
    """Some rows of a matrix, each times weights, float32, shape of the rows.

    >>> matrix = sparse.csr_array(np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    >>> rows_times(matrix, np.array([1, 0]), np.array([0.5, 2], np.float32)).tolist()
    [2.5, 0.5]
    """
    return products_of_rows(structure_of(matrix), matrix.data, numbers_of(rows, matrix.shape[0]), weights)


def numbers_of(rows: Rows, n: int) -> IndexArray:
    """The numbers of some rows out of n."""
    return np.arange(n)[rows] if isinstance(rows, slice) else rows


def largest(values: FloatArray, n: int) -> IndexArray:
    """Places of the n largest positive values, largest first, ties by place.

    >>> largest(np.array([1, 3, 0, 2, 3], np.float32), 3).tolist()
    [1, 4, 3]
    """
    least = np.partition(values, len(values) - n)[len(values) - n] if 0 < n < len(values) else 0
    (found,) = (values >= least if least > 0 else values > 0).nonzero()
    return found[np.argsort(-values[found], kind="stable")][:n]


def rows_of_largest(values: FloatArray, rows: IndexArray, n: int) -> IndexArray:
    """Of some rows in any order, those of the n largest positive values, largest first, ties by row.

    >>> rows_of_largest(np.array([1, 3, 0, 2, 3], np.float32), np.array([9, 8, 7, 6, 5]), 3).tolist()
    [5, 8, 6]
    """
    found = near_the_top(values, rows, n)
    found.sort()
    return found[: max(n, 0)] & _ROW
