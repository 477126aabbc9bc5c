import csv
import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.vn import mst

from ingest.normalise.identifiers import Scheme, identifier, split_identifiers, tax_code
from ingest.normalise.phones import phones
from ingest.normalise.result import facts, simplify
from ingest.normalise.web import emails, web_addresses, web_domain, web_host
from ingest.values import CellError
from tests.ingest.normalise.reference import ROR_VIETNAM, needs_reference
from tests.ingest.normalise.strategies import cells


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0912345678", ["+84912345678"]),
        ("0912.345.678", ["+84912345678"]),
        ("912345678", ["+84912345678"]),
        ("84912345678", ["+84912345678"]),
        ("0084 912 345 678", ["+84912345678"]),
        ("(+84) 912-345-678", ["+84912345678"]),
        ("+84 (0) 24 3869 4242", ["+842438694242"]),
        ("０９１２３４５６７８", ["+84912345678"]),
        ("O912 345 678", ["+84912345678"]),
        ("024 3869 4242 ext 12", ["+842438694242x12"]),
        ("ĐT: 024.3869.4242 (máy lẻ 12)", ["+842438694242x12"]),
        ("0912.345.678 / 0987 654 321", ["+84912345678", "+84987654321"]),
        ("0912 345 678 - 0987 654 321", ["+84912345678", "+84987654321"]),
        ("Anh An 0912345678, chị Bình 0912345678", ["+84912345678"]),
        ("+1 650 253 0000", ["+16502530000"]),
        ("1900 1234", ["+8419001234"]),
    ],
)
def test_phones(text: str, value: list[str]) -> None:
    assert (list(phones(text).value), phones(text).noticed) == (value, ())


@pytest.mark.parametrize(
    ("old", "new"),
    [("0168 123 4567", "+84381234567"), ("+84 120 123 4567", "+84701234567"), ("01991234567", "+84591234567")],
)
def test_prefixes_from_before_2018_are_those_of_today(old: str, new: str) -> None:
    assert (phones(old).value, phones(old).noticed) == ((new,), (("phone_renumbered", new),))


@pytest.mark.parametrize(("old", "new"), facts("phones")["renumbered"].items())
def test_each_new_prefix_is_one_of_a_mobile_network(old: str, new: str) -> None:
    number = phonenumbers.parse(phones(f"0{old}1234567").value[0])
    assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    assert str(number.national_number) == f"{new}1234567"


def test_what_is_no_number_of_a_phone_is_noticed_beside_one_that_is() -> None:
    result = phones("0912345678; Fax: 024 3869 4243; nhà riêng")
    assert result.value == ("+84912345678",)
    assert result.noticed == (("unread_phone", "Fax: 024 3869 4243"), ("unread_phone", "nhà riêng"))


@pytest.mark.parametrize(
    "text", ["không có", "113", "12345", "0912 345", "09123456789", "Fax 024 3869 4243", "0" * 100_000]
)
def test_other_texts_are_no_phones(text: str) -> None:
    with pytest.raises(CellError, match="unread_phone"):
        phones(text)


@given(cells)
def test_a_phone_is_made_of_digits_of_the_cell_and_its_own_normal_form(text: str) -> None:
    try:
        result = phones(text)
    except CellError:
        return
    for number in result.value:
        assert phones(number).value == (number,)
        if not any(code == "phone_renumbered" for code, _ in result.noticed):
            written = iter(re.sub("[oOlI]", lambda letter: {"o": "0", "O": "0"}.get(letter[0], "1"), simplify(text)))
            assert all(digit in written for digit in number.removeprefix("+").removeprefix("84").split("x")[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("LAN@hust.edu.vn", ["lan@hust.edu.vn"]),
        ("Nguyễn Lan <lan@hust.edu.vn>", ["lan@hust.edu.vn"]),
        ("mailto:lan@hust.edu.vn", ["lan@hust.edu.vn"]),
        ("Email: lan@hust.edu.vn.", ["lan@hust.edu.vn"]),
        ("lan (at) hust.edu.vn", ["lan@hust.edu.vn"]),
        ("a@x.vn; b@x.vn, a@x.vn", ["a@x.vn", "b@x.vn"]),
        ("a@x.vn/b@x.vn", ["a@x.vn", "b@x.vn"]),
    ],
)
def test_emails(text: str, value: list[str]) -> None:
    assert list(emails(text).value) == value


def test_a_broken_mail_address_is_noticed_beside_a_right_one() -> None:
    assert emails("a@x.vn; b@x").noticed == (("unread_email", "b@x"),)
    with pytest.raises(CellError, match="unread_email"):
        emails("lan.hust.edu.vn")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("hust.edu.vn", ["https://hust.edu.vn"]),
        ("WWW.HUST.EDU.VN/", ["https://www.hust.edu.vn"]),
        ("http://hust.edu.vn/Tin-Tuc", ["http://hust.edu.vn/Tin-Tuc"]),
        ("https:// www. hust.edu.vn", ["https://www.hust.edu.vn"]),
        ("Website: https://hic.vn/a?id=3&utm_source=fb&fbclid=x", ["https://hic.vn/a?id=3"]),
        ("hust.edu.vn; hic.vn", ["https://hust.edu.vn", "https://hic.vn"]),
        ("https://tên.vn", ["https://xn--tn-eja.vn"]),
        ("https://hic.vn:8443/x", ["https://hic.vn:8443/x"]),
    ],
)
def test_web_addresses(text: str, value: list[str]) -> None:
    assert list(web_addresses(text).value) == value


@pytest.mark.parametrize(
    "text", ["không có", "đang xây dựng", "lan@hust.edu.vn", "http://", "http://[x", "1.500", "a..b", "x" * 9_000]
)
def test_other_texts_are_no_web_addresses(text: str) -> None:
    with pytest.raises(CellError, match="not_a_web_address"):
        web_addresses(text)


@pytest.mark.parametrize(
    ("address", "host", "domain"),
    [
        ("https://www.soict.hust.edu.vn/a", "soict.hust.edu.vn", "hust.edu.vn"),
        ("https://fpt.com", "fpt.com", "fpt.com"),
        ("https://www.facebook.com/hic", "facebook.com", None),
        ("https://hic.blogspot.com", "hic.blogspot.com", None),
        ("không", None, None),
        ("http://[x", None, None),
    ],
)
def test_domains(address: str, host: str | None, domain: str | None) -> None:
    assert (web_host(address), web_domain(address)) == (host, domain)


@given(cells)
def test_addresses_are_their_own_normal_form(text: str) -> None:
    for reader in (emails, web_addresses):
        try:
            value = reader(text).value
        except CellError:
            continue
        for address in value:
            assert reader(address).value == (address,)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0100109106", "0100109106"),
        ("MST: 0100 109 106", "0100109106"),
        ("0100109106-001", "0100109106-001"),
        ("0100109106001", "0100109106-001"),
        ("O1OO1O91O6", "0100109106"),
        ("'0100109106", "0100109106"),
    ],
)
def test_tax_codes(text: str, value: str) -> None:
    assert (tax_code(text).value, tax_code(text).noticed) == (value, ())


def test_lost_zeros_come_back_where_the_check_digit_agrees() -> None:
    assert tax_code("100109106").value == "0100109106"
    assert tax_code("100109106").noticed == (("tax_code_restored", "0100109106"),)
    assert tax_code("100109106-001").value == "0100109106-001"
    with pytest.raises(CellError, match="unread_tax_code"):
        tax_code("100109107")


def test_a_wrong_check_digit_is_kept_and_noticed() -> None:
    assert tax_code("0100109107").value == "0100109107"
    assert tax_code("0100109107").noticed == (("tax_code_check_digit", "0100109106"),)


def test_nine_digits_that_no_check_digit_fits_have_no_right_form() -> None:
    assert mst.calc_check_digit("010000030") == "10"
    assert tax_code("0100000300").noticed == (("tax_code_check_digit", None),)


@pytest.mark.parametrize("text", ["", "12345", "001099012345", "không", "0100109106-1", "0100109106-000", "0" * 20])
def test_other_texts_are_no_tax_codes(text: str) -> None:
    with pytest.raises(CellError, match="unread_tax_code"):
        tax_code(text)


@given(st.integers(10**8, 10**9 - 1))
def test_a_code_is_restored_to_a_valid_one_or_not_at_all(number: int) -> None:
    try:
        value = tax_code(str(number)).value
    except CellError:
        return
    assert mst.is_valid(value)
    assert value.lstrip("0") == str(number)


@pytest.mark.parametrize(
    ("text", "scheme", "value"),
    [
        ("https://ror.org/04nyv3z04", None, "ror:04nyv3z04"),
        ("04NYV3Z04", "ror", "ror:04nyv3z04"),
        ("ROR: 04nyv3z04", None, "ror:04nyv3z04"),
        ("https://openalex.org/I19820366", None, "openalex:I19820366"),
        ("i19820366", "openalex", "openalex:I19820366"),
        ("https://www.wikidata.org/wiki/Q1204714", None, "wikidata:Q1204714"),
        ("Q1204714", None, "wikidata:Q1204714"),
        ("PIC: 999894041", None, "pic:999894041"),
        ("999894041", "pic", "pic:999894041"),
        ("0100109106", None, "tax:0100109106"),
        ("MST 0100109106", None, "tax:0100109106"),
        ("100109106", "tax", "tax:0100109106"),
    ],
)
def test_identifiers(text: str, scheme: Scheme | None, value: str) -> None:
    assert identifier(text, scheme).value == value
    assert identifier(value).value == value


@pytest.mark.parametrize(
    ("text", "scheme"),
    [("https://ror.org/04nyv3z05", None), ("999894041", None), ("Q1204714", "ror"), ("Q", None), ("0100109107", None)],
)
def test_other_texts_are_no_identifiers(text: str, scheme: Scheme | None) -> None:
    with pytest.raises(CellError, match="unread_identifier"):
        identifier(text, scheme)


def test_several_identifiers_in_a_cell() -> None:
    result = split_identifiers("ror.org/04nyv3z04; Q1204714 | abc")
    assert result.value == ("ror:04nyv3z04", "wikidata:Q1204714")
    assert result.noticed == (("unread_identifier", "abc"),)


@needs_reference(ROR_VIETNAM)
def test_every_code_of_the_register_is_known_by_its_check_digits() -> None:
    with ROR_VIETNAM.open(encoding="utf-8") as file:
        codes = [row["ror_id"] for row in csv.DictReader(file)]
    assert len(codes) > 200
    for code in codes:
        assert identifier(code).value == f"ror:{code.rsplit('/', 1)[-1]}"


@given(cells)
def test_identifiers_are_their_own_normal_form(text: str) -> None:
    try:
        value = identifier(text).value
    except CellError:
        return
    assert identifier(value).value == value
