"""Clusters: links are accepted together only if no chain of them joins two records that must stay apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, groupby

from ingest.resolution.compared_records import ComparedRecord

Edge = tuple[int, int, float]
"""The rows of two records, and the probability that both are of one actor."""


@dataclass(slots=True)
class _Groups:
    """The groups of records joined so far: the group of each row, and the members of each group."""

    group: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)

    def of(self, row: int) -> int:
        """The group of a row; a row that was not joined is its own group."""
        return self.group.get(row, row)

    def within(self, group: int) -> list[int]:
        """The rows of a group."""
        return self.members.get(group, [group])

    def join(self, groups: Sequence[int]) -> None:
        """Merge groups into one."""
        joined = sorted(row for group in groups for row in self.within(group))
        for group in groups:
            self.members.pop(group, None)
        self.members[joined[0]] = joined
        self.group.update(dict.fromkeys(joined, joined[0]))


def consistent(
    edges: Iterable[Edge],
    same: Iterable[tuple[int, int]],
    apart: Mapping[int, frozenset[int]],
    compared: Sequence[ComparedRecord],
) -> tuple[list[Edge], list[tuple[Edge, str]], dict[int, int]]:
    """The accepted edges, the refused edges with the code of the reason, and the group of every joined row.

    Edges are taken from the most probable down, and all edges of one probability together, so that neither ids nor
    order decide. Where the edges of one probability would join records that must stay apart, all edges that meet there
    are refused.

    Parameters
    ----------
    edges
        The proposed links.
    same
        Pairs that a person has judged to be the same. They are joined first, without any check.
    apart
        For each row, the rows that it must never be joined with.
    """
    groups = _Groups()
    for one, two in same:
        if groups.of(one) != groups.of(two):
            groups.join((groups.of(one), groups.of(two)))
    kept: list[Edge] = []
    refused: list[tuple[Edge, str]] = []
    for _, level in groupby(sorted(edges, key=lambda edge: -edge[2]), key=lambda edge: edge[2]):
        for meeting, together in _meetings(list(level), groups):
            rows = sorted(row for group in meeting for row in groups.within(group))
            reason = conflict(rows, apart, compared) if len(meeting) > 1 else None
            if reason is None:
                kept.extend(together)
                if len(meeting) > 1:
                    groups.join(meeting)
            else:
                refused.extend((edge, reason) for edge in together)
    return kept, refused, groups.group


def _meetings(level: Sequence[Edge], groups: _Groups) -> list[tuple[list[int], list[Edge]]]:
    """The edges of one probability by the groups that they would join, directly or through other edges."""
    near: dict[int, set[int]] = defaultdict(set)
    for one, two, _ in level:
        near[groups.of(one)].add(groups.of(two))
        near[groups.of(two)].add(groups.of(one))
    meeting_of: dict[int, int] = {}
    meetings: list[list[int]] = []
    for start in sorted(near):
        if start in meeting_of:
            continue
        found, waiting = [], [start]
        meeting_of[start] = len(meetings)
        while waiting:
            group = waiting.pop()
            found.append(group)
            for other in near[group] - meeting_of.keys():
                meeting_of[other] = len(meetings)
                waiting.append(other)
        meetings.append(sorted(found))
    together: list[list[Edge]] = [[] for _ in meetings]
    for edge in level:
        together[meeting_of[groups.of(edge[0])]].append(edge)
    return list(zip(meetings, together, strict=True))


def conflict(
    rows: Sequence[int], apart: Mapping[int, frozenset[int]], compared: Sequence[ComparedRecord]
) -> str | None:
    """The code of the first reason why records cannot all be of one actor; None where they can."""
    members = set(rows)
    if any(apart.get(row, frozenset()) & members for row in rows):
        return "guard_decided"
    if len({compared[row].is_person for row in rows}) > 1:
        return "guard_kind"
    if _have_conflicting_identifiers(rows, compared):
        return "guard_identifier"
    ids = {compared[row].record.id for row in rows}
    if any(ids.intersection(compared[row].record.parents) for row in rows):
        return "guard_parent"
    return None


def _have_conflicting_identifiers(rows: Sequence[int], compared: Sequence[ComparedRecord]) -> bool:
    by_scheme: dict[str, set[frozenset[str]]] = defaultdict(set)
    for row in rows:
        for scheme, values in compared[row].identifiers.items():
            by_scheme[scheme].add(values)
    return any(not one & two for found in by_scheme.values() for one, two in combinations(sorted(found, key=sorted), 2))
