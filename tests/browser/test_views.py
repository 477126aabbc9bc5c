"""What pages are made of: texts marked, links made safe, long lists cut to the newest."""

from dataclasses import replace

import numpy as np
import pytest

from graph.kinds import load_kinds
from graph.model import Relationship
from graph.snapshot import GraphSnapshot
from graph.tables import Tables
from service.pages.addresses import Addresses
from service.pages.marking import mark
from service.pages.partner_question import PartnerQuestion
from service.pages.views import LISTED, NetworkViews
from service.web_addresses import safe_link
from tests.worlds import generated_network, hanoi_network


@pytest.fixture(scope="module")
def hanoi() -> NetworkViews:
    return NetworkViews(GraphSnapshot.from_tables(hanoi_network().tables()), load_kinds(), "vi")


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Đại học Thủy lợi", "dai thuy", "<mark>Đại</mark> học <mark>Thủy</mark> lợi"),
        ("Hoà Lạc", "hòa", "<mark>Hoà</mark> Lạc"),
        ("Thủy lợi", "hủy", "Thủy lợi"),
        ("Nghiên cứu", "ng nghi", "<mark>Nghi</mark>ên cứu"),
        ("<b>Rau</b>", "b", "&lt;<mark>b</mark>&gt;Rau&lt;/<mark>b</mark>&gt;"),
        ("Rau", "", "Rau"),
        ("Rau", "<>", "Rau"),
    ],
)
def test_beginnings_of_words_are_marked(text: str, query: str, marked: str) -> None:
    assert str(mark(text, query)) == marked


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "data:text/html,<script>",
        "//evil",
        "ftp://a",
        "https:",
        "https://[",
    ],
)
def test_only_addresses_of_web_pages_are_linked(url: str) -> None:
    assert safe_link(url) is None


def test_a_question_comes_back_from_its_address() -> None:
    question = PartnerQuestion(
        "rau & củ = ?", "Công ty “Sạch”", ("school",), ("agritech", "edtech"), ("agritech", "fintech")
    )
    assert PartnerQuestion.from_query(question.to_query()) == question
    assert question.added == ("edtech",)
    assert question.not_meant == ("fintech",)


def test_addresses_keep_the_question_but_not_in_forms_that_bring_it() -> None:
    at = Addresses("vi", "q=rau&kind=school")
    assert at.actor("a/b'") == "/vi/actors/a%2Fb%27?question=q%3Drau%26kind%3Dschool"
    assert at.actor_alone("a/b'") == "/vi/actors/a%2Fb%27"


def test_relationships_read_from_both_ends(hanoi: NetworkViews) -> None:
    whole = "sc-hust"
    ties = hanoi_network().relationships
    part = next(tie.source_id for tie in ties if tie.kind == "part_of" and tie.target_id == whole)
    assert whole in {
        tie.other.id for group in hanoi.tie_groups(part) if group.label == "Trực thuộc" for tie in group.ties
    }
    from_whole = [group for group in hanoi.tie_groups(whole) if group.label == "Có đơn vị trực thuộc là"]
    assert part in {tie.other.id for group in from_whole for tie in group.ties}


def test_every_relationship_of_a_member_is_shown_once(hanoi: NetworkViews) -> None:
    world = hanoi_network()
    for actor_id in ("sc-hust", "sc-vnu", "ag-ubnd-hanoi"):
        own = [tie for tie in world.relationships if actor_id in {tie.source_id, tie.target_id}]
        assert sum(group.n_total for group in hanoi.tie_groups(actor_id)) == len(own)


def test_long_lists_show_the_newest() -> None:
    world = generated_network(600, np.random.default_rng(7))
    hub, others = world.actors[0].id, [actor.id for actor in world.actors[1:]]
    ties = [Relationship(hub, other, "partnered_in", since=str(1900 + row % 120)) for row, other in enumerate(others)]
    many = [replace(project, kind="challenge") for project in world.projects]
    views = NetworkViews(
        GraphSnapshot.from_tables(Tables.from_facts([*world.actors, *many, *ties])), load_kinds(), "en"
    )
    (group,) = views.tie_groups(hub)
    assert (len(group.ties), group.n_total) == (LISTED, len(others))
    assert [tie.since for tie in group.ties] == sorted((tie.since or "" for tie in ties), reverse=True)[:LISTED]
    challenges = views.challenges()
    assert len(challenges) == LISTED
    newest = sorted((project.started or "" for project in many), reverse=True)[:LISTED]
    assert [(card.project.started or "")[:4] for card in challenges] == [started[:4] for started in newest]
