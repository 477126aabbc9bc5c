"""Parameters that a route does not declare, and repeated ones, are refused on every route."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.strict_queries import declared_parameters
from tests.service.routes import routed_addresses

HTML = {"Accept": "text/html"}
N_ROUTES = 34


def test_every_route_refuses_an_unknown_parameter_and_names_the_known_ones(
    client: TestClient, hanoi_app: FastAPI
) -> None:
    addresses = list(routed_addresses(hanoi_app))
    assert len(addresses) >= N_ROUTES
    for address in addresses:
        where = f"{address.method} {address.path}"
        answer = client.request(
            address.method, address.path, params={**address.query, "feild": "x"}, headers={"Accept-Language": "en"}
        )
        assert answer.status_code == 422, where
        assert answer.headers["content-type"] == "application/problem+json", where
        problem = answer.json()
        assert problem["code"] == "invalid_request", where
        (error,) = problem["errors"]
        assert error["field"] == "query.feild", where
        declared = declared_parameters(address.route.dependant)
        assert error["code"] == ("unknown_parameter" if declared else "no_parameters"), where
        assert all(name in error["message"] for name in declared), where


def test_every_route_refuses_a_repeated_parameter_that_is_not_a_list(client: TestClient, hanoi_app: FastAPI) -> None:
    n_checked = 0
    for address in routed_addresses(hanoi_app):
        for name, is_repeatable in declared_parameters(address.route.dependant).items():
            query = {**address.query, name: ["1", "1"]}
            answer = client.request(address.method, address.path, params=query)
            codes = [error["code"] for error in answer.json().get("errors", ())] if answer.status_code == 422 else []
            where = f"{address.method} {address.path} {name}"
            assert ("repeated_parameter" in codes) is not is_repeatable, where
            n_checked += 1
    assert n_checked > 60


def test_a_page_says_which_parameter_it_does_not_know(client: TestClient, hanoi_app: FastAPI) -> None:
    pages = [address for address in routed_addresses(hanoi_app) if address.method == "GET" and not address.is_api]
    assert len(pages) >= 13
    for page in pages:
        answer = client.get(page.path, params={"feild": "x"}, headers=HTML)
        assert answer.status_code == 422, page.path
        assert answer.headers["content-type"].startswith("text/html")
        assert "<code>feild</code>" in answer.text


@pytest.mark.parametrize("name", ["utm_source", "utm_campaign", "fbclid", "gclid", "zarsrc"])
def test_pages_ignore_what_tracking_tools_add_to_an_address(client: TestClient, hanoi_app: FastAPI, name: str) -> None:
    for address in routed_addresses(hanoi_app):
        if address.method == "GET":
            params = {**address.query, name: ["x", "y"]}
            refused = client.get(address.path, params=params).status_code == 422
            assert refused is address.is_api, address.path


def test_a_parameter_is_refused_before_the_network_is_asked(client: TestClient) -> None:
    assert client.get("/v1/actors/nobody?x=1").status_code == 422
    assert client.get("/v1/actors/nobody").status_code == 404


def test_many_and_long_unknown_parameters_are_cut_short(client: TestClient) -> None:
    problem = client.get("/v1/actors", params={f"{number}{'x' * 500}": "" for number in range(50)}).json()
    assert len(problem["errors"]) == 10
    assert all(len(error["field"]) < 100 for error in problem["errors"])
