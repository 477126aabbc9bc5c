"""Exports of a network in which records were judged to be of one member, and loading them again."""

import json
from pathlib import Path

import networkx
import pyarrow.parquet as pq
import pytest

from graph.canonical import merged
from graph.interop import JUDGEMENTS
from graph.judgements import MACHINE, Judgement, append_judgements, clusters, read_judgements
from graph.model import Actor, Participation, Project, Provenance, Relationship
from graph.snapshot import GraphSnapshot
from graph.sqlite_store import SqliteStore
from graph.tables import SCHEMAS
from ingest.load import read_tables
from tests.ingest.folders import WRITERS, read_csv, write_folder
from tests.ingest.test_load import content
from tests.test_cli_network import Ketnoi, ketnoi  # noqa: F401  a fixture
from tests.worlds import World, load_world

PAGE, OTHER = "https://example.org/one", "https://example.org/two"
ACTORS = [
    Actor("auto-1", "school", "Trường Bách", website="https://b.vn", provenance=Provenance("actors.csv", OTHER)),
    Actor("bz", "business", "Công ty Cửa", provenance=Provenance("actors.csv")),
    Actor("sc", "school", "Đại học Bách", needs=("phòng đo",), provenance=Provenance("actors.csv", PAGE)),
    Actor("sx", "school", "Đại học Xây", provenance=Provenance("actors.csv")),
]
TIES = Provenance("relationships.csv")
WORLD = World(
    ACTORS,
    [Project("p", "project", "Dự án", owner_id="auto-1", provenance=Provenance("projects.csv"))],
    [
        Relationship("auto-1", "bz", "signed_mou", since="2024", provenance=TIES),
        Relationship("auto-1", "sc", "signed_mou", provenance=TIES),
        Relationship("sc", "bz", "signed_mou", since="2024", provenance=TIES),
        Relationship("sc", "bz", "signed_mou", since="2025", occurrence=1, provenance=TIES),
    ],
    [Participation("p", "auto-1", "chủ trì", provenance=Provenance("project_participants.csv"))],
)
JUDGEMENTS_MADE = [
    Judgement("auto-1", "sc", "same", MACHINE, "2026-01-01T00:00:00.000001Z", 0.1 + 0.2),
    Judgement("sc", "sx", "unsure", MACHINE, "2026-01-01T00:00:00.000002Z", 1.0),
    Judgement("sc", "sx", "same", "lan.p", "2026-01-02T00:00:00.000000Z"),
    Judgement("sc", "sx", "different", "lan.p", "2026-01-03T00:00:00.000000Z"),
]


@pytest.fixture
def merged_network(ketnoi: Ketnoi) -> Ketnoi:  # noqa: F811
    with SqliteStore(ketnoi.store) as store:
        load_world(store, WORLD)
        append_judgements(store, JUDGEMENTS_MADE)
    return ketnoi


def test_every_record_names_its_member_and_every_judgement_its_author(merged_network: Ketnoi, tmp_path: Path) -> None:
    merged_network("export", tmp_path / "out")
    rows = read_csv(tmp_path / "out" / "actors.csv")
    assert {row["id"]: row["canonical_id"] for row in rows} == {"auto-1": "sc", "bz": "bz", "sc": "sc", "sx": "sx"}
    assert read_csv(tmp_path / "out" / "judgements.csv")[0] == {
        "left_id": "auto-1",
        "right_id": "sc",
        "verdict": "same",
        "by": MACHINE,
        "at": "2026-01-01T00:00:00.000001Z",
        "probability": repr(0.1 + 0.2),
    }
    merged_network("export", tmp_path / "parquet", "--format", "parquet")
    assert pq.read_table(tmp_path / "parquet" / "judgements.parquet").num_rows == 4


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_an_export_loads_again_with_its_merges(merged_network: Ketnoi, tmp_path: Path, file_format: str) -> None:
    merged_network("export", tmp_path / "out", "--format", file_format)
    other = tmp_path / "other.db"
    for _ in range(2):
        loaded = merged_network("load", tmp_path / "out", "--store", other, "--no-link", "--json")
        assert (loaded.exit_code, json.loads(loaded.out)["issues"]) == (0, [])
    report = json.loads(loaded.out)
    assert (report["tables"]["judgements"]["n_loaded"], report["tables"]["judgements"]["n_unchanged"]) == (4, 4)
    with SqliteStore(merged_network.store) as before, SqliteStore(other) as after:
        assert read_judgements(after) == read_judgements(before) == JUDGEMENTS_MADE
        assert content(after.tables()) == content(before.tables())
        if file_format == "csv":
            assert GraphSnapshot.from_store(after).digest == GraphSnapshot.from_store(before).digest


def test_reading_without_a_store_gives_the_judgements(merged_network: Ketnoi, tmp_path: Path) -> None:
    merged_network("export", tmp_path / "out")
    reading = read_tables(tmp_path / "out")
    assert list(reading.judgements) == JUDGEMENTS_MADE
    members = merged(reading.tables, clusters(reading.judgements).canonical_ids)
    with SqliteStore(merged_network.store) as store:
        assert GraphSnapshot.from_tables(members).digest == GraphSnapshot.from_store(store).digest


def test_a_merged_export_has_the_members_of_the_snapshot(merged_network: Ketnoi, tmp_path: Path) -> None:
    merged_network("export", tmp_path / "out", "--merged")
    assert not (tmp_path / "out" / "judgements.csv").exists()
    rows = read_csv(tmp_path / "out" / "actors.csv")
    assert [(row["id"], row["canonical_id"]) for row in rows] == [
        (actor_id, actor_id) for actor_id in ("bz", "sc", "sx")
    ]
    assert rows[1]["aliases"] == "Trường Bách"
    assert (rows[1]["source_url"], rows[1]["source_url [auto-1]"]) == (PAGE, OTHER)
    ties = read_csv(tmp_path / "out" / "relationships.csv")
    assert [(tie["source_id"], tie["target_id"], tie["since"]) for tie in ties] == [
        ("sc", "bz", "2024"),
        ("sc", "bz", "2025"),
    ]
    assert read_csv(tmp_path / "out" / "projects.csv")[0]["owner_id"] == "sc"
    assert [row["actor_id"] for row in read_csv(tmp_path / "out" / "project_participants.csv")] == ["sc"]
    with SqliteStore(merged_network.store) as store:
        snapshot = GraphSnapshot.from_store(store)
    again = read_tables(tmp_path / "out")
    assert [issue for issue in again.issues if issue.code != "unknown_column"] == []
    for fact_type in SCHEMAS:
        given, read = (tables.of(fact_type).drop_columns("recorded_at") for tables in (snapshot.tables, again.tables))
        assert read.equals(given), fact_type
    assert GraphSnapshot.from_tables(again.tables).digest == snapshot.digest


@pytest.mark.parametrize(("ending", "read"), [("graphml", networkx.read_graphml), ("gexf", networkx.read_gexf)])
def test_graphs_have_records_with_their_member_or_members(
    merged_network: Ketnoi, tmp_path: Path, ending: str, read: object
) -> None:
    assert callable(read)
    merged_network("export", tmp_path / "records", "--format", ending)
    graph = read(tmp_path / "records" / f"network.{ending}")
    assert graph.nodes["actor:auto-1"]["canonical_id"] == graph.nodes["actor:sc"]["canonical_id"] == "sc"
    assert graph.number_of_edges() == 6
    merged_network("export", tmp_path / "members", "--format", ending, "--merged")
    graph = read(tmp_path / "members" / f"network.{ending}")
    assert "actor:auto-1" not in graph
    assert graph.nodes["actor:sx"]["canonical_id"] == "sx"


GOOD = {"left_id": "b", "right_id": "a", "verdict": "same", "by": "lan.p", "at": "2026-05-31T09:00:00Z"}
PEOPLE = [{"id": actor_id, "kind": "expert", "name": actor_id.upper()} for actor_id in "ab"]


@pytest.mark.parametrize("ending", list(WRITERS))
def test_a_table_of_judgements_is_read_in_every_format(tmp_path: Path, ending: str) -> None:
    folder = write_folder(tmp_path / "data", ending, actors=PEOPLE, judgements=[GOOD | {"probability": "0.25"}])
    reading = read_tables(folder)
    assert reading.issues == ()
    assert reading.judgements == (Judgement("a", "b", "same", "lan.p", "2026-05-31T09:00:00Z", 0.25),)


@pytest.mark.parametrize(
    ("change", "code", "column"),
    [
        ({"left_id": "nobody"}, "unknown_actor", "left_id"),
        ({"left_id": "a"}, "bad_judgement", "right_id"),
        ({"verdict": "Same"}, "bad_judgement", "verdict"),
        ({"by": "Lan Phạm"}, "bad_judgement", "by"),
        ({"by": ""}, "missing_value", "by"),
        ({"at": "2026-05-31"}, "bad_judgement", "at"),
        ({"at": "2026-02-31T09:00:00Z"}, "bad_judgement", "at"),
        ({"probability": "1.5"}, "bad_judgement", "probability"),
        ({"probability": "nan"}, "bad_judgement", "probability"),
        ({"probability": "high"}, "bad_judgement", "probability"),
    ],
)
def test_a_row_that_is_no_judgement_is_reported(
    ketnoi: Ketnoi,  # noqa: F811
    tmp_path: Path,
    change: dict[str, str],
    code: str,
    column: str,
) -> None:
    rows = [GOOD | {"probability": ""} | change, GOOD]
    folder = write_folder(tmp_path / "data", "csv", actors=PEOPLE, judgements=rows)
    loaded = ketnoi("load", folder, "--no-link", "--json")
    report = json.loads(loaded.out)
    assert loaded.exit_code == 1
    assert [(each["code"], each["column"], each["line"]) for each in report["issues"]] == [(code, column, 2)]
    counts = report["tables"]["judgements"]
    assert (counts["n_read"], counts["n_loaded"], counts["n_rejected"]) == (2, 1, 1)
    with SqliteStore(ketnoi.store) as store:
        assert len(read_judgements(store)) == 1


def test_a_file_of_judgements_alone_is_about_the_records_of_the_store(
    ketnoi: Ketnoi,  # noqa: F811
    tmp_path: Path,
) -> None:
    ketnoi("load", write_folder(tmp_path / "data", "csv", actors=PEOPLE), "--no-link")
    folder = write_folder(tmp_path / "later", "csv", judgements=[GOOD])
    assert json.loads(ketnoi("load", folder, "--dry-run", "--json").out)["n_loaded"] == 1
    assert ketnoi("load", folder / f"{JUDGEMENTS}.csv").exit_code == 0
    with SqliteStore(ketnoi.store) as store:
        assert clusters(read_judgements(store)).canonical_ids == {"a": "a", "b": "a"}


def test_a_table_without_a_required_column_is_not_read(tmp_path: Path) -> None:
    row = {name: value for name, value in GOOD.items() if name != "by"}
    reading = read_tables(write_folder(tmp_path / "data", "csv", actors=PEOPLE, judgements=[row]))
    assert [(issue.code, issue.column) for issue in reading.issues] == [("missing_column", "by")]
    assert reading.judgements == ()
