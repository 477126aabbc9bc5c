from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.canonical import merged, merged_actor, merged_view
from graph.errors import NotFoundError
from graph.judgements import Judgement, append_judgements, clusters
from graph.model import Actor, F, Fact, Participation, Project, Provenance, Relationship
from graph.opening import open_store
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from graph.tables import SCHEMAS, Tables
from tests.worlds import generated_network, hanoi_network, load_world

MAY, JUNE = Provenance("may.csv", "https://example.org/may"), Provenance("june.csv", "https://example.org/june")
GONE = replace(MAY, last_seen="2026-05-31")
A = Actor("a", "school", "Đại học A", provenance=MAY)
B = Actor("b", "school", "Trường A", provenance=JUNE)
C = Actor("c", "startup", "Công ty C", provenance=MAY)
SAME: Mapping[str, str] = {"a": "a", "b": "a"}


def shown(facts: Sequence[Fact], fact_type: type[F], canonical_ids: Mapping[str, str] = SAME) -> list[F]:
    return merged(Tables.from_facts(facts), canonical_ids).facts(fact_type)


def test_gaps_are_filled_lists_united_and_names_kept() -> None:
    one = replace(
        A, name_en="A University", fields=("water",), aliases=("ĐHA",), identifiers=("tax:1",), founded="1956"
    )
    other = replace(
        B,
        name_en="University of A",
        short_name="TA",
        fields=("energy", "water"),
        website="https://a.edu.vn",
        identifiers=("ror:1", "tax:1"),
        founded="1957",
    )
    (actor, unharmed) = shown([one, other, C], Actor)
    assert unharmed == C
    assert actor == replace(
        one,
        short_name="TA",
        aliases=("ĐHA", "Trường A", "University of A"),
        fields=("water", "energy"),
        website="https://a.edu.vn",
        identifiers=("tax:1", "ror:1"),
        attributes={"source_url [b]": "https://example.org/june"},
    )


def test_attributes_that_disagree_are_both_kept() -> None:
    one = replace(A, attributes={"khoa": "12", "tỉnh": "Hà Nội"})
    other = replace(B, attributes={"khoa": "13", "tỉnh": "Hà Nội", "điện thoại": "1"})
    assert dict(merged_actor("a", [other, one]).attributes) == {
        "khoa": "12",
        "khoa [b]": "13",
        "tỉnh": "Hà Nội",
        "điện thoại": "1",
        "source_url [b]": "https://example.org/june",
    }


def test_every_page_of_a_member_is_kept_once() -> None:
    third = replace(B, id="c", provenance=MAY)
    pageless = replace(B, id="d", provenance=Provenance("july.csv"))
    actor = merged_actor("a", [A, B, third, pageless])
    assert actor.provenance == MAY
    assert dict(actor.attributes) == {"source_url [b]": "https://example.org/june"}


def test_a_subkind_comes_only_from_an_actor_of_the_same_kind() -> None:
    assert merged_actor("a", [A, replace(B, subkind="university")]).subkind == "university"
    assert merged_actor("a", [A, replace(B, kind="agency", subkind="department")]).subkind is None


def test_what_has_vanished_gives_way_to_what_is_there() -> None:
    old = replace(A, website="https://old.vn", founded="1956", provenance=GONE)
    (actor,) = shown([old, replace(B, website="https://new.vn")], Actor)
    assert (actor.id, actor.name, actor.website, actor.founded) == ("a", "Trường A", "https://new.vn", "1956")
    assert (actor.aliases, actor.provenance) == (("Đại học A",), JUNE)
    (actor,) = shown([old, replace(B, provenance=replace(JUNE, last_seen="2026-06-30"))], Actor)
    assert (actor.name, actor.provenance.last_seen) == ("Đại học A", "2026-06-30")


def test_links_lead_to_the_canonical_actor_and_are_numbered_anew() -> None:
    ties = [
        Relationship("a", "c", "signed_mou", since="2024", provenance=MAY),
        Relationship("b", "c", "signed_mou", since="2025", provenance=JUNE),
        Relationship("b", "c", "signed_mou", since="2026", occurrence=1, provenance=JUNE),
        Relationship("c", "b", "invested_in", provenance=JUNE),
        Relationship("c", "c", "part_of", provenance=JUNE),
    ]
    assert shown([A, B, C, *ties], Relationship) == [
        *(replace(tie, source_id="a", occurrence=place) for place, tie in enumerate(ties[:3])),
        replace(ties[3], target_id="a"),
        ties[4],
    ]


def test_what_would_tie_an_actor_to_itself_is_dropped() -> None:
    ties = [Relationship("a", "b", "part_of"), Relationship("b", "b", "part_of")]
    assert shown([A, B, *ties], Relationship) == [Relationship("a", "a", "part_of")]


def test_what_two_sources_tell_alike_counts_once_with_both_pages() -> None:
    ties = [
        Relationship("a", "c", "signed_mou", since="2024", provenance=MAY),
        Relationship("b", "c", "signed_mou", since="2024", provenance=JUNE),
        Relationship("c", "b", "signed_mou", since="2024", occurrence=1, provenance=Provenance("july.csv")),
        Relationship("b", "c", "signed_mou", since="2024", occurrence=2, provenance=JUNE),
    ]
    first, second = shown([A, B, C, *ties], Relationship)
    assert (first.occurrence, second.occurrence) == (0, 1)  # the same source knows of two
    assert first.provenance == MAY
    assert dict(first.attributes) == {"source_url [june.csv]": "https://example.org/june"}
    directed = [Relationship("a", "c", "invested_in"), Relationship("c", "b", "invested_in")]
    assert len(shown([A, B, C, *directed], Relationship)) == 2


def test_a_link_that_is_still_told_somewhere_has_not_vanished() -> None:
    ties = [Relationship("a", "c", "mentors", provenance=GONE), Relationship("b", "c", "mentors", provenance=JUNE)]
    (tie,) = shown([A, B, C, *ties], Relationship)
    assert tie.provenance.last_seen is None


def test_owners_and_parts_follow() -> None:
    projects = [Project("p", "project", "P", owner_id="b"), Project("q", "project", "Q", owner_id="nobody")]
    parts = [
        Participation("p", "a", "chủ trì", provenance=MAY),
        Participation("p", "b", "chủ trì", provenance=JUNE),
        Participation("p", "b", "tài trợ", occurrence=1),
    ]
    facts: list[Fact] = [A, B, C, *projects, *parts]
    assert [project.owner_id for project in shown(facts, Project)] == ["a", "nobody"]
    assert [(part.actor_id, part.role, part.occurrence) for part in shown(facts, Participation)] == [
        ("a", "chủ trì", 0),
        ("a", "tài trợ", 1),
    ]


def test_who_is_alone_or_absent_is_left_as_it_is() -> None:
    tables = Tables.from_facts([A, C])
    assert merged(tables, {"a": "x", "x": "x", "y": "x"}) is tables
    present = merged(Tables.from_facts([A, B, C]), {"a": "x", "b": "x", "x": "x"})
    assert present.actors["id"].to_pylist() == ["a", "c"]  # the canonical one is not stored; the next stands for it


@pytest.fixture
def store(tmp_path: Path) -> GraphStore:
    store = open_store(tmp_path / "network.db")
    load_world(store, hanoi_network())
    return store


def test_a_snapshot_shows_a_cluster_as_one_and_knows_its_sources(store: GraphStore) -> None:
    store.upsert_actors([Actor("auto-1", "school", "Đại học Bách khoa HN", provenance=JUNE)])
    store.upsert_relationships([Relationship("auto-1", "st-selex", "signed_mou", since="2026")])
    before, whole = GraphSnapshot.from_store(store), store.tables()
    judgement = Judgement.now("auto-1", "sc-hust", "same", "lan")
    append_judgements(store, [judgement])
    snapshot = GraphSnapshot.from_store(store)
    assert snapshot.n_actors == before.n_actors - 1
    row = snapshot.index_of("auto-1")
    assert row == snapshot.index_of("sc-hust") == snapshot.find_actor("auto-1")
    actor = snapshot.actor(row)
    assert (actor.id, "Đại học Bách khoa HN" in actor.aliases) == ("sc-hust", True)
    assert "signed_mou" in {tie.kind for tie in snapshot.relationships_of(row) if tie.target_id == "st-selex"}
    assert [source.id for source in snapshot.merges.sources["sc-hust"]] == ["sc-hust", "auto-1"]
    assert snapshot.merges.links == {"sc-hust": (judgement,)}
    source = snapshot.merges.source("auto-1")
    assert source is not None
    assert source.name == "Đại học Bách khoa HN"
    assert snapshot.merges.source("st-selex") is None
    assert store.tables() == whole
    assert snapshot.before(snapshot.as_of.date(), is_recorded=True).index_of("auto-1") >= 0

    append_judgements(store, [Judgement.now("auto-1", "sc-hust", "different", "lan")])
    after = GraphSnapshot.from_store(store)
    assert (after.digest, dict(after.merges.canonical_ids)) == (before.digest, {})
    with pytest.raises(NotFoundError):
        snapshot.index_of("auto-2")


def test_who_has_vanished_is_marked(store: GraphStore) -> None:
    assert GraphSnapshot.from_store(store).is_present.all()
    store.upsert_actors([Actor("auto-1", "school", "Đại học B", provenance=GONE)])
    snapshot = GraphSnapshot.from_store(store)
    assert np.flatnonzero(~snapshot.is_present).tolist() == [snapshot.index_of("auto-1")]


WORLD = generated_network(40, np.random.default_rng(11))
TABLES = WORLD.tables()
LINKS = st.lists(
    st.tuples(*(st.sampled_from([actor.id for actor in WORLD.actors]),) * 2).filter(lambda pair: pair[0] != pair[1]),
    max_size=30,
)
SLOW = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def judged(pairs: Sequence[tuple[str, str]]) -> list[Judgement]:
    return [Judgement(min(pair), max(pair), "same", "lan", "2026") for pair in pairs]


@SLOW
@given(LINKS)
def test_merging_twice_is_merging_once_and_nothing_is_lost(pairs: list[tuple[str, str]]) -> None:
    found = clusters(judged(pairs))
    tables, merges = merged_view(TABLES, found)
    again = merged(tables, found.canonical_ids)
    for fact_type in SCHEMAS:
        assert again.of(fact_type).equals(tables.of(fact_type))
    GraphSnapshot.from_tables(tables)  # ids ascending and unique, no link leads nowhere
    behind = {actor.id for actors in merges.sources.values() for actor in actors}
    assert behind | set(tables.actors["id"].to_pylist()) == {actor.id for actor in WORLD.actors}
    assert len(tables.actors) == len(WORLD.actors) - len(behind) + len(merges.sources)
    names = {name for actor in tables.facts(Actor) for name in (actor.name, *actor.aliases)}
    assert {actor.name for actor in WORLD.actors} <= names
    assert len(tables.projects) == len(WORLD.projects)
    keys = tables.relationships.select(["source_id", "target_id", "kind", "occurrence"]).to_pylist()
    assert len({tuple(key.values()) for key in keys}) == len(keys)


@SLOW
@given(LINKS, st.randoms())
def test_order_and_direction_of_judgements_do_not_matter(pairs: list[tuple[str, str]], random: Random) -> None:
    turned = [pair[::-1] for pair in pairs]
    random.shuffle(turned)
    one, other = (merged(TABLES, clusters(judged(links)).canonical_ids) for links in (pairs, turned))
    for fact_type in SCHEMAS:
        assert one.of(fact_type).equals(other.of(fact_type))


@SLOW
@given(LINKS)
def test_taking_every_merge_back_restores_the_network(pairs: list[tuple[str, str]]) -> None:
    undone = [replace(judgement, verdict="different", at="2027") for judgement in judged(pairs)]
    assert merged(TABLES, clusters([*judged(pairs), *undone]).canonical_ids) is TABLES
