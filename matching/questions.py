"""Questions to the matcher, and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, NamedTuple

EvidenceTable = Literal["actors", "projects", "relationships", "project_participants"]
Side = Literal["asker", "candidate"]


@dataclass(frozen=True, slots=True)
class Profile:
    """An actor that is not in the network, described by itself. Everything but one text may be missing."""

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
    """How an answer is to be made.

    Attributes
    ----------
    kinds
        Kinds of actor to suggest; empty for all.
    limit
        Suggestions at most, 1 to 1,000.
    explain
        Whether suggestions carry their reasons.
    exposure
        Whether who is seldom shown comes forward, within the margins of :mod:`matching.ranking.exposure`.
    """

    kinds: tuple[str, ...] = ()
    limit: int = 20
    explain: bool = True
    exposure: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A row that a reason rests on: its table, its key as in :data:`graph.tables.KEYS`, the page it was read from."""

    table: EvidenceTable
    key: tuple[str, ...]
    source_url: str | None = None


class Reason(NamedTuple):
    """One term of a score.

    Attributes
    ----------
    code
        Name of the term, of which :func:`matching.reasons.explanation.render` makes a sentence.
    contribution
        The term's part of the score; the contributions of a suggestion add up to its score.
    params
        What the sentence is filled with: ids of fields, names, years, counts.
    evidence
        The rows that show it.
    """

    code: str
    contribution: float
    params: Mapping[str, object] = MappingProxyType({})
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A partner, with its place in the list and why it is there.

    Attributes
    ----------
    score
        What the list is ordered by, but for who was moved; comparable within one answer.
    fit
        How well the two match on a scale from 0 to 1 that means the same in every answer.
    reasons
        Terms of the score, largest first; empty where none were asked for.
    likelihood
        Probability that the two will work together within two years; None where the ranker has learned none.
    moved
        Places it was moved up so that more actors are seen, negative for down; 0 without :attr:`Options.exposure`.
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
    """What was read out of a query's words: fields of the taxonomy, most certain first, and places."""

    fields: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """Ranked partners for one query.

    Attributes
    ----------
    n_candidates
        Actors that were considered and fit at least in part, before the kind filter and the limit.
    n_hidden
        Those of them that the kind filter took away.
    """

    suggestions: tuple[Suggestion, ...]
    understanding: Understanding
    n_candidates: int
    n_hidden: int
    as_of: datetime
    snapshot_digest: str
    model_version: str
