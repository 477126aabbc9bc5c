import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalise.phones import _e164, _home_e164


@given(st.from_regex(r"(\+84|0)[1-9][0-9]{6,10}", fullmatch=True))
def test_vietnamese_numbers_are_those_of_the_library(digits: str) -> None:
    known = _home_e164(digits)
    assert known is None or known == _e164(digits)


@pytest.mark.parametrize("digits", ["0912345678", "+84381234567", "02438694242", "0210123456"])
def test_numbers_of_the_usual_forms_need_no_further_look(digits: str) -> None:
    assert _home_e164(digits) == _e164(digits)
