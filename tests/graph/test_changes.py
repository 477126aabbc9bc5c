from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph.changes import ChangeLog, Changes, read_changes, to_events
from graph.model import Actor, Provenance, Relationship
from graph.opening import open_store
from graph.store import BATCH_SIZE, GraphStore, UpsertCounts

MAY, JUNE = Provenance("may.csv"), Provenance("june.csv")
LAN, HOA = Actor("lan", "expert", "Lan", provenance=MAY), Actor("hoa", "expert", "Hoa", provenance=JUNE)
TIE = Relationship("lan", "hoa", "mentors", provenance=JUNE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    with open_store(tmp_path / "network.db") as store:
        yield store


def test_a_load_tells_what_it_changed_by_source_and_table(store: GraphStore) -> None:
    log = ChangeLog(store, "2026-05-31T08:00:00Z")
    assert log.upsert([LAN, HOA]) == UpsertCounts(n_inserted=2)
    log.upsert([TIE])
    assert log.upsert([LAN]) == UpsertCounts(n_unchanged=1)
    assert log.upsert([]) == UpsertCounts()
    assert read_changes(store) == [
        Changes(log.load, "june.csv", "actors", new=(("hoa",),)),
        Changes(log.load, "may.csv", "actors", new=(("lan",),)),
        Changes(log.load, "june.csv", "relationships", new=(("lan", "hoa", "mentors", 0),)),
    ]


def test_the_next_load_tells_what_vanished_changed_and_returned(store: GraphStore) -> None:
    ChangeLog(store, "2026-05").upsert([LAN, HOA])
    gone = replace(HOA, provenance=replace(JUNE, last_seen="2026-05-31"))
    june = ChangeLog(store, "2026-06")
    june.upsert([replace(LAN, name="Lân")])
    june.upsert([replace(LAN, name="Lân", needs=("phòng đo",))])
    june.upsert([gone])
    july = ChangeLog(store, "2026-07")
    july.upsert([replace(HOA, summary="chuyên gia")])
    assert read_changes(store, n_loads=2) == [
        Changes("2026-06", "may.csv", "actors", changed={("lan",): ("name", "needs")}),
        Changes("2026-06", "june.csv", "actors", vanished=(("hoa",),)),
        Changes("2026-07", "june.csv", "actors", changed={("hoa",): ("summary",)}, returned=(("hoa",),)),
    ]
    assert read_changes(store, since="2026-07") == read_changes(store, n_loads=1)
    assert [changes.n for changes in read_changes(store, n_loads=1)] == [2]
    assert read_changes(store, n_loads=0) == read_changes(store, since="2027") == []
    assert len(read_changes(store, n_loads=99)) == len(read_changes(store)) == 5


def test_events_stay_small_and_hold_no_texts(store: GraphStore) -> None:
    many = [Actor(f"a{number}", "expert", "Tên riêng", provenance=MAY) for number in range(BATCH_SIZE + 1)]
    ChangeLog(store).upsert(many)
    events = store.events("change")
    assert [len(event.payload["new"]) for event in events] == [BATCH_SIZE, 1]
    assert "Tên riêng" not in str(events)
    (changes,) = read_changes(store)
    assert changes.new == tuple((actor.id,) for actor in many)


def test_an_erased_person_is_in_no_change(store: GraphStore) -> None:
    log = ChangeLog(store)
    log.upsert([LAN, HOA])
    log.upsert([TIE])
    log.upsert([replace(LAN, name="Lân")])
    store.erase_actor("lan")
    assert "lan" not in str(store.events())
    assert [changes.new for changes in read_changes(store) if changes.n] == [(("hoa",),)]


def test_nothing_is_told_of_no_change() -> None:
    assert list(to_events(Changes("2026", "may.csv", "actors"))) == []


def test_a_write_says_who_made_it_and_a_load_does_not(store: GraphStore) -> None:
    ChangeLog(store, "2026-05").upsert([LAN])
    ChangeLog(store, "2026-06", by="minh.t").upsert([replace(LAN, name="Lân")])
    ChangeLog(store, "2026-07", by="minh.t").upsert([replace(LAN, name="Lân")])
    load, write = read_changes(store)
    assert (load.by, write.by, write.changed) == (None, "minh.t", {("lan",): ("name",)})
    assert "by" not in store.events("change")[0].payload
