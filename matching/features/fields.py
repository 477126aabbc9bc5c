"""Features of fields and themes: what both work in, and how much."""

from matching.arrays import FloatArray
from matching.kernels.sparse_rows import Rows
from matching.query_view import QueryView, TextQuery


def shared_fields(query: QueryView, rows: Rows) -> FloatArray:
    """Works in the same fields: cosine over fields, rare ones heavier."""
    return query.work_in_fields(rows).shared


def field_activity(query: QueryView, rows: Rows) -> FloatArray:
    """Active in these fields: projects in the query's fields, each halved every two years."""
    return query.work_in_fields(rows).activity


def joint_field_activity(query: QueryView, rows: Rows) -> FloatArray:
    """Both have joint projects in the same fields: sum over fields of the product of log(1 + joint projects).

    Each project is halved every two years.
    """
    return query.work_in_fields(rows).joint


def joint_field_activity_last_18m(query: QueryView, rows: Rows) -> FloatArray:
    """Both have joint projects of the last eighteen months in the same fields: sum of products of their numbers."""
    return query.work_in_fields(rows).joint_last_18m


def field_leadership(query: QueryView, rows: Rows) -> FloatArray:
    """Leads projects in these fields, each halved every two years."""
    return query.work_in_fields(rows).led


def field_activity_in_usual_country(query: QueryView, rows: Rows) -> FloatArray:
    """Active in these fields, times the share of its country in similar projects."""
    return field_activity(query, rows) * query.usual_country_share(rows)


def field_activity_in_likely_country(query: TextQuery, rows: Rows) -> FloatArray:
    """Active in these fields, times the likelihood of its country by the words."""
    return field_activity(query, rows) * query.likely_country_share(rows)
