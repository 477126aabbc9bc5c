"""The exchange format: the names and columns of its tables, and the export of a network as files."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from graph.canonical import NO_MERGES, Merges
from graph.folding import nfc
from graph.judgements import Judgement
from graph.model import Actor, Fact, Participation, Project, Relationship
from graph.tables import SCHEMAS, Tables

TableFormat = Literal["csv", "parquet"]

EXCHANGE_NAMES: Mapping[type[Fact], str] = MappingProxyType(
    {
        Actor: "actors",
        Project: "projects",
        Relationship: "relationships",
        Participation: "project_participants",
    }
)
"""Name of the table of each type of fact in the exchange format."""

CANONICAL_ID = "canonical_id"
"""Column of exported actors: the id of the member that the record belongs to. It follows from the judgements."""

JUDGEMENTS = "judgements"
"""Name of the table of judgements in the exchange format."""

JUDGEMENT_SCHEMA = pa.schema(
    [
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("verdict", pa.string()),
        ("by", pa.string()),
        ("at", pa.string()),
        ("probability", pa.float64()),
    ]
)

LIST_SEPARATOR = "|"
"""Stands between the entries of a list in one cell."""

ATTRIBUTE_PREFIX = "attributes."
"""Begins the name of a column that holds an attribute whose own name is taken."""

_BOOKKEEPING = frozenset({"occurrence", "attributes", "source", "recorded_at"})
"""Columns that are not part of the exchange format: the reader of a table fills them."""

_EXCHANGE_COLUMNS: Mapping[type[Fact], tuple[str, ...]] = {
    fact_type: tuple(name for name in schema.names if name not in _BOOKKEEPING) for fact_type, schema in SCHEMAS.items()
}


def exchange_columns(fact_type: type[Fact]) -> tuple[str, ...]:
    """The columns that the exchange format defines for a type of fact, in their order.

    >>> exchange_columns(Participation)
    ('project_id', 'actor_id', 'role', 'source_url', 'last_seen')
    """
    return _EXCHANGE_COLUMNS[fact_type]


def attribute_column(fact_type: type[Fact], name: str) -> str:
    """The column of an exported table that holds an attribute, different for different attributes.

    It has the name of the attribute, after :data:`ATTRIBUTE_PREFIX` if a column of the exchange format has that name.

    >>> attribute_column(Actor, "phone"), attribute_column(Actor, "ID"), attribute_column(Actor, "attributes.id")
    ('phone', 'attributes.ID', 'attributes.attributes.id')
    """
    return ATTRIBUTE_PREFIX + name if _is_taken(fact_type, name) else name


def attribute_name(fact_type: type[Fact], column: str) -> str:
    """The attribute that a column outside the exchange format holds: the inverse of :func:`attribute_column`.

    >>> attribute_name(Actor, "attributes.id"), attribute_name(Actor, "attributes.phone")
    ('id', 'attributes.phone')
    """
    name = column.removeprefix(ATTRIBUTE_PREFIX)
    return name if name != column and _is_taken(fact_type, name) else column


def _is_taken(fact_type: type[Fact], name: str) -> bool:
    column = nfc(name).lower()
    return column in {*exchange_columns(fact_type), CANONICAL_ID} or name.startswith(ATTRIBUTE_PREFIX)


def exchange_tables(
    tables: Tables, merges: Merges = NO_MERGES, judgements: Sequence[Judgement] | None = None
) -> Mapping[str, pa.Table]:
    """The tables of the exchange format by their names, each sorted by its key.

    Attributes become columns of their own (see :func:`attribute_column`), after the columns of the exchange format and
    in the order of their names. The source of a fact and the time of its recording belong to the store and are left
    out: a store that reads the tables gets the same facts, with these tables as their source. A table in which nothing
    has vanished has no column ``last_seen``.

    Parameters
    ----------
    tables
        The facts: records as a store has them, or members as a snapshot has them.
    merges
        The merges that give each actor its ``canonical_id``; without a merge, that is its own id.
    judgements
        Rows of the table of judgements, oldest first; None for no such table.
    """
    named = {
        name: _exchange_table(fact_type, tables.of(fact_type), merges) for fact_type, name in EXCHANGE_NAMES.items()
    }
    if judgements is not None:
        named[JUDGEMENTS] = pa.Table.from_pylist([asdict(judgement) for judgement in judgements], JUDGEMENT_SCHEMA)
    return named


def export_tables(
    tables: Mapping[str, pa.Table], folder: Path, file_format: TableFormat, *, for_excel: bool = False
) -> tuple[Path, ...]:
    """The files written, one for each of the tables of :func:`exchange_tables`.

    Parameters
    ----------
    for_excel
        Whether CSV files begin with a byte order mark, without which Excel does not read them as UTF-8.
    """
    written = []
    for name, table in tables.items():
        path = folder / f"{name}.{file_format}"
        if file_format == "csv":
            _write_csv(table, path, "utf-8-sig" if for_excel else "utf-8")
        else:
            pq.write_table(table, path)
        written.append(path)
    return tuple(written)


def _exchange_table(fact_type: type[Fact], table: pa.Table, merges: Merges) -> pa.Table:
    attributes = [json.loads(text) for text in table["attributes"].to_pylist()]
    names = sorted({name for row in attributes for name in row})
    exported = table.select(list(exchange_columns(fact_type)))
    if exported["last_seen"].null_count == len(exported):
        exported = exported.drop_columns("last_seen")
    if fact_type is Actor:
        canonical_ids = [merges.canonical(actor_id) for actor_id in exported["id"].to_pylist()]
        exported = exported.append_column(CANONICAL_ID, pa.array(canonical_ids, pa.string()))
    for name in names:
        column = attribute_column(fact_type, name)
        exported = exported.append_column(column, pa.array([row.get(name) for row in attributes], pa.string()))
    return exported


def _write_csv(table: pa.Table, path: Path, encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(table.column_names)
        writer.writerows(_text_rows(table))


def _text_rows(table: pa.Table) -> Iterator[list[str]]:
    for batch in table.to_batches():
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield [_cell(value) for value in values]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return LIST_SEPARATOR.join(value)
    if isinstance(value, float) and value.is_integer():
        return repr(value).removesuffix(".0")
    return str(value)
