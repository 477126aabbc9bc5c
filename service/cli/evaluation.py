"""The command that measures match quality: evaluate."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from graph.errors import KetnoiError
from graph.wording import Catalogue, load_catalogue
from matching.ranking.model_files import day_one_rankers
from service.cli.app import app, console
from service.cli.context import CommandContext, JsonOption, LanguageOption
from service.cli.folders import whole_file
from service.cli.inputs import DAY_FORMATS, FolderArgument, TaskName, require_place_for, snapshot_of_folder
from service.cli.progress import stage_bars
from service.evaluation_charts import require_charts
from service.evaluation_report import report_page
from service.evaluation_wording import decimal, method_name, percent, split_name

if TYPE_CHECKING:
    from matching.evaluation.report import Report

_TABLE_WIDTH = 116
"""Columns that the table of methods needs. On a narrower terminal its lines wrap, so that no number is cut off."""
_METHOD_COLUMNS = ("ndcg", "interval", "ratio", "recall", "hit_rate", "coverage", "gini", "newcomers")
_SPLIT_COLUMNS = ("part", "queries", "ours", "best", "best_name", "ratio")
_TEXT_COLUMNS = {"part", "best_name"}


@app.command("evaluate")
def evaluate_command(
    folder: FolderArgument,
    task: Annotated[TaskName, typer.Option()],
    cut: Annotated[datetime, typer.Option(formats=DAY_FORMATS)],
    until: Annotated[datetime, typer.Option(formats=DAY_FORMATS)],
    queries: Annotated[int, typer.Option(min=1)] = 1500,
    seed: Annotated[int, typer.Option()] = 0,
    report_file: Annotated[Path | None, typer.Option("--report", metavar="FILE.html")] = None,
    day_one: Annotated[bool, typer.Option("--day-one")] = False,
    language: LanguageOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure match quality on a folder of tables, with the usual baselines."""
    context = CommandContext.of(language=language)
    if report_file is not None:
        require_place_for(report_file)
        require_charts()
    try:
        from matching.evaluation.evaluate import evaluate  # noqa: PLC0415  its baselines are an extra
        from matching.evaluation.report import Protocol  # noqa: PLC0415  its baselines are an extra
    except ModuleNotFoundError as missing:
        raise KetnoiError(
            "evaluation_missing",
            f"The baselines need the library {missing.name}. Install Ketnoi with them: pip install '.[evaluation]'",
            library=missing.name,
        ) from missing
    protocol = Protocol(task.value, cut.date(), until.date(), queries, seed)
    snapshot = snapshot_of_folder(folder, context.words)
    with stage_bars(context.words) as on_stage:
        report = evaluate(snapshot, protocol, on_stage, day_one_rankers()[task.value] if day_one else None)
    if report_file is not None:
        with whole_file(report_file) as page:
            page.write(report_page(report, folder.absolute().name, context.language))
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2))
    else:
        _print_report(report, load_catalogue(context.language, "evaluation"))


def _print_report(report: "Report", words: Catalogue) -> None:
    language = words.language
    wide = Console(width=max(console.width, _TABLE_WIDTH))
    wide.print(_method_table(report, words))
    low, high = (decimal(bound, 2, language) for bound in report.ratio_interval)
    best = method_name(report.best_baseline.name, words)
    lines = [words.text("terminal.ratio", baseline=best, ratio=decimal(report.ratio, 3, language), low=low, high=high)]
    loss, aware = report.exposure_loss, method_name(report.exposure_aware.name, words)
    effect = "terminal.costs" if loss > 0 else "terminal.adds"
    lines.append(words.text(effect, method=aware, share=percent(abs(loss), language)))
    if report.calibration_error is not None:
        lines.append(words.text("terminal.calibration", error=decimal(report.calibration_error, 4, language)))
    lines.append(words.text("terminal.model", model=report.model_version))
    for line in lines:
        console.print(line)
    if report.splits:
        wide.print(_split_table(report, words))


def _method_table(report: "Report", words: Catalogue) -> Table:
    protocol, language = report.protocol, words.language
    counts = {"n_questions": report.n_questions, "n_candidates": report.n_candidates}
    period = {"task": protocol.task, "cut": protocol.cut, "until": protocol.until}
    table = Table(title=words.text("terminal.title", **counts, **period))
    table.add_column(words.text("column.method"))
    for name in _METHOD_COLUMNS:
        table.add_column(words.text(f"column.{name}"), justify="right")
    for method in report.methods:
        low, high = (decimal(bound, 3, language) for bound in method.interval)
        figures = (method.hit_rate, method.coverage, method.gini, method.newcomer_share)
        table.add_row(
            method_name(method.name, words),
            decimal(method.ndcg, 4, language),
            f"{low}–{high}",
            decimal(report.ratio_of(method), 2, language) if report.best_baseline.ndcg else "",
            decimal(method.recall, 4, language),
            *(decimal(figure, 3, language) for figure in figures),
            style="bold" if method is report.ours else None,
        )
    return table


def _split_table(report: "Report", words: Catalogue) -> Table:
    language = words.language
    table = Table(title=words.text("splits"))
    for name in _SPLIT_COLUMNS:
        heading = report.ours.name if name == "ours" else words.text(f"column.{name}")
        table.add_column(heading, justify="left" if name in _TEXT_COLUMNS else "right")
    for split in report.splits:
        table.add_row(
            split_name(split, words),
            str(split.n_questions),
            decimal(split.ours, 4, language),
            decimal(split.best_baseline, 4, language),
            method_name(split.best_baseline_name, words),
            decimal(split.ours / split.best_baseline, 2, language) if split.best_baseline else "",
        )
    return table
