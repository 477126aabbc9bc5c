"""From a query to the few hundred actors that are worth ranking, and their feature table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matching.arrays import BoolArray, FloatArray, IndexArray
from matching.features import FEATURES, Among, Feature, references, scaled
from matching.kernels.sparse_rows import rows_of_largest
from matching.kernels.sums import sums_at
from matching.query_view import QueryView

_RELATIVE = np.array([place for place, feature in enumerate(FEATURES) if feature.scale == "relative"])
N_SHORTLISTED = 200
"""Candidates of a question."""
_RECIPROCAL = (1 / (20.0 + np.arange(max(feature.budget for feature in FEATURES)))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Actors to be ranked for one query.

    Attributes
    ----------
    rows
        Actor indices, ascending, shape (n_candidates,).
    table
        float32 feature table, shape (n_candidates, n_features), columns as in :data:`matching.features.FEATURES`.
    """

    rows: IndexArray
    table: FloatArray


class Drawn(NamedTuple):
    """Actors and what a feature says of them, rows of shape (n,) and float32 of shape (n,)."""

    rows: IndexArray
    values: FloatArray

    def best(self, n: int) -> IndexArray:
        """Rows of the n with the largest positive values, largest first, ties by row."""
        return rows_of_largest(self.values, self.rows, n)

    def only(self, wanted: BoolArray) -> "Drawn":
        """Those that are wanted, bool, shape (n_actors,)."""
        kept = wanted[self.rows]
        return Drawn(self.rows[kept], self.values[kept])


def draw(view: QueryView, allowed: BoolArray, wanted: BoolArray | None = None) -> Candidates:
    """The shortlist of those whom each feature brings in within its budget, with all features of each.

    Parameters
    ----------
    view
        The query.
    allowed
        Who may be suggested, bool, shape (n_actors,). Features are scaled among these, so that an asker's earlier
        partners do not dwarf the new ones.
    wanted
        Whom the asker wants to see, bool, shape (n_actors,); all where None. Whoever is drawn has the features it has
        among everyone allowed, so that a filter takes away and never reorders.
    """
    drawn = _drawn(view, allowed)
    everyone = chosen = shortlist(drawn)
    if wanted is not None:
        chosen = shortlist({feature: found.only(wanted) for feature, found in drawn.items()})
    rows = everyone if wanted is None else np.union1d(everyone, chosen)
    table = np.zeros((len(FEATURES), len(rows)), np.float32)
    for of_feature, feature in zip(table, FEATURES, strict=True):
        if feature.concerns(view):
            of_feature[:] = feature.function(view, rows)
    relative = table[_RELATIVE]
    among = relative if wanted is None else relative[:, rows.searchsorted(everyone)]
    table[_RELATIVE] = scaled(relative, references(among))
    return Candidates(chosen, table.T if wanted is None else table.T[rows.searchsorted(chosen)])


def shortlist(drawn: Mapping[Feature, Drawn]) -> IndexArray:
    """The :data:`N_SHORTLISTED` actors whom the features bring in at the best places, rows ascending, ties by row.

    A feature brings in as many as its budget. A place counts one over 20 plus the place (reciprocal rank fusion:
    Cormack, Clarke & Buettcher 2009, who add 60; here the first few of every feature are to be in).
    """
    if not drawn:
        return np.empty(0, np.intp)
    found = [drawn_by.best(feature.budget) for feature, drawn_by in drawn.items()]
    rows, fused = sums_at(np.concatenate(found), np.concatenate([_RECIPROCAL[: len(best)] for best in found]))
    return np.sort(rows_of_largest(fused, rows, N_SHORTLISTED))


def _drawn(view: QueryView, allowed: BoolArray) -> dict[Feature, Drawn]:
    """What each feature with a budget gives where it looks for candidates and finds some that are allowed."""
    looked_at: dict[Among, IndexArray] = {}
    drawn: dict[Feature, Drawn] = {}
    for feature in FEATURES:
        if feature.budget and feature.concerns(view):
            if feature.among not in looked_at:
                rows = feature.among(view)
                is_allowed = allowed[rows]
                looked_at[feature.among] = is_allowed.nonzero()[0] if isinstance(rows, slice) else rows[is_allowed]
            rows = looked_at[feature.among]
            if len(rows):
                drawn[feature] = Drawn(rows, feature.function(view, rows))
    return drawn
