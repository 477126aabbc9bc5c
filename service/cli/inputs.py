"""What several commands are given: a task, a day, a network in a folder or a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from graph.dates import utc_now
from graph.errors import IngestError, InvalidQueryError, StoreUnavailableError
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from ingest.load import Reading, read_tables
from service.cli.app import error_console
from service.cli.network import existing_store
from service.settings import Settings

FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="A folder of tables in the exchange format.", show_default=False)
]
DAY_FORMATS = ["%Y-%m-%d"]


class TaskName(StrEnum):
    """The tasks of the command line."""

    partner = "partner"
    brief = "brief"


def snapshot_of_folder(folder: Path) -> GraphSnapshot:
    """The network that a folder of tables holds; rows that could not be read are counted on the error stream.

    Raises
    ------
    IngestError
        There is no such folder, nothing in it can be read, or no actor is in it.
    """
    with error_console.status(f"Reading {folder}"):
        reading: Reading = read_tables(folder)
    if not len(reading.tables.actors):
        raise IngestError("folder_without_actors", f"{folder} holds no actor that could be read.", folder=str(folder))
    n_errors = sum(issue.is_error for issue in reading.issues)
    if n_errors:
        error_console.print(
            f"[yellow]{n_errors} of {reading.n_rows} rows could not be read and are left out; "
            f"`ketnoi load {escape(str(folder))} --dry-run` lists them.[/]"
        )
    return GraphSnapshot.from_tables(reading.tables)


def as_known_before(day: date, snapshot: GraphSnapshot) -> GraphSnapshot:
    """A network as it could be known before a day; what has no date is left out and counted on the error stream.

    What is read today was written down before a day that is yet to pass: then only what is surely dated later is left
    out.
    """
    known = snapshot.before(day, is_recorded=day >= utc_now().date())
    if known.undated.n_projects or known.undated.n_relationships:
        error_console.print(
            f"Left out for want of a date: {known.undated.n_projects} projects, "
            f"{known.undated.n_relationships} relationships."
        )
    return known


@contextmanager
def loaded_network(settings: Settings, uri: str | None) -> Iterator[tuple[GraphStore, GraphSnapshot]]:
    """The store and the network it holds.

    Raises
    ------
    StoreUnavailableError
        There is no store; none is made.
    InvalidQueryError
        The store is empty.
    """
    existing = existing_store(settings, uri)
    if existing is None:
        raise StoreUnavailableError("store_missing", "There is no network yet. Load one first: ketnoi load DIR")
    with existing as opened:
        snapshot = GraphSnapshot.from_store(opened)
        if not snapshot.n_actors:
            raise InvalidQueryError("network_empty", f"{opened.uri} holds no actor yet. Load some: ketnoi load DIR")
        yield opened, snapshot
