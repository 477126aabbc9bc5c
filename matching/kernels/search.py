"""The entries that matter: the largest, the first, those in common."""

import numpy as np
import numpy.typing as npt

from matching.arrays import BoolArray, FloatArray, IndexArray, IntegerArray, Structure
from matching.kernels.compiled import compiled

_STEP, _N_STEPS = 19, 256
"""Values are counted in steps of a sixteenth of an octave, sixteen octaves down from the largest."""
_MUCH_MORE = 8
"""How many times as many numbers make it faster to search among them than to go through them."""


@compiled
def near_the_top(values: FloatArray, rows: IntegerArray, n: int) -> npt.NDArray[np.int64]:
    """The n largest positive values and some of those next to them, each with its row as one number.

    Its lower 32 bits are the row, those above how far the value lies below the largest, so that the numbers ascend as
    the values descend, ties by row. A count of values by exponent and first bits tells how far down to go.

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
def largest_products(
    structure: Structure, data: FloatArray, rows: IntegerArray, weights: FloatArray, n: int
) -> IndexArray:
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
    structure: Structure, rows: IntegerArray, is_counted: BoolArray, stop: int, n: int
) -> tuple[BoolArray, IndexArray, IndexArray]:
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
def is_reached(structure: Structure, rows: IntegerArray, n_columns: int) -> BoolArray:
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
def in_common(few: IntegerArray, many: IntegerArray) -> tuple[IndexArray, IndexArray]:
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
) -> tuple[IndexArray, IndexArray, IndexArray]:
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
) -> tuple[IndexArray, IndexArray]:
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
