"""Lists of actors and projects by field, place and year, alone and together."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.folding import fold
from graph.model import Actor, Project
from graph.snapshot import GraphSnapshot
from graph.tables import Tables
from service.directory import Directory, Filters
from tests.worlds import hanoi_network

ALL = {actor.id: actor for actor in hanoi_network().actors}
PROJECTS = {project.id: project for project in hanoi_network().projects}


def ids(client: TestClient, path: str, **params: Any) -> list[str]:
    """The ids on all pages of a list."""
    found: list[str] = []
    page = client.get(path, params={"limit": 7, **params}).json()
    while True:
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            assert page["total"] == len(found)
            return found
        page = client.get(path, params={"limit": 7, **params, "cursor": page["next_cursor"]}).json()


def test_actors_are_found_by_field(client: TestClient) -> None:
    expected = sorted(name for name, actor in ALL.items() if "semiconductor" in actor.fields)
    assert ids(client, "/v1/actors", field="semiconductor") == expected
    assert 7 < len(expected) < len(ALL)
    either = sorted(name for name, actor in ALL.items() if {"semiconductor", "agritech"} & {*actor.fields})
    assert ids(client, "/v1/actors", field=["semiconductor", "agritech"]) == either


def test_actors_are_found_by_place_without_diacritics(client: TestClient) -> None:
    expected = sorted(name for name, actor in ALL.items() if "Hà Nội" in (actor.district_or_city or ""))
    for place in ("ha noi", "Hà Nội", "  HÀ  NỘI "):
        assert ids(client, "/v1/actors", place=place) == expected
    assert 7 < len(expected) < len(ALL)
    assert ids(client, "/v1/actors", place="") == sorted(ALL)
    assert ids(client, "/v1/actors", place="???") == []
    assert ids(client, "/v1/actors", place="gia lam") == [
        name for name, actor in ALL.items() if (actor.district_or_city or "").startswith("Gia Lâm")
    ]


def test_a_country_is_found_in_either_language(client: TestClient) -> None:
    japanese = sorted(name for name, actor in ALL.items() if actor.district_or_city == "Nhật Bản")
    assert japanese
    for place in ("nhat ban", "Japan", "JP"):
        assert ids(client, "/v1/actors", place=place) == japanese


def test_actors_are_found_by_the_year_they_were_founded(client: TestClient) -> None:
    expected = sorted(name for name, actor in ALL.items() if (actor.founded or "").startswith("2025"))
    assert expected
    assert ids(client, "/v1/actors", year=2025) == expected
    assert ids(client, "/v1/actors", year=1001) == []


def test_projects_are_found_by_field_and_by_the_year_they_started(client: TestClient) -> None:
    year = next(project.started[:4] for project in PROJECTS.values() if project.started)
    expected = sorted(name for name, project in PROJECTS.items() if (project.started or "").startswith(year))
    assert ids(client, "/v1/projects", year=year) == expected
    of_field = sorted(name for name, project in PROJECTS.items() if "smart_city" in project.fields)
    assert of_field
    assert ids(client, "/v1/projects", field="smart_city") == of_field
    challenges = [name for name in of_field if PROJECTS[name].kind == "challenge"]
    assert challenges
    assert ids(client, "/v1/challenges", field="smart_city") == challenges


def test_filters_work_together_and_with_words(client: TestClient) -> None:
    filters = {"kind": ["school", "business"], "field": "digital_ai", "place": "ha noi"}
    together = {
        name
        for name, actor in ALL.items()
        if actor.kind in {"school", "business"}
        and "digital_ai" in actor.fields
        and "ha noi" in fold(actor.district_or_city or "")
    }
    assert set(ids(client, "/v1/actors", **filters)) == together != set()
    worded = {name for name in together if "hoc" in fold(ALL[name].name).split()}
    assert set(ids(client, "/v1/actors", **filters, q="học")) == worded != set()
    assert worded < together


def test_a_cursor_of_other_filters_is_refused(client: TestClient) -> None:
    cursor = client.get("/v1/actors", params={"limit": 1, "field": "digital_ai"}).json()["next_cursor"]
    for other in ({}, {"field": "semiconductor"}, {"field": "digital_ai", "place": "hue"}, {"year": 2025}):
        answer = client.get("/v1/actors", params={"cursor": cursor, **other})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize("path", ["/v1/actors", "/v1/projects", "/v1/challenges"])
@pytest.mark.parametrize(
    ("sent", "nearest"),
    [("semiconductors", "semiconductor"), ("bán dẫn", "semiconductor"), ("smartcity", "smart_city")],
)
def test_an_unknown_field_is_refused_with_the_nearest_ones(
    client: TestClient, path: str, sent: str, nearest: str
) -> None:
    for language in ("vi", "en"):
        answer = client.get(path, params={"field": sent}, headers={"Accept-Language": language})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_field")
        assert sent in answer.json()["detail"]
        assert nearest in answer.json()["detail"]


@pytest.mark.parametrize("query", ["year=99", "year=10000", "year=mai", "field=", "year=", f"place={'x' * 101}"])
def test_filters_that_are_none_are_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/v1/actors?{query}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert answer.json()["errors"][0]["field"].startswith(f"query.{query.partition('=')[0]}")


def test_a_project_has_no_place(client: TestClient) -> None:
    for path in ("/v1/projects", "/v1/challenges"):
        assert client.get(path, params={"place": "ha noi"}).json()["errors"][0]["code"] == "unknown_parameter"


def test_a_field_of_the_network_outside_the_taxonomy_is_known() -> None:
    facts: list[Actor | Project] = [
        Actor("a", "school", "A", fields=("photonics",), country="DE", founded="1999-05"),
        Actor("b", "school", "B", district_or_city="Số 2 DE, Huế"),
        Project("p", "project", "P", year="2020", start="2021-03"),
    ]
    directory = Directory(GraphSnapshot.from_tables(Tables.from_facts(facts)))
    assert directory.actors(Filters(fields=("photonics",)), limit=9).indices == (0,)
    assert directory.actors(Filters(place="đức"), limit=9).indices == (0,)
    assert directory.actors(Filters(place="de"), limit=9).indices == (0,)
    assert directory.actors(Filters(year=1999), limit=9).indices == (0,)
    assert directory.projects(Filters(year=2021), limit=9).n_total == 1
    assert directory.projects(Filters(year=2020), limit=9).n_total == 0
