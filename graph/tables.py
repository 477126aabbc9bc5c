"""All facts of a network as four Arrow tables: stores give this form, and snapshots are built from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import itemgetter
from typing import Any

import pyarrow as pa

from graph.model import Actor, F, Fact, Participation, Project, Provenance, Relationship, from_row, to_row

_STRINGS = pa.list_(pa.string())
_COLUMN_TYPES = {
    "aliases": _STRINGS,
    "fields": _STRINGS,
    "needs": _STRINGS,
    "offers": _STRINGS,
    "identifiers": _STRINGS,
    "occurrence": pa.int32(),
    "value_vnd": pa.int64(),
    "total_cost": pa.float64(),
}


def _schema(fact_type: type[Fact]) -> pa.Schema:
    names = [column.name for column in fields(fact_type) if column.name != "provenance"]
    names += [column.name for column in fields(Provenance)]
    return pa.schema([(name, _COLUMN_TYPES.get(name, pa.string())) for name in names])


SCHEMAS: Mapping[type[Fact], pa.Schema] = {
    fact_type: _schema(fact_type) for fact_type in (Actor, Project, Relationship, Participation)
}
KEYS: Mapping[type[Fact], tuple[str, ...]] = {
    Actor: ("id",),
    Project: ("id",),
    Relationship: ("source_id", "target_id", "kind", "occurrence"),
    Participation: ("project_id", "actor_id", "occurrence"),
}
"""The columns that identify a fact of each type; tables are sorted by them."""


Key = tuple[str | int, ...]
"""Values of the key columns of a fact."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Four immutable Arrow tables with the schemas in :data:`SCHEMAS`, each sorted by its key."""

    actors: pa.Table
    projects: pa.Table
    relationships: pa.Table
    participations: pa.Table

    @classmethod
    def from_facts(cls, facts: Iterable[Fact]) -> "Tables":
        """Tables of some facts, which may come in any order."""
        rows: dict[type[Fact], list[dict[str, object]]] = {fact_type: [] for fact_type in SCHEMAS}
        for fact in facts:
            rows[type(fact)].append(to_row(fact))
        return cls.from_rows(rows[Actor], rows[Project], rows[Relationship], rows[Participation])

    @classmethod
    def from_rows(
        cls,
        actors: Iterable[Mapping[str, object]],
        projects: Iterable[Mapping[str, object]],
        relationships: Iterable[Mapping[str, object]],
        participations: Iterable[Mapping[str, object]],
    ) -> "Tables":
        """Tables of flat rows in the form of :func:`graph.model.to_row`."""
        return cls(
            _table(Actor, actors),
            _table(Project, projects),
            _table(Relationship, relationships),
            _table(Participation, participations),
        )

    def of(self, fact_type: type[Fact]) -> pa.Table:
        """The table of one type of fact."""
        return {
            Actor: self.actors,
            Project: self.projects,
            Relationship: self.relationships,
            Participation: self.participations,
        }[fact_type]

    def facts(self, fact_type: type[F]) -> list[F]:
        """The facts of one type, in the order of their keys."""
        return [from_row(fact_type, row) for row in self.of(fact_type).to_pylist()]


def key_of(fact: Fact) -> Key:
    """The key of a fact.

    >>> key_of(Relationship("a", "b", "mentors"))
    ('a', 'b', 'mentors', 0)
    """
    return tuple(getattr(fact, column) for column in KEYS[type(fact)])


def fact_at(fact_type: type[F], table: pa.Table, index: int) -> F:
    """The fact in one row of its table."""
    return from_row(fact_type, table.slice(index, 1).to_pylist()[0])


def table_from_columns(fact_type: type[Fact], columns: Sequence[Sequence[Any]]) -> pa.Table:
    """The table with the given columns, which stand in the order of the schema; the order of the rows is kept."""
    schema = SCHEMAS[fact_type]
    arrays = [pa.array(values, column.type) for values, column in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _table(fact_type: type[Fact], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    key = KEYS[fact_type]
    ordered = sorted(rows, key=itemgetter(*key))
    return pa.Table.from_pylist(ordered, schema=SCHEMAS[fact_type])
