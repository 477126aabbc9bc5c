"""Actors: a list by filters, one actor, its neighbours, its suggested partners, and paths between two."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from graph.links import Link
from graph.paths import DEFAULT_MAX_LENGTH, DEFAULT_PATHS, MAX_LENGTH, neighbourhood, shortest_paths
from graph.snapshot import GraphSnapshot
from service.dependencies import CurrentNetwork, Scoring
from service.network_state import Network
from service.paging import Position
from service.parameters import ActorFilters, ActorKinds, Cursor, IdInPath, IdInQuery, Limit, LinkKinds, MatchingOptions
from service.routes.answers import as_json, refusals, stamp_of
from service.schemas.actors import ActorAnswer, ActorDetails, ActorPage, ActorSummary
from service.schemas.judgements import JudgementOut, MergeOut, SourceRecord
from service.schemas.links import LinkOut, NeighbourOut, NeighboursAnswer, PathOut, PathsAnswer, RelationshipOut
from service.schemas.match import MatchAnswer
from service.schemas.projects import ProjectSummary

router = APIRouter(prefix="/v1", tags=["actors"])

MAX_DEPTH = 3


@router.get("/actors", responses=refusals(422, 503))
def list_actors(network: CurrentNetwork, filters: ActorFilters, limit: Limit = 20, cursor: Cursor = None) -> ActorPage:
    """Actors that pass every filter: the best hits for `q` first, or in the order of their ids without it."""
    position = Position.of(cursor, "actors", filters)
    hits = network.directory.actors(filters, limit=limit, offset=position.offset)
    return ActorPage(
        **stamp_of(network).model_dump(),
        total=hits.n_total,
        next_cursor=position.next_cursor(len(hits.indices), hits.n_total),
        items=tuple(_summary(network.snapshot, row) for row in hits.indices),
    )


@router.get("/actors/{actor_id:segment}", responses=refusals(404, 422, 503))
def get_actor(network: CurrentNetwork, actor_id: IdInPath) -> ActorAnswer:
    """Everything public about an actor. The id of a merged record gives the actor it was merged into."""
    actor = network.snapshot.actor(network.snapshot.index_of(actor_id))
    return ActorAnswer(
        **stamp_of(network).model_dump(),
        actor=ActorDetails.model_validate(actor),
        merge=_merge(network.snapshot, actor.id),
    )


@router.get("/actors/{actor_id:segment}/neighbours", response_model=NeighboursAnswer, responses=refusals(404, 422, 503))
async def get_neighbours(  # noqa: PLR0913, PLR0917  one parameter an option
    network: CurrentNetwork,
    threads: Scoring,
    actor_id: IdInPath,
    depth: Annotated[int, Query(ge=1, le=MAX_DEPTH, description="Links to walk.")] = 1,
    kind: ActorKinds = [],  # noqa: B006  never changed
    relationship: LinkKinds = [],  # noqa: B006  never changed
    limit: Limit = 50,
) -> Response:
    """The actors around an actor, and the relationships and projects that link them all."""
    index = network.snapshot.index_of(actor_id)

    def walk() -> NeighboursAnswer:
        around = neighbourhood(
            network.snapshot,
            index,
            depth=depth,
            relationship_kinds=tuple(relationship),
            actor_kinds=tuple(kind),
            limit=limit,
        )
        return NeighboursAnswer(
            **stamp_of(network).model_dump(),
            actors=tuple(
                NeighbourOut(actor=_summary(network.snapshot, node.index), distance=node.distance)
                for node in around.nodes
            ),
            links=tuple(_link(network.snapshot, link) for link in around.links),
            truncated=around.truncated,
        )

    return await as_json(await threads.run(walk))


@router.get("/actors/{actor_id:segment}/recommendations", response_model=MatchAnswer, responses=refusals(404, 422, 503))
async def get_recommendations(
    network: CurrentNetwork,
    threads: Scoring,
    actor_id: IdInPath,
    options: MatchingOptions,
) -> Response:
    """New partners for an actor, with reasons for both sides. Actors it has worked with are left out."""

    def ask() -> MatchAnswer:
        return MatchAnswer.of(network.recommender.for_actor(actor_id, options), network.snapshot)

    return await as_json(await threads.run(ask))


@router.get("/paths", response_model=PathsAnswer, responses=refusals(404, 422, 503))
async def get_paths(
    network: CurrentNetwork,
    threads: Scoring,
    source: IdInQuery,
    target: IdInQuery,
    max_length: Annotated[int, Query(ge=1, le=MAX_LENGTH, description="Most steps of a path.")] = DEFAULT_MAX_LENGTH,
    limit: Limit = DEFAULT_PATHS,
) -> Response:
    """The shortest paths between two actors, the one over the strongest ties first.

    Where there is none, `outcome` tells two cases apart: the two are connected by more than `max_length` steps, or no
    chain of relationships and shared projects joins them at all.
    """
    ends = network.snapshot.index_of(source), network.snapshot.index_of(target)

    def walk() -> PathsAnswer:
        return _paths(network, ends, max_length=max_length, limit=limit)

    return await as_json(await threads.run(walk))


def _paths(network: Network, ends: tuple[int, int], *, max_length: int, limit: int) -> PathsAnswer:
    snapshot = network.snapshot
    found = shortest_paths(snapshot, *ends, max_length=max_length, limit=limit)
    return PathsAnswer(
        **stamp_of(network).model_dump(),
        outcome=found.outcome,
        length=found.length,
        max_length=found.max_length,
        paths=tuple(
            PathOut(
                actors=tuple(_summary(snapshot, row) for row in path.actors),
                links=tuple(_link(snapshot, link) for link in path.links),
            )
            for path in found.paths
        ),
    )


def _merge(snapshot: GraphSnapshot, canonical_id: str) -> MergeOut | None:
    sources = snapshot.merges.sources.get(canonical_id)
    if sources is None:
        return None
    return MergeOut(
        canonical_id=canonical_id,
        sources=tuple(SourceRecord.model_validate(actor) for actor in sources),
        judgements=tuple(JudgementOut.model_validate(link) for link in snapshot.merges.links.get(canonical_id, ())),
    )


def _summary(snapshot: GraphSnapshot, row: int) -> ActorSummary:
    return ActorSummary.model_validate(snapshot.actor(row))


def _link(snapshot: GraphSnapshot, link: Link) -> LinkOut:
    return LinkOut(
        source_id=str(snapshot.actor_ids[link.source]),
        target_id=str(snapshot.actor_ids[link.target]),
        relationships=tuple(RelationshipOut.model_validate(snapshot.relationship(row)) for row in link.relationships),
        projects=tuple(ProjectSummary.model_validate(snapshot.project(row)) for row in link.projects),
        n_relationships=link.n_relationships,
        n_projects=link.n_projects,
    )
