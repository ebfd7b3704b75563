"""Charts of figures over the waves of a survey."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from lib.charts import theme
from lib.charts.looks import colour_of, shape_of
from lib.estimates.wording import interval_or_none
from lib.segments.describe.labelled import SEGMENT
from lib.subject import Change
from lib.trends import Trend
from lib.words import capitalised

_APART = 0.16
"""Years between the marks of two lines in one wave, so that one interval does not hide another."""

_ROOM = 1.4
"""Years left free before the first wave and behind the last."""

_FEW = 6
"""Waves each of which has room for its figure."""

_LINE, _TOP = 14, 4
"""Pixels for a line of text, and above it."""

_NARROW, _WIDE, _LONG = 24, 26, 40
"""Letters of a legend in one row, of a line of text, and of what fits beside an axis."""


def waves(trend: Trend, *, behind: str) -> alt.LayerChart:
    """Lines over the years of the waves with 95 % intervals, broken where a question changed.

    Args:
        trend: What to draw; at least one wave has a figure.
        behind: What figures rest on, in the plural.
    """
    table, several = _rows(trend), bool(trend.followed.lines)
    ends = [trend.years[0] - _ROOM, trend.years[-1] + _ROOM]
    x = alt.X(
        "at:Q",
        title=None,
        scale=alt.Scale(domain=ends, nice=False),
        axis=alt.Axis(values=trend.years, format="d", grid=False, labelOverlap="greedy"),
    )
    looks = _looks(trend)
    told: dict[str, Any] = {"sort": trend.labels, "title": trend.grouping or None, "legend": _legend(trend)}
    colour = alt.Color("label:N", scale=alt.Scale(domain=trend.labels, range=[one for one, _ in looks]), **told)
    shape = alt.Shape("label:N", scale=alt.Scale(domain=trend.labels, range=[one for _, one in looks]), **told)
    base = alt.Chart(table).encode(x=x, color=colour, tooltip=_tooltip(trend, behind))
    line = base.mark_line(strokeWidth=2).encode(y=_y(trend, table), detail=alt.Detail("stretch:N"))
    whiskers = base.mark_rule(strokeWidth=2, opacity=0.6).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
    marks = base.mark_point(filled=True, size=80).encode(
        y=alt.Y("value:Q"), shape=shape, opacity=theme.where("datum.unsure", alt.OpacityValue, 0.45, 1.0)
    )
    layers = [whiskers, line, marks, *([] if several else [_figures(base)]), *_breaks(trend, x)]
    return alt.LayerChart(layer=layers).properties(height=380 + (26 * (len(looks) + 1) if several else 0))


def _looks(trend: Trend) -> list[tuple[alt.ExprRef, str]]:
    """Colour and shape of each line: of a segment those of its number, of the population its own, as everywhere."""
    lines = sorted(set(trend.table["line"]))
    if trend.followed.lines == SEGMENT:
        return [(colour_of(int(line)), shape_of(int(line))) for line in lines]
    colours = theme.groups(len(lines)) if trend.followed.lines else [theme.POPULATION]
    return [(colour, theme.SHAPES[at % len(theme.SHAPES)]) for at, colour in enumerate(colours)]


def _legend(trend: Trend) -> alt.Legend | None:
    if not trend.followed.lines:
        return None
    columns = 1 if sum(map(len, trend.labels)) > _NARROW else 0
    return alt.Legend(orient="top", labelLimit=420, titleLimit=420, columns=columns, symbolOpacity=1, symbolSize=80)


def _rows(trend: Trend) -> pd.DataFrame:
    """The table with where each mark stands and what its tooltip says."""
    table, labels = trend.table, trend.labels
    place = {label: (position - (len(labels) - 1) / 2) * _APART for position, label in enumerate(labels)}
    names = {wave.year: wave.name for wave in trend.waves}
    of_stretch = table.groupby(["line", "stretch"])["wave"]
    ends = (table["wave"] == of_stretch.transform("min")) | (table["wave"] == of_stretch.transform("max"))
    ends_of = zip(table["low"], table["high"], strict=True)
    interval = [interval_or_none(low, high, trend.text) for low, high in ends_of]
    return pd.DataFrame(
        {
            "at": table["wave"] + table["label"].map(place),
            "name": table["wave"].map(names),
            "label": table["label"],
            "stretch": [f"{line:g}|{stretch}" for line, stretch in zip(table["line"], table["stretch"], strict=True)],
            "value": table["value"].astype(float),
            "low": table["low"].astype(float),
            "high": table["high"].astype(float),
            "text": table["value"].map(trend.text),
            "interval": interval,
            "sampled": table["sampled"].map("{:,.0f}".format),
            "told": ends | (len(trend.years) <= _FEW),
            "unsure": table["unsure"].astype(bool),
        }
    )


def _tooltip(trend: Trend, behind: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title="Wave"),
        alt.Tooltip("label:N", title="Who"),
        alt.Tooltip("text:N", title=capitalised(trend.unit)),
        alt.Tooltip("interval:N", title="95% interval"),
        alt.Tooltip("sampled:N", title=capitalised(behind)),
    ]


def _y(trend: Trend, table: pd.DataFrame) -> alt.Y:
    """Up from zero, or from below it where figures are; a share ends at one at the most."""
    reach = table[["value", "low", "high"]].to_numpy(dtype=float)
    low, high = min(float(np.nanmin(reach)), 0.0), max(float(np.nanmax(reach)), 0.0)
    high = high if high > low else 1.0  # where all of it is nothing, the axis has an end all the same
    room = 0.08 * (high - low)
    most = min(high + room, 1.0) if trend.followed.is_share else high + room
    if _broken(trend):
        most += 2 * room  # for the words of what changed
    least = low - room if low < 0 else 0.0
    is_whole = trend.followed.statistic == "median" and trend.variable.format.endswith(".0f")
    step = 1 if is_whole else alt.Undefined
    axis = (
        alt.Axis(format=".0%" if most - least > 0.06 else ".1%", tickCount=6)
        if trend.followed.is_share
        else alt.Axis(labelExpr=theme.words_of(trend.variable), tickCount=6, tickMinStep=step)
    )
    return alt.Y(
        "value:Q",
        title=f"{trend.title}: {trend.unit}" if len(trend.title) < _LONG else capitalised(trend.unit),
        scale=alt.Scale(domain=[least, most], nice=False, zero=False),
        axis=axis,
    )


def _figures(base: alt.Chart) -> alt.Chart:
    """The figure above the interval where one line has room for it: of many waves, at the ends of each stretch."""
    return (
        base.transform_filter("datum.told")
        .transform_calculate(top="isValid(datum.high) ? datum.high : datum.value")
        .mark_text(dy=-9, fontSize=12)
        .encode(y=alt.Y("top:Q"), text=alt.Text("text:N"), color=alt.ColorValue(theme.INK))
    )


def _breaks(trend: Trend, x: alt.X) -> list[alt.Chart]:
    """A dashed line between the waves before and since each change of a question, with what changed beside it."""
    layers, down = [], _TOP
    middle = (trend.years[0] + trend.years[-1]) / 2
    for change, label, at in _broken(trend):
        # of what is drawn itself it need not be said; of what the population is chosen by it must
        own = trend.title.startswith(label) or trend.grouping == label
        lines = wrap(change.words if own else f"{label}: {change.words}", _WIDE)
        base = alt.Chart(pd.DataFrame({"at": [at], "text": ["\n".join(lines)]})).encode(x=x)
        is_left = at > middle
        said = base.mark_text(
            align="right" if is_left else "left",
            dx=-5 if is_left else 5,
            baseline="top",
            lineBreak="\n",
            fontSize=11,
            color=theme.INK,
        ).encode(y=alt.YValue(down), text=alt.Text("text:N"))
        layers += [base.mark_rule(strokeDash=[4, 4], color=theme.INK), said]
        down += _LINE * len(lines) + _TOP
    return layers


def _broken(trend: Trend) -> list[tuple[Change, str, float]]:
    """The changes between two waves with a figure, what each concerns, and where: half way between the two."""
    found = []
    for change, label in trend.changes:
        before = [year for year in trend.years if year < change.since]
        since = [year for year in trend.years if year >= change.since]
        if before and since:
            found.append((change, label, (before[-1] + since[0]) / 2))
    return found
