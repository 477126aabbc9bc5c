"""The queries of ``docs/neo4j.md`` find something, and what the page lists is what the server has."""

import re
from pathlib import Path

import pytest

from graph.cypher import kind_labels, relationship_type
from graph.judgements import Judgement, append_judgements
from graph.kinds import load_kinds
from graph.model import Actor, Project
from graph.opening import open_store
from tests.servers import Neo4jServer
from tests.worlds import hanoi_network, load_world

PAGE = (Path(__file__).parents[2] / "docs" / "neo4j.md").read_text(encoding="utf-8")
QUERIES = re.findall(
    r"^\*\*(.+?)\*\*.*?```cypher\n(.*?)```", PAGE.partition("## Ten queries")[2], re.MULTILINE | re.DOTALL
)

pytestmark = pytest.mark.neo4j


@pytest.fixture(scope="module")
def server(neo4j_lts: Neo4jServer) -> Neo4jServer:
    neo4j_lts.clear()
    with open_store(neo4j_lts.uri, neo4j_lts.credentials) as store:
        load_world(store, hanoi_network())
        store.upsert_actors([Actor("auto-1", "school", "Đại học Bách khoa HN")])
        append_judgements(store, [Judgement.now("auto-1", "sc-hust", "same", "lan.p")])
    return neo4j_lts


def test_there_are_ten_queries() -> None:
    assert len(QUERIES) == PAGE.count("```cypher") == 10


@pytest.mark.parametrize(("title", "query"), QUERIES, ids=[title for title, _ in QUERIES])
def test_a_query_returns_rows(server: Neo4jServer, title: str, query: str) -> None:
    assert server.run(query), title


def test_the_query_about_a_member_finds_the_relationships_of_all_its_records(server: Neo4jServer) -> None:
    query = dict(QUERIES)["All relationships of a member"]
    assert [row["other"] for row in server.run(query.replace("sc-hust", "auto-1"))] == [
        row["other"] for row in server.run(query)
    ]


def test_labels_and_indexes_are_those_of_the_page(server: Neo4jServer) -> None:
    labels = {record["label"] for record in server.run("CALL db.labels() YIELD label RETURN label")}
    documented = set(re.findall(r"`:(\w+)`", PAGE))
    assert {"Actor", "Opportunity", "NetworkEvent", "KetnoiStore"} <= labels <= documented
    assert {*kind_labels(Actor).values(), *kind_labels(Project).values()} <= documented
    indexes = server.run(
        "SHOW INDEXES YIELD type, labelsOrTypes, properties, owningConstraint WHERE type <> 'LOOKUP' "
        "RETURN labelsOrTypes[0] AS on, properties[0] AS property, owningConstraint IS NULL AS is_plain"
    )
    plain = {f"{record['on']}({record['property']})" for record in indexes if record["is_plain"]}
    assert plain == set(re.findall(r"`:?(\w+\(\w+\))`", PAGE))


def test_kinds_that_the_page_calls_undirected_are_undirected() -> None:
    sentence = re.search(r"The kinds (.*?) say the same from either end", PAGE, re.DOTALL)
    assert sentence is not None
    undirected = {name for name, kind in load_kinds().relationship.items() if not kind.directed}
    assert set(re.findall(r"`(\w+)`", sentence[1])) == undirected
    assert relationship_type("signed_mou") == "SIGNED_MOU"
