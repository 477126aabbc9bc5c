"""Pairs of records that may be of one actor, as the API gives them."""

from pydantic import Field

from service.schemas.actors import ActorDetails
from service.schemas.common import Outgoing, Page
from service.schemas.judgements import JudgementOut


class TraitOut(Outgoing):
    """One property of two records, and whether it speaks for or against a merge."""

    name: str = Field(examples=["identifiers"])
    left: tuple[str, ...]
    right: tuple[str, ...]
    speaks: str = Field(description="`for`, `against` or `neither`.", examples=["for"])


class ProposalOut(Outgoing):
    """Two records that may be of one actor."""

    judgement: JudgementOut = Field(description="Who proposed the pair, and its probability.")
    left: ActorDetails
    right: ActorDetails
    traits: tuple[TraitOut, ...]


class ProposalPage(Page):
    """The pairs that wait for a judgement, the most probable first."""

    items: tuple[ProposalOut, ...]
