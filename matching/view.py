"""A query as the features see it."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from scipy import sparse

from matching.index import MatchIndex
from matching.links import TwoSteps
from matching.query import Profile
from matching.rows import (
    EVERYONE,
    IndexArray,
    Rows,
    columns_of,
    dense_row,
    entries_of_rows,
    largest,
    row_of,
    sum_of_rows,
    values_of,
)
from matching.text import FieldReading, FloatArray

N_SIMILAR_PROJECTS = 200
"""Nearest past projects that vote for their members."""


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
        self._linked_rows: Rows = EVERYONE
        self._links_of_rows = index.links

    @cached_property
    def words(self) -> sparse.csr_array:
        """All that the asker says and does, CSR of shape (1, n_dimensions)."""
        return self._said(self.index.words.profile, self.text)

    @cached_property
    def needs(self) -> sparse.csr_array:
        """What is sought, of the same shape; all of a brief."""
        return self._said(self.index.words.needs, " . ".join(self._profile.needs) or self.text)

    @cached_property
    def offers(self) -> sparse.csr_array:
        """What the asker offers, of the same shape."""
        return self._said(self.index.words.offers, " . ".join(self._profile.offers))

    def _said(self, of_members: sparse.csr_array, text: str) -> sparse.csr_array:
        if self.actor is not None:
            return row_of(of_members, self.actor)
        return sparse.csr_array(self.index.embedder.embed([text]))

    @cached_property
    def similar_projects(self) -> tuple[IndexArray, FloatArray]:
        """Rows of the past projects nearest to the query's words, at most 200, and their squared cosines."""
        likeness = sum_of_rows(self.index.words_to_projects, self.words.indices, self.words.data)
        if self.actor is not None:
            likeness[columns_of(self.index.memberships, self.actor)] = 0  # its own projects are not news
        if self.project is not None:
            likeness[self.project] = 0
        rows = largest(likeness, N_SIMILAR_PROJECTS)
        return rows, likeness[rows] ** 2

    @cached_property
    def fields(self) -> FloatArray:
        """Unit vector over the fields of the index: stated, read from the words, and those of similar projects."""
        if self.actor is not None:
            return dense_row(self.index.actor_fields, self.actor)
        rows, weight = self.similar_projects
        likely = sum_of_rows(self.index.project_fields, rows, weight)
        said = np.zeros(len(self.index.field_ids), np.float32)
        for reading in self.readings:
            said[self.index.field_column[reading.field_id]] = reading.weight
        for field_id in self.stated_fields:
            if field_id in self.index.field_column:
                said[self.index.field_column[field_id]] = 1
        return unit(unit(said) + unit(likely) * (0.5 if said.any() else 1.0))

    @cached_property
    def asked_concepts(self) -> FloatArray:
        """Concepts asked about, rare ones heavier, as a vector of length one, float32, shape (n_concepts,)."""
        subjects = self.index.subjects
        if self.actor is None:
            return unit(subjects.query(self.text))
        return unit(dense_row(subjects.own, self.actor) * subjects.rarity)

    @cached_property
    def concept_likeness(self) -> FloatArray:
        """How much of what is asked about each actor speaks of and does, float32, shape (n_actors,)."""
        return self._weighted(self.index.actors_by_concept, self.asked_concepts)

    def likeness(self, rows: Rows) -> FloatArray:
        """How much each of some actors says and does what is asked about, float32, shape of the rows.

        A sum of cosines: of words, in part of offer and need both ways, concepts, fields and past projects like this.
        """
        return (
            self.word_likeness[rows]
            + 0.5 * self.offers_meeting_needs[rows]
            + 0.2 * self.needs_meeting_offers[rows]
            + 0.3 * self.concept_likeness[rows]
            + 0.2 * self.field_likeness[rows]
            + 0.15 * self.broad_votes[rows]
        )

    @cached_property
    def sought(self) -> FloatArray:
        """How much each actor is of a sort that the words ask for, float32 of 0 to 1, shape (n_actors,)."""
        if self.actor is not None:
            return np.zeros(self.index.snapshot.n_actors, np.float32)
        return self.index.sorts.query(self.text)

    @cached_property
    def likely_countries(self) -> FloatArray:
        """How likely the words are of a project with a member from each country, shape (n_countries + 1,), last 0."""
        return np.append(self.index.country_reader.read(self.words), np.float32(0))

    @cached_property
    def two_steps(self) -> TwoSteps:
        """The walks of two steps from the asker."""
        return TwoSteps(self.index, self.member)

    def by_middle(self, weights: FloatArray, rows: Rows) -> FloatArray:
        """What the partners in common with some actors weigh, each by itself, float32, shape of the rows."""
        return self.two_steps.weigh(weights, rows=rows)

    def spread(self, values: FloatArray, rows: Rows) -> FloatArray:
        """What some actors receive of values that all deal out over their damped links, float32, shape of the rows."""
        if self._linked_rows is not rows:  # several features ask about the same candidates
            self._linked_rows, self._links_of_rows = rows, self.index.links[rows]
        return np.asarray(self._links_of_rows @ (values * self.index.damping), dtype=np.float32)

    @cached_property
    def field_activity(self) -> FloatArray:
        """Recent joint projects of the asker by field, as log(1 + n); for words, the fields they point to."""
        if self.actor is None:
            return self.fields
        return dense_row(self.index.joint_fields, self.actor)

    @cached_property
    def votes(self) -> FloatArray:
        """See :func:`similar_work`."""
        return self.votes_by(self.similar_projects[1])

    @cached_property
    def broad_votes(self) -> FloatArray:
        """Votes of the nearest projects for their members, each by its plain cosine, float32, shape (n_actors,)."""
        return self.votes_by(np.sqrt(self.similar_projects[1]))

    @cached_property
    def _voters(self) -> tuple[IndexArray, IndexArray]:
        """Members of the similar projects: the place of each one's project among them, and the member's row."""
        rows, _ = self.similar_projects
        membership = self.index.snapshot.membership
        place, entry = entries_of_rows(membership, rows)
        return place, membership.indices[entry]

    def votes_by(self, weight: FloatArray) -> FloatArray:
        """Votes of the similar projects for their members, each by its weight, float32, shape (n_actors,)."""
        place, member = self._voters
        return np.bincount(member, weights=weight[place], minlength=self.index.snapshot.n_actors).astype(np.float32)

    @cached_property
    def word_likeness(self) -> FloatArray:
        """Cosine of the words with each actor's, float32, shape (n_actors,)."""
        return sum_of_rows(self.index.words_to_profiles, self.words.indices, self.words.data)

    @cached_property
    def offers_meeting_needs(self) -> FloatArray:
        """Cosine of the asker's needs with each actor's offers, float32, shape (n_actors,)."""
        return sum_of_rows(self.index.words_to_offers, self.needs.indices, self.needs.data)

    @cached_property
    def needs_meeting_offers(self) -> FloatArray:
        """Cosine of the asker's offers, or its words, with each actor's needs, float32, shape (n_actors,)."""
        offered = self.offers if self.offers.nnz else self.words
        return sum_of_rows(self.index.words_to_needs, offered.indices, offered.data)

    @cached_property
    def field_likeness(self) -> FloatArray:
        """Cosine of the fields with each actor's, float32, shape (n_actors,)."""
        return self._weighted(self.index.actors_by_field, self.fields)

    @cached_property
    def activity_in_fields(self) -> FloatArray:
        """Recent projects of each actor in the fields, float32, shape (n_actors,)."""
        return self._weighted(self.index.field_activity, self.fields)

    def _weighted(self, by_column: sparse.csr_array, weights: FloatArray) -> FloatArray:
        """Each actor's column of a matrix times weights, few of which are not zero, float32, shape (n_actors,)."""
        (rows,) = weights.nonzero()
        return sum_of_rows(by_column, rows, weights[rows])

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
        (rows,) = self.votes.nonzero()
        return self._shares_by_country(rows, self.votes[rows])

    @cached_property
    def partner_countries(self) -> FloatArray:
        """Each country's share of the asker's links, float32, shape (n_countries + 1,), last 0."""
        if self.actor is None:
            return np.zeros(len(self.index.gazetteer.codes) + 1, np.float32)
        links = self.index.links
        return self._shares_by_country(columns_of(links, self.actor), values_of(links, self.actor))

    def _shares_by_country(self, rows: IndexArray, weights: FloatArray) -> FloatArray:
        n_countries = len(self.index.gazetteer.codes)
        total = float(weights.sum())
        if total <= 0:
            return np.zeros(n_countries + 1, np.float32)
        shares = np.bincount(self.index.country[rows] + 1, weights=weights, minlength=n_countries + 1) / total
        return np.append(shares[1:], 0).astype(np.float32)

    @cached_property
    def two_hop(self) -> FloatArray:
        """See :func:`~matching.features.connections.shared_partners`, float32, shape (n_actors,)."""
        if self.actor is None:
            return np.zeros(self.index.snapshot.n_actors, np.float32)
        return self.two_steps.weigh(self.index.links.data[self.two_steps.entries], self.index.damped_weights)

    @cached_property
    def recent_two_hop(self) -> FloatArray:
        """See :func:`~matching.features.connections.recent_shared_partners`, float32, shape (n_actors,)."""
        index = self.index
        return self.two_steps.weigh(index.recent_weights[self.two_steps.entries], index.damped_recent_weights)


def _kind_code(index: MatchIndex, actor: int | None, profile: Profile) -> int:
    if actor is not None:
        return int(index.snapshot.actor_kind[actor])
    order = list(index.kinds.actor)
    return order.index(profile.kind) if profile.kind in order else -1


def unit(vector: FloatArray) -> FloatArray:
    """The vector at length one; zero stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
