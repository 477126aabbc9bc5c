"""The ``SAME_AS`` relationships that the Neo4j store draws from judgements."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from graph.judgements import MACHINE, Judgement, Verdict, append_judgements, clusters, read_judgements
from graph.model import Actor, Relationship
from graph.opening import open_store
from graph.store import GraphStore
from tests.servers import Neo4jServer

pytestmark = pytest.mark.neo4j

ACTORS = [Actor(actor_id, "expert", actor_id.upper()) for actor_id in "abcd"]


@pytest.fixture
def server(neo4j_lts: Neo4jServer) -> Neo4jServer:
    neo4j_lts.clear()
    return neo4j_lts


@pytest.fixture
def store(server: Neo4jServer) -> Iterator[GraphStore]:
    with open_store(server.uri, server.credentials) as store:
        store.upsert_actors(ACTORS)
        yield store


def said(pair: str, verdict: Verdict, at: int = 0, *, by: str = "lan", probability: float | None = None) -> Judgement:
    left_id, right_id = sorted(pair)
    return Judgement(left_id, right_id, verdict, by, f"2026-01-01T00:00:{at:02}Z", probability)


def drawn(server: Neo4jServer) -> dict[str, dict[str, object]]:
    records = server.run("MATCH (a)-[r:SAME_AS]->(b) RETURN a.id + b.id AS pair, properties(r) AS properties")
    return {record["pair"]: record["properties"] for record in records}


def test_a_judgement_is_drawn_with_its_author_time_and_probability(server: Neo4jServer, store: GraphStore) -> None:
    append_judgements(
        store, [said("ba", "same", by=MACHINE, probability=0.9), said("dc", "same"), said("bc", "unsure")]
    )
    at = "2026-01-01T00:00:00Z"
    assert drawn(server) == {"ab": {"by": MACHINE, "at": at, "probability": 0.9}, "cd": {"by": "lan", "at": at}}


def test_a_later_judgement_replaces_or_withdraws_it(server: Neo4jServer, store: GraphStore) -> None:
    append_judgements(store, [said("ab", "same", by=MACHINE, probability=0.9)])
    append_judgements(store, [said("ab", "same", 1)])
    assert drawn(server) == {"ab": {"by": "lan", "at": "2026-01-01T00:00:01Z"}}
    append_judgements(store, [said("ab", "different", 2)])
    assert drawn(server) == {}
    append_judgements(store, [said("ab", "same", 3)])
    assert set(drawn(server)) == {"ab"}
    append_judgements(store, [said("ab", "unsure", 4)])
    assert drawn(server) == {}


def test_it_connects_exactly_the_records_that_a_snapshot_merges(server: Neo4jServer, store: GraphStore) -> None:
    automatic = [said(pair, "same", by=MACHINE, probability=p) for pair, p in (("ac", 0.9), ("bc", 0.8), ("cd", 0.7))]
    append_judgements(store, automatic)
    assert set(drawn(server)) == {"ac", "bc", "cd"}
    append_judgements(store, [said("ab", "different", 1)])  # holds off the less probable way from a to b
    assert set(drawn(server)) == {"ac", "cd"} == {"".join(link.pair) for link in clusters(read_judgements(store)).links}
    store.erase_actor("a")  # takes its judgements along, and nothing holds off the other way any more
    assert set(drawn(server)) == {"bc", "cd"}


def test_it_goes_with_an_erased_actor(server: Neo4jServer, store: GraphStore) -> None:
    append_judgements(store, [said("ab", "same"), said("cd", "same")])
    store.erase_actor("b")
    assert set(drawn(server)) == {"cd"}
    store.upsert_actors([ACTORS[1]])
    assert set(drawn(server)) == {"cd"}


def test_it_is_drawn_whatever_comes_first(server: Neo4jServer, store: GraphStore) -> None:
    append_judgements(store, [said("ae", "same")])
    assert drawn(server) == {}
    store.upsert_actors([Actor("e", "expert", "E")])
    assert set(drawn(server)) == {"ae"}
    store.upsert_actors([Actor("e", "school", "E changed")])
    assert set(drawn(server)) == {"ae"}


def test_it_is_no_relationship_of_the_network(server: Neo4jServer, store: GraphStore) -> None:
    tie = Relationship("a", "b", "mentors")
    store.upsert_relationships([tie])
    append_judgements(store, [said("ab", "same")])
    store.upsert_relationships([replace(tie, note="sửa"), Relationship("a", "b", "same_as")])
    assert store.counts().n_relationships == len(store.tables().relationships) == 2
    assert set(drawn(server)) == {"ab"}
    types = server.run("MATCH (:Actor {id: 'a'})-[r]->(:Actor {id: 'b'}) RETURN type(r) AS type ORDER BY type")
    assert [record["type"] for record in types] == ["MENTORS", "RELATED_TO", "SAME_AS"]


def test_a_network_of_an_older_version_gets_it_once(server: Neo4jServer, store: GraphStore) -> None:
    append_judgements(store, [said("ab", "same")])
    store.close()
    server.run("MATCH ()-[r:SAME_AS]->() DELETE r")
    server.run("MATCH (s:KetnoiStore) SET s.schema_version = 2")
    with open_store(server.uri, server.credentials):
        assert set(drawn(server)) == {"ab"}
