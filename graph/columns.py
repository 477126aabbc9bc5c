"""Conversion of columns of Arrow tables to arrays: ids, codes of kinds, days, and matrices of pairs."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from graph.dates import NO_DAY, day_of, first_day, to_day
from graph.errors import SnapshotError

IntArray = npt.NDArray[np.int32]
CodeArray = npt.NDArray[np.int16]
BoolArray = npt.NDArray[np.bool_]

A = TypeVar("A", bound=npt.NDArray[Any])

UNKNOWN_CODE = -1
"""Code of a kind that the kinds file does not have."""


def row_ids(table: pa.Table, what: str) -> npt.NDArray[np.object_]:
    """The ids of a table, object array of str, shape (n_rows,).

    Raises
    ------
    SnapshotError
        The ids are not unique and in ascending order.
    """
    ids: npt.NDArray[np.object_] = np.array(table["id"].to_pylist(), dtype=object)
    if len(ids) > 1:
        order = ids[1:] > ids[:-1]
        if not order.all():
            first = str(ids[1:][~order][0])
            raise SnapshotError(
                "snapshot_ids",
                f"The ids of the {what} table must be unique and ascending; see {first!r}.",
                id=first,
            )
    return ids


def index_in(ids: npt.NDArray[np.object_], column: pa.ChunkedArray, what: str) -> IntArray:
    """Place of each id of a column among the known ids, int32, shape (n_rows,).

    Raises
    ------
    SnapshotError
        An id is not among the known ids; ``what`` names its kind of thing in the message.
    """
    index = pc.index_in(column, value_set=pa.array(ids, pa.string()))
    if index.null_count:
        missing = column.filter(pc.is_null(index))[0].as_py()
        raise SnapshotError(
            "snapshot_dangling", f"A link names the {what} {missing!r}, which is not there.", id=missing
        )
    return np.asarray(index.to_numpy(), dtype=np.int32)


def owners_of(projects: pa.Table, actor_ids: npt.NDArray[np.object_]) -> tuple[IntArray, IntArray]:
    """Rows of the projects whose owner is among the actors, and the row of each of these owners, both int32."""
    index = pc.index_in(projects["owner_id"], value_set=pa.array(actor_ids, pa.string()))
    known = np.asarray(pc.is_valid(index).to_numpy(zero_copy_only=False), dtype=bool)
    owners = np.asarray(pc.fill_null(index, 0).to_numpy(), dtype=np.int32)
    return np.flatnonzero(known).astype(np.int32), owners[known]


def codes(column: pa.ChunkedArray, known: Mapping[str, object]) -> CodeArray:
    """Place of each name of a column among the known names, int16; :data:`UNKNOWN_CODE` for any other name."""
    index = pc.index_in(column, value_set=pa.array(list(known), pa.string()))
    return locked(np.asarray(pc.fill_null(index, UNKNOWN_CODE).to_numpy(), dtype=np.int16))


def first_days(column: pa.ChunkedArray) -> IntArray:
    """Days from 1970-01-01 to the first day that each partial date can mean, int32; raises as :func:`days` does."""
    return days(column, lambda text: to_day(first_day(text)))


def days(column: pa.ChunkedArray, day_of: Callable[[str], int] = day_of) -> IntArray:
    """Days from 1970-01-01 to each partial date, int32, :data:`graph.dates.NO_DAY` for an absent one.

    Parameters
    ----------
    day_of
        Gives the days of one partial date; without it, the last day that the date can mean counts.

    Raises
    ------
    SnapshotError
        A text is no partial date.
    """
    encoded = column.combine_chunks().dictionary_encode()
    try:
        known = [day_of(text) for text in encoded.dictionary.to_pylist()]
    except ValueError as bad_date:
        raise SnapshotError("snapshot_date", f"A date cannot be read: {bad_date}.") from bad_date
    days = np.array([*known, NO_DAY], np.int32)
    index = np.asarray(pc.fill_null(encoded.indices, len(days) - 1).to_numpy(zero_copy_only=False))
    return locked(days[index])


def hide(table: pa.Table, column: str, hidden: pa.Array) -> pa.Table:
    """The table with a column in which the values marked by ``hidden``, bool per row, are replaced by null."""
    kept = pc.if_else(hidden, pa.scalar(None, pa.string()), table[column])
    return table.set_column(table.column_names.index(column), table.schema.field(column), kept)


def maximum_of_pairs(values: npt.NDArray[np.float32], rows: IntArray, columns: IntArray, *, n: int) -> sparse.csr_array:
    """CSR of float32, shape (n, n): for each pair of row and column the largest of its values.

    Parameters
    ----------
    values, rows, columns
        Value, row and column of each entry; a pair may have several.
    """
    order = np.lexsort((-values, columns, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    return sparse.csr_array((values[first], (rows[first], columns[first])), shape=(n, n))


def locked(array: A) -> A:
    """The array itself, made read-only."""
    array.flags.writeable = False
    return array


def locked_csr(matrix: sparse.csr_array) -> sparse.csr_array:
    """The matrix itself, with sorted indices and made read-only."""
    matrix.sort_indices()
    for array in (matrix.data, matrix.indices, matrix.indptr):
        array.flags.writeable = False
    return matrix


def hash_column(digest: "hashlib.blake2b", column: pa.ChunkedArray) -> None:
    """Add a column to a digest: its length, the places of its nulls, and its values."""
    array = column.combine_chunks()
    digest.update(len(array).to_bytes(8, "little"))
    digest.update(np.packbits(array.is_valid().to_numpy(zero_copy_only=False)).tobytes())
    if pa.types.is_list(array.type):
        digest.update(pc.fill_null(pc.list_value_length(array), 0).to_numpy().tobytes())
        array = array.flatten()
    if pa.types.is_string(array.type):
        filled = pc.fill_null(array, "")
        digest.update(pc.binary_length(filled).to_numpy().tobytes())
        digest.update("".join(filled.to_pylist()).encode())
    else:
        digest.update(pc.fill_null(array, 0).to_numpy().tobytes())
