"""Requested partner types, distinguished from what the asker is, in both languages."""

import unicodedata

import pytest

from graph.kinds import LANGUAGES, load_kinds
from graph.model import Fact
from matching.index.partner_types import index_partner_types
from matching.questions import Options
from matching.reasons.explanation import render
from matching.recommend import Recommender
from matching.text.partner_types import PartnerType, load_partner_types, partner_type_reader
from tests.matching.networks import actor, snapshot_of_facts, tie

TYPES = load_partner_types()
KINDS = load_kinds()


def without_diacritics(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.translate(str.maketrans("đĐ", "dD")))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@pytest.mark.parametrize("partner_type", TYPES.values(), ids=TYPES)
def test_a_partner_type_names_known_kinds_and_has_terms_in_both_languages(partner_type: PartnerType) -> None:
    assert set(partner_type.kinds) <= set(KINDS.actor)
    assert set(partner_type.subkinds) <= {
        subkind for kind in partner_type.kinds for subkind in KINDS.actor[kind].subkinds
    }
    assert {*partner_type.gives, *partner_type.takes} <= set(KINDS.relationship)
    assert 0 <= partner_type.alone <= 1
    for language in LANGUAGES:
        for terms in (partner_type.terms[language], partner_type.marks[language]):
            assert all(term == unicodedata.normalize("NFC", term).strip() != "" for term in terms)
            assert len(set(terms)) == len(terms)
        assert partner_type.terms[language]
        assert partner_type.alone or partner_type.marks[language]


@pytest.mark.parametrize(
    ("text", "requested"),
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
def test_requested_in_vietnamese_with_and_without_diacritics(text: str, requested: set[str]) -> None:
    assert set(partner_type_reader().read(text)) == requested
    assert set(partner_type_reader().read(without_diacritics(text))) == requested


@pytest.mark.parametrize(
    ("text", "requested"),
    [
        ("We are a school and look for investors", {"investor"}),
        ("Our company needs a laboratory to test a coating", {"laboratory"}),
        ("I am an expert looking for a research institute", {"school"}),
        ("We seek a mentor for our startup", {"mentor"}),
        ("Waste water of craft villages", set()),
    ],
)
def test_requested_in_english(text: str, requested: set[str]) -> None:
    assert set(partner_type_reader().read(text)) == requested


def test_a_type_that_is_only_named_counts_less() -> None:
    assert partner_type_reader().read("Tìm nhà đầu tư")["investor"] == 1
    assert 0 < partner_type_reader().read("Quản lý nhà đầu tư")["investor"] < 1


def test_words_subkinds_and_relationships_show_the_type_of_an_actor() -> None:
    facts: list[Fact] = [
        actor("fund", summary="Quỹ đầu tư mạo hiểm."),
        actor("marked", subkind="investor"),
        actor("gives"),
        actor("takes", kind="startup", summary="Nhận vốn của quỹ đầu tư."),
        actor("plain"),
        tie("gives", "takes", "invested_in"),
    ]
    snapshot = snapshot_of_facts(facts)
    values = index_partner_types(snapshot).requested("tìm nhà đầu tư")
    investors = {str(name) for name, value in zip(snapshot.actor_ids, values, strict=True) if value > 0}
    assert investors == {"fund", "marked", "gives"}


def test_of_two_that_fit_in_words_the_requested_type_comes_first_and_the_reason_says_so() -> None:
    facts: list[Fact] = [
        actor("a-firm", summary="Xử lý nước thải làng nghề."),
        actor("b-school", kind="school", summary="Xử lý nước thải làng nghề."),
        actor("c-far", kind="school", summary="Dạy vẽ."),
    ]
    answer = Recommender.build(snapshot_of_facts(facts)).for_brief("Tìm viện nghiên cứu xử lý nước thải", Options())
    assert [suggestion.actor_id for suggestion in answer.suggestions][:2] == ["b-school", "a-firm"]
    first, second = answer.suggestions[:2]
    said = {reason.code: render(reason, "vi") for reason in first.reasons}
    assert said["requested_type"] == "đúng loại đối tác bạn tìm: viện nghiên cứu"
    assert "nước thải" in said["concepts"]
    assert "requested_type" not in {reason.code for reason in second.reasons}
