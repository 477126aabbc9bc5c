"""Other methods for lists that :mod:`benchmarks.speed` compares with: sparse algebra, networkx and implicit.

All work on one graph, a symmetric matrix of links. The score of a candidate is the weighted two-hop: the sum, over the
actors in between, of the product of both links. Actors that are linked to the asker already are left out.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nsmallest

import networkx as nx
import numpy as np
import numpy.typing as npt
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import CosineRecommender
from implicit.utils import ParameterWarning
from scipy import sparse
from threadpoolctl import threadpool_limits

N_SHOWN = 20
N_PROCESSORS = 2
N_FACTORS = 64
_ROWS_AT_ONCE = 256

Listed = list[tuple[int, float]]
"""Rows of the best candidates with their scores, best first, ties by row."""
OneList = Callable[[int], Listed]
"""The list of the actor in a row."""
IndexArray = npt.NDArray[np.intp]


def sparse_list(links: sparse.csr_array) -> OneList:
    """One list: a row times the matrix, and its largest values."""

    def best(row: int) -> Listed:
        return _best_of_row(sparse.csr_array(links[[row]] @ links), links, row, 0)

    return best


def sparse_lists(links: sparse.csr_array, rows: IndexArray) -> list[Listed]:
    """The lists of many rows, a block of rows at a time."""
    lists = []
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[start : start + _ROWS_AT_ONCE]
        scores = sparse.csr_array(links[some] @ links)
        lists += [_best_of_row(scores, links, int(row), place) for place, row in enumerate(some)]
    return lists


def _best_of_row(scores: sparse.csr_array, links: sparse.csr_array, row: int, place: int) -> Listed:
    columns, values = (part[scores.indptr[place] : scores.indptr[place + 1]] for part in (scores.indices, scores.data))
    score = np.zeros(links.shape[0])
    score[columns] = values
    score[links.indices[links.indptr[row] : links.indptr[row + 1]]] = 0
    score[row] = 0
    columns = columns[score[columns] > 0]
    if len(columns) > N_SHOWN:
        least = np.partition(score[columns], -N_SHOWN)[-N_SHOWN]
        columns = columns[score[columns] >= least]
    order = np.lexsort((columns, -score[columns]))[:N_SHOWN]
    return [(int(column), float(score[column])) for column in columns[order]]


def networkx_graph(links: sparse.csr_array) -> "nx.Graph[int]":
    """The links as a networkx graph with the attribute ``weight``."""
    upper = sparse.triu(links, 1).tocoo()
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(links.shape[0]))
    graph.add_weighted_edges_from(zip(upper.row.tolist(), upper.col.tolist(), upper.data.tolist(), strict=True))
    return graph


def networkx_list(graph: "nx.Graph[int]") -> OneList:
    """One list: a walk over the neighbours of the neighbours."""

    def best(row: int) -> Listed:
        neighbours = graph.adj[row]
        scores: dict[int, float] = {}
        for middle, to_middle in neighbours.items():
            for candidate, onwards in graph.adj[middle].items():
                if candidate != row and candidate not in neighbours:
                    product = to_middle["weight"] * onwards["weight"]
                    scores[candidate] = scores.get(candidate, 0.0) + product
        return _best(scores.items())

    return best


def networkx_adamic_adar(graph: "nx.Graph[int]") -> OneList:
    """One list by networkx' own ``adamic_adar_index`` over all actors two steps away; its score is not the two-hop."""

    def best(row: int) -> Listed:
        neighbours = graph.adj[row]
        two_steps = {candidate for middle in neighbours for candidate in graph.adj[middle]} - {row, *neighbours}
        pairs = [(row, candidate) for candidate in two_steps]
        return _best((candidate, score) for _, candidate, score in nx.adamic_adar_index(graph, pairs))

    return best


def implicit_neighbours(links: sparse.csr_array, rows: IndexArray) -> int:
    """Fit implicit's ``CosineRecommender`` and make the lists of all rows; returns their number."""
    return _recommended(lambda: CosineRecommender(K=N_SHOWN, num_threads=N_PROCESSORS), links, rows)


def implicit_als(links: sparse.csr_array, rows: IndexArray) -> int:
    """Fit implicit's ``AlternatingLeastSquares``, 64 factors, and make the lists of all rows; returns their number."""

    def make() -> AlternatingLeastSquares:
        return AlternatingLeastSquares(factors=N_FACTORS, random_state=0, num_threads=N_PROCESSORS)

    return _recommended(make, links, rows)


def _recommended(
    make: Callable[[], "CosineRecommender | AlternatingLeastSquares"], links: sparse.csr_array, rows: IndexArray
) -> int:
    liked = sparse.csr_matrix(links, dtype=np.float32)
    with (
        threadpool_limits(1, "blas"),
        warnings.catch_warnings(),
    ):  # the library asks for it, because it runs threads of its own
        warnings.simplefilter("ignore", ParameterWarning)  # raised by a conversion inside the library
        model = make()
        model.fit(liked, show_progress=False)
        listed, _ = model.recommend(rows, liked[rows], N=N_SHOWN, filter_already_liked_items=True)
    return len(listed)


def _best(scores: Iterable[tuple[int, float]]) -> Listed:
    return nsmallest(N_SHOWN, scores, key=lambda scored: (-scored[1], scored[0]))


def batches(rows: Sequence[dict[str, object]], size: int) -> Iterator[Sequence[dict[str, object]]]:
    """The rows in slices of a given size."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
