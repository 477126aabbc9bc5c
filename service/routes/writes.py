"""The little that staff may write through the API; whole networks come in by ``ketnoi load``."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal, LiteralString

from fastapi import APIRouter, Depends, Header, Response
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from graph.changes import ChangeLog
from graph.errors import InvalidQueryError
from graph.kinds import load_kinds
from graph.model import Actor, Provenance, Relationship
from graph.store import GraphStore, UpsertCounts
from ingest.values import MAX_ID_CHARACTERS, CellError, clean, partial_date
from service.dependencies import CurrentState, Writing, require_write_token
from service.parameters import Id, IdInPath
from service.routes.answers import refusals
from service.routes.merges import Handle
from service.routes.state import loose_stamp
from service.schemas import MAX_NAME, MAX_TEXT, ActorKindName, Incoming, LooseStamp, RelationshipKindName

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


def _read_by(read: Callable[[str], str], code: LiteralString, message: LiteralString) -> AfterValidator:
    def check(text: str) -> str:
        try:
            return read(text)
        except CellError:
            raise PydanticCustomError(code, message) from None

    return AfterValidator(check)


def _kept(text: str) -> str:
    kept = clean(text).text
    if text and not kept:
        raise CellError("bad_character")
    return kept


_CLEANED = _read_by(_kept, "bad_character", "There is a character that cannot be stored.")
_DATED = _read_by(partial_date, "bad_date", "A date is written YYYY, YYYY-MM or YYYY-MM-DD.")

PartialDate = Annotated[str, _DATED, Field(examples=["2026-02"], description="YYYY, YYYY-MM or YYYY-MM-DD.")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]
IdInBody = Annotated[Id, Field(min_length=1, max_length=MAX_ID_CHARACTERS)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT), _CLEANED]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), _CLEANED]
Entry = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME, pattern=r"^[^|]+$"), _CLEANED]
Entries = Annotated[tuple[Entry, ...], Field(max_length=100)]
Identifiers = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+:[!-{}~]+$", max_length=MAX_NAME)], ...],
    Field(max_length=100, description="What registers call it, `scheme:value`.", examples=[["ror:04nyv3z04"]]),
]


class ActorIn(Incoming):
    """An actor as it is to be, whole: what is left out is emptied."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "startup",
                    "name": "Công ty Cảm biến Việt",
                    "fields": ["semiconductor"],
                    "needs": ["trường cùng hiệu chuẩn cảm biến"],
                    "founded": "2026-02",
                    "source_url": "https://example.org/cam-bien-viet",
                }
            ]
        }
    )

    kind: ActorKindName
    name: Name
    subkind: str | None = Field(default=None, description="One of the kind's subkinds in `/v1/kinds`.")
    name_en: Name | None = None
    short_name: Name | None = None
    aliases: Entries = ()
    summary: Text | None = None
    summary_en: Text | None = None
    fields: Entries = ()
    needs: Entries = ()
    offers: Entries = ()
    district_or_city: Name | None = None
    country: Name | None = None
    founded: PartialDate | None = None
    website: Url | None = None
    identifiers: Identifiers = ()
    source_url: Url | None = None


class RelationshipIn(Incoming):
    """A relationship as it is to be; the same ends, kind and occurrence name the same relationship."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"source_id": "sc-ptit", "target_id": "bz-cmc", "kind": "signed_mou", "since": "2026-03-01"}]
        }
    )

    source_id: IdInBody
    target_id: IdInBody
    kind: RelationshipKindName
    since: PartialDate | None = None
    until: PartialDate | None = None
    status: Name | None = None
    value_vnd: int | None = Field(default=None, ge=0, le=2**63 - 1, strict=True)
    note: Text | None = None
    occurrence: int = Field(
        default=0, ge=0, le=9999, strict=True, description="Counts relationships of this kind between the two."
    )
    source_url: Url | None = None


class WriteAnswer(LooseStamp):
    """What became of a write. The stamp is that of the network before it; a later one shows the write."""

    stored: Literal["inserted", "updated", "unchanged"]


@router.put("/actors/{actor_id:segment}", responses={201: {"model": WriteAnswer, "description": "A new actor."}})
async def put_actor(
    actor_id: IdInPath,
    body: ActorIn,
    state: CurrentState,
    writing: Writing,
    response: Response,
    by: Author = None,
) -> WriteAnswer:
    """Insert or replace an actor. Columns outside the exchange format that it was loaded with stay."""
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
