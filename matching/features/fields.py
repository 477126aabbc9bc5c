"""Features of fields and themes: what both work in, and how lately and how often."""

from matching.arrays import FloatArray
from matching.features.places import likely_country, usual_country
from matching.kernels.sparse_rows import Rows
from matching.query_view import QueryView


def shared_fields(view: QueryView, rows: Rows) -> FloatArray:
    """Works in the same fields: cosine over fields, rare ones heavier."""
    return view.in_fields(rows).shared


def activity_in_fields(view: QueryView, rows: Rows) -> FloatArray:
    """Active in these fields lately: recent projects in the query's fields."""
    return view.in_fields(rows).activity


def meeting_in_fields(view: QueryView, rows: Rows) -> FloatArray:
    """Both have joint projects in the same fields: sum over fields of log(1 + recent joint projects) of either."""
    return view.in_fields(rows).meeting


def meeting_lately_in_fields(view: QueryView, rows: Rows) -> FloatArray:
    """Both have joint projects of the last eighteen months in the same fields: sum of products of their numbers."""
    return view.in_fields(rows).meeting_lately


def leads_in_fields(view: QueryView, rows: Rows) -> FloatArray:
    """Leads projects in these fields lately: recent leading roles in the query's fields."""
    return view.in_fields(rows).leading


def local_activity_in_fields(view: QueryView, rows: Rows) -> FloatArray:
    """Active in these fields, from a country that is strong in past projects like this."""
    return activity_in_fields(view, rows) * usual_country(view, rows)


def likely_local_activity_in_fields(view: QueryView, rows: Rows) -> FloatArray:
    """Active in these fields, from a country that the words speak for."""
    return activity_in_fields(view, rows) * likely_country(view, rows)
