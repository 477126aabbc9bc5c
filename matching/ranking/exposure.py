"""Lists in which not everybody is shown the same few: who is seldom shown comes forward, within a stated margin.

A ranker that is right on average still shows the best known actors to nearly everyone. Here the ranked candidates of
one question are put in a slightly different order; who may pass whom is bounded, so that little is lost in any list.
"""

import numpy as np
from scipy.special import logit

from matching.arrays import BoolArray, DoubleArray, FloatArray, IndexArray

MAX_ODDS_RATIO = 4.0
"""Nobody is put before an actor whose odds of working together, as the ranker states them, are more times better.

Five percent of the nDCG@20 is what it may cost. Chosen on past questions of the development benchmark, where it costs
one percent at most; ``ketnoi evaluate`` says what it costs elsewhere.
"""
MAX_SCORE_GAP = 0.1
"""Where a ranker states no probability, nobody is put before an actor whose score is higher by more than this."""
NEWCOMER_PLACE = 20
"""The place that the best newcomer is given where none stands before it."""
NEWCOMER_MARGIN = 0.1
"""A newcomer takes that place from nobody whose probability is higher than its own by more than this."""
_CERTAIN = 1e-9


def exposure_order(
    scores: DoubleArray,
    probability: DoubleArray | None,
    prominence: FloatArray,
    is_newcomer: BoolArray,
) -> IndexArray:
    """The order in which to show candidates so that more actors are seen, as places of the ranking.

    The log odds of a candidate are raised by log :data:`MAX_ODDS_RATIO` times one minus its prominence. Then, where
    none of the first :data:`NEWCOMER_PLACE` is a newcomer, the best one takes the last of these places. A ranker that
    tells candidates apart by less than that, from the first to the last, is left its order.

    Parameters
    ----------
    scores
        What the ranker says, descending, shape (n_candidates,).
    probability
        What the scores stand for; None where the ranker states none. Then scores are raised, by at most
        :data:`MAX_SCORE_GAP`, and no place is kept for a newcomer, as nobody could say what it costs.
    prominence
        How visible each is anyway, float32, 0 to 1; see :class:`matching.index.activity.ActivityIndex`.
    is_newcomer
        Whether each has hardly worked with anyone.

    >>> scores, prominence = np.array([0.55, 0.5, 0.1]), np.array([0.9, 0.1, 0.1], np.float32)
    >>> exposure_order(scores, None, prominence, np.zeros(3, bool)).tolist()
    [1, 0, 2]
    """
    if probability is None:
        values, most = scores, MAX_SCORE_GAP
    else:  # a probability that rises as scores fall says nothing, and is levelled
        values = np.minimum.accumulate(logit(np.clip(probability, _CERTAIN, 1 - _CERTAIN)))
        most = float(np.log(MAX_ODDS_RATIO))
    if not len(values) or values[0] - values[-1] <= most:
        return np.arange(len(values))
    order = np.argsort(-(values + most * (1 - prominence.astype(np.float64))), kind="stable")
    return order if probability is None else _with_a_newcomer(order, probability, is_newcomer)


def _with_a_newcomer(order: IndexArray, probability: DoubleArray, is_newcomer: BoolArray) -> IndexArray:
    """The order with the best newcomer at :data:`NEWCOMER_PLACE` where none is before and the margin allows it."""
    places = np.flatnonzero(is_newcomer[order])
    last = NEWCOMER_PLACE - 1
    if not len(places) or places[0] <= last:
        return order
    found, passed = order[places[0]], order[last : places[0]]
    if probability[passed].max() - probability[found] > NEWCOMER_MARGIN:
        return order
    return np.concatenate([order[:last], [found], passed, order[places[0] + 1 :]])
