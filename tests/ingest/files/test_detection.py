import random
from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.files.detection import MAX_WORDS, THRESHOLD, Detected, WordCount, count_words, detect, repair_text
from ingest.files.encodings import LEGACY_ENCODINGS, NAMES, Encoding, FontEncoding
from tests.ingest.folders import csv_text
from tests.ingest.legacy_encodings import (
    FOREIGN,
    UNMARKED,
    as_shown,
    decomposed_windows_1258,
    encode,
    foreign_names,
    hanoi_tables,
    hanoi_words,
)

N_ROWS = (1, 2, 3, 5, 10, 30, 300)
N_DRAWS = 10

SENTENCES = {
    "fr": "À la fin de l'année, là où il est né, l'équipe a déposé dès l'été à à Genève. Bébé, clé, thé, âge.",
    "pt": "Não há razão: são três pães, já só há café. A avó e o bebê estão lá, até já; pé, fé, pó, céu, mês, pôr.",
    "it": "Perché è così? Più tardi andrà là, già può, né sé, città, virtù, caffè, tè, sì, ciò, giù, però, università.",
    "es": "Él está aquí, tú no. Sí, sé más. Bebió té mamá en el Perú; allí, quizá, café, año, niño, señor.",
}


def outcome(content: bytes) -> str:
    found = detect(content)
    return found.encoding if found.is_certain else "reported"


def sheets(n_rows: int, seed: int) -> list[str]:
    """Sheets of a header and some rows of a table of the demo network, in CSV."""
    draw = random.Random(seed)
    displayed = []
    for _ in range(N_DRAWS):
        header, *rows = draw.choice(list(hanoi_tables().values()))
        chosen = draw.sample(rows, min(n_rows, len(rows)))
        displayed.append(csv_text([dict(zip(header, row, strict=True)) for row in chosen], draw.choice(",;\t")))
    return displayed


@pytest.mark.parametrize("n_rows", N_ROWS)
def test_what_encodings_of_sheets_are_found_to_be(n_rows: int) -> None:
    table: Counter[tuple[Encoding, str]] = Counter()
    for encoding in UNMARKED:
        for sheet in sheets(n_rows, seed=n_rows):
            if not sheet.isascii():
                table[encoding, outcome(encode(sheet, encoding))] += 1
    confused = {pair: n for pair, n in table.items() if pair[1] not in (pair[0], "reported")}
    assert confused == {}
    reported = {encoding for encoding, found in table if found == "reported"}
    assert reported <= set(LEGACY_ENCODINGS if n_rows < 5 else ())
    assert table["utf-8", "utf-8"] > 0


def test_nothing_foreign_is_taken_for_vietnamese() -> None:
    draw = random.Random(20)
    table: Counter[tuple[str, str, str]] = Counter()
    for language, encodings in FOREIGN.items():
        names = foreign_names(language)
        for encoding in encodings:
            for n_names in (1, 2, 3, 5, 10, 100):
                for _ in range(N_DRAWS):
                    content = "\n".join(draw.sample(names, n_names)).encode(encoding, errors="ignore")
                    if not content.isascii():
                        table[language, encoding, outcome(content)] += 1
    assert sum(table.values()) > 1_000
    assert {key for key in table if key[2] != "reported"} == set()


def test_confidence_never_promises_more_than_it_holds() -> None:
    draw = random.Random(11)
    words = hanoi_words()
    foreign = [
        content
        for language, (encoding, *_) in FOREIGN.items()
        for name in foreign_names(language)
        if not (content := name.encode(encoding, errors="ignore")).isascii()
    ]
    judged: list[tuple[float, bool]] = []
    for n_words in range(1, 9):
        for _ in range(60):
            for encoding in LEGACY_ENCODINGS:
                found = detect(encode(" ".join(draw.sample(words, n_words)), encoding))
                judged.append((found.confidence, found.encoding == encoding))
            judged.append((detect(draw.choice(foreign)).confidence, False))
    for lowest, highest in ((0.5, 0.8), (0.8, THRESHOLD), (THRESHOLD, 1.1)):
        inside = [(confidence, right) for confidence, right in judged if lowest <= confidence < highest]
        assert len(inside) > 50
        assert sum(right for _, right in inside) >= sum(confidence for confidence, _ in inside)


@pytest.mark.parametrize("language", SENTENCES)
def test_nor_are_short_words_that_vietnamese_has_too(language: str) -> None:
    assert outcome(SENTENCES[language].encode("cp1252")) == "reported"
    assert repair_text(SENTENCES[language].split()) is None


def test_random_bytes_are_reported() -> None:
    draw = random.Random(3)
    for n_bytes in (1, 2, 10, 100, 1_000, 10_000):
        for lowest in (0, 1, 32, 128):
            content = bytes(draw.randrange(lowest, 256) for _ in range(n_bytes))
            assert content.isascii() or outcome(content) == "reported"


@given(st.binary(max_size=60))
def test_any_bytes_have_a_confidence(content: bytes) -> None:
    found = detect(content)
    assert 0 <= found.confidence <= 1
    assert found.encoding in NAMES


def test_a_byte_order_mark_or_nothing_but_ascii_is_sure() -> None:
    assert detect("Đ".encode("utf-8-sig")) == Detected("utf-8", 1.0)
    assert detect("Đ".encode("utf-16")) == Detected("utf-16", 1.0)
    assert detect(b"") == detect(b"plain") == Detected("utf-8", 1.0)


def test_utf_8_with_a_few_broken_bytes_stays_utf_8_and_says_how_much_is_whole() -> None:
    text = "Đại học, Viện, Sở".encode()
    assert detect(text[:-1]) == Detected("utf-8", 1.0), "a sample may end within a letter"
    found = detect(text + b"\xff")
    assert found.encoding == "utf-8"
    assert found.confidence == pytest.approx(5 / 6)


def test_an_old_text_that_is_ascii_for_the_most_part_is_found_by_its_few_words() -> None:
    english = "The network connects universities and enterprises of the city. " * 500
    for encoding in LEGACY_ENCODINGS:
        content = encode(english + "Trường Đại học Thủy lợi, Viện Cơ học, phường Cửa Nam. " + english, encoding)
        assert outcome(content) == encoding


def test_what_a_keyboard_typed_in_windows_1258_is_found_too() -> None:
    for sheet in sheets(10, seed=1):
        assert outcome(decomposed_windows_1258(sheet.translate(dict.fromkeys(map(ord, "“”‘’–…"))))) == "windows-1258"


def test_confidence_is_the_posterior_of_the_words() -> None:
    content = encode("Trường Đại học", "vni")
    counts = {encoding: count_words(content, encoding) for encoding in LEGACY_ENCODINGS}
    assert counts == {"vni": WordCount(3, 0), "tcvn3": WordCount(0, 3), "windows-1258": WordCount(0, 3)}
    right, wrong = 3.0**3, (0.1 / 0.7) ** 3
    assert detect(content).confidence == pytest.approx(right / (right + 2 * wrong + 1))


def test_words_repeated_a_thousand_times_are_no_more_evidence_than_once() -> None:
    once = encode("Viện Cơ", "vni")
    assert detect((once + b" ") * 1_000).confidence == detect(once).confidence < THRESHOLD


def test_abbreviations_and_typography_are_no_evidence() -> None:
    assert count_words(encode("ĐHQG, QĐ, “”, – x", "tcvn3"), "tcvn3") == WordCount(0, 0)
    assert count_words("“Hà” –".encode("cp1258"), "windows-1258") == WordCount(1, 0)


def test_no_more_words_are_looked_at_than_said() -> None:
    words = map("".join, product("bcdghklmnt", "aeiou", "bcdghklmnt", "aeiou"))
    count = count_words(" ".join(f"{word}à" for word in words).encode("cp1258"), "windows-1258")
    assert count == WordCount(0, MAX_WORDS)


FONTS: tuple[FontEncoding, ...] = ("tcvn3", "vni")


@pytest.mark.parametrize("font", FONTS)
def test_columns_typed_with_old_fonts_are_found_and_repaired(font: FontEncoding) -> None:
    for table in hanoi_tables().values():
        cells = [cell for row in table[1:] for cell in row]
        repair = repair_text(as_shown(cell, font) for cell in cells)
        assert repair is not None
        assert repair.encoding == font
        assert repair.confidence >= THRESHOLD
        for cell in cells:
            assert repair(as_shown(cell, font)).casefold() == cell.casefold()


@pytest.mark.parametrize(
    "texts", [["Tr­êng"], ["ViÖn", "C¬", "ViÖn"], ["Hà Nội", "Đại học Bách khoa"], ["plain"], [""], []]
)
def test_too_few_words_or_none_of_a_font_are_left_alone(texts: list[str]) -> None:
    assert repair_text(texts) is None


def test_vietnamese_in_unicode_with_a_few_cells_of_a_font_is_left_alone() -> None:
    cells = [cell for row in hanoi_tables()["actors"] for cell in row]
    assert repair_text([*cells, *(as_shown(cell, "tcvn3") for cell in cells[:200])]) is None


@pytest.mark.parametrize("language", FOREIGN)
def test_names_in_other_languages_are_left_alone(language: str) -> None:
    assert repair_text(foreign_names(language)) is None


def test_cells_that_are_right_already_stay_in_a_column_that_is_repaired() -> None:
    repair = repair_text(as_shown(cell, "vni") for row in hanoi_tables()["actors"] for cell in row)
    assert repair is not None
    for cell in ("Đại học Bách khoa", "Hà Nội", "Lê Hà", "plain", "12 m²"):
        assert repair(cell) == cell
