"""What all charts share: axes for skewed amounts, tooltips in words, sizes. Colours live in config.toml."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import numpy as np

from lib.dataset import Variable
from lib.explore import Scale

INK = "#75808c"
"""Text inside a chart. Vega's own is black, which nobody sees on dark ground; this stands out on both alike."""

DIVERGING = [
    "#a63603",
    "#d95f0e",
    "#ee8f4b",
    "#f7bd91",
    "#fbe3d2",
    "#dbe9f5",
    "#97c2e2",
    "#4f95c9",
    "#1f6dab",
    "#0a4677",
]
"""From -1 to 1, for cells that carry text: the same on light and on dark ground, so that the text stays legible."""

ROW = 26
"""Pixels for one bar."""

_ROOM = 0.02
_MONEY = "replace(format(datum.value, '$~s'), 'G', 'B')"
_PLAIN = "replace(format(datum.value, '~s'), 'G', 'B')"


def axis_scale(scale: Scale, *, low: float | None = None, high: float | None = None) -> alt.Scale:
    """The Vega scale of an axis that may bend near zero, with a little room at both ends."""
    ends = scale.spread(np.array([scale.low if low is None else low, scale.high if high is None else high]))
    room = _ROOM * np.ptp(ends) if low is None else 0.0
    domain = [float(end) for end in scale.restore(ends + np.array([-room, room]))]
    if scale.kind == "symlog":
        return alt.Scale(type="symlog", constant=scale.constant, domain=domain, nice=False)
    return alt.Scale(domain=domain, nice=low is not None, zero=False)


def axis(scale: Scale, variable: Variable, **options: Any) -> alt.Axis:  # noqa: ANN401 - Altair's own options
    """An axis with few, round ticks: on a bent scale every power of ten, or every second one."""
    words: dict[str, Any] = {
        "labelExpr": _MONEY if variable.format.startswith("$") else _PLAIN,
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


def number_format(variable: Variable) -> str:
    """The d3 format of a column's values in tooltips."""
    return variable.format
