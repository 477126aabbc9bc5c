"""Every store gives the same answers about the same network, element by element."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graph.kinds import load_kinds
from graph.model import Actor, Project
from graph.opening import open_store
from graph.snapshot import GraphSnapshot
from graph.store import BATCH_SIZE, GraphStore, UpsertCounts
from graph.tables import SCHEMAS
from tests.servers import Neo4jServer
from tests.worlds import World, generated_network, hanoi_network, load_world

pytestmark = pytest.mark.neo4j

_TEXTS = ("a", "công", "cong ty", "dai hoc", "Đại học Khoa", "ha noi", "h", "sở tài", "fpt", "vien n", "trung tâm 3")


@pytest.fixture(scope="module")
def generated() -> World:
    return generated_network(8_000, np.random.default_rng(8_000))


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[GraphStore]:
    with open_store(tmp_path / "network.db") as store:
        yield store


def same_answers(embedded: GraphStore, server: Neo4jServer, world: World) -> None:
    server.clear()
    with open_store(server.uri, server.credentials) as production:
        n_facts = len(list(world))
        assert load_world(embedded, world) == load_world(production, world) == UpsertCounts(n_inserted=n_facts)
        assert embedded.counts() == production.counts()
        assert embedded.revision() == production.revision()
        _same_tables(embedded, production, world)
        _same_findings(embedded, production)
        for actor in world.actors[:20]:
            assert _timeless(embedded.get_actor(actor.id)) == _timeless(production.get_actor(actor.id)) == actor
        for project in world.projects[:20]:
            assert (
                _timeless(embedded.get_project(project.id)) == _timeless(production.get_project(project.id)) == project
            )


def _same_tables(embedded: GraphStore, production: GraphStore, world: World) -> None:
    ours, theirs, expected = embedded.tables(), production.tables(), world.tables()
    for fact_type in SCHEMAS:
        one, other, given = (tables.of(fact_type).drop_columns("recorded_at") for tables in (ours, theirs, expected))
        assert one.equals(given), fact_type
        assert other.equals(given), fact_type
    digests = {GraphSnapshot.from_tables(tables).digest for tables in (ours, theirs, expected)}
    assert len(digests) == 1


def _same_findings(embedded: GraphStore, production: GraphStore) -> None:
    n_found = 0
    for text in _TEXTS:
        for kinds in ((), *((kind,) for kind in load_kinds().actor)):
            found = [actor.id for actor in embedded.search_actors(text, kinds=kinds, limit=50)]
            assert found == [actor.id for actor in production.search_actors(text, kinds=kinds, limit=50)]
            n_found += len(found)
    assert n_found > 100


def _timeless(fact: Actor | Project | None) -> Actor | Project | None:
    return fact and replace(fact, provenance=replace(fact.provenance, recorded_at=""))


@pytest.mark.parametrize("version", ["neo4j_lts", "neo4j_newest"])
def test_about_the_hanoi_network(embedded: GraphStore, version: str, request: pytest.FixtureRequest) -> None:
    same_answers(embedded, request.getfixturevalue(version), hanoi_network())


def test_about_more_facts_of_each_type_than_a_batch(
    embedded: GraphStore, neo4j_lts: Neo4jServer, generated: World
) -> None:
    assert min(map(len, (generated.actors, generated.projects, generated.relationships))) > BATCH_SIZE
    same_answers(embedded, neo4j_lts, generated)
