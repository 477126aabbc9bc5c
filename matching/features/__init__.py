"""The features of a pair of query and candidate: one function each, over many candidates at once.

Every function takes a :class:`~matching.view.QueryView` and the rows of actors, and returns float32 of the shape of
the rows, larger where the candidate fits better; zero is the absence of the thing measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

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
    partners_of_partners,
    recent_shared_partners,
    resource_allocation,
    shared_circles,
    shared_partners,
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
from matching.features.standing import (
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
from matching.features.words import (
    broad_similar_work,
    close_work,
    company_of_similar_work,
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
from matching.text import FloatArray
from matching.view import IndexArray, QueryView

REFERENCE_RANK = 20
"""Relative features are divided by the query's own value at this rank …"""
RELATIVE_CEILING = 4.0
"""… or by the part of its largest value that lets none exceed this."""

Scale = Literal["relative", "plain"]
Function = Callable[[QueryView, IndexArray], FloatArray]


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
    members_only
        Whether it can be asked of a member of the network only, and is 0 for a need in words.
    """

    function: Function
    reason: str
    scale: Scale = "relative"
    budget: int = 0
    members_only: bool = False

    def values(self, view: QueryView, rows: IndexArray) -> FloatArray:
        """The feature of some actors, float32, shape of the rows; 0 where the asker is not of whom it can be asked."""
        if self.members_only and view.actor is None:
            return np.zeros(len(rows), np.float32)
        return self.function(view, rows)

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.function.__name__


FEATURES: tuple[Feature, ...] = (
    Feature(shared_partners, "connection", budget=150, members_only=True),
    Feature(recent_shared_partners, "connection", budget=120, members_only=True),
    Feature(fresh_shared_partners, "connection", members_only=True),
    Feature(lasting_shared_partners, "connection", members_only=True),
    Feature(common_neighbours, "connection", members_only=True),
    Feature(adamic_adar, "connection", members_only=True),
    Feature(resource_allocation, "connection", members_only=True),
    Feature(number_of_shared_partners, "connection", scale="plain", members_only=True),
    Feature(exclusive_shared_partners, "connection", members_only=True),
    Feature(exclusive_allocation, "connection", members_only=True),
    Feature(partners_of_partners, "connection", members_only=True),
    Feature(near_position, "connection", members_only=True),
    Feature(shared_circles, "connection", members_only=True),
    Feature(late_circles, "connection", members_only=True),
    Feature(similar_work, "similar_work", budget=150),
    Feature(close_work, "similar_work", scale="plain"),
    Feature(recent_similar_work, "similar_work"),
    Feature(broad_similar_work, "similar_work", scale="plain"),
    Feature(local_similar_work, "similar_work", budget=60),
    Feature(likely_local_similar_work, "similar_work", budget=60),
    Feature(company_of_similar_work, "similar_work"),
    Feature(similar_words, "similar_words", scale="plain", budget=80),
    Feature(offers_what_is_needed, "offer", scale="plain", budget=40),
    Feature(needs_what_is_offered, "need", scale="plain", budget=40),
    Feature(shared_concepts, "concepts", scale="plain", budget=80),
    Feature(sought_kind, "sought", scale="plain"),
    Feature(shared_fields, "fields", scale="plain", budget=60),
    Feature(activity_in_fields, "fields_activity", budget=80),
    Feature(meeting_in_fields, "fields_activity"),
    Feature(meeting_lately_in_fields, "fields_activity", members_only=True),
    Feature(leads_in_fields, "fields_activity"),
    Feature(local_activity_in_fields, "fields_activity", budget=40),
    Feature(likely_local_activity_in_fields, "fields_activity", budget=80),
    Feature(same_country, "place", scale="plain"),
    Feature(named_country_activity, "place", budget=30),
    Feature(named_region, "place", budget=20),
    Feature(likely_country, "place", scale="plain"),
    Feature(unusually_likely_country, "place", scale="plain"),
    Feature(activity_in_likely_country, "place", budget=60),
    Feature(usual_country, "place"),
    Feature(partner_country, "place"),
    Feature(country_affinity, "place", scale="plain"),
    Feature(activity, "activity", budget=40),
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


def reference(values: FloatArray, scale: Scale) -> float:
    """What the values of one query are divided by: its 20th largest, at least a quarter of its largest; 0 for none.

    >>> reference(np.array([0, 1, 4], np.float32), "relative")
    1.0
    """
    if scale == "plain":
        return 1.0
    positive = values[values > 0]
    if not len(positive):
        return 0.0
    largest = float(positive.max()) / RELATIVE_CEILING
    if len(positive) <= REFERENCE_RANK:
        return largest
    place = len(positive) - REFERENCE_RANK
    return max(float(np.partition(positive, place)[place]), largest)


def scaled(values: FloatArray, scale: Scale, divisor: float) -> FloatArray:
    """The values of one query as the ranker sees them.

    >>> [round(float(value), 2) for value in scaled(np.array([0, 1, 4], np.float32), "relative", 1.0)]
    [0.0, 0.69, 1.61]
    """
    if scale == "plain" or not divisor:
        return values
    return np.log1p(values / divisor)
