"""Progress bars on the error stream."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from graph.wording import Catalogue
from ingest.load import OnProgress as OnFileProgress
from ingest.load import ReadingProgress
from service.cli.app import error_console

OnStage = Callable[[str, int, int], None]
"""Takes the name of a stage of a long computation, the steps done, and the number of steps."""


@contextmanager
def file_bars() -> Iterator[OnFileProgress]:
    """A callback that draws one bar for each file; the bars stay when all files are read."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[rows]}"))
    with Progress(*columns, console=error_console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(progress: ReadingProgress) -> None:
            if progress.file not in tasks:
                tasks[progress.file] = bars.add_task(progress.file, total=1.0, rows="")
            bars.update(tasks[progress.file], completed=progress.fraction, rows=f"{progress.n_rows:,}")

        yield show


@contextmanager
def stage_bars(words: Catalogue) -> Iterator[OnStage]:
    """A callback that draws one bar for each stage; the bars go away at the end."""
    with Progress(console=error_console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(words.text(f"progress.{stage}"), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show
