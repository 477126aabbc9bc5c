"""Vietnamese text made comparable."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from graph.folding import fold, nfc, place_tones, search_words

VIETNAMESE = st.text(
    st.sampled_from(
        "aăâeêioôơuưyđđbchgklmnpqrstvxAĂÂĐÊÔƠƯYHOÀÁẢÃẠòóỏõọoaoeuyùúủũụ \u0300\u0301\u0303\u0309\u0323-.,/()09"
    )
)
TEXTS = st.one_of(VIETNAMESE, st.text())


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đại học Bách khoa Hà Nội", "dai hoc bach khoa ha noi"),
        ("đường Nguyễn Đình Chiểu", "duong nguyen dinh chieu"),
        ("Sở KH&CN", "so kh cn"),
        ("  Công ty CP  «Rạng Đông» ", "cong ty cp rang dong"),
        ("ƯƠM TẠO", "uom tao"),
        ("5G/6G", "5g 6g"),
        ("", ""),
        ("***", ""),
    ],
)
def test_folding_keeps_plain_words(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_folded_text_is_made_of_lower_case_ascii_words(text: str) -> None:
    words = fold(text).split(" ")
    assert words == [""] or all(word.isascii() and word.isalnum() and word == word.lower() for word in words)


@given(VIETNAMESE)
@example("Hòa Lạc, Đống Đa")
def test_decomposed_text_as_of_macos_file_names_folds_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text)) == fold(text)


@given(VIETNAMESE)
def test_capitals_fold_alike(text: str) -> None:
    assert fold(text.upper()) == fold(text)


@given(TEXTS)
def test_placing_tones_moves_nothing_twice_and_changes_no_key(text: str) -> None:
    placed = place_tones(text)
    assert place_tones(placed) == placed
    assert fold(placed) == fold(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hòa", "Hoà"),
        ("khỏe", "khoẻ"),
        ("thủy", "thuỷ"),
        ("HÓA HỌC", "HOÁ HỌC"),
        ("hóa-sinh", "hoá-sinh"),
    ],
)
def test_both_schools_of_tone_placement_read_alike(old: str, new: str) -> None:
    assert place_tones(old) == place_tones(new) == new
    assert place_tones(unicodedata.normalize("NFD", old)) == new


@pytest.mark.parametrize("text", ["hoàn", "khoẻn", "quý", "thuốc", "đào", "ngoéo", "của"])
def test_other_syllables_keep_their_tone_where_it_is(text: str) -> None:
    assert place_tones(text) == text


def test_distinct_words_of_a_search_keep_their_order() -> None:
    assert search_words("Viện Công nghệ, viện CÔNG NGHỆ thông tin") == ["vien", "cong", "nghe", "thong", "tin"]


def test_composed_form_without_white_space_at_the_ends() -> None:
    assert nfc(" " + unicodedata.normalize("NFD", "Việt") + "\n") == "Việt"
