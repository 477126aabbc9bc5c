"""Words of both languages, and the fields they point to."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.folding import fold
from graph.kinds import load_kinds, parse_kinds
from matching.text.field_reader import FieldReader
from matching.text.terms import WordEmbedder, terms, written_terms
from matching.text.word_forms import folded_form, is_accented, stopwords
from tests.worlds import hanoi_network

READER = FieldReader(load_kinds())
CORPUS = ["rau sạch", "râu quai nón", "trạm đo bụi mịn", "sensors for soil", "Khu công nghệ cao Hoà Lạc"]


def fields_in(text: str) -> list[str]:
    return [reading.field_id for reading in READER.read(text)]


def similarity(corpus: list[str], query: str) -> list[float]:
    embedder = WordEmbedder(corpus)
    return [float(value) for value in (embedder.embed([query]) @ embedder.embed(corpus).T).toarray()[0]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hòa Lạc", "Hoà Lạc"),
        ("khỏe", "khoẻ"),
        ("thủy lợi", "thuỷ lợi"),
        ("Đại học", "đại học"),
        (unicodedata.normalize("NFD", "chuyển đổi số"), "chuyển đổi số"),
    ],
)
def test_spellings_of_one_word_have_the_same_terms(one: str, other: str) -> None:
    assert list(terms(one)) == list(terms(other))


def test_text_without_diacritics_has_the_folded_terms_of_text_with_them() -> None:
    accented = [term for term in terms("Thoát nước thành phố") if not term.startswith("~")]
    assert accented == list(terms("thoat nuoc thanh pho"))


@pytest.mark.parametrize(
    ("text", "is_pair"),
    [
        ("thoát nước", True),
        ("thoát  nước", True),
        ("thoát, nước", False),
        ("thoát. Nước", False),
        ("thoát/nước", False),
        ("thoát (nước)", False),
        ("thoát và nước", False),
    ],
)
def test_a_pair_is_of_neighbours_with_nothing_between_them(text: str, is_pair: bool) -> None:
    assert ("thoat nuoc" in set(terms(text))) is is_pair


@pytest.mark.parametrize(
    ("singular", "plural"),
    [("sensor", "sensors"), ("battery", "batteries"), ("city", "cities"), ("startup", "startups")],
)
def test_english_plurals_are_the_same_term(singular: str, plural: str) -> None:
    assert list(terms(singular)) == list(terms(plural))


def test_vietnamese_syllables_lose_nothing_to_english_grammar() -> None:
    texts = [text for actor in hanoi_network().actors for text in (actor.name, actor.summary) if text]
    words = {word for text in texts for word in unicodedata.normalize("NFC", text).lower().split() if is_accented(word)}
    syllables = [word for word in words if word.isalpha()]
    assert len(syllables) > 500
    assert [word for word in syllables if folded_form(word) != fold(word)] == []


@pytest.mark.parametrize("pair", ["chuyển đổi", "tài chính", "đầu tư", "vi mạch", "trạm đo", "cơ khí"])
def test_words_are_not_taken_for_stopwords_that_differ_by_their_tone(pair: str) -> None:
    assert fold(pair) in set(terms(pair))
    assert fold(pair) in set(terms(fold(pair))) | {"tram do"}  # "do" without diacritics is English


def test_in_a_text_with_diacritics_the_heart_is_not_looked_for() -> None:
    assert list(terms("bệnh tim, cần tìm")) == ["benh", "~bệnh", "tim", "benh tim"]


def test_words_that_only_ask_are_no_terms() -> None:
    assert list(terms("Chúng tôi cần tìm đối tác; we are looking for a partner")) == []
    assert list(terms("We are looking for partners who can help")) == []
    assert not {"tim", "doi", "tac", "can"} & set(terms("can tim doi tac"))
    assert "ai" in stopwords()


@pytest.mark.parametrize("text", ["", "   ", "...", "và của cho", "\x00", "🙂"])
def test_a_text_without_words_has_no_terms_and_a_zero_vector(text: str) -> None:
    embedder = WordEmbedder(CORPUS)
    assert list(terms(text)) == []
    assert embedder.embed([text]).nnz == 0


def test_nothing_is_embedded_as_nothing() -> None:
    assert WordEmbedder(CORPUS).embed([]).shape[0] == 0
    assert WordEmbedder([]).embed(["rau", ""]).nnz == 0
    assert WordEmbedder(["", "..."]).embed(["rau", "", "..."]).nnz == 0


def test_known_texts_have_length_one() -> None:
    vectors = WordEmbedder(CORPUS).embed(CORPUS)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.sqrt(vectors.multiply(vectors).sum(axis=1)), 1, rtol=1e-6)


def test_diacritics_sharpen_a_query_and_their_lack_excludes_nobody() -> None:
    other, beard = similarity(["ráu dài", "râu dài"], "râu")
    assert beard > other > 0
    other, beard = similarity(["ráu dài", "râu dài"], "rau")
    assert beard == other > 0


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    written = written_terms(text)
    assert set(written) == set(terms(text))
    assert all(written.values())
    assert all(0 < reading.weight <= 1 for reading in READER.read(text))


def test_terms_keep_the_form_they_were_first_written_in() -> None:
    written = written_terms("Cảm biến. CAM BIEN, Sensors sensor")
    assert written["cam bien"] == "cảm biến"
    assert written["sensor"] == "sensors"


@pytest.mark.parametrize(
    ("text", "field_id"),
    [
        ("cảm biến đo bụi mịn", "environment_water_waste"),
        ("cam bien do bui min", "environment_water_waste"),
        ("fine dust sensors", "semiconductor"),
        ("rô-bốt hàn", "robotics_automation"),
        ("robots", "robotics_automation"),
        ("ĐÔ THỊ THÔNG MINH", "smart_city"),
        (unicodedata.normalize("NFD", "an ninh mạng"), "cybersecurity"),
        ("tự động hoá", "robotics_automation"),
        ("mạng 5G", "mobile_5g_6g"),
    ],
)
def test_fields_are_read_however_they_are_written(text: str, field_id: str) -> None:
    assert field_id in fields_in(text)


def test_every_field_is_found_by_both_its_labels() -> None:
    missed = [
        (field.id, language)
        for field in load_kinds().fields.values()
        for language in ("vi", "en")
        if field.id not in fields_in(field.label["vi" if language == "vi" else "en"])
    ]
    assert missed == []


def test_with_diacritics_rau_is_no_beard() -> None:
    assert "agritech" in fields_in("rau an toàn")
    assert "agritech" not in fields_in("râu quai nón")
    assert "agritech" in fields_in("rau")


def test_capitals_tell_ai_from_who() -> None:
    assert fields_in("AI cho y tế") == ["healthtech", "digital_ai"]
    assert "digital_ai" not in fields_in("ai giúp được chúng tôi")
    assert "digital_ai" not in fields_in("ai giup duoc")


@pytest.mark.parametrize(
    "text",
    ["doanh nghiệp nhà nước", "thị trường nước ngoài", "doanh nghiep nha nuoc", "trong nước", "vì vậy", "khu Hoà Lạc"],
)
def test_everyday_phrases_are_no_fields(text: str) -> None:
    assert fields_in(text) == []


def test_water_is_still_a_field() -> None:
    assert fields_in("nước sạch trong nước") == ["environment_water_waste"]
    assert fields_in("xu ly nuoc thai") == ["environment_water_waste"]


def test_a_word_for_everything_names_no_field_without_its_diacritics() -> None:
    assert fields_in("tim doi tac cho du an duoc chon") == []
    assert "logistics_commerce" in fields_in("chợ đầu mối")


def test_a_term_does_not_reach_across_punctuation() -> None:
    assert "mobility_ev" in fields_in("xe điện")
    assert "mobility_ev" not in fields_in("chúng tôi có xe. Điện mặt trời")


def _reader(**terms_of_field: list[str]) -> FieldReader:
    fields = {name: {"vi": f"nhãn {name}", "en": name, "terms_vi": listed} for name, listed in terms_of_field.items()}
    kinds = {"version": "1", "actor": {}, "opportunity": {}, "relationship": {}}
    return FieldReader(parse_kinds(kinds, {"version": "1", **fields}))


def test_a_longer_term_hides_those_inside_it_and_weighs_more() -> None:
    reader = _reader(one=["trí tuệ nhân tạo"], two=["trí tuệ"], three=["cá"])
    hidden = reader.read("trí tuệ nhân tạo, cá")
    assert [(reading.field_id, reading.weight, reading.words) for reading in hidden] == [
        ("one", 1.0, ("trí tuệ nhân tạo",)),
        ("three", 0.5, ("cá",)),
    ]


def test_a_shared_term_is_shared_equally_however_often_it_is_listed() -> None:
    reader = _reader(one=["cá", "cá"], two=["cá"])
    assert [(reading.field_id, reading.weight) for reading in reader.read("nuôi cá")] == [("one", 1.0), ("two", 1.0)]


def test_at_most_six_fields_are_read_and_faint_ones_are_left_out() -> None:
    reader = _reader(**{f"f{number}": [f"tôm{number}"] for number in range(9)}, faint=["tôm"])
    assert [reading.field_id for reading in reader.read(" ".join(f"tôm{number}" for number in range(9)))] == [
        f"f{number}" for number in range(6)
    ]
    assert [reading.field_id for reading in reader.read("tôm0 tôm0 tôm0 tôm0 tôm")] == ["f0"]
