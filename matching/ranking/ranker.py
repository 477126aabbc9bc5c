"""From a feature table to scores that are sums of contributions: by weights, or by weights and trees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, Self

import numpy as np
from scipy.special import expit

from graph.errors import ModelError
from matching.arrays import DoubleArray, FloatArray
from matching.features.feature import FeatureTable
from matching.kernels.compiled import compiled
from matching.ranking.trees import Trees

Task = Literal["partner", "brief"]
"""What is ranked: partners of an actor with a history, or actors for a need in words."""
TASKS: tuple[Task, ...] = ("partner", "brief")


class Ranker(Protocol):
    """Scores candidates; a score is the sum of its contributions."""

    @property
    def version(self) -> str:
        """Name of the model and digest of the network it learned from, as answers carry it."""

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that it scores, in the order of the columns."""

    def for_features(self, table: FeatureTable) -> Self:
        """The ranker for tables with further features, or with the same in another order; see :func:`columns_for`."""

    def scores(self, table: FloatArray) -> DoubleArray:
        """Score of each candidate, shape (n_candidates,)."""

    def contributions(self, table: FloatArray) -> DoubleArray:
        """What each feature adds to each score, shape (n_candidates, n_features); rows add up to the scores."""

    def probability(self, scores: DoubleArray) -> DoubleArray | None:
        """Probability of each score's pair to work together within the horizon; None where the ranker learned none."""

    def document(self) -> dict[str, Any]:
        """The ranker as a JSON document; see :mod:`matching.ranking.model_files`."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The log odds that a score stands for: slope times score plus intercept (Platt 1999)."""

    slope: float
    intercept: float

    def probability(self, scores: DoubleArray) -> DoubleArray:
        """Probability of each score, 0 to 1."""
        return expit(self.slope * scores + self.intercept)


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """A weight for each feature: a contribution is the weight times the value.

    Attributes
    ----------
    features
        Names of the features, in the order of the columns.
    weights
        float64, shape (n_features,).
    card
        Where the weights come from, for people and for :attr:`version`: task, method, protocol, digest of the training
        snapshot, figures.
    calibration
        What a score means as a probability; None where nothing was learned.
    """

    name: str
    features: tuple[str, ...]
    weights: DoubleArray
    card: Mapping[str, Any] = field(default_factory=dict)
    calibration: Calibration | None = None

    @property
    def version(self) -> str:
        """Name, and the first digits of the digest of the network it learned from."""
        digest = str(self.card.get("snapshot_digest", ""))
        return f"{self.name}+{digest[:8]}" if digest else self.name

    def for_features(self, table: FeatureTable) -> "LinearRanker":
        """The ranker for another feature table: a feature it does not know has the weight that it was given by hand.

        Raises
        ------
        ModelError
            The table lacks a feature that the ranker knows.
        """
        weights = np.array([feature.weight for feature in table.features], np.float64)
        weights[columns_for(self.features, table, self.name)] = self.weights
        return replace(self, weights=weights, features=table.names)

    def scores(self, table: FloatArray) -> DoubleArray:
        """Sum of weight times value, float64, shape (n_candidates,)."""
        return _weighted_sums(_checked(table, self), self.weights)

    def contributions(self, table: FloatArray) -> DoubleArray:
        """Weight times value, float64, shape (n_candidates, n_features).

        Raises
        ------
        ModelError
            The table has another number of features.
        """
        return _checked(table, self) * self.weights

    def probability(self, scores: DoubleArray) -> DoubleArray | None:
        """Probability of each score's pair to work together within the horizon; None where nothing was learned."""
        return self.calibration.probability(scores) if self.calibration else None

    def document(self) -> dict[str, Any]:
        """The ranker as a JSON document."""
        return {
            "type": "linear",
            "name": self.name,
            "weights": dict(zip(self.features, self.weights.tolist(), strict=True)),
            "calibration": {"slope": self.calibration.slope, "intercept": self.calibration.intercept}
            if self.calibration
            else None,
            "card": dict(self.card),
        }


def columns_for(features: Sequence[str], table: FeatureTable, name: str) -> list[int]:
    """The columns of a feature table in which the features of a ranker stand.

    Raises
    ------
    ModelError
        The table lacks one of them: the ranker would score by something else than what it learned.
    """
    missing = [feature for feature in features if feature not in table.names]
    if missing:
        raise ModelError(
            "model_features",
            f"The ranker {name} needs features that the network does not have ({', '.join(missing)}). "
            "Add them or train anew.",
            missing=missing,
        )
    return [table.names.index(feature) for feature in features]


@compiled
def _weighted_sums(table: DoubleArray, weights: DoubleArray) -> DoubleArray:
    """Each row by itself, so that a score does not depend on the rows beside it."""
    sums = np.zeros(len(table), np.float64)
    for row in range(len(table)):
        for column in range(table.shape[1]):
            sums[row] += table[row, column] * weights[column]
    return sums


class BlendedRanker:
    """Weights and boosted trees together: a contribution is a weighted value plus a path attribution.

    See :meth:`matching.ranking.trees.Trees.attributions`. Shapley values would divide the same total more evenly among
    similar features, but take many times as long; here similar features are shown as one reason anyway.

    Parameters
    ----------
    linear
        The linear part, whose weights already hold its share; its card and calibration stand for the whole.
    booster
        The trees, as the JSON document that xgboost writes.
    trees_share
        What the output of the trees is multiplied by.
    trees
        The same trees for the columns of the linear part, if they are not the columns of the document.

    Raises
    ------
    ValueError, KeyError, TypeError
        The document is not a booster for as many features as there are weights.
    """

    def __init__(
        self, linear: LinearRanker, booster: Mapping[str, Any], trees_share: float, trees: Trees | None = None
    ) -> None:
        self._linear = linear
        self._booster = booster
        self._share = trees_share
        self._trees = trees or Trees.from_document(booster, len(linear.weights))

    @property
    def version(self) -> str:
        """Name, and the first digits of the digest of the network it learned from."""
        return self._linear.version

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that it scores, in the order of the columns."""
        return self._linear.features

    @property
    def card(self) -> Mapping[str, Any]:
        """Where the model comes from."""
        return self._linear.card

    def for_features(self, table: FeatureTable) -> "BlendedRanker":
        """The ranker for another feature table; the trees do not read a feature that they do not know.

        Raises
        ------
        ModelError
            The table lacks a feature that the ranker knows.
        """
        trees = self._trees.with_columns(columns_for(self.features, table, self._linear.name))
        return BlendedRanker(self._linear.for_features(table), self._booster, self._share, trees)

    def calibrated(self, calibration: Calibration | None) -> "BlendedRanker":
        """The same ranker with what its scores mean as a probability."""
        return BlendedRanker(replace(self._linear, calibration=calibration), self._booster, self._share, self._trees)

    def scores(self, table: FloatArray) -> DoubleArray:
        """Weighted values plus trees, less the mean output of the trees; float64, shape (n_candidates,)."""
        return self._linear.scores(table) + self._share * (self._trees.outputs(table) - self._trees.mean)

    def contributions(self, table: FloatArray) -> DoubleArray:
        """Weighted value plus path attribution, float64, shape (n_candidates, n_features)."""
        return self._linear.contributions(table) + self._share * self._trees.attributions(table)

    def probability(self, scores: DoubleArray) -> DoubleArray | None:
        """Probability of each score's pair to work together within the horizon; None where nothing was learned."""
        return self._linear.probability(scores)

    def document(self) -> dict[str, Any]:
        """The ranker as a JSON document. It is written before further features are added, never after."""
        trees = {"share": self._share, "booster": self._booster}
        return self._linear.document() | {"type": "blended", "trees": trees}


def _checked(table: FloatArray, ranker: LinearRanker) -> DoubleArray:
    if table.shape[1] != len(ranker.weights):
        raise ModelError(
            "model_features",
            f"The ranker {ranker.name} knows {len(ranker.weights)} features, the table has {table.shape[1]}.",
        )
    return table.astype(np.float64, order="C")  # so that a row alone adds up to the last digit as among others
