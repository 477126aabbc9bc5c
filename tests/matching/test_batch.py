"""Lists for many queries at once."""

import pytest

from matching.batch import rank_actors, rank_briefs
from matching.questions import Options
from tests.matching.conftest import Learned
from tests.matching.networks import TOPICS


def test_new_partners_of_many_are_those_of_each(learned: Learned) -> None:
    ids = [str(name) for name in learned.known.actor_ids[::60]]
    ranked = dict(rank_actors(learned.recommender, ids, limit=7, new_only=True))
    assert list(ranked) == ids
    for name, lines in ranked.items():
        expected = learned.recommender.for_actor(name, Options(limit=7)).suggestions
        assert [(line.actor_id, line.rank) for line in lines] == [(each.actor_id, each.rank) for each in expected]
        assert [line.score for line in lines] == pytest.approx([each.score for each in expected], abs=1e-5)
        assert {line.query_id for line in lines} <= {name}


def test_earlier_partners_are_ranked_unless_only_new_ones_are_wanted(learned: Learned) -> None:
    recommender = learned.recommender
    partners = recommender.index.links.partners
    name = str(learned.known.actor_ids[partners.sum(axis=1).argmax()])
    row = learned.known.index_of(name)
    former = set(learned.known.actor_ids[partners[[row]].indices]) - {name}
    assert former
    for new_only in (True, False):
        ((_, lines),) = rank_actors(recommender, [name], limit=1000, new_only=new_only)
        listed = {line.actor_id for line in lines}
        assert name not in listed
        assert bool(listed & former) is not new_only


def test_an_actor_nobody_knew_then_has_no_list(learned: Learned) -> None:
    answered = dict(rank_actors(learned.recommender, ["nobody", "a0000"], limit=5, new_only=True))
    assert answered["nobody"] == []
    assert len(answered["a0000"]) == 5


def test_briefs_are_answered_as_one_by_one(learned: Learned) -> None:
    briefs = [{"id": f"b{place}", "title": topic[:15], "summary": topic} for place, topic in enumerate(TOPICS)]
    briefs.append({"id": "title only", "title": "bụi mịn", "summary": " "})
    ranked = dict(rank_briefs(learned.recommender, briefs, limit=5))
    assert list(ranked) == [brief["id"] for brief in briefs]
    for brief in briefs:
        text = " . ".join(part for part in (brief["title"], brief["summary"]) if part.strip())
        expected = [each.actor_id for each in learned.recommender.for_brief(text, Options(limit=1000)).suggestions]
        # an answer to people leaves out who fits in nothing but being active; a ranking of everybody does not
        listed = [line.actor_id for line in ranked[brief["id"]] if line.actor_id in expected]
        assert listed == expected[: len(listed)]
        assert listed
