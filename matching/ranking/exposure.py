"""Re-orders a ranked list so that more actors of the network are seen, within fixed margins.

A ranker that is right on average still suggests the most prominent actors to nearly every asker. The functions here
move less prominent candidates up. The margins bound how much better the candidates that they pass may be, so that no
list loses much.
"""

import numpy as np
from scipy.special import logit

from matching.arrays import BoolArray, DoubleArray, FloatArray, IndexArray

MAX_ODDS_RATIO = 4.0
"""A candidate may pass another only if the other's odds, as the ranker states them, are at most this many times better.

Measured on past questions of the development benchmark: it costs one percent of the nDCG@20 at most, where five percent
were allowed. ``ketnoi evaluate`` measures what it costs in another network.
"""
MAX_SCORE_GAP = 0.1
"""Without stated probabilities, a candidate may pass another only if the other's score is higher by at most this.

Measured on the judged briefs of the Hanoi network: it costs about one percent of the recall.
"""
NEWCOMER_PLACE = 20
"""The best newcomer of a list moves up to this place if no newcomer stands before it. Set by hand."""
NEWCOMER_MARGIN = 0.1
"""A newcomer may pass only actors whose probability is higher than its own by at most this. Set by hand."""
_MIN_PROBABILITY = 1e-9
"""Probabilities are kept this far from 0 and 1, so that their log odds are finite."""


def exposure_order(
    scores: DoubleArray,
    probability: DoubleArray | None,
    prominence: FloatArray,
    is_newcomer: BoolArray,
) -> IndexArray:
    """The exposure-aware order of the candidates of one question, as positions in the ranked list, intp.

    Each candidate is ordered by its log odds plus ``log(MAX_ODDS_RATIO) * (1 - prominence)``. If the first
    :data:`NEWCOMER_PLACE` candidates then hold no newcomer, the best newcomer takes the last of these places. If the
    first and the last candidate of the list differ by no more than the margin, the order stays as it is.

    Parameters
    ----------
    scores
        Scores of the ranker, float64, descending, shape (n_candidates,).
    probability
        Stated probability of each candidate, of the same shape; None if the ranker states none. In that case scores
        take the place of log odds, the margin is :data:`MAX_SCORE_GAP`, and newcomers get no place, because its cost
        could not be bounded.
    prominence
        How visible each candidate is, float32, 0 to 1; see :class:`matching.index.activity.ActivityIndex`.
    is_newcomer
        Whether each candidate has at most :data:`matching.index.links.NEWCOMER_PARTNERS` earlier partners.

    >>> scores, prominence = np.array([0.55, 0.5, 0.1]), np.array([0.9, 0.1, 0.1], np.float32)
    >>> exposure_order(scores, None, prominence, np.zeros(3, bool)).tolist()
    [1, 0, 2]
    """
    if probability is None:
        values, margin = scores, MAX_SCORE_GAP
    else:  # a probability that rises while scores fall is noise of the calibration: it is lowered to the one before
        values = np.minimum.accumulate(logit(np.clip(probability, _MIN_PROBABILITY, 1 - _MIN_PROBABILITY)))
        margin = float(np.log(MAX_ODDS_RATIO))
    if not len(values) or values[0] - values[-1] <= margin:
        return np.arange(len(values))
    order = np.argsort(-(values + margin * (1 - prominence.astype(np.float64))), kind="stable")
    return order if probability is None else _with_newcomer(order, probability, is_newcomer)


def _with_newcomer(order: IndexArray, probability: DoubleArray, is_newcomer: BoolArray) -> IndexArray:
    """The order with its best newcomer moved up to :data:`NEWCOMER_PLACE`, if it stands lower and the margin allows."""
    places = np.flatnonzero(is_newcomer[order])
    last = NEWCOMER_PLACE - 1
    if not len(places) or places[0] <= last:
        return order
    found, passed = order[places[0]], order[last : places[0]]
    if probability[passed].max() - probability[found] > NEWCOMER_MARGIN:
        return order
    return np.concatenate([order[:last], [found], passed, order[places[0] + 1 :]])
