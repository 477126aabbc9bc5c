"""The words that people read: one catalogue for each language, in ``graph/locales``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from babel.numbers import format_decimal

from graph.kinds import Language

Section = Literal["page", "command", "help", "evaluation", "problem", "request", "issue", "reason"]
"""The sections of a catalogue.

- ``page``: texts of the web pages
- ``command``: what the commands print
- ``help``: the help of the commands
- ``evaluation``: the report of an evaluation
- ``problem``: titles and details of failed requests
- ``request``: errors in one part of a request
- ``issue``: problems in files and rows
- ``reason``: reasons for and against a suggested partner
"""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts of one section in one language.

    Attributes
    ----------
    texts
        Text by key. A text may hold ``{parameters}``. A text that depends on a count is a mapping with the keys ``one``
        and ``other``.
    """

    language: Language
    texts: Mapping[str, str | Mapping[str, str]]

    def template(self, key: str, n: object = None) -> str:
        """The text of a key before its parameters are filled in, in the form for the count ``n``.

        Raises
        ------
        KeyError
            The section has no such key.
        """
        entry = self.texts[key]
        return entry if isinstance(entry, str) else entry["one" if n == 1 else "other"]

    def text(self, key: str, **parameters: object) -> str:
        """The text of a key with its parameters filled in; whole numbers are written as the language writes them.

        Raises
        ------
        KeyError
            The section has no such key, or a parameter of the text is missing.

        Examples
        --------
        >>> Catalogue("en", {"hit": {"one": "{n} hit", "other": "{n} hits"}}).text("hit", n=1200)
        '1,200 hits'
        """
        return self._filled(self.template(key, parameters.get("n")), parameters)

    def page_text(self, key: str, **parameters: object) -> str:
        r"""The text of a key as :meth:`text` gives it, without a line break between a count and its noun.

        >>> Catalogue("en", {"hit": "{n} hits"}).page_text("hit", n=12)
        '12\xa0hits'
        """
        template = self.template(key, parameters.get("n"))
        return self._filled(template.replace("{n} ", "{n}\N{NO-BREAK SPACE}"), parameters)

    def _filled(self, template: str, parameters: Mapping[str, object]) -> str:
        return template.format_map(
            {
                name: format_decimal(value, locale=self.language) if isinstance(value, int) else value
                for name, value in parameters.items()
            }
        )


@cache
def load_catalogue(language: Language, section: Section) -> Catalogue:
    """One section of the catalogue that ships with Ketnoi.

    >>> load_catalogue("en", "issue").text("bad_number.message", value="ten")
    '“ten” is not a number.'
    """
    return Catalogue(language, _sections(language)[section])


@cache
def _sections(language: Language) -> Mapping[str, Mapping[str, str | Mapping[str, str]]]:
    sections: Mapping[str, Mapping[str, str | Mapping[str, str]]] = json.loads(
        files("graph").joinpath("locales", f"{language}.json").read_text(encoding="utf-8")
    )
    return sections
