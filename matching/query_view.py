"""A query as the features see it."""

import math
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import sparse

from matching.arrays import FloatArray, IndexArray
from matching.index.links import TwoSteps
from matching.index.network_index import MatchIndex
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
from matching.questions import Profile
from matching.text.terms import FieldReading

N_SIMILAR_PROJECTS = 200
"""Nearest past projects that vote for their members."""
N_CLOSE_PROJECTS = 20
"""Those of them that are closest."""


class Votes(NamedTuple):
    """Votes of similar projects for their members.

    Each project its squared cosine; the closest ones only; halved every two years; each its plain cosine.
    """

    all: Sums
    close: Sums
    recent: Sums
    broad: Sums


class InFields(NamedTuple):
    """What some actors do in the query's fields, each float32 of the shape of the rows; see the features of fields."""

    shared: FloatArray
    activity: FloatArray
    meeting: FloatArray
    meeting_lately: FloatArray
    leading: FloatArray


class QueryView:
    """A query against an index, with what several features share.

    Attributes
    ----------
    text
        The query in words; an actor's own profile text.
    actor, project
        Row of the asker, or of the project partners are sought for, where it is in the network; else None.
    readings
        Fields read out of the text.
    kind
        Code of the asker's kind, -1 where unknown.
    country
        Code of the asker's own country, -1 where unknown.
    named_countries, named_region
        Country codes named in the text, and those of the regions it names.
    """

    def __init__(
        self,
        index: MatchIndex,
        text: str,
        *,
        actor: int | None = None,
        project: int | None = None,
        profile: Profile = Profile(),  # noqa: B008  frozen
        read_fields: bool = True,
    ) -> None:
        self.index = index
        self.text = text
        self.actor = actor
        self.project = project
        reads = read_fields and actor is None
        self.readings: tuple[FieldReading, ...] = index.field_reader.read(text) if reads else ()
        self.kind = _kind_code(index, actor, profile)
        self.country = (
            int(index.country[actor])
            if actor is not None
            else index.gazetteer.code_of(profile.country, profile.district_or_city)
        )
        self.named_countries: Sequence[int] = () if actor is not None else index.gazetteer.named_in(text)
        self.named_region: Sequence[int] = () if actor is not None else index.gazetteer.region_of(text)
        self.stated_fields = profile.fields
        self._profile = profile
        self._in_fields: tuple[Rows, InFields] | None = None

    @cached_property
    def words(self) -> SparseRow:
        """The words of all that the asker says and does as a vector."""
        return self._said(self.index.words.profile, self.text)

    @cached_property
    def needs(self) -> SparseRow:
        """Those of what is sought; of all of a brief."""
        return self._said(self.index.words.needs, " . ".join(self._profile.needs) or self.text)

    @cached_property
    def offers(self) -> SparseRow:
        """Those of what the asker offers."""
        return self._said(self.index.words.offers, " . ".join(self._profile.offers))

    @property
    def offered(self) -> SparseRow:
        """Those of what the asker offers, or of all it says."""
        return self.offers if len(self.offers.columns) else self.words

    def _said(self, of_members: sparse.csr_array, text: str) -> SparseRow:
        if self.actor is not None:
            return row_of(of_members, self.actor)
        return row_of(self.index.embedder.embed([text]), 0)

    @cached_property
    def similar_projects(self) -> tuple[IndexArray, FloatArray]:
        """Rows of the past projects nearest to the query's words, at most 200, and their squared cosines."""
        reach = Reach(self.index.words_to_projects, self.words.columns)
        cosine = reach.sums(self.words.values)
        if self.actor is not None:  # its own projects are not news
            cosine.values[cosine.place[columns_of(self.index.memberships, self.actor)]] = 0
        if self.project is not None:
            cosine.values[cosine.place[self.project]] = 0
        nearest = rows_of_largest(cosine.values[:-1], reach.columns, N_SIMILAR_PROJECTS)
        return nearest, cosine[nearest] ** 2

    @cached_property
    def fields(self) -> FloatArray:
        """Unit vector over the fields of the index: stated, read from the words, and those of similar projects."""
        if self.actor is not None:
            return dense_row(self.index.actor_fields, self.actor)
        rows, weight = self.similar_projects
        likely = Reach(self.index.project_fields, rows).sums(weight)[EVERYONE]
        said = np.zeros(len(self.index.field_ids), np.float32)
        for reading in self.readings:
            said[self.index.field_column[reading.field_id]] = reading.weight
        for field_id in self.stated_fields:
            if field_id in self.index.field_column:
                said[self.index.field_column[field_id]] = 1
        return unit(unit(said) + unit(likely) * (0.5 if said.any() else 1.0))

    @cached_property
    def asked_concepts(self) -> SparseRow:
        """Concepts asked about, rare ones heavier, as a vector of length one."""
        subjects = self.index.subjects
        if self.actor is None:
            return nonzero_of(unit(subjects.query(self.text)))
        own = row_of(subjects.own, self.actor)
        return SparseRow(own.columns, unit(own.values * subjects.rarity[own.columns]))

    def likeness(self, rows: Rows) -> FloatArray:
        """How much each of some actors says and does what is asked about, float32, shape of the rows.

        A sum of cosines: of words, in part of offer and need both ways, concepts, fields and past projects like this.
        """
        return (
            self.word_likeness[rows]
            + 0.5 * self.offers_meeting_needs[rows]
            + 0.2 * self.needs_meeting_offers[rows]
            + 0.3 * self.concept_likeness[rows]
            + 0.2 * self.in_fields(rows).shared
            + 0.15 * self.votes.broad[rows]
        )

    @cached_property
    def sought(self) -> FloatArray:
        """How much each actor is of a sort that the words of a question ask for, float32 of 0 to 1, (n_actors,)."""
        return self.index.sorts.query(self.text)

    @cached_property
    def likely_countries(self) -> FloatArray:
        """How likely the words are of a project with a member from each country, shape (n_countries + 1,), last 0."""
        return np.append(self.index.country_reader.read(self.words), np.float32(0))

    @cached_property
    def two_steps(self) -> TwoSteps:
        """The walks of two steps from the asker."""
        return TwoSteps(self.index, self.member)

    def in_fields(self, rows: Rows) -> InFields:
        """What some actors do in the query's fields; kept until others are asked about."""
        if self._in_fields is None or self._in_fields[0] is not rows:
            work = self.index.work_in_fields
            numbered = numbers_of(rows, self.index.snapshot.n_actors)
            found = five_products_of_rows(work.structure, work.values, numbered, self._asked_of_fields)
            self._in_fields = rows, InFields(*found)
        return self._in_fields[1]

    @cached_property
    def _asked_of_fields(self) -> FloatArray:
        """How much each field counts for each of :class:`InFields`, shape (n_fields, 5)."""
        asked = np.zeros((len(self.index.field_ids), len(InFields._fields)), np.float32)
        asked.T[:] = self.fields
        asked[:, 2] = self.field_activity
        asked[:, 3] = 0 if self.actor is None else dense_row(self.index.late_joint_fields, self.actor)
        return asked

    @cached_property
    def field_activity(self) -> FloatArray:
        """Recent joint projects of the asker by field, as log(1 + n); for words, the fields they point to."""
        if self.actor is None:
            return self.fields
        return dense_row(self.index.joint_fields, self.actor)

    @cached_property
    def voting(self) -> Reach:
        """The members of the similar projects."""
        return Reach(self.index.snapshot.membership, self.similar_projects[0])

    @cached_property
    def votes(self) -> Votes:
        """The votes of the similar projects for their members."""
        projects, weight = self.similar_projects
        weights = np.zeros((len(projects), len(Votes._fields)), np.float32)
        weights[:, 0] = weight
        weights[:N_CLOSE_PROJECTS, 1] = weight[:N_CLOSE_PROJECTS]  # the nearest come first
        weights[:, 2] = weight * self.index.project_recency[projects]
        weights[:, 3] = np.sqrt(weight)
        return Votes(*self.voting.counts(weights))

    @cached_property
    def speaking_alike(self) -> Reach:
        """The actors that have some of the words."""
        return Reach(self.index.words_to_profiles, self.words.columns)

    @cached_property
    def word_likeness(self) -> Sums:
        """Cosine of the words with each actor's."""
        return self.speaking_alike.sums(self.words.values)

    @cached_property
    def offering(self) -> Reach:
        """The actors that have some of the words of what is sought among their offers."""
        return Reach(self.index.words_to_offers, self.needs.columns)

    @cached_property
    def offers_meeting_needs(self) -> Sums:
        """Cosine of the asker's needs with each actor's offers."""
        return self.offering.sums(self.needs.values)

    @cached_property
    def needing(self) -> Reach:
        """The actors that have some of the words of what the asker offers, or says, among their needs."""
        return Reach(self.index.words_to_needs, self.offered.columns)

    @cached_property
    def needs_meeting_offers(self) -> Sums:
        """Cosine of the asker's offers, or its words, with each actor's needs."""
        return self.needing.sums(self.offered.values)

    @cached_property
    def sharing_concepts(self) -> Reach:
        """The actors that speak of or do some of what is asked about."""
        return Reach(self.index.actors_by_concept, self.asked_concepts.columns)

    @cached_property
    def concept_likeness(self) -> Sums:
        """How much of what is asked about each actor speaks of and does."""
        return self.sharing_concepts.sums(self.asked_concepts.values)

    @cached_property
    def champions(self) -> Reach:
        """The champions of the query's fields; see :attr:`matching.index.network_index.MatchIndex.champions`."""
        return Reach(self.index.champions, nonzero_of(self.fields).columns)

    def own(self, matrix: FloatArray) -> FloatArray:
        """The asker's own row of a dense matrix."""
        return np.asarray(matrix[self.member])

    @property
    def member(self) -> int:
        """Row of the asker.

        Raises
        ------
        ValueError
            The asker is not in the network.
        """
        if self.actor is None:
            raise ValueError("The asker is not in the network.")
        return self.actor

    @cached_property
    def usual_countries(self) -> FloatArray:
        """Each country's share of the votes, float32, shape (n_countries + 1,), last 0."""
        rows = self.voting.columns
        return self._shares_by_country(rows, self.votes.all[rows])

    @cached_property
    def partner_countries(self) -> FloatArray:
        """Each country's share of the asker's links, float32, shape (n_countries + 1,), last 0."""
        if self.actor is None:
            return np.zeros(len(self.index.gazetteer.codes) + 1, np.float32)
        links = self.index.links
        return self._shares_by_country(columns_of(links, self.actor), values_of(links, self.actor))

    def _shares_by_country(self, rows: IndexArray, weights: FloatArray) -> FloatArray:
        return shares_by_code(self.index.country, rows, weights, len(self.index.gazetteer.codes) + 1)


def _kind_code(index: MatchIndex, actor: int | None, profile: Profile) -> int:
    if actor is not None:
        return int(index.snapshot.actor_kind[actor])
    order = list(index.kinds.actor)
    return order.index(profile.kind) if profile.kind in order else -1


def unit(vector: FloatArray) -> FloatArray:
    """The vector at length one; zero stays zero."""
    length = math.sqrt(vector @ vector)
    return vector / np.float32(length) if length else vector
