"""The production store: a Neo4j database, through its official driver."""

import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    Driver,
    GraphDatabase,
    ManagedTransaction,
    NotificationDisabledClassification,
    Record,
    RoutingControl,
    Session,
)
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionPoolError,
    DatabaseUnavailable,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph import cypher
from graph.errors import (
    StoreCredentialsError,
    StoreError,
    StoreSchemaError,
    StoreUnavailableError,
    StoreUriError,
)
from graph.folding import fold, search_words
from graph.model import Actor, Event, F, Fact, Participation, Project, Relationship, event_of, event_text, from_row
from graph.store import BATCH_SIZE, N_SEARCH_WORDS, Counts, Credentials
from graph.tables import KEYS, SCHEMAS, Key, Tables, key_of, table_from_columns
from graph.writing import Row, T, TransactionalWriter, WriteTransaction

DATABASE = "neo4j"
"""The one database that every Neo4j server starts with, and the only one of the Community edition."""

_CONNECT_SECONDS = 5.0
_RETRY_SECONDS = 5.0

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # what the driver would print, our exceptions say


class Neo4jStore(TransactionalWriter):
    """A :class:`graph.store.GraphStore` in a Neo4j database, 5.26 or newer.

    Writers take turns: each transaction begins with the lock of the store's own node, so that two of them neither
    wait for each other in a circle nor create the same relationship twice.

    Parameters
    ----------
    uri
        ``neo4j://HOST:PORT`` or ``bolt://HOST:PORT``, with ``+s`` for an encrypted connection.
    credentials
        User and password.

    Raises
    ------
    StoreUriError
        The driver cannot read the address.
    StoreUnavailableError
        Nothing answers there within seconds.
    StoreCredentialsError
        User or password are missing or refused.
    StoreSchemaError
        The database belongs to a newer Ketnoi or to another application.
    """

    def __init__(self, uri: str, credentials: Credentials | None) -> None:
        if credentials is None:
            raise StoreCredentialsError(
                "store_credentials_missing",
                "Neo4j asks for a password. Set KETNOI_NEO4J_PASSWORD, and KETNOI_NEO4J_USER if the user is not neo4j.",
            )
        self._uri = uri
        self._is_closed = False
        self._driver = _driver(uri, credentials)
        try:
            with self._session() as session:
                _migrate(session)
        except BaseException as error:
            self._driver.close()
            if isinstance(error, ValueError):  # the driver looks at host and port only when it connects
                raise _unreadable(uri, error) from error
            raise

    @property
    def uri(self) -> str:
        """Address of the store."""
        return self._uri

    def revision(self) -> int:
        """A number that grows with every write that changed a fact."""
        revision: int = self._read(cypher.REVISION)[0]["revision"]
        return revision

    def counts(self) -> Counts:
        """How many facts of each type there are."""
        return Counts(*(self._read(cypher.count(fact_type))[0]["n"] for fact_type in SCHEMAS))

    def get_actor(self, actor_id: str) -> Actor | None:
        """The actor of this id, or None."""
        return self._get(Actor, actor_id)

    def get_project(self, project_id: str) -> Project | None:
        """The project of this id, or None."""
        return self._get(Project, project_id)

    def get_relationship(self, source_id: str, target_id: str, kind: str, occurrence: int = 0) -> Relationship | None:
        """The relationship of these ends, kind and occurrence, or None."""
        key = (source_id, target_id, kind, occurrence)
        rows = [dict(zip(KEYS[Relationship], key, strict=True))]
        found = self._read(cypher.facts_with_keys(Relationship), rows=rows)[0]["rows"]
        return _fact_of_values(Relationship, found[0]) if found else None

    def search_actors(self, text: str, *, kinds: Sequence[str] = (), limit: int = 20) -> list[Actor]:
        """Actors whose names begin with the words of a text, best first; see :class:`graph.store.GraphReader`."""
        words = search_words(text)[:N_SEARCH_WORDS]
        if not words or limit < 1:
            return []
        records = self._read(
            cypher.search_actors(),
            words=" ".join(f"+{word}*" for word in words),
            kinds=list(kinds),
            text=fold(text),
            limit=min(limit, sys.maxsize),
        )
        return [_fact(Actor, record) for record in records]

    def tables(self) -> Tables:
        """Everything there is, as sorted tables.

        Neo4j shows each row as it was last committed, so several queries see one state only while no writer works:
        they run under the writers' lock.
        """
        with self._session() as session:
            return session.execute_write(_read_tables)

    def sources(self) -> Mapping[str, Counts]:
        """How many facts came from each source."""
        n_of: dict[str, list[int]] = {}
        for place, fact_type in enumerate(SCHEMAS):
            for record in self._read(cypher.sources(fact_type)):
                n_of.setdefault(record["source"], [0] * len(SCHEMAS))[place] = record["n"]
        return {source: Counts(*n_of[source]) for source in sorted(n_of)}

    def facts_from(self, source: str) -> Iterator[Fact]:
        """The facts of one source, as the server sends them; see :class:`graph.store.GraphReader`.

        Actors, projects and participations are found by an index. Relationships are of many types, each of which
        would need an index of its own; they are all looked through.
        """
        yield from self._facts_from(Actor, source)
        yield from self._facts_from(Project, source)
        yield from self._facts_from(Relationship, source)
        yield from self._facts_from(Participation, source)

    def events(self, kind: str | None = None) -> list[Event]:
        """The events appended so far, oldest first."""
        return [
            _event(record) for record in self._read(cypher.EVENTS if kind is None else cypher.EVENTS_OF_KIND, kind=kind)
        ]

    def close(self) -> None:
        """Give the connections back; a second call does nothing."""
        self._is_closed = True
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _get(self, fact_type: type[F], fact_id: str) -> F | None:
        records = self._read(cypher.one_node(fact_type), id=fact_id)
        return _fact(fact_type, records[0]) if records else None

    def _facts_from(self, fact_type: type[F], source: str) -> Iterator[F]:
        with self._session(READ_ACCESS) as session:
            for record in session.run(cypher.facts_from(fact_type), source=source):
                yield _fact(fact_type, record)

    def _read(self, query: str, **parameters: object) -> list[Record]:
        with self._own_errors():
            return self._driver.execute_query(
                query, parameters, routing_=RoutingControl.READ, database_=DATABASE
            ).records

    def _write(self, work: Callable[[WriteTransaction], T]) -> T:
        def locked(transaction: ManagedTransaction) -> T:
            transaction.run(cypher.LOCK).consume()
            return work(_Neo4jTransaction(transaction))

        with self._session() as session:
            return session.execute_write(locked)

    @contextmanager
    def _session(self, access_mode: str = WRITE_ACCESS) -> Iterator[Session]:
        with (
            self._own_errors(),
            self._driver.session(
                database=DATABASE,
                default_access_mode=access_mode,
                bookmark_manager=self._driver.execute_query_bookmark_manager,
            ) as session,
        ):
            yield session

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        if self._is_closed:
            raise StoreUnavailableError("store_closed", "The store has been closed. Open it again.")
        try:
            yield
        except AuthError as error:
            raise StoreCredentialsError(
                "store_credentials_refused",
                f"Neo4j at {self._uri} refuses the user or the password. See KETNOI_NEO4J_USER and "
                "KETNOI_NEO4J_PASSWORD.",
                uri=self._uri,
            ) from error
        except (ServiceUnavailable, SessionExpired, DatabaseUnavailable, ConnectionPoolError) as error:
            raise StoreUnavailableError(
                "store_unavailable",
                f"Neo4j at {self._uri} does not answer. See that it runs there, then try again.",
                uri=self._uri,
            ) from error
        except TransientError as error:
            raise StoreUnavailableError(
                "store_busy",
                f"Neo4j at {self._uri} cannot do this now ({error.code}). Try again later.",
                uri=self._uri,
            ) from error
        except Neo4jError as error:  # its message may repeat names and texts, its code does not
            if (error.code or "").startswith("Neo.ClientError.Security."):
                raise StoreCredentialsError(
                    "store_credentials_refused",
                    f"Neo4j at {self._uri} refuses the user ({error.code}).",
                    uri=self._uri,
                ) from error
            raise StoreError("store_refused", f"Neo4j at {self._uri} refused: {error.code}.", uri=self._uri) from error


class _Neo4jTransaction:
    """The steps of :class:`graph.writing.WriteTransaction` in a managed transaction."""

    def __init__(self, transaction: ManagedTransaction) -> None:
        self._transaction = transaction

    def known_ids(self, fact_type: type[Fact], ids: Sequence[str]) -> set[str]:
        return set(self._listed(cypher.known_ids(fact_type), "ids", ids))

    def digests(self, fact_type: type[Fact], keys: Sequence[Key]) -> Mapping[Key, str]:
        columns = KEYS[fact_type]
        rows = [dict(zip(columns, key, strict=True)) | {"position": at} for at, key in enumerate(keys)]
        found = self._listed(cypher.digests(fact_type), "rows", rows)
        return {keys[position]: digest for position, digest in found}

    def stored(self, fact_type: type[F], keys: Sequence[Key]) -> Mapping[Key, F]:
        rows = [dict(zip(KEYS[fact_type], key, strict=True)) for key in keys]
        found = self._listed(cypher.facts_with_keys(fact_type), "rows", rows)
        return {key_of(fact): fact for fact in (_fact_of_values(fact_type, values) for values in found)}

    def insert(self, fact_type: type[Fact], rows: Sequence[Row]) -> None:
        self._run(cypher.insert(fact_type), "rows", cypher.parameters(fact_type, rows))
        if fact_type is Actor:
            self._run(cypher.DRAW_PROJECTS_OF_OWNERS, "ids", [row["id"] for row in rows])
        if fact_type is Project:
            self._draw_owners(rows)

    def update(self, fact_type: type[Fact], rows: Sequence[Row]) -> None:
        parameters = cypher.parameters(fact_type, rows)
        if cypher.is_node(fact_type):
            labels = list(cypher.kind_labels(fact_type).values())
            self._run(cypher.update_nodes(fact_type), "rows", parameters, labels=labels)
        else:  # a relationship cannot change its type, so it is made anew
            self._run(cypher.delete_links(fact_type), "rows", parameters)
            self._run(cypher.insert(fact_type), "rows", parameters)
        if fact_type is Project:
            self._draw_owners(rows)

    def projects_of_owner(self, actor_id: str) -> list[Project]:
        return [_fact(Project, record) for record in self._transaction.run(cypher.projects_of_owner(), id=actor_id)]

    def delete_actor(self, actor_id: str) -> None:
        self._transaction.run(cypher.DELETE_ACTOR, id=actor_id).consume()

    def grow_revision(self) -> None:
        self._transaction.run(cypher.GROW_REVISION).consume()

    def append_events(self, events: Sequence[Event]) -> None:
        rows = [{"kind": event.kind, "at": event.at, "payload": event_text(event)} for event in events]
        self._run(cypher.APPEND_EVENTS, "rows", rows)

    def events_naming(self, text: str) -> Sequence[tuple[int, Event]]:
        records = self._transaction.run(cypher.EVENTS_NAMING, text=text)
        return [(record["sequence"], _event(record)) for record in records]

    def replace_event(self, sequence: int, event: Event | None) -> None:
        if event is None:
            self._transaction.run(cypher.DELETE_EVENT, sequence=sequence).consume()
        else:
            self._transaction.run(cypher.WRITE_EVENT, sequence=sequence, payload=event_text(event)).consume()

    def _draw_owners(self, rows: Sequence[Row]) -> None:
        self._run(cypher.DRAW_OWNERS_OF_PROJECTS, "ids", [row["id"] for row in rows])

    def _run(self, query: str, name: str, values: Sequence[Any], **constants: object) -> None:
        for start in range(0, len(values), BATCH_SIZE):
            parameters = constants | {name: values[start : start + BATCH_SIZE]}
            self._transaction.run(query, parameters).consume()

    def _listed(self, query: str, name: str, values: Sequence[Any]) -> list[Any]:
        return _listed(self._transaction, query, name, values)


def _driver(uri: str, credentials: Credentials) -> Driver:
    try:
        return GraphDatabase.driver(
            uri,
            auth=(credentials.user, credentials.password),
            connection_timeout=_CONNECT_SECONDS,
            connection_acquisition_timeout=_CONNECT_SECONDS,
            max_transaction_retry_time=_RETRY_SECONDS,
            # A label or property that nobody has used yet is no mistake in a young database.
            notifications_disabled_classifications=[NotificationDisabledClassification.UNRECOGNIZED],
            telemetry_disabled=True,
        )
    except (ConfigurationError, ValueError) as error:
        raise _unreadable(uri, error) from error


def _unreadable(uri: str, error: Exception) -> StoreUriError:
    return StoreUriError(
        "store_uri", f"{uri} is no address of a Neo4j server: {error}. Write neo4j://HOST:PORT.", uri=uri
    )


def _migrate(session: Session) -> None:
    record = session.run(cypher.SCHEMA_VERSION).single()
    version = record["version"] if record else 0
    if version > len(cypher.MIGRATIONS):
        raise StoreSchemaError(
            "store_newer",
            f"This network was written by a newer Ketnoi (schema {version}; this one knows up to "
            f"{len(cypher.MIGRATIONS)}). Update Ketnoi, or load the network into another database.",
            version=version,
            known=len(cypher.MIGRATIONS),
        )
    if version == 0 and session.run(cypher.ANY_FOREIGN_NODE).single(strict=True)["is_there"]:
        raise StoreSchemaError(
            "store_foreign",
            "This database already holds Actor or Opportunity nodes of another application and was left as it is. "
            "Give the network a database of its own.",
        )
    for number, statements in enumerate(cypher.MIGRATIONS[version:], start=version + 1):
        for statement in statements:  # Neo4j allows no schema change beside other writes in one transaction
            session.run(statement).consume()
        session.run(cypher.SET_SCHEMA_VERSION, version=number).consume()


def _read_tables(transaction: ManagedTransaction) -> Tables:
    transaction.run(cypher.LOCK).consume()
    ids = {end: transaction.run(cypher.all_ids(end)).single(strict=True)["rows"] for end in (Actor, Project)}
    starts = {Actor: ids[Actor], Project: ids[Project], Relationship: ids[Actor], Participation: ids[Project]}
    return Tables(*(_table(transaction, fact_type, starts[fact_type]) for fact_type in SCHEMAS))


def _table(transaction: ManagedTransaction, fact_type: type[Fact], ids: Sequence[str]) -> pa.Table:
    rows = _listed(transaction, cypher.facts_at(fact_type), "ids", ids)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(SCHEMAS[fact_type])
    table = table_from_columns(fact_type, columns)
    return table.sort_by([(column, "ascending") for column in KEYS[fact_type]])


def _listed(transaction: ManagedTransaction, query: str, name: str, values: Sequence[Any]) -> list[Any]:
    """The lists that a query answers with for one batch of values after the other, as one."""
    starts = range(0, len(values), BATCH_SIZE)
    answers = (transaction.run(query, {name: values[start : start + BATCH_SIZE]}) for start in starts)
    return [row for answer in answers for row in answer.single(strict=True)["rows"]]


def _fact(fact_type: type[F], record: Record) -> F:
    return from_row(fact_type, record.data())


def _fact_of_values(fact_type: type[F], values: Sequence[Any]) -> F:
    return from_row(fact_type, dict(zip(SCHEMAS[fact_type].names, values, strict=True)))


def _event(record: Record) -> Event:
    return event_of(record["kind"], record["at"], record["payload"])
