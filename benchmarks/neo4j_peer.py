"""A Neo4j server with Graph Data Science that :mod:`benchmarks.speed` compares with: one list, and lists for all."""

import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import neo4j
from scipy import sparse

from benchmarks.peers import N_FACTORS, N_PROCESSORS, N_SHOWN, Listed, batches

SCRIPT = Path(__file__).parent.parent / "tests" / "neo4j" / "server"
_CANNOT_RUN_HERE = 3
_PASSWORD = "ketnoi-speed"
_BATCH = 5_000

CONSTRAINT = "CREATE CONSTRAINT speed_actor_row IF NOT EXISTS FOR (actor:Actor) REQUIRE actor.row IS UNIQUE"
LOAD_ACTORS = "UNWIND $rows AS row CREATE (:Actor {row: row.row, name: row.name})"
LOAD_LINKS = """
UNWIND $rows AS row
MATCH (source:Actor {row: row.source})
MATCH (target:Actor {row: row.target})
CREATE (source)-[:LINKED {weight: row.weight}]->(target)
"""
TWO_HOP = """
MATCH (asker:Actor {row: $row})-[first:LINKED]-(:Actor)-[second:LINKED]-(candidate:Actor)
WITH asker, candidate, sum(first.weight * second.weight) AS score
WHERE candidate <> asker AND NOT EXISTS { (asker)-[:LINKED]-(candidate) }
RETURN candidate.row AS row, candidate.name AS name, score
ORDER BY score DESC, row
LIMIT $limit
"""
PROJECT = """
CALL gds.graph.project('links', 'Actor', {LINKED: {orientation: 'UNDIRECTED', properties: 'weight'}})
YIELD relationshipCount RETURN relationshipCount
"""
NODE_SIMILARITY = """
CALL gds.nodeSimilarity.stream('links', {topK: $limit, relationshipWeightProperty: 'weight', concurrency: $concurrency})
YIELD node1, node2, similarity
RETURN node1 AS node, collect([node2, similarity]) AS listed
"""
EMBED = """
CALL gds.fastRP.mutate('links', {embeddingDimension: $dimensions, relationshipWeightProperty: 'weight',
  mutateProperty: 'position', randomSeed: 0, concurrency: $concurrency})
YIELD nodePropertiesWritten RETURN nodePropertiesWritten
"""
NEAREST = """
CALL gds.knn.stream('links', {topK: $limit, nodeProperties: ['position'], concurrency: $concurrency})
YIELD node1, node2, similarity
RETURN node1 AS node, collect([node2, similarity]) AS listed
"""


class NotRunError(Exception):
    """The server cannot run on this machine; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens, and the credentials for it."""

    uri: str
    user: str
    password: str


@contextmanager
def running_server() -> Iterator[Address]:
    """A server with Graph Data Science that is started for the block and stopped at its end.

    Raises
    ------
    NotRunError
        Java, Maven or the jars are missing, or the server does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with TemporaryDirectory(prefix="ketnoi-speed-") as home:
        command = [str(SCRIPT), "start", "--gds", "--port", port, "--home", home, "--password", _PASSWORD]
        try:
            started = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise NotRunError(f"{SCRIPT.name} cannot be run: {error.strerror}") from error
        if started.returncode:
            reason = (started.stderr.strip().splitlines() or ["no message"])[-1]
            raise NotRunError(reason if started.returncode == _CANNOT_RUN_HERE else f"Neo4j does not start: {reason}")
        try:
            yield Address(f"bolt://127.0.0.1:{port}", "neo4j", _PASSWORD)
        finally:
            subprocess.run([str(SCRIPT), "kill", "--port", port], capture_output=True, check=False)


class Neo4jPeer:
    """The links in Neo4j: ``(:Actor {row, name})-[:LINKED {weight}]-(:Actor {row, name})``, each pair once.

    Use :meth:`connected`; a session stays open, as it would in a service.
    """

    def __init__(self, session: neo4j.Session) -> None:
        self._session = session

    @classmethod
    @contextmanager
    def connected(cls, address: Address) -> Iterator["Neo4jPeer"]:
        """The peer on a server, with nothing loaded so far.

        Raises
        ------
        NotRunError
            The server does not answer, or holds a graph that this benchmark must not touch.
        """
        auth = (address.user, address.password)
        with neo4j.GraphDatabase.driver(address.uri, auth=auth) as driver, driver.session(database="neo4j") as session:
            peer = cls(session)
            try:
                ((is_empty,),) = peer.run("RETURN NOT EXISTS { MATCH () } AS is_empty")
            except (neo4j.exceptions.Neo4jError, neo4j.exceptions.DriverError) as error:
                raise NotRunError(f"Neo4j does not answer: {type(error).__name__}") from error
            if not is_empty:
                raise NotRunError("the Neo4j database is not empty; name one that is")
            yield peer

    def run(self, query: str, **parameters: object) -> list[neo4j.Record]:
        """The records that a query returns."""
        return list(self._session.run(query, parameters))

    def load(self, links: sparse.csr_array, names: Sequence[str]) -> None:
        """Write the actors and their links, in batches."""
        upper = sparse.triu(links, 1).tocoo()
        self.run(CONSTRAINT)
        for actors in batches([{"row": row, "name": name} for row, name in enumerate(names)], _BATCH):
            self.run(LOAD_ACTORS, rows=actors)
        columns = (upper.row.tolist(), upper.col.tolist(), upper.data.tolist())
        rows = [
            {"source": source, "target": target, "weight": weight}
            for source, target, weight in zip(*columns, strict=True)
        ]
        for some in batches(rows, _BATCH):
            self.run(LOAD_LINKS, rows=some)
        self.run("CALL db.awaitIndexes()")

    def two_hop(self, row: int) -> Listed:
        """The weighted two-hop list of one actor."""
        return [(record["row"], record["score"]) for record in self.run(TWO_HOP, row=row, limit=N_SHOWN)]

    def clear(self) -> None:
        """Delete what was loaded."""
        self.run("MATCH (actor:Actor) CALL (actor) { DETACH DELETE actor } IN TRANSACTIONS OF 10000 ROWS")
        self.run("DROP CONSTRAINT speed_actor_row IF EXISTS")

    def project(self) -> None:
        """Bring the links into the memory of Graph Data Science.

        Raises
        ------
        NotRunError
            The server has no Graph Data Science.
        """
        try:
            self.run(PROJECT)
        except neo4j.exceptions.ClientError as error:
            raise NotRunError(f"no Graph Data Science: {error.code}") from error

    def node_similarity(self) -> int:
        """Stream the lists of node similarity; returns the number of their rows."""
        return len(self.run(NODE_SIMILARITY, limit=N_SHOWN, concurrency=N_PROCESSORS))

    def nearest_by_position(self) -> int:
        """Stream lists by approximate nearest neighbours of FastRP embeddings; returns the number of their rows."""
        self.run(EMBED, dimensions=N_FACTORS, concurrency=N_PROCESSORS)
        return len(self.run(NEAREST, limit=N_SHOWN, concurrency=N_PROCESSORS))
