"""Measures of lists, by hand and against scikit-learn."""

from itertools import pairwise
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from matching.evaluation.metrics import bootstrap_interval, calibration_error, discounts, gini, ndcg, reliability

HITS = st.lists(st.booleans(), min_size=2, max_size=40)


def as_hits(*hits: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array(hits, bool)


def test_places_weigh_less_and_less() -> None:
    np.testing.assert_allclose(discounts(3), [1, 1 / log2(3), 0.5])


@pytest.mark.parametrize(
    ("hits", "n_relevant", "cutoff", "expected"),
    [
        ((1, 1), 2, 20, 1.0),
        ((0, 0, 0), 5, 20, 0.0),
        ((0, 1), 1, 20, 1 / log2(3)),
        ((1, 0, 1), 3, 20, 1.5 / (1 + 1 / log2(3) + 0.5)),
        ((1,) * 20, 100, 20, 1.0),  # the ideal list is cut as well
        ((0, 0, 1), 1, 2, 0.0),
        ((), 3, 20, 0.0),
        ((), 0, 20, 0.0),
    ],
)
def test_gain_by_hand(hits: tuple[int, ...], n_relevant: int, cutoff: int, expected: float) -> None:
    assert ndcg(as_hits(*hits), n_relevant, cutoff) == pytest.approx(expected)


@settings(deadline=None)
@given(HITS, st.integers(1, 25))
def test_gain_is_that_of_scikit_learn(hits: list[bool], cutoff: int) -> None:
    places = -np.arange(len(hits), dtype=float)
    expected = ndcg_score([hits], [places], k=cutoff)
    assert ndcg(np.array(hits), sum(hits), cutoff) == pytest.approx(expected)


@given(HITS, st.integers(0, 10))
def test_relevant_actors_outside_the_list_lower_the_gain(hits: list[bool], n_missed: int) -> None:
    is_relevant = np.array(hits)
    assert ndcg(is_relevant, sum(hits) + n_missed) <= ndcg(is_relevant, sum(hits)) + 1e-12


@pytest.mark.parametrize(
    ("exposure", "expected"),
    [([1, 1, 1, 1], 0.0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25), ([1, 2, 3, 4], 0.25), ([], 0.0), ([0, 0], 0.0)],
)
def test_inequality_by_hand(exposure: list[float], expected: float) -> None:
    assert gini(np.array(exposure, float)) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1e3), min_size=1, max_size=12))
def test_inequality_is_half_the_mean_relative_difference(exposure: list[float]) -> None:
    values = np.array(exposure)
    if values.sum() > 1e-6:
        differences = np.abs(values[:, None] - values[None, :]).mean() / (2 * values.mean())
        assert gini(values) == pytest.approx(differences, abs=1e-9)


def test_the_interval_holds_the_mean_and_narrows_with_more_questions() -> None:
    rng = np.random.default_rng(1)
    few, many = rng.random(30), rng.random(3000)
    low_few, high_few = bootstrap_interval(few, rng)
    low, high = bootstrap_interval(many, rng, n_samples=500)
    assert low_few < few.mean() < high_few
    assert low < many.mean() < high
    # 1.96 standard errors either side
    assert high - low == pytest.approx(2 * 1.96 * many.std() / np.sqrt(3000), rel=0.15)
    assert high_few - low_few > 5 * (high - low)


def test_the_interval_depends_on_the_generator_alone() -> None:
    values = np.random.default_rng(1).random(20)
    first, second = (bootstrap_interval(values, np.random.default_rng(5)) for _ in range(2))
    assert first == second
    assert bootstrap_interval(np.ones(5), np.random.default_rng(0)) == (1.0, 1.0)
    assert bootstrap_interval(np.array([]), np.random.default_rng(0)) == (0.0, 0.0)


def test_calibration_by_hand() -> None:
    probability = np.array([0.9, 0.1, 0.2, 0.8])
    # bins of equal count: {0.1, 0.2} states 0.15 and sees 0.5; {0.8, 0.9} states 0.85 and sees 1
    assert calibration_error(probability, as_hits(1, 0, 1, 1), n_bins=2) == pytest.approx((0.35 + 0.15) / 2)
    assert calibration_error(np.array([1.0, 0.0]), as_hits(1, 0)) == 0
    assert calibration_error(np.array([]), as_hits()) == 0


def test_what_is_stated_rightly_is_nearly_calibrated_and_certainty_is_not() -> None:
    rng = np.random.default_rng(2)
    probability = rng.random(20_000)
    happened = rng.random(20_000) < probability
    assert calibration_error(probability, happened) < 0.02
    assert calibration_error(np.ones(20_000), happened) == pytest.approx(0.5, abs=0.02)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40), st.integers(1, 12))
def test_reliability_counts_every_statement_once_in_bins_of_like_size(
    statements: list[tuple[float, bool]], n_bins: int
) -> None:
    probability = np.array([stated for stated, _ in statements], float)
    happened = as_hits(*(true for _, true in statements))
    bins = reliability(probability, happened, n_bins)
    assert len(bins) == min(n_bins, len(statements))
    assert sum(part.n for part in bins) == len(statements)
    assert not bins or max(part.n for part in bins) - min(part.n for part in bins) <= 1
    assert sum(part.n * part.observed for part in bins) == pytest.approx(happened.sum())
    assert sum(part.n * part.stated for part in bins) == pytest.approx(probability.sum())
    for lower, higher in pairwise(bins):
        assert lower.stated <= higher.stated + 1e-12
