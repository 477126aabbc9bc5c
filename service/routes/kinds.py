"""The kinds and fields that the rest of the API speaks of."""

from fastapi import APIRouter
from pydantic import Field

from graph.kinds import load_kinds
from service.dependencies import CurrentState
from service.routes.answers import refusals
from service.routes.state import loose_stamp
from service.schemas import Labels, LooseStamp, Outgoing

router = APIRouter(prefix="/v1", tags=["kinds"], responses=refusals())


class SubkindOut(Outgoing):
    """A part of a kind of actor."""

    id: str
    label: Labels


class ActorKindOut(Outgoing):
    """A party of the network."""

    id: str = Field(examples=["school"])
    label: Labels
    short_label: Labels
    colour: str
    letter: str
    is_person: bool
    subkinds: tuple[SubkindOut, ...]


class OpportunityKindOut(Outgoing):
    """A kind of thing actors come together for."""

    id: str = Field(examples=["challenge"])
    label: Labels


class RelationshipKindOut(Outgoing):
    """A kind of tie between two actors."""

    id: str = Field(examples=["signed_mou"])
    label: Labels
    inverse_label: Labels = Field(description="Read from the target.")
    sources: tuple[str, ...] = Field(description="Kinds of actor it may start from.")
    targets: tuple[str, ...]
    directed: bool
    is_strong: bool = Field(description="Evidence of working together.")
    strength: float


class KindsAnswer(LooseStamp):
    """Everything there is in the network, by kind."""

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


@router.get("/kinds")
async def get_kinds(state: CurrentState) -> KindsAnswer:
    """The kinds of actor, opportunity and relationship, with labels in both languages."""
    kinds = load_kinds()
    return KindsAnswer(
        **loose_stamp(state).model_dump(),
        version=kinds.version,
        actor=tuple(
            ActorKindOut(
                id=kind.id,
                label=Labels.of(kind.label),
                short_label=Labels.of(kind.short_label),
                colour=kind.colour,
                letter=kind.letter,
                is_person=kind.is_person,
                subkinds=tuple(SubkindOut(id=id_, label=Labels.of(label)) for id_, label in kind.subkinds.items()),
            )
            for kind in kinds.actor.values()
        ),
        opportunity=tuple(
            OpportunityKindOut(id=kind.id, label=Labels.of(kind.label)) for kind in kinds.opportunity.values()
        ),
        relationship=tuple(
            RelationshipKindOut(
                id=kind.id,
                label=Labels.of(kind.label),
                inverse_label=Labels.of(kind.inverse_label),
                sources=tuple(name for name in kinds.actor if name in kind.sources),
                targets=tuple(name for name in kinds.actor if name in kind.targets),
                directed=kind.directed,
                is_strong=kind.is_strong,
                strength=kind.strength,
            )
            for kind in kinds.relationship.values()
        ),
    )


@router.get("/fields")
async def get_fields(state: CurrentState) -> FieldsAnswer:
    """The fields of technology and of city life, with labels in both languages."""
    kinds = load_kinds()
    return FieldsAnswer(
        **loose_stamp(state).model_dump(),
        version=kinds.fields_version,
        fields=tuple(FieldOut(id=field.id, label=Labels.of(field.label)) for field in kinds.fields.values()),
    )
