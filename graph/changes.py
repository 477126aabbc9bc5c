"""The change log: which facts each load, or each write through the HTTP interface, changed, and in which columns.

The log holds ids and names of columns. It never holds the values of columns.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graph.dates import utc_stamp
from graph.interop import EXCHANGE_NAMES
from graph.model import Event, Fact
from graph.store import BATCH_SIZE, GraphReader, GraphWriter, UpsertCounts, Upserted
from graph.tables import Key, key_of

CHANGE = "change"
"""Kind of the events that make up the change log."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes that one load, or one write, made to the facts of one table from one source.

    Attributes
    ----------
    load
        UTC time at which the load or write began; it identifies the load.
    source
        Name of the list that the facts come from; ``api`` for writes through the HTTP interface.
    table
        Name of the table in the exchange format.
    new
        Keys of the facts that were not stored before.
    changed
        Changed columns of each fact that was stored before, without the day it was last seen.
    vanished
        Keys of the facts that the source had before and no longer has.
    returned
        Keys of the facts that had vanished and that the source has again.
    by
        Who wrote through the HTTP interface: a handle, or the name of the key; None for a load.
    """

    load: str
    source: str
    table: str
    new: tuple[Key, ...] = ()
    changed: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    vanished: tuple[Key, ...] = ()
    returned: tuple[Key, ...] = ()
    by: str | None = None

    @property
    def n(self) -> int:
        """Number of facts that are new, changed, vanished or returned."""
        return len(self.new) + len(self.changed) + len(self.vanished) + len(self.returned)


class ChangeLog:
    """Writes facts to a store, and in the same transaction the changes to its log.

    The log of a load that was killed therefore has the changes of exactly the facts that it wrote.

    Parameters
    ----------
    store
        The store to write to.
    load
        UTC time at which the load began; None for now. Two logs with the same time belong to the same load.
    by
        Who writes through the HTTP interface: a handle, or the name of the key; None for a load.
    """

    def __init__(self, store: GraphWriter, load: str | None = None, by: str | None = None) -> None:
        self._store = store
        self._by = by
        self.load = load or utc_stamp("microseconds")

    def upsert(self, facts: Sequence[Fact]) -> UpsertCounts:
        """Insert or update facts of one type; the counts are those of the store."""

        def events_of(upserted: Upserted) -> list[Event]:
            found = changes_of(facts, upserted, self.load)
            return [event for changes in found for event in to_events(replace(changes, by=self._by))]

        return self._store.upsert_facts(facts, events_of).counts


def changes_of(facts: Sequence[Fact], upserted: Upserted, load: str) -> list[Changes]:
    """The changes that a write made to facts of one type, one entry for each source."""
    if not facts:
        return []
    source_of = {key_of(fact): fact.provenance.source for fact in facts}
    parts: defaultdict[str, dict[str, Any]] = defaultdict(
        lambda: {"new": [], "changed": {}, "vanished": [], "returned": []}
    )
    for name in ("new", "vanished", "returned"):
        for key in getattr(upserted, name):
            parts[source_of[key]][name].append(key)
    for key, columns in upserted.changed.items():
        parts[source_of[key]]["changed"][key] = columns
    table = EXCHANGE_NAMES[type(facts[0])]
    return [
        Changes(
            load, source, table, tuple(part["new"]), part["changed"], tuple(part["vanished"]), tuple(part["returned"])
        )
        for source, part in sorted(parts.items())
    ]


def to_events(changes: Changes) -> Iterator[Event]:
    """The changes as events of at most :data:`graph.store.BATCH_SIZE` facts each; no event where nothing changed."""
    at = utc_stamp()
    entries: list[tuple[str, Any]] = [("new", _written(key)) for key in changes.new]
    entries += [("changed", [_written(key), list(columns)]) for key, columns in changes.changed.items()]
    entries += [(name, _written(key)) for name in ("vanished", "returned") for key in getattr(changes, name)]
    for start in range(0, len(entries), BATCH_SIZE):
        payload: dict[str, Any] = {"load": changes.load, "source": changes.source, "table": changes.table}
        if changes.by is not None:
            payload["by"] = changes.by
        for name, entry in entries[start : start + BATCH_SIZE]:
            payload.setdefault(name, []).append(entry)
        yield Event(CHANGE, at, payload)


def read_changes(store: GraphReader, since: str = "", n_loads: int | None = None) -> list[Changes]:
    """The changes of past loads and writes, oldest first; one entry for each source and table of a load.

    Parameters
    ----------
    since
        Leave out loads and writes that began before this time, such as ``2026-05`` or ``2026-05-31T09``.
    n_loads
        Number of loads and writes to return, the latest ones; None for all.
    """
    events = [event for event in store.events(CHANGE) if event.payload["load"] >= since]
    loads = sorted({event.payload["load"] for event in events})
    wanted = set(loads if n_loads is None else loads[max(len(loads) - n_loads, 0) :])
    groups: defaultdict[tuple[str, str, str], list[Event]] = defaultdict(list)
    for event in events:
        if event.payload["load"] in wanted:
            groups[event.payload["load"], event.payload["source"], event.payload["table"]].append(event)
    return [_joined(*group, events) for group, events in sorted(groups.items(), key=lambda entry: entry[0][0])]


def _joined(load: str, source: str, table: str, events: Sequence[Event]) -> Changes:
    """The changes in several events of one load; a fact that was changed twice appears once."""
    keys: dict[str, dict[Key, None]] = {"new": {}, "vanished": {}, "returned": {}}
    changed: dict[Key, tuple[str, ...]] = {}
    for event in events:
        for name, known in keys.items():
            known.update(dict.fromkeys(_read(entry) for entry in event.payload.get(name, ())))
        for written, columns in event.payload.get("changed", ()):
            key = _read(written)
            changed[key] = tuple(dict.fromkeys((*changed.get(key, ()), *columns)))
    for key in keys["new"]:
        changed.pop(key, None)
    by = events[0].payload.get("by")
    return Changes(
        load, source, table, tuple(keys["new"]), changed, tuple(keys["vanished"]), tuple(keys["returned"]), by
    )


def _written(key: Key) -> str | list[str | int]:
    """A key as the log has it: an id as it is, the key of a link as a list."""
    return str(key[0]) if len(key) == 1 else list(key)


def _read(entry: str | list[str | int]) -> Key:
    return (entry,) if isinstance(entry, str) else tuple(entry)
