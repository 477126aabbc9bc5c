"""Partial dates, which name a year, a month or a day, and the present moment."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Literal

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
NO_DAY = -(2**31)
"""Stands for an absent date in arrays of days; it lies before every day."""

Precision = Literal["days", "seconds", "microseconds"]

_STAMP_FORMATS = {"days": "%Y-%m-%d", "seconds": "%Y-%m-%dT%H:%M:%SZ", "microseconds": "%Y-%m-%dT%H:%M:%S.%fZ"}


def utc_now() -> datetime:
    """The present moment in UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def utc_stamp(precision: Precision = "seconds") -> str:
    """The present moment in UTC as ISO 8601 text, such as ``2026-05-31T09:30:00Z``.

    Stamps of one precision sort by time. Choose microseconds where several events of one second must be told apart,
    and days for a date (``2026-05-31``).
    """
    return datetime.now(UTC).strftime(_STAMP_FORMATS[precision])


def last_day(partial_date: str) -> date:
    """The last day that a date written as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` can mean.

    A fact known only by its year may be as late as the end of the year. So this day decides whether the fact is visible
    in a network cut in time.

    Raises
    ------
    ValueError
        The text does not have this form, or no such day exists.

    >>> last_day("2024-02")
    datetime.date(2024, 2, 29)
    """
    match = _PARTIAL_DATE.fullmatch(partial_date)
    if match is None:
        raise ValueError(f"{partial_date!r} is not written as YYYY, YYYY-MM or YYYY-MM-DD")
    year, month = int(match[1]), int(match[2] or 12)
    if year == 0 or not 1 <= month <= 12:
        raise ValueError(f"{partial_date!r} names no month of the calendar")
    n_days = monthrange(year, month)[1]
    day = int(match[3] or n_days)
    if not 1 <= day <= n_days:
        raise ValueError(f"{partial_date!r} names no day of the calendar")
    return date(year, month, day)


def first_day(partial_date: str) -> date:
    """The first day that a partial date can mean; raises as :func:`last_day` does.

    >>> first_day("2024-02")
    datetime.date(2024, 2, 1)
    """
    last, n_parts = last_day(partial_date), partial_date.count("-") + 1
    return last.replace(month=1, day=1) if n_parts == 1 else last.replace(day=1) if n_parts == 2 else last


def to_day(moment: date) -> int:
    """Days from 1970-01-01 to a date."""
    return moment.toordinal() - _EPOCH


def day_of(partial_date: str | None) -> int:
    """Days from 1970-01-01 to the last day that a partial date can mean; :data:`NO_DAY` for None or an empty text."""
    return to_day(last_day(partial_date)) if partial_date else NO_DAY


_EPOCH = date(1970, 1, 1).toordinal()
