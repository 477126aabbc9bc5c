"""The members near a member, as a picture and a table, and the paths from one member to another."""

from dataclasses import dataclass

from markupsafe import Markup

from graph.links import Link
from graph.model import Actor, Project
from graph.paths import Path, PathOutcome, neighbourhood, shortest_paths
from graph.snapshot import GraphSnapshot
from service.pages.drawing import neighbourhood_svg
from service.pages.views import NetworkViews

NEIGHBOURS_DRAWN = 24
"""Most members that a picture holds, so that it can still be read."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A member and its distance in steps."""

    actor: Actor
    n_steps: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The members nearest to one, nearest first, and their picture; None where there is nobody near."""

    neighbours: tuple[Neighbour, ...]
    picture: Markup | None


@dataclass(frozen=True, slots=True)
class Step:
    """A member on a path, and its tie to the next member: the words for a relationship, or the shared project.

    The last member of a path has neither.
    """

    actor: Actor
    tie: str | None = None
    project: Project | None = None


@dataclass(frozen=True, slots=True)
class ShownPaths:
    """The paths from one member to another as a page shows them.

    Attributes
    ----------
    paths
        The steps of each path, the best path first.
    outcome, max_length
        How the search ended, and the most steps that it allowed, as in :class:`graph.paths.PathSearch`.
    """

    paths: tuple[tuple[Step, ...], ...]
    outcome: PathOutcome
    max_length: int


def surroundings_of(snapshot: GraphSnapshot, views: NetworkViews, actor_id: str) -> Surroundings:
    """The members that work with an actor."""
    around = neighbourhood(snapshot, snapshot.index_of(actor_id), depth=1, limit=NEIGHBOURS_DRAWN)
    neighbours = tuple(Neighbour(snapshot.actor(node.index), node.distance) for node in around.nodes if node.distance)
    if not neighbours:
        return Surroundings((), None)
    # The drawing escapes every name it holds.
    return Surroundings(neighbours, Markup(neighbourhood_svg(snapshot, around, views.language)))  # noqa: S704


def paths_to(snapshot: GraphSnapshot, views: NetworkViews, start_id: str, target_id: str) -> ShownPaths:
    """The shortest paths from one member to another: the ones that ``/v1/paths`` gives without further options."""
    found = shortest_paths(snapshot, snapshot.index_of(start_id), snapshot.index_of(target_id))
    paths = tuple(_steps(snapshot, views, path) for path in found.paths)
    return ShownPaths(paths, found.outcome, found.max_length)


def _steps(snapshot: GraphSnapshot, views: NetworkViews, path: Path) -> tuple[Step, ...]:
    steps = (_step(snapshot, views, link) for link in path.links)
    return (*steps, Step(snapshot.actor(path.actors[-1])))


def _step(snapshot: GraphSnapshot, views: NetworkViews, link: Link) -> Step:
    actor = snapshot.actor(link.source)
    if not link.relationships:
        return Step(actor, project=snapshot.project(link.projects[0]))
    relationship = snapshot.relationship(link.relationships[0])
    return Step(actor, views.tie_label(relationship.kind, relationship.source_id == actor.id))
