"""Boosted trees as arrays: what they say of a table, and which feature it comes from.

XGBoost grows them. Its own prediction takes half a millisecond for the two hundred rows of a question and nearly as
long for the attributions of twenty, much of it to prepare a call; the loops here take a third and a tenth of that, and
say the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from matching.kernels import compiled
from matching.text import FloatArray

DoubleArray = npt.NDArray[np.float64]
NodeArray = npt.NDArray[np.int32]
Nodes = tuple[NodeArray, NodeArray, NodeArray, FloatArray, DoubleArray]
"""The roots; and of each node its two children, the feature it asks for, the least value that goes right, its mean."""


class Trees:
    """Regression trees whose outputs add up.

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
        The document has no trees, or one that asks for another feature or leads nowhere.
    KeyError, TypeError
        The document is no such booster.
    """

    def __init__(self, document: Mapping[str, Any], n_features: int) -> None:
        trees: Sequence[Mapping[str, Any]] = document["learner"]["gradient_booster"]["model"]["trees"]
        if not trees or int(document["learner"]["learner_model_param"]["num_feature"]) != n_features:
            raise ValueError(f"there are no trees for {n_features} features")
        starts = np.cumsum([0, *(len(tree["left_children"]) for tree in trees)])
        feature = _joined(trees, "split_indices").astype(np.int32)
        threshold = _joined(trees, "split_conditions").astype(np.float32)
        below = np.stack([_joined(trees, "left_children"), _joined(trees, "right_children")], axis=1).astype(np.int64)
        is_leaf = below[:, 0] < 0
        first, stop = (np.repeat(bounds, np.diff(starts))[:, None] for bounds in (starts[:-1], starts[1:]))
        places = np.arange(len(below))[:, None]
        children = np.where(is_leaf[:, None], places, below + first)
        if ((feature < 0) | (feature >= n_features)).any():
            raise ValueError("a tree asks for another feature")
        if not (is_leaf[:, None] | ((children > places) & (children < stop))).all():
            raise ValueError("a tree leads nowhere")
        leaf_value = np.where(is_leaf, threshold, 0).astype(np.float64)
        value = _means(leaf_value, children, is_leaf, _joined(trees, "sum_hessian").astype(np.float64))
        roots = starts[:-1]
        self._depth = _depth(children, roots)
        self._nodes: Nodes = roots.astype(np.int32), children.astype(np.int32), feature, threshold, value
        self.mean = float(value[roots].sum())

    def outputs(self, table: FloatArray) -> DoubleArray:
        """The sum of what the trees say of each row, float64, shape (n_rows,), without the booster's base score."""
        return _outputs(table, self._nodes, self._depth)

    def attributions(self, table: FloatArray) -> DoubleArray:
        """What each feature adds to the mean, float64, shape of the table; rows add up to the outputs less the mean.

        A path attribution (Saabas 2014) gives each split on the way to a leaf the step that it makes from the mean of
        the examples before it to the mean of those after it.
        """
        return _attributions(table, self._nodes, self._depth)


def _joined(trees: Sequence[Mapping[str, Any]], name: str) -> npt.NDArray[Any]:
    return np.concatenate([np.asarray(tree[name]) for tree in trees])


def _means(
    leaf_value: DoubleArray, children: npt.NDArray[np.int64], is_leaf: npt.NDArray[np.bool_], cover: DoubleArray
) -> DoubleArray:
    """The value of each leaf, and of each other node the mean of those below it by how many examples reach them."""
    value = leaf_value.copy()
    for node in np.flatnonzero(~is_leaf)[::-1]:  # children come after their parents
        below = children[node]
        reached = cover[below]
        value[node] = np.average(value[below], weights=reached if reached.sum() else None)
    return value


def _depth(children: npt.NDArray[np.int64], roots: npt.NDArray[np.int64]) -> int:
    """Steps from a root to the furthest leaf, which is its own child."""
    depth, nodes = 0, roots
    while (children[nodes] != nodes[:, None]).any():
        depth, nodes = depth + 1, np.unique(children[nodes])
    return depth


@compiled
def _outputs(table: FloatArray, nodes: Nodes, depth: int) -> DoubleArray:
    roots, children, feature, threshold, value = nodes
    total = np.zeros(len(table), np.float64)
    reached = np.empty(len(table), np.int32)
    for root in roots:
        reached[:] = root
        for _ in range(depth):  # all rows step by step, since no row waits for another
            for row in range(len(table)):
                node = reached[row]
                reached[row] = children[node, int(table[row, feature[node]] >= threshold[node])]
        for row in range(len(table)):
            total[row] += value[reached[row]]
    return total


@compiled
def _attributions(table: FloatArray, nodes: Nodes, depth: int) -> DoubleArray:
    roots, children, feature, threshold, value = nodes
    parts = np.zeros(table.shape, np.float64)
    for root in roots:
        for row in range(len(table)):
            node = root
            for _ in range(depth):
                column = feature[node]
                after = children[node, int(table[row, column] >= threshold[node])]
                parts[row, column] += value[after] - value[node]
                node = after
    return parts
