"""Trains a ranker on questions that a network's own past has answered, asked exactly as they will be in use."""

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
from matching.features.feature import FeatureTable
from matching.features.standard import STANDARD
from matching.index.network_index import NetworkIndex
from matching.index.projects import MAX_PROJECT_SIZE
from matching.query_view import MemberQuery, TextQuery
from matching.ranking.candidates import draw
from matching.ranking.model_files import day_one_rankers
from matching.ranking.ranker import BlendedRanker, Calibration, LinearRanker, Ranker, Task
from matching.ranking.trees import DEPTH

HORIZON = timedelta(days=730)
"""Time between the features and the labels of a partner question: labels end at the date of the snapshot."""
_HORIZONS: Mapping[timedelta, float] = {HORIZON: 0.6, timedelta(days=548): 0.4}
"""Times between features and labels, each with its share of the questions. Measured on inner cuts of CORDIS."""
MIN_QUESTIONS = 200
"""Answered questions that a network needs to train a ranker of its own. Set by hand."""
N_EXAMPLES: Mapping[Task, int] = {"partner": 6000, "brief": 1200}
"""Past questions that a ranker learns from at most: a few minutes of work on two processors."""
_N_FOLDS = 10
_MIN_BRIEF_LENGTH = 200
"""Characters of summary that make a past project a brief. Set by hand."""

_TREES_WEIGHT = 0.5
_FEATURE_SHARE = 0.4
"""Share of the features that each tree may use. Measured on inner cuts of CORDIS, as the parameters of the trees."""
_REGULARISATION = 1e-2
"""Inverse strength: many features are correlated, and weakly bound weights would cancel each other out."""
_LEAST_SPREAD = 1e-9
_N_CALIBRATED = 20
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
    "nthread": 1,  # several threads would spin while they wait for each other on a busy machine
}

OnProgress = Callable[[str, int, int], None]
"""Called with the name of the step, how much is done, and how much there is to do."""


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one past question, and which of them were the answer.

    Attributes
    ----------
    table
        float32 feature table, shape (n_candidates, n_features).
    is_relevant
        Which candidates were the answer, shape (n_candidates,).
    calibrates
        Whether the question had the whole :data:`HORIZON` to be answered, so that it says how probable an answer is.
    """

    table: FloatArray
    is_relevant: BoolArray
    calibrates: bool = True


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question of the past with its answer.

    Attributes
    ----------
    row
        Row of the actor that asks, or of the project that the question is about.
    relevant
        Rows of the actors that were the answer.
    """

    row: int
    relevant: IndexArray


def new_partner_questions(known: GraphSnapshot, later: GraphSnapshot, index: NetworkIndex) -> list[PastQuestion]:
    """The actors that found new partners after a cut, each with these partners; rows refer to ``known``.

    Two actors are new partners if both took part in a project before, they share none in ``known``, and they share a
    dated project of 2 to 60 members that is in ``later`` but not in ``known``.
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


def partner_examples(
    snapshot: GraphSnapshot, rng: np.random.Generator, n_questions: int, features: FeatureTable = STANDARD
) -> Iterator[Example]:
    """Examples of the partner task: the network as it was, asked which actors are new partners by now.

    Most look back two years, as in use; the others eighteen months, when more of today's history was already known.
    """
    for horizon, share in _HORIZONS.items():
        n_wanted = round(share * n_questions)
        yield from _partner_examples_before(snapshot, snapshot.as_of.date() - horizon, rng, n_wanted, features)


def _partner_examples_before(
    snapshot: GraphSnapshot, cut: date, rng: np.random.Generator, n_questions: int, features: FeatureTable
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
        candidates = draw(view, allowed, features=features)
        yield Example(candidates.table, np.isin(candidates.rows, question.relevant), calibrates=is_whole)


def brief_examples(
    snapshot: GraphSnapshot, rng: np.random.Generator, n_questions: int, features: FeatureTable = STANDARD
) -> Iterator[Example]:
    """Examples of the brief task: past projects, each asked for its own members while it is hidden from the index.

    The latest projects with a summary are divided into ten folds; each fold is asked of a network without it.
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
                view = TextQuery(index, project_text(snapshot, int(row)))
                candidates = draw(view, index.is_candidate, features=features)
                yield Example(candidates.table, np.isin(candidates.rows, relevant))


def project_text(snapshot: GraphSnapshot, row: int) -> str:
    """Title and summary of a project, as a brief would state them."""
    project = snapshot.project(row)
    return " . ".join(part for part in (project.title, project.summary) if part)


def without_projects(snapshot: GraphSnapshot, rows: IndexArray) -> GraphSnapshot:
    """The snapshot without some of its projects."""
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


def train(
    task: Task,
    examples: Sequence[Example],
    snapshot: GraphSnapshot,
    *,
    features: FeatureTable = STANDARD,
    n_rounds: int = 100,
) -> BlendedRanker:
    """A ranker learned from examples: logistic regression and pairwise boosted trees, half each.

    It learns from four fifths of the examples. On the others it learns what its scores mean as a probability, from the
    twenty suggestions that would be shown for each.

    Parameters
    ----------
    task
        The task of the examples.
    examples
        Past questions, in random order.
    snapshot
        The network that they come from.
    features
        The columns of the tables of the examples.
    n_rounds
        Number of trees.
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
    ranker = _fitted(LinearRanker(f"blended-{task}", features.names, np.empty(0), card), examples[:n_taught], n_rounds)
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
    spread = table.std(axis=0, dtype=np.float64)  # in single precision the spread of a constant is not 0
    scale = np.divide(1, spread, out=np.zeros_like(spread), where=spread > _LEAST_SPREAD)
    estimator = LogisticRegression(C=_REGULARISATION, tol=1e-4, max_iter=1000).fit(table * scale, relevant)
    return np.asarray(estimator.coef_[0] * scale, dtype=np.float64)


def _boosted_trees(
    examples: Sequence[Example], table: FloatArray, relevant: BoolArray, n_rounds: int
) -> xgboost.Booster:
    """Trees over the features that vary: features that are constant in this task must not dilute the sampling."""
    question = np.repeat(np.arange(len(examples)), [len(example.table) for example in examples])
    is_live = table.std(axis=0, dtype=np.float64) > _LEAST_SPREAD
    matrix = xgboost.QuantileDMatrix(
        table, relevant.astype(np.float32), qid=question, feature_weights=is_live.astype(np.float32), max_bin=128
    )
    sampled = _FEATURE_SHARE * float(is_live.mean())
    return xgboost.train({**_TREES, "colsample_bytree": sampled}, matrix, n_rounds)


def _calibration_of(ranker: Ranker, examples: Sequence[Example]) -> Calibration | None:
    """Log odds of scores, learned from the twenty best of each example; None where all or none of them came true."""
    calibration_scores, calibration_relevant = [], []
    for example in examples:
        if not example.calibrates:
            continue
        scores = ranker.scores(example.table)
        best = np.argsort(-scores, kind="stable")[:_N_CALIBRATED]
        calibration_scores.append(scores[best])
        calibration_relevant.append(example.is_relevant[best])
    relevant = np.concatenate([np.zeros(0, bool), *calibration_relevant])
    if relevant.all() or not relevant.any():
        return None
    estimator = LogisticRegression(C=1e6).fit(np.concatenate(calibration_scores)[:, None], relevant)
    return Calibration(float(estimator.coef_[0, 0]), float(estimator.intercept_[0]))


def answered_examples(
    task: Task,
    snapshot: GraphSnapshot,
    rng: np.random.Generator,
    on_progress: OnProgress | None = None,
    n_examples: int | None = None,
    features: FeatureTable = STANDARD,
) -> list[Example]:
    """Past questions whose answer is among the candidates, in random order, for :func:`train` to learn from.

    Parameters
    ----------
    task
        What is asked.
    snapshot
        The network.
    rng
        Draws the questions.
    on_progress
        Called after each question.
    n_examples
        Questions that are asked; :data:`N_EXAMPLES` if None. Fewer come back, since not all are answered.
    features
        Features to compute.
    """
    draw_examples = partner_examples if task == "partner" else brief_examples
    n_wanted = n_examples or N_EXAMPLES[task]
    examples: list[Example] = []
    for place, example in enumerate(draw_examples(snapshot, rng, n_wanted, features), start=1):
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
    features: FeatureTable = STANDARD,
) -> Ranker:
    """A ranker learned from :func:`answered_examples`, or the one that ships with Ketnoi if there are too few."""
    answered = answered_examples(task, snapshot, rng, on_progress, n_examples, features)
    if len(answered) < MIN_QUESTIONS:
        return day_one_rankers()[task]
    return train(task, answered, snapshot, features=features)


def _sample(n: int, n_wanted: int, rng: np.random.Generator) -> IndexArray:
    return np.sort(rng.permutation(n)[:n_wanted]).astype(np.intp)


def _latest_briefs(snapshot: GraphSnapshot, n_wanted: int) -> IndexArray:
    summaries = snapshot.tables.projects["summary"].to_pylist()
    size = snapshot.project_size
    is_brief = np.array([len(summary or "") >= _MIN_BRIEF_LENGTH for summary in summaries], bool)
    rows = np.flatnonzero(is_brief & (size > 1) & (size <= MAX_PROJECT_SIZE))
    return rows[np.lexsort((rows, -snapshot.project_day[rows].astype(np.int64)))][:n_wanted]
