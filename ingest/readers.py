"""A folder in the exchange format as streams of raw rows, each with the place it was read from."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from types import NoneType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, load_workbook

from graph.errors import IngestError
from graph.folding import nfc
from graph.interop import EXCHANGE_NAMES, LIST_SEPARATOR, exchange_columns
from graph.model import Fact
from ingest.issues import Issue, Place
from ingest.text_files import TextFile, csv_records, find_delimiter, scan_text

_ENDINGS = (".csv", ".csv.gz", ".xlsx", ".parquet", ".json", ".jsonl")
_NOT_FOR_PEOPLE = (".", "~$", "thumbs.db", "desktop.ini")
"""How the names of files begin that systems leave in folders; they are passed over."""

_PARQUET_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file of the folder that holds a table."""

    fact_type: type[Fact]
    path: Path


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands in its file: the text of each cell that is not empty."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RawTable:
    """An opened table.

    Attributes
    ----------
    columns
        The header; None where every row names its own columns (JSON).
    n_lines
        Lines there are, to tell how far reading has come.
    rows
        The rows in their order, read as they are asked for; an issue stands for a row that cannot be read.
    """

    fact_type: type[Fact]
    place: Place
    columns: tuple[str, ...] | None
    n_lines: int
    rows: Iterator[Row | Issue]


def list_tables(folder: Path) -> tuple[list[TableFile], list[Issue]]:
    """The tables of a folder, actors first and links last, and what else is wrong with its files.

    Raises
    ------
    IngestError
        The folder is missing, is no folder, or holds no table.
    """
    if not folder.is_dir():
        what = "is a file; name the folder that holds it" if folder.exists() else "does not exist"
        raise IngestError("folder_missing", f"{folder} {what}.", folder=str(folder))
    found: dict[type[Fact], list[Path]] = {fact_type: [] for fact_type in EXCHANGE_NAMES}
    issues = []
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.lower().startswith(_NOT_FOR_PEOPLE))
    except OSError as failure:
        raise IngestError(
            "folder_unreadable", f"{folder} cannot be read: {failure.strerror}.", folder=str(folder)
        ) from failure
    for path in paths:
        fact_type = _table_of(path)
        if fact_type is None:
            issues.append(Place(path.name).issue("unknown_file", detail=_nearest_table(path)))
        else:
            found[fact_type].append(path)
    if not any(found.values()):
        names = ", ".join(EXCHANGE_NAMES.values())
        raise IngestError(
            "folder_without_tables",
            f"{folder} holds no table. A table is a file named {names}, ending in {', '.join(_ENDINGS)}.",
            folder=str(folder),
        )
    for candidates in found.values():
        if len(candidates) > 1:
            kept = candidates[0].name
            issues += [
                Place(path.name).issue("duplicate_table", value=path.name, detail=kept) for path in candidates[1:]
            ]
    return [TableFile(fact_type, paths[0]) for fact_type, paths in found.items() if len(paths) == 1], issues


def _table_of(path: Path) -> type[Fact] | None:
    stem, dot, ending = path.name.lower().partition(".")
    if dot + ending not in _ENDINGS or not path.is_file():
        return None
    return next((fact_type for fact_type, name in EXCHANGE_NAMES.items() if name == stem), None)


def _nearest_table(path: Path) -> str | None:
    stem, dot, ending = path.name.lower().partition(".")
    nearest = get_close_matches(stem, EXCHANGE_NAMES.values(), n=1)
    if not nearest:
        return None
    return nearest[0] + (dot + ending if dot + ending in _ENDINGS else ".csv")


def open_table(file: TableFile) -> RawTable | Issue:
    """The table in a file, ready to be read, or why it cannot be read at all."""
    ending = file.path.name.lower().partition(".")[2]
    if ending == "xlsx":
        return _open_workbook(file)
    if ending == "parquet":
        return _open_parquet(file)
    text = scan_text(file.path)
    if isinstance(text, Issue):
        return text
    openers = {"json": _open_json, "jsonl": _open_json_lines}
    return openers.get(ending, _open_csv)(file, text)


def _open_csv(file: TableFile, text: TextFile) -> RawTable | Issue:
    place = Place(file.path.name)
    records = csv_records(text.lines(), find_delimiter(text.lines(), exchange_columns(file.fact_type)))
    header_line, header = next(((line, cells) for line, cells in records if cells is None or any(cells)), (1, []))
    if header is None:
        return replace(place, line=header_line).issue("bad_quotes")
    columns = _columns(file.fact_type, header, place)
    if isinstance(columns, Issue):
        return columns

    def rows() -> Iterator[Row | Issue]:
        for line, cells in records:
            if cells is None:
                yield Place(place.file, line=line).issue("bad_quotes")
            elif any(cells):
                yield _row(Place(place.file, line=line), columns, cells)

    return RawTable(file.fact_type, place, columns, text.n_lines, rows())


def _open_workbook(file: TableFile) -> RawTable | Issue:
    place = Place(file.path.name)
    try:
        workbook = load_workbook(file.path)
        sheets = [sheet for name in workbook.sheet_names if (sheet := workbook.get_sheet_by_name(name)).height]
    except (CalamineError, OSError) as failure:
        return place.issue("unreadable_file", detail=failure)
    if not sheets:
        return place.issue("empty_file")
    chosen = _sheet_of_table(sheets, EXCHANGE_NAMES[file.fact_type])
    if chosen is None:
        names = ", ".join(each.name for each in sheets)
        return place.issue("several_sheets", value=EXCHANGE_NAMES[file.fact_type], detail=names)
    place = Place(file.path.name, chosen.name)
    lines = ((line, [as_text(value) for value in values]) for line, values in enumerate(chosen.iter_rows(), 1))
    records = ((line, cells) for line, cells in lines if any(cells))
    columns = _columns(file.fact_type, next(records, (0, []))[1], place)
    if isinstance(columns, Issue):
        return columns
    rows = (_row(replace(place, line=line), columns, cells) for line, cells in records)
    return RawTable(file.fact_type, place, columns, chosen.total_height, rows)


def _sheet_of_table(sheets: Sequence[CalamineSheet], name: str) -> CalamineSheet | None:
    if len(sheets) == 1:
        return sheets[0]
    return next((sheet for sheet in sheets if sheet.name.strip().lower() == name), None)


def _open_parquet(file: TableFile) -> RawTable | Issue:
    place = Place(file.path.name)
    try:
        parquet = pq.ParquetFile(file.path)
    except (pa.ArrowException, OSError) as failure:
        return place.issue("unreadable_file", detail=failure)
    columns = _columns(file.fact_type, parquet.schema_arrow.names, place)
    if isinstance(columns, Issue):
        return columns

    def rows() -> Iterator[Row | Issue]:
        line = 0
        try:
            for batch in parquet.iter_batches(batch_size=_PARQUET_BATCH):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    line += 1
                    yield _row(Place(place.file, line=line), columns, [as_text(value) for value in values])
        except (pa.ArrowException, OSError, ValueError) as failure:
            yield Place(place.file, line=line + 1).issue("unreadable_file", detail=failure)
        finally:
            parquet.close()

    return RawTable(file.fact_type, place, columns, parquet.metadata.num_rows, rows())


def _open_json(file: TableFile, text: TextFile) -> RawTable | Issue:
    place = Place(file.path.name)
    try:
        items = json.loads("".join(text.lines()))
    except (ValueError, RecursionError) as failure:
        line = getattr(failure, "lineno", None)
        return Place(file.path.name, line=line).issue("bad_json", detail=getattr(failure, "msg", failure))
    if not isinstance(items, list):
        return place.issue("bad_json", detail=f"{type(items).__name__} ≠ […]")
    rows = (_object_row(file.fact_type, Place(place.file, line=line), item) for line, item in enumerate(items, 1))
    return RawTable(file.fact_type, place, None, len(items), rows)


def _open_json_lines(file: TableFile, text: TextFile) -> RawTable:
    place = Place(file.path.name)

    def rows() -> Iterator[Row | Issue]:
        for line, content in enumerate(text.lines(), 1):
            if not content.strip():
                continue
            try:
                yield _object_row(file.fact_type, Place(place.file, line=line), json.loads(content))
            except (ValueError, RecursionError) as failure:
                yield Place(place.file, line=line).issue("bad_json", detail=getattr(failure, "msg", failure))

    return RawTable(file.fact_type, place, None, text.n_lines, rows())


def _columns(fact_type: type[Fact], header: Sequence[str], place: Place) -> tuple[str, ...] | Issue:
    names = [_column(fact_type, name) for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        return place.issue("empty_file")
    names = [name or f"column_{number}" for number, name in enumerate(names, 1)]
    for number, name in enumerate(names):
        if name in names[:number]:
            return place.issue("duplicate_column", column=name)
    return tuple(names)


def _column(fact_type: type[Fact], written: str) -> str:
    name = nfc("".join(char if char.isprintable() else " " for char in written))
    return name.lower() if name.lower() in exchange_columns(fact_type) else name


def _row(place: Place, columns: Sequence[str], cells: Sequence[str]) -> Row | Issue:
    if len(cells) != len(columns) and (len(cells) < len(columns) or any(islice(cells, len(columns), None))):
        return place.issue("wrong_number_of_cells", value=str(len(cells)), detail=len(columns))
    return Row(place.line or 0, {column: cell for column, cell in zip(columns, cells, strict=False) if cell})


def _object_row(fact_type: type[Fact], place: Place, item: object) -> Row | Issue:
    if not isinstance(item, dict):
        return place.issue("not_an_object", value=str(item))
    cells: dict[str, str] = {}
    for number, (written, value) in enumerate(item.items(), 1):
        column = _column(fact_type, written) or f"column_{number}"
        if column in cells:
            return place.issue("duplicate_column", column=column)
        if text := as_text(value):
            cells[column] = text
    return Row(place.line or 0, cells)


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
