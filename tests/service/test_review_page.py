"""The page on which staff judge, as a browser without JavaScript uses it."""

import re
from collections.abc import Iterator

import pytest
from itsdangerous import TimestampSigner
from starlette.testclient import TestClient

from graph.judgements import MACHINE, Judgement, append_judgements, read_judgements
from graph.model import Actor
from graph.store import GraphStore
from service.app import create_app
from service.network_state import BuildRecommender
from service.settings import Settings
from service.staff_session import COOKIE, SESSION_SECONDS, new_cookie, session_in
from tests.service.conftest import WRITE_TOKEN
from tests.service.doubles import wait_until

SIGNED = {"token": WRITE_TOKEN, "by": "lan.p"}
HTML = {"Accept": "text/html"}


@pytest.fixture
def browser(own_store: GraphStore, settings: Settings, build_once: BuildRecommender) -> Iterator[TestClient]:
    own_store.upsert_actors([Actor("auto-1", "school", "Đại học Bách khoa <HN>")])
    append_judgements(
        own_store,
        [
            Judgement.now("auto-1", "sc-hust", "unsure", MACHINE, 0.62),
            Judgement.now("sc-ptit", "sc-hust", "unsure", MACHINE, 0.31),
        ],
    )
    app = create_app(settings, own_store, build_recommender=build_once)
    with TestClient(app, headers=HTML) as client:
        wait_until(lambda: client.get("/v1/actors/auto-1").is_success)
        yield client


def form_token(page: str) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_nothing_is_shown_or_judged_before_signing_in(browser: TestClient, own_store: GraphStore) -> None:
    page = browser.get("/vi/review")
    assert page.status_code == 200
    assert "auto-1" not in page.text
    assert page.headers["cache-control"] == "no-store"
    for path, fields in (
        ("judge", {"left_id": "auto-1", "right_id": "sc-hust", "verdict": "same", "form_token": "x"}),
        ("unmerge", {"id": "auto-1"}),
    ):
        answer = browser.post(f"/vi/review/{path}", data=fields, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/vi/review")
    assert all(judgement.by == MACHINE for judgement in read_judgements(own_store))


@pytest.mark.parametrize(
    "fields", [{}, SIGNED | {"token": "wrong"}, SIGNED | {"by": "Lan Phạm"}, SIGNED | {"by": "ketnoi"}, {"by": "lan.p"}]
)
def test_a_wrong_token_or_a_full_name_is_refused(browser: TestClient, fields: dict[str, str]) -> None:
    answer = browser.post("/vi/review/sign-in", data=fields)
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text
    assert COOKIE not in answer.cookies
    assert "wrong" not in answer.text


def test_the_cookie_of_a_session_holds_no_secret_and_no_script_reads_it(browser: TestClient) -> None:
    answer = browser.post("/vi/review/sign-in", data=SIGNED, follow_redirects=False)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert WRITE_TOKEN not in cookie
    assert f"max-age={SESSION_SECONDS}" in cookie.lower()
    assert "secure" not in cookie.lower()
    browser.post("/vi/review/sign-out")
    assert "auto-1" not in browser.get("/vi/review").text


def test_a_cookie_over_https_is_for_https_alone(browser: TestClient) -> None:
    answer = browser.post("https://testserver/vi/review/sign-in", data=SIGNED, follow_redirects=False)
    assert "; secure" in answer.headers["set-cookie"].lower()


def test_a_cookie_that_the_write_token_did_not_sign_opens_no_session() -> None:
    cookie = new_cookie(WRITE_TOKEN, "lan.p")
    content, time, signature = cookie.split(".")
    session = session_in(WRITE_TOKEN, cookie)
    assert session is not None
    assert session.handle == "lan.p"
    other = new_cookie(WRITE_TOKEN, "minh").split(".")[0]
    forged = [
        "",
        "x",
        "..",
        "::::",
        f"{other}.{time}.{signature}",
        f"{content}.{time[::-1]}.{signature}",
        f"{content}.{time}.{signature[::-1]}",
        f"{content}.{time}",
        new_cookie("another-token-of-16", "lan.p"),
    ]
    for text in forged:
        assert session_in(WRITE_TOKEN, text) is None, text


@pytest.mark.parametrize(("seconds", "is_open"), [(SESSION_SECONDS, True), (SESSION_SECONDS + 1, False)])
def test_a_session_ends_after_its_time(monkeypatch: pytest.MonkeyPatch, seconds: int, *, is_open: bool) -> None:
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: 1_000_000)
    cookie = new_cookie(WRITE_TOKEN, "lan.p")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: 1_000_000 + seconds)
    assert (session_in(WRITE_TOKEN, cookie) is not None) is is_open


def test_sessions_of_one_person_have_forms_of_their_own() -> None:
    sessions = [session_in(WRITE_TOKEN, new_cookie(WRITE_TOKEN, "lan.p")) for _ in range(2)]
    assert len({session.form_token for session in sessions if session}) == 2


def test_a_pair_is_judged_and_the_next_one_shown(browser: TestClient, own_store: GraphStore) -> None:
    page = browser.post("/vi/review/sign-in", data=SIGNED).text
    assert "Đại học Bách khoa &lt;HN&gt;" in page
    assert "62%" in page
    fields = {"left_id": "auto-1", "right_id": "sc-hust", "verdict": "same", "form_token": form_token(page)}
    after = browser.post("/vi/review/judge?place=0", data=fields).text
    assert "sc-ptit" in after
    assert "Đã ghi quyết định" in after
    latest = read_judgements(own_store)[-1]
    assert (latest.pair, latest.verdict, latest.by) == (("auto-1", "sc-hust"), "same", "lan.p")
    wait_until(lambda: browser.get("/v1/actors/auto-1").json()["merge"] is not None)

    old = browser.get("/vi/actors/auto-1?me=elcom", follow_redirects=False)
    assert (old.status_code, old.headers["location"]) == (307, "/vi/actors/sc-hust?me=elcom")
    actor_page = browser.get("/vi/actors/auto-1").text
    assert "Gộp từ 2\N{NO-BREAK SPACE}nguồn" in actor_page
    assert "lan.p ghép ngày" in actor_page
    assert "ketnoi unmerge auto-1" in actor_page

    again = browser.post("/vi/review/unmerge", data={"id": "auto-1", "form_token": form_token(after)}).text
    assert "Chưa ghép hồ sơ nào" in again
    assert read_judgements(own_store)[-1].verdict == "different"
    wait_until(lambda: browser.get("/v1/actors/auto-1").json()["merge"] is None)


def test_a_form_of_another_site_changes_nothing(browser: TestClient, own_store: GraphStore) -> None:
    browser.post("/vi/review/sign-in", data=SIGNED)
    n_before = len(own_store.events())
    fields = {"left_id": "auto-1", "right_id": "sc-hust", "verdict": "same"}
    for forged in ({}, {"form_token": "0" * 64}):
        assert browser.post("/vi/review/judge", data=fields | forged, follow_redirects=False).status_code == 303
    assert len(own_store.events()) == n_before


def test_what_cannot_be_judged_is_answered_with_a_page(browser: TestClient) -> None:
    token = form_token(browser.post("/en/review/sign-in", data=SIGNED).text)
    pair = {"left_id": "auto-1", "right_id": "sc-hust", "verdict": "same", "form_token": token}
    for change, status in (({"verdict": "maybe"}, 422), ({"left_id": "nobody"}, 404), ({"left_id": "sc-hust"}, 422)):
        answer = browser.post("/en/review/judge", data=pair | change)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert browser.post("/en/review/unmerge", data={"id": "sc-hust", "form_token": token}).status_code == 422
    for place in ("99", "-1", "x", "9" * 400):
        assert "auto-1" in browser.get(f"/en/review?place={place}").text
    assert "sc-ptit" in browser.get("/en/review?place=1").text


def test_contradictions_are_told(browser: TestClient, own_store: GraphStore) -> None:
    chain = [("auto-1", "sc-hust", "same"), ("sc-hust", "sc-ptit", "same"), ("auto-1", "sc-ptit", "different")]
    for left_id, right_id, verdict in chain:
        append_judgements(own_store, [Judgement.now(left_id, right_id, verdict, "minh")])  # type: ignore[arg-type]
    assert "Mâu thuẫn" in browser.post("/vi/review/sign-in", data=SIGNED).text


def test_without_a_write_token_the_page_says_how_else(own_store: GraphStore) -> None:
    with TestClient(create_app(Settings(_env_file=None, poll_seconds=0.05), own_store), headers=HTML) as client:
        wait_until(lambda: client.get("/v1/ready").is_success)
        page = client.get("/vi/review")
        assert page.status_code == 403
        assert "ketnoi review" in page.text
        assert client.post("/vi/review/sign-in", data={"token": "", "by": "lan.p"}).status_code == 403
