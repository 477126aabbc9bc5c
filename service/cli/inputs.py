"""What several commands read: a task, a day, a network in a folder."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from graph.dates import utc_now
from graph.errors import IngestError, InvalidQueryError
from graph.snapshot import GraphSnapshot
from graph.wording import Catalogue
from ingest.load import read_tables
from service.cli.app import error_console

FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", show_default=False)]
DAY_FORMATS = ["%Y-%m-%d"]


class TaskName(StrEnum):
    """The tasks of the command line."""

    partner = "partner"
    brief = "brief"


def snapshot_of_folder(folder: Path, words: Catalogue) -> GraphSnapshot:
    """The network in a folder of tables. The number of rows that cannot be read is printed on the error stream.

    Raises
    ------
    IngestError
        There is no such folder, nothing in it can be read, or it holds no actor.
    """
    with error_console.status(Text(words.text("folder.reading", folder=folder))):
        reading = read_tables(folder)
    if not len(reading.tables.actors):
        raise IngestError("folder_without_actors", f"{folder} holds no actor that could be read.", folder=str(folder))
    n_errors = sum(issue.is_error for issue in reading.issues)
    if n_errors:
        left_out = words.text("folder.left_out", n=n_errors, n_rows=reading.n_rows, folder=folder)
        error_console.print(Text(left_out, "yellow"))
    return GraphSnapshot.from_tables(reading.tables)


def as_known_before(day: date, snapshot: GraphSnapshot, words: Catalogue) -> GraphSnapshot:
    """A network as it was known before a day. The number of facts without a date is printed on the error stream.

    Every fact of today was recorded before a day in the future. For such a day only facts that are dated later are
    left out.
    """
    known = snapshot.before(day, is_recorded=day >= utc_now().date())
    undated = known.undated
    if undated.n_projects or undated.n_relationships:
        error_console.print(
            words.text("folder.undated", n_projects=undated.n_projects, n_relationships=undated.n_relationships)
        )
    return known


def require_place_for(output: Path) -> None:
    """Raise :class:`~graph.errors.InvalidQueryError` for a file that cannot be written, before work is done for it."""
    if output.is_dir():
        raise InvalidQueryError("output_file", f"{output} is a folder. Name a file to write.")
    if not output.absolute().parent.is_dir():
        raise InvalidQueryError("output_file", f"There is no folder {output.parent} to write {output.name} to.")
