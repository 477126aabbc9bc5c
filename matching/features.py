"""The features of a pair of query and candidate: one function each, over all candidates at once.

Every function takes a :class:`QueryView` and returns float32 of shape (n_actors,), larger where the candidate fits
better; zero is the absence of the thing measured, so that a term of a score is never a reason by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from matching.index import MatchIndex
from matching.query import Profile
from matching.text import FieldReading, FloatArray

IndexArray = npt.NDArray[np.intp]

N_SIMILAR_PROJECTS = 200
"""Nearest past projects that vote for their members."""
REFERENCE_RANK = 20
"""Relative features are divided by the query's own value at this rank …"""
RELATIVE_CEILING = 4.0
"""… or by the part of its largest value that lets none exceed this."""


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
    named_countries
        Country codes named in the text.
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
            self.words, self.needs, self.offers = (_row(matrix, actor) for matrix in rows)
        self.kind = _kind_code(index, actor, profile)
        self.country = (
            int(index.country[actor])
            if actor is not None
            else index.gazetteer.code_of(profile.country, profile.district_or_city)
        )
        self.named_countries: Sequence[int] = () if actor is not None else index.gazetteer.named_in(text)
        self.stated_fields = profile.fields

    @cached_property
    def similar_projects(self) -> tuple[IndexArray, FloatArray]:
        """Rows of the past projects nearest to the query's words, at most 200, and their squared cosines."""
        likeness = _dense(self.words @ self.index.words_to_projects)
        if self.actor is not None:
            likeness[_row(self.index.memberships, self.actor).indices] = 0  # its own projects are not news
        if self.project is not None:
            likeness[self.project] = 0
        rows = largest(likeness, N_SIMILAR_PROJECTS)
        return rows, likeness[rows] ** 2

    @cached_property
    def fields(self) -> FloatArray:
        """Unit vector over the fields of the index: stated, read from the words, and those of similar projects."""
        if self.actor is not None:
            return _dense(_row(self.index.actor_fields, self.actor))
        rows, weight = self.similar_projects
        likely = _dense(sparse.csr_array(weight[None, :]) @ self.index.project_fields[rows]) if len(rows) else 0
        said = np.zeros(len(self.index.field_ids), np.float32)
        for reading in self.readings:
            said[self.index.field_column[reading.field_id]] = reading.weight
        for field_id in self.stated_fields:
            if field_id in self.index.field_column:
                said[self.index.field_column[field_id]] = 1
        return _unit(_unit(said) + _unit(np.zeros_like(said) + likely) * (0.5 if said.any() else 1.0))

    @cached_property
    def links(self) -> sparse.csr_array:
        """Row of the asker in the links, shape (1, n_actors); empty for one outside the network."""
        return self._links_in(self.index.links)

    @cached_property
    def recent_links(self) -> sparse.csr_array:
        """Row of the asker in the recent links."""
        return self._links_in(self.index.recent_links)

    def _links_in(self, links: sparse.csr_array) -> sparse.csr_array:
        if self.actor is None:
            return sparse.csr_array((1, self.index.snapshot.n_actors), dtype=np.float32)
        return _row(links, self.actor)

    @cached_property
    def votes(self) -> FloatArray:
        """See :func:`similar_work`."""
        rows, weight = self.similar_projects
        if not len(rows):
            return np.zeros(self.index.snapshot.n_actors, np.float32)
        return _dense(sparse.csr_array(weight[None, :]) @ self.index.snapshot.membership[rows])

    @cached_property
    def two_hop(self) -> FloatArray:
        """See :func:`shared_partners`."""
        return _dense(self.links @ self.index.normalised_links)


def shared_partners(view: QueryView) -> FloatArray:
    """Partners in common: sum over them of both links, each hub damped by the root of its degree."""
    return view.two_hop


def recent_shared_partners(view: QueryView) -> FloatArray:
    """Partners in common lately: as above, with projects halved in weight every two years."""
    return _dense(view.recent_links @ view.index.normalised_recent_links)


def partners_of_partners(view: QueryView) -> FloatArray:
    """Three steps away: the partners of those with whom there are partners in common."""
    if view.actor is None:
        return view.two_hop
    return np.asarray(view.index.normalised_links.T @ view.two_hop, dtype=np.float32)


def similar_work(view: QueryView) -> FloatArray:
    """Took part in past projects like this: votes of the nearest projects, each its squared cosine."""
    return view.votes


def similar_words(view: QueryView) -> FloatArray:
    """Describes itself in like words: cosine of the words."""
    return _dense(view.words @ view.index.words_to_profiles)


def offers_what_is_needed(view: QueryView) -> FloatArray:
    """Offers what is sought: cosine of the asker's needs and the candidate's offers."""
    return _dense(view.needs @ view.index.words.offers.T)


def needs_what_is_offered(view: QueryView) -> FloatArray:
    """Seeks what the asker offers: cosine of the asker's offers (or its words) and the candidate's needs."""
    offered = view.offers if view.offers.nnz else view.words
    return _dense(offered @ view.index.words.needs.T)


def shared_fields(view: QueryView) -> FloatArray:
    """Works in the same fields: cosine over fields, rare ones heavier."""
    return np.asarray(view.index.actor_fields @ view.fields, dtype=np.float32)


def activity_in_fields(view: QueryView) -> FloatArray:
    """Active in these fields lately: recent projects in the query's fields."""
    return np.asarray(view.index.field_activity.T @ view.fields, dtype=np.float32)


def same_country(view: QueryView) -> FloatArray:
    """Comes from the asker's country, or from one the text names."""
    wanted = {view.country, *view.named_countries} - {-1}
    return np.isin(view.index.country, list(wanted)).astype(np.float32)


def usual_country(view: QueryView) -> FloatArray:
    """Comes from a country that is strong in past projects like this: the country's share of the votes."""
    return _by_country(view, view.votes)


def partner_country(view: QueryView) -> FloatArray:
    """Comes from a country the asker often works with: the country's share of its links."""
    return _by_country(view, _dense(view.links))


def activity(view: QueryView) -> FloatArray:
    """Active lately: number of projects, halved in weight every two years, as log(1 + n)."""
    return np.log1p(view.index.recent_activity)


def standing(view: QueryView) -> FloatArray:
    """Well connected: number of partners so far, as log(1 + n)."""
    return np.log1p(view.index.degree)


def usual_kind(view: QueryView) -> FloatArray:
    """Of a kind with which the asker's kind works more often than chance, as a share of links."""
    return view.index.kind_affinity[view.kind][view.index.snapshot.actor_kind]


def wanted_country_similar_work(view: QueryView) -> FloatArray:
    """Past projects like this, from a country that is strong in them: votes times the country's share."""
    return view.votes * usual_country(view)


Scale = Literal["relative", "plain"]
Function = Callable[[QueryView], FloatArray]


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature of the table.

    Attributes
    ----------
    reason
        Code of the reason that its contribution is told as; features of one reason are told as one.
    scale
        ``relative``: divided by the query's own 20th largest value (at least a quarter of its largest), as log(1 + x);
        ``plain``: as it is.
    budget
        Candidates that the feature may bring in by itself.
    """

    function: Function
    reason: str
    scale: Scale = "relative"
    budget: int = 0

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.function.__name__


FEATURES: tuple[Feature, ...] = (
    Feature(shared_partners, "connection", budget=150),
    Feature(recent_shared_partners, "connection", budget=120),
    Feature(partners_of_partners, "connection", budget=60),
    Feature(similar_work, "similar_work", budget=150),
    Feature(wanted_country_similar_work, "similar_work", budget=60),
    Feature(similar_words, "similar_words", budget=80),
    Feature(offers_what_is_needed, "offer", scale="plain", budget=40),
    Feature(needs_what_is_offered, "need", scale="plain", budget=40),
    Feature(shared_fields, "fields", budget=60),
    Feature(activity_in_fields, "fields_activity", budget=80),
    Feature(same_country, "place", scale="plain"),
    Feature(usual_country, "place"),
    Feature(partner_country, "place"),
    Feature(activity, "activity", budget=40),
    Feature(standing, "activity"),
    Feature(usual_kind, "kind", scale="plain"),
)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)


def scaled(values: FloatArray, scale: Scale) -> FloatArray:
    """The values of one query as the ranker sees them.

    >>> [round(float(value), 2) for value in scaled(np.array([0, 1, 4], np.float32), "relative")]
    [0.0, 0.69, 1.61]
    """
    if scale == "plain":
        return values
    best = values.max(initial=0)
    if best <= 0:
        return values
    rank = min(REFERENCE_RANK, len(values))
    reference = max(-np.partition(-values, rank - 1)[rank - 1], best / RELATIVE_CEILING)
    return np.log1p(values / reference).astype(np.float32)


def largest(values: FloatArray, n: int) -> IndexArray:
    """Rows of the n largest positive values, largest first, ties by row."""
    positive = np.flatnonzero(values > 0)
    if len(positive) > n:
        threshold = np.partition(values[positive], len(positive) - n)[len(positive) - n]
        positive = positive[values[positive] >= threshold]
    order = np.lexsort((positive, -values[positive]))
    return positive[order][:n]


def _by_country(view: QueryView, weights: FloatArray) -> FloatArray:
    country = view.index.country
    total = float(weights.sum())
    if total <= 0:
        return np.zeros(len(country), np.float32)
    shares = np.bincount(country + 1, weights=weights, minlength=int(country.max(initial=-1)) + 2) / total
    shares[0] = 0  # no country is no common country
    return shares[country + 1].astype(np.float32)


def _kind_code(index: MatchIndex, actor: int | None, profile: Profile) -> int:
    if actor is not None:
        return int(index.snapshot.actor_kind[actor])
    order = list(index.kinds.actor)
    return order.index(profile.kind) if profile.kind in order else -1


def _row(matrix: sparse.csr_array, row: int) -> sparse.csr_array:
    start, stop = matrix.indptr[row], matrix.indptr[row + 1]
    indptr = np.array([0, stop - start], matrix.indptr.dtype)
    return sparse.csr_array((matrix.data[start:stop], matrix.indices[start:stop], indptr), shape=(1, matrix.shape[1]))


def _dense(row: sparse.csr_array) -> FloatArray:
    return np.asarray(row.toarray(), dtype=np.float32).ravel()


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
