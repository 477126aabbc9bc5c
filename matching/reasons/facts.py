"""What the reasons of a question tell, and the rows that show it, for all its suggestions at once."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from matching.arrays import BoolArray, FloatArray, IndexArray
from matching.kernels.search import first_counted, is_reached, largest_products, weightiest_in_common
from matching.kernels.sparse_rows import columns_of, structure_of
from matching.query_view import QueryView
from matching.questions import Evidence
from matching.text.shared_terms import Asked, words_in_common

_N_SHOWN = 3
"""Names, titles or words that one reason gives at most."""

Told = tuple[str, Mapping[str, object], tuple[Evidence, ...]]
"""Code, parameters and evidence of a reason."""


class Latest(NamedTuple):
    """Of each candidate: whether any of its projects is counted, how many recent ones are, and rows of the latest few.

    The latest first; -1 is none.
    """

    has_any: list[bool]
    n_recent: list[int]
    latest: list[list[int]]


class Suggested:
    """The suggestions of one query, with what several reasons read of them.

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
    def latest_projects(self) -> Latest:
        """The recent projects of each candidate."""
        return self._latest(np.ones(self.index.snapshot.n_projects, bool))

    @cached_property
    def latest_projects_in_fields(self) -> Latest:
        """The recent projects of each candidate in the query's fields."""
        by_field = self.index.projects_by_field
        return self._latest(is_reached(structure_of(by_field), self.view.fields.nonzero()[0], by_field.shape[1]))

    def _latest(self, is_counted: BoolArray) -> Latest:
        index = self.index
        has_any, n_recent, latest = first_counted(
            structure_of(index.memberships_by_date), self.candidates, is_counted, index.n_recent_projects, _N_SHOWN
        )
        return Latest(has_any.tolist(), n_recent.tolist(), _filled(index.project_order, latest))

    @cached_property
    def asked(self) -> Asked:
        """The words that the asker says: those of a brief, or of a member's profile and projects."""
        concordance = self.index.concordance
        return concordance.asked_by(self.view.text) if self.view.actor is None else concordance.said_by(self.view.actor)

    @cached_property
    def words_by_concept(self) -> Mapping[int, Iterable[str]]:
        """The words of the query by concept."""
        return self.index.subjects.reader.read(self.view.text)

    @cached_property
    def asked_concepts(self) -> FloatArray:
        """How much each concept is asked about, float32, shape (n_concepts,)."""
        asked = np.zeros(self.index.subjects.all.shape[1], np.float32)
        asked[self.view.asked_concepts.columns] = self.view.asked_concepts.values
        return asked

    @cached_property
    def needs(self) -> frozenset[int]:
        """Dimensions of the words of what is sought."""
        return frozenset(self.view.needs.columns.tolist())

    @cached_property
    def offers(self) -> frozenset[int]:
        """Dimensions of the words of what the asker offers, or of all it says."""
        return frozenset(self.view.offered.columns.tolist())

    def told_of_projects(self, projects: list[int]) -> tuple[Evidence, ...]:
        """The rows of some projects, -1 for none."""
        return tuple([self.shown.projects[project] for project in projects if project >= 0])

    def ties(self, one: int, other: int, project: int) -> tuple[Evidence, ...]:
        """What ties two actors: their relationships, else the latest project that links them, -1 for none."""
        shown = self.shown
        if shown.has_ties[one] and shown.has_ties[other] and (found := shown.ties(one, other, _N_SHOWN)):
            return found
        return (shown.projects[project],) if project >= 0 else ()


def _connection(suggested: Suggested) -> list[Told]:
    view, index = suggested.view, suggested.index
    asker, links = view.actor, index.links
    if asker is None:
        return [("no_connection", {}, ())] * len(suggested.rows)
    steps = view.two_steps
    if not len(steps.middles):
        return [("no_connection", {}, ())] * len(suggested.rows)
    strength = links.data[steps.entries] * index.damping[steps.middles]
    entries, own_places = weightiest_in_common(
        steps.middles, strength, structure_of(links), links.data, suggested.candidates, _N_SHOWN
    )
    middles, project = links.indices[entries], index.latest_common_project[entries]
    own_project = index.latest_common_project[steps.entries][own_places]
    ties_of_own: dict[int, tuple[Evidence, ...]] = {}
    told: list[Told] = []
    for candidate, *ways in zip(
        suggested.rows, (entries >= 0).tolist(), middles.tolist(), project.tolist(), own_project.tolist(), strict=True
    ):
        names: list[str] = []
        evidence: list[Evidence] = []
        for is_one, middle, common, own in zip(*ways, strict=True):
            if is_one:
                if middle not in ties_of_own:
                    ties_of_own[middle] = suggested.ties(asker, middle, own)
                names.append(suggested.shown.names[middle])
                evidence += ties_of_own[middle]
                evidence += suggested.ties(candidate, middle, common)
        if names:
            rows = {id(row): row for row in evidence}.values()  # a project is always the same object
            told.append(("connection", {"through": tuple(names)}, tuple(rows)))
        else:
            is_near = steps.shared[columns_of(links, candidate).astype(np.intp)].any()
            told.append(("connection_far" if is_near else "no_connection", {}, ()))
    return told


def _similar_work(suggested: Suggested) -> list[Told]:
    view, index, shown = suggested.view, suggested.index, suggested.shown
    similar, weight = view.similar_projects
    nearness = np.zeros(index.snapshot.n_projects, np.float32)
    nearness[similar] = weight
    projects = index.memberships
    entries = largest_products(structure_of(projects), projects.data, suggested.candidates, nearness, _N_SHOWN)
    told: list[Told] = []
    for near in _filled(projects.indices, entries):
        rows = [row for row in near if row >= 0]
        if rows:
            titles = tuple([shown.titles[row] for row in rows])
            told.append(("similar_work", {"projects": titles}, tuple([shown.projects[row] for row in rows])))
        else:
            told.append(("no_similar_work", {}, ()))
    return told


def _similar_words(suggested: Suggested) -> list[Told]:
    is_alike = suggested.view.word_likeness[suggested.candidates] > 0  # else there is no word to look for
    alike = suggested.candidates[is_alike]
    words_of = dict(
        zip(
            alike.tolist(),
            words_in_common(suggested.asked, suggested.index.concordance, alike, _N_SHOWN),
            strict=True,
        )
    )
    told: list[Told] = []
    for candidate in suggested.rows:
        words = words_of.get(candidate)
        evidence = (suggested.shown.actors[candidate],)
        told.append(("similar_words", {"words": words}, evidence) if words else ("no_similar_words", {}, ()))
    return told


def _fields(suggested: Suggested) -> list[Told]:
    index, fields = suggested.index, suggested.index.actor_fields
    wanted = suggested.view.fields
    entries = largest_products(structure_of(fields), fields.data, suggested.candidates, wanted, _N_SHOWN)
    told: list[Told] = []
    for candidate, weightiest in zip(suggested.rows, _filled(fields.indices, entries), strict=True):
        names = tuple([index.field_ids[column] for column in weightiest if column >= 0])
        evidence = (suggested.shown.actors[candidate],)
        told.append(("fields", {"fields": names}, evidence) if names else ("no_shared_fields", {}, ()))
    return told


def _fields_activity(suggested: Suggested) -> list[Told]:
    told: list[Told] = []
    for has_any, n_recent, latest in zip(*suggested.latest_projects_in_fields, strict=True):
        if n_recent:
            told.append(("fields_activity", {"count": n_recent}, suggested.told_of_projects(latest)))
        else:
            told.append(("fields_past" if has_any else "no_fields_activity", {}, ()))
    return told


def _activity(suggested: Suggested) -> list[Told]:
    n_partners = suggested.index.degree[suggested.candidates].astype(np.intp).tolist()
    told: list[Told] = []
    for _, n_recent, latest, partners in zip(*suggested.latest_projects, n_partners, strict=True):
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
    asked, said = suggested.index.subjects.shared_words(
        suggested.words_by_concept, suggested.asked_concepts, candidate, _N_SHOWN
    )
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


def _filled(values: IndexArray, entries: IndexArray) -> list[list[int]]:
    """The values of some entries, -1 where there is no entry, as lists."""
    if not len(values):
        return entries.tolist()
    return np.where(entries >= 0, values[entries], -1).tolist()
