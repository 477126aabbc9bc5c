"""What a load would change, fact by fact, before anything is written."""

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
    """What one source holds beside what the store has of it.

    Attributes
    ----------
    changed
        Facts as they are stored and as they are read.
    vanished
        Stored facts that are no longer in the source.
    returned
        Facts that were marked as gone from the source and are in it again.
    """

    table: str
    source: str
    new: list[Fact] = field(default_factory=list)
    changed: list[tuple[Fact, Fact]] = field(default_factory=list)
    vanished: list[Fact] = field(default_factory=list)
    returned: list[Fact] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many facts differ."""
        return len(self.new) + len(self.changed) + len(self.vanished) + len(self.returned)


def compare(
    store: GraphReader, path: Path, mapping: Sequence[TableMapping] = (), collection: str | None = None
) -> tuple[list[Difference], Sequence[Issue]]:
    """How a file or folder differs from what the store holds of its sources, and what is wrong with its rows.

    Raises
    ------
    IngestError
        There is no such file or folder, or it holds nothing that could be read.
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
