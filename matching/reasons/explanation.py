"""Reasons: the score's own terms, in words, with the rows that show them."""

from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter
from typing import NamedTuple

import numpy as np
from babel import Locale

from graph.kinds import Language, load_kinds
from graph.wording import load_catalogue
from matching.arrays import DoubleArray, IndexArray
from matching.features import FEATURES
from matching.query_view import QueryView
from matching.questions import Reason, Side
from matching.reasons.facts import TOLD_BY, Suggested

_REASONS = tuple(dict.fromkeys(feature.reason for feature in FEATURES))
_HAS_REASON = np.array([[feature.reason == reason for reason in _REASONS] for feature in FEATURES], np.float64)


def explain(view: QueryView, candidates: IndexArray, contributions: DoubleArray) -> list[tuple[Reason, ...]]:
    """The reasons for each of some suggestions, the weightiest first.

    Parameters
    ----------
    view
        The query.
    candidates
        Rows of the actors suggested, shape (n_candidates,).
    contributions
        What each feature adds to each score, shape (n_candidates, n_features). Those of features with one reason are
        added up, so that the contributions of the reasons add up to the score as well.
    """
    totals = contributions @ _HAS_REASON
    is_told = (contributions != 0) @ _HAS_REASON > 0
    weightiest_first = np.argsort(np.where(is_told, -np.abs(totals), np.inf), axis=1, kind="stable")
    suggested = Suggested(view, candidates)
    told = [
        TOLD_BY[reason](suggested) if any_told else []
        for reason, any_told in zip(_REASONS, is_told.any(axis=0).tolist(), strict=True)
    ]
    told_of_each = zip(totals.tolist(), weightiest_first.tolist(), is_told.sum(axis=1).tolist(), strict=True)
    explained = []
    for place, (terms, numbers, n_told) in enumerate(told_of_each):
        reasons = []
        for number in numbers[:n_told]:
            code, params, evidence = told[number][place]
            reasons.append(Reason(code, terms[number], params, evidence))
        explained.append(tuple(reasons))
    return explained


def render(reason: Reason, language: Language, side: Side = "asker") -> str:
    """The sentence of a reason in one language, for the asker or for the partner suggested to it."""
    start, rest = _template(reason.code, language, side, reason.contribution < 0)
    for name, say, after in rest:
        start += say(reason.params[name], language) + after
    return start


Say = Callable[[object, Language], str]


class _Template(NamedTuple):
    """A sentence: how it starts, and of each parameter its name, how it is said and what comes after it."""

    start: str
    rest: tuple[tuple[str, Say, str], ...]


@cache
def _template(code: str, language: Language, side: Side, lowers: bool) -> _Template:  # noqa: FBT001
    sentence = load_catalogue(language, "reason").template(f"{code}.{'lowering' if lowers else side}")
    parts = list(Formatter().parse(sentence))  # each a text and the name that follows it, or None
    texts, names = [text for text, *_ in parts], [name for _, name, *_ in parts if name]
    if len(texts) == len(names):
        texts.append("")  # nothing follows the last name
    rest = zip(names, texts[1:], strict=True)
    return _Template(texts[0], tuple((name, _SAID.get(name, _as_text), text) for name, text in rest))


def _as_text(value: object, _: Language, separator: str = ", ") -> str:
    return separator.join(value) if isinstance(value, tuple) else str(value)


def _offers_or_needs(value: object, language: Language) -> str:
    return _as_text(value, language, "; ")  # these hold commas themselves


def _fields(value: object, language: Language) -> str:
    labels = tuple(load_kinds().field_label(field, language) for field in value) if isinstance(value, tuple) else value
    return _as_text(labels, language, " · ")


def _kind(value: object, language: Language) -> str:
    kind = load_kinds().actor.get(str(value))
    return kind.label[language] if kind else str(value)


def _place(value: object, language: Language) -> str:
    return str(_territories(language).get(str(value), value))


@cache
def _territories(language: Language) -> Mapping[str, str]:
    return dict(Locale(language).territories)


_SAID: Mapping[str, Say] = {
    "offers": _offers_or_needs,
    "needs": _offers_or_needs,
    "fields": _fields,
    "kind": _kind,
    "place": _place,
}
"""How parameters of these names are said; all others as they are."""
