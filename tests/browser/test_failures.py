"""What a reader sees when something is wrong: a page in the reader's language that says what to do, and no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from graph.sqlite_store import SqliteStore
from graph.wording import load_catalogue
from matching.questions import Answer, Options
from matching.recommend import Recommender
from service.app import create_app
from service.settings import Settings
from tests.service.doubles import AwayStore, wait_until

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
SECRET = "a sentence from the inside"


class BrokenRecommender(Recommender):
    """One that cannot answer a brief."""

    def for_brief(self, text: str, options: Options = Options(), *, fields: tuple[str, ...] | None = None) -> Answer:  # noqa: B008  frozen
        raise RuntimeError(SECRET)


@pytest.fixture(scope="module")
def client(network_file: Path) -> Iterator[TestClient]:
    settings = Settings(_env_file=None, language="vi")
    with (
        SqliteStore(network_file) as store,
        TestClient(
            create_app(settings, store, build_recommender=BrokenRecommender.build),
            headers=BROWSER,
            raise_server_exceptions=False,
        ) as client,
    ):
        wait_until(lambda: client.get("/v1/ready").is_success)
        yield client


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("/vi/actors/nobody", 404, "error.not_found"),
        ("/en/projects/nothing", 404, "error.not_found"),
        ("/en/nowhere", 404, "error.not_found"),
        ("/nowhere", 404, "error.not_found"),
        ("/en/partners?kind=wizard", 422, "error.invalid"),
        ("/en/partners?field=alchemy", 422, "error.invalid"),
        ("/en/search?kind=wizard", 422, "error.invalid"),
        ("/vi/search?field=alchemy", 422, "error.invalid"),
        (f"/vi/partners?q={'a' * 2001}", 422, "error.invalid"),
        (f"/vi/partners?me={'a' * 201}", 422, "error.invalid"),
        (f"/vi/search?q={'a' * 201}", 422, "error.invalid"),
        ("/vi/partners?q=a" + "&kind=school" * 100, 422, "error.invalid"),
        ("/vi/actors/sc-hust?question=kind%3Dwizard", 422, "error.invalid"),
        ("/en/partners?q=rau", 500, "error.fault"),
    ],
)
def test_a_page_says_what_is_wrong_and_leads_on(client: TestClient, path: str, status: int, heading: str) -> None:
    answer = client.get(path)
    language = "en" if path.startswith("/en") else "vi"
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}">' in answer.text
    assert f"<h1>{load_catalogue(language, 'page').text(heading)}</h1>" in answer.text
    assert f'href="/{language}/search"' in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "Traceback" not in answer.text
    assert SECRET not in answer.text


def test_programs_get_problems(client: TestClient) -> None:
    for path in ("/v1/actors/nobody", "/v1/nowhere"):
        assert client.get(path).headers["content-type"].startswith("application/problem+json")
    answer = client.get("/vi/actors/nobody", headers={"Accept": "application/json"})
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_without_a_network_a_page_asks_for_patience(network_file: Path) -> None:
    with SqliteStore(network_file) as store:
        away = AwayStore(store)
        away.is_away = True
        with TestClient(create_app(Settings(_env_file=None, language="en"), away.as_store())) as client:
            answer = client.get("/", headers=BROWSER)
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers
    assert f"<h1>{load_catalogue('en', 'page').text('error.later')}</h1>" in answer.text
    assert "secret-host" not in answer.text


def test_an_empty_network_teaches_what_to_do(tmp_path: Path) -> None:
    with (
        SqliteStore(tmp_path / "network.db") as store,
        TestClient(create_app(Settings(_env_file=None, language="en"), store)) as client,
    ):
        wait_until(lambda: client.get("/v1/ready").is_success)
        assert load_catalogue("en", "page").text("challenges.empty") in client.get("/en/challenges").text
        assert "ketnoi load" in client.get("/").text
        assert client.get("/vi/partners?q=rau").is_success
        assert client.get("/vi/search?q=rau").is_success
