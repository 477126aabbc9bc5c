"""The command that makes a network's own rankers: train."""

import json
import os
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import typer

from graph.errors import InvalidQueryError, KetnoiError
from graph.snapshot import GraphSnapshot
from graph.wording import Catalogue
from matching.learning.training import MIN_QUESTIONS, answered_examples, train
from matching.ranking.model_files import model_file, to_json
from matching.ranking.ranker import TASKS, Task
from service.cli.app import app, console, error_console
from service.cli.context import CommandContext, JsonOption, LanguageOption, StoreOption
from service.cli.folders import whole_file
from service.cli.inputs import DAY_FORMATS, TaskName, as_known_before, snapshot_of_folder
from service.cli.progress import OnStage, stage_bars
from service.pages.wording import format_number


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of learning one task. If the past is too short, there is no version, no calibration and no file.

    ``n_questions`` is the number of past questions that the past answers; at least ``n_needed`` are needed.
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
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", show_default=False)] = None,
    task: Annotated[TaskName | None, typer.Option()] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=DAY_FORMATS)] = None,
    models: Annotated[Path | None, typer.Option(metavar="DIR")] = None,
    examples: Annotated[int | None, typer.Option(min=MIN_QUESTIONS, show_default=False)] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    store: StoreOption = None,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Learn the network's own rankers from its past."""
    context = CommandContext.of(store, language)
    if folder is not None and store is not None:
        raise InvalidQueryError("one_network", "Give either a folder DIR or --store URI.")
    destination = models or context.settings.models
    _require_place_for(destination)
    network = _network(context, folder)
    known = network if as_of is None else as_known_before(as_of.date(), network, context.words)
    outcomes = []
    for wanted in TASKS if task is None else (task.value,):
        with stage_bars(context.words) as on_stage:
            outcome = _learn(wanted, known, destination, _Sampling(seed, examples), on_stage)
        outcomes.append(outcome)
        if not as_json:
            console.print(_sentence(outcome, context.words), highlight=False, markup=False, soft_wrap=True)
    if as_json:
        typer.echo(json.dumps([asdict(outcome) for outcome in outcomes], ensure_ascii=False, indent=2))
    learned = [outcome for outcome in outcomes if outcome.file]
    if len(learned) < len(outcomes) and as_of is None:
        error_console.print(context.words.text("train.say_as_of"))
    raise typer.Exit(0 if learned else 1)


class _Sampling(NamedTuple):
    """The seed of the sampling of past questions, and how many are learned from at most; None for the usual number."""

    seed: int
    n_examples: int | None


def _network(context: CommandContext, folder: Path | None) -> GraphSnapshot:
    if folder is not None:
        return snapshot_of_folder(folder, context.words)
    with context.network() as (_, snapshot):
        return snapshot


def _learn(task: Task, known: GraphSnapshot, destination: Path, sampling: _Sampling, on_stage: OnStage) -> Outcome:
    started = time.perf_counter()
    answered = answered_examples(task, known, np.random.default_rng(sampling.seed), on_stage, sampling.n_examples)
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


def _sentence(outcome: Outcome, words: Catalogue) -> str:
    facts = {"task": outcome.task, "day": outcome.as_of, "n_questions": outcome.n_questions}
    if outcome.file is None:
        return words.text("train.too_little", n_needed=outcome.n_needed, **facts)
    return words.text(
        "train.learned",
        model=outcome.model_version,
        calibration=words.text("train.calibrated" if outcome.is_calibrated else "train.not_calibrated"),
        seconds=format_number(outcome.seconds, words.language),
        file=outcome.file,
        **facts,
    )


def _require_place_for(folder: Path) -> None:
    """Raise for a folder that cannot be written, before minutes are spent on learning."""
    nearest = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not nearest.is_dir():
        raise InvalidQueryError("models_folder", f"{nearest} is a file. Name a folder for the models.")
    if not os.access(nearest, os.W_OK):
        raise InvalidQueryError(
            "models_folder", f"{nearest} cannot be written. Check its permissions, or name another: --models."
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KetnoiError("models_folder", f"{folder} cannot be made: {error.strerror}.") from error
