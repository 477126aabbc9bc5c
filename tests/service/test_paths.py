"""The paths between two actors: the page and the API give one answer, and say how far they looked."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise

import pytest
from starlette.testclient import TestClient

from graph.model import Actor, Relationship
from graph.paths import DEFAULT_MAX_LENGTH
from graph.snapshot import GraphSnapshot
from graph.sqlite_store import SqliteStore
from service.app import create_app
from service.settings import Settings
from tests.service.doubles import wait_until
from tests.worlds import hanoi_network

N_IN_CHAIN = DEFAULT_MAX_LENGTH + 2
"""One actor more than a path of the default length can join."""


@pytest.fixture(scope="module")
def chain_client(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[TestClient]:
    """A client of a chain of actors, c00 to its end, and of one actor that nobody knows."""
    ids = [f"c{number:02}" for number in range(N_IN_CHAIN)]
    with SqliteStore(tmp_path_factory.mktemp("chain") / "network.db") as store:
        store.upsert_actors([Actor(actor_id, "school", f"Trường {actor_id}") for actor_id in (*ids, "alone")])
        store.upsert_relationships([Relationship(one, other, "signed_mou") for one, other in pairwise(ids)])
        with TestClient(create_app(settings, store)) as client:
            wait_until(lambda: client.get("/v1/ready").is_success)
            yield client


def shown_paths(client: TestClient, source: str, target: str, language: str = "vi") -> list[list[str]]:
    """The ids on the paths that the page of the target shows, in walking order."""
    page = client.get(f"/{language}/actors/{target}", params={"me": source}).text
    lists = re.findall(r'<ol class="path".*?</ol>', page, flags=re.DOTALL)
    return [re.findall(rf'<li>.*?/{language}/actors/([^"?]+)', path, flags=re.DOTALL) for path in lists]


def shown_text(client: TestClient, source: str, target: str, language: str) -> str:
    page = client.get(f"/{language}/actors/{target}", params={"me": source}).text
    section = page.partition('<section aria-labelledby="path">')[2].partition("</section>")[0]
    return " ".join(unescape(re.sub("<[^>]+>", " ", section)).split())


def test_page_and_api_give_the_same_paths_however_long(client: TestClient) -> None:
    network = GraphSnapshot.from_tables(hanoi_network().tables())
    start = "sc-hust"
    lengths = set()
    for row in range(0, network.n_actors, 13):
        target = str(network.actor_ids[row])
        if target == start:
            continue
        answer = client.get("/v1/paths", params={"source": start, "target": target}).json()
        ids = [[actor["id"] for actor in path["actors"]] for path in answer["paths"]]
        assert shown_paths(client, start, target) == ids
        assert answer["outcome"] == ("found" if ids else "not_connected")
        assert {len(path) - 1 for path in ids} <= {answer["length"]}
        lengths.add(answer["length"])
    assert None in lengths
    assert max(length for length in lengths if length) > 4


def test_a_chain_beyond_the_limit_is_told_from_no_connection(chain_client: TestClient) -> None:
    far, alone = f"c{N_IN_CHAIN - 1}", "alone"
    for target, outcome in ((f"c{N_IN_CHAIN - 2}", "found"), (far, "beyond_limit"), (alone, "not_connected")):
        answer = chain_client.get("/v1/paths", params={"source": "c00", "target": target}).json()
        assert (answer["outcome"], answer["max_length"]) == (outcome, DEFAULT_MAX_LENGTH)
        assert bool(answer["paths"]) == (outcome == "found") == bool(shown_paths(chain_client, "c00", target))
    assert f"hơn {DEFAULT_MAX_LENGTH} bước" in shown_text(chain_client, "c00", far, "vi")
    assert f"more than {DEFAULT_MAX_LENGTH} steps" in shown_text(chain_client, "c00", far, "en")
    assert "không nối với nhau" in shown_text(chain_client, "c00", alone, "vi")
    assert "are not connected" in shown_text(chain_client, "c00", alone, "en")
    longer = chain_client.get(f"/v1/paths?source=c00&target={far}&max_length={DEFAULT_MAX_LENGTH + 1}").json()
    assert longer["length"] == DEFAULT_MAX_LENGTH + 1


def test_the_path_to_oneself_has_no_steps(chain_client: TestClient) -> None:
    answer = chain_client.get("/v1/paths", params={"source": "c00", "target": "c00"}).json()
    assert (answer["outcome"], answer["length"]) == ("found", 0)
    assert "chính là thành viên này" in shown_text(chain_client, "c00", "c00", "vi")
