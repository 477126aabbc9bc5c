"""Who is near a member, as a picture and a table, and the ways from one member to another."""

from dataclasses import dataclass

from markupsafe import Markup

from graph.links import Link
from graph.model import Actor, Project
from graph.paths import Path, neighbourhood, shortest_paths
from graph.snapshot import GraphSnapshot
from service.pages.drawing import neighbourhood_svg
from service.pages.views import NetworkViews

NEIGHBOURS_DRAWN = 24
"""Members in a picture that can still be read."""
_WAYS_SHOWN = 3
_LONGEST_WAY = 4


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A member and the number of steps that it is away."""

    actor: Actor
    n_steps: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The members nearest to one, nearest first, and their picture; None where there is nobody near."""

    neighbours: tuple[Neighbour, ...]
    picture: Markup | None


@dataclass(frozen=True, slots=True)
class Step:
    """A member on the way, and what ties it to the next one: words, and the project where it is one."""

    actor: Actor
    tie: str | None = None
    project: Project | None = None


def surroundings_of(snapshot: GraphSnapshot, views: NetworkViews, actor_id: str) -> Surroundings:
    """The members that work with an actor."""
    around = neighbourhood(snapshot, snapshot.index_of(actor_id), depth=1, limit=NEIGHBOURS_DRAWN)
    neighbours = tuple(Neighbour(snapshot.actor(node.index), node.distance) for node in around.nodes if node.distance)
    if not neighbours:
        return Surroundings((), None)
    # The drawing escapes every name it holds.
    return Surroundings(neighbours, Markup(neighbourhood_svg(snapshot, around, views.language)))  # noqa: S704


def ways_to(snapshot: GraphSnapshot, views: NetworkViews, start_id: str, target_id: str) -> list[list[Step]]:
    """The shortest ways from one member to another, over the strongest ties first."""
    start, target = snapshot.index_of(start_id), snapshot.index_of(target_id)
    if start == target:
        return []
    paths = shortest_paths(snapshot, start, target, max_length=_LONGEST_WAY, limit=_WAYS_SHOWN)
    return [_steps(snapshot, views, path) for path in paths]


def _steps(snapshot: GraphSnapshot, views: NetworkViews, path: Path) -> list[Step]:
    steps = [_step(snapshot, views, link) for link in path.links]
    return [*steps, Step(snapshot.actor(path.actors[-1]))]


def _step(snapshot: GraphSnapshot, views: NetworkViews, link: Link) -> Step:
    actor = snapshot.actor(link.source)
    if not link.relationships:
        return Step(actor, project=snapshot.project(link.projects[0]))
    relationship = snapshot.relationship(link.relationships[0])
    return Step(actor, views.tie_label(relationship.kind, relationship.source_id == actor.id))
