"""Commands about public registers: convert."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph.kinds import Language
from ingest.load import OnProgress
from ingest.registers.cordis import convert_cordis
from ingest.registers.openalex import convert_openalex
from ingest.registers.ror import convert_ror
from ingest.registers.writing import Conversion
from service.cli.app import JsonOption, app, console
from service.cli.folders import filled_folder
from service.cli.load_report import issue_as_json, print_issues, print_written, require_report_path, write_issues
from service.cli.network import ALL_LOADED, NOTHING_READ, SOME_REJECTED, LanguageChoice, progress_bars
from service.settings import Settings

registers = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Convert a public register into a folder of tables that ketnoi load reads.",
)
app.add_typer(registers, name="convert")

_WORDS: dict[Language, dict[str, str]] = {
    "vi": {
        "file": "Tệp",
        "read": "Đã đọc",
        "taken": "Đã chuyển",
        "rejected": "Bị loại",
        "left_out": "Ngoài phạm vi",
        "table": "Bảng đã ghi",
        "rows": "Số dòng",
        "next": "Nạp vào mạng lưới: ketnoi load {folder}",
    },
    "en": {
        "file": "File",
        "read": "Read",
        "taken": "Converted",
        "rejected": "Rejected",
        "left_out": "Not asked for",
        "table": "Table written",
        "rows": "Rows",
        "next": "Load it into the network: ketnoi load {folder}",
    },
}

Convert = Callable[[Path, OnProgress], Conversion]

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write; it is created.")]
CountryOption = Annotated[
    list[str] | None,
    typer.Option("--country", metavar="CODE", help="Keep this country only (VN, LA, …); may be given several times."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write every issue to FILE.json, or to FILE.csv for a spreadsheet."),
]
LanguageOption = Annotated[
    LanguageChoice | None, typer.Option("--language", help="Language of the report. Without it: KETNOI_LANGUAGE.")
]


@dataclass(frozen=True, slots=True)
class _Output:
    """Where a conversion goes, and how it is told about."""

    folder: Path
    force: bool
    report: Path | None
    as_json_text: bool
    language: LanguageChoice | None


@registers.command()
def cordis(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="The CSV or JSON zip of a programme, or a folder of several.")
    ],
    directory: FolderArgument,
    force: ForceOption = False,
    report: ReportOption = None,
    as_json_text: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Convert EU research projects: actors, projects and who takes part in them.

    SOURCE is cordis-HORIZONprojects-csv.zip, cordis-h2020projects-csv.zip or cordis-fp7projects-csv.zip from
    cordis.europa.eu, their JSON variants, or a folder that holds several of them.

    Exit code 0: every record was converted. 1: some were not. 2: nothing could be read.
    """
    output = _Output(directory, force, report, as_json_text, language)
    _run(lambda folder, on_progress: convert_cordis(source, folder, on_progress), output)


@registers.command()
def ror(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="The zip of a release, or the JSON file inside it.")],
    directory: FolderArgument,
    country: CountryOption = None,
    force: ForceOption = False,
    report: ReportOption = None,
    as_json_text: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Convert the Research Organization Registry: actors, and which is part of which.

    SOURCE is a data dump in schema 2 from doi.org/10.5281/zenodo.6347574, vX.Y-YYYY-MM-DD-ror-data.zip.

    Exit code 0: every record was converted. 1: some were not. 2: nothing could be read.
    """
    output = _Output(directory, force, report, as_json_text, language)
    _run(lambda folder, on_progress: convert_ror(source, folder, country or (), on_progress), output)


@registers.command()
def openalex(
    source: Annotated[
        Path, typer.Argument(metavar="SOURCE", help="The folder of the snapshot or of its institutions, or one part.")
    ],
    directory: FolderArgument,
    country: CountryOption = None,
    force: ForceOption = False,
    report: ReportOption = None,
    as_json_text: JsonOption = False,
    language: LanguageOption = None,
) -> None:
    """Convert the institutions of OpenAlex: actors, and which is part of which.

    SOURCE is data/institutions of the snapshot, with its folders updated_date=…, or a part of it (.gz, .jsonl).

    Exit code 0: every record was converted. 1: some were not. 2: nothing could be read.
    """
    output = _Output(directory, force, report, as_json_text, language)
    _run(lambda folder, on_progress: convert_openalex(source, folder, country or (), on_progress), output)


def _run(convert: Convert, output: _Output) -> None:
    """Convert into a folder that appears whole or not at all, tell about it and end with the exit code."""
    if output.report is not None:
        require_report_path(output.report)
    spoken: Language = "vi" if (output.language or Settings().language) == "vi" else "en"
    with filled_folder(output.folder, force=output.force) as unfinished, progress_bars() as on_progress:
        conversion = convert(unfinished, on_progress)
    whole = _as_json(conversion, output.folder, spoken)
    if output.report is not None:
        write_issues(conversion.issues, whole, output.report, spoken)
    if output.as_json_text:
        typer.echo(json.dumps(whole, ensure_ascii=False, indent=1))
    else:
        print_issues(conversion.issues, spoken, console)
        _print_counts(conversion, output.folder, spoken, console)
        if output.report is not None:
            print_written(len(conversion.issues), output.report, spoken, console)
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


def _print_counts(conversion: Conversion, folder: Path, language: Language, to: Console) -> None:
    words = _WORDS[language]
    rows = [
        (name, counts.n_read, counts.n_taken, counts.n_rejected, counts.n_left_out)
        for name, counts in conversion.records.items()
    ]
    to.print(_table([words[column] for column in ("file", "read", "taken", "rejected", "left_out")], rows))
    to.print(_table([words["table"], words["rows"]], list(conversion.written.items())))
    to.print(Text(words["next"].format(folder=folder)), soft_wrap=True)


def _table(columns: Sequence[str], rows: Sequence[tuple[str | int, ...]]) -> Table:
    table = Table()
    for column in columns:
        table.add_column(column, justify="left" if column == columns[0] else "right")
    for row in rows:
        table.add_row(*(Text(f"{value:,}" if isinstance(value, int) else value) for value in row))
    return table
