"""The network in the forms of other tools."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.kinds import load_kinds
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

GEXF, GRAPHML = "{http://www.gexf.net/1.2draft}", "{http://graphml.graphdrawing.org/xmlns}"


def read_graphml(path: Path) -> nx.Graph:
    return nx.read_graphml(path, force_multigraph=True)


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
        "kind_vi": "Nhà trường, viện nghiên cứu",
        "kind_en": "School or research institute",
        "colour": "#009E73",
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


RENAMED = {"id": "record_id", "source": "source_file", "start": "start_date", "end": "end_date"}


def plain(row: dict[str, Any]) -> dict[str, object]:
    """The attributes of a node or edge as a file must give them back."""
    values = {
        name: legal_xml("|".join(value))
        if isinstance(value, list)
        else legal_xml(value)
        if isinstance(value, str)
        else value
        for name, value in row.items()
    }
    return {injective_xml(RENAMED.get(name, name)): value for name, value in values.items()}


def labelled(row: dict[str, Any]) -> dict[str, object]:
    return plain(row) | {"label": legal_xml(row.get("name") or row.get("title") or row.get("kind_vi") or row["kind"])}


def kept(row: dict[str, Any], expected: dict[str, object]) -> dict[str, object]:
    return {name: row.get(name) for name in expected}


@pytest.mark.parametrize(("write", "read"), [(write_graphml, read_graphml), (write_gexf, nx.read_gexf)])
def test_a_file_for_graph_tools_comes_back_whole(
    network: GraphSnapshot,
    tmp_path: Path,
    write: Callable[[GraphSnapshot, Path], None],
    read: Callable[[Path], nx.Graph],
) -> None:
    write(network, tmp_path / "network.xml")
    graph, original = read(tmp_path / "network.xml"), to_networkx(network)
    assert set(graph.nodes) == {injective_xml(node) for node in original.nodes}
    for node, row in original.nodes(data=True):
        expected = labelled(row)
        assert kept(graph.nodes[injective_xml(node)], expected) == expected
    assert graph.number_of_edges() == original.number_of_edges()
    for source, target, key, row in original.edges(data=True, keys=True):
        expected = labelled(row)
        assert kept(graph.edges[injective_xml(source), injective_xml(target), key], expected) == expected


HOSTILE = [
    *("id", "ID", "label", "weight", "source", "target", "kind", "type", "start", "end", "key", "spells", "viz", "pid"),
    *("parents", "colour", "table", "networkx_key", "attributes.id", "record_id", "kind_vi", "directed", "<a b='c'>"),
    *("a\x00", "a\x01", "a\ufffd", "a\\u0000", "a\r", "a\n", " ", "🙂"),
]


@pytest.mark.parametrize(("write", "read"), [(write_graphml, read_graphml), (write_gexf, nx.read_gexf)])
def test_attributes_of_any_name_and_text_are_kept_apart(
    tmp_path: Path, write: Callable[[GraphSnapshot, Path], None], read: Callable[[Path], nx.Graph]
) -> None:
    own = {name: f"{number}\x0b\r\n]]>&" for number, name in enumerate(HOSTILE)}
    facts: list[Fact] = [Actor("a", "school", "A", attributes=own), Actor("b", "startup", "B")]
    facts += [Project("p", "project", "P", attributes=own), Participation("p", "a", attributes=own)]
    facts += [Relationship("a", "b", "mentors", attributes=own)]
    write(GraphSnapshot.from_tables(Tables.from_facts(facts)), tmp_path / "network.xml")
    graph = read(tmp_path / "network.xml")
    rows = [graph.nodes["actor:a"], graph.nodes["project:p"], *(row for *_, row in graph.edges(data=True))]
    assert len(rows) == 4
    for row in rows:
        assert [row[injective_xml(f"attributes.{name}")] for name in HOSTILE] == [
            legal_xml(text) for text in own.values()
        ]
    assert rows[0] | {"record_id": "a", "label": "A", "kind": "school"} == rows[0]


def test_edges_have_the_strength_of_their_fact_and_a_label(awkward: GraphSnapshot) -> None:
    graph = to_networkx(awkward)
    tie, own = (
        graph.edges["actor:a/1", 'actor:b"2\\', "relationship:0"],
        graph.edges["actor:a/1", "project:a/1", "owner:0"],
    )
    part = graph.edges['actor:b"2\\', "project:a/1", "participation:0"]
    assert (tie["weight"], tie["kind_vi"], tie["kind_en"], tie["directed"]) == (
        0.5,
        "ký ghi nhớ hợp tác với",
        "signed a memorandum with",
        False,
    )
    assert (part["weight"], part["kind_en"], part["directed"]) == (1.0, "takes part in", True)
    assert (own["weight"], own["kind_vi"]) == (1.0, "là chủ của")


def test_kinds_that_are_unknown_are_written_without_a_label_or_colour(tmp_path: Path) -> None:
    facts: list[Fact] = [Actor("a", "wizard", ""), Actor("b", "", "B"), Relationship("a", "b", "enchants")]
    network = GraphSnapshot.from_tables(Tables.from_facts(facts))
    write_gexf(network, tmp_path / "network.gexf")
    graph = nx.read_gexf(tmp_path / "network.gexf")
    assert [graph.nodes[node]["label"] for node in ("actor:a", "actor:b")] == ["actor:a", "B"]
    assert "viz" not in graph.nodes["actor:a"]
    edge = graph.edges["actor:a", "actor:b"]
    assert (edge["label"], edge["weight"], edge["directed"]) == ("enchants", 0.01, True)


def test_gexf_has_the_colour_of_every_kind_of_actor(tmp_path: Path) -> None:
    kinds = load_kinds().actor
    network = GraphSnapshot.from_tables(Tables.from_facts(Actor(kind, kind, kind) for kind in kinds))
    write_gexf(network, tmp_path / "network.gexf")
    graph = nx.read_gexf(tmp_path / "network.gexf")
    for name, kind in kinds.items():
        colour = graph.nodes[f"actor:{name}"]["viz"]["color"]
        assert "#{r:02X}{g:02X}{b:02X}".format(**colour) == kind.colour


@pytest.mark.parametrize(
    ("since", "until", "spell"),
    [
        (None, None, None),
        ("2024", None, {"start": "2024-01-01"}),
        ("2024-02", "2024-02", {"start": "2024-02-01", "end": "2024-02-29"}),
        ("2024-02-03", "2025", {"start": "2024-02-03", "end": "2025-12-31"}),
        (None, "2025-06", {"end": "2025-06-30"}),
        ("2024-06", "2024", {"start": "2024-06-01", "end": "2024-12-31"}),
        ("2025", "2024", None),
        ("2025", "chưa rõ", {"start": "2025-01-01"}),
    ],
)
def test_spells_run_from_the_first_day_to_the_last(
    tmp_path: Path, since: str | None, until: str | None, spell: dict[str, str] | None
) -> None:
    facts: list[Fact] = [Actor("a", "school", "A"), Actor("b", "school", "B")]
    facts += [Relationship("a", "b", "mentors", since=since, until=until)]
    facts += [Project("p", "project", "P", start=since, end=until)]
    write_gexf(GraphSnapshot.from_tables(Tables.from_facts(facts)), tmp_path / "network.gexf")
    root = ET.parse(tmp_path / "network.gexf").getroot()
    spells = [element.attrib for element in root.iter(f"{GEXF}spell")]
    assert spells == ([spell, spell] if spell else [])
    timeformat = next(root.iter(f"{GEXF}graph")).get("timeformat")
    assert timeformat == ("date" if spell else None)


def test_a_mixed_file_has_undirected_edges_for_kinds_without_direction(network: GraphSnapshot, tmp_path: Path) -> None:
    directed = [row["directed"] for *_, row in to_networkx(network).edges(data=True)]
    assert {True, False} == set(directed)
    write_gexf(network, tmp_path / "network.gexf", mixed=True)
    write_graphml(network, tmp_path / "network.graphml", mixed=True)
    gexf, graphml = ET.parse(tmp_path / "network.gexf"), ET.parse(tmp_path / "network.graphml")
    assert [edge.get("type") == "directed" for edge in gexf.iter(f"{GEXF}edge")] == directed
    assert {edge.get("type") for edge in gexf.iter(f"{GEXF}edge")} == {"directed", "undirected"}
    assert [edge.get("directed") != "false" for edge in graphml.iter(f"{GRAPHML}edge")] == directed


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
