"""What a load did, on the screen and in files."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph.interop import EXCHANGE_NAMES
from graph.kinds import Language
from ingest.issues import Issue, render
from ingest.linking import Linked
from ingest.load import LoadReport
from ingest.resolution.resolve import Pair
from ingest.row_counts import RowCounts, TableCounts
from ingest.staff.planning import SheetPlan, StaffTable

_MAX_GROUPS = 20
_MAX_LINES = 5
_MAX_PAIRS = 10
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
        "passed_over": "Bỏ qua",
        "vanished": "{n} mục không còn trong {source}: vẫn giữ, ghi ngày thấy lần cuối. Xem: ketnoi diff",
        "one": "Cùng một thành viên",
        "maybe_one": "Có thể là một, chờ quyết định",
        "more_pairs": "… và {n} cặp khác",
        "linked": "Tự nhận ra {n} cặp hồ sơ của cùng một thành viên (hoàn tác: ketnoi merges). "
        "{n_proposed} cặp chưa rõ chờ quyết định: ketnoi review",
        "attribute": "giữ làm thuộc tính",
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
        "passed_over": "Passed over",
        "vanished": "{n} entries are no longer in {source}: kept, with the day they were last seen. See: ketnoi diff",
        "one": "One and the same member",
        "maybe_one": "Maybe the same, to be decided",
        "more_pairs": "… and {n} more pairs",
        "linked": "{n} pairs of records are clearly of one member (to undo: ketnoi merges). "
        "{n_proposed} unclear pairs wait for a decision: ketnoi review",
        "attribute": "kept as an attribute",
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
    """Pairs of records found to be of one member, and those a person has to judge."""
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
    """How a sheet of staff's own was understood: its tables, with what each column was taken for."""
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
    """Each header of a table, with the column it was taken for; None where it is kept as an attribute."""
    for header, match in zip(table.found.header, table.found.recognition.matches, strict=True):
        yield header, match.column if match else None


def issue_as_json(issue: Issue, language: Language) -> dict[str, Any]:
    """An issue as JSON values, with its message and hint in a language."""
    return asdict(issue) | asdict(render(issue, language))


def print_report(report: LoadReport, language: Language, to: Console) -> None:
    """Print the issues in groups, and then what became of the rows of each table."""
    words = _WORDS[language]
    print_issues(report.issues, language, to)
    for table in (table for sheet in report.sheets for table in sheet.tables):
        to.print(_understood(table, words))
    if report.tables:
        to.print(_count_table(report, words))
    else:
        to.print(Text(words["nothing"]))
    for vanished in (each for each in report.vanished if each.is_marked):
        to.print(Text(words["vanished"].format(n=vanished.n_vanished, source=vanished.source)))
    if linked := report.linked:
        for pairs, title in ((linked.linked, words["one"]), (linked.proposed, words["maybe_one"])):
            if pairs:
                to.print(_pair_table(pairs, linked.names, title, words))
        to.print(Text(words["linked"].format(n=len(linked.linked), n_proposed=len(linked.proposed))))
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


def _understood(table: StaffTable, words: Mapping[str, str]) -> Text:
    """One paragraph a table: where it lies, what its rows are, and what each column was taken for."""
    place = table.found.sheet.place
    where = place.file + (f" [{place.sheet}]" if place.sheet else "")
    kind = table.kind or (table.party.kind if table.party else "")
    text = Text(f"{where}, {words['line']} {table.found.header_line}: {EXCHANGE_NAMES[table.fact_type]}", "bold")
    text.append(f" ({kind})" if kind else "", "bold")
    for header, column in columns_of(table):
        text.append(f"\n  {header} → ", "default")
        text.append(column or words["attribute"], "green" if column else "yellow")
    return text


def _pair_table(pairs: Sequence[Pair], names: Mapping[str, str], title: str, words: Mapping[str, str]) -> Table:
    """The most probable pairs of records, by name and id."""
    table = Table(title=title, title_justify="left", show_header=False)
    for pair in pairs[:_MAX_PAIRS]:
        sides = [f"{names.get(actor_id, '')}\n{actor_id}" for actor_id in (pair.left_id, pair.right_id)]
        table.add_row(*map(Text, sides), f"{pair.probability:.0%}")
    if len(pairs) > _MAX_PAIRS:
        table.add_row(Text(words["more_pairs"].format(n=len(pairs) - _MAX_PAIRS)))
    return table


def _count_table(report: LoadReport, words: Mapping[str, str]) -> Table:
    table = Table()
    table.add_column(words["table"])
    written = [] if report.is_dry_run else ["inserted", "updated", "unchanged"]
    for name in ("read", "fit" if report.is_dry_run else "loaded", *written, "rejected", "passed_over"):
        table.add_column(words[name], justify="right")
    for name, rows in report.counts.items():
        upserts = [getattr(rows.upserts, f"n_{each}") for each in written]
        table.add_row(name, *map(str, (rows.n_read, rows.n_loaded, *upserts, rows.n_rejected, rows.n_passed_over)))
    return table
