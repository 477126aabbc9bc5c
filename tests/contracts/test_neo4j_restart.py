"""A Neo4j that goes away in the middle of a load, and comes back."""

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from graph.errors import StoreUnavailableError
from graph.opening import open_store
from graph.store import UpsertCounts
from graph.tables import SCHEMAS
from tests.servers import Neo4jServer
from tests.worlds import generated_network, load_world

pytestmark = pytest.mark.neo4j

BATCH = 25


def test_a_load_is_interrupted_and_done_again(neo4j_lts: Neo4jServer) -> None:
    neo4j_lts.clear()
    world = generated_network(500, np.random.default_rng(3))
    with open_store(neo4j_lts.uri, neo4j_lts.credentials) as store, ThreadPoolExecutor(1) as background:
        load = background.submit(load_world, store, world, BATCH)
        while store.counts().n_relationships < 4 * BATCH:
            assert not load.done()
            time.sleep(0.05)
        neo4j_lts.kill()
        try:
            with pytest.raises(StoreUnavailableError, match="does not answer"):
                load.result(timeout=60)
            with pytest.raises(StoreUnavailableError):
                store.revision()
        finally:
            neo4j_lts.start()

        n_relationships = store.counts().n_relationships
        assert 4 * BATCH <= n_relationships < len(world.relationships)
        assert n_relationships % BATCH == 0  # each write happened wholly or not at all
        assert load_world(store, world).n_unchanged >= len(world.actors) + len(world.projects) + n_relationships
        assert load_world(store, world) == UpsertCounts(n_unchanged=len(list(world)))
        tables, expected = store.tables(), world.tables()
        for fact_type in SCHEMAS:
            table, given = (either.of(fact_type).drop_columns("recorded_at") for either in (tables, expected))
            assert table.equals(given)
