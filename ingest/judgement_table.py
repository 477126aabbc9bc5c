"""The table of judgements in the exchange format: reading and validating it, and loading it into a store."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

from graph.errors import InvalidQueryError
from graph.interop import JUDGEMENT_SCHEMA, JUDGEMENTS
from graph.judgements import VERDICTS, Judgement, Verdict, append_judgements, read_judgements, require_handle
from graph.store import GraphStore, UpsertCounts
from ingest.files.sheets import Line, Sheet, csv_sheet, ending_of, open_sheets
from ingest.files.text_files import scan_text
from ingest.issues import Issue, Place
from ingest.row_counts import TableCounts

_REQUIRED = ("left_id", "right_id", "verdict", "by", "at")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z", re.ASCII)

HasActor = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class JudgementTable:
    """The judgements in one file in the order of their rows, and the issues of the file and its rows."""

    place: Place
    judgements: tuple[Judgement, ...] = ()
    issues: tuple[Issue, ...] = ()

    def counts(self, upserts: UpsertCounts) -> TableCounts:
        """The number of rows by outcome; ``upserts`` is the effect of the loaded rows on the store."""
        n_loaded = len(self.judgements)
        n_rejected = len({issue.line for issue in self.issues if issue.is_error and issue.line is not None})
        return TableCounts(
            JUDGEMENTS,
            self.place.file,
            self.place.sheet,
            self.place.file,
            n_read=n_loaded + n_rejected,
            n_loaded=n_loaded,
            n_rejected=n_rejected,
            n_repeated=0,
            n_passed_over=0,
            is_derived=False,
            upserts=upserts,
        )


def read_judgement_table(path: Path, has_actor: HasActor) -> JudgementTable:
    """The judgements in a file, and the issues of the rows that are not judgements.

    Parameters
    ----------
    path
        A file whose name is ``judgements`` with one of the endings of the exchange format.
    has_actor
        Whether there is an actor with an id. A judgement about an unknown record is rejected.
    """
    sheet = _sheet_of(path)
    if isinstance(sheet, Issue):
        return JudgementTable(Place(path.name), issues=(sheet,))
    lines = sheet.read()
    header = next(lines, None)
    if not isinstance(header, Line):
        return JudgementTable(sheet.place, issues=(header or sheet.place.issue("empty_file"),))
    columns = [name.strip().lower() for name in header.cells]
    if bad_columns := list(_bad_columns(columns, sheet.place)):
        return JudgementTable(sheet.place, issues=tuple(bad_columns))
    judgements: list[Judgement] = []
    issues = list(sheet.noticed)
    for line in lines:
        found = [line] if isinstance(line, Issue) else _row(line, columns, sheet.place, has_actor)
        if isinstance(found, Judgement):
            judgements.append(found)
        else:
            issues += found
    return JudgementTable(sheet.place, tuple(judgements), tuple(issues))


def load_judgements(store: GraphStore, judgements: Iterable[Judgement]) -> UpsertCounts:
    """Append to the log of a store the judgements that it does not have yet."""
    known = set(read_judgements(store))
    given = list(judgements)
    new = [judgement for judgement in dict.fromkeys(given) if judgement not in known]
    append_judgements(store, new)
    return UpsertCounts(n_inserted=len(new), n_unchanged=len(given) - len(new))


def _sheet_of(path: Path) -> Sheet | Issue:
    """The sheet of a file that holds the table: the only one, or the one that is named after it."""
    if ending_of(path) in {"csv", "csv.gz"}:
        text = scan_text(path)
        return text if isinstance(text, Issue) else csv_sheet(text, JUDGEMENT_SCHEMA.names)
    sheets, issues = open_sheets(path)
    if issues:
        return issues[0]
    named = [sheet for sheet in sheets if len(sheets) == 1 or (sheet.place.sheet or "").strip().lower() == JUDGEMENTS]
    names = ", ".join(sheet.place.sheet or "" for sheet in sheets)
    return named[0] if named else Place(path.name).issue("several_sheets", value=JUDGEMENTS, detail=names)


def _bad_columns(columns: Sequence[str], place: Place) -> Iterable[Issue]:
    for name in _REQUIRED:
        if any(columns) and name not in columns:
            yield place.issue("missing_column", column=name, detail=", ".join(columns))
        if columns.count(name) > 1:
            yield place.issue("duplicate_column", column=name)


def _row(line: Line, columns: Sequence[str], place: Place, has_actor: HasActor) -> Judgement | list[Issue]:
    """The judgement in a row, or the issues that reject it."""
    here = replace(place, line=line.number)
    cells = {name: cell.strip() for name, cell in zip(columns, line.cells, strict=False)}
    issues = [here.issue("missing_value", column=name) for name in _REQUIRED if not cells.get(name)]
    if issues:
        return issues
    issues += (
        here.issue("unknown_actor", column=name, value=cells[name])
        for name in ("left_id", "right_id")
        if not has_actor(cells[name])
    )
    issues += (
        here.issue("bad_judgement", column=name, value=cells[name], detail=form) for name, form in _bad_values(cells)
    )
    if issues:
        return issues
    left_id, right_id = sorted((cells["left_id"], cells["right_id"]))
    probability = float(cells["probability"]) if cells.get("probability") else None
    return Judgement(left_id, right_id, cast(Verdict, cells["verdict"]), cells["by"], cells["at"], probability)


def _bad_values(cells: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Each column whose value is not valid, with the form of a valid one."""
    if cells["left_id"] == cells["right_id"]:
        yield "right_id", "id ≠ left_id"
    if cells["verdict"] not in VERDICTS:
        yield "verdict", ", ".join(VERDICTS)
    if not _is_handle(cells["by"]):
        yield "by", "lan.p"
    if not _is_time(cells["at"]):
        yield "at", "2026-05-31T09:00:00Z"
    if (written := cells.get("probability")) and not _is_probability(written):
        yield "probability", "0–1"


def _is_handle(text: str) -> bool:
    try:
        require_handle(text)
    except InvalidQueryError:
        return False
    return True


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _TIME.fullmatch(text) is not None


def _is_probability(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
