"""Who is near whom: the neighbourhood of an actor, and the shortest paths between two."""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graph.columns import IntArray
from graph.errors import InvalidQueryError
from graph.links import Link, Ways
from graph.snapshot import GraphSnapshot

MAX_DEPTH = 4
MAX_NODES = 1_000
MAX_LENGTH = 10
MAX_PATHS = 100
LINKS_PER_NODE = 5
"""A neighbourhood holds at most so many links for each node that it may hold."""

_COST_SCALE = 1_000
_FAR = np.iinfo(np.int64).max // 4

Costs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Node:
    """An actor's row and the number of links that it lies away."""

    index: int
    distance: int


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """An actor, those around it, and the links among them all.

    Attributes
    ----------
    nodes
        The actor itself, then the others by distance and id.
    links
        By distance of the nearer end, then by ids.
    truncated
        Whether a limit left out nodes or links: of the farthest nodes the ones tied most strongly to nearer ones are
        kept; of the links those that lead towards the actor, then the strongest.
    """

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Path:
    """A way from one actor to another: the rows passed, both ends among them, and the link of each step."""

    actors: tuple[int, ...]
    links: tuple[Link, ...]


def neighbourhood(
    snapshot: GraphSnapshot,
    index: int,
    *,
    depth: int = 1,
    relationship_kinds: tuple[str, ...] = (),
    actor_kinds: tuple[str, ...] = (),
    limit: int = 200,
) -> Neighbourhood:
    """The actors up to some links away from an actor, and the links among them.

    Parameters
    ----------
    index
        Row of the actor.
    depth
        Links to go, 1 to :data:`MAX_DEPTH`.
    relationship_kinds
        Kinds of relationship to walk through, and kinds of project that two may share (``project``, ``challenge`` …);
        empty for all.
    actor_kinds
        Kinds of actor to walk to; empty for all.
    limit
        Nodes at most beside the actor, 1 to :data:`MAX_NODES`.

    Raises
    ------
    InvalidQueryError
        A number lies outside its range, or a kind is unknown.
    """
    _require_between("depth", depth, MAX_DEPTH)
    _require_between("limit", limit, MAX_NODES)
    ways = Ways(snapshot, relationship_kinds, actor_kinds)
    distance = np.full(snapshot.n_actors, -1, np.int32)
    distance[index] = 0
    ring, n_left, truncated = np.array([index], np.int32), limit, False
    for step in range(1, depth + 1):
        strengths = ways.strengths_from(ring)
        ring = np.flatnonzero((strengths > 0) & (distance < 0)).astype(np.int32)
        if len(ring) > n_left:
            strongest = np.argsort(-strengths[ring], kind="stable")[:n_left]
            ring, truncated = ring[strongest], True
        distance[ring] = step
        n_left -= len(ring)
        if not len(ring) or truncated:
            break
    found = np.flatnonzero(distance >= 0)
    order = found[np.lexsort((found, distance[found]))].astype(np.int32)
    links, all_links = ways.links_among(order, distance[order], limit * LINKS_PER_NODE)
    nodes = tuple(Node(row, away) for row, away in zip(order.tolist(), distance[order].tolist(), strict=True))
    return Neighbourhood(nodes, links, truncated or not all_links)


def shortest_paths(
    snapshot: GraphSnapshot, source: int, target: int, *, max_length: int = 6, limit: int = 5
) -> list[Path]:
    """The shortest paths between two actors, those over the strongest ties first; none where they are too far apart.

    A step costs 1 / strength of its strongest fact (see :mod:`graph.links`), to three decimals; of equally long paths
    the one with the smaller sum comes first, then the one with the smaller ids.

    Parameters
    ----------
    source, target
        Rows of the actors.
    max_length
        Links at most, 1 to :data:`MAX_LENGTH`.
    limit
        Paths at most, 1 to :data:`MAX_PATHS`.

    Raises
    ------
    InvalidQueryError
        A number lies outside its range.
    """
    _require_between("max_length", max_length, MAX_LENGTH)
    _require_between("limit", limit, MAX_PATHS)
    ways = Ways(snapshot)
    layers = _layers(ways, source, target, max_length)
    routes = _cheapest_routes(ways, layers, limit) if layers else []
    return [Path(route, tuple(ways.link(*step) for step in pairwise(route))) for route in routes]


def _layers(ways: Ways, source: int, target: int, max_length: int) -> list[IntArray]:
    """The actors on the shortest paths by their distance from the source; empty where there is no path.

    Both ends are searched from in turns, the smaller last ring first, until the rings meet: a hub on the way is then
    walked through once, and what lies behind the ends not at all.
    """
    rings = ([np.array([source], np.int32)], [np.array([target], np.int32)])
    seen = [np.zeros(ways.snapshot.n_actors, bool) for _ in rings]
    seen[0][source] = seen[1][target] = True
    meeting = np.intersect1d(rings[0][-1], rings[1][-1])
    while not len(meeting) and len(rings[0]) + len(rings[1]) - 2 < max_length:
        side = int(len(rings[1][-1]) < len(rings[0][-1]))
        ring = np.flatnonzero(ways.neighbours(rings[side][-1]) & ~seen[side]).astype(np.int32)
        if not len(ring):
            return []
        seen[side][ring] = True
        rings[side].append(ring)
        meeting = ring[seen[1 - side][ring]]
    if not len(meeting):
        return []
    to_source, to_target = (_back_to_centre(ways, meeting, side) for side in rings)
    return [*reversed(to_source), meeting, *to_target]


def _back_to_centre(ways: Ways, meeting: IntArray, rings: list[IntArray]) -> list[IntArray]:
    layers, last = [], meeting
    for ring in reversed(rings[:-1]):
        last = ring[ways.neighbours(last)[ring]]
        layers.append(last)
    return layers


class _Costs:
    """What the steps from layer to layer cost, in integers so that sums of equal costs are equal."""

    def __init__(self, ways: Ways, layers: list[IntArray]) -> None:
        self._snapshot = ways.snapshot
        self._of_tie = np.rint(_COST_SCALE / ways.tie_strength).astype(np.int64)
        self._of_project = np.rint(_COST_SCALE / ways.project_strength).astype(np.int64)
        self._layer_of = np.full(self._snapshot.n_actors, -1, np.int32)
        for number, layer in enumerate(layers):
            self._layer_of[layer] = number
        self.remaining = self._cheapest_to_end(layers)

    def _cheapest_to_end(self, layers: list[IntArray]) -> Costs:
        """Smallest cost from each actor of the layers to the last one, int64, shape (n_actors,)."""
        snapshot = self._snapshot
        remaining = np.full(snapshot.n_actors, _FAR)
        remaining[layers[-1]] = 0
        for layer, following in reversed(list(pairwise(layers))):
            ahead = np.full(snapshot.n_actors, _FAR)
            ahead[following] = remaining[following]
            through = np.full(snapshot.n_projects, _FAR)
            actors, projects = _entries(snapshot.memberships, following)
            np.minimum.at(through, projects, ahead[actors])
            actors, projects = _entries(snapshot.memberships, layer)
            np.minimum.at(remaining, actors, through[projects] + self._of_project[projects])
            actors, ties = _entries(snapshot.incidence, layer)
            others = snapshot.relationship_source[ties] + snapshot.relationship_target[ties] - actors
            np.minimum.at(remaining, actors, ahead[others] + self._of_tie[ties])
        return remaining

    def steps_from(self, actor: int, n_best: int) -> list[tuple[int, int]]:
        """Those actors of the following layer over whom the end is reached at least cost: total cost, row."""
        snapshot = self._snapshot
        here = np.array([actor], np.int32)
        _, ties = _entries(snapshot.incidence, here)
        _, projects = _entries(snapshot.memberships, here)
        members = snapshot.membership[projects]
        ends = np.concatenate(
            [snapshot.relationship_source[ties] + snapshot.relationship_target[ties] - actor, members.indices]
        )
        costs = (
            np.concatenate([self._of_tie[ties], np.repeat(self._of_project[projects], np.diff(members.indptr))])
            + self.remaining[ends]
        )
        onward = self._layer_of[ends] == self._layer_of[actor] + 1
        ends, costs = ends[onward], costs[onward]
        order = np.lexsort((ends, costs))
        _, first = np.unique(ends[order], return_index=True)
        best = order[np.sort(first)[:n_best]]
        return list(zip(costs[best].tolist(), ends[best].tolist(), strict=True))


def _cheapest_routes(ways: Ways, layers: list[IntArray], limit: int) -> list[tuple[int, ...]]:
    """The cheapest ways from the first layer to the last, by cost and rows.

    A search that always goes on from the route with the least sum of what it has cost and what it will cost at least;
    the latter is known exactly, so that routes come out in their order and nothing else is looked at.
    """
    costs = _Costs(ways, layers)
    source = int(layers[0][0])
    queue: list[tuple[int, tuple[int, ...]]] = [(int(costs.remaining[source]), (source,))]
    routes: list[tuple[int, ...]] = []
    while queue and len(routes) < limit:
        total, route = heappop(queue)
        if len(route) == len(layers):
            routes.append(route)
            continue
        spent = total - int(costs.remaining[route[-1]])
        for onward, end in costs.steps_from(route[-1], limit):
            heappush(queue, (spent + onward, (*route, end)))
    return routes


def _entries(matrix: sparse.csr_array, rows: IntArray) -> tuple[IntArray, IntArray]:
    """Row and column of each entry of some rows of a matrix."""
    part = matrix[rows]
    return np.repeat(rows, np.diff(part.indptr)), part.indices


def _require_between(what: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise InvalidQueryError(
            f"invalid_{what}",
            f"{what} must be a whole number from 1 to {most}, not {number}.",
            parameter=what,
            value=number,
            most=most,
        )
