"""CORDIS: converts the archives of EU research projects and their participants into the exchange format.

The format is that of the CSV and JSON archives on https://cordis.europa.eu and data.europa.eu, from the seventh
framework programme on: ``project``, ``organization``, ``euroSciVoc``, ``topics`` and ``legalBasis``.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graph.errors import IngestError
from ingest.issues import Issue, Place
from ingest.load import OnProgress
from ingest.registers.cordis_rows import (
    ACTOR_COLUMNS,
    PARTICIPANT_COLUMNS,
    PROJECT_COLUMNS,
    actor_row,
    participant_row,
    project_row,
    project_url,
    with_older_names,
)
from ingest.registers.records import RegisterRecord, csv_records, json_array
from ingest.registers.sources import Member, OpenedText, list_members
from ingest.registers.writing import Cells, Conversion, Reader, TableWriter, open_index

_COLUMNS = {"actors": ACTOR_COLUMNS, "projects": PROJECT_COLUMNS, "project_participants": PARTICIPANT_COLUMNS}
_REQUIRED = {
    "project": ("id", "title"),
    "organization": ("projectID", "organisationID", "name"),
    "euroscivoc": ("projectID", "euroSciVocPath"),
    "topics": ("projectID", "title"),
    "legalbasis": ("projectID", "title"),
}
"""The files that are read, by their names in lower case, and the columns that each must have."""
_FORMATS = (".csv", ".json")

_INDEX = (
    "CREATE TABLE project (id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID",
    "CREATE TABLE about (project TEXT, topic TEXT, value TEXT, PRIMARY KEY (project, topic, value)) WITHOUT ROWID",
    "CREATE TABLE actor (id TEXT PRIMARY KEY, updated TEXT, cells TEXT)",
    "CREATE TABLE name (id TEXT, name TEXT, PRIMARY KEY (id, name)) WITHOUT ROWID",
)


def convert_cordis(source: Path, folder: Path, on_progress: OnProgress | None = None) -> Conversion:
    """The counts and issues of converting CORDIS into the tables of actors, projects and participants.

    Parameters
    ----------
    source
        A CSV or JSON archive as published, such as ``cordis-HORIZONprojects-csv.zip``, or a folder of archives or of
        their unpacked files.
    folder
        The folder in which the tables are written.

    Raises
    ------
    IngestError
        The source does not exist, an archive is damaged, or the source has no projects or no organisations.
    """
    members = _members(source)
    reader = Reader(on_progress)
    with open_index(*_INDEX) as index, TableWriter(folder, _COLUMNS) as tables:
        conversion = _CordisConversion(reader, index, tables)
        for topic in ("euroscivoc", "topics", "legalbasis"):
            conversion.read(members[topic], topic, conversion.keep(topic))
        conversion.read(members["project"], "project", conversion.write_project)
        conversion.read(members["organization"], "organization", conversion.write_participant)
        conversion.write_actors(Place(members["organization"][0].name))
        return Conversion(source, reader.records, tables.written, tuple(reader.issues))


def _members(source: Path) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = {table: [] for table in _REQUIRED}
    for member in list_members(source):
        for table, ending in ((table, ending) for table in _REQUIRED for ending in _FORMATS):
            if member.base == table + ending:
                found[table].append(member)
    for table in ("project", "organization"):
        if not found[table]:
            raise IngestError(
                "register_table_missing",
                f"{source} holds no {table}.csv or {table}.json. Take the CSV or JSON archive of CORDIS projects.",
                source=str(source),
            )
    return found


class _CordisConversion:
    """A conversion in progress: its input, its index and its output."""

    def __init__(self, reader: Reader, index: sqlite3.Connection, tables: TableWriter) -> None:
        self._reader = reader
        self._index = index
        self._tables = tables

    def read(self, members: Sequence[Member], table: str, use: Callable[[RegisterRecord, Place], Issue | None]) -> None:
        """Pass every record to ``use``, which processes it or returns its issue."""
        for member in members:
            for record, place in self._reader.read(member, _parser(table)):
                problem = use(record, place)
                if problem is None:
                    self._reader.take()
                else:
                    self._reader.issues.append(problem)

    def keep(self, topic: str) -> Callable[[RegisterRecord, Place], Issue | None]:
        """A function that stores in the index what a record says about its project."""
        column = _REQUIRED[topic][1]

        def remember(record: RegisterRecord, place: Place) -> Issue | None:
            cells = self._cells(place)
            project, value = cells.identifier("projectID", record.values.get("projectID")), record.values.get(column)
            if not project:
                return place.issue("missing_value", column="projectID")
            written = cells.name(column, value)
            if topic != "legalbasis" or _is_main(record.values):
                self._index.execute("INSERT OR IGNORE INTO about VALUES (?, ?, ?)", (project, topic, written))
            return None

        return remember

    def write_project(self, record: RegisterRecord, place: Place) -> Issue | None:
        """Write a project, together with what the index has about it."""
        cells = self._cells(place)
        number = cells.identifier("id", record.values.get("id"))
        if not number:
            return place.issue("missing_value", column="id")
        first = self._index.execute("SELECT line FROM project WHERE id = ?", (number,)).fetchone()
        if first:
            return place.issue("repeated_record", column="id", value=number, detail=first[0])
        self._index.execute("INSERT INTO project VALUES (?, ?)", (number, record.line))
        about: dict[str, list[str]] = {"euroscivoc": [], "topics": [], "legalbasis": []}
        for topic, value in self._index.execute("SELECT topic, value FROM about WHERE project = ?", (number,)):
            about[topic].append(value)
        self._tables.write("projects", project_row(number, record.values, about, cells))
        return None

    def write_participant(self, record: RegisterRecord, place: Place) -> Issue | None:
        """Write a participation, and store its organisation in the index."""
        cells, values = self._cells(place), record.values
        pic = cells.identifier("organisationID", values.get("organisationID"))
        project = cells.identifier("projectID", values.get("projectID"))
        name = cells.name("name", values.get("name"))
        for column, value in (("organisationID", pic), ("projectID", project), ("name", name)):
            if not value:
                return place.issue("missing_value", column=column)
        if not self._index.execute("SELECT 1 FROM project WHERE id = ?", (project,)).fetchone():
            return place.issue("unknown_project", column="projectID", value=project)
        self._remember_actor(pic, project, values, cells)
        self._tables.write("project_participants", participant_row(pic, project, values, cells))
        return None

    def _remember_actor(self, pic: str, project: str, values: Mapping[str, Any], cells: Cells) -> None:
        row = actor_row(pic, values, cells) | {"source_url": project_url(project)}
        names = [(pic, name) for name in (row["name"], row["short_name"]) if name]
        self._index.executemany("INSERT OR IGNORE INTO name VALUES (?, ?)", names)
        updated = cells.text("contentUpdateDate", values.get("contentUpdateDate"))
        self._index.execute(
            "INSERT INTO actor VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE"
            " SET updated = excluded.updated, cells = excluded.cells WHERE excluded.updated >= actor.updated",
            (pic, updated, "\x1f".join(row.get(column, "") for column in ACTOR_COLUMNS)),
        )

    def write_actors(self, place: Place) -> None:
        """Write every organisation once, from its latest record; issues are reported at the given place."""
        cells = self._cells(place)
        for pic, written in self._index.execute("SELECT id, cells FROM actor ORDER BY id"):
            names = [name for (name,) in self._index.execute("SELECT name FROM name WHERE id = ?", (pic,))]
            row = dict(zip(ACTOR_COLUMNS, written.split("\x1f"), strict=True))
            self._tables.write("actors", with_older_names(row, names, cells))

    def _cells(self, place: Place) -> Cells:
        return Cells(place, self._reader.issues, has_entities=True)


def _parser(table: str) -> Callable[[OpenedText, Place], Iterator[RegisterRecord | Issue]]:
    required = _REQUIRED[table]

    def parse(opened: OpenedText, place: Place) -> Iterator[RegisterRecord | Issue]:
        if place.file.lower().endswith(".json"):
            return json_array(opened.stream, place, lambda values: required[0] in values)
        return csv_records(opened.stream, place, required)

    return parse


def _is_main(values: Mapping[str, Any]) -> bool:
    """Whether a legal basis is the part of the programme that pays for the project."""
    return str(values.get("uniqueProgrammePart", "")).lower() in {"true", "1"}
