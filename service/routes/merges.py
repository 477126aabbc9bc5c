"""Who is the same: what is put to staff, and what they say. All of it is for staff alone."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from graph.judgements import read_judgements
from ingest.values import MAX_ID_CHARACTERS
from service.dependencies import CurrentNetwork, CurrentState, Writing, require_write_token
from service.language import language_of
from service.paging import Position
from service.parameters import Cursor, Id, Limit
from service.review import judge, proposals, record_of, waiting_in
from service.routes.answers import refusals
from service.routes.state import loose_stamp
from service.schemas import (
    ActorDetails,
    Incoming,
    JudgementOut,
    LooseStamp,
    Outgoing,
    Page,
    VerdictName,
    stamp_of,
)
from service.staff_session import is_handle

router = APIRouter(
    prefix="/v1",
    tags=["who is the same"],
    dependencies=[Depends(require_write_token)],
    responses=refusals(401, 403, 422, 503),
)


def _signed(handle: str) -> str:
    if not is_handle(handle):
        raise PydanticCustomError(
            "bad_handle",
            "Sign with a handle of lower-case letters, digits, dots, dashes or underscores, not with a full name.",
        )
    return handle


Handle = Annotated[
    str,
    AfterValidator(_signed),
    Field(min_length=1, max_length=32, description="Who judges: a handle, not a full name.", examples=["lan.p"]),
]
IdInBody = Annotated[Id, Field(min_length=1, max_length=MAX_ID_CHARACTERS)]


class JudgementIn(Incoming):
    """What a member of staff says of two actors."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"left_id": "sc-hust", "right_id": "sc-ptit", "verdict": "different", "by": "lan.p"}]
        }
    )

    left_id: IdInBody
    right_id: IdInBody
    verdict: VerdictName
    by: Handle


class JudgementAnswer(LooseStamp):
    """A judgement that was written down. The stamp is that of the network before it; a later one shows it."""

    judgement: JudgementOut


class TraitOut(Outgoing):
    """One thing about two records, and whether it speaks for or against their being one."""

    name: str = Field(examples=["identifiers"])
    left: tuple[str, ...]
    right: tuple[str, ...]
    speaks: str = Field(description="`for`, `against` or `neither`.", examples=["for"])


class ProposalOut(Outgoing):
    """Two records that may be of one actor."""

    judgement: JudgementOut = Field(description="Who put it forward, and how probable it is.")
    left: ActorDetails
    right: ActorDetails
    traits: tuple[TraitOut, ...]


class ProposalPage(Page):
    """What is still to be judged, the most probable first."""

    items: tuple[ProposalOut, ...]


@router.get("/merges/proposals")
def list_proposals(
    request: Request, network: CurrentNetwork, state: CurrentState, limit: Limit = 20, cursor: Cursor = None
) -> ProposalPage:
    """Pairs of records that may be of one actor and that nobody has decided yet; judged pairs are gone at once."""
    position = Position.of(cursor, "proposals")
    waiting = waiting_in(network.snapshot, read_judgements(state.store))
    pairs = waiting[position.offset : position.offset + limit]
    shown = list(proposals(pairs, lambda actor_id: record_of(network.snapshot, actor_id), language_of(request)))
    return ProposalPage(
        **stamp_of(network).model_dump(),
        total=len(waiting),
        next_cursor=position.next_cursor(len(shown), len(waiting)),
        items=tuple(ProposalOut.model_validate(proposal) for proposal in shown),
    )


@router.post("/judgements", status_code=201, responses=refusals(400, 404, 413))
async def post_judgement(body: JudgementIn, state: CurrentState, writing: Writing) -> JudgementAnswer:
    """Say whether two actors are the same. The latest judgement of a person about a pair counts.

    To take a merge apart, judge the two `different`.
    """
    made = await writing.run(lambda: judge(state.store, body.left_id, body.right_id, body.verdict, body.by))
    state.request_rebuild()
    return JudgementAnswer(**loose_stamp(state).model_dump(), judgement=JudgementOut.model_validate(made))
