"""What a feature is, and tables of features as candidates, rankers and reasons read them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from graph.kinds import Label
from matching.arrays import FloatArray, IndexArray
from matching.kernels.sparse_rows import EVERYONE, Rows
from matching.query_view import QueryView

REFERENCE_RANK = 20
"""Relative features are divided by the query's own value at this rank …"""
RELATIVE_CEILING = 4.0
"""… or by the part of its largest value that keeps all ratios at or below this. Both set by hand."""

Scale = Literal["relative", "plain"]
Function = Callable[[Any, Rows], FloatArray]
"""A feature: takes the query view that :attr:`Feature.query` names, and rows of actors."""
Among = Callable[[Any], Rows]
"""Where a feature looks for candidates: rows in any order, for a query view."""


def everyone(_: QueryView) -> Rows:
    """All actors."""
    return EVERYONE


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of the table.

    Attributes
    ----------
    function
        Computes it. Its name is the name of the feature, its docstring what people read about it.
    reason
        Name of the reason that its contribution is shown as; features with one reason are shown as one.
    scale
        ``relative``: divided by the query's own 20th largest value (at least a quarter of the largest), then
        log(1 + x); ``plain``: as it is.
    budget
        Candidates that the feature may bring in by itself.
    among
        Where it looks for them: outside of these rows the feature is 0 or too small to matter.
    query
        The kind of question it is computed for; it is 0 for the other kind.
    label
        Of a feature that a network adds: what it says, in both languages. Its reason is then a reason of its own.
    weight
        Weight that is given by hand; a ranker that does not know the feature uses it.
    """

    function: Function
    reason: str
    scale: Scale = "relative"
    budget: int = 0
    among: Among = everyone
    query: type[Any] = QueryView
    label: Label | None = None
    weight: float = 0.0

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.function.__name__


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Features in the order of the columns of a feature table.

    Raises
    ------
    ValueError
        Two features have one name.
    """

    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        if len(set(self.names)) < len(self.features):
            raise ValueError("Two features have the same name.")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def relative(self) -> IndexArray:
        """Columns of the relative features."""
        return np.array([column for column, each in enumerate(self.features) if each.scale == "relative"], np.intp)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Names of the reasons, each once, in the order of the features."""
        return tuple(dict.fromkeys(feature.reason for feature in self.features))

    @cached_property
    def reason_of_feature(self) -> IndexArray:
        """For each feature the position of its reason in :attr:`reasons`, shape (n_features,)."""
        return np.array([self.reasons.index(feature.reason) for feature in self.features], np.intp)

    @cached_property
    def labels(self) -> dict[str, Label]:
        """Labels of the reasons of features that a network adds."""
        return {feature.reason: feature.label for feature in self.features if feature.label}

    def computed_for(self, query: QueryView) -> tuple[tuple[int, Feature], ...]:
        """The features that are computed for a question, each with its column."""
        kind = type(query)
        if kind not in self._computed:
            columns = enumerate(self.features)
            self._computed[kind] = tuple((column, each) for column, each in columns if issubclass(kind, each.query))
        return self._computed[kind]

    @cached_property
    def _computed(self) -> dict[type[QueryView], tuple[tuple[int, Feature], ...]]:
        return {}


def references(values: FloatArray) -> FloatArray:
    """What relative features are divided by: the 20th largest value, at least a quarter of the largest.

    A quarter of the largest if no more than twenty values are positive; infinite if none is.

    Parameters
    ----------
    values
        The features of all candidates, shape (n_features, n_candidates).

    >>> references(np.array([[4, 1] + [0] * 19, [8, *[3] * 20], [0] * 21], np.float32)).tolist()
    [1.0, 3.0, inf]
    >>> references(np.array([[4, 1]], np.float32)).tolist()
    [1.0]
    """
    n = values.shape[1]
    if not n:
        return np.full(len(values), np.inf, np.float32)
    ascending = np.sort(values, axis=1)
    most = ascending[:, -1]
    found = most / np.float32(RELATIVE_CEILING)
    if n > REFERENCE_RANK:
        found = np.maximum(found, ascending[:, -REFERENCE_RANK] * (ascending[:, -REFERENCE_RANK - 1] > 0))
    return np.where(most > 0, found, np.float32(np.inf))


def scaled(values: FloatArray, divisors: FloatArray) -> FloatArray:
    """Relative features as the ranker reads them: each divided by its reference, then log(1 + x).

    >>> scaled(np.array([[0, 2, 8]], np.float32), np.array([2], np.float32)).astype(np.float64).round(2).tolist()
    [[0.0, 0.69, 1.61]]
    """
    return np.log1p(values / divisors[:, None])
