"""What all converters share: cells for the exchange format, tables written row by row, counts, and an index."""

import csv
import html
import sqlite3
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

from graph.interop import LIST_SEPARATOR
from ingest.issues import Issue, Place
from ingest.load import OnProgress, ReadingProgress
from ingest.registers.records import RegisterRecord
from ingest.registers.sources import READ_FAILURES, Member, OpenedText
from ingest.values import MAX_TEXT_CHARACTERS, CellError, amount, clean, identifier, name, partial_date

Parse = Callable[[OpenedText, Place], Iterator[RegisterRecord | Issue]]
"""A function that finds the records of a file, such as those of :mod:`ingest.registers.records`."""

_PROGRESS_RECORDS = 1_000
_INDEX_CACHE_KIB = 16_384


@dataclass(frozen=True, slots=True)
class RecordCounts:
    """The number of records of one file by outcome: ``n_read == n_taken + n_rejected + n_left_out``.

    Attributes
    ----------
    n_left_out
        Records that were not requested: of another country, withdrawn, or replaced by a newer copy.
    """

    n_read: int
    n_taken: int
    n_rejected: int
    n_left_out: int


@dataclass(frozen=True, slots=True)
class Conversion:
    """The result of a conversion: record counts by file read, row counts by table written, and all issues."""

    source: Path
    records: Mapping[str, RecordCounts]
    written: Mapping[str, int]
    issues: tuple[Issue, ...]

    @property
    def n_read(self) -> int:
        """The number of records read from all files."""
        return sum(counts.n_read for counts in self.records.values())

    @property
    def n_rejected(self) -> int:
        """The number of records rejected by an error."""
        return sum(counts.n_rejected for counts in self.records.values())

    @property
    def has_errors(self) -> bool:
        """Whether an error rejected a record or a file."""
        return any(issue.is_error for issue in self.issues)


@cache
def load_mapping(register: str) -> Mapping[str, Any]:
    """The mapping of a register that staff can edit: kinds, countries or fields for the words of the register."""
    return tomllib.loads(files("ingest.registers").joinpath(f"{register}.toml").read_text(encoding="utf-8"))


class Cells:
    """The cells of one record in the exchange format. A value that cannot be stored is left out and reported."""

    def __init__(self, place: Place, issues: list[Issue], *, has_entities: bool = False) -> None:
        self._place = place
        self._issues = issues
        self._has_entities = has_entities

    def text(self, column: str, value: object) -> str:
        """The value as text with any number of lines; empty where there is none or it cannot be stored."""
        written = "" if value is None else str(value)
        plain = html.unescape(written) if self._has_entities else written
        if plain.isascii() and plain.isprintable() and len(plain) <= MAX_TEXT_CHARACTERS:
            return plain.strip()
        try:
            cleaned = clean(plain)
            if len(cleaned.text) > MAX_TEXT_CHARACTERS:
                raise CellError("too_long", str(MAX_TEXT_CHARACTERS))
        except CellError as error:
            return self._leave_out(column, written, error)
        for code, detail in cleaned.noticed:
            self._issues.append(self._place.issue(code, column=column, value=cleaned.text, detail=detail))
        return cleaned.text

    def name(self, column: str, value: object) -> str:
        """The value as a name: on one line, and short enough for a name."""
        written = " ".join(self.text(column, value).split())
        try:
            return name(written)
        except CellError as error:
            return self._leave_out(column, written, error)

    def names(self, column: str, values: Iterable[object]) -> tuple[str, ...]:
        """The distinct names among the values, in their order."""
        return tuple(dict.fromkeys(filter(None, (self.name(column, value) for value in values))))

    def items(self, column: str, values: Iterable[str]) -> str:
        """The distinct values as one cell; separators inside a value become slashes, excess values are left out."""
        kept: list[str] = []
        n_characters = 0
        for value in dict.fromkeys(value.replace(LIST_SEPARATOR, "/") for value in values if value):
            n_characters += len(value) + len(LIST_SEPARATOR)
            if n_characters > MAX_TEXT_CHARACTERS:
                self._leave_out(column, value, CellError("too_long", str(MAX_TEXT_CHARACTERS)))
                break
            kept.append(value)
        return LIST_SEPARATOR.join(kept)

    def identifier(self, column: str, value: object) -> str:
        """The value, if all its characters are printable."""
        written = "" if value is None else str(value).strip()
        try:
            return identifier(written)
        except CellError as error:
            return self._leave_out(column, written, error)

    def date(self, column: str, value: object) -> str:
        """The date as a day, month or year; a time is removed, and day/month/year becomes year-month-day."""
        written = self.text(column, value)
        day = written[:10].strip()
        if len(day) == 10 and day[2] == day[5] == "/":
            day = f"{day[6:]}-{day[3:5]}-{day[:2]}"
        if not day:
            return ""
        try:
            return partial_date(day)
        except CellError as error:
            return self._leave_out(column, written, error)

    def amount(self, column: str, value: object) -> str:
        """The number with a decimal point, also where the register writes a decimal comma."""
        written = self.text(column, value)
        number = written.replace(" ", "")
        if "," in number and number.rfind(",") > number.rfind("."):
            number = number.replace(".", "").replace(",", ".")
        if not number:
            return ""
        try:
            amount(number)
        except CellError as error:
            return self._leave_out(column, written, error)
        return number

    def _leave_out(self, column: str, written: str, error: CellError) -> str:
        self._issues.append(
            self._place.issue("cell_left_out", column=column, value=written, detail=error.detail or error.code)
        )
        return ""


class TableWriter:
    """The tables of a folder, written row by row."""

    def __init__(self, folder: Path, columns: Mapping[str, Sequence[str]]) -> None:
        self._folder = folder
        self._columns = columns
        self._streams: list[IO[str]] = []
        self._writers: dict[str, csv.DictWriter[str]] = {}
        self.written = dict.fromkeys(columns, 0)

    def __enter__(self) -> "TableWriter":
        for table, columns in self._columns.items():
            stream = (self._folder / f"{table}.csv").open("w", encoding="utf-8", newline="")
            self._streams.append(stream)
            self._writers[table] = csv.DictWriter(stream, columns, restval="")
            self._writers[table].writeheader()
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._streams:
            stream.close()

    def write(self, table: str, row: Mapping[str, str]) -> None:
        """Append a row; missing columns are empty."""
        self._writers[table].writerow(row)
        self.written[table] += 1


class Reader:
    """Reads the files of a register and collects record counts, issues and progress."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._on_progress = on_progress
        self.issues: list[Issue] = []
        self.records: dict[str, RecordCounts] = {}
        self._n_taken = 0
        self._n_left_out = 0

    def read(self, member: Member, parse: Parse) -> Iterator[tuple[RegisterRecord, Place]]:
        """Each readable record with its place. The caller counts it by :meth:`take` or :meth:`leave_out`.

        A record for which neither is called counts as rejected, and so does an unreadable record. If the file cannot be
        read to its end, the records before are kept and the rest gives one issue of the file.
        """
        place, n_read, n_before = Place(member.name), 0, (self._n_taken, self._n_left_out)
        try:
            with member.open_text() as opened:
                for record in parse(opened, place):
                    if isinstance(record, Issue):
                        n_read += record.line is not None
                        self.issues.append(record)
                        continue
                    n_read += 1
                    yield record, Place(place.file, line=record.line)
                    if self._on_progress and n_read % _PROGRESS_RECORDS == 0:
                        self._on_progress(ReadingProgress(place.file, n_read, opened.fraction()))
        except READ_FAILURES as failure:
            self.issues.append(place.issue("unreadable_file", detail=failure))
        if self._on_progress:
            self._on_progress(ReadingProgress(place.file, n_read, 1.0))
        n_taken, n_left_out = self._n_taken - n_before[0], self._n_left_out - n_before[1]
        self.records[member.name] = RecordCounts(n_read, n_taken, n_read - n_taken - n_left_out, n_left_out)

    def take(self) -> None:
        """Count the current record as written."""
        self._n_taken += 1

    def leave_out(self) -> None:
        """Count the current record as not requested."""
        self._n_left_out += 1


@contextmanager
def open_index(*statements: str) -> Iterator[sqlite3.Connection]:
    """A private SQLite database on disk, which is deleted when it is closed or the process ends.

    It keeps what must be looked up later, in bounded memory.
    """
    index = sqlite3.connect("", isolation_level=None)
    try:
        index.execute("PRAGMA journal_mode = OFF")
        index.execute(f"PRAGMA cache_size = -{_INDEX_CACHE_KIB}")
        for statement in statements:
            index.execute(statement)
        index.execute("BEGIN")
        yield index
    finally:
        index.close()
