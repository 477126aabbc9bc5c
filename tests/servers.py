"""A real Neo4j server for tests, started by the script beside this module."""

import os
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import neo4j
import pytest

from graph.neo4j_store import DATABASE
from graph.store import Credentials

LTS = "5.26.31"
NEWEST = "2026.05.0"

_SCRIPT = Path(__file__).parent / "neo4j" / "server"
_CANNOT_RUN_HERE = 3


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Neo4jServer:
    """A Neo4j server of one version with its own port and home folder."""

    version: str
    home: Path
    port: int
    credentials = Credentials("neo4j", "ketnoi-test")

    @property
    def uri(self) -> str:
        """Address of the server."""
        return f"bolt://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, or start again; skip the test where this machine cannot, fail it there in CI."""
        if shutil.which("bash") is None:
            _cannot_run("bash is not installed")
        result = self._run(
            "start", "--version", self.version, "--home", str(self.home), "--password", self.credentials.password
        )
        if result.returncode == _CANNOT_RUN_HERE:
            _cannot_run(result.stderr.strip().splitlines()[-1])
        assert result.returncode == 0, result.stderr

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        assert self._run("kill").returncode == 0

    def clear(self) -> None:
        """Forget everything that was written."""
        self.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS")

    def run(self, query: str, **parameters: object) -> list[neo4j.Record]:
        """The records a query returns, asked beside any store."""
        auth = (self.credentials.user, self.credentials.password)
        with (
            neo4j.GraphDatabase.driver(self.uri, auth=auth) as driver,
            driver.session(database=DATABASE) as session,
        ):
            return list(session.run(query, parameters))

    def _run(self, verb: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(_SCRIPT), verb, "--port", str(self.port), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def _cannot_run(reason: str) -> None:
    message = f"no Neo4j: {reason}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
