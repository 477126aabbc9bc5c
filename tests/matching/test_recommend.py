"""What holds for every answer, whatever the network, the ranker and the question."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InvalidQueryError, NotFoundError
from graph.model import Actor, Fact, Participation, Project, Relationship
from graph.snapshot import GraphSnapshot
from matching import recommend
from matching.questions import Answer, Options, Profile
from matching.ranking.candidates import Candidates, draw
from matching.recommend import Recommender
from tests.matching.conftest import CUT, Learned, rankers_of
from tests.matching.networks import (
    KINDS,
    TOPICS,
    actor,
    actors,
    project,
    small_networks,
    snapshot_of,
    snapshot_of_facts,
    tie,
)
from tests.worlds import hanoi_network

MANY = Options(limit=1000, explain=False)
BRIEFS = ("cảm biến đo bụi mịn", "cam bien do bui min", "sensors for farms in Poland", "xyzzy", "...")
QUICK = settings(deadline=None, max_examples=20)


@pytest.fixture(scope="module")
def hanoi() -> Recommender:
    return Recommender.build(GraphSnapshot.from_tables(hanoi_network().tables()))


def answers_of(recommender: Recommender, options: Options = MANY) -> dict[str, Answer]:
    """The answer to every actor and to several briefs, by who or what asks."""
    by_actor = {name: recommender.for_actor(name, options) for name in map(str, recommender.snapshot.actor_ids)}
    return by_actor | {text: recommender.for_brief(text, options) for text in BRIEFS}


def scores_in(answer: Answer) -> dict[str, float]:
    return {suggestion.actor_id: suggestion.score for suggestion in answer.suggestions}


def ids_in(answer: Answer) -> list[str]:
    return [suggestion.actor_id for suggestion in answer.suggestions]


def assert_well_formed(answer: Answer) -> None:
    places = [suggestion.rank for suggestion in answer.suggestions]
    assert places == list(range(1, len(places) + 1))
    keys = [(-suggestion.score, suggestion.actor_id) for suggestion in answer.suggestions]
    assert keys == sorted(keys)
    assert len(set(ids_in(answer))) == len(keys)
    for suggestion in answer.suggestions:
        assert sum(reason.contribution for reason in suggestion.reasons) == pytest.approx(suggestion.score, abs=1e-9)
        assert all(reason.contribution for reason in suggestion.reasons)
        assert 0 <= suggestion.fit <= 1
        for heavier, lighter in pairwise(suggestion.reasons):
            assert abs(heavier.contribution) >= abs(lighter.contribution)


@QUICK
@given(small_networks())
def test_reasons_add_up_to_scores_and_scores_order_the_list(facts: list[Fact]) -> None:
    for answer in answers_of(Recommender.build(snapshot_of_facts(facts)), Options(limit=1000)).values():
        assert_well_formed(answer)


def test_reasons_add_up_for_learned_rankers(learned: Learned) -> None:
    for name in learned.known.actor_ids[::25]:
        assert_well_formed(learned.recommender.for_actor(str(name)))
    for topic in TOPICS:
        assert_well_formed(learned.recommender.for_brief(topic))


@QUICK
@given(small_networks())
def test_nobody_is_suggested_to_itself_or_to_whom_it_worked_with(facts: list[Fact]) -> None:
    recommender = Recommender.build(snapshot_of_facts(facts))
    strong = recommender.index.kinds.relationship
    for name in map(str, recommender.snapshot.actor_ids):
        joint = [
            {fact.actor_id for fact in facts if isinstance(fact, Participation) and fact.project_id == at.id}
            for at in facts
            if isinstance(at, Project)
        ]
        former = {other for members in joint if name in members for other in members}
        for fact in facts:
            if isinstance(fact, Relationship) and strong[fact.kind].is_strong:
                former |= {fact.source_id, fact.target_id} if name in {fact.source_id, fact.target_id} else set()
        assert not (former | {name}) & set(ids_in(recommender.for_actor(name, MANY)))


def test_who_only_met_may_still_be_suggested() -> None:
    facts: list[Fact] = [*actors("a m c"), tie("a", "c", "attended_with"), *project("p", "a", "m")]
    facts += project("q", "m", "c")
    assert ids_in(Recommender.build(snapshot_of(facts)).for_actor("a")) == ["c"]


def renamed(facts: list[Fact], new_name: dict[str, str]) -> list[Fact]:
    changed: list[Fact] = []
    for fact in facts:
        if isinstance(fact, Actor):
            changed.append(replace(fact, id=new_name[fact.id]))
        elif isinstance(fact, Relationship):
            changed.append(replace(fact, source_id=new_name[fact.source_id], target_id=new_name[fact.target_id]))
        elif isinstance(fact, Participation):
            changed.append(replace(fact, actor_id=new_name[fact.actor_id]))
        else:
            changed.append(fact)
    return changed


@QUICK
@given(small_networks(), st.randoms(use_true_random=False), st.booleans())
def test_names_of_rows_do_not_count(facts: list[Fact], random: Random, keeps_order: bool) -> None:
    ids = [fact.id for fact in facts if isinstance(fact, Actor)]
    order = list(range(len(ids)))
    if not keeps_order:
        random.shuffle(order)
    new_name = {name: f"z{place}" for name, place in zip(ids, order, strict=True)}
    before = answers_of(Recommender.build(snapshot_of_facts(facts)))
    after = answers_of(Recommender.build(snapshot_of_facts(renamed(facts, new_name))))
    for asker, answer in before.items():
        expected = {new_name[name]: score for name, score in scores_in(answer).items()}
        assert scores_in(after[new_name.get(asker, asker)]) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@QUICK
@given(small_networks(), st.randoms(use_true_random=False))
def test_the_same_facts_in_any_order_have_the_same_answer(facts: list[Fact], random: Random) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)
    first, second = (answers_of(Recommender.build(snapshot_of_facts(each))) for each in (facts, shuffled))
    assert first == second


@QUICK
@given(small_networks(), st.sets(st.sampled_from(KINDS), min_size=1, max_size=2), st.integers(1, 5))
def test_a_filter_and_a_limit_only_take_away(facts: list[Fact], kinds: set[str], limit: int) -> None:
    recommender = Recommender.build(snapshot_of_facts(facts))
    kind_of = {fact.id: fact.kind for fact in facts if isinstance(fact, Actor)}
    everyone = answers_of(recommender)
    filtered = answers_of(recommender, replace(MANY, kinds=tuple(kinds)))
    shortened = answers_of(recommender, replace(MANY, kinds=tuple(kinds), limit=limit))
    for asker, whole in everyone.items():
        answer = filtered[asker]
        wanted = [name for name in ids_in(whole) if kind_of[name] in kinds]
        assert ids_in(answer) == wanted
        assert scores_in(answer) == {name: scores_in(whole)[name] for name in wanted}
        assert answer.n_hidden == len(whole.suggestions) - len(wanted)
        assert answer.n_candidates == whole.n_candidates == len(whole.suggestions)
        assert shortened[asker].suggestions == answer.suggestions[:limit]


def test_a_filter_reaches_beyond_the_budgets_and_changes_no_score(hanoi: Recommender) -> None:
    for asker in ("st-selex", "sc-hust", "ag-nic"):
        if asker in hanoi.snapshot.actor_index:
            whole = scores_in(hanoi.for_actor(asker, MANY))
            for kind in KINDS:
                answer = hanoi.for_actor(asker, replace(MANY, kinds=(kind,)))
                shown = scores_in(answer)
                assert {name: shown[name] for name in whole if name in shown} == {
                    name: score for name, score in whole.items() if name in shown
                }
                assert all(hanoi.snapshot.actor(hanoi.snapshot.index_of(name)).kind == kind for name in shown)
                assert answer.n_hidden <= answer.n_candidates


def test_an_answer_by_kind_is_that_of_each_kind_asked_alone_and_ranks_once(
    hanoi: Recommender, learned: Learned, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables: list[int] = []

    def counted(*arguments: Any) -> Candidates:
        tables.append(1)
        return draw(*arguments)

    monkeypatch.setattr(recommend, "draw", counted)
    for recommender in (hanoi, learned.recommender):
        actor_id, project_id = str(recommender.snapshot.actor_ids[3]), str(recommender.snapshot.project_ids[5])
        options = Options(limit=3, exposure=True)
        for by_kind, alone, asked in (
            (recommender.for_actor_by_kind, recommender.for_actor, actor_id),
            (recommender.for_project_by_kind, recommender.for_project, project_id),
        ):
            tables.clear()
            answers = by_kind(asked, options)
            assert len(tables) == 1
            assert list(answers) == list(KINDS)
            for kind, answer in answers.items():
                assert answer == alone(asked, replace(options, kinds=(kind,)))
            few = by_kind(asked, replace(options, kinds=("school",)))
            assert few == {"school": answers["school"]}


def test_what_a_filter_hid_is_counted_without_a_second_table(
    hanoi: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables: list[int] = []

    def counted(*arguments: Any) -> Candidates:
        tables.append(1)
        return draw(*arguments)

    monkeypatch.setattr(recommend, "draw", counted)
    assert hanoi.for_brief("cảm biến", Options(kinds=("school",))).n_hidden > 0
    assert len(tables) == 1


@pytest.mark.parametrize("brief", ["cảm biến đo bụi mịn ở Nhật Bản", "fine dust in Japan", "zzz"])
def test_what_is_understood_is_what_an_answer_states_and_nothing_is_ranked(
    hanoi: Recommender, monkeypatch: pytest.MonkeyPatch, brief: str
) -> None:
    stated = hanoi.for_brief(brief).understanding
    monkeypatch.delattr(recommend, "draw")
    assert hanoi.understand(brief) == stated


@pytest.mark.parametrize("brief", ["", "  ", "x" * 20_001])
def test_what_cannot_be_asked_cannot_be_understood(hanoi: Recommender, brief: str) -> None:
    with pytest.raises(InvalidQueryError):
        hanoi.understand(brief)


def test_a_longer_list_begins_with_the_shorter_one(hanoi: Recommender, learned: Learned) -> None:
    for recommender in (hanoi, learned.recommender):
        for name in map(str, recommender.snapshot.actor_ids[::40]):
            short, long = (recommender.for_actor(name, Options(limit=limit)) for limit in (5, 20))
            assert short.suggestions == long.suggestions[:5]


def test_the_same_question_has_the_same_answer(hanoi: Recommender) -> None:
    again = Recommender.build(GraphSnapshot.from_tables(hanoi_network().tables(), as_of=hanoi.snapshot.as_of))
    for brief in BRIEFS:
        assert again.for_brief(brief) == hanoi.for_brief(brief)
    for name in map(str, hanoi.snapshot.actor_ids[::30]):
        assert again.for_actor(name) == hanoi.for_actor(name)


def test_reasons_are_left_out_where_none_are_asked_for(hanoi: Recommender) -> None:
    bare = hanoi.for_brief("cảm biến", Options(explain=False))
    assert {suggestion.reasons for suggestion in bare.suggestions} == {()}
    assert scores_in(bare) == scores_in(hanoi.for_brief("cảm biến"))


def later_facts(cut: date, known: list[Fact]) -> list[Fact]:
    """Facts of every kind dated on a day or later, about those who were there and about newcomers."""
    there = [fact.id for fact in known if isinstance(fact, Actor)]
    day = cut.isoformat()
    facts: list[Fact] = [actor("a-new", founded=day, summary=" ".join(TOPICS), fields=("agritech",), country="JP")]
    facts += [actor("zz-new", founded=str(cut.year + 1), needs=("bụi mịn",), offers=("rau sạch",))]
    facts += project("later-1", *there[:5], "a-new", start=day, summary=" ".join(TOPICS), fields=("agritech",))
    facts += project("later-2", *there[-3:], start=str(cut.year), theme="new theme", owner_id=there[0])
    facts += project("undated", *there[:4], start=None, title="bụi mịn không khí")
    facts += [tie(there[0], there[-1], "rd_contract", since=day, occurrence=7), tie("a-new", there[1], since="2014")]
    facts += [tie(there[1], there[2], "signed_mou", since=None, occurrence=8)]
    return facts


@QUICK
@given(small_networks())
def test_nothing_dated_later_changes_an_answer(facts: list[Fact]) -> None:
    cut = date(2023, 1, 1)
    plain = snapshot_of_facts(facts).before(cut)
    planted = snapshot_of_facts([*facts, *later_facts(cut, facts)]).before(cut)
    assert answers_of(Recommender.build(plain)) == answers_of(Recommender.build(planted))


def test_nothing_dated_later_changes_what_is_learned(learned: Learned) -> None:
    planted = snapshot_of_facts([*learned.facts, *later_facts(CUT, learned.facts)]).before(CUT)
    rankers = rankers_of(planted)
    assert {task: ranker.version for task, ranker in rankers.items()} == {
        task: ranker.version for task, ranker in learned.rankers.items()
    }
    recommender = Recommender.build(planted, rankers)
    for name in map(str, learned.known.actor_ids[::30]):
        assert recommender.for_actor(name) == learned.recommender.for_actor(name)
    for topic in TOPICS:
        assert recommender.for_brief(topic) == learned.recommender.for_brief(topic)


def test_answers_say_what_they_rest_on(hanoi: Recommender) -> None:
    answer = hanoi.for_brief("AI cho y tế")
    assert answer.as_of == hanoi.snapshot.as_of
    assert answer.snapshot_digest == hanoi.snapshot.digest
    assert answer.model_version in hanoi.model_version
    cut = Recommender.build(hanoi.snapshot.before(date(2025, 1, 1))).for_brief("AI cho y tế")
    assert cut.as_of == datetime(2025, 1, 1, tzinfo=UTC)


def test_what_was_understood_can_be_corrected(hanoi: Recommender) -> None:
    read = hanoi.for_brief("AI cho y tế").understanding
    assert read.fields == ("healthtech", "digital_ai")
    corrected = hanoi.for_brief("AI cho y tế", fields=("agritech",))
    assert corrected.understanding.fields == ("agritech",)
    assert scores_in(corrected) != scores_in(hanoi.for_brief("AI cho y tế"))
    assert hanoi.for_brief("AI cho y tế", fields=()).understanding.fields == ()


def test_a_brief_finds_the_same_actors_with_and_without_diacritics_and_in_english(hanoi: Recommender) -> None:
    spellings = ("truy xuất nguồn gốc rau sạch", "truy xuat nguon goc rau sach", "traceability of clean vegetables")
    lists = [set(ids_in(hanoi.for_brief(text, Options(limit=10)))) for text in spellings]
    assert len(lists[0] & lists[1]) >= 6
    assert len(lists[0] & lists[2]) >= 3


def test_a_newcomer_is_answered_by_its_words_its_fields_and_its_offers(hanoi: Recommender) -> None:
    by_words = hanoi.for_profile(Profile(summary="cảm biến đo chất lượng không khí"))
    by_field = hanoi.for_profile(Profile(fields=("agritech",)))
    by_offer = hanoi.for_profile(Profile(offers=("dạy lập trình cho trẻ em",), kind="school", country="VN"))
    assert min(len(answer.suggestions) for answer in (by_words, by_field, by_offer)) >= 10
    assert by_field.understanding.fields == ("agritech",)


def test_a_project_is_not_offered_to_those_who_are_in_it(hanoi: Recommender) -> None:
    snapshot = hanoi.snapshot
    asked = 0
    for row in np.flatnonzero(snapshot.project_size > 1)[:10]:
        project_id = str(snapshot.project_ids[row])
        members = set(snapshot.actor_ids[snapshot.membership[[row]].indices])
        assert not members & set(ids_in(hanoi.for_project(project_id, Options(limit=300))))
        asked += 1
    assert asked == 10


def test_a_network_that_says_nothing_suggests_nobody() -> None:
    silent = Recommender.build(snapshot_of(actors("a b c")))
    assert silent.for_actor("a").suggestions == ()
    assert silent.for_brief("bụi mịn").suggestions == ()
    assert Recommender.build(snapshot_of()).for_brief("bụi mịn").suggestions == ()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (Options(limit=0), "limit_out_of_range"),
        (Options(limit=-1), "limit_out_of_range"),
        (Options(limit=10**9), "limit_out_of_range"),
        (Options(kinds=("wizard",)), "unknown_kind"),
    ],
)
def test_options_that_cannot_be_are_refused(hanoi: Recommender, options: Options, code: str) -> None:
    with pytest.raises(InvalidQueryError) as refused:
        hanoi.for_brief("cảm biến", options)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"), [("", "empty_query"), (" \n", "empty_query"), ("a" * 20_001, "query_too_long")]
)
def test_texts_that_say_nothing_or_too_much_are_refused(hanoi: Recommender, text: str, code: str) -> None:
    for ask in (hanoi.for_brief, lambda each: hanoi.for_profile(Profile(summary=each))):
        with pytest.raises(InvalidQueryError) as refused:
            ask(text)
        assert refused.value.code == code


def test_unknown_names_are_not_found(hanoi: Recommender) -> None:
    with pytest.raises(NotFoundError, match="no-such-actor"):
        hanoi.for_actor("no-such-actor")
    with pytest.raises(NotFoundError, match="no-such-project"):
        hanoi.for_project("no-such-project")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE actors; --",
        "MATCH (n) DETACH DELETE n",
        "\x00\x1b[31m",
        "{brief} %s",
        "🙂" * 50,
    ],
)
def test_hostile_words_are_words(hanoi: Recommender, text: str) -> None:
    assert_well_formed(hanoi.for_brief(text))


def test_a_rehearsal_changes_no_answer_and_an_empty_network_has_none(hanoi: Recommender) -> None:
    asker = str(hanoi.snapshot.actor_ids[0])
    before = hanoi.for_actor(asker)
    hanoi.rehearse()
    assert hanoi.for_actor(asker) == before
    Recommender.build(snapshot_of()).rehearse()
