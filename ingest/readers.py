"""Readers: files and folders as streams of raw rows. The exchange format is read here, other files in ingest.staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from graph.errors import IngestError
from graph.folding import nfc
from graph.interop import EXCHANGE_NAMES, JUDGEMENTS, exchange_columns
from graph.model import Actor, Fact, Participation, Project, Relationship
from ingest.files.cell_text import as_text
from ingest.files.sheets import (
    TABLE_ENDINGS,
    Line,
    Sheet,
    csv_sheet,
    ending_of,
    json_content,
    json_lines,
    open_sheets,
)
from ingest.files.text_files import TextFile, scan_text
from ingest.issues import Issue, Place
from ingest.raw_tables import RawRow, RawTable

_EXCHANGE_ENDINGS = ("csv", "csv.gz", "xlsx", "parquet", "json", "jsonl")
_NOT_FOR_PEOPLE = (".", "~$", "thumbs.db", "desktop.ini")
"""File names that begin so belong to the operating system or an office program and are ignored."""

REQUIRED: Mapping[type[Fact], tuple[str, ...]] = {
    Actor: ("id", "kind", "name"),
    Project: ("id", "kind", "title"),
    Relationship: ("source_id", "target_id", "kind"),
    Participation: ("project_id", "actor_id"),
}
"""The columns that each table of the exchange format must have."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file whose name is the name of a table of the exchange format."""

    fact_type: type[Fact]
    path: Path


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files to be read.

    Attributes
    ----------
    tables
        Tables of facts in the exchange format, actors first and links last.
    judgements
        The table of judgements in the exchange format; one at most.
    others
        All other files that may contain tables, by name.
    """

    tables: tuple[TableFile, ...]
    judgements: tuple[Path, ...]
    others: tuple[Path, ...]
    issues: tuple[Issue, ...]


def find_files(path: Path) -> FoundFiles:
    """The files of a folder that may contain tables, or the one file given, and issues for all other files.

    Raises
    ------
    IngestError
        The file or folder does not exist, or holds nothing that can be read.
    """
    try:
        return _found_files(path)
    except OSError as failure:
        raise IngestError(
            "folder_unreadable", f"{path} cannot be read: {failure.strerror}.", folder=str(path)
        ) from failure


def _found_files(path: Path) -> FoundFiles:
    paths = _paths(path)
    issues = []
    found: dict[str, list[Path]] = {name: [] for name in (*EXCHANGE_NAMES.values(), JUDGEMENTS)}
    others = []
    for each in paths:
        name = _table_of(each)
        if name is not None:
            found[name].append(each)
        elif each.is_file() and ending_of(each) in TABLE_ENDINGS:
            others.append(each)
        else:
            issues.append(Place(each.name).issue("unknown_file", detail=_nearest_table(each)))
    if not others and not any(found.values()):
        raise IngestError(
            "folder_without_tables",
            f"{path} holds no table. Tables are files that end in .{', .'.join(TABLE_ENDINGS)}.",
            folder=str(path),
        )
    issues += [
        Place(second.name).issue("duplicate_table", value=second.name, detail=candidates[0].name)
        for candidates in found.values()
        for second in candidates[1:]
    ]
    single = {name: candidates[0] for name, candidates in found.items() if len(candidates) == 1}
    tables = (TableFile(fact_type, single[name]) for fact_type, name in EXCHANGE_NAMES.items() if name in single)
    judgements = (single[JUDGEMENTS],) if JUDGEMENTS in single else ()
    return FoundFiles(tuple(tables), judgements, tuple(others), tuple(issues))


def _paths(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise IngestError("folder_missing", f"{path} does not exist.", folder=str(path))
    return sorted(each for each in path.iterdir() if not each.name.lower().startswith(_NOT_FOR_PEOPLE))


def _table_of(path: Path) -> str | None:
    """The name of the table of the exchange format that a file is named after; None for another file."""
    stem, _, ending = path.name.lower().partition(".")
    is_table = ending in _EXCHANGE_ENDINGS and path.is_file() and stem in {*EXCHANGE_NAMES.values(), JUDGEMENTS}
    return stem if is_table else None


def _nearest_table(path: Path) -> str | None:
    stem, dot, ending = path.name.lower().partition(".")
    nearest = get_close_matches(stem, EXCHANGE_NAMES.values(), n=1)
    if not nearest:
        return None
    return nearest[0] + (dot + ending if ending in _EXCHANGE_ENDINGS else ".csv")


def open_table(file: TableFile) -> RawTable | Issue:
    """The table in a file of the exchange format, ready to be read, or the issue that prevents reading it."""
    ending = ending_of(file.path)
    if ending in {"csv", "csv.gz", "json", "jsonl"}:
        text = scan_text(file.path)
        if isinstance(text, Issue):
            return text
        openers = {"json": _open_json, "jsonl": _open_json_lines}
        return openers.get(ending, _open_csv)(file, text)
    sheets, issues = open_sheets(file.path)
    if issues:
        return issues[0]
    return _open_one_of(file, sheets)


def _open_one_of(file: TableFile, sheets: Sequence[Sheet]) -> RawTable | Issue:
    """The table in the only sheet of a workbook, or in the sheet with the name of the table."""
    name = EXCHANGE_NAMES[file.fact_type]
    named = [sheet for sheet in sheets if (sheet.place.sheet or "").strip().lower() == name]
    if len(sheets) > 1 and not named:
        names = ", ".join(sheet.place.sheet or "" for sheet in sheets)
        return Place(file.path.name).issue("several_sheets", value=name, detail=names)
    chosen = (named or list(sheets))[0]
    table = _open_sheet(file, chosen)
    if isinstance(table, Issue):
        return table
    left = (sheet.place.issue("sheet_not_read", value=chosen.place.sheet) for sheet in sheets if sheet is not chosen)
    return replace(table, noticed=(*table.noticed, *left))


def _open_csv(file: TableFile, text: TextFile) -> RawTable | Issue:
    return _open_sheet(file, csv_sheet(text, exchange_columns(file.fact_type)))


def _open_sheet(file: TableFile, sheet: Sheet) -> RawTable | Issue:
    lines = sheet.read()
    header = next(lines, None)
    if header is None:
        return sheet.place.issue("empty_file")
    if isinstance(header, Issue):
        return header
    columns = _columns(file.fact_type, header.cells, sheet.place)
    if isinstance(columns, Issue):
        return columns
    rows = (line if isinstance(line, Issue) else _row(sheet.place, columns, line) for line in lines)
    return RawTable(file.fact_type, sheet.place, columns, sheet.n_lines, rows, file.path.name, noticed=sheet.noticed)


def _open_json(file: TableFile, text: TextFile) -> RawTable | Issue:
    place = Place(file.path.name)
    items = json_content(text)
    if isinstance(items, Issue):
        return items
    if not isinstance(items, list):
        return place.issue("bad_json", detail=f"{type(items).__name__} ≠ […]")
    rows = (_object_row(file.fact_type, replace(place, line=line), item) for line, item in enumerate(items, 1))
    return RawTable(file.fact_type, place, None, len(items), rows, file.path.name, noticed=text.noticed)


def _open_json_lines(file: TableFile, text: TextFile) -> RawTable:
    place = Place(file.path.name)
    rows = (
        item if isinstance(item, Issue) else _object_row(file.fact_type, replace(place, line=line), item)
        for line, item in json_lines(text)
    )
    return RawTable(file.fact_type, place, None, text.n_lines, rows, file.path.name, noticed=text.noticed)


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


def _row(place: Place, columns: Sequence[str], line: Line) -> RawRow | Issue:
    cells = line.cells
    if len(cells) != len(columns) and (len(cells) < len(columns) or any(islice(cells, len(columns), None))):
        here = replace(place, line=line.number)
        return here.issue("wrong_number_of_cells", value=str(len(cells)), detail=len(columns))
    return RawRow(line.number, {column: cell for column, cell in zip(columns, cells, strict=False) if cell})


def _object_row(fact_type: type[Fact], place: Place, item: object) -> RawRow | Issue:
    if not isinstance(item, dict):
        return place.issue("not_an_object", value=str(item))
    cells: dict[str, str] = {}
    for number, (written, value) in enumerate(item.items(), 1):
        column = _column(fact_type, written) or f"column_{number}"
        if column in cells:
            return place.issue("duplicate_column", column=column)
        if text := as_text(value):
            cells[column] = text
    return RawRow(place.line or 0, cells)
