"""Actors as the API gives them."""

from pydantic import Field

from service.schemas.common import Outgoing, Page, Source, Stamp
from service.schemas.judgements import MergeOut


class ActorSummary(Outgoing):
    """An actor in a list."""

    id: str = Field(examples=["sc-hust"])
    kind: str = Field(examples=["school"])
    subkind: str | None
    name: str = Field(examples=["Đại học Bách khoa Hà Nội"])
    name_en: str | None = Field(examples=["Hanoi University of Science and Technology"])
    short_name: str | None
    fields: tuple[str, ...] = Field(examples=[["semiconductor", "digital_ai"]])
    district_or_city: str | None


class ActorDetails(ActorSummary):
    """Everything public about an actor. Columns outside the exchange format stay in the store."""

    aliases: tuple[str, ...]
    summary: str | None
    summary_en: str | None
    needs: tuple[str, ...] = Field(description="What it needs.")
    offers: tuple[str, ...] = Field(description="What it offers.")
    country: str | None
    founded: str | None = Field(description="YYYY, YYYY-MM or YYYY-MM-DD, like every date of a fact.")
    website: str | None
    identifiers: tuple[str, ...] = Field(description="Its ids in public registers.", examples=[["ror:04nyv3z04"]])
    provenance: Source


class ActorAnswer(Stamp):
    """One actor."""

    actor: ActorDetails
    merge: MergeOut | None = Field(description="Null unless several records were judged to be this one actor.")


class ActorPage(Page):
    """A page of a list of actors."""

    items: tuple[ActorSummary, ...]
