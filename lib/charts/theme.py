"""What all charts share: axes for skewed amounts, tooltips in words, sizes. Colours live in config.toml."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import altair as alt

from lib.dataset import Variable
from lib.explore import Scale
from lib.subject import Subject

C = TypeVar("C", alt.X, alt.Y)
V = TypeVar("V")

INK = "#75808c"
"""Text inside a chart. Vega's own is black, which nobody sees on dark ground; this stands out on both alike."""

DIVERGING = [
    "#a63603",
    "#d95f0e",
    "#ee8f4b",
    "#f7bd91",
    "#fbe3d2",
    "#f5f5f5",
    "#dbe9f5",
    "#97c2e2",
    "#4f95c9",
    "#1f6dab",
    "#0a4677",
]
"""From -1 to 1, for cells that carry text: the same on light and on dark ground, so that the text stays legible.
What is near nothing has next to no colour."""

DARK = 0.7
"""Part of the way to an end from which on these colours are dark: there figures are white."""

UNTOLD = 0.4
"""Opacity of a cell that cannot be told from nothing. Its figure stands in brackets: colour is never the only sign."""

SEGMENTS = [
    "#0072b2", "#d55e00", "#00805f", "#b5548c", "#9a7200", "#2f8fc8", "#7a4b2a", "#6a51a3",
    "#137e8c", "#c2185b", "#5f7f1b", "#5b6770",
]  # fmt: skip
"""One colour per segment number, on light and on dark ground; beyond twelve they come round with other shapes."""

SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]
"""One shape per segment number: colour is never the only sign."""

UNASSIGNED = "#9aa3ad"

ROW = 26
"""Pixels for one bar."""

_LEGEND_ROW, _LEGEND_MOST, _LEGEND_AROUND = 18, 31, 49
"""Of a legend: pixels for one entry, the most entries that are listed, and pixels for its title and around it."""


def legend_room(entries: int) -> int:
    """Pixels that a legend of one column takes from the height of its chart: added there, the plot keeps its own."""
    return _LEGEND_ROW * min(entries, _LEGEND_MOST) + _LEGEND_AROUND if entries else 0


def words_of(variable: Variable) -> str:
    """The expression by which an axis words a column's numbers: a billion is B, not the G of engineers."""
    if variable.format.endswith("%"):
        return "format(datum.value, '.0%')"
    money = "$" if variable.sign else ""
    return f"replace(format(datum.value, '{money}~s'), 'G', 'B')"


def in_currency(spec: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """A finished specification in whose formats $ stands for the sign of the subject's own currency, if it has one."""
    sign = subject.currency.symbol if subject.currency else ""
    if sign == "$":
        return dict(spec)
    config = spec.get("config", {})
    return {**spec, "config": {**config, "locale": {"number": {**_NUMBERS, "currency": [sign, ""]}}}}


_NUMBERS: Mapping[str, Any] = {"decimal": ".", "thousands": ",", "grouping": [3]}


def axis_scale(
    scale: Scale, *, low: float | None = None, high: float | None = None, moved: alt.ExprRef | None = None
) -> alt.Scale:
    """The Vega scale of an axis that may bend near zero: between two ends, or with a little room beyond its own.

    ``moved`` is its domain while the chart is zoomed, see ``lib.charts.zoom``.
    """
    domain = list(scale.padded()) if low is None or high is None else [low, high]
    raw = {} if moved is None else {"domainRaw": moved}
    if scale.kind == "symlog":
        return alt.Scale(type="symlog", constant=scale.constant, domain=domain, nice=False, **raw)
    return alt.Scale(domain=domain, nice=False, zero=False, **raw)


def axis(scale: Scale, variable: Variable, **options: Any) -> alt.Axis:  # noqa: ANN401 - Altair's own options
    """An axis with few, round ticks: on a bent scale every power of ten, or every second one."""
    words: dict[str, Any] = {
        "labelExpr": words_of(variable),
        "labelOverlap": "greedy",
        "labelFlush": True,
    }
    if scale.kind == "symlog":
        return alt.Axis(values=_powers(scale), **words, **options)
    return alt.Axis(tickCount=6, **words, **options)


def _powers(scale: Scale) -> list[float]:
    first = math.ceil(math.log10(scale.constant)) + 1
    last = math.ceil(math.log10(max(abs(scale.low), abs(scale.high), 10 * scale.constant)))
    sizes = [10.0**power for power in range(first, last + 1)]
    ticks = [-size for size in reversed(sizes)] + [0.0] + sizes
    return [tick for tick in ticks if scale.low <= tick <= scale.high]


def title(variable: Variable, dollars: int | None) -> str:
    """A column's label with its unit: dollar year, and the time an amount runs over."""
    period = f" per {variable.period.removesuffix('ly')}" if variable.period == "monthly" else ""
    unit = f" ({dollars} dollars{period})" if variable.unit == "dollars" and dollars else ""
    return f"{variable.label}{unit}"


def bent(
    channel: type[C],
    field: str,
    scale: Scale,
    variable: Variable,
    dollars: int | None,
    moved: alt.ExprRef | None = None,
) -> C:
    """An x or y channel on an axis that may bend near zero, with the column's own title."""
    return channel(
        field, scale=axis_scale(scale, moved=moved), axis=axis(scale, variable), title=title(variable, dollars)
    )


WHOLE_BAND = {"band": 1}
"""Height of a bar that stands ``beside_each_other`` with others.

Streamlit's theme makes bars narrower than their bands and moves them to the middle, by a share not of their own band
but of that of all groups together: the more groups, the farther bars lie from what marks them.
"""


def beside_each_other(field: str, groups: Sequence[str], *, at: float | None = None) -> alt.YOffset:
    """Groups in one band of ``y``, with a little room between them; ``at`` is 0.5 for what marks the middle of each."""
    between = alt.Scale(paddingInner=0.15, paddingOuter=0.075)
    return alt.YOffset(field, sort=list(groups), scale=between, bandPosition=alt.Undefined if at is None else at)


def where(test: str, channel: Callable[..., V], then: str | float, otherwise: str | float) -> V:
    """One fixed look where a test on the datum holds, another elsewhere.

    Args:
        test: An expression of Vega.
        channel: One of Altair's channels of a value, such as ``alt.ColorValue``.
        then: Where it holds.
        otherwise: Where it does not.
    """
    return channel(otherwise, condition={"test": test, "value": then})
