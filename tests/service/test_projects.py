from starlette.testclient import TestClient


def test_projects_are_listed_by_kind_and_title(client: TestClient) -> None:
    products = client.get("/v1/projects?kind=product&limit=100").json()
    assert {item["kind"] for item in products["items"]} == {"product"}
    assert "pj-dtmarket" in [item["id"] for item in products["items"]]
    found = client.get("/v1/projects", params={"q": "cho chuyen doi so"}).json()["items"]
    assert [item["id"] for item in found] == ["pj-dtmarket"]


def test_a_project_names_its_owner_and_participants(client: TestClient) -> None:
    answer = client.get("/v1/projects/pj-nic-chip").json()
    assert answer["owner"]["id"] == "ag-nic"
    assert {"bz-cadence", "bz-qorvo"} <= {part["actor"]["id"] for part in answer["participants"]}
    assert all(part["source_url"] for part in answer["participants"])


def test_challenges_are_the_projects_of_that_kind(client: TestClient) -> None:
    challenges = client.get("/v1/challenges?limit=100").json()
    same = client.get("/v1/projects?kind=challenge&limit=100").json()
    assert challenges["items"] == same["items"]
    assert challenges["total"] == 17
    assert client.get("/v1/challenges/ch-brain").json() == client.get("/v1/projects/ch-brain").json()


def test_partners_for_a_challenge_are_not_yet_on_it(client: TestClient) -> None:
    challenge = client.get("/v1/challenges/ch-brain").json()
    present = {part["actor"]["id"] for part in challenge["participants"]} | {challenge["owner"]["id"]}
    answer = client.get("/v1/challenges/ch-brain/partners?limit=30&kind=school&kind=startup").json()
    partners = {suggestion["actor_id"] for suggestion in answer["suggestions"]}
    assert partners
    assert not partners & present
    assert {suggestion["actor"]["kind"] for suggestion in answer["suggestions"]} <= {"school", "startup"}


def test_partners_are_suggested_for_projects_and_products_too(client: TestClient) -> None:
    assert client.get("/v1/challenges/pj-nic-chip/partners?limit=3").json()["suggestions"]
