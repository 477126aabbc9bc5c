"""The tables of the embedded store, and the migration of older files to them."""

import sqlite3

from graph.errors import StoreSchemaError

APPLICATION_ID = 0x6B6E6F69
"""Marks a SQLite file as a network of Ketnoi."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        f"PRAGMA application_id = {APPLICATION_ID}",
        """
        CREATE TABLE actors (
            row_number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            subkind TEXT,
            name_en TEXT,
            short_name TEXT,
            aliases TEXT NOT NULL,
            summary TEXT,
            summary_en TEXT,
            fields TEXT NOT NULL,
            needs TEXT NOT NULL,
            offers TEXT NOT NULL,
            district_or_city TEXT,
            country TEXT,
            founded TEXT,
            website TEXT,
            attributes TEXT NOT NULL,
            source TEXT NOT NULL,
            source_url TEXT,
            recorded_at TEXT NOT NULL,
            digest TEXT NOT NULL,
            folded_name TEXT NOT NULL
        )
        """,
        "CREATE VIRTUAL TABLE actor_names USING fts5(search_key, tokenize = 'ascii', prefix = '1 2 3', detail = none)",
        """
        CREATE TABLE projects (
            id TEXT PRIMARY KEY NOT NULL,
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            title_en TEXT,
            summary TEXT,
            summary_en TEXT,
            theme TEXT,
            fields TEXT NOT NULL,
            owner_id TEXT,
            year TEXT,
            start TEXT,
            "end" TEXT,
            total_cost REAL,
            attributes TEXT NOT NULL,
            source TEXT NOT NULL,
            source_url TEXT,
            recorded_at TEXT NOT NULL,
            digest TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX projects_by_owner ON projects (owner_id)",
        """
        CREATE TABLE relationships (
            source_id TEXT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
            target_id TEXT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            since TEXT,
            until TEXT,
            status TEXT,
            value_vnd INTEGER,
            note TEXT,
            occurrence INTEGER NOT NULL,
            attributes TEXT NOT NULL,
            source TEXT NOT NULL,
            source_url TEXT,
            recorded_at TEXT NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (source_id, target_id, kind, occurrence)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX relationships_by_target ON relationships (target_id)",
        """
        CREATE TABLE participations (
            project_id TEXT NOT NULL REFERENCES projects (id),
            actor_id TEXT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
            role TEXT,
            occurrence INTEGER NOT NULL,
            attributes TEXT NOT NULL,
            source TEXT NOT NULL,
            source_url TEXT,
            recorded_at TEXT NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (project_id, actor_id, occurrence)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX participations_by_actor ON participations (actor_id)",
        """
        CREATE TABLE events (
            sequence INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            at TEXT NOT NULL,
            payload TEXT NOT NULL
        )
        """,
        "CREATE TABLE network (revision INTEGER NOT NULL)",
        "INSERT INTO network VALUES (0)",
    ),
    (
        "ALTER TABLE actors ADD COLUMN identifiers TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE actors ADD COLUMN last_seen TEXT",
        "ALTER TABLE projects ADD COLUMN last_seen TEXT",
        "ALTER TABLE relationships ADD COLUMN last_seen TEXT",
        "ALTER TABLE participations ADD COLUMN last_seen TEXT",
        "CREATE INDEX actors_by_source ON actors (source, id)",
        "CREATE INDEX projects_by_source ON projects (source, id)",
        "CREATE INDEX relationships_by_source ON relationships (source, source_id, target_id, kind, occurrence)",
        "CREATE INDEX participations_by_source ON participations (source, project_id, actor_id, occurrence)",
        "CREATE INDEX events_by_kind ON events (kind, sequence)",
    ),
)
"""The statements of each migration. The schema version of a file is the number of migrations applied to it."""


def require_own_file(connection: sqlite3.Connection) -> None:
    """Refuse a database of another application or of a newer Ketnoi.

    Raises
    ------
    StoreSchemaError
        The database is one of these.
    """
    if _pragma(connection, "application_id") not in {0, APPLICATION_ID} or (
        _pragma(connection, "application_id") == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    ):
        raise StoreSchemaError(
            "store_foreign",
            "This file is a database of another application and was left as it is. Give the network a path of its own.",
        )
    version = _pragma(connection, "user_version")
    if version > len(MIGRATIONS):
        raise StoreSchemaError(
            "store_newer",
            f"This network was written by a newer Ketnoi (schema {version}; this one knows up to {len(MIGRATIONS)}). "
            "Update Ketnoi, or load the network into another path.",
            version=version,
            known=len(MIGRATIONS),
        )


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the migrations that a file lacks, each in its own transaction."""
    while (version := _pragma(connection, "user_version")) < len(MIGRATIONS):
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            if _pragma(connection, "user_version") != version:
                continue  # another process has applied it meanwhile
            for statement in MIGRATIONS[version]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value
