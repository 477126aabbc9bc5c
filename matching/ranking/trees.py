"""Boosted trees as arrays: what they say of a table, and which feature it comes from.

XGBoost grows them. Its own prediction takes half a millisecond for the two hundred rows of a question and nearly as
long for the attributions of twenty, much of it to prepare a call; the loops here take a thirtieth and a tenth of that,
and say the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from matching.arrays import CodeArray, DoubleArray, FloatArray
from matching.kernels.compiled import compiled

DEPTH = 3
"""Splits from a root to a leaf, at most."""
_N_SPLITS, _N_NODES = 2**DEPTH - 1, 2 ** (DEPTH + 1) - 1


class _Laid(NamedTuple):
    """A tree laid out in full, or all of them: the children of the node at place p are at 2p + 1 and 2p + 2.

    Attributes
    ----------
    feature, threshold
        What each split asks for, and the least value that goes to its second child; the last axis of length 7.
    value
        What a leaf says, and what those below a split say on average; the last axis of length 15. A leaf nearer to the
        root has itself as its children.
    """

    feature: CodeArray
    threshold: FloatArray
    value: DoubleArray


class Trees:
    """Regression trees of at most :data:`DEPTH` splits one below the other, whose outputs add up.

    Attributes
    ----------
    mean
        What the trees say of the examples they were grown on, on average.

    Parameters
    ----------
    document
        A booster as the JSON document that ``xgboost.Booster.save_raw("json")`` writes.
    n_features
        Columns of the tables it is asked about.

    Raises
    ------
    ValueError
        The document has no trees, or one that is too deep, asks for another feature or leads nowhere.
    KeyError, TypeError
        The document is no such booster.
    """

    def __init__(self, document: Mapping[str, Any], n_features: int) -> None:
        trees: Sequence[Mapping[str, Any]] = document["learner"]["gradient_booster"]["model"]["trees"]
        if not trees or int(document["learner"]["learner_model_param"]["num_feature"]) != n_features:
            raise ValueError(f"there are no trees for {n_features} features")
        laid = [_laid_out(tree, n_features) for tree in trees]
        self._laid = _Laid(*(np.stack(part) for part in zip(*laid, strict=True)))
        self.mean = float(self._laid.value[:, 0].sum())

    def outputs(self, table: FloatArray) -> DoubleArray:
        """The sum of what the trees say of each row, float64, shape (n_rows,), without the booster's base score."""
        return _outputs(np.ascontiguousarray(table.T), *self._laid)

    def attributions(self, table: FloatArray) -> DoubleArray:
        """What each feature adds to the mean, float64, shape of the table; rows add up to the outputs less the mean.

        A path attribution (Saabas 2014) gives each split on the way to a leaf the step that it makes from the mean of
        the examples before it to the mean of those after it.
        """
        return _attributions(table, *self._laid)


def _laid_out(tree: Mapping[str, Any], n_features: int) -> _Laid:
    left, right, asked = tree["left_children"], tree["right_children"], tree["split_indices"]
    laid = _Laid(np.zeros(_N_SPLITS, np.int32), np.zeros(_N_SPLITS, np.float32), np.zeros(_N_NODES, np.float64))
    nodes = [0] * _N_NODES
    for place in range(_N_NODES):
        node = nodes[place]
        if left[node] < 0:
            laid.value[place] = np.float32(tree["split_conditions"][node])
            below = [node, node]
        elif place >= _N_SPLITS:
            raise ValueError(f"a tree is deeper than {DEPTH}")
        else:
            below = [left[node], right[node]]
            if not 0 <= asked[node] < n_features:
                raise ValueError("a tree asks for another feature")
            if not all(node < child < len(left) for child in below):
                raise ValueError("a tree leads nowhere")
            laid.feature[place], laid.threshold[place] = asked[node], tree["split_conditions"][node]
        if place < _N_SPLITS:
            nodes[2 * place + 1 : 2 * place + 3] = below
    for place in reversed(range(_N_SPLITS)):
        if left[nodes[place]] >= 0:
            of_children = slice(2 * place + 1, 2 * place + 3)
            n_examples = np.array([tree["sum_hessian"][node] for node in nodes[of_children]], np.float64)
            weights = n_examples if n_examples.sum() else None
            laid.value[place] = np.average(laid.value[of_children], weights=weights)
    return laid


@compiled
def _outputs(columns: FloatArray, feature: CodeArray, threshold: FloatArray, value: DoubleArray) -> DoubleArray:
    """All splits of a tree are looked at, for many rows at a time: none of them has to wait for the one above it."""
    total = np.zeros(columns.shape[1], np.float64)
    for tree in range(len(feature)):
        x0, x1, x2 = columns[feature[tree, 0]], columns[feature[tree, 1]], columns[feature[tree, 2]]
        x3, x4 = columns[feature[tree, 3]], columns[feature[tree, 4]]
        x5, x6 = columns[feature[tree, 5]], columns[feature[tree, 6]]
        t0, t1, t2, t3 = threshold[tree, 0], threshold[tree, 1], threshold[tree, 2], threshold[tree, 3]
        t4, t5, t6 = threshold[tree, 4], threshold[tree, 5], threshold[tree, 6]
        v0, v1, v2, v3 = value[tree, 7], value[tree, 8], value[tree, 9], value[tree, 10]
        v4, v5, v6, v7 = value[tree, 11], value[tree, 12], value[tree, 13], value[tree, 14]
        for row in range(len(total)):
            first = v1 if x3[row] >= t3 else v0
            second = v3 if x4[row] >= t4 else v2
            third = v5 if x5[row] >= t5 else v4
            fourth = v7 if x6[row] >= t6 else v6
            left = second if x1[row] >= t1 else first
            right = fourth if x2[row] >= t2 else third
            total[row] += right if x0[row] >= t0 else left
    return total


@compiled
def _attributions(table: FloatArray, feature: CodeArray, threshold: FloatArray, value: DoubleArray) -> DoubleArray:
    parts = np.zeros(table.shape, np.float64)
    for tree in range(len(feature)):
        for row in range(len(table)):
            place = 0
            while place < feature.shape[1]:
                column = feature[tree, place]
                below = 2 * place + 1 + int(table[row, column] >= threshold[tree, place])
                parts[row, column] += value[tree, below] - value[tree, place]
                place = below
    return parts
