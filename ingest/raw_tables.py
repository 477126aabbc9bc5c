"""Raw tables: opened tables with their rows as text, before validation. All readers produce them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from graph.model import Fact
from ingest.issues import Issue, Place

_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})

WhyPassed = Literal["repeated_header", "numbering", "unused_number", "heading", "total", "note"]
"""What a line is that is not a row."""


@dataclass(frozen=True, slots=True)
class PassedLine:
    """A line of a table that is not a row.

    Attributes
    ----------
    why
        What the line is.
    is_sure
        Whether the line certainly is not a row.
    """

    number: int
    why: WhyPassed
    text: str
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row, ready for validation.

    Attributes
    ----------
    line
        The line of the file, counted from 1.
    cells
        The text of each cell that is not empty, by column name.
    attributes
        Texts that do not belong to the exchange format and are kept as attributes.
    issues
        The issues found while the row was read.
    n_lines
        The number of lines of the file that the row takes: several where its name is merged over them, and none for
        the second and later facts of one line.
    """

    line: int
    cells: Mapping[str, str]
    attributes: Mapping[str, str] = field(default_factory=lambda: _NO_ATTRIBUTES)
    issues: tuple[Issue, ...] = ()
    n_lines: int = 1


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table that has been opened and not yet read.

    Attributes
    ----------
    columns
        The names of the header; None where every row names its own cells.
    n_lines
        The number of lines, from which the progress of reading is computed.
    rows
        The rows in their order, read lazily. An issue stands for a row that cannot be read, a passed line for a line
        that is not a row.
    source
        The name of the source that the facts are attributed to.
    is_derived
        Whether the rows are links named in the columns of another table; that table counts the lines.
    is_of_staff
        Whether staff made the list. The links of such a list are numbered apart from those of other lists.
    noticed
        Warnings about the file, which can be read all the same.
    """

    fact_type: type[Fact]
    place: Place
    columns: tuple[str, ...] | None
    n_lines: int
    rows: Iterator[RawRow | Issue | PassedLine]
    source: str
    is_derived: bool = False
    is_of_staff: bool = False
    noticed: tuple[Issue, ...] = ()
