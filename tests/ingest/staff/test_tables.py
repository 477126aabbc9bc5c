"""Whole files of staff, in every format and encoding, and the facts that come of them."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from graph.model import Actor
from ingest.files.encodings import Encoding
from tests.ingest.legacy_encodings import encode
from tests.ingest.readings import read
from tests.ingest.workbooks import (
    HEADER,
    MEMBERS,
    Grid,
    as_objects,
    staff_list,
    text_of,
    write_objects,
    write_parquet,
    write_text,
    write_xls,
    write_xlsx,
)

TABLE: Grid = (HEADER, *MEMBERS)
EXPECTED = {
    "Trường Đại học Thủy lợi": (
        "school",
        "university",
        ("environment_water_waste",),
        ("Đối tác thử nghiệm",),
        "https://tlu.edu.vn",
    ),
    "Công ty CP Ánh Dương": ("business", None, ("digital_ai",), ("Vốn đầu tư",), "https://anhduong.vn"),
    "Sở Khoa học và Công nghệ": ("agency", "city_department", (), (), None),
}
WRITERS: dict[str, Callable[[Path], object]] = {
    "csv": lambda into: write_text(into / "DS.csv", staff_list()),
    "csv ;": lambda into: write_text(into / "DS.csv", staff_list(), ";"),
    "csv |": lambda into: write_text(into / "DS.csv", staff_list(), "|"),
    "tabs": lambda into: write_text(into / "DS.txt", staff_list(), "\t"),
    "tsv": lambda into: write_text(into / "DS.tsv", staff_list(), "\t"),
    "xls that is text": lambda into: write_text(into / "DS.xls", staff_list(), "\t"),
    "xls": lambda into: write_xls(into / "DS.xls", {"DS": staff_list()}),
    "xlsx": lambda into: write_xlsx(into / "DS.XLSX", {"DS": staff_list()}),
    "json": lambda into: write_objects(into / "DS.json", as_objects(TABLE)),
    "jsonl": lambda into: write_objects(into / "DS.jsonl", as_objects(TABLE)),
    "lists in json": lambda into: (into / "DS.json").write_text(json.dumps({"tv": as_objects(TABLE), "ngày": "2025"})),
    "parquet": lambda into: write_parquet(into / "DS.parquet", TABLE),
    "sep=;": lambda into: (into / "DS.csv").write_text("sep=;\r\n" + text_of(staff_list(), ";"), newline=""),
}


def told(actors: dict[str, Actor]) -> dict[str, tuple[object, ...]]:
    return {name: (each.kind, each.subkind, each.fields, each.needs, each.website) for name, each in actors.items()}


@pytest.mark.parametrize("name", WRITERS)
def test_one_list_in_any_format_gives_the_same_members(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, WRITERS[name])
    assert told(dict(found.actors)) == EXPECTED
    assert found.errors == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1258", "tcvn3", "vni"])
def test_one_list_in_any_encoding_gives_the_same_members(tmp_path: Path, encoding: Encoding) -> None:
    grid = [
        [str(cell).replace("Ánh", "Bình") for cell in line] for line in staff_list(titles=("Danh sách thành viên",))
    ]
    found = read(tmp_path, lambda into: (into / "DS.csv").write_bytes(encode(text_of(grid, ";"), encoding)))
    expected = {name.replace("Ánh", "Bình"): each for name, each in EXPECTED.items()}
    assert told(dict(found.actors)) == expected
    assert [value for _, _, value in found.issues("encoding_detected")] == (
        []
        if encoding.startswith("utf")
        else [{"windows-1258": "Windows-1258", "tcvn3": "TCVN3 (ABC)", "vni": "VNI"}[encoding]]
    )


def test_values_of_formulas_are_read_and_not_the_formulas(tmp_path: Path) -> None:
    def write(into: Path) -> None:
        path = write_xlsx(into / "DS.xlsx", {"DS": [("STT", "Tên doanh nghiệp", "Năm thành lập"), (1, "A", 2001)]})
        workbook = openpyxl.load_workbook(path)
        workbook["DS"]["C2"] = "=2000+1"
        workbook.save(path)

    (actor,) = read(tmp_path, write).actors.values()
    assert actor.founded is None


AGREEMENTS: Grid = (
    ("STT", "Bên A", "Bên B", "Ngày ký", "Nội dung", "Giá trị"),
    (1, "Trường Đại học Thủy lợi", "Công ty CP Ánh Dương", date(2025, 3, 4), "Đo mưa", "1,5 tỷ đồng"),
    (2, "Trường Đại học Thủy lợi", "Công ty Không Ai Biết", "12/2025", "", ""),
    (3, "Cong ty CP Anh Duong", "Sở Khoa học và Công nghệ", "Quý II/2025", "", "500 triệu"),
)


def test_agreements_of_two_columns_become_relationships_by_name(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        lambda into: write_xlsx(into / "TV.xlsx", {"TV": staff_list()}),
        lambda into: write_xlsx(
            into / "Ký kết.xlsx",
            {"MOU": staff_list(AGREEMENTS[1:], AGREEMENTS[0], titles=("DANH SÁCH BIÊN BẢN GHI NHỚ",))},
        ),
    )
    assert found.ties == {
        ("Trường Đại học Thủy lợi", "signed_mou", "Công ty CP Ánh Dương"),
        ("Công ty CP Ánh Dương", "signed_mou", "Sở Khoa học và Công nghệ"),
    }
    assert {(tie.since, tie.value_vnd, tie.note) for tie in found.relationships} == {
        ("2025-03-04", 1_500_000_000, "Đo mưa"),
        ("2025", 500_000_000, None),
    }
    assert [(issue.code, issue.line, issue.value) for issue in found.errors] == [
        ("unknown_name", 5, "Công ty Không Ai Biết")
    ]


def test_projects_bring_their_owners_and_partners(tmp_path: Path) -> None:
    projects: Grid = [
        ("Mã số", "Tên nhiệm vụ", "Đơn vị chủ trì", "Đơn vị phối hợp", "Thời gian thực hiện", "Kinh phí (triệu đồng)"),
        ("ĐT.01", "Trạm đo mưa", "Trường Đại học Thủy lợi", "Công ty CP Ánh Dương; Viện lạ", "2024-2026", 1500),
    ]
    found = read(tmp_path, lambda into: write_xlsx(into / "TH.xlsx", {"TV": staff_list(), "Nhiệm vụ 2025": projects}))
    (project,) = found.projects.values()
    assert (project.kind, project.start, project.end, project.total_cost) == ("project", "2024", "2026", 1.5e9)
    assert found.parts == {
        ("Trạm đo mưa", "Trường Đại học Thủy lợi", "Đơn vị chủ trì"),
        ("Trạm đo mưa", "Công ty CP Ánh Dương", "Đơn vị phối hợp"),
    }
    assert found.issues("unknown_partner") == [("unknown_partner", 2, "Viện lạ")]


def test_participants_by_name_find_project_and_member(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        lambda into: write_xlsx(
            into / "TH.xlsx",
            {
                "TV": staff_list(),
                "Dự án": [("Tên dự án", "Năm"), ("Trạm đo mưa", 2024)],
                "Tham gia": [
                    ("Tên dự án", "Đơn vị tham gia", "Vai trò"),
                    ("Trạm đo mưa", "Công ty CP Ánh Dương", "Đối tác"),
                    ("Trạm đo gió", "Công ty CP Ánh Dương", "Đối tác"),
                ],
            },
        ),
    )
    assert found.parts == {("Trạm đo mưa", "Công ty CP Ánh Dương", "Đối tác")}
    assert [(issue.code, issue.value) for issue in found.errors] == [("unknown_name", "Trạm đo gió")]


def test_experts_are_persons_at_their_institution(tmp_path: Path) -> None:
    experts: Grid = [
        ("TT", "Họ và tên", "Học hàm, học vị", "Đơn vị công tác", "Chuyên môn", "Điện thoại"),
        (1, "Nguyễn Văn An", "PGS.TS", "Trường Đại học Thủy lợi", "AI", "0912345678"),
    ]
    grid = staff_list(experts[1:], experts[0], titles=("DANH SÁCH CHUYÊN GIA",))
    found = read(tmp_path, lambda into: write_xlsx(into / "TH.xlsx", {"Chuyên gia": grid, "TV": staff_list()}))
    assert found.actors["Nguyễn Văn An"].kind == "expert"
    assert found.actors["Nguyễn Văn An"].attributes["phone"] == "+84912345678"
    assert found.ties == {("Nguyễn Văn An", "affiliated_with", "Trường Đại học Thủy lợi")}


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("DN", "business"),
        ("Trường ĐH", "school"),
        ("Startup", "startup"),
        ("CQNN", "agency"),
        ("Viện NC", "school"),
        ("Quỹ ĐT", "business"),
        ("Hiệp hội", "agency"),
        ("DN KHCN", "business"),
        ("Vườn ươm", "intermediary"),
        ("CHUYÊN GIA", "expert"),
        ("doanh nghiep", "business"),
    ],
)
def test_kinds_are_read_as_staff_write_them(tmp_path: Path, written: str, kind: str) -> None:
    grid: Grid = [("STT", "Tên", "Loại hình"), (1, "Một đơn vị", written)]
    assert read(tmp_path, lambda into: write_xlsx(into / "TV.xlsx", {"DS": grid})).kinds == {"Một đơn vị": kind}


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("DANH SÁCH DOANH NGHIỆP THAM GIA MẠNG LƯỚI", "business"),
        ("Danh sách các trường đại học thuộc Bộ GD&ĐT", "school"),
        ("B. DANH SÁCH STARTUP NĂM 2026", "startup"),
        ("LIST OF STARTUPS", "startup"),
        ("DANH SÁCH THÀNH VIÊN MẠNG LƯỚI", None),
    ],
)
def test_a_title_tells_the_kind_of_rows_that_do_not_say_it(tmp_path: Path, title: str, kind: str | None) -> None:
    grid: Grid = [("SỞ KHOA HỌC VÀ CÔNG NGHỆ",), (title,), (), ("STT", "Tên", "Website"), (1, "Minh Long", "")]
    found = read(tmp_path, lambda into: write_xlsx(into / "DS.xlsx", {"Sheet1": grid}))
    assert found.kinds == ({"Minh Long": kind} if kind else {})
    assert [issue.code for issue in found.errors] == ([] if kind else ["kind_unclear"])


def test_a_column_that_is_not_known_is_kept_and_said_once(tmp_path: Path) -> None:
    morning = datetime(2025, 3, 4, 10, 30)  # noqa: DTZ001  workbooks know no time zones
    grid: Grid = [
        ("Timestamp", "1. Tên đơn vị của bạn", "2. Loại hình", "Vòng gọi vốn"),
        (morning, "A", "DN", "Seed"),
        (date(2025, 3, 5), "B", "DN", "A"),
    ]
    found = read(tmp_path, lambda into: write_xlsx(into / "Khảo sát.xlsx", {"Form Responses 1": grid}))
    assert found.actors["A"].attributes["Vòng gọi vốn"] == "Seed"
    assert found.actors["A"].attributes["Timestamp"] == "2025-03-04T10:30:00"
    assert [issue.column for issue in found.reading.issues if issue.code == "unknown_column"] == [
        "Timestamp",
        "Vòng gọi vốn",
    ]


def test_rows_repeated_word_for_word_count_once_also_across_lines(tmp_path: Path) -> None:
    grid = [HEADER, MEMBERS[0], ("9", *MEMBERS[1][1:]), MEMBERS[1], ("", "", "", "", "Đất")]
    found = read(tmp_path, lambda into: write_xlsx(into / "TV.xlsx", {"DS": [*grid, ("",), MEMBERS[1]]}))
    assert sorted(found.actors) == ["Công ty CP Ánh Dương", "Trường Đại học Thủy lợi"]
    assert found.issues("repeated_row") == [("repeated_row", 7, "Công ty CP Ánh Dương")]


def test_one_name_in_two_months_of_one_book_is_two_rows_and_none_is_lost(tmp_path: Path) -> None:
    months: dict[str, Grid] = {
        "Tháng 10": [HEADER, MEMBERS[0]],
        "Tháng 11": [HEADER, (1, *MEMBERS[0][1:4], "Nhu cầu mới", "")],
    }
    found = read(tmp_path, lambda into: write_xlsx(into / "TV.xlsx", months))
    assert len({actor.id for actor in found.reading.tables.facts(Actor)}) == 2


def test_one_id_in_two_files_is_told(tmp_path: Path) -> None:
    lists = ["id,kind,name\na1,startup,A\n", "id,kind,name\na1,startup,B\n"]
    found = read(
        tmp_path,
        lambda into: (into / "actors.csv").write_text(lists[0]),
        lambda into: (into / "Danh sách thêm.csv").write_text(lists[1]),
    )
    assert found.kinds == {"A": "startup"}
    assert [(issue.code, issue.file, issue.detail) for issue in found.errors] == [
        ("duplicate_id", "Danh sách thêm.csv", "2 (actors.csv)")
    ]


def test_a_web_page_with_the_name_of_a_workbook_is_told(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        lambda into: write_text(into / "a.csv", TABLE),
        lambda into: (into / "b.xls").write_text("<html><body><table><tr><td>STT</td></tr></table></body></html>"),
    )
    assert [(issue.code, issue.detail) for issue in found.errors] == [("binary_file", "HTML (.html)")]
