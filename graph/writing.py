"""The rules of writing that all stores share: which facts are new, changed or unchanged, and how an actor is erased."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar, cast

from graph.dates import utc_stamp
from graph.errors import DanglingEndError
from graph.folding import fold, search_words
from graph.model import (
    ERASURE,
    JUDGEMENT,
    Actor,
    Event,
    F,
    Fact,
    Participation,
    Project,
    Relationship,
    changed_columns,
    content_digest,
    id_digest,
    to_row,
)
from graph.store import UpsertCounts, Upserted
from graph.tables import Key, key_of

StoredRow = dict[str, Any]
"""The columns of a fact, with its digest, the time of its recording and, for an actor, its search keys."""

T = TypeVar("T")

ENDS: Mapping[type[Fact], Mapping[str, type[Fact]]] = {
    Actor: {},
    Project: {},
    Relationship: {"source_id": Actor, "target_id": Actor},
    Participation: {"project_id": Project, "actor_id": Actor},
}
"""Columns of each type of fact that name another fact, and the type of that fact; it must be stored before."""


class WriteTransaction(Protocol):
    """One open transaction of a store, with the few steps in which stores differ."""

    def known_ids(self, fact_type: type[Fact], ids: Sequence[str]) -> set[str]:
        """The given ids under which an actor or a project is stored."""

    def digests(self, fact_type: type[Fact], keys: Sequence[Key]) -> Mapping[Key, str]:
        """Content digest of every stored fact among the keys."""

    def stored(self, fact_type: type[F], keys: Sequence[Key]) -> Mapping[Key, F]:
        """Every stored fact among the keys."""

    def insert(self, fact_type: type[Fact], rows: Sequence[StoredRow]) -> None:
        """Write facts that are not stored."""

    def update(self, fact_type: type[Fact], rows: Sequence[StoredRow]) -> None:
        """Write facts over the stored facts with the same keys."""

    def projects_of_owner(self, actor_id: str) -> list[Project]:
        """The projects that name an actor as their owner."""

    def delete_actor(self, actor_id: str) -> None:
        """Remove an actor with every relationship and participation that names it."""

    def grow_revision(self) -> None:
        """Add one to the revision, because a fact has changed."""

    def append_events(self, events: Sequence[Event]) -> None:
        """Append to the log."""

    def events_naming(self, text: str) -> Sequence[tuple[int, Event]]:
        """Sequence number and content of every event whose payload, as JSON, contains a text."""

    def replace_event(self, sequence: int, event: Event | None) -> None:
        """Write an event over the one with a sequence number, or delete that one."""


class TransactionalWriter(ABC):
    """The writing methods of :class:`graph.store.GraphStore`, built on one method that runs a transaction."""

    @abstractmethod
    def _write(self, work: Callable[[WriteTransaction], T]) -> T:
        """The result of the work, done in one transaction. A store may undo a failed try and run the work again."""

    def upsert_actors(self, actors: Sequence[Actor]) -> UpsertCounts:
        """Insert or update by id."""
        return self.upsert_facts(actors).counts

    def upsert_projects(self, projects: Sequence[Project]) -> UpsertCounts:
        """Insert or update by id. The owner need not be stored."""
        return self.upsert_facts(projects).counts

    def upsert_relationships(self, relationships: Sequence[Relationship]) -> UpsertCounts:
        """Insert or update by ends, kind and occurrence; both ends must be stored."""
        return self.upsert_facts(relationships).counts

    def upsert_participations(self, participations: Sequence[Participation]) -> UpsertCounts:
        """Insert or update by project, actor and occurrence; project and actor must be stored."""
        return self.upsert_facts(participations).counts

    def upsert_facts(
        self, facts: Sequence[Fact], events_of: Callable[[Upserted], Sequence[Event]] | None = None
    ) -> Upserted:
        """Insert or update facts of one type, and return which were new and which columns changed."""
        if not facts:
            return Upserted()
        of_one_type = cast(Sequence[Actor], facts)  # mypy needs one type; it may be any of the four

        def work(transaction: WriteTransaction) -> Upserted:
            upserted = upsert(transaction, type(of_one_type[0]), of_one_type)
            if events_of is not None:
                append(transaction, events_of(upserted))
            return upserted

        return self._write(work)

    def append_event(self, event: Event) -> None:
        """Append to the log."""
        self.append_events([event])

    def append_events(self, events: Sequence[Event]) -> None:
        """Append to the log, all or none."""
        self._write(lambda transaction: append(transaction, events))

    def erase_actor(self, actor_id: str) -> bool:
        """Remove an actor and everything that names it; False where there is no such actor."""
        return self._write(lambda transaction: erase_actor(transaction, actor_id))


def upsert(transaction: WriteTransaction, fact_type: type[F], facts: Sequence[F]) -> Upserted:
    """Insert or update facts, and return what became of each; of several facts with one key the last is written.

    Raises
    ------
    DanglingEndError
        A fact names an actor or a project that is not stored. Nothing has been written.
    """
    given = {key_of(fact): fact for fact in facts}
    rows = _keyed_rows(given)
    _require_ends(transaction, fact_type, rows.values())
    digests = transaction.digests(fact_type, list(rows))
    inserted = [key for key in rows if key not in digests]
    updated = [key for key, row in rows.items() if digests.get(key, row["digest"]) != row["digest"]]
    before = transaction.stored(fact_type, updated)
    if inserted:
        transaction.insert(fact_type, [rows[key] for key in inserted])
    if updated:
        transaction.update(fact_type, [rows[key] for key in updated])
    if inserted or updated:
        transaction.grow_revision()
    counts = UpsertCounts(len(inserted), len(updated), len(rows) - len(inserted) - len(updated))
    return _upserted(counts, tuple(inserted), before, {key: given[key] for key in updated})


def erase_actor(transaction: WriteTransaction, actor_id: str) -> bool:
    """Remove an actor; False where there is no such actor. Its projects stay without their owner.

    The log keeps only a digest of the id, by which a later load recognises the actor and leaves it out.
    """
    if not transaction.known_ids(Actor, [actor_id]):
        return False
    orphans = [replace(project, owner_id=None) for project in transaction.projects_of_owner(actor_id)]
    transaction.update(Project, list(_keyed_rows({key_of(project): project for project in orphans}).values()))
    transaction.delete_actor(actor_id)
    for sequence, event in transaction.events_naming(json.dumps(actor_id, ensure_ascii=False)):
        transaction.replace_event(sequence, without(event, actor_id))
    at = utc_stamp()
    transaction.append_events([Event(ERASURE, at, {"digest": id_digest(actor_id)})])
    transaction.grow_revision()
    return True


def append(transaction: WriteTransaction, events: Sequence[Event]) -> None:
    """Append events. The revision grows if one of them is a judgement, because judgements change snapshots."""
    transaction.append_events(events)
    if any(event.kind == JUDGEMENT for event in events):
        transaction.grow_revision()


def without(event: Event, actor_id: str) -> Event | None:
    """The event without an erased actor; None where the event is about that actor.

    An event is about the actors whose ids its payload has under names that end in ``_id``. From lists and tables in
    the payload, every entry that is the actor's id, or has it as its key, is taken out.

    >>> without(Event("judgement", "", {"left_id": "a", "right_id": "b"}), "b") is None
    True
    >>> without(Event("change", "", {"new": ["a", "b", ["a", "c", "mentors", 0]], "changed": [["a", ["name"]]]}), "a")
    Event(kind='change', at='', payload={'new': ['b'], 'changed': []})
    """
    if any(name.endswith("_id") and value == actor_id for name, value in event.payload.items()):
        return None
    return replace(event, payload={name: _without(value, actor_id) for name, value in event.payload.items()})


def _without(value: Any, actor_id: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(entry, actor_id) for name, entry in value.items() if actor_id not in {name, entry}}
    if isinstance(value, list):
        return [
            entry for entry in value if entry != actor_id and not (isinstance(entry, list) and _names(entry, actor_id))
        ]
    return value


def _names(key: list[Any], actor_id: str) -> bool:
    return any(part == actor_id or (isinstance(part, list) and actor_id in part) for part in key)


def _upserted(
    counts: UpsertCounts, new: tuple[Key, ...], before: Mapping[Key, Fact], after: Mapping[Key, Fact]
) -> Upserted:
    changed: dict[Key, tuple[str, ...]] = {}
    vanished, returned = [], []
    for key, fact in after.items():
        columns = changed_columns(before[key], fact)
        if "last_seen" in columns:
            was_there, is_there = not before[key].provenance.last_seen, not fact.provenance.last_seen
            vanished += [key] if was_there else []
            returned += [key] if is_there else []
        if others := tuple(name for name in columns if name != "last_seen"):
            changed[key] = others
    return Upserted(counts, new, changed, tuple(vanished), tuple(returned))


def _keyed_rows(facts: Mapping[Key, Fact]) -> dict[Key, StoredRow]:
    recorded_at = utc_stamp()
    rows: dict[Key, StoredRow] = {}
    for key, fact in facts.items():
        row = to_row(fact)
        row["digest"] = content_digest(row)
        row["recorded_at"] = recorded_at
        if isinstance(fact, Actor):
            row["folded_name"] = fold(fact.name)
            row["search_key"] = _search_key(fact)
        rows[key] = row
    return rows


def _search_key(actor: Actor) -> str:
    names = (actor.name, actor.name_en or "", actor.short_name or "", *actor.aliases)
    return " ".join(search_words(" ".join(names)))


def _require_ends(transaction: WriteTransaction, fact_type: type[Fact], rows: Collection[StoredRow]) -> None:
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
