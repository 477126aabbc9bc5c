"""What the reasons of a question tell, and the rows that show it, for all its suggestions at once."""

from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from matching.concordance import Asked, words_in_common
from matching.query import Evidence
from matching.rows import IndexArray, columns_of, dense_row, gathered, values_of
from matching.text import FloatArray
from matching.view import QueryView

_N_SHOWN = 3
"""Names, titles or words that one reason gives at most."""
_RECENT_YEARS = 3.0

BoolArray = npt.NDArray[np.bool_]
Told = tuple[str, Mapping[str, object], tuple[Evidence, ...]]
"""Code, parameters and evidence of a reason."""


class Suggested:
    """The suggestions of one query, with what several reasons read of them.

    Projects are numbered as in :attr:`~matching.links.LinkIndex.project_order`: the least is the latest.

    Parameters
    ----------
    view
        The query.
    candidates
        Rows of the actors suggested, shape (n_candidates,).
    """

    def __init__(self, view: QueryView, candidates: IndexArray) -> None:
        self.view = view
        self.index = view.index
        self.shown = view.index.shown
        self.candidates = candidates
        self.rows: list[int] = candidates.tolist()

    @cached_property
    def projects(self) -> tuple[IndexArray, IndexArray]:
        """The projects of all candidates, latest first: the place of each one's candidate, and the project."""
        projects = self.index.memberships_by_date
        lengths = projects.indptr[self.candidates + 1] - projects.indptr[self.candidates]
        place = np.repeat(np.arange(len(self.candidates)), lengths)
        return place, gathered(projects.indices, projects.indptr, self.candidates)

    @cached_property
    def latest_projects(self) -> tuple[list[int], list[list[int]]]:
        """How many recent projects each candidate has, and the latest few of them."""
        return self._recent_of(*self.projects)

    @cached_property
    def projects_in_fields(self) -> tuple[IndexArray, IndexArray]:
        """Those of :attr:`projects` that are in the query's fields."""
        place, project = self.projects
        kept = self._is_in_fields[project].nonzero()[0]
        return place[kept], project[kept]

    @cached_property
    def latest_projects_in_fields(self) -> tuple[list[int], list[list[int]]]:
        """How many recent projects in the query's fields each candidate has, and the latest few of them."""
        return self._recent_of(*self.projects_in_fields)

    @cached_property
    def asked(self) -> Asked:
        """The words that the asker says: those of a brief, or of a member's profile and projects."""
        concordance = self.index.concordance
        return concordance.asked_by(self.view.text) if self.view.actor is None else concordance.said_by(self.view.actor)

    @cached_property
    def needs(self) -> frozenset[int]:
        """Dimensions of the words of what is sought."""
        return frozenset(self.view.needs.columns.tolist())

    @cached_property
    def offers(self) -> frozenset[int]:
        """Dimensions of the words of what the asker offers, or of all it says."""
        return frozenset(self.view.offered.columns.tolist())

    def few_of_each(self, place: IndexArray, values: IndexArray) -> list[list[int]]:
        """The first few of the values of each candidate.

        Parameters
        ----------
        place
            Place of the candidate that each value belongs to, ascending.
        """
        bounds = place.searchsorted(np.arange(len(self.rows) + 1)).tolist()
        return [values[start : min(start + _N_SHOWN, stop)].tolist() for start, stop in pairwise(bounds)]

    def told_of_projects(self, projects: list[int]) -> tuple[Evidence, ...]:
        """The rows of some projects."""
        return tuple([self.shown.projects[self.index.project_order[project]] for project in projects])

    def ties(self, one: int, other: int, project: int) -> tuple[Evidence, ...]:
        """What ties two actors: their relationships, else the latest project that links them, -1 for none."""
        return self.shown.ties(one, other, _N_SHOWN) or ((self.shown.projects[project],) if project >= 0 else ())

    @cached_property
    def _is_in_fields(self) -> BoolArray:
        """Whether each project is in the query's fields."""
        return np.asarray(self.index.project_fields_by_date @ self.view.fields > 0)

    def _recent_of(self, place: IndexArray, project: IndexArray) -> tuple[list[int], list[list[int]]]:
        n_recent_projects = np.count_nonzero(self.index.project_age_years < _RECENT_YEARS)  # which are the first ones
        recent = (project < n_recent_projects).nonzero()[0]
        n_of_each = np.bincount(place[recent], minlength=len(self.rows))
        return n_of_each.tolist(), self.few_of_each(place[recent], project[recent])


def _connection(suggested: Suggested) -> list[Told]:
    view, index = suggested.view, suggested.index
    asker, links = view.actor, index.links
    if asker is None:
        return [("no_connection", {}, ())] * len(suggested.rows)
    strength_of_own = dense_row(links, asker)
    ties_of_asker: dict[int, tuple[Evidence, ...]] = {}  # good candidates share their partners
    linked = gathered(links.indices, links.indptr, suggested.candidates)
    strength = gathered(links.data, links.indptr, suggested.candidates)
    project = gathered(index.latest_common_project, links.indptr, suggested.candidates)
    shared = strength_of_own[linked].nonzero()[0]
    middles, project = linked[shared], project[shared]
    between = strength_of_own[middles] * (strength[shared] * index.damping[middles])
    stops = np.cumsum(links.indptr[suggested.candidates + 1] - links.indptr[suggested.candidates])
    bounds = [0, *shared.searchsorted(stops).tolist()]
    told: list[Told] = []
    for candidate, (start, stop) in zip(suggested.rows, pairwise(bounds), strict=True):
        best = [start + place for place in _largest(between[start:stop])]
        if best:
            through = middles[best].tolist()
            evidence: list[Evidence] = []
            for middle, common in zip(through, project[best].tolist(), strict=True):
                if middle not in ties_of_asker:
                    own = columns_of(links, asker).searchsorted(middle) + links.indptr[asker]
                    ties_of_asker[middle] = suggested.ties(asker, middle, index.latest_common_project[own])
                evidence += ties_of_asker[middle]
                evidence += suggested.ties(candidate, middle, common)
            names = tuple([suggested.shown.names[middle] for middle in through])
            told.append(("connection", {"through": names}, tuple(dict.fromkeys(evidence))))
        else:
            is_near = view.two_hop[columns_of(links, candidate)].any()
            told.append(("connection_far" if is_near else "no_connection", {}, ()))
    return told


def _similar_work(suggested: Suggested) -> list[Told]:
    view, index, shown = suggested.view, suggested.index, suggested.shown
    similar, _ = view.similar_projects
    nearness = np.full(index.snapshot.n_projects, -1, np.intp)
    nearness[similar] = np.arange(len(similar))
    place, project = suggested.projects
    nearness_of_each = nearness[index.project_order[project]]
    near = (nearness_of_each >= 0).nonzero()[0]
    place, near = place[near], nearness_of_each[near]
    told: list[Told] = []
    for candidate, best in zip(
        suggested.rows, suggested.few_of_each(place, near[np.lexsort((near, place))]), strict=True
    ):
        if best:
            rows = similar[best].tolist()
            titles = tuple([shown.titles[row] for row in rows])
            told.append(("similar_work", {"projects": titles}, tuple([shown.projects[row] for row in rows])))
        else:
            in_company = view.votes[columns_of(index.links, candidate)].any()
            told.append(("similar_company" if in_company else "no_similar_work", {}, ()))
    return told


def _similar_words(suggested: Suggested) -> list[Told]:
    concordance, asked = suggested.index.concordance, suggested.asked
    told: list[Told] = []
    for candidate in suggested.rows:
        words = words_in_common(asked, concordance, candidate, _N_SHOWN)
        evidence = (suggested.shown.actors[candidate],)
        told.append(("similar_words", {"words": words}, evidence) if words else ("no_similar_words", {}, ()))
    return told


def _fields(suggested: Suggested) -> list[Told]:
    fields, wanted = suggested.index.actor_fields, suggested.view.fields
    told: list[Told] = []
    for candidate in suggested.rows:
        columns = columns_of(fields, candidate)
        weight = values_of(fields, candidate) * wanted[columns]
        names = tuple([suggested.index.field_ids[columns[place]] for place in _largest(weight)])
        evidence = (suggested.shown.actors[candidate],)
        told.append(("fields", {"fields": names}, evidence) if names else ("no_shared_fields", {}, ()))
    return told


def _fields_activity(suggested: Suggested) -> list[Told]:
    has_any = np.bincount(suggested.projects_in_fields[0], minlength=len(suggested.rows)).tolist()
    told: list[Told] = []
    for n_recent, latest, n_ever in zip(*suggested.latest_projects_in_fields, has_any, strict=True):
        if n_recent:
            told.append(("fields_activity", {"count": n_recent}, suggested.told_of_projects(latest)))
        else:
            told.append(("fields_past" if n_ever else "no_fields_activity", {}, ()))
    return told


def _activity(suggested: Suggested) -> list[Told]:
    n_partners = suggested.index.degree[suggested.candidates].astype(np.intp).tolist()
    told: list[Told] = []
    for n_recent, latest, partners in zip(*suggested.latest_projects, n_partners, strict=True):
        if n_recent:
            params = {"count": n_recent, "partners": partners}
            told.append(("activity", params, suggested.told_of_projects(latest)))
        else:
            told.append(("standing", {"partners": partners}, ()) if partners else ("no_activity", {}, ()))
    return told


def _offer(suggested: Suggested, candidate: int) -> Told:
    if suggested.needs.isdisjoint(columns_of(suggested.index.words.offers, candidate).tolist()):
        return "no_offer", {}, ()
    return "offer", {"offers": suggested.shown.offers[candidate]}, (suggested.shown.actors[candidate],)


def _need(suggested: Suggested, candidate: int) -> Told:
    if suggested.offers.isdisjoint(columns_of(suggested.index.words.needs, candidate).tolist()):
        return "no_need", {}, ()
    return "need", {"needs": suggested.shown.needs[candidate]}, (suggested.shown.actors[candidate],)


def _concepts(suggested: Suggested, candidate: int) -> Told:
    view = suggested.view
    asked, said = suggested.index.subjects.shared_words(view.text, view.asked_concepts, candidate, _N_SHOWN)
    if not asked:
        return ("concepts_far" if view.concept_likeness[candidate] else "no_concepts"), {}, ()
    if not said:
        return "concepts_near", {"words": asked}, (suggested.shown.actors[candidate],)
    return "concepts", {"words": asked, "said": said}, (suggested.shown.actors[candidate],)


def _sought(suggested: Suggested, candidate: int) -> Told:
    view = suggested.view
    words = suggested.index.sorts.words_for(view.text, candidate) if view.actor is None else ()
    if not words:
        return "no_sought", {}, ()
    return "sought", {"words": words[:_N_SHOWN]}, (suggested.shown.actors[candidate],)


def _place(suggested: Suggested, candidate: int) -> Told:
    code = int(suggested.index.country[candidate])
    if code < 0:
        return "no_place", {}, ()
    return "place", {"place": suggested.index.gazetteer.codes[code]}, (suggested.shown.actors[candidate],)


def _kind(suggested: Suggested, candidate: int) -> Told:
    return "kind", {"kind": suggested.shown.kinds[candidate]}, (suggested.shown.actors[candidate],)


def _one_by_one(tell: Callable[[Suggested, int], Told]) -> Callable[[Suggested], list[Told]]:
    return lambda suggested: [tell(suggested, candidate) for candidate in suggested.rows]


TOLD_BY: Mapping[str, Callable[[Suggested], list[Told]]] = {
    "connection": _connection,
    "similar_work": _similar_work,
    "similar_words": _similar_words,
    "offer": _one_by_one(_offer),
    "need": _one_by_one(_need),
    "concepts": _one_by_one(_concepts),
    "sought": _one_by_one(_sought),
    "fields": _fields,
    "fields_activity": _fields_activity,
    "activity": _activity,
    "place": _one_by_one(_place),
    "kind": _one_by_one(_kind),
}
"""What each reason tells of every suggestion, by the reason's name in :data:`matching.features.FEATURES`."""


def _largest(values: FloatArray) -> list[int]:
    """Places of the few largest positive values, the largest first, ties by place; the values are used up."""
    found: list[int] = []
    while len(found) < min(_N_SHOWN, len(values)):
        best = int(values.argmax())
        if not values[best] > 0:
            break
        found.append(best)
        values[best] = 0
    return found
