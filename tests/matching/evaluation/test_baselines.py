"""The usual ways to suggest a partner, against networkx."""

from collections.abc import Callable, Iterator

import networkx as nx
import numpy as np
import pytest

from graph.model import Fact
from matching.evaluation.baselines import baselines
from matching.index.network_index import NetworkIndex
from matching.query_view import MemberQuery, TextQuery
from matching.recommend import Recommender
from tests.matching.networks import actor, actors, project, snapshot_of, tie

N_ACTORS = 24


@pytest.fixture(scope="module")
def index() -> NetworkIndex:
    """A connected network of projects of two to four members and a few ties."""
    rng = np.random.default_rng(4)
    names = [f"a{number:02}" for number in range(N_ACTORS)]
    facts: list[Fact] = actors(" ".join(names))
    for number in range(30):
        members = sorted({names[row] for row in rng.integers(0, N_ACTORS, rng.integers(2, 5))})
        facts += project(f"p{number:02}", *members)
    facts += [tie(names[row], names[row + 1], "partnered_in") for row in range(0, N_ACTORS - 1, 2)]
    return Recommender.build(snapshot_of(facts)).index


@pytest.fixture(scope="module")
def network(index: NetworkIndex) -> "nx.Graph[int]":
    network: nx.Graph[int] = nx.from_scipy_sparse_array(index.links.matrix)
    assert nx.is_connected(network)
    return network


def scores(index: NetworkIndex, name: str, row: int) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    view = MemberQuery(index, row)
    return baselines("partner", index)[name](view)


def _common_neighbours(network: "nx.Graph[int]", pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int, float]]:
    return ((one, other, len(list(nx.common_neighbors(network, one, other)))) for one, other in pairs)


ORACLES: dict[str, Callable[..., Iterator[tuple[int, int, float]]]] = {
    "common neighbours": _common_neighbours,
    "Adamic-Adar": nx.adamic_adar_index,
    "resource allocation": nx.resource_allocation_index,
}


@pytest.mark.parametrize("name", ORACLES)
def test_two_step_scores_are_those_of_networkx(index: NetworkIndex, network: "nx.Graph[int]", name: str) -> None:
    for row in (0, 7, 23):
        pairs = [(row, other) for other in range(N_ACTORS) if other != row]
        expected = [value for _, _, value in ORACLES[name](network, pairs)]
        ours = scores(index, name, row)
        np.testing.assert_allclose([ours[other] for _, other in pairs], expected, rtol=1e-5)


def test_a_walk_with_restart_is_that_of_networkx(index: NetworkIndex, network: "nx.Graph[int]") -> None:
    for row in (0, 7, 23):
        expected = nx.pagerank(network, alpha=0.85, personalization={row: 1}, weight="weight", tol=1e-10)
        np.testing.assert_allclose(scores(index, "personalised PageRank", row), list(expected.values()), atol=5e-3)


def test_degree_counts_partners(index: NetworkIndex, network: "nx.Graph[int]") -> None:
    assert scores(index, "degree", 0).tolist() == [degree for _, degree in network.degree()]


@pytest.mark.parametrize("name", ["ALS", "BPR"])
def test_learned_factors_prefer_earlier_partners_to_strangers(index: NetworkIndex, name: str) -> None:
    lead = []
    for row in range(N_ACTORS):
        linked = np.zeros(N_ACTORS, bool)
        linked[index.links.matrix[[row]].indices] = True
        values = scores(index, name, row)
        assert (values > 0).all()
        linked[row] = False
        others = ~linked
        others[row] = False
        lead.append(values[linked].mean() - values[others].mean())
    assert np.mean(lead) > 0


def test_words_find_profiles_and_members_of_similar_projects() -> None:
    facts: list[Fact] = [actor("says", summary="đo bụi mịn"), *actors("did other")]
    facts += [*project("p", "did", title="đo bụi mịn"), *project("q", "other", title="rau sạch")]
    index = NetworkIndex(snapshot_of(facts))
    view = TextQuery(index, "đo bụi mịn")
    methods = baselines("brief", index)
    by_profile, by_projects = methods["TF-IDF profile"](view), methods["TF-IDF nearest projects"](view)
    rows = {str(name): row for row, name in enumerate(index.snapshot.actor_ids)}
    # names count as words too, so that the similarity is below 1
    assert by_profile[rows["says"]] == pytest.approx(by_profile[rows["did"]], rel=0.1)
    assert by_profile[rows["other"]] < 0.5 * by_profile[rows["says"]]
    assert by_projects[rows["says"]] == 0
    assert by_projects[rows["did"]] == pytest.approx(1)
