"""Parameters that several routes share."""

from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from ingest.values import MAX_ID_CHARACTERS, CellError, identifier
from matching.questions import Options
from service.dependencies import CurrentNetwork
from service.schemas import MAX_LIMIT, ActorKindName, LinkKindName, OpportunityKindName

_MAX_KINDS = 20


def _identifier(text: str) -> str:
    try:
        return identifier(text)
    except CellError:
        raise PydanticCustomError("bad_id", "An id is made of characters one can see.") from None


Id = Annotated[str, AfterValidator(_identifier)]
IdInPath = Annotated[
    Id, Path(min_length=1, max_length=MAX_ID_CHARACTERS, description="Percent-encode what is no letter or digit.")
]
IdInQuery = Annotated[Id, Query(min_length=1, max_length=MAX_ID_CHARACTERS)]

SearchText = Annotated[
    str, Query(max_length=300, description="Words, or their beginnings; diacritics do not matter. Blank lists all.")
]
ActorKinds = Annotated[list[ActorKindName], Query(max_length=_MAX_KINDS, description="These kinds only; repeatable.")]
OpportunityKinds = Annotated[
    list[OpportunityKindName], Query(max_length=_MAX_KINDS, description="These kinds only; repeatable.")
]
LinkKinds = Annotated[
    list[LinkKindName],
    Query(max_length=_MAX_KINDS, description="Through relationships, or projects, of these kinds only; repeatable."),
]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Entries at most.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]
Explain = Annotated[bool, Query(description="Whether suggestions carry their reasons.")]
Exposure = Annotated[
    bool | None,
    Query(description="Whether actors that are seldom shown come forward within a margin; as the service is set."),
]


async def options_asked(
    network: CurrentNetwork,
    kind: ActorKinds = [],  # noqa: B006  never changed
    limit: Limit = 20,
    explain: Explain = True,  # noqa: FBT002  a query parameter
    exposure: Exposure = None,
) -> Options:
    """How an answer is to be made."""
    is_exposed = network.exposure if exposure is None else exposure
    return Options(kinds=tuple(kind), limit=limit, explain=explain, exposure=is_exposed)


AskedOptions = Annotated[Options, Depends(options_asked)]
