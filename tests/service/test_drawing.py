"""The picture of a neighbourhood."""

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kinds import Language, load_kinds
from graph.model import Actor, Fact, Relationship
from graph.paths import neighbourhood
from graph.snapshot import GraphSnapshot
from graph.tables import Tables
from service.pages.colours import contrast, ink_on
from service.pages.drawing import neighbourhood_svg
from tests.worlds import hanoi_network

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def hanoi() -> GraphSnapshot:
    return GraphSnapshot.from_tables(hanoi_network().tables())


def drawn(snapshot: GraphSnapshot, actor_id: str, language: Language = "vi", *, depth: int = 1) -> ET.Element:
    around = neighbourhood(snapshot, snapshot.index_of(actor_id), depth=depth, limit=30)
    return ET.fromstring(neighbourhood_svg(snapshot, around, language))


def signs(picture: ET.Element) -> list[ET.Element]:
    return [group for group in picture.iter(f"{SVG}g") if group.get("class") == "network-node"]


def test_every_node_has_its_name_and_the_sign_of_its_kind(hanoi: GraphSnapshot) -> None:
    around = neighbourhood(hanoi, hanoi.index_of("sc-hust"), limit=30)
    found = signs(drawn(hanoi, "sc-hust"))
    assert len(found) == len(around.nodes) > 10
    for node, sign in zip(around.nodes, found, strict=True):
        actor = hanoi.actor(node.index)
        kind = load_kinds().actor[actor.kind]
        circle, letter = sign.find(f"{SVG}circle"), sign.find(f"{SVG}text")
        assert circle is not None
        assert letter is not None
        assert sign.findtext(f"{SVG}title") == f"{actor.name} · {kind.label.vi}"
        assert (circle.get("fill"), letter.text) == (kind.colour, kind.letter)
        assert contrast(kind.colour, str(letter.get("fill"))) >= 4.5


def test_screen_readers_are_told_what_is_drawn(hanoi: GraphSnapshot) -> None:
    for language, title in (("vi", "Mạng lưới quanh Đại học Bách khoa Hà Nội"), ("en", "The network around Hanoi")):
        picture = drawn(hanoi, "sc-hust", "vi" if language == "vi" else "en")
        heading, said = picture[0], picture[1]
        assert picture.get("role") == "img"
        assert (picture.get("aria-labelledby"), picture.get("aria-describedby")) == (heading.get("id"), said.get("id"))
        assert str(heading.text).startswith(title)
        assert re.match(r"\d+ ", str(said.text))


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_signs_and_labels_stay_inside_and_apart(hanoi: GraphSnapshot, depth: int) -> None:
    for actor_id in ("sc-hust", "ag-hin", "bz-fpt"):
        picture = drawn(hanoi, actor_id, depth=depth)
        _, _, width, height = (float(side) for side in str(picture.get("viewBox")).split())
        spots = []
        for sign in signs(picture):
            circle, label = sign.find(f"{SVG}circle"), sign.find(f"{SVG}text[@class='network-label']")
            assert circle is not None
            assert label is not None
            x, y = float(str(circle.get("cx"))), float(str(circle.get("cy")))
            assert 150 < x < width - 150, "room for a label of 24 letters"
            assert 11 <= y <= height - 11
            assert float(str(label.get("y"))) <= height - 4
            assert len(str(label.text)) <= 24
            spots.append((x, y))
        for (x, y), (other_x, other_y) in combinations(spots, 2):
            assert abs(x - other_x) > 22 or abs(y - other_y) > 22


def test_the_picture_is_the_same_for_the_same_network(hanoi: GraphSnapshot) -> None:
    again = GraphSnapshot.from_tables(hanoi_network().tables())
    around = neighbourhood(hanoi, 5, depth=2, limit=30)
    assert neighbourhood_svg(hanoi, around, "vi") == neighbourhood_svg(
        again, neighbourhood(again, 5, depth=2, limit=30), "vi"
    )


def test_a_cut_picture_says_so() -> None:
    facts: list[Fact] = [Actor(f"a{number}", "school", "x") for number in range(10)]
    facts += [Relationship("a0", f"a{number}", "mentors") for number in range(1, 10)]
    snapshot = GraphSnapshot.from_tables(Tables.from_facts(facts))
    for limit, is_cut in ((9, False), (8, True)):
        picture = ET.fromstring(neighbourhood_svg(snapshot, neighbourhood(snapshot, 0, limit=limit), "en"))
        assert ("Only the strongest" in str(picture[1].text)) == is_cut


def test_names_cannot_break_out_and_unknown_kinds_are_drawn() -> None:
    name = "</text><script>alert(1)</script>\x00\"'&"
    facts: list[Fact] = [Actor("a", "wizard", name), Actor("b", "school", name * 3, short_name="<b>")]
    snapshot = GraphSnapshot.from_tables(Tables.from_facts([*facts, Relationship("a", "b", "mentors")]))
    picture = drawn(snapshot, "a")
    assert {element.tag.removeprefix(SVG) for element in picture.iter()} == {
        "svg",
        "title",
        "desc",
        "path",
        "g",
        "circle",
        "text",
    }
    wizard, school = signs(picture)
    assert wizard.findtext(f"{SVG}text") == "?"
    assert school.findtext(f"{SVG}text[@class='network-label']") == "<b>"
    assert not re.search(r"<script|\son\w+=|href|style=", ET.tostring(picture, encoding="unicode"))


def test_the_letter_of_every_kind_can_be_read_on_its_colour() -> None:
    kinds = load_kinds().actor.values()
    assert all(contrast(kind.colour, ink_on(kind.colour)) >= 4.5 for kind in kinds)


@given(st.integers(0, 0xFFFFFF))
def test_ink_can_be_read_on_every_colour(colour: int) -> None:
    assert contrast(f"#{colour:06x}", ink_on(f"#{colour:06x}")) >= 4.5
