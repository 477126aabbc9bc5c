"""Features of place: the countries of both, the countries that the words name, and those likely to be meant."""

from collections.abc import Collection

import numpy as np

from matching.arrays import FloatArray
from matching.kernels.sparse_rows import Rows
from matching.query_view import QueryView, TextQuery

_LIFT_PRIOR = 0.02
"""Added to both shares before their ratio is taken, so that a rare country does not dominate. Set by hand."""


def same_country(query: QueryView, rows: Rows) -> FloatArray:
    """Comes from the asker's country, or from one the text names."""
    return _is_from(query, rows, {query.country, *query.named_countries} - {-1})


def named_country_activity(query: QueryView, rows: Rows) -> FloatArray:
    """Active, and from a country that the text names."""
    return _is_from(query, rows, query.named_countries) * query.index.activity.log_half_life_2y[rows]


def named_region_activity(query: QueryView, rows: Rows) -> FloatArray:
    """Active, and from a region that the text names."""
    return _is_from(query, rows, query.named_region) * query.index.activity.log_half_life_2y[rows]


def likely_country(query: TextQuery, rows: Rows) -> FloatArray:
    """Comes from a country that projects with such words involve, as learned from past projects."""
    return query.likely_country_share(rows)


def likely_country_lift(query: TextQuery, rows: Rows) -> FloatArray:
    """Comes from a country that projects with such words involve more than others do: log of the ratio, at least 0."""
    usual = np.append(query.index.country_model.share, 1)
    lift = np.log((query.likely_countries + _LIFT_PRIOR) / (usual + _LIFT_PRIOR))
    return np.maximum(lift, 0)[query.index.countries.of_actor[rows]].astype(np.float32)


def likely_country_activity(query: TextQuery, rows: Rows) -> FloatArray:
    """Active, times the likelihood of its country by the words."""
    return query.index.activity.log_half_life_1y[rows] * query.likely_country_share(rows)


def usual_country(query: QueryView, rows: Rows) -> FloatArray:
    """Comes from a country that is strong in past projects like this: the country's share of their votes."""
    return query.usual_country_share(rows)


def partner_country(query: QueryView, rows: Rows) -> FloatArray:
    """Comes from a country the asker often works with: the country's share of its links."""
    return query.partner_countries[query.index.countries.of_actor[rows]]


def country_affinity(query: QueryView, rows: Rows) -> FloatArray:
    """Comes from a country that works with the asker's more often than chance: log(1 + lift)."""
    countries = query.index.countries
    return countries.affinity[query.country][countries.of_actor[rows]]


def _is_from(query: QueryView, rows: Rows, countries: Collection[int]) -> FloatArray:
    is_wanted = np.zeros(len(query.index.countries.codes) + 1, np.float32)
    is_wanted[np.array(list(countries), np.intp)] = 1
    return is_wanted[query.index.countries.of_actor[rows]]
