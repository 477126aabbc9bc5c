"""Resolution: from records to links made automatically and to pairs that a person must judge."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Literal

from ingest.resolution.agreement import PART_GUARDS, PairReason, agreement, guards
from ingest.resolution.blocking import candidate_pairs
from ingest.resolution.clusters import Edge, consistent
from ingest.resolution.compared_records import ComparedRecord, compared_records
from ingest.resolution.model import probabilities
from ingest.resolution.records import Record

LINK_THRESHOLD = 0.65
"""A pair that no guard forbids is linked without a person from this probability on.

Set by hand. Measured at this value on pairs that no weight was fitted to (``benchmarks/resolution.py``, 95 % Wilson
intervals): precision 1.000 (0.956 to 1) at recall 0.912 on reference lists, 0.998 (0.992 to 0.999) at 0.875 on
corrupted copies; with the pairs that the links imply, recall 0.923 and 0.909 at the same precision.
"""
UNCLEAR_THRESHOLD = 0.3
"""From this probability on a person judges a pair whatever its names; set by hand, see decision 0008."""
NAMESAKE_THRESHOLD = 0.05
"""From this probability on a person judges a pair whose names agree; set by hand, see decision 0008."""
_N_DIGITS = 9
"""Probabilities are rounded to so many decimals, so that equal evidence gives equal probabilities; set by hand."""

Verdict = Literal["same", "different", "unsure"]
Decided = Mapping[tuple[str, str], Verdict]
"""Judgements of people about pairs of ids, the two ids in either order."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be of one actor.

    Attributes
    ----------
    left_id, right_id
        The ids of the records; ``left_id < right_id``.
    probability
        The probability, between 0 and 1, that both are of one actor, as computed by the model.
    reasons
        The reasons for and against, each a code and a detail, such as ``("own_name", "Đại học Hà Nội")``. A code that
        begins with ``guard_`` is a reason why no link was made at any probability.
    """

    left_id: str
    right_id: str
    probability: float
    reasons: tuple[PairReason, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Resolution:
    """The links made automatically and the pairs that a person must judge, each by falling probability, then by ids."""

    links: tuple[Pair, ...]
    unclear: tuple[Pair, ...]


def resolve(records: Iterable[Record], decided: Decided | None = None) -> Resolution:
    """The links and the unclear pairs among records with distinct ids.

    A link is a pair whose probability reaches :data:`LINK_THRESHOLD` and that no guard forbids. Another pair is unclear
    if its probability reaches :data:`UNCLEAR_THRESHOLD`, or :data:`NAMESAKE_THRESHOLD` where the names agree; it is
    left out if one record belongs to the other or if the links already imply the answer. No chain of links and of
    pairs judged to be the same joins two records that people have judged to be different, that have different
    identifiers of one scheme, or of which one belongs to the other.

    Parameters
    ----------
    records
        The records, in any order.
    decided
        The judgements of people. The judged pairs are in neither list.
    """
    compared = compared_records(sorted(records, key=lambda record: record.id))
    rows = {entry.record.id: row for row, entry in enumerate(compared)}
    verdicts = {
        (min(rows[one], rows[two]), max(rows[one], rows[two])): verdict
        for (one, two), verdict in (decided or {}).items()
        if one in rows and two in rows and one != two
    }
    likely = [edge for edge in _scored(compared) if edge[:2] not in verdicts]
    judged = _without_ambiguous_damage([_judge(edge, compared) for edge in likely])
    links = [found for found in judged if found.is_link]
    kept, refused, group = consistent(
        (found.edge for found in links),
        sorted(pair for pair, verdict in verdicts.items() if verdict == "same"),
        _apart(verdicts, judged),
        compared,
    )
    reasons = {found.edge: found.reasons for found in judged}
    unclear = [
        (found.edge, found.reasons)
        for found in judged
        if found.is_unclear and group.get(found.edge[0], found.edge[0]) != group.get(found.edge[1], found.edge[1])
    ]
    unclear.extend((edge, (*reasons[edge], ("guard_chain", code))) for edge, code in refused)
    return Resolution(_pairs(((edge, reasons[edge]) for edge in kept), compared), _pairs(unclear, compared))


@dataclass(frozen=True, slots=True)
class _JudgedPair:
    edge: Edge
    reasons: tuple[PairReason, ...]
    is_link: bool
    is_unclear: bool


def _scored(compared: Sequence[ComparedRecord]) -> list[Edge]:
    pairs = candidate_pairs(compared)
    if not len(pairs):
        return []
    found = probabilities(compared, pairs).round(_N_DIGITS)
    likely = found >= NAMESAKE_THRESHOLD
    return [
        (one, two, probability)
        for (one, two), probability in zip(pairs[likely].tolist(), found[likely].tolist(), strict=True)
    ]


def _judge(edge: Edge, compared: Sequence[ComparedRecord]) -> _JudgedPair:
    left, right = compared[edge[0]], compared[edge[1]]
    found = agreement(left, right)
    against = guards(left, right, found)
    name_reasons: list[PairReason] = []
    if found.left is not None and found.right is not None and found.way != "none":
        name_reasons.append((found.way, " / ".join(sorted({found.left.text, found.right.text}))))
    reasons = (*name_reasons, *_shared_reasons(left, right), *against)
    is_link = edge[2] >= LINK_THRESHOLD and not against
    enough = NAMESAKE_THRESHOLD if name_reasons and left.is_person == right.is_person else UNCLEAR_THRESHOLD
    is_known_part = any(code == "guard_parent" for code, _ in against)
    return _JudgedPair(edge, reasons, is_link, not is_link and not is_known_part and edge[2] >= enough)


def _without_ambiguous_damage(judged: Sequence[_JudgedPair]) -> list[_JudgedPair]:
    """The pairs without links of damaged names that may be one of several different names."""
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
        replace(found, is_link=False, is_unclear=True, reasons=(*found.reasons, ("guard_damaged", "")))
        if found.is_link and found.reasons[0][0] == "damaged" and open_rows.intersection(found.edge[:2])
        else found
        for found in judged
    ]


def _shared_reasons(left: ComparedRecord, right: ComparedRecord) -> Iterable[PairReason]:
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


def _apart(verdicts: Mapping[tuple[int, int], Verdict], judged: Iterable[_JudgedPair]) -> dict[int, frozenset[int]]:
    """For each row, the rows that no chain may join it with: judged different, or other numbers or units in names."""
    apart: dict[int, set[int]] = defaultdict(set)
    forbidden = [pair for pair, verdict in verdicts.items() if verdict == "different"]
    forbidden.extend(found.edge[:2] for found in judged if any(code in PART_GUARDS for code, _ in found.reasons))
    for one, two in forbidden:
        apart[one].add(two)
        apart[two].add(one)
    return {row: frozenset(others) for row, others in apart.items()}


def _pairs(
    found: Iterable[tuple[Edge, tuple[PairReason, ...]]], compared: Sequence[ComparedRecord]
) -> tuple[Pair, ...]:
    pairs = []
    for (one, two, probability), reasons in found:
        left_id, right_id = sorted((compared[one].record.id, compared[two].record.id))
        pairs.append(Pair(left_id, right_id, probability, reasons))
    return tuple(sorted(pairs, key=lambda pair: (-pair.probability, pair.left_id, pair.right_id)))
