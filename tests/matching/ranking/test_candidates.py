"""Who is drawn for a question."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.features.feature import Feature
from matching.features.standard import STANDARD
from matching.ranking.candidates import N_SHORTLISTED, Found, shortlist

DRAWING = [feature for feature in STANDARD.features if feature.budget]


def drawn(values: dict[Feature, np.ndarray[tuple[int], np.dtype[np.float32]]]) -> dict[Feature, Found]:
    return {feature: Found(np.arange(len(each)), each) for feature, each in values.items()}


def test_the_best_of_every_feature_is_on_the_shortlist_however_many_others_agree_on_others() -> None:
    rng = np.random.default_rng(0)
    agreed = rng.permutation(np.linspace(1, 2, 400, dtype=np.float32))
    values = {feature: np.append(agreed, np.zeros(len(DRAWING), np.float32)) for feature in DRAWING}
    for place, feature in enumerate(DRAWING):
        values[feature][400 + place] = 3
    found = shortlist(drawn(values))
    assert len(found) <= N_SHORTLISTED
    assert set(range(400, 400 + len(DRAWING))) <= set(found.tolist())
    assert (np.diff(found) > 0).all()


def test_a_feature_brings_in_no_more_than_its_budget_and_nobody_who_has_nothing() -> None:
    feature = DRAWING[0]
    many = np.linspace(1, 2, 3 * feature.budget, dtype=np.float32)
    assert shortlist(drawn({feature: many})).tolist() == list(range(2 * feature.budget, 3 * feature.budget))
    assert shortlist(drawn({feature: np.zeros(9, np.float32)})).tolist() == []


def test_places_of_several_features_add_up() -> None:
    first, second = DRAWING[:2]
    most = N_SHORTLISTED + 50
    alone = np.linspace(2, 1, most, dtype=np.float32)
    both = np.zeros(most, np.float32)
    both[first.budget - 1] = 1  # last of the first feature, best of the second
    found = set(shortlist(drawn({first: alone, second: both})).tolist())
    assert first.budget - 1 in found


@given(st.lists(st.integers(-1, 5), max_size=30), st.integers(0, 40))
def test_the_best_are_in_order_and_ties_go_by_row(values: list[int], n: int) -> None:
    rows = np.arange(len(values)) * 3
    best = Found(rows, np.array(values, np.float32)).best(n).tolist()
    order = sorted((-value, row) for value, row in zip(values, rows.tolist(), strict=True) if value > 0)
    assert best == [row for _, row in order[:n]]


def test_whom_nobody_wants_is_not_drawn() -> None:
    kept = Found(np.array([2, 5, 9]), np.array([1, 2, 3], np.float32)).only(np.arange(10) != 5)
    assert (kept.rows.tolist(), kept.values.tolist()) == ([2, 9], [1, 3])
    assert kept.values == pytest.approx([1, 3])
