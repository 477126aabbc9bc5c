"""Reasons: the score's own terms, in words, with the rows that show them."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
import numpy.typing as npt
from babel import Locale

from graph.kinds import Language, load_kinds
from matching.concordance import Asked, words_in_common
from matching.features import FEATURES
from matching.links import MAX_PROJECT_SIZE
from matching.query import Evidence, Reason, Side
from matching.ranker import DoubleArray
from matching.rows import IndexArray, columns_of, dense_row, values_of
from matching.text import FloatArray
from matching.view import QueryView

_N_SHOWN = 3
"""Names, titles or words that one reason gives at most."""
_RECENT_YEARS = 3.0
_SEPARATORS = {"offers": "; ", "needs": "; ", "fields": " · "}  # these hold commas themselves

BoolArray = npt.NDArray[np.bool_]
Told = tuple[str, Mapping[str, object], tuple[Evidence, ...]]
"""Code, parameters and evidence of a reason."""


class Explainer:
    """Tells the reasons for the suggestions of one query; what they share is computed once.

    Projects are numbered as in :attr:`~matching.links.LinkIndex.project_order`: the least is the latest.

    Parameters
    ----------
    view
        The query.
    """

    def __init__(self, view: QueryView) -> None:
        self.view = view
        self.index = view.index
        self.shown = view.index.shown
        self._ties_of_asker: dict[int, tuple[Evidence, ...]] = {}

    def explain(self, candidate: int, contributions: DoubleArray) -> tuple[Reason, ...]:
        """The reasons for one suggestion, the weightiest first.

        Parameters
        ----------
        candidate
            Row of the actor suggested.
        contributions
            What each feature adds to its score, shape (n_features,). Those of features with one reason are added up,
            so that the contributions of the reasons add up to the score as well.
        """
        totals: dict[str, float] = {}
        for reason, contribution in zip(_REASONS, contributions.tolist(), strict=True):
            if contribution != 0:
                totals[reason] = totals.get(reason, 0.0) + contribution
        reasons = []
        for reason, contribution in totals.items():
            code, params, evidence = _TOLD_BY[reason](self, candidate)
            reasons.append(Reason(code=code, contribution=contribution, params=params, evidence=evidence))
        return tuple(sorted(reasons, key=lambda reason: (-abs(reason.contribution), reason.code)))

    @cached_property
    def links(self) -> FloatArray:
        """Links of the asker to every actor, shape (n_actors,)."""
        asker = self.view.actor
        return dense_row(self.index.links, asker) if asker is not None else np.zeros_like(self.index.degree)

    @cached_property
    def asked(self) -> Asked:
        """The words that the asker says: those of a brief, or of a member's profile and projects."""
        if self.view.actor is None:
            return self.index.concordance.asked_by(self.view.text)
        return self.index.concordance.asked_by_texts(self.texts_of(self.view.actor))

    @cached_property
    def needs(self) -> frozenset[int]:
        """Dimensions of the words of what is sought."""
        return frozenset(self.view.needs.indices.tolist())

    @cached_property
    def offers(self) -> frozenset[int]:
        """Dimensions of the words of what the asker offers, or of all it says."""
        offered = self.view.offers if self.view.offers.nnz else self.view.words
        return frozenset(offered.indices.tolist())

    @cached_property
    def nearness(self) -> IndexArray:
        """Place of each project among those similar to the query, from 0; -1 where it is none of them."""
        rows, _ = self.view.similar_projects
        nearness = np.full(self.index.snapshot.n_projects, -1, np.intp)
        nearness[rows] = np.arange(len(rows))
        return nearness[self.index.project_order]

    @cached_property
    def in_fields(self) -> BoolArray:
        """Whether each project is in the query's fields."""
        return (self.index.project_fields @ self.view.fields > 0)[self.index.project_order]

    @cached_property
    def n_recent(self) -> int:
        """Number of recent projects, which are the first ones."""
        return int(np.count_nonzero(self.index.project_age_years < _RECENT_YEARS))

    @cached_property
    def is_small(self) -> BoolArray:
        """Whether each project is small enough to link its members."""
        return (self.index.snapshot.project_size <= MAX_PROJECT_SIZE)[self.index.project_order]

    def projects_of(self, actor: int) -> IndexArray:
        """Places of an actor's projects, the latest first."""
        return columns_of(self.index.memberships_by_date, actor)

    def texts_of(self, actor: int) -> IndexArray:
        """Rows of the concordance: an actor's own text and those of its projects."""
        return np.concatenate([[actor], self.index.snapshot.n_actors + columns_of(self.index.memberships, actor)])

    def project(self, place: int) -> Evidence:
        """The row of a project."""
        return self.shown.project(self.index.project_order[place])

    def ties(self, asker: int, candidate: int, through: Sequence[int]) -> tuple[Evidence, ...]:
        """What ties the asker and then the candidate to each actor between them, each row once."""
        has_taken_part = self._is_project_of(candidate)
        evidence: list[Evidence] = []
        for middle in through:
            if middle not in self._ties_of_asker:  # good candidates share their partners, look them up once
                self._ties_of_asker[middle] = self._ties_between(asker, self._is_project_of_asker, middle)
            evidence += self._ties_of_asker[middle]
            evidence += self._ties_between(candidate, has_taken_part, middle)
        return tuple(dict.fromkeys(evidence))

    @cached_property
    def _is_project_of_asker(self) -> BoolArray:
        return self._is_project_of(self.view.actor or 0)

    def _is_project_of(self, actor: int) -> BoolArray:
        is_project = np.zeros(len(self.is_small), bool)
        is_project[self.projects_of(actor)] = True
        return is_project & self.is_small

    def _ties_between(self, one: int, has_taken_part: BoolArray, other: int) -> tuple[Evidence, ...]:
        """The relationships of two actors, else the latest small project they share."""
        ties = self.shown.ties(one, other, _N_SHOWN)
        projects = self.projects_of(other)
        if ties or not len(projects):
            return ties
        is_shared = has_taken_part[projects]
        latest = int(is_shared.argmax())
        return (self.project(projects[latest]),) if is_shared[latest] else ()


def explain(view: QueryView, candidate: int, contributions: DoubleArray) -> tuple[Reason, ...]:
    """The reasons for one suggestion alone; see :meth:`Explainer.explain`."""
    return Explainer(view).explain(candidate, contributions)


def render(reason: Reason, language: Language, side: Side = "asker") -> str:
    """The sentence of a reason in one language, for the asker or for the partner suggested to it."""
    sentences = _sentences()[reason.code]
    if reason.contribution < 0:
        template = sentences[f"minus_{language}"]
    else:
        template = sentences[f"partner_{language}" if side == "candidate" else language]
    return template.format(**{name: _say(name, value, language) for name, value in reason.params.items()})


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("matching").joinpath("reasons.toml").read_text(encoding="utf-8"))


def _say(name: str, value: object, language: Language) -> str:
    kinds = load_kinds()
    if isinstance(value, tuple):
        said = [kinds.field_label(text, language) if name == "fields" else str(text) for text in value]
        return _SEPARATORS.get(name, ", ").join(said)
    if name == "kind":
        kind = kinds.actor.get(str(value))
        return kind.label[language] if kind else str(value)
    if name == "place":
        return str(Locale(language).territories.get(str(value), value))
    return str(value)


def _connection(query: Explainer, candidate: int) -> Told:
    asker = query.view.actor
    if asker is None:
        return "no_connection", {}, ()
    links = query.index.links
    linked, strength = columns_of(links, candidate), values_of(links, candidate)
    (shared,) = query.links[linked].nonzero()
    middles = linked[shared]
    between = query.links[middles] * (strength[shared] * query.index.damping[middles])
    through = middles[_largest(between, middles)].tolist()
    if not through:
        return ("connection_far" if query.view.two_hop[linked].any() else "no_connection"), {}, ()
    names = tuple(query.shown.names[row] for row in through)
    return "connection", {"through": names}, query.ties(asker, candidate, through)


def _similar_work(query: Explainer, candidate: int) -> Told:
    projects = query.projects_of(candidate)
    nearness = query.nearness[projects]
    (similar,) = (nearness >= 0).nonzero()
    if not len(similar):
        in_company = query.view.votes[columns_of(query.index.links, candidate)].any()
        return ("similar_company" if in_company else "no_similar_work"), {}, ()
    best = projects[similar[nearness[similar].argsort()[:_N_SHOWN]]]
    titles = tuple(query.shown.titles[row] for row in query.index.project_order[best])
    return "similar_work", {"projects": titles}, tuple(map(query.project, best))


def _similar_words(query: Explainer, candidate: int) -> Told:
    words = words_in_common(query.asked, query.index.concordance, query.texts_of(candidate), _N_SHOWN)
    if not words:
        return "no_similar_words", {}, ()
    return "similar_words", {"words": words}, (query.shown.actor(candidate),)


def _offer(query: Explainer, candidate: int) -> Told:
    if query.needs.isdisjoint(columns_of(query.index.words.offers, candidate).tolist()):
        return "no_offer", {}, ()
    return "offer", {"offers": query.shown.offers[candidate]}, (query.shown.actor(candidate),)


def _need(query: Explainer, candidate: int) -> Told:
    if query.offers.isdisjoint(columns_of(query.index.words.needs, candidate).tolist()):
        return "no_need", {}, ()
    return "need", {"needs": query.shown.needs[candidate]}, (query.shown.actor(candidate),)


def _concepts(query: Explainer, candidate: int) -> Told:
    view = query.view
    asked, said = query.index.subjects.shared_words(view.text, view.asked_concepts, candidate, _N_SHOWN)
    if not asked:
        return ("concepts_far" if view.concept_likeness[candidate] else "no_concepts"), {}, ()
    if not said:
        return "concepts_near", {"words": asked}, (query.shown.actor(candidate),)
    return "concepts", {"words": asked, "said": said}, (query.shown.actor(candidate),)


def _sought(query: Explainer, candidate: int) -> Told:
    view = query.view
    words = query.index.sorts.words_for(view.text, candidate) if view.actor is None else ()
    if not words:
        return "no_sought", {}, ()
    return "sought", {"words": words[:_N_SHOWN]}, (query.shown.actor(candidate),)


def _fields(query: Explainer, candidate: int) -> Told:
    of_candidate = query.index.actor_fields
    columns = columns_of(of_candidate, candidate)
    weight = values_of(of_candidate, candidate) * query.view.fields[columns]
    shown = [query.index.field_ids[columns[place]] for place in _largest(weight, columns) if weight[place] > 0]
    if not shown:
        return "no_shared_fields", {}, ()
    return "fields", {"fields": tuple(shown)}, (query.shown.actor(candidate),)


def _fields_activity(query: Explainer, candidate: int) -> Told:
    projects = query.projects_of(candidate)
    in_fields = projects[query.in_fields[projects]]
    n_recent = int(in_fields.searchsorted(query.n_recent))
    if not n_recent:
        return ("fields_past" if len(in_fields) else "no_fields_activity"), {}, ()
    return "fields_activity", {"count": n_recent}, tuple(map(query.project, in_fields[:n_recent][:_N_SHOWN]))


def _activity(query: Explainer, candidate: int) -> Told:
    projects = query.projects_of(candidate)
    n_recent = int(projects.searchsorted(query.n_recent))
    partners = int(query.index.degree[candidate])
    if not n_recent:
        return ("standing", {"partners": partners}, ()) if partners else ("no_activity", {}, ())
    evidence = tuple(map(query.project, projects[:n_recent][:_N_SHOWN]))
    return "activity", {"count": n_recent, "partners": partners}, evidence


def _place(query: Explainer, candidate: int) -> Told:
    code = int(query.index.country[candidate])
    if code < 0:
        return "no_place", {}, ()
    return "place", {"place": query.index.gazetteer.codes[code]}, (query.shown.actor(candidate),)


def _kind(query: Explainer, candidate: int) -> Told:
    return "kind", {"kind": query.shown.kinds[candidate]}, (query.shown.actor(candidate),)


_REASONS = tuple(feature.reason for feature in FEATURES)
_TOLD_BY: Mapping[str, Callable[[Explainer, int], Told]] = {
    "connection": _connection,
    "similar_work": _similar_work,
    "similar_words": _similar_words,
    "offer": _offer,
    "need": _need,
    "concepts": _concepts,
    "sought": _sought,
    "fields": _fields,
    "fields_activity": _fields_activity,
    "activity": _activity,
    "place": _place,
    "kind": _kind,
}


def _largest(values: FloatArray, columns: IndexArray) -> IndexArray:
    """Places of the few largest values, the largest first, ties by column."""
    if len(values) > _N_SHOWN:
        least = np.partition(values, -_N_SHOWN)[-_N_SHOWN]
        (near_top,) = (values >= least).nonzero()
        return near_top[np.lexsort((columns[near_top], -values[near_top]))][:_N_SHOWN]
    return np.lexsort((columns, -values))
