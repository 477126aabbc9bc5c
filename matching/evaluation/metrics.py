"""Metrics of ranked lists, of exposure, and of stated probabilities."""

from dataclasses import dataclass

import numpy as np

from matching.arrays import BoolArray, DoubleArray


def ndcg(is_relevant: BoolArray, n_relevant: int, cutoff: int = 20) -> float:
    """Normalised discounted cumulative gain of one list, 0 to 1 (Järvelin & Kekäläinen 2002); gains are 0 or 1.

    Parameters
    ----------
    is_relevant
        Whether each place of the list holds a relevant actor, best place first.
    n_relevant
        Number of relevant actors in all. The ideal list holds ``min(n_relevant, cutoff)`` of them.
    cutoff
        Number of places that count.

    >>> round(ndcg(np.array([True, False, True]), n_relevant=2), 4)
    0.9197
    """
    gains = discounts(cutoff)
    found = is_relevant[:cutoff]
    ideal = gains[: min(cutoff, n_relevant)].sum()
    return float(gains[: len(found)][found].sum() / ideal) if ideal else 0.0


def discounts(cutoff: int) -> DoubleArray:
    """Weight of each place from 1, 1 / log2(1 + place), float64, shape (cutoff,)."""
    return 1 / np.log2(np.arange(2, cutoff + 2, dtype=np.float64))


def bootstrap_interval(values: DoubleArray, rng: np.random.Generator, n_samples: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of the mean, by resampling the values (Efron 1979); (0, 0) without values."""
    if not len(values):
        return (0.0, 0.0)
    means = values[rng.integers(0, len(values), (n_samples, len(values)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def gini(exposure: DoubleArray) -> float:
    """Gini coefficient of exposure: 0 if all actors are listed equally often, close to 1 if one holds every place.

    Parameters
    ----------
    exposure
        How often each actor is listed, float64, shape (n_actors,).

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
    """Suggestions with similar stated probabilities.

    Attributes
    ----------
    stated
        Mean of the stated probabilities.
    observed
        Share of the suggestions that came true.
    n
        Number of suggestions.
    """

    stated: float
    observed: float
    n: int


def reliability(probability: DoubleArray, happened: BoolArray, n_bins: int = 10) -> tuple[Bin, ...]:
    """Stated and observed frequencies in bins of equal count, lowest probabilities first.

    Parameters
    ----------
    probability
        Stated probability of each suggestion, float64, shape (n,).
    happened
        Whether each suggestion came true, shape (n,).
    n_bins
        Bins at most; fewer if there are fewer suggestions.

    >>> reliability(np.array([0.9, 0.1, 0.3, 0.7]), np.array([True, False, True, True]), n_bins=2)
    (Bin(stated=0.2, observed=0.5, n=2), Bin(stated=0.8, observed=1.0, n=2))
    """
    order = np.argsort(probability, kind="stable")
    bins = np.array_split(order, min(n_bins, len(order))) if len(order) else []
    return tuple(Bin(float(probability[rows].mean()), float(happened[rows].mean()), len(rows)) for rows in bins)


def calibration_error(probability: DoubleArray, happened: BoolArray, n_bins: int = 10) -> float:
    """Expected calibration error, 0 to 1: mean gap between stated and observed frequency over bins of equal count."""
    gaps = [part.n * abs(part.stated - part.observed) for part in reliability(probability, happened, n_bins)]
    return sum(gaps) / max(len(probability), 1)
