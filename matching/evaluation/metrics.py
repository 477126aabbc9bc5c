"""Measures of ranked lists and of who is shown in them."""

from dataclasses import dataclass

import numpy as np

from matching.arrays import BoolArray, DoubleArray


def ndcg(is_relevant: BoolArray, n_relevant: int, cutoff: int = 20) -> float:
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


@dataclass(frozen=True, slots=True)
class Bin:
    """Statements of like probability: the mean that was stated, the share that came true, how many there are."""

    stated: float
    observed: float
    n: int


def reliability(probability: DoubleArray, happened: BoolArray, n_bins: int = 10) -> tuple[Bin, ...]:
    """Stated and observed frequency in bins of equal count, the lowest probabilities first.

    >>> reliability(np.array([0.9, 0.1, 0.3, 0.7]), np.array([True, False, True, True]), n_bins=2)
    (Bin(stated=0.2, observed=0.5, n=2), Bin(stated=0.8, observed=1.0, n=2))
    """
    order = np.argsort(probability, kind="stable")
    bins = np.array_split(order, min(n_bins, len(order))) if len(order) else []
    return tuple(Bin(float(probability[rows].mean()), float(happened[rows].mean()), len(rows)) for rows in bins)


def calibration_error(probability: DoubleArray, happened: BoolArray, n_bins: int = 10) -> float:
    """Expected calibration error over bins of equal count: mean distance of stated and observed frequency."""
    gaps = [part.n * abs(part.stated - part.observed) for part in reliability(probability, happened, n_bins)]
    return sum(gaps) / max(len(probability), 1)
