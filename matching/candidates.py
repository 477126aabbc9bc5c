"""From a query to the few hundred actors that are worth ranking, and their feature table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matching.features import FEATURES, REFERENCE_RANK, Among, Feature, references, scaled
from matching.rows import IndexArray, largest
from matching.text import FloatArray
from matching.view import QueryView

_RELATIVE = [feature for feature in FEATURES if feature.scale == "relative"]
_IS_RELATIVE = np.array([feature.scale == "relative" for feature in FEATURES])
N_SHORTLISTED = 200
"""Candidates of a question."""
_RECIPROCAL = (1 / (60 + np.arange(max(feature.budget for feature in FEATURES)))).astype(np.float32)


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

    def largest(self, n: int) -> "Drawn":
        """The n with the largest positive values, largest first, ties by row where the rows ascend."""
        places = largest(self.values, n)
        return Drawn(self.rows[places], self.values[places])

    def only(self, wanted: npt.NDArray[np.bool_]) -> "Drawn":
        """Those that are wanted, bool, shape (n_actors,)."""
        kept = wanted[self.rows]
        return Drawn(self.rows[kept], self.values[kept])


def draw(view: QueryView, allowed: npt.NDArray[np.bool_], wanted: npt.NDArray[np.bool_] | None = None) -> Candidates:
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
    best = {feature: found.largest(max(feature.budget, REFERENCE_RANK + 1)) for feature, found in drawn.items()}
    everyone = chosen = shortlist(best, len(allowed))
    if wanted is not None:
        best_wanted = {feature: found.only(wanted).largest(feature.budget) for feature, found in drawn.items()}
        chosen = shortlist(best_wanted, len(allowed))
    rows = everyone if wanted is None else np.union1d(everyone, chosen)
    table = np.stack([each.values(view, rows) for each in FEATURES])
    table[_IS_RELATIVE] = scaled(table[_IS_RELATIVE], _references(table, rows.searchsorted(everyone), best))
    return Candidates(chosen, table.T[rows.searchsorted(chosen)])


def shortlist(best: Mapping[Feature, Drawn], n_actors: int) -> IndexArray:
    """The :data:`N_SHORTLISTED` actors whom the features bring in at the best places, rows ascending, ties by row.

    A place counts as in reciprocal rank fusion (Cormack, Clarke & Buettcher 2009): one over 60 plus the place.

    Parameters
    ----------
    best
        The best actors of each feature, best first, of which as many count as its budget.
    """
    fused = np.zeros(n_actors, np.float32)
    for feature, found in best.items():
        counted = found.rows[: feature.budget]
        fused[counted] += _RECIPROCAL[: len(counted)]
    return np.sort(largest(fused, N_SHORTLISTED))


def _drawn(view: QueryView, allowed: npt.NDArray[np.bool_]) -> dict[Feature, Drawn]:
    """What each feature with a budget gives where it looks for candidates, of those that are allowed."""
    looked_at: dict[Among, IndexArray] = {}
    drawn: dict[Feature, Drawn] = {}
    for feature in FEATURES:
        if feature.budget and feature.concerns(view):
            if feature.among not in looked_at:
                rows = feature.among(view)
                is_allowed = allowed[rows]
                looked_at[feature.among] = (
                    is_allowed.nonzero()[0] if isinstance(rows, slice) else np.sort(rows[is_allowed])
                )
            rows = looked_at[feature.among]
            drawn[feature] = Drawn(rows, feature.function(view, rows))
    return drawn


def _references(table: FloatArray, everyone: IndexArray, best: Mapping[Feature, Drawn]) -> FloatArray:
    """What the relative features are divided by, shape (n_relative,), from those drawn without regard to wishes."""
    top = np.zeros((len(_RELATIVE), REFERENCE_RANK + 1), np.float32)
    for place, feature in enumerate(_RELATIVE):
        if feature in best:  # its budget may be less than what a reference takes
            found = best[feature].values[: top.shape[1]]
            top[place, : len(found)] = found
    others = np.array([feature not in best for feature in _RELATIVE])
    values = table[_IS_RELATIVE][others][:, everyone]
    n_top = min(top.shape[1], values.shape[1])
    if n_top:
        top[others, :n_top] = np.partition(values, -n_top, axis=1)[:, -n_top:]
    return references(top)
