"""The features of a pair of query and candidate: one function each, over many candidates at once.

Every function takes a :class:`~matching.query_view.QueryView` and the rows of actors, some or all, and returns float32 of the
shape of the rows, larger where the candidate fits better; zero is the absence of the thing measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

import numpy as np

from matching.arrays import FloatArray
from matching.features.activity import (
    activity,
    experience,
    fresh_activity,
    kind_affinity,
    last_seen,
    leading_roles,
    openness,
    solo_activity,
    standing,
    usual_kind,
)
from matching.features.connections import (
    adamic_adar,
    common_neighbours,
    exclusive_allocation,
    exclusive_shared_partners,
    fresh_shared_partners,
    lasting_shared_partners,
    late_circles,
    near_position,
    number_of_shared_partners,
    recent_shared_partners,
    resource_allocation,
    shared_circles,
    shared_partners,
    shared_small_circles,
)
from matching.features.fields import (
    activity_in_fields,
    leads_in_fields,
    likely_local_activity_in_fields,
    local_activity_in_fields,
    meeting_in_fields,
    meeting_lately_in_fields,
    shared_fields,
)
from matching.features.places import (
    activity_in_likely_country,
    country_affinity,
    likely_country,
    named_country_activity,
    named_region,
    partner_country,
    same_country,
    unusually_likely_country,
    usual_country,
)
from matching.features.words import (
    broad_similar_work,
    circles_of_similar_work,
    close_work,
    likely_local_similar_work,
    local_similar_work,
    needs_what_is_offered,
    offers_what_is_needed,
    recent_similar_work,
    shared_concepts,
    similar_words,
    similar_work,
    sought_kind,
)
from matching.kernels.sparse_rows import EVERYONE, Rows
from matching.query_view import QueryView

REFERENCE_RANK = 20
"""Relative features are divided by the query's own value at this rank …"""
RELATIVE_CEILING = 4.0
"""… or by the part of its largest value that lets none exceed this."""

Scale = Literal["relative", "plain"]
Function = Callable[[QueryView, Rows], FloatArray]
Among = Callable[[QueryView], Rows]


def everyone(_: QueryView) -> Rows:
    """All actors."""
    return EVERYONE


_walked_to: Among = attrgetter("two_steps.ends")
_voting: Among = attrgetter("voting.columns")
_champions: Among = attrgetter("champions.columns")


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
    among
        Where it looks for them: rows that need not be ordered, outside of which the feature is zero or hopeless.
    asked_by
        Who asks for it: members of the network, whose past it compares; needs in words, which it reads; or both. It is
        0 for whoever does not.
    """

    function: Function
    reason: str
    scale: Scale = "relative"
    budget: int = 0
    among: Among = everyone
    asked_by: Literal["members", "words", "both"] = "both"

    def concerns(self, view: QueryView) -> bool:
        """Whether the query is one that asks for it."""
        return self.asked_by == "both" or (self.asked_by == "members") == (view.actor is not None)

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.function.__name__


FEATURES: tuple[Feature, ...] = (
    Feature(shared_partners, "connection", budget=170, among=_walked_to, asked_by="members"),
    Feature(recent_shared_partners, "connection", budget=120, among=_walked_to, asked_by="members"),
    Feature(fresh_shared_partners, "connection", asked_by="members"),
    Feature(lasting_shared_partners, "connection", asked_by="members"),
    Feature(common_neighbours, "connection", asked_by="members"),
    Feature(adamic_adar, "connection", asked_by="members"),
    Feature(resource_allocation, "connection", asked_by="members"),
    Feature(number_of_shared_partners, "connection", scale="plain", asked_by="members"),
    Feature(exclusive_shared_partners, "connection", asked_by="members"),
    Feature(exclusive_allocation, "connection", budget=40, among=_walked_to, asked_by="members"),
    Feature(near_position, "connection", asked_by="members"),
    Feature(shared_circles, "connection", asked_by="members"),
    Feature(shared_small_circles, "connection", asked_by="members"),
    Feature(late_circles, "connection", asked_by="members"),
    Feature(similar_work, "similar_work", budget=150, among=_voting),
    Feature(close_work, "similar_work", scale="plain"),
    Feature(recent_similar_work, "similar_work"),
    Feature(broad_similar_work, "similar_work", scale="plain"),
    Feature(local_similar_work, "similar_work"),
    Feature(likely_local_similar_work, "similar_work", budget=60, among=_voting, asked_by="words"),
    Feature(circles_of_similar_work, "similar_work", asked_by="words"),
    Feature(similar_words, "similar_words", scale="plain", budget=80, among=attrgetter("speaking_alike.columns")),
    Feature(offers_what_is_needed, "offer", scale="plain", budget=40, among=attrgetter("offering.columns")),
    Feature(needs_what_is_offered, "need", scale="plain", budget=40, among=attrgetter("needing.columns")),
    Feature(shared_concepts, "concepts", scale="plain", budget=80, among=attrgetter("sharing_concepts.columns")),
    Feature(sought_kind, "sought", scale="plain", asked_by="words"),
    Feature(shared_fields, "fields", scale="plain", budget=60, among=_champions),
    Feature(activity_in_fields, "fields_activity", budget=100, among=_champions),
    Feature(meeting_in_fields, "fields_activity"),
    Feature(meeting_lately_in_fields, "fields_activity", asked_by="members"),
    Feature(leads_in_fields, "fields_activity"),
    Feature(local_activity_in_fields, "fields_activity"),
    Feature(likely_local_activity_in_fields, "fields_activity", budget=80, among=_champions, asked_by="words"),
    Feature(same_country, "place", scale="plain"),
    Feature(named_country_activity, "place", budget=30, asked_by="words"),
    Feature(named_region, "place", budget=20, asked_by="words"),
    Feature(likely_country, "place", scale="plain", asked_by="words"),
    Feature(unusually_likely_country, "place", scale="plain", asked_by="words"),
    Feature(activity_in_likely_country, "place", budget=60, asked_by="words"),
    Feature(usual_country, "place"),
    Feature(partner_country, "place"),
    Feature(country_affinity, "place", scale="plain"),
    Feature(activity, "activity", budget=40, among=attrgetter("index.most_active")),
    Feature(fresh_activity, "activity", scale="plain"),
    Feature(solo_activity, "activity", scale="plain"),
    Feature(openness, "activity", scale="plain"),
    Feature(last_seen, "activity", scale="plain"),
    Feature(standing, "activity"),
    Feature(leading_roles, "activity", scale="plain"),
    Feature(experience, "activity", scale="plain"),
    Feature(usual_kind, "kind", scale="plain"),
    Feature(kind_affinity, "kind", scale="plain"),
)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)


def references(values: FloatArray) -> FloatArray:
    """What relative features are divided by: the 20th largest value, at least a quarter of the largest.

    Where no more than twenty are positive, it is a quarter of the largest; infinite where none is.

    Parameters
    ----------
    values
        The features of all candidates, shape (n_features, n_candidates).

    >>> references(np.array([[4, 1] + [0] * 19, [8, *[3] * 20], [0] * 21], np.float32)).tolist()
    [1.0, 3.0, inf]
    >>> references(np.array([[4, 1]], np.float32)).tolist()
    [1.0]
    """
    n = values.shape[1]
    if not n:
        return np.full(len(values), np.inf, np.float32)
    ascending = np.sort(values, axis=1)
    most = ascending[:, -1]
    found = most / np.float32(RELATIVE_CEILING)
    if n > REFERENCE_RANK:
        found = np.maximum(found, ascending[:, -REFERENCE_RANK] * (ascending[:, -REFERENCE_RANK - 1] > 0))
    return np.where(most > 0, found, np.float32(np.inf))


def scaled(values: FloatArray, divisors: FloatArray) -> FloatArray:
    """Relative features as the ranker sees them, each divided by its reference, as log(1 + x).

    >>> scaled(np.array([[0, 2, 8]], np.float32), np.array([2], np.float32)).astype(np.float64).round(2).tolist()
    [[0.0, 0.69, 1.61]]
    """
    return np.log1p(values / divisors[:, None])
