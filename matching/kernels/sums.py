"""Compiled sums and products over rows of matrices.

A CSR matrix is passed as its structure (``indptr`` and ``indices``) and its values.
"""

import numpy as np

from matching.arrays import CodeArray, DoubleArray, FloatArray, IndexArray, IntegerArray, Structure
from matching.kernels.compiled import compiled


@compiled
def reached(structure: Structure, rows: IntegerArray, n_columns: int) -> tuple[IndexArray, CodeArray]:
    """The columns in which some rows of a CSR matrix have entries, and the place of each column among these.

    Returns
    -------
    The columns, each once, in the order in which they are found, intp, shape (n_reached,); and the position of each
    column among them, -1 for a column without an entry, int32, shape (n_columns,).

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
    """Add a weighted sum of rows of a CSR matrix to totals by column, in place.

    Parameters
    ----------
    total
        The totals to add to, float32.
    place
        Position of each column in ``total``, int32, shape (n_columns,).
    structure, data
        Structure of the matrix, and its values, float32.
    rows, weights
        The rows and the weight of each, both of shape (n_rows,).

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
    """Add the weights of rows of a CSR matrix to totals of the columns in which they have entries, in place.

    Parameters
    ----------
    total
        The totals to add to, one column a set of weights, float32, shape (n_totals, n_sets).
    place
        Row of each column's totals in ``total``, int32, shape (n_columns,).
    structure
        Structure of the matrix; every entry counts as 1.
    rows
        The rows, shape (n_rows,).
    weights
        The sets of weights, float32, shape (n_rows, n_sets).

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
    """The ends of all walks of two steps from an actor, and seven sums over the walks to each end, in one pass.

    A walk goes from the actor along a first link to a middle, and along a second link to an end. Every link has three
    weights (a, b, c), and every middle has three weights (u, v, w).

    Parameters
    ----------
    structure
        The links, a symmetric matrix of shape (n_actors, n_actors).
    weights, of_middle
        a, b, c of each link, float32, shape (n_links, 3); u, v, w of each actor, float32, shape (n_actors, 3).
    actor
        Row of the actor.

    Returns
    -------
    The ends in the order in which they are found, intp, shape (n_ends,); the position of each actor among them, -1 for
    an actor that is no end, int32, shape (n_actors,); and the sums, float32, shape (n_ends + 1, 7), the last row zero.
    With a1, b1, c1 for the first link and a2, b2, c2 for the second, the columns are the sums over walks of a1 * u *
    a2; b1 * u * b2; c1 * u * c2; a1 * u * b2; 1; v; w.

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
    # eight columns are 32 bytes, so that the sums of one end fit into one line of the processor's cache
    sums = np.zeros((len(ends) + 1, 8), np.float32)
    n_ends = 0
    for first in range(indptr[actor], indptr[actor + 1]):
        middle = indices[first]
        u, v, w = of_middle[middle, 0], of_middle[middle, 1], of_middle[middle, 2]
        a, b, c = weights[first, 0] * u, weights[first, 1] * u, weights[first, 2] * u
        for step in range(indptr[middle], indptr[middle + 1]):
            end = indices[step]
            if place[end] < 0:
                place[end] = n_ends
                ends[n_ends] = end
                n_ends += 1
            total = sums[place[end]]
            total[0] += a * weights[step, 0]
            total[1] += b * weights[step, 1]
            total[2] += c * weights[step, 2]
            total[3] += a * weights[step, 1]
            total[4] += 1
            total[5] += v
            total[6] += w
    return ends[:n_ends], place, sums[: n_ends + 1, :7]


@compiled
def taken(values: FloatArray, place: CodeArray, columns: IntegerArray) -> FloatArray:
    """The value of each selected column, float32, shape (n_selected,); see :class:`matching.kernels.sparse_rows.Sums`.

    Parameters
    ----------
    values
        The values, float32; the last stands for every column without a place.
    place
        Position of each column in ``values``, -1 for none, int32, shape (n_columns,).
    columns
        The selected columns, shape (n_selected,).

    >>> taken(np.array([5, 6, 0], np.float32), np.array([1, -1, 0], np.int32), np.array([2, 1, 0])).tolist()
    [5.0, 0.0, 6.0]
    """
    found = np.empty(len(columns), np.float32)
    for number in range(len(columns)):
        found[number] = values[place[columns[number]]]
    return found


@compiled
def shares_by_code(codes: IntegerArray, rows: IntegerArray, weights: FloatArray, n_codes: int) -> FloatArray:
    """The share of each code in the total weight of some rows, float32, shape (n_codes,).

    Rows with code -1 count in the total and have no share of their own, so that the shares may add up to less than 1.

    Parameters
    ----------
    codes
        Code of each row of the network, -1 for none.
    rows, weights
        The rows and the weight of each, both of shape (n_rows,).
    n_codes
        Number of codes.

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
    """Each different row once, in the order in which it first comes, and the sum of its weights.

    The rows are intp and the sums float32, both of shape (n_different,).

    >>> [found.tolist() for found in sums_at(np.array([7, 2, 7]), np.array([1, 2, 4], np.float32))]
    [[7, 2], [5.0, 2.0]]
    """
    different = np.empty(len(rows), np.intp)
    total = np.zeros(len(rows), np.float32)
    place = np.full(rows.max() + 1 if len(rows) else 0, -1, np.int32)
    n_different = 0
    for number in range(len(rows)):
        row = rows[number]
        if place[row] < 0:
            place[row] = n_different
            different[n_different] = row
            n_different += 1
        total[place[row]] += weights[number]
    return different[:n_different], total[:n_different]


@compiled
def products_of_rows(structure: Structure, data: FloatArray, rows: IntegerArray, weights: FloatArray) -> FloatArray:
    """The inner product of each selected row of a CSR matrix with weights of the columns, float32, shape (n_rows,).

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
    """Five inner products of each selected row of a CSR matrix, in one pass, float32, shape (5, n_rows).

    The k-th product takes the k-th value of each entry and the k-th weight of its column.

    Parameters
    ----------
    structure
        Structure of the matrix.
    data
        Five values of each entry, float32, shape (n_entries, 5).
    rows
        The selected rows, shape (n_rows,).
    weights
        Five weights of each column, float32, shape (n_columns, 5).

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
    """The inner product of each selected row of a dense matrix with a vector, float32, shape (n_rows,).

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
    """The sum of each row's values by group of columns, float64, shape (n_rows, n_groups).

    Rows are summed one by one, so that the sums of a row do not depend on which other rows there are.

    Parameters
    ----------
    values
        The values, float64, shape (n_rows, n_columns).
    group
        Group of each column, 0 to n_groups - 1, shape (n_columns,).
    n_groups
        Number of groups.

    >>> sums_by_group(np.array([[1.0, 2.0, 4.0]]), np.array([1, 0, 1]), 2).tolist()
    [[2.0, 5.0]]
    """
    sums = np.zeros((len(values), n_groups), np.float64)
    for row in range(len(values)):
        for column in range(len(group)):
            sums[row, group[column]] += values[row, column]
    return sums
