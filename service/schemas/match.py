"""Questions to the matcher as the API takes them, and its answers as the API gives them."""

from typing import Annotated, Literal, Self

from fastapi.openapi.models import Example
from pydantic import AfterValidator, Field, SkipValidation, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from graph.folding import nfc
from graph.snapshot import GraphSnapshot
from ingest.values import MAX_ID_CHARACTERS
from matching.questions import Answer, Evidence, Profile, Reason, Side, Suggestion
from matching.reasons.explanation import render
from service.schemas.actors import ActorSummary
from service.schemas.common import (
    MAX_LIMIT,
    MAX_TEXT,
    ActorKindName,
    Id,
    Incoming,
    Labels,
    LongText,
    Outgoing,
    ShortText,
    Stamp,
)
from service.schemas.problems import Problem

MAX_BATCH = 50
_MAX_ENTRIES = 50

Phrase = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TEXT, pattern=r"\S"), AfterValidator(nfc)]
Phrases = Annotated[tuple[Phrase, ...], Field(max_length=_MAX_ENTRIES)]


class ProfileIn(Incoming):
    """An actor outside the network, in its own words; a summary, a field, a need or an offer is enough."""

    name: ShortText = ""
    kind: ActorKindName | None = None
    summary: LongText = ""
    fields: Phrases = Field(default=(), description="Ids of `/v1/fields`.", examples=[["semiconductor"]])
    needs: Phrases = Field(default=(), description="What it needs.")
    offers: Phrases = Field(default=(), description="What it offers.")
    district_or_city: ShortText | None = Field(default=None, examples=["Hà Nội"])
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="Two letters, ISO 3166.", examples=["VN"]
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
    """One question: exactly one of a brief in words, a profile, and the id of an actor."""

    brief: Phrase | None = Field(
        default=None, description="What is needed, in Vietnamese or English, with or without diacritics."
    )
    profile: ProfileIn | None = None
    actor_id: Id | None = Field(
        default=None, min_length=1, max_length=MAX_ID_CHARACTERS, description="An actor of the network."
    )
    kinds: tuple[ActorKindName, ...] = Field(default=(), max_length=20, description="Suggest these only.")
    limit: int = Field(default=20, ge=1, le=MAX_LIMIT, strict=True)
    explain: bool = Field(default=True, strict=True, description="Whether suggestions carry their reasons.")
    exposure: Annotated[bool, Field(strict=True)] | None = Field(
        default=None,
        description="Whether seldom suggested actors move up within a margin; null for the setting of the service.",
    )

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if sum(part is not None for part in (self.brief, self.profile, self.actor_id)) != 1:
            raise PydanticCustomError("one_question", "Give exactly one of brief, profile and actor_id.")
        return self


Batch = Annotated[list[Annotated[MatchQuery, SkipValidation]], Field(min_length=1, max_length=MAX_BATCH)]
"""Questions in one request. Each is checked by itself, so that an invalid one does not stop the others."""


class EvidenceOut(Outgoing):
    """A row that a reason rests on."""

    table: Literal["actors", "projects", "relationships", "project_participants"]
    key: tuple[str, ...] = Field(description="Its key there.", examples=[["bz-vnpt", "sc-vnu", "signed_mou", "0"]])
    source_url: str | None = Field(description="The public page it was read from.")

    @classmethod
    def of(cls, evidence: Evidence) -> Self:
        """The evidence of a reason."""
        return cls.model_validate(evidence)


class ReasonOut(Outgoing):
    """One term of a score. The contributions in a suggestion add up to its score."""

    code: str = Field(examples=["shared_fields"])
    contribution: float
    text: Labels = Field(description="For the asker.")
    text_for_partner: Labels = Field(description="For the suggested partner.")
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
    """A suggested partner, its place in the list, and the reasons."""

    actor_id: str
    rank: int
    score: float = Field(
        description="Orders the list, except for actors that were moved; comparable within one answer only."
    )
    fit: float = Field(description="How well the two match, 0 to 1; comparable between answers.")
    likelihood: float | None = Field(
        description="Probability that the two will work together within two years, learned from the network's past; "
        "null if the past holds too little."
    )
    moved: int = Field(
        description="Places it was moved up to show more actors; negative for down, 0 without `exposure`."
    )
    actor: ActorSummary
    reasons: tuple[ReasonOut, ...] = Field(description="Largest contribution first; empty with `explain=false`.")

    @classmethod
    def of(cls, suggestion: Suggestion, snapshot: GraphSnapshot) -> Self:
        """The suggestion with the actor it names."""
        return cls(
            actor_id=suggestion.actor_id,
            rank=suggestion.rank,
            score=suggestion.score,
            fit=suggestion.fit,
            likelihood=suggestion.likelihood,
            moved=suggestion.moved,
            actor=ActorSummary.model_validate(snapshot.actor(snapshot.index_of(suggestion.actor_id))),
            reasons=tuple(ReasonOut.of(reason) for reason in suggestion.reasons),
        )


class UnderstandingOut(Outgoing):
    """The fields and places that a question's words name."""

    fields: tuple[str, ...] = Field(description="Ids of `/v1/fields`, most certain first.")
    places: tuple[str, ...]


class MatchAnswer(Stamp):
    """Ranked partners for one question."""

    suggestions: tuple[SuggestionOut, ...]
    understanding: UnderstandingOut
    n_candidates: int = Field(description="Actors that fit at least in part, before the kind filter and the limit.")
    n_hidden: int = Field(description="Actors among them that the kind filter removed.")

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
    """The result of one question in a batch: an answer or a problem."""

    answer: MatchAnswer | None = None
    problem: Problem | None = None


class BatchAnswer(Stamp):
    """The results of a batch, in its order."""

    results: tuple[BatchItem, ...]


def _said(reason: Reason, side: Side) -> Labels:
    return Labels(vi=render(reason, "vi", side), en=render(reason, "en", side))


EXAMPLES = {
    "brief": Example(
        summary="A need in words",
        value={"brief": "Chúng tôi làm cảm biến đo bụi mịn, cần nơi đặt trạm thử", "kinds": ["school"], "limit": 5},
    ),
    "profile": Example(
        summary="An actor that is not in the network",
        value={
            "profile": {
                "name": "Công ty Cảm biến Việt",
                "kind": "startup",
                "summary": "Thiết kế và lắp ráp cảm biến chất lượng không khí.",
                "fields": ["semiconductor"],
                "needs": ["trường cùng hiệu chuẩn cảm biến"],
                "offers": ["trạm đo giá thấp"],
            },
            "limit": 10,
        },
    ),
    "actor": Example(summary="An actor of the network", value={"actor_id": "st-selex", "explain": False}),
    "batch": Example(
        summary="Several questions",
        value=[{"brief": "LED lighting for tissue culture", "limit": 3}, {"actor_id": "st-selex", "limit": 3}],
    ),
}
"""Example questions for the OpenAPI description."""
