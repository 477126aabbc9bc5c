"""The protocols of a graph store: what every store can do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from graph.model import Actor, Event, Fact, Participation, Project, Relationship
from graph.tables import Key, Tables

BATCH_SIZE = 5_000
"""Number of facts that one write should hold, on every store; set by hand."""

N_SEARCH_WORDS = 32
"""Most distinct words of a search text that count."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of facts in a store, by their type."""

    n_actors: int
    n_projects: int
    n_relationships: int
    n_participations: int


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """Numbers of facts of one write that were inserted, updated, or already stored in the same form."""

    n_inserted: int = 0
    n_updated: int = 0
    n_unchanged: int = 0

    def __add__(self, other: "UpsertCounts") -> "UpsertCounts":
        return UpsertCounts(
            self.n_inserted + other.n_inserted,
            self.n_updated + other.n_updated,
            self.n_unchanged + other.n_unchanged,
        )


@dataclass(frozen=True, slots=True)
class Upserted:
    """The effect of one write, key by key.

    Attributes
    ----------
    counts
        Numbers of facts inserted, updated and unchanged.
    new
        Keys of the facts that were not stored before.
    changed
        For the key of each changed fact, the names of the changed columns, without ``last_seen``.
    vanished, returned
        Keys of the stored facts that were marked as gone from their source, and of the facts whose mark was removed.
    """

    counts: UpsertCounts = UpsertCounts()
    new: tuple[Key, ...] = ()
    changed: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    vanished: tuple[Key, ...] = ()
    returned: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password of a store that asks for them."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials(user={self.user!r}, password=***)"


class GraphReader(Protocol):
    """Reading a graph store.

    Every method raises :class:`~graph.errors.StoreUnavailableError` while the store does not answer.
    """

    @property
    def uri(self) -> str:
        """Address of the store, without credentials."""

    def revision(self) -> int:
        """A number that grows with every write that changed a fact; equal numbers mean an unchanged network."""

    def counts(self) -> Counts:
        """Numbers of facts by their type."""

    def get_actor(self, actor_id: str) -> Actor | None:
        """The actor of this id, or None."""

    def get_project(self, project_id: str) -> Project | None:
        """The project of this id, or None."""

    def get_relationship(self, source_id: str, target_id: str, kind: str, occurrence: int = 0) -> Relationship | None:
        """The relationship of these ends, kind and occurrence, or None."""

    def search_actors(self, text: str, *, kinds: Sequence[str] = (), limit: int = 20) -> list[Actor]:
        """Actors whose names have words that begin with the words of a text, with or without diacritics.

        Every folded word of the text must begin a word of the actor's name, English name, short name or aliases. Only
        the first :data:`N_SEARCH_WORDS` words of the text count, and a text without words finds nobody. First come
        actors whose folded name equals the folded text, then names that begin with it, then shorter names, then by id.
        """

    def tables(self) -> Tables:
        """All facts as sorted tables: one consistent state, even while another process writes."""

    def sources(self) -> Mapping[str, Counts]:
        """Numbers of facts from each source, vanished ones included, in the order of the names of the sources."""

    def facts_from(self, source: str) -> Iterator[Fact]:
        """The facts of one source, vanished ones included, one by one, so that they need not fit in memory.

        Actors come first, then projects, relationships and participations. A fact that is written during the iteration
        may or may not be included.
        """

    def events(self, kind: str | None = None) -> list[Event]:
        """The events appended so far, of one kind or of all kinds, oldest first."""


class GraphWriter(Protocol):
    """Writing a graph store. Each call is one transaction: after a crash all of it is stored, or nothing.

    If one call has several facts with one key, the last of them is written, and counted once.
    """

    def upsert_actors(self, actors: Sequence[Actor]) -> UpsertCounts:
        """Insert or update by id."""

    def upsert_projects(self, projects: Sequence[Project]) -> UpsertCounts:
        """Insert or update by id. The owner need not be stored."""

    def upsert_relationships(self, relationships: Sequence[Relationship]) -> UpsertCounts:
        """Insert or update by ends, kind and occurrence.

        Raises
        ------
        DanglingEndError
            An end is not stored; nothing of the call is written.
        """

    def upsert_participations(self, participations: Sequence[Participation]) -> UpsertCounts:
        """Insert or update by project, actor and occurrence; raises as :meth:`upsert_relationships` does."""

    def upsert_facts(
        self, facts: Sequence[Fact], events_of: Callable[[Upserted], Sequence[Event]] | None = None
    ) -> Upserted:
        """Insert or update facts of one type, and give the effect on each key.

        Parameters
        ----------
        facts
            Facts of one type. Errors are those of the method for this type.
        events_of
            Makes events from the effect, which are appended in the same transaction. It may be called twice, if the
            transaction is repeated.
        """

    def append_event(self, event: Event) -> None:
        """Append an event to the log. A judgement of whether two actors are the same increases the revision."""

    def append_events(self, events: Sequence[Event]) -> None:
        """Append events to the log, all or none."""

    def erase_actor(self, actor_id: str) -> bool:
        """Remove an actor with every relationship and participation that names it; False if there is no such actor.

        Its projects stay without an owner. Its id is removed from the log too: see :func:`graph.writing.without`.
        """


class GraphStore(GraphReader, GraphWriter, Protocol):
    """A store to read and write, which is closed at the end."""

    def close(self) -> None:
        """Close files and connections; a second call does nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
