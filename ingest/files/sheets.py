"""Files of any format as sheets of text cells; each line has the number that it has in its file."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.files.cell_text import as_text
from ingest.files.detection import repair_text
from ingest.files.text_files import TextFile, csv_records, encoding_issue, find_delimiter, guess_delimiter, scan_text
from ingest.files.workbook_cells import WorkbookCells
from ingest.issues import Issue, Place

_PARQUET_BATCH = 1_000
_PARQUET_FAILURES = (pa.ArrowException, OSError, ValueError)  # column names that are not UTF-8 raise ValueError
_N_LINES_SAMPLED = 2_000
_WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WORKBOOK_ENDINGS = ("xlsx", "xlsm", "xlsb", "xls", "ods")
TABLE_ENDINGS = ("csv", "csv.gz", "tsv", "txt", *_WORKBOOK_ENDINGS, "parquet", "json", "jsonl")
"""The file name endings of files that may contain tables."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: a line of a text file, a row of a sheet or an item of a list; counted from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells. Lines are counted from 1, columns from 0; both ends are included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of cells in a file.

    Attributes
    ----------
    n_lines
        The number of lines with blank ones, from which the progress of reading is computed.
    read
        Returns the lines from the first on, at each call anew. An issue stands for a line that cannot be read.
    merged
        The merged areas; only the first cell of an area contains its text.
    noticed
        Warnings about the sheet, which can be read all the same.
    """

    place: Place
    n_lines: int
    read: Callable[[], Iterator[Line | Issue]]
    merged: tuple[Area, ...] = ()
    noticed: tuple[Issue, ...] = ()


def ending_of(path: Path) -> str:
    """The ending of a file name in lower case, of two parts for a compressed file.

    >>> ending_of(Path("Danh sách 11.2026.XLSX")), ending_of(Path("a.b.csv.gz"))
    ('xlsx', 'csv.gz')
    """
    parts = path.name.lower().split(".")
    return ".".join(parts[-2:] if parts[-1] == "gz" else parts[-1:])


def open_sheets(path: Path) -> tuple[list[Sheet], list[Issue]]:
    """The sheets of a file that are not empty, and the issues of the file.

    Some ``.xls`` files are texts with tabs; these are recognised by their first bytes.
    """
    ending = ending_of(path)
    if ending == "parquet":
        return _opened(_parquet_sheet(path))
    if ending in _WORKBOOK_ENDINGS and (ending != "xls" or _starts_as_workbook(path)):
        return _workbook_sheets(path)
    text = scan_text(path)
    if isinstance(text, Issue):
        return [], [text]
    if ending == "json":
        return _json_sheets(text)
    return _opened(_json_lines_sheet(text) if ending == "jsonl" else csv_sheet(text))


def _opened(sheet: Sheet | Issue) -> tuple[list[Sheet], list[Issue]]:
    return ([], [sheet]) if isinstance(sheet, Issue) else ([sheet], [])


def _starts_as_workbook(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(4) in _WORKBOOK_SIGNATURES
    except OSError:
        return True  # the next attempt to open the file reports why it cannot be read


def csv_sheet(text: TextFile, columns: Sequence[str] = ()) -> Sheet:
    """A text file as a sheet; known names of columns help to find the delimiter."""
    place = Place(text.path.name)
    delimiter = find_delimiter(text.lines(), columns) if columns else guess_delimiter(text.lines())

    def read() -> Iterator[Line | Issue]:
        for number, cells in csv_records(text.lines(), delimiter):
            if cells is None:
                yield replace(place, line=number).issue("bad_quotes")
            elif any(cells) and any(map(str.strip, cells)):
                yield Line(number, tuple(cells))

    return Sheet(place, text.n_lines, read, noticed=text.noticed)


def _workbook_sheets(path: Path) -> tuple[list[Sheet], list[Issue]]:
    place = Place(path.name)
    cells = WorkbookCells(path)
    if cells.failure:
        return [], [place.issue("unreadable_file", detail=cells.failure)]
    if not cells.sheets:
        return [], [place.issue("empty_file")]
    return [
        _workbook_sheet(replace(place, sheet=known["name"]), known, partial(cells.lines, start))
        for start, known in cells.sheets.items()
    ], []


def _workbook_sheet(
    place: Place, known: Mapping[str, Any], lines: Callable[[], Iterator[tuple[int, list[str]]]]
) -> Sheet:
    def read() -> Iterator[Line]:
        for number, cells in lines():
            yield Line(number, tuple(cells))

    n_columns_before = known["n_columns_before"]
    merged = [
        Area(top + 1, max(left - n_columns_before, 0), bottom + 1, right - n_columns_before)
        for top, left, bottom, right in known["merged"]
    ]
    return Sheet(place, known["n_lines"], read, tuple(sorted(merged, key=attrgetter("top", "left"))))


def repaired(sheet: Sheet) -> Sheet:
    """The sheet; where it was typed in a TCVN3 or VNI font, with its letters restored.

    Each column is judged by itself, because only some may use the font. A column with too few words follows the sheet.
    """
    columns: dict[int, list[str]] = {}
    for line in islice(sheet.read(), _N_LINES_SAMPLED):
        if isinstance(line, Line):
            for place, cell in enumerate(line.cells):
                if not cell.isascii():
                    columns.setdefault(place, []).append(cell)
    whole = repair_text(cell for cells in columns.values() for cell in cells)
    repairs = {place: found for place, cells in columns.items() if (found := repair_text(cells) or whole)}
    if not repairs:
        return sheet

    def read() -> Iterator[Line | Issue]:
        for line in sheet.read():
            if isinstance(line, Issue):
                yield line
            else:
                cells = (repairs[place](cell) if place in repairs else cell for place, cell in enumerate(line.cells))
                yield Line(line.number, tuple(cells))

    surest = max(repairs.values(), key=lambda repair: repair.confidence)
    noticed = (*sheet.noticed, encoding_issue(sheet.place, surest.encoding, surest.confidence))
    return replace(sheet, read=read, noticed=noticed)


def _parquet_sheet(path: Path) -> Sheet | Issue:
    place = Place(path.name)
    try:
        with pq.ParquetFile(path) as parquet:
            names, n_rows = tuple(parquet.schema_arrow.names), parquet.metadata.num_rows
    except _PARQUET_FAILURES as failure:
        return place.issue("unreadable_file", detail=failure)

    def read() -> Iterator[Line | Issue]:
        yield Line(0, names)
        number = 0
        try:
            with pq.ParquetFile(path) as parquet:
                for batch in parquet.iter_batches(batch_size=_PARQUET_BATCH):
                    for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        number += 1
                        yield Line(number, tuple(as_text(value) for value in values))
        except _PARQUET_FAILURES as failure:
            yield Place(place.file, line=number + 1).issue("unreadable_file", detail=failure)

    return Sheet(place, n_rows, read)


def _json_sheets(text: TextFile) -> tuple[list[Sheet], list[Issue]]:
    place = Place(text.path.name)
    content = json_content(text)
    if isinstance(content, Issue):
        return [], [content]
    if isinstance(content, list):
        return [_objects_sheet(place, partial(enumerate, content, 1))], []
    lists = {name: items for name, items in content.items() if isinstance(items, list)}
    if not lists:
        return [], [place.issue("bad_json", detail=f"{type(content).__name__} ≠ […]")]
    return [
        _objects_sheet(replace(place, sheet=name), partial(enumerate, items, 1)) for name, items in lists.items()
    ], []


def json_content(text: TextFile) -> list[Any] | dict[str, Any] | Issue:
    """The array or object in a JSON file, or the issue that prevents reading it."""
    try:
        content = json.loads("".join(text.lines()))
    except (ValueError, RecursionError) as failure:
        place = Place(text.path.name, line=getattr(failure, "lineno", None))
        return place.issue("bad_json", detail=getattr(failure, "msg", failure))
    if isinstance(content, list | dict):
        return content
    return Place(text.path.name).issue("bad_json", detail=f"{type(content).__name__} ≠ […]")


def _json_lines_sheet(text: TextFile) -> Sheet:
    place = Place(text.path.name)
    return _objects_sheet(place, partial(json_lines, text), n_lines=text.n_lines)


def json_lines(text: TextFile) -> Iterator[tuple[int, Any]]:
    """The number and the value of each line that is not blank; an issue is the value of a line that is not JSON."""
    for number, content in enumerate(text.lines(), 1):
        if content.strip():
            try:
                yield number, json.loads(content)
            except (ValueError, RecursionError) as failure:
                place = Place(text.path.name, line=number)
                yield number, place.issue("bad_json", detail=getattr(failure, "msg", failure))


def _objects_sheet(place: Place, items: Callable[[], Iterable[tuple[int, Any]]], n_lines: int | None = None) -> Sheet:
    """A sheet with one line per object, and a header with the keys of all objects."""
    names: dict[str, None] = {}
    n_items = 0
    for _, item in items():
        n_items += 1
        if isinstance(item, dict):
            names |= dict.fromkeys(item)

    def read() -> Iterator[Line | Issue]:
        yield Line(0, tuple(names))
        for number, item in items():
            if isinstance(item, Issue):
                yield item
            elif isinstance(item, dict):
                yield Line(number, tuple(as_text(item.get(name)) for name in names))
            else:
                yield replace(place, line=number).issue("not_an_object", value=str(item))

    return Sheet(place, n_lines or n_items, read)
