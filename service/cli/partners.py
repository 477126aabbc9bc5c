"""Commands that suggest partners and measure suggestions: match, rank, evaluate."""

import csv
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from graph.errors import InvalidQueryError, KetnoiError, NotFoundError
from graph.kinds import Language, load_kinds
from graph.snapshot import GraphSnapshot
from graph.store import GraphStore
from matching.batch import ACTOR_COLUMNS, BRIEF_COLUMNS, Ranked, rank_actors, rank_briefs, read_queries
from matching.index.network_index import NetworkIndex
from matching.learning.training import train_or_day_one
from matching.questions import Answer, Options, Suggestion
from matching.ranking.model_files import day_one_rankers, rankers_in
from matching.ranking.ranker import Task
from matching.reasons.explanation import render
from matching.recommend import Recommender
from service.cli.app import JsonOption, StoreOption, app, console, error_console
from service.cli.folders import whole_file
from service.cli.inputs import (
    DAY_FORMATS,
    FolderArgument,
    TaskName,
    as_known_before,
    loaded_network,
    snapshot_of_folder,
)
from service.evaluation_report import report_page
from service.pages.partners import FIT_STEPS, fit_steps
from service.pages.wording import format_percent, likelihood_key, load_catalogue
from service.schemas.match import MatchAnswer
from service.settings import Settings

if TYPE_CHECKING:
    from matching.evaluation.evaluate import Report

_TABLE_WIDTH = 116
"""Columns that the table of an evaluation needs; a narrower terminal wraps its lines rather than cut its numbers."""


@app.command()
def match(
    actor_id: Annotated[str | None, typer.Argument(metavar="ACTOR_ID", help="A member of the network.")] = None,
    brief: Annotated[str | None, typer.Option(help="What is needed, in Vietnamese or English; - reads it.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Suggest this kind only; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(help="Partners at most, 1 to 1000.")] = 10,
    exposure: Annotated[
        bool | None,
        typer.Option(
            "--exposure/--no-exposure",
            help="Let members that are seldom shown come forward, within a margin; KETNOI_EXPOSURE otherwise.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[str | None, typer.Option(help="vi or en; KETNOI_LANGUAGE otherwise.")] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest partners and say why, for a member of the network or for a need in words.

    Examples:  ketnoi match st-selex --kind school
               ketnoi match --brief "cảm biến đo bụi mịn, cần nơi đặt trạm"
    """
    settings = Settings()
    said: Language = settings.language if language is None else _language(language)
    if (actor_id is None) == (brief is None):
        raise InvalidQueryError("one_question", "Give either an ACTOR_ID or --brief TEXT.")
    is_exposed = settings.exposure if exposure is None else exposure
    options = Options(kinds=tuple(kind or ()), limit=limit, exposure=is_exposed)
    rankers = rankers_in(settings.models)
    with loaded_network(settings, store) as (opened, snapshot):
        recommender = Recommender.build(snapshot, rankers)
        if brief is not None:
            answer = recommender.for_brief(sys.stdin.read() if brief == "-" else brief, options)
        else:
            answer = _for_actor(recommender, opened, str(actor_id), options)
    if as_json:
        print(MatchAnswer.of(answer, recommender.snapshot).model_dump_json(indent=2))  # noqa: T201  for pipes
    else:
        _print_answer(answer, recommender.snapshot, said)


@app.command()
def rank(
    folder: FolderArgument,
    as_of: Annotated[datetime, typer.Option(formats=DAY_FORMATS, help="Learn only from what is dated before it.")],
    output: Annotated[Path, typer.Option(help="CSV to write: query_id, actor_id, rank, score.")],
    actors: Annotated[Path | None, typer.Option(help="CSV with a column actor_id: rank partners of these.")] = None,
    briefs: Annotated[Path | None, typer.Option(help="CSV with id, title, summary: rank actors for these.")] = None,
    new_only: Annotated[bool, typer.Option("--new-only", help="Leave out earlier partners.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Actors for each query at most.")] = 20,
    exposure: Annotated[bool, typer.Option("--exposure", help="Order lists so that more actors are seen.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the sampling in training.")] = 0,
) -> None:
    """Rank partners for many actors or briefs, on a folder without a store, as of a day.

    Nothing dated on that day or later is looked at. Projects and relationships without a date are left out and counted.
    """
    if (actors is None) == (briefs is None):
        raise InvalidQueryError("one_question", "Give either --actors FILE or --briefs FILE.")
    source = actors or briefs
    queries = read_queries(source, BRIEF_COLUMNS if briefs else ACTOR_COLUMNS) if source else []
    _require_place_for(output)
    known = as_known_before(as_of.date(), snapshot_of_folder(folder))
    task: Task = "brief" if briefs else "partner"
    with Progress(console=error_console, transient=True) as progress:
        bar = progress.add_task("Learning", total=None)
        ranker = train_or_day_one(
            task,
            known,
            np.random.default_rng(seed),
            lambda _, done, total: progress.update(bar, completed=done, total=total),
        )
        recommender = Recommender(NetworkIndex(known), {task: ranker})
        lists = (
            rank_briefs(recommender, queries, limit=limit, exposure=exposure)
            if briefs
            else rank_actors(
                recommender,
                [row["actor_id"] for row in queries],
                limit=limit,
                new_only=new_only,
                exposure=exposure,
            )
        )
        unanswered = _write(output, progress.track(lists, total=len(queries), description="Ranking"))
    error_console.print(f"{len(queries) - len(unanswered)} of {len(queries)} queries ranked with {ranker.version}.")
    if unanswered:
        error_console.print(
            f"[yellow]{len(unanswered)} have no list: not in the network before {as_of:%Y-%m-%d}, or without any "
            f"fitting actor. The first: {escape(unanswered[0])}[/]"
        )
        raise typer.Exit(1)


@app.command("evaluate")
def evaluate_command(
    folder: FolderArgument,
    task: Annotated[TaskName, typer.Option(help="Partners of an actor, or actors for a brief.")],
    cut: Annotated[datetime, typer.Option(formats=DAY_FORMATS, help="Learn from before this day.")],
    until: Annotated[datetime, typer.Option(formats=DAY_FORMATS, help="Test on what starts before this day.")],
    queries: Annotated[int, typer.Option(min=1, help="Questions at most, sampled.")] = 1500,
    seed: Annotated[int, typer.Option(help="Seed of the sampling.")] = 0,
    report_file: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE.html", help="Write a page with tables and pictures as well."),
    ] = None,
    day_one: Annotated[
        bool, typer.Option("--day-one", help="Measure the ranker that ships with Ketnoi instead of one that learns.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure match quality on a folder of tables: every baseline beside Ketnoi, ranked over all candidates."""
    if report_file is not None:
        _require_place_for(report_file)
    try:
        from matching.evaluation.evaluate import Protocol, evaluate  # noqa: PLC0415  its baselines are an extra
    except ModuleNotFoundError as missing:
        raise KetnoiError(
            "evaluation_missing",
            f"The baselines need the library {missing.name}. Install Ketnoi with them: pip install '.[evaluation]'",
            library=missing.name,
        ) from missing
    protocol = Protocol(task.value, cut.date(), until.date(), queries, seed)
    snapshot = snapshot_of_folder(folder)
    with Progress(console=error_console, transient=True) as progress:
        bars: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage.capitalize(), total=total)
            progress.update(bars[stage], completed=done, total=total)

        report = evaluate(snapshot, protocol, show, day_one_rankers()[task.value] if day_one else None)
    if report_file is not None:
        with whole_file(report_file) as page:
            page.write(report_page(report, folder.absolute().name))
    if as_json:
        print(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))  # noqa: T201  for pipes
    else:
        _print_report(report)


def _language(name: str) -> Language:
    if name == "vi":
        return "vi"
    if name == "en":
        return "en"
    raise InvalidQueryError("unknown_language", f"There is no language {name!r} here. Use vi or en.")


def _for_actor(recommender: Recommender, store: GraphStore, actor_id: str, options: Options) -> Answer:
    try:
        return recommender.for_actor(actor_id, options)
    except NotFoundError as error:
        near = store.search_actors(actor_id, limit=5)
        if not near:
            raise
        listed = ", ".join(f"{actor.id} ({actor.name})" for actor in near)
        raise NotFoundError(error.code, f"{error.message} Did you mean: {listed}?", **error.context) from error


def _write(output: Path, lists: Iterable[tuple[str, list[Ranked]]]) -> list[str]:
    """Write the lists, the file appearing whole or not at all; the ids of queries without a list."""
    unanswered = []
    with whole_file(output) as stream:
        writer = csv.writer(stream)
        writer.writerow(("query_id", "actor_id", "rank", "score"))
        for query_id, lines in lists:
            if not lines:
                unanswered.append(query_id)
            writer.writerows((line.query_id, line.actor_id, line.rank, f"{line.score:.9g}") for line in lines)
    return unanswered


def _require_place_for(output: Path) -> None:
    """Refuse a path that cannot be written before hours are spent on what to write."""
    if output.is_dir():
        raise InvalidQueryError("output_file", f"{output} is a folder. Name a file to write.")
    if not output.absolute().parent.is_dir():
        raise InvalidQueryError("output_file", f"There is no folder {output.parent} to write {output.name} to.")


def _print_answer(answer: Answer, snapshot: GraphSnapshot, language: Language) -> None:
    kinds = load_kinds()
    if answer.understanding.fields:
        heading = {"vi": "Hiểu là", "en": "Understood as"}[language]
        labels = " · ".join(kinds.field_label(field, language) for field in answer.understanding.fields)
        console.print(f"[dim]{heading}: {labels}[/]")
    if not answer.suggestions:
        console.print({"vi": "Chưa tìm thấy đối tác phù hợp.", "en": "No fitting partner was found."}[language])
    for suggestion in answer.suggestions:
        actor = snapshot.actor(snapshot.index_of(suggestion.actor_id))
        kind = kinds.actor[actor.kind].short_label[language] if actor.kind in kinds.actor else actor.kind
        name = (actor.name_en if language == "en" else None) or actor.name
        console.print(
            f"[bold]{suggestion.rank:>3}  {escape(name)}[/]  [cyan]{escape(kind)}[/]  [dim]{escape(actor.id)}[/]  "
            f"{suggestion.score:.2f}",
            highlight=False,
        )
        console.print(f"     {_fit_and_likelihood(suggestion, language)}", highlight=False)
        if suggestion.moved > 0:
            moved = load_catalogue(language).text("suggestion.moved", n=suggestion.moved)
            console.print(f"     [dim]↑ {moved}[/]", highlight=False)
        for reason in suggestion.reasons:
            sign = "[red]−[/]" if reason.contribution < 0 else "[green]+[/]"
            text = escape(render(reason, language))
            console.print(f"     {sign} {abs(reason.contribution):5.2f}  {text}", highlight=False)
    if answer.n_hidden:
        hidden = {"vi": "Bộ lọc loại hình ẩn", "en": "Hidden by the kind filter"}[language]
        console.print(f"[dim]{hidden}: {answer.n_hidden}[/]")


def _fit_and_likelihood(suggestion: Suggestion, language: Language) -> str:
    catalogue = load_catalogue(language)
    steps = fit_steps(suggestion)
    said = [f"{catalogue.text('fit.label')} [green]{'▮' * steps}[/]{'▯' * (FIT_STEPS - steps)}"]
    if suggestion.likelihood is not None:
        word = catalogue.text(likelihood_key(suggestion.likelihood))
        stated = format_percent(suggestion.likelihood, language)
        said.append(f"{catalogue.text('likelihood.label')}: {word} ({stated})")
    return "  ".join(said)


def _print_report(report: "Report") -> None:
    wide = Console(width=max(console.width, _TABLE_WIDTH))
    wide.print(_method_table(report))
    low, high = report.ratio_interval
    console.print(f"ratio to {report.best_baseline.name}: {report.ratio:.3f} ({low:.2f}–{high:.2f})")
    loss, aware = report.exposure_loss, report.exposure_aware.name
    console.print(f"{aware}: {'costs' if loss > 0 else 'gains'} {abs(loss):.1%} of our nDCG@20")
    if report.calibration_error is not None:
        console.print(f"expected calibration error of the stated probability: {report.calibration_error:.4f}")
    console.print(f"model: {report.model_version}")
    if report.splits:
        wide.print(_split_table(report))


def _method_table(report: "Report") -> Table:
    protocol = report.protocol
    table = Table(
        title=f"{protocol.task} · learn before {protocol.cut} · test until {protocol.until} · "
        f"{report.n_questions} queries · {report.n_candidates} candidates"
    )
    table.add_column("method")
    for heading in ("nDCG@20", "95 %", "ratio", "Recall@20", "hit rate", "coverage", "Gini", "newcomers"):
        table.add_column(heading, justify="right")
    for method in report.methods:
        low, high = method.interval
        table.add_row(
            method.name,
            f"{method.ndcg:.4f}",
            f"{low:.3f}–{high:.3f}",
            f"{report.ratio_of(method):.2f}" if report.best_baseline.ndcg else "",
            f"{method.recall:.4f}",
            f"{method.hit_rate:.3f}",
            f"{method.coverage:.3f}",
            f"{method.gini:.3f}",
            f"{method.newcomer_share:.3f}",
            style="bold" if method is report.ours else None,
        )
    return table


def _split_table(report: "Report") -> Table:
    table = Table(title="by query")
    for heading in ("part", "queries", "ours", "best baseline", "", "ratio"):
        table.add_column(heading, justify="left" if heading in {"part", ""} else "right")
    for split in report.splits:
        ratio = f"{split.ours / split.best_baseline:.2f}" if split.best_baseline else ""
        ours, best = f"{split.ours:.4f}", f"{split.best_baseline:.4f}"
        table.add_row(split.name, str(split.n_questions), ours, best, split.best_baseline_name, ratio)
    return table
