"""Features of a pair in networks whose answers are known."""

from collections.abc import Callable
from itertools import combinations
from math import exp, log, log1p, sqrt
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.model import Fact
from graph.snapshot import GraphSnapshot
from matching.arrays import FloatArray, IndexArray
from matching.features.activity import activity_half_life_2y, degree, partner_kind_share
from matching.features.connections import (
    latent_similarity,
    shared_fine_clusters,
    shared_partners,
    shared_partners_half_life_1y,
    shared_partners_half_life_2y,
)
from matching.features.feature import Feature, references, scaled
from matching.features.fields import shared_fields
from matching.features.places import partner_country, same_country, usual_country
from matching.features.standard import STANDARD
from matching.features.words import (
    clusters_of_similar_projects,
    needs_meet_offers,
    offers_meet_needs,
    similar_projects,
    text_similarity,
)
from matching.index.network_index import NetworkIndex
from matching.kernels.sparse_rows import largest, rows_of_largest
from matching.query_view import MemberQuery, QueryView, TextQuery
from matching.questions import Profile
from tests.matching.networks import actor, actors, project, small_networks, snapshot_of, snapshot_of_facts, tie

PAIR = 1 / log(3)
"""How closely a project of two links them."""


Function = Callable[[Any, IndexArray], FloatArray]


def asked_by(snapshot: GraphSnapshot, actor_id: str) -> MemberQuery:
    return MemberQuery(NetworkIndex(snapshot), snapshot.index_of(actor_id))


def asked_in_words(snapshot: GraphSnapshot, text: str, profile: Profile = Profile()) -> TextQuery:  # noqa: B008  frozen
    return TextQuery(NetworkIndex(snapshot), text, profile=profile)


def computed_for(view: QueryView) -> list[Feature]:
    return [feature for _, feature in STANDARD.computed_for(view)]


def everyone(view: QueryView) -> IndexArray:
    return np.arange(view.index.snapshot.n_actors)


def values_of(feature: Function, view: QueryView) -> dict[str, float]:
    values = feature(view, everyone(view))
    return {str(name): float(value) for name, value in zip(view.index.snapshot.actor_ids, values, strict=True)}


def test_a_partner_in_common_counts_both_links_damped_by_its_degree() -> None:
    view = asked_by(snapshot_of(actors("a m c far"), project("p1", "a", "m"), project("p2", "m", "c")), "a")
    assert values_of(shared_partners, view)["c"] == pytest.approx(PAIR * PAIR / sqrt(2))
    assert values_of(shared_partners, view)["far"] == 0


def test_a_relationship_links_by_its_strength_beside_projects() -> None:
    # a memorandum weighs 0.5; a project of three links each two by 1 / log 4
    facts: list[Fact] = [*actors("a m c x"), tie("a", "m", "signed_mou"), *project("p", "m", "c", "x")]
    assert values_of(shared_partners, asked_by(snapshot_of(facts), "a"))["c"] == pytest.approx(0.5 / log(4) / sqrt(3))


def test_a_hub_in_common_says_less_than_a_quiet_partner() -> None:
    crowd = [fact for number in range(8) for fact in (actor(f"x{number}"), *project(f"q{number}", "hub", f"x{number}"))]
    facts: list[Fact] = [*actors("a hub quiet c d"), *project("p1", "a", "hub"), *project("p2", "a", "quiet"), *crowd]
    facts += [*project("p3", "hub", "c"), *project("p4", "quiet", "d")]
    values = values_of(shared_partners, asked_by(snapshot_of(facts), "a"))
    assert values["d"] / values["c"] == pytest.approx(sqrt(10 / 2))


def two_clusters() -> GraphSnapshot:
    """Members a0 to a6 work with each other, b0 to b6 with each other; titles are said of a few projects only."""
    names = [f"{side}{number}" for side in "ab" for number in range(7)]
    facts: list[Fact] = [*actors(" ".join(names))]
    for one, other in combinations(names, 2):
        if one[0] == other[0] and (one[1], other[1]) != ("0", "1"):
            title = "đo bụi" if one == "a2" else "việc khác"
            facts += project(f"{one}{other}", one, other, title=title)
    return snapshot_of(facts)


@pytest.mark.parametrize("feature", [latent_similarity, shared_fine_clusters])
def test_a_member_is_near_its_own_cluster(feature: Function) -> None:
    values = values_of(feature, asked_by(two_clusters(), "a0"))
    assert values["a1"] > 0
    assert max(values[f"b{number}"] for number in range(7)) < 1e-3 * values["a1"]


def test_words_reach_the_cluster_of_similar_projects_and_not_only_their_members() -> None:
    view = asked_in_words(two_clusters(), "đo bụi")
    reached = values_of(clusters_of_similar_projects, view)
    assert values_of(similar_projects, view)["a1"] == 0
    assert reached["a1"] > 0
    assert reached["b1"] == 0


def test_a_crowd_links_nobody() -> None:
    crowd = [f"x{number:02}" for number in range(60)]
    facts: list[Fact] = [*actors("a c"), *actors(" ".join(crowd)), *project("p", "a", "c", *crowd)]
    view = asked_by(snapshot_of(facts), "a")
    assert set(values_of(degree, view).values()) == {0.0}
    assert view.index.links.partners.nnz == 0


def test_recent_partners_in_common_count_more() -> None:
    facts: list[Fact] = [*actors("a m n new old")]
    facts += [*project("p1", "a", "m"), *project("p2", "a", "n")]
    facts += [*project("p3", "m", "new", start="2024-06-01"), *project("p4", "n", "old", start="2014-06-01")]
    view = asked_by(snapshot_of(facts), "a")
    plain, recent = values_of(shared_partners, view), values_of(shared_partners_half_life_2y, view)
    assert plain["new"] == pytest.approx(plain["old"])
    # ten years are five half-lives of two years
    assert recent["new"] / recent["old"] == pytest.approx(2**5, rel=0.01)


def test_a_link_too_old_to_weigh_anything_today_is_still_a_link() -> None:
    facts: list[Fact] = [*actors("a m c")]
    facts += [*project("p1", "a", "m", start="1700"), *project("p2", "m", "c")]
    view = asked_by(snapshot_of(facts), "a")
    assert values_of(shared_partners_half_life_1y, view)["c"] == 0
    assert values_of(shared_partners, view)["c"] == pytest.approx(PAIR * PAIR / sqrt(2))


@settings(deadline=None, max_examples=40)
@given(small_networks())
def test_link_features_are_those_of_dense_matrices(facts: list[Fact]) -> None:
    index = NetworkIndex(snapshot_of_facts(facts))
    membership = index.snapshot.membership.toarray().astype(float)
    size = membership.sum(axis=1)
    ages = index.projects.age_years.astype(float)
    for feature, recency in ((shared_partners, 1.0), (shared_partners_half_life_2y, np.exp2(-ages * 365.25 / 730))):
        weight = np.where(size > 1, recency / np.log1p(np.maximum(size, 1)), 0)
        links = membership.T @ (weight[:, None] * membership)
        np.fill_diagonal(links, 0)
        links += index.snapshot.ties.toarray()
        hubs = np.maximum((links > 0).sum(axis=1), 1)
        expected = links @ (links / np.sqrt(hubs)[:, None])
        for row in range(index.snapshot.n_actors):
            view = MemberQuery(index, row)
            np.testing.assert_allclose(feature(view, everyone(view)), expected[row], rtol=1e-4, atol=1e-7)
            np.testing.assert_allclose(degree(view, everyone(view)), np.log1p((links > 0).sum(axis=1)), rtol=1e-6)


def test_past_projects_vote_for_their_members_by_squared_similarity() -> None:
    facts: list[Fact] = [*actors("a b c d")]
    facts += project("p1", "a", "b", title="Trạm đo bụi mịn")
    facts += project("p2", "b", "c", title="Trạm đo bụi mịn")
    facts += project("p3", "d", title="Truy xuất nguồn gốc")
    votes = values_of(similar_projects, asked_in_words(snapshot_of(facts), "trạm đo bụi mịn"))
    assert votes == pytest.approx({"a": 1, "b": 2, "c": 1, "d": 0})


def test_votes_weigh_a_distant_project_by_the_square_of_its_cosine() -> None:
    facts: list[Fact] = [*actors("a b"), *project("p1", "a", title="bụi mịn"), *project("p2", "b", title="bụi than")]
    snapshot = snapshot_of(facts)
    index = NetworkIndex(snapshot)
    cosine = float(
        (index.words.embedder.embed(["bụi mịn"]) @ index.words.embedder.embed(["bụi than"]).T).toarray()[0, 0]
    )
    votes = values_of(similar_projects, TextQuery(index, "bụi mịn"))
    assert 0 < cosine < 1
    assert votes == pytest.approx({"a": 1, "b": cosine**2}, rel=1e-5)


def test_an_actors_own_projects_do_not_vote_nor_does_the_project_asked_about() -> None:
    facts: list[Fact] = [actor("a", summary="đo bụi mịn"), *actors("b c")]
    facts += [*project("p1", "a", "b", title="đo bụi mịn"), *project("p2", "c", title="đo bụi mịn")]
    snapshot = snapshot_of(facts)
    votes = values_of(similar_projects, asked_by(snapshot, "a"))
    assert votes["b"] == 0
    assert votes["c"] > 0
    about = TextQuery(NetworkIndex(snapshot), "đo bụi mịn", project=snapshot.project_index_of("p2"))
    assert values_of(similar_projects, about)["c"] == 0


def test_the_same_words_are_wholly_alike_and_others_not_at_all() -> None:
    facts: list[Fact] = [actor("a", summary="đo bụi mịn"), actor("b", summary="trồng rau sạch"), actor("c")]
    values = values_of(text_similarity, asked_in_words(snapshot_of(facts), "đo bụi mịn"))
    assert values == pytest.approx({"a": 1, "b": 0, "c": 0})


def test_needs_meet_offers_and_both_sides_see_it() -> None:
    facts: list[Fact] = [actor("a", needs=("máy sấy nông sản",)), actor("b", offers=("máy sấy nông sản",)), actor("c")]
    snapshot = snapshot_of(facts)
    assert values_of(offers_meet_needs, asked_by(snapshot, "a")) == pytest.approx({"a": 0, "b": 1, "c": 0})
    assert values_of(needs_meet_offers, asked_by(snapshot, "b")) == pytest.approx({"a": 1, "b": 0, "c": 0})
    assert set(values_of(needs_meet_offers, asked_by(snapshot, "c")).values()) == {0.0}


def test_a_newcomers_needs_and_offers_are_distinguished() -> None:
    facts: list[Fact] = [actor("sells", offers=("máy sấy",)), actor("seeks", needs=("rau sạch",))]
    profile = Profile(needs=("máy sấy",), offers=("rau sạch",))
    view = asked_in_words(snapshot_of(facts), "máy sấy . rau sạch", profile)
    assert values_of(offers_meet_needs, view) == pytest.approx({"seeks": 0, "sells": 1})
    assert values_of(needs_meet_offers, view) == pytest.approx({"seeks": 1, "sells": 0})


def test_a_brief_is_what_is_needed() -> None:
    facts: list[Fact] = [actor("sells", offers=("máy sấy",)), actor("other", offers=("rau sạch",))]
    values = values_of(offers_meet_needs, asked_in_words(snapshot_of(facts), "máy sấy"))
    assert values == pytest.approx({"other": 0, "sells": 1})


def test_fields_are_shared_in_words_and_in_declarations_and_rare_ones_say_more() -> None:
    common = [actor(f"x{number}", fields=("fintech",)) for number in range(9)]
    facts: list[Fact] = [actor("a", fields=("fintech", "agritech")), actor("rare", fields=("agritech",)), *common]
    values = values_of(shared_fields, asked_by(snapshot_of(facts), "a"))
    assert values["rare"] > values["x0"] > 0
    said = values_of(shared_fields, asked_in_words(snapshot_of(facts), "rau an toàn"))
    assert said["rare"] > 0.9
    assert said["x0"] == 0


def test_fields_the_taxonomy_does_not_know_are_shared_as_well() -> None:
    facts: list[Fact] = [actor("a", fields=("quantum-origami",)), actor("b", fields=("quantum-origami",)), actor("c")]
    values = values_of(shared_fields, asked_by(snapshot_of(facts), "a"))
    assert values["b"] == pytest.approx(1)
    assert values["c"] == 0


def test_an_english_brief_finds_a_vietnamese_profile_through_its_field() -> None:
    facts: list[Fact] = [
        actor("a", summary="nuôi cá lồng", fields=("agritech",)),
        actor("b", summary="cho vay", fields=("fintech",)),
    ]
    values = values_of(shared_fields, asked_in_words(snapshot_of(facts), "vegetables from city farms"))
    assert values["a"] > values["b"]


def test_the_same_country_counts_and_an_unknown_one_is_nobodys() -> None:
    facts: list[Fact] = [
        actor("a", country="VN"),
        actor("b", country="VN"),
        actor("c", country="PL"),
        actor("d"),
        actor("e"),
    ]
    snapshot = snapshot_of(facts)
    assert values_of(same_country, asked_by(snapshot, "a")) == {"a": 1, "b": 1, "c": 0, "d": 0, "e": 0}
    assert set(values_of(same_country, asked_by(snapshot, "d")).values()) == {0.0}
    assert values_of(same_country, asked_in_words(snapshot, "đối tác Ba Lan"))["c"] == 1
    assert values_of(same_country, asked_in_words(snapshot, "mong có ba lần"))["c"] == 0


def test_countries_count_by_their_share_of_links_and_of_votes() -> None:
    facts: list[Fact] = [
        actor("a"),
        actor("p", country="PL"),
        actor("q", country="PL"),
        actor("v", country="VN"),
        actor("n"),
    ]
    facts += [fact for other in "pqvn" for fact in project(f"w-{other}", "a", other, title="đo bụi")]
    snapshot = snapshot_of(facts)
    by_links = values_of(partner_country, asked_by(snapshot, "a"))
    assert by_links == pytest.approx({"a": 0, "n": 0, "p": 0.5, "q": 0.5, "v": 0.25})
    by_votes = values_of(usual_country, asked_in_words(snapshot, "đo bụi"))
    # eight votes: four for a, one for each other
    assert by_votes == pytest.approx({"a": 0, "n": 0, "p": 0.25, "q": 0.25, "v": 0.125})


def test_activity_halves_every_two_years() -> None:
    facts: list[Fact] = [
        *actors("now then"),
        *project("p1", "now", start="2025-01-01"),
        *project("p2", "then", start="2021-01-01"),
    ]
    values = values_of(activity_half_life_2y, asked_in_words(snapshot_of(facts), "x"))
    assert values["now"] == pytest.approx(log1p(1))
    assert exp(values["then"]) - 1 == pytest.approx(2 ** -(1461 / 730), rel=1e-3)


@settings(deadline=None, max_examples=30)
@given(small_networks())
def test_shares_of_kinds_add_up_to_one(facts: list[Fact]) -> None:
    affinity = NetworkIndex(snapshot_of_facts(facts)).activity.kind_share
    np.testing.assert_allclose(affinity.sum(axis=1), 1, rtol=1e-6)
    assert not affinity[:, -1].any()


def test_kinds_that_work_together_fit_better() -> None:
    facts: list[Fact] = [actor("s", "school"), actor("a", "agency"), actor("e", "expert"), actor("odd", "guild")]
    for number in range(8):
        facts += [actor(f"s{number}", "school"), actor(f"b{number}", "business")]
        facts += project(f"p{number}", f"s{number}", f"b{number}")
    snapshot = snapshot_of(facts)
    values = values_of(partner_kind_share, asked_by(snapshot, "s"))
    assert values["b0"] > values["e"] == values["a"] > 0
    assert values["odd"] == 0
    assert values_of(partner_kind_share, asked_by(snapshot, "odd"))["b0"] > 0


@pytest.mark.parametrize("feature", STANDARD.features, ids=lambda feature: feature.name)
def test_zero_is_the_absence_of_what_is_measured(feature: Feature) -> None:
    facts: list[Fact] = [
        actor("a", summary="đo bụi", needs=("trạm",), offers=("máy",), fields=("agritech",), country="VN")
    ]
    facts += [actor("b", summary="đo bụi", needs=("máy",), offers=("trạm",), fields=("agritech",), country="VN")]
    facts += [*actors("c"), actor("blank", "guild")]
    facts += [*project("p", "a", "c", title="đo bụi"), *project("q", "b", "c", title="đo bụi"), tie("a", "c")]
    snapshot = snapshot_of(facts)
    for view in (asked_by(snapshot, "a"), asked_in_words(snapshot, "đo bụi ở Việt Nam")):
        if feature in computed_for(view):
            assert values_of(feature.function, view)["blank"] == 0


@settings(deadline=None, max_examples=30)
@given(small_networks())
def test_every_feature_is_finite_and_never_negative(facts: list[Fact]) -> None:
    index = NetworkIndex(snapshot_of_facts(facts))
    views: list[QueryView] = [
        MemberQuery(index, 0),
        TextQuery(index, "bụi mịn Poland"),
        TextQuery(index, ""),
    ]
    for view in views:
        for feature in computed_for(view):
            values = feature.function(view, everyone(view))
            assert values.shape == (index.snapshot.n_actors,)
            assert values.dtype == np.float32, feature.name
            assert np.isfinite(values).all(), feature.name
            assert (values >= 0).all(), feature.name


def test_relative_values_are_measured_by_the_20th_best() -> None:
    many = np.arange(100, 0, -1, dtype=np.float32)
    lonely = np.array([8, *[0] * 20], np.float32)  # where hardly anyone has it, by a quarter of the best
    divisors = references(np.stack([many[:21], lonely, np.zeros_like(lonely)]))
    assert divisors.tolist() == [81, 2, np.inf]
    table = np.stack([many[:3], lonely[:3], lonely[1:4]])
    expected = np.array([np.log1p([100 / 81, 99 / 81, 98 / 81]), [log(5), 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(scaled(table, divisors), expected, rtol=1e-6)


def test_the_largest_are_positive_and_ties_go_to_the_first() -> None:
    values = np.array([0, 2, 5, 2, -1, 2], np.float32)
    assert largest(values, 3).tolist() == [2, 1, 3]
    assert largest(values, 99).tolist() == [2, 1, 3, 5]
    assert largest(np.zeros(4, np.float32), 2).tolist() == []


@settings(deadline=None)
@given(
    st.lists(st.integers(-2, 9) | st.floats(0, 2.0**127, width=32), max_size=200),
    st.integers(0, 20) | st.just(300),
    st.randoms(use_true_random=False),
)
def test_the_largest_of_many_are_those_of_sorting(values: list[float], n: int, random: Random) -> None:
    by_value = sorted((place for place, value in enumerate(values) if value > 0), key=lambda at: (-values[at], at))
    assert largest(np.array(values, np.float32), n).tolist() == by_value[:n]
    shuffled = random.sample(range(len(values)), len(values))
    in_disorder = np.array([values[row] for row in shuffled], np.float32)
    assert rows_of_largest(in_disorder, np.array(shuffled, np.intp), n).tolist() == by_value[:n]
