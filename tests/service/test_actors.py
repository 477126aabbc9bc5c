from itertools import pairwise
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from tests.service.doubles import wait_until


def test_actors_are_found_without_diacritics(client: TestClient) -> None:
    found = client.get("/v1/actors", params={"q": "dai hoc bach khoa"}).json()
    assert "sc-hust" in [actor["id"] for actor in found["items"]]
    assert found["total"] == len(found["items"])
    assert found["next_cursor"] is None


def test_pages_of_a_list_hold_everything_once(client: TestClient) -> None:
    seen: list[str] = []
    query = "kind=school&kind=expert&limit=7"
    page = client.get(f"/v1/actors?{query}").json()
    while True:
        assert {actor["kind"] for actor in page["items"]} <= {"school", "expert"}
        seen += [actor["id"] for actor in page["items"]]
        if page["next_cursor"] is None:
            break
        page = client.get(f"/v1/actors?{query}&cursor={page['next_cursor']}").json()
    assert seen == sorted(set(seen))
    assert len(seen) == page["total"] > 14


@pytest.mark.parametrize("cursor", ["", "x", "!!!", "MS4wMDAwMDAwMA", "💥"])
def test_a_made_up_cursor_is_refused(client: TestClient, cursor: str) -> None:
    answer = client.get("/v1/actors", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


def test_a_cursor_of_another_list_is_refused(client: TestClient) -> None:
    cursor = client.get("/v1/actors", params={"limit": 1}).json()["next_cursor"]
    assert client.get("/v1/actors", params={"limit": 5, "cursor": cursor}).is_success
    for path, params in (("/v1/projects", {}), ("/v1/actors", {"kind": "school"}), ("/v1/actors", {"q": "a"})):
        assert client.get(path, params={"cursor": cursor, **params}).json()["code"] == "invalid_cursor"


def test_an_actor_comes_with_its_source(client: TestClient) -> None:
    actor = client.get("/v1/actors/sc-hust").json()["actor"]
    assert (actor["name"], actor["kind"]) == ("Đại học Bách khoa Hà Nội", "school")
    assert actor["provenance"]["source_url"].startswith("https://")
    assert "attributes" not in actor


@pytest.mark.parametrize(
    "actor_id",
    [
        "a/b",
        "a/neighbours",
        'a"b',
        "a'; DROP TABLE actors;--",
        "100%",
        "a%2Fb",
        "a b",
        "đại-học",
        "a?b#c",
        "a\\b",
        "+",
        "../x",
    ],
)
def test_ids_of_any_characters_are_paths(writing_client: TestClient, actor_id: str) -> None:
    path = f"/v1/actors/{quote(actor_id, safe='')}"
    written = writing_client.put(path, json={"kind": "startup", "name": "Cảm biến Việt", "fields": ["semiconductor"]})
    assert written.status_code == 201
    wait_until(lambda: writing_client.get(path).is_success)
    assert writing_client.get(path).json()["actor"]["id"] == actor_id
    neighbours = writing_client.get(f"{path}/neighbours").json()
    assert [node["actor"]["id"] for node in neighbours["actors"]] == [actor_id]
    assert writing_client.get(f"{path}/recommendations?limit=3").json()["suggestions"]
    listed = writing_client.get("/v1/actors", params={"q": "cảm biến việt"}).json()["items"]
    assert actor_id in [actor["id"] for actor in listed]


def test_a_slash_within_an_id_is_none_between_segments(client: TestClient) -> None:
    assert client.get("/v1/actors%2Fsc-hust").json()["code"] == "no_such_address"
    assert client.get("/v1/actors/sc-hust%2Fneighbours").json()["code"] == "actor_not_found"


def test_neighbours_go_as_deep_and_through_what_is_asked(client: TestClient) -> None:
    def ids(**params: object) -> dict[str, int]:
        answer = client.get("/v1/actors/sc-hust/neighbours", params={"limit": 100, **params})  # type: ignore[dict-item]
        return {node["actor"]["id"]: node["distance"] for node in answer.json()["actors"]}

    near, far = ids(), ids(depth=2)
    assert near["sc-hust"] == 0
    assert set(near.values()) == {0, 1}
    assert near.keys() < far.keys()
    businesses = client.get("/v1/actors/sc-hust/neighbours?kind=business&limit=100").json()
    assert {node["actor"]["kind"] for node in businesses["actors"][1:]} == {"business"}
    partners = client.get("/v1/actors/sc-hust/neighbours?relationship=partnered_in&limit=100").json()
    kinds = {tie["kind"] for link in partners["links"] for tie in link["relationships"]}
    assert kinds == {"partnered_in"}
    few = client.get("/v1/actors/sc-hust/neighbours?limit=2").json()
    assert (len(few["actors"]), few["truncated"]) == (3, True)


def test_links_carry_their_facts_and_sources(client: TestClient) -> None:
    links = client.get("/v1/actors/bz-hic/neighbours?limit=100").json()["links"]
    cmc = next(link for link in links if {link["source_id"], link["target_id"]} == {"bz-hic", "bz-cmc"})
    assert {tie["kind"] for tie in cmc["relationships"]} == {"invested_in", "partnered_in"}
    assert all(tie["provenance"]["source_url"] for tie in cmc["relationships"])
    assert cmc["n_relationships"] == len(cmc["relationships"])


def test_paths_join_their_ends(client: TestClient) -> None:
    paths = client.get("/v1/paths", params={"source": "sc-ptit", "target": "bz-hic", "limit": 3}).json()["paths"]
    assert paths
    for path in paths:
        ids = [actor["id"] for actor in path["actors"]]
        assert (ids[0], ids[-1]) == ("sc-ptit", "bz-hic")
        assert [(link["source_id"], link["target_id"]) for link in path["links"]] == list(pairwise(ids))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/actors/nobody", "actor_not_found"),
        ("/v1/actors/nobody/neighbours", "actor_not_found"),
        ("/v1/actors/nobody/recommendations", "actor_not_found"),
        ("/v1/paths?source=sc-hust&target=nobody", "actor_not_found"),
        ("/v1/projects/nothing", "project_not_found"),
        ("/v1/challenges/nothing", "project_not_found"),
        ("/v1/challenges/pj-dtmarket", "project_not_found"),
        ("/v1/challenges/nothing/partners", "project_not_found"),
    ],
)
def test_what_is_not_there_is_not_found(client: TestClient, path: str, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize("limit", ["-1", "0", "101", str(10**9), str(10**30), "many", ""])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/actors",
        "/v1/actors/sc-hust/neighbours",
        "/v1/actors/sc-hust/recommendations",
        "/v1/paths?source=sc-hust&target=bz-cmc",
        "/v1/projects",
        "/v1/challenges",
        "/v1/challenges/ch-brain/partners",
    ],
)
def test_limits_outside_1_to_100_are_refused(client: TestClient, path: str, limit: str) -> None:
    answer = client.get(path + ("&" if "?" in path else "?") + f"limit={limit}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_request")
    assert [error["field"] for error in problem["errors"]] == ["query.limit"]


def test_recommendations_are_explained_for_both_sides(client: TestClient) -> None:
    answer = client.get("/v1/actors/st-selex/recommendations", params={"kind": "school", "limit": 5}).json()
    assert len(answer["suggestions"]) == 5
    for place, suggestion in enumerate(answer["suggestions"], start=1):
        assert suggestion["rank"] == place
        assert suggestion["actor"]["id"] == suggestion["actor_id"]
        assert suggestion["actor"]["kind"] == "school"
        assert 0 <= suggestion["fit"] <= 1
        total = sum(reason["contribution"] for reason in suggestion["reasons"])
        assert total == pytest.approx(suggestion["score"])
        for reason in suggestion["reasons"]:
            assert all(reason[side][language] for side in ("text", "text_for_partner") for language in ("vi", "en"))
    assert answer["n_hidden"] > 0
    bare = client.get("/v1/actors/st-selex/recommendations?kind=school&limit=5&explain=false").json()
    assert [s["actor_id"] for s in bare["suggestions"]] == [s["actor_id"] for s in answer["suggestions"]]
    assert all(suggestion["reasons"] == [] for suggestion in bare["suggestions"])
