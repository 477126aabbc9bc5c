"""The kinds of actor, opportunity and relationship, and the fields of technology, read from their data files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from graph.errors import InvalidQueryError, KindsError

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


@dataclass(frozen=True, slots=True)
class Label:
    """A name in Vietnamese and in English."""

    vi: str
    en: str

    def __getitem__(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True, slots=True)
class ActorKind:
    """A kind of actor.

    Attributes
    ----------
    colour, letter
        Mark a member of the kind on a page; the colour is written ``#RRGGBB``.
    is_person
        Whether its members are people rather than organisations.
    subkinds
        Labels of its subkinds by their ids.
    """

    id: str
    label: Label
    short_label: Label
    colour: str
    letter: str
    is_person: bool
    subkinds: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class OpportunityKind:
    """A kind of undertaking that actors share: project, product or challenge."""

    id: str
    label: Label


@dataclass(frozen=True, slots=True)
class RelationshipKind:
    """A kind of tie between two actors.

    Attributes
    ----------
    inverse_label
        Reads the relationship from its target; equal to ``label`` for an undirected kind.
    sources, targets
        Kinds of actor that may be its source, and its target.
    directed
        False if A to B says the same as B to A.
    is_strong
        Whether it is evidence that the two have worked together.
    strength
        Weight of the relationship, between 0 and 1; set by hand.
    """

    id: str
    label: Label
    inverse_label: Label
    sources: frozenset[str]
    targets: frozenset[str]
    directed: bool
    is_strong: bool
    strength: float

    def allows(self, source_kind: str, target_kind: str) -> bool:
        """Whether the relationship may run from an actor of the first kind to an actor of the second."""
        return source_kind in self.sources and target_kind in self.targets


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the taxonomy: its labels, and by language the terms that point to it."""

    id: str
    label: Label
    terms: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds and fields, in the order of their files."""

    version: str
    actor: Mapping[str, ActorKind]
    opportunity: Mapping[str, OpportunityKind]
    relationship: Mapping[str, RelationshipKind]
    fields_version: str
    fields: Mapping[str, Field]

    def field_label(self, field_id: str, language: Language) -> str:
        """Label of a field, or its id if the taxonomy does not have it."""
        known = self.fields.get(field_id)
        return known.label[language] if known else field_id

    def require_actor_kinds(self, kinds: tuple[str, ...]) -> None:
        """Raise :class:`~graph.errors.InvalidQueryError` for the first name that is no kind of actor."""
        _require_known(kinds, self.actor, "actor")

    def require_opportunity_kinds(self, kinds: tuple[str, ...]) -> None:
        """Raise :class:`~graph.errors.InvalidQueryError` for the first name that is no kind of opportunity."""
        _require_known(kinds, self.opportunity, "opportunity")

    def require_link_kinds(self, kinds: tuple[str, ...]) -> None:
        """Raise :class:`~graph.errors.InvalidQueryError` for the first name that is no kind of link.

        Kinds of link are the kinds of relationship, and the kinds of opportunity, which link their members.
        """
        _require_known(kinds, {**self.relationship, **self.opportunity}, "relationship or opportunity")


def _require_known(kinds: tuple[str, ...], table: Mapping[str, object], what: str) -> None:
    for kind in kinds:
        if kind not in table:
            known = ", ".join(table)
            raise InvalidQueryError(
                "unknown_kind",
                f"There is no kind of {what} {kind!r}. Use one of: {known}.",
                kind=kind,
                known=known,
            )


def parse_kinds(kinds: Mapping[str, Any], fields: Mapping[str, Any]) -> Kinds:
    """Kinds from the contents of the two data files.

    Raises
    ------
    KindsError
        A label is missing, ``sources`` or ``targets`` name no kind of actor, or a strength lies outside 0 … 1.
    """
    try:
        actor = {
            name: ActorKind(
                id=name,
                label=Label(row["vi"], row["en"]),
                short_label=Label(row["short_vi"], row["short_en"]),
                colour=row["colour"],
                letter=row["letter"],
                is_person=row.get("person", False),
                subkinds={sub: Label(labels["vi"], labels["en"]) for sub, labels in row.get("subkinds", {}).items()},
            )
            for name, row in kinds["actor"].items()
        }
        return Kinds(
            version=kinds["version"],
            actor=actor,
            opportunity={
                name: OpportunityKind(name, Label(row["vi"], row["en"])) for name, row in kinds["opportunity"].items()
            },
            relationship={name: _relationship_kind(name, row, actor) for name, row in kinds["relationship"].items()},
            fields_version=fields["version"],
            fields={
                name: Field(
                    name,
                    Label(row["vi"], row["en"]),
                    {"vi": tuple(row.get("terms_vi", ())), "en": tuple(row.get("terms_en", ()))},
                )
                for name, row in fields.items()
                if name != "version"
            },
        )
    except KeyError as missing:
        raise KindsError("kinds_incomplete", f"The kinds file lacks {missing}.", key=str(missing)) from missing


def _relationship_kind(name: str, row: Mapping[str, Any], actor: Mapping[str, ActorKind]) -> RelationshipKind:
    label = Label(row["vi"], row["en"])
    strength = float(row["strength"])
    if not 0 <= strength <= 1:
        raise KindsError(
            "kinds_strength", f"The strength of {name} must lie between 0 and 1, not {strength}.", kind=name
        )
    ends = {side: frozenset(actor if row[side] == "*" else row[side]) for side in ("sources", "targets")}
    for side, members in ends.items():
        if unknown := members - actor.keys():
            raise KindsError("kinds_ends", f"The {side} of {name} name no kind of actor: {sorted(unknown)}.", kind=name)
    return RelationshipKind(
        id=name,
        label=label,
        inverse_label=Label(row["inverse_vi"], row["inverse_en"]) if row["directed"] else label,
        sources=ends["sources"],
        targets=ends["targets"],
        directed=row["directed"],
        is_strong=row["strong"],
        strength=strength,
    )


@cache
def load_kinds() -> Kinds:
    """The kinds and fields that ship with Ketnoi."""
    package = files("graph")
    return parse_kinds(
        tomllib.loads(package.joinpath("kinds.toml").read_text(encoding="utf-8")),
        tomllib.loads(package.joinpath("fields.toml").read_text(encoding="utf-8")),
    )
