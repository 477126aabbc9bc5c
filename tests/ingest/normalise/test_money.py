import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalise.money import Money, Unit, money, unit_of_header
from ingest.values import CellError
from tests.ingest.normalise.strategies import cells

MILLIONS = Unit(Decimal(10**6), "VND")
BILLIONS = Unit(Decimal(10**9), "VND")
DONG = {
    "1,5 tỷ đồng": 1_500_000_000,
    "1.5 tỉ": 1_500_000_000,
    "1.500.000.000 đ": 1_500_000_000,
    "1,500,000,000 VNĐ": 1_500_000_000,
    "1 500 000 000": 1_500_000_000,
    "1500000000.0": 1_500_000_000,
    "1.5e9": 1_500_000_000,
    "1.500 triệu": 1_500_000_000,
    "500tr": 500_000_000,
    "500trđ": 500_000_000,
    "2 tỷ 300 triệu": 2_300_000_000,
    "2 tỷ rưỡi": 2_500_000_000,
    "5 nghìn tỷ": 5_000_000_000_000,
    "VND 2bn": 2_000_000_000,
    "0,5 tỷ": 500_000_000,
    "0.500 tỷ": 500_000_000,
    "1.500": 1_500,
    "1.500.000,50 đồng": 1_500_000,
    "Trị giá: 20 ty dong": 20_000_000_000,
}


@pytest.mark.parametrize(("text", "value"), DONG.items())
def test_amounts_in_dong(text: str, value: int) -> None:
    assert (money(text).value.vnd, money(text).noticed) == (value, ())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1.2 million", "1200000 USD"),
        ("1,2 triệu USD", "1200000 USD"),
        ("US$ 500,000", "500000 USD"),
        ("50k USD", "50000 USD"),
        ("1 triệu đô la Mỹ", "1000000 USD"),
        ("€1.5m", "1500000 EUR"),
        ("1,500,000.50 USD", "1500000.5 USD"),
    ],
)
def test_other_money_stays_what_it_is_and_is_noticed(text: str, value: str) -> None:
    result = money(text)
    assert (str(result.value), result.value.vnd) == (value, None)
    assert result.noticed == (("foreign_currency", value),)


@pytest.mark.parametrize(
    ("text", "value", "detail"),
    [
        ("~ 3 tỷ", 3_000_000_000, "3000000000 VND"),
        ("khoảng 20 tỷ VND", 20_000_000_000, "20000000000 VND"),
        ("1-2 tỷ", 1_000_000_000, "1000000000 VND – 2000000000 VND"),
        ("từ 500 triệu đến 1 tỷ", 500_000_000, "500000000 VND – 1000000000 VND"),
        ("500-700tr", 500_000_000, "500000000 VND – 700000000 VND"),
    ],
)
def test_rough_amounts_are_noticed_and_ranges_kept_by_their_lower_end(text: str, value: int, detail: str) -> None:
    assert (money(text).value.vnd, money(text).noticed) == (value, (("approximate_amount", detail),))


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("12.345 tỷ", None, 12_345_000_000_000),
        ("1,500 triệu", None, 1_500_000_000),
        ("1.200", BILLIONS, 1_200_000_000_000),
        ("1500000000", MILLIONS, 1_500_000_000_000_000),
    ],
)
def test_a_separator_or_unit_that_may_mean_something_else_is_noticed(text: str, unit: Unit | None, value: int) -> None:
    result = money(text, unit)
    assert (result.value.vnd, [code for code, _ in result.noticed]) == (value, ["ambiguous_amount"])


def test_a_dollar_amount_in_millions_has_decimals_behind_its_point() -> None:
    result = money("$1.250 million")
    assert str(result.value) == "1250000 USD"
    assert [code for code, _ in result.noticed] == ["ambiguous_amount", "foreign_currency"]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("1.500", MILLIONS, "1500000000 VND"),
        ("1,5", BILLIONS, "1500000000 VND"),
        ("2 tỷ", MILLIONS, "2000000000 VND"),
        ("500 đ", MILLIONS, "500 VND"),
        ("500 USD", MILLIONS, "500 USD"),
        ("2,5", Unit(Decimal(10**6), "USD"), "2500000 USD"),
        ("200-300", MILLIONS, "200000000 VND"),
    ],
)
def test_the_unit_of_the_header_counts_where_the_cell_has_none(text: str, unit: Unit, value: str) -> None:
    assert str(money(text, unit).value) == value


@pytest.mark.parametrize(
    "text",
    [
        "hợp đồng",
        "-5",
        "miễn phí",
        "500 triệu/năm",
        "1.2.3",
        "1,5,7 tỷ",
        "2 tỷ 3",
        "300 triệu 2 tỷ",
        "500 - 1 tỷ",
        "10² tỷ",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(CellError, match="unread_money"):
        money(text)


@pytest.mark.parametrize("text", ["99999999999999999999", "1" * 31, "9" * 100_000, "5 tỷ USD VND", "tỷ", "1 2 tỷ"])
def test_so_are_amounts_beyond_all_measure_and_without_sense(text: str) -> None:
    with pytest.raises(CellError, match="unread_money"):
        money(text)


@pytest.mark.parametrize(
    ("header", "multiplier", "currency"),
    [
        ("Giá trị (triệu đồng)", 10**6, "VND"),
        ("Kinh phí (tỷ VNĐ)", 10**9, "VND"),
        ("Kinh phí (trđ)", 10**6, "VND"),
        ("Kinh phí (1.000đ)", 1_000, "VND"),
        ("Số tiền (nghìn đồng)", 1_000, "VND"),
        ("ĐVT: triệu đồng", 10**6, "VND"),
        ("Giá trị HĐ (ĐVT: tỷ đồng)", 10**9, "VND"),
        ("Kinh phí, triệu đồng", 10**6, "VND"),
        ("TỔNG MỨC ĐẦU TƯ TRIỆU ĐỒNG", 10**6, "VND"),
        ("Value (USD)", 1, "USD"),
        ("Total cost (USD million)", 10**6, "USD"),
    ],
)
def test_headers_state_units(header: str, multiplier: int, currency: str) -> None:
    assert unit_of_header(header) == Unit(Decimal(multiplier), currency)


@pytest.mark.parametrize(
    "header", ["Giá trị hợp đồng", "Hội đồng", "Kinh phí (dự kiến)", "Ghi chú (t)", "Diện tích (m)", ""]
)
def test_other_headers_state_none(header: str) -> None:
    assert unit_of_header(header) is None


@given(st.integers(0, 2**62), st.sampled_from([",", ".", " ", ""]))
def test_whole_numbers_are_read_whatever_groups_them(number: int, sign: str) -> None:
    assert money(f"{number:,}".replace(",", sign) + " đ").value == Money(Decimal(number), "VND")


@given(cells)
def test_an_amount_is_positive_made_of_digits_of_the_cell_and_its_own_normal_form(text: str) -> None:
    try:
        value = money(text).value
    except CellError:
        return
    assert value.amount >= 0
    assert re.search(r"\d", text)
    assert money(str(value)).value == value
