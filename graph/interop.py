"""The facts as files of the exchange format: what each table is called, its columns, and writing them down."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

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
"""The table of each type of fact in the exchange format."""

LIST_SEPARATOR = "|"

_BOOKKEEPING = frozenset({"occurrence", "attributes", "source", "recorded_at"})
"""Columns that Ketnoi works out itself when a table is read."""

_EXCHANGE_COLUMNS: Mapping[type[Fact], tuple[str, ...]] = {
    fact_type: tuple(name for name in schema.names if name not in _BOOKKEEPING) for fact_type, schema in SCHEMAS.items()
}


def exchange_columns(fact_type: type[Fact]) -> tuple[str, ...]:
    """The columns that the exchange format defines for a type of fact, in their order.

    >>> exchange_columns(Participation)
    ('project_id', 'actor_id', 'role', 'source_url', 'last_seen')
    """
    return _EXCHANGE_COLUMNS[fact_type]


def export_tables(tables: Tables, folder: Path, file_format: TableFormat) -> tuple[Path, ...]:
    """The files written: the four tables in the exchange format, sorted by their keys.

    Unknown attributes come back as columns of their own, after the known ones and in the order of their names. The
    file a fact was first read from, and when, belong to the store and are not written: reading the folder into an
    empty store gives the same facts, read from these files. A table in which nothing has vanished has no column
    ``last_seen``.
    """
    written = []
    for fact_type, name in EXCHANGE_NAMES.items():
        table = _with_attribute_columns(fact_type, tables.of(fact_type))
        path = folder / f"{name}.{file_format}"
        if file_format == "csv":
            _write_csv(table, path)
        else:
            pq.write_table(table, path)
        written.append(path)
    return tuple(written)


def _with_attribute_columns(fact_type: type[Fact], table: pa.Table) -> pa.Table:
    attributes = [json.loads(text) for text in table["attributes"].to_pylist()]
    names = sorted({name for row in attributes for name in row})
    exported = table.select(list(exchange_columns(fact_type)))
    if exported["last_seen"].null_count == len(exported):
        exported = exported.drop_columns("last_seen")
    for name in names:
        exported = exported.append_column(name, pa.array([row.get(name) for row in attributes], pa.string()))
    return exported


def _write_csv(table: pa.Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
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
