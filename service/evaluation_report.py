"""An evaluation as one page that can be sent, printed and read without a network: tables, pictures, no scripts."""

from collections.abc import Iterable, Sequence
from html import escape
from math import isfinite
from typing import TYPE_CHECKING

from matching.ranking.exposure import MAX_ODDS_RATIO, MAX_SCORE_GAP
from service.evaluation_charts import Interval, intervals_svg, reliability_svg

if TYPE_CHECKING:
    from matching.evaluation.evaluate import MethodResult, Report, Split

_TASKS = {
    "partner": "New partners of a member",
    "brief": "Partners for a brief in words",
}
_MEASURES = (
    ("nDCG@20", "how many of those who came to work together stand among the first twenty, and how high; 1 at best."),
    ("ratio", "the nDCG@20 divided by that of the best baseline of this run."),
    ("Recall@20", "the share of those who came to work together that is among the first twenty."),
    ("hit rate", "the share of queries with at least one of them among the first twenty."),
    ("coverage", "the share of candidates that is in at least one list."),
    ("Gini", "how unequally candidates are shown: 0 if all equally often, towards 1 if always the same few."),
    ("newcomers", "the share of places held by candidates with at most two earlier partners."),
)
_COLUMNS = ("method", "nDCG@20", "95 % interval", "ratio", "Recall@20", "hit rate", "coverage", "Gini", "newcomers")
_NAMES = "which baseline"
_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1a2023; --quiet: #4d575c; --line: #d3dadc; --accent: #006269; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12181a; --ink: #e8edee; --quiet: #aab6ba; --line: #344044; --accent: #6fcbd0; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1rem 1.25rem 3rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 "Be Vietnam Pro", system-ui, sans-serif; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.25; margin: 2.5rem 0 .75rem; }
h1 { margin-top: 1rem; }
p, li, dd { max-width: 70ch; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .125rem 1.5rem; }
dt { color: var(--quiet); }
dd { margin: 0; }
.scroll { overflow-x: auto; margin: 1rem 0; }
.scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .9375rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
caption { text-align: left; color: var(--quiet); padding-bottom: .375rem; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { font-weight: 400; }
thead th { color: var(--quiet); }
th:first-child, .word { text-align: left; }
th:first-child { padding-left: 0; }
.best th, .best td { font-weight: 700; }
svg { width: 100%; min-width: 26rem; max-width: max-content; height: auto; font-size: 14px; }
svg text { fill: currentColor; }
.grid { stroke: var(--line); fill: none; }
.same { stroke: var(--quiet); stroke-dasharray: 6 5; fill: none; }
.line { stroke: var(--accent); stroke-width: 2; fill: none; }
.whisker { stroke: currentColor; stroke-width: 1.5; }
.ours { fill: var(--accent); }
.other { fill: var(--quiet); }
.name-ours { font-weight: 700; }
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #333; --accent: #003f44; --line: #bbb; }
  body { max-width: none; font-size: 10pt; }
  .scroll { overflow: visible; }
  svg { min-width: 0; }
  table, svg { break-inside: avoid; }
}
"""


def report_page(report: "Report", network: str) -> str:
    """The evaluation of a network as an HTML page that refers to nothing outside itself."""
    title = f"{_TASKS[report.protocol.task]}: how good the suggestions are"
    parts = [_opening(report, network, title), _methods(report), _splits(report), _exposure(report)]
    parts += [_calibration(report), _measures()]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


def _opening(report: "Report", network: str, title: str) -> str:
    protocol = report.protocol
    facts = {
        "Network": network,
        "Learned from": f"everything dated before {protocol.cut}",
        "Tested on": f"what started from {protocol.cut} until before {protocol.until}",
        "Queries": f"{report.n_questions:,}",
        "Candidates": f"{report.n_candidates:,}, all of them ranked for every query",
        "Model": report.model_version,
        "Seed": str(protocol.seed),
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in facts.items())
    return f"<h1>{escape(title)}</h1>\n<p>{escape(_result(report))}</p>\n<dl>{listed}</dl>"


def _result(report: "Report") -> str:
    if not isfinite(report.ratio):
        return "No baseline found anyone who came to work together, so that there is nothing to compare with."
    low, high = report.ratio_interval
    return (
        f"Measured by nDCG@20, the lists of Ketnoi are {report.ratio:.2f} times as good as those of the best baseline, "
        f"{report.best_baseline.name} (95 % interval {low:.2f} to {high:.2f})."
    )


def _methods(report: "Report") -> str:
    low_to_high = [
        Interval(method.name, method.ndcg, *method.interval, method is report.ours) for method in report.methods
    ]
    return (
        f'<h2 id="methods">Methods</h2>\n<div class="scroll" tabindex="0" role="group" aria-label="Picture of the '
        f'methods">{intervals_svg(low_to_high, "nDCG@20")}</div>\n'
        + _method_table(report, report.methods, "All methods on the same queries, best first.")
    )


def _method_table(report: "Report", methods: Sequence["MethodResult"], caption: str) -> str:
    rows = []
    for method in methods:
        low, high = method.interval
        figures = (method.recall, method.hit_rate, method.coverage, method.gini, method.newcomer_share)
        ratio = f"{report.ratio_of(method):.2f}" if report.best_baseline.ndcg else "–"
        cells = (f"{method.ndcg:.3f}", f"{low:.3f}–{high:.3f}", ratio)
        rows.append((method.name, *cells, *(f"{figure:.3f}" for figure in figures)))
    return _table(caption, _COLUMNS, rows, best=report.ours.name)


def _splits(report: "Report") -> str:
    parts = ['<h2 id="splits">Parts of the queries</h2>']
    named = {"history": "By earlier partners of who asks", "kinds": "By kind of who asks and of who is sought"}
    for by, heading in named.items():
        splits = [split for split in report.splits if split.by == by]
        if splits:
            parts.append(f'<h3 id="by-{by}">{heading}</h3>\n{_split_table(splits, heading)}')
    if len(parts) == 1:
        parts.append("<p>There were too few queries to tell parts of them apart.</p>")
    return "\n".join(parts)


def _split_table(splits: Iterable["Split"], heading: str) -> str:
    columns = ("part", "queries", "Ketnoi", "best baseline", "ratio", _NAMES)
    rows = [
        (
            split.name,
            f"{split.n_questions:,}",
            f"{split.ours:.3f}",
            f"{split.best_baseline:.3f}",
            f"{split.ours / split.best_baseline:.2f}" if split.best_baseline else "–",
            split.best_baseline_name,
        )
        for split in splits
    ]
    return _table(f"{heading}: nDCG@20 beside the baseline that is best in that part.", columns, rows)


def _exposure(report: "Report") -> str:
    loss = report.exposure_loss
    said = f"costs {loss:.1%} of" if loss > 0 else f"adds {-loss:.1%} to"
    return (
        '<h2 id="exposure">Who is seen</h2>\n<p>The service lets members come forward that are seldom shown. Nobody is '
        f"put before a candidate whose odds are more than {MAX_ODDS_RATIO:g} times better (where no probability is "
        f"known: whose score is higher by more than {MAX_SCORE_GAP:g}), and the last of twenty places may go to the "
        f"best newcomer. Here this {said} the nDCG@20.</p>\n"
        + _method_table(report, (report.ours, report.exposure_aware), "Lists in the order of the score, and as shown.")
    )


def _calibration(report: "Report") -> str:
    heading = '<h2 id="calibration">What a stated likelihood is worth</h2>'
    if report.calibration_error is None:
        return f"{heading}\n<p>The model states no probability: there was too little to learn it from.</p>"
    rows = [
        (f"{number}", f"{part.stated:.1%}", f"{part.observed:.1%}", f"{part.n:,}")
        for number, part in enumerate(report.reliability, start=1)
    ]
    columns = ("bin", "stated", "observed", "suggestions")
    return (
        f"{heading}\n<p>The suggestions in all lists, in ten bins of equal count by the probability stated for them. "
        "Dots on the broken line state what came true; below it, too much was promised. Expected calibration error: "
        f'<strong>{report.calibration_error:.3f}</strong>.</p>\n<div class="scroll" tabindex="0" role="group" '
        f'aria-label="Picture of the calibration">{reliability_svg(report.reliability)}</div>\n'
        + _table("Probability stated, and share that came true.", columns, rows)
    )


def _measures() -> str:
    listed = "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in _MEASURES)
    return f'<h2 id="measures">What the columns mean</h2>\n<dl>{listed}</dl>'


def _table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]], best: str = "") -> str:
    """A table whose first column names its rows, that of ``best`` in bold; it can be scrolled by keyboard."""
    style = [' class="word"' if column == _NAMES else "" for column in columns]
    head = "".join(f'<th scope="col"{kind}>{column}</th>' for kind, column in zip(style, columns, strict=True))
    body = "".join(
        f'<tr{" class=best" if first == best else ""}><th scope="row">{escape(first)}</th>'
        + "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(style[1:], cells, strict=True))
        + "</tr>"
        for first, *cells in rows
    )
    said = escape(caption)
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{said}"><table><caption>{said}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
