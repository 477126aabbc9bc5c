"""Concepts: the files are sound, and a text is read alike in every language and spelling."""

import unicodedata
from collections import Counter

import numpy as np
import pytest

from graph.folding import fold
from graph.kinds import LANGUAGES, load_kinds
from graph.model import Fact
from graph.snapshot import GraphSnapshot
from matching.index.actor_concepts import index_concepts
from matching.index.inheritance import inherited_concepts
from matching.text.concepts import Concept, ConceptReader, concept_reader, field_entries, load_concepts
from matching.text.phrase_book import PhraseBook
from tests.matching.networks import actor, project, snapshot_of, snapshot_of_facts, tie

CONCEPTS = load_concepts()
SMALL = {
    "speech": Concept("speech", ("digital_ai",), ("machines",), {"vi": ("giọng nói",), "en": ("speech recognition",)}),
    "machines": Concept("machines", ("digital_ai",), (), {"vi": ("trí tuệ nhân tạo", "AI"), "en": ("AI",)}),
    "traces": Concept("traces", ("agritech",), (), {"vi": ("truy xuất nguồn gốc",), "en": ("traceability",)}),
    "sources": Concept("sources", ("agritech",), (), {"vi": ("nguồn gốc",), "en": ("origin",)}),
    "trams": Concept("trams", ("mobility_ev",), (), {"vi": ("xe điện mặt đất",), "en": ("tram",)}),
}
READER = ConceptReader(SMALL)


def read(text: str) -> set[str]:
    return {READER.ids[column] for column in READER.read(text)}


@pytest.mark.parametrize("concept", CONCEPTS.values(), ids=CONCEPTS)
def test_a_concept_names_fields_and_concepts_that_there_are_and_has_terms_in_both_languages(concept: Concept) -> None:
    assert set(concept.fields) <= set(load_kinds().fields)
    assert set(concept.related) <= set(CONCEPTS) - {concept.id}
    for language in LANGUAGES:
        terms = concept.terms[language]
        assert terms
        assert all(term == unicodedata.normalize("NFC", term).strip() != "" for term in terms)
        assert [term for term, number in Counter(terms).items() if number > 1] == []


def test_concepts_touch_every_field() -> None:
    assert {field for concept in CONCEPTS.values() for field in concept.fields} == set(load_kinds().fields)


@pytest.mark.parametrize("concept", CONCEPTS.values(), ids=CONCEPTS)
def test_every_concept_is_read_out_of_one_of_its_terms_in_every_spelling(concept: Concept) -> None:
    column = concept_reader().column[concept.id]
    for terms in (concept.terms["vi"], tuple(map(fold, concept.terms["vi"])), concept.terms["en"]):
        assert any(column in concept_reader().read(term) for term in terms)


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("phần mềm nghe giọng nói", {"speech"}),
        (unicodedata.normalize("NFD", "Giọng Nói"), {"speech"}),
        ("phan mem giong noi", {"speech"}),
        ("software for speech recognition", {"speech"}),
        ("truy xuất nguồn gốc rau", {"traces"}),  # the longer term hides the shorter one
        ("nguồn gốc của rau", {"sources"}),
        ("giọng, nói", set()),
        ("AI cho bệnh viện", {"machines"}),
        ("ai giup toi", set()),
        ("we run two trams", {"trams"}),
        ("tôi cần trạm đo", set()),
        ("toi can tram do", set()),  # the small words tell that it is Vietnamese, where a short English word is none
        ("", set()),
    ],
)
def test_concepts_read_by_hand(text: str, concepts: set[str]) -> None:
    assert read(text) == concepts


def test_the_words_that_say_a_concept_are_kept_as_they_are_written() -> None:
    found = READER.read("Giọng nói và AI")
    assert found == {0: {"giọng nói": pytest.approx(2**0.5)}, 1: {"AI".lower(): 1.0}}


def test_a_row_of_texts_is_read_text_by_text_and_nearness_holds_both_ways() -> None:
    rows = READER.read_all([["giọng nói", "speech recognition", ""], [], ["tram"]]).toarray()
    assert rows[:, READER.column["speech"]] == pytest.approx([2**0.5, 0, 0])
    assert rows[2].sum() == 1
    assert np.array_equal(READER.related.toarray(), READER.related.toarray().T)
    assert READER.related.sum() == 2


def test_the_terms_of_a_concept_point_to_its_fields() -> None:
    (found,) = PhraseBook(field_entries(SMALL)).find("traceability")
    assert found.ids == ("agritech",)


def similarity(snapshot: GraphSnapshot, text: str) -> dict[str, float]:
    concepts = index_concepts(snapshot, concept_reader())
    values = concepts.everything @ concepts.requested(text)
    return {str(name): float(value) for name, value in zip(snapshot.actor_ids, values, strict=True)}


@pytest.mark.parametrize(
    "text",
    [
        "phần mềm nhận dạng giọng nói để ghi biên bản họp",
        "phan mem nhan dang giong noi de ghi bien ban hop",
        "speech recognition to take minutes of meetings",
    ],
)
@pytest.mark.parametrize("said", ["Gỡ băng cuộc họp tự động.", "Transcription of recorded meetings."])
def test_a_brief_finds_a_profile_in_other_words_and_another_language(text: str, said: str) -> None:
    values = similarity(snapshot_of(actor("fits", summary=said), actor("other", summary="Trồng hoa lan.")), text)
    assert values["fits"] > values["other"] == 0


def test_projects_people_and_notes_count_for_an_actor_and_its_own_words_most() -> None:
    facts: list[Fact] = [
        *(actor("says", summary="gỡ băng"), actor("does"), actor("founded"), actor("none")),
        actor("founder", kind="expert", summary="gỡ băng"),
        *project("p", "does", title="Gỡ băng"),
        tie("founded", "founder", "founded_by"),
    ]
    values = similarity(snapshot_of_facts(facts), "chuyển giọng nói thành văn bản")
    assert values["says"] > values["does"] > 0
    assert values["says"] > values["founded"] > 0
    assert values["none"] == 0


@pytest.mark.parametrize("text", ["nguồn của rau", "nguon cua rau", "the origins of it"])
def test_words_of_a_term_are_like_its_concept_though_they_are_not_the_term(text: str) -> None:
    similarity = READER.similarity(text)
    assert READER.ids[int(similarity.argmax())] == "sources"
    assert 0 < similarity.max() <= 1


def test_a_text_is_like_few_concepts_and_one_of_other_words_like_none() -> None:
    assert not READER.similarity("").any()
    assert not READER.similarity("hoa lan").any()
    many = concept_reader().similarity(
        "phần mềm, xe điện, rau sạch, nước thải, vi mạch, blockchain, du lịch, học trực tuyến"
    )
    assert 0 < np.count_nonzero(many) <= 10


def test_a_need_in_words_that_are_no_term_finds_who_speaks_of_it() -> None:
    assert set(concept_reader().read("gỡ ra chữ băng ghi")) == set()
    values = similarity(
        snapshot_of(actor("fits", summary="Gỡ băng."), actor("other", summary="Trồng hoa lan.")), "gỡ ra chữ băng ghi"
    )
    assert values["fits"] > values["other"]


def test_directors_hear_their_organisation_and_partners_half_of_each_other() -> None:
    facts: list[Fact] = [
        *(actor(name) for name in ("firm", "startup", "partner")),
        *(actor(name, kind="expert") for name in ("director", "founder")),
        tie("director", "firm", "affiliated_with"),
        tie("startup", "founder", "founded_by"),
        tie("firm", "partner", "signed_mou"),
        tie("firm", "startup", "supplies"),
    ]
    snapshot = snapshot_of_facts(facts)
    heard = inherited_concepts(snapshot)

    def from_to(one: str, other: str) -> float:
        return float(heard[snapshot.index_of(other), snapshot.index_of(one)])

    assert from_to("firm", "director") == pytest.approx(2 / 5)  # the firm has three relationships
    assert from_to("startup", "founder") == pytest.approx(2 / 4)
    assert from_to("firm", "partner") == pytest.approx(0.5 * 2 / 5)
    assert from_to("partner", "firm") == pytest.approx(0.5 * 2 / 3)
    assert heard.nnz == 4


def test_partners_and_directors_of_one_that_fits_fit_too() -> None:
    facts: list[Fact] = [
        *(actor("says", summary="gỡ băng"), actor("partner"), actor("none")),
        actor("director", kind="expert"),
        tie("says", "partner", "partnered_in"),
        tie("director", "says", "affiliated_with"),
    ]
    values = similarity(snapshot_of_facts(facts), "chuyển giọng nói thành văn bản")
    assert values["says"] > values["partner"] > values["none"] == 0
    assert values["director"] > values["partner"]
