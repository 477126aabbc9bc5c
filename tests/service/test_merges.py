"""Who is the same, through the interface: what is put to staff, what they say, and what is shown then."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.judgements import MACHINE, Judgement, append_judgements, read_judgements
from graph.kinds import Language
from graph.model import Actor, Provenance
from graph.store import GraphStore
from graph.wording import load_catalogue
from service.pages.wording import format_date
from tests.service.doubles import wait_until

COPY = Actor(
    "auto-1",
    "school",
    "Đại học Bách khoa HN",
    identifiers=("ror:04nyv3z04",),
    website="https://hust.edu.vn/vi",
    provenance=Provenance("bảng tháng 5.xlsx", last_seen=None),
)
SAID = {"left_id": "sc-hust", "right_id": "auto-1", "verdict": "same", "by": "lan.p"}


@pytest.fixture
def proposing_client(own_store: GraphStore, writing_client: TestClient) -> TestClient:
    own_store.upsert_actors([COPY])
    append_judgements(
        own_store,
        [
            Judgement.now("auto-1", "sc-hust", "unsure", MACHINE, 0.62),
            Judgement.now("sc-ptit", "sc-hust", "unsure", MACHINE, 0.31),
            Judgement.now("sc-hust", "nobody", "unsure", MACHINE, 0.9),
        ],
    )
    wait_until(lambda: writing_client.get("/v1/actors/auto-1").is_success)
    return writing_client


def pairs(client: TestClient, **params: Any) -> list[tuple[str, str]]:
    items = client.get("/v1/merges/proposals", params=params).json()["items"]
    return [(item["left"]["id"], item["right"]["id"]) for item in items]


def test_proposals_come_with_both_records_and_what_speaks_for_and_against(proposing_client: TestClient) -> None:
    answer = proposing_client.get("/v1/merges/proposals").json()
    assert answer["total"] == 2
    first = answer["items"][0]
    assert (first["left"]["id"], first["right"]["id"]) == ("auto-1", "sc-hust")
    assert first["judgement"]["probability"] == 0.62
    assert {trait["name"]: trait["speaks"] for trait in first["traits"]}["names"] == "neither"
    assert first["traits"][-1]["left"] == ["bảng tháng 5.xlsx"]


def test_proposals_come_in_pages(proposing_client: TestClient) -> None:
    first = proposing_client.get("/v1/merges/proposals?limit=1").json()
    assert pairs(proposing_client, limit=1, cursor=first["next_cursor"]) == [("sc-hust", "sc-ptit")]


def test_a_judgement_closes_its_proposal_at_once_and_the_network_follows(
    proposing_client: TestClient, own_store: GraphStore
) -> None:
    answer = proposing_client.post("/v1/judgements", json=SAID)
    assert answer.status_code == 201
    made = answer.json()["judgement"]
    assert (made["left_id"], made["right_id"], made["by"], made["probability"]) == ("auto-1", "sc-hust", "lan.p", None)
    assert pairs(proposing_client) == [("sc-hust", "sc-ptit")]
    wait_until(lambda: proposing_client.get("/v1/actors/auto-1").json()["actor"]["id"] == "sc-hust")

    merged = proposing_client.get("/v1/actors/auto-1").json()
    assert "Đại học Bách khoa HN" in merged["actor"]["aliases"]
    assert merged["actor"]["identifiers"] == ["ror:04nyv3z04"]
    assert merged["merge"]["canonical_id"] == "sc-hust"
    assert [source["id"] for source in merged["merge"]["sources"]] == ["sc-hust", "auto-1"]
    assert merged["merge"]["sources"][1]["provenance"]["source"] == "bảng tháng 5.xlsx"
    assert merged["merge"]["judgements"] == [made]
    same = proposing_client.get("/v1/actors/sc-hust").json()
    assert {**same, "as_of": ""} == {**merged, "as_of": ""}
    recommended = proposing_client.get("/v1/actors/auto-1/recommendations?limit=3")
    assert recommended.json()["suggestions"]
    stored = own_store.get_actor("auto-1")
    assert stored is not None
    assert stored.name == COPY.name


def test_it_is_undone_by_another_judgement(proposing_client: TestClient, own_store: GraphStore) -> None:
    before = proposing_client.get("/v1/version").json()["snapshot"]
    proposing_client.post("/v1/judgements", json=SAID)
    wait_until(lambda: proposing_client.get("/v1/version").json()["snapshot"] != before)
    proposing_client.post("/v1/judgements", json=SAID | {"verdict": "different", "by": "minh"})
    wait_until(lambda: proposing_client.get("/v1/version").json()["snapshot"] == before)
    assert proposing_client.get("/v1/actors/auto-1").json()["merge"] is None
    assert [judgement.by for judgement in read_judgements(own_store)][-2:] == ["lan.p", "minh"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"right_id": "nobody"}, 404, "actor_not_found"),
        ({"right_id": "sc-hust"}, 422, "same_record"),
        ({"verdict": "perhaps"}, 422, "invalid_request"),
        ({"by": "Phạm Thị Lan"}, 422, "invalid_request"),
        ({"by": "ketnoi"}, 422, "invalid_request"),
        ({"note": "x"}, 422, "invalid_request"),
    ],
)
def test_what_cannot_be_judged_is_refused(
    proposing_client: TestClient, own_store: GraphStore, change: dict[str, str], status: int, code: str
) -> None:
    n_before = len(own_store.events())
    answer = proposing_client.post("/v1/judgements", json=SAID | change)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert len(own_store.events()) == n_before


def test_staff_alone_see_proposals_and_judge(client: TestClient) -> None:
    for answer in (client.get("/v1/merges/proposals"), client.post("/v1/judgements", json=SAID)):
        assert (answer.status_code, answer.json()["code"]) == (401, "write_token_refused")


def test_who_has_vanished_is_found_and_marked_and_not_suggested(
    writing_client: TestClient, own_store: GraphStore
) -> None:
    suggested = writing_client.get("/v1/actors/st-selex/recommendations?limit=1").json()["suggestions"][0]["actor"]
    stored = own_store.get_actor(suggested["id"])
    assert stored is not None
    gone = Provenance("actors.csv", stored.provenance.source_url, last_seen="2026-05-31")
    own_store.upsert_actors([Actor(stored.id, stored.kind, stored.name, summary=stored.summary, provenance=gone)])
    address = f"/v1/actors/{stored.id}"
    wait_until(lambda: writing_client.get(address).json()["actor"]["provenance"]["last_seen"] == "2026-05-31")
    assert writing_client.get("/v1/actors", params={"q": stored.name}).json()["total"] >= 1
    answer = writing_client.get("/v1/actors/st-selex/recommendations?limit=100").json()
    assert stored.id not in {suggestion["actor"]["id"] for suggestion in answer["suggestions"]}
    expected: tuple[tuple[Language, str], ...] = (
        ("vi", "Không còn trong nguồn từ 31/05/2026"),
        ("en", "No longer in its source since 31 May"),
    )
    for language, words in expected:
        assert words in writing_client.get(f"/{language}/actors/{stored.id}").text
        said = load_catalogue(language, "page").text("seen.gone", date=format_date("2026-05-31", language))
        assert said in writing_client.get(f"/{language}/search", params={"q": stored.name}).text
