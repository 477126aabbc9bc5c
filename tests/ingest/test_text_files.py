import csv
import gzip
import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.issues import Issue
from ingest.text_files import TextFile, csv_records, find_delimiter, scan_text

TEXT = "id,name\na1,Đại học Bách khoa Hà Nội\n"


def issue_of(path: Path) -> Issue:
    found = scan_text(path)
    assert isinstance(found, Issue)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-le", "utf-16-be"])
def test_unicode_text_is_read_whatever_its_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "actors.csv"
    path.write_bytes("\ufeff".join(["", TEXT]).encode("utf-16-le") if "bom" in encoding else TEXT.encode(encoding))
    found = scan_text(path)
    assert isinstance(found, TextFile)
    assert "".join(found.lines()) == TEXT


def test_an_encoding_that_one_word_shows_is_named_with_its_line_and_never_guessed(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    path.write_bytes(b"id,name\na1,Ha Noi\na2," + "Đà".encode("cp1258") + b"\n")
    found = issue_of(path)
    assert (found.code, found.line, found.severity) == ("unknown_encoding", 3, "error")
    assert found.value == "0x d0"


def test_a_character_that_two_reads_share_is_no_error_and_a_wrong_byte_behind_it_is_placed(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    start = b"x" * ((1 << 20) - 1) + "đ".encode() + b"\n"
    path.write_bytes(start)
    assert isinstance(scan_text(path), TextFile)
    path.write_bytes(start + b"ab\xff")
    found = issue_of(path)
    assert (found.line, found.detail) == (2, str(len(start) + 3))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"PK\x03\x04rest of a workbook", ".xlsx"),
        (gzip.compress(TEXT.encode()), ".gz"),
        (b"PAR1 and columns", ".parquet"),
        (b"\xd0\xcf\x11\xe0 old workbook", ".xls"),
        (b"id,name\n\x00\x01\x02\xff", "binary"),
        (b"\xef\xbb\xbf\n<html><table><tr><td>id</td></tr></table></html>", "HTML"),
    ],
)
def test_a_binary_file_with_the_name_of_a_text_is_told_by_its_content(
    tmp_path: Path, content: bytes, named: str
) -> None:
    path = tmp_path / "actors.csv"
    path.write_bytes(content)
    found = issue_of(path)
    assert found.code == "binary_file"
    assert named in (found.detail or "")


def test_empty_and_broken_files_are_file_issues(tmp_path: Path) -> None:
    empty, broken, cut = tmp_path / "a.csv", tmp_path / "b.csv.gz", tmp_path / "c.csv.gz"
    empty.write_bytes(b"")
    broken.write_bytes(b"no gzip at all")
    cut.write_bytes(gzip.compress(TEXT.encode() * 1000)[:-20])
    assert [issue_of(path).code for path in (empty, broken, cut)] == [
        "empty_file",
        "unreadable_file",
        "unreadable_file",
    ]
    assert issue_of(tmp_path / "missing.csv").code == "unreadable_file"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_between_known_columns(delimiter: str) -> None:
    header = delimiter.join(["ID", '"kind"', " name ", "a;,\tb;,\tc;,\td"]) + "\n"
    assert find_delimiter(["\n", header, "a;b,c,d,e\tf\n"], ["id", "kind", "name"]) == delimiter


CELLS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_records_are_those_of_the_csv_module(rows: list[list[str]], delimiter: str) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(rows)
    lines = io.StringIO(written.getvalue(), newline="")
    assert [cells for _, cells in csv_records(lines, delimiter)] == rows


def test_lines_are_those_an_editor_shows_even_behind_cells_of_several_lines() -> None:
    lines = ["id,name\n", 'a,"one\n', 'two"\n', "\n", "b,x\r\n"]
    assert list(csv_records(lines, ",")) == [
        (1, ["id", "name"]),
        (2, ["a", "one\ntwo"]),
        (4, [""]),
        (5, ["b", "x"]),
    ]


def test_a_forgotten_quote_costs_its_own_row_only() -> None:
    lines = ["id,name\n", 'a,"open\n', "b,fine\n", 'c,"also, fine"\n', "d,fine\n"]
    assert list(csv_records(lines, ",")) == [
        (1, ["id", "name"]),
        (2, None),
        (3, ["b", "fine"]),
        (4, ["c", "also, fine"]),
        (5, ["d", "fine"]),
    ]


def test_a_huge_cell_is_one_cell() -> None:
    huge = "x\n" * 5_000_000
    lines = io.StringIO(f'id,name\na,"{huge}"\nb,fine\n', newline="")
    assert list(csv_records(lines, ","))[1:] == [(2, ["a", huge]), (5_000_003, ["b", "fine"])]


def test_a_quote_opened_on_every_line_takes_time_in_proportion_to_the_lines() -> None:
    started = time.monotonic()
    records = list(csv_records((f'a{n},"x\n' for n in range(20_000)), ","))
    assert all(cells is None for _, cells in records[:-1])
    assert len(records) == 20_000
    assert time.monotonic() - started < 10
