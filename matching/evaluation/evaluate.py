"""Measures how good the suggestions are: one cut in time, rankings of all candidates, compared with baselines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Literal

import numpy as np

from graph.errors import InvalidQueryError
from graph.snapshot import GraphSnapshot
from matching.arrays import BoolArray, DoubleArray, IndexArray
from matching.evaluation.baselines import baselines
from matching.evaluation.metrics import Bin, bootstrap_interval, calibration_error, gini, ndcg, reliability
from matching.evaluation.report import (
    CUTOFF,
    EXPOSURE_AWARE,
    OURS,
    OWN,
    MethodResult,
    Protocol,
    Report,
    Split,
    best_baseline,
    method_named,
)
from matching.index.network_index import NetworkIndex
from matching.kernels.sparse_rows import largest
from matching.learning.training import OnProgress, PastQuestion, new_partner_questions, project_text, train_or_day_one
from matching.query_view import MemberQuery, QueryView, TextQuery
from matching.ranking.ranker import Ranker, Task
from matching.recommend import Recommender

_SHORT_HISTORY = 10
"""Askers with at most so many earlier partners are all asked, since a sample holds few of them. Set by hand."""
_HISTORY = (("0", 0, 0), ("1-2", 1, 2), ("3-10", 3, 10), ("> 10", 11, 10**9))
"""Groups of askers by their number of earlier partners: name, least and most."""
_MIN_SPLIT = 10
"""Questions that a pair of kinds needs to be reported. Set by hand: a mean over fewer says nothing."""


def evaluate(
    snapshot: GraphSnapshot, protocol: Protocol, on_progress: OnProgress | None = None, ranker: Ranker | None = None
) -> Report:
    """The report on one task.

    Parameters
    ----------
    snapshot
        The network, including the test period.
    protocol
        What is measured.
    on_progress
        Called after each example that is learned from and each question that is asked.
    ranker
        Ranker to measure as it is; None to train one on what was known before the cut.

    Raises
    ------
    InvalidQueryError
        The test period ends before it begins, or it holds no question.
    """
    if protocol.cut >= protocol.until:
        raise InvalidQueryError("period_empty", "The test period ends before it begins: --until must come after --cut.")
    known, later = snapshot.before(protocol.cut), snapshot.before(protocol.until)
    learning = np.random.default_rng(protocol.seed)
    (asking,) = learning.spawn(1)  # the sample must not depend on how many examples are learned from
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
    methods = [_result(name, listed, asked, asking) for name, listed in lists.items()]
    methods.sort(key=lambda method: (-method.ndcg, method.name))
    return _report(protocol, ranker.version, asked, tuple(methods), stated)


class _Questions:
    """The questions of an evaluation: a sample, and for partners all further questions of askers with a short history.

    Parameters
    ----------
    recommender
        Answers the questions; its network ends at the cut.
    later
        The network at the end of the test period.
    task
        The task.
    permute
        Random order of n questions.
    n_wanted
        Questions to sample at most.
    """

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
        if task == "partner":  # a sample holds too few askers with a short history
            history = index.links.n_partners[[question.row for question in found]]
            sampled = np.concatenate([sampled, others[history[others] <= _SHORT_HISTORY]])
        self.questions = [found[place] for place in sampled]
        self.allowed_in_general = index.is_candidate

    @property
    def sampled(self) -> list[PastQuestion]:
        """The sampled questions, over which all means are taken; the others only serve the split by history."""
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
        """The groups of askers by number of earlier partners: range, and whether each question belongs to the group."""
        if self.task == "brief":
            return
        rows = np.array([question.row for question in self.questions], np.intp)
        history = self.recommender.index.links.n_partners[rows]
        for name, least, most in _HISTORY:
            yield name, (history >= least) & (history <= most)

    def kind_pairs(self) -> Iterator[tuple[tuple[str, str], Mapping[int, IndexArray]]]:
        """The pairs of asking and relevant kind, each with the relevant actors by position of the question."""
        snapshot = self.recommender.snapshot
        kinds = list(self.recommender.index.kinds.actor)
        asker = [
            kinds[snapshot.actor_kind[question.row]] if self.task == "partner" else "brief" for question in self.sampled
        ]
        for asking, kind in product(dict.fromkeys(sorted(asker)), kinds):
            of_kind = {
                place: relevant
                for place, question in enumerate(self.sampled)
                if asker[place] == asking
                and len(relevant := question.relevant[snapshot.actor_kind[question.relevant] == kinds.index(kind)])
            }
            yield (asking, kind), of_kind


def _brief_questions(known: GraphSnapshot, later: GraphSnapshot, index: NetworkIndex) -> list[PastQuestion]:
    """The summarised projects that only ``later`` has, each with its members that were candidates at the cut."""
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
    hits = [np.isin(listed, actors) for listed, actors in zip(lists, relevant, strict=True)]
    scores = np.array([ndcg(hit, len(actors), CUTOFF) for hit, actors in zip(hits, relevant, strict=True)])
    n_sampled, index = asked.n_sampled, asked.recommender.index
    recalls = [hit.sum() / len(actors) for hit, actors in zip(hits[:n_sampled], relevant[:n_sampled], strict=True)]
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
    ours, best = method_named(methods, OURS), best_baseline(methods)
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


def _splits(asked: _Questions, methods: Sequence[MethodResult]) -> Iterator[Split]:
    for name, part in asked.groups():
        if part.any():
            yield _split("history", (name,), {method.name: method.ndcg_of_all[part] for method in methods})
    for kinds, relevant in asked.kind_pairs():
        if len(relevant) >= _MIN_SPLIT:
            yield _split("kinds", kinds, {method.name: _ndcg_within(method, relevant) for method in methods})


def _split(by: Literal["history", "kinds"], part: tuple[str, ...], scores: Mapping[str, DoubleArray]) -> Split:
    mean = {method: float(values.mean()) if len(values) else 0.0 for method, values in scores.items()}
    rival = max((method for method in mean if method not in OWN), key=lambda method: mean[method])
    return Split(by, part, len(scores[OURS]), mean[OURS], mean[rival], rival)


def _ndcg_within(method: MethodResult, relevant: Mapping[int, IndexArray]) -> DoubleArray:
    """nDCG@20 of the given questions if only the given actors are relevant, float64, shape (n_questions,)."""
    scores = [ndcg(np.isin(method.lists[place], actors), len(actors), CUTOFF) for place, actors in relevant.items()]
    return np.array(scores, np.float64)


def _ratio_interval(ours: DoubleArray, best: DoubleArray, seed: int) -> tuple[float, float]:
    """95 % bootstrap interval of the ratio of two means; both methods are resampled on the same questions."""
    rows = np.random.default_rng(seed).integers(0, len(ours), (2000, len(ours)))
    below = best[rows].mean(axis=1)
    ratios = np.divide(ours[rows].mean(axis=1), below, out=np.full(len(below), np.inf), where=below > 0)
    low, high = np.percentile(ratios, (2.5, 97.5))
    return float(low), float(high)
