"""The countries that a text or a column of places names, in Vietnamese and English.

Official names come from the Unicode CLDR; everyday names, peoples, cities and regions are data (``countries.toml``).
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from tomllib import loads
from typing import Any, NamedTuple

from babel import Locale

from graph.folding import fold, place_tones
from matching.text.word_forms import is_accented

_WORD = re.compile(r"\w+")
_MAX_WORDS = 4
"""Words of the longest name that is looked for in running text."""
_MIN_LETTERS = 4
"""Letters of the shortest name of one word that is looked for in running text: shorter ones are often syllables."""


class _Names(NamedTuple):
    """Names as they are compared, words one space apart.

    Attributes
    ----------
    written, folded
        Codes of countries by name with diacritics, and by name without.
    people
        Codes by word for the people or a city of a country.
    regions
        Codes of the countries of each region.
    ambiguous
        Folded names that do not count in running text.
    """

    written: dict[str, str]
    folded: dict[str, str]
    people: dict[str, str]
    regions: dict[str, list[str]]
    ambiguous: frozenset[str]


@cache
def _rows() -> dict[str, Any]:
    return loads(files("matching.text").joinpath("countries.toml").read_text(encoding="utf-8"))


@cache
def _names() -> _Names:
    rows = _rows()
    written = {
        _joined(name): code
        for language in ("en", "vi")
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    written |= {_joined(name): code for code, names in rows["names"].items() for name in names}
    return _Names(
        written=written,
        folded={fold(name): code for name, code in written.items()},
        people={_joined(name): code for code, names in rows["people"].items() for name in names},
        regions={_joined(name): codes for name, codes in rows["regions"].items()},
        ambiguous=frozenset(rows["ambiguous"]),
    )


def country_of(country: str | None, place: str | None) -> str | None:
    """ISO 3166 code of the country that the columns of an actor's place state, None where both are empty.

    >>> country_of("EL", None), country_of("Nhật Bản", None), country_of(None, "Lyon, Pháp"), country_of(None, "Hà Nội")
    ('GR', 'JP', 'FR', 'VN')
    """
    folded = _names().folded
    if country:
        code = country.strip().upper()
        return _rows()["codes"].get(code, code) if len(code) == 2 else folded.get(fold(country), country)
    if not place:
        return None
    return folded.get(fold(place.rpartition(",")[2]), str(_rows()["home"]))


def countries_in(text: str) -> Iterator[str]:
    """Codes of the countries that a text names, in the order of their mention; one may come several times.

    In a text with Vietnamese diacritics a name must have its own: "ba lần" means thrice and is not Poland.

    >>> list(countries_in("Hợp tác với Nhật Bản và một trường ở Berlin"))
    ['JP', 'DE']
    """
    names = _names()
    words = _words(text)
    known = (names.written if is_accented(text) else names.folded) | names.people
    for start in range(len(words)):
        for length in range(_MAX_WORDS, 0, -1):
            name = " ".join(words[start : start + length])
            if name in known and fold(name) not in names.ambiguous and (length > 1 or len(name) >= _MIN_LETTERS):
                yield known[name]
                break


def countries_of_regions_in(text: str) -> set[str]:
    """Codes of all countries of the regions that a text names.

    >>> sorted(countries_of_regions_in("partners in the Iberian peninsula"))
    ['ES', 'PT']
    """
    words = f" {' '.join(_words(text))} "
    return {code for region, codes in _names().regions.items() if f" {region} " in words for code in codes}


def _words(text: str) -> list[str]:
    return _WORD.findall(place_tones(text.lower()))


def _joined(name: str) -> str:
    return " ".join(_words(name))
