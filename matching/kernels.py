"""Loops over the entries of sparse matrices, compiled to machine code: what a question does tens of thousands of times.

NumPy and SciPy do the same in several passes, most of them over arrays as long as the network has actors.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

from matching.text import FloatArray

P = ParamSpec("P")
T = TypeVar("T")

IntegerArray = npt.NDArray[np.integer[Any]]
PlaceArray = npt.NDArray[np.int32]
Structure = tuple[IntegerArray, IntegerArray]
"""``indptr`` and ``indices`` of a CSR matrix."""
_ANY_ORDER = {"reassoc", "contract"}
"""Licences of the compiler; not among them is that to take numbers for finite."""
_STEP, _N_STEPS = 19, 256
"""Values are counted in steps of a sixteenth of an octave, sixteen octaves down from the largest."""
_MUCH_MORE = 8
"""How many times as many numbers make it faster to search among them than to go through them."""


def compiled(function: Callable[P, T]) -> Callable[P, T]:
    """The function as machine code, made at its first call and kept on disk where there is a place for it.

    It runs without the interpreter's lock. Terms of a sum may be added in another order than written, several at once.
    """
    try:
        return cast(Callable[P, T], njit(cache=True, nogil=True, fastmath=_ANY_ORDER)(function))
    except RuntimeError:  # neither the folder of the package nor the user's cache can be written
        return cast(Callable[P, T], njit(nogil=True, fastmath=_ANY_ORDER)(function))


@compiled
def reached(structure: Structure, rows: IntegerArray, n_columns: int) -> tuple[npt.NDArray[np.intp], PlaceArray]:
    """The columns in which some rows of a CSR matrix have entries, and the place of each column among them, else -1.

    >>> structure = np.array([0, 1, 3]), np.array([0, 3, 0])
    >>> [found.tolist() for found in reached(structure, np.array([1, 0]), 4)]
    [[3, 0], [1, -1, -1, 0]]
    """
    indptr, indices = structure
    place = np.full(n_columns, -1, np.int32)
    n_entries = 0
    for row in rows:
        n_entries += indptr[row + 1] - indptr[row]
    columns = np.empty(min(n_entries, n_columns), np.intp)
    n_reached = 0
    for row in rows:
        for entry in range(indptr[row], indptr[row + 1]):
            column = indices[entry]
            if place[column] < 0:
                place[column] = n_reached
                columns[n_reached] = column
                n_reached += 1
    return columns[:n_reached], place


@compiled
def sums_of_rows(
    total: FloatArray,
    place: PlaceArray,
    structure: Structure,
    data: FloatArray,
    rows: IntegerArray,
    weights: FloatArray,
) -> None:
    """Add some rows of a CSR matrix, each times its weight, to the total of each column at its place.

    >>> total, place = np.zeros(2, np.float32), np.array([1, -1, -1, 0], np.int32)
    >>> structure, data = (np.array([0, 1, 3]), np.array([0, 3, 0])), np.array([1, 2, 3], np.float32)
    >>> sums_of_rows(total, place, structure, data, np.array([1, 0]), np.array([10, 1], np.float32))
    >>> total.tolist()
    [20.0, 31.0]
    """
    indptr, indices = structure
    for number in range(len(rows)):
        weight = weights[number]
        for entry in range(indptr[rows[number]], indptr[rows[number] + 1]):
            total[place[indices[entry]]] += weight * data[entry]


@compiled
def counts_of_rows(
    total: FloatArray, place: PlaceArray, structure: Structure, rows: IntegerArray, weights: FloatArray
) -> None:
    """The same as if all entries were one.

    >>> total, place = np.zeros(2, np.float32), np.array([1, -1, -1, 0], np.int32)
    >>> structure = np.array([0, 1, 3]), np.array([0, 3, 0])
    >>> counts_of_rows(total, place, structure, np.array([1, 0]), np.array([10, 1], np.float32))
    >>> total.tolist()
    [10.0, 11.0]
    """
    indptr, indices = structure
    for number in range(len(rows)):
        weight = weights[number]
        for entry in range(indptr[rows[number]], indptr[rows[number] + 1]):
            total[place[indices[entry]]] += weight


@compiled
def sums_of_walks(
    structure: Structure, weights: FloatArray, of_middle: FloatArray, actor: int
) -> tuple[npt.NDArray[np.intp], PlaceArray, FloatArray]:
    """The walks of two steps from an actor: where they end, and seven sums over those that end at each, in one pass.

    Parameters
    ----------
    structure
        Of the links, a symmetric CSR matrix.
    weights
        Three weights of each entry of the links, shape (n_links, 3).
    of_middle
        Three weights of each actor as the middle of a walk, shape (n_actors, 3).

    Returns
    -------
    The ends in the order in which they are met, shape (n_ends,); the place of each actor among them, else -1; and
    of the products of weights these sums, shape (n_ends + 1, 7), the last row zero: first weights of both steps and of
    the middle; second of both steps and first of the middle; third of both and first of the middle; first and second of
    the steps and first of the middle; one; second of the middle; third of the middle.

    >>> structure = np.array([0, 1, 3, 4]), np.array([1, 0, 2, 1])
    >>> weights = np.array([[2, 1, 0], [2, 1, 0], [3, 4, 5], [3, 4, 5]], np.float32)
    >>> of_middle = np.array([[9, 9, 9], [10, 0.5, 0.25], [9, 9, 9]], np.float32)
    >>> ends, place, sums = sums_of_walks(structure, weights, of_middle, 0)
    >>> ends.tolist(), place.tolist(), sums[1].tolist()
    ([0, 2], [0, -1, 1], [60.0, 40.0, 0.0, 80.0, 1.0, 0.5, 0.25])
    """
    indptr, indices = structure
    place = np.full(len(indptr) - 1, -1, np.int32)
    n_walks = 0
    for entry in range(indptr[actor], indptr[actor + 1]):
        n_walks += indptr[indices[entry] + 1] - indptr[indices[entry]]
    ends = np.empty(min(n_walks, len(place)), np.intp)
    # of eight columns, so that the sums of an end lie in as few lines of the cache as can be
    sums = np.zeros((len(ends) + 1, 8), np.float32)
    n_ends = 0
    for first in range(indptr[actor], indptr[actor + 1]):
        middle = indices[first]
        damping, by_second, by_third = of_middle[middle, 0], of_middle[middle, 1], of_middle[middle, 2]
        own = damping * weights[first, 0]
        own_second, own_third = damping * weights[first, 1], damping * weights[first, 2]
        for step in range(indptr[middle], indptr[middle + 1]):
            end = indices[step]
            if place[end] < 0:
                place[end] = n_ends
                ends[n_ends] = end
                n_ends += 1
            total = sums[place[end]]
            total[0] += own * weights[step, 0]
            total[1] += own_second * weights[step, 1]
            total[2] += own_third * weights[step, 2]
            total[3] += own * weights[step, 1]
            total[4] += 1
            total[5] += by_second
            total[6] += by_third
    return ends[:n_ends], place, sums[: n_ends + 1, :7]


@compiled
def taken(values: FloatArray, place: PlaceArray, columns: IntegerArray) -> FloatArray:
    """The values at the places of some columns, the last one where a place is -1.

    >>> taken(np.array([5, 6, 0], np.float32), np.array([1, -1, 0], np.int32), np.array([2, 1, 0])).tolist()
    [5.0, 0.0, 6.0]
    """
    found = np.empty(len(columns), np.float32)
    for number in range(len(columns)):
        found[number] = values[place[columns[number]]]
    return found


@compiled
def sums_by_code(codes: IntegerArray, rows: IntegerArray, weights: FloatArray, n_codes: int) -> FloatArray:
    """The sum of the weights of some rows by the code of each, those of code -1 left out, float32, shape (n_codes,).

    >>> sums_by_code(np.array([1, -1, 1]), np.array([0, 1, 2]), np.array([1, 2, 4], np.float32), 2).tolist()
    [0.0, 5.0]
    """
    total = np.zeros(n_codes, np.float32)
    for number in range(len(rows)):
        if codes[rows[number]] >= 0:
            total[codes[rows[number]]] += weights[number]
    return total


@compiled
def sums_at(rows: npt.NDArray[np.intp], weights: FloatArray) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """The different ones of some rows, in the order in which they are met, and the sum of the weights of each.

    >>> [found.tolist() for found in sums_at(np.array([7, 2, 7]), np.array([1, 2, 4], np.float32))]
    [[7, 2], [5.0, 2.0]]
    """
    met = np.empty(len(rows), np.intp)
    total = np.zeros(len(rows), np.float32)
    place = np.full(rows.max() + 1 if len(rows) else 0, -1, np.int32)
    n_met = 0
    for number in range(len(rows)):
        row = rows[number]
        if place[row] < 0:
            place[row] = n_met
            met[n_met] = row
            n_met += 1
        total[place[row]] += weights[number]
    return met[:n_met], total[:n_met]


@compiled
def near_the_top(values: FloatArray, rows: IntegerArray, n: int) -> npt.NDArray[np.int64]:
    """The n largest positive values and some of those next to them, each with its row as one number.

    The smaller the number, the larger the value, and of equal values the smaller the row, which is what is left of it
    below 2 to the 32nd. A count of values by exponent and first bits tells how far down to go.

    >>> sorted(near_the_top(np.array([2, 0, 3, 2], np.float32), np.array([7, 1, 9, 5]), 2) % 2**32)
    [np.int64(5), np.int64(7), np.int64(9)]
    """
    bits = values.view(np.int32)  # positive numbers are in the order of their bits
    top = np.int32(0)
    for of_value in bits:
        top = max(top, of_value)
    n_at = np.zeros(_N_STEPS, np.intp)
    for of_value in bits:
        if of_value > 0:
            n_at[min((top >> _STEP) - (of_value >> _STEP), _N_STEPS - 1)] += 1
    n_taken, lowest = 0, -1
    while lowest < _N_STEPS - 1 and n_taken < n:
        lowest += 1
        n_taken += n_at[lowest]
    found = np.empty(n_taken, np.int64)
    n_found = 0
    for number in range(len(bits)):
        of_value = bits[number]
        if of_value > 0 and min((top >> _STEP) - (of_value >> _STEP), _N_STEPS - 1) <= lowest:
            found[n_found] = (np.int64(top - of_value) << 32) | np.int64(rows[number])
            n_found += 1
    return found


@compiled
def products_of_rows(structure: Structure, data: FloatArray, rows: IntegerArray, weights: FloatArray) -> FloatArray:
    """Some rows of a CSR matrix, each times weights of its columns, float32, shape of the rows.

    >>> structure, data = (np.array([0, 1, 3]), np.array([0, 0, 1])), np.array([1, 2, 3], np.float32)
    >>> products_of_rows(structure, data, np.array([1, 0]), np.array([1, 10], np.float32)).tolist()
    [32.0, 1.0]
    """
    indptr, indices = structure
    products = np.empty(len(rows), np.float32)
    for number in range(len(rows)):
        product = np.float32(0)
        for entry in range(indptr[rows[number]], indptr[rows[number] + 1]):
            product += data[entry] * weights[indices[entry]]
        products[number] = product
    return products


@compiled
def inner_products(matrix: FloatArray, rows: IntegerArray, own: FloatArray) -> FloatArray:
    """The inner product of each of some rows of a dense matrix with a vector, float32, shape of the rows.

    >>> inner_products(np.array([[1, 2], [3, 4]], np.float32), np.array([1]), np.array([1, 10], np.float32)).tolist()
    [43.0]
    """
    products = np.empty(len(rows), np.float32)
    for number in range(len(rows)):
        product = np.float32(0)
        for column in range(matrix.shape[1]):
            product += matrix[rows[number], column] * own[column]
        products[number] = product
    return products


@compiled
def largest_products(
    structure: Structure, data: FloatArray, rows: IntegerArray, weights: FloatArray, n: int
) -> npt.NDArray[np.intp]:
    """Of each of some rows the n entries whose products with weights of their columns are largest and positive.

    Places among the entries of the matrix, the largest first, ties in their order, then -1; shape (n_rows, n).

    >>> structure, data = (np.array([0, 1, 4]), np.array([0, 0, 1, 2])), np.array([1, 2, 3, 0], np.float32)
    >>> weights = np.array([1, 10, 1], np.float32)
    >>> largest_products(structure, data, np.array([1, 0]), weights, 2).tolist()
    [[2, 1], [0, -1]]
    """
    indptr, indices = structure
    found = np.full((len(rows), n), -1, np.intp)
    best = np.zeros(n, np.float32)
    for number in range(len(rows)):
        best[:] = 0
        for entry in range(indptr[rows[number]], indptr[rows[number] + 1]):
            product = data[entry] * weights[indices[entry]]
            if product > best[n - 1]:
                place = n - 1
                while place > 0 and product > best[place - 1]:
                    best[place] = best[place - 1]
                    found[number, place] = found[number, place - 1]
                    place -= 1
                best[place] = product
                found[number, place] = entry
    return found


@compiled
def first_counted(
    structure: Structure, rows: IntegerArray, is_counted: npt.NDArray[np.bool_], stop: int, n: int
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Of each of some rows with ascending columns: whether any is counted, how many before one, the first n of these.

    Shapes (n_rows,), (n_rows,) and (n_rows, n), the last filled up with -1.

    >>> structure = np.array([0, 1, 4, 5]), np.array([0, 1, 2, 3, 3])
    >>> is_counted = np.array([True, False, True, True])
    >>> [found.tolist() for found in first_counted(structure, np.array([1, 0, 2]), is_counted, 3, 1)]
    [[True, True, True], [1, 1, 0], [[2], [0], [-1]]]
    """
    indptr, indices = structure
    has_any, n_before = np.zeros(len(rows), np.bool_), np.zeros(len(rows), np.intp)
    first = np.full((len(rows), n), -1, np.intp)
    for number in range(len(rows)):
        for entry in range(indptr[rows[number]], indptr[rows[number] + 1]):
            column = indices[entry]
            if column >= stop and has_any[number]:
                break
            if is_counted[column]:
                has_any[number] = True
                if column < stop:
                    if n_before[number] < n:
                        first[number, n_before[number]] = column
                    n_before[number] += 1
    return has_any, n_before, first


@compiled
def is_reached(structure: Structure, rows: IntegerArray, n_columns: int) -> npt.NDArray[np.bool_]:
    """In which columns some rows of a CSR matrix have entries, bool, shape (n_columns,).

    >>> is_reached((np.array([0, 1, 3]), np.array([0, 3, 0])), np.array([1]), 4).tolist()
    [True, False, False, True]
    """
    indptr, indices = structure
    found = np.zeros(n_columns, np.bool_)
    for row in rows:
        for entry in range(indptr[row], indptr[row + 1]):
            found[indices[entry]] = True
    return found


@compiled
def in_common(few: IntegerArray, many: IntegerArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The places in two ascending arrays of the numbers that both have; fastest where the first is the shorter.

    >>> [found.tolist() for found in in_common(np.array([2, 5, 7], np.int32), np.array([1, 2, 7, 8], np.int32))]
    [[0, 2], [1, 2]]
    """
    n_most = min(len(few), len(many))
    in_few, in_many = np.empty(n_most, np.intp), np.empty(n_most, np.intp)
    n_found, place = 0, 0
    for number in range(len(few)):
        sought = few[number]
        if len(many) - place > _MUCH_MORE * (len(few) - number):
            stop = len(many)
            while place < stop:
                middle = (place + stop) // 2
                if many[middle] < sought:
                    place = middle + 1
                else:
                    stop = middle
        else:
            while place < len(many) and many[place] < sought:
                place += 1
        if place < len(many) and many[place] == sought:
            in_few[n_found], in_many[n_found] = number, place
            n_found += 1
    return in_few[:n_found], in_many[:n_found]


@compiled
def in_common_with_each(
    few: IntegerArray, starts: IntegerArray, many: IntegerArray, rows: IntegerArray
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The same for some of the ascending parts of an array, each from its start to the next: found ones part by part.

    How many there are of each part, shape (n_rows,); their places in the one array and in the other.

    >>> few, many = np.array([2, 5, 7], np.int32), np.array([1, 2, 2, 7, 8], np.int32)
    >>> found = in_common_with_each(few, np.array([0, 2, 5]), many, np.array([1, 0]))
    >>> [part.tolist() for part in found]
    [[2, 1], [0, 2, 0], [2, 3, 1]]
    """
    n_of_each = np.zeros(len(rows), np.intp)
    n_most = 0
    for row in rows:
        n_most += min(len(few), starts[row + 1] - starts[row])
    in_few, in_many = np.empty(n_most, np.intp), np.empty(n_most, np.intp)
    n_found = 0
    for number in range(len(rows)):
        start = starts[rows[number]]
        here, there = in_common(few, many[start : starts[rows[number] + 1]])
        n_of_each[number] = len(here)
        for place in range(len(here)):
            in_few[n_found], in_many[n_found] = here[place], start + there[place]
            n_found += 1
    return n_of_each, in_few[:n_found], in_many[:n_found]


@compiled
def weightiest_in_common(
    few: IntegerArray, weights: FloatArray, structure: Structure, data: FloatArray, rows: IntegerArray, n: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Of each of some rows with ascending columns, those of some columns where entry times weight is largest.

    As many as n, the largest first, ties in their order, then -1: places among the entries of the matrix, and among the
    columns asked for, which ascend; both of shape (n_rows, n).

    >>> structure, data = (np.array([0, 1, 4]), np.array([0, 0, 1, 2], np.int32)), np.array([1, 2, 3, 9], np.float32)
    >>> few, weights = np.array([0, 1], np.int32), np.array([1, 10], np.float32)
    >>> [found.tolist() for found in weightiest_in_common(few, weights, structure, data, np.array([1, 0]), 2)]
    [[[2, 1], [0, -1]], [[1, 0], [0, -1]]]
    """
    indptr, indices = structure
    entries, places = np.full((len(rows), n), -1, np.intp), np.full((len(rows), n), -1, np.intp)
    best = np.zeros(n, np.float32)
    for number in range(len(rows)):
        start = indptr[rows[number]]
        in_few, in_row = in_common(few, indices[start : indptr[rows[number] + 1]])
        best[:] = 0
        for found in range(len(in_few)):
            product = data[start + in_row[found]] * weights[in_few[found]]
            if product > best[n - 1]:
                at = n - 1
                while at > 0 and product > best[at - 1]:
                    best[at] = best[at - 1]
                    entries[number, at] = entries[number, at - 1]
                    places[number, at] = places[number, at - 1]
                    at -= 1
                best[at] = product
                entries[number, at], places[number, at] = start + in_row[found], in_few[found]
    return entries, places
