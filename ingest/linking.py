"""Which records of a store are of one actor: found after a load, and written down as judgements of the machine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.judgements import MACHINE, Judgement, Verdict, append_judgements, read_judgements, effective
from graph.store import GraphStore
from ingest.resolution.records import records_of
from ingest.resolution.resolve import Pair, resolve

MAX_ACTORS = 200_000
"""Actors up to which a load links its records by itself; more take longer than somebody who loads wants to wait."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What was found, beside what was known before.

    Attributes
    ----------
    linked
        Pairs that were clear, and are one from now on; every one can be undone.
    proposed
        Pairs that are put to a person.
    n_withdrawn
        Earlier links and proposals of the machine that no longer hold.
    names
        What the actors of these pairs are called, by their ids.
    """

    linked: tuple[Pair, ...]
    proposed: tuple[Pair, ...]
    n_withdrawn: int
    names: Mapping[str, str]


def link_records(store: GraphStore) -> Linked:
    """Look at all actors of a store for records of the same one, and write down what changed.

    What people have judged stands, and is neither linked nor proposed again.

    Raises
    ------
    StoreError
        The store cannot be read or written.
    """
    tables = store.tables()
    counted = effective(read_judgements(store))
    decided = {pair: judgement.verdict for pair, judgement in counted.items() if judgement.is_human}
    known: dict[tuple[str, str], Verdict] = {
        pair: judgement.verdict for pair, judgement in counted.items() if not judgement.is_human
    }
    found = resolve(records_of(tables), decided)
    linked, proposed = _new(found.links, known, "same"), _new(found.unclear, known, "unsure")
    still = {(pair.left_id, pair.right_id) for pair in (*found.links, *found.unclear)}
    ids = set(tables.actors["id"].to_pylist())
    withdrawn = [
        pair for pair, verdict in known.items() if verdict != "different" and pair not in still and ids.issuperset(pair)
    ]
    append_judgements(
        store,
        [
            *(_judgement(pair, "same") for pair in linked),
            *(_judgement(pair, "unsure") for pair in proposed),
            *(Judgement.now(*pair, "different", MACHINE) for pair in withdrawn),
        ],
    )
    named = {actor_id for pair in (*linked, *proposed) for actor_id in (pair.left_id, pair.right_id)}
    columns = (tables.actors[column].to_pylist() for column in ("id", "name"))
    names = {actor_id: name for actor_id, name in zip(*columns, strict=True) if actor_id in named}
    return Linked(linked, proposed, len(withdrawn), names)


def _new(found: Iterable[Pair], known: dict[tuple[str, str], Verdict], verdict: Verdict) -> tuple[Pair, ...]:
    return tuple(pair for pair in found if known.get((pair.left_id, pair.right_id)) != verdict)


def _judgement(pair: Pair, verdict: Verdict) -> Judgement:
    return Judgement.now(pair.left_id, pair.right_id, verdict, MACHINE, pair.probability)
