from datetime import date as date_type

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dates import last_day
from ingest.normalise.dates import Span, date, date_span, day_comes_first
from ingest.values import CellError
from tests.ingest.normalise.strategies import cells

SURE = {
    "2025": "2025",
    "năm 2025": "2025",
    "1070": "1070",
    "2025-04": "2025-04",
    "4-2025": "2025-04",
    "02.2024": "2024-02",
    "2025/3": "2025-03",
    "tháng 4/2025": "2025-04",
    "Tháng 4 năm 2025": "2025-04",
    "thang 4 nam 2025": "2025-04",
    "T4/2025": "2025-04",
    "thg 4 2025": "2025-04",
    "tháng tư năm 2025": "2025-04",
    "tháng năm năm 2025": "2025-05",
    "tháng chạp 2024": "2024-12",
    "May 2024": "2024-05",
    "March-2024": "2024-03",
    "1O/2O24": "2024-10",
    "2025-04-03": "2025-04-03",
    "2025-04-03 00:00:00": "2025-04-03",
    "2025-04-03T10:20:30Z": "2025-04-03",
    "2025-04-03T10:20:30.123+07:00": "2025-04-03",
    "20250403": "2025-04-03",
    "03042025": "2025-04-03",
    "45750": "2025-04-03",
    "45750.5": "2025-04-03",
    "15/04/2025 14:30": "2025-04-15",
    "15.4.2025": "2025-04-15",
    "l5/04/2025": "2025-04-15",
    "03/25/2025": "2025-03-25",
    "4/4/2025": "2025-04-04",
    "ngày 3 tháng 4 năm 2025": "2025-04-03",
    "Hà Nội, ngày 05 tháng 12 năm 2024": "2024-12-05",
    "03 thg 4, 2025": "2025-04-03",
    "15 tháng mười hai, 2024": "2024-12-15",
    "Thứ Hai, 15/3/2025": "2025-03-15",
    "Apr 3, 2025": "2025-04-03",
    "3 Apr 2025": "2025-04-03",
    "3rd April, 2025": "2025-04-03",
    "3-Apr-25": "2025-04-03",
    "Ký ngày 15/3/2025.": "2025-03-15",
    "đến nay": "",
    "Hiện tại": "",
}
TWO_READINGS = {
    "3/4/2025": "2025-04-03",
    "03-04-25": "2025-04-03",
    "3.4.2025": "2025-04-03",
    "03 / 04 / 2025": "2025-04-03",
    "03/04/2025.": "2025-04-03",
    "０３/０４/２０２５": "2025-04-03",
    "O3/O4/2O25": "2025-04-03",
    "01 03 2024": "2024-03-01",
    "15/10/56": "1956-10-15",
    "Apr-25": "2025-04",
}
COARSE = {
    "Quý II/2025": "2025",
    "Q2 2025": "2025",
    "2025 Q3": "2025",
    "6 tháng đầu năm 2025": "2025",
    "khoảng 2019": "2019",
    "2019?": "2019",
    "cuối năm 2024": "2024",
    "sau 3/2024": "2024-03",
}
NO_DATES = {
    "31/02/2025": "2025-02",
    "2024-2-30": "2024-02",
    "tháng 13/2025": "2025",
    "hôm qua": "2025, 2025-03, 2025-03-15",
    "24 tháng": "2025, 2025-03, 2025-03-15",
    "0000": "2025, 2025-03, 2025-03-15",
    "٣/٤/٢٠٢٥": "2025, 2025-03, 2025-03-15",
    "từ " * 50_000: "2025, 2025-03, 2025-03-15",
}


@pytest.mark.parametrize(("text", "value"), SURE.items())
def test_a_date_that_can_be_read_one_way_is_read_without_a_word(text: str, value: str) -> None:
    assert (date(text).value, date(text).noticed) == (value, ())


@pytest.mark.parametrize(("text", "value"), TWO_READINGS.items())
def test_a_date_that_can_be_read_two_ways_has_its_day_first_and_is_noticed(text: str, value: str) -> None:
    assert (date(text).value, date(text).noticed) == (value, (("ambiguous_date", value),))


@pytest.mark.parametrize(("text", "value"), COARSE.items())
def test_what_is_finer_or_rougher_than_a_date_is_kept_as_what_it_says_for_sure(text: str, value: str) -> None:
    assert (date(text).value, date(text).noticed) == (value, (("coarser_date", value),))


@pytest.mark.parametrize(("text", "nearest"), NO_DATES.items(), ids=lambda text: text[:20])
def test_what_is_no_date_is_refused_with_the_nearest_one(text: str, nearest: str) -> None:
    with pytest.raises(CellError) as refused:
        date(text)
    assert (refused.value.code, refused.value.detail) == ("bad_date", nearest)


def test_days_are_counted_in_a_column_of_dates_only() -> None:
    with pytest.raises(CellError):
        date("45750", with_serials=False)
    with pytest.raises(CellError):
        date("99999")


def test_the_other_dates_of_a_column_settle_the_order() -> None:
    assert day_comes_first(["3/4/2025", "15/4/2025", "2025", "?"]) is True
    assert day_comes_first(["4/15/2025"]) is False
    assert day_comes_first(["15/4/2025", "4/15/2025"]) is None
    assert date("3/4/2025", day_first=True).noticed == ()
    assert (date("3/4/2025", day_first=False).value, date("3/4/2025", day_first=False).noticed) == ("2025-03-04", ())
    assert date("15/4/2025", day_first=False).value == "2025-04-15"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2020-2023", "2020", "2023"),
        ("2020–2023", "2020", "2023"),
        ("01/2020 - 12/2023", "2020-01", "2023-12"),
        ("01-2020 - 12-2023", "2020-01", "2023-12"),
        ("2020 - nay", "2020", ""),
        ("2021-nay", "2021", ""),
        ("2020 -", "2020", ""),
        ("từ 2020 đến nay", "2020", ""),
        ("đến 2023", "", "2023"),
        ("2023", "2023", ""),
        ("2020-03", "2020-03", ""),
        ("Từ tháng 3 đến tháng 5/2025", "2025-03", "2025-05"),
        ("3-5/2025", "2025-03", "2025-05"),
        ("15/3 - 31/5/2025", "2025-03-15", "2025-05-31"),
        ("từ 3 đến 15/6/2025", "2025-06-03", "2025-06-15"),
        ("15/3/2024 đến 15/3/2026", "2024-03-15", "2026-03-15"),
        ("Từ ngày 15/01/2024 đến hết ngày 31/12/2025", "2024-01-15", "2025-12-31"),
        ("2020-03-01 → 2021-03-01", "2020-03-01", "2021-03-01"),
        ("2020-03-01 - 2021-03-01", "2020-03-01", "2021-03-01"),
        ("36 tháng (01/2023 - 12/2025)", "2023-01", "2025-12"),
    ],
)
def test_spans(text: str, since: str, until: str) -> None:
    assert date_span(text, day_first=True).value == Span(since, until)


@pytest.mark.parametrize("text", ["24 tháng", "nay - mai", "2020 - sau này", "-"])
def test_what_has_no_dates_is_no_span(text: str) -> None:
    with pytest.raises(CellError, match="bad_date"):
        date_span(text)


def test_what_is_doubtful_of_either_end_is_said() -> None:
    assert date_span("3/4/2020-5/6/2021").noticed == (
        ("ambiguous_date", "2020-04-03"),
        ("ambiguous_date", "2021-06-05"),
    )


@given(st.dates(date_type(1000, 1, 1), date_type(2999, 12, 31)))
def test_a_day_is_read_from_each_of_its_forms(day: date_type) -> None:
    iso = day.isoformat()
    year, month, number = iso.split("-")
    for text in (
        iso,
        f"{number}/{month}/{year}",
        f"ngày {number} tháng {month} năm {year}",
        f"{number}.{month}.{year}",
    ):
        assert date(text, day_first=True).value == iso


@given(cells)
def test_a_date_is_of_the_calendar_and_its_own_normal_form(text: str) -> None:
    try:
        value = date(text).value
    except CellError:
        return
    if value:
        assert last_day(value)
        assert date(value).value == value
        assert date(value).noticed == ()
