"""Rankers: what they add to a score, and the files they live in."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph.errors import ModelError
from matching.features import FEATURE_NAMES
from matching.ranker import LinearRanker, day_one_rankers, from_json, load_ranker
from tests.matching.conftest import TASKS

N = len(FEATURE_NAMES)
RANKER = LinearRanker(
    "học thử", np.linspace(-1, 1, N), {"task": "partner", "snapshot_digest": "0123456789abcdef"}, intercept=-2.5
)


def test_contributions_are_weight_times_value() -> None:
    table = np.arange(2 * N, dtype=np.float32).reshape(2, N)
    contributions = RANKER.contributions(table)
    assert contributions.dtype == np.float64
    np.testing.assert_allclose(contributions, table * RANKER.weights)
    assert RANKER.contributions(table[:0]).shape == (0, N)


def test_a_table_of_another_width_is_refused() -> None:
    with pytest.raises(ModelError) as refused:
        RANKER.contributions(np.zeros((2, N + 1), np.float32))
    assert refused.value.code == "model_features"


def test_probability_grows_with_the_score_and_is_not_made_up() -> None:
    probability = RANKER.probability(np.array([2.5, 0.0, 100.0]))
    assert probability is not None
    np.testing.assert_allclose(probability, [0.5, 1 / (1 + np.exp(2.5)), 1])
    assert replace(RANKER, intercept=None).probability(np.zeros(3)) is None


def test_a_version_names_the_model_and_what_it_learned_from() -> None:
    assert RANKER.version == "học thử+01234567"
    assert LinearRanker("plain", np.zeros(N)).version == "plain"


def test_a_ranker_comes_back_from_its_file_as_it_went(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(RANKER.to_json(), encoding="utf-8")
    back = load_ranker(path)
    np.testing.assert_array_equal(back.weights, RANKER.weights)
    assert (back.name, back.card, back.intercept) == (RANKER.name, RANKER.card, RANKER.intercept)
    assert back.to_json() == RANKER.to_json()


def _changed(**parts: object) -> str:
    return json.dumps(json.loads(RANKER.to_json()) | parts)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "model_unreadable"),
        ("{", "model_unreadable"),
        ("[]", "model_unreadable"),
        ("null", "model_unreadable"),
        ("{}", "model_unreadable"),
        ('"text"', "model_unreadable"),
        (_changed(weights=None), "model_unreadable"),
        (_changed(weights=[1, 2]), "model_unreadable"),
        (_changed(format=99), "model_format"),
        (_changed(type="forest"), "model_format"),
        (_changed(weights={"magic": 1.0}), "model_features"),
        (_changed(weights=dict.fromkeys(reversed(FEATURE_NAMES), 1.0)), "model_features"),
        (_changed(weights=dict.fromkeys(FEATURE_NAMES, "heavy")), "model_unreadable"),
        (_changed(weights=dict.fromkeys(FEATURE_NAMES, float("nan"))), "model_unreadable"),
        (_changed(intercept="low"), "model_unreadable"),
    ],
)
def test_what_is_no_ranker_for_these_features_is_refused(text: str, code: str) -> None:
    with pytest.raises(ModelError) as refused:
        from_json(text)
    assert refused.value.code == code


def test_a_refusal_names_the_features_that_changed() -> None:
    with pytest.raises(ModelError, match="magic") as refused:
        from_json(RANKER.to_json(), (*FEATURE_NAMES, "magic"))
    assert refused.value.context["changed"] == ["magic"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x80abc"])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.json"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        load_ranker(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.json"):
        load_ranker(tmp_path / "nowhere.json")


@pytest.mark.parametrize("task", TASKS)
def test_a_ranker_for_day_one_ships_for_each_task(task: str) -> None:
    rankers = {str(name): ranker for name, ranker in day_one_rankers().items()}
    ranker = rankers[task]
    assert task in ranker.version
    table = np.ones((1, N), np.float32)
    contributions = ranker.contributions(table)
    assert contributions.shape == (1, N)
    assert np.isfinite(contributions).all()
    assert contributions.sum() > 0
    assert not ranker.contributions(np.zeros((1, N), np.float32)).any()
