"""The command that ranks partners for many queries: rank."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.text import Text

from graph.errors import InvalidQueryError
from matching.batch import Ranked, rank_actors, rank_briefs
from matching.index.network_index import NetworkIndex
from matching.learning.training import train_or_day_one
from matching.ranking.ranker import Task
from matching.recommend import Recommender
from service.cli.app import app, error_console
from service.cli.context import CommandContext, LanguageOption
from service.cli.folders import whole_file
from service.cli.inputs import DAY_FORMATS, FolderArgument, as_known_before, require_place_for, snapshot_of_folder
from service.cli.progress import OnStage, stage_bars
from service.cli.queries import ACTOR_COLUMNS, BRIEF_COLUMNS, read_queries


@app.command()
def rank(
    folder: FolderArgument,
    as_of: Annotated[datetime, typer.Option(formats=DAY_FORMATS)],
    output: Annotated[Path, typer.Option()],
    actors: Annotated[Path | None, typer.Option()] = None,
    briefs: Annotated[Path | None, typer.Option()] = None,
    new_only: Annotated[bool, typer.Option("--new-only")] = False,
    limit: Annotated[int, typer.Option(min=1)] = 20,
    exposure: Annotated[bool, typer.Option("--exposure")] = False,
    seed: Annotated[int, typer.Option()] = 0,
    language: LanguageOption = None,
) -> None:
    """Rank partners for many actors or briefs as of a day."""
    words = CommandContext.of(language=language).words
    task, queries = _read(actors, briefs)
    require_place_for(output)
    known = as_known_before(as_of.date(), snapshot_of_folder(folder, words), words)
    with stage_bars(words) as on_stage:
        ranker = train_or_day_one(task, known, np.random.default_rng(seed), on_stage)
        recommender = Recommender(NetworkIndex(known), {task: ranker})
        lists = (
            rank_briefs(recommender, queries, limit=limit, exposure=exposure)
            if task == "brief"
            else rank_actors(
                recommender,
                [query["actor_id"] for query in queries],
                limit=limit,
                new_only=new_only,
                exposure=exposure,
            )
        )
        unanswered = _write(output, _counted(lists, len(queries), on_stage))
    done = {"n_ranked": len(queries) - len(unanswered), "n_queries": len(queries), "model": ranker.version}
    error_console.print(words.text("rank.done", **done))
    if unanswered:
        day, first = f"{as_of:%Y-%m-%d}", unanswered[0]
        error_console.print(Text(words.text("rank.unanswered", n=len(unanswered), day=day, first=first), "yellow"))
        raise typer.Exit(1)


def _read(actors: Path | None, briefs: Path | None) -> tuple[Task, list[dict[str, str]]]:
    """The task and its queries, from the one file that is given."""
    if actors is not None and briefs is None:
        return "partner", read_queries(actors, ACTOR_COLUMNS)
    if briefs is not None and actors is None:
        return "brief", read_queries(briefs, BRIEF_COLUMNS)
    raise InvalidQueryError("one_question", "Give either --actors FILE or --briefs FILE.")


def _counted(
    lists: Iterable[tuple[str, list[Ranked]]], n_queries: int, on_stage: OnStage
) -> Iterator[tuple[str, list[Ranked]]]:
    for n_done, entry in enumerate(lists, start=1):
        on_stage("rank", n_done, n_queries)
        yield entry


def _write(output: Path, lists: Iterable[tuple[str, Sequence[Ranked]]]) -> list[str]:
    """Write the lists to a file that appears whole or not at all; return the ids of queries without a list."""
    unanswered = []
    with whole_file(output) as stream:
        writer = csv.writer(stream)
        writer.writerow(("query_id", "actor_id", "rank", "score"))
        for query_id, lines in lists:
            if not lines:
                unanswered.append(query_id)
            writer.writerows((line.query_id, line.actor_id, line.rank, f"{line.score:.9g}") for line in lines)
    return unanswered
