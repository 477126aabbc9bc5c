"""Measures of ranked lists and of who is shown in them."""

import numpy as np
import numpy.typing as npt

DoubleArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]


def ndcg(is_relevant: npt.NDArray[np.bool_], n_relevant: int, cutoff: int = 20) -> float:
    """Normalised discounted cumulative gain of one list, 0 to 1 (Järvelin & Kekäläinen 2002), gain one or nothing.

    Parameters
    ----------
    is_relevant
        Whether each place of the list holds a relevant actor, best place first.
    n_relevant
        How many relevant actors there are; the ideal list is cut as well.
    cutoff
        Places that count.

    >>> round(ndcg(np.array([True, False, True]), n_relevant=2), 4)
    0.9197
    """
    gains = discounts(cutoff)
    found = is_relevant[:cutoff]
    ideal = gains[: min(cutoff, n_relevant)].sum()
    return float(gains[: len(found)][found].sum() / ideal) if ideal else 0.0


def discounts(cutoff: int) -> DoubleArray:
    """Weight of each place, 1 / log2(1 + place), shape (cutoff,)."""
    return 1 / np.log2(np.arange(2, cutoff + 2, dtype=np.float64))


def bootstrap_interval(values: DoubleArray, rng: np.random.Generator, n_samples: int = 2000) -> tuple[float, float]:
    """95 % interval of the mean by resampling queries (Efron 1979)."""
    if not len(values):
        return (0.0, 0.0)
    means = values[rng.integers(0, len(values), (n_samples, len(values)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def gini(exposure: DoubleArray) -> float:
    """Gini coefficient of exposure: 0 where all are shown equally often, towards 1 where one is shown always.

    >>> round(gini(np.array([0.0, 0.0, 0.0, 4.0])), 2)
    0.75
    """
    total = exposure.sum()
    n = len(exposure)
    if not n or total <= 0:
        return 0.0
    ordered = np.sort(exposure)
    return float((2 * np.arange(1, n + 1) - n - 1) @ ordered / (n * total))


def calibration_error(probability: DoubleArray, happened: npt.NDArray[np.bool_], n_bins: int = 10) -> float:
    """Expected calibration error over bins of equal count: mean distance of stated and observed frequency."""
    if not len(probability):
        return 0.0
    order = np.argsort(probability, kind="stable")
    bins = np.array_split(order, min(n_bins, len(order)))
    gaps = [len(rows) * abs(probability[rows].mean() - happened[rows].mean()) for rows in bins]
    return float(sum(gaps) / len(order))
