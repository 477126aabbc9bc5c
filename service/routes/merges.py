"""Pairs of records that may be of one actor, and the judgements about them. These routes are for staff alone."""

from fastapi import APIRouter, Depends, Request

from graph.judgements import read_judgements
from service.dependencies import CurrentNetwork, CurrentState, Writing, require_write_token
from service.language import language_of
from service.paging import Position
from service.parameters import Cursor, Limit
from service.review import judge, proposals, record_of, waiting_in
from service.routes.answers import loose_stamp, refusals, stamp_of
from service.schemas.judgements import JudgementAnswer, JudgementIn, JudgementOut
from service.schemas.proposals import ProposalOut, ProposalPage

router = APIRouter(
    prefix="/v1",
    tags=["who is the same"],
    dependencies=[Depends(require_write_token)],
    responses=refusals(401, 403, 422, 503),
)


@router.get("/merges/proposals")
def list_proposals(
    request: Request, network: CurrentNetwork, state: CurrentState, limit: Limit = 20, cursor: Cursor = None
) -> ProposalPage:
    """Pairs of records that may be of one actor and wait for a judgement. A judged pair leaves the list at once."""
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
