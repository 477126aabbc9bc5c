"""From a query to the few hundred actors that are worth ranking, and their feature table."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from matching.features import FEATURES, reference, scaled
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
    drawn = {feature.name: feature.values(view, pool) for feature in FEATURES if feature.budget}
    chosen = _chosen(drawn, np.ones(len(pool), bool))
    everyone = pool[chosen]
    columns = {
        feature.name: drawn[feature.name] if feature.budget else feature.values(view, everyone) for feature in FEATURES
    }
    references = [reference(columns[feature.name], feature.scale) for feature in FEATURES]
    if wanted is not None:
        chosen = _chosen(drawn, wanted[pool])
        columns = drawn | {
            feature.name: feature.values(view, pool[chosen]) for feature in FEATURES if not feature.budget
        }
    rows = pool[chosen]
    table = np.empty((len(rows), len(FEATURES)), np.float32, order="F")
    for column, (feature, divisor) in enumerate(zip(FEATURES, references, strict=True)):
        values = columns[feature.name][chosen] if feature.budget else columns[feature.name]
        table[:, column] = scaled(values, feature.scale, divisor)
    return Candidates(rows, table)


def _chosen(drawn: Mapping[str, FloatArray], wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Who of the pool is among the best of any feature within its budget, shape (n_pool,)."""
    chosen = np.zeros(len(wanted), bool)
    for feature in FEATURES:
        if feature.budget:
            values = drawn[feature.name]
            chosen[largest(values if wanted.all() else values * wanted, feature.budget)] = True
    return chosen
