"""Every failure, on every route, is a problem of one shape that says what to do and nothing else."""

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from graph.errors import (
    DanglingEndError,
    InvalidQueryError,
    KetnoiError,
    ModelError,
    NotFoundError,
    StoreCredentialsError,
    StoreSchemaError,
    StoreUnavailableError,
)
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from graph.wording import load_catalogue
from matching.questions import Answer, Options
from matching.recommend import Recommender
from service import errors
from service.app import MAX_BODY_BYTES, create_app
from service.errors import (
    STATUS_OF,
    ListenError,
    NetworkNotLoadedError,
    TooBusyError,
    WritesDisabledError,
    WriteTokenError,
    status_of,
)
from service.settings import Settings
from tests.service.doubles import NO_OPTIONS, wait_until

Request = Callable[[TestClient], Any]

PERSON = "Nguyễn Văn A"
SECRET_PATH = "/secret/model.json"

REFUSED: dict[str, tuple[int, Request]] = {
    "no_such_address": (404, lambda client: client.get("/v1/nowhere")),
    "actor_not_found": (404, lambda client: client.get("/v1/actors/<script>")),
    "project_not_found": (404, lambda client: client.get("/v1/projects/nothing")),
    "method_not_allowed": (405, lambda client: client.delete("/v1/actors")),
    "body_too_large": (413, lambda client: client.post("/v1/match", json={"brief": "x" * MAX_BODY_BYTES})),
    "invalid_request": (422, lambda client: client.get("/v1/actors?limit=-1")),
    "invalid_cursor": (422, lambda client: client.get("/v1/actors?cursor=x")),
    "write_token_refused": (401, lambda client: client.post("/v1/relationships", json={})),
}


def assert_is_problem(answer: Any, status: int, code: str) -> None:
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code
    assert problem["type"] == f"urn:ketnoi:problem:{code}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem.keys() <= {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}


@pytest.mark.parametrize("code", REFUSED)
def test_refusals_have_one_shape(client: TestClient, code: str) -> None:
    status, request = REFUSED[code]
    assert_is_problem(request(client), status, code)


def expected_refusal(method: str, address: str, operations: dict[str, Any]) -> tuple[int, str] | None:
    """Status and code for a request with an id that is none, a body that is no JSON, and no write token."""
    operation = operations.get(method.lower())
    if operation is None:
        return 405, "method_not_allowed"
    if "security" in operation:
        return 401, "write_token_refused"
    if "requestBody" in operation or "%00" in address or address == "/v1/paths":
        return 422, "invalid_request"
    return None


def test_every_route_answers_every_failure_with_a_problem(client: TestClient, hanoi_app: FastAPI) -> None:
    checked = 0
    for path, operations in hanoi_app.openapi()["paths"].items():
        address = re.sub(r"\{\w+\}", "%00", path)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            expected = expected_refusal(method, address, operations)
            answer = client.request(method, address, content=b"{")
            if expected is None:
                assert answer.status_code == 200, f"{method} {path}"
            else:
                assert_is_problem(answer, *expected)
                checked += 1
    assert checked > 60


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        ("", "Không có thành viên này"),
        ("en", "No such actor"),
        ("en-GB,en;q=0.9,vi;q=0.8", "No such actor"),
        ("vi;q=0.5,en;q=0.4", "Không có thành viên này"),
        ("fr,*;q=0.1", "Không có thành viên này"),
        ("en;q=0", "Không có thành viên này"),
        ("en;q=much", "Không có thành viên này"),
    ],
)
def test_messages_are_in_the_language_asked_for(client: TestClient, accepted: str, title: str) -> None:
    assert client.get("/v1/actors/nobody", headers={"Accept-Language": accepted}).json()["title"] == title


def test_what_is_wrong_with_a_field_is_said_in_both_languages(client: TestClient) -> None:
    for language, message in (("vi", "Cần lớn hơn hoặc bằng 1."), ("en", "This must be 1 or more.")):
        problem = client.get("/v1/actors?limit=-1", headers={"Accept-Language": language}).json()
        assert problem["errors"] == [{"field": "query.limit", "code": "greater_than_equal", "message": message}]


def test_what_was_sent_is_not_repeated_in_field_errors(client: TestClient) -> None:
    secret = "Nguyễn Văn A, 0912345678"
    for body in ({"limit": secret, "brief": "x"}, {"profile": {"kind": secret, "summary": "x"}}, {"kinds": secret}):
        answer = client.post("/v1/match", json=body)
        assert answer.status_code == 422
        assert "0912345678" not in answer.text


def test_an_announced_or_counted_body_that_is_too_large_is_refused(client: TestClient) -> None:
    def in_pieces() -> Iterator[bytes]:
        for _ in range(5):
            yield b"x" * (MAX_BODY_BYTES // 4)

    for content in (b"x" * (MAX_BODY_BYTES + 1), in_pieces()):
        answer = client.post("/v1/match", content=content, headers={"Content-Type": "application/json"})
        assert_is_problem(answer, 413, "body_too_large")


class BrokenRecommender(Recommender):
    """One whose answers fail, in ways that say too much."""

    def for_actor(self, actor_id: str, options: Options = NO_OPTIONS) -> Answer:
        raise LookupError(PERSON)

    def for_project(self, project_id: str, options: Options = NO_OPTIONS) -> Answer:
        raise KetnoiError("model_lost", f"The file {SECRET_PATH} is gone.")


@pytest.fixture
def broken_client(own_store: GraphStore, settings: Settings) -> Iterator[TestClient]:
    def build(snapshot: GraphSnapshot) -> Recommender:
        whole = Recommender.build(snapshot)
        return BrokenRecommender(whole.index, whole.rankers)

    with TestClient(create_app(settings, own_store, build_recommender=build)) as client:
        wait_until(lambda: client.get("/v1/ready").is_success)
        yield client


def test_a_fault_of_ours_says_nothing_of_itself(broken_client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    answers = [
        broken_client.get("/v1/actors/sc-hust/recommendations"),
        broken_client.get("/v1/challenges/ch-brain/partners"),
    ]
    for answer in answers:
        assert_is_problem(answer, 500, "internal_error")
        assert "content-security-policy" in answer.headers
        assert PERSON not in answer.text
        assert SECRET_PATH not in answer.text
    assert "LookupError" in caplog.text
    assert "in for_actor" in caplog.text
    assert answers[0].json()["request_id"] in caplog.text
    assert PERSON not in caplog.text


def test_one_broken_question_of_a_batch_says_nothing_of_itself(broken_client: TestClient) -> None:
    answer = broken_client.post("/v1/match", json=[{"actor_id": "sc-hust"}])
    assert_is_problem(answer, 500, "internal_error")


def test_a_browser_is_shown_a_page_and_a_program_a_problem(client: TestClient) -> None:
    for accepted, media_type in (("text/html,*/*", "text/html"), ("*/*", "application/problem+json")):
        answer = client.get("/vi/actors/nobody", headers={"Accept": accepted})
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith(media_type)
    assert client.get("/v1/nowhere", headers={"Accept": "text/html"}).headers["content-type"].endswith("problem+json")


def test_requests_are_logged_without_names_and_words(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "service.access"):
        client.get("/v1/actors/ex-dang-hoai-bac", headers={"X-Request-ID": "req-17"})
        client.head("/v1/actors/ex-dang-hoai-bac?me=secret")
        client.get("/v1/actors", params={"q": "Đặng Hoài Bắc"})
        client.post("/v1/match", json={"brief": "Đặng Hoài Bắc"})
    lines = [record.getMessage() for record in caplog.records if record.name == "service.access"]
    assert re.fullmatch(r"GET /v1/actors/\{actor_id:segment\} 200 \d+ ms req-17", lines[0])
    assert lines[1].startswith("HEAD /v1/actors/{actor_id:segment} 422 ")
    assert len(lines) == 4
    assert not re.search("secret|Hoài|hoai", " ".join(lines))


@pytest.mark.parametrize("sent", ["", "ngắn".encode().decode("latin-1"), "x" * 65, "a b", "a\tb", "<script>"])
def test_an_odd_request_id_is_replaced(client: TestClient, sent: str) -> None:
    answer = client.get("/v1/health", headers={b"X-Request-ID": sent.encode("latin-1")})
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


def test_every_answer_carries_safe_headers(client: TestClient) -> None:
    for path in ("/v1/health", "/v1/nowhere", "/vi/", "/static/style.css", "/v1/openapi.json"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "same-origin")


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (NotFoundError("code", "Message."), 404),
        (InvalidQueryError("code", "Message."), 422),
        (DanglingEndError("code", "Message."), 422),
        (WritesDisabledError(), 403),
        (WriteTokenError(), 401),
        (NetworkNotLoadedError(), 503),
        (TooBusyError(), 503),
        (StoreUnavailableError("code", "Message."), 503),
        (StoreCredentialsError("code", "Message."), 503),
        (StoreSchemaError("code", "Message."), 503),
        (ModelError("code", "Message."), 500),
        (KetnoiError("code", "Message."), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_failure_has_its_status(failure: KetnoiError, status: int) -> None:
    assert status_of(failure) == status


def test_every_failure_of_the_service_that_a_request_meets_has_a_status_of_its_own() -> None:
    own = {failure for failure in vars(errors).values() if getattr(failure, "__module__", "") == errors.__name__}
    failures = {failure for failure in own if isinstance(failure, type) and issubclass(failure, KetnoiError)}
    assert failures - {ListenError} == {failure for failure in STATUS_OF if failure.__module__ == errors.__name__}


def test_every_code_of_a_question_that_fails_is_in_both_languages() -> None:
    """Whatever is raised because of a question that came over HTTP has Vietnamese words."""
    root = Path(__file__).parents[2]
    sources = [*root.glob("graph/*.py"), root / "matching/recommend.py"]
    sources += [*root.glob("service/*.py"), *root.glob("service/[!c]*/*.py")]
    raised = re.compile(r"(?:InvalidQueryError|NotFoundError)\(\s*\"(\w+)\"")
    codes = {
        code
        for path in (
            *root.glob("graph/*.py"),
            root / "matching/recommend.py",
            *root.glob("service/*.py"),
            *root.glob("service/[!c]*/*.py"),
        )
        for code in raised.findall(path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 10
    catalogue = load_catalogue("vi", "problem").texts
    assert {f"{code}.{part}" for code in codes for part in ("title", "detail")} <= catalogue.keys()
