"""How sheets are read, written down, corrected by hand and used again."""

from pathlib import Path

import pytest

from graph.errors import IngestError
from graph.model import Actor
from ingest.load import check_folder, read_tables
from ingest.reading import plan_reading
from ingest.staff.mapping import mapping_text, read_mapping
from tests.ingest.accounting import assert_accounted
from tests.ingest.workbooks import HEADER, MEMBERS, Grid, staff_list, write_text, write_xlsx


def mapping_file(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_mapping_of_what_was_found_reads_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write_xlsx(folder / "TV 11-2026.xlsx", {"DS": staff_list(), "Ghi chú": [("Xem thêm",)]})
    write_text(folder / "ký kết.csv", [("Bên A", "Bên B", "Hình thức"), (MEMBERS[0][1], MEMBERS[1][1], "MOU")], ";")
    plan = plan_reading(folder)
    text = mapping_text((table.found, None) for sheet in plan.sheets for table in sheet.tables)
    mapping = read_mapping(mapping_file(tmp_path / "m.toml", text))
    assert [(entry.file, entry.sheet, entry.holds) for entry in mapping] == [
        ("TV.xlsx", "DS", "actors"),
        ("ký kết.csv", None, "relationships"),
    ]
    assert read_tables(folder, mapping=mapping).tables == read_tables(folder).tables


def test_a_mapping_reads_headers_that_nobody_knows(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    rows: Grid = [("Báo cáo",), ("Ai", "Ở đâu", "Cái gì"), ("Minh Long", "Hà Nội", "AI")]
    write_text(folder / "lạ.csv", rows)
    text = """
[[table]]
file = "lạ.csv"
holds = "actors"
kind = "startup"
[table.columns]
"Ai" = "name"
"Ở đâu" = "address"
"Cái gì" = ""
"""
    mapping = read_mapping(mapping_file(tmp_path / "m.toml", text))
    (actor,) = read_tables(folder, mapping=mapping).tables.facts(Actor)
    assert (actor.name, actor.kind, actor.district_or_city) == ("Minh Long", "startup", "Hà Nội")
    assert actor.attributes["Cái gì"] == "AI"
    assert_accounted(check_folder(folder, mapping=mapping), folder)


def test_a_sheet_that_holds_nothing_is_passed_over_and_said_so(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "TV.xlsx", {"DS": staff_list()})
    mapping = read_mapping(mapping_file(tmp_path / "m.toml", '[[table]]\nfile = "TV*"\nholds = "nothing"\n'))
    report = check_folder(tmp_path / "TV.xlsx", mapping=mapping)
    assert [issue.code for issue in report.issues] == ["sheet_passed_over"]


def test_a_mapping_of_other_headers_is_an_error(tmp_path: Path) -> None:
    write_text(tmp_path / "TV.csv", (HEADER, *MEMBERS))
    text = '[[table]]\nfile = "TV.csv"\nholds = "actors"\n[table.columns]\n"Ai đó" = "name"\n"Đâu" = "address"\n'
    mapping = read_mapping(mapping_file(tmp_path / "m.toml", text))
    assert [issue.code for issue in check_folder(tmp_path / "TV.csv", mapping=mapping).issues] == [
        "mapping_does_not_fit"
    ]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[[table]\n", "TOML"),
        ("table = " + "[" * 5_000, "TOML"),
        ('[[table]]\nfile = "a"\nholds = "people"\n', "holds"),
        ('[[table]]\nfile = "a"\nholds = "actors"\nkind = "elephant"\n', "elephant"),
        ('[[table]]\nfile = "a"\nholds = "actors"\n[table.columns]\n"A" = "nme"\n', "nme"),
        ('[[table]]\nfile = "a"\nholds = "actors"\nsheets = "A"\n', "sheets"),
    ],
)
def test_a_wrong_mapping_is_refused_with_what_is_wrong(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(IngestError, match=named) as failure:
        read_mapping(mapping_file(tmp_path / "m.toml", text))
    assert failure.value.code == "mapping_invalid"


def test_a_mapping_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IngestError) as failure:
        read_mapping(tmp_path / "no.toml")
    assert failure.value.code == "mapping_unreadable"
