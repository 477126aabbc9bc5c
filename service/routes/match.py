"""Questions that are put by example: words, a profile, an actor; one or many."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import Discriminator, Tag, ValidationError

from graph.errors import KetnoiError
from service.dependencies import CurrentNetwork, Scoring
from service.network_state import Network
from service.problems import invalid_request, ketnoi_problem
from service.questions import EXAMPLES, Batch, BatchAnswer, BatchItem, MatchAnswer, MatchQuery
from service.routes.answers import as_json, refusals
from service.schemas import stamp_of
from service.threads import BoundedThreads

router = APIRouter(prefix="/v1", tags=["partners"])


def _shape(body: Any) -> str:
    return "batch" if isinstance(body, list) else "query"


Questions = Annotated[
    Annotated[MatchQuery, Tag("query")] | Annotated[Batch, Tag("batch")],
    Discriminator(_shape),
]


@router.post("/match", response_model=MatchAnswer | BatchAnswer, responses=refusals(400, 404, 413, 422, 503))
async def match(
    request: Request,
    questions: Annotated[Questions, Body(openapi_examples=EXAMPLES)],
    network: CurrentNetwork,
    scoring: Scoring,
) -> Response:
    """Partners for whoever asks, registered or not: one question gets an answer, a list of up to 50 a list.

    In a batch each question is answered or refused by itself.
    """
    if isinstance(questions, MatchQuery):
        question = questions
        answer = await scoring.run(lambda: answer_of(question, network))
        return await as_json(answer)
    items = [await _item(request, question, network, scoring) for question in questions]
    return await as_json(BatchAnswer(**stamp_of(network).model_dump(), results=tuple(items)))


def answer_of(question: MatchQuery, network: Network) -> MatchAnswer:
    """The answer to one question, in words."""
    return MatchAnswer.of(question.ask(network), network.snapshot)


async def _item(request: Request, unchecked: object, network: Network, scoring: BoundedThreads) -> BatchItem:
    try:
        question = MatchQuery.model_validate(unchecked)
        return BatchItem(answer=await scoring.run(lambda: answer_of(question, network)))
    except ValidationError as error:
        return BatchItem(problem=invalid_request(request, error.errors(include_url=False)))
    except KetnoiError as error:
        return BatchItem(problem=ketnoi_problem(request, error))
