"""Fits the rankers that ship with Ketnoi: hand-set weights, adjusted to the development benchmark.

Run with ``python -m benchmarks.day_one DIR``; it writes ``matching/ranking/models/partner.json`` and ``brief.json``.

A network that starts with Ketnoi has short profiles, needs and offers, but few dated projects. The benchmark has many
dated projects, but hardly any profiles. Neither hand-set weights nor weights learned on the benchmark are therefore
enough. The fitted weights are the most probable ones under a Gaussian prior around the hand-set weights
(``matching/ranking/models/hand_set.toml``): a logistic regression of relevance that starts from the hand-set score. A
feature of which the benchmark has no example keeps its hand-set weight.
"""

import argparse
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from graph.snapshot import GraphSnapshot
from ingest.load import read_tables
from matching.arrays import FloatArray
from matching.evaluation.evaluate import evaluate
from matching.evaluation.report import Protocol, Report
from matching.features.standard import STANDARD
from matching.learning.training import Example, answered_examples
from matching.ranking.model_files import to_json
from matching.ranking.ranker import TASKS, LinearRanker, Task

MODELS = Path(__file__).parent.parent / "matching" / "ranking" / "models"
"""Folder of the hand-set weights and of the rankers that ship."""
PROTOCOLS = {
    "partner": Protocol("partner", date(2019, 1, 1), date(2021, 1, 1)),
    "brief": Protocol("brief", date(2024, 7, 1), date(2025, 1, 1)),
}
LOG_ODDS = 0.5
"""Log odds of one point of the hand-set score, which put learned and hand-set weights on one scale. Set by hand."""
STRENGTH = 1e5
"""Strength of the prior, in pairs of asker and candidate. Chosen so that lists in Hanoi lose nothing: decision 0004."""

DoubleArray = npt.NDArray[np.float64]


def fit_around(prior: DoubleArray, table: FloatArray, is_relevant: npt.NDArray[np.bool_]) -> DoubleArray:
    """The most probable weights under a Gaussian prior, float64, shape (n_features,).

    They minimise the logistic loss of ``LOG_ODDS * table @ weights + constant`` plus ``STRENGTH / 2`` times the squared
    distance from the prior, with features in units of their standard deviation. A constant feature keeps its prior
    weight.

    Parameters
    ----------
    prior
        Weights around which the prior is centred, float64, shape (n_features,).
    table
        Features of all examples, float32, shape (n_pairs, n_features).
    is_relevant
        Whether each candidate was relevant, shape (n_pairs,).
    """
    spread = table.std(axis=0, dtype=np.float64)
    scale = np.divide(1, spread, out=np.zeros_like(spread), where=spread > 1e-9)
    standard = np.ascontiguousarray(table * scale.astype(np.float32))
    start = (table @ prior.astype(np.float32)) * np.float32(LOG_ODDS)
    relevant = is_relevant.astype(np.float32)

    def loss(moved: DoubleArray) -> tuple[float, DoubleArray]:
        margin = start + standard @ moved[:-1].astype(np.float32) + np.float32(moved[-1])
        error = expit(margin) - relevant
        gradient = np.append(standard.T @ error, error.sum()).astype(np.float64)
        gradient[:-1] += STRENGTH * moved[:-1]
        likelihood = np.logaddexp(0, margin).sum(dtype=np.float64) - (margin * relevant).sum(dtype=np.float64)
        return float(likelihood + STRENGTH / 2 * (moved[:-1] ** 2).sum()), gradient

    found = minimize(loss, np.append(np.zeros(table.shape[1]), -3.0), jac=True, method="L-BFGS-B")
    return np.asarray(prior + found.x[:-1] * scale / LOG_ODDS, np.float64)


def hand_set(task: Task) -> DoubleArray:
    """The hand-set weights of a task, float64, shape (n_features,)."""
    weights = tomllib.loads((MODELS / "hand_set.toml").read_text(encoding="utf-8"))[task]
    unknown = weights.keys() - set(STANDARD.names)
    if unknown:
        raise SystemExit(f"hand_set.toml weighs what is no feature: {', '.join(sorted(unknown))}")
    return np.array([weights.get(name, 0.0) for name in STANDARD.names], np.float64)


def day_one_ranker(task: Task, known: GraphSnapshot, rng: np.random.Generator) -> LinearRanker:
    """The ranker of a task, learned from a snapshot cut in time; its card has everything but the figures.

    It states no likelihood, because the rate at which European consortia form says nothing about another network.
    """
    examples = answered_examples(task, known, rng)
    weights = fit_around(hand_set(task), *_stacked(examples))
    card = {
        "task": task,
        "method": "hand-set weights as a Gaussian prior, logistic regression on the benchmark (benchmarks/day_one.py)",
        "data": "CORDIS, EU research projects 2014-2024, European Union, CC BY 4.0; no names, words of titles and "
        "summaries only through the features",
        "protocol": f"learned from what was dated before {PROTOCOLS[task].cut}; figures from "
        f"{PROTOCOLS[task].cut} to {PROTOCOLS[task].until}, ranked over all candidates",
        "n_questions": len(examples),
        "n_candidates": sum(len(example.table) for example in examples),
        "snapshot_digest": known.digest,
        "as_of": known.as_of.date().isoformat(),
        "limits": "European research consortia are no Vietnamese innovation network: needs, offers, concepts "
        "and partner types weigh what was set by hand",
    }
    return LinearRanker(f"day-one-{task}", STANDARD.names, weights, card)


def with_figures(ranker: LinearRanker, report: Report) -> LinearRanker:
    """The ranker with the figures of its evaluation in its card."""
    figures: dict[str, Any] = {
        "ndcg_at_20": round(report.ours.ndcg, 4),
        "best_baseline": report.best_baseline.name,
        "ratio_to_it": round(report.ratio, 3),
        "ratio_interval": [round(bound, 3) for bound in report.ratio_interval],
        "n_queries": report.n_questions,
    }
    return LinearRanker(ranker.name, ranker.features, ranker.weights, {**ranker.card, "figures": figures})


def _stacked(examples: list[Example]) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    return (
        np.concatenate([example.table for example in examples]),
        np.concatenate([example.is_relevant for example in examples]),
    )


def main() -> None:
    """Learn, measure and write both rankers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="the development benchmark, in the exchange format")
    snapshot = GraphSnapshot.from_tables(read_tables(parser.parse_args().folder).tables)
    for task in TASKS:
        protocol = PROTOCOLS[task]
        ranker = day_one_ranker(task, snapshot.before(protocol.cut), np.random.default_rng(protocol.seed))
        ranker = with_figures(ranker, evaluate(snapshot, protocol, ranker=ranker))
        (MODELS / f"{task}.json").write_text(to_json(ranker), encoding="utf-8")
        print(f"{task}: {ranker.card['figures']}")


if __name__ == "__main__":
    main()
