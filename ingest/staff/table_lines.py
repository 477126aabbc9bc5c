"""The lines of a table made for people: its rows, and the headings, sums, notes and signatures between them."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Literal

from graph.folding import fold
from graph.model import Actor, Project
from ingest.files.sheets import Line
from ingest.issues import Issue
from ingest.normalise.kinds import kind_of_group, kind_of_name, kind_of_title
from ingest.normalise.phrases import Phrases
from ingest.raw_tables import PassedLine, WhyPassed
from ingest.staff.columns import ESSENTIAL, JOINED, is_numbering
from ingest.staff.layout import FoundTable, TableLine

_MAX_MERGED_LINES = 10_000
_MAX_CELLS_OF_NOTE = 3
_N_LINES_SAMPLED = 500
_FIGURES = re.compile(r"[0-9]{1,7}[.)]?")
_ROMAN_OR_LETTER = re.compile(r"\(?([IVXLC]{1,6}|[A-Z])[.)]?")
_NUMBERED = re.compile(r"\s*\(?(?P<number>[IVX]{1,5}|[A-Z]|[0-9]{1,2})[.)/:]\s*(?P<rest>.*)", re.DOTALL)
_INITIAL = re.compile(r"[^\W\d_]\.")
_LABEL = re.compile(r"\W*(?P<label>[^\W\d_]+(?:\s+[^\W\d_]+){0,2})\s*(?:\([^)]*\))?\s*(?P<sign>[:*])?")
_DATE_LINE = re.compile(r"([a-z ]{0,30})ngay ([0-9]{1,2}|) ?thang ([0-9]{1,2}|) ?nam ([0-9]{4}|).*")
_NUMBER = re.compile(r"[\s0-9.,%+-]+")


def table_lines(table: FoundTable) -> Iterator[TableLine | PassedLine | Issue]:
    """Every line below the header that is not blank: a row, a line that is not a row, or an unreadable line.

    Unreadable lines above the header are returned with the first table.
    """
    fills = _fills(table)
    reader = _LineReader(table)
    heading = ""
    texts: dict[int, str] = {}
    for line in table.sheet.read():
        if isinstance(line, Issue):
            if table.covers(line.line or 0):
                yield line
            continue
        if line.number <= table.header_line or (table.last_line is not None and line.number > table.last_line):
            continue
        fill = fills.get(line.number, frozenset())
        passed = None if fill else reader.passed(line)
        if passed:
            heading = passed.text if passed.why == "heading" else heading
            yield passed
            continue
        cells = (*line.cells, *("",) * (len(table.header) - len(line.cells)))
        full = tuple(texts.get(place, "") if place in fill and not cell else cell for place, cell in enumerate(cells))
        continues = not fill.isdisjoint(reader.names) or (not fill and reader.continues_row(line))
        reader.last_row = line.number
        yield TableLine(line.number, full, heading, continues)
        if fills:
            texts = dict(enumerate(full))


def _fills(table: FoundTable) -> Mapping[int, frozenset[int]]:
    """The columns of each line that a merged area reaches from a line above."""
    fills: dict[int, frozenset[int]] = {}
    for area in table.sheet.merged:
        if area.top > table.header_line and area.bottom - area.top < _MAX_MERGED_LINES:
            for number in range(area.top + 1, area.bottom + 1):
                fills[number] = fills.get(number, frozenset()) | {area.left}
    return fills


class _LineReader:
    """Distinguishes the rows of a table from the lines between them.

    Attributes
    ----------
    names
        The columns that name the rows, in a table of actors or projects.
    last_row
        The line number of the last row.
    """

    def __init__(self, table: FoundTable) -> None:
        self._header = tuple(name.strip() for name in table.header)
        self._first_lines = range(table.header_line + 1, table.header_line + 3)
        essentials = (column for group in ESSENTIAL[table.recognition.fact_type] for column in group)
        self._ordinals = _positions(table, ("ordinal",))
        self._essentials = _positions(table, essentials)
        self._joined = _positions(table, JOINED)
        self._is_wide = table.recognition.n_recognised > 1
        self._banners = frozenset(
            area.top
            for area in table.sheet.merged
            if area.right > area.left and min(area.right + 1, len(self._header)) - area.left > len(self._header) / 2
        )
        self._has_numbered_rows = self._ordinals and _has_numbered_rows(table, self._ordinals)
        self._has_signatures = False
        self.names = self._essentials if table.recognition.fact_type in {Actor, Project} else frozenset()
        self.last_row = 0

    def passed(self, line: Line) -> PassedLine | None:
        """The line, if it is not a row of the table; None if it is a row."""
        filled = {place: text for place, cell in enumerate(line.cells) if (text := cell.strip())}
        why = self._reason_in_numbers(line, filled) or self._reason_in_words(line, filled)
        if why is None or why == "row":
            return None
        text = " ".join(filled.values())
        return PassedLine(line.number, why, text, is_sure=why != "heading" or self._is_sure_heading(filled))

    def continues_row(self, line: Line) -> bool:
        """Whether a line only continues the lists and texts of the row directly above it."""
        filled = {place for place, cell in enumerate(line.cells) if cell.strip()}
        return bool(self.names) and self.last_row == line.number - 1 and filled <= self._joined

    def _reason_in_numbers(self, line: Line, filled: Mapping[int, str]) -> WhyPassed | Literal["row"] | None:
        """What a line is, judged by its numbers and by the header; None where these do not decide."""
        if line.number in self._first_lines and is_numbering(line.cells):
            return "numbering"
        if any(_FIGURES.fullmatch(filled.get(place, "")) for place in self._ordinals):
            return "unused_number" if self._ordinals.issuperset(filled) else "row"
        if len(filled) > 1 and all(
            text == self._header[place] for place, text in filled.items() if place < len(self._header)
        ):
            return "repeated_header"
        return None

    def _reason_in_words(self, line: Line, filled: Mapping[int, str]) -> WhyPassed | None:
        """What a line without a number is, judged by its words; None for a row."""
        words = [text for text in filled.values() if not _NUMBER.fullmatch(text)]
        if words and _is_total(words[0]) and all(map(_is_quantity, words[1:])):
            return "total"
        if self._is_note(filled, words):
            return "note"
        if self.continues_row(line):
            return None
        return "heading" if self._is_heading(line.number, filled) else None

    def _is_note(self, filled: Mapping[int, str], words: Sequence[str]) -> bool:
        """Whether a line is a note or a signature; the signatures end at a row with a number or with more cells."""
        if not words or len(filled) > _MAX_CELLS_OF_NOTE:
            return False
        names = [filled[place] for place in self._essentials if place in filled]
        is_named = any(not _is_note(name, is_alone=len(filled) == 1) for name in names)
        if any(_DATE_LINE.fullmatch(fold(word)) for word in words) or (
            not is_named and any(_begins("signatures", word) for word in words)
        ):
            self._has_signatures = True
            return True
        return self._has_signatures or (
            not is_named and any(_is_note(word, is_alone=len(filled) == 1) for word in words)
        )

    def _is_heading(self, number: int, filled: Mapping[int, str]) -> bool:
        others = [place for place in filled if place not in self._ordinals]
        if not self._is_wide or not filled or len(others) > 1:
            return False
        if len(filled) > 1:
            is_numbered = any(_ROMAN_OR_LETTER.fullmatch(filled.get(place, "")) for place in self._ordinals)
            return is_numbered and bool(self._has_numbered_rows or kind_of_group(filled[others[0]]))
        ((place, text),) = filled.items()
        if number in self._banners or place < min(self._essentials):
            return True
        return _is_section(text, may_lack_a_kind=bool(self._has_numbered_rows))

    def _is_sure_heading(self, filled: Mapping[int, str]) -> bool:
        text = next((text for place, text in filled.items() if place not in self._ordinals), "")
        text = text or next(iter(filled.values()))
        rest = match["rest"] if (match := _NUMBERED.fullmatch(text)) else text
        return kind_of_group(rest) is not None or (kind_of_title(rest) is not None and kind_of_name(rest) is None)


def _positions(table: FoundTable, columns: Iterable[str]) -> frozenset[int]:
    """The positions of the columns with these names in a table."""
    wanted = frozenset(columns)
    matches = enumerate(table.recognition.matches)
    return frozenset(place for place, match in matches if match and match.column in wanted)


def _has_numbered_rows(table: FoundTable, ordinals: Iterable[int]) -> bool:
    """Whether the first rows are numbered 1, 2, 3, so that I, II or A, B do not number rows."""
    lines = (line for line in islice(table.sheet.read(), _N_LINES_SAMPLED) if isinstance(line, Line))
    below = [line.cells for line in lines if line.number > table.header_line]
    return any(
        _FIGURES.fullmatch(cells[place].strip())
        for cells in below
        for place in ordinals
        if place < len(cells) and sum(map(bool, cells)) > 1
    )


def _is_section(text: str, *, may_lack_a_kind: bool) -> bool:
    """Whether a text that stands alone on its line is the heading of a section and not a name.

    >>> _is_section("II. Khối trường, viện", may_lack_a_kind=False), _is_section("Phần mềm Việt", may_lack_a_kind=True)
    (True, False)
    """
    match = _NUMBERED.fullmatch(text)
    if match is None:
        return kind_of_group(text) is not None
    rest = match["rest"]
    if kind_of_group(rest) is not None:
        return True
    if _INITIAL.match(rest) or kind_of_name(rest) is not None:
        return False
    is_roman = not match["number"].isdigit() and len(match["number"]) + ("I" in match["number"]) > 1
    return kind_of_title(rest) is not None or (may_lack_a_kind and is_roman)


@cache
def line_words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The contents of ``ingest/staff/lines.toml``."""
    return tomllib.loads(files("ingest.staff").joinpath("lines.toml").read_text(encoding="utf-8"))


@cache
def _phrases(section: str, key: str) -> Phrases[bool]:
    return Phrases((phrase, True) for phrase in line_words()[section][key])


def _begins(section: str, text: str) -> bool:
    return _phrases(section, "begins").begins(text) is not None


def _is_note(text: str, *, is_alone: bool) -> bool:
    """Whether a text can only be a note: it begins like a note, or is a label with a colon or alone on its line.

    >>> _is_note("Ghi chú: chưa đủ", is_alone=True), _is_note("Nguồn Sáng Việt", is_alone=True)
    (True, False)
    """
    if _begins("notes", text) or _begins("signatures", text):
        return True
    match = _LABEL.match(text)
    if match is None or not _phrases("notes", "labels").whole(match["label"]):
        return False
    return match["sign"] is not None or (is_alone and match.end() == len(text))


@cache
def _totals() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns for the name of a sum, and for the quantity beside it."""
    words, groups, units = ("|".join(map(fold, line_words()["totals"][key])) for key in ("words", "groups", "units"))
    quantity, link = rf"[0-9 ]*({units})?", "( (so|cac|toan bo|la|gom|co))*"
    name = rf"({words}){link}( ({units}))*{link}( ({groups}) ([ivxlc]+|[a-z0-9]))? ?{quantity}"
    return re.compile(name), re.compile(quantity)


def _is_total(text: str) -> bool:
    """Whether a text names a sum and not an actor.

    >>> _is_total("Tổng cộng: 25 đơn vị"), _is_total("Tổng công ty Điện lực"), _is_total("Cộng khối II")
    (True, False, True)
    """
    return _totals()[0].fullmatch(fold(text)) is not None


def _is_quantity(text: str) -> bool:
    return _totals()[1].fullmatch(fold(text)) is not None
