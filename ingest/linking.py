"""Linking after a load: finds records of one actor in a store and writes the result as machine judgements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph.judgements import MACHINE, Judgement, Verdict, append_judgements, effective, read_judgements
from graph.store import GraphStore
from ingest.resolution.records import records_of
from ingest.resolution.resolve import Pair, resolve

MAX_ACTORS = 200_000
"""A load links records only in a store of at most this many actors; set by hand, as more would make the person wait."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The result of linking the records of a store.

    Attributes
    ----------
    linked
        New pairs that are certain enough to be linked without a person. A person can undo each link.
    proposed
        New pairs that a person must decide.
    n_withdrawn
        The number of earlier links and proposals of the machine that no longer hold.
    names
        The names of the actors in these pairs, by id.
    """

    linked: tuple[Pair, ...]
    proposed: tuple[Pair, ...]
    n_withdrawn: int
    names: Mapping[str, str]


def link_records(store: GraphStore) -> Linked:
    """The pairs of records that are newly linked or proposed, after they were written to the store as judgements.

    Pairs that people have judged are neither linked nor proposed again.

    Raises
    ------
    StoreError
        The store cannot be read or written.
    ModelError
        The records could not be compared, for example for lack of memory.
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
