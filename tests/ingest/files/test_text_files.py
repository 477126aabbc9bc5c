import csv
import gzip
import io
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.files.encodings import LEGACY_ENCODINGS, NAMES, Encoding
from ingest.files.text_files import TextFile, csv_records, find_delimiter, guess_delimiter, scan_text
from ingest.issues import Issue
from ingest.load import read_tables
from tests.ingest.folders import csv_text
from tests.ingest.legacy_encodings import FOREIGN, UNMARKED, encode, foreign_names, hanoi_tables, hanoi_words
from tests.ingest.test_load import content

TEXT = "id,name\na1,Đại học Bách khoa Hà Nội\n"


def issue_of(path: Path) -> Issue:
    found = scan_text(path)
    assert isinstance(found, Issue)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom"])
def test_unicode_text_is_read_whatever_its_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "actors.csv"
    path.write_bytes("\ufeff".join(["", TEXT]).encode("utf-16-le") if "bom" in encoding else TEXT.encode(encoding))
    found = scan_text(path)
    assert isinstance(found, TextFile)
    assert "".join(found.lines()) == TEXT
    assert (found.confidence, found.noticed) == (1.0, ())


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
@pytest.mark.parametrize("encoding", [encoding for encoding in UNMARKED if encoding != "utf-8"])
def test_other_encodings_are_read_with_a_warning_that_names_them(
    tmp_path: Path, encoding: Encoding, ending: str
) -> None:
    path = tmp_path / f"actors.{ending}"
    content = encode(TEXT, encoding)
    path.write_bytes(gzip.compress(content) if ending == "csv.gz" else content)
    found = scan_text(path)
    assert isinstance(found, TextFile)
    assert "".join(found.lines()) == TEXT
    assert (found.encoding, found.n_lines) == (encoding, 3)
    assert 0.95 <= found.confidence <= 1
    assert [(issue.code, issue.severity, issue.value) for issue in found.noticed] == [
        ("encoding_detected", "warning", NAMES[encoding])
    ]
    assert 95 <= float(found.noticed[0].detail or "") < 100


@pytest.mark.parametrize("encoding", [encoding for encoding in UNMARKED if encoding not in ("utf-8", "tcvn3")])
def test_a_network_in_an_old_encoding_is_the_same_network(tmp_path: Path, encoding: Encoding) -> None:
    encodings: dict[str, Encoding] = {"new": "utf-8", "old": encoding}
    for folder, written in encodings.items():
        (tmp_path / folder).mkdir()
        for name, (header, *rows) in hanoi_tables().items():
            text = csv_text([dict(zip(header, row, strict=True)) for row in rows])
            (tmp_path / folder / f"{name}.csv").write_bytes(encode(text, written))
    new, old = (read_tables(tmp_path / folder) for folder in ("new", "old"))
    assert old.n_rows == new.n_rows > 700
    assert content(old.tables) == content(new.tables)


def test_text_decomposed_on_a_mac_arrives_composed(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    path.write_bytes(unicodedata.normalize("NFD", TEXT).encode())
    found = scan_text(path)
    assert isinstance(found, TextFile)
    assert "".join(found.lines()) == TEXT
    with found.open_utf_8() as stream:
        assert stream.read() == TEXT.encode()


def test_two_words_in_an_old_encoding_are_no_evidence_and_are_named_with_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    path.write_bytes(b"id,name\na1,Ha Noi\na2," + "Đà".encode("cp1258") + b"\n")
    found = issue_of(path)
    assert (found.code, found.line, found.severity) == ("unknown_encoding", 3, "error")
    assert found.value == "0x d0"
    assert (found.detail or "").endswith(" %")


def test_foreign_text_is_reported_and_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    for language, encodings in FOREIGN.items():
        path.write_bytes("\n".join(foreign_names(language)).encode(encodings[0], errors="ignore"))
        assert issue_of(path).code == "unknown_encoding"


def test_broken_bytes_in_a_file_that_is_utf_8_else_are_placed_and_no_other_encoding_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    path.write_bytes(TEXT.encode() * 10 + b"a2,B\xe1ch,\xe4\n" + TEXT.encode())
    found = issue_of(path)
    assert (found.code, found.line, found.value) == ("not_utf8", 21, "0x e1")
    assert found.detail == str(len(TEXT.encode()) * 10 + 5)


def test_an_old_encoding_that_shows_only_megabytes_into_the_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    ascii_lines = "id,name\n" * 300_000
    path.write_bytes(encode(ascii_lines + TEXT, "tcvn3"))
    found = scan_text(path)
    assert isinstance(found, TextFile)
    assert found.encoding == "tcvn3"
    assert list(found.lines())[-1] == TEXT.splitlines(keepends=True)[-1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", *LEGACY_ENCODINGS])
@pytest.mark.parametrize("n_bytes", [1, 2, 3, 7])
def test_letters_and_marks_that_two_reads_share_are_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: Encoding, n_bytes: int
) -> None:
    monkeypatch.setattr("ingest.files.text_files._CHUNK_BYTES", n_bytes)
    path = tmp_path / "actors.csv"
    path.write_bytes(encode(TEXT, encoding))
    found = scan_text(path)
    assert isinstance(found, TextFile)
    assert "".join(found.lines()) == TEXT


def test_a_file_that_changes_its_encoding_is_reported_about_where_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.files.text_files._CHUNK_BYTES", 1 << 12)
    monkeypatch.setattr("ingest.files.text_files._SAMPLE_BYTES", 1 << 12)
    path = tmp_path / "actors.csv"
    lines = "".join(f"{word}\n" for word in hanoi_words())
    pairs: list[tuple[Encoding, Encoding]] = [("tcvn3", "vni"), ("vni", "windows-1258"), ("windows-1258", "utf-8")]
    for first, then in pairs:
        path.write_bytes(encode(lines, first) * 3 + encode(lines, then) * 3)
        found = issue_of(path)
        assert (found.code, found.detail) == ("mixed_encodings", NAMES[first])
        assert abs((found.line or 0) - 3 * len(hanoi_words())) < 1_000


def test_a_byte_that_the_encoding_does_not_have_is_placed(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    for encoding in LEGACY_ENCODINGS:
        path.write_bytes(encode(TEXT, encoding) + b"a2,\x90\n")
        found = issue_of(path)
        assert (found.code, found.line, found.value) == ("mixed_encodings", 3, "0x 90")


def test_one_endless_word_takes_time_in_proportion_to_its_length(tmp_path: Path) -> None:
    path = tmp_path / "actors.csv"
    started = time.process_time()
    for letter in (b"x", b"X", b"\xb8", b"X\xb8"):
        path.write_bytes(encode(TEXT, "tcvn3") + letter * 500_000)
        found = scan_text(path)
        assert isinstance(found, TextFile)
        assert sum(len(line) for line in found.lines()) == len(TEXT) + len(letter) * 500_000
    assert time.process_time() - started < 20


CONTENTS = st.lists(
    st.binary(max_size=20)
    | st.sampled_from(LEGACY_ENCODINGS).map(lambda encoding: encode(TEXT, encoding))
    | st.sampled_from([TEXT.encode(), TEXT.encode("utf-16"), TEXT.encode("utf-16-be"), b"\r", b"sep=;\n"]),
    max_size=4,
).map(b"".join)


@given(content=CONTENTS)
def test_any_file_is_text_or_an_issue_and_text_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(content)
    found = scan_text(path)
    if isinstance(found, TextFile):
        lines = list(found.lines())
        assert all(unicodedata.is_normalized("NFC", line) for line in lines)
        assert sum(line.count("\n") for line in lines) == found.n_lines - 1


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
        (gzip.compress(TEXT.encode(), mtime=0), ".gz"),
        (b"PAR1 and columns", ".parquet"),
        (b"\xd0\xcf\x11\xe0 old workbook", ".xls"),
        (b"id,name\n\x00\x01\x02\xff", "binary"),
        (TEXT.encode("utf-32-le"), "binary"),
        (TEXT.encode() + b"x" * (1 << 20) + b"\x00\xff", "binary"),
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


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_between_known_columns(delimiter: str) -> None:
    header = delimiter.join(["ID", '"kind"', " name ", "a;,\t|b;,\t|c;,\t|d"]) + "\n"
    assert find_delimiter(["\n", header, "a;b,c,d,e\tf\n"], ["id", "kind", "name"]) == delimiter


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_first_line_that_names_the_separator_decides_and_is_no_record(delimiter: str) -> None:
    lines = [f"sep={delimiter}\r\n", "id,a;b\t|c\n", "a1,a;b\t|c\n"]
    assert find_delimiter(lines, ["id"]) == guess_delimiter(lines) == delimiter
    assert [line for line, _ in csv_records(lines, delimiter)] == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_sheet_with_unknown_columns_is_the_one_that_divides_evenly(delimiter: str) -> None:
    for table in hanoi_tables().values():
        written = io.StringIO(newline="")
        csv.writer(written, delimiter=delimiter).writerows(table)
        assert guess_delimiter(io.StringIO(written.getvalue(), newline="")) == delimiter


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["DANH SÁCH, năm 2024\n", "\n", "Tên;Vốn\n", "A;1,5\n", "B;2,5\n"], ";"),
        (["Tên,Lĩnh vực\n", "A,ai|iot|5g\n", "B,ai|iot\n", "C,ai|iot\n"], ","),
        (["Tên;Ghi chú\n", 'A;"x, y, z"\n', 'B;"x\n', 'y, z"\n'], ";"),
        (["Tên\tĐịa chỉ\n", "A\tsố 1, phố B, Hà Nội\n", "C\tsố 2, phố D, Hà Nội\n"], "\t"),
        (["Tên\n", "A\n"], ","),
        ([], ","),
    ],
)
def test_delimiters_inside_cells_mislead_nobody(lines: list[str], delimiter: str) -> None:
    assert guess_delimiter(lines) == delimiter


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
    started = time.process_time()
    records = list(csv_records((f'a{n},"x\n' for n in range(20_000)), ","))
    assert all(cells is None for _, cells in records[:-1])
    assert len(records) == 20_000
    assert time.process_time() - started < 10
