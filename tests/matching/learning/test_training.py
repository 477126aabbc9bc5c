"""Questions that a network's past asks of itself, and what is learned from them."""

from dataclasses import replace
from datetime import date

import numpy as np

from graph.model import Fact, Project
from graph.snapshot import GraphSnapshot
from matching.features.standard import STANDARD
from matching.index.network_index import NetworkIndex
from matching.learning.training import (
    brief_examples,
    new_partner_questions,
    partner_examples,
    project_text,
    train_or_day_one,
    without_projects,
)
from matching.query_view import TextQuery
from matching.ranking.candidates import draw
from matching.ranking.model_files import day_one_rankers
from tests.matching.conftest import TASKS, Learned
from tests.matching.networks import TOPICS, actor, actors, dated_network, project, snapshot_of, tie

CUT = date(2023, 1, 1)


def asked(*facts: list[Fact]) -> dict[str, set[str]]:
    """Who found which new partners after the cut."""
    later = snapshot_of(*facts)
    known = later.before(CUT)
    ids = known.actor_ids
    questions = new_partner_questions(known, later, NetworkIndex(known))
    return {str(ids[question.row]): set(ids[question.relevant]) for question in questions}


def seen(names: str) -> list[Fact]:
    """Actors that each had a project of their own before the cut."""
    return [*actors(names), *(fact for name in names.split() for fact in project(f"own-{name}", name, start="2020"))]


def test_a_new_partner_shares_its_first_project_after_the_cut() -> None:
    questions = asked(
        seen("a b c d"), project("old", "a", "b", start="2021"), project("new", "a", "b", "c", start="2024")
    )
    assert questions == {"a": {"c"}, "b": {"c"}, "c": {"a", "b"}}


def test_earlier_partners_are_not_new_whether_by_project_or_by_a_strong_tie() -> None:
    by_tie = [tie("a", "b", "rd_contract", since="2020"), tie("a", "c", "attended_with", since="2020")]
    assert asked(seen("a b c"), by_tie, project("new", "a", "b", "c", start="2024")) == {
        "a": {"c"},
        "b": {"c"},
        "c": {"a", "b"},
    }


def test_who_was_not_seen_before_neither_asks_nor_answers() -> None:
    newcomers: list[Fact] = [*actors("silent"), actor("later", founded="2024")]
    questions = asked(seen("a b"), newcomers, project("new", "a", "b", "silent", "later", start="2024"))
    assert questions == {"a": {"b"}, "b": {"a"}}


def test_a_crowd_makes_nobody_new_and_does_not_make_partners_either() -> None:
    crowd = [f"x{number:02}" for number in range(59)]
    people = seen("a b " + " ".join(crowd))
    assert asked(people, project("crowd", "a", "b", *crowd, start="2024")) == {}
    assert "a" in asked(people, project("just right", "a", "b", *crowd[:-1], start="2024"))
    both = project("crowd", "a", "b", *crowd, start="2021") + project("new", "a", "b", start="2024")
    assert asked(people, both) == {"a": {"b"}, "b": {"a"}}


def test_a_project_without_a_date_makes_nobody_new() -> None:
    assert asked(seen("a b"), project("undated", "a", "b", start=None)) == {}


def test_the_day_of_the_cut_is_after_it() -> None:
    assert asked(seen("a b"), project("new", "a", "b", start=CUT.isoformat())) == {"a": {"b"}, "b": {"a"}}
    assert asked(seen("a b"), project("old", "a", "b", start="2022-12-31")) == {}


def test_examples_rank_whom_one_could_be_suggested() -> None:
    snapshot = snapshot_of(dated_network(120, 200, np.random.default_rng(3)))
    examples = list(partner_examples(snapshot, np.random.default_rng(0), 40))
    assert len(examples) == 40
    for example in examples:
        assert example.table.shape == (len(example.is_relevant), len(STANDARD.names))
        assert np.isfinite(example.table).all()
    assert sum(example.is_relevant.any() for example in examples) > 30


def test_examples_are_drawn_by_the_generator_alone() -> None:
    snapshot = snapshot_of(dated_network(120, 200, np.random.default_rng(3)))
    first, second = (list(partner_examples(snapshot, np.random.default_rng(5), 10)) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one.table, other.table)
        np.testing.assert_array_equal(one.is_relevant, other.is_relevant)


def briefs_with_words_of_their_own(n: int) -> GraphSnapshot:
    """Projects that share no word with one another, each with two members that say nothing of themselves."""
    facts: list[Fact] = []
    for number in range(n):
        members = [f"a{number}", f"b{number}"]
        facts += [*actors(" ".join(members)), *project(f"earlier-{number}", *members, title="", start="2015")]
        words = " ".join(f"từ{number}x{place}" for place in range(50))
        facts += project(f"p{number}", *members, title="", summary=words)
    return snapshot_of(facts)


def test_a_past_brief_does_not_know_its_own_project() -> None:
    examples = list(brief_examples(briefs_with_words_of_their_own(12), np.random.default_rng(0), 12))
    assert len(examples) == 12
    similarities = [
        place for place, name in enumerate(STANDARD.names) if name in {"similar_projects", "text_similarity"}
    ]
    for example in examples:
        assert not example.table[:, similarities].any()


def test_briefs_are_the_latest_projects_that_say_enough() -> None:
    words = "đo bụi mịn " * 30
    facts: list[Fact] = actors("a b c")
    facts += project("short", "a", "b", summary="đo bụi mịn", start="2024-12")
    facts += project("alone", "a", summary=words, start="2024-12")
    facts += project("undated", "a", "b", summary=words, start=None)
    facts += project("old", "a", "b", summary=words, start="2020")
    facts += project("new", "a", "c", summary=words, start="2024")
    examples = list(brief_examples(snapshot_of(facts), np.random.default_rng(0), 1))
    assert len(examples) == 1
    # only the newest is asked, and c is known by nothing else
    assert examples[0].is_relevant.sum() == 1


def test_a_brief_is_asked_as_people_would_ask_it() -> None:
    snapshot = snapshot_of(actors("a"), project("p", "a", title="Đo bụi", title_en="Dust", summary="Ở nội thành."))
    assert project_text(snapshot, 0) == "Đo bụi . Ở nội thành."


def test_a_hidden_project_leaves_no_trace() -> None:
    facts = [*actors("a b c"), *project("p", "a", "b", title="đo bụi"), *project("q", "b", "c")]
    snapshot = snapshot_of(facts)
    hidden = without_projects(snapshot, np.array([snapshot.project_index_of("p")]))
    kept = [fact for fact in facts if getattr(fact, "id", None) != "p" and getattr(fact, "project_id", None) != "p"]
    assert hidden.digest == snapshot_of(kept).digest
    assert hidden.as_of == snapshot.as_of


def test_a_network_without_a_past_is_ranked_as_on_day_one() -> None:
    for task, ranker in day_one_rankers().items():
        for young in (snapshot_of(dated_network(60, 30, np.random.default_rng(0))), snapshot_of()):
            assert train_or_day_one(task, young, np.random.default_rng(0)).version == ranker.version


def test_a_network_with_a_past_learns_from_it(learned: Learned) -> None:
    for task in TASKS:
        ranker = learned.rankers[task]
        assert ranker.version != day_one_rankers()[task].version
        assert learned.known.digest[:8] in ranker.version
        probability = ranker.probability(np.array([-3.0, 0.0, 3.0]))
        assert probability is not None
        assert ((probability >= 0) & (probability <= 1)).all()
        assert (np.diff(probability) >= 0).all()


def test_a_feature_that_is_the_same_for_all_has_no_part_in_a_score(learned: Learned) -> None:
    # a brief's asker has no kind, so that this is one value, which is not nothing, for every candidate
    column = STANDARD.names.index("kind_affinity")
    candidates = draw(TextQuery(learned.recommender.index, TOPICS[0]), learned.recommender.index.is_candidate)
    assert np.ptp(candidates.table[:, column]) == 0 < candidates.table[0, column]
    ranker = learned.rankers["brief"]
    assert not ranker.contributions(candidates.table)[:, column].any()
    assert np.abs(ranker.scores(candidates.table)).max() < 100


def test_learning_reports_how_far_it_is() -> None:
    steps: list[tuple[str, int, int]] = []
    snapshot = snapshot_of(dated_network(120, 150, np.random.default_rng(0)))
    train_or_day_one("partner", snapshot, np.random.default_rng(0), lambda *step: steps.append(step))
    assert [done for _, done, _ in steps] == list(range(1, len(steps) + 1))
    assert all(done <= total for _, done, total in steps)


def test_what_comes_later_is_in_the_labels_and_not_in_the_features() -> None:
    facts = dated_network(120, 160, np.random.default_rng(1))
    other_words = [
        replace(fact, title="khác", summary="khác hẳn", theme="khác", fields=("fintech",))
        if isinstance(fact, Project) and str(fact.start) >= "2024"
        else fact
        for fact in facts
    ]
    assert other_words != facts
    examples = [
        list(partner_examples(snapshot_of(each), np.random.default_rng(0), 50)) for each in (facts, other_words)
    ]
    assert len(examples[0]) == 50
    for one, other in zip(*examples, strict=True):
        np.testing.assert_array_equal(one.table, other.table)
