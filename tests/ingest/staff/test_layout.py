"""Where tables lie in sheets that were made for people, and what stands between their rows."""

from pathlib import Path

import pytest

from ingest.files.sheets import open_sheets
from ingest.staff.layout import find_tables
from tests.ingest.readings import Read, read
from tests.ingest.workbooks import HEADER, MEMBERS, Cell, Grid, staff_list, write_text, write_xls, write_xlsx

THREE = {"Trường Đại học Thủy lợi": "school", "Công ty CP Ánh Dương": "business", "Sở Khoa học và Công nghệ": "agency"}
FOOTERS: Grid = (
    ("", "Tổng cộng", 3),
    (),
    ("", "", "", "", "Hà Nội, ngày 5 tháng 11 năm 2026"),
    ("", "Người lập bảng", "", "", "Thủ trưởng đơn vị"),
    ("", "(Ký, ghi rõ họ tên)"),
    ("", "Nguyễn Văn A", "", "", "Trần B"),
)


def of_grid(folder: Path, grid: Grid, merged: tuple[str, ...] = (), name: str = "Danh sách.xlsx") -> Read:
    return read(folder, lambda into: write_xlsx(into / name, {"Sheet1": grid}, {"Sheet1": merged}))


def test_titles_numbers_of_columns_sums_and_signatures_are_no_members(tmp_path: Path) -> None:
    found = of_grid(tmp_path, staff_list(numbering=True, footers=FOOTERS), ("A1:F1", "A2:F2"))
    assert found.kinds == THREE
    assert found.counts == {"actors": (3, 0, 6)}
    assert found.issues("total_passed_over", "note_passed_over") == [
        ("total_passed_over", 9, "Tổng cộng 3"),
        ("note_passed_over", 11, "Hà Nội, ngày 5 tháng 11 năm 2026"),
        ("note_passed_over", 12, "Người lập bảng Thủ trưởng đơn vị"),
        ("note_passed_over", 13, "(Ký, ghi rõ họ tên)"),
        ("note_passed_over", 14, "Nguyễn Văn A Trần B"),
    ]


NAMES_LIKE_OTHER_LINES = (
    "Tổng công ty Điện lực Hà Nội",
    "Tổng cục Thống kê",
    "Tổng hợp Việt JSC",
    "Total Energies Việt Nam",
    "Cộng đồng Startup Việt",
    "Cộng Hưởng JSC",
    "Nguồn Sáng Việt",
    "Ghi Chú App",
    "Note Labs",
    "Phần mềm ABC",
    "Nhóm Khởi nghiệp Q",
    "Các cộng sự JSC",
    "Khối Việt",
    "A. B. Company",
    "Danh Sách Đỏ JSC",
    "Mục Tiêu Xanh",
    "Startup Việt",
    "Hội Tin học",
    "Cập Nhật Media",
    "Sum Việt Nam",
)


@pytest.mark.parametrize("with_numbers", [True, False])
@pytest.mark.parametrize("website", ["", "ai.vn"])
def test_no_name_is_lost_as_a_sum_a_note_or_a_heading(tmp_path: Path, with_numbers: bool, website: str) -> None:
    rows: list[tuple[Cell, ...]] = [(n, name, website) for n, name in enumerate(NAMES_LIKE_OTHER_LINES, 1)]
    lines: Grid = [("STT", "Tên doanh nghiệp", "Website"), *rows]
    found = of_grid(tmp_path, lines if with_numbers else [line[1:] for line in lines])
    assert sorted(found.actors) == sorted(NAMES_LIKE_OTHER_LINES)
    assert found.counts["actors"] == (len(NAMES_LIKE_OTHER_LINES), 0, 0)


def test_a_name_without_the_number_that_others_have_is_a_row_too(tmp_path: Path) -> None:
    rows: list[tuple[Cell, ...]] = [(1, "Công ty A"), *(("", name) for name in NAMES_LIKE_OTHER_LINES)]
    found = of_grid(tmp_path, [("STT", "Tên doanh nghiệp", "Website"), *rows])
    assert sorted(found.actors) == sorted(["Công ty A", *NAMES_LIKE_OTHER_LINES])


def test_a_name_beside_a_cell_that_begins_like_a_note_is_a_row(tmp_path: Path) -> None:
    rows = [("Công ty A", "Ghi chú: mới vào"), ("Công ty B", "Nguồn: Sở KH&CN"), ("Công ty C", "Thủ trưởng")]
    assert len(of_grid(tmp_path, [("Tên doanh nghiệp", "Thông tin thêm"), *rows]).actors) == 3


@pytest.mark.parametrize(
    "written",
    [
        "Tổng cộng",
        "Tổng số: 3 đơn vị",
        "Cộng",
        "TỔNG",
        "Cộng khối I",
        "Total",
        "Tổng số thành viên là 3",
        "Tong cong: 3",
    ],
)
def test_sums_are_known_in_the_ways_they_are_written(tmp_path: Path, written: str) -> None:
    found = of_grid(tmp_path, [*staff_list(), ("", written, "3 đơn vị")])
    assert found.kinds == THREE
    assert [code for code, _, _ in found.issues("total_passed_over")] == ["total_passed_over"]


def test_the_heading_of_a_section_tells_the_kind_of_its_rows(tmp_path: Path) -> None:
    rows: Grid = [
        ("I. Khối doanh nghiệp",),
        (1, "Tổng công ty Sông Hồng"),
        ("II", "Khối trường, viện (1 đơn vị)"),
        (1, "Bách Khoa"),
        ("III. Chuyên gia",),
        (1, "Trần Thị Lan"),
    ]
    found = of_grid(tmp_path, [("STT", "Tên", "Ghi chú"), *rows])
    assert found.kinds == {"Tổng công ty Sông Hồng": "business", "Bách Khoa": "school", "Trần Thị Lan": "expert"}
    assert found.counts["actors"] == (3, 0, 3)
    assert found.issues("heading_passed_over") == []


def test_headings_without_numbers_are_known_by_their_words_or_by_being_merged(tmp_path: Path) -> None:
    lines: Grid = [
        ("Tên đơn vị", "Website", "Ghi chú"),
        ("KHỐI DOANH NGHIỆP",),
        ("A corp", "a.vn"),
        ("ĐỐI TÁC QUỐC TẾ",),
        ("Viện C",),
    ]
    found = of_grid(tmp_path, lines, ("A4:C4",))
    assert found.kinds == {"A corp": "business", "Viện C": "school"}
    assert found.issues("heading_passed_over") == [("heading_passed_over", 4, "ĐỐI TÁC QUỐC TẾ")]


def test_roman_numbers_are_numbers_of_rows_where_there_are_no_others(tmp_path: Path) -> None:
    found = of_grid(tmp_path, [("STT", "Tên doanh nghiệp", "Website"), ("I", "Công ty A"), ("II", "Công ty B")])
    assert list(found.actors) == ["Công ty A", "Công ty B"]


def test_lines_that_only_have_a_number_are_passed_over(tmp_path: Path) -> None:
    found = of_grid(tmp_path, [*staff_list(), (4,), (5,)])
    assert (found.kinds, found.counts) == (THREE, {"actors": (3, 0, 2)})


def test_a_header_of_two_lines_with_groups_is_one_header(tmp_path: Path) -> None:
    lines: Grid = [
        ("DANH SÁCH ĐƠN VỊ",),
        ("STT", "Tên đơn vị", "Thông tin liên hệ", None, None, "Loại hình"),
        (None, None, "Họ tên", "Điện thoại", "Email"),
        (1, "Công ty CP Ánh Dương", "Lê D", "0912345678", "d@x.vn", "DN"),
    ]
    found = of_grid(tmp_path, lines, ("A1:F1", "C2:E2", "A2:A3", "B2:B3", "F2:F3"))
    (actor,) = found.actors.values()
    assert actor.kind == "business"
    assert dict(actor.attributes) == {
        "contact_person": "Lê D",
        "email": "d@x.vn",
        "phone": "+84912345678",
        "Loại hình": "DN",
    }


def test_one_actor_over_several_lines_is_one_actor(tmp_path: Path) -> None:
    lines: Grid = [
        ("STT", "Tên đơn vị", "Loại hình", "Nhu cầu"),
        (1, "Công ty CP Ánh Dương", "DN", "Vốn"),
        (None, None, None, "Nhân lực"),
        (2, "Công ty B", "DN", "Máy móc"),
        (None, None, None, "Nhà xưởng"),
    ]
    found = of_grid(tmp_path, lines, ("A2:A3", "B2:B3", "C2:C3"))
    assert {name: actor.needs for name, actor in found.actors.items()} == {
        "Công ty CP Ánh Dương": ("Vốn", "Nhân lực"),
        "Công ty B": ("Máy móc", "Nhà xưởng"),
    }
    assert found.counts["actors"] == (4, 0, 0)


def test_a_cell_far_from_any_row_is_rejected_and_not_taken_for_a_heading(tmp_path: Path) -> None:
    found = of_grid(tmp_path, [*staff_list(), (), ("", "", "", "", "Vốn")])
    assert [(issue.code, issue.line) for issue in found.errors] == [("missing_value", 9)]


def test_two_tables_in_one_sheet_are_two_tables(tmp_path: Path) -> None:
    lines: Grid = [
        ("A. DANH SÁCH DOANH NGHIỆP",),
        ("STT", "Tên doanh nghiệp", "Lĩnh vực"),
        (1, "Công ty A", "AI"),
        (),
        ("B. DANH SÁCH CHUYÊN GIA",),
        ("STT", "Họ và tên", "Đơn vị công tác"),
        (1, "Nguyễn A", "Công ty A"),
    ]
    for found in (
        of_grid(tmp_path / "book", lines),
        read(tmp_path / "text", lambda into: write_text(into / "ds.csv", lines, ";")),
    ):
        assert found.kinds == {"Công ty A": "business", "Nguyễn A": "expert"}
        assert found.ties == {("Nguyễn A", "affiliated_with", "Công ty A")}


def test_a_larger_table_below_does_not_swallow_the_first(tmp_path: Path) -> None:
    lines: Grid = [
        ("STT", "Tên doanh nghiệp"),
        (1, "Công ty A"),
        (),
        ("STT", "Tên trường", "Địa chỉ", "Website", "Lĩnh vực", "Nhu cầu"),
        (1, "Bách Khoa", "Hà Nội", "hust.edu.vn", "AI", "Vốn"),
    ]
    assert of_grid(tmp_path, lines).kinds == {"Công ty A": "business", "Bách Khoa": "school"}


def test_a_line_that_cannot_be_read_counts_with_the_table_it_stands_in(tmp_path: Path) -> None:
    text = 'x;"\nSTT;Tên doanh nghiệp\n1;Công ty A\n2;"Công ty B\n\nSTT;Họ và tên;Học vị\n1;Trần An;TS\n2;"Lê Hà;TS\n'
    found = read(tmp_path, lambda into: (into / "ds.csv").write_text(text))
    assert found.kinds["Công ty A"] == "business"
    assert found.counts["actors"][0] == 5
    assert [issue.line for issue in found.errors if issue.code == "bad_quotes"] == [1, 4, 8]


def test_notes_and_summaries_hold_no_members(tmp_path: Path) -> None:
    sheets: dict[str, Grid] = {
        "Hướng dẫn": [("HƯỚNG DẪN ĐIỀN BIỂU",), ("1. Điền đầy đủ tên đơn vị",)],
        "DS": staff_list(),
        "Tổng hợp": [("STT", "Loại hình", "Số lượng"), (1, "DN", 1), (2, "Trường", 1), ("", "Tổng", 2)],
        "Danh mục": [("Mã", "Lĩnh vực", "Nhóm"), ("1", "AI", "1"), ("2", "Bán dẫn", "1")],
    }
    found = read(tmp_path, lambda into: write_xlsx(into / "TV.xlsx", sheets))
    assert found.kinds == THREE
    assert found.errors == []
    assert [value for _, _, value in found.issues("sheet_passed_over")] == [
        "HƯỚNG DẪN ĐIỀN BIỂU",
        "STT Loại hình Số lượng",
        "Mã Lĩnh vực Nhóm",
    ]


def test_a_list_whose_columns_nobody_knows_is_an_error_and_no_note(tmp_path: Path) -> None:
    found = of_grid(tmp_path, [("TT", "Các bên", "Ngày ký", "Nội dung"), (1, "A - B", "2025", "x")])
    assert [issue.code for issue in found.errors] == ["sheet_without_header"]


def test_empty_columns_and_lines_in_front_do_not_matter(tmp_path: Path) -> None:
    lines = [(), *((None, None, *line) for line in staff_list()[2:])]
    assert of_grid(tmp_path, [("\xa0", " "), *lines]).kinds == THREE


def test_the_header_repeated_on_each_page_is_no_member(tmp_path: Path) -> None:
    found = of_grid(tmp_path, [HEADER, MEMBERS[0], HEADER, MEMBERS[1], MEMBERS[2]])
    assert (found.kinds, found.counts) == (THREE, {"actors": (3, 0, 1)})


def test_old_workbooks_are_read_as_new_ones_are(tmp_path: Path) -> None:
    found = read(
        tmp_path, lambda into: write_xls(into / "a.xls", {"DS": staff_list(footers=FOOTERS)}, {"DS": ["A1:F1"]})
    )
    assert found.kinds == THREE


def test_merged_areas_outside_of_the_cells_do_no_harm(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"DS": staff_list()}, {"DS": ["H1:Z5", "A4:A4000", "AA4:AB4"]})
    (sheet,), _ = open_sheets(path)
    assert [table.header for table in find_tables(sheet)] == [HEADER]
