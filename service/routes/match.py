"""Partners for a question: a brief, a profile or an actor; one question or a batch."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import Discriminator, Tag, ValidationError

from graph.errors import KetnoiError
from matching.questions import Answer, Options
from service.dependencies import CurrentNetwork, Scoring
from service.network_state import Network
from service.problems import invalid_request, ketnoi_problem
from service.routes.answers import as_json, refusals, stamp_of
from service.schemas.match import EXAMPLES, Batch, BatchAnswer, BatchItem, MatchAnswer, MatchQuery
from service.threads import BoundedThreads

router = APIRouter(prefix="/v1", tags=["partners"])


def _shape(body: Any) -> str:
    return "batch" if isinstance(body, list) else "query"


QueryOrBatch = Annotated[
    Annotated[MatchQuery, Tag("query")] | Annotated[Batch, Tag("batch")],
    Discriminator(_shape),
]


@router.post("/match", response_model=MatchAnswer | BatchAnswer, responses=refusals(400, 404, 413, 422, 503))
async def match(
    request: Request,
    body: Annotated[QueryOrBatch, Body(openapi_examples=EXAMPLES)],
    network: CurrentNetwork,
    scoring: Scoring,
) -> Response:
    """Partners for any asker, in the network or not. One question gets an answer; a list of up to 50 gets a list.

    In a batch each question is answered or refused by itself.
    """
    if isinstance(body, MatchQuery):
        answer = await scoring.run(lambda: _match(body, network))
        return await as_json(answer)
    items = [await _item(request, query, network, scoring) for query in body]
    return await as_json(BatchAnswer(**stamp_of(network).model_dump(), results=tuple(items)))


async def _item(request: Request, unchecked: object, network: Network, scoring: BoundedThreads) -> BatchItem:
    try:
        query = MatchQuery.model_validate(unchecked)
        return BatchItem(answer=await scoring.run(lambda: _match(query, network)))
    except ValidationError as error:
        return BatchItem(problem=invalid_request(request, error.errors(include_url=False)))
    except KetnoiError as error:
        return BatchItem(problem=ketnoi_problem(request, error))


def _match(query: MatchQuery, network: Network) -> MatchAnswer:
    return MatchAnswer.of(_ask(query, network), network.snapshot)


def _ask(query: MatchQuery, network: Network) -> Answer:
    recommender = network.recommender
    exposure = network.exposure if query.exposure is None else query.exposure
    options = Options(kinds=query.kinds, limit=query.limit, explain=query.explain, exposure=exposure)
    if query.profile is not None:
        return recommender.for_profile(query.profile.profile(), options)
    if query.actor_id is not None:
        return recommender.for_actor(query.actor_id, options)
    return recommender.for_brief(query.brief or "", options)
