"""Reasons in words, in both languages, for both sides, with rows that show them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from string import Formatter

import numpy as np
import pytest

from graph.kinds import LANGUAGES
from graph.model import Fact
from graph.snapshot import GraphSnapshot
from graph.wording import load_catalogue
from matching.arrays import DoubleArray
from matching.features.standard import STANDARD
from matching.index.network_index import NetworkIndex
from matching.query_view import MemberQuery, QueryView, TextQuery
from matching.questions import Answer, Evidence, Options, Reason, Side
from matching.reasons.explanation import explain, render
from matching.recommend import Recommender
from tests.matching.conftest import Learned
from tests.matching.networks import actor, actors, project, snapshot_of, tie
from tests.worlds import hanoi_network

SENTENCES: dict[str, dict[str, str]] = {}
"""Template by code, and by form and language, such as ``asker vi``."""
for _language in LANGUAGES:
    _catalogue = load_catalogue(_language, "reason")
    for _key in _catalogue.texts:
        _code, _form = _key.split(".")
        SENTENCES.setdefault(_code, {})[f"{_form} {_language}"] = _catalogue.template(_key)
SIDES: tuple[Side, ...] = ("asker", "candidate")
KEYS = {f"{form} {language}" for form in ("asker", "candidate", "lowering") for language in LANGUAGES}
BRIEFS = (
    "cảm biến đo bụi mịn, cần nơi đặt trạm và một trường đại học",
    "cam bien do bui min, can noi dat tram va mot truong dai hoc",
    "fine dust sensors, looking for a university and a place for stations",
    "truy xuất nguồn gốc rau sạch",
    "xe buyt dien, tram sac, pin",
    "AI for hospitals and patient records",
    "vốn đầu tư cho startup Nhật Bản",
)
VIETNAMESE_LETTERS = re.compile(r"[ăâđêôơưàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ]")


@pytest.fixture(scope="module")
def hanoi() -> Recommender:
    return Recommender.build(GraphSnapshot.from_tables(hanoi_network().tables()))


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("code", SENTENCES)
def test_every_reason_has_a_sentence_in_both_languages_for_both_sides_and_signs(code: str) -> None:
    assert set(SENTENCES[code]) == KEYS
    named = {key: names_in(template) for key, template in SENTENCES[code].items()}
    params: dict[str, object] = dict.fromkeys(set.union(*named.values()), ("điều A", "điều B"))
    for contribution in (1.0, -1.0):
        for language in LANGUAGES:
            for side in SIDES:
                said = render(Reason(code, contribution, params), language, side)
                assert said.strip() == said != ""
                assert "{" not in said
                if params:
                    assert "điều A" in said


@pytest.mark.parametrize("code", SENTENCES)
def test_each_sentence_is_in_its_own_language(code: str) -> None:
    for key, template in SENTENCES[code].items():
        words = re.sub(r"{\w+}", "", template)
        assert bool(VIETNAMESE_LETTERS.search(words)) is key.endswith("vi"), template


def test_a_reason_against_differs_from_the_reason_for() -> None:
    for sentences in SENTENCES.values():
        assert sentences["lowering vi"] not in {sentences["asker vi"], sentences["candidate vi"]}
        assert sentences["lowering en"] not in {sentences["asker en"], sentences["candidate en"]}


def test_values_are_said_in_the_language_of_the_sentence() -> None:
    fields = Reason("fields", 1.0, {"fields": ("agritech", "own tag")})
    assert render(fields, "vi").startswith("cùng lĩnh vực: ")
    assert render(fields, "vi") != render(fields, "en")
    assert "agritech" not in render(fields, "en")
    assert "own tag" in render(fields, "vi")
    place = Reason("place", 1.0, {"place": "JP"})
    assert "Nhật Bản" in render(place, "vi")
    assert "Japan" in render(place, "en")
    assert "Atlantis" in render(Reason("place", 1.0, {"place": "Atlantis"}), "vi")
    assert "University" not in render(Reason("kind", 1.0, {"kind": "agency"}), "en")


def test_text_from_outside_is_not_read_as_a_template() -> None:
    reason = Reason("similar_projects", 1.0, {"projects": ("“{through}” {0} %s",)})
    assert "{through}" in render(reason, "vi")


def shown(reason: Reason) -> Iterator[str]:
    """Every sentence of a reason, and of its opposite."""
    for contribution in (reason.contribution, -reason.contribution):
        for language in LANGUAGES:
            for side in SIDES:
                yield render(reason._replace(contribution=contribution), language, side)


def assert_whole(said: str) -> None:
    """Nothing is left open where a name or a count should stand."""
    assert said.strip()
    assert not re.search(r"[:{}]\s*$|: ?[;,·]|\bNone\b|\bnan\b", said), said


def assert_evidence_exists(evidence: Evidence, snapshot: GraphSnapshot) -> None:
    if evidence.table == "actors":
        (actor_id,) = evidence.key
        fact: Fact = snapshot.actor(snapshot.index_of(actor_id))
    elif evidence.table == "projects":
        (project_id,) = evidence.key
        fact = snapshot.project(snapshot.project_index_of(project_id))
    elif evidence.table == "relationships":
        source_id, target_id, kind, occurrence = evidence.key
        ties = snapshot.relationships_of(snapshot.index_of(source_id))
        key = (source_id, target_id, kind, int(occurrence))
        (fact,) = [each for each in ties if (each.source_id, each.target_id, each.kind, each.occurrence) == key]
    else:
        pytest.fail(f"no reason rests on {evidence.table} so far")
    assert evidence.source_url == fact.provenance.source_url


def assert_explained(answer: Answer, snapshot: GraphSnapshot) -> None:
    for suggestion in answer.suggestions:
        assert suggestion.reasons
        for reason in suggestion.reasons:
            for said in shown(reason):
                assert_whole(said)
            for evidence in reason.evidence:
                assert_evidence_exists(evidence, snapshot)


def test_the_demo_network_is_explained_for_its_members(hanoi: Recommender) -> None:
    for name in hanoi.snapshot.actor_ids[::9]:
        assert_explained(hanoi.for_actor(str(name), Options(limit=10)), hanoi.snapshot)


@pytest.mark.parametrize("brief", BRIEFS)
def test_the_demo_network_is_explained_for_briefs(hanoi: Recommender, brief: str) -> None:
    answer = hanoi.for_brief(brief, Options(limit=10))
    assert len(answer.suggestions) == 10
    assert_explained(answer, hanoi.snapshot)


def test_the_demo_network_is_explained_for_challenges(hanoi: Recommender) -> None:
    for name in hanoi.snapshot.project_ids[::14]:
        assert_explained(hanoi.for_project(str(name), Options(limit=5)), hanoi.snapshot)


def test_learned_rankers_are_explained_in_whole_sentences(learned: Learned) -> None:
    for name in learned.known.actor_ids[::50]:
        assert_explained(learned.recommender.for_actor(str(name), Options(limit=10)), learned.known)
    assert_explained(learned.recommender.for_brief("bụi mịn không khí"), learned.known)


def rich_network() -> GraphSnapshot:
    """Two actors with everything in common, and one with nothing."""
    facts: list[Fact] = [actor("blank", "guild")]
    for name, other in (("a", "b"), ("b", "a")):
        says = actor(name, "startup", summary="đo bụi", needs=(f"máy {name}",), offers=(f"máy {other}",))
        facts.append(replace(says, fields=("agritech",), country="VN"))
        facts += [tie(name, "m"), *project(f"p-{name}", name, "m", title="đo bụi", fields=("agritech",))]
    return snapshot_of(actors("m"), facts)


def explained(view: QueryView, candidate: int, terms: DoubleArray) -> tuple[Reason, ...]:
    """The reasons for one suggestion alone."""
    (reasons,) = explain(view, np.array([candidate]), terms[None, :])
    return reasons


@pytest.mark.parametrize("place", range(len(STANDARD.features)), ids=[feature.name for feature in STANDARD.features])
def test_the_contribution_of_each_feature_can_be_explained_for_any_pair(place: int) -> None:
    snapshot = rich_network()
    index = NetworkIndex(snapshot)
    asker = snapshot.index_of("a")
    views: list[QueryView] = [MemberQuery(index, asker), TextQuery(index, "đo bụi ở Việt Nam")]
    for view in views:
        for candidate in ("b", "blank"):
            for contribution in (0.25, -0.25):
                terms = np.zeros(len(STANDARD.features))
                terms[place] = contribution
                (reason,) = explained(view, snapshot.index_of(candidate), terms)
                assert reason.contribution == contribution
                assert reason.code in SENTENCES
                for said in shown(reason):
                    assert_whole(said)


def test_what_is_missing_is_said_to_be_missing() -> None:
    snapshot = rich_network()
    index = NetworkIndex(snapshot)
    asker, blank = snapshot.index_of("a"), snapshot.index_of("blank")
    terms = np.full(len(STANDARD.features), -0.1)
    views: list[QueryView] = [MemberQuery(index, asker), TextQuery(index, "đo bụi")]
    for view in views:
        codes = {reason.code for reason in explained(view, blank, terms)}
        assert all(code.startswith("no_") for code in codes - {"kind"}), codes
        unasked = {"no_concepts", "no_requested_type"}  # the words name no listed concept and no partner type
        missing = {each.code for each in explained(view, asker, terms) if each.code.startswith("no_")}
        own = {"no_similar_projects"}  # its own projects are no news to it
        assert missing <= {"no_connection", "no_offer", "no_need", *unasked, *own}


def test_only_members_of_similar_projects_get_that_reason() -> None:
    facts: list[Fact] = [*actors("did friend"), *project("p", "did", title="đo bụi"), tie("did", "friend")]
    snapshot = snapshot_of(facts)
    view = TextQuery(NetworkIndex(snapshot), "đo bụi")
    place = [feature.reason for feature in STANDARD.features].index("similar_projects")
    terms = np.eye(len(STANDARD.features))[place]
    codes = [explained(view, snapshot.index_of(name), terms)[0].code for name in ("did", "friend")]
    assert codes == ["similar_projects", "no_similar_projects"]


def test_features_of_one_reason_are_explained_as_one() -> None:
    snapshot = rich_network()
    index = NetworkIndex(snapshot)
    asker = snapshot.index_of("a")
    terms = np.linspace(0.1, 1, len(STANDARD.features))
    reasons = explained(MemberQuery(index, asker), snapshot.index_of("b"), terms)
    codes = [reason.code for reason in reasons]
    assert len(codes) == len(set(codes)) == len({feature.reason for feature in STANDARD.features})
    assert sum(reason.contribution for reason in reasons) == pytest.approx(terms.sum())


def reason_of(answer: Answer, actor_id: str, code: str) -> Reason:
    (suggestion,) = [suggestion for suggestion in answer.suggestions if suggestion.actor_id == actor_id]
    (reason,) = [reason for reason in suggestion.reasons if reason.code == code]
    return reason


def test_a_connection_names_who_is_between_and_both_ties() -> None:
    facts: list[Fact] = [*actors("a c"), actor("m", name="Viện Khí tượng")]
    facts += [tie("a", "m", "signed_mou"), tie("a", "m", "signed_mou", occurrence=1), *project("p", "m", "c")]
    reason = reason_of(Recommender.build(snapshot_of(facts)).for_actor("a"), "c", "connection")
    assert reason.params == {"through": ("Viện Khí tượng",)}
    assert [(evidence.table, evidence.key) for evidence in reason.evidence] == [
        ("relationships", ("a", "m", "signed_mou", "0")),
        ("relationships", ("a", "m", "signed_mou", "1")),
        ("projects", ("p",)),
    ]


def test_a_shared_project_that_shows_a_link_is_the_latest_that_makes_one() -> None:
    crowd = [f"x{number:02}" for number in range(60)]
    facts = [*actors("a m c"), *actors(" ".join(crowd)), *project("first", "a", "m", start="2020")]
    facts += [*project("undated", "a", "m", start=None), *project("last", "a", "m", start="2022")]
    facts += [*project("crowd", "a", "m", *crowd, start="2024"), *project("q", "m", "c")]
    reason = reason_of(Recommender.build(snapshot_of(facts)).for_actor("a"), "c", "connection")
    assert [evidence.key for evidence in reason.evidence] == [("last",), ("q",)]


def test_words_in_common_are_given_as_the_partner_writes_them() -> None:
    facts: list[Fact] = [actor("a", summary="Quan trắc Bụi mịn"), actor("b", summary="trồng rau")]
    reason = reason_of(Recommender.build(snapshot_of(facts)).for_brief("bui min, quan trac"), "a", "text_similarity")
    assert reason.params["words"] == ("bụi mịn", "quan trắc")


def test_an_asker_that_is_known_by_its_projects_alone_has_words_in_common_too() -> None:
    facts: list[Fact] = [*actors("a"), actor("c", summary="đo bụi mịn"), *project("p", "a", title="đo bụi mịn")]
    reason = reason_of(Recommender.build(snapshot_of(facts)).for_actor("a"), "c", "text_similarity")
    assert reason.params["words"] == ("đo bụi mịn",)


def test_similar_work_names_the_nearest_projects_with_their_years() -> None:
    facts: list[Fact] = [*actors("a"), *project("p1", "a", title="đo bụi mịn", start="2023-04")]
    facts += project("p2", "a", title="đo bụi than", start=None)
    reason = reason_of(Recommender.build(snapshot_of(facts)).for_brief("đo bụi mịn"), "a", "similar_projects")
    assert reason.params == {"projects": ("“đo bụi mịn” (2023)", "“đo bụi than”")}
    assert [evidence.key for evidence in reason.evidence] == [("p1",), ("p2",)]
