"""The few writes that staff may make through the API; ``ketnoi load`` brings in whole networks."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Response

from graph.changes import ChangeLog
from graph.errors import InvalidQueryError
from graph.kinds import load_kinds
from graph.model import Actor, Provenance, Relationship
from graph.store import GraphStore, UpsertCounts
from service.dependencies import CurrentState, Writing, require_write_token
from service.parameters import IdInPath
from service.routes.answers import loose_stamp, refusals
from service.schemas.common import Incoming, LooseStamp
from service.schemas.judgements import Handle
from service.schemas.writes import ActorIn, RelationshipIn, WriteAnswer

router = APIRouter(
    prefix="/v1",
    tags=["writing"],
    dependencies=[Depends(require_write_token)],
    responses=refusals(400, 401, 403, 413, 422, 503),
)

SOURCE = "api"
"""Source of the facts written here, besides their URL."""

WRITE_TOKEN = "write-token"  # noqa: S105  the name of the key, not its value
"""Author of a write whose client sends no handle: the name of the key that allowed it."""

Author = Annotated[
    Handle | None,
    Header(alias="X-Ketnoi-By", description="Handle of the person who writes, for `ketnoi diff`.", examples=["lan.p"]),
]


@router.put("/actors/{actor_id:segment}", responses={201: {"model": WriteAnswer, "description": "A new actor."}})
async def put_actor(
    actor_id: IdInPath,
    body: ActorIn,
    state: CurrentState,
    writing: Writing,
    response: Response,
    by: Author = None,
) -> WriteAnswer:
    """Insert or replace an actor. Its columns outside the exchange format stay."""
    _require_subkind(body)
    counts = await writing.run(lambda: _write_actor(state.store, actor_id, body, by))
    state.request_rebuild()
    return _answer(counts, response, loose_stamp(state))


@router.post("/relationships", responses={201: {"model": WriteAnswer, "description": "A new relationship."}})
async def post_relationship(
    body: RelationshipIn, state: CurrentState, writing: Writing, response: Response, by: Author = None
) -> WriteAnswer:
    """Insert or replace a relationship between two actors."""
    counts = await writing.run(lambda: _write_relationship(state.store, body, by))
    state.request_rebuild()
    return _answer(counts, response, loose_stamp(state))


def _write_actor(store: GraphStore, actor_id: str, body: ActorIn, by: str | None) -> UpsertCounts:
    actor = Actor(id=actor_id, **_columns(body))
    stored = store.get_actor(actor_id)
    return _log(store, by).upsert([replace(actor, attributes=stored.attributes) if stored else actor])


def _write_relationship(store: GraphStore, body: RelationshipIn, by: str | None) -> UpsertCounts:
    _require_ends(store, body)
    relationship = Relationship(**_columns(body))
    ends = (relationship.source_id, relationship.target_id)
    stored = store.get_relationship(*ends, relationship.kind, relationship.occurrence)
    return _log(store, by).upsert([replace(relationship, attributes=stored.attributes) if stored else relationship])


def _log(store: GraphStore, by: str | None) -> ChangeLog:
    """A change log for one write."""
    return ChangeLog(store, by=by or WRITE_TOKEN)


def _columns(body: Incoming) -> dict[str, Any]:
    columns = body.model_dump()
    return columns | {"provenance": Provenance(SOURCE, columns.pop("source_url"))}


def _require_subkind(body: ActorIn) -> None:
    known = load_kinds().actor[body.kind].subkinds
    if body.subkind is not None and body.subkind not in known:
        raise InvalidQueryError(
            "unknown_subkind",
            f"The kind {body.kind} has no subkind {body.subkind!r}. Use one of: {', '.join(known)}.",
            kind=body.kind,
            subkind=body.subkind,
            known=", ".join(known),
        )


def _require_ends(store: GraphStore, body: RelationshipIn) -> None:
    if body.source_id == body.target_id:
        raise InvalidQueryError("same_ends", "A relationship joins two different actors.")
    ends = []
    for actor_id in (body.source_id, body.target_id):
        actor = store.get_actor(actor_id)
        if actor is None:
            raise InvalidQueryError(
                "unknown_end", f"There is no actor {actor_id!r}. Write it before its relationships.", actor_id=actor_id
            )
        ends.append(actor.kind)
    if not load_kinds().relationship[body.kind].allows(*ends):
        raise InvalidQueryError(
            "relationship_ends",
            f"The relationship {body.kind} does not run from {ends[0]} to {ends[1]}. See /v1/kinds.",
            kind=body.kind,
            source_kind=ends[0],
            target_kind=ends[1],
        )


def _answer(counts: UpsertCounts, response: Response, stamp: LooseStamp) -> WriteAnswer:
    stored: Literal["inserted", "updated", "unchanged"] = "unchanged"
    if counts.n_inserted:
        stored, response.status_code = "inserted", 201
    elif counts.n_updated:
        stored = "updated"
    return WriteAnswer(**stamp.model_dump(), stored=stored)
