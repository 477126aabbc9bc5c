import shutil
import subprocess
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.files.encodings import (
    LEGACY_ENCODINGS,
    NAMES,
    Encoding,
    FontEncoding,
    TextDecoder,
    decode,
    encoding_tables,
    from_font,
    restore_capitals,
    tcvn3_table,
    vni_letters,
)
from ingest.files.syllables import is_syllable
from tests.ingest.legacy_encodings import (
    VIETNAMESE_LETTERS,
    as_shown,
    decomposed_windows_1258,
    encode,
    hanoi_words,
)

FONTS: tuple[FontEncoding, ...] = ("tcvn3", "vni")


def test_there_are_134_vietnamese_letters_beyond_ascii() -> None:
    assert len(set(VIETNAMESE_LETTERS)) == len(VIETNAMESE_LETTERS) == 134


@pytest.mark.parametrize("encoding", [encoding for encoding in NAMES if encoding != "tcvn3"])
def test_every_letter_comes_back(encoding: Encoding) -> None:
    for letter in VIETNAMESE_LETTERS:
        assert decode(encode(f"x{letter}x", encoding), encoding) == f"x{letter}x"


def test_every_letter_that_tcvn3_has_comes_back_and_other_capitals_as_small_ones() -> None:
    capitals = set("ĂÂÊÔƠƯĐ")
    for letter in VIETNAMESE_LETTERS:
        expected = letter if letter in capitals else letter.lower()
        assert decode(encode(letter, "tcvn3"), "tcvn3") == expected


def test_the_table_of_tcvn3_is_that_of_iconv() -> None:
    iconv = shutil.which("iconv")
    if iconv is None or "TCVN" not in subprocess.run([iconv, "-l"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("there is no iconv that knows TCVN")
    marks = range(0xB0, 0xB5)  # combining marks in VN1 and VN2, nothing in VN3
    for byte in [byte for byte in range(0xA1, 0x100) if byte not in marks]:
        run = subprocess.run(
            [iconv, "-f", "TCVN", "-t", "UTF-8"], input=bytes([byte, 32]), capture_output=True, check=True
        )
        assert run.stdout.decode()[0] == tcvn3_table()[byte], hex(byte)


def test_no_letter_has_two_codes_and_no_code_two_letters() -> None:
    beyond = [character for character in tcvn3_table()[0xA1:] if character in VIETNAMESE_LETTERS]
    assert len(beyond) == len(set(beyond)) == 67 + 7 + 16
    small = [code for letters in encoding_tables()["vni"].values() for code in letters.values()]
    assert len(small) == len(set(small)) == 67
    assert {letter for letters in encoding_tables()["vni"].values() for letter in letters} == {
        letter for letter in VIETNAMESE_LETTERS if letter.islower()
    }
    assert set(vni_letters().values()) == set(VIETNAMESE_LETTERS)


def test_a_mark_of_vni_in_small_behind_a_capital_counts_too() -> None:
    assert from_font("Aán Ñoä", "vni") == "Ấn Độ"


def test_windows_1258_is_read_as_keyboards_type_it_and_as_converters_write_it() -> None:
    for letter in VIETNAMESE_LETTERS:
        assert decode(decomposed_windows_1258(letter), "windows-1258") == letter
    assert decomposed_windows_1258("á") != encode("á", "windows-1258")


TEXTS = st.lists(st.sampled_from([*VIETNAMESE_LETTERS, *'aeiouyAOUnghTR ,;|"\r\n\t.1“–']), max_size=40).map("".join)


@given(text=TEXTS, encoding=st.sampled_from(list(NAMES)), cuts=st.lists(st.integers(0, 200), max_size=8))
def test_where_chunks_end_changes_nothing(text: str, encoding: Encoding, cuts: list[int]) -> None:
    content = encode(text, encoding)
    borders = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    decoder = TextDecoder(encoding)
    pieces = [decoder.decode(content[start:stop]) for start, stop in pairwise(borders)]
    pieces.append(decoder.decode(b"", final=True))
    assert "".join(pieces) == decode(content, encoding)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30), cut=st.integers(0, 60))
def test_text_in_unicode_arrives_composed_whatever_it_is(text: str, cut: int) -> None:
    content = text.encode("utf-16-le")
    decoder = TextDecoder("utf-16-le")
    read = decoder.decode(content[:cut]) + decoder.decode(content[cut:], final=True)
    assert read == unicodedata.normalize("NFC", text)


@settings(deadline=None)
@given(text=TEXTS, cut=st.integers(0, 3_000))
def test_runs_longer_than_those_looked_at_do_not_depend_on_chunks_either(text: str, cut: int) -> None:
    content = encode("TRƯỜNG " * 290 + text, "tcvn3")
    decoder = TextDecoder("tcvn3")
    assert decoder.decode(content[:cut]) + decoder.decode(content[cut:], final=True) == decode(content, "tcvn3")


def test_a_decoder_that_is_reset_has_forgotten() -> None:
    decoder = TextDecoder("vni")
    assert decoder.decode(b"a") == ""
    decoder.reset()
    assert decoder.decode(b"\xf8", final=True) == "ø"


@pytest.mark.parametrize("encoding", LEGACY_ENCODINGS)
def test_a_byte_that_no_character_has_is_an_error_with_its_place(encoding: Encoding) -> None:
    with pytest.raises(UnicodeDecodeError) as failure:
        decode(b"abc\x90", encoding)
    assert failure.value.start == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TRƯờNG ĐạI HọC", "TRƯỜNG ĐẠI HỌC"),
        ("CÔNG TY Cổ PHầN FPT Và Tổ HợP", "CÔNG TY CỔ PHẦN FPT VÀ TỔ HỢP"),
        ("LÊ Hồ Vũ", "LÊ Hồ Vũ"),
        ("Hà, Lê Vũ Bá Tú, Đỗ Lý", "Hà, Lê Vũ Bá Tú, Đỗ Lý"),
        ("UBND xã Ở Đồ", "UBND xã Ở Đồ"),
        ("ĐHQGHN Hà Nội", "ĐHQGHN Hà Nội"),
        ("Báo cáo của TRƯờNG ở Hà NộI năm nay", "Báo cáo của TRƯỜNG Ở HÀ NỘI năm nay"),
        ("HọC;Lê Vũ|Và\nTú", "HỌC;Lê Vũ|Và\nTú"),
    ],
)
def test_words_in_fonts_of_capitals_are_capitals_and_names_are_not(written: str, meant: str) -> None:
    assert restore_capitals(written) == meant


def test_words_all_in_capitals_come_back_from_tcvn3_where_the_text_shows_it() -> None:
    text = "DANH SÁCH TRƯỜNG ĐẠI HỌC VÀ VIỆN NGHIÊN CỨU,Trường Đại học Bách khoa Hà Nội"
    assert decode(encode(text, "tcvn3"), "tcvn3") == text


@pytest.mark.parametrize("font", FONTS)
def test_cells_are_read_as_files_are(font: FontEncoding) -> None:
    for word in hanoi_words():
        assert from_font(as_shown(word, font), font) == decode(encode(word, font), font)
    assert from_font("₫ → 5", font) == "₫ → 5"


def test_the_words_of_the_demo_network_are_syllables_but_for_abbreviations() -> None:
    others = [word for word in hanoi_words() if not is_syllable(word)]
    assert others
    assert all(word.isupper() or word == "ktđn" for word in others)


def test_the_longest_syllables() -> None:
    assert is_syllable("nghiêng")
    assert is_syllable("Nghuyệch") is is_syllable("nghuyệtt") is False


@pytest.mark.parametrize("word", ["NguyÔn", "Tröôøng", "café", "être", "ngọch", "tốpp", "đại học", "ậ̣", "", "nguyỄn"])
def test_what_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)
