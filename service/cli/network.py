"""Commands about the network itself: load, export."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn
from rich.text import Text

from graph.errors import StoreUnavailableError
from graph.interop import export_tables
from graph.kinds import Language
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from ingest.load import LoadReport, OnProgress, check_folder, load_folder
from ingest.load import Progress as Step
from ingest.readers import find_files
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
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that holds the tables.")],
    store: StoreOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the files and write nothing.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write every issue to FILE.json, or to FILE.csv for a spreadsheet."),
    ] = None,
    as_json_text: JsonOption = False,
    language: Annotated[
        LanguageChoice | None, typer.Option(help="Language of the report. Without it: KETNOI_LANGUAGE.")
    ] = None,
) -> None:
    """Load a folder of tables into the network.

    A table is a file named actors, relationships, projects or project_participants that ends in .csv, .csv.gz,
    .xlsx, .parquet, .json or .jsonl. Good rows are loaded, every other row is reported with its line and what to do.
    Loading a folder again changes nothing; loading corrected files changes what they correct.

    Exit code 0: every row was loaded. 1: some were not. 2: nothing could be read.
    """
    if report is not None:
        require_report_path(report)
    find_files(directory)  # a wrong folder must not leave an empty store behind
    settings = Settings()
    spoken: Language = "vi" if (language or settings.language) == "vi" else "en"
    loaded = _load(settings, store, directory, dry_run=dry_run)
    if report is not None:
        write_report(loaded, report, spoken)
    if as_json_text:
        typer.echo(json.dumps(as_json(loaded, spoken), ensure_ascii=False, indent=1))
    else:
        print_report(loaded, spoken, console)
        if report is not None:
            print_written(len(loaded.issues), report, spoken, console)
    raise typer.Exit(_exit_code(loaded))


def _load(settings: Settings, uri: str | None, directory: Path, *, dry_run: bool) -> LoadReport:
    if not dry_run:
        with settings.open_store(uri) as opened, progress_bars() as on_progress:
            return load_folder(opened, directory, on_progress)
    with existing_store(settings, uri) or nullcontext() as known, progress_bars() as on_progress:
        return check_folder(directory, known, on_progress)


def existing_store(settings: Settings, uri: str | None) -> GraphStore | None:
    """The store, or None where it is a file that opening would create."""
    address = uri or settings.store
    is_missing_file = "://" not in address and not Path(address.removeprefix("sqlite:")).expanduser().exists()
    return None if is_missing_file else settings.open_store(address)


def _exit_code(report: LoadReport) -> int:
    if not report.tables:
        return NOTHING_READ
    return SOME_REJECTED if report.has_errors else ALL_LOADED


@contextmanager
def progress_bars() -> Iterator[OnProgress]:
    """Bars on the error stream, one a file; their last state where it is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]}"))
    with Progress(*columns, console=error_console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(step: Step) -> None:
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
            "--format", help="csv and parquet: the tables, to be loaded again. graphml and gexf: for Gephi and others."
        ),
    ] = ExportFormat.CSV,
    store: StoreOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")] = False,
) -> None:
    """Write the network to a folder: what was loaded comes back, row for row.

    Cells are written as they were loaded. One that begins with =, +, - or @ is a formula to a spreadsheet: open
    exported files by importing their columns as text where the network holds texts of people you do not trust.
    """
    opened = existing_store(Settings(), store)
    if opened is None:
        raise StoreUnavailableError("store_missing", "There is no network yet. Load one first: ketnoi load DIR")
    with opened, filled_folder(directory, force=force) as unfinished:
        tables = opened.tables()
        if file_format in {ExportFormat.CSV, ExportFormat.PARQUET}:
            written = export_tables(tables, unfinished, "csv" if file_format is ExportFormat.CSV else "parquet")
        else:
            written = (_write_graph(GraphSnapshot.from_tables(tables), unfinished, file_format),)
        names = [path.name for path in written]
    for name in names:
        console.print(Text(str(directory / name)), soft_wrap=True)


def _write_graph(snapshot: GraphSnapshot, folder: Path, file_format: ExportFormat) -> Path:
    from graph.networks import write_gexf, write_graphml  # noqa: PLC0415  networkx takes long to import

    path = folder / f"network.{file_format.value}"
    if file_format is ExportFormat.GRAPHML:
        write_graphml(snapshot, path)
    else:
        write_gexf(snapshot, path)
    return path
