"""Charts of segments through lenses: shares with their intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import altair as alt
import pandas as pd

from lib.charts import theme
from lib.charts.layers import layered
from lib.charts.looks import place_of, segment_scales, title_of
from lib.estimates.wording import with_interval
from lib.plain import records
from lib.segments.describe.lenses import EVERYONE, in_words
from lib.words import percent

_LONGEST = 150
"""Pixels of the name of all who were segmented, which stands beside numbers."""
_EVERYONES_SHAPE = "M-0.3,-1L0.3,-1L0.3,1L-0.3,1Z"
"""An upright bar: no segment has it."""

_ROW = 20
"""Pixels for one share, and for the words above those of one figure."""


def shares(figures: pd.DataFrame, names: Mapping[int, str], title: str) -> alt.LayerChart:
    """Shares of one lens in each segment and among all of them, each a mark on the thin line of its interval.

    Args:
        figures: Rows of ``Lenses.table`` that have an interval.
        names: Name of each segment on view.
        title: What all of them are called.
    """
    table = _rows(figures, names, title)
    scales = segment_scales(names)
    titles = [*scales["color"].domain, title]
    colour = alt.Scale(domain=titles, range=[*scales["color"].range, theme.POPULATION])
    shape = alt.Scale(domain=titles, range=[*scales["shape"].range, _EVERYONES_SHAPE])
    base = alt.Chart(table).encode(
        y=alt.Y(
            "at:N",
            sort=None,
            scale=alt.Scale(domain=table["at"].tolist()),
            axis=alt.Axis(
                title=None, ticks=False, domain=False, labelExpr="split(datum.value, '|')[1]", labelLimit=_LONGEST
            ),
        ),
        tooltip=[
            alt.Tooltip("figure:N", title="Figure"),
            alt.Tooltip("title:N", title="Segment"),
            alt.Tooltip("text:N", title="Share, 95% interval"),
        ],
    )
    heading = base.transform_filter("datum.heading").mark_text(align="left", color=theme.INK, fontSize=12, limit=600)
    told = base.transform_filter("!datum.heading")
    across = alt.X(
        "value:Q",
        title=None,
        scale=alt.Scale(domain=_ends(table), nice=False),
        axis=alt.Axis(format=".0%", tickCount=5),
    )
    line = told.mark_rule(strokeWidth=1.5).encode(
        x=alt.X("low:Q"), x2=alt.X2("high:Q"), color=alt.Color("title:N", scale=colour, legend=None)
    )
    mark = told.mark_point(filled=True, size=70, opacity=1, strokeWidth=2).encode(
        x=across,
        color=alt.Color("title:N", scale=colour, legend=None),
        shape=alt.Shape("title:N", scale=shape, legend=None),
    )
    words = heading.encode(x=alt.XValue(0), text=alt.Text("figure:N"))
    return layered(words, line, mark, height=_ROW * len(table) + 30)


_BAR, _TITLE = 19, 36
"""Pixels for one bar of a glance, and for its title."""


GLANCE = "glance"
"""The table of ``glance``."""

_ALL, _EVERYONE = -1, -2
_COLOURS = alt.Scale(
    domain=[*range(len(theme.SEGMENTS) + 1), _ALL, _EVERYONE],
    range=[theme.UNASSIGNED, *theme.SEGMENTS, theme.POPULATION, theme.EVERYONE],
)
_FIGURE = 0.22
"""How much of the longest bar a figure takes: where the line would strike it, it stands behind the line."""

_REACH = alt.ExprRef("width * 0.77")
"""How far the longest bar goes: its figure stands behind it."""


def glance(*, title: str, everyone: str) -> alt.LayerChart:
    """Bars of a few flags in each segment and in all of them, with a line where those beside them stand.

    The chart stays the same while its table, ``GLANCE``, changes: that is made by ``glance_rows``. It is as high as
    ``glance_height`` says.

    Args:
        title: Of the lens.
        everyone: What those beside them are called; empty where there is nobody else.
    """
    base = alt.Chart(alt.NamedData(GLANCE)).encode(
        y=alt.Y(
            "at:N",
            scale=alt.Scale(paddingInner=0.15),
            axis=alt.Axis(
                title=None,
                ticks=False,
                domain=False,
                labelOverlap=False,
                labelExpr="split(datum.value, '|')[1]",
            ),
        ),
        tooltip=[
            alt.Tooltip("figure:N", title="Figure"),
            alt.Tooltip("title:N", title="Segment"),
            alt.Tooltip("text:N", title="Share, 95% interval"),
            *([alt.Tooltip("beside:Q", title=everyone, format=".1%")] if everyone else []),
        ],
    )
    heading = base.transform_filter("datum.heading").mark_text(
        align="left", color=theme.INK, fontSize=12, limit=400, dy=1
    )
    told = base.transform_filter("!datum.heading")
    x = alt.X("value:Q", title=None, axis=None, scale=alt.Scale(range=[0, _REACH], nice=False, zero=True))
    bars = told.mark_bar(cornerRadiusEnd=2).encode(
        x=x,
        color=alt.Color("colour:O", scale=_COLOURS, legend=None),
        opacity=theme.where("datum.unsure", alt.OpacityValue, 0.45, 1.0),
    )
    text = told.mark_text(align="left", dx=4, fontSize=11, color=theme.INK).encode(
        x=alt.X("reach:Q"), text=alt.Text("value:Q", format=".1%")
    )
    layers = [heading.encode(x=alt.XValue(0), text=alt.Text("figure:N")), bars, text]
    if everyone:
        layers.append(told.mark_tick(color=theme.INK, thickness=2, size=_BAR - 4).encode(x=alt.X("beside:Q")))
    top = alt.Title(title, anchor="start", fontSize=14)
    return layered(*layers, title=top)


def glance_height(rows: pd.DataFrame) -> int:
    """Pixels for a glance at so many rows."""
    return _BAR * len(rows) + _TITLE


def glance_rows(
    table: pd.DataFrame,
    names: Mapping[int, str],
    labels: Mapping[str, str],
    beside: Mapping[str, float],
    who: str,
    *,
    is_whole: bool = False,
) -> pd.DataFrame:
    """A row with the words of every flag, and below it one for each segment on view and for all of them.

    Column ``at`` begins with its number, by which the rows stand below one another.

    Args:
        table: As ``lib.segments.glance`` gives it, of the flags of one lens.
        names: Name of each segment on view.
        labels: What each flag is called.
        beside: The share of those beside them, by flag; empty where there is nobody else.
        who: What all of them are called.
        is_whole: Whether all of them are everyone there is: their bar has everyone's colour.
    """
    rows: list[dict[str, object]] = []
    blank = {"title": "", "text": "", "value": math.nan, "reach": math.nan, "unsure": False, "colour": _ALL}
    most = max([float(table["value"].max()), *(beside.get(str(name), 0.0) for name in table["column"].unique())])
    whole, whole_colour = "These" if beside else "All", _EVERYONE if is_whole else _ALL
    by_flag: dict[str, list[dict[str, Any]]] = {}
    for one in records(table):
        by_flag.setdefault(str(one["column"]), []).append(one)
    for name, own in by_flag.items():
        figure, other = labels[name], beside.get(name, math.nan)
        shared = {"figure": figure, "beside": other}
        rows.append({"at": f"{len(rows):03}|", "heading": True, **shared, **blank})
        for one in own:
            number, value = int(one["segment"]), one["value"]
            is_all = number == EVERYONE
            if not is_all and number not in names:
                continue
            rows.append(
                {
                    "at": f"{len(rows):03}|{whole if is_all else number}",
                    "heading": False,
                    **shared,
                    "title": who if is_all else title_of(number, names),
                    "text": with_interval(value, one["low"], one["high"], percent),
                    "value": value,
                    "reach": other if value < other < value + _FIGURE * most else value,
                    "unsure": bool(one["unsure"]),
                    "colour": whole_colour if is_all else place_of(number),
                }
            )
    return pd.DataFrame(rows)


def glance_words(rows: pd.DataFrame, everyone: str) -> str:
    """What ``glance`` shows, for those who do not see it.

    Args:
        rows: As ``glance_rows`` gives them.
        everyone: What those beside them are called.
    """
    said = []
    for figure, bars in groupby(records(rows[~rows["heading"]]), itemgetter("figure")):
        own = list(bars)
        told = [f"{bar['title']} {bar['text']}" for bar in own]
        of_others = "" if math.isnan(own[0]["beside"]) else f"; {everyone} {percent(own[0]['beside'])}"
        said.append(f"{figure}: {'; '.join(told)}{of_others}.")
    return " ".join(said)


def _ends(table: pd.DataFrame) -> list[float]:
    """The axis from nothing to the next tenth beyond all intervals, with room for marks at its ends."""
    most = max(math.ceil(table["high"].max() * 10 - 1e-9), 1) / 10
    return [-0.02 * most, 1.02 * most]


def shares_words(figures: pd.DataFrame, names: Mapping[int, str], title: str) -> str:
    """What ``shares`` shows, for those who do not see it."""
    table = _rows(figures, names, title)
    told = table[~table["heading"]].groupby("figure", sort=False)
    return " ".join(
        f"{figure}: {'; '.join(f'{row.title} {row.text}' for row in rows.itertuples())}." for figure, rows in told
    )


def _rows(figures: pd.DataFrame, names: Mapping[int, str], whole: str) -> pd.DataFrame:
    """A row with the words of every figure, and below it one for each segment on view and for all of them."""
    rows = []
    for place, (_, own) in enumerate(figures.groupby("figure", sort=False)):
        first = own.iloc[0]
        words = f"{first['label']}, {first['base']}"
        rows.append({"at": f"{place}|", "figure": words, "heading": True})
        for _, one in own[own["segment"].isin([*names, EVERYONE])].iterrows():
            of_all = one["segment"] == EVERYONE
            short = whole if of_all else str(one["segment"])
            title = whole if of_all else title_of(int(one["segment"]), names)
            told = {
                "title": title,
                "text": in_words(one),
                "value": one["value"],
                "low": one["low"],
                "high": one["high"],
            }
            rows.append({"at": f"{place}|{short}", "figure": words, "heading": False, **told})
    return pd.DataFrame(rows)
