"""What a caller asks the matcher, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

EvidenceTable = Literal["actors", "projects", "relationships", "project_participants"]
Side = Literal["asker", "candidate"]


@dataclass(frozen=True, slots=True)
class Profile:
    """An asker that is not a member of the network, as it describes itself. One text is required, all else optional."""

    name: str = ""
    kind: str | None = None
    summary: str = ""
    fields: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()
    district_or_city: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """Options of an answer.

    Attributes
    ----------
    kinds
        Ids of the kinds of actor to suggest; empty for all kinds.
    limit
        Most suggestions in the answer, 1 to 1,000.
    explain
        Whether suggestions carry their reasons.
    exposure
        Whether the list is re-ordered so that more actors are seen; see :mod:`matching.ranking.exposure`.
    """

    kinds: tuple[str, ...] = ()
    limit: int = 20
    explain: bool = True
    exposure: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row of the network that supports a reason.

    Attributes
    ----------
    table
        Table of the row.
    key
        Key of the row, as in :data:`graph.tables.KEYS`.
    source_url
        Page from which the row was read.
    """

    table: EvidenceTable
    key: tuple[str, ...]
    source_url: str | None = None


class Reason(NamedTuple):
    """One term of a score.

    Attributes
    ----------
    code
        Code of the reason; :func:`matching.reasons.explanation.render` turns it into a sentence.
    contribution
        What the term adds to the score. The contributions of a suggestion add up to its score.
    params
        Values for the sentence: ids of fields, names, years, counts.
    evidence
        The rows that support the reason.
    """

    code: str
    contribution: float
    params: Mapping[str, object] = MappingProxyType({})
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An actor that is suggested as a partner, and why.

    Attributes
    ----------
    rank
        Place in the list, from 1.
    score
        Score of the ranker; it can be compared within one answer only. The list is ordered by it, apart from actors
        that were moved.
    fit
        How well asker and actor suit each other by their words and work, 0 to 1, on one scale for all answers.
    reasons
        Terms of the score, largest first; empty without :attr:`Options.explain`.
    likelihood
        Probability that the two will work together within two years; None if the ranker states none.
    moved
        Places by which exposure moved the actor up, negative for down; 0 without :attr:`Options.exposure`.
    """

    actor_id: str
    rank: int
    score: float
    fit: float
    reasons: tuple[Reason, ...] = ()
    likelihood: float | None = None
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was read from the words of a question.

    Attributes
    ----------
    fields
        Ids of fields of the taxonomy, strongest first.
    places
        Places that the words name.
    """

    fields: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The suggestions for one question.

    Attributes
    ----------
    suggestions
        The suggested actors, best first.
    understanding
        What was read from the words of the question.
    n_candidates
        Number of candidates that fit the question, before the filter by kind and the limit.
    n_hidden
        Number of these candidates that the filter by kind removed.
    as_of
        When the snapshot was taken.
    snapshot_digest
        Digest of the snapshot.
    model_version
        Version of the ranker.
    """

    suggestions: tuple[Suggestion, ...]
    understanding: Understanding
    n_candidates: int
    n_hidden: int
    as_of: datetime
    snapshot_digest: str
    model_version: str
