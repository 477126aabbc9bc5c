"""Facts of a snapshot, arranged for reading on a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graph.folding import fold
from graph.kinds import ActorKind, Kinds, Language
from graph.model import Actor, Project, Relationship
from graph.snapshot import GraphSnapshot

LISTED = 100
"""Entries in one list at most; the best connected actors have thousands."""


@dataclass(frozen=True, slots=True)
class NetworkSizes:
    """The numbers of actors, relationships and projects on the first page."""

    n_actors: int
    n_relationships: int
    n_projects: int
    n_challenges: int


@dataclass(frozen=True, slots=True)
class Tie:
    """A relationship of an actor, seen from that actor."""

    other: Actor
    since: str | None
    until: str | None
    status: str | None
    value_vnd: int | None
    note: str | None
    source_url: str | None
    last_seen: str | None


@dataclass(frozen=True, slots=True)
class TieGroup:
    """The newest of ``n_total`` relationships of one kind and direction; ``label`` names them."""

    label: str
    ties: tuple[Tie, ...]
    n_total: int


@dataclass(frozen=True, slots=True)
class Share:
    """An actor's part in a project."""

    project: Project
    role: str | None
    is_owner: bool
    source_url: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """An actor that takes part in a project."""

    actor: Actor
    role: str | None
    source_url: str | None


@dataclass(frozen=True, slots=True)
class ChallengeCard:
    """A challenge in the list of challenges."""

    project: Project
    owner: Actor | None
    n_members: int


@dataclass(frozen=True, slots=True)
class Party:
    """A kind of actor and the number of its actors."""

    kind: ActorKind
    n: int


class NetworkViews:
    """Views of one snapshot in one language."""

    def __init__(self, snapshot: GraphSnapshot, kinds: Kinds, language: Language) -> None:
        self._snapshot = snapshot
        self._kinds = kinds
        self.language: Language = language

    def sizes(self) -> NetworkSizes:
        """The sizes of the network."""
        snapshot = self._snapshot
        return NetworkSizes(
            snapshot.n_actors, snapshot.n_relationships, snapshot.n_projects, len(self._projects_of_kind("challenge"))
        )

    def parties(self) -> list[Party]:
        """The kinds of actor that have members, in the order of the kinds file."""
        n_of = np.bincount(self._snapshot.actor_kind + 1, minlength=len(self._kinds.actor) + 1)[1:]
        return [Party(kind, int(n)) for kind, n in zip(self._kinds.actor.values(), n_of, strict=True) if n]

    def actor(self, actor_id: str) -> Actor:
        """The actor of an id; raises :class:`~graph.errors.NotFoundError` where there is none."""
        return self._snapshot.actor(self._snapshot.index_of(actor_id))

    def known_actor(self, actor_id: str | None) -> Actor | None:
        """The actor of an id, or None where there is none."""
        index = self._snapshot.find_actor(actor_id) if actor_id is not None else None
        return None if index is None else self._snapshot.actor(index)

    def project(self, project_id: str) -> Project:
        """The project of an id; raises :class:`~graph.errors.NotFoundError` where there is none."""
        return self._snapshot.project(self._snapshot.project_index_of(project_id))

    def name(self, actor: Actor) -> str:
        """The name of an actor in the language of the reader, where it has one."""
        return (actor.name_en if self.language == "en" else None) or actor.name

    def title(self, project: Project) -> str:
        """The title of a project in the language of the reader, where it has one."""
        return (project.title_en if self.language == "en" else None) or project.title

    def summary(self, fact: Actor | Project) -> str | None:
        """The summary in the language of the reader, or else in the other language."""
        first, second = (fact.summary_en, fact.summary) if self.language == "en" else (fact.summary, fact.summary_en)
        return first or second

    def other_names(self, actor: Actor) -> list[str]:
        """The names of an actor besides the one that :meth:`name` gives."""
        names = (actor.name, actor.name_en, actor.short_name, *actor.aliases)
        return list(dict.fromkeys(name for name in names if name and name != self.name(actor)))

    def tie_groups(self, actor_id: str) -> list[TieGroup]:
        """The relationships of an actor by kind and direction, strongest kind first."""
        groups: dict[tuple[str, bool], list[Tie]] = {}
        for relationship in self._snapshot.relationships_of(self._snapshot.index_of(actor_id)):
            is_source = relationship.source_id == actor_id
            kind = self._kinds.relationship.get(relationship.kind)
            reads_forward = is_source or (kind is not None and not kind.directed)
            other_id = relationship.target_id if is_source else relationship.source_id
            groups.setdefault((relationship.kind, reads_forward), []).append(_tie(relationship, self.actor(other_id)))
        return [
            TieGroup(
                label=_capitalised(self.tie_label(*key)),
                ties=tuple(sorted(groups[key], key=_newest_first)[:LISTED]),
                n_total=len(groups[key]),
            )
            for key in sorted(groups, key=self._by_strength)
        ]

    def tie_label(self, kind_id: str, reads_forward: bool) -> str:  # noqa: FBT001  two directions of one relationship
        """The words that name a relationship, read from its source or from its target."""
        kind = self._kinds.relationship.get(kind_id)
        if kind is None:
            return kind_id
        return (kind.label if reads_forward or not kind.directed else kind.inverse_label)[self.language]

    def _by_strength(self, key: tuple[str, bool]) -> tuple[float, str, bool]:
        kind = self._kinds.relationship.get(key[0])
        return (-kind.strength if kind else 0.0, *key)

    def shares(self, actor_id: str) -> list[Share]:
        """The projects an actor takes part in or owns, newest first."""
        index = self._snapshot.index_of(actor_id)
        roles = {part.project_id: part for part in self._snapshot.participations_of(index)}
        shares = []
        for row in self._projects_of_actor(index):
            project = self._snapshot.project(row)
            part = roles.get(project.id)
            url = (part.provenance.source_url if part else None) or project.provenance.source_url
            shares.append(Share(project, part.role if part else None, project.owner_id == actor_id, url))
        return sorted(shares, key=lambda share: _descending(share.project.started))

    def members(self, project: Project) -> list[Member]:
        """The participants of a project by name, without its owner."""
        parts = self._snapshot.participations_in(self._snapshot.project_index_of(project.id))
        members = [
            Member(self.actor(part.actor_id), part.role, part.provenance.source_url)
            for part in parts
            if part.actor_id != project.owner_id
        ]
        return sorted(members, key=lambda member: fold(self.name(member.actor)))

    def challenges(self) -> list[ChallengeCard]:
        """The newest challenges, newest first."""
        rows = self._projects_of_kind("challenge")
        newest_first = np.argsort(-self._snapshot.project_day[rows].astype(np.int64), kind="stable")
        return [self._challenge(int(row)) for row in rows[newest_first][:LISTED]]

    def _challenge(self, row: int) -> ChallengeCard:
        project = self._snapshot.project(row)
        owner = self.known_actor(project.owner_id)
        return ChallengeCard(project, owner, int(self._snapshot.project_size[row]) - (owner is not None))

    def _projects_of_kind(self, kind: str) -> npt.NDArray[np.intp]:
        code = list(self._kinds.opportunity).index(kind)
        return np.flatnonzero(self._snapshot.project_kind == code)

    def _projects_of_actor(self, index: int) -> Iterable[int]:
        matrix = self._snapshot.memberships
        return (int(row) for row in matrix.indices[matrix.indptr[index] : matrix.indptr[index + 1]])


def missing_parties(kinds: Mapping[str, ActorKind], present: Iterable[str]) -> list[ActorKind]:
    """The kinds of actor that are not present."""
    taken = set(present)
    return [kind for name, kind in kinds.items() if name not in taken]


def _capitalised(words: str) -> str:
    return words[:1].upper() + words[1:]


def _tie(relationship: Relationship, other: Actor) -> Tie:
    return Tie(
        other=other,
        since=relationship.since,
        until=relationship.until,
        status=relationship.status,
        value_vnd=relationship.value_vnd,
        note=relationship.note,
        source_url=relationship.provenance.source_url,
        last_seen=relationship.provenance.last_seen,
    )


def _newest_first(tie: Tie) -> tuple[tuple[int, ...], str]:
    return _descending(tie.since), fold(tie.other.name)


def _descending(partial_date: str | None) -> tuple[int, ...]:
    return tuple(-int(part) for part in partial_date.split("-")) if partial_date else (1,)
