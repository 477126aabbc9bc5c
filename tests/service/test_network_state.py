"""What is served while the store comes, goes and changes, and while a network is built or asked."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from starlette.testclient import TestClient

from graph.errors import ModelError, StoreUnavailableError
from graph.model import Actor
from graph.snapshot import GraphSnapshot
from graph.sqlite_store import SqliteStore
from graph.store import GraphStore
from matching.features.standard import STANDARD
from matching.ranking.model_files import day_one_rankers, to_json
from matching.ranking.ranker import LinearRanker
from matching.recommend import Recommender
from service.app import create_app
from service.network_state import BuildRecommender, NetworkState
from service.settings import Settings
from service.threads import MAX_WAITING
from tests.service.conftest import WRITE_TOKEN
from tests.service.doubles import PATIENCE_SECONDS, AwayStore, WaitingRecommender, wait_until

NEWCOMER = Actor("st-moi", "startup", "Công ty Mới")
MAY_WRITE = {"Authorization": f"Bearer {WRITE_TOKEN}"}


def is_ready(client: TestClient) -> bool:
    return client.get("/v1/ready").is_success


def test_a_load_by_another_process_shows_up_by_itself(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "network.db"
    with SqliteStore(path) as served, TestClient(create_app(settings, served)) as client:
        wait_until(lambda: is_ready(client))
        before = client.get("/v1/actors").json()
        with SqliteStore(path) as other:
            other.upsert_actors([NEWCOMER])
        wait_until(lambda: client.get("/v1/actors/st-moi").is_success)
        after = client.get("/v1/actors").json()
    assert (before["total"], after["total"]) == (0, 1)
    assert before["snapshot"] != after["snapshot"]


def test_models_are_read_anew_with_each_network(tmp_path: Path, own_store: GraphStore) -> None:
    own = LinearRanker("own", STANDARD.names, np.ones(len(STANDARD.names)))
    settings = Settings(_env_file=None, poll_seconds=0.05, models=tmp_path)
    shipped = day_one_rankers()["brief"].version

    def change(name: str) -> None:
        own_store.upsert_actors([replace(NEWCOMER, name=name)])

    def model_version() -> str:
        return str(client.get("/v1/version").json()["model_version"])

    with TestClient(create_app(settings, own_store)) as client:
        wait_until(lambda: is_ready(client))
        assert shipped in model_version()
        (tmp_path / "brief.json").write_text(to_json(own), encoding="utf-8")
        change("Một")
        wait_until(lambda: model_version().endswith(" own"))
        (tmp_path / "brief.json").write_text("{", encoding="utf-8")
        change("Hai")
        wait_until(lambda: client.get("/v1/ready").json()["store"]["failure"] == "model_unreadable")
        assert is_ready(client)
        assert model_version().endswith(" own")


def test_an_unchanged_store_is_not_read_again(own_store: GraphStore) -> None:
    built: list[GraphSnapshot] = []

    def build(snapshot: GraphSnapshot) -> Recommender:
        built.append(snapshot)
        return Recommender.build(snapshot)

    with NetworkState(lambda: nullcontext(own_store), build, poll_seconds=0.01) as state:
        wait_until(lambda: state.loaded is not None)
        own_store.upsert_actors([own_store.get_actor("sc-hust") or NEWCOMER])  # word for word
        state.request_rebuild()
        time.sleep(0.3)
    assert len(built) == 1


def test_writes_during_a_build_are_served_by_one_build_more(own_store: GraphStore) -> None:
    built: list[int] = []
    is_building, may_build = Event(), Event()

    def build(snapshot: GraphSnapshot) -> Recommender:
        built.append(snapshot.n_actors)
        is_building.set()
        assert may_build.wait(PATIENCE_SECONDS)
        return Recommender.build(snapshot)

    with NetworkState(lambda: nullcontext(own_store), build, poll_seconds=60) as state:
        assert is_building.wait(PATIENCE_SECONDS)
        for number in range(5):
            own_store.upsert_actors([replace(NEWCOMER, id=f"st-{number}")])
            state.request_rebuild()
        may_build.set()
        wait_until(lambda: len(built) == 2)
        wait_until(lambda: state.current.snapshot.n_actors == built[0] + 5)
        time.sleep(0.1)
    assert built == [287, 292]


def test_a_store_that_is_away_at_the_start_is_found_when_it_comes_back(
    own_store: GraphStore, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[bool] = []

    def open_store(_: Settings, uri: str | None = None) -> AbstractContextManager[GraphStore]:
        tries.append(is_back.is_set())
        if not is_back.is_set():
            raise StoreUnavailableError("store_unreachable", "bolt://secret-host:7687 does not answer.")
        return nullcontext(own_store)

    is_back = Event()
    monkeypatch.setattr(Settings, "open_store", open_store)
    with TestClient(create_app(settings)) as client:
        wait_until(lambda: len(tries) > 1)
        ready, refused = client.get("/v1/ready"), client.get("/v1/actors")
        written = client.put("/v1/actors/st-moi", json={"kind": "startup", "name": "Mới"}, headers=MAY_WRITE)
        alive = client.get("/v1/health")
        is_back.set()
        wait_until(lambda: is_ready(client))
        assert client.get("/v1/actors").json()["total"] == 287

    assert ready.status_code == 503
    assert ready.json()["store"] | {"checked_at": None} == {
        "answers": False,
        "checked_at": None,
        "failure": "store_unreachable",
    }
    assert (refused.status_code, refused.json()["code"]) == (503, "network_not_loaded")
    assert int(refused.headers["retry-after"]) > 0
    assert (written.status_code, written.json()["code"]) == (503, "store_unavailable")
    assert alive.is_success
    assert all("secret-host" not in answer.text for answer in (ready, refused, written))


def test_while_the_store_is_away_reads_go_on_and_writes_are_refused(
    own_store: GraphStore, settings: Settings, build_once: BuildRecommender
) -> None:
    store = AwayStore(own_store)
    body = {"kind": "startup", "name": "Công ty Mới"}
    app = create_app(settings, store.as_store(), build_recommender=build_once)
    with TestClient(app, headers=MAY_WRITE) as client:
        wait_until(lambda: is_ready(client))
        store.is_away = True
        wait_until(lambda: not client.get("/v1/ready").json()["store"]["answers"])
        assert is_ready(client)
        assert client.get("/v1/actors/sc-hust").is_success
        assert client.get("/v1/actors/sc-hust/recommendations?limit=1").is_success
        refused = client.put("/v1/actors/st-moi", json=body)
        link = {"source_id": "sc-hust", "target_id": "bz-cmc", "kind": "signed_mou"}
        refused_link = client.post("/v1/relationships", json=link)

        store.is_away = False
        wait_until(lambda: bool(client.get("/v1/ready").json()["store"]["answers"]))
        assert client.put("/v1/actors/st-moi", json=body).status_code == 201
        wait_until(lambda: client.get("/v1/actors/st-moi").is_success)

    for answer in (refused, refused_link):
        assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert "secret-host" not in answer.text


def test_a_build_that_breaks_keeps_the_last_network(
    own_store: GraphStore, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[Exception] = [ModelError("model_features", "No fit."), KeyError("Nguyễn Văn A")]

    def build(snapshot: GraphSnapshot) -> Recommender:
        if snapshot.n_actors > 287 and failures:
            raise failures.pop(0)
        return Recommender.build(snapshot)

    with TestClient(create_app(settings, own_store, build_recommender=build), headers=MAY_WRITE) as client:
        wait_until(lambda: is_ready(client))
        for code in ("model_features", "network_build_failed"):
            client.put("/v1/actors/st-moi", json={"kind": "startup", "name": f"Công ty {code}"})
            wait_until(lambda code=code: client.get("/v1/ready").json()["store"]["failure"] == code)  # type: ignore[misc]
            assert client.get("/v1/actors").json()["total"] == 287
        client.put("/v1/actors/st-moi", json={"kind": "startup", "name": "Công ty Mới"})
        wait_until(lambda: client.get("/v1/actors").json()["total"] == 288)
    assert not failures
    assert "KeyError" in caplog.text
    assert "Nguyễn" not in caplog.text


def test_a_rebuild_that_keeps_a_processor_busy_blocks_nobody(own_store: GraphStore, settings: Settings) -> None:
    is_building, has_built = Event(), Event()

    def build(snapshot: GraphSnapshot) -> Recommender:
        if snapshot.n_actors > 287:
            is_building.set()
            until = time.monotonic() + 1.5
            while time.monotonic() < until:
                sum(range(1000))
            has_built.set()
        return Recommender.build(snapshot)

    with TestClient(create_app(settings, own_store, build_recommender=build), headers=MAY_WRITE) as client:
        wait_until(lambda: is_ready(client))
        client.put("/v1/actors/st-moi", json={"kind": "startup", "name": "Công ty Mới"})
        assert is_building.wait(PATIENCE_SECONDS)
        n_answers = 0
        while not has_built.is_set():
            assert client.get("/v1/health").is_success
            assert client.get("/v1/actors/sc-hust").json()["actor"]["short_name"] == "HUST"
            n_answers += 1
        wait_until(lambda: client.get("/v1/actors/st-moi").is_success)
    assert n_answers >= 5


def test_slow_scoring_blocks_nobody_and_is_bounded(own_store: GraphStore, settings: Settings) -> None:
    may_answer = Event()
    built: list[WaitingRecommender] = []

    def build(snapshot: GraphSnapshot) -> WaitingRecommender:
        built.append(WaitingRecommender(snapshot, may_answer))
        return built[-1]

    app = create_app(settings, own_store, build_recommender=build)
    n_questions = settings.scoring_threads + MAX_WAITING
    with TestClient(app) as client, ThreadPoolExecutor(n_questions) as askers:
        wait_until(lambda: is_ready(client))

        def ask() -> int:
            return client.post("/v1/match", json={"brief": "cảm biến", "limit": 1, "explain": False}).status_code

        asked = [askers.submit(ask) for _ in range(n_questions)]
        waiting = app.state.scoring
        wait_until(lambda: waiting.n_waiting == MAX_WAITING)
        one_too_many = client.post("/v1/match", json={"brief": "cảm biến"})
        assert client.get("/v1/health").is_success
        assert client.get("/v1/actors?q=bách").is_success
        may_answer.set()
        assert {question.result() for question in asked} == {200}
    assert (one_too_many.status_code, one_too_many.json()["code"]) == (503, "too_busy")
    assert built[0].most_waiting == settings.scoring_threads
