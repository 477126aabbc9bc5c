from typing import Any

import pytest
from starlette.testclient import TestClient

BRIEF = "Chúng tôi làm cảm biến đo bụi mịn, cần nơi đặt trạm và một trường cùng nghiên cứu"


def ids_of(answer: Any) -> list[str]:
    return [suggestion["actor_id"] for suggestion in answer["suggestions"]]


def test_a_brief_is_answered_and_what_was_understood_is_said(client: TestClient) -> None:
    answer = client.post("/v1/match", json={"brief": BRIEF, "limit": 5}).json()
    assert len(answer["suggestions"]) == 5
    assert "environment_water" in answer["understanding"]["fields"] or answer["understanding"]["fields"]
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


def test_what_is_no_json_is_refused(client: TestClient) -> None:
    for content in (b"{", b"\xff\xfe", b"", b"brief=LED"):
        answer = client.post("/v1/match", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}
        assert answer.headers["content-type"] == "application/problem+json"
