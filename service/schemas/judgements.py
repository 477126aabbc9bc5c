"""Judgements whether two records are of one actor, as the API takes and gives them."""

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from service.review import is_handle
from service.schemas.common import IdInBody, Incoming, LooseStamp, Outgoing, Source, VerdictName


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


class JudgementIn(Incoming):
    """A decision by staff about two actors."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"left_id": "sc-hust", "right_id": "sc-ptit", "verdict": "different", "by": "lan.p"}]
        }
    )

    left_id: IdInBody
    right_id: IdInBody
    verdict: VerdictName
    by: Handle


class JudgementOut(Outgoing):
    """A decision about two actors, by staff or by the machine."""

    left_id: str
    right_id: str
    verdict: VerdictName
    by: str = Field(description="A handle of staff, or `ketnoi` for the machine.", examples=["lan.p"])
    at: str = Field(description="UTC.")
    probability: float | None = Field(description="Probability that the two are the same, as the machine estimates it.")


class JudgementAnswer(LooseStamp):
    """A stored judgement. The stamp names the network before it; a later stamp includes it."""

    judgement: JudgementOut


class SourceRecord(Outgoing):
    """A record that an actor is made of, under the name its source gives it."""

    id: str
    kind: str
    name: str
    provenance: Source


class MergeOut(Outgoing):
    """The records that an actor is made of, and who judged them to be the same. To undo it, judge two `different`."""

    canonical_id: str = Field(description="The actor's id; every `id` in `sources` leads to this actor.")
    sources: tuple[SourceRecord, ...]
    judgements: tuple[JudgementOut, ...]
