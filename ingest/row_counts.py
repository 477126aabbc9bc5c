"""The row counts of a load: how many rows of each table were read, loaded and rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graph.store import UpsertCounts


@dataclass(frozen=True, slots=True)
class TableCounts:
    """The number of rows of one table by outcome: ``n_read == n_loaded + n_rejected``.

    Attributes
    ----------
    table
        The name of the table in the exchange format.
    source
        The name of the list, which stays the same from month to month.
    n_repeated
        Loaded rows that repeat an earlier row word for word; they are counted as loaded and stored once.
    n_passed_over
        Lines below the header that are not rows: headings, sums, notes.
    is_derived
        Whether the rows are links named in the columns of another table; that table counts the lines.
    upserts
        The effect of the other loaded rows on the store; all zero in a dry run.
    """

    table: str
    file: str
    sheet: str | None
    source: str
    n_read: int
    n_loaded: int
    n_rejected: int
    n_repeated: int
    n_passed_over: int
    is_derived: bool
    upserts: UpsertCounts


@dataclass(frozen=True, slots=True)
class RowCounts:
    """The sums of the row counts of several tables."""

    tables: tuple[TableCounts, ...]

    @property
    def n_read(self) -> int:
        """The number of rows read."""
        return sum(table.n_read for table in self.tables)

    @property
    def n_loaded(self) -> int:
        """The number of rows loaded; in a dry run, the number that would be loaded."""
        return sum(table.n_loaded for table in self.tables)

    @property
    def n_rejected(self) -> int:
        """The number of rows rejected."""
        return sum(table.n_rejected for table in self.tables)

    @property
    def n_repeated(self) -> int:
        """The number of rows that repeat an earlier row."""
        return sum(table.n_repeated for table in self.tables)

    @property
    def n_passed_over(self) -> int:
        """The number of lines that are not rows."""
        return sum(table.n_passed_over for table in self.tables)

    @property
    def upserts(self) -> UpsertCounts:
        """The effect of the rows on the store."""
        return sum((table.upserts for table in self.tables), UpsertCounts())


def by_table(tables: Sequence[TableCounts]) -> Mapping[str, RowCounts]:
    """The row counts of each table of the exchange format, by its name."""
    names = dict.fromkeys(table.table for table in tables)
    return {name: RowCounts(tuple(table for table in tables if table.table == name)) for name in names}
