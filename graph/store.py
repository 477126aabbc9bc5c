"""The protocols of a graph store: what every store can do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from graph.model import Actor, Event, Fact, Participation, Project, Relationship
from graph.tables import Key, Tables

BATCH_SIZE = 5_000
"""Facts a write is best made of, on every store."""

N_SEARCH_WORDS = 32
"""Distinct words of a search that count."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many facts of each type a store holds."""

    n_actors: int
    n_projects: int
    n_relationships: int
    n_participations: int


@dataclass(frozen=True, slots=True)
class UpsertCounts:
    """What became of the facts of one write: new, changed, or already there word for word."""

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
    """What became of the facts of one write, key by key.

    Attributes
    ----------
    new
        Facts that were not stored.
    changed
        Columns in which stored facts were changed; their last-seen date is none of them.
    vanished, returned
        Stored facts that were marked as gone from their source, and those whose mark was taken away.
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

    Every method raises :class:`~graph.errors.StoreUnavailableError` while the store is away.
    """

    @property
    def uri(self) -> str:
        """Address of the store, without credentials."""

    def revision(self) -> int:
        """A number that grows with every write that changed a fact; equal numbers mean an unchanged network."""

    def counts(self) -> Counts:
        """How many facts of each type there are."""

    def get_actor(self, actor_id: str) -> Actor | None:
        """The actor of this id, or None."""

    def get_project(self, project_id: str) -> Project | None:
        """The project of this id, or None."""

    def get_relationship(self, source_id: str, target_id: str, kind: str, occurrence: int = 0) -> Relationship | None:
        """The relationship of these ends, kind and occurrence, or None."""

    def search_actors(self, text: str, *, kinds: Sequence[str] = (), limit: int = 20) -> list[Actor]:
        """Actors whose names begin with the words of a text, whatever its diacritics.

        Every folded word of the text must begin a word of the actor's name, English name, short name or aliases; of
        a text with more than :data:`N_SEARCH_WORDS` words the first ones count, and a text without any finds nobody.
        Order: folded name equal to the folded text, then beginning with it, then shorter folded names, then by id.
        """

    def tables(self) -> Tables:
        """Everything there is, as sorted tables; one consistent state even while another process writes."""

    def sources(self) -> Mapping[str, Counts]:
        """How many facts came from each source, in the order of their names; those that have vanished are counted."""

    def facts_from(self, source: str) -> Iterator[Fact]:
        """The facts of one source, those that have vanished from it included, without holding them all in memory.

        Actors come first, then projects, relationships and participations. The store may be written meanwhile; what
        is written then may or may not be among them.
        """

    def events(self, kind: str | None = None) -> list[Event]:
        """The events appended so far, oldest first, of one kind or all."""


class GraphWriter(Protocol):
    """Writing a graph store. Each call is one transaction: after a crash it happened wholly or not at all.

    Of several facts with one key in the same call the last is written, and counted once.
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
        """Insert or update facts of one type as its own method does, and say which, and in what, were changed.

        Parameters
        ----------
        events_of
            Makes events of what was done, which are appended in the same transaction; it may be asked twice.
        """

    def append_event(self, event: Event) -> None:
        """Append to the log. A judgement of whether two actors are the same makes the revision grow."""

    def append_events(self, events: Sequence[Event]) -> None:
        """Append to the log, all or none."""

    def erase_actor(self, actor_id: str) -> bool:
        """Remove an actor with every relationship and participation that names it; False where there is none.

        Projects that it owns stay, without their owner. The log forgets it as well: see :func:`graph.writing.without`.
        """


class GraphStore(GraphReader, GraphWriter, Protocol):
    """A store that is read and written, and closed at the end."""

    def close(self) -> None:
        """Give back files and connections; a second call does nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
