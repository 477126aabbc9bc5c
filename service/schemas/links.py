"""Relationships, links, neighbours and paths as the API gives them."""

from pydantic import Field

from graph.paths import PathOutcome
from service.schemas.actors import ActorSummary
from service.schemas.common import Outgoing, Source, Stamp
from service.schemas.projects import ProjectSummary


class RelationshipOut(Outgoing):
    """A relationship between two actors."""

    source_id: str
    target_id: str
    kind: str = Field(examples=["signed_mou"])
    since: str | None
    until: str | None
    status: str | None
    value_vnd: int | None
    note: str | None
    occurrence: int = Field(description="Tells relationships of one kind between the same two actors apart; from 0.")
    provenance: Source


class LinkOut(Outgoing):
    """Two actors and the facts that link them; at most the ten strongest relationships and ten projects."""

    source_id: str
    target_id: str
    relationships: tuple[RelationshipOut, ...]
    projects: tuple[ProjectSummary, ...] = Field(description="Projects that both take part in or own.")
    n_relationships: int = Field(description="How many there are in all.")
    n_projects: int


class NeighbourOut(Outgoing):
    """A neighbour and its distance in links."""

    actor: ActorSummary
    distance: int


class NeighboursAnswer(Stamp):
    """An actor, its neighbours, and the links among them all."""

    actors: tuple[NeighbourOut, ...] = Field(description="The actor itself first, then by distance and id.")
    links: tuple[LinkOut, ...]
    truncated: bool = Field(description="Whether the limit left out some of the farthest actors or weakest links.")


class PathOut(Outgoing):
    """A path from one actor to another."""

    actors: tuple[ActorSummary, ...] = Field(description="From the source to the target, both included.")
    links: tuple[LinkOut, ...] = Field(description="The link of each step.")


class PathsAnswer(Stamp):
    """The shortest paths from one actor to another, best first, or the reason why there are none."""

    paths: tuple[PathOut, ...] = Field(description="All of one length; empty unless `outcome` is `found`.")
    outcome: PathOutcome = Field(
        description="`found`; `beyond_limit`: the two are connected, but by more than `max_length` steps; "
        "`not_connected`: no chain of relationships and shared projects joins them, however long."
    )
    length: int | None = Field(description="Steps of each path; null where there is none.", examples=[3])
    max_length: int = Field(description="Most steps that a path was allowed.")
