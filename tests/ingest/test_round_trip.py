import json
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.interop import EXCHANGE_NAMES, TableFormat, exchange_tables, export_tables
from graph.model import Actor, Fact, Provenance, Relationship
from graph.snapshot import GraphSnapshot
from graph.tables import Tables
from ingest.load import read_tables
from tests.ingest.folders import ACTOR, SCHOOL, read_csv, write_folder
from tests.ingest.test_load import content
from tests.worlds import HANOI

FORMATS: tuple[TableFormat, ...] = get_args(TableFormat)


def test_what_was_read_from_csv_comes_back_row_for_row(tmp_path: Path) -> None:
    written = export_tables(exchange_tables(read_tables(HANOI).tables), tmp_path, "csv")
    assert [path.name for path in written] == [f"{name}.csv" for name in EXCHANGE_NAMES.values()]
    for name in EXCHANGE_NAMES.values():
        before, after = read_csv(HANOI / f"{name}.csv"), read_csv(tmp_path / f"{name}.csv")
        assert [row.pop("canonical_id", row.get("id")) for row in after] == [row.get("id") for row in after]
        assert sorted(map(json_line, before)) == sorted(map(json_line, after))


def json_line(row: dict[str, str]) -> str:
    return json.dumps(row, sort_keys=True)


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_exported_network_read_again_is_the_same(tmp_path: Path, file_format: TableFormat) -> None:
    before = read_tables(HANOI).tables
    export_tables(exchange_tables(before), tmp_path, file_format)
    reading = read_tables(tmp_path)
    assert reading.issues == ()
    assert content(reading.tables) == content(before)
    if file_format == "csv":
        assert GraphSnapshot.from_tables(reading.tables).digest == GraphSnapshot.from_tables(before).digest


def test_the_store_s_own_columns_are_not_written_and_attributes_of_their_names_come_back(tmp_path: Path) -> None:
    rows = [ACTOR | {"source": "sổ tay", "recorded_at": "hôm qua", "a;b;c;d;e;f": "="}, SCHOOL]
    before = read_tables(write_folder(tmp_path / "in", "csv", actors=rows)).tables
    (tmp_path / "out").mkdir()
    path = export_tables(exchange_tables(before), tmp_path / "out", "csv")[0]
    written = [row | {"canonical_id": row["id"]} for row in rows]
    assert {json_line(row) for row in read_csv(path)} == {json_line(row) for row in written}
    after = read_tables(tmp_path / "out").tables
    assert dict(after.facts(Actor)[0].attributes) == {"source": "sổ tay", "recorded_at": "hôm qua", "a;b;c;d;e;f": "="}
    assert after.facts(Actor)[0].provenance.source == "actors.csv"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ['"', "\r", "\n", "a\r\nb", "=1+1", "@x", "1.0", "\ufeff", "|", ",,", "'"]
)


@settings(deadline=None, max_examples=150)
@given(
    rows=st.lists(
        st.dictionaries(st.sampled_from(["name_en", "summary", "aliases", "needs", "website"]) | TEXTS, TEXTS),
        min_size=1,
        max_size=4,
    ),
    file_format=st.sampled_from(FORMATS),
)
def test_any_text_and_any_column_survives(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], file_format: TableFormat
) -> None:
    folder = tmp_path_factory.mktemp("any")
    actors = [row | ACTOR | {"id": f"a{number}"} for number, row in enumerate(rows)]
    before = read_tables(write_folder(folder / "in", "jsonl", actors=actors)).tables
    (folder / "out").mkdir()
    export_tables(exchange_tables(before), folder / "out", file_format)
    assert content(read_tables(folder / "out").tables) == content(before)


@pytest.mark.parametrize("file_format", FORMATS)
def test_attributes_with_the_names_of_columns_come_back(tmp_path: Path, file_format: TableFormat) -> None:
    names = (
        "id",
        "ID",
        "name",
        "last_seen",
        "attributes",
        "attributes.id",
        "attributes.phone",
        "phone",
        "canonical_id",
        "kind",
        "source",
    )
    own = {name: f"giá trị {number}" for number, name in enumerate(names)}
    facts: list[Fact] = [
        Actor("a", "school", "A", attributes=own),
        Actor("b", "expert", "B"),
        Relationship("b", "a", "mentors", attributes=own),
    ]
    export_tables(exchange_tables(Tables.from_facts(facts)), tmp_path, file_format)
    reading = read_tables(tmp_path)
    assert not any(issue.is_error for issue in reading.issues)
    actors, ties = reading.tables.facts(Actor), reading.tables.facts(Relationship)
    assert [dict(actor.attributes) for actor in actors] == [own, {}]
    assert [dict(tie.attributes) for tie in ties] == [own]


def test_a_file_for_excel_begins_with_a_mark_and_reads_the_same(tmp_path: Path) -> None:
    before = read_tables(HANOI).tables
    for path in export_tables(exchange_tables(before), tmp_path, "csv", for_excel=True):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    reading = read_tables(tmp_path)
    assert reading.issues == ()
    assert content(reading.tables) == content(before)


@pytest.mark.parametrize("file_format", FORMATS)
def test_what_vanished_and_what_registers_call_it_come_back(tmp_path: Path, file_format: TableFormat) -> None:
    gone = Provenance("may.csv", last_seen="2026-05-31")
    facts: list[Fact] = [
        Actor("a", "school", "A", identifiers=("ror:04nyv3z04", "tax:0101"), provenance=gone),
        Actor("b", "expert", "B", provenance=Provenance("may.csv")),
        Relationship("b", "a", "mentors", provenance=gone),
    ]
    paths = export_tables(exchange_tables(Tables.from_facts(facts)), tmp_path, file_format)
    reading = read_tables(tmp_path)
    assert reading.issues == ()
    actors, ties = reading.tables.facts(Actor), reading.tables.facts(Relationship)
    assert [actor.identifiers for actor in actors] == [("ror:04nyv3z04", "tax:0101"), ()]
    assert [actor.provenance.last_seen for actor in actors] == ["2026-05-31", None]
    assert [tie.provenance.last_seen for tie in ties] == ["2026-05-31"]
    if file_format == "csv":
        headers = [path.read_text(encoding="utf-8").partition("\n")[0] for path in paths]
        assert ["last_seen" in header for header in headers] == [True, False, True, False]
