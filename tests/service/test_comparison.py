from dataclasses import replace
from typing import Any

import pytest

from graph.model import Actor, Provenance
from service.review import compare

A = Actor("a", "school", "Đại học Bách khoa Hà Nội", short_name="HUST")


@pytest.mark.parametrize(
    ("left", "right", "name", "speaks"),
    [
        ({"aliases": ("Bách khoa",)}, {"name": "BACH KHOA"}, "names", "for"),
        ({}, {"name": "Đại học Bách khoa HN"}, "names", "neither"),
        ({}, {"name": "Công ty Cảm biến"}, "names", "against"),
        ({"aliases": ("Tập đoàn FPT",)}, {"name": "Công ty CP FPT"}, "names", "neither"),
        ({}, {"kind": "business"}, "kind", "against"),
        ({"identifiers": ("tax:1", "ror:2")}, {"identifiers": ("ror:2", "tax:3")}, "identifiers", "for"),
        ({"identifiers": ("tax:1",)}, {"identifiers": ("ror:2",)}, "identifiers", "neither"),
        ({"identifiers": ("tax:1",)}, {"identifiers": ("tax:2",)}, "identifiers", "against"),
        ({"website": "www.hust.edu.vn"}, {"website": "https://hust.edu.vn/vi"}, "website", "for"),
        ({"website": "https://hust.edu.vn"}, {"website": "https://soict.hust.edu.vn"}, "website", "against"),
        ({"website": "https://hust.edu.vn"}, {}, "website", "neither"),
        ({"district_or_city": "Hà Nội"}, {"district_or_city": "ha noi"}, "place", "for"),
        ({"district_or_city": "Hà Nội"}, {"district_or_city": "Huế"}, "place", "against"),
        ({"founded": "1956"}, {"founded": "1956-10-15"}, "founded", "for"),
        ({"founded": "1956"}, {"founded": "1965"}, "founded", "against"),
    ],
)
def test_what_speaks_for_and_against(left: dict[str, Any], right: dict[str, Any], name: str, speaks: str) -> None:
    plain = replace(A, short_name=None)
    one, other = replace(plain, **left), replace(plain, **right)
    for first, second in ((one, other), (other, one)):
        assert {trait.name: trait.speaks for trait in compare(first, second, "vi")}[name] == speaks


def test_what_neither_has_is_left_out_and_what_vanished_says_when() -> None:
    gone = Actor("b", "school", "B", provenance=Provenance("may.csv", last_seen="2026-05-31"))
    traits = {trait.name: trait for trait in compare(A, gone, "en")}
    assert "website" not in traits
    assert traits["source"].right == ("may.csv (2026-05-31)",)
    assert traits["kind"].left == traits["kind"].right
