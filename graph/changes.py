"""What loads changed, as events: ids and names of columns, never what stands in them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.dates import utc_stamp
from graph.interop import EXCHANGE_NAMES
from graph.model import Event, Fact
from graph.store import BATCH_SIZE, GraphReader, GraphWriter, UpsertCounts, Upserted
from graph.tables import Key, key_of

CHANGE = "change"
"""Kind of the events that say what a load changed."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one load changed in the facts of one table that came from one source.

    Attributes
    ----------
    load
        UTC time at which the load began, by which its changes are told from those of others.
    changed
        Columns of each fact that was there before; its last-seen date is none of them.
    vanished
        What was in the source before and is no longer.
    """

    load: str
    source: str
    table: str
    new: tuple[Key, ...] = ()
    changed: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    vanished: tuple[Key, ...] = ()
    returned: tuple[Key, ...] = ()

    @property
    def n(self) -> int:
        """How many facts are told of."""
        return len(self.new) + len(self.changed) + len(self.vanished) + len(self.returned)


class ChangeLog:
    """Writes facts, and with them, in the same transaction, what they changed.

    A load that is killed leaves the changes of exactly the facts that it wrote.

    Parameters
    ----------
    store
        Where to write.
    load
        UTC time at which the load began; now, where none is given. A second log with it goes on with the first.
    """

    def __init__(self, store: GraphWriter, load: str | None = None) -> None:
        self._store = store
        self.load = load or utc_stamp("microseconds")

    def upsert(self, facts: Sequence[Fact]) -> UpsertCounts:
        """What became of facts of one type, as the store's own methods say it."""

        def events_of(told: Upserted) -> list[Event]:
            return [event for changes in changes_of(facts, told, self.load) for event in to_events(changes)]

        return self._store.upsert_facts(facts, events_of).counts


def changes_of(facts: Sequence[Fact], told: Upserted, load: str) -> list[Changes]:
    """What a write changed, source by source."""
    if not facts:
        return []
    source_of = {key_of(fact): fact.provenance.source for fact in facts}
    parts: defaultdict[str, dict[str, Any]] = defaultdict(
        lambda: {"new": [], "changed": {}, "vanished": [], "returned": []}
    )
    for name in ("new", "vanished", "returned"):
        for key in getattr(told, name):
            parts[source_of[key]][name].append(key)
    for key, columns in told.changed.items():
        parts[source_of[key]]["changed"][key] = columns
    table = EXCHANGE_NAMES[type(facts[0])]
    return [
        Changes(
            load, source, table, tuple(part["new"]), part["changed"], tuple(part["vanished"]), tuple(part["returned"])
        )
        for source, part in sorted(parts.items())
    ]


def to_events(changes: Changes) -> Iterator[Event]:
    """Changes as events, of at most :data:`graph.store.BATCH_SIZE` facts each; none of no change."""
    at = utc_stamp()
    told: list[tuple[str, Any]] = [("new", _written(key)) for key in changes.new]
    told += [("changed", [_written(key), list(columns)]) for key, columns in changes.changed.items()]
    told += [(name, _written(key)) for name in ("vanished", "returned") for key in getattr(changes, name)]
    for start in range(0, len(told), BATCH_SIZE):
        payload: dict[str, Any] = {"load": changes.load, "source": changes.source, "table": changes.table}
        for name, entry in told[start : start + BATCH_SIZE]:
            payload.setdefault(name, []).append(entry)
        yield Event(CHANGE, at, payload)


def read_changes(store: GraphReader, since: str = "", n_loads: int | None = None) -> list[Changes]:
    """What loads changed, in the order of time, one entry for each table and source of a load.

    Parameters
    ----------
    since
        Loads that began at this moment, such as ``2026-05`` or ``2026-05-31T09``, or later.
    n_loads
        The last so many of them.
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
    """The changes that several events tell; a fact that was changed twice in one load is told once."""
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
    return Changes(load, source, table, tuple(keys["new"]), changed, tuple(keys["vanished"]), tuple(keys["returned"]))


def _written(key: Key) -> str | list[str | int]:
    """An id as it is; the key of a link as a list."""
    return str(key[0]) if len(key) == 1 else list(key)


def _read(entry: str | list[str | int]) -> Key:
    return (entry,) if isinstance(entry, str) else tuple(entry)
