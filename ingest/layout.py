"""Where the tables lie in a sheet that was made for people: under titles, above totals and notes, between headings."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Literal

from graph.folding import fold
from graph.model import Actor, Project
from ingest.columns import ESSENTIAL, LIKELY, Recognition, is_numbering, recognise, unique_headers
from ingest.issues import Issue
from ingest.sheets import Area, Line, Sheet

N_HEAD_LINES = 60
"""Lines that are not blank among which the header of a sheet is looked for."""

_MIN_SHARE_RECOGNISED = 0.3
_MIN_SHARE_OF_LATER_HEADER = 0.75
_MUCH_BETTER = 1.25
_MAX_MERGED_LINES = 10_000
_ROMAN_OR_LETTER = re.compile(r"\(?([IVXLC]{1,6}|[A-Z])[.)]?")
_HEADING = re.compile(r"(([IVX]{1,5}|[A-Z]|[0-9]{1,2})[.)]|(các|nhóm|khối|danh sách|phần|mục)\s).*", re.IGNORECASE)
_ORDINAL = re.compile(r"[0-9]{1,7}[.)]?")
_MAX_CELLS_OF_NOTE = 3
_UNIT = r"(don vi|to chuc|doanh nghiep|thanh vien|du an|truong|chuyen gia|startup|dong|members|rows|trieu dong|ty dong)"
_TOTAL = re.compile(
    r"(tong|cong|tong cong|tong so|cong tong|total|grand total|sub ?total|sum)"
    rf"( (so|cac|toan bo))*( {_UNIT})?[0-9 ]*( {_UNIT})?"
)
_NAMES_LIKE_TOTALS = re.compile("tong (cong ty|cuc|hoi)")
_NOTE = re.compile(
    r"(ghi chu|luu y|chu thich|chu giai|nguon|note|notes|source|remark|nguoi lap|nguoi tong hop|lap bang|lap bieu|"
    r"xac nhan cua|thu truong|truong phong|giam doc ky|ky ten|ky ghi ro|so lieu|cap nhat|tinh den|nhan xet)\b.*"
    r"|([a-z ]{0,30})ngay ([0-9]{1,2}|) ?thang ([0-9]{1,2}|) ?nam ([0-9]{4}|).*"
)
_NUMBER = re.compile(r"[\s0-9.,%+-]+")

WhyPassed = Literal["repeated_header", "numbering", "heading", "total", "note"]


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table found in a sheet.

    Attributes
    ----------
    header
        The names of its columns, each different from the others.
    first_line, header_line, last_line
        The header's first and last line, and the last line of the table; None where it goes on to the sheet's end.
    title
        The texts above the header, one a line.
    n_heading_lines
        Lines that are not blank of title and header together.
    """

    sheet: Sheet
    header: tuple[str, ...]
    recognition: Recognition
    first_line: int
    header_line: int
    last_line: int | None
    title: str
    n_heading_lines: int


@dataclass(frozen=True, slots=True)
class TableLine:
    """A line of a table that holds a row.

    Attributes
    ----------
    cells
        As many as the header has, or more; what was merged downwards is repeated.
    heading
        The heading above it inside the table, empty where there is none.
    continues
        Whether it belongs to the row above, whose name is merged with it.
    """

    number: int
    cells: tuple[str, ...]
    heading: str = ""
    continues: bool = False


@dataclass(frozen=True, slots=True)
class PassedLine:
    """A line of a table that is no row of it."""

    number: int
    why: WhyPassed
    text: str


IsOfExperts = Callable[[str], bool]


def find_tables(sheet: Sheet, is_of_experts: IsOfExperts = lambda _: False) -> list[FoundTable]:
    """The tables of a sheet, in their order; none where no line names columns that are known.

    Only a sheet of a workbook can hold several: a text file is one table.
    """
    head = [line for line in islice(sheet.read(), N_HEAD_LINES) if isinstance(line, Line)]
    first = _best_header(sheet, head, is_of_experts)
    if first is None:
        return []
    found = [first]
    if sheet.place.sheet is not None:
        found += _later_tables(sheet, first, is_of_experts)
    return [replace(table, last_line=following.first_line - 1) for table, following in pairwise(found)] + found[-1:]


def _best_header(sheet: Sheet, head: Sequence[Line], is_of_experts: IsOfExperts) -> FoundTable | None:
    best: FoundTable | None = None
    for place, line in enumerate(head):
        title = _title(head[:place])
        following = head[place + 1] if place + 1 < len(head) else None
        candidate = _header_at(
            sheet, line, following, title, is_of_experts=is_of_experts(f"{sheet.place.sheet}\n{title}")
        )
        if candidate and (best is None or candidate.recognition.score > best.recognition.score * _MUCH_BETTER):
            best = candidate
    return best


def _header_at(
    sheet: Sheet, line: Line, following: Line | None, title: str, *, is_of_experts: bool
) -> FoundTable | None:
    """The table whose header is this line, alone or with the line below it."""
    single = recognise(line.cells, is_of_experts=is_of_experts)
    header, recognition, header_line = line.cells, single, line.number
    if following and (both := _two_lines(sheet.merged, line, following)):
        double = recognise(both, is_of_experts=is_of_experts)
        if double and (single is None or double.score > single.score):
            header, recognition, header_line = both, double, following.number
    if recognition is None or not _is_plausible(header, recognition):
        return None
    n_heading_lines = (title.count("\n") + 1 if title else 0) + header_line - line.number + 1
    return FoundTable(
        sheet, unique_headers(header), recognition, line.number, header_line, None, title, n_heading_lines
    )


def _is_plausible(header: Sequence[str], recognition: Recognition) -> bool:
    n_filled = sum(bool(cell.strip()) for cell in header)
    if recognition.n_recognised == 1:
        sure = all(match is None or match.confidence >= LIKELY for match in recognition.matches)
        return n_filled == 1 and sure and any(len(cell.split()) > 1 for cell in header)
    return recognition.n_recognised >= _MIN_SHARE_RECOGNISED * n_filled


def _two_lines(merged: Sequence[Area], line: Line, following: Line) -> tuple[str, ...] | None:
    """The header that two lines make together: groups above, columns below; None where the second is none."""
    if following.number != line.number + 1 or any(_NUMBER.fullmatch(cell) for cell in following.cells if cell):
        return None
    groups = dict(enumerate(line.cells))
    for area in merged:
        if area.top == area.bottom == line.number:
            groups |= dict.fromkeys(range(area.left, area.right + 1), line.cells[area.left])
    width = max(len(line.cells), len(following.cells))
    above, below = _padded(line.cells, width), _padded(following.cells, width)
    is_complement = all(
        not low or not high or groups.get(place) for place, (high, low) in enumerate(zip(above, below, strict=True))
    )
    if not any(below) or not is_complement or sum(map(bool, below)) < 2:
        return None
    return tuple(low or groups.get(place, "") for place, low in enumerate(below))


def _later_tables(sheet: Sheet, first: FoundTable, is_of_experts: IsOfExperts) -> list[FoundTable]:
    found = []
    above: list[Line] = []
    before: Line | None = None
    known = {cell.strip() for cell in first.header}
    for line in sheet.read():
        if isinstance(line, Issue) or line.number <= first.header_line:
            continue
        filled = [cell for cell in line.cells if cell.strip()]
        if before is None or line.number > before.number + 1:
            above = []
        before = line
        if len(filled) < 2:
            above.append(line)
            continue
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
            found.append(FoundTable(sheet, header, recognition, start, line.number, None, title, len(above) + 1))
            known = {cell.strip() for cell in header}
        above = []
    return found


def _title(lines: Sequence[Line]) -> str:
    return "\n".join(" ".join(cell.strip() for cell in line.cells if cell.strip()) for line in lines)


def _padded(cells: Sequence[str], width: int) -> tuple[str, ...]:
    return (*cells, *("",) * (width - len(cells)))


def table_lines(table: FoundTable) -> Iterator[TableLine | PassedLine | Issue]:
    """Every line below the header that is not blank: a row, or why it is none, or why it cannot be read."""
    fills = _fills(table)
    reader = _LineReader(table)
    heading = ""
    texts: dict[int, str] = {}
    for line in table.sheet.read():
        if isinstance(line, Issue):
            if line.line is None or line.line > table.header_line:
                yield line
            continue
        if line.number <= table.header_line or (table.last_line is not None and line.number > table.last_line):
            continue
        fill = fills.get(line.number, frozenset())
        if not fill and (why := reader.why_passed(line)):
            text = " ".join(cell.strip() for cell in line.cells if cell.strip())
            heading = text if why == "heading" else heading
            yield PassedLine(line.number, why, text)
            continue
        cells = _padded(line.cells, len(table.header))
        full = tuple(texts.get(place, "") if place in fill and not cell else cell for place, cell in enumerate(cells))
        yield TableLine(line.number, full, heading, continues=not fill.isdisjoint(reader.names))
        if fills:
            texts = dict(enumerate(full))


def _fills(table: FoundTable) -> Mapping[int, frozenset[int]]:
    """The columns of each line that a merged area reaches from above."""
    fills: dict[int, frozenset[int]] = {}
    for area in table.sheet.merged:
        if area.top > table.header_line and area.bottom - area.top < _MAX_MERGED_LINES:
            for number in range(area.top + 1, area.bottom + 1):
                fills[number] = fills.get(number, frozenset()) | {area.left}
    return fills


class _LineReader:
    """Tells rows from what stands between them."""

    def __init__(self, table: FoundTable) -> None:
        self._header = tuple(name.strip() for name in table.header)
        self._first_lines = range(table.header_line + 1, table.header_line + 3)
        self._ordinals = self._places(table, "ordinal")
        self._essentials = self._places(
            table, *(column for group in ESSENTIAL[table.recognition.fact_type] for column in group)
        )
        self._is_wide = table.recognition.n_recognised > 1
        self._merged_lines = frozenset(area.top for area in table.sheet.merged if area.right > area.left)
        self.names = self._essentials if table.recognition.fact_type in {Actor, Project} else frozenset()

    @staticmethod
    def _places(table: FoundTable, *columns: str) -> frozenset[int]:
        matches = enumerate(table.recognition.matches)
        return frozenset(place for place, match in matches if match and match.column in columns)

    def why_passed(self, line: Line) -> WhyPassed | None:
        """Why a line is no row of its table; None where it is one."""
        filled = {place: text for place, cell in enumerate(line.cells) if (text := cell.strip())}
        if line.number in self._first_lines and is_numbering(line.cells):
            return "numbering"
        if any(_ORDINAL.fullmatch(filled.get(place, "")) for place in self._ordinals):
            return None
        if len(filled) > 1 and all(
            text == self._header[place] for place, text in filled.items() if place < len(self._header)
        ):
            return "repeated_header"
        words = [text for text in filled.values() if not _NUMBER.fullmatch(text)]
        if len(words) == 1 and _is_total(words[0]):
            return "total"
        if (
            len(words) <= _MAX_CELLS_OF_NOTE
            and not self._is_row(filled)
            and any(_NOTE.fullmatch(fold(word)) for word in words)
        ):
            return "note"
        return "heading" if self._is_heading(line.number, filled) else None

    def _is_row(self, filled: Mapping[int, str]) -> bool:
        """Whether the cells are those of a row: more than two of them, and a name that does not read like a note."""
        names = [filled[place] for place in self._essentials if place in filled]
        return len(filled) > 2 and bool(names) and not any(_NOTE.fullmatch(fold(name)) for name in names)

    def _is_heading(self, number: int, filled: Mapping[int, str]) -> bool:
        others = [place for place in filled if place not in self._ordinals]
        if not self._is_wide or len(others) > 1:
            return False
        is_numbered = any(_ROMAN_OR_LETTER.fullmatch(filled.get(place, "")) for place in self._ordinals)
        if others and is_numbered:
            return True
        if len(filled) > 1:
            return False
        ((place, text),) = filled.items()
        if number in self._merged_lines or place not in self._essentials:
            return True
        return bool(self._ordinals) and bool(_HEADING.fullmatch(text))


def _is_total(text: str) -> bool:
    """Whether a text names a sum, and nobody.

    >>> _is_total("Tổng cộng: 25 đơn vị"), _is_total("Tổng công ty Điện lực"), _is_total("Cộng")
    (True, False, True)
    """
    folded = fold(text)
    return bool(_TOTAL.fullmatch(folded)) and not _NAMES_LIKE_TOTALS.match(folded)
