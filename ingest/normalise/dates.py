"""Dates as they are written in Vietnamese sheets, day before month, as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date as calendar_date
from datetime import timedelta
from functools import cache, partial

from graph.dates import last_day
from graph.kinds import Language
from ingest.normalise.result import MAX_CHARACTERS, Normalised, facts, plain
from ingest.values import CellError, nearest_date

_SERIAL = re.compile(r"([0-9]{5})(?:[.,][0-9]+)?")
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_050
"""Serial numbers of days in spreadsheets: 27 May 1927 and 31 December 2099."""
_SERIAL_ORIGIN = calendar_date(1899, 12, 30)
_CENTURY_PIVOT = 50
"""A year of two digits is in this century if it is smaller; set by hand."""
_YEARS = range(1000, 3000)
_STRAY = " .,;:'\"`-"

_TIME = r"(?:[t, ]+[0-9]{1,2}(?::[0-9]{2}){1,2}(?:\.[0-9]+)?(?: ?(?:am|pm|sa|ch))?(?: ?z| ?[+-][0-9]{2}:?[0-9]{2})?)?"
_BY_NUMBER = re.compile(
    rf"(?P<a>[0-9]{{1,2}}) ?(?P<sep>[-/.]) ?(?P<b>[0-9]{{1,2}}) ?(?P=sep) ?(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_BY_SPACES = re.compile(r"(?P<a>[0-9]{1,2})[ ,]+(?P<b>[0-9]{1,2})[ ,]+(?P<y>[0-9]{4})")
_ISO = re.compile(rf"(?P<y>[0-9]{{4}}) ?[-/.] ?(?P<m>[0-9]{{1,2}}) ?[-/.] ?(?P<d>[0-9]{{1,2}}){_TIME}")
_COMPACT = re.compile(r"(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_COMPACT_DAY_FIRST = re.compile(r"(?P<d>[0-9]{2})(?P<m>[0-9]{2})(?P<y>(?:19|20)[0-9]{2})")
_WORDS = re.compile(r"(?P<d>[0-9]{1,2})[ ,/]*(?:thang|thg|th|t) ?(?P<m>[0-9]{1,2})[ ,/.]*(?:nam ?)?(?P<y>[0-9]{4})")
_YEAR = re.compile(r"(?:nam ?)?(?P<y>[0-9]{4})")
_YEAR_MONTH = re.compile(r"(?P<y>[0-9]{4}) ?[-/.] ?(?P<m>[0-9]{1,2})")
_MONTH_YEAR = re.compile(r"(?:thang|thg|th|t)?[ .]?(?P<m>[0-9]{1,2}) ?(?:[-/., ] ?|nam ?| nam ?)(?P<y>[0-9]{4})")
_ENGLISH = (
    re.compile(r"(?P<month>[a-z]+)\.?[ -]?(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?[, -]+(?P<y>[0-9]{4})"),
    re.compile(r"(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?[ /-]*(?P<month>[a-z]+)\.?[, /-]*(?P<y>[0-9]{4}|[0-9]{2})"),
    re.compile(r"(?P<month>[a-z]+)\.?[, /-]+(?P<y>[0-9]{4})"),
)
_MONTH_BY_NAME = re.compile(
    r"(?:(?P<d>[0-9]{1,2}) )?thang (?P<month>[a-z]+(?: [a-z]+)??)[ ,/]+(?:nam ?)?(?P<y>[0-9]{4})"
)
_SHORT_MONTH_YEAR = re.compile(r"(?P<month>[a-z]{3})[- ](?P<y>[0-9]{2})")
_QUARTER = r"(?:(?:quy|qui|q)[ .]*(?:iv|i{1,3}|[1-4])|h[12])"
_COARSE = re.compile(
    rf"(?:{_QUARTER}|[369] thang (?:dau|cuoi)|nua (?:dau|cuoi))[ ,/.-]*(?:cua )?(?:nam ?)?(?P<y>[0-9]{{4}})"
)
_COARSE_LAST = re.compile(rf"(?P<y>[0-9]{{4}})[ ,/.-]*{_QUARTER}")
_LOOK_ALIKE = re.compile(r"(?<![a-z])[0-9oli]+(?![a-z])")
_SPAN = re.compile(r" *(?:->|→|~|=>) *| +(?:den het|den|toi|to|until) +| - ")


@dataclass(frozen=True, slots=True)
class Span:
    """A start and an end as partial dates; each is empty where it is unknown or has not come."""

    since: str
    until: str


def date(text: str, *, day_first: bool | None = None, with_serials: bool = True) -> Normalised[str]:
    """The partial date that a cell means; empty for an end that has not come, such as *đến nay* (until now).

    Parameters
    ----------
    text
        A date in numbers, a date in words of either language, a quarter, or the serial number of a day.
    day_first
        Whether the other dates of the column have the day first (:func:`day_comes_first`). If None, a date that can be
        read in two ways is read with the day first, and this is reported.
    with_serials
        Whether five digits are the serial number of a day, as in a column of dates.

    Raises
    ------
    CellError
        ``bad_date``: the text is not a date, or the calendar has no such day.

    >>> date("ngày 3 tháng 4 năm 2025").value, date("T4/2025").value, date("45750").value, date("nay").value
    ('2025-04-03', '2025-04', '2025-04-03', '')
    >>> date("3/4/2025")
    Normalised(value='2025-04-03', noticed=(('ambiguous_date', '2025-04-03'),))
    >>> date("Quý II/2025")
    Normalised(value='2025', noticed=(('coarser_date', '2025'),))
    """
    if len(text) > MAX_CHARACTERS:
        raise CellError("bad_date", nearest_date(""))
    written = _stripped(plain(text))
    if written in facts("dates")["open_ends"]:
        return Normalised("")
    if with_serials and (day := _from_serial(written)):
        return Normalised(day)
    exact, is_exact = _without_about(written)
    found = _read(exact, day_first=day_first) or _read(_look_alikes_mended(exact), day_first=day_first)
    if found is None:
        raise CellError("bad_date", _nearest(written))
    return found if is_exact else found.with_notice("coarser_date", found.value)


def date_span(text: str, *, day_first: bool | None = None) -> Normalised[Span]:
    """The start and the end in one cell; a single date is a start.

    Raises
    ------
    CellError
        ``bad_date``: the cell contains neither a date nor a period.

    >>> date_span("01/2020 - 12/2023").value, date_span("2020-nay").value
    (Span(since='2020-01', until='2023-12'), Span(since='2020', until=''))
    """
    if len(text) > MAX_CHARACTERS:
        raise CellError("bad_date", nearest_date(""))
    written = _bracketed(plain(text)).strip(" .,;")
    if only_end := re.fullmatch(r"(?:den het|den|truoc|until|to) (.*[0-9].*)", written):
        end = date(only_end[1], day_first=day_first)
        return Normalised(Span("", end.value), end.noticed)
    try:
        start = date(written.rstrip(" -"), day_first=day_first, with_serials=False)
    except CellError:
        return _both_ends(written, day_first=day_first)
    return Normalised(Span(start.value, ""), start.noticed)


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """Whether dates of a column like ``3/4/2025`` have the day first, judged by dates with only one possible reading.

    None where no date decides, or where they contradict each other.

    >>> day_comes_first(["3/4/2025", "15/4/2025"]), day_comes_first(["3/4/2025"])
    (True, None)
    """
    seen = set()
    for text in texts:
        match = _BY_NUMBER.fullmatch(_stripped(plain(text)))
        if match and (int(match["a"]) > 12) != (int(match["b"]) > 12):
            seen.add(int(match["a"]) > 12)
    return seen.pop() if len(seen) == 1 else None


def _read(written: str, *, day_first: bool | None) -> Normalised[str] | None:
    by_number = _BY_NUMBER.fullmatch(written) or _BY_SPACES.fullmatch(written)
    if by_number:
        return _by_number(by_number, day_first=day_first)
    for form, reading in _FORMS:
        match = form.fullmatch(written)
        if match and (value := reading(match)):
            return Normalised(value)
    if coarse := _COARSE.fullmatch(written) or _COARSE_LAST.fullmatch(written):
        return Normalised(coarse["y"]).with_notice("coarser_date", coarse["y"])
    if (short := _SHORT_MONTH_YEAR.fullmatch(written)) and (value := _by_name(short)):
        return Normalised(value).with_notice("ambiguous_date", value)
    return None


def _by_number(match: re.Match[str], *, day_first: bool | None) -> Normalised[str] | None:
    year, first, second = _full_year(match["y"]), match["a"], match["b"]
    readings = [_partial(year, second, first), _partial(year, first, second)]
    if day_first is False:
        readings.reverse()
    value = readings[0] or readings[1]
    if value is None:
        return None
    is_clear = day_first is not None or (len(match["y"]) == 4 and len(set(filter(None, readings))) == 1)
    return Normalised(value) if is_clear else Normalised(value).with_notice("ambiguous_date", value)


def _by_parts(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    return _partial(parts["y"], parts.get("m"), parts.get("d"))


def _by_name(match: re.Match[str], language: Language = "en") -> str | None:
    parts = match.groupdict()
    month = _months(language).get(parts["month"])
    return _partial(_full_year(parts["y"]), str(month), parts.get("d")) if month else None


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]], ...] = (
    *((form, _by_parts) for form in (_ISO, _COMPACT, _COMPACT_DAY_FIRST, _WORDS, _YEAR, _YEAR_MONTH, _MONTH_YEAR)),
    *((form, _by_name) for form in _ENGLISH),
    (_MONTH_BY_NAME, partial(_by_name, language="vi")),
)


def _partial(year: str, month: str | None, day: str | None) -> str | None:
    """The partial date with these parts, or None where the calendar has no such date."""
    value = "-".join(part.zfill(2) for part in (year, month, day) if part)
    try:
        last_day(value)
    except ValueError:
        return None
    return value if int(year) in _YEARS else None


def _full_year(year: str) -> str:
    if len(year) == 4:
        return year
    return f"20{year}" if int(year) < _CENTURY_PIVOT else f"19{year}"


def _from_serial(written: str) -> str | None:
    match = _SERIAL.fullmatch(written)
    if match is None or not _FIRST_SERIAL <= int(match[1]) <= _LAST_SERIAL:
        return None
    return (_SERIAL_ORIGIN + timedelta(days=int(match[1]))).isoformat()


def _stripped(written: str) -> str:
    """The text without words that only introduce a date, and without stray characters at its ends."""
    labels = "|".join(_by_length("labels", "weekdays"))
    return re.sub(rf"^(?:(?:{labels})[ ,.:]+(?=[a-z0-9]))+", "", written.strip(_STRAY)).strip(_STRAY)


def _without_about(written: str) -> tuple[str, bool]:
    """The text without a word such as "about", and whether there was no such word."""
    sure = written.removesuffix("?").strip().removeprefix("~").strip()
    if sure != written:
        return _stripped(sure), False
    for word in _by_length("about"):
        if written.startswith((f"{word} ", f"{word}.")):
            return _stripped(written[len(word) + 1 :]), False
    return written, True


def _look_alikes_mended(written: str) -> str:
    """The text with the letters o, l and i inside numbers, which scanners confuse, replaced by digits."""
    return _LOOK_ALIKE.sub(lambda match: match[0].translate(str.maketrans("oli", "011")), written)


def _bracketed(written: str) -> str:
    """The period in the brackets of a text such as ``36 tháng (01/2023 - 12/2025)``; without brackets, the text."""
    match = re.search(r"\(([^()]*[0-9]{4}[^()]*)\)", written)
    return match[1] if match else written


def _both_ends(written: str, *, day_first: bool | None) -> Normalised[Span]:
    marks = [*_SPAN.finditer(written), *re.finditer("-", written)]
    for mark in marks:
        left, right = written[: mark.start()].strip(), written[mark.end() :].strip()
        try:
            until = date(right, day_first=day_first, with_serials=False)
            since = _start(left, right, day_first=day_first)
        except CellError:
            continue
        return Normalised(Span(since.value, until.value), (*since.noticed, *until.noticed))
    raise CellError("bad_date", _nearest(written))


def _start(left: str, right: str, *, day_first: bool | None) -> Normalised[str]:
    """The start; parts that it lacks are taken from the end: ``3 - 5/2025`` begins in March 2025."""
    try:
        return date(left, day_first=day_first, with_serials=False)
    except CellError:
        numbers, given = re.findall("[0-9]+", right), re.findall("[0-9]+", _stripped(left))
        return date("/".join((*given, *numbers[len(given) :])), day_first=day_first, with_serials=False)


def _nearest(written: str) -> str:
    return nearest_date(re.sub("^[^0-9]+", "", written))


@cache
def _months(language: Language) -> dict[str, int]:
    """The numbers of the months by their names."""
    named = enumerate(facts("dates")["months"][language], start=1)
    return {name: number for number, names in named for name in names}


@cache
def _by_length(*lists: str) -> tuple[str, ...]:
    """The words of some lists in the data file, the longest first."""
    return tuple(sorted((word for name in lists for word in facts("dates")[name]), key=len, reverse=True))
