"""The network in the forms of other tools."""

from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.model import Actor, Fact, Participation, Project, Relationship
from graph.networks import to_frames, to_networkx, write_gexf, write_graphml
from graph.snapshot import GraphSnapshot
from graph.tables import Tables
from graph.xml_text import injective_xml, legal_xml
from tests.worlds import generated_network, hanoi_network

AWKWARD: list[Fact] = [
    Actor("a/1", "school", "<script>alert('x')</script>\x00", aliases=("một", "hai"), summary="dòng 1\n\tdòng & 2"),
    Actor('b"2\\', "startup", "B", attributes={"mã <số>": "7\x1f", "trống": ""}),
    Actor("b\x01", "startup", "Bm"),
    Actor("b\\u0001", "startup", "Bn"),
    Project("a/1", "project", "Cùng mã với tác nhân", owner_id="a/1", start="2024-05", end="2025", total_cost=1.5),
    Project("lost", "project", "Chủ ở ngoài", owner_id="outside", fields=("edtech", "govtech")),
    Relationship("a/1", 'b"2\\', "signed_mou", value_vnd=5_000_000_000, since="2024"),
    Relationship("a/1", 'b"2\\', "signed_mou", occurrence=1),
    Participation("a/1", 'b"2\\', role="thử\x0bnghiệm"),
]


@pytest.fixture(scope="module")
def awkward() -> GraphSnapshot:
    return GraphSnapshot.from_tables(Tables.from_facts(AWKWARD))


@pytest.fixture(scope="module", params=["awkward", "hanoi", "generated"])
def network(request: pytest.FixtureRequest, awkward: GraphSnapshot) -> GraphSnapshot:
    if request.param == "awkward":
        return awkward
    world = hanoi_network() if request.param == "hanoi" else generated_network(300, np.random.default_rng(8))
    return GraphSnapshot.from_tables(world.tables())


def test_actors_and_projects_of_one_id_are_two_nodes(awkward: GraphSnapshot) -> None:
    graph = to_networkx(awkward)
    assert graph.nodes["actor:a/1"] == {
        "table": "actors",
        "id": "a/1",
        "kind": "school",
        "name": "<script>alert('x')</script>\x00",
        "aliases": ["một", "hai"],
        "summary": "dòng 1\n\tdòng & 2",
        "canonical_id": "a/1",
    }
    assert graph.nodes["project:a/1"]["total_cost"] == 1.5
    assert graph.nodes['actor:b"2\\']["attributes.mã <số>"] == "7\x1f"


def test_parallel_relationships_stay_apart_and_have_a_direction(awkward: GraphSnapshot) -> None:
    graph = to_networkx(awkward)
    ties = graph.get_edge_data("actor:a/1", 'actor:b"2\\')
    assert [tie["occurrence"] for tie in ties.values()] == [0, 1]
    assert next(iter(ties.values()))["value_vnd"] == 5_000_000_000
    assert not graph.has_edge('actor:b"2\\', "actor:a/1")


def test_participants_and_owners_of_the_network_are_joined_to_their_project(awkward: GraphSnapshot) -> None:
    graph = to_networkx(awkward)
    parts = {
        (source, columns.get("kind"), columns.get("role"))
        for source, _, columns in graph.in_edges("project:a/1", data=True)
    }
    assert parts == {("actor:a/1", "owns", None), ('actor:b"2\\', None, "thử\x0bnghiệm")}
    assert graph.degree("project:lost") == 0


def test_every_fact_is_there(network: GraphSnapshot) -> None:
    graph = to_networkx(network)
    tables = [columns["table"] for _, columns in graph.nodes(data=True)]
    tables += [columns["table"] for *_, columns in graph.edges(data=True) if columns.get("kind") != "owns"]
    expected = {
        "actors": network.n_actors,
        "projects": network.n_projects,
        "relationships": network.n_relationships,
        "project_participants": network.tables.participations.num_rows,
    }
    assert {name: tables.count(name) for name in expected} == expected
    assert len(tables) == sum(expected.values())
    members = {(target, source) for source, target in graph.edges() if target.startswith("project:")}
    assert len(members) == network.membership.nnz


def test_frames_hold_the_tables_with_lists_and_whole_numbers(awkward: GraphSnapshot) -> None:
    frames = to_frames(awkward)
    assert list(frames) == ["actors", "projects", "relationships", "project_participants"]
    actors = frames["actors"].set_index("id")
    assert actors.loc["a/1", "aliases"] == ["một", "hai"]
    assert actors.loc['b"2\\', "attributes"] == {"mã <số>": "7\x1f", "trống": ""}
    values = frames["relationships"]["value_vnd"]
    assert values[0] == 5_000_000_000
    assert values.isna().tolist() == [False, True]
    assert str(values.dtype) == "Int64"


def test_frames_of_an_empty_network_have_their_columns() -> None:
    frames = to_frames(GraphSnapshot.from_tables(Tables.from_facts([])))
    assert {name: len(frame) for name, frame in frames.items()} == dict.fromkeys(frames, 0)
    assert "name" in frames["actors"].columns


def plain(value: object) -> object:
    return (
        legal_xml("|".join(value)) if isinstance(value, list) else legal_xml(value) if isinstance(value, str) else value
    )


def test_graphml_comes_back_whole(network: GraphSnapshot, tmp_path: Path) -> None:
    write_graphml(network, tmp_path / "network.graphml")
    graph = nx.read_graphml(tmp_path / "network.graphml", force_multigraph=True)
    original = to_networkx(network)
    assert set(graph.nodes) == {injective_xml(node) for node in original.nodes}
    for node, columns in original.nodes(data=True):
        label = legal_xml(columns.get("name") or columns["title"])
        expected = {"label": label} | {legal_xml(name): plain(value) for name, value in columns.items()}
        assert graph.nodes[injective_xml(node)] == expected
    edges = {
        (injective_xml(source), injective_xml(target), key): {name: plain(value) for name, value in columns.items()}
        for source, target, key, columns in original.edges(data=True, keys=True)
    }
    assert {
        (source, target, key): columns for source, target, key, columns in graph.edges(data=True, keys=True)
    } == edges


def test_gexf_comes_back_whole(network: GraphSnapshot, tmp_path: Path) -> None:
    write_gexf(network, tmp_path / "network.gexf")
    graph = nx.read_gexf(tmp_path / "network.gexf")
    original = to_networkx(network)
    names = {"id": "record_id", "start": "start_date", "end": "end_date"}
    assert set(graph.nodes) == {injective_xml(node) for node in original.nodes}
    for node, columns in original.nodes(data=True):
        expected = {names.get(name, legal_xml(name)): plain(value) for name, value in columns.items()}
        read = graph.nodes[injective_xml(node)]
        assert {name: read[name] for name in expected} == expected
    assert sorted(key for *_, key in graph.edges(keys=True)) == sorted(key for *_, key in original.edges(keys=True))


@pytest.mark.parametrize("write", [write_graphml, write_gexf])
def test_a_file_is_replaced_whole_or_left_as_it_was(
    awkward: GraphSnapshot,
    tmp_path: Path,
    write: Callable[[GraphSnapshot, Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "network.xml"
    path.write_text("what was there", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="No space left"):
            write(awkward, path)
    assert path.read_text(encoding="utf-8") == "what was there"
    assert list(tmp_path.iterdir()) == [path]
    write(awkward, path)
    assert path.read_bytes().startswith(b"<")
    assert list(tmp_path.iterdir()) == [path]


@given(st.text(), st.text())
def test_names_in_xml_differ_as_the_names_do(one: str, other: str) -> None:
    assert (injective_xml(one) == injective_xml(other)) == (one == other)
    assert legal_xml(injective_xml(one)) == injective_xml(one)
