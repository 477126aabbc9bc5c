"""What a load did, on the screen and in files."""

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
from ingest.issues import Issue, render
from ingest.load import LoadReport

_MAX_GROUPS = 20
_MAX_LINES = 5
_REPORT_ENDINGS = (".json", ".csv")
_ISSUE_COLUMNS = ("severity", "code", "file", "sheet", "line", "column", "value", "message", "hint")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_WORDS: Mapping[Language, Mapping[str, str]] = {
    "vi": {
        "table": "Bảng",
        "read": "Đã đọc",
        "loaded": "Nạp được",
        "fit": "Hợp lệ",
        "inserted": "mới",
        "updated": "sửa",
        "unchanged": "không đổi",
        "rejected": "Bị loại",
        "issues": "Vấn đề trong dữ liệu",
        "severity": "Mức",
        "error": "lỗi",
        "warning": "lưu ý",
        "place": "Chỗ",
        "problem": "Vấn đề",
        "hint": "Cách sửa",
        "line": "dòng",
        "column": "cột",
        "more": "… và {n} nhóm vấn đề khác. Xem đầy đủ: --report TỆP.csv hoặc TỆP.json",
        "written": "Đã ghi {n} vấn đề vào {path}",
        "dry_run": "Chỉ kiểm tra, chưa ghi gì vào kho.",
        "nothing": "Không đọc được bảng nào.",
    },
    "en": {
        "table": "Table",
        "read": "Read",
        "loaded": "Loaded",
        "fit": "Fit to load",
        "inserted": "new",
        "updated": "changed",
        "unchanged": "unchanged",
        "rejected": "Rejected",
        "issues": "What is wrong with the data",
        "severity": "Level",
        "error": "error",
        "warning": "note",
        "place": "Place",
        "problem": "Problem",
        "hint": "What to do",
        "line": "line",
        "column": "column",
        "more": "… and {n} more groups. See all of them: --report FILE.csv or FILE.json",
        "written": "Wrote {n} issues to {path}",
        "dry_run": "Checked only; nothing was written to the store.",
        "nothing": "No table could be read.",
    },
}


def require_report_path(path: Path) -> None:
    """Raise :class:`typer.BadParameter` where no report can be written, before any work is done for it."""
    if path.suffix.lower() not in _REPORT_ENDINGS:
        raise typer.BadParameter(f"{path.name}: end the name in .json or .csv.", param_hint="--report")
    try:
        with path.open("a", encoding="utf-8"):
            pass
    except OSError as failure:
        raise typer.BadParameter(f"{path}: {failure.strerror}.", param_hint="--report") from failure


def write_report(report: LoadReport, path: Path, language: Language) -> None:
    """Write every issue to a file: JSON with the counts, or CSV for a spreadsheet, as the file's name ends."""
    write_issues(report.issues, as_json(report, language), path, language)


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


def as_json(report: LoadReport, language: Language) -> dict[str, Any]:
    """The report as JSON values: counts in all and by table, and every issue."""
    tables = {}
    for name, counts in report.counts.items():
        row = asdict(counts)
        tables[name] = row | row.pop("upserts")
    return {
        "folder": str(report.folder),
        "dry_run": report.is_dry_run,
        "n_read": report.n_read,
        "n_loaded": report.n_loaded,
        "n_rejected": report.n_rejected,
        "tables": tables,
        "issues": [issue_as_json(issue, language) for issue in report.issues],
    }


def issue_as_json(issue: Issue, language: Language) -> dict[str, Any]:
    """An issue as JSON values, with its message and hint in a language."""
    return asdict(issue) | asdict(render(issue, language))


def print_report(report: LoadReport, language: Language, to: Console) -> None:
    """Print the issues in groups, and then what became of the rows of each table."""
    words = _WORDS[language]
    print_issues(report.issues, language, to)
    if report.counts:
        to.print(_count_table(report, words))
    else:
        to.print(Text(words["nothing"]))
    if report.is_dry_run:
        to.print(Text(words["dry_run"]))


def print_issues(issues: Iterable[Issue], language: Language, to: Console) -> None:
    """Print the issues in groups of one code, file and column."""
    groups = _groups(issues)
    if groups:
        to.print(_issue_table(groups[:_MAX_GROUPS], language))
    if len(groups) > _MAX_GROUPS:
        to.print(Text(_WORDS[language]["more"].format(n=len(groups) - _MAX_GROUPS)))


def print_written(n_issues: int, path: Path, language: Language, to: Console) -> None:
    """Say where the report went."""
    to.print(Text(_WORDS[language]["written"].format(n=n_issues, path=path)))


def _groups(issues: Iterable[Issue]) -> list[list[Issue]]:
    """Issues of one code in one column of one file together, errors first."""
    groups: dict[tuple[object, ...], list[Issue]] = {}
    for issue in issues:
        groups.setdefault((issue.severity, issue.code, issue.file, issue.column), []).append(issue)
    return sorted(groups.values(), key=lambda group: not group[0].is_error)


def _issue_table(groups: Sequence[Sequence[Issue]], language: Language) -> Table:
    words = _WORDS[language]
    table = Table(title=words["issues"], title_justify="left", show_lines=True)
    for column in ("severity", "place", "problem", "hint"):
        table.add_column(words[column], overflow="fold")
    for group in groups:
        first = group[0]
        advice = render(first, language)
        style = "red" if first.is_error else "yellow"
        table.add_row(
            Text(words[first.severity], style), Text(_place(group, words)), Text(advice.message), Text(advice.hint)
        )
    return table


def _place(group: Sequence[Issue], words: Mapping[str, str]) -> str:
    first = group[0]
    parts = [first.file + (f" [{first.sheet}]" if first.sheet else "")]
    lines = [str(issue.line) for issue in group if issue.line is not None]
    if lines:
        shown = ", ".join(lines[:_MAX_LINES]) + (f", … ({len(lines)})" if len(lines) > _MAX_LINES else "")
        parts.append(f"{words['line']} {shown}")
    if first.column:
        parts.append(f"{words['column']} {first.column}")
    return "\n".join(parts)


def _count_table(report: LoadReport, words: Mapping[str, str]) -> Table:
    table = Table()
    table.add_column(words["table"])
    shown = ["inserted", "updated", "unchanged"]
    for name in ["read", "fit", "rejected"] if report.is_dry_run else ["read", "loaded", *shown, "rejected"]:
        table.add_column(words[name], justify="right")
    for name, counts in report.counts.items():
        upserts = counts.upserts
        written = () if report.is_dry_run else (upserts.n_inserted, upserts.n_updated, upserts.n_unchanged)
        table.add_row(name, *map(str, (counts.n_read, counts.n_loaded, *written, counts.n_rejected)))
    return table
