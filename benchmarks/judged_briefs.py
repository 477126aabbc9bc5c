"""Measures how many of the actors that were judged to fit are among the first ten, for briefs on the Hanoi network.

Run with ``python -m benchmarks.judged_briefs``; ``tests/judged/README.md`` describes how the briefs were written and
judged.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from graph.folding import fold
from graph.kinds import load_kinds
from graph.model import Actor
from graph.snapshot import GraphSnapshot
from ingest.load import read_tables
from matching.questions import Options
from matching.recommend import Recommender

ROOT = Path(__file__).parent.parent
NETWORK_FOLDER = ROOT / "data" / "hanoi"
BRIEFS_FILE = ROOT / "tests" / "judged" / "hanoi_briefs.csv"
"""Needs in everyday words."""
REQUESTS_FILE = ROOT / "tests" / "judged" / "hanoi_requests.csv"
"""Needs in the ordinary words of a request on a matchmaking site, all for testing."""
ENQUIRIES_FILE = ROOT / "tests" / "judged" / "hanoi_enquiries.csv"
"""Needs as an advice desk gets them: short and long, in everyday words and in terms of the trade."""
FILES = (BRIEFS_FILE, REQUESTS_FILE, ENQUIRIES_FILE)
CUTOFF = 10

Version = Literal["vi", "vi_plain", "en"]
VERSIONS: tuple[Version, ...] = get_args(Version)
"""The languages of a brief: Vietnamese, Vietnamese without diacritics, English."""
Split = Literal["development", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

Matcher = Callable[[str], Sequence[str]]
"""A matcher: takes a text and returns ids of suggested actors, best first, :data:`CUTOFF` of them if there are."""


@dataclass(frozen=True, slots=True)
class JudgedBrief:
    """A need in words, in every version, and the ids of the actors that were judged to fit."""

    id: str
    split: str
    asker_kind: str
    wanted_kinds: tuple[str, ...]
    texts: Mapping[str, str]
    fitting: tuple[str, ...]


def read_briefs(path: Path = BRIEFS_FILE) -> list[JudgedBrief]:
    """The judged briefs of a file, in its order."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            JudgedBrief(
                id=row["id"],
                split=row["split"],
                asker_kind=row["asker_kind"],
                wanted_kinds=tuple(filter(None, row["wanted_kinds"].split("|"))),
                texts={version: row[f"brief_{version}"] for version in VERSIONS},
                fitting=tuple(filter(None, row["fitting"].split("|"))),
            )
            for row in csv.DictReader(lines)
        ]


def read_network(folder: Path = NETWORK_FOLDER) -> GraphSnapshot:
    """The network that the briefs were judged on."""
    return GraphSnapshot.from_tables(read_tables(folder).tables)


def recall(found: Sequence[str], fitting: set[str], cutoff: int = CUTOFF) -> float:
    """Number of fitting actors in the first places, divided by the most that these places can hold, 0 to 1.

    >>> recall(["a", "b", "c"], {"a", "c", "d"}, cutoff=2)
    0.5
    """
    return len(fitting.intersection(found[:cutoff])) / min(cutoff, len(fitting))


def mean_recall(match: Matcher, briefs: Iterable[JudgedBrief], version: Version) -> float:
    """Mean recall at :data:`CUTOFF` over briefs, each in one version."""
    return float(np.mean([recall(match(brief.texts[version]), set(brief.fitting)) for brief in briefs]))


def matcher(snapshot: GraphSnapshot) -> Matcher:
    """Ketnoi, as it answers a brief without a filter by kind."""
    recommender = Recommender.build(snapshot)
    options = Options(limit=CUTOFF, explain=False)
    return lambda text: [suggestion.actor_id for suggestion in recommender.for_brief(text, options).suggestions]


def tfidf_matcher(snapshot: GraphSnapshot) -> Matcher:
    """The baseline: cosine of TF-IDF vectors over folded words and pairs of words of whole profiles."""
    profiles = [_profile_text(snapshot.actor(row)) for row in range(snapshot.n_actors)]
    vectorizer = TfidfVectorizer(preprocessor=fold, ngram_range=(1, 2))
    profile_weights = vectorizer.fit_transform(profiles)

    def match(text: str) -> list[str]:
        cosine = (profile_weights @ vectorizer.transform([text]).T).toarray().ravel()
        best = np.argsort(-cosine, kind="stable")[:CUTOFF]
        return [str(snapshot.actor_ids[row]) for row in best]

    return match


def _profile_text(actor: Actor) -> str:
    fields = load_kinds().fields
    labels = [fields[field].label for field in actor.fields if field in fields]
    parts = (
        *(actor.name, actor.name_en, actor.summary, actor.summary_en),
        *(*actor.needs, *actor.offers),
        *(text for label in labels for text in (label.vi, label.en)),
    )
    return " . ".join(filter(None, parts))


def main() -> None:
    """Print recall by file, matcher, split and version of the brief."""
    snapshot = read_network()
    matchers = {"Ketnoi": matcher(snapshot), "TF-IDF": tfidf_matcher(snapshot)}
    for path in FILES:
        briefs = read_briefs(path)
        splits = [split for split in SPLITS if any(brief.split == split for brief in briefs)]
        print(f"recall@{CUTOFF} of {len(briefs)} briefs of {path.name} among {snapshot.n_actors} actors")
        print(f"{'':8}{'split':13}{'briefs':>6}" + "".join(f"{version:>10}" for version in VERSIONS))
        for name, match in matchers.items():
            for split in (*splits, "all") if len(splits) > 1 else splits:
                chosen = [brief for brief in briefs if split in {brief.split, "all"}]
                figures = "".join(f"{mean_recall(match, chosen, version):10.3f}" for version in VERSIONS)
                print(f"{name:8}{split:13}{len(chosen):6}{figures}")


if __name__ == "__main__":
    main()
