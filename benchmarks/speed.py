"""Measures how long Ketnoi takes for its lists, compared with other methods on the same graph in the same run.

Run with ``python -m benchmarks.speed DIR --cut 2019-01-01 --neo4j own`` on a folder in the exchange format. It
reports ratios: the time of a method divided by the time of Ketnoi, so that 2 means twice as long as Ketnoi.
Milliseconds are given for orientation; they depend on the machine, while ratios hardly do.

The graph is the one in Ketnoi's index on the morning of the cut; links are weighted by how closely two actors have
worked together. Askers are drawn at random from a fixed seed: once from all actors with a link, and with ``--until``
once more from the actors that found a new partner between the cut and that day. The latter have twice as many partners,
and they are the actors that would have asked.

**One list**: the twenty best new partners of one actor, on one thread. Ketnoi's includes candidates, all features,
the ranker, the reasons, their evidence, and every sentence in one language. The others score by weighted two-hop
alone and explain nothing: sparse algebra multiplies one row by the matrix, networkx walks over its dictionaries,
Neo4j answers one parameterised Cypher query over Bolt on this machine, its plan cached and its pages warm; their
lists are checked to be the same. Cypher walks both links out from the asker, adds the products up by candidate, leaves
out linked actors and returns the best twenty with names and scores. networkx' own Adamic-Adar is asked for fewer
actors. Methods take turns every ten actors, so that other work on the machine affects all methods alike and each finds
its own data in the processor's caches, as in a service that does nothing else. A ratio divides medians over the same
actors. The ratio of the means, which says what many lists take together, stands beside it. "first" is Ketnoi's very
first question after its index was built.

**Lists for everybody**: a list for every actor with a link, on two processors. Ketnoi's
lists, every sentence included, are made for a sample of the actors and multiplied up in proportion, unless
``--everybody 0`` asks for all. Sparse algebra, implicit (fit included) and Graph Data Science (its graph loaded into
memory beforehand) make all lists; Graph Data Science streams its lists to this process.

Preparation (reading, ranker, index, loading the graph elsewhere) is reported by itself and counts in no ratio. Methods
that cannot run on this machine are listed with the reason.
"""

import argparse
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from benchmarks.neo4j_peer import Address, Neo4jPeer, NotRunError, running_server
from benchmarks.peers import (
    N_PROCESSORS,
    N_SHOWN,
    IndexArray,
    Listed,
    OneList,
    implicit_als,
    implicit_neighbours,
    networkx_adamic_adar,
    networkx_graph,
    networkx_list,
    sparse_list,
    sparse_lists,
)
from graph.snapshot import GraphSnapshot
from ingest.load import read_tables
from matching.learning.training import new_partner_questions, train_or_day_one
from matching.questions import Options
from matching.ranking.model_files import day_one_rankers, load_ranker
from matching.ranking.ranker import Ranker
from matching.reasons.explanation import render
from matching.recommend import Recommender

OURS = "Ketnoi, ranked and explained"
TWO_HOP = ("sparse algebra", "networkx", "Neo4j, Cypher")
"""The methods whose lists are the same, by weighted two-hop."""
_N_WARM_UP = 100
_N_SLOW = 5
_TURN = 10
_SEED = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of a method: median, mean and 95th percentile of a list, or the seconds of all lists.

    Attributes
    ----------
    n_lists
        Number of timed lists.
    ratio
        Time divided by Ketnoi's time for the same lists; for lists one by one, the ratio of the medians.
    mean_ratio
        Ratio of the means.
    note
        A remark, or the reason why the method was not run.
    """

    method: str
    n_lists: int = 0
    median_ms: float | None = None
    mean_ms: float | None = None
    p95_ms: float | None = None
    seconds: float | None = None
    ratio: float | None = None
    mean_ratio: float | None = None
    note: str = ""


@dataclass(slots=True)
class Report:
    """All timings of one run.

    Attributes
    ----------
    preparation
        Seconds of each step before the first list.
    one_list_of_finders
        Timings of single lists for actors that found a new partner after the cut.
    """

    n_actors: int
    n_links: int
    n_asking: int
    preparation: dict[str, float] = field(default_factory=dict)
    one_list: list[Timing] = field(default_factory=list)
    one_list_of_finders: list[Timing] = field(default_factory=list)
    everybody: list[Timing] = field(default_factory=list)

    @contextmanager
    def preparing(self, what: str) -> Iterator[None]:
        """Record how long a step of the preparation takes."""
        started = time.perf_counter()
        yield
        self.preparation[what] = time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Sizes:
    """Numbers of lists timed one by one, of Ketnoi's lists for everybody (0 for all), and of processes."""

    n_lists: int = 200
    n_everybody: int = 1000
    n_processes: int = N_PROCESSORS


def ketnoi_list(recommender: Recommender) -> OneList:
    """One list of Ketnoi, with every sentence of its reasons."""
    snapshot = recommender.snapshot

    def best(row: int) -> Listed:
        answer = recommender.for_actor(str(snapshot.actor_ids[row]), Options(limit=N_SHOWN))
        for suggestion in answer.suggestions:
            for reason in suggestion.reasons:
                render(reason, "vi")
        return [(snapshot.index_of(each.actor_id), each.score) for each in answer.suggestions]

    return best


def measure(
    recommender: Recommender,
    sizes: Sizes,
    neo4j: Address | str | None,
    report: Report,
    finders: IndexArray | None = None,
) -> None:
    """Time every method and write the timings into the report.

    Parameters
    ----------
    finders
        Rows of the actors that found a new partner after the cut; their lists are timed apart.
    """
    links = sparse.csr_array(recommender.index.links.matrix, dtype=np.float64)
    asking = np.flatnonzero(np.diff(links.indptr))
    shuffled = np.random.default_rng(_SEED).permutation(asking)
    report.n_actors, report.n_links, report.n_asking = links.shape[0], links.nnz // 2, len(asking)
    ours = ketnoi_list(recommender)
    with threadpool_limits(1):
        first_ms = _milliseconds(ours, int(shuffled[0]))
    # fork before any library starts threads of its own
    everybody = [*_ketnoi_for_everybody(recommender, shuffled, sizes), _sparse_for_everybody(links, asking, sizes)]
    with ExitStack() as stack:
        peer, reason = _neo4j_peer(stack, neo4j)
        if peer:
            with report.preparing("loading into Neo4j"):
                peer.load(links, recommender.index.evidence.names)
        with report.preparing("graph in networkx"):
            graph = networkx_graph(links)
        methods = {OURS: ours, "sparse algebra": sparse_list(links), "networkx": networkx_list(graph)}
        if peer:
            methods["Neo4j, Cypher"] = peer.two_hop
        slow = {"networkx, Adamic-Adar": networkx_adamic_adar(graph)}
        with threadpool_limits(1):
            report.one_list = one_by_one(methods, slow, *_warm_up_and_timed(shuffled[1:], sizes))
            if finders is not None:
                drawn = np.random.default_rng(_SEED).permutation(finders)
                report.one_list_of_finders = one_by_one(methods, {}, *_warm_up_and_timed(drawn, sizes))
        report.one_list.insert(1, Timing(f"{OURS}: first", 1, first_ms, note="index just built"))
        everybody += [
            _all_at_once("implicit, item neighbours", lambda: implicit_neighbours(links, asking)),
            _all_at_once("implicit, ALS", lambda: implicit_als(links, asking)),
        ]
        everybody += _graph_data_science(peer, reason, report)
    if not peer:
        report.one_list.append(Timing("Neo4j, Cypher", note=f"not run: {reason}"))
    report.everybody = _with_ratios(everybody)


def _warm_up_and_timed(rows: IndexArray, sizes: Sizes) -> tuple[IndexArray, IndexArray]:
    timed = rows[_N_WARM_UP:][: sizes.n_lists]
    return rows[:_N_WARM_UP], timed if len(timed) else rows[: sizes.n_lists]


def one_by_one(
    methods: Mapping[str, OneList], slow: Mapping[str, OneList], warm_up: IndexArray, rows: IndexArray
) -> list[Timing]:
    """The time of each method for one list, in turns; slow methods take part only for the first few actors.

    Raises
    ------
    AssertionError
        Two methods that score by weighted two-hop have different lists.
    """
    for method in methods.values():
        for row in warm_up:
            method(int(row))
    took: dict[str, list[float]] = {name: [] for name in (*methods, *slow)}
    for start in range(0, len(rows), _TURN):
        turn = rows[start : start + _TURN].tolist()
        lists: dict[str, list[Listed]] = {name: [] for name in took}
        for name, method in {**methods, **slow}.items():
            for row in turn if name in methods else turn[: max(0, _N_SLOW - start)]:
                started = time.perf_counter()
                lists[name].append(method(row))
                took[name].append(1000 * (time.perf_counter() - started))
        for same in zip(*(lists[name] for name in TWO_HOP if name in methods), strict=True):
            _assert_same(same)
    return [_timing(name, times, took[OURS][: len(times)]) for name, times in took.items()]


def _timing(name: str, times: Sequence[float], ours: Sequence[float]) -> Timing:
    return Timing(
        name,
        len(times),
        median_ms=float(np.median(times)),
        mean_ms=float(np.mean(times)),
        p95_ms=float(np.quantile(times, 0.95)),
        ratio=float(np.median(times) / np.median(ours)),
        mean_ratio=float(np.mean(times) / np.mean(ours)),
    )


def _assert_same(lists: Sequence[Listed]) -> None:
    """Check that lists have equal scores; candidates with equal scores may differ, since the last digit decides."""
    for other in lists[1:]:
        expected, found = ([score for _, score in listed] for listed in (lists[0], other))
        assert len(expected) == len(found), "lists of different lengths"
        assert np.allclose(expected, found, rtol=1e-9), "lists with different scores"


def _milliseconds(method: OneList, row: int) -> float:
    started = time.perf_counter()
    method(row)
    return 1000 * (time.perf_counter() - started)


_recommender: Recommender | None = None
_links: sparse.csr_array | None = None


def _explain_some(rows: IndexArray) -> int:
    assert _recommender is not None
    best = ketnoi_list(_recommender)
    with threadpool_limits(1):
        return sum(bool(best(row)) for row in rows.tolist())


def _list_some(rows: IndexArray) -> int:
    assert _links is not None
    return len(sparse_lists(_links, rows))


def _in_processes(work: Callable[[IndexArray], int], parts: Sequence[IndexArray], n_processes: int) -> float:
    """Seconds that forked processes take for all parts, the forking included; one part is done in this process."""
    started = time.perf_counter()
    if n_processes == 1:
        for part in parts:
            work(part)
    else:
        with ProcessPoolExecutor(n_processes, multiprocessing.get_context("fork")) as pool:
            list(pool.map(work, parts))
    return time.perf_counter() - started


def _ketnoi_for_everybody(recommender: Recommender, shuffled: IndexArray, sizes: Sizes) -> list[Timing]:
    global _recommender  # noqa: PLW0603  what forked processes inherit
    _recommender = recommender
    sampled = shuffled[: sizes.n_everybody or None]
    parts = np.array_split(sampled, max(1, len(sampled) // 20))
    seconds = _in_processes(_explain_some, parts, sizes.n_processes)
    share = len(sampled) / len(shuffled)
    note = "" if share == 1 else f"{seconds:.0f} s for these, multiplied by {1 / share:.1f}"
    return [Timing(OURS, len(sampled), seconds=seconds / share, note=note)]


def _sparse_for_everybody(links: sparse.csr_array, asking: IndexArray, sizes: Sizes) -> Timing:
    global _links  # noqa: PLW0603  what forked processes inherit
    _links = links
    seconds = _in_processes(_list_some, np.array_split(asking, max(1, len(asking) // 256)), sizes.n_processes)
    return Timing("sparse algebra", len(asking), seconds=seconds)


def _all_at_once(name: str, run: Callable[[], int]) -> Timing:
    started = time.perf_counter()
    n_lists = run()
    return Timing(name, n_lists, seconds=time.perf_counter() - started)


def _graph_data_science(peer: Neo4jPeer | None, reason: str, report: Report) -> list[Timing]:
    names = ("Graph Data Science, node similarity", "Graph Data Science, FastRP + kNN")
    if peer:
        try:
            with report.preparing("graph in Graph Data Science"):
                peer.project()
            runs = (peer.node_similarity, peer.nearest_by_position)
            return [_all_at_once(name, run) for name, run in zip(names, runs, strict=True)]
        except NotRunError as error:
            reason = str(error)
    return [Timing(name, note=f"not run: {reason}") for name in names]


def _with_ratios(timings: Sequence[Timing]) -> list[Timing]:
    ours = timings[0].seconds or 1.0
    return [
        timing if timing.seconds is None else Timing(**(asdict(timing) | {"ratio": timing.seconds / ours}))
        for timing in timings
    ]


def _neo4j_peer(stack: ExitStack, neo4j: Address | str | None) -> tuple[Neo4jPeer | None, str]:
    """The connected peer if it can run, else the reason why it cannot."""
    if neo4j is None:
        return None, "no --neo4j given"
    try:
        address = neo4j if isinstance(neo4j, Address) else stack.enter_context(running_server())
        peer = stack.enter_context(Neo4jPeer.connected(address))
    except NotRunError as error:
        return None, str(error)
    if isinstance(neo4j, Address):
        stack.callback(peer.clear)
    return peer, ""


def as_text(report: Report) -> str:
    """The report as tables for people."""
    lines = [f"{report.n_actors:,} actors, {report.n_links:,} links, {report.n_asking:,} actors with a link", ""]
    lines += [f"{what:28} {seconds:9.1f} s" for what, seconds in report.preparation.items()]
    lines += _one_list_as_text("one list", report.one_list)
    if report.one_list_of_finders:
        lines += _one_list_as_text("one list, of those who found partners", report.one_list_of_finders)
    lines += ["", f"{'lists for everybody':38} {'lists':>6} {'seconds':>10} {'':10} {'ratio':>9}"]
    for each in report.everybody:
        lines.append(
            f"{each.method:38} {each.n_lists:6} {_number(each.seconds):>10} {'':10} {_number(each.ratio):>9}"
            f"  {each.note}".rstrip()
        )
    return "\n".join(lines)


def _one_list_as_text(title: str, timings: Sequence[Timing]) -> Iterator[str]:
    yield ""
    yield f"{title:38} {'lists':>6} {'median ms':>10} {'mean ms':>10} {'95 % ms':>10} {'ratio':>9} {'of means':>9}"
    for each in timings:
        figures = " ".join(f"{_number(value):>10}" for value in (each.median_ms, each.mean_ms, each.p95_ms))
        figures += f" {_number(each.ratio):>9} {_number(each.mean_ratio):>9}"
        yield f"{each.method:38} {each.n_lists:6} {figures}  {each.note}".rstrip()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def _ranker(arguments: argparse.Namespace, snapshot: GraphSnapshot) -> Ranker:
    if arguments.ranker:
        return load_ranker(arguments.ranker)
    return train_or_day_one("partner", snapshot, np.random.default_rng(_SEED), n_examples=arguments.examples)


def _address(named: str | None) -> Address | str | None:
    if named in {None, "own"}:
        return named
    return Address(
        str(named), os.environ.get("KETNOI_NEO4J_USER", "neo4j"), os.environ.get("KETNOI_NEO4J_PASSWORD", "")
    )


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=str(__doc__).split("\n", 1)[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="a network in the exchange format")
    parser.add_argument("--cut", type=date.fromisoformat, help="look at the network as of the morning of this day")
    parser.add_argument(
        "--until", type=date.fromisoformat, help="time those apart who found a new partner from the cut to this day"
    )
    parser.add_argument("--ranker", type=Path, help="a partner ranker in JSON; without one, a small one is trained")
    parser.add_argument("--examples", type=int, default=300, help="questions to train it from")
    parser.add_argument("--lists", type=int, default=200, help="actors to ask for one by one")
    parser.add_argument("--everybody", type=int, default=1000, help="Ketnoi's sample of everybody; 0 for all")
    parser.add_argument("--processes", type=int, default=N_PROCESSORS, help="processes for everybody's lists")
    parser.add_argument(
        "--neo4j",
        metavar="own|URI",
        help="start a server of our own, or use an empty database with user and password in KETNOI_NEO4J_USER and "
        "KETNOI_NEO4J_PASSWORD",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    """Measure and print."""
    arguments = _arguments(given)
    report = Report(0, 0, 0)
    with report.preparing("reading"):
        whole = GraphSnapshot.from_tables(read_tables(arguments.folder).tables)
        snapshot = whole.before(arguments.cut) if arguments.cut else whole
    with report.preparing("ranker" if arguments.ranker else "training a small ranker"):
        rankers = day_one_rankers() | {"partner": _ranker(arguments, snapshot)}
    with report.preparing("Ketnoi's index"):
        recommender = Recommender.build(snapshot, rankers)
        recommender.rehearse()
    sizes = Sizes(arguments.lists, arguments.everybody, arguments.processes)
    finders = None
    if arguments.until:
        found = new_partner_questions(snapshot, whole.before(arguments.until), recommender.index)
        finders = np.array([question.row for question in found], np.intp)
    measure(recommender, sizes, _address(arguments.neo4j), report, finders)
    print(json.dumps(asdict(report), indent=2) if arguments.json else as_text(report))


if __name__ == "__main__":
    main()
