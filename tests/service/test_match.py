import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.sqlite_store import SqliteStore
from graph.wording import load_catalogue
from service.app import create_app
from service.settings import Settings
from tests.service.doubles import wait_until, with_likelihood

BRIEF = "Chúng tôi làm cảm biến đo bụi mịn, cần nơi đặt trạm và một trường cùng nghiên cứu"


def ids_of(answer: Any) -> list[str]:
    return [suggestion["actor_id"] for suggestion in answer["suggestions"]]


def test_a_brief_is_answered_and_what_was_understood_is_said(client: TestClient) -> None:
    answer = client.post("/v1/match", json={"brief": BRIEF, "limit": 5}).json()
    assert len(answer["suggestions"]) == 5
    assert "environment_water_waste" in answer["understanding"]["fields"]
    assert answer["understanding"]["places"] == []
    assert answer == client.post("/v1/match", json={"brief": BRIEF, "limit": 5}).json()


def test_an_unregistered_profile_is_answered(client: TestClient) -> None:
    profile = {"name": "Công ty Mới", "kind": "startup", "needs": ["đối tác thử nghiệm LED nuôi cấy mô"]}
    answer = client.post("/v1/match", json={"profile": profile, "limit": 10}).json()
    assert "bz-rangdong" in ids_of(answer)


def test_an_actor_is_answered_as_at_its_own_address(client: TestClient) -> None:
    by_example = client.post("/v1/match", json={"actor_id": "st-selex", "kinds": ["school"], "limit": 4}).json()
    assert by_example == client.get("/v1/actors/st-selex/recommendations?kind=school&limit=4").json()


def test_each_question_of_a_batch_is_answered_or_refused_by_itself(client: TestClient) -> None:
    batch = [
        {"brief": BRIEF, "limit": 3},
        {"brief": BRIEF, "limit": 10**9},
        {"actor_id": "nobody"},
        "no question",
        {"profile": {"fields": ["semiconductor"]}, "explain": False, "limit": 1},
    ]
    answer = client.post("/v1/match", json=batch).json()
    answered = [item["answer"] is not None for item in answer["results"]]
    codes = [item["problem"] and item["problem"]["code"] for item in answer["results"]]
    assert answered == [True, False, False, False, True]
    assert codes == [None, "invalid_request", "actor_not_found", "invalid_request", None]
    assert answer["results"][0]["answer"] == client.post("/v1/match", json=batch[0]).json()
    assert [error["field"] for error in answer["results"][1]["problem"]["errors"]] == ["limit"]


def test_a_batch_holds_up_to_50_questions(client: TestClient) -> None:
    question = {"actor_id": "st-selex", "limit": 1, "explain": False}
    assert len(client.post("/v1/match", json=[question] * 50).json()["results"]) == 50
    assert client.post("/v1/match", json=[question] * 51).json()["errors"][0]["code"] == "too_long"
    assert client.post("/v1/match", json=[]).json()["errors"][0]["code"] == "too_short"


@pytest.mark.parametrize(
    ("question", "field", "code"),
    [
        ({}, "body.query", "one_question"),
        ({"brief": "LED", "actor_id": "sc-hust"}, "body.query", "one_question"),
        ({"brief": " \n "}, "body.query.brief", "string_too_short"),
        ({"brief": "x" * 10_001}, "body.query.brief", "string_too_long"),
        ({"brief": "LED", "limit": -1}, "body.query.limit", "greater_than_equal"),
        ({"brief": "LED", "kinds": ["martian"]}, "body.query.kinds.0", "unknown_kind"),
        ({"brief": "LED", "colour": "red"}, "body.query.colour", "extra_forbidden"),
        ({"profile": {"name": "Công ty Mới"}}, "body.query.profile", "empty_profile"),
        (
            {"profile": {"summary": "LED", "country": "Việt Nam"}},
            "body.query.profile.country",
            "string_pattern_mismatch",
        ),
        ("LED", "body.query", "model_attributes_type"),
    ],
)
def test_a_question_that_is_none_is_refused(client: TestClient, question: Any, field: str, code: str) -> None:
    answer = client.post("/v1/match", json=question)
    errors = answer.json()["errors"]
    assert answer.status_code == 422
    assert (errors[0]["field"], errors[0]["code"]) == (field, code)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{", "json_invalid"), (b"", "missing"), (b"brief=LED", "json_invalid"), (b"\xff\xfe", "json_invalid")],
)
def test_what_is_no_json_is_refused(client: TestClient, content: bytes, code: str) -> None:
    answer = client.post("/v1/match", content=content, headers={"Content-Type": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["code"] for error in answer.json()["errors"]] == [code]


def test_a_body_that_is_no_text_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/match", content=b"\x80\x81{", headers={"Content-Type": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_lists_let_more_members_be_seen_unless_told_otherwise(client: TestClient) -> None:
    question = {"brief": BRIEF, "limit": 100}
    as_set = client.post("/v1/match", json=question).json()
    exposed, plain = (client.post("/v1/match", json={**question, "exposure": on}).json() for on in (True, False))
    assert as_set == exposed != plain
    scores = [suggestion["score"] for suggestion in plain["suggestions"]]
    assert scores == sorted(scores, reverse=True)
    assert {suggestion["moved"] for suggestion in plain["suggestions"]} == {0}
    place = {name: rank for rank, name in enumerate(ids_of(plain), start=1)}
    for suggestion in exposed["suggestions"]:
        if suggestion["actor_id"] in place:
            assert suggestion["rank"] + suggestion["moved"] == place[suggestion["actor_id"]]
    assert any(suggestion["moved"] > 0 for suggestion in exposed["suggestions"])


@pytest.mark.parametrize("path", ["/v1/actors/sc-hust/recommendations", "/v1/challenges/ch-flood/partners"])
def test_addresses_take_the_same_wish(client: TestClient, path: str) -> None:
    exposed, plain = (client.get(path, params={"exposure": on, "limit": 100}).json() for on in ("true", "false"))
    assert client.get(path, params={"limit": 100}).json() == exposed != plain
    scores = [suggestion["score"] for suggestion in plain["suggestions"]]
    assert scores == sorted(scores, reverse=True)
    assert client.get(path, params={"exposure": "perhaps"}).status_code == 422


@pytest.fixture(scope="module")
def likely(hanoi_file: Path) -> Iterator[TestClient]:
    """A client of a service that knows what scores stand for, and that leaves lists in the order of their scores."""
    with SqliteStore(hanoi_file) as store:
        app = create_app(Settings(_env_file=None, exposure=False), store, build_recommender=with_likelihood)
        with TestClient(app) as client:
            wait_until(lambda: client.get("/v1/ready").is_success)
            yield client


def test_a_service_may_leave_the_order_of_the_scores(likely: TestClient) -> None:
    answer = likely.post("/v1/match", json={"brief": BRIEF}).json()
    assert answer == likely.post("/v1/match", json={"brief": BRIEF, "exposure": False}).json()
    assert answer != likely.post("/v1/match", json={"brief": BRIEF, "exposure": True}).json()
    for path in ("/vi/partners?q=bụi+mịn", "/vi/actors/sc-hust", "/vi/projects/ch-flood"):
        assert 'class="moved"' not in likely.get(path).text


def test_a_likelihood_is_told_where_it_is_known(likely: TestClient, client: TestClient) -> None:
    known, unknown = (each.post("/v1/match", json={"brief": BRIEF}).json() for each in (likely, client))
    stated = [suggestion["likelihood"] for suggestion in known["suggestions"]]
    assert stated == sorted(stated, reverse=True)
    assert 0 < stated[-1] < stated[0] < 1
    assert {suggestion["likelihood"] for suggestion in unknown["suggestions"]} == {None}


@pytest.mark.parametrize("path", ["partners?q=bụi+mịn", "actors/sc-hust", "projects/ch-flood"])
def test_pages_tell_the_likelihood_and_what_it_means_where_it_is_known(
    likely: TestClient, client: TestClient, path: str
) -> None:
    for language in ("vi", "en"):
        text = load_catalogue(language, "page").text
        legend = text("legend.likelihood", high="20%", medium="10%")
        page = likely.get(f"/{language}/{path}").text
        assert legend in page
        words = "|".join(text(f"likelihood.{level}") for level in ("high", "medium", "low"))
        stated = text("likelihood.stated", percent=r"[\d.,]+%")
        assert re.search(
            rf'title="{stated}">{text("likelihood.label")}: (?:{words})<span class="unseen"> \({stated}', page
        )
        silent = client.get(f"/{language}/{path}").text
        assert legend not in silent
        assert 'class="likelihood"' not in silent
