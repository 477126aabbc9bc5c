"""From a query to the few hundred actors that are worth ranking, and their feature table."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.features import FEATURES, scaled
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
    columns = [scaled(feature.function(view)[pool], feature.scale) for feature in FEATURES]
    chosen = np.zeros(len(pool), bool)
    for feature, values in zip(FEATURES, columns, strict=True):
        if feature.budget:
            chosen[largest(values if wanted is None else values * wanted[pool], feature.budget)] = True
    table = np.stack([values[chosen] for values in columns], axis=1) if columns else np.empty((0, 0), np.float32)
    return Candidates(rows=pool[chosen], table=table.astype(np.float32))
