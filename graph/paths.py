"""The neighbourhood of an actor, and the shortest paths between two actors."""

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from graph.columns import IntArray
from graph.errors import InvalidQueryError
from graph.links import Link, LinkFinder
from graph.snapshot import GraphSnapshot

MAX_DEPTH = 4
"""Greatest distance from the centre of a neighbourhood."""
MAX_NODES = 1_000
"""Most nodes of a neighbourhood beside its centre."""
LINKS_PER_NODE = 5
"""A neighbourhood limited to n nodes holds at most n times as many links."""
MAX_LENGTH = 30
"""Most steps of a path that a search may be asked for."""
DEFAULT_MAX_LENGTH = 12
"""Most steps of a path that is searched for where no other number is given, by pages and programs alike."""
MAX_PATHS = 100
"""Most paths that a search may be asked for."""
DEFAULT_PATHS = 5
"""Most paths that are found where no other number is given, by pages and programs alike."""

PathOutcome = Literal["found", "beyond_limit", "not_connected"]
"""How a search for paths ends: with paths; at its limit, though the two are connected; or without any connection."""

_COST_SCALE = 1_000
_UNREACHABLE = np.iinfo(np.int64).max // 4

Costs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Node:
    """The row of an actor, and its distance from the centre in links."""

    index: int
    distance: int


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """An actor, the actors around it, and the links among them all.

    Attributes
    ----------
    nodes
        The actor itself, then the others by distance and id.
    links
        By distance of the nearer end, then by ids.
    truncated
        Whether a limit left out nodes or links. Of the farthest nodes a limit keeps the nodes with the strongest links
        to nearer ones. Of the links it keeps first those that lead towards the actor, then the strongest.
    """

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class Path:
    """A path from one actor to another: the rows on it, both ends included, and the link of each step."""

    actors: tuple[int, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class PathSearch:
    """The paths that a search found, and how far it looked.

    Attributes
    ----------
    paths
        The paths, best first; empty unless the outcome is ``found``.
    outcome
        ``found``; ``beyond_limit`` where the two are connected by more than ``max_length`` steps; ``not_connected``
        where no chain of links of any length joins them.
    max_length
        Most steps that a path was allowed.
    """

    paths: tuple[Path, ...]
    outcome: PathOutcome
    max_length: int

    @property
    def length(self) -> int | None:
        """Number of steps of every path found, 0 from an actor to itself; None where there is no path."""
        return len(self.paths[0].links) if self.paths else None


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
        Greatest distance in links, 1 to :data:`MAX_DEPTH`.
    relationship_kinds
        Kinds of relationship that link actors, and kinds of project (``project``, ``challenge`` …) that link their
        members; empty for all.
    actor_kinds
        Kinds of actor that may be found; empty for all.
    limit
        Most nodes beside the actor, 1 to :data:`MAX_NODES`.

    Raises
    ------
    InvalidQueryError
        A number lies outside its range, or a kind is unknown.
    """
    _require_between("depth", depth, MAX_DEPTH)
    _require_between("limit", limit, MAX_NODES)
    finder = LinkFinder(snapshot, relationship_kinds, actor_kinds)
    distance = np.full(snapshot.n_actors, -1, np.int32)
    distance[index] = 0
    ring, n_left, truncated = np.array([index], np.int32), limit, False
    for step in range(1, depth + 1):
        strengths = finder.strengths_from(ring)
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
    links, all_links = finder.links_among(order, distance[order], limit * LINKS_PER_NODE)
    nodes = tuple(Node(row, away) for row, away in zip(order.tolist(), distance[order].tolist(), strict=True))
    return Neighbourhood(nodes, links, truncated or not all_links)


def shortest_paths(
    snapshot: GraphSnapshot,
    source: int,
    target: int,
    *,
    max_length: int = DEFAULT_MAX_LENGTH,
    limit: int = DEFAULT_PATHS,
) -> PathSearch:
    """The shortest paths between two actors, best first, or the reason why there are none.

    All paths have the same number of steps. A step costs 1 / strength of the strongest fact of its link (see
    :mod:`graph.tie_strength`), rounded to three decimals. The path with the smaller sum of costs comes first; of equal
    sums, the path with the smaller ids.

    Parameters
    ----------
    source, target
        Rows of the actors.
    max_length
        Most steps of a path, 1 to :data:`MAX_LENGTH`.
    limit
        Most paths, 1 to :data:`MAX_PATHS`.

    Raises
    ------
    InvalidQueryError
        A number lies outside its range.
    """
    _require_between("max_length", max_length, MAX_LENGTH)
    _require_between("limit", limit, MAX_PATHS)
    if snapshot.component[source] != snapshot.component[target]:
        return PathSearch((), "not_connected", max_length)
    finder = LinkFinder(snapshot)
    layers = _layers(finder, source, target, max_length)
    if not layers:
        return PathSearch((), "beyond_limit", max_length)
    routes = _cheapest_routes(finder, layers, limit)
    paths = tuple(Path(route, tuple(finder.link(*step) for step in pairwise(route))) for route in routes)
    return PathSearch(paths, "found", max_length)


def _layers(finder: LinkFinder, source: int, target: int, max_length: int) -> list[IntArray]:
    """The actors on the shortest paths, layer by layer from the source; empty where the paths are too long.

    The search goes out from both ends. Each turn it extends the side whose last ring is smaller, until the two sides
    meet. So a hub on the way is passed through once, and the actors behind the ends are not visited.
    """
    rings = ([np.array([source], np.int32)], [np.array([target], np.int32)])
    seen = [np.zeros(finder.snapshot.n_actors, bool) for _ in rings]
    seen[0][source] = seen[1][target] = True
    meeting = np.intersect1d(rings[0][-1], rings[1][-1])
    while not len(meeting) and len(rings[0]) + len(rings[1]) - 2 < max_length:
        side = int(len(rings[1][-1]) < len(rings[0][-1]))
        ring = np.flatnonzero(finder.neighbours(rings[side][-1]) & ~seen[side]).astype(np.int32)
        seen[side][ring] = True
        rings[side].append(ring)
        meeting = ring[seen[1 - side][ring]]
    if not len(meeting):
        return []
    to_source, to_target = (_back_to_end(finder, meeting, side) for side in rings)
    return [*reversed(to_source), meeting, *to_target]


def _back_to_end(finder: LinkFinder, meeting: IntArray, rings: list[IntArray]) -> list[IntArray]:
    """The actors of each ring on a shortest path to the actors where the two sides met, the outermost ring first."""
    layers, last = [], meeting
    for ring in reversed(rings[:-1]):
        last = ring[finder.neighbours(last)[ring]]
        layers.append(last)
    return layers


class _Costs:
    """The costs of the steps from layer to layer, as integers, so that sums of equal costs are equal."""

    def __init__(self, finder: LinkFinder, layers: list[IntArray]) -> None:
        self._snapshot = finder.snapshot
        self._of_relationship = np.rint(_COST_SCALE / finder.relationship_strength).astype(np.int64)
        self._of_project = np.rint(_COST_SCALE / finder.project_strength).astype(np.int64)
        self._layer_of = np.full(self._snapshot.n_actors, -1, np.int32)
        for number, layer in enumerate(layers):
            self._layer_of[layer] = number
        self.remaining = self._cheapest_to_end(layers)

    def _cheapest_to_end(self, layers: list[IntArray]) -> Costs:
        """Smallest cost from each actor of the layers to the last layer, int64, shape (n_actors,)."""
        snapshot = self._snapshot
        remaining = np.full(snapshot.n_actors, _UNREACHABLE)
        remaining[layers[-1]] = 0
        for layer, following in reversed(list(pairwise(layers))):
            ahead = np.full(snapshot.n_actors, _UNREACHABLE)
            ahead[following] = remaining[following]
            through = np.full(snapshot.n_projects, _UNREACHABLE)
            actors, projects = _entries(snapshot.memberships, following)
            np.minimum.at(through, projects, ahead[actors])
            actors, projects = _entries(snapshot.memberships, layer)
            np.minimum.at(remaining, actors, through[projects] + self._of_project[projects])
            actors, relationships = _entries(snapshot.incidence, layer)
            np.minimum.at(
                remaining, actors, ahead[self._others(relationships, actors)] + self._of_relationship[relationships]
            )
        return remaining

    def steps_from(self, actor: int, n_best: int) -> list[tuple[int, int]]:
        """The best next actors of the following layer: for each, the cost of the path to the end over it, and its row.

        Cheapest first, at most ``n_best``.
        """
        snapshot = self._snapshot
        here = np.array([actor], np.int32)
        _, relationships = _entries(snapshot.incidence, here)
        _, projects = _entries(snapshot.memberships, here)
        members = snapshot.membership[projects]
        ends = np.concatenate([self._others(relationships, here), members.indices])
        of_members = np.repeat(self._of_project[projects], np.diff(members.indptr))
        costs = np.concatenate([self._of_relationship[relationships], of_members]) + self.remaining[ends]
        onward = self._layer_of[ends] == self._layer_of[actor] + 1
        ends, costs = ends[onward], costs[onward]
        order = np.lexsort((ends, costs))
        _, first = np.unique(ends[order], return_index=True)
        best = order[np.sort(first)[:n_best]]
        return list(zip(costs[best].tolist(), ends[best].tolist(), strict=True))

    def _others(self, relationships: IntArray, actors: IntArray) -> IntArray:
        """The row at the other end of each relationship of an actor, int32."""
        ends_sum: IntArray = self._snapshot.relationship_source[relationships] + (
            self._snapshot.relationship_target[relationships] - actors
        )
        return ends_sum


def _cheapest_routes(finder: LinkFinder, layers: list[IntArray], limit: int) -> list[tuple[int, ...]]:
    """The cheapest routes from the first layer to the last, in the order of their cost and rows.

    The search (A*) always extends the route with the smallest sum of its cost so far and the cheapest rest. The cost of
    the rest is known exactly. So the routes are completed in their order, and no others are extended.
    """
    costs = _Costs(finder, layers)
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
    """Row and column of each entry in the given rows of a matrix."""
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
