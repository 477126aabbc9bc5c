"""How pages write numbers, dates, places and probabilities in the language of the reader."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

from babel import Locale, dates
from babel.numbers import format_decimal
from babel.numbers import format_percent as percent_in

from graph.dates import last_day
from graph.kinds import Language

HANOI_TIME = timezone(timedelta(hours=7))
_DATE_PATTERNS: Mapping[Language, tuple[str, str, str]] = {
    "vi": ("y", "MM/y", "dd/MM/y"),
    "en": ("y", "MMMM y", "d MMMM y"),
}
"""Patterns of a date known to the year, the month and the day."""
HIGH_LIKELIHOOD, MEDIUM_LIKELIHOOD = 0.2, 0.1
"""Lowest probabilities of a high and a medium likelihood. Those of suggestions lie around 0.05 to 0.3."""


def likelihood_key(likelihood: float) -> str:
    """The key of the word for a probability.

    >>> [likelihood_key(likelihood) for likelihood in (0.2, 0.1, 0.09)]
    ['likelihood.high', 'likelihood.medium', 'likelihood.low']
    """
    if likelihood >= HIGH_LIKELIHOOD:
        return "likelihood.high"
    return "likelihood.medium" if likelihood >= MEDIUM_LIKELIHOOD else "likelihood.low"


def format_number(value: float, language: Language) -> str:
    """A number with thousands separators and at most one decimal.

    >>> format_number(1234.5, "vi"), format_number(1234.5, "en"), format_number(17, "vi")
    ('1.234,5', '1,234.5', '17')
    """
    return str(format_decimal(value, format="#,##0.#", locale=language))


def format_percent(share: float, language: Language) -> str:
    """A share in percent, with one decimal below 1 %.

    >>> format_percent(0.127, "vi"), format_percent(0.0034, "vi"), format_percent(0.0034, "en")
    ('13%', '0,3%', '0.3%')
    """
    return str(percent_in(share, format="#,##0.#%" if share < 0.01 else "#,##0%", locale=language))


def format_date(partial_date: str, language: Language) -> str:
    """A date that is known to the year, the month or the day.

    >>> format_date("2026-02-05", "vi"), format_date("2026-02-05", "en"), format_date("2026-02", "vi")
    ('05/02/2026', '5 February 2026', '02/2026')
    """
    pattern = _DATE_PATTERNS[language][partial_date.count("-")]
    return str(dates.format_date(last_day(partial_date), format=pattern, locale=language))


def format_moment(moment: datetime, language: Language) -> str:
    """A moment in the time of Hanoi.

    >>> from datetime import UTC
    >>> format_moment(datetime(2026, 2, 5, 17, 30, tzinfo=UTC), "vi")
    '00:30 06/02/2026'
    """
    local = moment.astimezone(HANOI_TIME)
    return f"{local:%H:%M} {format_date(f'{local:%Y-%m-%d}', language)}"


def place_name(place: str, language: Language) -> str:
    """The name of a country that is given by its code of two letters; any other place as it is.

    >>> place_name("DE", "vi"), place_name("Hà Nội", "vi")
    ('Đức', 'Hà Nội')
    """
    return str(Locale(language).territories.get(place, place))


def reading_language(text: str, page_language: Language) -> Language:
    """The language in which a screen reader should read a text of the network.

    Most texts are Vietnamese. A text of plain ASCII is read in the language of the page.

    >>> reading_language("Đại học Thủy lợi", "en"), reading_language("FPT Software", "en")
    ('vi', 'en')
    """
    return page_language if text.isascii() else "vi"
