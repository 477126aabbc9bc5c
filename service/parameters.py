"""Parameters that several routes share."""

from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import StringConstraints

from ingest.values import MAX_ID_CHARACTERS
from matching.questions import Options
from service.dependencies import CurrentNetwork
from service.directory import Filters
from service.schemas.common import MAX_LIMIT, ActorKindName, Id, LinkKindName, OpportunityKindName

_MAX_KINDS = 20
_MAX_FIELDS = 20

IdInPath = Annotated[
    Id,
    Path(min_length=1, max_length=MAX_ID_CHARACTERS, description="Percent-encode all but letters and digits."),
]
IdInQuery = Annotated[Id, Query(min_length=1, max_length=MAX_ID_CHARACTERS)]

SearchText = Annotated[
    str, Query(max_length=300, description="Words, or beginnings of words; diacritics do not matter. Blank lists all.")
]
ActorKinds = Annotated[list[ActorKindName], Query(max_length=_MAX_KINDS, description="Any of these kinds; repeatable.")]
OpportunityKinds = Annotated[
    list[OpportunityKindName], Query(max_length=_MAX_KINDS, description="Any of these kinds; repeatable.")
]
LinkKinds = Annotated[
    list[LinkKindName],
    Query(max_length=_MAX_KINDS, description="Walk through relationships or projects of these kinds only; repeatable."),
]
Fields = Annotated[
    list[Annotated[str, StringConstraints(min_length=1, max_length=100)]],
    Query(
        max_length=_MAX_FIELDS,
        description="Any of these fields, ids of `/v1/fields`; repeatable.",
        examples=[["semiconductor"]],
    ),
]
PlaceText = Annotated[
    str,
    Query(
        max_length=100,
        description="A district, a city, or a country by its name or code; diacritics do not matter. Blank: anywhere.",
        examples=["ha noi"],
    ),
]
YearFounded = Annotated[int | None, Query(ge=1000, le=9999, description="The year in which it was founded.")]
YearStarted = Annotated[int | None, Query(ge=1000, le=9999, description="The year in which it started.")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Entries at most.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]
Explain = Annotated[bool, Query(description="Whether suggestions carry their reasons.")]
Exposure = Annotated[
    bool | None,
    Query(description="Whether seldom suggested actors move up within a margin; without it, the service's setting."),
]


async def actor_filters(
    q: SearchText = "",
    kind: ActorKinds = [],  # noqa: B006  never changed
    field: Fields = [],  # noqa: B006  never changed
    place: PlaceText = "",
    year: YearFounded = None,
) -> Filters:
    """The filters of a list of actors."""
    return Filters(q, tuple(kind), tuple(field), place, year)


async def project_filters(
    q: SearchText = "",
    kind: OpportunityKinds = [],  # noqa: B006  never changed
    field: Fields = [],  # noqa: B006  never changed
    year: YearStarted = None,
) -> Filters:
    """The filters of a list of projects, products and challenges."""
    return Filters(q, tuple(kind), tuple(field), year=year)


async def challenge_filters(
    q: SearchText = "",
    field: Fields = [],  # noqa: B006  never changed
    year: YearStarted = None,
) -> Filters:
    """The filters of a list of challenges."""
    return Filters(q, ("challenge",), tuple(field), year=year)


async def matching_options(
    network: CurrentNetwork,
    kind: ActorKinds = [],  # noqa: B006  never changed
    limit: Limit = 20,
    explain: Explain = True,  # noqa: FBT002  a query parameter
    exposure: Exposure = None,
) -> Options:
    """The options of a list of suggested partners."""
    is_exposed = network.exposure if exposure is None else exposure
    return Options(kinds=tuple(kind), limit=limit, explain=explain, exposure=is_exposed)


ActorFilters = Annotated[Filters, Depends(actor_filters)]
ProjectFilters = Annotated[Filters, Depends(project_filters)]
ChallengeFilters = Annotated[Filters, Depends(challenge_filters)]
MatchingOptions = Annotated[Options, Depends(matching_options)]
