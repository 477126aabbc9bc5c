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
from graph.model import Actor, Event, F, Fact, Participation, Project, Relationship
from graph.neo4j_transaction import Neo4jTransaction, draw_same_as, event_in, fact_of, fact_of_values, listed
from graph.store import N_SEARCH_WORDS, Counts, Credentials
from graph.tables import KEYS, SCHEMAS, Tables, table_from_columns
from graph.writing import T, TransactionalWriter, WriteTransaction

DATABASE = "neo4j"
"""The one database that every Neo4j server starts with, and the only one of the Community edition."""

_CONNECT_SECONDS = 5.0
_RETRY_SECONDS = 5.0

logging.getLogger("neo4j").addHandler(logging.NullHandler())  # our exceptions say what the driver would print


class Neo4jStore(TransactionalWriter):
    """A :class:`graph.store.GraphStore` in a Neo4j database, 5.26 or newer.

    Writers take turns: each transaction first locks the store's own node. Two writers therefore never wait for each
    other in a circle and never create the same relationship twice.

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
        """The number of facts of each type."""
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
        return fact_of_values(Relationship, found[0]) if found else None

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
        return [fact_of(Actor, record) for record in records]

    def tables(self) -> Tables:
        """All facts as sorted tables.

        Neo4j reads each row as it was last committed, so several queries see the same state only while nothing is
        written. This method therefore holds the writers' lock.
        """
        with self._session() as session:
            return session.execute_write(_read_tables)

    def sources(self) -> Mapping[str, Counts]:
        """The number of facts of each type from each source."""
        n_of: dict[str, list[int]] = {}
        for place, fact_type in enumerate(SCHEMAS):
            for record in self._read(cypher.sources(fact_type)):
                n_of.setdefault(record["source"], [0] * len(SCHEMAS))[place] = record["n"]
        return {source: Counts(*n_of[source]) for source in sorted(n_of)}

    def facts_from(self, source: str) -> Iterator[Fact]:
        """The facts of one source, as the server sends them; see :class:`graph.store.GraphReader`.

        An index finds actors, projects and participations. Relationships have many types, each of which would need
        its own index, so this method reads all of them.
        """
        yield from self._facts_from(Actor, source)
        yield from self._facts_from(Project, source)
        yield from self._facts_from(Relationship, source)
        yield from self._facts_from(Participation, source)

    def events(self, kind: str | None = None) -> list[Event]:
        """The events appended so far, oldest first."""
        query = cypher.EVENTS if kind is None else cypher.EVENTS_OF_KIND
        return [event_in(record) for record in self._read(query, kind=kind)]

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
        return fact_of(fact_type, records[0]) if records else None

    def _facts_from(self, fact_type: type[F], source: str) -> Iterator[F]:
        with self._session(READ_ACCESS) as session:
            for record in session.run(cypher.facts_from(fact_type), source=source):
                yield fact_of(fact_type, record)

    def _read(self, query: str, **parameters: object) -> list[Record]:
        with self._own_errors():
            return self._driver.execute_query(
                query, parameters, routing_=RoutingControl.READ, database_=DATABASE
            ).records

    def _write(self, work: Callable[[WriteTransaction], T]) -> T:
        def locked(transaction: ManagedTransaction) -> T:
            transaction.run(cypher.LOCK).consume()
            steps = Neo4jTransaction(transaction)
            done = work(steps)
            steps.finish()
            return done

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


def _driver(uri: str, credentials: Credentials) -> Driver:
    try:
        return GraphDatabase.driver(
            uri,
            auth=(credentials.user, credentials.password),
            connection_timeout=_CONNECT_SECONDS,
            connection_acquisition_timeout=_CONNECT_SECONDS,
            max_transaction_retry_time=_RETRY_SECONDS,
            # In a young database, queries name labels and properties that nothing has used yet.
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
        session.execute_write(draw_same_as)  # a version before this one may have appended judgements
        session.run(cypher.SET_SCHEMA_VERSION, version=number).consume()


def _read_tables(transaction: ManagedTransaction) -> Tables:
    transaction.run(cypher.LOCK).consume()
    ids = {end: transaction.run(cypher.all_ids(end)).single(strict=True)["rows"] for end in (Actor, Project)}
    starts = {Actor: ids[Actor], Project: ids[Project], Relationship: ids[Actor], Participation: ids[Project]}
    return Tables(*(_table(transaction, fact_type, starts[fact_type]) for fact_type in SCHEMAS))


def _table(transaction: ManagedTransaction, fact_type: type[Fact], ids: Sequence[str]) -> pa.Table:
    rows = listed(transaction, cypher.facts_at(fact_type), "ids", ids)
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(SCHEMAS[fact_type])
    table = table_from_columns(fact_type, columns)
    return table.sort_by([(column, "ascending") for column in KEYS[fact_type]])
