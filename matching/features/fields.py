"""Features of fields and themes: what both work in, and how lately and how often."""

from matching.features.places import likely_country, usual_country
from matching.text import FloatArray
from matching.view import IndexArray, QueryView


def shared_fields(view: QueryView, rows: IndexArray) -> FloatArray:
    """Works in the same fields: cosine over fields, rare ones heavier."""
    return view.field_likeness[rows]


def activity_in_fields(view: QueryView, rows: IndexArray) -> FloatArray:
    """Active in these fields lately: recent projects in the query's fields."""
    return view.activity_in_fields[rows]


def meeting_in_fields(view: QueryView, rows: IndexArray) -> FloatArray:
    """Both have joint projects in the same fields: sum over fields of log(1 + recent joint projects) of either."""
    return view.weighted_by(view.index.joint_fields, view.field_activity)[rows]


def meeting_lately_in_fields(view: QueryView, rows: IndexArray) -> FloatArray:
    """Both have joint projects of the last eighteen months in the same fields: sum of products of their numbers."""
    return view.weighted_by_own(view.index.late_joint_fields)[rows]


def leads_in_fields(view: QueryView, rows: IndexArray) -> FloatArray:
    """Leads projects in these fields lately: recent leading roles in the query's fields."""
    return view.weighted_by(view.index.leading_fields, view.fields)[rows]


def local_activity_in_fields(view: QueryView, rows: IndexArray) -> FloatArray:
    """Active in these fields, from a country that is strong in past projects like this."""
    return view.activity_in_fields[rows] * usual_country(view, rows)


def likely_local_activity_in_fields(view: QueryView, rows: IndexArray) -> FloatArray:
    """Active in these fields, from a country that the words speak for."""
    return view.activity_in_fields[rows] * likely_country(view, rows)
