"""A network adds a feature of its own, without any ranker being made anew."""

import logging

import numpy as np
import pytest

from graph.errors import ModelError
from graph.kinds import Label
from graph.snapshot import GraphSnapshot
from matching.arrays import FloatArray
from matching.features.feature import Feature, FeatureTable, everyone
from matching.features.standard import STANDARD
from matching.kernels.sparse_rows import Rows
from matching.learning.training import answered_examples, train
from matching.query_view import MemberQuery, QueryView
from matching.questions import Options
from matching.ranking.model_files import day_one_rankers, from_json, to_json
from matching.reasons.explanation import render
from matching.recommend import Recommender
from tests.matching.networks import actor, dated_network, snapshot_of, snapshot_of_facts

ASKED = "đo bụi mịn"


def has_website(query: QueryView, rows: Rows) -> FloatArray:
    """Has a website: 1, else 0."""
    websites = query.index.snapshot.tables.actors["website"].to_pylist()
    return np.array([bool(website) for website in websites], np.float32)[rows]


def shouts(query: MemberQuery, rows: Rows) -> FloatArray:
    """Asked of members only, which have a row."""
    return np.full(query.index.snapshot.n_actors, query.actor >= 0, np.float32)[rows]


def own(weight: float = 0.0, budget: int = 0) -> Feature:
    label = Label("có trang web", "has a website")
    return Feature(has_website, "website", "plain", budget, everyone, label=label, weight=weight)


def two_alike() -> GraphSnapshot:
    facts = [
        actor("a", summary="đo bụi mịn"),
        actor("b", summary="đo bụi mịn", website="https://example.org"),
        actor("c", summary="dạy vẽ", website="https://example.org"),
    ]
    return snapshot_of_facts(facts)


def test_a_feature_with_a_weight_moves_the_list_and_is_a_reason_in_both_languages() -> None:
    plain = Recommender.build(two_alike()).for_brief(ASKED)
    answer = Recommender.build(two_alike(), features=[own(weight=2.0)]).for_brief(ASKED)
    assert [each.actor_id for each in plain.suggestions] == ["a", "b"]
    assert [each.actor_id for each in answer.suggestions] == ["b", "a"]
    first = answer.suggestions[0]
    assert first.score == pytest.approx(plain.suggestions[1].score + 2)
    assert first.score == pytest.approx(sum(reason.contribution for reason in first.reasons))
    (reason,) = [reason for reason in first.reasons if reason.code == "own_feature"]
    assert reason.contribution == pytest.approx(2)
    assert reason.evidence[0].key == ("b",)
    assert "có trang web" in render(reason, "vi")
    assert "has a website" in render(reason, "en", "candidate")


def test_a_feature_without_a_weight_changes_nothing_and_the_recommender_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        recommender = Recommender.build(two_alike(), features=[own()])
    assert "has_website" in caplog.text
    assert recommender.unknown_features == {"partner": ("has_website",), "brief": ("has_website",)}
    plain = Recommender.build(two_alike())
    assert recommender.for_brief(ASKED).suggestions == plain.for_brief(ASKED).suggestions


def test_standard_features_are_known_and_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        recommender = Recommender.build(two_alike())
    assert recommender.unknown_features == {"partner": (), "brief": ()}
    assert not caplog.records


def test_a_feature_with_a_budget_brings_in_candidates_of_its_own() -> None:
    found = Recommender.build(two_alike(), features=[own(weight=2.0, budget=5)]).for_actor("a", Options())
    assert {each.actor_id for each in found.suggestions} == {"b", "c"}
    assert {each.actor_id for each in Recommender.build(two_alike()).for_actor("a").suggestions} == {"b"}


def test_a_feature_of_members_is_not_computed_for_words() -> None:
    feature = Feature(shouts, "shouts", "plain", query=MemberQuery, label=Label("hét", "shouts"), weight=1.0)
    recommender = Recommender.build(two_alike(), features=[feature])
    codes = {
        name: {reason.code for each in answer.suggestions for reason in each.reasons}
        for name, answer in (("words", recommender.for_brief(ASKED)), ("member", recommender.for_actor("a")))
    }
    assert "own_feature" not in codes["words"]
    assert "own_feature" in codes["member"]


def test_two_features_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Recommender.build(two_alike(), features=[own(), own()])


def test_a_ranker_learns_a_networks_own_feature_and_then_needs_it() -> None:
    snapshot = snapshot_of(dated_network(120, 160, np.random.default_rng(1)))
    features = FeatureTable((*STANDARD.features, own()))
    examples = answered_examples("partner", snapshot, np.random.default_rng(0), None, 60, features)
    ranker = train("partner", examples, snapshot, features=features, n_rounds=5)
    assert ranker.features[-1] == "has_website"
    back = from_json(to_json(ranker))
    recommender = Recommender.build(snapshot, {**day_one_rankers(), "partner": back}, features=[own()])
    assert recommender.unknown_features == {"partner": (), "brief": ("has_website",)}
    with pytest.raises(ModelError, match="has_website"):
        Recommender.build(snapshot, {**day_one_rankers(), "partner": back})
