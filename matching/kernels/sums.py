"""Sums and products over the rows of matrices."""

import numpy as np

from matching.arrays import CodeArray, DoubleArray, FloatArray, IndexArray, IntegerArray, Structure
from matching.kernels.compiled import compiled


@compiled
def reached(structure: Structure, rows: IntegerArray, n_columns: int) -> tuple[IndexArray, CodeArray]:
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
    place: CodeArray,
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
    total: FloatArray, place: CodeArray, structure: Structure, rows: IntegerArray, weights: FloatArray
) -> None:
    """The same as if all entries were one, for several weights of each row and as many totals of each column.

    >>> total, place = np.zeros((2, 2), np.float32), np.array([1, -1, -1, 0], np.int32)
    >>> structure = np.array([0, 1, 3]), np.array([0, 3, 0])
    >>> counts_of_rows(total, place, structure, np.array([1, 0]), np.array([[10, 0], [1, 2]], np.float32))
    >>> total.tolist()
    [[10.0, 0.0], [11.0, 2.0]]
    """
    indptr, indices = structure
    for number in range(len(rows)):
        for entry in range(indptr[rows[number]], indptr[rows[number] + 1]):
            at = place[indices[entry]]
            for weight in range(weights.shape[1]):
                total[at, weight] += weights[number, weight]


@compiled
def sums_of_walks(
    structure: Structure, weights: FloatArray, of_middle: FloatArray, actor: int
) -> tuple[IndexArray, CodeArray, FloatArray]:
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
def taken(values: FloatArray, place: CodeArray, columns: IntegerArray) -> FloatArray:
    """The values at the places of some columns, the last one where a place is -1.

    >>> taken(np.array([5, 6, 0], np.float32), np.array([1, -1, 0], np.int32), np.array([2, 1, 0])).tolist()
    [5.0, 0.0, 6.0]
    """
    found = np.empty(len(columns), np.float32)
    for number in range(len(columns)):
        found[number] = values[place[columns[number]]]
    return found


@compiled
def shares_by_code(codes: IntegerArray, rows: IntegerArray, weights: FloatArray, n_codes: int) -> FloatArray:
    """The share of each code in the weights of some rows, those of code -1 unnamed, float32, shape (n_codes,).

    >>> shares_by_code(np.array([1, -1, 1]), np.array([0, 1, 2]), np.array([1, 3, 4], np.float32), 2).tolist()
    [0.0, 0.625]
    """
    shares = np.zeros(n_codes, np.float32)
    total = np.float32(0)
    for number in range(len(rows)):
        total += weights[number]
        if codes[rows[number]] >= 0:
            shares[codes[rows[number]]] += weights[number]
    return shares / total if total > 0 else shares


@compiled
def sums_at(rows: IndexArray, weights: FloatArray) -> tuple[IndexArray, FloatArray]:
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
def five_products_of_rows(
    structure: Structure, data: FloatArray, rows: IntegerArray, weights: FloatArray
) -> FloatArray:
    """The same with five values of each entry and five weights of each column, in one pass; float32, (5, n_rows).

    >>> structure = np.array([0, 1, 3]), np.array([0, 0, 1])
    >>> data = np.array([[1, 1, 1, 1, 1], [2, 2, 2, 2, 2], [3, 0, 3, 3, 3]], np.float32)
    >>> weights = np.array([[1, 2, 1, 0, 0], [10, 20, 0, 1, 0]], np.float32)
    >>> five_products_of_rows(structure, data, np.array([1, 0]), weights).tolist()
    [[32.0, 1.0], [4.0, 2.0], [2.0, 1.0], [3.0, 0.0], [0.0, 0.0]]
    """
    indptr, indices = structure
    products = np.empty((5, len(rows)), np.float32)
    for number in range(len(rows)):
        first = second = third = fourth = fifth = np.float32(0)
        for entry in range(indptr[rows[number]], indptr[rows[number] + 1]):
            column = indices[entry]
            first += data[entry, 0] * weights[column, 0]
            second += data[entry, 1] * weights[column, 1]
            third += data[entry, 2] * weights[column, 2]
            fourth += data[entry, 3] * weights[column, 3]
            fifth += data[entry, 4] * weights[column, 4]
        products[0, number], products[1, number], products[2, number] = first, second, third
        products[3, number], products[4, number] = fourth, fifth
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
def sums_by_group(values: DoubleArray, group: IntegerArray, n_groups: int) -> DoubleArray:
    """The sum of each row over the columns of each group, float64, shape (n_rows, n_groups).

    Rows are summed one by one, so that a sum does not depend on the rows beside it.

    >>> sums_by_group(np.array([[1.0, 2.0, 4.0]]), np.array([1, 0, 1]), 2).tolist()
    [[2.0, 5.0]]
    """
    sums = np.zeros((len(values), n_groups), np.float64)
    for row in range(len(values)):
        for column in range(len(group)):
            sums[row, group[column]] += values[row, column]
    return sums
