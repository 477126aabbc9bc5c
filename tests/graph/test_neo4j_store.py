import logging
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from graph.errors import StoreCredentialsError, StoreError, StoreSchemaError, StoreUnavailableError, StoreUriError
from graph.model import Actor, Event, Project, Relationship
from graph.opening import open_store
from graph.store import Credentials, GraphStore, UpsertCounts
from tests.servers import Neo4jServer, free_port
from tests.worlds import generated_network, load_world

CREDENTIALS = Credentials("neo4j", "wrong-password")


@pytest.fixture
def server(neo4j_lts: Neo4jServer) -> Neo4jServer:
    neo4j_lts.clear()
    return neo4j_lts


@pytest.fixture
def store(server: Neo4jServer) -> Iterator[GraphStore]:
    with open_store(server.uri, server.credentials) as store:
        yield store


def test_without_a_password_it_says_which_settings_to_set() -> None:
    with pytest.raises(StoreCredentialsError, match="KETNOI_NEO4J_PASSWORD") as caught:
        open_store("bolt://127.0.0.1:7687")
    assert caught.value.code == "store_credentials_missing"


@pytest.mark.parametrize("scheme", ["bolt", "neo4j", "bolt+s"])
def test_a_dead_address_is_known_within_seconds(scheme: str) -> None:
    start = time.monotonic()
    with pytest.raises(StoreUnavailableError, match="does not answer") as caught:
        open_store(f"{scheme}://127.0.0.1:{free_port()}", CREDENTIALS)
    assert time.monotonic() - start < 5
    assert caught.value.__cause__ is not None


def test_a_silent_address_is_known_within_seconds() -> None:
    start = time.monotonic()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with pytest.raises(StoreUnavailableError):
            open_store(f"bolt://127.0.0.1:{listener.getsockname()[1]}", CREDENTIALS)
    assert time.monotonic() - start < 15


def test_a_name_nobody_knows_is_no_server() -> None:
    with pytest.raises(StoreUnavailableError):
        open_store("neo4j://no-such-host.invalid:7687", CREDENTIALS)


@pytest.mark.parametrize("uri", ["bolt://127.0.0.1:no-port", "neo4j://127.0.0.1:1?a=b&a=c", "bolt://[::1"])
def test_an_address_the_driver_cannot_read_is_refused(uri: str) -> None:
    with pytest.raises(StoreUriError, match="no address"):
        open_store(uri, CREDENTIALS)


def test_the_password_is_never_shown() -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        open_store(f"bolt://127.0.0.1:{free_port()}", CREDENTIALS)
    assert "wrong-password" not in f"{caught.value} {caught.value.context} {CREDENTIALS}"


@pytest.mark.neo4j
def test_a_wrong_password_is_refused(server: Neo4jServer) -> None:
    with pytest.raises(StoreCredentialsError, match="refuses") as caught:
        open_store(server.uri, CREDENTIALS)
    assert "wrong-password" not in caught.value.message


@pytest.mark.neo4j
def test_kinds_are_labels_and_types(server: Neo4jServer, store: GraphStore) -> None:
    store.upsert_actors([Actor("a", "startup", "A"), Actor("b", "school", "B"), Actor("c", "no_such_kind", "C")])
    store.upsert_relationships([Relationship("a", "b", "signed_mou"), Relationship("a", "b", "no_such_kind")])
    store.upsert_projects([Project("p", "challenge", "P", owner_id="b")])
    assert _labels(server) == {"a": ["Actor", "Startup"], "b": ["Actor", "School"], "c": ["Actor"]}
    ties = server.run("MATCH (:Actor)-[r]->(:Actor) RETURN type(r) AS type ORDER BY type")
    assert [tie["type"] for tie in ties] == ["RELATED_TO", "SIGNED_MOU"]
    (owned,) = server.run("MATCH (a:Actor)-[:OWNS]->(p:Opportunity:Challenge) RETURN a.id AS owner")
    assert owned["owner"] == "b"

    store.upsert_actors([Actor("a", "business", "A"), Actor("c", "expert", "C")])
    assert _labels(server) == {"a": ["Actor", "Business"], "b": ["Actor", "School"], "c": ["Actor", "Expert"]}


@pytest.mark.neo4j
def test_owners_are_drawn_whatever_comes_first(server: Neo4jServer, store: GraphStore) -> None:
    project = Project("p", "product", "P", owner_id="late")
    store.upsert_projects([project])
    assert _owners(server) == []
    store.upsert_actors([Actor("late", "business", "Late"), Actor("other", "business", "Other")])
    assert _owners(server) == ["late"]
    store.upsert_actors([Actor("late", "business", "Later")])
    assert _owners(server) == ["late"]
    store.upsert_projects([replace(project, owner_id="other")])
    assert _owners(server) == ["other"]
    store.erase_actor("other")
    assert _owners(server) == []


@pytest.mark.neo4j
@pytest.mark.parametrize("version", ["neo4j_lts", "neo4j_newest"])
def test_the_server_has_nothing_to_remark(
    version: str, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    server: Neo4jServer = request.getfixturevalue(version)
    server.clear()
    world = generated_network(50, np.random.default_rng(11))
    with open_store(server.uri, server.credentials) as store, caplog.at_level(logging.DEBUG, "neo4j.notifications"):
        load_world(store, world)
        load_world(store, replace(world, actors=[replace(actor, kind="expert") for actor in world.actors]))
        load_world(store, replace(world, relationships=[replace(tie, note="mới") for tie in world.relationships]))
        store.append_event(Event("loaded", "2026-01-01T00:00:00Z", {}))
        assert len(store.events()) == 1
        assert store.search_actors("công ty", kinds=("expert",))
        assert store.counts().n_actors == 50
        assert store.erase_actor(world.actors[0].id)
        assert len(store.tables().actors) == 49
        store.get_actor("x")
        store.get_project("x")
    assert [record.getMessage() for record in caplog.records if record.name == "neo4j.notifications"] == []


@pytest.mark.neo4j
def test_writers_at_the_same_time_lose_nothing(server: Neo4jServer, store: GraphStore) -> None:
    store.upsert_actors([Actor(f"a{index}", "expert", "A") for index in range(20)])
    ties = [Relationship(f"a{index}", f"a{19 - index}", "mentors") for index in range(20)]
    revision = store.revision()

    def write(order: int) -> int:
        with open_store(server.uri, server.credentials) as own:
            changed = [replace(tie, note=str(order)) for tie in ties[:: 1 if order % 2 else -1]]
            own.append_event(Event("wrote", "2026-01-01T00:00:00Z", {"order": order}))
            return own.upsert_relationships(changed).n_inserted

    with ThreadPoolExecutor(6) as pool:
        inserted = list(pool.map(write, range(6)))
    assert sum(inserted) == len(ties)
    assert store.counts().n_relationships == len(ties)
    assert store.revision() == revision + 6
    assert sorted(event.payload["order"] for event in store.events()) == list(range(6))


@pytest.mark.neo4j
def test_tables_show_one_state_while_another_writes(server: Neo4jServer, store: GraphStore) -> None:
    versions = [[Actor(f"a{index:03}", "expert", f"Name {version}") for index in range(300)] for version in range(12)]
    store.upsert_actors(versions[0])
    with open_store(server.uri, server.credentials) as writer, ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [writer.upsert_actors(actors) for actors in versions])
        while not writing.done():
            assert len(set(store.tables().actors["name"].to_pylist())) == 1
        writing.result()


@pytest.mark.neo4j
def test_nodes_of_others_are_left_alone(server: Neo4jServer, store: GraphStore) -> None:
    store.upsert_actors([Actor("a", "expert", "A"), Actor("b", "expert", "B")])
    server.run("MATCH (a:Actor {id: 'a'}) CREATE (a)-[:KNOWS {since: 2020}]->(:Actor {name: 'by hand'})")
    server.run("MATCH (a:Actor {id: 'a'}), (b:Actor {id: 'b'}) CREATE (a)-[:NOTE]->(b)")
    assert store.counts().n_actors == len(store.tables().actors) == 2
    assert store.counts().n_relationships == len(store.tables().relationships) == 0


@pytest.mark.neo4j
def test_a_database_of_another_application_is_refused(server: Neo4jServer) -> None:
    server.run("CREATE (:Actor {name: 'Keanu Reeves'})")
    with pytest.raises(StoreSchemaError, match="another application"):
        open_store(server.uri, server.credentials)
    (record,) = server.run("MATCH (n) RETURN count(n) AS n")
    assert record["n"] == 1


@pytest.mark.neo4j
def test_a_network_of_a_newer_version_is_refused(server: Neo4jServer, store: GraphStore) -> None:
    store.close()
    server.run("MATCH (s:KetnoiStore) SET s.schema_version = 99")
    with pytest.raises(StoreSchemaError, match="newer Ketnoi") as caught:
        open_store(server.uri, server.credentials)
    assert caught.value.context["version"] == 99


@pytest.mark.neo4j
def test_an_interrupted_migration_is_done_again(server: Neo4jServer, store: GraphStore) -> None:
    store.close()
    server.run("MATCH (s:KetnoiStore) DELETE s")
    server.run("DROP INDEX ketnoi_actor_names")
    with open_store(server.uri, server.credentials) as again:
        again.upsert_actors([Actor("a", "expert", "Lan")])
        assert len(again.search_actors("lan")) == 1


@pytest.mark.neo4j
def test_what_the_server_refuses_is_an_error_of_ours(store: GraphStore) -> None:
    with pytest.raises(StoreError, match="refused") as caught:
        store.upsert_actors([Actor("x" * 50_000, "expert", "an id too long for an index")])
    assert caught.value.code == "store_refused"
    assert store.counts().n_actors == 0


def _labels(server: Neo4jServer) -> dict[str, list[str]]:
    records = server.run("MATCH (n:Actor) RETURN n.id AS id, labels(n) AS labels")
    return {record["id"]: sorted(record["labels"]) for record in records}


def _owners(server: Neo4jServer) -> list[str]:
    return [record["id"] for record in server.run("MATCH (a:Actor)-[:OWNS]->(:Opportunity) RETURN a.id AS id")]


@pytest.mark.neo4j
def test_a_network_of_the_first_version_keeps_its_facts_and_their_digests(
    server: Neo4jServer, store: GraphStore
) -> None:
    actor, tie = Actor("a", "expert", "Lan"), Relationship("a", "a", "mentors")
    store.upsert_actors([actor])
    store.upsert_relationships([tie])
    store.close()
    for query in (
        "MATCH (n:Actor) REMOVE n.identifiers, n.last_seen",
        "MATCH (:Actor)-[r]->(:Actor) REMOVE r.last_seen",
        "DROP INDEX ketnoi_actor_source",
        "MATCH (s:KetnoiStore) SET s.schema_version = 1",
    ):
        server.run(query)
    with open_store(server.uri, server.credentials) as again:
        stored = again.get_actor("a")
        assert stored is not None
        assert replace(stored, provenance=actor.provenance) == actor
        assert again.upsert_actors([actor]) == again.upsert_relationships([tie]) == UpsertCounts(n_unchanged=1)
        assert again.tables().actors["identifiers"].to_pylist() == [[]]
        assert len(list(again.facts_from(""))) == 2
    (index,) = server.run("SHOW INDEXES YIELD name WHERE name = 'ketnoi_actor_source'")
    assert index["name"]
