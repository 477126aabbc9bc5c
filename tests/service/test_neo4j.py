"""The service on a real Neo4j that is not there at first, goes away and comes back."""

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from tests.servers import Neo4jServer
from tests.service.conftest import WRITE_TOKEN
from tests.service.doubles import wait_until
from tests.worlds import hanoi_network, load_world

pytestmark = pytest.mark.neo4j


def test_reads_survive_a_killed_server_and_writes_come_back_with_it(neo4j_lts: Neo4jServer) -> None:
    settings = Settings(
        _env_file=None,
        store=neo4j_lts.uri,
        neo4j_user=neo4j_lts.credentials.user,
        neo4j_password=SecretStr(neo4j_lts.credentials.password),
        write_token=SecretStr(WRITE_TOKEN),
        poll_seconds=0.2,
    )
    neo4j_lts.clear()
    with settings.open_store() as store:
        load_world(store, hanoi_network())
    body = {"kind": "startup", "name": "Công ty Mới"}
    neo4j_lts.kill()
    with TestClient(create_app(settings), headers={"Authorization": f"Bearer {WRITE_TOKEN}"}) as client:
        wait_until(lambda: client.get("/v1/ready").json()["store"]["failure"] is not None)
        assert client.get("/v1/actors").json()["code"] == "network_not_loaded"

        neo4j_lts.start()
        wait_until(lambda: client.get("/v1/ready").is_success)
        assert client.get("/v1/actors").json()["total"] == 287
        assert client.put("/v1/actors/st-moi", json=body).status_code == 201
        wait_until(lambda: client.get("/v1/actors/st-moi").is_success)

        neo4j_lts.kill()
        refused = client.put("/v1/actors/st-moi", json=body | {"name": "Công ty Mới hơn"})
        assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
        assert str(neo4j_lts.port) not in refused.text
        wait_until(lambda: not client.get("/v1/ready").json()["store"]["answers"])
        assert client.get("/v1/ready").is_success
        assert client.get("/v1/actors/st-moi/recommendations?limit=3").json()["suggestions"]

        neo4j_lts.start()
        wait_until(lambda: bool(client.get("/v1/ready").json()["store"]["answers"]))
        changed = client.put("/v1/actors/st-moi", json=body | {"name": "Công ty Mới hơn"})
        assert changed.json()["stored"] == "updated"
        wait_until(lambda: client.get("/v1/actors/st-moi").json()["actor"]["name"] == "Công ty Mới hơn")
    neo4j_lts.clear()
