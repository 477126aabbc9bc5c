import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from graph.snapshot import GraphSnapshot
from graph.sqlite_store import SqliteStore
from graph.store import GraphStore
from matching.recommend import Recommender
from service.app import create_app
from service.network_state import BuildRecommender
from service.settings import Settings
from tests.service.doubles import wait_until
from tests.worlds import hanoi_network, load_world

WRITE_TOKEN = "a-token-for-tests-only"


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(_env_file=None, write_token=WRITE_TOKEN, poll_seconds=0.05, language="vi")


@pytest.fixture(scope="session")
def hanoi_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Hanoi network in a file that no test writes to."""
    path = tmp_path_factory.mktemp("hanoi") / "network.db"
    with SqliteStore(path) as store:
        load_world(store, hanoi_network())
    return path


@pytest.fixture(scope="session")
def hanoi_app(hanoi_file: Path, settings: Settings) -> Iterator[FastAPI]:
    with SqliteStore(hanoi_file) as store:
        yield create_app(settings, store)


@pytest.fixture(scope="session")
def client(hanoi_app: FastAPI) -> Iterator[TestClient]:
    """A client of the Hanoi network, for reading."""
    with TestClient(hanoi_app) as client:
        wait_until(lambda: client.get("/v1/ready").is_success)
        yield client


@pytest.fixture(scope="session")
def build_once() -> BuildRecommender:
    """Builds the recommender of a network, or gives the one built earlier of a network with the same facts."""
    built: dict[str, Recommender] = {}

    def build(snapshot: GraphSnapshot) -> Recommender:
        if snapshot.digest not in built:
            built[snapshot.digest] = Recommender.build(snapshot)
        return built[snapshot.digest]

    return build


@pytest.fixture
def own_store(tmp_path: Path, hanoi_file: Path) -> Iterator[GraphStore]:
    """The Hanoi network in a store of the test's own."""
    path = tmp_path / "network.db"
    shutil.copy(hanoi_file, path)
    with SqliteStore(path) as store:
        yield store


@pytest.fixture
def writing_client(own_store: GraphStore, settings: Settings, build_once: BuildRecommender) -> Iterator[TestClient]:
    """A client that may write to the test's own network."""
    app = create_app(settings, own_store, build_recommender=build_once)
    with TestClient(app, headers={"Authorization": f"Bearer {WRITE_TOKEN}"}) as client:
        wait_until(lambda: client.get("/v1/ready").is_success)
        yield client
