"""Every kind of store, empty, for the suites of this folder."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph.opening import open_store
from graph.store import GraphStore

OpenStore = Callable[[], GraphStore]

_SQLITE = pytest.param("sqlite")
_NEO4J_LTS = pytest.param("neo4j_lts", marks=pytest.mark.neo4j)
_NEO4J_NEWEST = pytest.param("neo4j_newest", marks=pytest.mark.neo4j)

on_newest_too = pytest.mark.parametrize("open_handle", [_SQLITE, _NEO4J_LTS, _NEO4J_NEWEST], indirect=True)
"""For the core of the contract; the rest of it runs on one version of Neo4j, for these tests take their time."""


@pytest.fixture(params=[_SQLITE, _NEO4J_LTS])
def open_handle(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenStore]:
    """What opens one more handle on the same store, which is empty at first."""
    with ExitStack() as handles:
        if request.param == "sqlite":
            yield lambda: handles.enter_context(open_store(tmp_path / "network.db"))
        else:
            server = request.getfixturevalue(request.param)
            server.clear()
            yield lambda: handles.enter_context(open_store(server.uri, server.credentials))


@pytest.fixture
def store(open_handle: OpenStore) -> GraphStore:
    """An empty store."""
    return open_handle()
