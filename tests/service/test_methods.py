"""HEAD, OPTIONS and the methods that each address takes."""

from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.service.routes import routed_addresses

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
FILES = ("/static/style.css", "/static/icon.svg")
CHANGING = {"x-request-id", "date"}


def test_head_is_answered_as_get_without_a_body(client: TestClient, hanoi_app: FastAPI) -> None:
    known = [(address.path, address.query) for address in routed_addresses(hanoi_app) if address.method == "GET"]
    unknown: list[tuple[str, dict[str, str]]] = [
        (path, {}) for path in ("/v1/nowhere", "/v1/actors/nobody", "/vi/nowhere", "/static/nothing")
    ]
    assert len(known) >= 30
    for path, query in [*known, *((file, {}) for file in FILES), *unknown]:
        got, head = (client.request(method, path, params=query) for method in ("GET", "HEAD"))
        assert head.status_code == got.status_code, path
        assert head.content == b"", path
        assert got.content, path
        assert {name: value for name, value in head.headers.items() if name not in CHANGING} == {
            name: value for name, value in got.headers.items() if name not in CHANGING
        }, path


def test_allow_lists_the_methods_that_an_address_takes(client: TestClient, hanoi_app: FastAPI) -> None:
    paths = {address.path for address in routed_addresses(hanoi_app)} | {*FILES}
    assert len(paths) >= 34
    for path in sorted(paths):
        options = client.options(path)
        assert (options.status_code, options.content) == (204, b""), path
        allowed = options.headers["allow"].split(", ")
        refusals = {method: client.request(method, path) for method in METHODS}
        refusals = {method: answer for method, answer in refusals.items() if answer.status_code == 405}
        assert sorted({*METHODS, "OPTIONS"} - refusals.keys()) == sorted(allowed), path
        assert {answer.headers["allow"] for answer in refusals.values()} == {", ".join(allowed)}, path


def test_an_address_of_several_routes_allows_the_methods_of_each(client: TestClient) -> None:
    assert client.delete("/v1/actors/sc-hust").headers["allow"] == "GET, HEAD, PUT, OPTIONS"
    assert client.head("/v1/match").headers["allow"] == "POST, OPTIONS"


def test_an_address_that_is_not_there_has_no_options(client: TestClient) -> None:
    answer = client.options("/v1/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_address")
