"""What every graph store does, whatever holds its rows."""

import time
import unicodedata
from dataclasses import replace

import numpy as np
import pytest

from graph.errors import DanglingEndError, StoreUnavailableError
from graph.model import Actor, Event, Fact, Participation, Project, Provenance, Relationship
from graph.store import N_SEARCH_WORDS, Counts, GraphStore, UpsertCounts
from graph.tables import KEYS, SCHEMAS, Tables
from tests.contracts.conftest import OpenStore, on_newest_too
from tests.worlds import World, generated_network, load_world

FULL_ACTOR = Actor(
    id="st-cảm-biến",
    kind="startup",
    name="Cảm biến Hà Nội",
    subkind="spin_off",
    name_en="Hanoi Sensors",
    short_name="CBHN",
    aliases=("Cảm biến HN", "CB | HN"),
    summary="Dòng một.\nDòng hai, “ngoặc kép” và \\ gạch chéo.",
    summary_en="",
    fields=("smart_city", "no_such_field"),
    needs=("nơi đặt trạm",),
    offers=("trạm đo bụi mịn", "bản đồ"),
    district_or_city="Hà Nội",
    country="VN",
    founded="2021-03",
    website="https://example.org/?a=1&b=2",
    identifiers=("tax:0101", "ror:04nyv3z04"),
    attributes={"mã số thuế": "0101", "ghi chú": "", "empty": ""},
    provenance=Provenance("actors.csv", "https://example.org/source", last_seen="2026-01-31"),
)
BARE_ACTOR = Actor("sc-1", "school", "Trường Một")
FULL_PROJECT = Project(
    id="pj-1",
    kind="challenge",
    title="Giảm ngập",
    title_en="Less flooding",
    summary="Bài toán",
    summary_en="Problem",
    theme="nước",
    fields=("water",),
    owner_id="sc-1",
    year="2025",
    start="2025-06",
    end="2026-12-31",
    total_cost=1.5e9,
    attributes={"KPI": "30 điểm"},
    provenance=Provenance("projects.csv", "https://example.org/p", last_seen="2026-01-31"),
)
BARE_PROJECT = Project("pj-2", "project", "Dự án")
FULL_RELATIONSHIP = Relationship(
    source_id="st-cảm-biến",
    target_id="sc-1",
    kind="rd_contract",
    since="2024",
    until="2025-12",
    status="active",
    value_vnd=9_007_199_254_740_993,
    note="Hợp đồng",
    attributes={"số": "12/HĐ"},
    provenance=Provenance("relationships.csv", "https://example.org/r", last_seen="2026-01-31"),
)
BARE_RELATIONSHIP = Relationship("sc-1", "st-cảm-biến", "signed_mou")
FULL_PARTICIPATION = Participation(
    "pj-1",
    "sc-1",
    "đầu mối",
    attributes={"vai": "chính"},
    provenance=Provenance("p.csv", "https://example.org/m", last_seen="2026-01-31"),
)
BARE_PARTICIPATION = Participation("pj-2", "st-cảm-biến")
SMALL = World(
    [FULL_ACTOR, BARE_ACTOR],
    [FULL_PROJECT, BARE_PROJECT],
    [FULL_RELATIONSHIP, BARE_RELATIONSHIP],
    [FULL_PARTICIPATION, BARE_PARTICIPATION],
)
FRAGMENTS = (
    "'; DROP TABLE actors; --",
    "`}) DETACH DELETE n //",
    "' OR 1=1",
    "$id",
    "x\\' RETURN 1",
    'a/b\\c"d',
    "<script>alert(1)</script>",
    "new\nline\ttab",
    "😀 \uff5e",
    "null",
)


def unstamped(fact: Fact | None) -> Fact | None:
    return fact and replace(fact, provenance=replace(fact.provenance, recorded_at=""))


def assert_holds(store: GraphStore, world: World) -> None:
    tables, expected = store.tables(), world.tables()
    for fact_type, schema in SCHEMAS.items():
        table = tables.of(fact_type)
        assert table.schema.equals(schema)
        without_time = table.drop_columns("recorded_at")
        assert without_time.equals(expected.of(fact_type).drop_columns("recorded_at")), fact_type
        assert all(len(time) == len("2026-01-01T00:00:00Z") for time in table["recorded_at"].to_pylist())


def recorded_at(tables: Tables, index: int) -> str:
    time_of_recording: str = tables.actors["recorded_at"][index].as_py()
    return time_of_recording


def names(actors: list[Actor]) -> list[str]:
    return [actor.name for actor in actors]


def named(*actor_names: str, kind: str = "business") -> list[Actor]:
    return [Actor(f"bz-{index}", kind, name) for index, name in enumerate(actor_names)]


def test_an_empty_store_is_empty(store: GraphStore) -> None:
    assert store.counts() == Counts(0, 0, 0, 0)
    assert store.get_actor("sc-1") is None
    assert store.get_project("pj-1") is None
    assert store.search_actors("trường") == []
    assert store.events() == []
    assert_holds(store, World([], [], [], []))


@on_newest_too
def test_everything_comes_back_as_it_was_given(store: GraphStore) -> None:
    assert load_world(store, SMALL) == UpsertCounts(n_inserted=8)
    assert store.counts() == Counts(2, 2, 2, 2)
    assert_holds(store, SMALL)
    assert unstamped(store.get_actor(FULL_ACTOR.id)) == FULL_ACTOR
    assert unstamped(store.get_actor(BARE_ACTOR.id)) == BARE_ACTOR
    assert unstamped(store.get_project(FULL_PROJECT.id)) == FULL_PROJECT
    assert unstamped(store.get_project(BARE_PROJECT.id)) == BARE_PROJECT
    assert [unstamped(tie) for tie in store.tables().facts(Relationship)] == [BARE_RELATIONSHIP, FULL_RELATIONSHIP]
    assert unstamped(store.get_relationship("st-cảm-biến", "sc-1", "rd_contract")) == FULL_RELATIONSHIP
    assert store.get_relationship("st-cảm-biến", "sc-1", "rd_contract", 1) is None


def test_an_absent_text_is_not_an_empty_one(store: GraphStore) -> None:
    store.upsert_actors([FULL_ACTOR, BARE_ACTOR])
    empty, absent = store.get_actor(FULL_ACTOR.id), store.get_actor(BARE_ACTOR.id)
    assert empty is not None
    assert absent is not None
    assert empty.summary_en == ""
    assert absent.summary_en is None
    store.upsert_actors([replace(BARE_ACTOR, summary_en="")])
    changed = store.get_actor(BARE_ACTOR.id)
    assert changed is not None
    assert changed.summary_en == ""


@on_newest_too
def test_only_what_changed_is_written_and_stamped_anew(store: GraphStore) -> None:
    load_world(store, SMALL)
    before, revision = store.tables(), store.revision()
    time.sleep(1.1)  # the time of recording has a resolution of a second
    assert load_world(store, SMALL) == UpsertCounts(n_unchanged=8)
    assert store.tables() == before
    assert store.revision() == revision

    changed = replace(BARE_ACTOR, short_name="T1")
    assert store.upsert_actors([FULL_ACTOR, changed]) == UpsertCounts(n_updated=1, n_unchanged=1)
    assert_holds(store, replace(SMALL, actors=[FULL_ACTOR, changed]))
    times = {"sc-1": recorded_at(before, 0), FULL_ACTOR.id: recorded_at(before, 1)}
    assert recorded_at(store.tables(), 0) > times["sc-1"]
    assert recorded_at(store.tables(), 1) == times[FULL_ACTOR.id]
    assert store.revision() > revision


@on_newest_too
def test_every_type_of_fact_can_be_updated(store: GraphStore) -> None:
    load_world(store, SMALL)
    changed = World(
        [replace(FULL_ACTOR, aliases=(), needs=("a", "b"), name_en=None), BARE_ACTOR],
        [replace(FULL_PROJECT, total_cost=None, fields=(), attributes={}, owner_id=None), BARE_PROJECT],
        [replace(FULL_RELATIONSHIP, since=None, value_vnd=0, note=""), BARE_RELATIONSHIP],
        [replace(FULL_PARTICIPATION, role=None), BARE_PARTICIPATION],
    )
    assert load_world(store, changed) == UpsertCounts(n_updated=4, n_unchanged=4)
    assert_holds(store, changed)
    assert store.counts() == Counts(2, 2, 2, 2)


@on_newest_too
def test_a_kind_can_change(store: GraphStore) -> None:
    load_world(store, SMALL)
    grown = replace(FULL_ACTOR, kind="business", subkind=None)
    store.upsert_actors([grown])
    assert_holds(store, replace(SMALL, actors=[grown, BARE_ACTOR]))
    assert store.search_actors("cảm biến", kinds=("startup",)) == []
    assert names(store.search_actors("cảm biến", kinds=("business",))) == [grown.name]


@on_newest_too
def test_a_kind_nobody_knows_is_kept(store: GraphStore) -> None:
    world = World(
        [Actor("a", "guild", "A"), Actor("b", "x`) DETACH DELETE n //", "B")],
        [Project("p", "festival", "P")],
        [Relationship("a", "b", "danced_with"), Relationship("a", "b", "]->() DELETE r //")],
        [Participation("p", "a")],
    )
    load_world(store, world)
    assert_holds(store, world)
    assert load_world(store, world).n_unchanged == len(list(world))
    assert store.upsert_relationships([Relationship("a", "b", "danced_with", note="2025")]).n_updated == 1
    assert store.counts().n_relationships == 2


def test_of_one_key_twice_in_a_call_the_last_is_kept(store: GraphStore) -> None:
    assert store.upsert_actors([BARE_ACTOR, replace(BARE_ACTOR, name="Trường Hai")]) == UpsertCounts(n_inserted=1)
    assert_holds(store, World([replace(BARE_ACTOR, name="Trường Hai")], [], [], []))


def test_occurrences_are_facts_of_their_own(store: GraphStore) -> None:
    load_world(store, SMALL)
    second = replace(BARE_RELATIONSHIP, occurrence=1, since="2026")
    again = replace(BARE_PARTICIPATION, occurrence=1, role="nhà tài trợ")
    assert store.upsert_relationships([BARE_RELATIONSHIP, second]) == UpsertCounts(n_inserted=1, n_unchanged=1)
    assert store.upsert_participations([again, BARE_PARTICIPATION]) == UpsertCounts(n_inserted=1, n_unchanged=1)
    assert_holds(
        store,
        replace(
            SMALL,
            relationships=[*SMALL.relationships, second],
            participations=[*SMALL.participations, again],
        ),
    )


def test_an_actor_may_be_tied_to_itself(store: GraphStore) -> None:
    world = World([BARE_ACTOR], [], [Relationship("sc-1", "sc-1", "part_of")], [])
    load_world(store, world)
    assert_holds(store, world)


@on_newest_too
@pytest.mark.parametrize(
    ("missing", "tie"),
    [
        ("nobody/'x", Relationship("nobody/'x", "sc-1", "partnered_in")),
        ("nobody", Relationship("sc-1", "nobody", "partnered_in")),
        ("pj-1", Relationship("pj-1", "sc-1", "partnered_in")),
    ],
)
def test_a_relationship_without_an_end_writes_nothing(store: GraphStore, missing: str, tie: Relationship) -> None:
    load_world(store, SMALL)
    revision = store.revision()
    with pytest.raises(DanglingEndError, match="not stored") as caught:
        store.upsert_relationships([Relationship("sc-1", "sc-1", "part_of"), tie, replace(FULL_RELATIONSHIP, note="x")])
    assert caught.value.context["id"] == missing
    assert repr(missing) in caught.value.message
    assert store.revision() == revision
    assert_holds(store, SMALL)


@pytest.mark.parametrize(("missing", "project_id", "actor_id"), [("pj-9", "pj-9", "sc-1"), ("sc-9", "pj-1", "sc-9")])
def test_a_participation_without_an_end_writes_nothing(
    store: GraphStore, missing: str, project_id: str, actor_id: str
) -> None:
    load_world(store, SMALL)
    with pytest.raises(DanglingEndError) as caught:
        store.upsert_participations([Participation("pj-2", "sc-1"), Participation(project_id, actor_id)])
    assert caught.value.context["id"] == missing
    assert_holds(store, SMALL)


def test_writing_nothing_changes_nothing(store: GraphStore) -> None:
    revision = store.revision()
    for upsert in (store.upsert_actors, store.upsert_relationships):
        assert upsert([]) == UpsertCounts()
    assert store.revision() == revision


def test_search_ignores_diacritics_and_case(store: GraphStore) -> None:
    store.upsert_actors(named("Đại học Bách khoa Hà Nội"))
    for text in ("đại học bách khoa", "DAI HOC BACH KHOA", "bách khoa hà nội", "hà, nội!"):
        assert len(store.search_actors(unicodedata.normalize("NFD", text))) == 1, text
        assert len(store.search_actors(text)) == 1, text


def test_search_takes_every_word_as_a_beginning(store: GraphStore) -> None:
    store.upsert_actors(named("Đại học Bách khoa Hà Nội", "Đại học Thủy lợi"))
    assert names(store.search_actors("bach ha")) == ["Đại học Bách khoa Hà Nội"]
    assert names(store.search_actors("hoc thu")) == ["Đại học Thủy lợi"]
    assert store.search_actors("ach khoa") == []
    assert store.search_actors("bach thuy") == []


def test_search_knows_every_name_of_an_actor(store: GraphStore) -> None:
    actor = Actor("sc", "school", "Đại học A", name_en="University of A", short_name="ĐHA", aliases=("Trường B", "C"))
    store.upsert_actors([actor])
    for text in ("university", "dha", "truong b", "c", "university truong"):
        assert names(store.search_actors(text)) == ["Đại học A"], text
    store.upsert_actors([replace(actor, aliases=())])
    assert store.search_actors("truong") == []


@on_newest_too
def test_search_puts_the_closest_name_first(store: GraphStore) -> None:
    store.upsert_actors(
        [
            Actor("5", "school", "Trung tâm Viettel"),
            Actor("4", "school", "Học viện Hàng không"),
            Actor("3", "business", "Viettel High Tech"),
            Actor("2", "business", "VIETTEL"),
            Actor("1", "business", "Tập đoàn A", short_name="Viettel"),
            Actor("0", "business", "Tập đoàn B", short_name="Viettel"),
        ]
    )
    assert [actor.id for actor in store.search_actors("viettel")] == ["2", "3", "0", "1", "5"]
    assert [actor.id for actor in store.search_actors("Việ")] == ["2", "3", "0", "1", "5", "4"]


@on_newest_too
def test_search_is_limited_and_filtered_by_kind(store: GraphStore) -> None:
    store.upsert_actors([Actor(f"a{index:02}", "school" if index % 2 else "expert", "Lan") for index in range(30)])
    assert [actor.id for actor in store.search_actors("lan", limit=3)] == ["a00", "a01", "a02"]
    assert [actor.id for actor in store.search_actors("lan", kinds=("school",), limit=2)] == ["a01", "a03"]
    assert len(store.search_actors("lan", kinds=("school", "expert"))) == 20
    assert store.search_actors("lan", kinds=("agency", "no'such")) == []
    assert len(store.search_actors("lan", limit=10**30)) == 30
    assert store.search_actors("lan", limit=0) == store.search_actors("lan", limit=-1) == []


@pytest.mark.parametrize("text", ["", " ", "!?*", "Москва", "\x00", '"'])
def test_search_without_a_word_finds_nobody(store: GraphStore, text: str) -> None:
    store.upsert_actors(named("Đại học A", "Москва"))
    assert store.search_actors(text) == []


@pytest.mark.parametrize(
    "text", ['lan"* OR a*', "lan OR hoa", "lan AND NOT", "+lan -hoa", "search_key:lan", "hoa^2 lan", "NEAR(lan)"]
)
def test_search_has_no_language_of_its_own(store: GraphStore, text: str) -> None:
    store.upsert_actors(named("Hoa", "Lan"))
    assert store.search_actors(text) == []


def test_search_takes_texts_and_names_of_any_length(store: GraphStore) -> None:
    long_word, many_words = "a" * 5_000, " ".join(f"w{index}" for index in range(2_000))
    store.upsert_actors(named(long_word, many_words))
    assert len(store.search_actors(long_word)) == 1
    assert names(store.search_actors(many_words)) == [many_words]
    assert names(store.search_actors(f"{many_words[: N_SEARCH_WORDS * 3]} w1999")) == [many_words]
    assert store.search_actors("a" * 300 + " b") == []


@on_newest_too
def test_erasing_an_actor_takes_all_that_names_it(store: GraphStore) -> None:
    load_world(store, SMALL)
    revision = store.revision()
    assert store.erase_actor("sc-1")
    orphan = replace(FULL_PROJECT, owner_id=None)
    left = World([FULL_ACTOR], [orphan, BARE_PROJECT], [], [BARE_PARTICIPATION])
    assert_holds(store, left)
    assert store.counts() == Counts(1, 2, 0, 1)
    assert store.search_actors("trường") == []
    assert store.revision() > revision
    assert store.upsert_projects([orphan, FULL_PROJECT]) == UpsertCounts(n_updated=1)  # the owner can be named again


def test_erasing_nobody_changes_nothing(store: GraphStore) -> None:
    load_world(store, SMALL)
    revision = store.revision()
    assert not store.erase_actor("nobody")
    assert not store.erase_actor("pj-1")
    assert store.revision() == revision
    assert_holds(store, SMALL)


def test_an_erased_actor_can_come_back(store: GraphStore) -> None:
    load_world(store, SMALL)
    store.erase_actor("sc-1")
    load_world(store, SMALL)
    assert_holds(store, SMALL)
    assert names(store.search_actors("trường một")) == ["Trường Một"]


@on_newest_too
def test_events_are_kept_in_order(store: GraphStore) -> None:
    revision = store.revision()
    events = [
        Event("introduced", "2026-01-02T00:00:00Z", {"source_id": "a'b", "target_id": "c"}),
        Event("loaded", "2026-01-01T00:00:00Z", {"n_rows": 2, "share": 0.5, "kinds": ["a", "b"], "none": None}),
        Event("introduced", "2026-01-02T00:00:00Z", {}),
    ]
    for event in events:
        store.append_event(event)
    assert store.events() == events
    assert store.events("introduced") == [events[0], events[2]]
    assert store.events("' OR 1=1") == []
    assert store.revision() == revision


@on_newest_too
@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_text_is_only_ever_text(store: GraphStore, fragment: str) -> None:
    world = World(
        [Actor(fragment, "expert", fragment, aliases=(fragment,), attributes={fragment: fragment}), BARE_ACTOR],
        [Project(fragment, "product", fragment, owner_id=fragment)],
        [Relationship(fragment, "sc-1", "mentors", note=fragment, status=fragment)],
        [Participation(fragment, fragment, fragment)],
    )
    load_world(store, world)
    assert_holds(store, world)
    actor = store.get_actor(fragment)
    assert actor is not None
    assert actor.name == fragment
    assert store.get_actor(f"{fragment}x") is None
    store.search_actors(fragment, kinds=(fragment,))
    assert store.erase_actor(fragment)
    assert store.counts() == Counts(1, 1, 0, 0)


def test_tables_are_sorted_by_key(store: GraphStore) -> None:
    world = generated_network(60, np.random.default_rng(7))
    backwards = World(world.actors[::-1], world.projects[::-1], world.relationships[::-1], world.participations[::-1])
    load_world(store, backwards)
    for fact_type, key in KEYS.items():
        keys = store.tables().of(fact_type).select(list(key)).to_pylist()
        assert keys == sorted(keys, key=lambda row: tuple(row.values()))


@on_newest_too
def test_two_handles_see_the_same_network(open_handle: OpenStore) -> None:
    first, second = open_handle(), open_handle()
    first.upsert_actors([FULL_ACTOR])
    second.upsert_actors([BARE_ACTOR])
    assert first.upsert_relationships([FULL_RELATIONSHIP]) == UpsertCounts(n_inserted=1)
    assert second.upsert_relationships([FULL_RELATIONSHIP]) == UpsertCounts(n_unchanged=1)
    assert first.revision() == second.revision() == 3
    assert first.tables() == second.tables()


def test_what_was_written_is_there_when_it_is_opened_again(open_handle: OpenStore) -> None:
    with open_handle() as store:
        load_world(store, SMALL)
        uri = store.uri
    again = open_handle()
    assert again.uri == uri
    assert_holds(again, SMALL)


def test_a_closed_store_says_so(open_handle: OpenStore) -> None:
    store = open_handle()
    store.close()
    store.close()
    for use in (store.revision, store.tables, lambda: store.upsert_actors([BARE_ACTOR])):
        with pytest.raises(StoreUnavailableError, match="closed"):
            use()
