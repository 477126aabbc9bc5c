"""Kinds and fields as the API gives them."""

from pydantic import Field

from service.schemas.common import Labels, LooseStamp, Outgoing


class SubkindOut(Outgoing):
    """A subkind of a kind of actor."""

    id: str
    label: Labels


class ActorKindOut(Outgoing):
    """A kind of actor."""

    id: str = Field(examples=["school"])
    label: Labels
    short_label: Labels
    colour: str
    letter: str
    is_person: bool
    subkinds: tuple[SubkindOut, ...]


class OpportunityKindOut(Outgoing):
    """A kind of opportunity that actors work on together."""

    id: str = Field(examples=["challenge"])
    label: Labels


class RelationshipKindOut(Outgoing):
    """A kind of relationship between two actors."""

    id: str = Field(examples=["signed_mou"])
    label: Labels
    inverse_label: Labels = Field(description="Read from the target.")
    sources: tuple[str, ...] = Field(description="Kinds of actor it may start from.")
    targets: tuple[str, ...]
    directed: bool
    is_strong: bool = Field(description="Evidence of working together.")
    strength: float


class KindsAnswer(LooseStamp):
    """Every kind of actor, opportunity and relationship."""

    version: str
    actor: tuple[ActorKindOut, ...]
    opportunity: tuple[OpportunityKindOut, ...]
    relationship: tuple[RelationshipKindOut, ...]


class FieldOut(Outgoing):
    """A field of technology or of city life."""

    id: str = Field(examples=["semiconductor"])
    label: Labels


class FieldsAnswer(LooseStamp):
    """The fields of the taxonomy."""

    version: str
    fields: tuple[FieldOut, ...]
