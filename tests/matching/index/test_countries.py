"""Countries of actors, and those a text names."""

import pytest

from matching.index.network_index import NetworkIndex
from tests.matching.networks import actor, snapshot_of

COUNTRIES = NetworkIndex(
    snapshot_of(
        actor("a", country="VN"),
        actor("b", country="EL"),
        actor("c", country="gb"),
        actor("d", district_or_city="Phường Cửa Nam, Hà Nội"),
        actor("e", district_or_city="Seoul, Hàn Quốc"),
        actor("f", country="Ba Lan"),
        actor("g", country="Atlantis"),
        actor("h"),
        actor("i", country="MN"),
        actor("j", country="JP"),
    )
).countries


def test_each_actor_has_the_country_it_names_or_its_place_lies_in() -> None:
    codes = [COUNTRIES.codes[code] if code >= 0 else None for code in COUNTRIES.of_actor]
    assert codes == ["VN", "GR", "GB", "VN", "KR", "PL", "Atlantis", None, "MN", "JP"]


def test_countries_are_numbered_in_order() -> None:
    assert sorted(COUNTRIES.codes) == COUNTRIES.codes


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("đối tác Hàn Quốc và Nhật Bản", ["KR", "JP"]),
        ("doi tac Han Quoc", ["KR"]),
        ("partners from Japan, South Korea or Poland", ["JP", "KR", "PL"]),
        ("Japan, Nhật Bản, Japan", ["JP"]),
        ("a partner in France", []),
        ("làm ba lần, mong có đối tác", []),
        ("đối tác Ba Lan", ["PL"]),
        ("", []),
    ],
)
def test_a_text_names_the_countries_that_have_an_actor(text: str, named: list[str]) -> None:
    assert [COUNTRIES.codes[code] for code in COUNTRIES.named_in(text)] == named


def test_a_profile_is_placed_like_an_actor() -> None:
    assert COUNTRIES.codes[COUNTRIES.of_place("jp", None)] == "JP"
    assert COUNTRIES.codes[COUNTRIES.of_place(None, "Hà Nội")] == "VN"
    assert COUNTRIES.of_place("FR", None) == -1
    assert COUNTRIES.of_place(None, None) == -1


def test_countries_have_names_in_both_languages() -> None:
    japan = COUNTRIES.of_place("JP", None)
    assert (COUNTRIES.name(japan, "vi"), COUNTRIES.name(japan, "en")) == ("Nhật Bản", "Japan")
