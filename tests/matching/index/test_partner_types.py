"""Who is sought: told from what the asker is, in both languages."""

import unicodedata

import pytest

from graph.kinds import LANGUAGES, load_kinds
from graph.model import Fact
from matching.index.partner_types import Sort, Sorts, load_sorts, sought_reader
from matching.questions import Options
from matching.reasons.explanation import render
from matching.recommend import Recommender
from tests.matching.networks import actor, snapshot_of_facts, tie

SORTS = load_sorts()
KINDS = load_kinds()


def without_diacritics(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.translate(str.maketrans("đĐ", "dD")))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@pytest.mark.parametrize("sort", SORTS.values(), ids=SORTS)
def test_a_sort_names_kinds_that_there_are_and_has_terms_in_both_languages(sort: Sort) -> None:
    assert set(sort.kinds) <= set(KINDS.actor)
    assert set(sort.subkinds) <= {subkind for kind in sort.kinds for subkind in KINDS.actor[kind].subkinds}
    assert {*sort.gives, *sort.takes} <= set(KINDS.relationship)
    assert 0 <= sort.alone <= 1
    for language in LANGUAGES:
        for terms in (sort.terms[language], sort.marks[language]):
            assert all(term == unicodedata.normalize("NFC", term).strip() != "" for term in terms)
            assert len(set(terms)) == len(terms)
        assert sort.terms[language]
        assert sort.alone or sort.marks[language]


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("Chúng tôi là startup làm pin, tìm trường đại học", {"school"}),
        ("Trường chúng tôi cần nhà đầu tư", {"investor"}),
        ("Công ty của tôi muốn gặp chuyên gia về nước thải", {"expert"}),
        ("Startup nào làm về truy xuất nguồn gốc?", {"startup"}),
        ("Tìm vườn ươm cho startup của chúng tôi", {"incubator"}),
        ("Cần doanh nghiệp lớn làm khách hàng đầu tiên", {"business"}),
        ("Tìm bệnh viện, cơ quan nhà nước hoặc hiệp hội cùng thử", {"hospital", "agency", "association"}),
        ("Xử lý nước thải làng nghề", set()),
    ],
)
def test_sought_in_vietnamese_with_and_without_diacritics(text: str, sought: set[str]) -> None:
    assert set(sought_reader().read(text)) == sought
    assert set(sought_reader().read(without_diacritics(text))) == sought


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("We are a school and look for investors", {"investor"}),
        ("Our company needs a laboratory to test a coating", {"laboratory"}),
        ("I am an expert looking for a research institute", {"school"}),
        ("We seek a mentor for our startup", {"mentor"}),
        ("Waste water of craft villages", set()),
    ],
)
def test_sought_in_english(text: str, sought: set[str]) -> None:
    assert set(sought_reader().read(text)) == sought


def test_a_sort_that_is_only_named_counts_less() -> None:
    assert sought_reader().read("Tìm nhà đầu tư")["investor"] == 1
    assert 0 < sought_reader().read("Quản lý nhà đầu tư")["investor"] < 1


def test_members_are_shown_by_words_subkinds_and_relationships() -> None:
    facts: list[Fact] = [
        actor("fund", summary="Quỹ đầu tư mạo hiểm."),
        actor("marked", subkind="investor"),
        actor("gives"),
        actor("takes", kind="startup", summary="Nhận vốn của quỹ đầu tư."),
        actor("plain"),
        tie("gives", "takes", "invested_in"),
    ]
    snapshot = snapshot_of_facts(facts)
    values = Sorts(snapshot).query("tìm nhà đầu tư")
    investors = {str(name) for name, value in zip(snapshot.actor_ids, values, strict=True) if value > 0}
    assert investors == {"fund", "marked", "gives"}


def test_of_two_that_fit_in_words_the_sort_sought_comes_first_and_the_reason_says_so() -> None:
    facts: list[Fact] = [
        actor("a-firm", summary="Xử lý nước thải làng nghề."),
        actor("b-school", kind="school", summary="Xử lý nước thải làng nghề."),
        actor("c-far", kind="school", summary="Dạy vẽ."),
    ]
    answer = Recommender.build(snapshot_of_facts(facts)).for_brief("Tìm viện nghiên cứu xử lý nước thải", Options())
    assert [suggestion.actor_id for suggestion in answer.suggestions][:2] == ["b-school", "a-firm"]
    first, second = answer.suggestions[:2]
    said = {reason.code: render(reason, "vi") for reason in first.reasons}
    assert said["sought"] == "đúng loại đối tác bạn tìm: viện nghiên cứu"
    assert "nước thải" in said["concepts"]
    assert "sought" not in {reason.code for reason in second.reasons}
