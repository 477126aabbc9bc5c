"""The one check that no line of a file is lost: what files, reports and stores say must add up."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from graph.interop import EXCHANGE_NAMES, exchange_columns
from graph.model import Actor, Project
from graph.sqlite_store import SqliteStore
from graph.tables import Tables
from ingest.files.sheets import Line, csv_sheet, ending_of, open_sheets
from ingest.files.text_files import TextFile, scan_text
from ingest.issues import Issue, visible
from ingest.load import LoadReport, load_folder
from ingest.readers import TableFile, find_files
from ingest.row_counts import TableCounts
from ingest.staff.mapping import TableMapping
from ingest.staff.planning import SheetPlan

SHEET_CODES = frozenset({"sheet_passed_over", "sheet_without_header", "mapping_does_not_fit"})
"""Issues of sheets of which no line is read."""


def assert_accounted(report: LoadReport, path: Path) -> None:
    """Fail where a line of a file or folder that was loaded or checked is neither counted nor reported."""
    for table in report.tables:
        _assert_rows_add_up(table, report.issues)
    for sheet in report.sheets:
        _assert_lines_add_up(sheet, report)
    for file in find_files(path).tables:
        _assert_exchange_file_adds_up(file, report)
    for other in find_files(path).others:
        assert any(sheet.sheet.place.file == other.name for sheet in report.sheets) or any(
            issue.file == visible(other.name) and issue.is_error for issue in report.issues
        ), f"nothing is said of {other.name}"
    rows = report.rows
    assert rows.n_read == rows.n_loaded + rows.n_rejected


def _assert_rows_add_up(table: TableCounts, issues: Sequence[Issue]) -> None:
    where = f"{table.table} of {table.file}, {table.sheet}"
    assert table.n_read == table.n_loaded + table.n_rejected, where
    assert 0 <= table.n_repeated <= table.n_loaded, where
    if table.n_rejected:
        own = [issue for issue in issues if issue.file == table.file and issue.line is not None]
        reasons = {issue.line for issue in own if issue.is_error or table.is_derived}
        assert reasons, where


def _assert_lines_add_up(planned: SheetPlan, report: LoadReport) -> None:
    place = planned.sheet.place
    n_lines = Counter(isinstance(line, Line) for line in planned.sheet.read())
    assert planned.n_lines == n_lines[True]
    own = [issue for issue in report.issues if (issue.file, issue.sheet) == (place.file, _shown(place.sheet))]
    if not planned.tables:
        assert SHEET_CODES & {issue.code for issue in own}, f"nothing is said of {place}"
        return
    tables = [
        table
        for table in report.tables
        if (table.file, table.sheet) == (place.file, place.sheet) and not table.is_derived
    ]
    n_headings = sum(table.found.n_heading_lines for table in planned.tables)
    n_read, n_passed = sum(table.n_read for table in tables), sum(table.n_passed_over for table in tables)
    assert n_lines.total() == n_headings + n_read + n_passed, f"{place}: {n_lines}, {n_headings} {n_read} {n_passed}"
    errors = {issue.line for issue in own if issue.is_error and issue.line is not None}
    assert all(issue.line is not None for issue in own if issue.is_error), place
    n_rejected = sum(table.n_rejected for table in tables)
    assert bool(errors) >= bool(n_rejected), f"{place}: {n_rejected} rejected, errors on {sorted(errors)}"
    derived = [table for table in report.tables if table.file == place.file and table.is_derived]
    n_links_rejected = sum(table.n_rejected for table in derived)
    if all(table.fact_type in {Actor, Project} for table in planned.tables):
        assert len(errors) <= n_rejected + n_links_rejected, f"{place}: {n_rejected}, errors on {sorted(errors)}"


def _shown(sheet: str | None) -> str | None:
    return None if sheet is None else visible(sheet)


def _assert_exchange_file_adds_up(file: TableFile, report: LoadReport) -> None:
    """A file of the exchange format: each line below its header is read, or an issue says why the file is not."""
    if any(sheet.sheet.place.file == file.path.name for sheet in report.sheets):
        return
    tables = [table for table in report.tables if table.file == file.path.name]
    if not tables:
        assert any(issue.file == file.path.name and issue.is_error for issue in report.issues)
        return
    assert sum(table.n_read for table in tables) == n_rows_of(file)


def n_rows_of(file: TableFile) -> int:
    """Lines below the header of a file of the exchange format, counted apart from its reading."""
    if ending_of(file.path) in {"csv", "csv.gz"}:
        text = scan_text(file.path)
        assert isinstance(text, TextFile)
        return sum(1 for _ in csv_sheet(text, exchange_columns(file.fact_type)).read()) - 1
    sheets, _ = open_sheets(file.path)
    named = [sheet for sheet in sheets if (sheet.place.sheet or "").lower() == EXCHANGE_NAMES[file.fact_type]]
    return sum(1 for _ in (named or sheets)[0].read()) - 1


def load_twice(store_path: Path, path: Path, mapping: Sequence[TableMapping] = ()) -> tuple[LoadReport, Tables]:
    """The report of a first load and the facts it left, after making sure that a second one changes nothing."""
    with SqliteStore(store_path) as store:
        report = load_folder(store, path, mapping=mapping)
        assert_accounted(report, path)
        loaded, revision = store.tables(), store.revision()
        again = load_folder(store, path, mapping=mapping)
        assert_accounted(again, path)
        assert store.tables() == loaded
        assert store.revision() == revision
        assert again.rows.upserts.n_inserted == again.rows.upserts.n_updated == 0
    assert_stored(report, loaded)
    return report, loaded


def assert_stored(report: LoadReport, tables: Tables) -> None:
    """Fail where an empty store did not get exactly the facts that a report says."""
    for fact_type, name in EXCHANGE_NAMES.items():
        n_inserted = sum(table.upserts.n_inserted for table in report.tables if table.table == name)
        assert tables.of(fact_type).num_rows == n_inserted
