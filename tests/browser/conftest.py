"""The service on a loopback port with the Hanoi network and some awkward facts, and a real Chromium to read it with."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from graph.model import Actor, Project, Provenance, Relationship
from graph.sqlite_store import SqliteStore
from service.app import create_app
from service.settings import Settings
from tests.servers import free_port
from tests.service.doubles import with_likelihood
from tests.worlds import hanoi_network, load_world

AWKWARD_ID = "st/'\"?#<b>&%2F"
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
_CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_SCRIPT_URL = "javascript:document.title='run'"


@pytest.fixture(scope="session")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "network.db"
    with SqliteStore(path) as store:
        load_world(store, hanoi_network())
        hostile = Provenance("actors.csv", _SCRIPT_URL)
        store.upsert_actors(
            [
                Actor(
                    id=AWKWARD_ID,
                    kind="startup",
                    name="<script>document.title='run'</script> Rau & Củ",
                    summary="<img src=x onerror=\"document.title='run'\"> truy xuất nguồn gốc rau",
                    fields=("agritech",),
                    offers=("<b>Tem</b> truy xuất",),
                    website=_SCRIPT_URL,
                    provenance=hostile,
                )
            ]
        )
        store.upsert_projects([Project(id="pj/awkward?", kind="product", title="<i>Tem</i>", owner_id=AWKWARD_ID)])
        store.upsert_relationships(
            [
                Relationship(
                    AWKWARD_ID,
                    "sc-hust",
                    "partnered_in",
                    note="<script>1</script>",
                    value_vnd=10**9,
                    provenance=hostile,
                )
            ]
        )
    return path


@pytest.fixture(scope="session")
def address(network_file: Path) -> Iterator[str]:
    """Address of the running service, without a slash at its end."""
    port = free_port()
    with SqliteStore(network_file) as store:
        app = create_app(Settings(_env_file=None, language="vi"), store, build_recommender=with_likelihood)
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run)
        thread.start()
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url)
        yield url
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = next((path for name in _CHROMIUM_NAMES if (path := shutil.which(name))), None)
    if executable is None:
        message = f"no Chromium: none of {', '.join(_CHROMIUM_NAMES)} is installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A page without JavaScript, as every page must work without it."""
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted_page(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=address)
    yield context.new_page()
    context.close()


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"{url}/v1/ready").is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail("the service did not become ready within 30 seconds")
