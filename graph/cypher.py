"""The Cypher queries of the Neo4j store. Text from outside enters a query only as a parameter.

The graph in Neo4j Browser::

    (:Actor:Startup)-[:PARTNERED_IN]->(:Actor:School)
    (:Actor:Startup)-[:PARTICIPATES_IN]->(:Opportunity:Project)
    (:Actor:Agency)-[:OWNS]->(:Opportunity:Challenge)              drawn from the challenge's owner_id
    (:Actor:School)-[:SAME_AS]->(:Actor:School)                    drawn from the judgements in the log
    (:KetnoiStore)                                                 schema version and revision
    (:NetworkEvent)                                                one for each event

Second labels and relationship types follow from the kinds. An actor of a kind that the kinds file does not have gets no
second label, and a relationship of such a kind gets the type RELATED_TO. Only relationships of the exchange format and
participations have a ``digest``; every query about facts asks for it, so drawn relationships are never read as facts.

Queries about many facts answer with one list, because the driver spends more time on a record than on its values.
``docs/neo4j.md`` describes the model for people who query it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from graph.kinds import load_kinds
from graph.model import Actor, Fact, Participation, Project, Relationship
from graph.tables import KEYS, SCHEMAS
from graph.writing import ENDS, StoredRow

NAMES_INDEX = "ketnoi_actor_names"

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE CONSTRAINT ketnoi_store IF NOT EXISTS FOR (s:KetnoiStore) REQUIRE s.name IS UNIQUE",
        "CREATE CONSTRAINT ketnoi_actor IF NOT EXISTS FOR (n:Actor) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT ketnoi_opportunity IF NOT EXISTS FOR (n:Opportunity) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT ketnoi_event IF NOT EXISTS FOR (e:NetworkEvent) REQUIRE e.sequence IS UNIQUE",
        "CREATE INDEX ketnoi_owner IF NOT EXISTS FOR (n:Opportunity) ON (n.owner_id)",
        f"""
        CREATE FULLTEXT INDEX {NAMES_INDEX} IF NOT EXISTS FOR (n:Actor) ON EACH [n.search_key]
        OPTIONS {{indexConfig: {{`fulltext.analyzer`: 'whitespace'}}}}
        """,
        "CALL db.awaitIndexes(300)",
    ),
    (
        "CREATE INDEX ketnoi_actor_source IF NOT EXISTS FOR (n:Actor) ON (n.source)",
        "CREATE INDEX ketnoi_opportunity_source IF NOT EXISTS FOR (n:Opportunity) ON (n.source)",
        "CREATE INDEX ketnoi_participation_source IF NOT EXISTS FOR ()-[r:PARTICIPATES_IN]-() ON (r.source)",
        "CREATE INDEX ketnoi_event_kind IF NOT EXISTS FOR (e:NetworkEvent) ON (e.kind)",
        "CALL db.awaitIndexes(300)",
    ),
    (),  # SAME_AS, which is drawn after every migration
)
"""Statements of each migration; all may run twice. The schema version is the number of migrations applied."""

SCHEMA_VERSION = "MATCH (s:KetnoiStore {name: 'ketnoi'}) RETURN s.schema_version AS version"
SET_SCHEMA_VERSION = """
MERGE (s:KetnoiStore {name: 'ketnoi'})
ON CREATE SET s.revision = 0, s.n_events = 0
SET s.schema_version = $version
"""
ANY_FOREIGN_NODE = "MATCH (n:Actor|Opportunity) RETURN count(n) > 0 AS is_there"

LOCK = "MATCH (s:KetnoiStore {name: 'ketnoi'}) SET s.is_locked = false"
"""Waits for earlier writers and keeps later writers waiting until the end of the transaction; it changes nothing."""

REVISION = "MATCH (s:KetnoiStore {name: 'ketnoi'}) RETURN s.revision AS revision"
GROW_REVISION = "MATCH (s:KetnoiStore {name: 'ketnoi'}) SET s.revision = s.revision + 1"

_EVENT = "e.sequence AS sequence, e.kind AS kind, e.at AS at, e.payload AS payload ORDER BY e.sequence"
EVENTS = f"MATCH (e:NetworkEvent) RETURN {_EVENT}"
EVENTS_OF_KIND = f"MATCH (e:NetworkEvent {{kind: $kind}}) RETURN {_EVENT}"
EVENTS_NAMING = f"MATCH (e:NetworkEvent) WHERE e.payload CONTAINS $text RETURN {_EVENT}"
APPEND_EVENTS = """
MATCH (s:KetnoiStore {name: 'ketnoi'})
WITH s, s.n_events AS n_before
SET s.n_events = n_before + size($rows)
WITH n_before
UNWIND range(0, size($rows) - 1) AS place
WITH n_before + place + 1 AS sequence, $rows[place] AS row
CREATE (:NetworkEvent {sequence: sequence, kind: row.kind, at: row.at, payload: row.payload})
"""
WRITE_EVENT = "MATCH (e:NetworkEvent {sequence: $sequence}) SET e.payload = $payload"
DELETE_EVENT = "MATCH (e:NetworkEvent {sequence: $sequence}) DELETE e"

DELETE_ACTOR = "MATCH (n:Actor {id: $id}) DETACH DELETE n"

DRAW_OWNERS_OF_PROJECTS = """
UNWIND $ids AS id
MATCH (n:Opportunity {id: id})
OPTIONAL MATCH (:Actor)-[old:OWNS]->(n)
DELETE old
WITH n
MATCH (a:Actor {id: n.owner_id})
CREATE (a)-[:OWNS]->(n)
"""
DRAW_PROJECTS_OF_OWNERS = """
UNWIND $ids AS id
MATCH (a:Actor {id: id})
MATCH (n:Opportunity {owner_id: id})
CREATE (a)-[:OWNS]->(n)
"""

ALL_SAME_AS = """
MATCH (a:Actor)-[r:SAME_AS]->(b:Actor)
RETURN collect([a.id, b.id, r.by, r.at, r.probability]) AS rows
"""
DELETE_SAME_AS = """
UNWIND $rows AS row
MATCH (:Actor {id: row[0]})-[r:SAME_AS]->(:Actor {id: row[1]})
DELETE r
"""
CREATE_SAME_AS = """
UNWIND $rows AS row
MATCH (a:Actor {id: row[0]})
MATCH (b:Actor {id: row[1]})
CREATE (a)-[:SAME_AS {by: row[2], at: row[3], probability: row[4]}]->(b)
"""

_DRAWN_TYPES = frozenset({"OWNS", "PARTICIPATES_IN", "SAME_AS"})
"""Relationship types with a meaning of their own, which no kind of relationship may take."""

_NODE_LABELS: Mapping[type[Fact], str] = {Actor: "Actor", Project: "Opportunity"}
_LINKS: Mapping[type[Fact], str] = {
    Relationship: "(a:Actor)-[r]->(b:Actor)",
    Participation: "(b:Actor)-[r:PARTICIPATES_IN]->(a:Opportunity)",
}
_FIRST_END: Mapping[type[Fact], str] = {Relationship: "Actor", Participation: "Opportunity"}
_LINK_ENDS: Mapping[type[Fact], str] = {
    Relationship: "MATCH (a:Actor {id: row.source_id})\nMATCH (b:Actor {id: row.target_id})",
    Participation: "MATCH (a:Opportunity {id: row.project_id})\nMATCH (b:Actor {id: row.actor_id})",
}
_LINK_OF_ROW: Mapping[type[Fact], str] = {
    Relationship: "(a)-[r {kind: row.kind, occurrence: row.occurrence}]->(b)",
    Participation: "(b)-[r:PARTICIPATES_IN {occurrence: row.occurrence}]->(a)",
}
_NEW_LINK: Mapping[type[Fact], str] = {
    Relationship: "(a)-[r:$(row.type)]->(b)",
    Participation: "(b)-[r:PARTICIPATES_IN]->(a)",
}
_END_COLUMNS = {"source_id": "a.id", "target_id": "b.id", "project_id": "a.id", "actor_id": "b.id"}


def kind_labels(fact_type: type[Fact]) -> Mapping[str, str]:
    """The second label of the actors or opportunities of each kind.

    >>> kind_labels(Actor)["startup"]
    'Startup'
    """
    kinds = load_kinds()
    known = kinds.actor if fact_type is Actor else kinds.opportunity
    return {kind: kind.title().replace("_", "") for kind in known}


def relationship_type(kind: str) -> str:
    """The type of the relationships of a kind.

    >>> relationship_type("signed_mou"), relationship_type("` DELETE r //"), relationship_type("same_as")
    ('SIGNED_MOU', 'RELATED_TO', 'RELATED_TO')
    """
    is_known = kind in load_kinds().relationship and kind.upper() not in _DRAWN_TYPES
    return kind.upper() if is_known else "RELATED_TO"


def is_node(fact_type: type[Fact]) -> bool:
    """Whether facts of a type are nodes of the graph; the others are relationships."""
    return fact_type in _NODE_LABELS


def returned(fact_type: type[Fact]) -> str:
    """The columns of the table of actors or projects, as Cypher that reads them from node ``n``."""
    return ", ".join(f"{value} AS `{name}`" for name, value in _columns(fact_type).items())


def all_ids(fact_type: type[Fact]) -> str:
    """Query for one list of the ids of all actors or projects. It leaves out nodes that Ketnoi did not write."""
    return f"{_match(fact_type)} RETURN collect(n.id) AS rows"


def facts_at(fact_type: type[Fact]) -> str:
    """Query for one list of rows: the actors or projects with ``$ids``, or the links that start at them."""
    if is_node(fact_type):
        matched = f"MATCH (n:{_NODE_LABELS[fact_type]} {{id: id}})"
    else:
        matched = f"MATCH (a:{_FIRST_END[fact_type]} {{id: id}})\nMATCH {_LINKS[fact_type]} WHERE r.digest IS NOT NULL"
    return f"UNWIND $ids AS id\n{matched}\nRETURN collect([{', '.join(_columns(fact_type).values())}]) AS rows"


def facts_from(fact_type: type[Fact]) -> str:
    """Query for the facts from ``$source``, one record each."""
    columns = ", ".join(f"{value} AS `{name}`" for name, value in _columns(fact_type).items())
    return f"{_match(fact_type)} AND {_variable(fact_type)}.source = $source RETURN {columns}"


def facts_with_keys(fact_type: type[Fact]) -> str:
    """Query for one list of the rows of the facts with the keys of ``$rows``."""
    if is_node(fact_type):
        matched = f"MATCH (n:{_NODE_LABELS[fact_type]} {{id: row.id}})"
    else:
        matched = f"{_LINK_ENDS[fact_type]}\nMATCH {_LINK_OF_ROW[fact_type]}"
    return f"UNWIND $rows AS row\n{matched}\nRETURN collect([{', '.join(_columns(fact_type).values())}]) AS rows"


def sources(fact_type: type[Fact]) -> str:
    """Query for each source and its number of facts."""
    return f"{_match(fact_type)} RETURN {_variable(fact_type)}.source AS source, count(*) AS n"


def count(fact_type: type[Fact]) -> str:
    """Query for the number of facts of a type."""
    return f"{_match(fact_type)} RETURN count(*) AS n"


def one_node(fact_type: type[Fact]) -> str:
    """Query for the actor or project with ``$id``."""
    return f"MATCH (n:{_NODE_LABELS[fact_type]} {{id: $id}}) WHERE n.digest IS NOT NULL RETURN {returned(fact_type)}"


def projects_of_owner() -> str:
    """Query for the projects that name ``$id`` as their owner."""
    return f"MATCH (n:Opportunity {{owner_id: $id}}) RETURN {returned(Project)}"


def search_actors() -> str:
    """Query for the actors of ``$kinds`` that the names index finds for ``$words``, most similar to ``$text`` first."""
    return f"""
    CALL db.index.fulltext.queryNodes('{NAMES_INDEX}', $words) YIELD node AS n
    WITH n WHERE size($kinds) = 0 OR n.kind IN $kinds
    RETURN {returned(Actor)}
    ORDER BY n.folded_name = $text DESC, n.folded_name STARTS WITH $text DESC, size(n.folded_name), n.id
    LIMIT $limit
    """


def known_ids(fact_type: type[Fact]) -> str:
    """Query for one list of the stored ids among ``$ids``."""
    return f"UNWIND $ids AS id MATCH (n:{_NODE_LABELS[fact_type]} {{id: id}}) RETURN collect(n.id) AS rows"


def digests(fact_type: type[Fact]) -> str:
    """Query for one list of the position and digest of each of ``$rows`` whose key is stored."""
    if is_node(fact_type):
        matched, digest = f"MATCH (n:{_NODE_LABELS[fact_type]} {{id: row.id}})", "n.digest"
    else:
        matched, digest = f"{_LINK_ENDS[fact_type]}\nMATCH {_LINK_OF_ROW[fact_type]}", "r.digest"
    return f"UNWIND $rows AS row\n{matched}\nRETURN collect([row.position, {digest}]) AS rows"


def insert(fact_type: type[Fact]) -> str:
    """Statement that creates ``$rows``, none of which is stored."""
    if is_node(fact_type):
        return f"UNWIND $rows AS row CREATE (n:{_NODE_LABELS[fact_type]}) SET n:$(row.labels), n = row.properties"
    created = f"CREATE {_NEW_LINK[fact_type]}\nSET r = row.properties"
    return f"UNWIND $rows AS row\n{_LINK_ENDS[fact_type]}\n{created}"


def update_nodes(fact_type: type[Fact]) -> str:
    """Statement that writes ``$rows`` over the actors or projects with their ids; ``$labels`` are all kind labels."""
    return f"""
    UNWIND $rows AS row
    MATCH (n:{_NODE_LABELS[fact_type]} {{id: row.id}})
    REMOVE n:$($labels)
    SET n:$(row.labels), n = row.properties
    """


def delete_links(fact_type: type[Fact]) -> str:
    """Statement that deletes the relationships or participations with the keys of ``$rows``."""
    return f"UNWIND $rows AS row\n{_LINK_ENDS[fact_type]}\nMATCH {_LINK_OF_ROW[fact_type]}\nDELETE r"


def parameters(fact_type: type[Fact], rows: Sequence[StoredRow]) -> list[dict[str, Any]]:
    """The rows as query parameters: key, labels or relationship type, and properties to write."""
    ends = ENDS[fact_type]
    parameters = [
        {column: row[column] for column in KEYS[fact_type]}
        | {"properties": {name: value for name, value in row.items() if name not in ends}}
        for row in rows
    ]
    if is_node(fact_type):
        labels = kind_labels(fact_type)
        return [
            row | {"labels": [labels[kind]] if (kind := row["properties"]["kind"]) in labels else []}
            for row in parameters
        ]
    if fact_type is Relationship:
        return [row | {"type": relationship_type(row["kind"])} for row in parameters]
    return parameters


def _columns(fact_type: type[Fact]) -> dict[str, str]:
    source = _variable(fact_type)
    columns = {name: _END_COLUMNS.get(name, f"{source}.`{name}`") for name in SCHEMAS[fact_type].names}
    if fact_type is Actor:  # actors stored by the first schema version have no such list
        columns["identifiers"] = "coalesce(n.identifiers, [])"
    return columns


def _variable(fact_type: type[Fact]) -> str:
    return "n" if is_node(fact_type) else "r"


def _match(fact_type: type[Fact]) -> str:
    if is_node(fact_type):
        return f"MATCH (n:{_NODE_LABELS[fact_type]}) WHERE n.digest IS NOT NULL"
    return f"MATCH {_LINKS[fact_type]} WHERE r.digest IS NOT NULL"
