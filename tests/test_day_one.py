"""The rankers that ship: how they are made, and what they say of themselves."""

import numpy as np
import numpy.typing as npt
import pytest

from benchmarks.day_one import LOG_ODDS, STRENGTH, fit_around, hand_set
from matching.arrays import FloatArray
from matching.features.standard import STANDARD
from matching.ranking.model_files import day_one_rankers
from matching.ranking.ranker import TASKS, LinearRanker, Task


def pairs(n: int, rng: np.random.Generator) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Pairs with three features: one that tells the answer, one that tells nothing, one that is always the same."""
    is_relevant = rng.random(n) < 0.3
    table = np.stack([is_relevant + rng.normal(0, 1, n), rng.normal(0, 1, n), np.full(n, 0.7)], axis=1)
    return table.astype(np.float32), is_relevant


def test_weights_move_where_the_answers_pull_them_and_stay_where_they_say_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchmarks.day_one.STRENGTH", 500.0)
    prior = np.array([0.0, 1.0, 4.0])
    learned = fit_around(prior, *pairs(200_000, np.random.default_rng(0)))
    # one unit of the first feature changes the log odds by one (two normal distributions, one apart)
    assert learned[0] * LOG_ODDS == pytest.approx(1, rel=0.15)
    assert abs(learned[1]) < 0.2
    assert learned[2] == 4.0


def test_few_answers_hardly_move_a_weight() -> None:
    prior = np.array([0.0, 1.0, 4.0])
    learned = fit_around(prior, *pairs(int(STRENGTH) // 1000, np.random.default_rng(0)))
    np.testing.assert_allclose(learned, prior, atol=0.01)


def shipped(task: Task) -> LinearRanker:
    ranker = day_one_rankers()[task]
    assert isinstance(ranker, LinearRanker)
    return ranker


@pytest.mark.parametrize("task", TASKS)
def test_a_shipped_ranker_keeps_what_the_benchmark_cannot_teach(task: Task) -> None:
    weights = dict(zip(STANDARD.names, shipped(task).weights, strict=True))
    by_hand = dict(zip(STANDARD.names, hand_set(task), strict=True))
    for name in ("offers_meet_needs", "needs_meet_offers"):
        assert weights[name] == pytest.approx(by_hand[name])
    assert weights != by_hand


@pytest.mark.parametrize("task", TASKS)
def test_a_shipped_ranker_has_a_card(task: Task) -> None:
    ranker = shipped(task)
    assert {"data", "protocol", "figures", "limits", "snapshot_digest", "n_questions"} <= ranker.card.keys()
    assert ranker.card["figures"]["ratio_to_it"] > 1
    assert ranker.card["snapshot_digest"][:8] in ranker.version
    assert ranker.probability(np.zeros(1)) is None, "European odds say nothing of another network"
