"""Charts of segments through lenses: shares with their intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping

import altair as alt
import pandas as pd

from lib.charts import theme
from lib.charts.segments import segment_scales, title_of
from lib.segments.describe.lenses import EVERYONE, in_words

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
    colour = alt.Scale(domain=titles, range=[*scales["color"].range, theme.EVERYONE])
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
    return (heading.encode(x=alt.XValue(0), text=alt.Text("figure:N")) + line + mark).properties(
        height=_ROW * len(table) + 30
    )


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
