"""From records to links made automatically, and pairs that are put to a person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal

from ingest.resolution.agreement import PART_GUARDS, Reason, agreement, guards
from ingest.resolution.blocking import candidate_pairs
from ingest.resolution.clusters import Edge, consistent
from ingest.resolution.model import probabilities
from ingest.resolution.profiles import Profile, profiles_of
from ingest.resolution.records import Record

LINK_THRESHOLD = 0.65
UNCLEAR_THRESHOLD = 0.05
_N_DIGITS = 9

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
        What speaks for and against, as a code and a detail each, such as ``("own_name", "Đại học Hà Nội")``; a code
        that begins with ``guard_`` says why no link was made whatever the probability.
    """

    left_id: str
    right_id: str
    probability: float
    reasons: tuple[Reason, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Resolution:
    """Links made automatically, and pairs that only a person can judge; each by falling probability, then by ids."""

    links: tuple[Pair, ...]
    unclear: tuple[Pair, ...]


def resolve(records: Iterable[Record], decided: Decided | None = None) -> Resolution:
    """Links and unclear pairs among records of distinct ids.

    A link is a pair whose probability reaches :data:`LINK_THRESHOLD` and that no guard forbids; a pair that reaches
    :data:`UNCLEAR_THRESHOLD`, or that a guard forbids, is put to a person. No chain of links, what people have called
    the same among them, joins two records that people have called different, that have different identifiers of one
    scheme, or of which one belongs to the other.

    Parameters
    ----------
    decided
        Pairs that a person has judged. They are in neither list.
    """
    profiles = profiles_of(sorted(records, key=lambda record: record.id))
    rows = {profile.record.id: row for row, profile in enumerate(profiles)}
    verdicts = {
        (min(rows[one], rows[two]), max(rows[one], rows[two])): verdict
        for (one, two), verdict in (decided or {}).items()
        if one in rows and two in rows and one != two
    }
    likely = [edge for edge in _scored(profiles) if edge[:2] not in verdicts]
    judged = _told_from_ruins([_judge(edge, profiles) for edge in likely])
    links = [found for found in judged if found.is_link]
    kept, refused = consistent(
        (found.edge for found in links),
        sorted(pair for pair, verdict in verdicts.items() if verdict == "same"),
        _apart(verdicts, judged),
        profiles,
    )
    reasons = {found.edge: found.reasons for found in judged}
    unclear = [(found.edge, found.reasons) for found in judged if not found.is_link]
    unclear.extend((edge, (*reasons[edge], ("guard_chain", code))) for edge, code in refused)
    return Resolution(_pairs(((edge, reasons[edge]) for edge in kept), profiles), _pairs(unclear, profiles))


@dataclass(frozen=True, slots=True)
class _Judged:
    edge: Edge
    reasons: tuple[Reason, ...]
    is_link: bool


def _scored(profiles: Sequence[Profile]) -> list[Edge]:
    pairs = candidate_pairs(profiles)
    if not len(pairs):
        return []
    found = probabilities(profiles, pairs).round(_N_DIGITS)
    likely = found >= UNCLEAR_THRESHOLD
    return [
        (one, two, probability)
        for (one, two), probability in zip(pairs[likely].tolist(), found[likely].tolist(), strict=True)
    ]


def _judge(edge: Edge, profiles: Sequence[Profile]) -> _Judged:
    left, right = profiles[edge[0]], profiles[edge[1]]
    found = agreement(left, right)
    against = guards(left, right, found)
    likeness: list[Reason] = []
    if found.left is not None and found.right is not None and found.way != "none":
        likeness.append((found.way, " / ".join(sorted({found.left.text, found.right.text}))))
    speaks = (*likeness, *_shared(left, right), *against)
    return _Judged(edge, speaks, edge[2] >= LINK_THRESHOLD and not against)


def _told_from_ruins(judged: Sequence[_Judged]) -> list[_Judged]:
    """No link of a name whose lost characters leave it open which of several it was."""
    linked = {found.edge[:2] for found in judged if found.is_link}
    whole_of: dict[int, set[int]] = defaultdict(set)
    for found in judged:
        if found.is_link and found.reasons[0][0] == "damaged":
            whole_of[found.edge[0]].add(found.edge[1])
            whole_of[found.edge[1]].add(found.edge[0])
    open_rows = {
        row for row, others in whole_of.items() if any(pair not in linked for pair in combinations(sorted(others), 2))
    }
    return [
        replace(found, is_link=False, reasons=(*found.reasons, ("guard_damaged", "")))
        if found.is_link and found.reasons[0][0] == "damaged" and open_rows.intersection(found.edge[:2])
        else found
        for found in judged
    ]


def _shared(left: Profile, right: Profile) -> Iterable[Reason]:
    for identifier in sorted(set(left.record.identifiers) & set(right.record.identifiers)):
        yield "same_identifier", identifier
    if left.record.domain is not None and left.record.domain == right.record.domain:
        yield "same_domain", left.record.domain
    if left.places & right.places:
        yield "same_place", " / ".join(sorted({left.record.place or "", right.record.place or ""}))
    if left.belongs & right.belongs:
        yield "same_parent", ""
    if left.year is not None and left.year == right.year:
        yield "same_year", str(left.year)


def _apart(verdicts: Mapping[tuple[int, int], Verdict], judged: Iterable[_Judged]) -> dict[int, frozenset[int]]:
    """For every row the rows that no chain may join it with: by a person's verdict, or by numbers and units in names."""
    apart: dict[int, set[int]] = defaultdict(set)
    forbidden = [pair for pair, verdict in verdicts.items() if verdict == "different"]
    forbidden.extend(found.edge[:2] for found in judged if any(code in PART_GUARDS for code, _ in found.reasons))
    for one, two in forbidden:
        apart[one].add(two)
        apart[two].add(one)
    return {row: frozenset(others) for row, others in apart.items()}


def _pairs(found: Iterable[tuple[Edge, tuple[Reason, ...]]], profiles: Sequence[Profile]) -> tuple[Pair, ...]:
    pairs = [
        Pair(*sorted((profiles[one].record.id, profiles[two].record.id)), probability, reasons)
        for (one, two, probability), reasons in found
    ]
    return tuple(sorted(pairs, key=lambda pair: (-pair.probability, pair.left_id, pair.right_id)))
