"""Charts of an evaluation as SVG for a web page: no scripts, colours of the page, a title and a description."""

import io
import re
from collections.abc import Sequence
from html import escape
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from graph.errors import KetnoiError
from graph.kinds import Language
from service.evaluation_wording import decimal

if TYPE_CHECKING:
    from matching.evaluation.metrics import Bin

_INK, _QUIET, _LINE, _ACCENT = "#010203", "#040506", "#070809", "#0a0b0c"
_PROPERTY_OF = {_INK: "--ink", _QUIET: "--quiet", _LINE: "--line", _ACCENT: "--accent"}
"""Colours that stand for custom properties of the page, so that a chart follows light and dark mode."""
_POINTS_PER_INCH = 72


class Interval(NamedTuple):
    """A named value between its bounds; ``is_ours`` marks the one to emphasise."""

    name: str
    value: float
    low: float
    high: float
    is_ours: bool


class ChartText(NamedTuple):
    """The words of a chart: its title and description for screen readers, the labels of its axes, the language."""

    title: str
    description: str
    x_label: str
    y_label: str
    language: Language


def require_charts() -> ModuleType:
    """The module that draws.

    Raises
    ------
    KetnoiError
        The library is not installed.
    """
    try:
        from matplotlib import figure  # noqa: PLC0415  an extra, and slow to import
    except ModuleNotFoundError as missing:
        raise KetnoiError(
            "charts_missing",
            f"The charts need the library {missing.name}. Install Ketnoi with it: pip install '.[evaluation]'",
            library=missing.name,
        ) from missing
    return figure


def reliability_chart(bins: Sequence["Bin"], text: ChartText) -> str:
    """The stated probability of each bin against the observed frequency; on the broken line both are equal."""
    chart = require_charts().Figure(figsize=_inches(480, 420), layout="constrained")
    axes = chart.add_subplot()
    largest = max(max(part.stated, part.observed) for part in bins)
    top = 1.08 * max(largest, 0.01)
    axes.plot([0, top], [0, top], color=_QUIET, linestyle=(0, (5, 4)), linewidth=1)
    stated, observed = [part.stated for part in bins], [part.observed for part in bins]
    axes.plot(stated, observed, color=_ACCENT, marker="o", markersize=7, linewidth=2, clip_on=False)
    axes.set(xlim=(0, top), ylim=(0, top), xlabel=text.x_label, ylabel=text.y_label, aspect="equal")
    axes.locator_params(nbins=5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda share, _: f"{100 * share:g}%")
    _style(axes, grid="both")
    return _svg(chart, "reliability", text)


def interval_chart(values: Sequence[Interval], text: ChartText) -> str:
    """Values below each other, each with its interval as a whisker."""
    chart = require_charts().Figure(figsize=_inches(620, 70 + 28 * len(values)), layout="constrained")
    axes = chart.add_subplot()
    for place, value in enumerate(values):
        colour = _ACCENT if value.is_ours else _QUIET
        axes.plot([value.low, value.high], [place, place], color=_INK, linewidth=1.5, clip_on=False)
        axes.plot([value.value], [place], color=colour, marker="o", markersize=8, clip_on=False)
    labels = [_as_drawn(value.name) for value in values]
    axes.set(xlim=(0, None), ylim=(len(values) - 0.5, -0.5), xlabel=text.x_label)
    axes.set_yticks(range(len(values)), labels=labels)
    for label, value in zip(axes.get_yticklabels(), values, strict=True):
        label.set_fontweight("bold" if value.is_ours else "normal")
    axes.xaxis.set_major_formatter(lambda value, _: decimal(value, 2, text.language))
    _style(axes, grid="x")
    return _svg(chart, "intervals", text)


def _inches(width: float, height: float) -> tuple[float, float]:
    return width / _POINTS_PER_INCH, height / _POINTS_PER_INCH


def _as_drawn(name: str) -> str:
    return name.replace("$", r"\$")  # a pair of dollar signs would be read as a formula


def _style(axes: Any, grid: str) -> None:
    axes.grid(axis=grid, color=_LINE, linewidth=1)
    axes.set_axisbelow(True)
    axes.tick_params(color=_LINE, labelcolor=_INK, labelsize=13, length=0, pad=6)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set(color=_INK, size=13)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.patch.set_visible(False)


def _svg(chart: Any, name: str, text: ChartText) -> str:
    """The chart as an element of an HTML page, with ids that begin with its name."""
    from matplotlib import rc_context  # noqa: PLC0415

    chart.patch.set_visible(False)
    drawn = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}):
        chart.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = drawn.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(xlink:href="#|url\(#)', rf"\1{name}-", svg)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    for colour, custom_property in _PROPERTY_OF.items():
        svg = svg.replace(colour, f"var({custom_property})")
    title, description = f"{name}-title", f"{name}-description"
    described = (
        f'<svg role="img" aria-labelledby="{title}" aria-describedby="{description}" '
        f"{svg[len('<svg ') : svg.index('>')]}>"
        f'<title id="{title}">{escape(text.title)}</title><desc id="{description}">{escape(text.description)}</desc>'
    )
    return described + svg[svg.index(">") + 1 :]
