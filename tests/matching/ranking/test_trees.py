"""Trees as arrays say what the library that grew them says."""

import json
from typing import Any

import numpy as np
import pytest
import xgboost

from matching.ranking.trees import DEPTH, Trees

N_ROWS, N_FEATURES = 300, 7


@pytest.fixture(scope="module")
def table() -> np.ndarray[Any, np.dtype[np.float32]]:
    values = np.random.default_rng(0).normal(size=(N_ROWS, N_FEATURES)).astype(np.float32)
    values[:, 2] = values[:, 2].round()  # many rows lie exactly on a threshold
    return values


@pytest.fixture(scope="module", params=[1, 2, 3])
def booster(request: pytest.FixtureRequest, table: Any) -> xgboost.Booster:
    wanted = table[:, 0] * table[:, 2] + np.abs(table[:, 3]) + 5
    parameters = {"max_depth": request.param, "eta": 0.3, "lambda": 2, "seed": 0, "nthread": 1, "subsample": 0.7}
    return xgboost.train(parameters, xgboost.DMatrix(table, wanted, nthread=1), 20)


def document_of(booster: xgboost.Booster) -> dict[str, Any]:
    return dict(json.loads(booster.save_raw("json")))


def test_outputs_and_path_attributions_are_those_of_xgboost(booster: xgboost.Booster, table: Any) -> None:
    trees = Trees.from_document(document_of(booster), N_FEATURES)
    matrix = xgboost.DMatrix(table, nthread=1)
    margin = booster.predict(matrix, output_margin=True)
    parts = booster.predict(matrix, pred_contribs=True, approx_contribs=True)
    np.testing.assert_allclose(trees.outputs(table) - trees.mean, margin - parts[:, -1], atol=1e-5)
    np.testing.assert_allclose(trees.attributions(table), parts[:, :-1], atol=1e-5)


def test_attributions_add_up(booster: xgboost.Booster, table: Any) -> None:
    trees = Trees.from_document(document_of(booster), N_FEATURES)
    np.testing.assert_allclose(trees.attributions(table).sum(axis=1), trees.outputs(table) - trees.mean, atol=1e-12)
    assert trees.outputs(table[:0]).shape == (0,)


def test_trees_without_a_split_say_one_thing() -> None:
    constant = xgboost.train({"max_depth": 2, "nthread": 1}, xgboost.DMatrix(np.zeros((9, 1)), np.ones(9)), 3)
    trees = Trees.from_document(document_of(constant), 1)
    assert trees.outputs(np.array([[1], [2]], np.float32)).tolist() == [trees.mean] * 2


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("split_indices", N_FEATURES, "another feature"),
        ("split_indices", -1, "another feature"),
        ("left_children", 0, "not below its parent"),
        ("right_children", 10_000, "not below its parent"),
    ],
)
def test_trees_that_would_read_elsewhere_are_refused(
    booster: xgboost.Booster, name: str, value: int, message: str
) -> None:
    document = document_of(booster)
    document["learner"]["gradient_booster"]["model"]["trees"][3][name][0] = value
    with pytest.raises(ValueError, match=message):
        Trees.from_document(document, N_FEATURES)
    with pytest.raises(ValueError, match="no trees for 8 features"):
        Trees.from_document(document_of(booster), N_FEATURES + 1)


def test_trees_of_more_levels_are_refused(table: Any) -> None:
    matrix = xgboost.DMatrix(table, table[:, 0] * table[:, 2], nthread=1)
    deep = xgboost.train({"max_depth": DEPTH + 1, "nthread": 1}, matrix, 2)
    with pytest.raises(ValueError, match="deeper than 3"):
        Trees.from_document(document_of(deep), N_FEATURES)
