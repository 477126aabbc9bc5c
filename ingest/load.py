"""Loading: reads a file or folder into tables, or loads it into a store."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from graph.changes import ChangeLog
from graph.dates import utc_stamp
from graph.interop import EXCHANGE_NAMES
from graph.judgements import Judgement
from graph.model import ERASURE, Event, Fact
from graph.store import BATCH_SIZE, GraphReader, GraphStore, UpsertCounts
from graph.tables import Tables
from ingest.issues import Issue, Place
from ingest.judgement_table import JudgementTable, load_judgements, read_judgement_table
from ingest.known import Known
from ingest.linking import MAX_ACTORS, Linked, link_records
from ingest.raw_tables import RawTable
from ingest.reading import OnFile, ReadingPlan, plan_reading
from ingest.row_counts import RowCounts, TableCounts, by_table
from ingest.seen import IssueLog
from ingest.staff.mapping import TableMapping
from ingest.staff.name_book import StoredActors
from ingest.staff.planning import SheetPlan
from ingest.validation import Outcome, check_rows
from ingest.vanished import ReadKeys, Vanished, mark_vanished

_LOAD = "load"
_PROGRESS_ROWS = 500
_N_NAMESAKES = 20
"""At most this many stored actors are searched for one name."""


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """The progress of reading one file; ``fraction`` lies between 0 and 1."""

    file: str
    n_rows: int
    fraction: float


OnProgress = Callable[[ReadingProgress], None]
Write = Callable[[Sequence[Fact]], UpsertCounts]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The result of a load: the tables in the order in which they were read, and all issues.

    Attributes
    ----------
    sheets
        How each sheet of the files that staff made was understood.
    vanished
        For each source, the number of facts that it no longer has.
    linked
        The records of one actor that were linked; None where no linking was done.
    """

    path: Path
    tables: tuple[TableCounts, ...]
    issues: Sequence[Issue]
    sheets: tuple[SheetPlan, ...] = ()
    vanished: tuple[Vanished, ...] = ()
    linked: Linked | None = None
    is_dry_run: bool = False

    @property
    def rows(self) -> RowCounts:
        """The row counts of all files together, without derived links, whose lines other tables count."""
        return RowCounts(tuple(table for table in self.tables if not table.is_derived))

    @property
    def counts(self) -> Mapping[str, RowCounts]:
        """The row counts of each table of the exchange format."""
        return by_table(self.tables)

    @property
    def has_errors(self) -> bool:
        """Whether an error rejected a row or a file."""
        return any(issue.is_error for issue in self.issues)


@dataclass(frozen=True, slots=True)
class Reading:
    """The valid rows of a file or folder as tables, and the issues of all rows.

    Attributes
    ----------
    judgements
        The rows of the table of judgements; the tables hold the records as they are, without merges.
    """

    tables: Tables
    issues: Sequence[Issue]
    read: tuple[TableCounts, ...]
    judgements: tuple[Judgement, ...] = ()

    @property
    def counts(self) -> Mapping[str, RowCounts]:
        """The row counts of each table of the exchange format."""
        return by_table(self.read)

    @property
    def n_rows(self) -> int:
        """The number of rows read from all tables."""
        return sum(table.n_read for table in self.read if not table.is_derived)


def read_tables(path: Path, on_progress: OnProgress | None = None, *, mapping: Sequence[TableMapping] = ()) -> Reading:
    """The tables of a file or folder, read without a store: links may refer only to what the same folder contains.

    Raises
    ------
    IngestError
        The file or folder does not exist, or holds nothing that can be read.
    """
    facts: list[Fact] = []

    def keep(batch: Sequence[Fact]) -> UpsertCounts:
        facts.extend(batch)
        return UpsertCounts(n_inserted=len(batch))

    plan = plan_reading(path, mapping, on_file=_file_callback(on_progress))
    known = Known()
    counts, issues = _read(plan, known, keep, on_progress)
    judged = _read_judgements(plan, known, issues)
    counts += tuple(table.counts(UpsertCounts(n_inserted=len(table.judgements))) for table in judged)
    judgements = tuple(judgement for table in judged for judgement in table.judgements)
    return Reading(Tables.from_facts(facts), issues.as_sequence(), counts, judgements)


def check_folder(
    path: Path,
    store: GraphReader | None = None,
    on_progress: OnProgress | None = None,
    *,
    mapping: Sequence[TableMapping] = (),
) -> LoadReport:
    """The report that :func:`load_folder` would give; nothing is written.

    Links may refer to what is read and, where a store is given, to what the store contains.

    Raises
    ------
    IngestError
        The file or folder does not exist, or holds nothing that can be read.
    """
    plan = plan_reading(path, mapping, _stored_actors(store) if store else None, on_file=_file_callback(on_progress))
    known = _known(store) if store else Known()
    counts, issues = _read(plan, known, lambda _: UpsertCounts(), on_progress)
    counts += tuple(table.counts(UpsertCounts()) for table in _read_judgements(plan, known, issues))
    return LoadReport(path, counts, issues.as_sequence(), plan.sheets, is_dry_run=True)


def read_into(
    write: Write, path: Path, store: GraphReader, *, mapping: Sequence[TableMapping] = (), collection: str | None = None
) -> tuple[tuple[TableCounts, ...], Sequence[Issue]]:
    """The row counts and the issues of a file or folder; its facts are passed to ``write`` as a load would write them.

    Raises
    ------
    IngestError
        The file or folder does not exist, or holds nothing that can be read.
    """
    plan = plan_reading(path, mapping, _stored_actors(store), collection=collection)
    counts, issues = _read(plan, _known(store), write, None)
    return counts, issues.as_sequence()


def load_folder(
    store: GraphStore,
    path: Path,
    on_progress: OnProgress | None = None,
    *,
    mapping: Sequence[TableMapping] = (),
    collection: str | None = None,
    link: bool = True,
) -> LoadReport:
    """The report of loading a file or folder into a store.

    Loading the same file again changes nothing; loading a corrected file changes what was corrected. Facts that a
    list had at its last load and no longer has are marked with the day they were last seen. An interrupted load
    leaves only whole batches in the store, and loading again completes it.

    Parameters
    ----------
    collection
        A name that distinguishes these lists from others with the same file names.
    link
        Whether to look for records of one actor after the load. This is never done in a store of more than
        :data:`ingest.linking.MAX_ACTORS` actors.

    Raises
    ------
    IngestError
        The file or folder does not exist, or holds nothing that can be read.
    StoreError
        The store cannot be read or written. The batches written before the failure remain.
    ModelError
        Everything was loaded, but the records could not be compared.
    """
    on_file = _file_callback(on_progress)
    plan = plan_reading(path, mapping, _stored_actors(store), collection=collection, on_file=on_file)
    log, read = ChangeLog(store), ReadKeys()
    known = _known(store)
    counts, issues = _read(plan, known, log.upsert, on_progress, read)
    n_known: Counter[str] = Counter()
    for table in counts:
        n_known[table.source] += table.upserts.n_updated + table.upserts.n_unchanged
    vanished = mark_vanished(store, log, read, n_known, _last_load_days(store))
    issues.extend(_other_list_issue(each, counts) for each in vanished if not each.is_marked)
    judged = _read_judgements(plan, known, issues)
    counts += tuple(table.counts(load_judgements(store, table.judgements)) for table in judged)
    report = LoadReport(path, counts, issues.as_sequence(), plan.sheets, tuple(vanished))
    store.append_event(_load_event(report))
    has_changed = any(table.upserts.n_inserted or table.upserts.n_updated for table in counts)
    if link and has_changed and store.counts().n_actors <= MAX_ACTORS:
        return replace(report, linked=link_records(store))
    return report


def _last_load_days(store: GraphReader) -> Mapping[str, str]:
    """The day on which each source was last loaded."""
    return {source: event.at[:10] for event in store.events(_LOAD) for source in event.payload.get("sources", ())}


def _other_list_issue(vanished: Vanished, counts: Sequence[TableCounts]) -> Issue:
    table = next(table for table in counts if table.source == vanished.source)
    return Place(table.file, table.sheet).issue("other_list", value=vanished.source, detail=vanished.n_vanished)


def _file_callback(on_progress: OnProgress | None) -> OnFile | None:
    return (lambda file: on_progress(ReadingProgress(file, 0, 0.0))) if on_progress else None


def _stored_actors(store: GraphReader) -> StoredActors:
    return lambda name: store.search_actors(name, limit=_N_NAMESAKES)


def _known(store: GraphReader) -> Known:
    """The knowledge of a store: its actors and projects, the erased actors, and the stored relationships."""

    def actor(actor_id: str) -> str | None:
        stored = store.get_actor(actor_id)
        return stored.kind if stored else None

    def project(project_id: str) -> str | None:
        stored = store.get_project(project_id)
        return stored.kind if stored else None

    erased = frozenset(str(event.payload["digest"]) for event in store.events(ERASURE))
    return Known(actor, project, erased=erased, stored_relationship=store.get_relationship)


def _read(
    plan: ReadingPlan,
    known: Known,
    write: Write,
    on_progress: OnProgress | None,
    read: ReadKeys | None = None,
) -> tuple[tuple[TableCounts, ...], IssueLog]:
    issues = IssueLog(plan.issues)
    known.names = plan.book
    tables = tuple(_read_table(table, known, write, issues, on_progress, read) for table in plan.tables)
    return tables, issues


def _read_judgements(plan: ReadingPlan, known: Known, issues: IssueLog) -> tuple[JudgementTable, ...]:
    """The tables of judgements, read when all actors are known; their issues are added to the others."""
    tables = tuple(read_judgement_table(path, lambda i: known.actor_kind(i) is not None) for path in plan.judgements)
    issues.extend(issue for table in tables for issue in table.issues)
    return tables


def _read_table(
    table: RawTable,
    known: Known,
    write: Write,
    issues: IssueLog,
    on_progress: OnProgress | None,
    read: ReadKeys | None,
) -> TableCounts:
    n_lines: Counter[Outcome] = Counter()
    upserts = UpsertCounts()
    batch: list[Fact] = []
    n_seen = 0
    for row in check_rows(table, known):
        n_seen += 1
        n_lines[row.outcome] += row.n_lines
        issues.extend(row.issues)
        if row.fact is not None:
            batch.append(row.fact)
        if read is not None and row.key:
            read.add(table.source, row.key)
        if len(batch) == BATCH_SIZE:
            upserts += write(batch)
            batch = []
        if on_progress and n_seen % _PROGRESS_ROWS == 0:
            on_progress(ReadingProgress(table.place.file, n_seen, min(row.line / max(table.n_lines, 1), 1.0)))
    if batch:
        upserts += write(batch)
    if on_progress:
        on_progress(ReadingProgress(table.place.file, n_seen, 1.0))
    return TableCounts(
        EXCHANGE_NAMES[table.fact_type],
        table.place.file,
        table.place.sheet,
        table.source,
        n_read=n_lines.total() - n_lines["passed"],
        n_loaded=n_lines["fit"] + n_lines["repeated"],
        n_rejected=n_lines["rejected"],
        n_repeated=n_lines["repeated"],
        n_passed_over=n_lines["passed"],
        is_derived=table.is_derived,
        upserts=upserts,
    )


def _load_event(report: LoadReport) -> Event:
    payload: dict[str, Any] = {
        name: {
            "n_inserted": rows.upserts.n_inserted,
            "n_updated": rows.upserts.n_updated,
            "n_unchanged": rows.upserts.n_unchanged,
            "n_rejected": rows.n_rejected,
        }
        for name, rows in report.counts.items()
    }
    payload["sources"] = sorted({table.source for table in report.tables})
    return Event(_LOAD, utc_stamp(), payload)
