"""The command that makes a network's own rankers: train."""

import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import Progress

from graph.errors import InvalidQueryError, KetnoiError
from graph.snapshot import GraphSnapshot
from matching.learning.training import MIN_QUESTIONS, N_EXAMPLES, answered_examples, train
from matching.ranking.model_files import model_file, to_json
from matching.ranking.ranker import TASKS, Task
from service.cli.app import JsonOption, StoreOption, app, console, error_console
from service.cli.folders import whole_file
from service.cli.inputs import DAY_FORMATS, TaskName, as_known_before, loaded_network, snapshot_of_folder
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of learning one task; without a version, model and file where the past was too short.

    ``n_questions`` is how many past questions were learned from, or would have been.
    """

    task: Task
    n_questions: int
    n_needed: int
    as_of: str
    seconds: float
    model_version: str | None = None
    is_calibrated: bool | None = None
    file: str | None = None


@app.command("train")
def train_command(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", help="A folder of tables to learn from in place of the store.", show_default=False
        ),
    ] = None,
    task: Annotated[
        TaskName | None,
        typer.Option(help="Learn this only: partners of an actor, or actors for a brief. Without it, both."),
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(
            formats=DAY_FORMATS,
            help="Learn only from what is dated before it. Without it, from the network as it is now.",
        ),
    ] = None,
    models: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder to write partner.json and brief.json to. Without it: KETNOI_MODELS."),
    ] = None,
    examples: Annotated[
        int | None,
        typer.Option(
            min=MIN_QUESTIONS,
            help="Past questions to learn from at most. "
            f"Without it: {N_EXAMPLES['partner']} for partner, {N_EXAMPLES['brief']} for brief.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the sampling.")] = 0,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn the network's own rankers from its past, to be used in place of those that ship with Ketnoi.

    This takes some minutes. ketnoi match uses what was learned at once; ketnoi serve does when the network changes next
    or the service is started anew. To go back to the rankers that ship, remove the files.

    Exit code 0: something was learned. 1: the past is too short, everything stays as it was. 2: it could not be tried.
    """
    settings = Settings()
    destination = models or settings.models
    _require_place_for(destination)
    network = _network(settings, folder, store)
    known = network if as_of is None else as_known_before(as_of.date(), network)
    outcomes = []
    for wanted in TASKS if task is None else (task.value,):
        outcome = _learn(wanted, known, destination, seed, examples)
        outcomes.append(outcome)
        if not as_json:
            console.print(_sentence(outcome), highlight=False, markup=False, soft_wrap=True)
    if as_json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], ensure_ascii=False, indent=2))  # noqa: T201  for pipes
    learned = [outcome for outcome in outcomes if outcome.file]
    if len(learned) < len(outcomes) and as_of is None:
        error_console.print("Where the record ends before today, say when it does: --as-of DAY.")
    raise typer.Exit(0 if learned else 1)


def _network(settings: Settings, folder: Path | None, uri: str | None) -> GraphSnapshot:
    if folder is not None and uri is not None:
        raise InvalidQueryError("one_network", "Give either a folder DIR or --store URI.")
    if folder is not None:
        return snapshot_of_folder(folder)
    with loaded_network(settings, uri) as (_, snapshot):
        return snapshot


def _learn(task: Task, known: GraphSnapshot, destination: Path, seed: int, n_examples: int | None) -> Outcome:
    started = time.perf_counter()
    with Progress(console=error_console, transient=True) as progress:
        bar = progress.add_task(f"Learning {task}", total=None)
        answered = answered_examples(
            task,
            known,
            np.random.default_rng(seed),
            lambda _, done, total: progress.update(bar, completed=done, total=total),
            n_examples,
        )
        ranker = train(task, answered, known) if len(answered) >= MIN_QUESTIONS else None
    file = model_file(destination, task)
    if ranker is not None:
        _make(destination)
        with whole_file(file) as stream:
            stream.write(to_json(ranker))
    return Outcome(
        task,
        n_questions=len(answered),
        n_needed=MIN_QUESTIONS,
        as_of=known.as_of.date().isoformat(),
        seconds=round(time.perf_counter() - started, 1),
        model_version=ranker.version if ranker else None,
        is_calibrated=ranker.probability(np.zeros(1)) is not None if ranker else None,
        file=str(file) if ranker else None,
    )


def _sentence(outcome: Outcome) -> str:
    if outcome.file is None:
        return (
            f"{outcome.task}: the past as of {outcome.as_of} answers {outcome.n_questions} questions, "
            f"{outcome.n_needed} are needed; the ranker in use stays."
        )
    calibrated = "calibrated" if outcome.is_calibrated else "not calibrated"
    return (
        f"{outcome.task}: {outcome.model_version} learned from {outcome.n_questions} past questions "
        f"as of {outcome.as_of}, {calibrated}, in {outcome.seconds:.1f} s: {outcome.file}"
    )


def _require_place_for(folder: Path) -> None:
    """Refuse a folder that cannot be written before minutes are spent on what to write."""
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not nearest.is_dir():
        raise InvalidQueryError("models_folder", f"{nearest} is a file. Name a folder for the models.")
    if not os.access(nearest, os.W_OK):
        raise InvalidQueryError("models_folder", f"{nearest} cannot be written. See to it, or name another: --models.")


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KetnoiError("models_folder", f"{folder} cannot be made: {error.strerror}.") from error
