"""Neighbourhoods and shortest paths: known answers, and networkx as the oracle."""

import time
from dataclasses import replace
from itertools import combinations, islice, pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InvalidQueryError
from graph.kinds import load_kinds
from graph.links import FACTS_PER_LINK, Link
from graph.model import Actor, Fact, Participation, Project, Relationship
from graph.paths import (
    DEFAULT_MAX_LENGTH,
    LINKS_PER_NODE,
    MAX_LENGTH,
    Neighbourhood,
    Node,
    neighbourhood,
    shortest_paths,
)
from graph.snapshot import GraphSnapshot
from graph.tables import Tables
from tests.worlds import generated_network, hanoi_network


def snapshot_of(*facts: Fact) -> GraphSnapshot:
    return GraphSnapshot.from_tables(Tables.from_facts(facts))


def actors(names: str, kind: str = "school") -> list[Actor]:
    return [Actor(name, kind, name) for name in names]


def actor_graph(snapshot: GraphSnapshot) -> nx.Graph:
    """Who is linked to whom, built from the facts one by one."""
    graph = nx.Graph()
    graph.add_nodes_from(range(snapshot.n_actors))
    for tie in snapshot.tables.facts(Relationship):
        graph.add_edge(snapshot.index_of(tie.source_id), snapshot.index_of(tie.target_id))
    members: dict[str, set[int]] = {}
    for part in snapshot.tables.facts(Participation):
        members.setdefault(part.project_id, set()).add(snapshot.index_of(part.actor_id))
    for project in snapshot.tables.facts(Project):
        if project.owner_id and project.owner_id in snapshot.actor_index:
            members.setdefault(project.id, set()).add(snapshot.index_of(project.owner_id))
    for team in members.values():
        graph.add_edges_from(combinations(team, 2))
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


@pytest.fixture(scope="module", params=["hanoi", "generated"])
def network(request: pytest.FixtureRequest) -> GraphSnapshot:
    world = hanoi_network() if request.param == "hanoi" else generated_network(300, np.random.default_rng(8))
    return GraphSnapshot.from_tables(world.tables())


@pytest.fixture(scope="module")
def small() -> GraphSnapshot:
    """A line a - b - c - d by ties, a project of a, b and its owner e, and f alone."""
    return snapshot_of(
        *actors("abcd"),
        *actors("ef", "startup"),
        Relationship("a", "b", "mentors", since="2020"),
        Relationship("b", "a", "licensed_to"),
        Relationship("b", "c", "attended_with"),
        Relationship("d", "c", "signed_mou"),
        Relationship("c", "c", "supplies"),
        Project("p", "project", "p", owner_id="e"),
        Participation("p", "a"),
        Participation("p", "b"),
        Project("alone", "challenge", "x", owner_id="f"),
    )


# Neighbourhoods


def test_known_neighbourhood(small: GraphSnapshot) -> None:
    found = neighbourhood(small, 0, depth=2)
    assert found.nodes == (Node(0, 0), Node(1, 1), Node(4, 1), Node(2, 2))
    assert found.links == (
        Link(0, 1, relationships=(1, 0), projects=(1,), n_relationships=2, n_projects=1),
        Link(0, 4, relationships=(), projects=(1,), n_relationships=0, n_projects=1),
        Link(1, 4, relationships=(), projects=(1,), n_relationships=0, n_projects=1),
        Link(1, 2, relationships=(2,), projects=(), n_relationships=1, n_projects=0),
    )
    assert not found.truncated


def test_one_who_is_alone_has_itself(small: GraphSnapshot) -> None:
    assert neighbourhood(small, 5, depth=4) == Neighbourhood((Node(5, 0),), (), truncated=False)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"relationship_kinds": ("mentors",)}, {0, 1}),
        ({"relationship_kinds": ("attended_with", "signed_mou")}, {0}),
        ({"relationship_kinds": ("mentors", "attended_with", "signed_mou")}, {0, 1, 2, 3}),
        ({"relationship_kinds": ("project",)}, {0, 1, 4}),
        ({"relationship_kinds": ("challenge",)}, {0}),
        ({"relationship_kinds": ("project", "attended_with")}, {0, 1, 2, 4}),
        ({"actor_kinds": ("startup",)}, {0, 4}),
        ({"actor_kinds": ("school",), "relationship_kinds": ("project",)}, {0, 1}),
    ],
)
def test_filters_say_what_is_walked_through(
    small: GraphSnapshot, filters: dict[str, tuple[str, ...]], expected: set[int]
) -> None:
    found = neighbourhood(small, 0, depth=4, **filters)  # type: ignore[arg-type]  # only the filters come from here
    assert {node.index for node in found.nodes} == expected
    wanted = filters.get("relationship_kinds", ())
    for link in found.links:
        kinds = {small.relationship(row).kind for row in link.relationships}
        kinds |= {small.project(row).kind for row in link.projects}
        assert kinds
        assert not wanted or kinds <= set(wanted)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_neighbourhoods_are_the_ego_graphs_of_networkx(network: GraphSnapshot, depth: int) -> None:
    graph = actor_graph(network)
    for index in range(0, network.n_actors, 37):
        found = neighbourhood(network, index, depth=depth, limit=1_000)
        assert not found.truncated or len(found.links) == 1_000 * LINKS_PER_NODE
        distances = nx.single_source_shortest_path_length(graph, index, cutoff=depth)
        assert {node.index: node.distance for node in found.nodes} == distances
        assert list(found.nodes) == sorted(found.nodes, key=lambda node: (node.distance, node.index))
        if not found.truncated:
            links = {frozenset((link.source, link.target)) for link in found.links}
            assert links == {frozenset(pair) for pair in nx.ego_graph(graph, index, radius=depth).edges}
            assert len(links) == len(found.links)


def test_links_name_the_facts_that_both_ends_share(network: GraphSnapshot) -> None:
    for link in neighbourhood(network, 3, depth=2).links:
        ends = {str(network.actor_ids[end]) for end in (link.source, link.target)}
        for row in link.relationships:
            tie = network.relationship(row)
            assert {tie.source_id, tie.target_id} == ends
        for row in link.projects:
            members = {part.actor_id for part in network.participations_in(row)} | {network.project(row).owner_id}
            assert ends <= members
        assert link.n_relationships + link.n_projects > 0


def star(n_leaves: int) -> list[Fact]:
    """A hub with many neighbours of which the last is tied most strongly, and the one before it in two ways."""
    leaves = [Actor(f"leaf{number:05}", "startup", "x") for number in range(n_leaves)]
    ties = [Relationship("hub", leaf.id, "attended_with") for leaf in leaves[:-1]]
    return [
        Actor("hub", "agency", "x"),
        *leaves,
        *ties,
        Relationship("hub", leaves[-1].id, "rd_contract"),
        Relationship(leaves[-2].id, "hub", "member_of"),
    ]


def test_a_hub_shows_its_strongest_neighbours_and_says_so() -> None:
    found = neighbourhood(snapshot_of(*star(5_000)), 0, depth=4, limit=3)
    assert [node.index for node in found.nodes] == [0, 1, 4_999, 5_000]
    assert len(found.links) == 3
    assert found.truncated


def test_every_node_keeps_its_strongest_way_inward_when_links_are_too_many() -> None:
    rng = np.random.default_rng(4)
    names = [f"n{number:02}" for number in range(60)]
    ties = [
        Relationship(one, other, str(rng.choice(["rd_contract", "attended_with"])))
        for one, other in combinations(names, 2)
    ]
    found = neighbourhood(snapshot_of(*(Actor(name, "school", "x") for name in names), *ties), 0, limit=59)
    assert found.truncated
    assert len(found.links) == 59 * LINKS_PER_NODE
    assert {link.target for link in found.links if link.source == 0} == set(range(1, 60))


def test_a_link_names_its_best_facts_and_counts_them_all() -> None:
    projects = [Project(f"p{number:02}", "project", "x", owner_id="a", year=f"{2000 + number}") for number in range(20)]
    parts = [Participation(project.id, "b") for project in projects]
    crowd = [Participation("p19", name) for name in "cd"]
    link = neighbourhood(snapshot_of(*actors("abcd"), *projects, *parts, *crowd), 0, limit=1).links[0]
    assert (link.n_projects, link.n_relationships) == (20, 0)
    assert link.projects == tuple(range(18, 18 - FACTS_PER_LINK, -1)), "small before large, new before old"


# Paths


def test_known_paths(small: GraphSnapshot) -> None:
    paths = shortest_paths(small, 4, 3).paths
    assert [path.actors for path in paths] == [(4, 1, 2, 3)]
    assert [(link.source, link.target) for link in paths[0].links] == [(4, 1), (1, 2), (2, 3)]
    assert paths[0].links[1].relationships == (2,)
    assert shortest_paths(small, 3, 4).paths[0].actors == (3, 2, 1, 4)
    assert shortest_paths(small, 0, 0).paths[0].actors == (0,)


def test_a_search_says_whether_it_stopped_at_its_limit_or_there_is_no_connection(small: GraphSnapshot) -> None:
    found, too_long, apart = (
        shortest_paths(small, 4, 3, max_length=3),
        shortest_paths(small, 4, 3, max_length=2),
        shortest_paths(small, 0, 5),
    )
    assert (found.outcome, found.length, found.max_length) == ("found", 3, 3)
    assert (too_long.outcome, too_long.length, too_long.paths, too_long.max_length) == ("beyond_limit", None, (), 2)
    assert (apart.outcome, apart.length, apart.paths) == ("not_connected", None, ())
    assert shortest_paths(small, 0, 0).length == 0


@pytest.mark.parametrize("n_actors", [2, DEFAULT_MAX_LENGTH + 1, DEFAULT_MAX_LENGTH + 2, MAX_LENGTH + 1])
def test_a_chain_is_found_up_to_the_limit_from_both_ends(n_actors: int) -> None:
    ids = [f"a{number:02}" for number in range(n_actors)]
    chain = snapshot_of(
        *(Actor(actor_id, "school", "x") for actor_id in ids),
        *(Relationship(one, other, "mentors") for one, other in pairwise(ids)),
    )
    for source, target in ((0, n_actors - 1), (n_actors - 1, 0)):
        found = shortest_paths(chain, source, target)
        is_short = n_actors - 1 <= DEFAULT_MAX_LENGTH
        assert (found.outcome, found.length) == (("found", n_actors - 1) if is_short else ("beyond_limit", None))
        assert shortest_paths(chain, source, target, max_length=MAX_LENGTH).length == n_actors - 1


def test_components_are_those_of_networkx(network: GraphSnapshot) -> None:
    parts = {frozenset(part) for part in nx.connected_components(actor_graph(network))}
    assert {frozenset(np.flatnonzero(network.component == number).tolist()) for number in network.component} == parts


def test_a_network_without_facts_has_no_connections() -> None:
    assert snapshot_of().component.tolist() == []
    assert shortest_paths(snapshot_of(*actors("ab")), 0, 1).outcome == "not_connected"


def test_stronger_ties_come_first_among_equally_long_paths() -> None:
    world = snapshot_of(
        *actors("abcdez"),
        Relationship("a", "b", "attended_with"),
        Relationship("b", "z", "rd_contract"),
        Relationship("a", "c", "mentors"),
        Relationship("z", "c", "mentors"),
        Relationship("a", "d", "rd_contract"),
        Relationship("z", "d", "rd_contract"),
        Project("p", "project", "x", owner_id="a"),
        Participation("p", "e"),
        Project("q", "project", "x", owner_id="z"),
        *(Participation("q", name) for name in "bce"),
    )
    assert [path.actors[1] for path in shortest_paths(world, 0, 5).paths] == [3, 4, 2, 1]
    assert [path.actors[1] for path in shortest_paths(world, 0, 5, limit=2).paths] == [3, 4]


def strongest_cost(snapshot: GraphSnapshot, one: int, other: int) -> int:
    """Cost of a step as its documentation has it, from all facts of the pair."""
    kinds = load_kinds().relationship
    ends = {str(snapshot.actor_ids[one]), str(snapshot.actor_ids[other])}
    strengths = [
        kinds[tie.kind].strength for tie in snapshot.relationships_of(one) if {tie.source_id, tie.target_id} == ends
    ]
    both = set(snapshot.memberships[[one]].indices) & set(snapshot.memberships[[other]].indices)
    strengths += [np.log(3) / np.log(1 + snapshot.project_size[project]) for project in both]
    return round(1_000 / max(strengths))


def test_paths_are_those_of_networkx_in_order_of_cost_and_ids(network: GraphSnapshot) -> None:
    graph = actor_graph(network)
    lengths = set()
    for source, target in np.random.default_rng(6).integers(network.n_actors, size=(60, 2)).tolist():
        search = shortest_paths(network, source, target, max_length=MAX_LENGTH, limit=7)
        if not nx.has_path(graph, source, target):
            assert search.outcome == "not_connected"
            continue
        found = search.paths
        expected = [tuple(path) for path in islice(nx.all_shortest_paths(graph, source, target), 5_000)]
        assert len(expected) < 5_000
        cost = {path: sum(strongest_cost(network, *step) for step in pairwise(path)) for path in expected}
        assert [path.actors for path in found] == sorted(expected, key=lambda path: (cost[path], path))[:7]
        lengths.add(len(found[0].links))
    assert lengths >= {2, 3}


WORLD = generated_network(40, np.random.default_rng(9))


@settings(max_examples=25, deadline=None)
@given(order=st.permutations(range(40)))
def test_other_ids_change_neither_distances_nor_links_nor_lengths(order: list[int]) -> None:
    ids = {actor.id: f"x{place:02}" for actor, place in zip(WORLD.actors, order, strict=True)}
    renamed = snapshot_of(
        *(replace(actor, id=ids[actor.id]) for actor in WORLD.actors),
        *(replace(project, owner_id=ids.get(project.owner_id or "")) for project in WORLD.projects),
        *(replace(tie, source_id=ids[tie.source_id], target_id=ids[tie.target_id]) for tie in WORLD.relationships),
        *(replace(part, actor_id=ids[part.actor_id]) for part in WORLD.participations),
    )
    original = snapshot_of(*WORLD)
    start, end = WORLD.actors[0].id, WORLD.actors[1].id
    before = neighbourhood(original, original.index_of(start), depth=2)
    after = neighbourhood(renamed, renamed.index_of(ids[start]), depth=2)
    assert {(ids[original.actor_ids[node.index]], node.distance) for node in before.nodes} == {
        (renamed.actor_ids[node.index], node.distance) for node in after.nodes
    }
    assert {frozenset(ids[original.actor_ids[row]] for row in (link.source, link.target)) for link in before.links} == {
        frozenset(renamed.actor_ids[row] for row in (link.source, link.target)) for link in after.links
    }
    ways = shortest_paths(original, original.index_of(start), original.index_of(end), limit=100).paths
    renamed_ways = shortest_paths(renamed, renamed.index_of(ids[start]), renamed.index_of(ids[end]), limit=100).paths
    assert {tuple(ids[original.actor_ids[row]] for row in way.actors) for way in ways} == {
        tuple(renamed.actor_ids[row] for row in way.actors) for way in renamed_ways
    }


# Limits


@pytest.mark.parametrize(
    "options",
    [
        {"depth": 0},
        {"depth": 5},
        {"limit": 0},
        {"limit": -1},
        {"limit": 10**9},
        {"relationship_kinds": ("friendship",)},
        {"actor_kinds": ("project",)},
    ],
)
def test_neighbourhoods_refuse_what_they_cannot_do(small: GraphSnapshot, options: dict[str, int]) -> None:
    with pytest.raises(InvalidQueryError, match=r"from 1 to \d+, not|Use one of"):
        neighbourhood(small, 0, **options)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("options", [{"max_length": 0}, {"max_length": 31}, {"limit": -1}, {"limit": 10**9}])
def test_paths_refuse_what_they_cannot_do(small: GraphSnapshot, options: dict[str, int]) -> None:
    with pytest.raises(InvalidQueryError, match=r"from 1 to \d+, not"):
        shortest_paths(small, 0, 1, **options)


def test_a_large_network_with_hubs_is_walked_in_milliseconds() -> None:
    n_actors = 20_000
    rng = np.random.default_rng(3)
    everyone = [Actor(f"a{number:05}", "school", "x") for number in range(n_actors)]
    popularity = (rng.pareto(1.5, n_actors) + 0.1).cumsum()
    drawn = np.searchsorted(popularity, rng.random((16_000, 5)) * popularity[-1])
    projects = [Project(f"p{number:05}", "project", "x") for number in range(len(drawn))]
    parts = [
        Participation(project.id, everyone[member].id)
        for project, team in zip(projects, drawn.tolist(), strict=True)
        for member in set(team)
    ]
    snapshot = snapshot_of(*everyone, *projects, *parts)
    hub = int(np.diff(snapshot.memberships.indptr).argmax())
    neighbourhood(snapshot, hub)
    shortest_paths(snapshot, 0, 1)
    started = time.process_time()
    for index in range(20):
        neighbourhood(snapshot, hub, depth=3)
        shortest_paths(snapshot, index, n_actors - 1 - index)
    assert (time.process_time() - started) / 20 < 0.25
