import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.dates import last_day
from ingest.values import (
    MAX_ID_CHARACTERS,
    CellError,
    amount,
    clean,
    identifier,
    items,
    nearest_date,
    partial_date,
    whole_number,
)


@pytest.mark.parametrize("text", ["2025", "2025-03", "2024-02-29", "1070"])
def test_dates_of_the_format_are_kept_as_they_are(text: str) -> None:
    assert partial_date(text) == text


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("31/02/2025", "2025-02"),
        ("15/03/2025", "2025-03-15"),
        ("3/4/2025", "2025-04-03"),
        ("03/25/2025", "2025-03-25"),
        ("2025-13", "2025"),
        ("2025-02-30", "2025-02"),
        ("2025/03/15", "2025-03-15"),
        ("15.3.2025", "2025-03-15"),
        ("20250315", "2025-03-15"),
        ("2025-03-15T10:20:30", "2025-03-15"),
        ("3/2025", "2025-03"),
        ("năm 2019", "2019"),
        ("khoảng 2019?", "2019"),
        ("hôm qua", "2025, 2025-03, 2025-03-15"),
        ("0000", "2025, 2025-03, 2025-03-15"),
        ("２０２５", "2025, 2025-03, 2025-03-15"),
    ],
)
def test_other_dates_are_refused_with_the_form_they_were_meant_to_have(written: str, right: str) -> None:
    with pytest.raises(CellError) as refused:
        partial_date(written)
    assert (refused.value.code, refused.value.detail) == ("bad_date", right)


@given(st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}", fullmatch=True))
def test_a_date_that_is_advised_is_a_date(text: str) -> None:
    for advised in nearest_date(text).split(", "):
        assert last_day(advised)


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("1500000000", 1_500_000_000), ("1.5e9", 1_500_000_000)])
def test_whole_numbers(text: str, value: int) -> None:
    assert whole_number(text) == value


@pytest.mark.parametrize(
    "text", ["-5", "1,5 tỷ", "0.5", "1e400", "9223372036854775808", "1_000", "１０", "0x10", "nan", "9" * 5000]
)
def test_other_texts_are_no_whole_numbers(text: str) -> None:
    with pytest.raises(CellError, match="bad_number"):
        whole_number(text)


@pytest.mark.parametrize("text", ["-5", "inf", "nan", "1e999", "1,5"])
def test_an_amount_is_a_finite_number(text: str) -> None:
    with pytest.raises(CellError, match="bad_number"):
        amount(text)


@pytest.mark.parametrize("text", ["1.500.000.000", "1,500,000,000", "1 500 000 000"])
def test_grouped_digits_are_shown_without_their_separators(text: str) -> None:
    with pytest.raises(CellError) as refused:
        whole_number(text)
    assert refused.value.detail == "1500000000"


@given(st.floats(min_value=0, max_value=1e300))
def test_an_amount_survives_being_written_down(value: float) -> None:
    assert amount(repr(value)) == value


@pytest.mark.parametrize(
    "text", ["a/b", "o'brien", '"x"', "'; DROP TABLE actors;--", "đv-1", "😀", "MATCH (n) DELETE n"]
)
def test_an_id_may_hold_anything_that_can_be_seen(text: str) -> None:
    assert identifier(text) == text


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\u200bb", "a\u202eb", "a\xa0b", "a\x00b"])
def test_an_id_with_something_that_cannot_be_seen_is_refused(text: str) -> None:
    with pytest.raises(CellError, match="bad_character"):
        identifier(text)


def test_an_id_has_a_greatest_length() -> None:
    assert identifier("x" * MAX_ID_CHARACTERS)
    with pytest.raises(CellError, match="too_long"):
        identifier("x" * (MAX_ID_CHARACTERS + 1))


def test_texts_are_composed_and_control_characters_named_and_replaced() -> None:
    cleaned = clean("  " + unicodedata.normalize("NFD", "Hòa Lạc") + "\x07!")
    assert cleaned.text == "Hòa Lạc !"
    assert [code for code, _ in cleaned.noticed] == ["removed_character"]
    assert clean("Hà\n\tNội").noticed == ()


def test_a_lone_surrogate_is_refused_and_a_lost_letter_noticed() -> None:
    with pytest.raises(CellError, match="bad_character"):
        clean("a\ud800")
    assert [code for code, _ in clean("Sk\ufffdodowska").noticed] == ["lost_character"]


def test_items_are_stripped_and_counted_once() -> None:
    assert items(" ai |iot||ai| ") == ("ai", "iot")
