"""Actors and relationships as the API takes them."""

from collections.abc import Callable
from typing import Annotated, Literal, LiteralString

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ingest.values import CellError, clean, partial_date
from service.schemas.common import (
    MAX_NAME,
    MAX_TEXT,
    ActorKindName,
    IdInBody,
    Incoming,
    LooseStamp,
    RelationshipKindName,
)


def _read_by(read: Callable[[str], str], code: LiteralString, message: LiteralString) -> AfterValidator:
    def check(text: str) -> str:
        try:
            return read(text)
        except CellError:
            raise PydanticCustomError(code, message) from None

    return AfterValidator(check)


def _kept(text: str) -> str:
    kept = clean(text).text
    if text and not kept:
        raise CellError("bad_character")
    return kept


_CLEANED = _read_by(_kept, "bad_character", "There is a character that cannot be stored.")
_DATED = _read_by(partial_date, "bad_date", "A date is written YYYY, YYYY-MM or YYYY-MM-DD.")

PartialDate = Annotated[str, _DATED, Field(examples=["2026-02"], description="YYYY, YYYY-MM or YYYY-MM-DD.")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT), _CLEANED]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME), _CLEANED]
Entry = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME, pattern=r"^[^|]+$"), _CLEANED]
Entries = Annotated[tuple[Entry, ...], Field(max_length=100)]
Identifiers = Annotated[
    tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+:[!-{}~]+$", max_length=MAX_NAME)], ...],
    Field(max_length=100, description="Its ids in public registers, `scheme:value`.", examples=[["ror:04nyv3z04"]]),
]


class ActorIn(Incoming):
    """The whole actor as it shall be stored: a column that is left out is emptied."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "startup",
                    "name": "Công ty Cảm biến Việt",
                    "fields": ["semiconductor"],
                    "needs": ["trường cùng hiệu chuẩn cảm biến"],
                    "founded": "2026-02",
                    "source_url": "https://example.org/cam-bien-viet",
                }
            ]
        }
    )

    kind: ActorKindName
    name: Name
    subkind: str | None = Field(default=None, description="One of the kind's subkinds in `/v1/kinds`.")
    name_en: Name | None = None
    short_name: Name | None = None
    aliases: Entries = ()
    summary: Text | None = None
    summary_en: Text | None = None
    fields: Entries = ()
    needs: Entries = ()
    offers: Entries = ()
    district_or_city: Name | None = None
    country: Name | None = None
    founded: PartialDate | None = None
    website: Url | None = None
    identifiers: Identifiers = ()
    source_url: Url | None = None


class RelationshipIn(Incoming):
    """The relationship as it shall be stored. Its ends, kind and occurrence identify it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"source_id": "sc-ptit", "target_id": "bz-cmc", "kind": "signed_mou", "since": "2026-03-01"}]
        }
    )

    source_id: IdInBody
    target_id: IdInBody
    kind: RelationshipKindName
    since: PartialDate | None = None
    until: PartialDate | None = None
    status: Name | None = None
    value_vnd: int | None = Field(default=None, ge=0, le=2**63 - 1, strict=True)
    note: Text | None = None
    occurrence: int = Field(
        default=0,
        ge=0,
        le=9999,
        strict=True,
        description="Tells relationships of one kind between the two apart; from 0.",
    )
    source_url: Url | None = None


class WriteAnswer(LooseStamp):
    """The result of a write. The stamp names the network before it; a later stamp includes the write."""

    stored: Literal["inserted", "updated", "unchanged"]
