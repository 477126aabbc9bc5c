"""Measures how well records of the same actor are found, compared with simpler methods, and how long it takes.

``python -m benchmarks.resolution`` reports on the reference lists and on corrupted copies of their organisations
(``KETNOI_REFERENCE_DATA``, see :mod:`benchmarks.resolution_world`). ``--records N`` reports on invented
organisations and measures time and memory. ``--fit`` writes the model that ships.

Every pair of records is counted, including the pairs that no block brings together. All 889 records of the reference
lists were grouped by hand. Pairs that could not be judged (a name under several identifiers of one register,
predecessors) count neither way and are reported. Pairs are divided at random into two halves by the entities of their
records. The weights of the model and the thresholds of token-set come from one half, all figures from the other. The
threshold of links was set by hand, the rules were changed with the totals of both halves in view, and the lists of
words were written with all names in view, so that the figures flatter a little.

*Links* are made automatically. *Clusters* adds the pairs that chains of links imply, as in a merged view. *Questions*
are the unclear pairs that are put to a person. Exact and folded match: the two records share a name. Token-set: the
best ``token_set_ratio`` of rapidfuzz over all folded names, once at the threshold with the best F1, once at the lowest
threshold that reaches a precision of 0.99.
"""

import argparse
import json
import resource
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from benchmarks.invented import invented_world
from benchmarks.resolution_world import Half, IdPair, World, corrupted_world, reference_folder, reference_world
from graph.folding import fold
from ingest.resolution import model
from ingest.resolution.blocking import candidate_pairs
from ingest.resolution.compared_records import compared_records
from ingest.resolution.records import Record
from ingest.resolution.resolve import LINK_THRESHOLD, UNCLEAR_THRESHOLD, Resolution, resolve

MODEL_PATH = Path(model.__file__).with_name(model.MODEL_FILE)
FIT_SEED, REPORT_SEEDS = 1, (2, 3, 4)
"""Seeds of the corrupted copies that the model is fitted to, and of those that are reported, counts added up."""
_SMOOTHING = 0.5
_SAME_IDENTIFIER = ((0.01, 0.99), (0.99999, 0.00001))
"""m and u of a shared identifier: set by hand, as the lists share hardly any."""
_PRECISION = 0.99
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """A share of counts, with its Wilson interval at 95 % (E. B. Wilson, JASA 22, 1927)."""

    n: int
    of: int

    @property
    def value(self) -> float:
        """The share; 1 if nothing was counted."""
        return self.n / self.of if self.of else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end of the interval.

        >>> [round(end, 3) for end in Share(90, 100).interval]
        [0.826, 0.945]
        """
        if not self.of:
            return 0.0, 1.0
        centre = self.value + _Z**2 / (2 * self.of)
        reach = _Z * sqrt(self.value * (1 - self.value) / self.of + _Z**2 / (4 * self.of**2))
        scale = 1 + _Z**2 / self.of
        return (centre - reach) / scale, (centre + reach) / scale

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.4f} ({low:.3f}-{high:.3f})"


@dataclass(frozen=True, slots=True)
class Measurement:
    """Precision and recall of one method over pairs of records, and the number of its pairs without a label."""

    method: str
    precision: Share
    recall: Share
    n_unsure: int


Counted = Callable[[str, str], bool]
"""Whether a pair of records is one to be counted."""


def measure(method: str, world: World, found: Iterable[IdPair], counted: Counted) -> Measurement:
    """Precision and recall of the pairs that a method calls the same."""
    labels = [world.label(*pair) for pair in found if counted(*pair)]
    n_same, n_unsure = labels.count("same"), labels.count("unsure")
    n_all = sum(counted(*pair) for pair in world.same_pairs())
    return Measurement(method, Share(n_same, len(labels) - n_unsure), Share(n_same, n_all), n_unsure)


def links_of(resolution: Resolution) -> list[IdPair]:
    """The pairs that are linked without a person."""
    return [(pair.left_id, pair.right_id) for pair in resolution.links]


def clusters_of(pairs: Iterable[IdPair]) -> list[IdPair]:
    """The pairs, and all pairs that chains of them imply.

    >>> clusters_of([("a", "b"), ("b", "c")])
    [('a', 'b'), ('a', 'c'), ('b', 'c')]
    """
    cluster: dict[str, set[str]] = {}
    for one, two in pairs:
        joined = cluster.get(one, {one}) | cluster.get(two, {two})
        cluster.update(dict.fromkeys(joined, joined))
    distinct = {id(members): members for members in cluster.values()}
    return sorted(pair for members in distinct.values() for pair in combinations(sorted(members), 2))


def alike(records: Sequence[Record], read: Callable[[str], str]) -> list[IdPair]:
    """Pairs of records that share a name in the given form."""
    bearing: dict[str, set[str]] = {}
    for record in records:
        for name in record.names:
            bearing.setdefault(read(name), set()).add(record.id)
    return sorted({pair for ids in bearing.values() for pair in combinations(sorted(ids), 2)})


def token_set(records: Sequence[Record]) -> tuple[list[str], npt.NDArray[np.float32]]:
    """The ids, and the best token-set ratio over the names of every two records, shape (n, n), 0 to 100."""
    names = [(row, fold(name)) for row, record in enumerate(records) for name in record.names]
    rows = np.array([row for row, _ in names])
    starts = np.searchsorted(rows, np.arange(len(records)))
    texts = [text for _, text in names]
    ratios = process.cdist(texts, texts, scorer=fuzz.token_set_ratio, dtype=np.float32, workers=-1)
    best = np.maximum.reduceat(np.maximum.reduceat(ratios, starts, axis=0), starts, axis=1)
    return [record.id for record in records], np.asarray(best, dtype=np.float32)


def token_set_rows(world: World, fit: Counted, counted: Counted) -> Iterator[Measurement]:
    """Token-set at both of its thresholds, chosen where ``fit`` says, measured on what is counted."""
    ids, ratios = token_set(world.records)
    above = np.argwhere(np.triu(ratios >= 60, 1)).tolist()
    scored = [(float(ratios[i, j]), (ids[i], ids[j])) for i, j in above]
    curve = {}
    for threshold in range(60, 101):
        row = measure("", world, (pair for ratio, pair in scored if ratio >= threshold), fit)
        precision, recall = row.precision.value, row.recall.value
        curve[threshold] = (2 * precision * recall / max(precision + recall, 1e-9), precision)
    by_f1 = max(curve, key=lambda threshold: curve[threshold][0])
    precise = min((t for t in curve if curve[t][1] >= _PRECISION), default=100)
    for threshold, why in ((by_f1, "best F1"), (precise, f"precision {_PRECISION} or nearest")):
        found = [pair for ratio, pair in scored if ratio >= threshold]
        yield measure(f"token-set >= {threshold} ({why})", world, found, counted)


def report(world: World, *, copies: bool | None) -> list[Measurement]:
    """All methods on the held-out half; of pairs with a corrupted copy, of those without (or of all, with None)."""

    def counted_in(half: Half) -> Counted:
        return lambda one, two: (
            world.half(one, two) == half
            and (copies is None or copies == (one in world.corruption or two in world.corruption))
        )

    held_out = counted_in("held_out")
    resolution = resolve(world.records)
    links = links_of(resolution)
    asked = {*clusters_of(links), *((pair.left_id, pair.right_id) for pair in resolution.unclear)}
    return [
        measure("Ketnoi, links", world, links, held_out),
        measure("Ketnoi, clusters", world, clusters_of(links), held_out),
        measure("Ketnoi, clusters and questions", world, asked, held_out),
        measure("exact match", world, alike(world.records, str), held_out),
        measure("folded match", world, alike(world.records, fold), held_out),
        *token_set_rows(world, counted_in("fit"), held_out),
    ]


def fitted_settings(world: World) -> dict[str, Any]:
    """Settings of splink with probabilities counted over the candidate pairs of one half whose label is known."""
    compared = compared_records(world.records)
    pairs = candidate_pairs(compared)
    ids = [entry.record.id for entry in compared]
    label = np.array([world.label(ids[i], ids[j]) for i, j in pairs.tolist()])
    fit = np.array([world.half(ids[i], ids[j]) == "fit" for i, j in pairs.tolist()])
    outcome = model.outcomes(compared, pairs)
    shares: dict[str, dict[str, list[float]]] = {"same": {}, "different": {}}
    for column, (name, levels) in enumerate(model.COMPARISONS.items()):
        for what, by_name in shares.items():
            chosen = outcome[fit & (label == what), column]
            counts = np.array([(chosen == level).sum() for level in range(len(levels) + 1)]) + _SMOOTHING
            by_name[name] = (counts / counts.sum()).round(6).tolist()
    shares["same"]["identifier"], shares["different"]["identifier"] = (list(share) for share in _SAME_IDENTIFIER)
    prior = float((fit & (label == "same")).sum() / (fit & (label != "unsure")).sum())
    return model.settings_of(shares["same"], shares["different"], round(prior, 6))


def write_model(folder: Path) -> None:
    """Fit the model and write it with its card, then measure it and write the figures into the card."""
    reference = reference_world(folder)
    settings = fitted_settings(corrupted_world(reference, FIT_SEED))
    card: dict[str, Any] = {
        "what": "Fellegi-Sunter model of two records being of one actor, run by splink on DuckDB",
        "data": (
            "ROR (Vietnam), a list of Vietnamese universities, the hipo list and the Hanoi demo network, put together "
            "by hand (tests/gold/pairs.csv), and one corrupted copy of each organisation"
        ),
        "protocol": (
            "shares of outcomes among labelled candidate pairs of one half, half a pair added to each count; the other "
            "half is held out; the weight of a shared identifier is set by hand"
        ),
        "thresholds": {"link": LINK_THRESHOLD, "unclear": UNCLEAR_THRESHOLD},
        "digest": model.digest_of(settings),
    }
    _write(card, settings)
    model.shipped_model.cache_clear()
    card["held_out"] = {
        name: {
            row.method: {"precision": str(row.precision), "recall": str(row.recall), "unsure": row.n_unsure}
            for row in rows[:3]
        }
        for name, rows in reports(reference).items()
    }
    _write(card, settings)


def _write(card: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    text = json.dumps({"card": card, "settings": settings}, ensure_ascii=False, indent=1)
    MODEL_PATH.write_text(text + "\n", encoding="utf-8")


def reports(reference: World) -> dict[str, list[Measurement]]:
    """The reports on the held-out half: of the reference lists, and of pairs with a corrupted copy."""
    return {
        "reference lists": report(reference, copies=None),
        "corrupted copies": pooled([report(corrupted_world(reference, seed), copies=True) for seed in REPORT_SEEDS]),
    }


def pooled(reports_of: Sequence[Sequence[Measurement]]) -> list[Measurement]:
    """The rows of several reports of the same methods with their counts added up."""
    return [
        Measurement(
            " / ".join(dict.fromkeys(row.method for row in rows)),
            Share(sum(row.precision.n for row in rows), sum(row.precision.of for row in rows)),
            Share(sum(row.recall.n for row in rows), sum(row.recall.of for row in rows)),
            sum(row.n_unsure for row in rows),
        )
        for rows in zip(*reports_of, strict=True)
    ]


def print_rows(title: str, rows: Sequence[Measurement]) -> None:
    """Print a table in the form of Markdown."""
    print(f"\n{title}: {rows[0].recall.of} pairs of one actor\n")
    print("| method | precision (95 %) | recall (95 %) | not judged |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.method} | {row.precision} | {row.recall} | {row.n_unsure} |")


def print_invented(n_records: int, seed: int) -> None:
    """Print time, memory, precision and recall on invented organisations."""
    world = invented_world(n_records, seed)
    start = time.perf_counter()
    resolution = resolve(world.records)
    seconds = time.perf_counter() - start
    gigabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(
        f"{n_records} records in {seconds:.0f} s, {gigabytes:.2f} GB at most; {len(resolution.unclear)} pairs unclear"
    )
    links = links_of(resolution)
    rows = [measure("links", world, links, all_pairs), measure("clusters", world, clusters_of(links), all_pairs)]
    print_rows("invented organisations", rows)


def all_pairs(one: str, two: str) -> bool:
    del one, two
    return True


def main() -> None:
    """Run the measurement that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, help="invented organisations to resolve")
    parser.add_argument("--seed", type=int, default=0, help="seed of the invented organisations")
    parser.add_argument("--fit", action="store_true", help="write the model that ships")
    options = parser.parse_args()
    if options.records:
        print_invented(options.records, options.seed)
        return
    folder = reference_folder()
    if folder is None:
        parser.error("the reference lists are not there: set KETNOI_REFERENCE_DATA")
    if options.fit:
        write_model(folder)
    for title, rows in reports(reference_world(folder)).items():
        print_rows(title, rows)


if __name__ == "__main__":
    main()
