"""The reading plan: all tables of a file or folder, in the order in which they must be read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graph.interop import EXCHANGE_NAMES
from ingest.issues import Issue
from ingest.raw_tables import RawTable
from ingest.readers import REQUIRED, TableFile, find_files, open_table
from ingest.seen import Seen
from ingest.staff.mapping import TableMapping
from ingest.staff.name_book import NameBook, StoredActors
from ingest.staff.planning import SheetPlan, plan_file
from ingest.staff.tables import needs_names, open_links, open_staff_table

_MAX_COLUMNS_LISTED = 20
_IDS = frozenset(column for columns in REQUIRED.values() for column in columns if column.endswith("id"))
"""Columns that only the exchange format has. A header with one of them that lacks another has a mistake."""


OnFile = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """The tables to be read, in their order: actors, projects, links, and last the links named in columns of others.

    Attributes
    ----------
    sheets
        The contents of the sheets that are not in the exchange format.
    book
        The names of actors and projects. It must be complete before links are read; None where no link refers to
        its ends by name.
    judgements
        The files that hold judgements, to be read when all actors are known; one at most.
    """

    tables: tuple[RawTable, ...]
    sheets: tuple[SheetPlan, ...]
    book: NameBook | None
    issues: tuple[Issue, ...]
    judgements: tuple[Path, ...] = ()


def plan_reading(
    path: Path,
    mapping: Sequence[TableMapping] = (),
    stored_actors: StoredActors | None = None,
    *,
    collection: str | None = None,
    on_file: OnFile | None = None,
) -> ReadingPlan:
    """The plan for reading a file or folder; no row is read yet.

    Parameters
    ----------
    collection
        A name that distinguishes these lists from others with the same file names.
    on_file
        Called with the name of each staff file before the file is searched for tables, which can take a while.

    Raises
    ------
    IngestError
        The file or folder does not exist, or holds nothing that can be read.
    """
    prefix = f"{collection}/" if collection else ""
    files = find_files(path)
    tables, sheets, issues = _open_exchange_tables(files.tables, mapping)
    for other in files.others:
        if on_file:
            on_file(other.name)
        planned, unusable = plan_file(other, mapping)
        sheets += planned
        issues += unusable
    issues += (issue for planned in sheets for issue in (*planned.sheet.noticed, *planned.issues))
    sheets = [
        replace(sheet, tables=tuple(replace(table, source=prefix + table.source) for table in sheet.tables))
        for sheet in sheets
    ]
    staff = [table for sheet in sheets for table in sheet.tables]
    book = NameBook(stored_actors) if stored_actors else NameBook()
    seen, seen_again = Seen(), Seen()
    opened = [replace(table, source=prefix + table.source) for table in tables]
    opened += (open_staff_table(table, book, seen) for table in staff)
    ordered = sorted(opened, key=lambda table: list(EXCHANGE_NAMES).index(table.fact_type))
    links = [derived for table in staff if (derived := open_links(table, book, seen_again))]
    is_asked = any(needs_names(table) for table in staff)
    return ReadingPlan(
        (*ordered, *links), tuple(sheets), book if is_asked else None, (*files.issues, *issues), files.judgements
    )


def _open_exchange_tables(
    files: Sequence[TableFile], mapping: Sequence[TableMapping]
) -> tuple[list[RawTable], list[SheetPlan], list[Issue]]:
    """The tables in files of the exchange format, the plans of files that are lists of staff, and the issues."""
    tables: list[RawTable] = []
    sheets: list[SheetPlan] = []
    issues: list[Issue] = []
    for file in files:
        opened = _open_exchange(file, mapping)
        if isinstance(opened, RawTable):
            tables.append(opened)
            issues += opened.noticed
        else:
            sheets += opened[0]
            issues += opened[1]
    return tables, sheets, issues


def _open_exchange(file: TableFile, mapping: Sequence[TableMapping]) -> RawTable | tuple[list[SheetPlan], list[Issue]]:
    """The table of a file with the header of the exchange format, or else the plans and issues of reading it as a list.

    A file that is named like a table of the exchange format may be a list that staff made.
    """
    table = open_table(file)
    unusable = [table] if isinstance(table, Issue) else list(missing_columns(table))
    if isinstance(table, RawTable) and not unusable:
        return table
    if isinstance(table, RawTable) and any(column in _IDS for column in table.columns or ()):
        return [], unusable
    planned, _ = plan_file(file.path, mapping)
    if any(found.fact_type is file.fact_type for sheet in planned for found in sheet.tables):
        return planned, []
    return [], unusable


def missing_columns(table: RawTable) -> Iterator[Issue]:
    """One issue for each required column that is missing from the header."""
    columns = table.columns
    if columns is not None:
        for column in REQUIRED[table.fact_type]:
            if column not in columns:
                yield table.place.issue(
                    "missing_column", column=column, detail=", ".join(columns[:_MAX_COLUMNS_LISTED])
                )
