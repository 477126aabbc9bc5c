"""What every graph store says about the sources of its facts, and about what a write changed in them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from graph.errors import DanglingEndError
from graph.judgements import Judgement, append_judgements, read_judgements, to_event
from graph.model import Actor, Event, Fact, Participation, Project, Provenance, Relationship
from graph.snapshot import GraphSnapshot
from graph.store import BATCH_SIZE, Counts, GraphStore, UpsertCounts, Upserted
from graph.tables import key_of
from tests.contracts.conftest import on_newest_too
from tests.worlds import World, generated_network, load_world

MAY, JUNE = Provenance("may.csv"), Provenance("june.csv")
LAN = Actor("lan", "expert", "Lan", provenance=MAY)
HOA = Actor("hoa", "expert", "Hoa", provenance=JUNE)
PROJECT = Project("p", "project", "Dự án", provenance=JUNE)
TIE = Relationship("lan", "hoa", "mentors", provenance=MAY)
PART = Participation("p", "lan", provenance=JUNE)
SMALL = World([LAN, HOA], [PROJECT], [TIE], [PART])


def timeless(facts: Sequence[Fact]) -> list[Fact]:
    return [replace(fact, provenance=replace(fact.provenance, recorded_at="")) for fact in facts]


@on_newest_too
def test_facts_come_by_their_source(store: GraphStore) -> None:
    load_world(store, SMALL)
    assert timeless(list(store.facts_from("may.csv"))) == [LAN, TIE]
    assert timeless(list(store.facts_from("june.csv"))) == [HOA, PROJECT, PART]
    assert list(store.facts_from("' OR 1=1")) == []
    assert store.sources() == {"june.csv": Counts(1, 1, 0, 1), "may.csv": Counts(1, 0, 1, 0)}
    store.upsert_actors([replace(LAN, provenance=JUNE)])
    assert timeless(list(store.facts_from("may.csv"))) == [TIE]


def test_an_empty_store_has_no_sources(store: GraphStore) -> None:
    assert store.sources() == {}
    assert list(store.facts_from("")) == []


def test_more_facts_than_a_batch_come_once_each_while_they_are_rewritten(store: GraphStore) -> None:
    world = generated_network(3_400, np.random.default_rng(1))
    load_world(store, replace(world, projects=[], participations=[]))
    assert len(world.relationships) > BATCH_SIZE
    seen: list[Fact] = []
    for fact in store.facts_from("relationships.csv"):
        if len(seen) % 1_000 == 0:
            assert isinstance(fact, Relationship)
            store.upsert_relationships([replace(fact, note="đã sửa")])
        seen.append(fact)
    assert sorted(map(key_of, seen)) == sorted(map(key_of, world.relationships))
    assert [fact.id for fact in store.facts_from("actors.csv") if isinstance(fact, Actor)] != []
    assert {key_of(fact) for fact in store.facts_from("actors.csv")} == set(map(key_of, world.actors))


@on_newest_too
def test_a_write_says_what_was_new_and_what_changed_in_which_columns(store: GraphStore) -> None:
    assert store.upsert_facts([LAN, HOA]) == Upserted(UpsertCounts(n_inserted=2), new=(("lan",), ("hoa",)))
    changed = replace(LAN, name="Lân", needs=("phòng đo",), attributes={"điện thoại": "1"})
    told = store.upsert_facts([HOA, changed, Actor("an", "expert", "An")])
    assert told.counts == UpsertCounts(1, 1, 1)
    assert told.new == (("an",),)
    assert told.changed == {("lan",): ("name", "needs", "điện thoại")}
    moved = replace(changed, provenance=Provenance("june.csv", "https://example.org"))
    assert store.upsert_facts([moved]).changed == {("lan",): ("source", "source_url")}
    assert store.upsert_facts([moved]) == Upserted(UpsertCounts(n_unchanged=1))
    assert store.upsert_facts([]) == Upserted()


@on_newest_too
def test_links_say_so_too(store: GraphStore) -> None:
    load_world(store, SMALL)
    told = store.upsert_facts([replace(TIE, since="2026"), replace(TIE, occurrence=1)])
    assert told.new == (("lan", "hoa", "mentors", 1),)
    assert told.changed == {("lan", "hoa", "mentors", 0): ("since",)}
    assert store.upsert_facts([replace(PART, role="thành viên")]).changed == {("p", "lan", 0): ("role",)}
    assert store.upsert_facts([replace(PROJECT, total_cost=2.0)]).changed == {("p",): ("total_cost",)}


@on_newest_too
@pytest.mark.parametrize("fact", [LAN, PROJECT, TIE, PART])
def test_what_vanishes_and_returns_has_changed(store: GraphStore, fact: Fact) -> None:
    load_world(store, SMALL)
    revision, key = store.revision(), key_of(fact)
    told = store.upsert_facts([gone_of(fact, "2026-05-31")])
    assert (told.counts, told.vanished, told.changed) == (UpsertCounts(n_updated=1), (key,), {})
    assert store.revision() > revision
    assert store.upsert_facts([gone_of(fact, "2026-06-30")]).counts == UpsertCounts(n_updated=1)
    told = store.upsert_facts([fact])
    assert (told.counts, told.returned, told.vanished) == (UpsertCounts(n_updated=1), (key,), ())


def gone_of(fact: Fact, day: str) -> Fact:
    return replace(fact, provenance=replace(fact.provenance, last_seen=day))


def test_a_write_tells_the_log_in_the_same_transaction(store: GraphStore) -> None:
    def events_of(told: Upserted) -> list[Event]:
        return [Event("change", "2026-01-01T00:00:00Z", {"new": [key[0] for key in told.new]})]

    store.upsert_facts([LAN, HOA], events_of)
    assert [event.payload for event in store.events("change")] == [{"new": ["lan", "hoa"]}]
    with pytest.raises(DanglingEndError):
        store.upsert_facts([TIE, replace(TIE, target_id="nobody")], events_of)
    with pytest.raises(ZeroDivisionError):
        store.upsert_facts([replace(LAN, name="Lân")], lambda told: [Event("change", "", {"n": 1 // len(told.new)})])
    assert len(store.events()) == 1
    assert timeless(list(store.facts_from("may.csv"))) == [LAN]


@on_newest_too
def test_events_are_appended_together_and_judgements_are_part_of_the_picture(store: GraphStore) -> None:
    revision = store.revision()
    loads = [Event("load", "2026-01-01T00:00:00Z", {"n": number}) for number in range(3)]
    store.append_events(loads)
    store.append_events([])
    assert store.revision() == revision
    judgement = to_event(Judgement.now("a", "b", "same", "minh"))
    store.append_events([judgement, Event("load", "2026-01-02T00:00:00Z", {})])
    assert store.revision() == revision + 1
    store.append_event(judgement)
    assert store.revision() == revision + 2
    assert store.events("load") == [*loads, Event("load", "2026-01-02T00:00:00Z", {})]
    assert store.events("judgement") == [judgement, judgement]
    assert len(store.events()) == 6


@on_newest_too
def test_the_log_forgets_an_erased_actor(store: GraphStore) -> None:
    load_world(store, SMALL)
    at = "2026-01-01T00:00:00Z"
    kept = [
        to_event(Judgement("hoa", "lan-anh", "same", "minh", at)),
        Event("load", at, {"lan": 3}),
    ]
    store.append_events([to_event(Judgement("hoa", "lan", "same", "minh", at)), *kept])
    store.append_event(
        Event("change", at, {"new": ["lan", "hoa"], "changed": [["lan", ["name"]], [["lan", "hoa", "mentors", 0], []]]})
    )
    assert store.erase_actor("lan")
    assert store.events("judgement") == [kept[0]]
    assert store.events("load") == [kept[1]]
    assert store.events("change") == [Event("change", at, {"new": ["hoa"], "changed": []})]
    store.upsert_actors([LAN])
    assert store.events("judgement") == [kept[0]]


def test_judgements_merge_what_a_snapshot_shows_and_leave_the_store_as_it_is(store: GraphStore) -> None:
    load_world(store, SMALL)
    before, tables, revision = GraphSnapshot.from_store(store), store.tables(), store.revision()
    append_judgements(store, [Judgement.now("lan", "hoa", "same", "minh")])
    assert store.revision() == revision + 1
    merged = GraphSnapshot.from_store(store)
    assert (merged.n_actors, merged.actor(0).aliases, merged.index_of("lan")) == (1, ("Lan",), 0)
    assert store.tables() == tables
    append_judgements(store, [Judgement.now("hoa", "lan", "different", "minh")])
    assert GraphSnapshot.from_store(store).digest == before.digest
    store.erase_actor("lan")
    assert read_judgements(store) == []


@on_newest_too
def test_judgements_are_no_facts(store: GraphStore) -> None:
    load_world(store, SMALL)
    tables, counts, sources = store.tables(), store.counts(), store.sources()
    append_judgements(store, [Judgement.now("lan", "hoa", "same", "minh")])
    assert (store.tables(), store.counts(), store.sources()) == (tables, counts, sources)
    assert store.get_relationship("hoa", "lan", "same_as") is None
    assert timeless(list(store.facts_from("may.csv"))) == [LAN, TIE]
    assert store.upsert_relationships([TIE]) == UpsertCounts(n_unchanged=1)
    assert GraphSnapshot.from_store(store).n_actors == 1
    assert store.erase_actor("lan")
    assert read_judgements(store) == []
    assert GraphSnapshot.from_store(store).n_actors == 1
