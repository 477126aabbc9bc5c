"""Layout: finding the tables in sheets made for people, below titles, above totals and notes, between headings."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from ingest.files.sheets import Area, Line, Sheet
from ingest.issues import Issue
from ingest.staff.columns import LIKELY, Recognition, may_be_header, recognise, unique_headers

N_HEAD_LINES = 60
"""The header of a sheet is searched for among this many lines that are not blank."""

_MIN_SHARE_RECOGNISED = 0.3
_MIN_SHARE_OF_LATER_HEADER = 0.75
_MUCH_BETTER = 1.25
_MAX_CELLS_BESIDE_A_NAME = 2
_NUMBER = re.compile(r"[\s0-9.,%+-]+")


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table found in a sheet.

    Attributes
    ----------
    header
        The names of the columns, all different.
    recognition
        What the columns are.
    first_line, header_line, last_line
        The first and the last line of the header, and the last line of the table; None for the end of the sheet.
    title
        The lines of text above the header.
    n_heading_lines
        The number of lines of title and header that are not blank.
    is_later
        Whether another table of the sheet comes before this one.
    """

    sheet: Sheet
    header: tuple[str, ...]
    recognition: Recognition
    first_line: int
    header_line: int
    last_line: int | None
    title: str
    n_heading_lines: int
    is_later: bool = False

    def covers(self, number: int) -> bool:
        """Whether an unreadable line belongs to this table and not to another table of the sheet."""
        is_behind = number >= self.first_line or not self.is_later
        return is_behind and (self.last_line is None or number <= self.last_line)


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of a table that contains a row.

    Attributes
    ----------
    cells
        At least as many cells as the header has; a cell merged over several lines is repeated in each.
    heading
        The heading above the row inside the table; empty where there is none.
    continues
        Whether the line belongs to the row above, with whose name its own is merged.
    """

    number: int
    cells: tuple[str, ...]
    heading: str = ""
    continues: bool = False


IsOfExperts = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class HeaderCandidate:
    """A line that may be the header of a further table, with the lines of one cell directly above it."""

    line: Line
    above: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Scan:
    """The result of one pass over a sheet.

    Attributes
    ----------
    n_lines
        The number of lines that are not blank.
    candidates
        The lines that may be headers.
    """

    n_lines: int
    candidates: tuple[HeaderCandidate, ...]


def scan_lines(sheet: Sheet) -> Scan:
    """The number of lines of a sheet, and the lines that may be headers of tables."""
    n_lines = 0
    candidates: list[HeaderCandidate] = []
    above: list[Line] = []
    number_before = 0
    for line in sheet.read():
        if isinstance(line, Issue):
            continue
        n_lines += 1
        if line.number > number_before + 1:
            above = []
        number_before = line.number
        filled = [cell for cell in line.cells if cell]
        if len(filled) < 2:
            above.append(line)
            continue
        if may_be_header(filled):
            candidates.append(HeaderCandidate(line, tuple(above)))
        above = []
    return Scan(n_lines, tuple(candidates))


def find_tables(
    sheet: Sheet, is_of_experts: IsOfExperts = lambda _: False, candidates: Sequence[HeaderCandidate] = ()
) -> list[FoundTable]:
    """The tables of a sheet, in their order; none where no line names known columns.

    Parameters
    ----------
    is_of_experts
        Whether a title announces a list of experts.
    candidates
        The lines that may be headers of further tables, from :func:`scan_lines`.
    """
    head = [line for line in islice(sheet.read(), N_HEAD_LINES) if isinstance(line, Line)]
    first = _best_header(sheet, head, is_of_experts)
    if first is None:
        return []
    found = [first, *_later_tables(sheet, first, candidates, is_of_experts)]
    return [replace(table, last_line=following.first_line - 1) for table, following in pairwise(found)] + found[-1:]


def _best_header(sheet: Sheet, head: Sequence[Line], is_of_experts: IsOfExperts) -> FoundTable | None:
    """The first line that may be a header, or a much better one below it, if no row stands between them."""
    best: FoundTable | None = None
    for place, line in enumerate(head):
        candidate = _header_at(sheet, head, place, is_of_experts)
        if candidate and (best is None or candidate.recognition.sure_score > best.recognition.score * _MUCH_BETTER):
            best = candidate
        elif best and best.recognition.n_recognised > 1 and line.number > best.header_line and _n_filled(line) > 1:
            break
    return best


def _n_filled(line: Line) -> int:
    return sum(map(bool, line.cells))


def _header_at(sheet: Sheet, head: Sequence[Line], place: int, is_of_experts: IsOfExperts) -> FoundTable | None:
    """The table whose header is the line at this position, alone or together with the line below it."""
    line, title = head[place], _title(head[:place])
    are_experts = is_of_experts(f"{sheet.place.sheet}\n{title}")
    single = recognise(line.cells, is_of_experts=are_experts)
    header, recognition, n_header_lines = line.cells, single, 1
    if place + 1 < len(head) and (both := _two_lines(sheet.merged, line, head[place + 1])):
        double = recognise(both, is_of_experts=are_experts)
        if double and (single is None or double.score > single.score):
            header, recognition, n_header_lines = both, double, 2
    if recognition is None or not _is_plausible(header, recognition):
        return None
    last = head[place + n_header_lines - 1].number
    names = unique_headers(header)
    return FoundTable(sheet, names, recognition, line.number, last, None, title, place + n_header_lines)


def _is_plausible(header: Sequence[str], recognition: Recognition) -> bool:
    if not recognition.sure_score:
        return False
    n_filled = sum(bool(cell.strip()) for cell in header)
    if recognition.n_recognised == 1:
        found = zip(header, recognition.matches, strict=True)
        return n_filled <= _MAX_CELLS_BESIDE_A_NAME and any(match and len(cell.split()) > 1 for cell, match in found)
    return recognition.n_recognised >= _MIN_SHARE_RECOGNISED * n_filled


def _two_lines(merged: Sequence[Area], line: Line, following: Line) -> tuple[str, ...] | None:
    """The header that two lines form together, groups above and columns below; None where the second is not part of it.

    A text above another must be a group: it is merged over several columns, or has nothing on its right.
    """
    if following.number != line.number + 1 or any(_NUMBER.fullmatch(cell) for cell in following.cells if cell):
        return None
    width = max(len(line.cells), len(following.cells))
    above, below = _padded(line.cells, width), _padded(following.cells, width)
    groups = dict(enumerate(above))
    wide = {place for place in range(width - 1) if not above[place + 1] and below[place + 1]}
    for area in merged:
        if area.top == area.bottom == line.number and area.left < min(area.right, width - 1):
            places = range(area.left, min(area.right + 1, width))
            groups |= dict.fromkeys(places, above[area.left])
            wide |= set(places)
    n_below = sum(map(bool, below))
    if n_below < 2 or any(above[place] and below[place] and place not in wide for place in range(width)):
        return None
    return tuple(low or groups[place] for place, low in enumerate(below))


def _later_tables(
    sheet: Sheet, first: FoundTable, candidates: Sequence[HeaderCandidate], is_of_experts: IsOfExperts
) -> list[FoundTable]:
    found = []
    known = {cell.strip() for cell in first.header}
    for line, above in ((each.line, each.above) for each in candidates if each.line.number > first.header_line):
        filled = [cell for cell in line.cells if cell]
        title = _title(above)
        recognition = recognise(line.cells, is_of_experts=is_of_experts(title))
        if (
            recognition
            and recognition.n_recognised >= max(2, _MIN_SHARE_OF_LATER_HEADER * len(filled))
            and all(match is None or match.confidence > LIKELY for match in recognition.matches)
            and not {cell.strip() for cell in filled} <= known
        ):
            start = above[0].number if above else line.number
            header = unique_headers(line.cells)
            table = FoundTable(sheet, header, recognition, start, line.number, None, title, len(above) + 1)
            found.append(replace(table, is_later=True))
            known = {cell.strip() for cell in header}
    return found


def _title(lines: Sequence[Line]) -> str:
    return "\n".join(" ".join(cell.strip() for cell in line.cells if cell.strip()) for line in lines)


def _padded(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells, *("",) * (width - len(cells)))
