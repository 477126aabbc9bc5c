"""Questions to the matcher as the API takes them, and its answers as the API gives them."""

from typing import Annotated, Literal, Self

from pydantic import Field, SkipValidation, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from graph.snapshot import GraphSnapshot
from matching.explanation import render
from matching.query import Answer, Evidence, Options, Profile, Reason, Side, Suggestion
from service.network_state import PartnerRecommender
from service.problems import Problem
from service.schemas import (
    MAX_LIMIT,
    ActorKindName,
    ActorSummary,
    Incoming,
    Labels,
    LongText,
    Outgoing,
    ShortText,
    Stamp,
)

MAX_BATCH = 50
_MAX_ENTRIES = 50

Entries = Annotated[tuple[LongText, ...], Field(max_length=_MAX_ENTRIES)]


class ProfileIn(Incoming):
    """An actor that is not in the network, described by itself; a summary, a field, a need or an offer is enough."""

    name: ShortText = ""
    kind: ActorKindName | None = None
    summary: LongText = ""
    fields: Annotated[tuple[ShortText, ...], Field(max_length=_MAX_ENTRIES)] = Field(
        default=(), description="Ids of `/v1/fields`."
    )
    needs: Entries = Field(default=(), description="What it seeks.")
    offers: Entries = Field(default=(), description="What it has.")
    district_or_city: ShortText | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="Two letters, ISO 3166."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any((self.summary, *self.fields, *self.needs, *self.offers)):
            raise PydanticCustomError("empty_profile", "Give a summary, a field, a need or an offer.")
        return self

    def profile(self) -> Profile:
        """The profile as the matcher takes it."""
        return Profile(**self.model_dump())


class MatchQuery(Incoming):
    """One question: a brief in words, a profile, or the id of an actor; one of the three."""

    brief: LongText | None = Field(default=None, description="What is needed, in Vietnamese or English.")
    profile: ProfileIn | None = None
    actor_id: ShortText | None = Field(default=None, description="An actor of the network.")
    kinds: tuple[ActorKindName, ...] = Field(default=(), max_length=20, description="Suggest these only.")
    limit: int = Field(default=20, ge=1, le=MAX_LIMIT)
    explain: bool = Field(default=True, description="Whether suggestions carry their reasons.")

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if sum(part is not None for part in (self.brief, self.profile, self.actor_id)) != 1:
            raise PydanticCustomError("one_question", "Give exactly one of brief, profile and actor_id.")
        if self.brief == "":
            raise PydanticCustomError("empty_brief", "Say in words what is needed.")
        return self

    def ask(self, recommender: PartnerRecommender) -> Answer:
        """The matcher's answer to the question."""
        options = Options(kinds=self.kinds, limit=self.limit, explain=self.explain)
        if self.profile is not None:
            return recommender.for_profile(self.profile.profile(), options)
        if self.actor_id is not None:
            return recommender.for_actor(self.actor_id, options)
        return recommender.for_brief(self.brief or "", options)


Batch = Annotated[list[Annotated[MatchQuery, SkipValidation]], Field(min_length=1, max_length=MAX_BATCH)]
"""Questions asked together. Each is checked by itself, so that one that is wrong does not keep others from answers."""


class EvidenceOut(Outgoing):
    """A row that a reason rests on."""

    table: Literal["actors", "projects", "relationships", "project_participants"]
    key: tuple[str, ...] = Field(description="Its key there.", examples=[["bz-vnpt", "sc-vnu", "signed_mou", "0"]])
    source_url: str | None = Field(description="The public page it was read from.")

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """The evidence as the API gives it."""
        return cls.model_validate(evidence)


class ReasonOut(Outgoing):
    """One term of a score; the contributions of a suggestion add up to its score."""

    code: str = Field(examples=["shared_fields"])
    contribution: float
    text: Labels = Field(description="For who asks.")
    text_for_partner: Labels = Field(description="For who is suggested.")
    evidence: tuple[EvidenceOut, ...]

    @classmethod
    def of(cls, reason: Reason) -> Self:
        """The reason in words, in both languages, for both sides."""
        return cls(
            code=reason.code,
            contribution=reason.contribution,
            text=_said(reason, "asker"),
            text_for_partner=_said(reason, "candidate"),
            evidence=tuple(EvidenceOut.of(row) for row in reason.evidence),
        )


class SuggestionOut(Outgoing):
    """A partner, with its place in the list and why it is there."""

    actor_id: str
    rank: int
    score: float = Field(description="What the list is ordered by; comparable within one answer only.")
    fit: float = Field(description="How well the two match, 0 to 1; means the same in every answer.")
    actor: ActorSummary
    reasons: tuple[ReasonOut, ...] = Field(description="Weightiest first; empty where none were asked for.")

    @classmethod
    def of(cls, suggestion: Suggestion, snapshot: GraphSnapshot) -> Self:
        """The suggestion with the actor it names."""
        return cls(
            actor_id=suggestion.actor_id,
            rank=suggestion.rank,
            score=suggestion.score,
            fit=suggestion.fit,
            actor=ActorSummary.model_validate(snapshot.actor(snapshot.index_of(suggestion.actor_id))),
            reasons=tuple(ReasonOut.of(reason) for reason in suggestion.reasons),
        )


class UnderstandingOut(Outgoing):
    """What was read out of a question's words."""

    fields: tuple[str, ...] = Field(description="Ids of `/v1/fields`, most certain first.")
    places: tuple[str, ...]


class MatchAnswer(Stamp):
    """Ranked partners for one question."""

    suggestions: tuple[SuggestionOut, ...]
    understanding: UnderstandingOut
    n_candidates: int = Field(description="Actors that fit at least in part, before the kind filter and the limit.")
    n_hidden: int = Field(description="Those of them that the kind filter took away.")

    @classmethod
    def of(cls, answer: Answer, snapshot: GraphSnapshot) -> Self:
        """The matcher's answer as the API gives it."""
        return cls(
            as_of=answer.as_of,
            snapshot=answer.snapshot_digest,
            model_version=answer.model_version,
            suggestions=tuple(SuggestionOut.of(suggestion, snapshot) for suggestion in answer.suggestions),
            understanding=UnderstandingOut.model_validate(answer.understanding),
            n_candidates=answer.n_candidates,
            n_hidden=answer.n_hidden,
        )


class BatchItem(Outgoing):
    """What became of one question of a batch: an answer, or the problem with it."""

    answer: MatchAnswer | None = None
    problem: Problem | None = None


class BatchAnswer(Stamp):
    """Answers to a batch, in its order."""

    results: tuple[BatchItem, ...]


def _said(reason: Reason, side: Side) -> Labels:
    return Labels(vi=render(reason, "vi", side), en=render(reason, "en", side))
