"""The result of an evaluation: what was measured, each method's figures, splits and calibration."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from math import isfinite
from typing import Any, Literal

from matching.arrays import DoubleArray, IndexArray
from matching.evaluation.metrics import Bin
from matching.ranking.ranker import Task

CUTOFF = 20
"""Places of a list that are measured. Set by hand: as many as a page shows."""
OURS = "Ketnoi"
EXPOSURE_AWARE = "Ketnoi, exposure-aware"
OWN = {OURS, EXPOSURE_AWARE}
"""Names of the methods that are Ketnoi's own; all others are baselines."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """What an evaluation measures.

    Attributes
    ----------
    task
        The task of the ranker.
    cut
        Day before which everything is known.
    until
        Day before which the test period ends.
    n_questions
        Questions that are sampled at most.
    seed
        Seed of the random generator.
    n_examples
        Examples that the ranker learns from at most, for a quick look; None for its usual number.
    """

    task: Task
    cut: date
    until: date
    n_questions: int = 1500
    seed: int = 0
    n_examples: int | None = None


@dataclass(frozen=True, slots=True)
class MethodResult:
    """The results of one method.

    Attributes
    ----------
    name
        Name of the method.
    ndcg, interval
        Mean nDCG@20 over the sampled questions, and its 95 % interval.
    recall
        Mean share of the relevant actors that are among the first 20.
    hit_rate
        Share of the questions with a relevant actor among the first 20.
    coverage
        Share of the candidates that are in any list.
    gini
        Gini coefficient of how often each candidate is listed.
    newcomer_share
        Share of all places that newcomers hold.
    ndcg_of
        nDCG@20 of each sampled question, float64, shape (n_questions,).
    ndcg_of_all
        nDCG@20 of each question, including the ones asked only for the split by history, float64.
    lists
        The list of each sampled question: rows of at most 20 actors, best first.
    """

    name: str
    ndcg: float
    interval: tuple[float, float]
    recall: float
    hit_rate: float
    coverage: float
    gini: float
    newcomer_share: float
    ndcg_of: DoubleArray
    ndcg_of_all: DoubleArray
    lists: Sequence[IndexArray]


@dataclass(frozen=True, slots=True)
class Split:
    """The mean nDCG@20 of Ketnoi and of the best baseline on one part of the questions.

    Attributes
    ----------
    by
        ``history``: by the asker's number of earlier partners; ``kinds``: by the kinds of asker and relevant actor.
    part
        What tells the part apart: the range of earlier partners, or the kinds of asker and relevant actor.
    """

    by: Literal["history", "kinds"]
    part: tuple[str, ...]
    n_questions: int
    ours: float
    best_baseline: float
    best_baseline_name: str

    @property
    def name(self) -> str:
        """The part in English, as reports in JSON have it."""
        return f"{self.part[0]} earlier partners" if self.by == "history" else " to ".join(self.part)


@dataclass(frozen=True, slots=True)
class Report:
    """The results of an evaluation.

    Attributes
    ----------
    protocol
        What was measured.
    n_questions
        Number of sampled questions.
    n_candidates
        Number of actors that may be suggested.
    model_version
        Version of the ranker.
    methods
        Results of all methods, best nDCG@20 first.
    splits
        Results on parts of the questions.
    ratio_interval
        95 % interval of :attr:`ratio`.
    calibration_error
        Expected calibration error of the probabilities stated for the first 20 suggestions of each list; None if the
        ranker states none.
    reliability
        How often these suggestions came true, by stated probability; empty if the ranker states none.
    """

    protocol: Protocol
    n_questions: int
    n_candidates: int
    model_version: str
    methods: tuple[MethodResult, ...]
    splits: tuple[Split, ...]
    ratio_interval: tuple[float, float]
    calibration_error: float | None
    reliability: tuple[Bin, ...]

    @property
    def ours(self) -> MethodResult:
        """The result of Ketnoi in the order of its scores."""
        return method_named(self.methods, OURS)

    @property
    def exposure_aware(self) -> MethodResult:
        """The result of Ketnoi in its exposure-aware order."""
        return method_named(self.methods, EXPOSURE_AWARE)

    @property
    def best_baseline(self) -> MethodResult:
        """The baseline with the highest nDCG@20."""
        return best_baseline(self.methods)

    @property
    def ratio(self) -> float:
        """nDCG@20 of Ketnoi divided by nDCG@20 of the best baseline."""
        return self.ratio_of(self.ours)

    def ratio_of(self, method: MethodResult) -> float:
        """nDCG@20 of a method divided by nDCG@20 of the best baseline; infinite if the latter is 0."""
        return method.ndcg / self.best_baseline.ndcg if self.best_baseline.ndcg else float("inf")

    @property
    def exposure_loss(self) -> float:
        """Share of Ketnoi's nDCG@20 that the exposure-aware order loses; negative if it gains."""
        return 1 - self.exposure_aware.ndcg / self.ours.ndcg if self.ours.ndcg else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON values, without lists and single questions; an infinite ratio becomes None."""
        left_out = {"ndcg_of", "ndcg_of_all", "lists"}
        columns = [column.name for column in fields(MethodResult) if column.name not in left_out]
        methods = [
            {name: getattr(method, name) for name in columns} | {"ratio": _finite(self.ratio_of(method))}
            for method in self.methods
        ]
        return {
            "task": self.protocol.task,
            "cut": self.protocol.cut.isoformat(),
            "until": self.protocol.until.isoformat(),
            "seed": self.protocol.seed,
            "n_questions": self.n_questions,
            "n_candidates": self.n_candidates,
            "model_version": self.model_version,
            "best_baseline": self.best_baseline.name,
            "ratio": _finite(self.ratio),
            "ratio_interval": [_finite(bound) for bound in self.ratio_interval],
            "exposure_loss": self.exposure_loss,
            "calibration_error": self.calibration_error,
            "reliability": [asdict(part) for part in self.reliability],
            "methods": methods,
            "splits": [asdict(split) | {"name": split.name} for split in self.splits],
        }


def method_named(methods: Sequence[MethodResult], name: str) -> MethodResult:
    """The result of the method of a name."""
    return next(method for method in methods if method.name == name)


def best_baseline(methods: Sequence[MethodResult]) -> MethodResult:
    """The result of the baseline with the highest nDCG@20."""
    return max((method for method in methods if method.name not in OWN), key=lambda method: method.ndcg)


def _finite(ratio: float) -> float | None:
    return ratio if isfinite(ratio) else None
