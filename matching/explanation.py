"""Reasons: the score's own terms, in words, with the rows that show them."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from babel import Locale

from graph.kinds import Language, load_kinds
from matching.features import FEATURES
from matching.query import Reason, Side
from matching.ranker import DoubleArray
from matching.rows import IndexArray
from matching.telling import TOLD_BY, Suggested
from matching.view import QueryView

_SEPARATORS = {"offers": "; ", "needs": "; ", "fields": " · "}  # these hold commas themselves
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
    totals = (contributions @ _HAS_REASON).tolist()
    is_told = (contributions != 0) @ _HAS_REASON > 0
    suggested = Suggested(view, candidates)
    told = {
        reason: TOLD_BY[reason](suggested)
        for reason, any_told in zip(_REASONS, is_told.any(axis=0), strict=True)
        if any_told
    }
    explained = []
    for place, (terms, told_here) in enumerate(zip(totals, is_told.tolist(), strict=True)):
        weighed = [
            (-abs(contribution), *told[reason][place], contribution)
            for reason, contribution, is_one in zip(_REASONS, terms, told_here, strict=True)
            if is_one
        ]
        weighed.sort()  # codes differ, so that nothing beyond them is compared
        explained.append(tuple([Reason(code, term, params, evidence) for _, code, params, evidence, term in weighed]))
    return explained


def render(reason: Reason, language: Language, side: Side = "asker") -> str:
    """The sentence of a reason in one language, for the asker or for the partner suggested to it."""
    sentences = _sentences()[reason.code]
    if reason.contribution < 0:
        template = sentences[f"minus_{language}"]
    else:
        template = sentences[f"partner_{language}" if side == "candidate" else language]
    if not reason.params:
        return template
    return template.format(**{name: _say(name, value, language) for name, value in reason.params.items()})


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("matching").joinpath("reasons.toml").read_text(encoding="utf-8"))


@cache
def _territories(language: Language) -> Mapping[str, str]:
    return dict(Locale(language).territories)


def _say(name: str, value: object, language: Language) -> str:
    if isinstance(value, tuple):
        said = (load_kinds().field_label(text, language) for text in value) if name == "fields" else map(str, value)
        return _SEPARATORS.get(name, ", ").join(said)
    if name == "kind":
        kind = load_kinds().actor.get(str(value))
        return kind.label[language] if kind else str(value)
    if name == "place":
        return str(_territories(language).get(str(value), value))
    return str(value)
