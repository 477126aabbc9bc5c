"""How good the suggestions are: rankings over all candidates, one cut in time, the usual baselines beside ours."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from itertools import product
from math import isfinite
from typing import Any, Literal

import numpy as np

from graph.errors import InvalidQueryError
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, DoubleArray, IndexArray
from matching.evaluation.baselines import baselines
from matching.evaluation.metrics import Bin, bootstrap_interval, calibration_error, gini, ndcg, reliability
from matching.index.network_index import NetworkIndex
from matching.kernels.sparse_rows import largest
from matching.learning.training import OnProgress, PastQuestion, new_partner_questions, project_text, train_or_day_one
from matching.query_view import MemberQuery, QueryView, TextQuery
from matching.ranking.ranker import Ranker, Task
from matching.recommend import Recommender

CUTOFF = 20
_SHORT_HISTORY = 10
"""Earlier partners up to which an asker's question is always asked, sampled or not."""
_HISTORY = (("0", 0, 0), ("1-2", 1, 2), ("3-10", 3, 10), ("> 10", 11, 10**9))
_MIN_SPLIT = 10
"""Questions below which the result for a pair of kinds says nothing."""
OURS = "Ketnoi"
EXPOSURE_AWARE = "Ketnoi, exposure-aware"
_OWN = {OURS, EXPOSURE_AWARE}


@dataclass(frozen=True, slots=True)
class Protocol:
    """What is measured: a task, the cut, the end of the test period, and how many questions are sampled at most.

    ``n_examples`` bounds what the ranker learns from, for a quick look; None for as many as it takes otherwise.
    """

    task: Task
    cut: date
    until: date
    n_questions: int = 1500
    seed: int = 0
    n_examples: int | None = None


@dataclass(frozen=True, slots=True)
class MethodResult:
    """Means of one method over the questions, with the lists it gave.

    Attributes
    ----------
    ndcg_of
        nDCG@20 of each question, float64, shape (n_questions,).
    ndcg_of_all
        The same with the questions that are asked for the parts of the result alone.
    lists
        Actor rows shown, one array of at most 20 a question.
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
    """Our result and the best baseline's on one part of the questions, by history or by kinds."""

    by: Literal["history", "kinds"]
    name: str
    n_questions: int
    ours: float
    best_baseline: float
    best_baseline_name: str


@dataclass(frozen=True, slots=True)
class Report:
    """The table of an evaluation: methods in order of their nDCG@20, splits, and calibration where it is learned.

    ``reliability`` sets the probability stated for the twenty suggestions shown beside how often they came true.
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
        """Our result."""
        return _named(self.methods, OURS)

    @property
    def exposure_aware(self) -> MethodResult:
        """Our result where who is seldom shown comes forward."""
        return _named(self.methods, EXPOSURE_AWARE)

    @property
    def best_baseline(self) -> MethodResult:
        """The best of the others."""
        return _best_baseline(self.methods)

    @property
    def ratio(self) -> float:
        """Our nDCG@20 by the best baseline's."""
        return self.ratio_of(self.ours)

    def ratio_of(self, method: MethodResult) -> float:
        """The nDCG@20 of a method by the best baseline's."""
        return method.ndcg / self.best_baseline.ndcg if self.best_baseline.ndcg else float("inf")

    @property
    def exposure_loss(self) -> float:
        """The part of our nDCG@20 that exposure costs; negative where it gains."""
        return 1 - self.exposure_aware.ndcg / self.ours.ndcg if self.ours.ndcg else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Everything but the lists and the single questions, as JSON holds it; None for a ratio to nothing."""
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
            "splits": [asdict(split) for split in self.splits],
        }


def evaluate(
    snapshot: GraphSnapshot, protocol: Protocol, on_progress: OnProgress | None = None, ranker: Ranker | None = None
) -> Report:
    """The table for one task.

    Parameters
    ----------
    snapshot
        The network, with what came after the cut.
    protocol
        What is measured.
    on_progress
        Told of each question learned from and asked.
    ranker
        One to be measured as it is; None for one that learns from before the cut.

    Raises
    ------
    InvalidQueryError
        The dates are in the wrong order, or nothing in the test period can be asked about.
    """
    if protocol.cut >= protocol.until:
        raise InvalidQueryError("period_empty", "The test period ends before it begins: --until must come after --cut.")
    known, later = snapshot.before(protocol.cut), snapshot.before(protocol.until)
    learning = np.random.default_rng(protocol.seed)
    (asking,) = learning.spawn(1)  # whom is asked must not depend on how much is learned
    ranker = ranker or train_or_day_one(protocol.task, known, learning, on_progress, protocol.n_examples)
    recommender = Recommender(NetworkIndex(known), {protocol.task: ranker})
    asked = _Questions(recommender, later, protocol.task, asking.permutation, protocol.n_questions)
    if not asked.questions:
        raise InvalidQueryError(
            "nothing_to_measure", "No actor known before the cut has a new partner or project in the test period."
        )
    others = baselines(protocol.task, recommender.index)
    lists: dict[str, list[IndexArray]] = {name: [] for name in (OURS, EXPOSURE_AWARE, *others)}
    stated: list[tuple[DoubleArray, BoolArray]] = []
    for place, (question, view, allowed) in enumerate(asked):
        ranking = recommender.rank(view, protocol.task, allowed)
        rows = ranking.rows
        lists[OURS].append(rows[:CUTOFF])
        lists[EXPOSURE_AWARE].append(rows[recommender.order_to_show(ranking, protocol.task)[:CUTOFF]])
        probability = ranker.probability(ranking.scores[:CUTOFF])
        if probability is not None and place < asked.n_sampled:
            stated.append((probability, np.isin(rows[:CUTOFF], question.relevant)))
        for name, baseline in others.items():
            lists[name].append(largest(np.where(allowed, baseline(view), 0), CUTOFF))
        if on_progress:
            on_progress("evaluate", place + 1, len(asked.questions))
    methods = [_result(name, shown, asked, asking) for name, shown in lists.items()]
    methods.sort(key=lambda method: (-method.ndcg, method.name))
    return _report(protocol, ranker.version, asked, tuple(methods), stated)


class _Questions:
    """The sampled questions of a task, and all those of askers with a short history, with what is needed to ask."""

    def __init__(
        self,
        recommender: Recommender,
        later: GraphSnapshot,
        task: Task,
        permute: Callable[[int], IndexArray],
        n_wanted: int,
    ) -> None:
        self.recommender, self.later, self.task = recommender, later, task
        index = recommender.index
        known = index.snapshot
        found = (
            new_partner_questions(known, later, index) if task == "partner" else _brief_questions(known, later, index)
        )
        places = permute(len(found))
        sampled, others = np.sort(places[:n_wanted]), np.sort(places[n_wanted:])
        self.n_sampled = len(sampled)
        if task == "partner":  # a sample has too few askers with a short history to say anything of them
            history = index.links.n_partners[[question.row for question in found]]
            sampled = np.concatenate([sampled, others[history[others] <= _SHORT_HISTORY]])
        self.questions = [found[place] for place in sampled]
        self.allowed_in_general = index.is_candidate

    @property
    def sampled(self) -> list[PastQuestion]:
        """The questions that means are taken over; the others are asked for the parts of the result alone."""
        return self.questions[: self.n_sampled]

    def __iter__(self) -> Iterator[tuple[PastQuestion, QueryView, BoolArray]]:
        index = self.recommender.index
        for question in self.questions:
            if self.task == "partner":
                yield question, MemberQuery(index, question.row), self.recommender.new_partners_of(question.row)
            else:
                text = project_text(self.later, question.row)
                yield question, TextQuery(index, text), self.allowed_in_general

    def groups(self) -> Iterator[tuple[str, BoolArray]]:
        """Names and members of the parts the result is split into."""
        if self.task == "brief":
            return
        rows = np.array([question.row for question in self.questions], np.intp)
        history = self.recommender.index.links.n_partners[rows]
        for name, least, most in _HISTORY:
            yield f"{name} earlier partners", (history >= least) & (history <= most)

    def kind_pairs(self) -> Iterator[tuple[str, Mapping[int, IndexArray]]]:
        """Names of pairs of kinds, with the relevant actors of the second kind by place of the question."""
        snapshot = self.recommender.snapshot
        kinds = list(self.recommender.index.kinds.actor)
        asker = [
            kinds[snapshot.actor_kind[question.row]] if self.task == "partner" else "brief" for question in self.sampled
        ]
        for asking, kind in product(dict.fromkeys(sorted(asker)), kinds):
            of_kind = {
                place: wanted
                for place, question in enumerate(self.sampled)
                if asker[place] == asking
                and len(wanted := question.relevant[snapshot.actor_kind[question.relevant] == kinds.index(kind)])
            }
            yield f"{asking} to {kind}", of_kind


def _brief_questions(known: GraphSnapshot, later: GraphSnapshot, index: NetworkIndex) -> list[PastQuestion]:
    """Projects with a summary that are in ``later`` alone, with their members who were candidates before."""
    is_new = ~np.isin(later.project_ids, known.project_ids)
    summaries = later.tables.projects["summary"].to_pylist()
    questions = []
    for row in np.flatnonzero(is_new):
        if summaries[row]:
            ids = later.actor_ids[later.membership[[row]].indices]
            rows = np.array([known.actor_index.get(actor_id, -1) for actor_id in ids], np.intp)
            relevant = np.sort(rows[(rows >= 0) & index.is_candidate[rows]])
            if len(relevant):
                questions.append(PastQuestion(int(row), relevant))
    return questions


def _result(name: str, lists: Sequence[IndexArray], asked: _Questions, rng: np.random.Generator) -> MethodResult:
    relevant = [question.relevant for question in asked.questions]
    hits = [np.isin(shown, wanted) for shown, wanted in zip(lists, relevant, strict=True)]
    scores = np.array([ndcg(hit, len(wanted), CUTOFF) for hit, wanted in zip(hits, relevant, strict=True)])
    n_sampled, index = asked.n_sampled, asked.recommender.index
    recalls = [hit.sum() / len(wanted) for hit, wanted in zip(hits[:n_sampled], relevant[:n_sampled], strict=True)]
    exposure = np.bincount(np.concatenate(lists[:n_sampled]), minlength=index.snapshot.n_actors).astype(np.float64)
    exposure = exposure[asked.allowed_in_general]
    newcomers = index.links.is_newcomer[asked.allowed_in_general]
    return MethodResult(
        name=name,
        ndcg=float(scores[:n_sampled].mean()),
        interval=bootstrap_interval(scores[:n_sampled], rng),
        recall=float(np.mean(recalls)),
        hit_rate=float(np.mean([hit.any() for hit in hits[:n_sampled]])),
        coverage=float(np.mean(exposure > 0)),
        gini=gini(exposure),
        newcomer_share=float(exposure[newcomers].sum() / max(exposure.sum(), 1)),
        ndcg_of=scores[:n_sampled],
        ndcg_of_all=scores,
        lists=lists[:n_sampled],
    )


def _report(
    protocol: Protocol,
    model_version: str,
    asked: _Questions,
    methods: tuple[MethodResult, ...],
    stated: Sequence[tuple[DoubleArray, BoolArray]],
) -> Report:
    ours, best = _named(methods, OURS), _best_baseline(methods)
    error: float | None = None
    bins: tuple[Bin, ...] = ()
    if stated:
        probability, happened = (np.concatenate(column) for column in zip(*stated, strict=True))
        error, bins = calibration_error(probability, happened), reliability(probability, happened)
    return Report(
        protocol=protocol,
        n_questions=asked.n_sampled,
        n_candidates=int(asked.allowed_in_general.sum()),
        model_version=model_version,
        methods=methods,
        splits=tuple(_splits(asked, methods)),
        ratio_interval=_ratio_interval(ours.ndcg_of, best.ndcg_of, protocol.seed),
        calibration_error=error,
        reliability=bins,
    )


def _named(methods: Sequence[MethodResult], name: str) -> MethodResult:
    return next(method for method in methods if method.name == name)


def _best_baseline(methods: Sequence[MethodResult]) -> MethodResult:
    return max((method for method in methods if method.name not in _OWN), key=lambda method: method.ndcg)


def _splits(asked: _Questions, methods: Sequence[MethodResult]) -> Iterator[Split]:
    for name, part in asked.groups():
        if part.any():
            yield _split("history", name, {method.name: method.ndcg_of_all[part] for method in methods})
    for name, relevant in asked.kind_pairs():
        if len(relevant) >= _MIN_SPLIT:
            yield _split("kinds", name, {method.name: _ndcg_within(method, relevant) for method in methods})


def _split(by: Literal["history", "kinds"], name: str, scores: Mapping[str, DoubleArray]) -> Split:
    mean = {method: float(values.mean()) if len(values) else 0.0 for method, values in scores.items()}
    rival = max((method for method in mean if method not in _OWN), key=lambda method: mean[method])
    return Split(by, name, len(scores[OURS]), mean[OURS], mean[rival], rival)


def _ndcg_within(method: MethodResult, relevant: Mapping[int, IndexArray]) -> DoubleArray:
    """nDCG@20 of some questions with but a part of their relevant actors, by place of the question."""
    scores = [ndcg(np.isin(method.lists[place], wanted), len(wanted), CUTOFF) for place, wanted in relevant.items()]
    return np.array(scores, np.float64)


def _finite(ratio: float) -> float | None:
    return ratio if isfinite(ratio) else None


def _ratio_interval(ours: DoubleArray, best: DoubleArray, seed: int) -> tuple[float, float]:
    """95 % bootstrap interval of the ratio of means, questions resampled in pairs."""
    rows = np.random.default_rng(seed).integers(0, len(ours), (2000, len(ours)))
    below = best[rows].mean(axis=1)
    ratios = np.divide(ours[rows].mean(axis=1), below, out=np.full(len(below), np.inf), where=below > 0)
    low, high = np.percentile(ratios, (2.5, 97.5))
    return float(low), float(high)
