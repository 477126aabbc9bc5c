"""The baselines that the ranker is compared with: common methods that give every actor a score."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from threadpoolctl import threadpool_limits

from matching.arrays import FloatArray
from matching.index.network_index import NetworkIndex
from matching.kernels.sparse_rows import EVERYONE, largest
from matching.query_view import MemberQuery, TextQuery
from matching.ranking.ranker import Task

Baseline = Callable[[Any], FloatArray]
"""A baseline: takes the query view of a question and returns scores of all actors, float32, shape (n_actors,)."""

_DAMPING = 0.85
_N_STEPS = 20
"""Damping of PageRank, as in its paper, and number of its steps, set by hand: 0.85 ** 20 leaves 4 % of the walk."""
_N_FACTORS = 64
"""Latent factors of ALS and BPR. Set by hand."""
_N_NEIGHBOURS = 100
"""Nearest projects that vote for their members. Set by hand."""
_SEED = 0


def baselines(task: Task, index: NetworkIndex) -> Mapping[str, Baseline]:
    """The baselines of a task, by name, fitted to an index."""
    if task == "brief":
        return {
            "popularity": lambda _: index.links.degree,
            "recent activity": lambda _: index.activity.half_life_2y,
            "TF-IDF profile": _tfidf_profile(index),
            "TF-IDF nearest projects": _tfidf_nearest_projects(index),
        }
    together = _unweighted(index.links.matrix)
    degree = np.maximum(np.diff(together.indptr), 1)
    return {
        "degree": lambda _: index.links.degree,
        "recent activity": lambda _: index.activity.half_life_2y,
        "common neighbours": _two_steps(together, np.ones(len(degree))),
        "Adamic-Adar": _two_steps(together, 1 / np.log(np.maximum(degree, 2))),
        "resource allocation": _two_steps(together, 1 / degree),
        "weighted two-hop": lambda view: view.two_steps.shared[EVERYONE],
        "personalised PageRank": _personalised_pagerank(index.links.matrix),
        "ALS": _factors(AlternatingLeastSquares, together),
        "BPR": _factors(
            partial(BayesianPersonalizedRanking, num_threads=1), together
        ),  # several threads give other factors in each run
    }


def _unweighted(links: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones_like(links.data), links.indices, links.indptr), shape=links.shape)


def _two_steps(links: sparse.csr_array, middle_weight: "np.typing.NDArray[np.floating]") -> Baseline:
    """Sum over common neighbours of a weight of each.

    Weights of 1 give common neighbours (Newman 2001), 1 / log(degree) gives Adamic & Adar (2003), and 1 / degree gives
    resource allocation (Zhou et al. 2009).
    """
    second_step = sparse.csr_array(sparse.diags_array(middle_weight.astype(np.float32)) @ links)

    def score(view: MemberQuery) -> FloatArray:
        return np.asarray((links[[view.actor]] @ second_step).toarray(), dtype=np.float32).ravel()

    return score


def _personalised_pagerank(links: sparse.csr_array) -> Baseline:
    """Personalised PageRank: a random walk with restart at the asker (Page et al. 1999), 20 steps, damping 0.85."""
    strength = np.asarray(links.sum(axis=1)).ravel()
    scale = np.divide(1, strength, out=np.zeros_like(strength), where=strength > 0)
    transition = sparse.csr_array((sparse.diags_array(scale) @ links).T, dtype=np.float32)

    def score(view: MemberQuery) -> FloatArray:
        rank = np.zeros(links.shape[0], np.float32)
        rank[view.actor] = 1
        restart = rank.copy()
        for _ in range(_N_STEPS):
            rank = _DAMPING * (transition @ rank) + (1 - _DAMPING) * restart
        return rank

    return score


def _factors(
    make: Callable[..., AlternatingLeastSquares | BayesianPersonalizedRanking], links: sparse.csr_array
) -> Baseline:
    """Matrix factorisation for implicit feedback: ALS (Hu et al. 2008) or BPR (Rendle et al. 2009), 64 factors."""
    with threadpool_limits(1, "blas"):  # the library asks for it, because it runs threads of its own
        model = make(factors=_N_FACTORS, random_state=_SEED)
        model.fit(sparse.csr_matrix(links), show_progress=False)
    users, items = np.asarray(model.user_factors), np.asarray(model.item_factors)

    def score(view: MemberQuery) -> FloatArray:
        # shifted above zero, because only positive scores enter a list
        scores = items @ users[view.actor]
        return np.asarray(scores - scores.min() + 1e-6, dtype=np.float32)

    return score


def _vectors(texts: Sequence[str]) -> tuple[TfidfVectorizer, sparse.csr_array]:
    vectorizer = TfidfVectorizer(strip_accents="unicode", sublinear_tf=True, dtype=np.float32)
    vectorizer.fit([*texts, "ketnoi"])  # the vectorizer cannot be fitted without any word
    return vectorizer, sparse.csr_array(vectorizer.transform(texts))


def _tfidf_profile(index: NetworkIndex) -> Baseline:
    """Cosine of the brief and the text of each actor: its profile, and the titles and summaries of its projects."""
    texts = [
        " ".join([own, *(index.words.project_texts[row] for row in index.projects.memberships[[actor]].indices)])
        for actor, own in enumerate(index.words.profile_texts)
    ]
    vectorizer, vectors = _vectors(texts)
    return lambda view: np.asarray((vectors @ vectorizer.transform([view.text]).T).toarray(), np.float32).ravel()


def _tfidf_nearest_projects(index: NetworkIndex) -> Baseline:
    """Votes of the 100 past projects nearest to the brief for their members; a vote is the squared cosine."""
    vectorizer, vectors = _vectors(index.words.project_texts)

    def score(view: TextQuery) -> FloatArray:
        similarity = np.asarray((vectors @ vectorizer.transform([view.text]).T).toarray(), np.float32).ravel()
        nearest = largest(similarity, _N_NEIGHBOURS)
        votes = sparse.csr_array(similarity[None, nearest] ** 2) @ index.snapshot.membership[nearest]
        return np.asarray(votes.toarray(), dtype=np.float32).ravel()

    return score
