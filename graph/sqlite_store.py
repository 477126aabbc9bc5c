"""The embedded store: one SQLite file, which many threads and processes may read while one of them writes."""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from graph.errors import StoreSchemaError, StoreUnavailableError, StoreUriError
from graph.folding import fold, search_words
from graph.model import Actor, Event, F, Fact, Participation, Project, Relationship, event_of, event_text, from_row
from graph.sqlite_schema import migrate, require_own_file
from graph.store import BATCH_SIZE, N_SEARCH_WORDS, Counts
from graph.tables import KEYS, SCHEMAS, Key, Tables, key_of, table_from_columns
from graph.writing import StoredRow, T, TransactionalWriter, WriteTransaction

_BUSY_TIMEOUT_SECONDS = 30.0
_TABLES: Mapping[type[Fact], str] = {
    Actor: "actors",
    Project: "projects",
    Relationship: "relationships",
    Participation: "participations",
}
_LISTS = {
    fact_type: tuple(index for index, column in enumerate(schema) if pa.types.is_list(column.type))
    for fact_type, schema in SCHEMAS.items()
}


def _quoted(fact_type: type[Fact]) -> list[str]:
    return [f'"{name}"' for name in SCHEMAS[fact_type].names]


def _select(fact_type: type[Fact]) -> str:
    return f"SELECT {', '.join(_quoted(fact_type))} FROM {_TABLES[fact_type]}"  # noqa: S608  names of our own schema


def _where_key(fact_type: type[Fact]) -> str:
    return " AND ".join(f"{column} = ?" for column in KEYS[fact_type])


def _write_columns(fact_type: type[Fact]) -> list[str]:
    return [*SCHEMAS[fact_type].names, "digest", *(("folded_name",) if fact_type is Actor else ())]


_SEARCH = f"""
    SELECT {", ".join(_quoted(Actor))} FROM actor_names JOIN actors ON row_number = actor_names.rowid
    WHERE actor_names MATCH :match AND (:kinds = '[]' OR kind IN (SELECT value FROM json_each(:kinds)))
    ORDER BY folded_name = :text DESC, substr(folded_name, 1, length(:text)) = :text DESC, length(folded_name), id
    LIMIT :limit
"""  # noqa: S608  names of our own schema


class SqliteStore(TransactionalWriter):
    """A :class:`graph.store.GraphStore` in one SQLite file.

    Parameters
    ----------
    path
        The file. It and its folder are created if they are missing.

    Raises
    ------
    StoreUriError
        The path names a folder.
    StoreSchemaError
        The file is no network, or a network of a newer Ketnoi.
    StoreUnavailableError
        The file or its folder cannot be opened or created.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self._write_lock = Lock()
        self._pool_lock = Lock()
        self._idle_readers: list[sqlite3.Connection] = []
        self._is_closed = False
        if self.path.is_dir():
            raise StoreUriError(
                "store_is_folder", f"{self.path} is a folder. Name a file, such as {self.path / 'network.db'}."
            )
        with self._own_errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = self._connect()
            try:
                require_own_file(self._writer)
                self._writer.execute("PRAGMA journal_mode = WAL")
                migrate(self._writer)
            except BaseException:
                self._writer.close()
                raise

    @property
    def uri(self) -> str:
        """Address of the store."""
        return f"sqlite:{self.path}"

    def revision(self) -> int:
        """A number that grows with every write that changed a fact."""
        with self._reading() as connection:
            value: int = connection.execute("SELECT revision FROM network").fetchone()[0]
            return value

    def counts(self) -> Counts:
        """The number of facts of each type."""
        one_count = "(SELECT count(*) FROM {})"
        counts = ", ".join(one_count.format(name) for name in _TABLES.values())
        with self._reading() as connection:
            return Counts(*connection.execute(f"SELECT {counts}").fetchone())

    def get_actor(self, actor_id: str) -> Actor | None:
        """The actor of this id, or None."""
        return self._get(Actor, actor_id)

    def get_project(self, project_id: str) -> Project | None:
        """The project of this id, or None."""
        return self._get(Project, project_id)

    def get_relationship(self, source_id: str, target_id: str, kind: str, occurrence: int = 0) -> Relationship | None:
        """The relationship of these ends, kind and occurrence, or None."""
        return self._get(Relationship, source_id, target_id, kind, occurrence)

    def search_actors(self, text: str, *, kinds: Sequence[str] = (), limit: int = 20) -> list[Actor]:
        """Actors whose names begin with the words of a text, best first; see :class:`graph.store.GraphReader`."""
        words = search_words(text)[:N_SEARCH_WORDS]
        if not words or limit < 1:
            return []
        parameters = {
            "match": " ".join(f'"{word}"*' for word in words),
            "kinds": json.dumps(list(kinds)),
            "text": fold(text),
            "limit": min(limit, sys.maxsize),
        }
        with self._reading() as connection:
            return [_fact(Actor, values) for values in connection.execute(_SEARCH, parameters)]

    def tables(self) -> Tables:
        """All facts as sorted tables, read in one transaction."""
        with self._reading() as connection:
            connection.execute("BEGIN")
            try:
                return Tables(*(_table(connection, fact_type) for fact_type in SCHEMAS))
            finally:
                connection.execute("ROLLBACK")

    def sources(self) -> Mapping[str, Counts]:
        """The number of facts of each type from each source."""
        n_of: dict[str, list[int]] = {}
        with self._reading() as connection:
            for place, table in enumerate(_TABLES.values()):
                query = f"SELECT source, count(*) FROM {table} GROUP BY source"  # noqa: S608  names of our own schema
                for source, n_facts in connection.execute(query):
                    n_of.setdefault(source, [0] * len(_TABLES))[place] = n_facts
        return {source: Counts(*n_of[source]) for source in sorted(n_of)}

    def facts_from(self, source: str) -> Iterator[Fact]:
        """The facts of one source, read in batches by their key; see :class:`graph.store.GraphReader`."""
        yield from self._facts_from(Actor, source)
        yield from self._facts_from(Project, source)
        yield from self._facts_from(Relationship, source)
        yield from self._facts_from(Participation, source)

    def events(self, kind: str | None = None) -> list[Event]:
        """The events appended so far, oldest first."""
        condition = "" if kind is None else "WHERE kind = ?"
        query = f"SELECT kind, at, payload FROM events {condition} ORDER BY sequence"  # noqa: S608  as above
        with self._reading() as connection:
            return [event_of(*row) for row in connection.execute(query, () if kind is None else (kind,))]

    def erase_actor(self, actor_id: str) -> bool:
        """Remove an actor and all that names it, from the file and its write-ahead log; False if there is none."""
        is_erased = super().erase_actor(actor_id)
        if is_erased:
            with self._own_errors(), self._write_lock:
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return is_erased

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._write_lock, self._pool_lock:
            self._is_closed = True
            while self._idle_readers:
                self._idle_readers.pop().close()
            self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _get(self, fact_type: type[F], *key: str | int) -> F | None:
        with self._reading() as connection:
            values = connection.execute(f"{_select(fact_type)} WHERE {_where_key(fact_type)}", key).fetchone()
        return None if values is None else _fact(fact_type, values)

    def _facts_from(self, fact_type: type[F], source: str) -> Iterator[F]:
        facts = self._facts_after(fact_type, source, None)
        while facts:
            yield from facts
            facts = self._facts_after(fact_type, source, key_of(facts[-1]))

    def _facts_after(self, fact_type: type[F], source: str, key: Key | None) -> list[F]:
        columns = ", ".join(KEYS[fact_type])
        later = "" if key is None else f"AND ({columns}) > ({', '.join('?' * len(key))})"
        query = f"{_select(fact_type)} WHERE source = ? {later} ORDER BY {columns} LIMIT {BATCH_SIZE}"
        with self._reading() as connection:
            return [_fact(fact_type, values) for values in connection.execute(query, (source, *(key or ())))]

    def _write(self, work: Callable[[WriteTransaction], T]) -> T:
        with self._own_errors(), self._write_lock:
            self._require_open()
            with self._writer as connection:
                connection.execute("BEGIN IMMEDIATE")
                return work(_SqliteTransaction(connection))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        for setting in ("foreign_keys = ON", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {setting}")
        return connection

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for one reader at a time; idle connections are kept for the next readers."""
        with self._own_errors():
            self._require_open()
            with self._pool_lock:
                connection = self._idle_readers.pop() if self._idle_readers else None
            connection = connection or self._connect()
            try:
                yield connection
            finally:
                with self._pool_lock:
                    if self._is_closed:
                        connection.close()
                    else:
                        self._idle_readers.append(connection)

    def _require_open(self) -> None:
        if self._is_closed:
            raise StoreUnavailableError("store_closed", "The store has been closed. Open it again.")

    @contextmanager
    def _own_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StoreUnavailableError(
                "store_unreachable", f"{self.path} cannot be created: {error.strerror}. Choose another path."
            ) from error
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the lowest byte is the primary result code
            if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
                raise StoreSchemaError(
                    "store_unreadable",
                    f"{self.path} is no network that Ketnoi wrote, or it is damaged ({error}). "
                    "Choose another path, or put a copy back and load again.",
                ) from error
            if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
                raise StoreUnavailableError(
                    "store_busy", f"Another process has been writing to {self.path} for long. Try again later."
                ) from error
            if isinstance(error, sqlite3.OperationalError):
                raise StoreUnavailableError(
                    "store_unreachable",
                    f"{self.path} cannot be read or written: {error}. See to its folder, permissions and free space.",
                ) from error
            raise


class _SqliteTransaction:
    """The steps of :class:`graph.writing.WriteTransaction` on a connection with an open transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def known_ids(self, fact_type: type[Fact], ids: Sequence[str]) -> set[str]:
        query = f"SELECT 1 FROM {_TABLES[fact_type]} WHERE id = ?"  # noqa: S608  names of our own schema
        return {fact_id for fact_id in ids if self.connection.execute(query, (fact_id,)).fetchone()}

    def digests(self, fact_type: type[Fact], keys: Sequence[Key]) -> Mapping[Key, str]:
        query = f"SELECT digest FROM {_TABLES[fact_type]} WHERE {_where_key(fact_type)}"  # noqa: S608  as above
        found = ((key, self.connection.execute(query, key).fetchone()) for key in keys)
        return {key: row[0] for key, row in found if row}

    def stored(self, fact_type: type[F], keys: Sequence[Key]) -> Mapping[Key, F]:
        query = f"{_select(fact_type)} WHERE {_where_key(fact_type)}"
        found = ((key, self.connection.execute(query, key).fetchone()) for key in keys)
        return {key: _fact(fact_type, values) for key, values in found if values}

    def insert(self, fact_type: type[Fact], rows: Sequence[StoredRow]) -> None:
        columns = _write_columns(fact_type)
        names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        self.connection.executemany(
            f"INSERT INTO {_TABLES[fact_type]} ({names}) VALUES ({marks})",  # noqa: S608  as above
            (_values(row, columns) for row in rows),
        )
        if fact_type is Actor:
            self._index_names(rows)

    def update(self, fact_type: type[Fact], rows: Sequence[StoredRow]) -> None:
        columns = _write_columns(fact_type)
        assignments = ", ".join(f'"{name}" = ?' for name in columns)
        self.connection.executemany(
            f"UPDATE {_TABLES[fact_type]} SET {assignments} WHERE {_where_key(fact_type)}",  # noqa: S608  as above
            (_values(row, [*columns, *KEYS[fact_type]]) for row in rows),
        )
        if fact_type is Actor:
            self._index_names(rows)

    def projects_of_owner(self, actor_id: str) -> list[Project]:
        rows = self.connection.execute(f"{_select(Project)} WHERE owner_id = ?", (actor_id,))
        return [_fact(Project, values) for values in rows]

    def delete_actor(self, actor_id: str) -> None:
        self.connection.execute(
            "DELETE FROM actor_names WHERE rowid = (SELECT row_number FROM actors WHERE id = ?)", (actor_id,)
        )
        self.connection.execute("INSERT INTO actor_names (actor_names) VALUES ('optimize')")  # drops the words for good
        self.connection.execute("DELETE FROM actors WHERE id = ?", (actor_id,))

    def grow_revision(self) -> None:
        self.connection.execute("UPDATE network SET revision = revision + 1")

    def append_events(self, events: Sequence[Event]) -> None:
        self.connection.executemany(
            "INSERT INTO events (kind, at, payload) VALUES (?, ?, ?)",
            ((event.kind, event.at, event_text(event)) for event in events),
        )

    def events_naming(self, text: str) -> Sequence[tuple[int, Event]]:
        rows = self.connection.execute(
            "SELECT sequence, kind, at, payload FROM events WHERE instr(payload, ?) ORDER BY sequence", (text,)
        )
        return [(sequence, event_of(*values)) for sequence, *values in rows]

    def replace_event(self, sequence: int, event: Event | None) -> None:
        if event is None:
            self.connection.execute("DELETE FROM events WHERE sequence = ?", (sequence,))
        else:
            self.connection.execute("UPDATE events SET payload = ? WHERE sequence = ?", (event_text(event), sequence))

    def _index_names(self, rows: Sequence[StoredRow]) -> None:
        self.connection.executemany(
            "INSERT OR REPLACE INTO actor_names (rowid, search_key) SELECT row_number, ? FROM actors WHERE id = ?",
            ((row["search_key"], row["id"]) for row in rows),
        )


def _values(row: StoredRow, columns: Sequence[str]) -> list[Any]:
    values = (row[name] for name in columns)
    return [json.dumps(value, ensure_ascii=False) if isinstance(value, tuple) else value for value in values]


def _fact(fact_type: type[F], values: Sequence[Any]) -> F:
    row = dict(zip(SCHEMAS[fact_type].names, values, strict=True))
    for index in _LISTS[fact_type]:
        name = SCHEMAS[fact_type].names[index]
        row[name] = json.loads(row[name])
    return from_row(fact_type, row)


def _table(connection: sqlite3.Connection, fact_type: type[Fact]) -> pa.Table:
    rows = connection.execute(f"{_select(fact_type)} ORDER BY {', '.join(KEYS[fact_type])}").fetchall()
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(SCHEMAS[fact_type])
    for index in _LISTS[fact_type]:
        columns[index] = [[] if text == "[]" else json.loads(text) for text in columns[index]]
    return table_from_columns(fact_type, columns)
