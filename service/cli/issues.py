"""Issues on the screen and in files."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph.kinds import Language
from graph.wording import Catalogue, load_catalogue
from ingest.issues import Issue, render

_MAX_GROUPS = 20
_MAX_LINES = 5
_REPORT_ENDINGS = (".json", ".csv")
_ISSUE_COLUMNS = ("severity", "code", "file", "sheet", "line", "column", "value", "message", "hint")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def require_report_path(path: Path) -> None:
    """Raise :class:`typer.BadParameter` where no report can be written, before any work is done for it."""
    if path.suffix.lower() not in _REPORT_ENDINGS:
        raise typer.BadParameter(f"{path.name}: end the name in .json or .csv.", param_hint="--report")
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as failure:
        raise typer.BadParameter(f"{path}: {failure.strerror}.", param_hint="--report") from failure


def write_issues(issues: Iterable[Issue], whole: Mapping[str, Any], path: Path, language: Language) -> None:
    """Write the whole report as JSON, or its issues alone as CSV for a spreadsheet, as the file's name ends."""
    if path.suffix.lower() == ".json":
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as stream:  # spreadsheets need the mark to see UTF-8
        writer = csv.writer(stream)
        writer.writerow(_ISSUE_COLUMNS)
        for issue in issues:
            row = issue_as_json(issue, language)
            writer.writerow([_harmless(row[column]) for column in _ISSUE_COLUMNS])


def _harmless(value: object) -> object:
    """The value, with an apostrophe before a text that a spreadsheet would run as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def issue_as_json(issue: Issue, language: Language) -> dict[str, Any]:
    """An issue as JSON values, with its message and hint in a language."""
    return asdict(issue) | asdict(render(issue, language))


def print_issues(issues: Iterable[Issue], language: Language, to: Console) -> None:
    """Print the issues in groups of one code, file and column."""
    groups = _groups(issues)
    if groups:
        to.print(_issue_table(groups[:_MAX_GROUPS], language))
    if len(groups) > _MAX_GROUPS:
        more = load_catalogue(language, "command").text("issues.more", n=len(groups) - _MAX_GROUPS)
        to.print(Text(more))


def print_written(n_issues: int, path: Path, language: Language, to: Console) -> None:
    """Print how many issues were written, and to which file."""
    to.print(Text(load_catalogue(language, "command").text("issues.written", n=n_issues, path=path)))


def _groups(issues: Iterable[Issue]) -> list[list[Issue]]:
    """Issues of one code in one column of one file together, errors first."""
    groups: dict[tuple[object, ...], list[Issue]] = {}
    for issue in issues:
        groups.setdefault((issue.severity, issue.code, issue.file, issue.column), []).append(issue)
    return sorted(groups.values(), key=lambda group: not group[0].is_error)


def _issue_table(groups: Sequence[Sequence[Issue]], language: Language) -> Table:
    words = load_catalogue(language, "command")
    table = Table(title=words.text("issues.title"), title_justify="left", show_lines=True)
    for column in ("severity", "place", "problem", "hint"):
        table.add_column(words.text(f"issues.{column}"), overflow="fold")
    for group in groups:
        first = group[0]
        advice = render(first, language)
        style = "red" if first.is_error else "yellow"
        severity = Text(words.text(f"issues.{first.severity}"), style)
        table.add_row(severity, Text(_place(group, words)), Text(advice.message), Text(advice.hint))
    return table


def _place(group: Sequence[Issue], words: Catalogue) -> str:
    first = group[0]
    parts = [first.file + (f" [{first.sheet}]" if first.sheet else "")]
    lines = [str(issue.line) for issue in group if issue.line is not None]
    if lines:
        shown = ", ".join(lines[:_MAX_LINES]) + (f", … ({len(lines)})" if len(lines) > _MAX_LINES else "")
        parts.append(f"{words.text('issues.line')} {shown}")
    if first.column:
        parts.append(f"{words.text('issues.column')} {first.column}")
    return "\n".join(parts)
