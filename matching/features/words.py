"""Features of what is said and done: words, needs and offers, past projects like the question."""

from matching.arrays import FloatArray
from matching.features.places import likely_country, usual_country
from matching.kernels.sparse_rows import EVERYONE, Reach, Rows, rows_times
from matching.query_view import QueryView


def similar_work(view: QueryView, rows: Rows) -> FloatArray:
    """Took part in past projects like this: votes of the nearest projects, each its squared cosine."""
    return view.votes.all[rows]


def close_work(view: QueryView, rows: Rows) -> FloatArray:
    """Took part in the very closest past projects: votes of the twenty nearest."""
    return view.votes.close[rows]


def recent_similar_work(view: QueryView, rows: Rows) -> FloatArray:
    """Took part in like projects lately: votes halved every two years."""
    return view.votes.recent[rows]


def broad_similar_work(view: QueryView, rows: Rows) -> FloatArray:
    """Took part in many projects that are somewhat like this: votes by plain cosine."""
    return view.votes.broad[rows]


def local_similar_work(view: QueryView, rows: Rows) -> FloatArray:
    """Past projects like this, from a country that is strong in them: votes times the country's share."""
    return view.votes.all[rows] * usual_country(view, rows)


def likely_local_similar_work(view: QueryView, rows: Rows) -> FloatArray:
    """Past projects like this, from a country that the words speak for: votes times the country's likelihood."""
    return view.votes.broad[rows] * likely_country(view, rows)


def circles_of_similar_work(view: QueryView, rows: Rows) -> FloatArray:
    """Active in the small circles that past projects like this belong to, whether or not it took part in those."""
    projects, weight = view.similar_projects
    circles = Reach(view.index.small_circle_of_project, projects).sums(weight)
    return rows_times(view.index.small_circles, rows, circles[EVERYONE])


def similar_words(view: QueryView, rows: Rows) -> FloatArray:
    """Describes itself in like words: cosine of the words."""
    return view.word_likeness[rows]


def offers_what_is_needed(view: QueryView, rows: Rows) -> FloatArray:
    """Offers what is sought: cosine of the asker's needs and the candidate's offers."""
    return view.offers_meeting_needs[rows]


def needs_what_is_offered(view: QueryView, rows: Rows) -> FloatArray:
    """Seeks what the asker offers: cosine of the asker's offers (or its words) and the candidate's needs."""
    return view.needs_meeting_offers[rows]


def shared_concepts(view: QueryView, rows: Rows) -> FloatArray:
    """Speaks of or does what is asked about, in whatever words and language: concepts in common, rare ones heavier."""
    return view.concept_likeness[rows]


def sought_kind(view: QueryView, rows: Rows) -> FloatArray:
    """Of the sort that the words ask for, such as an investor or a school, as far as what it says and does is like."""
    return view.sought[rows] * view.likeness(rows)
