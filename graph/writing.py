"""What becomes of facts that are written, decided once for every store: new, changed or unchanged, and erased."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from graph.errors import DanglingEndError
from graph.folding import fold, search_words
from graph.model import Actor, Event, F, Fact, Participation, Project, Relationship, content_digest, to_row
from graph.store import UpsertCounts
from graph.tables import KEYS

Key = tuple[str | int, ...]
Row = dict[str, Any]
T = TypeVar("T")

ENDS: Mapping[type[Fact], Mapping[str, type[Fact]]] = {
    Actor: {},
    Project: {},
    Relationship: {"source_id": Actor, "target_id": Actor},
    Participation: {"project_id": Project, "actor_id": Actor},
}
"""Columns that name another fact, which must be stored before."""


class WriteTransaction(Protocol):
    """One open transaction of a store: the few steps in which stores differ."""

    def known_ids(self, fact_type: type[Fact], ids: Sequence[str]) -> set[str]:
        """Those of the ids under which an actor or a project is stored."""

    def digests(self, fact_type: type[Fact], keys: Sequence[Key]) -> Mapping[Key, str]:
        """Content digest of every stored fact among the keys."""

    def insert(self, fact_type: type[Fact], rows: Sequence[Row]) -> None:
        """Write facts that are not stored."""

    def update(self, fact_type: type[Fact], rows: Sequence[Row]) -> None:
        """Write facts over those stored under the same keys."""

    def projects_of_owner(self, actor_id: str) -> list[Project]:
        """The projects that name an actor as their owner."""

    def delete_actor(self, actor_id: str) -> None:
        """Remove an actor with every relationship and participation that names it."""

    def grow_revision(self) -> None:
        """Say that a fact has changed."""

    def append_event(self, event: Event) -> None:
        """Append to the log."""


class TransactionalWriter(ABC):
    """The writing half of :class:`graph.store.GraphStore` on top of one method that runs a transaction."""

    @abstractmethod
    def _write(self, work: Callable[[WriteTransaction], T]) -> T:
        """What the work returns, done in one transaction; the work may run again where the first try was undone."""

    def upsert_actors(self, actors: Sequence[Actor]) -> UpsertCounts:
        """Insert or update by id."""
        return self._write(lambda transaction: upsert(transaction, Actor, actors))

    def upsert_projects(self, projects: Sequence[Project]) -> UpsertCounts:
        """Insert or update by id. The owner need not be stored."""
        return self._write(lambda transaction: upsert(transaction, Project, projects))

    def upsert_relationships(self, relationships: Sequence[Relationship]) -> UpsertCounts:
        """Insert or update by ends, kind and occurrence; both ends must be stored."""
        return self._write(lambda transaction: upsert(transaction, Relationship, relationships))

    def upsert_participations(self, participations: Sequence[Participation]) -> UpsertCounts:
        """Insert or update by project, actor and occurrence; project and actor must be stored."""
        return self._write(lambda transaction: upsert(transaction, Participation, participations))

    def append_event(self, event: Event) -> None:
        """Append to the log."""
        self._write(lambda transaction: transaction.append_event(event))

    def erase_actor(self, actor_id: str) -> bool:
        """Remove an actor and what names it; False where there is none."""
        return self._write(lambda transaction: erase_actor(transaction, actor_id))


def upsert(transaction: WriteTransaction, fact_type: type[F], facts: Sequence[F]) -> UpsertCounts:
    """How many facts were inserted, updated or left as they were; of facts with one key the last is written.

    Raises
    ------
    DanglingEndError
        A fact names an actor or a project that is not stored. Nothing has been written.
    """
    rows = _keyed_rows(fact_type, facts)
    _require_ends(transaction, fact_type, rows.values())
    digests = transaction.digests(fact_type, list(rows))
    inserted = [row for key, row in rows.items() if key not in digests]
    updated = [row for key, row in rows.items() if digests.get(key, row["digest"]) != row["digest"]]
    if inserted:
        transaction.insert(fact_type, inserted)
    if updated:
        transaction.update(fact_type, updated)
    if inserted or updated:
        transaction.grow_revision()
    return UpsertCounts(len(inserted), len(updated), len(rows) - len(inserted) - len(updated))


def erase_actor(transaction: WriteTransaction, actor_id: str) -> bool:
    """Whether there was such an actor; its projects stay, without their owner."""
    if not transaction.known_ids(Actor, [actor_id]):
        return False
    orphans = [replace(project, owner_id=None) for project in transaction.projects_of_owner(actor_id)]
    transaction.update(Project, list(_keyed_rows(Project, orphans).values()))
    transaction.delete_actor(actor_id)
    transaction.grow_revision()
    return True


def _keyed_rows(fact_type: type[F], facts: Iterable[F]) -> dict[Key, Row]:
    recorded_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    columns = KEYS[fact_type]
    rows: dict[Key, Row] = {}
    for fact in facts:
        row = to_row(fact)
        row["digest"] = content_digest(row)
        row["recorded_at"] = recorded_at
        if isinstance(fact, Actor):
            row["folded_name"] = fold(fact.name)
            row["search_key"] = _search_key(fact)
        rows[tuple(row[column] for column in columns)] = row
    return rows


def _search_key(actor: Actor) -> str:
    names = (actor.name, actor.name_en or "", actor.short_name or "", *actor.aliases)
    return " ".join(search_words(" ".join(names)))


def _require_ends(transaction: WriteTransaction, fact_type: type[Fact], rows: Collection[Row]) -> None:
    ends = ENDS[fact_type]
    known = {
        end_type: transaction.known_ids(
            end_type,
            list({row[column]: None for row in rows for column, at_end in ends.items() if at_end is end_type}),
        )
        for end_type in set(ends.values())
    }
    for row in rows:
        for column, end_type in ends.items():
            if row[column] not in known[end_type]:
                what, fact = end_type.__name__.lower(), fact_type.__name__.lower()
                raise DanglingEndError(
                    "dangling_end",
                    f"A {fact} names the {what} {row[column]!r}, which is not stored. Load the {what} first.",
                    id=row[column],
                    column=column,
                )
