"""The table that says how good suggestions are."""

import json
from dataclasses import replace
from datetime import date
from math import inf

import numpy as np
import pytest

from graph.errors import InvalidQueryError
from matching.evaluation.evaluate import evaluate
from matching.evaluation.report import CUTOFF, EXPOSURE_AWARE, OURS, Protocol, Report
from matching.ranking.ranker import Task
from tests.matching.conftest import CUT, TASKS, Learned
from tests.matching.networks import actors, project, snapshot_of, snapshot_of_facts

UNTIL = date(2025, 1, 1)
LISTED = {
    "partner": {
        "degree",
        "recent activity",
        "common neighbours",
        "Adamic-Adar",
        "resource allocation",
        "weighted two-hop",
        "personalised PageRank",
        "ALS",
        "BPR",
    },
    "brief": {"popularity", "recent activity", "TF-IDF profile", "TF-IDF nearest projects"},
}
N_QUESTIONS = 55


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, int, int]]:
    """The progress that was reported while the partner report was made."""
    return []


@pytest.fixture(scope="module")
def reports(learned: Learned, steps: list[tuple[str, int, int]]) -> dict[Task, Report]:
    snapshot = snapshot_of_facts(learned.facts)
    return {
        "partner": evaluate(snapshot, Protocol("partner", CUT, UNTIL, N_QUESTIONS), lambda *step: steps.append(step)),
        "brief": evaluate(snapshot, Protocol("brief", CUT, UNTIL, N_QUESTIONS)),
    }


@pytest.mark.parametrize("task", TASKS)
def test_every_listed_baseline_is_beside_ours(reports: dict[Task, Report], task: Task) -> None:
    report = reports[task]
    assert {method.name for method in report.methods} >= LISTED[task] | {OURS, EXPOSURE_AWARE}
    assert report.best_baseline.name in LISTED[task]
    assert report.ratio == report.ours.ndcg / report.best_baseline.ndcg
    low, high = report.ratio_interval
    assert low <= report.ratio <= high


@pytest.mark.parametrize("task", TASKS)
def test_measures_are_within_their_ranges_and_agree(reports: dict[Task, Report], task: Task) -> None:
    report = reports[task]
    assert report.n_questions == N_QUESTIONS
    scores = [method.ndcg for method in report.methods]
    assert scores == sorted(scores, reverse=True)
    for method in report.methods:
        assert method.ndcg == pytest.approx(method.ndcg_of.mean())
        assert method.interval[0] <= method.ndcg <= method.interval[1]
        for share in (method.ndcg, method.recall, method.hit_rate, method.coverage, method.gini, method.newcomer_share):
            assert 0 <= share <= 1
        assert len(method.lists) == N_QUESTIONS
        for listed in method.lists:
            assert len(listed) <= CUTOFF
            assert len(set(listed.tolist())) == len(listed)
    assert report.calibration_error is not None
    assert 0 <= report.calibration_error <= 1


@pytest.mark.parametrize("task", TASKS)
def test_stated_probabilities_are_set_beside_what_came_true(reports: dict[Task, Report], task: Task) -> None:
    report = reports[task]
    assert len(report.reliability) == 10
    assert sum(part.n for part in report.reliability) == sum(map(len, report.ours.lists))
    gaps = [part.n * abs(part.stated - part.observed) for part in report.reliability]
    assert report.calibration_error == pytest.approx(sum(gaps) / sum(part.n for part in report.reliability))


@pytest.mark.parametrize("task", TASKS)
def test_exposure_shows_less_prominent_actors_and_states_its_cost(
    reports: dict[Task, Report], learned: Learned, task: Task
) -> None:
    report = reports[task]
    plain, aware = report.ours, report.exposure_aware
    assert report.exposure_loss == pytest.approx(1 - aware.ndcg / plain.ndcg)
    prominence = learned.recommender.index.activity.prominence
    assert prominence[np.concatenate(aware.lists)].mean() < prominence[np.concatenate(plain.lists)].mean()


@pytest.mark.parametrize("task", TASKS)
def test_what_has_been_learned_beats_chance_by_far(reports: dict[Task, Report], task: Task) -> None:
    report = reports[task]
    popularity = next(method for method in report.methods if method.name in {"degree", "popularity"})
    assert report.ours.ndcg > 1.5 * popularity.ndcg > 0


def test_questions_are_split_by_their_history(reports: dict[Task, Report]) -> None:
    parts = [split for split in reports["partner"].splits if split.name.endswith("earlier partners")]
    scores = reports["partner"].ours.ndcg_of_all
    assert sum(split.n_questions for split in parts) == len(scores)
    mean = sum(split.n_questions * split.ours for split in parts) / len(scores)
    assert mean == pytest.approx(scores.mean())
    assert all(split.best_baseline_name in LISTED["partner"] for split in parts)


def test_askers_with_a_short_history_are_all_asked_and_count_in_the_parts_alone(learned: Learned) -> None:
    report = evaluate(snapshot_of_facts(learned.facts), Protocol("partner", CUT, UNTIL, 5, n_examples=200))
    assert report.n_questions == len(report.ours.ndcg_of) == len(report.ours.lists) == 5
    assert len(report.ours.ndcg_of_all) > 5
    assert report.ours.ndcg == pytest.approx(report.ours.ndcg_of_all[:5].mean())


@pytest.mark.parametrize("task", TASKS)
def test_a_report_is_json_without_the_lists(reports: dict[Task, Report], task: Task) -> None:
    document = reports[task].to_dict()
    back = json.loads(json.dumps(document, allow_nan=False))
    assert back["task"] == task
    assert (back["cut"], back["until"]) == ("2024-01-01", "2025-01-01")
    assert back["ratio"] == reports[task].ratio
    assert back["exposure_loss"] == reports[task].exposure_loss
    assert [sorted(part) for part in back["reliability"]] == [["n", "observed", "stated"]] * 10
    ratios = {method["name"]: method["ratio"] for method in back["methods"]}
    assert (ratios[OURS], ratios[back["best_baseline"]]) == (back["ratio"], 1)
    assert {method["name"] for method in back["methods"]} == {method.name for method in reports[task].methods}
    assert not {"lists", "ndcg_of"} & set(back["methods"][0])


def test_a_ratio_to_nothing_is_no_number(reports: dict[Task, Report]) -> None:
    report = reports["brief"]
    helpless = tuple(
        method if method.name in {OURS, EXPOSURE_AWARE} else replace(method, ndcg=0.0) for method in report.methods
    )
    document = replace(report, methods=helpless, ratio_interval=(2.0, inf)).to_dict()
    assert json.loads(json.dumps(document, allow_nan=False))["ratio"] is None
    assert document["ratio_interval"] == [2.0, None]


def test_only_what_was_known_before_the_cut_is_ranked_and_learned_from(
    reports: dict[Task, Report], learned: Learned
) -> None:
    for task in TASKS:
        assert reports[task].n_candidates <= learned.known.n_actors
        assert learned.known.digest[:8] in reports[task].model_version


def test_a_new_evaluation_finds_the_same(learned: Learned, reports: dict[Task, Report]) -> None:
    again = evaluate(snapshot_of_facts(learned.facts), Protocol("brief", CUT, UNTIL, N_QUESTIONS))
    assert again.to_dict() == reports["brief"].to_dict()
    for one, other in zip(again.ours.lists, reports["brief"].ours.lists, strict=True):
        np.testing.assert_array_equal(one, other)


def test_whom_is_asked_does_not_depend_on_how_much_is_learned(learned: Learned, reports: dict[Task, Report]) -> None:
    less = evaluate(snapshot_of_facts(learned.facts), Protocol("partner", CUT, UNTIL, N_QUESTIONS, n_examples=50))
    for name in ("degree", "Adamic-Adar"):
        one, other = ({method.name: method for method in report.methods}[name] for report in (less, reports["partner"]))
        np.testing.assert_array_equal(one.ndcg_of, other.ndcg_of)


def test_progress_is_reported_for_learning_and_for_measuring(
    reports: dict[Task, Report], steps: list[tuple[str, int, int]]
) -> None:
    n_asked = len(reports["partner"].ours.ndcg_of_all)
    stages = list(dict.fromkeys(stage for stage, _, _ in steps))
    assert stages[-1] == "evaluate"
    assert len(stages) > 1
    assert [step for step in steps if step[0] == "evaluate"] == [
        ("evaluate", done, n_asked) for done in range(1, n_asked + 1)
    ]
    assert all(0 <= done <= total for _, done, total in steps)


def test_periods_that_cannot_be_measured_are_refused() -> None:
    snapshot = snapshot_of(actors("a b"), project("p", "a", "b", start="2020"))
    with pytest.raises(InvalidQueryError) as backwards:
        evaluate(snapshot, Protocol("partner", UNTIL, CUT))
    assert backwards.value.code == "period_empty"
    for task in TASKS:
        with pytest.raises(InvalidQueryError) as nothing:
            evaluate(snapshot, Protocol(task, CUT, UNTIL))
        assert nothing.value.code == "nothing_to_measure"
