"""Learning a ranker from a network's own past, exactly as it will be asked."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xgboost
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from graph.dates import NO_DAY
from graph.snapshot import GraphSnapshot
from graph.tables import Tables
from matching.arrays import BoolArray, DoubleArray, FloatArray, IndexArray
from matching.index.network_index import NetworkIndex
from matching.index.projects import MAX_PROJECT_SIZE
from matching.query_view import MemberQuery, TextQuery
from matching.ranking.candidates import draw
from matching.ranking.model_files import day_one_rankers
from matching.ranking.ranker import BlendedRanker, Calibration, LinearRanker, Ranker, Task
from matching.ranking.trees import DEPTH

HORIZON = timedelta(days=730)
"""How far ahead a partner question looks: labels end at the snapshot, features two years before."""
_HORIZONS: Mapping[timedelta, float] = {HORIZON: 0.6, timedelta(days=548): 0.4}
"""Spans between features and labels that are learned from, with their share of the questions."""
MIN_QUESTIONS = 200
"""Questions a network must have answered by itself before it trains a ranker of its own."""
N_EXAMPLES: Mapping[Task, int] = {"partner": 6000, "brief": 1200}
"""Past questions a ranker learns from at most, a few minutes of work on two processors."""
_N_FOLDS = 10
_MIN_BRIEF_LENGTH = 200
"""Characters of summary that make a past project a brief."""

_TREES_WEIGHT = 0.5
_FEATURE_SHARE = 0.4
"""Of the features, how many each tree may use."""
_REGULARISATION = 1e-2
"""Inverse strength: features tell the same story in several ways, and weakly bound weights would play them off."""
_LEAST_SPREAD = 1e-9
_N_SHOWN = 20
_TREES: Mapping[str, object] = {
    "objective": "rank:ndcg",
    "lambdarank_pair_method": "topk",
    "lambdarank_num_pair_per_sample": 40,
    "max_depth": DEPTH,
    "eta": 0.1,
    "min_child_weight": 0.1,
    "lambda": 50,
    "subsample": 0.7,
    "max_bin": 128,
    "tree_method": "hist",
    "seed": 0,
    "nthread": 1,  # several threads wait busily for each other where the machine has other work
}

OnProgress = Callable[[str, int, int], None]
"""Told what is being done, how much is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one question, with who was the answer.

    Attributes
    ----------
    table
        float32 feature table, shape (n_candidates, n_features).
    is_relevant
        Who was the answer, shape (n_candidates,).
    calibrates
        Whether the answer was given as much time as :data:`HORIZON` allows, so that it tells how probable one is.
    """

    table: FloatArray
    is_relevant: BoolArray
    calibrates: bool = True


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question with its answer: who asks or which project it is about, as rows, and the relevant actors' rows."""

    row: int
    relevant: IndexArray


def new_partner_questions(known: GraphSnapshot, later: GraphSnapshot, index: NetworkIndex) -> list[PastQuestion]:
    """The actors of a network that found a new partner afterwards, with those partners, by row in the former.

    Both ends were seen in a project before. A new partner shares a project of 2 to 60 members that is in ``later``
    but not in ``known``, and none that is. A project without a date came at no known time, so it makes nobody new.
    """
    is_new = ~np.isin(later.project_ids, known.project_ids) & (later.project_day != NO_DAY)
    size = later.project_size
    counted = is_new & (size > 1) & (size <= MAX_PROJECT_SIZE)
    row_of = np.array([known.actor_index.get(actor_id, -1) for actor_id in later.actor_ids], np.intp)
    seen = np.diff(known.memberships.indptr) > 0
    members = later.membership[counted].tocoo()
    actor = row_of[members.col]
    kept = (actor >= 0) & seen[actor]
    shape = (int(counted.sum()), known.n_actors)
    joint = sparse.csr_array((np.ones(int(kept.sum()), np.float32), (members.row[kept], actor[kept])), shape=shape)
    pairs = sparse.csr_array(joint.T @ joint)
    pairs.setdiag(0)
    pairs.eliminate_zeros()
    pairs.sort_indices()
    questions = []
    for row in np.flatnonzero(np.diff(pairs.indptr)):
        former = index.links.partners.indices[index.links.partners.indptr[row] : index.links.partners.indptr[row + 1]]
        relevant = np.setdiff1d(pairs.indices[pairs.indptr[row] : pairs.indptr[row + 1]], former)
        if len(relevant):
            questions.append(PastQuestion(int(row), relevant.astype(np.intp)))
    return questions


def partner_examples(snapshot: GraphSnapshot, rng: np.random.Generator, n_questions: int) -> Iterator[Example]:
    """Examples of the partner task: the network of the past asked who would be partners by now.

    Of two years ago, as it will be asked, and of eighteen months ago, when more of today's history was there already.
    """
    for horizon, share in _HORIZONS.items():
        n_wanted = round(share * n_questions)
        yield from _partner_examples_before(snapshot, snapshot.as_of.date() - horizon, rng, n_wanted)


def _partner_examples_before(
    snapshot: GraphSnapshot, cut: date, rng: np.random.Generator, n_questions: int
) -> Iterator[Example]:
    index = NetworkIndex(snapshot.before(cut))
    questions = new_partner_questions(index.snapshot, snapshot, index)
    is_whole = cut <= snapshot.as_of.date() - HORIZON
    for place in _sample(len(questions), n_questions, rng):
        question = questions[place]
        allowed = index.is_candidate.copy()
        allowed[question.row] = False
        allowed[index.links.partners[[question.row]].indices] = False
        view = MemberQuery(index, question.row)
        candidates = draw(view, allowed)
        yield Example(candidates.table, np.isin(candidates.rows, question.relevant), calibrates=is_whole)


def brief_examples(snapshot: GraphSnapshot, rng: np.random.Generator, n_questions: int) -> Iterator[Example]:
    """Examples of the brief task: past projects asked for their own members, which are hidden from the index.

    The latest projects that have a summary are dealt into ten folds; each fold is asked of a network that lacks it.
    """
    rows = _latest_briefs(snapshot, n_questions)
    fold = rng.permutation(len(rows)) % _N_FOLDS
    for number in range(_N_FOLDS):
        hidden = rows[fold == number]
        if not len(hidden):
            continue
        index = NetworkIndex(without_projects(snapshot, hidden))
        for row in hidden:
            members = snapshot.membership[[row]].indices
            relevant = members[index.is_candidate[members]]
            if len(relevant):
                candidates = draw(TextQuery(index, project_text(snapshot, int(row))), index.is_candidate)
                yield Example(candidates.table, np.isin(candidates.rows, relevant))


def project_text(snapshot: GraphSnapshot, row: int) -> str:
    """Title and summary of a project, as a brief would put them."""
    project = snapshot.project(row)
    return " . ".join(part for part in (project.title, project.summary) if part)


def without_projects(snapshot: GraphSnapshot, rows: IndexArray) -> GraphSnapshot:
    """The snapshot as if some of its projects had never been."""
    kept = np.ones(snapshot.n_projects, bool)
    kept[rows] = False
    tables = snapshot.tables
    gone = pa.array([str(project_id) for project_id in snapshot.project_ids[rows]], pa.string())
    others = pc.invert(pc.is_in(tables.participations["project_id"], value_set=gone))
    remaining = Tables(
        actors=tables.actors,
        projects=tables.projects.filter(pa.array(kept)),
        relationships=tables.relationships,
        participations=tables.participations.filter(others),
    )
    return GraphSnapshot.from_tables(remaining, as_of=snapshot.as_of)


def train(task: Task, examples: Sequence[Example], snapshot: GraphSnapshot, *, n_rounds: int = 100) -> BlendedRanker:
    """A ranker learned from examples: logistic regression and pairwise boosted trees, side by side.

    It learns from four fifths of the examples. The others tell what its scores mean as a probability, over the twenty
    suggestions that would be shown for each.
    """
    card = {
        "task": task,
        "method": "logistic regression and LambdaMART on the top 40, half each",
        "n_questions": len(examples),
        "n_candidates": sum(len(example.table) for example in examples),
        "snapshot_digest": snapshot.digest,
        "as_of": snapshot.as_of.date().isoformat(),
    }
    n_taught = len(examples) * 4 // 5
    ranker = _fitted(LinearRanker(f"blended-{task}", np.empty(0), card), examples[:n_taught], n_rounds)
    return ranker.calibrated(_calibration_of(ranker, examples[n_taught:]))


def _fitted(unfitted: LinearRanker, examples: Sequence[Example], n_rounds: int) -> BlendedRanker:
    table = np.concatenate([example.table for example in examples])
    relevant = np.concatenate([example.is_relevant for example in examples])
    weights = _logistic_weights(table, relevant)
    booster = _boosted_trees(examples, table, relevant, n_rounds)
    linear_spread = float((table @ weights).std()) or 1.0
    trees_spread = float(booster.inplace_predict(table, predict_type="margin").std()) or 1.0
    linear = replace(unfitted, weights=weights * (1 - _TREES_WEIGHT) / linear_spread)
    return BlendedRanker(linear, json.loads(booster.save_raw("json")), _TREES_WEIGHT / trees_spread)


def _logistic_weights(table: FloatArray, relevant: BoolArray) -> DoubleArray:
    spread = table.std(axis=0, dtype=np.float64)  # in single precision that of a constant is not nothing
    scale = np.divide(1, spread, out=np.zeros_like(spread), where=spread > _LEAST_SPREAD)
    estimator = LogisticRegression(C=_REGULARISATION, tol=1e-4, max_iter=1000).fit(table * scale, relevant)
    return np.asarray(estimator.coef_[0] * scale, dtype=np.float64)


def _boosted_trees(
    examples: Sequence[Example], table: FloatArray, relevant: BoolArray, n_rounds: int
) -> xgboost.Booster:
    """Trees over the features that differ at all: the others, idle in this task, must not thin out the sampling."""
    question = np.repeat(np.arange(len(examples)), [len(example.table) for example in examples])
    is_live = table.std(axis=0, dtype=np.float64) > _LEAST_SPREAD
    matrix = xgboost.QuantileDMatrix(
        table, relevant.astype(np.float32), qid=question, feature_weights=is_live.astype(np.float32), max_bin=128
    )
    sampled = _FEATURE_SHARE * float(is_live.mean())
    return xgboost.train({**_TREES, "colsample_bytree": sampled}, matrix, n_rounds)


def _calibration_of(ranker: Ranker, examples: Sequence[Example]) -> Calibration | None:
    """What scores mean as log odds, over the twenty best of each example; None where all or nothing came true."""
    shown_scores, shown_relevant = [], []
    for example in examples:
        if not example.calibrates:
            continue
        scores = ranker.scores(example.table)
        shown = np.argsort(-scores, kind="stable")[:_N_SHOWN]
        shown_scores.append(scores[shown])
        shown_relevant.append(example.is_relevant[shown])
    relevant = np.concatenate([np.zeros(0, bool), *shown_relevant])
    if relevant.all() or not relevant.any():
        return None
    estimator = LogisticRegression(C=1e6).fit(np.concatenate(shown_scores)[:, None], relevant)
    return Calibration(float(estimator.coef_[0, 0]), float(estimator.intercept_[0]))


def answered_examples(
    task: Task,
    snapshot: GraphSnapshot,
    rng: np.random.Generator,
    on_progress: OnProgress | None = None,
    n_examples: int | None = None,
) -> list[Example]:
    """Past questions of a network that its past has answered, in random order, for :func:`train` to learn from.

    As many as there are, out of ``n_examples`` or :data:`N_EXAMPLES` that are asked. A ranker of the network's own
    needs :data:`MIN_QUESTIONS` of them.
    """
    draw_examples = partner_examples if task == "partner" else brief_examples
    n_wanted = n_examples or N_EXAMPLES[task]
    examples: list[Example] = []
    for place, example in enumerate(draw_examples(snapshot, rng, n_wanted), start=1):
        examples.append(example)
        if on_progress:
            on_progress("learn", place, n_wanted)
    return [examples[place] for place in rng.permutation(len(examples)) if examples[place].is_relevant.any()]


def train_or_day_one(
    task: Task,
    snapshot: GraphSnapshot,
    rng: np.random.Generator,
    on_progress: OnProgress | None = None,
    n_examples: int | None = None,
) -> Ranker:
    """A ranker of the network's own where its past allows, else the one that ships with Ketnoi.

    It learns from what :func:`answered_examples` gives.
    """
    answered = answered_examples(task, snapshot, rng, on_progress, n_examples)
    if len(answered) < MIN_QUESTIONS:
        return day_one_rankers()[task]
    return train(task, answered, snapshot)


def _sample(n: int, n_wanted: int, rng: np.random.Generator) -> IndexArray:
    return np.sort(rng.permutation(n)[:n_wanted]).astype(np.intp)


def _latest_briefs(snapshot: GraphSnapshot, n_wanted: int) -> IndexArray:
    summaries = snapshot.tables.projects["summary"].to_pylist()
    size = snapshot.project_size
    is_brief = np.array([len(summary or "") >= _MIN_BRIEF_LENGTH for summary in summaries], bool)
    rows = np.flatnonzero(is_brief & (size > 1) & (size <= MAX_PROJECT_SIZE))
    return rows[np.lexsort((rows, -snapshot.project_day[rows].astype(np.int64)))][:n_wanted]
