"""Commands about the network itself: load, export."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from graph.canonical import NO_MERGES, merged_view, merges_in
from graph.interop import TableFormat, exchange_tables, export_tables
from graph.judgements import clusters, read_judgements
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from ingest.load import LoadReport, check_folder, load_folder
from ingest.readers import find_files
from ingest.staff.mapping import TableMapping, read_mapping
from ingest.staff.planning import mapping_of
from service.cli.app import app, console
from service.cli.context import CommandContext, JsonOption, LanguageOption, StoreOption
from service.cli.folders import filled_folder
from service.cli.issues import print_written, require_report_path
from service.cli.load_report import print_report, report_as_json, write_report
from service.cli.progress import file_bars

ALL_LOADED, SOME_REJECTED, NOTHING_READ = 0, 1, 2
"""Exit codes of ``ketnoi load``."""


class ExportFormat(StrEnum):
    """The formats that ``ketnoi export`` writes."""

    CSV = "csv"
    PARQUET = "parquet"
    GRAPHML = "graphml"
    GEXF = "gexf"


@app.command()
def load(
    path: Annotated[Path, typer.Argument(metavar="PATH")],
    store: StoreOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    mapping: Annotated[Path | None, typer.Option(metavar="FILE.toml")] = None,
    save_mapping: Annotated[Path | None, typer.Option(metavar="FILE.toml")] = None,
    source: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    link: Annotated[bool, typer.Option("--link/--no-link")] = True,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Load a file, or a folder of files, into the network."""
    if report is not None:
        require_report_path(report)
    find_files(path)  # a wrong path must not leave an empty store behind
    entries = read_mapping(mapping) if mapping is not None else ()
    context = CommandContext.of(store, language)
    if dry_run:
        loaded = _check(context, path, entries)
    else:
        with context.open_store() as opened, file_bars() as on_progress:
            loaded = load_folder(opened, path, on_progress, mapping=entries, collection=source, link=link)
    if save_mapping is not None:
        save_mapping.write_text(mapping_of(loaded.sheets), encoding="utf-8")
    if report is not None:
        write_report(loaded, report, context.language)
    if as_json:
        typer.echo(json.dumps(report_as_json(loaded, context.language), ensure_ascii=False, indent=1))
    else:
        print_report(loaded, context.language, console)
        if report is not None:
            print_written(len(loaded.issues), report, context.language, console)
    raise typer.Exit(_exit_code(loaded))


def _check(context: CommandContext, path: Path, mapping: Sequence[TableMapping]) -> LoadReport:
    with context.existing_store() or nullcontext() as known, file_bars() as on_progress:
        return check_folder(path, known, on_progress, mapping=mapping)


def _exit_code(report: LoadReport) -> int:
    if not report.tables:
        return NOTHING_READ
    return SOME_REJECTED if report.has_errors else ALL_LOADED


@app.command()
def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR")],
    file_format: Annotated[ExportFormat, typer.Option("--format")] = ExportFormat.CSV,
    store: StoreOption = None,
    force: Annotated[bool, typer.Option("--force")] = False,
    merged: Annotated[bool, typer.Option("--merged")] = False,
    excel: Annotated[bool, typer.Option("--excel")] = False,
    mixed: Annotated[bool, typer.Option("--mixed")] = False,
) -> None:
    """Write the network to a folder."""
    if excel and file_format is not ExportFormat.CSV:
        raise typer.BadParameter("--excel goes with --format csv.", param_hint="--excel")
    if mixed and file_format not in {ExportFormat.GRAPHML, ExportFormat.GEXF}:
        raise typer.BadParameter("--mixed goes with --format graphml or gexf.", param_hint="--mixed")
    with CommandContext.of(store).store() as opened, filled_folder(directory, force=force) as unfinished:
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
