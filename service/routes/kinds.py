"""The kinds and fields that the rest of the API names."""

from fastapi import APIRouter

from graph.kinds import load_kinds
from service.dependencies import CurrentState
from service.routes.answers import loose_stamp, refusals
from service.schemas.common import Labels
from service.schemas.kinds import (
    ActorKindOut,
    FieldOut,
    FieldsAnswer,
    KindsAnswer,
    OpportunityKindOut,
    RelationshipKindOut,
    SubkindOut,
)

router = APIRouter(prefix="/v1", tags=["kinds"], responses=refusals())


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
