"""Search by name in memory against known answers and the embedded store."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from graph.errors import InvalidQueryError
from graph.model import Actor, Project
from graph.opening import open_store
from graph.search import NameIndex
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from graph.tables import Tables
from tests.worlds import generated_network, hanoi_network, load_world

ACTORS = [
    Actor("a1", "school", "Đại học Bách khoa Hà Nội", name_en="Hanoi University", short_name="HUST", aliases=("ĐHBK",)),
    Actor("a2", "school", "Bách khoa"),
    Actor("a3", "business", "Bách Khoa Robotics"),
    Actor("a4", "business", "Khoá cửa Bách"),
    Actor("a5", "business", "Bách Khoa Robotic"),
    Actor("a6", "business", "Москва"),
]
PROJECTS = [
    Project("p1", "project", "Cảm biến bụi mịn", title_en="Fine dust sensor"),
    Project("p2", "challenge", "Bụi"),
    Project("p3", "product", "Bụi bặm"),
]


def index_of(actors: list[Actor]) -> NameIndex:
    return NameIndex(GraphSnapshot.from_tables(Tables.from_facts([*actors, *PROJECTS])))


@pytest.fixture(scope="module")
def small() -> NameIndex:
    return index_of(ACTORS)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphStore]:
    folder: Path = tmp_path_factory.mktemp("search")
    with open_store(folder / "network.db") as opened:
        load_world(opened, hanoi_network())
        load_world(opened, generated_network(600, np.random.default_rng(11)))
        yield opened


@pytest.fixture(scope="module")
def snapshot(store: GraphStore) -> GraphSnapshot:
    return GraphSnapshot.from_store(store)


@pytest.fixture(scope="module")
def names(snapshot: GraphSnapshot) -> NameIndex:
    return NameIndex(snapshot)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("bách khoa", ["a2", "a5", "a3", "a4", "a1"]),
        ("BACH KHOA", ["a2", "a5", "a3", "a4", "a1"]),
        ("khoa bach", ["a2", "a4", "a5", "a3", "a1"]),
        ("bách khoa rob", ["a5", "a3"]),
        ("robotics", ["a3"]),
        ("obotics", []),
        ("hust univ đhbk", ["a1"]),
        ("bách***khoa", ["a2", "a5", "a3", "a4", "a1"]),
        ("***", []),
        ("Москва", []),
    ],
)
def test_known_answers(small: NameIndex, text: str, ids: list[str]) -> None:
    hits = small.search(text)
    assert [ACTORS[index].id for index in hits.indices] == ids
    assert hits.n_total == len(ids)


@pytest.mark.parametrize("text", ["", "  \n"])
def test_a_blank_text_lists_everything_in_the_order_of_ids(small: NameIndex, text: str) -> None:
    assert small.search(text).indices == (0, 1, 2, 3, 4, 5)
    assert small.search(text, kinds=("school",)).indices == (0, 1)


def test_kinds_and_pages(small: NameIndex) -> None:
    businesses = small.search("bách khoa", kinds=("business",))
    assert (businesses.indices, businesses.n_total) == ((4, 2, 3), 3)
    pages = [small.search("bách khoa", limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [page.indices for page in pages] == [(1, 4), (2, 3), (0,), ()]
    assert {page.n_total for page in pages} == {5}
    assert small.search("bách khoa", limit=0).indices == small.search("bách khoa", limit=-1).indices == ()
    with pytest.raises(InvalidQueryError, match="no kind of actor 'challenge'"):
        small.search("x", kinds=("challenge",))


def test_projects_are_found_by_either_title(small: NameIndex) -> None:
    assert small.search_projects("bụi").indices == (1, 2, 0)
    assert small.search_projects("bui", kinds=("product", "project")).indices == (2, 0)
    assert small.search_projects("SENSOR").indices == (0,)
    assert small.search_projects("").n_total == 3
    with pytest.raises(InvalidQueryError, match="no kind of opportunity 'school'"):
        small.search_projects("x", kinds=("school",))


def test_an_empty_network_finds_nobody() -> None:
    empty = NameIndex(GraphSnapshot.from_tables(Tables.from_facts([])))
    for text in ("", "x"):
        assert empty.search(text).indices == empty.search_projects(text).indices == ()


@pytest.mark.parametrize("kinds", [(), ("school",), ("business", "startup")])
def test_hits_and_order_are_those_of_the_store(
    store: GraphStore, snapshot: GraphSnapshot, names: NameIndex, kinds: tuple[str, ...]
) -> None:
    texts = ["ha noi", "đại học", "c", "Company 1", "*", "' OR 1=1 --", "viện HÀN lâm", "h n", "x" * 100, "công ty an"]
    texts += [actor.name for actor in store.search_actors("a", limit=40)]
    texts += [actor.name[:5] for actor in store.search_actors("t", limit=40)]
    n_hits = 0
    for text in texts:
        expected = [actor.id for actor in store.search_actors(text, kinds=kinds, limit=10_000)]
        hits = names.search(text, kinds=kinds, limit=10_000)
        assert [snapshot.actor_ids[index] for index in hits.indices] == expected, text
        assert hits.n_total == len(expected)
        n_hits += len(expected)
    assert n_hits > 100


def test_a_search_among_many_takes_milliseconds() -> None:
    rng = np.random.default_rng(2)
    syllables = [f"{first}{rest}" for first in "bcdghklmnt" for rest in ("an", "inh", "ong", "uy", "ay")]
    words = rng.choice(syllables, size=(40_000, 4))
    index = index_of([Actor(f"a{row:05}", "school", " ".join(name)) for row, name in enumerate(words.tolist())])
    started = time.process_time()
    for text in ("b", "ban", "ban dinh", "t t t", "", "dong"):
        assert index.search(text).n_total > 0
    assert (time.process_time() - started) / 6 < 0.05
