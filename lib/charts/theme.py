"""What all charts share: colours, axes for skewed amounts, tooltips in words, sizes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import altair as alt

from lib.dataset import Variable
from lib.explore import Scale
from lib.subject import Subject

C = TypeVar("C", alt.X, alt.Y)
V = TypeVar("V")
Value = str | float | alt.ExprRef

Pair = tuple[str, str]
"""A colour on light ground and the one that stands for it on dark ground."""


def drawn(pair: Pair) -> alt.ExprRef:
    """A colour that follows the ground it is drawn on: a chart is made once, and the browser knows its theme."""
    light, dark = pair
    return alt.ExprRef(f"luminance(background) < 0.2 ? '{dark}' : '{light}'")


PAIRS: Mapping[str, Pair] = {
    "ink": ("#4a5560", "#b4bfca"),
    "ground": ("#ffffff", "#10161d"),
    "population": ("#1d3a5f", "#d3e1f1"),
    "everyone": ("#7f8a95", "#8894a0"),
    "on a cell": ("#10161d", "#ffffff"),
}
"""What is neither a segment nor a group, on light and on dark ground."""

SEGMENT_PAIRS: Sequence[Pair] = (
    ("#1f6fd1", "#4a9bf0"), ("#cf5300", "#e8633f"), ("#0b6d55", "#3fd9a4"), ("#9c2a8f", "#e0569b"),
    ("#ab7c4e", "#d9c94a"), ("#0891ab", "#5fd0dc"), ("#743a00", "#f2a57c"), ("#4d34b0", "#b183dc"),
    ("#4d82b8", "#86bdf0"), ("#dc4a82", "#cf6f6f"), ("#6d732c", "#c3d39c"), ("#e03a3a", "#72cf52"),
)  # fmt: skip
"""One colour per segment number; beyond twelve they come round with other shapes. No two of the first eight look alike
to whom red and green do, and none looks like the population or everyone."""

GROUP_PAIRS: Sequence[Pair] = (
    ("#440154", "#fdf08a"), ("#46327e", "#c8e020"), ("#365c8d", "#7ad151"),
    ("#277f8e", "#2fc295"), ("#1a9580", "#3aa6c0"), ("#2f9d55", "#6f8fd0"),
)  # fmt: skip
"""Groups of a category: steps of viridis that stand out from the ground."""

INK = drawn(PAIRS["ink"])
"""Text inside a chart, and lines that say how sure a figure is."""

GROUND = drawn(PAIRS["ground"])
POPULATION, EVERYONE = drawn(PAIRS["population"]), drawn(PAIRS["everyone"])
"""Who was chosen, and those they are shown beside: everywhere the same two, and no segment's."""

ON_CELL = drawn(PAIRS["on a cell"])
"""Figures on the cells of a heat map, legible on each of its colours."""

INTERVAL: Sequence[Mapping[str, Any]] = ({"color": GROUND, "strokeWidth": 4}, {"color": INK, "strokeWidth": 1.5})
"""The line of an interval that crosses a bar, with an edge so that it is seen on it."""

DIVERGING: Literal["diverging"] = "diverging"
SEQUENTIAL: Literal["ramp"] = "ramp"
"""The colours of cells, from ``.streamlit/config.toml``: what is near nothing has next to none."""

UNTOLD = 0.4
"""Opacity of a cell that cannot be told from nothing. Its figure stands in brackets: colour is never the only sign."""

SEGMENTS = [drawn(pair) for pair in SEGMENT_PAIRS]
UNASSIGNED = EVERYONE

_AROUND: Mapping[str, Any] = {
    part: {"labelColor": INK.to_dict(), "titleColor": INK.to_dict()} for part in ("axis", "legend", "header")
}
"""Vega's configuration of words around a chart: the grey of Streamlit's own is too pale to read."""


def groups(number: int) -> list[alt.ExprRef]:
    """Colours of so many groups, in order and as far apart as there is room; none comes twice."""
    if number > len(GROUP_PAIRS):
        return [drawn(_between(at / (number - 1))) for at in range(number)]
    last = len(GROUP_PAIRS) - 1
    return [drawn(GROUP_PAIRS[round(at * last / max(number - 1, 1))]) for at in range(number)]


def _between(share: float) -> Pair:
    """The colours so far on the way from the first of the groups' to the last."""
    at = share * (len(GROUP_PAIRS) - 1)
    first = min(int(at), len(GROUP_PAIRS) - 2)
    light, dark = (_mixed(*ends, at - first) for ends in zip(GROUP_PAIRS[first], GROUP_PAIRS[first + 1], strict=True))
    return light, dark


def _mixed(one: str, other: str, share: float) -> str:
    parts = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(first + share * (last - first)):02x}" for first, last in parts)


SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "triangle-right", "triangle-left"]
"""One shape per segment number: colour is never the only sign."""

PERCENT = ".1~%"
"""A share in charts, as ``lib.words.percent`` says it elsewhere."""

ROW = 26
"""Pixels for one bar."""

_LEGEND_ROW, _LEGEND_MOST, _LEGEND_AROUND = 18, 31, 49
"""Of a legend: pixels for one entry, the most entries that are listed, and pixels for its title and around it."""


def legend_room(entries: int) -> int:
    """Pixels that a legend of one column takes from the height of its chart: added there, the plot keeps its own."""
    return _LEGEND_ROW * min(entries, _LEGEND_MOST) + _LEGEND_AROUND if entries else 0


def words_of(variable: Variable) -> str:
    """The expression by which an axis words a column's numbers, as ``Variable.short`` does: $430K, $1.9B."""
    if variable.format.endswith("%"):
        return "format(datum.value, '.0%')"
    return in_short("$" if variable.sign else "")


def in_short(money: str = "") -> str:
    """The same of plain numbers: from a thousand on by K, M and B, and never by a letter for thousandths."""
    large = f"replace(replace(format(datum.value, '{money}~s'), 'G', 'B'), 'k', 'K')"
    return f"abs(datum.value) < 1 ? format(datum.value, '{money}~g') : {large}"


_SILENT: Mapping[str, Any] = {"aria": False, "mark": {"aria": False, "tooltip": None}}
"""What charts do not say: to ears all marks one by one, and the raw names and numbers of any mark as Streamlit does."""


def with_words(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A finished specification whose words around the picture can be read on its ground.

    To ears a chart is its alternative text: thousands of marks that say their numbers one by one are none.
    """
    return {**spec, "config": {**_AROUND, **_SILENT, **spec.get("config", {})}}


def in_currency(spec: Mapping[str, Any], subject: Subject) -> dict[str, Any]:
    """A finished specification in whose formats $ stands for the sign of the subject's own currency, if it has one."""
    sign = subject.currency.symbol if subject.currency else ""
    config = spec.get("config", {})
    return {**spec, "config": {**config, "locale": {"number": {**_NUMBERS, "currency": [sign, ""]}}}}


_NUMBERS: Mapping[str, Any] = {"decimal": ".", "thousands": ",", "grouping": [3], "minus": "-"}


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


def where(test: str, channel: Callable[..., V], then: Value, otherwise: Value) -> V:
    """One fixed look where a test on the datum holds, another elsewhere.

    Args:
        test: An expression of Vega.
        channel: One of Altair's channels of a value, such as ``alt.ColorValue``.
        then: Where it holds.
        otherwise: Where it does not.
    """
    return channel(otherwise, condition={"test": test, "value": then})
