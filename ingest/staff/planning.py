"""Planning: finds the tables in the files of staff, and the kind of their rows, before any row is read."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from graph.folding import fold
from graph.model import Actor, Fact
from ingest.files.sheets import Line, Sheet, open_sheets, repaired
from ingest.issues import Issue
from ingest.normalise.kinds import Party, kind_of_title
from ingest.staff.layout import FoundTable, Scan, find_tables, scan_lines
from ingest.staff.mapping import TableMapping, mapped_table, mapping_text
from ingest.staff.sources import source_name
from ingest.staff.table_lines import line_words

_EXPERT = "expert"
_NUMBERING = re.compile(r"\W*(?:[IVX]{1,5}|[A-Z]|[0-9]{1,2})[.)/:]\s*")
_UNNAMED_SHEETS = ("sheet", "trang tinh", "worksheet", "table", "bang")
_LIST = re.compile("danh sach|ds|list|bang|bieu|tong hop|cac|nhom|khoi|phu luc|thong tin|dang ky|members?|directory")
"""Beginnings of titles. Lines above a title are the letterhead of an office, which is not a member."""
_SCOPE = re.compile(r"\b(?:tham gia|tham dự|thuộc|của|tại|trong|trên|năm|do|in|of the)\b", re.IGNORECASE)
_N_LINES_LOOKED_AT, _N_LINES_OF_HEAD = 200, 10
_MIN_TABLE_LINES, _MIN_TABLE_CELLS = 2, 3


@dataclass(frozen=True, slots=True)
class StaffTable:
    """A table of a staff file.

    Attributes
    ----------
    found
        The table.
    source
        The name of the list, which stays the same from month to month; see :func:`ingest.staff.sources.source_name`.
    party
        The kind of actor announced by the title, the sheet, the header of the names or the file, if any.
    kind
        The kind that a mapping gives to rows that do not name their kind.
    """

    found: FoundTable
    source: str
    party: Party | None = None
    kind: str | None = None

    @property
    def fact_type(self) -> type[Fact]:
        """The type of the facts in the rows."""
        return self.found.recognition.fact_type


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """The contents of a sheet: its tables, or the issue that says why none of its lines is read.

    Attributes
    ----------
    n_lines
        The number of lines of the sheet that are not blank.
    """

    sheet: Sheet
    tables: tuple[StaffTable, ...]
    issues: tuple[Issue, ...]
    n_lines: int


def plan_file(path: Path, mapping: Sequence[TableMapping] = ()) -> tuple[list[SheetPlan], list[Issue]]:
    """The plan of each sheet of a file, and the issues of the file as a whole."""
    sheets, issues = open_sheets(path)
    return [_plan_sheet(path, repaired(sheet), mapping) for sheet in sheets], issues


def mapping_of(sheets: Iterable[SheetPlan]) -> str:
    """The text of a mapping file that reads sheets as they were understood, to be checked and corrected."""
    tables = (table for sheet in sheets for table in sheet.tables)
    return mapping_text((table.found, table.kind or (table.party.kind if table.party else None)) for table in tables)


def _plan_sheet(path: Path, sheet: Sheet, mapping: Sequence[TableMapping]) -> SheetPlan:
    scan = scan_lines(sheet)
    entries = [entry for entry in mapping if entry.concerns(sheet)]
    if entries:
        found, issues = _mapped(sheet, entries, scan.n_lines)
    else:
        found, issues = _found(sheet, scan)
    kind = next((entry.kind for entry in entries if entry.kind), None)
    tables = tuple(StaffTable(table, _source(path, sheet), _party(path, table), kind) for table in found)
    return SheetPlan(sheet, tables, issues, scan.n_lines)


def _mapped(sheet: Sheet, entries: Iterable[TableMapping], n_lines: int) -> tuple[list[FoundTable], tuple[Issue, ...]]:
    wanted = [entry for entry in entries if entry.fact_type is not None]
    if not wanted:
        return [], (sheet.place.issue("sheet_passed_over", detail=n_lines),)
    found = find_tables(sheet, _announces_experts)
    tables = [table for entry in wanted if (table := mapped_table(sheet, found, entry))]
    if not tables:
        headers = ", ".join(header for entry in wanted for header in entry.columns)
        return [], (sheet.place.issue("mapping_does_not_fit", detail=headers),)
    return tables, ()


def _found(sheet: Sheet, scan: Scan) -> tuple[list[FoundTable], tuple[Issue, ...]]:
    tables = find_tables(sheet, _announces_experts, scan.candidates)
    is_of_notes = _is_named(sheet, "notes")
    if tables and not (is_of_notes and tables[0].recognition.n_recognised < _MIN_TABLE_CELLS):
        return tables, ()
    lines = [line for line in islice(sheet.read(), _N_LINES_LOOKED_AT) if isinstance(line, Line)]
    shown = " ".join(filter(None, lines[0].cells)) if lines else None
    is_no_list = is_of_notes or _is_named(sheet, "summaries") or _counts_others(lines)
    if not tables and not is_no_list and _looks_like_a_table(lines):
        return [], (sheet.place.issue("sheet_without_header", value=shown, detail=scan.n_lines),)
    return [], (sheet.place.issue("sheet_passed_over", value=shown, detail=scan.n_lines),)


def _is_named(sheet: Sheet, key: str) -> bool:
    """Whether the name of a sheet begins with a word that ``ingest/staff/lines.toml`` lists under a key."""
    name = fold(sheet.place.sheet or "")
    return any(name == word or name.startswith(f"{word} ") for word in map(fold, line_words()["sheets"][key]))


def _counts_others(lines: Sequence[Line]) -> bool:
    """Whether a column contains counts of what other sheets list."""
    words = frozenset(map(fold, line_words()["sheets"]["counts"]))
    return any(fold(cell) in words for line in lines[:_N_LINES_OF_HEAD] for cell in line.cells)


def _looks_like_a_table(lines: Sequence[Line]) -> bool:
    """Whether most lines have three cells or more; notes have one or two."""
    n_wide = sum(sum(map(bool, line.cells)) >= _MIN_TABLE_CELLS for line in lines)
    return n_wide >= _MIN_TABLE_LINES and 2 * n_wide > len(lines)


def _announces_experts(title: str) -> bool:
    party = kind_of_title(title)
    return party is not None and party.kind == _EXPERT


def _source(path: Path, sheet: Sheet) -> str:
    name = sheet.place.sheet
    is_named = name is not None and not fold(name).rstrip(" 0123456789").startswith(_UNNAMED_SHEETS)
    return source_name(path, name if is_named else None)


def _party(path: Path, table: FoundTable) -> Party | None:
    if table.recognition.fact_type is not Actor:
        return None
    names = zip(table.header, table.recognition.matches, strict=True)
    header = next((name for name, match in names if match and match.column == "name"), "")
    lines = [_NUMBERING.sub("", line, count=1) for line in reversed(table.title.split("\n"))]
    titles = [_SCOPE.split(line)[0] for line in lines if _LIST.match(fold(line))]
    texts = (*titles, table.sheet.place.sheet or "", header, path.stem)
    return next((party for text in texts if (party := kind_of_title(text))), None)
