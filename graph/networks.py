"""The network in the forms of other tools: networkx, pandas, GraphML and GEXF."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import networkx as nx
import pandas as pd
import pyarrow as pa
from networkx.readwrite.graphml import GraphMLWriter

from graph.canonical import NO_MERGES, Merges
from graph.dates import first_day, last_day
from graph.interop import ATTRIBUTE_PREFIX, CANONICAL_ID, EXCHANGE_NAMES, LIST_SEPARATOR
from graph.kinds import Label, RelationshipKind, load_kinds
from graph.model import Actor, Fact, Participation, Project, Relationship
from graph.snapshot import GraphSnapshot
from graph.tables import SCHEMAS
from graph.tie_strength import project_strength, relationship_strength
from graph.xml_text import injective_xml, legal_xml

_WHOLE_NUMBERS = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}
_TAKES_PART, _OWNS = Label("tham gia", "takes part in"), Label("là chủ của", "owns")
_RENAMED = {"id": "record_id", "source": "source_file", "start": "start_date", "end": "end_date"}
"""Columns whose names mean something else in GraphML, GEXF or the tools that read them, and their names there."""

Attributes = dict[str, Any]
"""The attributes of one node or edge, by their names."""


def to_networkx(snapshot: GraphSnapshot, merges: Merges = NO_MERGES) -> nx.MultiDiGraph:
    """The network as a networkx graph with a node for each actor and project.

    Nodes are named ``actor:ID`` and ``project:ID``. Relationships run from source to target; participations and
    ownership (``kind="owns"``) run from actor to project. Nodes and edges have these attributes:

    - ``table``: the table of the exchange format that they come from.
    - The columns of that table that are not empty. A column outside the exchange format is called
      ``attributes.NAME``, so that no name can clash with another.
    - ``canonical_id``: for actors, the id of the member that the record belongs to.
    - ``kind_vi`` and ``kind_en``: the labels of the kind, where it is known; of an edge, its reading from source to
      target. Nodes for actors also have the ``colour`` of their kind, ``#RRGGBB``.
    - Edges have ``weight``, the strength of :mod:`graph.tie_strength`, and ``directed``, which is False for a kind of
      relationship that says the same from either end.

    Parameters
    ----------
    snapshot
        The network: members, or records of a store that were not merged.
    merges
        The merges that give each record its ``canonical_id``; without a merge, that is its own id.
    """
    graph = nx.MultiDiGraph(as_of=snapshot.as_of.isoformat(), digest=snapshot.digest)
    graph.add_nodes_from((f"actor:{row['id']}", _actor_node(row, merges)) for row in _rows(snapshot, Actor))
    graph.add_nodes_from((f"project:{row['id']}", _project_node(row)) for row in _rows(snapshot, Project))
    graph.add_edges_from(_relationship_edges(snapshot))
    graph.add_edges_from(_project_edges(snapshot))
    return graph


def _actor_node(row: Attributes, merges: Merges) -> Attributes:
    kind = load_kinds().actor.get(row.get("kind", ""))
    of_kind = {**_kind_labels(kind.label), "colour": kind.colour} if kind else {}
    return {**row, CANONICAL_ID: merges.canonical(row["id"]), **of_kind}


def _project_node(row: Attributes) -> Attributes:
    kind = load_kinds().opportunity.get(row.get("kind", ""))
    return row | (_kind_labels(kind.label) if kind else {})


def _relationship_edges(snapshot: GraphSnapshot) -> Iterator[tuple[str, str, str, Attributes]]:
    strengths = relationship_strength(snapshot.relationship_kind).tolist()
    for number, (row, strength) in enumerate(zip(_rows(snapshot, Relationship), strengths, strict=True)):
        kind = load_kinds().relationship.get(row.get("kind", ""))
        added = _edge_attributes(strength, kind.label if kind else None, directed=_is_directed(kind))
        yield f"actor:{row['source_id']}", f"actor:{row['target_id']}", f"relationship:{number}", row | added


def _is_directed(kind: RelationshipKind | None) -> bool:
    return kind is None or kind.directed


def _project_edges(snapshot: GraphSnapshot) -> Iterator[tuple[str, str, str, Attributes]]:
    """The edges from actors to projects: participations, then ownership by an actor of the network."""
    strength_of = dict(zip(snapshot.project_ids, project_strength(snapshot.project_size).tolist(), strict=True))
    for number, row in enumerate(_rows(snapshot, Participation)):
        added = _edge_attributes(strength_of[row["project_id"]], _TAKES_PART, directed=True)
        yield f"actor:{row['actor_id']}", f"project:{row['project_id']}", f"participation:{number}", row | added
    owners = zip(snapshot.project_ids, snapshot.tables.projects["owner_id"].to_pylist(), strict=True)
    for number, (project_id, owner_id) in enumerate(owners):
        if owner_id in snapshot.actor_index:
            added = _edge_attributes(strength_of[project_id], _OWNS, directed=True)
            row = {"table": "projects", "kind": "owns", **added}
            yield f"actor:{owner_id}", f"project:{project_id}", f"owner:{number}", row


def _edge_attributes(strength: float, label: Label | None, *, directed: bool) -> Attributes:
    return {"weight": strength, "directed": directed, **(_kind_labels(label) if label else {})}


def _kind_labels(label: Label) -> Attributes:
    return {"kind_vi": label.vi, "kind_en": label.en}


def to_frames(snapshot: GraphSnapshot) -> dict[str, pd.DataFrame]:
    """The tables of the network as data frames, by their names; ``attributes`` holds dictionaries, lists stay lists."""
    frames = {}
    for fact_type, name in EXCHANGE_NAMES.items():
        frame = snapshot.tables.of(fact_type).to_pandas(types_mapper=_WHOLE_NUMBERS.get)
        for column in SCHEMAS[fact_type]:
            if pa.types.is_list(column.type):
                frame[column.name] = frame[column.name].map(list)
        frame["attributes"] = frame["attributes"].map(json.loads)
        frames[name] = frame
    return frames


def write_graphml(snapshot: GraphSnapshot, path: Path, merges: Merges = NO_MERGES, *, mixed: bool = False) -> None:
    """Write the graph of :func:`to_networkx` as GraphML, wholly or not at all.

    Nodes have a ``label``, their name or title; edges one in Vietnamese. Lists are joined by ``|``. The columns ``id``,
    ``source``, ``start`` and ``end`` are called ``record_id``, ``source_file``, ``start_date`` and ``end_date``.

    Parameters
    ----------
    mixed
        Whether the edges of undirected kinds are undirected edges. Gephi and yEd read a graph with both kinds of edge;
        networkx refuses it. Without it every edge is directed, and the attribute ``directed`` tells.
    """
    graph = _xml_graph(to_networkx(snapshot, merges))
    writer = GraphMLWriter(graph=graph, prettyprint=True)
    if mixed:
        for element, (*_, row) in zip(writer.xml.iter("edge"), graph.edges(data=True), strict=True):
            if not row["directed"]:
                element.set("directed", "false")
    with _whole_file(path) as file:
        writer.dump(file)


def write_gexf(snapshot: GraphSnapshot, path: Path, merges: Merges = NO_MERGES, *, mixed: bool = False) -> None:
    """Write the graph of :func:`to_networkx` as GEXF, wholly or not at all; names and ``mixed`` as in GraphML.

    Actors have the colour of their kind. Relationships and projects with a date have a spell, from the first day that
    their start can mean to the last day that their end can mean.
    """
    graph = _xml_graph(to_networkx(snapshot, merges))
    for _, row in graph.nodes(data=True):
        if "colour" in row:
            row["viz"] = {"color": _rgb(row["colour"])}
    for table, row in _rows_with_dates(graph):
        first, last = ("since", "until") if table == "relationships" else ("start_date", "end_date")
        if spell := _spell(row.get(first) or row.get("year"), row.get(last)):
            row["spells"] = [spell]
    if mixed:
        for *_, row in graph.edges(data=True):
            row["type"] = "directed" if row["directed"] else "undirected"
    with _whole_file(path) as file:
        nx.write_gexf(graph, file)


def _rgb(colour: str) -> dict[str, int]:
    return {channel: int(colour[place : place + 2], 16) for channel, place in (("r", 1), ("g", 3), ("b", 5))}


def _rows_with_dates(graph: nx.MultiDiGraph) -> Iterator[tuple[str, Attributes]]:
    rows = (*(row for _, row in graph.nodes(data=True)), *(row for *_, row in graph.edges(data=True)))
    return ((row["table"], row) for row in rows if row["table"] in {"relationships", "projects"})


def _spell(start: str | None, end: str | None) -> tuple[str | None, str | None] | None:
    """The first and the last day of a fact, ``YYYY-MM-DD``; None where neither is known, or the end comes first."""
    first, last = _day(first_day, start), _day(last_day, end)
    if first is None and last is None:
        return None
    return None if first and last and last < first else (first, last)


def _day(day_of: Callable[[str], date], partial_date: str | None) -> str | None:
    try:
        return day_of(partial_date).isoformat() if partial_date else None
    except ValueError:
        return None  # an end that is no date stays a text


def _rows(snapshot: GraphSnapshot, fact_type: type[Fact]) -> Iterator[Attributes]:
    for batch in snapshot.tables.of(fact_type).to_batches():
        for row in batch.to_pylist():
            attributes = json.loads(row.pop("attributes"))
            row |= {f"{ATTRIBUTE_PREFIX}{name}": value for name, value in attributes.items()}
            filled = {name: value for name, value in row.items() if value not in (None, "", [])}
            yield {"table": EXCHANGE_NAMES[fact_type], **filled}


def _xml_graph(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    """A graph of :func:`to_networkx` with names and values that XML can hold, and a label for every node and edge."""
    plain = nx.MultiDiGraph(**graph.graph)
    for node, row in graph.nodes(data=True):
        plain.add_node(
            injective_xml(node), label=legal_xml(row.get("name") or row.get("title") or node), **_plain_row(row)
        )
    for source, target, key, row in graph.edges(data=True, keys=True):
        label = legal_xml(row.get("kind_vi") or row.get("kind", ""))
        plain.add_edge(injective_xml(source), injective_xml(target), key, label=label, **_plain_row(row))
    return plain


def _plain_row(row: Attributes) -> Attributes:
    return {injective_xml(_RENAMED.get(name, name)): _plain(value) for name, value in row.items()}


def _plain(value: Any) -> str | int | float:
    if isinstance(value, list):
        return legal_xml(LIST_SEPARATOR.join(value))
    return legal_xml(value) if isinstance(value, str) else value


@contextmanager
def _whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes its name once all of it is written, and which is removed if writing fails."""
    partial = path.with_name(f".{path.name}.{uuid4().hex}.partial")
    try:
        with partial.open("xb") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
