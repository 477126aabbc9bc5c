"""Fixtures that several packages' tests share."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import LTS, NEWEST, Neo4jServer, free_port

# A machine that other workers keep busy is slow, which says nothing of what is tested.
settings.register_profile("busy", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on Neo4j come first: workers begin with halves of the list, so that one of them starts the servers."""
    items.sort(key=lambda item: item.get_closest_marker("neo4j") is None)


@pytest.fixture(scope="session", autouse=True)
def no_models_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The rankers that ship with Ketnoi, whatever whoever runs the tests has trained."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KETNOI_MODELS", str(tmp_path_factory.mktemp("models")))
        yield


def _running(version: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    server = Neo4jServer(version, tmp_path_factory.mktemp("neo4j"), free_port())
    server.start()
    yield server
    server.kill()  # its home is thrown away, so nothing is gained by an orderly end


@pytest.fixture(scope="session")
def neo4j_lts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A running server of the long-term version."""
    yield from _running(LTS, tmp_path_factory)


@pytest.fixture(scope="session")
def neo4j_newest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    """A running server of the newest version."""
    yield from _running(NEWEST, tmp_path_factory)
