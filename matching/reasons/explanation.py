"""Turns the contributions of a score into reasons, and reasons into sentences."""

from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter
from typing import NamedTuple

import numpy as np
from babel import Locale

from graph.kinds import Language, load_kinds
from graph.wording import load_catalogue
from matching.arrays import DoubleArray, IndexArray
from matching.features.feature import FeatureTable
from matching.features.standard import STANDARD
from matching.kernels.sums import sums_by_group
from matching.query_view import QueryView
from matching.questions import Reason, Side
from matching.reasons.facts import Suggested, facts_of


def explain(
    view: QueryView, candidates: IndexArray, contributions: DoubleArray, features: FeatureTable = STANDARD
) -> list[tuple[Reason, ...]]:
    """The reasons for each suggested actor, largest contribution first.

    Parameters
    ----------
    view
        The question.
    candidates
        Rows of the suggested actors, shape (n_candidates,).
    contributions
        What each feature adds to each score, float64, shape (n_candidates, n_features). Contributions of features that
        share a reason are added up, so that the reasons of an actor add up to its score as well.
    features
        The features, in the order of the columns of the contributions.
    """
    n_reasons, reason_of_feature = len(features.reasons), features.reason_of_feature
    totals = sums_by_group(contributions, reason_of_feature, n_reasons)
    is_given = sums_by_group((contributions != 0).astype(np.float64), reason_of_feature, n_reasons) > 0
    given = set(np.flatnonzero(np.any(is_given, axis=0)).tolist())
    largest_first = np.argsort(np.where(is_given, -np.abs(totals), np.inf), axis=1, kind="stable")
    suggested = Suggested(view, candidates)
    facts = [
        facts_of(reason, suggested, features.labels) if number in given else []
        for number, reason in enumerate(features.reasons)
    ]
    rows = zip(totals.tolist(), largest_first.tolist(), is_given.sum(axis=1).tolist(), strict=True)
    explained = []
    for place, (terms, numbers, n_given) in enumerate(rows):
        reasons = []
        for number in numbers[:n_given]:
            code, params, evidence = facts[number][place]
            reasons.append(Reason(code, terms[number], params, evidence))
        explained.append(tuple(reasons))
    return explained


def render(reason: Reason, language: Language, side: Side = "asker") -> str:
    """The sentence of a reason in one language, addressed to the asker or to the suggested candidate."""
    start, rest = _template(reason.code, language, side, reason.contribution < 0)
    for name, in_words, after in rest:
        start += in_words(reason.params[name], language) + after
    return start


InWords = Callable[[object, Language], str]


class _Template(NamedTuple):
    """A sentence with parameters.

    Attributes
    ----------
    start
        The text before the first parameter.
    rest
        For each parameter its name, the function that puts it into words, and the text that follows it.
    """

    start: str
    rest: tuple[tuple[str, InWords, str], ...]


@cache
def _template(code: str, language: Language, side: Side, is_negative: bool) -> _Template:  # noqa: FBT001
    sentence = load_catalogue(language, "reason").template(f"{code}.{'lowering' if is_negative else side}")
    parts = list(Formatter().parse(sentence))  # each a text and the name after it, or None
    texts, names = [text for text, *_ in parts], [name for _, name, *_ in parts if name]
    if len(texts) == len(names):
        texts.append("")  # no text follows the last name
    rest = zip(names, texts[1:], strict=True)
    return _Template(texts[0], tuple((name, _IN_WORDS.get(name, _as_text), text) for name, text in rest))


def _as_text(value: object, _: Language, separator: str = ", ") -> str:
    return separator.join(value) if isinstance(value, tuple) else str(value)


def _offers_or_needs(value: object, language: Language) -> str:
    return _as_text(value, language, "; ")  # an offer may itself contain a comma


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


def _label(value: object, language: Language) -> str:
    return str(value[language]) if isinstance(value, Mapping) else str(value)


_IN_WORDS: Mapping[str, InWords] = {
    "label": _label,
    "offers": _offers_or_needs,
    "needs": _offers_or_needs,
    "fields": _fields,
    "kind": _kind,
    "place": _place,
}
"""The functions that put a parameter into words, by its name; other parameters are shown as they are."""
