"""Dates as people know them: a year, a month or a day."""

import re
from calendar import monthrange
from datetime import date

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
NO_DAY = -(2**31)
"""Marks an absent date in arrays of days."""


def last_day(partial_date: str) -> date:
    """The last day a date written as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` can mean.

    A fact known only by its year may have come at the year's end, so the last day is what may be hidden or shown.

    Raises
    ------
    ValueError
        The text is no date of this form, or no such day exists.

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


def from_day(day: int) -> date:
    """The date a number of days after 1970-01-01."""
    return date.fromordinal(day + _EPOCH)


def day_of(partial_date: str | None) -> int:
    """Days from 1970-01-01 to the last day a partial date can mean; :data:`NO_DAY` for none."""
    return to_day(last_day(partial_date)) if partial_date else NO_DAY


_EPOCH = date(1970, 1, 1).toordinal()
