"""What the API takes and gives: facts of the network and stamps."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from graph.folding import nfc
from graph.kinds import Label, load_kinds
from graph.paths import PathOutcome
from service.network_state import Network

MAX_LIMIT = 100
"""Entries of a list at most."""
MAX_NAME = 300
MAX_TEXT = 10_000
"""Characters of a name, and of any other text."""


def _one_of(known: Collection[str]) -> tuple[AfterValidator, WithJsonSchema]:
    names = ", ".join(known)

    def check(name: str) -> str:
        if name not in known:
            raise PydanticCustomError("unknown_kind", "This must be one of: {known}.", {"known": names})
        return name

    return AfterValidator(check), WithJsonSchema({"type": "string", "enum": list(known)})


ActorKindName = Annotated[str, *_one_of(load_kinds().actor)]
RelationshipKindName = Annotated[str, *_one_of(load_kinds().relationship)]
OpportunityKindName = Annotated[str, *_one_of(load_kinds().opportunity)]
VerdictName = Literal["same", "different", "unsure"]
LinkKindName = Annotated[str, *_one_of([*load_kinds().relationship, *load_kinds().opportunity])]
ShortText = Annotated[str, StringConstraints(max_length=MAX_NAME), AfterValidator(nfc)]
LongText = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(nfc)]


class Outgoing(BaseModel):
    """Something the API gives."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Incoming(BaseModel):
    """Something the API takes; what it does not know it refuses rather than overlooks."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Stamp(Outgoing):
    """Which network, and which model, an answer comes from."""

    as_of: datetime = Field(description="When the network was read from its store, UTC.")
    snapshot: str = Field(
        description="Digest of the network: equal for equal networks.", examples=["5e0c3f1b9a7d4c2e8f60b1a2c3d4e5f6"]
    )
    model_version: str = Field(description="Version of the model that scores.", examples=["2026.1"])


def stamp_of(network: Network) -> Stamp:
    """The stamp of everything that is answered from a network."""
    return Stamp(as_of=network.as_of, snapshot=network.snapshot.digest, model_version=network.model_version)


class LooseStamp(Outgoing):
    """The stamp of an answer that is given before a network is loaded, too: then nothing is in it."""

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
    """Where a fact comes from."""

    source: str = Field(description="The file or service it came in by.", examples=["actors.csv"])
    source_url: str | None = Field(description="The public page that says so.")
    recorded_at: str = Field(description="When the store first held it as it now reads, UTC.")
    last_seen: str | None = Field(
        description="The day on which it was last seen in its source, from which it has vanished since; else null."
    )


class ActorSummary(Outgoing):
    """An actor as lists show it."""

    id: str = Field(examples=["sc-hust"])
    kind: str = Field(examples=["school"])
    subkind: str | None
    name: str = Field(examples=["Đại học Bách khoa Hà Nội"])
    name_en: str | None = Field(examples=["Hanoi University of Science and Technology"])
    short_name: str | None
    fields: tuple[str, ...] = Field(examples=[["semiconductor", "digital_ai"]])
    district_or_city: str | None


class ActorDetails(ActorSummary):
    """Everything public about an actor. Columns that the exchange format does not know stay in the store."""

    aliases: tuple[str, ...]
    summary: str | None
    summary_en: str | None
    needs: tuple[str, ...] = Field(description="What it seeks.")
    offers: tuple[str, ...] = Field(description="What it has.")
    country: str | None
    founded: str | None = Field(description="YYYY, YYYY-MM or YYYY-MM-DD, as all dates of facts.")
    website: str | None
    identifiers: tuple[str, ...] = Field(description="What registers call it.", examples=[["ror:04nyv3z04"]])
    provenance: Source


class ProjectSummary(Outgoing):
    """A project, product or challenge as lists show it."""

    id: str = Field(examples=["pj-nic-chip"])
    kind: str = Field(examples=["project"])
    title: str
    title_en: str | None
    fields: tuple[str, ...]
    owner_id: str | None
    year: str | None
    start: str | None
    end: str | None


class ProjectDetails(ProjectSummary):
    """Everything public about a project, product or challenge."""

    summary: str | None
    summary_en: str | None
    theme: str | None
    total_cost: float | None
    provenance: Source


class RelationshipOut(Outgoing):
    """A tie between two actors."""

    source_id: str
    target_id: str
    kind: str = Field(examples=["signed_mou"])
    since: str | None
    until: str | None
    status: str | None
    value_vnd: int | None
    note: str | None
    occurrence: int = Field(description="Counts the ties of this kind between the same two, from 0.")
    provenance: Source


class ParticipantOut(Outgoing):
    """An actor's part in a project."""

    actor: ActorSummary
    role: str | None
    source_url: str | None


class JudgementOut(Outgoing):
    """What somebody said of two actors."""

    left_id: str
    right_id: str
    verdict: VerdictName
    by: str = Field(description="A handle of staff, or `ketnoi` for the machine.", examples=["lan.p"])
    at: str = Field(description="UTC.")
    probability: float | None = Field(description="That the two are the same, as the machine has it.")


class SourceRecord(Outgoing):
    """A record that an actor is made of, as it is called there."""

    id: str
    kind: str
    name: str
    provenance: Source


class MergeOut(Outgoing):
    """What an actor is made of, and who says that these are one. To undo it, judge two of them `different`."""

    canonical_id: str = Field(description="The id of the whole; any other `id` of `sources` leads here as well.")
    sources: tuple[SourceRecord, ...]
    judgements: tuple[JudgementOut, ...]


class ActorAnswer(Stamp):
    """One actor."""

    actor: ActorDetails
    merge: MergeOut | None = Field(description="Null unless several records were judged to be this one actor.")


class ActorPage(Page):
    """Actors."""

    items: tuple[ActorSummary, ...]


class ProjectAnswer(Stamp):
    """One project, product or challenge, and who is on it."""

    project: ProjectDetails
    owner: ActorSummary | None = Field(description="Null where there is none, or it is not in the network.")
    participants: tuple[ParticipantOut, ...]


class ProjectPage(Page):
    """Projects, products and challenges."""

    items: tuple[ProjectSummary, ...]


class NeighbourOut(Outgoing):
    """An actor, and how many links it lies away."""

    actor: ActorSummary
    distance: int


class LinkOut(Outgoing):
    """Two actors and the facts that link them; of many facts, the strongest ten relationships and projects."""

    source_id: str
    target_id: str
    relationships: tuple[RelationshipOut, ...]
    projects: tuple[ProjectSummary, ...] = Field(description="Projects that both take part in or own.")
    n_relationships: int = Field(description="How many there are in all.")
    n_projects: int


class NeighboursAnswer(Stamp):
    """An actor, those around it, and the links among them all."""

    actors: tuple[NeighbourOut, ...] = Field(description="The actor itself first, then by distance and id.")
    links: tuple[LinkOut, ...]
    truncated: bool = Field(description="Whether the limit left out some of the farthest actors or weakest links.")


class PathOut(Outgoing):
    """A path from one actor to another."""

    actors: tuple[ActorSummary, ...] = Field(description="The actors on the path in walking order, both ends included.")
    links: tuple[LinkOut, ...] = Field(description="The link of each step.")


class PathsAnswer(Stamp):
    """The shortest paths from one actor to another, best first, or the reason why there are none."""

    paths: tuple[PathOut, ...] = Field(description="All of one length; empty unless `outcome` is `found`.")
    outcome: PathOutcome = Field(
        description="`found`; `beyond_limit`: the two are connected, but by more than `max_length` steps; "
        "`not_connected`: no chain of relationships and shared projects joins them, however long."
    )
    length: int | None = Field(description="Steps of each path; null where there is none.", examples=[3])
    max_length: int = Field(description="Most steps that a path was allowed.")
