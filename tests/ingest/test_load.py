import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import IngestError
from graph.interop import EXCHANGE_NAMES, exchange_columns
from graph.model import Actor, Fact, Participation, Project, Relationship
from graph.snapshot import GraphSnapshot
from graph.sqlite_store import SqliteStore
from graph.store import Counts, UpsertCounts
from graph.tables import SCHEMAS, Tables
from ingest.load import LoadReport, Reading, ReadingProgress, check_folder, load_folder, read_tables
from ingest.readers import REQUIRED
from tests.ingest.folders import ACTOR, PROJECT, SCHOOL, WRITERS, csv_text, read_csv, write_folder
from tests.worlds import HANOI, hanoi_network

BENCHMARK = os.environ.get("KETNOI_BENCHMARK_DATA")
MOU = {"source_id": "a1", "target_id": "a2", "kind": "signed_mou"}
PART = {"project_id": "p1", "actor_id": "a1"}
SMALL = {"actors": [ACTOR, SCHOOL], "projects": [PROJECT], "relationships": [MOU], "project_participants": [PART]}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "store" / "network.db") as opened:
        yield opened


def content(tables: Tables) -> dict[str, list[dict[str, object]]]:
    """Everything in the tables but where and when it was read."""
    return {
        name: tables.of(fact_type).drop_columns(["source", "recorded_at"]).to_pylist()
        for fact_type, name in EXCHANGE_NAMES.items()
    }


def test_the_demo_network_is_read_whole_and_without_a_complaint() -> None:
    reading = read_tables(HANOI)
    assert reading.issues == ()
    assert reading.tables == hanoi_network().tables()
    assert reading.n_rows == 743


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_gives_the_same_tables(tmp_path: Path, ending: str) -> None:
    tables = {name: read_csv(HANOI / f"{name}.csv") for name in EXCHANGE_NAMES.values()}
    reading = read_tables(write_folder(tmp_path, ending, **tables))
    assert reading.issues == ()
    assert content(reading.tables) == content(read_tables(HANOI).tables)


def test_loading_twice_equals_loading_once(store: SqliteStore) -> None:
    first = load_folder(store, HANOI)
    tables, revision, changes = store.tables(), store.revision(), store.events("change")
    second = load_folder(store, HANOI)
    assert store.counts() == Counts(287, 84, 300, 72)
    assert [table.upserts.n_inserted for table in first.counts.values()] == [287, 84, 300, 72]
    assert [table.upserts for table in second.counts.values()] == [
        UpsertCounts(n_unchanged=n) for n in (287, 84, 300, 72)
    ]
    assert (store.tables(), store.revision(), store.events("change")) == (tables, revision, changes)


def test_a_store_gives_the_same_snapshot_as_the_folder_itself(store: SqliteStore) -> None:
    load_folder(store, HANOI)
    assert GraphSnapshot.from_store(store).digest == GraphSnapshot.from_tables(read_tables(HANOI).tables).digest


def test_a_corrected_file_corrects_the_store(store: SqliteStore, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", "csv", **SMALL)
    load_folder(store, folder)
    corrected = SMALL | {"actors": [ACTOR | {"name": "Tên mới"}, SCHOOL], "relationships": [MOU | {"since": "2024"}]}
    report = load_folder(store, write_folder(folder, "csv", **corrected))
    assert report.counts["actors"].upserts == UpsertCounts(n_updated=1, n_unchanged=1)
    actor = store.get_actor("a1")
    assert actor is not None
    assert actor.name == "Tên mới"
    assert [tie.since for tie in store.tables().facts(Relationship)] == ["2024"]


def test_rejected_rows_are_loaded_once_they_are_mended(store: SqliteStore, tmp_path: Path) -> None:
    broken = SMALL | {"actors": [ACTOR | {"founded": "31/02/2025"}, SCHOOL]}
    report = load_folder(store, write_folder(tmp_path / "data", "csv", **broken))
    assert (report.rows.n_read, report.rows.n_loaded, report.rows.n_rejected) == (5, 2, 3)
    assert report.has_errors
    report = load_folder(store, write_folder(tmp_path / "data", "csv", **SMALL))
    assert not report.has_errors
    assert store.counts() == Counts(2, 1, 1, 1)


def test_links_may_name_what_an_earlier_load_stored(store: SqliteStore, tmp_path: Path) -> None:
    load_folder(store, write_folder(tmp_path / "first", "csv", actors=[ACTOR, SCHOOL], projects=[PROJECT]))
    links = write_folder(
        tmp_path / "second",
        "csv",
        projects=[{"id": "p2", "kind": "product", "title": "Cảm biến", "owner_id": "a1"}],
        relationships=[MOU, MOU | {"target_id": "a9"}, MOU | {"kind": "founded_by", "target_id": "a1"}],
        project_participants=[PART, PART | {"project_id": "p2"}, PART | {"project_id": "p3"}],
    )
    for report in (check_folder(links, store), load_folder(store, links)):
        assert [issue.code for issue in report.issues if issue.is_error] == [
            "unknown_actor",
            "self_relationship",
            "unknown_project",
        ]
    assert store.counts() == Counts(2, 2, 1, 2)
    assert [issue.code for issue in check_folder(links).issues].count("unknown_actor") == 9


def test_ends_in_the_store_keep_to_the_kinds_too(store: SqliteStore, tmp_path: Path) -> None:
    expert = {"id": "a3", "kind": "expert", "name": "Trần Thị B"}
    load_folder(store, write_folder(tmp_path / "first", "csv", actors=[expert, SCHOOL]))
    ties = write_folder(
        tmp_path / "second", "csv", relationships=[{"source_id": "a3", "target_id": "a2", "kind": "part_of"}]
    )
    assert [(issue.code, issue.detail) for issue in load_folder(store, ties).issues] == [
        ("ends_not_allowed", "expert → school")
    ]


def test_a_dry_run_tells_what_a_load_would_and_writes_nothing(store: SqliteStore, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "data", "csv", **(SMALL | {"actors": [ACTOR, SCHOOL, ACTOR]}))
    checked = check_folder(folder, store)
    assert store.counts() == Counts(0, 0, 0, 0)
    assert (store.revision(), store.events()) == (0, [])
    loaded = load_folder(store, folder)
    assert checked.is_dry_run
    assert checked.issues == loaded.issues
    assert (checked.rows.n_read, checked.rows.n_loaded, checked.rows.n_rejected) == (
        loaded.rows.n_read,
        loaded.rows.n_loaded,
        loaded.rows.n_rejected,
    )


def test_a_load_leaves_one_event_of_counts_alone(store: SqliteStore, tmp_path: Path) -> None:
    load_folder(store, write_folder(tmp_path / "data", "csv", **SMALL))
    (event,) = store.events("load")
    assert set(event.payload) == {*SMALL, "sources"}
    assert event.payload["actors"] == {"n_inserted": 2, "n_updated": 0, "n_unchanged": 0, "n_rejected": 0}


def test_progress_ends_with_every_file_read_to_its_end(tmp_path: Path) -> None:
    actors = [ACTOR | {"id": f"a{n}"} for n in range(1_200)]
    for ending in WRITERS:
        steps: list[ReadingProgress] = []
        read_tables(write_folder(tmp_path / ending, ending, actors=actors), steps.append)
        assert [step.n_rows for step in steps] == [500, 1_000, 1_200]
        assert all(0 < step.fraction <= 1 for step in steps)
        assert steps[0].fraction < steps[1].fraction < steps[2].fraction == 1


def test_a_folder_whose_only_table_cannot_be_read_gives_issues_and_no_counts(tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_bytes(b"\x00\x01binary")
    reading = read_tables(tmp_path)
    assert reading.counts == {}
    assert [issue.code for issue in reading.issues] == ["binary_file"]


def test_a_wrong_folder_is_an_error_and_not_an_empty_reading(tmp_path: Path) -> None:
    with pytest.raises(IngestError):
        read_tables(tmp_path)


KINDS = {Actor: ["startup", "school"], Project: ["project"], Relationship: ["signed_mou", "founded_by"]}
CELLS = {
    "founded": (["2024", "2024-05-01"], ["31/02/2025"]),
    "year": (["2024"], ["0000"]),
    "since": (["2024"], ["2024-13"]),
    "value_vnd": (["5", "1e3"], ["-1"]),
    "total_cost": (["5.5"], ["nan"]),
    "fields": (["digital_ai", "ai|ai|"], ["|"]),
}
ANYTHING = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)


def _cells(fact_type: type[Fact], column: str) -> st.SearchStrategy[str]:
    """Cells of which most are good."""
    if column == "kind":
        good, bad = KINDS[fact_type], ["starup", ""]
    elif column in {"project_id", "id"} and fact_type in {Project, Participation}:
        good, bad = ["p1", "p2"], ["a\u200b", "p9"]
    elif column.endswith("id"):
        good, bad = ["a1", " a2 ", "a3"], ["", "a9"]
    else:
        good, bad = CELLS.get(column, (["Hà Nội", "x\ny", "a,b"], ["\x07", '"']))
    return st.sampled_from(good * 6 + bad)


@st.composite
def mangled_folders(draw: st.DrawFn) -> dict[str, str]:
    """Texts of CSV files by their names: rows of the format with wrong cells, cells too many, and torn lines."""
    files = {}
    for fact_type, name in EXCHANGE_NAMES.items():
        columns = [*exchange_columns(fact_type), "ghi chú"]
        required = {column: _cells(fact_type, column) for column in REQUIRED[fact_type]}
        optional = {column: _cells(fact_type, column) for column in CELLS if column in columns}
        rows = draw(st.lists(st.fixed_dictionaries(required, optional=optional), max_size=8))
        for row in draw(st.lists(st.sampled_from(rows), max_size=1)) if rows else ():
            row[draw(st.sampled_from(columns))] = draw(ANYTHING)
        text = csv_text([dict.fromkeys(columns, ""), *rows])
        tear = draw(st.integers(text.index("\n"), 600))
        is_torn = draw(st.integers(0, 3)) == 0
        files[name] = text[:tear] + draw(st.sampled_from(['"', ",", "\n"])) + text[tear:] if is_torn else text
    return files


def accounted(report: LoadReport | Reading) -> None:
    for counts in report.tables if isinstance(report, LoadReport) else report.read:
        assert counts.n_read == counts.n_loaded + counts.n_rejected
        errors = {issue.line for issue in report.issues if issue.is_error and issue.file == counts.file}
        assert counts.n_rejected == len(errors)
        assert counts.n_repeated == sum(
            issue.code == "repeated_link" and issue.file == counts.file for issue in report.issues
        )


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(mangled_folders())
def test_every_row_read_is_loaded_or_rejected_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("mangled")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    reading = read_tables(folder)
    accounted(reading)
    with SqliteStore(folder / "store" / "network.db") as store:
        report = load_folder(store, folder)
        accounted(report)
        loaded = store.tables()
        load_folder(store, folder)
        assert store.tables() == loaded
    assert content(loaded) == content(reading.tables)
    for fact_type, name in EXCHANGE_NAMES.items():
        if name in report.counts:
            counts = report.counts[name]
            assert counts.n_loaded - counts.n_repeated == reading.tables.of(fact_type).num_rows
            assert counts.upserts.n_inserted == counts.n_loaded - counts.n_repeated
    assert GraphSnapshot.from_tables(loaded).n_actors == len(loaded.facts(Actor))


def test_the_tables_have_the_schemas_of_a_snapshot_even_when_empty(tmp_path: Path) -> None:
    tables = read_tables(write_folder(tmp_path, "csv", actors=[ACTOR])).tables
    assert {fact_type: tables.of(fact_type).schema for fact_type in SCHEMAS} == dict(SCHEMAS)
    assert tables.facts(Project) == []


@pytest.mark.cordis
@pytest.mark.skipif(BENCHMARK is None, reason="KETNOI_BENCHMARK_DATA names no folder with the development benchmark")
def test_the_development_benchmark_is_read_whole() -> None:
    reading = read_tables(Path(str(BENCHMARK)))
    assert not any(issue.is_error for issue in reading.issues)
    tables = reading.tables
    assert (tables.actors.num_rows, tables.projects.num_rows, tables.participations.num_rows) == (
        38_117,
        32_279,
        154_416,
    )
