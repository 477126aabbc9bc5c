"""The result of a load, on the screen and in files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph.interop import EXCHANGE_NAMES
from graph.kinds import Language
from graph.wording import Catalogue, load_catalogue
from ingest.linking import Linked
from ingest.load import LoadReport
from ingest.resolution.resolve import Pair
from ingest.row_counts import RowCounts, TableCounts
from ingest.staff.planning import SheetPlan, StaffTable
from service.cli.issues import issue_as_json, print_issues, write_issues

_MAX_PAIRS = 10


def write_report(report: LoadReport, path: Path, language: Language) -> None:
    """Write every issue to a file: JSON with the counts, or CSV for a spreadsheet, as the file's name ends."""
    write_issues(report.issues, report_as_json(report, language), path, language)


def report_as_json(report: LoadReport, language: Language) -> dict[str, Any]:
    """The report as JSON values: the counts of all rows and by table, and every issue."""
    return {
        "folder": str(report.path),
        "dry_run": report.is_dry_run,
        **_counts_as_json(report.rows),
        "tables": {name: _counts_as_json(counts) | asdict(counts.upserts) for name, counts in report.counts.items()},
        "files": [_table_as_json(counts) for counts in report.tables],
        "vanished": [asdict(each) for each in report.vanished],
        "linked": _linked_as_json(report.linked),
        "sheets": [_sheet_as_json(sheet) for sheet in report.sheets],
        "issues": [issue_as_json(issue, language) for issue in report.issues],
    }


def _counts_as_json(rows: RowCounts) -> dict[str, Any]:
    return {name: getattr(rows, name) for name in ("n_read", "n_loaded", "n_rejected", "n_repeated", "n_passed_over")}


def _table_as_json(counts: TableCounts) -> dict[str, Any]:
    row = asdict(counts)
    return {**row, **row.pop("upserts")}


def _linked_as_json(linked: Linked | None) -> dict[str, Any] | None:
    """The pairs of records that were linked, and the pairs that wait for a judgement."""
    if linked is None:
        return None
    return {
        "linked": [_pair_as_json(pair, linked.names) for pair in linked.linked],
        "proposed": [_pair_as_json(pair, linked.names) for pair in linked.proposed],
        "n_withdrawn": linked.n_withdrawn,
    }


def _pair_as_json(pair: Pair, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "left": {"id": pair.left_id, "name": names.get(pair.left_id)},
        "right": {"id": pair.right_id, "name": names.get(pair.right_id)},
        "probability": round(pair.probability, 4),
    }


def _sheet_as_json(sheet: SheetPlan) -> dict[str, Any]:
    """The tables of a sheet of free layout, each with the meaning of its columns."""
    return {
        "file": sheet.sheet.place.file,
        "sheet": sheet.sheet.place.sheet,
        "n_lines": sheet.n_lines,
        "tables": [
            {
                "table": EXCHANGE_NAMES[table.fact_type],
                "source": table.source,
                "header_line": table.found.header_line,
                "n_heading_lines": table.found.n_heading_lines,
                "title": table.found.title,
                "kind": table.kind or (table.party.kind if table.party else None),
                "columns": dict(columns_of(table)),
            }
            for table in sheet.tables
        ],
    }


def columns_of(table: StaffTable) -> Iterator[tuple[str, str | None]]:
    """Each header of a table with its column of the exchange format; None if it is kept as an attribute."""
    for header, match in zip(table.found.header, table.found.recognition.matches, strict=True):
        yield header, match.column if match else None


def print_report(report: LoadReport, language: Language, to: Console) -> None:
    """Print the issues in groups, the meaning of the columns, and the counts of each table."""
    words = load_catalogue(language, "command")
    print_issues(report.issues, language, to)
    for table in (table for sheet in report.sheets for table in sheet.tables):
        to.print(_understood(table, words))
    if report.tables:
        to.print(_count_table(report, words))
    else:
        to.print(Text(words.text("load.nothing")))
    for vanished in (each for each in report.vanished if each.is_marked):
        to.print(Text(words.text("load.vanished", n=vanished.n_vanished, source=vanished.source)))
    if linked := report.linked:
        for pairs, title in ((linked.linked, words.text("load.one")), (linked.proposed, words.text("load.maybe_one"))):
            if pairs:
                to.print(_pair_table(pairs, linked.names, title, words))
        to.print(Text(words.text("load.linked", n=len(linked.linked))))
        to.print(Text(words.text("load.proposed", n=len(linked.proposed))))
    if report.is_dry_run:
        to.print(Text(words.text("load.dry_run")))


def _understood(table: StaffTable, words: Catalogue) -> Text:
    """A paragraph about a table: its place, the kind of its rows, and the meaning of its columns."""
    place = table.found.sheet.place
    where = place.file + (f" [{place.sheet}]" if place.sheet else "")
    kind = table.kind or (table.party.kind if table.party else "")
    text = Text(
        f"{where}, {words.text('issues.line')} {table.found.header_line}: {EXCHANGE_NAMES[table.fact_type]}", "bold"
    )
    text.append(f" ({kind})" if kind else "", "bold")
    for header, column in columns_of(table):
        text.append(f"\n  {header} → ", "default")
        text.append(column or words.text("load.attribute"), "green" if column else "yellow")
    return text


def _pair_table(pairs: Sequence[Pair], names: Mapping[str, str], title: str, words: Catalogue) -> Table:
    """The most probable pairs of records, by name and id."""
    table = Table(title=title, title_justify="left", show_header=False)
    for pair in pairs[:_MAX_PAIRS]:
        sides = [f"{names.get(actor_id, '')}\n{actor_id}" for actor_id in (pair.left_id, pair.right_id)]
        table.add_row(*map(Text, sides), f"{pair.probability:.0%}")
    if len(pairs) > _MAX_PAIRS:
        table.add_row(Text(words.text("load.more_pairs", n=len(pairs) - _MAX_PAIRS)))
    return table


def _count_table(report: LoadReport, words: Catalogue) -> Table:
    table = Table()
    table.add_column(words.text("load.table"))
    written = [] if report.is_dry_run else ["inserted", "updated", "unchanged"]
    for name in ("read", "fit" if report.is_dry_run else "loaded", *written, "rejected", "passed_over"):
        table.add_column(words.text(f"load.{name}"), justify="right")
    for name, rows in report.counts.items():
        upserts = [getattr(rows.upserts, f"n_{each}") for each in written]
        table.add_row(name, *map(str, (rows.n_read, rows.n_loaded, *upserts, rows.n_rejected, rows.n_passed_over)))
    return table
