"""The facts of reasons: code, parameters and evidence of each reason, for all suggestions of a question at once."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from graph.kinds import Label
from matching.arrays import BoolArray, FloatArray, IndexArray
from matching.kernels.search import first_counted, is_reached, largest_products, weightiest_in_common
from matching.kernels.sparse_rows import columns_of, structure_of
from matching.query_view import MemberQuery, QueryView, TextQuery
from matching.questions import Evidence
from matching.text.shared_terms import QueryTerms, words_in_common

N_QUOTED = 3
"""Names, titles or words that one reason quotes at most. Set by hand: what a person reads."""

ReasonFacts = tuple[str, Mapping[str, object], tuple[Evidence, ...]]
"""Code, parameters and evidence of a reason."""


class LatestProjects(NamedTuple):
    """For each candidate: whether any project is counted, how many recent ones are, and rows of the newest few.

    A list of rows is filled up with -1.
    """

    has_any: list[bool]
    n_recent: list[int]
    rows: list[list[int]]


class Suggested:
    """The suggestions of one question, with what several reasons read of them.

    Parameters
    ----------
    view
        The question.
    candidates
        Rows of the suggested actors, shape (n_candidates,).
    """

    def __init__(self, view: QueryView, candidates: IndexArray) -> None:
        self.view = view
        self.index = view.index
        self.evidence = view.index.evidence
        self.candidates = candidates
        self.rows: list[int] = candidates.tolist()

    @cached_property
    def latest_projects(self) -> LatestProjects:
        """The recent projects of each candidate."""
        return self._latest(np.ones(self.index.snapshot.n_projects, bool))

    @cached_property
    def latest_projects_in_fields(self) -> LatestProjects:
        """The recent projects of each candidate in the query's fields."""
        by_field = self.index.fields.newest_projects
        return self._latest(is_reached(structure_of(by_field), self.view.fields.nonzero()[0], by_field.shape[1]))

    def _latest(self, is_counted: BoolArray) -> LatestProjects:
        projects = self.index.projects
        has_any, n_recent, latest = first_counted(
            structure_of(self.evidence.projects_by_date), self.candidates, is_counted, projects.n_recent, N_QUOTED
        )
        return LatestProjects(has_any.tolist(), n_recent.tolist(), _values_at(projects.newest_first, latest))

    @cached_property
    def terms(self) -> QueryTerms:
        """The terms of a question in words, or of a member's profile and projects."""
        terms, view = self.evidence.terms, self.view
        return terms.of_row(view.actor) if isinstance(view, MemberQuery) else terms.of_text(view.text)

    @cached_property
    def words_by_concept(self) -> Mapping[int, Iterable[str]]:
        """The words of the question by concept."""
        return self.index.concepts.reader.read(self.view.text)

    @cached_property
    def requested_concepts(self) -> FloatArray:
        """How much each concept is asked about, float32, shape (n_concepts,)."""
        requested = np.zeros(self.index.concepts.everything.shape[1], np.float32)
        requested[self.view.requested_concepts.columns] = self.view.requested_concepts.values
        return requested

    @cached_property
    def needs(self) -> frozenset[int]:
        """Dimensions of the words of what is requested."""
        return frozenset(self.view.needs.columns.tolist())

    @cached_property
    def offers(self) -> frozenset[int]:
        """Dimensions of the words of what the asker offers, or of everything it says."""
        return frozenset(self.view.offered.columns.tolist())

    def project_evidence(self, projects: list[int]) -> tuple[Evidence, ...]:
        """Some projects as evidence; -1 stands for none."""
        return tuple([self.evidence.projects[project] for project in projects if project >= 0])

    def link_evidence(self, one: int, other: int, project: int) -> tuple[Evidence, ...]:
        """What links two actors: their relationships, else the latest project that links them, -1 for none."""
        evidence = self.evidence
        if evidence.has_relationships[one] and evidence.has_relationships[other]:
            found = evidence.relationships(one, other, N_QUOTED)
            if found:
                return found
        return (evidence.projects[project],) if project >= 0 else ()


def facts_of(reason: str, suggested: Suggested, labels: Mapping[str, Label]) -> list[ReasonFacts]:
    """The facts of one reason for every suggestion.

    Parameters
    ----------
    reason
        Name of the reason, as a feature states it.
    suggested
        The suggestions.
    labels
        What the features say that a network adds, by reason.
    """
    if reason in labels:
        label = {"vi": labels[reason].vi, "en": labels[reason].en}
        return [("own_feature", {"label": label}, (suggested.evidence.actors[row],)) for row in suggested.rows]
    return _FACTS[reason](suggested)


def _connection(suggested: Suggested) -> list[ReasonFacts]:
    view, index = suggested.view, suggested.index
    if not isinstance(view, MemberQuery) or not len(view.two_steps.middles):
        return [("no_connection", {}, ())] * len(suggested.rows)
    steps, links = view.two_steps, index.links.matrix
    strength = links.data[steps.entries] * index.links.damping[steps.middles]
    entries, own_places = weightiest_in_common(
        steps.middles, strength, structure_of(links), links.data, suggested.candidates, N_QUOTED
    )
    latest = suggested.evidence.latest_common_project
    ways = zip(
        (entries >= 0).tolist(),
        links.indices[entries].tolist(),
        latest[entries].tolist(),
        latest[steps.entries][own_places].tolist(),
        strict=True,
    )
    evidence_of_middle: dict[int, tuple[Evidence, ...]] = {}
    facts: list[ReasonFacts] = []
    for candidate, way in zip(suggested.rows, ways, strict=True):
        names: list[str] = []
        evidence: list[Evidence] = []
        for is_middle, middle, common, own in zip(*way, strict=True):
            if is_middle:
                if middle not in evidence_of_middle:
                    evidence_of_middle[middle] = suggested.link_evidence(view.actor, middle, own)
                names.append(suggested.evidence.names[middle])
                evidence += evidence_of_middle[middle]
                evidence += suggested.link_evidence(candidate, middle, common)
        if names:
            rows = {id(row): row for row in evidence}.values()  # a project is always the same object
            facts.append(("connection", {"through": tuple(names)}, tuple(rows)))
        else:
            is_near = steps.shared[columns_of(links, candidate).astype(np.intp)].any()
            facts.append(("connection_far" if is_near else "no_connection", {}, ()))
    return facts


def _similar_projects(suggested: Suggested) -> list[ReasonFacts]:
    index, evidence = suggested.index, suggested.evidence
    similar, weight = suggested.view.similar_projects
    similarity = np.zeros(index.snapshot.n_projects, np.float32)
    similarity[similar] = weight
    projects = index.projects.memberships
    entries = largest_products(structure_of(projects), projects.data, suggested.candidates, similarity, N_QUOTED)
    facts: list[ReasonFacts] = []
    for nearest in _values_at(projects.indices, entries):
        rows = [row for row in nearest if row >= 0]
        if rows:
            titles = tuple([evidence.titles[row] for row in rows])
            facts.append(("similar_projects", {"projects": titles}, tuple([evidence.projects[row] for row in rows])))
        else:
            facts.append(("no_similar_projects", {}, ()))
    return facts


def _text_similarity(suggested: Suggested) -> list[ReasonFacts]:
    is_similar = suggested.view.text_similarity[suggested.candidates] > 0  # others share no word
    similar = suggested.candidates[is_similar]
    words = words_in_common(suggested.terms, suggested.evidence.terms, similar, N_QUOTED)
    words_of = dict(zip(similar.tolist(), words, strict=True))
    facts: list[ReasonFacts] = []
    for candidate in suggested.rows:
        common = words_of.get(candidate)
        evidence = (suggested.evidence.actors[candidate],)
        facts.append(("text_similarity", {"words": common}, evidence) if common else ("no_text_similarity", {}, ()))
    return facts


def _fields(suggested: Suggested) -> list[ReasonFacts]:
    index, fields = suggested.index, suggested.index.fields.of_actors
    entries = largest_products(structure_of(fields), fields.data, suggested.candidates, suggested.view.fields, N_QUOTED)
    facts: list[ReasonFacts] = []
    for candidate, heaviest in zip(suggested.rows, _values_at(fields.indices, entries), strict=True):
        names = tuple([index.fields.ids[column] for column in heaviest if column >= 0])
        evidence = (suggested.evidence.actors[candidate],)
        facts.append(("fields", {"fields": names}, evidence) if names else ("no_shared_fields", {}, ()))
    return facts


def _field_activity(suggested: Suggested) -> list[ReasonFacts]:
    facts: list[ReasonFacts] = []
    for has_any, n_recent, latest in zip(*suggested.latest_projects_in_fields, strict=True):
        if n_recent:
            facts.append(("field_activity", {"count": n_recent}, suggested.project_evidence(latest)))
        else:
            facts.append(("past_field_activity" if has_any else "no_field_activity", {}, ()))
    return facts


def _activity(suggested: Suggested) -> list[ReasonFacts]:
    n_partners = suggested.index.links.degree[suggested.candidates].astype(np.intp).tolist()
    facts: list[ReasonFacts] = []
    for _, n_recent, latest, partners in zip(*suggested.latest_projects, n_partners, strict=True):
        if n_recent:
            params = {"count": n_recent, "partners": partners}
            facts.append(("activity", params, suggested.project_evidence(latest)))
        else:
            facts.append(("degree", {"partners": partners}, ()) if partners else ("no_activity", {}, ()))
    return facts


def _offer(suggested: Suggested, candidate: int) -> ReasonFacts:
    if suggested.needs.isdisjoint(columns_of(suggested.index.words.offers, candidate).tolist()):
        return "no_offer", {}, ()
    return "offer", {"offers": suggested.evidence.offers[candidate]}, (suggested.evidence.actors[candidate],)


def _need(suggested: Suggested, candidate: int) -> ReasonFacts:
    if suggested.offers.isdisjoint(columns_of(suggested.index.words.needs, candidate).tolist()):
        return "no_need", {}, ()
    return "need", {"needs": suggested.evidence.needs[candidate]}, (suggested.evidence.actors[candidate],)


def _concepts(suggested: Suggested, candidate: int) -> ReasonFacts:
    of_question, of_actor = suggested.index.concepts.shared_words(
        suggested.words_by_concept, suggested.requested_concepts, candidate, N_QUOTED
    )
    if not of_question:
        return ("concepts_far" if suggested.view.concept_similarity[candidate] else "no_concepts"), {}, ()
    evidence = (suggested.evidence.actors[candidate],)
    if not of_actor:
        return "concepts_near", {"words": of_question}, evidence
    return "concepts", {"words": of_question, "said": of_actor}, evidence


def _requested_type(suggested: Suggested, candidate: int) -> ReasonFacts:
    view = suggested.view
    words = suggested.index.partner_types.words_for(view.text, candidate) if isinstance(view, TextQuery) else ()
    if not words:
        return "no_requested_type", {}, ()
    return "requested_type", {"words": words[:N_QUOTED]}, (suggested.evidence.actors[candidate],)


def _place(suggested: Suggested, candidate: int) -> ReasonFacts:
    countries = suggested.index.countries
    country = int(countries.of_actor[candidate])
    if country < 0:
        return "no_place", {}, ()
    return "place", {"place": countries.codes[country]}, (suggested.evidence.actors[candidate],)


def _kind(suggested: Suggested, candidate: int) -> ReasonFacts:
    return "kind", {"kind": suggested.evidence.kinds[candidate]}, (suggested.evidence.actors[candidate],)


def _one_by_one(facts: Callable[[Suggested, int], ReasonFacts]) -> Callable[[Suggested], list[ReasonFacts]]:
    return lambda suggested: [facts(suggested, candidate) for candidate in suggested.rows]


_FACTS: Mapping[str, Callable[[Suggested], list[ReasonFacts]]] = {
    "connection": _connection,
    "similar_projects": _similar_projects,
    "text_similarity": _text_similarity,
    "offer": _one_by_one(_offer),
    "need": _one_by_one(_need),
    "concepts": _one_by_one(_concepts),
    "requested_type": _one_by_one(_requested_type),
    "fields": _fields,
    "field_activity": _field_activity,
    "activity": _activity,
    "place": _one_by_one(_place),
    "kind": _one_by_one(_kind),
}
"""The facts of each reason, by the name that features give it."""


def _values_at(values: IndexArray, entries: IndexArray) -> list[list[int]]:
    """The values at some positions as lists, -1 where a position is -1."""
    if not len(values):
        return entries.tolist()
    return np.where(entries >= 0, values[entries], -1).tolist()
