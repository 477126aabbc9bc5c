"""Countries of actors, and the countries a text names, in Vietnamese and English."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from babel import Locale

from graph.folding import fold
from graph.snapshot import GraphSnapshot

_HOME = "VN"
"""Country of an actor that names a place inside Vietnam and no country."""
_CODES = {"EL": "GR", "UK": "GB"}
"""European Union codes that differ from ISO 3166."""
_EVERYDAY_NAMES = {
    "hoa ky": "US", "my": "US", "usa": "US", "united states of america": "US", "han quoc": "KR", "korea": "KR",
    "uc": "AU", "duc": "DE", "phap": "FR", "anh quoc": "GB", "vuong quoc anh": "GB", "uk": "GB", "england": "GB",
    "viet nam": "VN", "vietnam": "VN", "nga": "RU", "holland": "NL", "czech republic": "CZ", "turkey": "TR",
}  # fmt: skip
_AMBIGUOUS = frozenset(
    {"my", "uc", "duc", "nga", "phap", "ao", "y", "an do", "bi", "chad", "jordan", "georgia", "guinea"}
)
"""Folded names that are also everyday words; they count in a place column, not in running text."""


class Gazetteer:
    """The countries of a network's actors.

    Attributes
    ----------
    codes
        ISO 3166 codes of the countries with an actor, ascending; their places are the country codes of a snapshot.
    actor_country
        Country of each actor as a place in :attr:`codes`, -1 where unknown, shape (n_actors,).
    """

    def __init__(self, snapshot: GraphSnapshot) -> None:
        tables = snapshot.tables.actors
        countries = tables["country"].to_pylist()
        places = tables["district_or_city"].to_pylist()
        known = [_country_of(country, place) for country, place in zip(countries, places, strict=True)]
        self.codes: list[str] = sorted({code for code in known if code})
        order = {code: index for index, code in enumerate(self.codes)}
        self.actor_country: npt.NDArray[np.intp] = np.array([order[code] if code else -1 for code in known], np.intp)
        self._order = order

    def code_of(self, country: str | None, place: str | None) -> int:
        """Country code of a profile's place columns, -1 where unknown or without an actor."""
        return self._order.get(_country_of(country, place) or "", -1)

    def named_in(self, text: str) -> list[int]:
        """Country codes that a text names, in the order of their mention."""
        words = fold(text).split()
        found = (self._order.get(code, -1) for code in _countries_in(words))
        return list(dict.fromkeys(code for code in found if code >= 0))

    def name(self, code: int, language: str) -> str:
        """Name of a country."""
        return str(Locale(language).territories.get(self.codes[code], self.codes[code]))


def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in ("vi", "en"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(fold(name), code)
    return names | _EVERYDAY_NAMES


_COUNTRY_BY_NAME = _names()


def _country_of(country: str | None, place: str | None) -> str | None:
    if country:
        code = country.strip().upper()
        return _CODES.get(code, code) if len(code) == 2 else _COUNTRY_BY_NAME.get(fold(country), country)
    if not place:
        return None
    return _COUNTRY_BY_NAME.get(fold(place.rpartition(",")[2]), _HOME)


def _countries_in(words: list[str]) -> Iterator[str]:
    for start in range(len(words)):
        for length in (4, 3, 2, 1):
            name = " ".join(words[start : start + length])
            if name in _COUNTRY_BY_NAME and name not in _AMBIGUOUS and (length > 1 or len(name) > 3):
                yield _COUNTRY_BY_NAME[name]
                break
