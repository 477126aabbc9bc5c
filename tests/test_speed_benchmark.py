"""The benchmark of speed: what it compares gives the same lists, and what cannot run is told. No time is asserted."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from benchmarks import speed
from benchmarks.neo4j_peer import SCRIPT, Address, Neo4jPeer, NotRunError
from benchmarks.peers import (
    N_SHOWN,
    Listed,
    networkx_adamic_adar,
    networkx_graph,
    networkx_list,
    sparse_list,
    sparse_lists,
)
from matching.recommend import Recommender
from tests.matching.networks import dated_network, snapshot_of_facts
from tests.servers import Neo4jServer

ROWS = range(60)


@pytest.fixture(scope="module")
def recommender() -> Recommender:
    return Recommender.build(snapshot_of_facts(dated_network(60, 60, np.random.default_rng(3))))


@pytest.fixture(scope="module")
def links(recommender: Recommender) -> sparse.csr_array:
    return sparse.csr_array(recommender.index.links.matrix, dtype=np.float64)


def assert_two_hop(links: sparse.csr_array, lists: Sequence[Listed]) -> None:
    """The lists of all actors against dense matrices: the best scores there are, each that of its candidate."""
    dense = links.toarray()
    scores = np.where(dense > 0, 0, dense @ dense)
    np.fill_diagonal(scores, 0)
    assert sum(map(len, lists)) > len(ROWS)
    for row, listed in zip(ROWS, lists, strict=True):
        best = np.sort(scores[row][scores[row] > 0])[::-1][:N_SHOWN]
        assert [score for _, score in listed] == pytest.approx(best.tolist())
        assert [score for _, score in listed] == pytest.approx([scores[row, candidate] for candidate, _ in listed])
        assert len({candidate for candidate, _ in listed}) == len(listed)


def test_sparse_algebra_and_networkx_give_the_same_lists(links: sparse.csr_array) -> None:
    graph = networkx_graph(links)
    assert_two_hop(links, [sparse_list(links)(row) for row in ROWS])
    assert_two_hop(links, sparse_lists(links, np.arange(60)))
    assert_two_hop(links, [networkx_list(graph)(row) for row in ROWS])


def test_adamic_adar_lists_those_two_steps_away(links: sparse.csr_array) -> None:
    dense = links.toarray() > 0
    adamic_adar = dense @ np.diag(1 / np.log(np.maximum(dense.sum(axis=1), 2))) @ dense
    for row in ROWS:
        for candidate, score in networkx_adamic_adar(networkx_graph(links))(row):
            assert candidate != row
            assert not dense[row, candidate]
            assert score == pytest.approx(adamic_adar[row, candidate])


@pytest.mark.neo4j
def test_cypher_gives_the_same_lists(links: sparse.csr_array, neo4j_lts: Neo4jServer) -> None:
    neo4j_lts.clear()
    address = Address(neo4j_lts.uri, neo4j_lts.credentials.user, neo4j_lts.credentials.password)
    with Neo4jPeer.connected(address) as peer:
        peer.load(links, [f"actor {row}" for row in range(links.shape[0])])
        assert_two_hop(links, [peer.two_hop(row) for row in ROWS])
        with pytest.raises(NotRunError, match="no Graph Data Science"):
            peer.project()
        with pytest.raises(NotRunError, match="not empty"), Neo4jPeer.connected(address):
            pass
        peer.clear()
    with Neo4jPeer.connected(address):
        pass


@pytest.mark.neo4j
def test_a_server_that_refuses_is_not_run(neo4j_lts: Neo4jServer) -> None:
    wrong = Address(neo4j_lts.uri, "neo4j", "wrong")
    with pytest.raises(NotRunError, match="AuthError"), Neo4jPeer.connected(wrong):
        pass


def test_every_method_is_in_the_report_run_or_not(recommender: Recommender) -> None:
    report = speed.Report(0, 0, 0)
    speed.measure(recommender, speed.Sizes(n_lists=4, n_everybody=10, n_processes=1), None, report, np.arange(3))
    assert [timing.n_lists for timing in report.one_list_of_finders] == [3, 3, 3]
    one = {timing.method: timing for timing in report.one_list}
    everybody = {timing.method: timing for timing in report.everybody}
    assert one[speed.OURS].ratio == everybody[speed.OURS].ratio == 1
    assert one[speed.OURS].n_lists == 4
    assert everybody[speed.OURS].note.endswith(f"multiplied by {report.n_asking / 10:.1f}")
    assert everybody["sparse algebra"].n_lists == report.n_asking
    not_run = {name: timing.note for name, timing in (one | everybody).items() if timing.ratio is None}
    del not_run[f"{speed.OURS}: first"]
    assert not_run == dict.fromkeys(
        ["Neo4j, Cypher", "Graph Data Science, node similarity", "Graph Data Science, FastRP + kNN"],
        "not run: no --neo4j given",
    )
    for name in one | everybody:
        assert name in speed.as_text(report)


def test_lists_that_differ_end_the_run() -> None:
    methods = {speed.OURS: lambda _: [], "networkx": lambda _: [(1, 2.0)], "sparse algebra": lambda _: [(1, 3.0)]}
    with pytest.raises(AssertionError, match="different scores"):
        speed.one_by_one(methods, {}, np.arange(0), np.arange(1))


def test_slow_methods_are_asked_for_the_first_few_lists_only() -> None:
    asked: list[int] = []

    def slow(row: int) -> Listed:
        asked.append(row)
        return []

    timings = speed.one_by_one({speed.OURS: lambda _: []}, {"slow": slow}, np.arange(0), np.arange(25))
    assert asked == [0, 1, 2, 3, 4]
    assert [timing.n_lists for timing in timings] == [25, 5]


def test_a_machine_without_java_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / SCRIPT.name
    script.write_text("#!/bin/sh\necho 'server: Maven (mvn) is not installed' >&2\nexit 3\n")
    script.chmod(0o755)
    monkeypatch.setattr("benchmarks.neo4j_peer.SCRIPT", script)
    with ExitStack() as stack:
        assert speed._neo4j_peer(stack, "own") == (None, "server: Maven (mvn) is not installed")


def test_the_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    folder = Path(__file__).parent.parent / "data" / "hanoi"
    speed.main([str(folder), "--lists", "2", "--everybody", "3", "--processes", "1", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["n_actors"] == 287
    assert {"reading", "Ketnoi's index"} < set(report["preparation"])
    assert report["one_list"][0]["method"] == speed.OURS
