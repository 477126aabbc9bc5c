"""Features of place: the countries of both, those the words name or speak for, and those that work together."""

import numpy as np

from matching.arrays import FloatArray
from matching.features.activity import activity, fresh_activity
from matching.kernels.sparse_rows import Rows
from matching.query_view import QueryView


def same_country(view: QueryView, rows: Rows) -> FloatArray:
    """Comes from the asker's country, or from one the text names."""
    wanted = {view.country, *view.named_countries} - {-1}
    return _is_among(view, rows, list(wanted))


def named_country_activity(view: QueryView, rows: Rows) -> FloatArray:
    """Active, and from a country that the text names."""
    return _is_among(view, rows, view.named_countries) * activity(view, rows)


def named_region(view: QueryView, rows: Rows) -> FloatArray:
    """Active, and from a region that the text names."""
    return _is_among(view, rows, view.named_region) * activity(view, rows)


def likely_country(view: QueryView, rows: Rows) -> FloatArray:
    """Comes from a country that the words speak for, as learned from past projects."""
    return view.likely_countries[view.index.country[rows]]


def unusually_likely_country(view: QueryView, rows: Rows) -> FloatArray:
    """Comes from a country that the words speak for more than for others, as the logarithm of the ratio to usual."""
    usual = np.append(view.index.country_reader.usual, 1)
    lift = np.log((view.likely_countries + 0.02) / (usual + 0.02))
    return np.maximum(lift, 0)[view.index.country[rows]].astype(np.float32)


def activity_in_likely_country(view: QueryView, rows: Rows) -> FloatArray:
    """Active lately, and from a country that the words speak for."""
    return fresh_activity(view, rows) * likely_country(view, rows)


def usual_country(view: QueryView, rows: Rows) -> FloatArray:
    """Comes from a country that is strong in past projects like this: the country's share of the votes."""
    return view.usual_countries[view.index.country[rows]]


def partner_country(view: QueryView, rows: Rows) -> FloatArray:
    """Comes from a country the asker often works with: the country's share of its links."""
    return view.partner_countries[view.index.country[rows]]


def country_affinity(view: QueryView, rows: Rows) -> FloatArray:
    """Comes from a country that works with the asker's more often than chance, as log(1 + lift)."""
    return view.index.country_affinity[view.country][view.index.country[rows]]


def _is_among(view: QueryView, rows: Rows, countries: "list[int] | object") -> FloatArray:
    is_wanted = np.zeros(len(view.index.gazetteer.codes) + 1, np.float32)
    is_wanted[np.asarray(countries, np.intp)] = 1
    return is_wanted[view.index.country[rows]]
