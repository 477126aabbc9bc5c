"""Rankers: what they add to a score, and the files they live in."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph.errors import ModelError
from graph.kinds import Label
from matching.arrays import FloatArray
from matching.features.feature import Feature, FeatureTable
from matching.features.standard import STANDARD
from matching.kernels.sparse_rows import Rows
from matching.query_view import QueryView
from matching.ranking.model_files import day_one_rankers, from_json, load_ranker, rankers_in, to_json
from matching.ranking.ranker import Calibration, LinearRanker, Ranker, Task
from tests.matching.conftest import TASKS, Learned

N = len(STANDARD.names)
LINEAR = LinearRanker(
    "học thử",
    STANDARD.names,
    np.linspace(-1, 1, N),
    {"task": "partner", "snapshot_digest": "0123456789abcdef"},
    Calibration(slope=2.0, intercept=-1.0),
)
TABLE = np.random.default_rng(0).random((50, N), np.float32)


@pytest.fixture(params=["linear", "learned partner", "learned brief"])
def ranker(request: pytest.FixtureRequest, learned: Learned) -> Ranker:
    """A ranker of each type."""
    of_type: dict[str, Ranker] = {
        "linear": LINEAR,
        "learned partner": learned.rankers["partner"],
        "learned brief": learned.rankers["brief"],
    }
    return of_type[request.param]


def test_weights_add_weight_times_value() -> None:
    np.testing.assert_allclose(LINEAR.contributions(TABLE), TABLE * LINEAR.weights)


def test_contributions_add_up_to_scores(ranker: Ranker) -> None:
    contributions, scores = ranker.contributions(TABLE), ranker.scores(TABLE)
    assert contributions.dtype == scores.dtype == np.float64
    assert contributions.shape == TABLE.shape
    np.testing.assert_allclose(contributions.sum(axis=1), scores, rtol=0, atol=1e-9)


def test_no_candidates_have_no_scores(ranker: Ranker) -> None:
    assert ranker.scores(TABLE[:0]).shape == (0,)
    assert ranker.contributions(TABLE[:0]).shape == (0, N)


def test_a_candidate_is_scored_alone_as_among_others(ranker: Ranker) -> None:
    np.testing.assert_array_equal(ranker.scores(TABLE[7:8]), ranker.scores(TABLE)[7:8])
    np.testing.assert_allclose(ranker.contributions(TABLE[7:8]), ranker.contributions(TABLE)[7:8], rtol=1e-6)


def test_a_table_of_another_width_is_refused(ranker: Ranker) -> None:
    wide = np.zeros((2, N + 1), np.float32)
    for method in (ranker.scores, ranker.contributions):
        with pytest.raises(ModelError) as refused:
            method(wide)
        assert refused.value.code == "model_features"


def test_probability_grows_with_the_score(ranker: Ranker) -> None:
    probability = ranker.probability(np.linspace(-5, 5, 9))
    assert probability is not None
    assert ((probability >= 0) & (probability <= 1)).all()
    assert (np.diff(probability) > 0).all()


def test_probability_is_that_of_the_log_odds_and_is_not_made_up() -> None:
    probability = LINEAR.probability(np.array([0.5, 0.0, 100.0]))
    assert probability is not None
    np.testing.assert_allclose(probability, [0.5, 1 / (1 + np.exp(1)), 1])
    assert replace(LINEAR, calibration=None).probability(np.zeros(3)) is None


def test_a_version_names_the_model_and_what_it_learned_from() -> None:
    assert LINEAR.version == "học thử+01234567"
    assert LinearRanker("plain", STANDARD.names, np.zeros(N)).version == "plain"


def test_a_ranker_comes_back_from_its_file_as_it_went(ranker: Ranker, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(to_json(ranker), encoding="utf-8")
    back = load_ranker(path)
    assert back.version == ranker.version
    np.testing.assert_array_equal(back.scores(TABLE), ranker.scores(TABLE))
    np.testing.assert_array_equal(back.contributions(TABLE), ranker.contributions(TABLE))
    np.testing.assert_array_equal(back.probability(TABLE[:, 0]), ranker.probability(TABLE[:, 0]))  # type: ignore[arg-type]  # both have one
    assert to_json(back) == to_json(ranker)


def _changed(**parts: object) -> str:
    return json.dumps(json.loads(to_json(LINEAR)) | parts)


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
        (_changed(weights=dict.fromkeys(STANDARD.names, "heavy")), "model_unreadable"),
        (_changed(weights=dict.fromkeys(STANDARD.names, float("nan"))), "model_unreadable"),
        (_changed(calibration="low"), "model_unreadable"),
        (_changed(calibration={"slope": "steep", "intercept": 0}), "model_unreadable"),
        (_changed(type="blended"), "model_unreadable"),
        (_changed(type="blended", trees={"share": 1, "booster": {"learner": 7}}), "model_unreadable"),
    ],
)
def test_what_is_no_ranker_is_refused(text: str, code: str) -> None:
    with pytest.raises(ModelError) as refused:
        from_json(text)
    assert refused.value.code == code


def test_trees_of_another_width_are_refused(learned: Learned) -> None:
    fewer = STANDARD.names[:-1]
    document = json.loads(to_json(learned.rankers["partner"]))
    document["weights"] = {name: document["weights"][name] for name in fewer}
    with pytest.raises(ModelError):
        from_json(json.dumps(document))


def own_feature(view: QueryView, rows: Rows) -> FloatArray:
    """Everyone has it."""
    return np.ones(view.index.snapshot.n_actors, np.float32)[rows]


OWN = Feature(own_feature, "own", scale="plain", label=Label("riêng", "own"), weight=0.5)


def test_a_ranker_gives_a_feature_that_it_does_not_know_the_weight_stated_by_hand(ranker: Ranker) -> None:
    table = FeatureTable((OWN, *STANDARD.features))
    wider = ranker.for_features(table)
    assert wider.features == ("own_feature", *STANDARD.names)
    values = np.concatenate([np.full((50, 1), 3, np.float32), TABLE], axis=1)
    np.testing.assert_allclose(wider.scores(values), ranker.scores(TABLE) + 1.5, atol=1e-9)
    np.testing.assert_allclose(wider.contributions(values)[:, 0], 1.5)
    np.testing.assert_array_equal(wider.contributions(values)[:, 1:], ranker.contributions(TABLE))


def test_a_ranker_scores_the_same_whatever_the_order_of_the_columns(ranker: Ranker) -> None:
    backwards = ranker.for_features(FeatureTable(STANDARD.features[::-1]))
    np.testing.assert_allclose(backwards.scores(TABLE[:, ::-1]), ranker.scores(TABLE), atol=1e-9)


def test_a_ranker_whose_feature_is_missing_refuses_and_names_it(ranker: Ranker) -> None:
    with pytest.raises(ModelError, match="kind_affinity") as refused:
        ranker.for_features(FeatureTable(STANDARD.features[:-1]))
    assert refused.value.code == "model_features"
    assert refused.value.context["missing"] == ["kind_affinity"]


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
def test_a_ranker_for_day_one_ships_for_each_task(task: Task) -> None:
    ranker = day_one_rankers()[task]
    assert task in ranker.version
    assert np.isfinite(ranker.contributions(TABLE)).all()
    better = ranker.scores(np.ones((1, N), np.float32))
    assert better > ranker.scores(np.zeros((1, N), np.float32))


def versions_in(folder: Path | None) -> dict[Task, str]:
    return {task: ranker.version for task, ranker in rankers_in(folder).items()}


def test_a_folder_of_models_replaces_what_it_holds(tmp_path: Path) -> None:
    shipped = {task: ranker.version for task, ranker in day_one_rankers().items()}
    assert versions_in(None) == versions_in(tmp_path) == versions_in(tmp_path / "nowhere") == shipped
    (tmp_path / "other.json").write_text("{", encoding="utf-8")
    (tmp_path / "brief.json").write_text(to_json(LINEAR), encoding="utf-8")
    assert versions_in(tmp_path) == shipped | {"brief": LINEAR.version}
    (tmp_path / "partner.json").write_text(to_json(replace(LINEAR, name="own")), encoding="utf-8")
    assert versions_in(tmp_path) == {"partner": "own+01234567", "brief": LINEAR.version}


@pytest.mark.parametrize(
    ("text", "code", "fault"),
    [
        ('{"secret": 1}', "model_unreadable", "is not a Ketnoi model"),
        (_changed(format=99), "model_format", "was written by another version of Ketnoi"),
        (_changed(weights={"secret": 1.0}), "model_features", "needs features that the network does not have"),
        ("\udcff", "model_unreadable", "is not a Ketnoi model"),
    ],
)
def test_a_model_of_ones_own_that_cannot_be_used_is_named_and_nothing_else(
    tmp_path: Path, text: str, code: str, fault: str
) -> None:
    (tmp_path / "brief.json").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(ModelError) as refused:
        rankers_in(tmp_path)
    assert refused.value.code == code
    assert refused.value.message == f"The model file brief.json {fault}. Train anew with `ketnoi train`."
    assert dict(refused.value.context) == {"file": "brief.json"}


def test_what_stands_where_models_should_be_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "brief.json").mkdir()
    (tmp_path / "file").touch()
    for wrong, name in ((tmp_path, "brief.json"), (tmp_path / "file", "partner.json")):
        with pytest.raises(ModelError, match=rf"{name} cannot be read\. Train anew"):
            rankers_in(wrong)
