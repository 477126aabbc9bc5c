"""The commands ``ketnoi load`` and ``ketnoi export``."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn
from rich.text import Text

from graph.canonical import NO_MERGES, merged_view, merges_in
from graph.errors import StoreUnavailableError
from graph.interop import TableFormat, exchange_tables, export_tables
from graph.judgements import clusters, read_judgements
from graph.kinds import Language
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from ingest.load import LoadReport, OnProgress, ReadingProgress, check_folder, load_folder
from ingest.readers import find_files
from ingest.staff.mapping import TableMapping, read_mapping
from ingest.staff.planning import mapping_of
from service.cli.app import JsonOption, StoreOption, app, console, error_console
from service.cli.folders import filled_folder
from service.cli.load_report import as_json, print_report, print_written, require_report_path, write_report
from service.settings import Settings

ALL_LOADED, SOME_REJECTED, NOTHING_READ = 0, 1, 2
"""Exit codes of ``ketnoi load``."""


class LanguageChoice(StrEnum):
    """The languages of reports."""

    VI = "vi"
    EN = "en"


class ExportFormat(StrEnum):
    """The formats of ``ketnoi export``."""

    CSV = "csv"
    PARQUET = "parquet"
    GRAPHML = "graphml"
    GEXF = "gexf"


@app.command()
def load(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A file, or a folder of files.")],
    store: StoreOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the files and write nothing.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every issue to FILE.json, or to FILE.csv for a spreadsheet."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="How sheets are read, as --save-mapping writes it.")
    ] = None,
    save_mapping: Annotated[
        Path | None, typer.Option(metavar="FILE.toml", help="Write down how the sheets were read, to be corrected.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Keep these lists apart from others whose files are called the same."),
    ] = None,
    link: Annotated[
        bool, typer.Option("--link/--no-link", help="Look for records of one and the same member afterwards.")
    ] = True,
    as_json_text: JsonOption = False,
    language: Annotated[
        LanguageChoice | None, typer.Option(help="Language of the report. Without it: KETNOI_LANGUAGE.")
    ] = None,
) -> None:
    """Load a file, or a folder of files, into the network.

    Sheets of any layout are read (.xlsx, .xls, .ods, .csv, .tsv, .parquet, .json, .jsonl): titles, sums and notes are
    recognised, columns are found by their Vietnamese or English names, and links by the names of the members at their
    ends. Files named actors, relationships, projects, project_participants or judgements may be in the exchange format.
    Good rows are loaded. Every other row is reported with its line and what to do.

    Loading a file again changes nothing; loading a corrected file changes what was corrected. A row that a list no
    longer has is kept and marked with the day it was last seen: ketnoi diff shows it. Records that are clearly of one
    member appear as one from then on (ketnoi merges undoes it); unclear records wait for ketnoi review.

    Exit code 0: every row was loaded. 1: some were not. 2: nothing could be read.
    """
    if report is not None:
        require_report_path(report)
    find_files(path)  # a wrong path must not leave an empty store behind
    entries = read_mapping(mapping) if mapping is not None else ()
    settings = Settings()
    spoken: Language = "vi" if (language or settings.language) == "vi" else "en"
    loaded = _load(settings, store, path, entries, dry_run=dry_run, collection=source, link=link)
    if save_mapping is not None:
        save_mapping.write_text(mapping_of(loaded.sheets), encoding="utf-8")
    if report is not None:
        write_report(loaded, report, spoken)
    if as_json_text:
        typer.echo(json.dumps(as_json(loaded, spoken), ensure_ascii=False, indent=1))
    else:
        print_report(loaded, spoken, console)
        if report is not None:
            print_written(len(loaded.issues), report, spoken, console)
    raise typer.Exit(_exit_code(loaded))


def _load(
    settings: Settings,
    uri: str | None,
    path: Path,
    mapping: Sequence[TableMapping],
    *,
    dry_run: bool,
    collection: str | None,
    link: bool,
) -> LoadReport:
    if not dry_run:
        with settings.open_store(uri) as opened, progress_bars() as on_progress:
            return load_folder(opened, path, on_progress, mapping=mapping, collection=collection, link=link)
    with existing_store(settings, uri) or nullcontext() as known, progress_bars() as on_progress:
        return check_folder(path, known, on_progress, mapping=mapping)


def existing_store(settings: Settings, uri: str | None) -> GraphStore | None:
    """The store at an address; None if it is a file that does not exist yet."""
    address = uri or settings.store
    is_missing_file = "://" not in address and not Path(address.removeprefix("sqlite:")).expanduser().exists()
    return None if is_missing_file else settings.open_store(address)


def _exit_code(report: LoadReport) -> int:
    if not report.tables:
        return NOTHING_READ
    return SOME_REJECTED if report.has_errors else ALL_LOADED


@contextmanager
def progress_bars() -> Iterator[OnProgress]:
    """Progress bars on the error stream, one for each file; outside a terminal only their last state is printed."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]}"))
    with Progress(*columns, console=error_console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: ReadingProgress) -> None:
            if step.file not in tasks:
                tasks[step.file] = bars.add_task(step.file, total=1.0, rows="")
            bars.update(tasks[step.file], completed=step.fraction, rows=f"{step.n_rows:,}")

        yield show


@app.command()
def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write; it is created.")],
    file_format: Annotated[
        ExportFormat,
        typer.Option(
            "--format",
            help="csv and parquet: the tables, to be loaded again. gexf: for Gephi. graphml: for most graph tools.",
        ),
    ] = ExportFormat.CSV,
    store: StoreOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")] = False,
    merged: Annotated[
        bool, typer.Option("--merged", help="Write one row, or one node, for each member instead of each record.")
    ] = False,
    excel: Annotated[
        bool,
        typer.Option("--excel", help="With --format csv: mark the files as UTF-8, so that Excel reads Vietnamese."),
    ] = False,
    mixed: Annotated[
        bool,
        typer.Option(
            "--mixed",
            help="With --format graphml or gexf: give a relationship without direction an undirected edge. Gephi reads "
            "such files, networkx does not.",
        ),
    ] = False,
) -> None:
    """Write the network to a folder.

    Tables hold the rows as they were loaded. Every actor has a canonical_id, the id of the member that the record
    belongs to, and the table judgements says who judged which two records as what. Loading the folder again gives the
    same records, judgements and merges. The edges of a graph have weights, its nodes the colours of their kinds (gexf)
    and a canonical_id, and both have labels in Vietnamese and English.

    With --merged there is one row or node for each member, as pages and suggestions show it. Its relationships and
    projects are those of all its records, and there is no table of judgements.

    Cells are written as they were loaded. A spreadsheet takes a cell that begins with =, +, - or @ for a formula: if
    the network holds texts of people you do not trust, import the columns of the files as text.
    """
    if excel and file_format is not ExportFormat.CSV:
        raise typer.BadParameter("--excel goes with --format csv.", param_hint="--excel")
    if mixed and file_format not in {ExportFormat.GRAPHML, ExportFormat.GEXF}:
        raise typer.BadParameter("--mixed goes with --format graphml or gexf.", param_hint="--mixed")
    opened = existing_store(Settings(), store)
    if opened is None:
        raise StoreUnavailableError("store_missing", "There is no network yet. Load one first: ketnoi load DIR")
    with opened, filled_folder(directory, force=force) as unfinished:
        names = [
            path.name
            for path in _write_network(opened, unfinished, file_format, is_merged=merged, excel=excel, mixed=mixed)
        ]
    for name in names:
        console.print(Text(str(directory / name)), soft_wrap=True)


def _write_network(
    store: GraphStore, folder: Path, file_format: ExportFormat, *, is_merged: bool, excel: bool, mixed: bool
) -> tuple[Path, ...]:
    """The files written: records with their merges, or the members that a snapshot shows."""
    judgements, tables = read_judgements(store), store.tables()
    found = clusters(judgements)
    if is_merged:
        tables, merges = merged_view(tables, found)[0], NO_MERGES
    else:
        merges = merges_in(tables, found)
    if file_format in {ExportFormat.CSV, ExportFormat.PARQUET}:
        form: TableFormat = "csv" if file_format is ExportFormat.CSV else "parquet"
        named = exchange_tables(tables, merges, None if is_merged else judgements)
        return export_tables(named, folder, form, for_excel=excel)
    from graph.networks import write_gexf, write_graphml  # noqa: PLC0415  networkx takes long to import

    path = folder / f"network.{file_format.value}"
    write = write_graphml if file_format is ExportFormat.GRAPHML else write_gexf
    write(GraphSnapshot.from_tables(tables), path, merges, mixed=mixed)
    return (path,)
