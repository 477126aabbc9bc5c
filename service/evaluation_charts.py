"""Pictures of an evaluation as SVG that needs no script; each says in its title and description what it shows."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import ceil
from typing import NamedTuple

from matching.evaluation.metrics import Bin

_SIDE = 400
_LEFT, _TOP, _BELOW = 64, 12, 52
_ROW_HEIGHT = 28
_NAMES_WIDTH = 210
_CHART_WIDTH = 720
_STEPS = (0.02, 0.05, 0.1, 0.2)
"""Distances between the lines of a scale that read well."""


class Interval(NamedTuple):
    """A named value between its bounds; ``is_ours`` where it is to stand out."""

    name: str
    value: float
    low: float
    high: float
    is_ours: bool


def reliability_svg(bins: Sequence[Bin]) -> str:
    """Stated probability against observed frequency, a dot a bin; on the broken line both are the same."""
    step, top = _scale(max(max(part.stated, part.observed) for part in bins))

    def x(share: float) -> float:
        return _LEFT + _SIDE * share / top

    def y(share: float) -> float:
        return _TOP + _SIDE * (1 - share / top)

    grid = "".join(
        f'<path class="grid" d="M{x(mark):.1f} {_TOP}V{_TOP + _SIDE}M{_LEFT} {y(mark):.1f}H{_LEFT + _SIDE}"/>'
        f'<text x="{x(mark):.1f}" y="{_TOP + _SIDE + 20}" text-anchor="middle">{mark:.0%}</text>'
        f'<text x="{_LEFT - 8}" y="{y(mark) + 5:.1f}" text-anchor="end">{mark:.0%}</text>'
        for mark in _marks(step, top)
    )
    joined = "L".join(f"{x(part.stated):.1f} {y(part.observed):.1f}" for part in bins)
    dots = "".join(
        f'<circle class="ours" cx="{x(part.stated):.1f}" cy="{y(part.observed):.1f}" r="5">'
        f"<title>stated {part.stated:.1%}, observed {part.observed:.1%}, {part.n} suggestions</title></circle>"
        for part in bins
    )
    middle = _TOP + _SIDE / 2
    return _svg(
        "reliability",
        (_LEFT + _SIDE + 24, _TOP + _SIDE + _BELOW),
        ("Stated probability and observed frequency", "The table beside it says the same in numbers."),
        (
            grid,
            f'<path class="same" d="M{x(0):.1f} {y(0):.1f}L{x(top):.1f} {y(top):.1f}"/>',
            f'<path class="line" d="M{joined}"/>',
            dots,
            f'<text x="{_LEFT + _SIDE / 2}" y="{_TOP + _SIDE + 44}" text-anchor="middle">stated probability</text>',
            f'<text transform="translate(16 {middle}) rotate(-90)" text-anchor="middle">observed frequency</text>',
        ),
    )


def intervals_svg(values: Sequence[Interval], measure: str) -> str:
    """Values below each other with their intervals as whiskers."""
    step, top = _scale(max(value.high for value in values))
    height = _ROW_HEIGHT * len(values)
    width = _CHART_WIDTH - _NAMES_WIDTH - 24

    def x(value: float) -> float:
        return _NAMES_WIDTH + width * value / top

    grid = "".join(
        f'<path class="grid" d="M{x(mark):.1f} 0V{height}"/>'
        f'<text x="{x(mark):.1f}" y="{height + 20}" text-anchor="middle">{mark:.2f}</text>'
        for mark in _marks(step, top)
    )
    rows = "".join(_whisker(value, x, _ROW_HEIGHT * (row + 0.5)) for row, value in enumerate(values))
    caption = f'<text x="{_NAMES_WIDTH + width / 2}" y="{height + 44}" text-anchor="middle">{escape(measure)}</text>'
    said = (f"{measure} of each method", "With 95 % intervals, in the order and the numbers of the table below.")
    return _svg("methods", (_CHART_WIDTH, height + _BELOW), said, (grid, rows, caption))


def _whisker(value: Interval, x: Callable[[float], float], y: float) -> str:
    kind, name_end = "ours" if value.is_ours else "other", _NAMES_WIDTH - 12
    return (
        f'<text class="name-{kind}" x="{name_end}" y="{y + 5:.1f}" text-anchor="end">{escape(value.name)}</text>'
        f'<path class="whisker" d="M{x(value.low):.1f} {y:.1f}H{x(value.high):.1f}"/>'
        f'<circle class="{kind}" cx="{x(value.value):.1f}" cy="{y:.1f}" r="5"/>'
    )


def _scale(largest: float) -> tuple[float, float]:
    """Distance of the lines and end of a scale that holds a share.

    >>> _scale(0.163), _scale(0.72)
    ((0.05, 0.2), (0.2, 0.8))
    """
    largest = max(largest, 0.01)
    step = next((step for step in _STEPS if largest / step <= 5), _STEPS[-1])
    return step, round(step * ceil(round(largest / step, 6)), 6)


def _marks(step: float, top: float) -> list[float]:
    return [step * number for number in range(round(top / step) + 1)]


def _svg(name: str, size: tuple[float, float], said: tuple[str, str], parts: Iterable[str]) -> str:
    title, description = (escape(text) for text in said)
    return (
        f'<svg role="img" viewBox="0 0 {size[0]:.0f} {size[1]:.0f}" width="{size[0]:.0f}" height="{size[1]:.0f}"'
        f' aria-labelledby="{name}-title" aria-describedby="{name}-description">'
        f'<title id="{name}-title">{title}</title><desc id="{name}-description">{description}</desc>'
        f"{''.join(parts)}</svg>"
    )
