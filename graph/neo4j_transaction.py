"""The steps of a write in an open Neo4j transaction, and the reading of its answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from graph import cypher
from graph.judgements import clusters, from_event
from graph.model import JUDGEMENT, Actor, Event, F, Fact, Project, event_of, event_text, from_row
from graph.store import BATCH_SIZE
from graph.tables import KEYS, SCHEMAS, Key, key_of
from graph.writing import StoredRow


class QueryRunner(Protocol):
    """An open transaction of the Neo4j driver."""

    def run(self, query: str, parameters: dict[str, Any] | None = None, **_: Any) -> Any:
        """The result of a query."""


class Neo4jTransaction:
    """The steps of :class:`graph.writing.WriteTransaction` in a managed transaction; call :meth:`finish` at the end."""

    def __init__(self, transaction: QueryRunner) -> None:
        self._transaction = transaction
        self._may_change_merges = False

    def known_ids(self, fact_type: type[Fact], ids: Sequence[str]) -> set[str]:
        """The given ids under which an actor or a project is stored."""
        return set(self._listed(cypher.known_ids(fact_type), "ids", ids))

    def digests(self, fact_type: type[Fact], keys: Sequence[Key]) -> Mapping[Key, str]:
        """Content digest of every stored fact among the keys."""
        columns = KEYS[fact_type]
        rows = [dict(zip(columns, key, strict=True)) | {"position": at} for at, key in enumerate(keys)]
        found = self._listed(cypher.digests(fact_type), "rows", rows)
        return {keys[position]: digest for position, digest in found}

    def stored(self, fact_type: type[F], keys: Sequence[Key]) -> Mapping[Key, F]:
        """Every stored fact among the keys."""
        rows = [dict(zip(KEYS[fact_type], key, strict=True)) for key in keys]
        found = self._listed(cypher.facts_with_keys(fact_type), "rows", rows)
        return {key_of(fact): fact for fact in (fact_of_values(fact_type, values) for values in found)}

    def insert(self, fact_type: type[Fact], rows: Sequence[StoredRow]) -> None:
        """Create facts that are not stored, and what is drawn from them."""
        self._run(cypher.insert(fact_type), "rows", cypher.parameters(fact_type, rows))
        if fact_type is Actor:
            self._run(cypher.DRAW_PROJECTS_OF_OWNERS, "ids", [row["id"] for row in rows])
            self._may_change_merges = True
        if fact_type is Project:
            self._draw_owners(rows)

    def update(self, fact_type: type[Fact], rows: Sequence[StoredRow]) -> None:
        """Write facts over the stored facts with the same keys."""
        parameters = cypher.parameters(fact_type, rows)
        if cypher.is_node(fact_type):
            labels = list(cypher.kind_labels(fact_type).values())
            self._run(cypher.update_nodes(fact_type), "rows", parameters, labels=labels)
        else:  # a relationship cannot change its type, so it is made anew
            self._run(cypher.delete_links(fact_type), "rows", parameters)
            self._run(cypher.insert(fact_type), "rows", parameters)
        if fact_type is Project:
            self._draw_owners(rows)

    def projects_of_owner(self, actor_id: str) -> list[Project]:
        """The projects that name an actor as their owner."""
        return [fact_of(Project, record) for record in self._transaction.run(cypher.projects_of_owner(), id=actor_id)]

    def delete_actor(self, actor_id: str) -> None:
        """Delete an actor with all its relationships, whatever their type."""
        self._transaction.run(cypher.DELETE_ACTOR, id=actor_id).consume()

    def grow_revision(self) -> None:
        """Add one to the revision."""
        self._transaction.run(cypher.GROW_REVISION).consume()

    def append_events(self, events: Sequence[Event]) -> None:
        """Append to the log."""
        rows = [{"kind": event.kind, "at": event.at, "payload": event_text(event)} for event in events]
        self._run(cypher.APPEND_EVENTS, "rows", rows)
        self._may_change_merges |= any(event.kind == JUDGEMENT for event in events)

    def events_naming(self, text: str) -> Sequence[tuple[int, Event]]:
        """Sequence number and content of every event whose payload, as JSON, contains a text."""
        records = self._transaction.run(cypher.EVENTS_NAMING, text=text)
        return [(record["sequence"], event_in(record)) for record in records]

    def replace_event(self, sequence: int, event: Event | None) -> None:
        """Write an event over the one with a sequence number, or delete that one."""
        if event is None:
            self._transaction.run(cypher.DELETE_EVENT, sequence=sequence).consume()
        else:
            self._transaction.run(cypher.WRITE_EVENT, sequence=sequence, payload=event_text(event)).consume()
        self._may_change_merges = True

    def finish(self) -> None:
        """Draw ``SAME_AS`` anew where the writes of this transaction may have changed it."""
        if self._may_change_merges:
            draw_same_as(self._transaction)

    def _draw_owners(self, rows: Sequence[StoredRow]) -> None:
        self._run(cypher.DRAW_OWNERS_OF_PROJECTS, "ids", [row["id"] for row in rows])

    def _run(self, query: str, name: str, values: Sequence[Any], **constants: object) -> None:
        run_in_batches(self._transaction, query, name, values, **constants)

    def _listed(self, query: str, name: str, values: Sequence[Any]) -> list[Any]:
        return listed(self._transaction, query, name, values)


def draw_same_as(transaction: QueryRunner) -> None:
    """Make the ``SAME_AS`` relationships equal to the judgements that hold the clusters of the log together.

    These are the effective ``same`` judgements without the automatic ones that a person's judgement holds off and
    without those in a conflict. Records that ``SAME_AS`` connects are therefore one member in a snapshot, too.
    """
    log = transaction.run(cypher.EVENTS_OF_KIND, {"kind": JUDGEMENT})
    links = clusters(from_event(event_in(record)) for record in log).links
    wanted = {link.pair: (link.by, link.at, link.probability) for link in links}
    rows = transaction.run(cypher.ALL_SAME_AS).single(strict=True)["rows"]
    drawn = {(left_id, right_id): tuple(values) for left_id, right_id, *values in rows}
    outdated = [list(pair) for pair, values in drawn.items() if wanted.get(pair) != values]
    missing = [[*pair, *values] for pair, values in wanted.items() if drawn.get(pair) != values]
    run_in_batches(transaction, cypher.DELETE_SAME_AS, "rows", outdated)
    run_in_batches(transaction, cypher.CREATE_SAME_AS, "rows", missing)


def run_in_batches(transaction: QueryRunner, query: str, name: str, values: Sequence[Any], **constants: object) -> None:
    """Run a query once for each batch of the values of one of its parameters."""
    for start in range(0, len(values), BATCH_SIZE):
        parameters = constants | {name: values[start : start + BATCH_SIZE]}
        transaction.run(query, parameters).consume()


def listed(transaction: QueryRunner, query: str, name: str, values: Sequence[Any]) -> list[Any]:
    """The lists with which a query answers each batch of the values of one of its parameters, as one list."""
    starts = range(0, len(values), BATCH_SIZE)
    answers = (transaction.run(query, {name: values[start : start + BATCH_SIZE]}) for start in starts)
    return [row for answer in answers for row in answer.single(strict=True)["rows"]]


def fact_of(fact_type: type[F], record: Mapping[str, Any]) -> F:
    """The fact in a record whose keys are the columns of its table."""
    return from_row(fact_type, dict(record))


def fact_of_values(fact_type: type[F], values: Sequence[Any]) -> F:
    """The fact with the given values, in the order of the columns of its table."""
    return from_row(fact_type, dict(zip(SCHEMAS[fact_type].names, values, strict=True)))


def event_in(record: Mapping[str, Any]) -> Event:
    """The event in a record."""
    return event_of(record["kind"], record["at"], record["payload"])
