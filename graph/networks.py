"""The network in the forms of other tools: networkx, pandas, GraphML and GEXF."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import networkx as nx
import pandas as pd
import pyarrow as pa

from graph.canonical import NO_MERGES, Merges
from graph.interop import CANONICAL_ID, EXCHANGE_NAMES, LIST_SEPARATOR
from graph.model import Actor, Fact, Participation, Project, Relationship
from graph.snapshot import GraphSnapshot
from graph.tables import SCHEMAS
from graph.xml_text import injective_xml, legal_xml

_WHOLE_NUMBERS = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}
# Names with a meaning of their own in GEXF: that of the node itself, and whole dates at which it comes and goes.
_NAMES_IN_GEXF = {"id": "record_id", "start": "start_date", "end": "end_date"}


def to_networkx(snapshot: GraphSnapshot, merges: Merges = NO_MERGES) -> nx.MultiDiGraph:
    """The network as a networkx graph with a node for each actor and project.

    Nodes are named ``actor:ID`` and ``project:ID``. Relationships run from source to target, participations and
    ownership (``kind="owns"``) from actor to project. Nodes and edges have the attribute ``table``, the columns of the
    exchange format that are not empty, and other columns as ``attributes.NAME``. Actors have a ``canonical_id``, too.

    Parameters
    ----------
    snapshot
        The network: members, or records of a store that were not merged.
    merges
        The merges that give each record its ``canonical_id``; without a merge, that is its own id.
    """
    graph = nx.MultiDiGraph(as_of=snapshot.as_of.isoformat(), digest=snapshot.digest)
    graph.add_nodes_from(
        (f"actor:{row['id']}", row | {CANONICAL_ID: merges.canonical(row["id"])}) for row in _rows(snapshot, Actor)
    )
    graph.add_nodes_from((f"project:{row['id']}", row) for row in _rows(snapshot, Project))
    graph.add_edges_from(
        (f"actor:{row['source_id']}", f"actor:{row['target_id']}", f"relationship:{number}", row)
        for number, row in enumerate(_rows(snapshot, Relationship))
    )
    graph.add_edges_from(
        (f"actor:{row['actor_id']}", f"project:{row['project_id']}", f"participation:{number}", row)
        for number, row in enumerate(_rows(snapshot, Participation))
    )
    graph.add_edges_from(
        (f"actor:{owner_id}", f"project:{project_id}", f"owner:{number}", {"table": "projects", "kind": "owns"})
        for number, (project_id, owner_id) in enumerate(
            zip(snapshot.project_ids, snapshot.tables.projects["owner_id"].to_pylist(), strict=True)
        )
        if owner_id in snapshot.actor_index
    )
    return graph


def to_frames(snapshot: GraphSnapshot) -> dict[str, pd.DataFrame]:
    """The network as data frames by the name of their table; ``attributes`` holds dictionaries, lists stay lists."""
    frames = {}
    for fact_type, name in EXCHANGE_NAMES.items():
        frame = snapshot.tables.of(fact_type).to_pandas(types_mapper=_WHOLE_NUMBERS.get)
        for column in SCHEMAS[fact_type]:
            if pa.types.is_list(column.type):
                frame[column.name] = frame[column.name].map(list)
        frame["attributes"] = frame["attributes"].map(json.loads)
        frames[name] = frame
    return frames


def write_graphml(snapshot: GraphSnapshot, path: Path, merges: Merges = NO_MERGES) -> None:
    """Write the graph of :func:`to_networkx` as GraphML, whole or not at all; lists are joined by ``|``."""
    _write(nx.write_graphml, _xml_graph(to_networkx(snapshot, merges), {}), path)


def write_gexf(snapshot: GraphSnapshot, path: Path, merges: Merges = NO_MERGES) -> None:
    """Write the graph of :func:`to_networkx` as GEXF, whole or not at all; lists are joined by ``|``.

    The columns ``id``, ``start`` and ``end`` are called ``record_id``, ``start_date`` and ``end_date`` there.
    """
    _write(nx.write_gexf, _xml_graph(to_networkx(snapshot, merges), _NAMES_IN_GEXF), path)


def _rows(snapshot: GraphSnapshot, fact_type: type[Fact]) -> Iterator[dict[str, Any]]:
    for batch in snapshot.tables.of(fact_type).to_batches():
        for row in batch.to_pylist():
            attributes = json.loads(row.pop("attributes"))
            row |= {f"attributes.{name}": value for name, value in attributes.items()}
            filled = {name: value for name, value in row.items() if value not in (None, "", [])}
            yield {"table": EXCHANGE_NAMES[fact_type], **filled}


def _xml_graph(graph: nx.MultiDiGraph, renamed: Mapping[str, str]) -> nx.MultiDiGraph:
    plain = nx.MultiDiGraph(**graph.graph)
    for node, columns in graph.nodes(data=True):
        label = legal_xml(columns.get("name") or columns["title"])
        plain.add_node(injective_xml(node), label=label, **_plain_columns(columns, renamed))
    for source, target, key, columns in graph.edges(data=True, keys=True):
        plain.add_edge(injective_xml(source), injective_xml(target), key, **_plain_columns(columns, renamed))
    return plain


def _plain_columns(columns: Mapping[str, Any], renamed: Mapping[str, str]) -> dict[str, str | int | float]:
    return {renamed.get(legal_xml(name), legal_xml(name)): _plain(value) for name, value in columns.items()}


def _plain(value: Any) -> str | int | float:
    if isinstance(value, list):
        return legal_xml(LIST_SEPARATOR.join(value))
    return legal_xml(value) if isinstance(value, str) else value


def _write(write: Callable[[nx.MultiDiGraph, BinaryIO], None], graph: nx.MultiDiGraph, path: Path) -> None:
    with _whole_file(path) as file:
        write(graph, file)


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that takes its name when all is written, and is gone when that fails."""
    partial = path.with_name(f".{path.name}.{uuid4().hex}.partial")
    try:
        with partial.open("xb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
