"""Compiled loops equal plain NumPy, and are compiled even where they cannot be cached."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from matching.kernels import compiled
from matching.kernels.search import in_common
from matching.kernels.sparse_rows import EVERYONE, Reach


def test_a_loop_is_compiled_where_it_cannot_be_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_cache(**options: Any) -> Callable[[Callable[..., int]], Callable[..., int]]:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return lambda function: function

    monkeypatch.setattr(compiled, "njit", without_cache)
    assert compiled.compiled(lambda: 7)() == 7


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=6),
    st.data(),
)
def test_sums_over_rows_equal_sums_over_dense_matrices(entries: list[list[int]], data: st.DataObject) -> None:
    dense = np.array(entries, np.float32)
    rows = data.draw(st.lists(st.integers(0, len(entries) - 1), max_size=4))
    weights = np.array(data.draw(st.lists(st.integers(-2, 2), min_size=len(rows), max_size=len(rows))), np.float32)
    reach = Reach(sparse.csr_array(dense), np.array(rows, np.intp))
    np.testing.assert_array_equal(reach.sums(weights)[EVERYONE], weights @ dense[rows])
    both = reach.counts(np.stack([weights, -weights], axis=1))
    for counts, sign in zip(both, (1, -1), strict=True):
        np.testing.assert_array_equal(counts[EVERYONE], sign * weights @ (dense[rows] > 0))
    assert sorted(reach.columns.tolist()) == np.flatnonzero((dense[rows] > 0).any(axis=0)).tolist()


@settings(deadline=None)
@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60), max_size=40))
def test_shared_numbers_are_found_at_any_ratio_of_lengths(few: set[int], many: set[int]) -> None:
    one, other = (np.array(sorted(numbers), np.int32) for numbers in (few, many))
    in_one, in_other = in_common(one, other)
    assert one[in_one].tolist() == other[in_other].tolist() == sorted(few & many)


def test_compiled_loops_load_without_scikit_learn() -> None:
    kernels = "matching.kernels.sums, matching.kernels.search, matching.kernels.sparse_rows"
    loads = f"import sys, {kernels}; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0
