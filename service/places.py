"""Places named in a request, matched without regard to diacritics or to the language of a country's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Self

from babel import Locale

from graph.folding import fold


@dataclass(frozen=True, slots=True)
class RequestedPlace:
    """A place to look for.

    Attributes
    ----------
    names
        Folded names of the place: the requested one, and for a country its names in both languages.
    code
        Code of the country in two capital letters; None if the place is no country.
    """

    names: frozenset[str]
    code: str | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """The place that a text names: a district, a city, a country, or the code of a country.

        >>> sorted(RequestedPlace.of("nhat ban").names), RequestedPlace.of("jp").code
        (['japan', 'nhat ban'], 'JP')
        """
        folded = fold(text)
        code = _country_codes().get(folded)
        if code is None and text.strip().upper() in _country_names():
            code = text.strip().upper()
            return cls(_country_names()[code], code)
        return cls(frozenset({folded} if folded else ()) | _country_names().get(code or "", frozenset()), code)

    def holds(self, district_or_city: str | None, country: str | None) -> bool:
        """Whether an actor is there: its district or city holds a name as whole words, or its country is the place.

        >>> RequestedPlace.of("ha noi").holds("Gia Lâm, Hà Nội", None), RequestedPlace.of("Hà").holds("Hà Nội", None)
        (True, True)
        >>> RequestedPlace.of("Việt Nam").holds(None, "VN"), RequestedPlace.of("VN").holds("Số 2 VN, Huế", None)
        (True, False)
        """
        if country is not None and (country.upper() == self.code or fold(country) in self.names):
            return True
        words = f" {fold(district_or_city or '')} "
        return any(f" {name} " in words for name in self.names)


@cache
def _country_names() -> Mapping[str, frozenset[str]]:
    """The folded names of each country, by its code."""
    vietnamese, english = (Locale(language).territories for language in ("vi", "en"))
    codes = sorted(str(code) for code in {*vietnamese} & {*english})
    return {
        code: frozenset({fold(vietnamese[code]), fold(english[code])})
        for code in codes
        if len(code) == 2 and code.isalpha()
    }


@cache
def _country_codes() -> Mapping[str, str]:
    """The code of each country, by each of its folded names."""
    return {name: code for code, names in _country_names().items() for name in names}
