"""The changes that loading a file or folder would make to a store, computed without writing anything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from graph.interop import EXCHANGE_NAMES
from graph.model import Fact
from graph.store import GraphReader, UpsertCounts
from graph.tables import Key, key_of
from ingest.issues import Issue
from ingest.load import read_into
from ingest.staff.mapping import TableMapping


@dataclass(slots=True)
class Difference:
    """The facts of one source and one table that differ between the source and the store.

    Attributes
    ----------
    table, source
        The name of the table in the exchange format, and the name of the source.
    new
        Facts that the source has and the store does not.
    changed
        Pairs: the fact as it is stored, and the fact as it was read.
    vanished
        Stored facts that the source no longer has.
    returned
        Facts that the store had marked as vanished and that the source has again.
    """

    table: str
    source: str
    new: list[Fact] = field(default_factory=list)
    changed: list[tuple[Fact, Fact]] = field(default_factory=list)
    vanished: list[Fact] = field(default_factory=list)
    returned: list[Fact] = field(default_factory=list)

    @property
    def n(self) -> int:
        """The number of facts that differ."""
        return len(self.new) + len(self.changed) + len(self.vanished) + len(self.returned)


def compare(
    store: GraphReader, path: Path, mapping: Sequence[TableMapping] = (), collection: str | None = None
) -> tuple[list[Difference], Sequence[Issue]]:
    """The differences between a file or folder and the store, and the issues found in the file or folder.

    Only differences that hold at least one fact are returned.

    Parameters
    ----------
    collection
        The name that the load puts before the names of the sources, if any.

    Raises
    ------
    IngestError
        The file or folder does not exist, or holds nothing that can be read.
    """
    read: dict[str, dict[tuple[type[Fact], Key], Fact]] = {}

    def keep(batch: Sequence[Fact]) -> UpsertCounts:
        for fact in batch:
            read.setdefault(fact.provenance.source, {})[type(fact), key_of(fact)] = fact
        return UpsertCounts()

    counts, issues = read_into(keep, path, store, mapping=mapping, collection=collection)
    sources = sorted({table.source for table in counts})
    found = [each for source in sources for each in _of_source(store, source, read.get(source, {}))]
    return [difference for difference in found if difference.n], issues


def _of_source(store: GraphReader, source: str, read: Mapping[tuple[type[Fact], Key], Fact]) -> list[Difference]:
    found = {fact_type: Difference(name, source) for fact_type, name in EXCHANGE_NAMES.items()}
    known: set[tuple[type[Fact], Key]] = set()
    for stored in store.facts_from(source):
        key = (type(stored), key_of(stored))
        known.add(key)
        fact = read.get(key)
        if fact is None:
            if stored.provenance.last_seen is None:
                found[type(stored)].vanished.append(stored)
        elif stored.provenance.last_seen is not None:
            found[type(stored)].returned.append(fact)
        elif _content(fact) != _content(stored):
            found[type(stored)].changed.append((stored, fact))
    for key, fact in read.items():
        if key not in known:
            found[type(fact)].new.append(fact)
    return list(found.values())


def _content(fact: Fact) -> Fact:
    return replace(fact, provenance=replace(fact.provenance, recorded_at=""))
