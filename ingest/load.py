"""A folder in the exchange format, read into tables or loaded into a store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from graph.interop import EXCHANGE_NAMES
from graph.model import Actor, Event, Fact, Participation, Project, Relationship
from graph.store import BATCH_SIZE, GraphReader, GraphStore, GraphWriter, UpsertCounts
from graph.tables import Tables
from ingest.issues import Issue
from ingest.readers import RawTable, list_tables, open_table
from ingest.validation import Known, check_rows, missing_columns

_PROGRESS_ROWS = 500


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of one file has come; ``fraction`` lies between 0 and 1."""

    file: str
    n_rows: int
    fraction: float


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class TableCounts:
    """What became of the rows of one table: ``n_read == n_loaded + n_rejected``.

    Attributes
    ----------
    n_repeated
        Loaded rows that repeat an earlier link word for word and count once.
    upserts
        What the other loaded rows were to the store; all zero in a dry run.
    """

    file: str
    n_read: int
    n_loaded: int
    n_rejected: int
    n_repeated: int
    upserts: UpsertCounts


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did: counts by table of the exchange format, and every issue in the order of the files."""

    folder: Path
    counts: Mapping[str, TableCounts]
    issues: tuple[Issue, ...]
    is_dry_run: bool = False

    @property
    def n_read(self) -> int:
        """Rows read, of all tables."""
        return sum(counts.n_read for counts in self.counts.values())

    @property
    def n_loaded(self) -> int:
        """Rows loaded, or fit to be loaded in a dry run."""
        return sum(counts.n_loaded for counts in self.counts.values())

    @property
    def n_rejected(self) -> int:
        """Rows kept out."""
        return sum(counts.n_rejected for counts in self.counts.values())

    @property
    def has_errors(self) -> bool:
        """Whether a row or a file was kept out."""
        return any(issue.is_error for issue in self.issues)


@dataclass(frozen=True, slots=True)
class Reading:
    """The good rows of a folder as tables, and what was wrong with the others."""

    tables: Tables
    issues: tuple[Issue, ...]
    counts: Mapping[str, TableCounts]

    @property
    def n_rows(self) -> int:
        """Rows read, of all tables."""
        return sum(counts.n_read for counts in self.counts.values())


def read_tables(folder: Path, on_progress: OnProgress | None = None) -> Reading:
    """The tables of a folder, without a store: links may only name what the folder itself holds.

    Raises
    ------
    IngestError
        The folder is missing or holds no table.
    """
    facts: list[Fact] = []

    def keep(batch: Sequence[Fact]) -> UpsertCounts:
        facts.extend(batch)
        return UpsertCounts(n_inserted=len(batch))

    counts, issues = _read(folder, Known(), keep, on_progress)
    return Reading(Tables.from_facts(facts), issues, counts)


def check_folder(folder: Path, store: GraphReader | None = None, on_progress: OnProgress | None = None) -> LoadReport:
    """What :func:`load_folder` would load and reject; nothing is written.

    Links may name what the folder holds and, where a store is given, what that holds.

    Raises
    ------
    IngestError
        The folder is missing or holds no table.
    """
    known = Known(*_stored_kinds(store)) if store else Known()
    counts, issues = _read(folder, known, lambda _: UpsertCounts(), on_progress)
    return LoadReport(folder, counts, issues, is_dry_run=True)


def load_folder(store: GraphStore, folder: Path, on_progress: OnProgress | None = None) -> LoadReport:
    """What became of every row of a folder that was loaded into a store, table by table and batch by batch.

    Loading a folder again changes nothing, and a corrected file changes what it corrects. A load that was cut off
    leaves whole batches; loading again completes it. What was loaded before and is no longer in the files stays.

    Raises
    ------
    IngestError
        The folder is missing or holds no table.
    StoreError
        The store cannot be read or written. Batches written before stay.
    """
    counts, issues = _read(folder, Known(*_stored_kinds(store)), lambda batch: _write(store, batch), on_progress)
    report = LoadReport(folder, counts, issues)
    if any(table.upserts.n_inserted or table.upserts.n_updated for table in counts.values()):
        store.append_event(_load_event(report))
    return report


def _stored_kinds(store: GraphReader) -> tuple[Callable[[str], str | None], Callable[[str], str | None]]:
    def actor(actor_id: str) -> str | None:
        stored = store.get_actor(actor_id)
        return stored.kind if stored else None

    def project(project_id: str) -> str | None:
        stored = store.get_project(project_id)
        return stored.kind if stored else None

    return actor, project


def _write(store: GraphWriter, batch: Sequence[Fact]) -> UpsertCounts:
    match batch[0]:
        case Actor():
            return store.upsert_actors(cast(Sequence[Actor], batch))
        case Project():
            return store.upsert_projects(cast(Sequence[Project], batch))
        case Relationship():
            return store.upsert_relationships(cast(Sequence[Relationship], batch))
        case Participation():
            return store.upsert_participations(cast(Sequence[Participation], batch))


def _read(
    folder: Path,
    known: Known,
    write: Callable[[Sequence[Fact]], UpsertCounts],
    on_progress: OnProgress | None,
) -> tuple[dict[str, TableCounts], tuple[Issue, ...]]:
    files, issues = list_tables(folder)
    counts = {}
    for file in files:
        table = open_table(file)
        unusable = (table,) if isinstance(table, Issue) else missing_columns(table)
        if isinstance(table, Issue) or unusable:
            issues.extend(unusable)
        else:
            counts[EXCHANGE_NAMES[file.fact_type]] = _read_table(table, known, write, issues, on_progress)
    return counts, tuple(issues)


def _read_table(
    table: RawTable,
    known: Known,
    write: Callable[[Sequence[Fact]], UpsertCounts],
    issues: list[Issue],
    on_progress: OnProgress | None,
) -> TableCounts:
    n_read = n_fit = n_rejected = n_repeated = 0
    upserts = UpsertCounts()
    batch: list[Fact] = []
    for row in check_rows(table, known):
        n_read += 1
        issues.extend(row.issues)
        if row.fact is not None:
            n_fit += 1
            batch.append(row.fact)
        elif row.is_rejected:
            n_rejected += 1
        else:
            n_repeated += 1
        if len(batch) == BATCH_SIZE:
            upserts += write(batch)
            batch = []
        if on_progress and n_read % _PROGRESS_ROWS == 0:
            on_progress(Progress(table.place.file, n_read, min(row.line / max(table.n_lines, 1), 1.0)))
    if batch:
        upserts += write(batch)
    if on_progress:
        on_progress(Progress(table.place.file, n_read, 1.0))
    return TableCounts(table.place.file, n_read, n_fit + n_repeated, n_rejected, n_repeated, upserts)


def _load_event(report: LoadReport) -> Event:
    payload = {
        name: {
            "n_inserted": counts.upserts.n_inserted,
            "n_updated": counts.upserts.n_updated,
            "n_unchanged": counts.upserts.n_unchanged,
            "n_rejected": counts.n_rejected,
        }
        for name, counts in report.counts.items()
    }
    return Event("load", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), payload)
