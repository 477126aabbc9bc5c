"""The API is as its description says."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import httpx2
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck
from hypothesis import settings as with_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.testclient import TestClient

from graph.sqlite_store import SqliteStore
from service.app import create_app
from service.cli.serving import listen
from service.schemas.match import EXAMPLES
from service.settings import Settings
from tests.service.conftest import WRITE_TOKEN
from tests.service.doubles import wait_until
from tests.worlds import hanoi_network, load_world

DESCRIPTION = create_app(Settings(_env_file=None)).openapi()
MODELS = DESCRIPTION["components"]["schemas"]
CHECKS = (
    not_a_server_error,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

schema = schemathesis.openapi.from_dict(DESCRIPTION)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[str]:
    """Where a server of a network of its own listens, as users run it."""
    with SqliteStore(tmp_path_factory.mktemp("served") / "network.db") as store, listen("127.0.0.1", 0) as listener:
        load_world(store, hanoi_network())
        server = uvicorn.Server(uvicorn.Config(create_app(settings, store), log_config=None, access_log=False))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        wait_until(lambda: server.started and httpx2.get(f"{address}/v1/ready").is_success)
        yield address
        server.should_exit = True
        thread.join()


@schema.parametrize()
@with_settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_request_is_answered_otherwise_than_described(case: Any, address: str) -> None:
    is_batch = isinstance(case.body, list)  # each of its questions is refused by itself, within an answer
    case.call_and_validate(
        base_url=address,
        headers={"Authorization": f"Bearer {WRITE_TOKEN}"},
        checks=[check for check in CHECKS if not (is_batch and check is negative_data_rejection)],
    )


def operations() -> Iterator[tuple[str, str, Any]]:
    for path, methods in DESCRIPTION["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_every_route_is_described_in_full() -> None:
    for method, path, operation in operations():
        where = f"{method} {path}"
        assert operation["description"], where
        assert operation["tags"], where
        assert "500" in operation["responses"], where
        for status, response in operation["responses"].items():
            is_answer = status < "300" or (path, status) == ("/v1/ready", "503")
            expected = "application/json" if is_answer else "application/problem+json"
            assert list(response["content"]) == [expected], f"{where} {status}"
        assert "422" in operation["responses"], where
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_of_questions_are_answered(client: TestClient, name: str) -> None:
    answer = client.post("/v1/match", json=EXAMPLES[name]["value"]).json()
    answers = [item["answer"] for item in answer["results"]] if "results" in answer else [answer]
    assert all(answer["suggestions"] for answer in answers)


def test_examples_of_writes_are_accepted(writing_client: TestClient) -> None:
    examples = {name: model["examples"][0] for name, model in MODELS.items() if name in {"ActorIn", "RelationshipIn"}}
    assert writing_client.put("/v1/actors/st-moi", json=examples["ActorIn"]).status_code == 201
    assert writing_client.post("/v1/relationships", json=examples["RelationshipIn"]).status_code == 201
