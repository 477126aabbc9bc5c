"""The features that ship with Ketnoi, in the order in which rankers know them."""

from operator import attrgetter

from matching.features import activity, connections, fields, places, words
from matching.features.feature import Among, Feature, FeatureTable
from matching.query_view import MemberQuery, TextQuery

_two_steps_away: Among = attrgetter("two_steps.ends")
_voted_for: Among = attrgetter("voting.columns")
_champions: Among = attrgetter("champions.columns")
_most_active: Among = attrgetter("index.activity.most_active")

STANDARD = FeatureTable(
    (
        Feature(connections.shared_partners, "connection", budget=170, among=_two_steps_away, query=MemberQuery),
        Feature(
            connections.shared_partners_half_life_2y,
            "connection",
            budget=120,
            among=_two_steps_away,
            query=MemberQuery,
        ),
        Feature(connections.shared_partners_half_life_1y, "connection", query=MemberQuery),
        Feature(connections.shared_partners_second_link_half_life_2y, "connection", query=MemberQuery),
        Feature(connections.common_neighbours, "connection", query=MemberQuery),
        Feature(connections.adamic_adar, "connection", query=MemberQuery),
        Feature(connections.resource_allocation, "connection", query=MemberQuery),
        Feature(connections.log_common_neighbours, "connection", scale="plain", query=MemberQuery),
        Feature(connections.shared_partners_by_root_degree, "connection", query=MemberQuery),
        Feature(
            connections.resource_allocation_by_root_degree,
            "connection",
            budget=40,
            among=_two_steps_away,
            query=MemberQuery,
        ),
        Feature(connections.latent_similarity, "connection", query=MemberQuery),
        Feature(connections.shared_clusters, "connection", query=MemberQuery),
        Feature(connections.shared_fine_clusters, "connection", query=MemberQuery),
        Feature(connections.shared_clusters_last_18m, "connection", query=MemberQuery),
        Feature(words.similar_projects, "similar_projects", budget=150, among=_voted_for),
        Feature(words.nearest_projects, "similar_projects", scale="plain"),
        Feature(words.similar_projects_half_life_2y, "similar_projects"),
        Feature(words.similar_projects_cosine, "similar_projects", scale="plain"),
        Feature(words.similar_projects_in_usual_country, "similar_projects"),
        Feature(
            words.similar_projects_in_likely_country,
            "similar_projects",
            budget=60,
            among=_voted_for,
            query=TextQuery,
        ),
        Feature(words.clusters_of_similar_projects, "similar_projects", query=TextQuery),
        Feature(
            words.text_similarity,
            "text_similarity",
            scale="plain",
            budget=80,
            among=attrgetter("sharing_words.columns"),
        ),
        Feature(words.offers_meet_needs, "offer", scale="plain", budget=40, among=attrgetter("offering.columns")),
        Feature(words.needs_meet_offers, "need", scale="plain", budget=40, among=attrgetter("needing.columns")),
        Feature(
            words.shared_concepts, "concepts", scale="plain", budget=80, among=attrgetter("sharing_concepts.columns")
        ),
        Feature(words.requested_partner_type, "requested_type", scale="plain", query=TextQuery),
        Feature(fields.shared_fields, "fields", scale="plain", budget=60, among=_champions),
        Feature(fields.field_activity, "field_activity", budget=100, among=_champions),
        Feature(fields.joint_field_activity, "field_activity"),
        Feature(fields.joint_field_activity_last_18m, "field_activity", query=MemberQuery),
        Feature(fields.field_leadership, "field_activity"),
        Feature(fields.field_activity_in_usual_country, "field_activity"),
        Feature(
            fields.field_activity_in_likely_country, "field_activity", budget=80, among=_champions, query=TextQuery
        ),
        Feature(places.same_country, "place", scale="plain"),
        Feature(places.named_country_activity, "place", budget=30, query=TextQuery),
        Feature(places.named_region_activity, "place", budget=20, query=TextQuery),
        Feature(places.likely_country, "place", scale="plain", query=TextQuery),
        Feature(places.likely_country_lift, "place", scale="plain", query=TextQuery),
        Feature(places.likely_country_activity, "place", budget=60, query=TextQuery),
        Feature(places.usual_country, "place"),
        Feature(places.partner_country, "place"),
        Feature(places.country_affinity, "place", scale="plain"),
        Feature(activity.activity_half_life_2y, "activity", budget=40, among=_most_active),
        Feature(activity.activity_half_life_1y, "activity", scale="plain"),
        Feature(activity.solo_activity, "activity", scale="plain"),
        Feature(activity.new_partners_last_18m, "activity", scale="plain"),
        Feature(activity.last_active, "activity", scale="plain"),
        Feature(activity.degree, "activity"),
        Feature(activity.leading_roles, "activity", scale="plain"),
        Feature(activity.years_active, "activity", scale="plain"),
        Feature(activity.partner_kind_share, "kind", scale="plain"),
        Feature(activity.kind_affinity, "kind", scale="plain"),
    )
)
