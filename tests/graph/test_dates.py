"""Years, months and days."""

import re
from datetime import UTC, date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dates import NO_DAY, Precision, day_of, last_day, to_day, utc_now, utc_stamp


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2025", date(2025, 12, 31)),
        ("2025-04", date(2025, 4, 30)),
        ("2024-02", date(2024, 2, 29)),
        ("2100-02", date(2100, 2, 28)),
        ("2025-12-25", date(2025, 12, 25)),
    ],
)
def test_a_partial_date_means_its_last_day(text: str, last: date) -> None:
    assert last_day(text) == last


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-31",
        "2025-13",
        "2025-00",
        "31/02/2025",
        "25",
        "2025-1-1",
        "0000",
        "2025-01-01\n",
        "٢٠٢٥",
        " 2025",
        "now",
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        last_day(text)


@given(st.dates())
def test_a_whole_date_is_its_own_last_day(moment: date) -> None:
    assert day_of(moment.isoformat()) == to_day(moment)


def test_days_are_counted_from_the_unix_epoch() -> None:
    assert to_day(date(1970, 1, 1)) == 0
    assert to_day(date(2025, 12, 25)) == 20447


def test_no_date_lies_before_every_day() -> None:
    assert day_of(None) == day_of("") == NO_DAY < to_day(date.min)


@pytest.mark.parametrize(
    ("precision", "pattern"),
    [
        ("days", r"\d{4}-\d\d-\d\d"),
        ("seconds", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        ("microseconds", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"),
    ],
)
def test_stamps_are_utc_in_their_precision(precision: Precision, pattern: str) -> None:
    assert re.fullmatch(pattern, utc_stamp(precision))


def test_now_is_utc_to_the_second() -> None:
    assert (utc_now().tzinfo, utc_now().microsecond) == (UTC, 0)
