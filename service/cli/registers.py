"""Commands about public registers: convert."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from graph.kinds import Language
from graph.wording import Catalogue
from ingest.load import OnProgress
from ingest.registers.cordis import convert_cordis
from ingest.registers.openalex import convert_openalex
from ingest.registers.ror import convert_ror
from ingest.registers.writing import Conversion
from service.cli.app import app, console
from service.cli.context import CommandContext, JsonOption, LanguageChoice, LanguageOption
from service.cli.folders import filled_folder
from service.cli.help import HELP_OPTIONS
from service.cli.issues import issue_as_json, print_issues, print_written, require_report_path, write_issues
from service.cli.network import ALL_LOADED, NOTHING_READ, SOME_REJECTED
from service.cli.progress import file_bars

registers = typer.Typer(no_args_is_help=True, context_settings={"help_option_names": list(HELP_OPTIONS)})
app.add_typer(registers, name="convert")

Convert = Callable[[Path, OnProgress], Conversion]

SourceArgument = Annotated[Path, typer.Argument(metavar="SOURCE")]
TargetArgument = Annotated[Path, typer.Argument(metavar="DIR")]
CountryOption = Annotated[list[str] | None, typer.Option("--country", metavar="CODE")]
ForceOption = Annotated[bool, typer.Option("--force")]
ReportOption = Annotated[Path | None, typer.Option("--report", metavar="FILE")]


@dataclass(frozen=True, slots=True)
class _Output:
    """The options of a conversion that are the same for every register."""

    folder: Path
    force: bool
    report: Path | None
    as_json: bool
    language: LanguageChoice | None


@registers.command()
def cordis(
    source: SourceArgument,
    directory: TargetArgument,
    force: ForceOption = False,
    report: ReportOption = None,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Convert EU research projects."""
    output = _Output(directory, force, report, as_json, language)
    _run(lambda folder, on_progress: convert_cordis(source, folder, on_progress), output)


@registers.command()
def ror(
    source: SourceArgument,
    directory: TargetArgument,
    country: CountryOption = None,
    force: ForceOption = False,
    report: ReportOption = None,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Convert the Research Organization Registry."""
    output = _Output(directory, force, report, as_json, language)
    _run(lambda folder, on_progress: convert_ror(source, folder, country or (), on_progress), output)


@registers.command()
def openalex(
    source: SourceArgument,
    directory: TargetArgument,
    country: CountryOption = None,
    force: ForceOption = False,
    report: ReportOption = None,
    as_json: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Convert the institutions of OpenAlex."""
    output = _Output(directory, force, report, as_json, language)
    _run(lambda folder, on_progress: convert_openalex(source, folder, country or (), on_progress), output)


def _run(convert: Convert, output: _Output) -> None:
    """Convert into a folder that appears whole or not at all, print the result and end with the exit code."""
    if output.report is not None:
        require_report_path(output.report)
    context = CommandContext.of(language=output.language)
    with filled_folder(output.folder, force=output.force) as unfinished, file_bars() as on_progress:
        conversion = convert(unfinished, on_progress)
    whole = _as_json(conversion, output.folder, context.language)
    if output.report is not None:
        write_issues(conversion.issues, whole, output.report, context.language)
    if output.as_json:
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        print_issues(conversion.issues, context.language, console)
        _print_counts(conversion, output.folder, context.words)
        if output.report is not None:
            print_written(len(conversion.issues), output.report, context.language, console)
    raise typer.Exit(_exit_code(conversion))


def _exit_code(conversion: Conversion) -> int:
    if not conversion.n_read:
        return NOTHING_READ
    return SOME_REJECTED if conversion.has_errors else ALL_LOADED


def _as_json(conversion: Conversion, folder: Path, language: Language) -> dict[str, Any]:
    return {
        "source": str(conversion.source),
        "folder": str(folder),
        "n_read": conversion.n_read,
        "n_rejected": conversion.n_rejected,
        "files": {name: asdict(counts) for name, counts in conversion.records.items()},
        "written": dict(conversion.written),
        "issues": [issue_as_json(issue, language) for issue in conversion.issues],
    }


def _print_counts(conversion: Conversion, folder: Path, words: Catalogue) -> None:
    rows = [
        (name, counts.n_read, counts.n_taken, counts.n_rejected, counts.n_left_out)
        for name, counts in conversion.records.items()
    ]
    columns = ("file", "read", "taken", "rejected", "left_out")
    console.print(_table([words.text(f"convert.{column}") for column in columns], rows))
    written = list(conversion.written.items())
    console.print(_table([words.text("convert.table"), words.text("convert.rows")], written))
    console.print(Text(words.text("convert.next", folder=folder)), soft_wrap=True)


def _table(columns: Sequence[str], rows: Sequence[tuple[str | int, ...]]) -> Table:
    table = Table()
    for column in columns:
        table.add_column(column, justify="left" if column == columns[0] else "right")
    for row in rows:
        table.add_row(*(Text(f"{value:,}" if isinstance(value, int) else value) for value in row))
    return table
