"""Features of what actors say and do: words, needs and offers, concepts, and past projects like the question."""

from matching.arrays import FloatArray
from matching.kernels.sparse_rows import EVERYONE, Reach, Rows, rows_times
from matching.query_view import QueryView, TextQuery


def similar_projects(query: QueryView, rows: Rows) -> FloatArray:
    """Took part in past projects like this: votes of the most similar projects, each its squared cosine."""
    return query.votes.squared[rows]


def nearest_projects(query: QueryView, rows: Rows) -> FloatArray:
    """Took part in the past projects most like this: votes of the twenty most similar, each its squared cosine."""
    return query.votes.nearest[rows]


def similar_projects_half_life_2y(query: QueryView, rows: Rows) -> FloatArray:
    """Took part in past projects like this: votes, each project halved every two years."""
    return query.votes.half_life_2y[rows]


def similar_projects_cosine(query: QueryView, rows: Rows) -> FloatArray:
    """Took part in many projects that are somewhat like this: votes, each project its cosine."""
    return query.votes.cosine[rows]


def similar_projects_in_usual_country(query: QueryView, rows: Rows) -> FloatArray:
    """Took part in past projects like this, times the share of its country in them."""
    return query.votes.squared[rows] * query.usual_country_share(rows)


def similar_projects_in_likely_country(query: TextQuery, rows: Rows) -> FloatArray:
    """Took part in past projects like this, times the likelihood of its country by the words."""
    return query.votes.cosine[rows] * query.likely_country_share(rows)


def clusters_of_similar_projects(query: QueryView, rows: Rows) -> FloatArray:
    """Active in the fine clusters of past projects like this, even if it took part in none of these projects."""
    clusters = query.index.clusters
    projects, weight = query.similar_projects
    by_cluster = Reach(clusters.fine_cluster_of_project, projects).sums(weight)
    return rows_times(clusters.by_fine_cluster, rows, by_cluster[EVERYONE])


def text_similarity(query: QueryView, rows: Rows) -> FloatArray:
    """Describes itself in similar words: cosine of the words."""
    return query.text_similarity[rows]


def offers_meet_needs(query: QueryView, rows: Rows) -> FloatArray:
    """Offers what is requested: cosine of the asker's needs and the candidate's offers."""
    return query.offers_meeting_needs[rows]


def needs_meet_offers(query: QueryView, rows: Rows) -> FloatArray:
    """Needs what the asker offers: cosine of the asker's offers (or its words) and the candidate's needs."""
    return query.needs_meeting_offers[rows]


def shared_concepts(query: QueryView, rows: Rows) -> FloatArray:
    """Says or does what is asked about, in any words and language: concepts in common, rare ones heavier."""
    return query.concept_similarity[rows]


def requested_partner_type(query: TextQuery, rows: Rows) -> FloatArray:
    """Of a partner type that the words request, such as an investor or a school, times its similarity."""
    return query.requested_types[rows] * query.similarity(rows)
