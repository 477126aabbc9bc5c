"""An evaluation as one HTML page that refers to nothing outside itself: tables and charts, no scripts."""

from collections.abc import Sequence
from functools import cache
from math import isfinite
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from graph.kinds import Language
from graph.wording import Catalogue, load_catalogue
from matching.ranking.exposure import MAX_ODDS_RATIO, MAX_SCORE_GAP
from service.evaluation_charts import ChartText, Interval, interval_chart, reliability_chart
from service.evaluation_wording import decimal, method_name, percent, split_name
from service.pages.wording import format_number

if TYPE_CHECKING:
    from matching.evaluation.report import MethodResult, Report, Split

_MEASURES = ("ndcg", "ratio", "recall", "hit_rate", "coverage", "gini", "newcomers")
_METHOD_COLUMNS = ("method", "ndcg", "interval", *_MEASURES[1:])
_SPLIT_COLUMNS = ("part", "queries", "ours", "best", "ratio", "best_name")
_BIN_COLUMNS = ("bin", "stated", "observed", "suggestions")

Cells = tuple[str, ...]
"""The cells of one line of a table; the first one names the line."""


def report_page(report: "Report", network: str, language: Language) -> str:
    """The page about the evaluation of a network.

    Raises
    ------
    KetnoiError
        The library that draws the charts is not installed.
    """
    words = load_catalogue(language, "evaluation")
    error = report.calibration_error
    return (
        _environment()
        .get_template("evaluation/report.html")
        .render(
            t=words.text,
            language=language,
            title=words.text(f"title.{report.protocol.task}"),
            result=_result(report, words),
            facts=_facts(report, network, words),
            measures=_MEASURES,
            method_columns=_METHOD_COLUMNS,
            split_columns=_SPLIT_COLUMNS,
            bin_columns=_BIN_COLUMNS,
            ours=method_name(report.ours.name, words),
            methods=_method_rows(report, report.methods, words),
            intervals=Markup(_intervals(report, words)),  # noqa: S704  the chart escapes its texts
            splits=_splits(report.splits, words),
            odds=format_number(MAX_ODDS_RATIO, language),
            gap=format_number(MAX_SCORE_GAP, language),
            exposure=_method_rows(report, (report.ours, report.exposure_aware), words),
            exposure_effect=_exposure_effect(report, words),
            calibration_error="" if error is None else decimal(error, 3, language),
            reliability="" if error is None else Markup(_reliability(report, words)),  # noqa: S704
            bins=_bin_rows(report, words),
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("service"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _result(report: "Report", words: Catalogue) -> str:
    if not isfinite(report.ratio):
        return words.text("result.none")
    ratio, low, high = (decimal(value, 2, words.language) for value in (report.ratio, *report.ratio_interval))
    return words.text("result", ratio=ratio, low=low, high=high, baseline=method_name(report.best_baseline.name, words))


def _facts(report: "Report", network: str, words: Catalogue) -> Sequence[tuple[str, str]]:
    protocol = report.protocol
    return (
        ("network", network),
        ("learned", words.text("fact.learned_from", cut=protocol.cut)),
        ("tested", words.text("fact.tested_on", cut=protocol.cut, until=protocol.until)),
        ("queries", format_number(report.n_questions, words.language)),
        ("candidates", words.text("fact.all_ranked", n=report.n_candidates)),
        ("model", report.model_version),
        ("seed", str(protocol.seed)),
    )


def _method_rows(report: "Report", methods: Sequence["MethodResult"], words: Catalogue) -> list[Cells]:
    language = words.language
    rows = []
    for method in methods:
        low, high = (decimal(bound, 3, language) for bound in method.interval)
        figures = (method.recall, method.hit_rate, method.coverage, method.gini, method.newcomer_share)
        rows.append(
            (
                method_name(method.name, words),
                decimal(method.ndcg, 3, language),
                f"{low}–{high}",
                decimal(report.ratio_of(method), 2, language),
                *(decimal(figure, 3, language) for figure in figures),
            )
        )
    return rows


def _splits(splits: Sequence["Split"], words: Catalogue) -> list[tuple[str, list[Cells]]]:
    """The rows about parts of the queries, by how the queries were divided."""
    by_division: dict[str, list[Cells]] = {}
    for split in splits:
        by_division.setdefault(split.by, []).append(_split_row(split, words))
    return list(by_division.items())


def _split_row(split: "Split", words: Catalogue) -> Cells:
    language = words.language
    return (
        split_name(split, words),
        format_number(split.n_questions, language),
        decimal(split.ours, 3, language),
        decimal(split.best_baseline, 3, language),
        decimal(split.ours / split.best_baseline, 2, language) if split.best_baseline else "–",
        method_name(split.best_baseline_name, words),
    )


def _exposure_effect(report: "Report", words: Catalogue) -> str:
    loss = report.exposure_loss
    effect = "exposure.costs" if loss > 0 else "exposure.adds"
    return words.text(effect, share=percent(abs(loss), words.language))


def _bin_rows(report: "Report", words: Catalogue) -> list[Cells]:
    language = words.language
    return [
        (str(number), percent(part.stated, language), percent(part.observed, language), format_number(part.n, language))
        for number, part in enumerate(report.reliability, start=1)
    ]


def _intervals(report: "Report", words: Catalogue) -> str:
    values = [
        Interval(method_name(method.name, words), method.ndcg, *method.interval, method is report.ours)
        for method in report.methods
    ]
    same = words.text("picture.same")
    text = ChartText(words.text("methods.picture"), same, words.text("column.ndcg"), "", words.language)
    return interval_chart(values, text)


def _reliability(report: "Report", words: Catalogue) -> str:
    text = ChartText(
        title=words.text("calibration.picture"),
        description=words.text("picture.same"),
        x_label=words.text("axis.stated"),
        y_label=words.text("axis.observed"),
        language=words.language,
    )
    return reliability_chart(report.reliability, text)
