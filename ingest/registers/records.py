"""The records in a file of a register, one at a time; a bad record becomes an issue and does not stop reading."""

import csv
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

from ingest.issues import Issue, Place

MAX_RECORD_CHARACTERS = 1 << 20
"""A record with more characters is taken to have no end."""

_CHUNK_CHARACTERS = 1 << 18
_DELIMITERS = ";,\t"
_MAX_COLUMNS_LISTED = 20
_ESCAPES = (None, "\\")
_BETWEEN_ITEMS = re.compile(r"[\s,]*")
_NEXT_OBJECT = re.compile(r"[,\[}\n]\s*(?=\{)")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class RegisterRecord:
    """One record of a register.

    Attributes
    ----------
    line
        The line of a text file, or the number of the item in a JSON array; counted from 1.
    values
        The values by column or key.
    """

    line: int
    values: Mapping[str, Any]


IsRecord = Callable[[Mapping[str, Any]], bool]


class _Lines:
    """Lines that can be put back, and the number of the line taken last."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._rest = iter(lines)
        self._returned: deque[str] = deque()
        self.number = 0

    def take(self) -> str | None:
        """The next line; None at the end."""
        line = self._returned.popleft() if self._returned else next(self._rest, None)
        self.number += line is not None
        return line

    def put_back(self, lines: list[str]) -> None:
        """Put lines back, so that they are taken again."""
        self._returned.extendleft(reversed(lines))
        self.number -= len(lines)


def csv_records(lines: Iterable[str], place: Place, required: Sequence[str] = ()) -> Iterator[RegisterRecord | Issue]:
    r"""Each record of a table with a header, by column; empty cells are left out.

    Quotes inside a cell may be doubled or follow a backslash; both occur in CORDIS. A record whose quotes do not close
    in either way costs one line. A table without a required column gives one issue and no records.

    >>> doubled, escaped = '1;"a ""b"" c"\n', '2;"a \\"b\\"; c"\n'
    >>> [record.values["title"] for record in csv_records(["id;title\n", doubled, escaped], Place("project.csv"))]
    ['a "b" c', 'a "b"; c']
    """
    if csv.field_size_limit() < MAX_RECORD_CHARACTERS:
        csv.field_size_limit(MAX_RECORD_CHARACTERS)  # one limit a process; it is raised and never put back
    source = _Lines(lines)
    header = source.take()
    if header is None:
        yield place.issue("empty_file")
        return
    delimiter = max(_DELIMITERS, key=header.count)
    columns = [name.strip() for name in next(csv.reader([header], delimiter=delimiter))]
    for column in required:
        if column not in columns:
            yield place.issue("missing_column", column=column, detail=", ".join(columns[:_MAX_COLUMNS_LISTED]))
            return
    while (first := source.take()) is not None:
        if not first.strip():
            continue
        number = source.number
        cells = _cells(first, source, delimiter, len(columns))
        here = Place(place.file, line=number)
        if cells is None:
            yield here.issue("bad_quotes", value=first)
        elif len(cells) != len(columns):
            yield here.issue("wrong_number_of_cells", value=str(len(cells)), detail=len(columns))
        else:
            yield RegisterRecord(number, {name: cell for name, cell in zip(columns, cells, strict=True) if cell})


def _cells(first: str, source: _Lines, delimiter: str, n_columns: int) -> list[str] | None:
    """The cells of the record that begins with a line; None, with no further line taken, where its quotes are wrong."""
    if '"' not in first:
        return first.rstrip("\r\n").split(delimiter)
    found: tuple[list[str], list[str]] | None = None
    for escape in _ESCAPES:
        taken: list[str] = []
        try:
            cells = next(csv.reader(_feed(first, source, taken), delimiter=delimiter, escapechar=escape, strict=True))
        except csv.Error:
            source.put_back(taken)
            continue
        if len(cells) == n_columns:
            return cells
        source.put_back(taken)
        found = found or (cells, taken)
    if found is None:
        return None
    for _ in found[1]:
        source.take()
    return found[0]


def _feed(first: str, source: _Lines, taken: list[str]) -> Iterator[str]:
    n_characters = len(first)
    yield first
    while n_characters < MAX_RECORD_CHARACTERS and (line := source.take()) is not None:
        taken.append(line)
        n_characters += len(line)
        yield line


def json_lines(lines: Iterable[str], place: Place) -> Iterator[RegisterRecord | Issue]:
    """Each JSON object of a file with one object per line; blank lines are ignored."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        here = Place(place.file, line=number)
        try:
            values = json.loads(line)
        except (ValueError, RecursionError) as failure:
            yield here.issue("bad_json_record", value=line, detail=failure)
            continue
        yield RegisterRecord(number, values) if isinstance(values, dict) else here.issue("not_an_object", value=line)


def json_array(stream: TextIO, place: Place, is_record: IsRecord) -> Iterator[RegisterRecord | Issue]:
    """Each object of a JSON array, read piece by piece.

    After a broken object, reading continues at the next object that is a record; the text between gives one issue.
    The numbers of later records count this text as one record.

    Parameters
    ----------
    is_record
        Whether an object is a record of the file and not a part of one.
    """
    window = _Window(stream)
    number = 0
    while window.at_item():
        number += 1
        here = Place(place.file, line=number)
        try:
            values = window.item()
        except (ValueError, RecursionError) as failure:
            yield here.issue("bad_json_record", value=window.excerpt(), detail=failure)
            window.go_to_record(is_record)
            continue
        yield (
            RegisterRecord(number, values)
            if isinstance(values, dict)
            else here.issue("not_an_object", value=str(values))
        )
    if number == 0 and not window.has_ended:
        yield place.issue("bad_json", detail="[ … ]")


class _Window:
    """The part of a JSON text that is being read; it is never much longer than one record."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._text = ""
        self._at = 0
        self._is_whole = False
        self.has_ended = False
        self._grow()
        start = _BETWEEN_ITEMS.match(self._text)
        self._at = start.end() if start else 0
        if self._text[self._at : self._at + 1] == "[":
            self._at += 1

    def _grow(self) -> None:
        more = self._stream.read(_CHUNK_CHARACTERS)
        self._is_whole = not more
        self._text, self._at = self._text[self._at :] + more, 0

    def at_item(self) -> bool:
        """Whether another item follows; moves to its beginning."""
        while (gap := _BETWEEN_ITEMS.match(self._text, self._at)) and gap.end() == len(self._text):
            self._at = gap.end()
            if self._is_whole:
                return False
            self._grow()
        self._at = gap.end() if gap else self._at
        self.has_ended = self._text[self._at] == "]"
        return not self.has_ended

    def excerpt(self) -> str:
        """The first 100 characters of the item."""
        return self._text[self._at : self._at + 100]

    def item(self) -> Any:
        """The item at this position; moves behind it.

        Raises
        ------
        ValueError
            The item is not JSON.
        """
        while True:
            try:
                values, self._at = _DECODER.raw_decode(self._text, self._at)
            except ValueError:
                if self._is_whole or len(self._text) - self._at >= MAX_RECORD_CHARACTERS:
                    raise
                self._grow()
            else:
                return values

    def go_to_record(self, is_record: IsRecord) -> None:
        """Move behind the broken item, to the next record or to the end."""
        while True:
            for candidate in _NEXT_OBJECT.finditer(self._text, self._at + 1):
                try:
                    values, _ = _DECODER.raw_decode(self._text, candidate.end())
                except (ValueError, RecursionError):
                    continue
                if isinstance(values, dict) and is_record(values):
                    self._at = candidate.end()
                    return
            if self._is_whole:
                self._at = len(self._text)
                return
            self._at = max(self._at, len(self._text) - MAX_RECORD_CHARACTERS)
            self._grow()
