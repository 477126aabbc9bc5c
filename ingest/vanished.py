"""Vanished facts: facts that a list had at its last load and no longer has are marked with the day last seen."""

import hashlib
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

import numpy as np

from graph.changes import ChangeLog
from graph.dates import utc_stamp
from graph.model import Fact
from graph.store import BATCH_SIZE, GraphStore
from graph.tables import Key, key_of

MIN_SHARE_SEEN = 1 / 3
"""A file must repeat at least this share of a list; otherwise it is taken for another list and nothing is marked.

Set by hand.
"""


class ReadKeys:
    """The keys of the facts that a load has read, by source; each key takes eight bytes."""

    def __init__(self) -> None:
        self._digests: defaultdict[str, array[int]] = defaultdict(lambda: array("Q"))

    def add(self, source: str, key: Key) -> None:
        """Add a key."""
        self._digests[source].append(_digest(key))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that were read."""
        return tuple(self._digests)

    def unread(self, source: str, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The facts whose keys were not read from the source."""
        known = (
            np.unique(np.frombuffer(self._digests[source], np.uint64))
            if self._digests[source]
            else np.empty(0, np.uint64)
        )
        rest = iter(facts)
        while batch := list(islice(rest, BATCH_SIZE)):
            digests = np.array([_digest(key_of(fact)) for fact in batch], np.uint64)
            places = np.searchsorted(known, digests)
            found = places < len(known)
            found[found] = known[places[found]] == digests[found]
            yield from (fact for fact, is_known in zip(batch, found, strict=True) if not is_known)


def _digest(key: Key) -> int:
    return int.from_bytes(hashlib.blake2b(repr(key).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class Vanished:
    """The facts that one source no longer has.

    Attributes
    ----------
    n_vanished
        The number of stored facts of the source that the load did not find.
    is_marked
        Whether the facts were marked. They are not where the file seems to be another list with the same name.
    """

    source: str
    n_vanished: int
    is_marked: bool


def mark_vanished(
    store: GraphStore, log: ChangeLog, read: ReadKeys, n_known: Mapping[str, int], days: Mapping[str, str]
) -> list[Vanished]:
    """The number of facts that each source no longer has, after the facts were marked in the store.

    Parameters
    ----------
    n_known
        For each source, the number of facts read that were stored before.
    days
        For each source, the day of its previous load. A fact of any other source counts as last seen on the day on
        which it was recorded.
    """
    found = []
    for source in read.sources:
        n_gone = sum(fact.provenance.last_seen is None for fact in read.unread(source, store.facts_from(source)))
        if not n_gone:
            continue
        is_marked = n_known.get(source, 0) >= MIN_SHARE_SEEN * (n_known.get(source, 0) + n_gone)
        if is_marked:
            gone = (fact for fact in read.unread(source, store.facts_from(source)) if fact.provenance.last_seen is None)
            for batch in _batches(gone):
                log.upsert([_marked(fact, days.get(source)) for fact in batch])
        found.append(Vanished(source, n_gone, is_marked))
    return found


def _batches(facts: Iterable[Fact]) -> Iterator[Sequence[Fact]]:
    """The facts in batches of one type each."""
    for _, of_one_type in groupby(facts, type):
        while batch := list(islice(of_one_type, BATCH_SIZE)):
            yield batch


def _marked(fact: Fact, day: str | None) -> Fact:
    last_seen = day or fact.provenance.recorded_at[:10] or utc_stamp("days")
    return replace(fact, provenance=replace(fact.provenance, last_seen=last_seen))
