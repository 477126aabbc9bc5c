"""Suggested partners on pages, grouped by kind."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from graph.kinds import load_kinds
from matching import recommend
from matching.ranking import candidates


@pytest.mark.parametrize(
    "path",
    [
        "/vi/actors/sc-hust",
        "/vi/projects/ch-flood",
        "/vi/partners?q=bui+min",
        "/vi/partners?q=rau&proposed=agritech&field=fintech",
    ],
)
def test_a_page_ranks_once(client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    draw, rankings = candidates.draw, []

    def counted(*args: Any, **options: Any) -> Any:
        rankings.append(args)
        return draw(*args, **options)

    monkeypatch.setattr(recommend, "draw", counted)
    assert client.get(path).is_success
    assert len(rankings) == 1


@pytest.mark.parametrize(
    ("page", "route"),
    [
        ("/vi/actors/st-selex", "/v1/actors/st-selex/recommendations"),
        ("/vi/projects/ch-flood", "/v1/challenges/ch-flood/partners"),
    ],
)
def test_each_group_of_a_page_holds_the_best_of_its_kind(client: TestClient, page: str, route: str) -> None:
    shown = dict(
        re.findall(r'<section aria-labelledby="party-(\w+)">(.*?)</section>', client.get(page).text, re.DOTALL)
    )
    assert len(shown) > 2
    for kind in load_kinds().actor:
        answer = client.get(route, params={"kind": kind, "limit": 3}).json()
        best = [each["actor_id"] for each in answer["suggestions"] if round(5 * each["fit"])]
        assert re.findall(r'<h4>.*?href="/vi/actors/([\w-]+)"', shown.get(kind, "")) == best
