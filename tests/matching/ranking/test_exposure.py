"""Lists re-ranked so that more actors are seen: what must hold whatever the ranker says."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from graph.model import Fact
from matching.batch import rank_actors, rank_briefs
from matching.index.links import NEWCOMER_PARTNERS
from matching.questions import Answer, Options
from matching.ranking.exposure import MAX_ODDS_RATIO, MAX_SCORE_GAP, NEWCOMER_MARGIN, NEWCOMER_PLACE, exposure_order
from matching.ranking.ranker import Task
from matching.recommend import Recommender
from tests.matching.conftest import TASKS, Learned
from tests.matching.networks import KINDS, TOPICS, actors, project, small_networks, snapshot_of, snapshot_of_facts

QUICK = settings(deadline=None, max_examples=20)
ALL = Options(limit=1000, explain=False)
EXPOSED = replace(ALL, exposure=True)


@st.composite
def ranked(draw: st.DrawFn) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Descending log odds with ties, prominence, and newcomers."""
    n = draw(st.integers(0, 40))
    odds = draw(st.lists(st.integers(-12, 2), min_size=n, max_size=n))
    prominence = draw(st.lists(st.floats(0, 1, width=32), min_size=n, max_size=n))
    newcomers = draw(st.lists(st.booleans() if draw(st.booleans()) else st.just(False), min_size=n, max_size=n))
    return np.sort(np.array(odds, float))[::-1] / 2, np.array(prominence, np.float32), np.array(newcomers, bool)


@given(ranked())
def test_everyone_is_kept_once_and_nobody_passes_beyond_the_margin(
    drawn: tuple[npt.NDArray[np.float64], npt.NDArray[np.float32], npt.NDArray[np.bool_]],
) -> None:
    odds, prominence, is_newcomer = drawn
    probability = expit(odds)
    order = exposure_order(odds, probability, prominence, is_newcomer)
    assert sorted(order.tolist()) == list(range(len(odds)))
    for place, one in enumerate(order):
        for other in order[place + 1 :]:
            if other < one:
                takes_the_place = place == NEWCOMER_PLACE - 1 and is_newcomer[one]
                within_odds = odds[other] - odds[one] <= np.log(MAX_ODDS_RATIO) + 1e-6
                assert within_odds or takes_the_place
                if not within_odds:
                    assert probability[other] - probability[one] <= NEWCOMER_MARGIN
                    assert not is_newcomer[order[:place]].any()
                elif not takes_the_place:
                    assert prominence[one] < prominence[other]


@given(ranked())
def test_scores_without_a_probability_bound_the_moves_themselves(
    drawn: tuple[npt.NDArray[np.float64], npt.NDArray[np.float32], npt.NDArray[np.bool_]],
) -> None:
    odds, prominence, is_newcomer = drawn
    scores = odds / 20
    order = exposure_order(scores, None, prominence, is_newcomer)
    assert sorted(order.tolist()) == list(range(len(scores)))
    ordered = scores[order]
    assert all(ordered[place] >= ordered[place:].max() - MAX_SCORE_GAP - 1e-9 for place in range(len(ordered)))


@given(ranked())
def test_among_equally_prominent_actors_nobody_moves_but_a_newcomer(
    drawn: tuple[npt.NDArray[np.float64], npt.NDArray[np.float32], npt.NDArray[np.bool_]],
) -> None:
    odds, prominence, is_newcomer = drawn
    alike, none = np.full_like(prominence, 0.3), np.zeros_like(is_newcomer)
    for probability in (None, expit(odds)):
        assert exposure_order(odds, probability, alike, none).tolist() == list(range(len(odds)))
        order = exposure_order(odds, probability, alike, is_newcomer).tolist()
        moved_up = [one for place, one in enumerate(order) if one > place]
        assert moved_up == [] or (len(moved_up) == 1 and is_newcomer[moved_up[0]])


def test_a_probability_that_falls_as_scores_rise_moves_nobody() -> None:
    scores = np.array([3.0, 2.0, 1.0])
    prominence = np.array([1.0, 0.5, 0.0], np.float32)
    assert exposure_order(scores, expit(-scores), prominence, np.ones(3, bool)).tolist() == [0, 1, 2]


def test_a_ranker_that_tells_nobody_apart_is_left_its_order() -> None:
    scores = np.array([3.0, 2.0, 1.0])
    prominence = np.array([1.0, 0.5, 0.0], np.float32)
    for probability in (np.ones(3), np.array([0.3, 0.2, 0.1])):
        assert exposure_order(scores, probability, prominence, np.ones(3, bool)).tolist() == [0, 1, 2]
    close = np.array([0.09, 0.05, 0.0])
    assert exposure_order(close, None, prominence, np.ones(3, bool)).tolist() == [0, 1, 2]
    assert exposure_order(np.array([0.09, 0.05, -1]), None, prominence, np.ones(3, bool)).tolist() == [1, 0, 2]


def test_the_last_of_twenty_places_goes_to_the_best_newcomer_within_the_margin() -> None:
    probability = np.concatenate([np.full(24, 0.09), [0.002, 0.001]])
    is_newcomer = np.arange(26) >= 24
    order = exposure_order(logit(probability), probability, np.ones(26, np.float32), is_newcomer)
    assert order.tolist() == [*range(19), 24, *range(19, 24), 25]
    dearer = np.concatenate([np.full(24, 0.2), [0.002, 0.001]])
    kept = exposure_order(logit(dearer), dearer, np.ones(26, np.float32), is_newcomer)
    assert kept.tolist() == list(range(26))
    one_before = is_newcomer | (np.arange(26) == 3)
    kept = exposure_order(logit(probability), probability, np.ones(26, np.float32), one_before)
    assert kept.tolist() == list(range(26))


def test_prominence_by_hand() -> None:
    facts: list[Fact] = [*actors("a b c d e"), *project("p", "a", "b", start="2024"), *project("q", "a", "c", "d")]
    index = Recommender.build(snapshot_of(facts)).index
    assert index.activity.prominence[0] == pytest.approx(1, abs=1e-3)
    assert index.activity.prominence[4] == 0
    assert index.activity.prominence[1] < index.activity.prominence[2]
    assert index.activity.prominence[2] == index.activity.prominence[3]
    assert NEWCOMER_PARTNERS == 2
    assert index.links.is_newcomer.tolist() == [False, True, True, True, True]
    assert len(Recommender.build(snapshot_of()).index.activity.prominence) == 0


def ids_in(answer: Answer) -> list[str]:
    return [suggestion.actor_id for suggestion in answer.suggestions]


def answers_of(recommender: Recommender, options: Options) -> list[Answer]:
    names = [str(name) for name in recommender.snapshot.actor_ids[::20]] or [str(recommender.snapshot.actor_ids[0])]
    return [
        *(recommender.for_actor(name, options) for name in names),
        *(recommender.for_brief(text, options) for text in TOPICS),
    ]


def assert_only_the_order_differs(plain: Answer, exposed: Answer) -> None:
    by_id = {suggestion.actor_id: suggestion for suggestion in plain.suggestions}
    assert sorted(ids_in(exposed)) == sorted(by_id)
    assert [suggestion.rank for suggestion in exposed.suggestions] == list(range(1, len(by_id) + 1))
    for suggestion in exposed.suggestions:
        before = by_id[suggestion.actor_id]
        assert suggestion.moved == before.rank - suggestion.rank
        assert before.moved == 0
        assert replace(suggestion, rank=before.rank, moved=0) == before
    assert replace(exposed, suggestions=()) == replace(plain, suggestions=())


def test_only_the_order_of_a_learned_answer_differs(learned: Learned) -> None:
    plain, exposed = (answers_of(learned.recommender, options) for options in (ALL, EXPOSED))
    for one, other in zip(plain, exposed, strict=True):
        assert_only_the_order_differs(one, other)
    assert any(ids_in(one) != ids_in(other) for one, other in zip(plain, exposed, strict=True))
    assert answers_of(learned.recommender, EXPOSED) == exposed


def test_a_shorter_list_is_the_beginning_of_a_longer_one(learned: Learned) -> None:
    whole = answers_of(learned.recommender, EXPOSED)
    for limit in (3, NEWCOMER_PLACE, NEWCOMER_PLACE + 1):
        for one, other in zip(answers_of(learned.recommender, replace(EXPOSED, limit=limit)), whole, strict=True):
            assert one.suggestions == other.suggestions[:limit]


def test_reasons_of_moved_suggestions_still_add_up(learned: Learned) -> None:
    moved = 0
    for answer in answers_of(learned.recommender, Options(exposure=True)):
        for suggestion in answer.suggestions:
            assert sum(reason.contribution for reason in suggestion.reasons) == pytest.approx(suggestion.score)
            moved += suggestion.moved > 0
    assert moved


@QUICK
@given(small_networks(), st.sets(st.sampled_from(KINDS), min_size=1, max_size=2))
def test_it_is_an_order_of_the_same_answer_and_the_filter_holds(facts: list[Fact], kinds: set[str]) -> None:
    recommender = Recommender.build(snapshot_of_facts(facts))
    for options in (ALL, replace(ALL, kinds=tuple(kinds))):
        for one, other in zip(
            answers_of(recommender, options), answers_of(recommender, replace(options, exposure=True)), strict=True
        ):
            assert_only_the_order_differs(one, other)
            named = {recommender.snapshot.actor(recommender.snapshot.index_of(name)).kind for name in ids_in(other)}
            assert not options.kinds or named <= kinds


def test_lists_of_many_queries_are_ordered_as_answers_are(learned: Learned) -> None:
    names = [str(name) for name in learned.known.actor_ids[:3]]
    briefs = [{"id": text, "title": text, "summary": ""} for text in TOPICS]
    options = Options(limit=20, explain=False, exposure=True)
    for name, lines in rank_actors(learned.recommender, names, limit=20, new_only=True, exposure=True):
        assert [line.actor_id for line in lines] == ids_in(learned.recommender.for_actor(name, options))
        assert [line.rank for line in lines] == list(range(1, len(lines) + 1))
    plain, exposed = (dict(rank_briefs(learned.recommender, briefs, limit=9, exposure=on)) for on in (False, True))
    assert plain == dict(rank_briefs(learned.recommender, briefs, limit=9))
    assert plain != exposed


def test_a_likelihood_is_stated_where_it_was_learned(learned: Learned) -> None:
    answers: dict[Task, Answer] = {
        "partner": learned.recommender.for_actor(str(learned.known.actor_ids[0])),
        "brief": learned.recommender.for_brief(TOPICS[0]),
    }
    for task in TASKS:
        suggestions = answers[task].suggestions
        scores = np.array([suggestion.score for suggestion in suggestions])
        stated = learned.rankers[task].probability(scores)
        assert stated is not None
        assert [suggestion.likelihood for suggestion in suggestions] == pytest.approx(stated.tolist())


def test_no_likelihood_is_stated_where_none_was_learned() -> None:
    facts: list[Fact] = [*actors("a b c"), *project("p", "a", "b", start="2024"), *project("q", "b", "c")]
    recommender = Recommender.build(snapshot_of(facts))
    assert {suggestion.likelihood for suggestion in recommender.for_actor("a").suggestions} == {None}
