"""Countries of actors, and the countries a text names, in Vietnamese and English."""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files

import numpy as np
from babel import Locale
from scipy import sparse
from sklearn.linear_model import Ridge

from graph.folding import fold, place_tones
from graph.snapshot import GraphSnapshot
from matching.arrays import FloatArray, IndexArray
from matching.kernels.sparse_rows import SparseRow
from matching.text.terms import is_accented

_WORD = re.compile(r"\w+")
_HOME = "VN"
"""Country of an actor that names a place inside Vietnam and no country."""
_CODES = {"EL": "GR", "UK": "GB"}
"""European Union codes that differ from ISO 3166."""
_EVERYDAY_NAMES = {
    "hoa kỳ": "US", "mỹ": "US", "usa": "US", "united states of america": "US", "hàn quốc": "KR", "korea": "KR",
    "úc": "AU", "đức": "DE", "pháp": "FR", "anh quốc": "GB", "vương quốc anh": "GB", "uk": "GB", "england": "GB",
    "việt nam": "VN", "viet nam": "VN", "vietnam": "VN", "nga": "RU", "holland": "NL", "czech republic": "CZ",
    "turkey": "TR",
}  # fmt: skip
_MIN_PROJECTS = 100
_MIN_SHARE = 0.005
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
        self.actor_country: IndexArray = np.array([order[code] if code else -1 for code in known], np.intp)
        self._order = order

    def code_of(self, country: str | None, place: str | None) -> int:
        """Country code of a profile's place columns, -1 where unknown or without an actor."""
        return self._order.get(_country_of(country, place) or "", -1)

    def named_in(self, text: str) -> list[int]:
        """Country codes that a text names, in the order of their mention.

        In a text with Vietnamese diacritics the names have theirs as well: "ba lần" is thrice and no Poland.
        """
        found = (self._order.get(code, -1) for code in _countries_in(text))
        return list(dict.fromkeys(code for code in found if code >= 0))

    def region_of(self, text: str) -> list[int]:
        """Country codes of the regions a text names, ascending."""
        words = f" {' '.join(_written(text))} "
        named = {code for region, codes in _REGIONS.items() if f" {region} " in words for code in codes}
        return sorted(self._order[code] for code in named & self._order.keys())

    def name(self, code: int, language: str) -> str:
        """Name of a country."""
        return str(Locale(language).territories.get(self.codes[code], self.codes[code]))


class CountryReader:
    """Learns from past projects which countries a text is about (ridge regression from words to member countries).

    Parameters
    ----------
    words
        CSR of float32, shape (n_projects, n_dimensions).
    countries
        CSR of float32, shape (n_projects, n_countries): members by country.
    """

    def __init__(self, words: sparse.csr_array, countries: sparse.csr_array) -> None:
        present = (countries.toarray() > 0).astype(np.float32)
        self.usual: FloatArray = present.mean(axis=0) if len(present) else np.zeros(present.shape[1])
        self._columns = np.flatnonzero(self.usual > _MIN_SHARE)
        self._weights = np.zeros((words.shape[1], 0), np.float32)
        self._intercept = np.zeros(0, np.float32)
        if words.shape[0] >= _MIN_PROJECTS and len(self._columns) > 1:
            model = Ridge(alpha=1.0, solver="sparse_cg", max_iter=30, tol=1e-3)
            model.fit(sparse.csr_matrix(words), present[:, self._columns])
            self._weights = np.ascontiguousarray(model.coef_.T, dtype=np.float32)
            self._intercept = np.asarray(model.intercept_, dtype=np.float32)

    def read(self, words: SparseRow) -> FloatArray:
        """Share of projects with such words that have a member from each country, 0 to 1, shape (n_countries,).

        Zero throughout where there was too little to learn from.

        Parameters
        ----------
        words
            The words of a text as a vector.
        """
        likely = np.zeros(len(self.usual), np.float32)
        if len(self._intercept) and len(words.columns):
            read = words.values @ self._weights[words.columns] + self._intercept
            likely[self._columns] = np.clip(read, 0, 1)
        return likely


def _written(text: str) -> list[str]:
    return _WORD.findall(place_tones(text.lower()))


def _names() -> dict[str, str]:
    """Country by its name as it is written, words apart by one space, in both languages."""
    official = {
        " ".join(_written(name)): code
        for language in ("en", "vi")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    return official | {" ".join(_written(name)): code for name, code in _EVERYDAY_NAMES.items()}


_PLACES = tomllib.loads(files("matching.index").joinpath("countries.toml").read_text(encoding="utf-8"))
_REGIONS: dict[str, list[str]] = {" ".join(_written(name)): codes for name, codes in _PLACES["regions"].items()}
_PEOPLE = {" ".join(_written(name)): code for code, names in _PLACES["people"].items() for name in names}
_COUNTRY_BY_WRITTEN_NAME = _names()
_COUNTRY_BY_NAME = {fold(name): code for name, code in _COUNTRY_BY_WRITTEN_NAME.items()}


def _country_of(country: str | None, place: str | None) -> str | None:
    if country:
        code = country.strip().upper()
        return _CODES.get(code, code) if len(code) == 2 else _COUNTRY_BY_NAME.get(fold(country), country)
    if not place:
        return None
    return _COUNTRY_BY_NAME.get(fold(place.rpartition(",")[2]), _HOME)


def _countries_in(text: str) -> Iterator[str]:
    words = _written(text)
    known = (_COUNTRY_BY_WRITTEN_NAME if is_accented(text) else _COUNTRY_BY_NAME) | _PEOPLE
    for start in range(len(words)):
        for length in (4, 3, 2, 1):
            name = " ".join(words[start : start + length])
            if name in known and fold(name) not in _AMBIGUOUS and (length > 1 or len(name) > 3):
                yield known[name]
                break
