"""A query as the features see it."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.index import MatchIndex
from matching.links import TwoSteps, entries_of_rows
from matching.query import Profile
from matching.text import FieldReading, FloatArray

IndexArray = npt.NDArray[np.intp]

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
    words, needs, offers
        CSR of shape (1, n_dimensions).
    fields
        float32, shape (n_fields,): unit vector of the fields asked about.
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
        if actor is None:
            self.words, self.needs, self.offers = (
                sparse.csr_array(index.embedder.embed([part]))
                for part in (text, " . ".join(profile.needs) or text, " . ".join(profile.offers))
            )
        else:
            rows = (index.words.profile, index.words.needs, index.words.offers)
            self.words, self.needs, self.offers = (row_of(matrix, actor) for matrix in rows)
        self.kind = _kind_code(index, actor, profile)
        self.country = (
            int(index.country[actor])
            if actor is not None
            else index.gazetteer.code_of(profile.country, profile.district_or_city)
        )
        self.named_countries: Sequence[int] = () if actor is not None else index.gazetteer.named_in(text)
        self.named_region: Sequence[int] = () if actor is not None else index.gazetteer.region_of(text)
        self.stated_fields = profile.fields

    @cached_property
    def similar_projects(self) -> tuple[IndexArray, FloatArray]:
        """Rows of the past projects nearest to the query's words, at most 200, and their squared cosines."""
        likeness = dense(self.words @ self.index.words_to_projects)
        if self.actor is not None:
            likeness[row_of(self.index.memberships, self.actor).indices] = 0  # its own projects are not news
        if self.project is not None:
            likeness[self.project] = 0
        rows = largest(likeness, N_SIMILAR_PROJECTS)
        return rows, likeness[rows] ** 2

    @cached_property
    def fields(self) -> FloatArray:
        """Unit vector over the fields of the index: stated, read from the words, and those of similar projects."""
        if self.actor is not None:
            return dense(row_of(self.index.actor_fields, self.actor))
        rows, weight = self.similar_projects
        likely = dense(sparse.csr_array(weight[None, :]) @ self.index.project_fields[rows]) if len(rows) else 0
        said = np.zeros(len(self.index.field_ids), np.float32)
        for reading in self.readings:
            said[self.index.field_column[reading.field_id]] = reading.weight
        for field_id in self.stated_fields:
            if field_id in self.index.field_column:
                said[self.index.field_column[field_id]] = 1
        return unit(unit(said) + unit(np.zeros_like(said) + likely) * (0.5 if said.any() else 1.0))

    @cached_property
    def asked_concepts(self) -> FloatArray:
        """Concepts asked about, rare ones heavier, as a vector of length one, float32, shape (n_concepts,)."""
        subjects = self.index.subjects
        if self.actor is None:
            return unit(subjects.query(self.text))
        return unit(dense(row_of(subjects.own, self.actor)) * subjects.rarity)

    @cached_property
    def concept_likeness(self) -> FloatArray:
        """How much of what is asked about each actor speaks of and does, float32, shape (n_actors,)."""
        return self.weighted_by(self.index.subjects.all, self.asked_concepts)

    @cached_property
    def likeness(self) -> FloatArray:
        """How much each actor says and does what is asked about, float32, shape (n_actors,).

        A sum of cosines: of words, in part of offer and need both ways, concepts, fields and past projects like this.
        """
        return (
            self.word_likeness
            + 0.5 * self.offers_meeting_needs
            + 0.2 * self.needs_meeting_offers
            + 0.3 * self.concept_likeness
            + 0.2 * self.field_likeness
            + 0.15 * self.broad_votes
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
    def links(self) -> sparse.csr_array:
        """Row of the asker in the links, shape (1, n_actors); empty for one outside the network."""
        if self.actor is None:
            return sparse.csr_array((1, self.index.snapshot.n_actors), dtype=np.float32)
        return row_of(self.index.links, self.actor)

    @cached_property
    def two_steps(self) -> TwoSteps:
        """The walks of two steps from the asker."""
        return TwoSteps(self.index, self.member)

    def by_middle(self, weights: FloatArray, rows: IndexArray) -> FloatArray:
        """What the partners in common with some actors weigh, each by itself, float32, shape of the rows."""
        return self.two_steps.weigh(weights, self.index.equal_weights, rows)

    @cached_property
    def field_activity(self) -> FloatArray:
        """Recent joint projects of the asker by field, as log(1 + n); for words, the fields they point to."""
        if self.actor is None:
            return self.fields
        return dense(row_of(self.index.joint_fields, self.actor))

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
        return dense(self.words @ self.index.words_to_profiles)

    @cached_property
    def offers_meeting_needs(self) -> FloatArray:
        """Cosine of the asker's needs with each actor's offers, float32, shape (n_actors,)."""
        return dense(self.needs @ self.index.words_to_offers)

    @cached_property
    def needs_meeting_offers(self) -> FloatArray:
        """Cosine of the asker's offers, or its words, with each actor's needs, float32, shape (n_actors,)."""
        return dense((self.offers if self.offers.nnz else self.words) @ self.index.words_to_needs)

    @cached_property
    def field_likeness(self) -> FloatArray:
        """Cosine of the fields with each actor's, float32, shape (n_actors,)."""
        return self.weighted_by(self.index.actor_fields, self.fields)

    @cached_property
    def activity_in_fields(self) -> FloatArray:
        """Recent projects of each actor in the fields, float32, shape (n_actors,)."""
        return np.asarray(self.index.field_activity.T @ self.fields, dtype=np.float32)

    def weighted_by(self, matrix: sparse.csr_array, weights: FloatArray) -> FloatArray:
        """Each actor's row of a matrix times weights, float32, shape (n_actors,)."""
        return np.asarray(matrix @ weights, dtype=np.float32)

    def weighted_by_own(self, matrix: sparse.csr_array) -> FloatArray:
        """Each actor's row of a matrix times the asker's own, float32, shape (n_actors,)."""
        return np.asarray(matrix @ dense(row_of(matrix, self.member)), dtype=np.float32)

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
        return self._shares_by_country(self.votes)

    @cached_property
    def partner_countries(self) -> FloatArray:
        """Each country's share of the asker's links, float32, shape (n_countries + 1,), last 0."""
        return self._shares_by_country(dense(self.links))

    def _shares_by_country(self, weights: FloatArray) -> FloatArray:
        n_countries = len(self.index.gazetteer.codes)
        total = float(weights.sum())
        if total <= 0:
            return np.zeros(n_countries + 1, np.float32)
        rows = np.flatnonzero(weights)
        shares = np.bincount(self.index.country[rows] + 1, weights=weights[rows], minlength=n_countries + 1) / total
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


def largest(values: FloatArray, n: int) -> IndexArray:
    """Rows of the n largest positive values, largest first, ties by row."""
    positive = np.flatnonzero(values > 0)
    if len(positive) > n:
        threshold = np.partition(values[positive], len(positive) - n)[len(positive) - n]
        positive = positive[values[positive] >= threshold]
    order = np.lexsort((positive, -values[positive]))
    return positive[order][:n]


def _kind_code(index: MatchIndex, actor: int | None, profile: Profile) -> int:
    if actor is not None:
        return int(index.snapshot.actor_kind[actor])
    order = list(index.kinds.actor)
    return order.index(profile.kind) if profile.kind in order else -1


def row_of(matrix: sparse.csr_array, row: int) -> sparse.csr_array:
    """One row of a matrix, CSR of shape (1, n_columns), without the checks of general indexing."""
    start, stop = matrix.indptr[row], matrix.indptr[row + 1]
    indptr = np.array([0, stop - start], matrix.indptr.dtype)
    return sparse.csr_array((matrix.data[start:stop], matrix.indices[start:stop], indptr), shape=(1, matrix.shape[1]))


def dense(row: sparse.csr_array) -> FloatArray:
    """A sparse row as float32 of shape (n_columns,)."""
    return np.asarray(row.toarray(), dtype=np.float32).ravel()


def unit(vector: FloatArray) -> FloatArray:
    """The vector at length one; zero stays zero."""
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
