"""From a query to the few hundred actors that are worth ranking, and their feature table."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.features import FEATURES, REFERENCE_RANK, Feature, references, scaled
from matching.rows import EVERYONE, IndexArray, largest
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
    drawn = _values_of_all(view, allowed)
    best = {feature: largest(values, max(feature.budget, REFERENCE_RANK + 1)) for feature, values in drawn.items()}
    everyone = chosen = shortlist(best, len(allowed))
    if wanted is not None:
        is_wanted = wanted.astype(np.float32)
        best_wanted = {feature: largest(values * is_wanted, feature.budget) for feature, values in drawn.items()}
        chosen = shortlist(best_wanted, len(allowed))
    rows = np.union1d(everyone, chosen)
    table = np.stack([drawn[each][rows] if each in drawn else each.values(view, rows) for each in FEATURES])
    table[_IS_RELATIVE] = scaled(table[_IS_RELATIVE], _references(table, rows.searchsorted(everyone), drawn, best))
    return Candidates(chosen, table.T[rows.searchsorted(chosen)])


def shortlist(best: Mapping[Feature, IndexArray], n_actors: int) -> IndexArray:
    """The :data:`N_SHORTLISTED` actors whom the features bring in at the best places, rows ascending, ties by row.

    A place counts as in reciprocal rank fusion (Cormack, Clarke & Buettcher 2009): one over 60 plus the place.

    Parameters
    ----------
    best
        The best actors of each feature, best first, of which as many count as its budget.
    """
    fused = np.zeros(n_actors, np.float32)
    for feature, rows in best.items():
        counted = rows[: feature.budget]
        fused[counted] += _RECIPROCAL[: len(counted)]
    return np.sort(largest(fused, N_SHORTLISTED))


def _values_of_all(view: QueryView, allowed: npt.NDArray[np.bool_]) -> dict[Feature, FloatArray]:
    """The features with a budget, for every actor; zero for those that are not allowed."""
    may_come = allowed.astype(np.float32)
    drawing = (feature for feature in FEATURES if feature.budget and feature.concerns(view))
    return {feature: feature.function(view, EVERYONE) * may_come for feature in drawing}


def _references(
    table: FloatArray, everyone: IndexArray, drawn: dict[Feature, FloatArray], best: dict[Feature, IndexArray]
) -> FloatArray:
    """What the relative features are divided by, shape (n_relative,), from those drawn without regard to wishes."""
    top = np.zeros((len(_RELATIVE), REFERENCE_RANK + 1), np.float32)
    for place, feature in enumerate(_RELATIVE):
        if feature in drawn:  # its budget may be less than what a reference takes
            found = drawn[feature][best[feature][: top.shape[1]]]
            top[place, : len(found)] = found
    others = np.array([feature not in drawn for feature in _RELATIVE])
    values = table[_IS_RELATIVE][others][:, everyone]
    n_top = min(top.shape[1], values.shape[1])
    if n_top:
        top[others, :n_top] = np.partition(values, -n_top, axis=1)[:, -n_top:]
    return references(top)
