"""How the results of an evaluation are written: names of methods and of splits, and numbers."""

from math import isfinite
from typing import TYPE_CHECKING

from babel.numbers import format_decimal, format_percent

from graph.kinds import Language, load_kinds
from graph.wording import Catalogue

if TYPE_CHECKING:
    from matching.evaluation.report import Split


def method_name(name: str, words: Catalogue) -> str:
    """The name of a method in the language of the reader; names of algorithms stay as they are."""
    key = f"method.{name}"
    return words.text(key) if key in words.texts else name


def split_name(split: "Split", words: Catalogue) -> str:
    """The name of a part of the queries in the language of the reader."""
    if split.by == "history":
        return words.text("split.history", count=split.part[0])
    kinds = load_kinds().actor
    labels = [kinds[kind].short_label[words.language] if kind in kinds else kind for kind in split.part]
    return words.text("split.kinds", asker=labels[0], partner=labels[1])


def decimal(value: float, n_decimals: int, language: Language) -> str:
    """A number with a fixed number of decimals; a dash for a ratio to nothing.

    >>> decimal(0.1634, 3, "en"), decimal(0.1634, 3, "vi"), decimal(float("inf"), 3, "en")
    ('0.163', '0,163', '–')
    """
    if not isfinite(value):
        return "–"
    return str(format_decimal(value, format=f"0.{'0' * n_decimals}", locale=language))


def percent(share: float, language: Language) -> str:
    """A share in percent with one decimal.

    >>> percent(0.0184, "en"), percent(0.0184, "vi")
    ('1.8%', '1,8%')
    """
    return str(format_percent(share, format="0.0%", locale=language))
