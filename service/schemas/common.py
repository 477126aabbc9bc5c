"""The parts that many schemas are made of: names of kinds, ids, texts, stamps, pages."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from graph.folding import nfc
from graph.kinds import Label, load_kinds
from ingest.values import MAX_ID_CHARACTERS, CellError, identifier

MAX_LIMIT = 100
"""Entries in a list at most."""
MAX_NAME = 300
"""Characters in a name at most."""
MAX_TEXT = 10_000
"""Characters in any other text at most."""


def _one_of(known: Collection[str]) -> tuple[AfterValidator, WithJsonSchema]:
    names = ", ".join(known)

    def check(name: str) -> str:
        if name not in known:
            raise PydanticCustomError("unknown_kind", "This must be one of: {known}.", {"known": names})
        return name

    return AfterValidator(check), WithJsonSchema({"type": "string", "enum": list(known)})


def _identifier(text: str) -> str:
    try:
        return identifier(text)
    except CellError:
        raise PydanticCustomError("bad_id", "An id is made of characters one can see.") from None


ActorKindName = Annotated[str, *_one_of(load_kinds().actor)]
RelationshipKindName = Annotated[str, *_one_of(load_kinds().relationship)]
OpportunityKindName = Annotated[str, *_one_of(load_kinds().opportunity)]
VerdictName = Literal["same", "different", "unsure"]
LinkKindName = Annotated[str, *_one_of([*load_kinds().relationship, *load_kinds().opportunity])]
ShortText = Annotated[str, StringConstraints(max_length=MAX_NAME), AfterValidator(nfc)]
LongText = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(nfc)]
Id = Annotated[str, AfterValidator(_identifier)]
IdInBody = Annotated[Id, Field(min_length=1, max_length=MAX_ID_CHARACTERS)]


class Outgoing(BaseModel):
    """A model that the API gives."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Incoming(BaseModel):
    """A model that the API takes. An unknown part is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Stamp(Outgoing):
    """The network and the model that an answer comes from."""

    as_of: datetime = Field(description="When the network was read from its store, UTC.")
    snapshot: str = Field(
        description="Digest of the network: equal for equal networks.", examples=["5e0c3f1b9a7d4c2e8f60b1a2c3d4e5f6"]
    )
    model_version: str = Field(description="Version of the model that scores.", examples=["2026.1"])


class LooseStamp(Outgoing):
    """The stamp of an answer that can also be given before a network is loaded; then every part is null."""

    as_of: datetime | None = None
    snapshot: str | None = None
    model_version: str | None = None


class Page(Stamp):
    """A part of a list."""

    total: int = Field(description="How many there are on all pages together.")
    next_cursor: str | None = Field(
        description="Send it as `cursor` for the next page; null on the last. Compare `snapshot` to see whether the "
        "network changed between two pages: then an entry may have been repeated or missed."
    )


class Labels(Outgoing):
    """A name or sentence in both languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, label: Label) -> Self:
        """The labels of a kind or field."""
        return cls(vi=label.vi, en=label.en)


class Source(Outgoing):
    """The origin of a fact."""

    source: str = Field(description="The file or service it came in by.", examples=["actors.csv"])
    source_url: str | None = Field(description="The public page that says so.")
    recorded_at: str = Field(description="When the store first held it in its present form, UTC.")
    last_seen: str | None = Field(
        description="The last day on which its source listed it; null while the source still does."
    )
