"""From a query to the few hundred actors that are worth ranking, and their feature table."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.features import FEATURES, REFERENCE_RANK, Feature, reference, scaled
from matching.text import FloatArray
from matching.view import IndexArray, QueryView, largest


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
    """The union of what each feature brings in within its budget, with all features of each.

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
    pool = np.flatnonzero(allowed)
    drawn = {feature: feature.values(view, pool) for feature in FEATURES if feature.budget and feature.concerns(view)}
    best = {feature: largest(values, max(feature.budget, REFERENCE_RANK + 1)) for feature, values in drawn.items()}
    everyone = chosen = _union(best, len(pool))
    if wanted is not None:
        is_wanted = wanted[pool]
        chosen = _union(
            {feature: largest(values * is_wanted, feature.budget) for feature, values in drawn.items()}, len(pool)
        )
    rows, rows_of_everyone = pool[chosen], pool[everyone]
    table = np.empty((len(rows), len(FEATURES)), np.float32, order="F")
    for column, feature in enumerate(FEATURES):
        if feature in drawn:
            values, top = drawn[feature][chosen], drawn[feature][best[feature]]
        else:
            values = feature.values(view, rows)
            among_everyone = values if wanted is None else feature.values(view, rows_of_everyone)
            top = among_everyone[largest(among_everyone, REFERENCE_RANK + 1)] if feature.scale == "relative" else values
        table[:, column] = scaled(values, feature.scale, reference(top, feature.scale))
    return Candidates(rows, table)


def _union(best: Mapping[Feature, IndexArray], n: int) -> IndexArray:
    """Places that are among the best of any feature within its budget, ascending."""
    chosen = np.zeros(n, bool)
    for feature, places in best.items():
        chosen[places[: feature.budget]] = True
    return np.flatnonzero(chosen)
