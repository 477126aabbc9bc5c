"""What the ranker is measured against: the usual ways to suggest a partner, each a score for every actor."""

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
"""Scores of all actors for a question of the task: a member's or one in words; float32, shape (n_actors,)."""

_DAMPING = 0.85
_N_STEPS = 20
_N_FACTORS = 64
_N_NEIGHBOURS = 100
_SEED = 0


def baselines(task: Task, index: NetworkIndex) -> Mapping[str, Baseline]:
    """The baselines of a task on an index, by name."""
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
        "BPR": _factors(partial(BayesianPersonalizedRanking, num_threads=1), together),  # its threads race
    }


def _unweighted(links: sparse.csr_array) -> sparse.csr_array:
    return sparse.csr_array((np.ones_like(links.data), links.indices, links.indptr), shape=links.shape)


def _two_steps(links: sparse.csr_array, middle_weight: "np.typing.NDArray[np.floating]") -> Baseline:
    """Common neighbours (Newman 2001), Adamic & Adar (2003), resource allocation (Zhou et al. 2009) by their weight."""
    second_step = sparse.csr_array(sparse.diags_array(middle_weight.astype(np.float32)) @ links)

    def score(view: MemberQuery) -> FloatArray:
        return np.asarray((links[[view.actor]] @ second_step).toarray(), dtype=np.float32).ravel()

    return score


def _personalised_pagerank(links: sparse.csr_array) -> Baseline:
    """Random walk with restart at the asker (Page et al. 1999), twenty steps, damping 0.85."""
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
    """Implicit-feedback factorisation: ALS (Hu et al. 2008) or BPR (Rendle et al. 2009), 64 factors."""
    with threadpool_limits(1, "blas"):  # as the library asks for, its own threads do the work
        model = make(factors=_N_FACTORS, random_state=_SEED)
        model.fit(sparse.csr_matrix(links), show_progress=False)
    users, items = np.asarray(model.user_factors), np.asarray(model.item_factors)

    def score(view: MemberQuery) -> FloatArray:
        # shifted above zero, since a list is made of positive scores
        likings = items @ users[view.actor]
        return np.asarray(likings - likings.min() + 1e-6, dtype=np.float32)

    return score


def _vectors(texts: Sequence[str]) -> tuple[TfidfVectorizer, sparse.csr_array]:
    vectorizer = TfidfVectorizer(strip_accents="unicode", sublinear_tf=True, dtype=np.float32)
    vectorizer.fit([*texts, "ketnoi"])  # one word at least, where a network has no texts
    return vectorizer, sparse.csr_array(vectorizer.transform(texts))


def _tfidf_profile(index: NetworkIndex) -> Baseline:
    """Cosine of the brief and all words of an actor: its profile and the titles and summaries of its projects."""
    texts = [
        " ".join([own, *(index.words.project_texts[row] for row in index.projects.memberships[[actor]].indices)])
        for actor, own in enumerate(index.words.profile_texts)
    ]
    vectorizer, vectors = _vectors(texts)
    return lambda view: np.asarray((vectors @ vectorizer.transform([view.text]).T).toarray(), np.float32).ravel()


def _tfidf_nearest_projects(index: NetworkIndex) -> Baseline:
    """Votes of the 100 past projects nearest to the brief for their members, each its squared cosine."""
    vectorizer, vectors = _vectors(index.words.project_texts)

    def score(view: TextQuery) -> FloatArray:
        similarity = np.asarray((vectors @ vectorizer.transform([view.text]).T).toarray(), np.float32).ravel()
        nearest = largest(similarity, _N_NEIGHBOURS)
        votes = sparse.csr_array(similarity[None, nearest] ** 2) @ index.snapshot.membership[nearest]
        return np.asarray(votes.toarray(), dtype=np.float32).ravel()

    return score
