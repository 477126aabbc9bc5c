"""What stays the same about a list and its rows from month to month."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.staff.sources import row_id, source_name

SAME_LIST = (
    "DS thành viên.xlsx",
    "DS thành viên 11-2026.xlsx",
    "DS thành viên T11.2026.xlsx",
    "DS thành viên tháng 11 năm 2026.xlsx",
    "DS thành viên 2026_11_05.xlsx",
    "DS thành viên 05.11.2026 (2).xlsx",
    "DS thành viên_final.xlsx",
    "DS thành viên quý IV-2026 bản 3.xlsx",
    "2026-11 DS thành viên.xlsx",
    "DS thành viên - Copy.xlsx",
    unicodedata.normalize("NFD", "DS thành viên 2026.xlsx"),
)


@pytest.mark.parametrize("name", SAME_LIST)
def test_dates_and_versions_do_not_make_another_list(name: str) -> None:
    assert source_name(Path(name)) == "DS thành viên.xlsx"


@pytest.mark.parametrize("name", ["DS 5 viện.xlsx", "Khối 2.xlsx", "Quận 10.csv", "Nghị quyết 57.xlsx", "G20.csv.gz"])
def test_other_numbers_belong_to_the_name(name: str) -> None:
    assert source_name(Path(name)) == name


def test_sheets_of_one_file_are_lists_of_their_own() -> None:
    assert source_name(Path("TV.xlsx"), "Startup 2026") == "TV.xlsx/Startup"
    assert source_name(Path("TV.xlsx"), "Chuyên gia") == "TV.xlsx/Chuyên gia"


@given(st.text(min_size=1, max_size=40).filter(str.strip), st.text(max_size=20))
def test_ids_are_short_printable_and_the_same_again(key: str, shown: str) -> None:
    made = row_id("DS.xlsx", key, shown)
    assert made == row_id("DS.xlsx", key, shown)
    assert made.isascii()
    assert made.startswith("auto-")
    assert len(made) <= 80
    assert row_id("DS.xlsx", key, shown, 1) != made != row_id("Khác.xlsx", key, shown)


def test_the_id_of_a_person_does_not_tell_the_name() -> None:
    assert re.fullmatch("auto-[0-9a-f]{10}", row_id("DS.xlsx", "Nguyễn Văn An", ""))
