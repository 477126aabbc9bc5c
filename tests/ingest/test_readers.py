import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.errors import IngestError
from graph.model import Actor
from ingest.files.cell_text import as_text
from ingest.issues import Issue
from ingest.raw_tables import PassedLine, RawRow, RawTable
from ingest.readers import find_files, open_table
from tests.ingest.folders import ACTOR, PROJECT, SCHOOL, WRITERS, csv_text, write_folder


def opened(folder: Path) -> RawTable | Issue:
    files = find_files(folder).tables
    return open_table(files[0])


def rows_of(folder: Path) -> list[RawRow | Issue]:
    table = opened(folder)
    assert isinstance(table, RawTable)
    return [row for row in table.rows if not isinstance(row, PassedLine)]


def codes_of(rows: list[RawRow | Issue]) -> list[str]:
    return [row.code if isinstance(row, Issue) else "row" for row in rows]


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_gives_the_same_cells(tmp_path: Path, ending: str) -> None:
    rows = [ACTOR | {"note": 'Nói "xin chào", rồi đi'}, SCHOOL]
    folder = write_folder(tmp_path, ending, actors=rows)
    read = rows_of(folder)
    assert [row.cells for row in read if isinstance(row, RawRow)] == rows
    first_line = 1 if ending in {"parquet", "json", "jsonl"} else 2
    assert [row.line for row in read] == [first_line, first_line + 1]


def test_a_folder_that_is_missing_empty_or_unreadable_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for folder, code in [
        (tmp_path / "missing", "folder_missing"),
        (tmp_path / "empty", "folder_without_tables"),
        (tmp_path / ("x" * 300), "folder_unreadable"),
    ]:
        with pytest.raises(IngestError) as failure:
            find_files(folder)
        assert failure.value.code == code


def test_tables_come_before_the_links_that_name_them(tmp_path: Path) -> None:
    write_folder(tmp_path, project_participants=[{}], relationships=[{}], projects=[PROJECT], actors=[ACTOR])
    found = find_files(tmp_path)
    files, issues = found.tables, list(found.issues)
    assert [file.path.stem for file in files] == ["actors", "projects", "relationships", "project_participants"]
    assert issues == []


def test_two_files_of_one_table_are_both_left_alone_and_named(tmp_path: Path) -> None:
    write_folder(tmp_path, actors=[ACTOR], projects=[PROJECT])
    write_folder(tmp_path, "xlsx", actors=[SCHOOL])
    found = find_files(tmp_path)
    files, issues = found.tables, list(found.issues)
    assert [file.path.name for file in files] == ["projects.csv"]
    assert [(issue.code, issue.value, issue.detail) for issue in issues] == [
        ("duplicate_table", "actors.xlsx", "actors.csv")
    ]


def test_files_that_are_no_table_are_reported_but_for_those_systems_leave(tmp_path: Path) -> None:
    write_folder(tmp_path, actors=[ACTOR])
    for name in ("actor.docx", "ảnh.png", "ghi chú.txt", ".DS_Store", "~$actors.xlsx", "Thumbs.db"):
        (tmp_path / name).write_bytes(b"x")
    found = find_files(tmp_path)
    assert [(issue.file, issue.severity, issue.detail) for issue in found.issues] == [
        ("actor.docx", "warning", "actors.csv"),
        ("ảnh.png", "warning", None),
    ]
    assert [path.name for path in found.others] == ["ghi chú.txt"]


def test_one_file_is_read_as_well_as_a_folder(tmp_path: Path) -> None:
    write_folder(tmp_path, actors=[ACTOR], projects=[PROJECT])
    assert [table.path.name for table in find_files(tmp_path / "actors.csv").tables] == ["actors.csv"]


def test_names_and_columns_may_be_written_large(tmp_path: Path) -> None:
    (tmp_path / "Actors.CSV").write_text("ID, Kind ,NAME,Ghi\u00a0chú\na1,school,Thủy lợi,x\n", encoding="utf-8")
    table = opened(tmp_path)
    assert isinstance(table, RawTable)
    assert table.columns == ("id", "kind", "name", "Ghi chú")


def test_semicolons_of_a_vietnamese_spreadsheet_are_read(tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_text(csv_text([ACTOR, SCHOOL], ";"), encoding="utf-8")
    assert [row.cells for row in rows_of(tmp_path) if isinstance(row, RawRow)] == [ACTOR, SCHOOL]


def test_rows_with_cells_too_many_or_too_few_are_issues_and_blank_ones_nothing(tmp_path: Path) -> None:
    text = "id,kind,name,,\na1,school,A,,\n,,,,\n\na2,school\na3,school,C,,,,\na4,school,D,x\n"
    (tmp_path / "actors.csv").write_text(text, encoding="utf-8")
    read = rows_of(tmp_path)
    assert codes_of(read) == ["row", "wrong_number_of_cells", "row", "wrong_number_of_cells"]
    assert [row.line for row in read] == [2, 5, 6, 7]


def test_a_column_without_a_name_gets_one(tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_text("id,,kind\na1,x,school\n", encoding="utf-8")
    assert [row.cells for row in rows_of(tmp_path) if isinstance(row, RawRow)] == [
        {"id": "a1", "column_2": "x", "kind": "school"}
    ]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("id,kind,ID\n", "duplicate_column"),
        (",,\n", "empty_file"),
        ("\n\n", "empty_file"),
        ('id,"kind\n', "bad_quotes"),
    ],
)
def test_a_header_that_cannot_be_used_is_an_issue_of_the_file(tmp_path: Path, header: str, code: str) -> None:
    (tmp_path / "actors.csv").write_text(header, encoding="utf-8")
    found = opened(tmp_path)
    assert isinstance(found, Issue)
    assert found.code == code


def test_a_workbook_gives_texts_as_they_would_be_typed(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Thành viên"
    for column, name in enumerate(["id", "founded", "on", "seen", "open", "share"], 1):
        sheet.cell(3, column, name)
    values = [875563032, 2024, date(2025, 2, 3), datetime(2025, 2, 3, 4, 5), True, 0.25]  # noqa: DTZ001  as typed
    for column, value in enumerate(values, 1):
        sheet.cell(5, column, value)
    workbook.create_sheet("Trống")
    workbook.save(tmp_path / "actors.xlsx")
    table = opened(tmp_path)
    assert isinstance(table, RawTable)
    assert table.place.sheet == "Thành viên"
    assert list(table.rows) == [
        RawRow(
            5,
            {
                "id": "875563032",
                "founded": "2024",
                "on": "2025-02-03",
                "seen": "2025-02-03T04:05:00",
                "open": "true",
                "share": "0.25",
            },
        )
    ]


def test_of_several_sheets_the_one_named_after_the_table_is_read(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    first, second = workbook.active, workbook.create_sheet("B")
    assert first is not None
    first.append(["id"])
    second.append(["id"])
    workbook.save(tmp_path / "actors.xlsx")
    found = opened(tmp_path)
    assert isinstance(found, Issue)
    assert (found.code, found.detail) == ("several_sheets", "Sheet, B")
    second.title = "Actors"
    workbook.save(tmp_path / "actors.xlsx")
    assert isinstance(opened(tmp_path), RawTable)


@pytest.mark.parametrize("ending", ["xlsx", "parquet"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"PAR1 no parquet", b"id,kind,name\n"])
def test_a_damaged_workbook_or_parquet_file_is_an_issue(tmp_path: Path, ending: str, content: bytes) -> None:
    (tmp_path / f"actors.{ending}").write_bytes(content)
    found = opened(tmp_path)
    assert isinstance(found, Issue)
    assert found.code == "unreadable_file"


def test_a_parquet_file_damaged_in_the_middle_loses_the_rest_aloud(tmp_path: Path) -> None:
    path = tmp_path / "actors.parquet"
    ids = [f"actor-{number * 7919 % 100_003}" for number in range(50_000)]
    pq.write_table(pa.table({"id": ids}), path, row_group_size=1_000, use_dictionary=False, compression="gzip")
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 5_000] = bytes(5_000)
    path.write_bytes(content)
    read = rows_of(tmp_path)
    assert codes_of(read)[-1] == "unreadable_file"
    assert 0 < len(read) < 50_000


def test_typed_parquet_columns_are_read_as_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2]),
            "aliases": pa.array([["A", "B"], None]),
            "founded": pa.array([date(2025, 2, 3), None]),
            "share": pa.array([float("nan"), 0.5]),
        }
    )
    pq.write_table(table, tmp_path / "actors.parquet")
    assert [row.cells for row in rows_of(tmp_path) if isinstance(row, RawRow)] == [
        {"id": "1", "aliases": "A|B", "founded": "2025-02-03"},
        {"id": "2", "share": "0.5"},
    ]


def test_json_items_that_are_no_objects_are_issues_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "actors.json").write_text(json.dumps([ACTOR, 5, {"id": 7, "fields": ["ai", "iot"], "x": {"y": [1]}}]))
    read = rows_of(tmp_path)
    assert codes_of(read) == ["row", "not_an_object", "row"]
    assert read[2] == RawRow(3, {"id": "7", "fields": "ai|iot", "x": '{"y": [1]}'})


@pytest.mark.parametrize("text", ['{"id": 1}', "[1, 2", "[" * 100_000, '[{"id": ' + "9" * 5000 + "}]", "null"])
def test_json_that_is_no_array_of_rows_is_an_issue_of_the_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "actors.json").write_text(text)
    found = opened(tmp_path)
    assert isinstance(found, Issue)
    assert found.code == "bad_json"


def test_a_bad_line_of_json_lines_costs_itself_only(tmp_path: Path) -> None:
    lines = ['{"id": "a"}', "", '{"id": ', "[1]", "[" * 100_000, '{"ID": "b", "id": "c"}', '{"ID": "d"}']
    (tmp_path / "actors.jsonl").write_text("\n".join(lines))
    read = rows_of(tmp_path)
    assert codes_of(read) == ["row", "bad_json", "not_an_object", "bad_json", "duplicate_column", "row"]
    assert [row.line for row in read] == [1, 3, 4, 5, 6, 7]
    assert read[-1] == RawRow(7, {"id": "d"})


def test_other_types_are_written_as_python_does() -> None:
    assert as_text(Decimal("12.50")) == "12.50"
    assert as_text(b"\xc4\x91") == "đ"
    assert as_text(1e22) == "1e+22"


def test_the_type_of_fact_goes_with_the_table(tmp_path: Path) -> None:
    table = opened(write_folder(tmp_path, actors=[ACTOR]))
    assert isinstance(table, RawTable)
    assert table.fact_type is Actor
