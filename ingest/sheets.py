"""Files of any format as sheets of text cells, each line under the number it has in its file."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from functools import partial
from itertools import islice
from pathlib import Path
from types import NoneType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, SheetTypeEnum, load_workbook

from graph.interop import LIST_SEPARATOR
from ingest.detection import repair_text
from ingest.issues import Issue, Place
from ingest.text_files import TextFile, csv_records, encoding_issue, find_delimiter, guess_delimiter, scan_text

_PARQUET_BATCH = 1_000
_N_LINES_SAMPLED = 2_000
_WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_WORKBOOK_ENDINGS = ("xlsx", "xlsm", "xlsb", "xls", "ods")
TABLE_ENDINGS = ("csv", "csv.gz", "tsv", "txt", *_WORKBOOK_ENDINGS, "parquet", "json", "jsonl")
"""How the names of files end that may hold tables."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank: physical line of a text file, row of a sheet, item of a list; counted from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells: lines counted from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One grid of cells in a file.

    Attributes
    ----------
    n_lines
        Lines there are, blank ones included, to tell how far reading has come.
    read
        Gives the lines from the first on, each time it is called; an issue stands for a line that cannot be read.
    merged
        The areas in which only the first cell holds a text.
    noticed
        What a person should know of the sheet though it can be read.
    """

    place: Place
    n_lines: int
    read: Callable[[], Iterator[Line | Issue]]
    merged: tuple[Area, ...] = ()
    noticed: tuple[Issue, ...] = ()


def ending_of(path: Path) -> str:
    """What follows the stem of a file's name, of two parts where the file is compressed.

    >>> ending_of(Path("Danh sách 11.2026.XLSX")), ending_of(Path("a.b.csv.gz"))
    ('xlsx', 'csv.gz')
    """
    parts = path.name.lower().split(".")
    return ".".join(parts[-2:] if parts[-1] == "gz" else parts[-1:])


def open_sheets(path: Path) -> tuple[list[Sheet], list[Issue]]:
    """The sheets of a file that hold anything, and what is wrong with the file.

    Many an ``.xls`` is a text with tabs; its first bytes tell.
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
        return True  # opening it again says why it cannot be read


def csv_sheet(text: TextFile, columns: Sequence[str] = ()) -> Sheet:
    """A text file as a sheet; the names of columns, where they are known, help to tell what separates cells."""
    place = Place(text.path.name)
    delimiter = find_delimiter(text.lines(), columns) if columns else guess_delimiter(text.lines())

    def read() -> Iterator[Line | Issue]:
        for number, cells in csv_records(text.lines(), delimiter):
            if cells is None:
                yield replace(place, line=number).issue("bad_quotes")
            elif any(cells):
                yield Line(number, tuple(cells))

    return _repaired(Sheet(place, text.n_lines, read, noticed=text.noticed))


def _workbook_sheets(path: Path) -> tuple[list[Sheet], list[Issue]]:
    place = Place(path.name)
    try:
        workbook = load_workbook(path)
        grids = [
            grid
            for entry in workbook.sheets_metadata
            if entry.typ == SheetTypeEnum.WorkSheet and (grid := workbook.get_sheet_by_name(entry.name)).height
        ]
    except (CalamineError, OSError) as failure:
        return [], [place.issue("unreadable_file", detail=failure)]
    if not grids:
        return [], [place.issue("empty_file")]
    return [_workbook_sheet(replace(place, sheet=grid.name), grid) for grid in grids], []


def _workbook_sheet(place: Place, grid: CalamineSheet) -> Sheet:
    n_columns_before = (grid.start or (0, 0))[1]

    def read() -> Iterator[Line | Issue]:
        for number, values in enumerate(grid.iter_rows(), 1):
            cells = tuple(as_text(value) for value in values)
            if any(cells):
                yield Line(number, cells)

    merged = [
        Area(top + 1, max(left - n_columns_before, 0), bottom + 1, right - n_columns_before)
        for (top, left), (bottom, right) in grid.merged_cell_ranges or ()
    ]
    return _repaired(
        Sheet(place, grid.total_height, read, tuple(sorted(merged, key=lambda area: (area.top, area.left))))
    )


def _repaired(sheet: Sheet) -> Sheet:
    """The sheet, its letters given back where it was typed with a TCVN3 or VNI font.

    Each column is judged by itself, since only some may have been; one with too few words goes with the sheet.
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
    except (pa.ArrowException, OSError) as failure:
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
        except (pa.ArrowException, OSError, ValueError) as failure:
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
    """The array or object that a JSON file holds, or why it holds none."""
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
    """The value on each line that is not blank, with its number; an issue for a line that is no JSON."""
    for number, content in enumerate(text.lines(), 1):
        if content.strip():
            try:
                yield number, json.loads(content)
            except (ValueError, RecursionError) as failure:
                place = Place(text.path.name, line=number)
                yield number, place.issue("bad_json", detail=getattr(failure, "msg", failure))


def _objects_sheet(place: Place, items: Callable[[], Iterable[tuple[int, Any]]], n_lines: int | None = None) -> Sheet:
    """Objects as lines under a header of all their keys."""
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


def as_text(value: Any) -> str:
    """A cell of a typed format as a person would have typed it into a CSV file.

    >>> as_text(2024.0), as_text(datetime(2025, 2, 3)), as_text(["ai", "iot"]), as_text(None)
    ('2024', '2025-02-03', 'ai|iot', '')
    """
    return _TEXT_OF_TYPE.get(type(value), str)(value)


def _number_text(value: float) -> str:
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _moment_text(value: datetime) -> str:
    return value.date().isoformat() if value.time() == time.min else value.isoformat()


def _list_text(value: list[Any] | tuple[Any, ...]) -> str:
    return LIST_SEPARATOR.join(map(as_text, value))


_TEXT_OF_TYPE: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda _: "",
    bool: lambda value: "true" if value else "false",
    float: _number_text,
    datetime: _moment_text,
    bytes: lambda value: value.decode("utf-8", errors="replace"),
    list: _list_text,
    tuple: _list_text,
    dict: lambda value: json.dumps(value, ensure_ascii=False, default=as_text),
}
"""Every other type of cell is written as :func:`str` does; dates come out in ISO 8601."""
