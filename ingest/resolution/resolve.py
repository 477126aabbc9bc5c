"""From records to links made automatically, and pairs that are put to a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ingest.resolution.records import Record

Verdict = Literal["same", "different", "unsure"]
Decided = Mapping[tuple[str, str], Verdict]
"""What people have said about pairs of ids, the two in either order."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be of one actor.

    Attributes
    ----------
    left_id, right_id
        ``left_id < right_id``.
    probability
        That they are the same, as the model has it; between 0 and 1.
    reasons
        What speaks for and against, as a code and a detail each, such as ``("same_name", "dai hoc ha noi")``; a code
        that begins with ``guard_`` says why no link was made whatever the probability.
    """

    left_id: str
    right_id: str
    probability: float
    reasons: tuple[tuple[str, str], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Resolution:
    """Links made automatically, and pairs that only a person can judge; each by falling probability, then by ids."""

    links: tuple[Pair, ...]
    unclear: tuple[Pair, ...]


def resolve(records: Iterable[Record], decided: Decided | None = None) -> Resolution:
    """Links and unclear pairs among records of distinct ids."""
    del records, decided
    return Resolution((), ())
