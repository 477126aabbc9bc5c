"""The features of a pair of query and candidate: one function each, over all candidates at once.

Every function takes a :class:`~matching.view.QueryView` and returns float32 of shape (n_actors,), larger where the
candidate fits better; zero is the absence of the thing measured.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import sparse

from matching.text import FloatArray
from matching.view import QueryView, dense, row_of

REFERENCE_RANK = 20
"""Relative features are divided by the query's own value at this rank …"""
RELATIVE_CEILING = 4.0
"""… or by the part of its largest value that lets none exceed this."""
_N_CLOSE_PROJECTS = 20


def shared_partners(view: QueryView) -> FloatArray:
    """Partners in common: sum over them of both links, each hub damped by the root of its degree."""
    return view.two_hop


def recent_shared_partners(view: QueryView) -> FloatArray:
    """Partners in common lately: as above, with projects halved in weight every two years."""
    return dense(view.links_in(view.index.recent_links) @ view.index.damped_recent_links)


def fresh_shared_partners(view: QueryView) -> FloatArray:
    """Partners in common in the last months: as above, halved every year."""
    return dense(view.links_in(view.index.fresh_links) @ view.index.damped_fresh_links)


def lasting_shared_partners(view: QueryView) -> FloatArray:
    """Partners of the asker that are well linked to the candidate lately, however old the asker's own link."""
    return dense(view.links @ view.index.damped_recent_links)


def common_neighbours(view: QueryView) -> FloatArray:
    """Number of partners in common (Newman 2001)."""
    return dense(view.neighbours @ view.index.neighbours)


def adamic_adar(view: QueryView) -> FloatArray:
    """Partners in common, each by 1 / log of its degree (Adamic & Adar 2003)."""
    weights = view.neighbours.multiply(1 / np.log(np.maximum(view.index.degree, 2))[None, :])
    return dense(sparse.csr_array(weights) @ view.index.neighbours)


def resource_allocation(view: QueryView) -> FloatArray:
    """Partners in common, each by 1 / its degree (Zhou, Lü & Zhang 2009)."""
    weights = view.neighbours.multiply(1 / np.maximum(view.index.degree, 1)[None, :])
    return dense(sparse.csr_array(weights) @ view.index.neighbours)


def number_of_shared_partners(view: QueryView) -> FloatArray:
    """How many partners in common there are at all, as log(1 + n): what is relative elsewhere, in absolute terms."""
    return np.log1p(common_neighbours(view))


def exclusive_shared_partners(view: QueryView) -> FloatArray:
    """Partners in common in proportion: over the root of the candidate's own degree, which hubs have plenty of."""
    return (view.two_hop / np.sqrt(np.maximum(view.index.degree, 1))).astype(np.float32)


def exclusive_allocation(view: QueryView) -> FloatArray:
    """Resource allocation over the root of the candidate's own degree."""
    return (resource_allocation(view) / np.sqrt(np.maximum(view.index.degree, 1))).astype(np.float32)


def partners_of_partners(view: QueryView) -> FloatArray:
    """Three steps away: the partners of those with whom there are partners in common."""
    if view.actor is None:
        return view.two_hop
    return np.asarray(view.index.damped_links.T @ view.two_hop, dtype=np.float32)


def near_position(view: QueryView) -> FloatArray:
    """Near in the network as a whole: inner product of the leading singular vectors of who took part in what."""
    if view.actor is None:
        return np.zeros(view.index.snapshot.n_actors, np.float32)
    return np.maximum(view.index.positions @ view.index.positions[view.actor], 0)


def near_direction(view: QueryView) -> FloatArray:
    """Alike in the network whatever the size: cosine of the leading singular vectors."""
    if view.actor is None:
        return np.zeros(view.index.snapshot.n_actors, np.float32)
    return np.maximum(view.index.directions @ view.index.directions[view.actor], 0)


def shared_circles(view: QueryView) -> FloatArray:
    """Active in the same circles: clusters of projects with like members, found without any field or theme."""
    if view.actor is None:
        return np.zeros(view.index.snapshot.n_actors, np.float32)
    return np.asarray(view.index.circles @ view.index.circles[view.actor], dtype=np.float32)


def similar_work(view: QueryView) -> FloatArray:
    """Took part in past projects like this: votes of the nearest projects, each its squared cosine."""
    return view.votes


def close_work(view: QueryView) -> FloatArray:
    """Took part in the very closest past projects: votes of the twenty nearest."""
    rows, weight = view.similar_projects
    return view.votes_of(rows[:_N_CLOSE_PROJECTS], weight[:_N_CLOSE_PROJECTS])


def recent_similar_work(view: QueryView) -> FloatArray:
    """Took part in like projects lately: votes halved every two years."""
    rows, weight = view.similar_projects
    return view.votes_of(rows, weight * view.index.project_recency[rows])


def broad_similar_work(view: QueryView) -> FloatArray:
    """Took part in many projects that are somewhat like this: votes by plain cosine."""
    rows, weight = view.similar_projects
    return view.votes_of(rows, np.sqrt(weight))


def local_similar_work(view: QueryView) -> FloatArray:
    """Past projects like this, from a country that is strong in them: votes times the country's share."""
    return view.votes * usual_country(view)


def company_of_similar_work(view: QueryView) -> FloatArray:
    """Partners of those who took part in past projects like this."""
    return np.asarray(view.index.damped_links.T @ view.votes, dtype=np.float32)


def similar_words(view: QueryView) -> FloatArray:
    """Describes itself in like words: cosine of the words."""
    return dense(view.words @ view.index.words_to_profiles)


def offers_what_is_needed(view: QueryView) -> FloatArray:
    """Offers what is sought: cosine of the asker's needs and the candidate's offers."""
    return dense(view.needs @ view.index.words.offers.T)


def needs_what_is_offered(view: QueryView) -> FloatArray:
    """Seeks what the asker offers: cosine of the asker's offers (or its words) and the candidate's needs."""
    offered = view.offers if view.offers.nnz else view.words
    return dense(offered @ view.index.words.needs.T)


def shared_fields(view: QueryView) -> FloatArray:
    """Works in the same fields: cosine over fields, rare ones heavier."""
    return np.asarray(view.index.actor_fields @ view.fields, dtype=np.float32)


def activity_in_fields(view: QueryView) -> FloatArray:
    """Active in these fields lately: recent projects in the query's fields."""
    return np.asarray(view.index.field_activity.T @ view.fields, dtype=np.float32)


def meeting_in_fields(view: QueryView) -> FloatArray:
    """Both have joint projects in the same fields: sum over fields of log(1 + recent joint projects) of either."""
    return np.asarray(view.index.joint_fields @ view.field_activity, dtype=np.float32)


def meeting_lately_in_fields(view: QueryView) -> FloatArray:
    """Both have joint projects of the last eighteen months in the same fields: sum of products of their numbers."""
    if view.actor is None:
        return np.zeros(view.index.snapshot.n_actors, np.float32)
    lately = view.index.late_joint_fields
    return np.asarray(lately @ dense(row_of(lately, view.actor)), dtype=np.float32)


def local_activity_in_fields(view: QueryView) -> FloatArray:
    """Active in these fields, from a country that is strong in past projects like this."""
    return activity_in_fields(view) * usual_country(view)


def same_country(view: QueryView) -> FloatArray:
    """Comes from the asker's country, or from one the text names."""
    wanted = {view.country, *view.named_countries} - {-1}
    return np.isin(view.index.country, list(wanted)).astype(np.float32)


def named_country_activity(view: QueryView) -> FloatArray:
    """Active, and from a country that the text names."""
    return np.isin(view.index.country, list(view.named_countries)) * activity(view)


def named_region(view: QueryView) -> FloatArray:
    """Active, and from a region that the text names."""
    return np.isin(view.index.country, list(view.named_region)) * activity(view)


def likely_country(view: QueryView) -> FloatArray:
    """Comes from a country that the words speak for, as learned from past projects."""
    return view.likely_countries[view.index.country]


def unusually_likely_country(view: QueryView) -> FloatArray:
    """Comes from a country that the words speak for more than for others, as the logarithm of the ratio to usual."""
    usual = np.append(view.index.country_reader.usual, 1)
    lift = np.log((view.likely_countries + 0.02) / (usual + 0.02))
    return np.maximum(lift, 0)[view.index.country].astype(np.float32)


def activity_in_likely_country(view: QueryView) -> FloatArray:
    """Active lately, and from a country that the words speak for."""
    return fresh_activity(view) * likely_country(view)


def usual_country(view: QueryView) -> FloatArray:
    """Comes from a country that is strong in past projects like this: the country's share of the votes."""
    return _by_country(view, view.votes)


def partner_country(view: QueryView) -> FloatArray:
    """Comes from a country the asker often works with: the country's share of its links."""
    return _by_country(view, dense(view.links))


def country_affinity(view: QueryView) -> FloatArray:
    """Comes from a country that works with the asker's more often than chance, as log(1 + lift)."""
    return view.index.country_affinity[view.country][view.index.country]


def activity(view: QueryView) -> FloatArray:
    """Active lately: number of projects, halved in weight every two years, as log(1 + n)."""
    return np.log1p(view.index.recent_activity)


def fresh_activity(view: QueryView) -> FloatArray:
    """Active in the last months: number of joint projects, halved every year, as log(1 + n)."""
    return np.log1p(view.index.fresh_activity)


def solo_activity(view: QueryView) -> FloatArray:
    """Works alone: recent projects without another member, as log(1 + n)."""
    return np.log1p(view.index.solo_activity)


def standing(view: QueryView) -> FloatArray:
    """Well connected: number of partners so far, as log(1 + n)."""
    return np.log1p(view.index.degree)


def leading_roles(view: QueryView) -> FloatArray:
    """Leads projects: number of coordinator or owner roles, as log(1 + n)."""
    return np.log1p(view.index.leading_roles)


def experience(view: QueryView) -> FloatArray:
    """Long in the network: years since the first project, as log(1 + years)."""
    return np.log1p(view.index.years_since_first)


def usual_kind(view: QueryView) -> FloatArray:
    """Of a kind with which the asker's kind works more often than chance, as a share of links."""
    return view.index.kind_affinity[view.kind][view.index.snapshot.actor_kind]


def kind_affinity(view: QueryView) -> FloatArray:
    """Of a kind that works with the asker's more often than its number alone would have it, as log(1 + lift)."""
    return view.index.kind_lift[view.kind][view.index.snapshot.actor_kind]


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
    Feature(fresh_shared_partners, "connection"),
    Feature(lasting_shared_partners, "connection"),
    Feature(common_neighbours, "connection"),
    Feature(adamic_adar, "connection"),
    Feature(resource_allocation, "connection"),
    Feature(number_of_shared_partners, "connection", scale="plain"),
    Feature(exclusive_shared_partners, "connection"),
    Feature(exclusive_allocation, "connection"),
    Feature(partners_of_partners, "connection", budget=60),
    Feature(near_position, "connection"),
    Feature(near_direction, "connection"),
    Feature(shared_circles, "connection"),
    Feature(similar_work, "similar_work", budget=150),
    Feature(close_work, "similar_work", scale="plain"),
    Feature(recent_similar_work, "similar_work"),
    Feature(broad_similar_work, "similar_work", scale="plain"),
    Feature(local_similar_work, "similar_work", budget=60),
    Feature(company_of_similar_work, "similar_work", budget=40),
    Feature(similar_words, "similar_words", scale="plain", budget=80),
    Feature(offers_what_is_needed, "offer", scale="plain", budget=40),
    Feature(needs_what_is_offered, "need", scale="plain", budget=40),
    Feature(shared_fields, "fields", scale="plain", budget=60),
    Feature(activity_in_fields, "fields_activity", budget=80),
    Feature(meeting_in_fields, "fields_activity"),
    Feature(meeting_lately_in_fields, "fields_activity"),
    Feature(local_activity_in_fields, "fields_activity", budget=40),
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
    Feature(standing, "activity"),
    Feature(leading_roles, "activity", scale="plain"),
    Feature(experience, "activity", scale="plain"),
    Feature(usual_kind, "kind", scale="plain"),
    Feature(kind_affinity, "kind", scale="plain"),
)
FEATURE_NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)


def scaled(values: FloatArray, scale: Scale) -> FloatArray:
    """The values of one query as the ranker sees them.

    >>> [round(float(value), 2) for value in scaled(np.array([0, 1, 4], np.float32), "relative")]
    [0.0, 0.69, 1.61]
    """
    if scale == "plain":
        return values
    positive = values[values > 0]
    if not len(positive):
        return values
    if len(positive) > REFERENCE_RANK:
        place = len(positive) - REFERENCE_RANK
        reference = max(np.partition(positive, place)[place], positive.max() / RELATIVE_CEILING)
    else:
        reference = positive.max() / RELATIVE_CEILING
    return np.log1p(values / reference).astype(np.float32)


def _by_country(view: QueryView, weights: FloatArray) -> FloatArray:
    country = view.index.country
    total = float(weights.sum())
    if total <= 0:
        return np.zeros(len(country), np.float32)
    shares = np.bincount(country + 1, weights=weights, minlength=int(country.max(initial=-1)) + 2) / total
    shares[0] = 0  # no country is no common country
    return shares[country + 1].astype(np.float32)
