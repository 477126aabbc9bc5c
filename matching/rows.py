"""Rows of sparse matrices and the largest of many values: what a question does thousands of times, done directly.

General indexing of sparse matrices checks more than a question has time for.
"""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.text import FloatArray

IndexArray = npt.NDArray[np.intp]
Rows = IndexArray | slice
"""Some rows, or all as a slice."""
EVERYONE = slice(None)

_Entry = TypeVar("_Entry", bound=np.generic)

_BLOCKS_PER_PLACE = 8


def entries_of_rows(matrix: sparse.csr_array, rows: npt.NDArray[np.integer[Any]]) -> tuple[IndexArray, IndexArray]:
    """All entries of some rows one after another: the place of each one's row among the rows, and its own place.

    >>> matrix = sparse.csr_array(np.array([[1, 0], [1, 1], [0, 1]]))
    >>> [found.tolist() for found in entries_of_rows(matrix, np.array([2, 1]))]
    [[0, 1, 1], [3, 1, 2]]
    """
    return entries_of_starts(matrix.indptr, rows)


def entries_of_starts(
    indptr: npt.NDArray[np.integer[Any]], rows: npt.NDArray[np.integer[Any]]
) -> tuple[IndexArray, IndexArray]:
    """The same from the places where the entries of each row start, and after them where those of the last end."""
    starts = indptr[rows]
    lengths = indptr[rows + 1] - starts
    place = np.repeat(np.arange(len(rows)), lengths)
    before = np.cumsum(lengths) - lengths
    return place, np.arange(len(place)) + np.repeat(starts - before, lengths)


def gathered(
    entries: npt.NDArray[_Entry], indptr: npt.NDArray[np.integer[Any]], rows: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[_Entry]:
    """The entries of some rows, at least one, one after another, copied row by row.

    >>> gathered(np.array([5, 6, 7, 8]), np.array([0, 1, 3, 4]), np.array([2, 1])).tolist()
    [8, 6, 7]
    """
    bounds = zip(indptr[rows].tolist(), indptr[rows + 1].tolist(), strict=True)
    return np.concatenate([entries[start:stop] for start, stop in bounds])


def row_of(matrix: sparse.csr_array, row: int) -> sparse.csr_array:
    """One row of a matrix, CSR of shape (1, n_columns), without the checks of general indexing."""
    start, stop = matrix.indptr[row], matrix.indptr[row + 1]
    indptr = np.array([0, stop - start], matrix.indptr.dtype)
    return sparse.csr_array((matrix.data[start:stop], matrix.indices[start:stop], indptr), shape=(1, matrix.shape[1]))


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


def sum_of_rows(matrix: sparse.csr_array, rows: IndexArray, weights: FloatArray) -> FloatArray:
    """The sum of some rows, each times its weight, float32, shape (n_columns,).

    >>> matrix = sparse.csr_array(np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    >>> sum_of_rows(matrix, np.array([2, 1]), np.array([0.5, 2], np.float32)).tolist()
    [2.0, 2.5]
    """
    if not matrix.nnz or not len(rows):
        return np.zeros(matrix.shape[1], np.float32)
    lengths = matrix.indptr[rows + 1] - matrix.indptr[rows]
    columns, values = (gathered(entries, matrix.indptr, rows) for entries in (matrix.indices, matrix.data))
    indptr = np.append(0, np.cumsum(lengths)).astype(columns.dtype)
    turned = sparse.csc_array((values, columns, indptr), shape=(matrix.shape[1], len(rows)))
    return np.asarray(turned @ weights, dtype=np.float32)


def rows_times(matrix: sparse.csr_array, rows: Rows, weights: FloatArray) -> FloatArray:
    """Some rows of a matrix, each times weights, float32, shape of the rows.

    >>> matrix = sparse.csr_array(np.array([[1, 0], [1, 1], [0, 1]], np.float32))
    >>> rows_times(matrix, np.array([1, 0]), np.array([0.5, 2], np.float32)).tolist()
    [2.5, 0.5]
    """
    rows = np.arange(matrix.shape[0])[rows] if isinstance(rows, slice) else rows
    place, entry = entries_of_rows(matrix, rows)
    products = matrix.data[entry] * weights[matrix.indices[entry]]
    return np.bincount(place, weights=products, minlength=len(rows)).astype(np.float32)


def largest(values: FloatArray, n: int) -> IndexArray:
    """Rows of the n largest positive values, largest first, ties by row."""
    least = _at_most_nth(values, n)
    (found,) = (values >= least if least > 0 else values > 0).nonzero()
    if len(found) > n:
        threshold = np.partition(values[found], len(found) - n)[len(found) - n]
        found = found[values[found] >= threshold]
    order = np.argsort(-values[found], kind="stable")
    return found[order][:n]


def _at_most_nth(values: FloatArray, n: int) -> float:
    """A number that n of the values reach, found in a fraction of the time of the n-th largest; 0 for few values.

    The n-th largest of the maxima of blocks: each of these is a value.
    """
    n_blocks = _BLOCKS_PER_PLACE * n
    height = len(values) // n_blocks if n_blocks else 0
    if height < 2:
        return 0.0
    maxima = values[: height * n_blocks].reshape(height, n_blocks).max(axis=0)
    return float(np.partition(maxima, n_blocks - n)[n_blocks - n])
