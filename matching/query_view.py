"""A question as the features read it: that of a member of the network, or one in words.

Both kinds offer one interface, :class:`QueryView`. What several features read is computed once and kept.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from matching.arrays import FloatArray, IndexArray
from matching.index.links import TwoSteps
from matching.index.network_index import NetworkIndex
from matching.kernels.sparse_rows import (
    EVERYONE,
    Reach,
    Rows,
    SparseRow,
    Sums,
    columns_of,
    dense_row,
    nonzero_of,
    numbers_of,
    row_of,
    rows_of_largest,
    values_of,
)
from matching.kernels.sums import five_products_of_rows, shares_by_code
from matching.questions import Profile, Understanding
from matching.text.field_reader import FieldReading, field_reader

N_SIMILAR_PROJECTS = 200
"""Most similar past projects that vote for their members. Measured on inner cuts of CORDIS: 100 to 300 do alike."""
N_NEAREST_PROJECTS = 20
"""Projects that count among these for the feature ``nearest_projects``. Set by hand."""
_MIN_FIT = 0.05
"""Fit that an actor needs to answer a question in words: being popular alone is no answer. Set by hand."""


class Votes(NamedTuple):
    """Votes of similar projects for their members, by how much each project counts.

    Its squared cosine; the same for the nearest projects only; the same halved every two years; its cosine.
    """

    squared: Sums
    nearest: Sums
    half_life_2y: Sums
    cosine: Sums


class WorkInFields(NamedTuple):
    """What some actors do in the query's fields, each float32 of the shape of the rows.

    Cosine of the fields; activity; product of joint activity; the same for the last eighteen months; projects led.
    """

    shared: FloatArray
    activity: FloatArray
    joint: FloatArray
    joint_last_18m: FloatArray
    led: FloatArray


class QueryView(ABC):
    """A question against an index.

    Attributes
    ----------
    index
        The network that is asked.
    text
        The question in words; of a member its own profile text.
    kind
        Code of the asker's kind, -1 where unknown.
    country
        The asker's own country in the index, -1 where unknown.
    named_countries, named_region
        Countries that the text names, and countries of the regions it names.
    min_fit
        Fit below which an actor does not answer the question.
    """

    min_fit = 0.0

    def __init__(self, index: NetworkIndex, text: str, *, kind: int, country: int) -> None:
        self.index = index
        self.text = text
        self.kind = kind
        self.country = country
        self.named_countries: Sequence[int] = ()
        self.named_region: Sequence[int] = ()
        self._work: tuple[Rows, WorkInFields] | None = None

    @property
    @abstractmethod
    def words(self) -> SparseRow:
        """Words of everything that the asker says and does, as a unit vector."""

    @property
    @abstractmethod
    def needs(self) -> SparseRow:
        """Words of what is requested, as a unit vector."""

    @property
    @abstractmethod
    def offers(self) -> SparseRow:
        """Words of what the asker offers, as a unit vector."""

    @property
    @abstractmethod
    def fields(self) -> FloatArray:
        """Fields of the question as a unit vector, float32, shape (n_fields,)."""

    @property
    @abstractmethod
    def requested_concepts(self) -> SparseRow:
        """Concepts asked about, rare ones heavier, as a unit vector."""

    @property
    @abstractmethod
    def joint_activity(self) -> FloatArray:
        """How active the asker is in each field with others, float32, shape (n_fields,)."""

    @property
    @abstractmethod
    def joint_activity_last_18m(self) -> FloatArray:
        """The same for the last eighteen months, float32, shape (n_fields,)."""

    @property
    @abstractmethod
    def partner_countries(self) -> FloatArray:
        """Share of each country in the asker's links, float32, shape (n_countries + 1,), last 0."""

    @abstractmethod
    def known_projects(self) -> IndexArray:
        """Rows of the projects that are the asker's own or are asked about: these are not news."""

    def understanding(self) -> Understanding:
        """What was read out of the question's words; nothing of a member, whose profile is not a request."""
        return Understanding()

    def fit(self, rows: Rows = EVERYONE) -> FloatArray:
        """How well some actors suit the question by what both say and do, float32, 0 to 1, shape of the rows.

        1 - exp(-3 similarity). Popularity, place and connections do not count.
        """
        return np.asarray(1 - np.exp(-3 * np.maximum(self._similarity_for_fit(rows), 0)), dtype=np.float32)

    def _similarity_for_fit(self, rows: Rows) -> FloatArray:
        return self.similarity(rows)

    def similarity(self, rows: Rows) -> FloatArray:
        """How much some actors say and do what is asked about, float32, shape of the rows.

        A sum of cosines, weighted by hand: words, offers that meet needs and the reverse, concepts, fields, and past
        projects like the question.
        """
        return (
            self.text_similarity[rows]
            + 0.5 * self.offers_meeting_needs[rows]
            + 0.2 * self.needs_meeting_offers[rows]
            + 0.3 * self.concept_similarity[rows]
            + 0.2 * self.work_in_fields(rows).shared
            + 0.15 * self.votes.cosine[rows]
        )

    @property
    def offered(self) -> SparseRow:
        """Words of what the asker offers, or where it states no offer of everything it says."""
        return self.offers if len(self.offers.columns) else self.words

    @cached_property
    def similar_projects(self) -> tuple[IndexArray, FloatArray]:
        """Rows of the past projects with the most similar words, nearest first, at most 200; their squared cosines."""
        reach = Reach(self.index.words.to_projects, self.words.columns)
        cosine = reach.sums(self.words.values)
        cosine.values[cosine.place[self.known_projects()]] = 0
        nearest = rows_of_largest(cosine.values[:-1], reach.columns, N_SIMILAR_PROJECTS)
        return nearest, cosine[nearest] ** 2

    def work_in_fields(self, rows: Rows) -> WorkInFields:
        """What some actors do in the query's fields; kept until other rows are asked about."""
        if self._work is None or self._work[0] is not rows:
            work = self.index.fields.work
            numbers = numbers_of(rows, self.index.snapshot.n_actors)
            found = five_products_of_rows(work.structure, work.values, numbers, self._field_weights)
            self._work = rows, WorkInFields(*found)
        return self._work[1]

    @cached_property
    def _field_weights(self) -> FloatArray:
        """What each field counts for each of :class:`WorkInFields`, float32, shape (n_fields, 5)."""
        weights = np.zeros((len(self.index.fields.ids), len(WorkInFields._fields)), np.float32)
        weights.T[:] = self.fields
        weights[:, 2] = self.joint_activity
        weights[:, 3] = self.joint_activity_last_18m
        return weights

    @cached_property
    def voting(self) -> Reach:
        """The members of the similar projects."""
        return Reach(self.index.projects.membership, self.similar_projects[0])

    @cached_property
    def votes(self) -> Votes:
        """The votes of the similar projects for their members."""
        projects, weight = self.similar_projects
        weights = np.zeros((len(projects), len(Votes._fields)), np.float32)
        weights[:, 0] = weight
        weights[:N_NEAREST_PROJECTS, 1] = weight[:N_NEAREST_PROJECTS]
        weights[:, 2] = weight * self.index.projects.half_life_2y[projects]
        weights[:, 3] = np.sqrt(weight)
        return Votes(*self.voting.counts(weights))

    @cached_property
    def sharing_words(self) -> Reach:
        """The actors that share a word with the question."""
        return Reach(self.index.words.to_profile, self.words.columns)

    @cached_property
    def text_similarity(self) -> Sums:
        """Cosine of the words of the question and of each actor."""
        return self.sharing_words.sums(self.words.values)

    @cached_property
    def offering(self) -> Reach:
        """The actors whose offers share a word with what is requested."""
        return Reach(self.index.words.to_offers, self.needs.columns)

    @cached_property
    def offers_meeting_needs(self) -> Sums:
        """Cosine of the asker's needs and each actor's offers."""
        return self.offering.sums(self.needs.values)

    @cached_property
    def needing(self) -> Reach:
        """The actors whose needs share a word with what the asker offers, or says."""
        return Reach(self.index.words.to_needs, self.offered.columns)

    @cached_property
    def needs_meeting_offers(self) -> Sums:
        """Cosine of the asker's offers, or of all its words, and each actor's needs."""
        return self.needing.sums(self.offered.values)

    @cached_property
    def sharing_concepts(self) -> Reach:
        """The actors that share a concept with the question."""
        return Reach(self.index.concepts.actors_by_concept, self.requested_concepts.columns)

    @cached_property
    def concept_similarity(self) -> Sums:
        """How much each actor says or does of the concepts asked about."""
        return self.sharing_concepts.sums(self.requested_concepts.values)

    @cached_property
    def champions(self) -> Reach:
        """The champions of the query's fields; see :class:`matching.index.fields.FieldIndex`."""
        return Reach(self.index.fields.champions, nonzero_of(self.fields).columns)

    @cached_property
    def usual_countries(self) -> FloatArray:
        """Share of each country in the votes of similar projects, float32, shape (n_countries + 1,), last 0."""
        rows = self.voting.columns
        return self._shares_by_country(rows, self.votes.squared[rows])

    def usual_country_share(self, rows: Rows) -> FloatArray:
        """Share of some actors' countries in the votes of similar projects, float32, shape of the rows."""
        return self.usual_countries[self.index.countries.of_actor[rows]]

    def _shares_by_country(self, rows: IndexArray, weights: FloatArray) -> FloatArray:
        countries = self.index.countries
        return shares_by_code(countries.of_actor, rows, weights, len(countries.codes) + 1)


class MemberQuery(QueryView):
    """The question of a member of the network: who suits it by what it says, does and has done.

    Attributes
    ----------
    actor
        Row of the member.
    """

    def __init__(self, index: NetworkIndex, actor: int) -> None:
        text = index.words.profile_texts[actor]
        kind, country = int(index.snapshot.actor_kind[actor]), int(index.countries.of_actor[actor])
        super().__init__(index, text, kind=kind, country=country)
        self.actor = actor

    @cached_property
    def words(self) -> SparseRow:
        """Words of the member, its projects and related actors, as a unit vector."""
        return row_of(self.index.words.profile, self.actor)

    @cached_property
    def needs(self) -> SparseRow:
        """Words of the member's needs, as a unit vector."""
        return row_of(self.index.words.needs, self.actor)

    @cached_property
    def offers(self) -> SparseRow:
        """Words of the member's offers, as a unit vector."""
        return row_of(self.index.words.offers, self.actor)

    @cached_property
    def fields(self) -> FloatArray:
        """Fields that the member declares and works in, as a unit vector."""
        return dense_row(self.index.fields.of_actors, self.actor)

    @cached_property
    def requested_concepts(self) -> SparseRow:
        """Concepts of what the member says of itself, rare ones heavier, as a unit vector."""
        concepts = self.index.concepts
        own = row_of(concepts.own, self.actor)
        return SparseRow(own.columns, unit(own.values * concepts.rarity[own.columns]))

    @cached_property
    def joint_activity(self) -> FloatArray:
        """log(1 + joint projects of the member by field, each halved every two years)."""
        return dense_row(self.index.fields.joint, self.actor)

    @cached_property
    def joint_activity_last_18m(self) -> FloatArray:
        """Joint projects of the member by field in the last eighteen months."""
        return dense_row(self.index.fields.joint_last_18m, self.actor)

    @cached_property
    def partner_countries(self) -> FloatArray:
        """Share of each country in the member's links."""
        links = self.index.links.matrix
        return self._shares_by_country(columns_of(links, self.actor), values_of(links, self.actor))

    @cached_property
    def two_steps(self) -> TwoSteps:
        """The walks of two steps from the member."""
        return TwoSteps(self.index.links, self.index.walks, self.actor)

    def known_projects(self) -> IndexArray:
        """Rows of the member's own projects."""
        return columns_of(self.index.projects.memberships, self.actor)

    def own_row(self, matrix: FloatArray) -> FloatArray:
        """The member's row of a dense matrix of actors."""
        return np.asarray(matrix[self.actor])


class TextQuery(QueryView):
    """A question in words, of an asker that is not in the network or does not matter.

    Parameters
    ----------
    index
        The network that is asked.
    text
        The question.
    profile
        What the asker states of itself.
    project
        Row of the project that partners are requested for, None if the question is about no project.
    reads_fields
        Whether fields are read from the words, besides the fields that the profile states.
    """

    min_fit = _MIN_FIT

    def __init__(
        self,
        index: NetworkIndex,
        text: str,
        *,
        profile: Profile = Profile(),  # noqa: B008  frozen
        project: int | None = None,
        reads_fields: bool = True,
    ) -> None:
        kinds = list(index.kinds.actor)
        kind = kinds.index(profile.kind) if profile.kind in kinds else -1
        super().__init__(
            index, text, kind=kind, country=index.countries.of_place(profile.country, profile.district_or_city)
        )
        self.named_countries = index.countries.named_in(text)
        self.named_region = index.countries.of_regions_in(text)
        self.readings: tuple[FieldReading, ...] = field_reader().read(text) if reads_fields else ()
        self._profile = profile
        self._project = project

    @cached_property
    def words(self) -> SparseRow:
        """Words of the question as a unit vector."""
        return self._embedded(self.text)

    @cached_property
    def needs(self) -> SparseRow:
        """Words of the needs that the profile states, or of the whole question, as a unit vector."""
        return self._embedded(" . ".join(self._profile.needs) or self.text)

    @cached_property
    def offers(self) -> SparseRow:
        """Words of the offers that the profile states, as a unit vector."""
        return self._embedded(" . ".join(self._profile.offers))

    @cached_property
    def fields(self) -> FloatArray:
        """Fields stated or read from the words, and fields of similar projects, as a unit vector."""
        index = self.index.fields
        projects, weight = self.similar_projects
        likely = Reach(index.of_projects, projects).sums(weight)[EVERYONE]
        stated = np.zeros(len(index.ids), np.float32)
        for reading in self.readings:
            stated[index.column[reading.field_id]] = reading.weight
        for field_id in self._profile.fields:
            if field_id in index.column:
                stated[index.column[field_id]] = 1
        return unit(unit(stated) + unit(likely) * (0.5 if stated.any() else 1.0))

    @cached_property
    def requested_concepts(self) -> SparseRow:
        """Concepts that the words ask about, rare ones heavier, as a unit vector."""
        return nonzero_of(unit(self.index.concepts.requested(self.text)))

    @property
    def joint_activity(self) -> FloatArray:
        """The fields of the question stand in for the activity of an asker without a past."""
        return self.fields

    @cached_property
    def joint_activity_last_18m(self) -> FloatArray:
        """Zero: an asker without a past."""
        return np.zeros(len(self.index.fields.ids), np.float32)

    @cached_property
    def partner_countries(self) -> FloatArray:
        """Zero: an asker without links."""
        return np.zeros(len(self.index.countries.codes) + 1, np.float32)

    @cached_property
    def requested_types(self) -> FloatArray:
        """How surely each actor is of a partner type that the words request, float32, 0 to 1, shape (n_actors,)."""
        return self.index.partner_types.requested(self.text)

    @cached_property
    def likely_countries(self) -> FloatArray:
        """How likely a project of such words has a member from each country, shape (n_countries + 1,), last 0."""
        return np.append(self.index.country_model.predict(self.words), np.float32(0))

    def likely_country_share(self, rows: Rows) -> FloatArray:
        """How likely a project of such words has a member from some actors' countries, float32, shape of the rows."""
        return self.likely_countries[self.index.countries.of_actor[rows]]

    def known_projects(self) -> IndexArray:
        """Row of the project that the question is about, if any."""
        return np.array([] if self._project is None else [self._project], np.intp)

    def understanding(self) -> Understanding:
        """Fields and countries that were stated or read."""
        fields = (*self._profile.fields, *(reading.field_id for reading in self.readings))
        places = tuple(self.index.countries.codes[country] for country in self.named_countries)
        return Understanding(fields=tuple(dict.fromkeys(fields)), places=places)

    def _similarity_for_fit(self, rows: Rows) -> FloatArray:
        """The similarity, times 1.5 for an actor that is surely of a requested type. Set by hand."""
        return self.similarity(rows) * (1 + 0.5 * self.requested_types[rows])

    def _embedded(self, text: str) -> SparseRow:
        return row_of(self.index.words.embedder.embed([text]), 0)


def unit(vector: FloatArray) -> FloatArray:
    """The vector at length one; zero stays zero."""
    length = math.sqrt(vector @ vector)
    return vector / np.float32(length) if length else vector
