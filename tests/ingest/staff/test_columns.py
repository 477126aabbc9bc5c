"""Headers as people write them, recognised as columns."""

import pytest

from graph.interop import EXCHANGE_NAMES
from graph.model import Actor, Project, Relationship
from ingest.staff.columns import candidates_of, is_numbering, known_columns, may_be_header, recognise, unique_headers


def columns_of(*header: str) -> list[str | None]:
    found = recognise(header)
    assert found is not None
    return [match.column if match else None for match in found.matches]


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("Tên đơn vị", "name"),
        ("TEN DON VI", "name"),
        ("Tên\nđơn vị", "name"),
        ("Tên đơn vị / Organisation name", "name"),
        ("Tên đơn vị (ghi đầy đủ)", "name"),
        ("1. Tên đơn vị của bạn", "name"),
        ("Tên ĐV", "name"),
        ("Te\u0302n \u0111\u01a1n vi\u0323", "name"),
        ("Lĩnh vực hoạt động *", "fields"),
        ("Linh vuc", "fields"),
        ("Nhu cầu hợp tác của đơn vị", "needs"),
        ("SĐT", "phone"),
        ("Số ĐT (di động)", "phone"),
        ("MST", "tax_code"),
        ("Ngày thành lập", "founded"),
        ("E-mail liên hệ", "email"),
        ("Địa chỉ trụ sở chính", "address"),
        ("Tên đơn vj", "name"),
        ("Vòng gọi vốn", None),
        ("", None),
        ("x" * 500, None),
    ],
)
def test_a_header_is_known_in_every_way_it_is_written(written: str, column: str | None) -> None:
    found = candidates_of(Actor, written)
    assert (found[0].column if found else None) == column


@pytest.mark.parametrize(
    ("header", "table"),
    [
        (("STT", "Tên đơn vị", "Loại hình", "Nhu cầu"), "actors"),
        (("TT", "Họ và tên", "Học vị", "Đơn vị công tác"), "actors"),
        (("Mã số", "Tên nhiệm vụ", "Đơn vị chủ trì", "Kinh phí"), "projects"),
        (("Bên A", "Bên B", "Ngày ký"), "relationships"),
        (("Đơn vị", "Đối tác", "Nội dung hợp tác", "Ngày ký"), "relationships"),
        (("Tên dự án", "Đơn vị tham gia", "Vai trò"), "project_participants"),
        (("No.", "Organisation name", "Type", "Sector"), "actors"),
        (("Loại hình", "Số lượng"), None),
    ],
)
def test_a_header_row_is_a_table_of_the_type_that_explains_it(header: tuple[str, ...], table: str | None) -> None:
    found = recognise(header)
    assert (EXCHANGE_NAMES[found.fact_type] if found else None) == table


def test_a_person_beside_an_organisation_is_the_one_to_ask() -> None:
    assert columns_of("STT", "Đơn vị", "Họ và tên", "Điện thoại") == ["ordinal", "name", "contact_person", "phone"]


def test_a_person_with_a_degree_is_the_member_and_the_organisation_where_they_work() -> None:
    assert columns_of("STT", "Họ và tên", "Học vị", "Đơn vị") == ["ordinal", "name", "certificate", "affiliation_name"]


def test_no_column_is_given_twice_unless_its_cells_are_put_together() -> None:
    assert columns_of("Tên đơn vị", "Website", "Trang web", "Nhu cầu", "Cần tìm") == [
        "name",
        "website",
        None,
        "needs",
        "needs",
    ]


def test_headers_get_names_of_their_own() -> None:
    assert unique_headers(["A\nB", "A B", "", "A\x07B", ""]) == ("A B", "A B (2)", "column_3", "A B (3)", "column_5")


def test_lines_of_numbers_below_a_header_are_known() -> None:
    assert is_numbering(["(1)", "(2)", "(3)=(1)+(2)"])
    assert is_numbering(["A", "B", "1", "2"])
    assert not is_numbering(["1", "Viện A", "2"])
    assert not is_numbering(["3", "7"])
    assert not is_numbering(["1", "A"])
    assert not is_numbering(["1", "A", "2"])


def test_rows_are_not_looked_at_as_headers() -> None:
    assert may_be_header(["Họ tên / Full name", "x"])
    assert not may_be_header(["1", "Tên đơn vị"])
    assert not may_be_header(["Công ty A", "DN", "a@a.vn"])


def test_every_synonym_names_a_column_that_some_table_has() -> None:
    assert {"name", "contact_person", "source_name", "period"} <= known_columns()
    assert {candidates_of(fact_type, "Ghi chú")[0].column for fact_type in (Actor, Project, Relationship)} == {"note"}
