"""From a question to the few hundred actors that are worth ranking, and their feature table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from matching.arrays import BoolArray, FloatArray, IndexArray
from matching.features.feature import Among, Feature, FeatureTable, references, scaled
from matching.features.standard import STANDARD
from matching.kernels.sparse_rows import rows_of_largest
from matching.kernels.sums import sums_at
from matching.query_view import QueryView

N_SHORTLISTED = 200
"""Candidates of a question. Measured: 200 rank as well as 340 on the development benchmark."""
_RANK_OFFSET = 20.0
"""Added to a rank before it is inverted. Set by hand."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Actors to be ranked for one question, once for everyone and once for each filter.

    Attributes
    ----------
    rows
        Rows of all candidates of any list, ascending, shape (n_candidates,).
    table
        Features of the candidates, float32, shape (n_candidates, n_features).
    unfiltered
        Positions in :attr:`rows` of the candidates without a filter.
    filtered
        The same for each filter.
    """

    rows: IndexArray
    table: FloatArray
    unfiltered: IndexArray
    filtered: tuple[IndexArray, ...] = ()

    @property
    def lists(self) -> tuple[IndexArray, ...]:
        """Positions of the candidates of each list: one for each filter, or one for everyone without any."""
        return self.filtered or (self.unfiltered,)

    def only(self, kept: BoolArray) -> "Candidates":
        """The candidates with fewer in every list; ``kept`` is of the shape of :attr:`rows`, which stay as they are."""
        filtered = tuple(each[kept[each]] for each in self.filtered)
        return replace(self, unfiltered=self.unfiltered[kept[self.unfiltered]], filtered=filtered)


class Found(NamedTuple):
    """Actors that one feature finds: their rows and its values, both of shape (n,)."""

    rows: IndexArray
    values: FloatArray

    def best(self, n: int) -> IndexArray:
        """Rows of the n with the largest positive values, largest first, ties by row."""
        return rows_of_largest(self.values, self.rows, n)

    def only(self, wanted: BoolArray) -> "Found":
        """The actors that are wanted, bool, shape (n_actors,)."""
        kept = wanted[self.rows]
        return Found(self.rows[kept], self.values[kept])


def draw(
    view: QueryView, allowed: BoolArray, filters: Sequence[BoolArray] = (), features: FeatureTable = STANDARD
) -> Candidates:
    """The actors that each feature brings in within its budget, with all their features.

    Parameters
    ----------
    view
        The question.
    allowed
        Who may be suggested, bool, shape (n_actors,). Features are scaled among these, so that an asker's earlier
        partners do not dwarf the new ones.
    filters
        Each says whom one list may show, bool, shape (n_actors,). Features are found and computed once for all lists.
        They are scaled among everyone allowed, so that a filter removes actors and never reorders them.
    features
        The columns of the table.
    """
    found = _found_by_feature(view, allowed, features)
    everyone = shortlist(found)
    chosen = [shortlist({feature: found_by.only(wanted) for feature, found_by in found.items()}) for wanted in filters]
    rows = np.unique(np.concatenate([everyone, *chosen])) if chosen else everyone
    table = np.zeros((len(features.features), len(rows)), np.float32)
    for column, feature in features.computed_for(view):
        table[column] = feature.function(view, rows)
    unfiltered = rows.searchsorted(everyone)
    relative = table[features.relative]
    among = relative if len(rows) == len(everyone) else relative[:, unfiltered]
    table[features.relative] = scaled(relative, references(among))
    return Candidates(rows, table.T, unfiltered, tuple(rows.searchsorted(each) for each in chosen))


def shortlist(found: Mapping[Feature, Found]) -> IndexArray:
    """The :data:`N_SHORTLISTED` actors that the features rank highest together, rows ascending, ties by row.

    A feature brings in as many actors as its budget. Each counts 1 / (20 + rank) (reciprocal rank fusion: Cormack,
    Clarke & Buettcher 2009, who add 60; with 20 the first few of every feature are sure to come in).
    """
    if not found:
        return np.empty(0, np.intp)
    best = [found_by.best(feature.budget) for feature, found_by in found.items()]
    reciprocal = _reciprocal_ranks(max(map(len, best)))
    rows, fused = sums_at(np.concatenate(best), np.concatenate([reciprocal[: len(each)] for each in best]))
    return np.sort(rows_of_largest(fused, rows, N_SHORTLISTED))


@cache
def _reciprocal_ranks(n: int) -> FloatArray:
    return (1 / (_RANK_OFFSET + np.arange(n))).astype(np.float32)


def _found_by_feature(view: QueryView, allowed: BoolArray, features: FeatureTable) -> dict[Feature, Found]:
    """The allowed actors that each feature with a budget finds where it looks for candidates."""
    looked_at: dict[Among, IndexArray] = {}
    found: dict[Feature, Found] = {}
    for _, feature in features.computed_for(view):
        if not feature.budget:
            continue
        if feature.among not in looked_at:
            rows = feature.among(view)
            is_allowed = allowed[rows]
            looked_at[feature.among] = is_allowed.nonzero()[0] if isinstance(rows, slice) else rows[is_allowed]
        rows = looked_at[feature.among]
        if len(rows):
            found[feature] = Found(rows, feature.function(view, rows))
    return found
