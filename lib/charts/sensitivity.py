"""Charts of how far segments survive other choices."""

from __future__ import annotations

import altair as alt
import pandas as pd

from lib.charts import theme
from lib.charts.layers import layered
from lib.segments.judge.sensitivity import KINDS, Sensitivity

_ROW = 30
_LABELS = 150
"""Pixels for the words of a change."""


def survival(found: Sensitivity) -> alt.LayerChart:
    """A dot for every change at its agreement, the closest on top, coloured by what is changed, the noise as a line."""
    table = found.table.assign(what=found.table["kind"].map(KINDS))
    table["text"] = table["agreement"].map("{:.2f}".format)
    kinds = [words for kind, words in KINDS.items() if kind in set(found.table["kind"])]
    low = min(0.0, float(table["agreement"].min()))
    base = alt.Chart(table).encode(
        y=alt.Y(
            "change:N",
            sort=None,
            scale=alt.Scale(domain=table["change"].tolist()),
            axis=alt.Axis(
                title=None,
                ticks=False,
                domain=False,
                grid=True,
                labelExpr="split(datum.label, ': ')",  # what is changed above to what
                labelLimit=_LABELS,
                labelOverlap=False,
                labelLineHeight=12,
            ),
        ),
        x=alt.X(
            "agreement:Q",
            title="Adjusted Rand index",
            scale=alt.Scale(domain=[low, 1.12], nice=False),
            axis=alt.Axis(values=[0, 0.2, 0.4, 0.6, 0.8, 1], format=".1f"),
        ),
        tooltip=[
            alt.Tooltip("what:N", title="What is changed"),
            alt.Tooltip("to:N", title="To"),
            alt.Tooltip("agreement:Q", title="Adjusted Rand index", format=".3f"),
            alt.Tooltip("segments:Q", title="Segments"),
        ],
    )
    dots = base.mark_point(
        filled=True, size=80, opacity=1
    ).encode(
        color=alt.Color(
            "what:N",
            scale=alt.Scale(domain=kinds, range=theme.groups(len(kinds))),
            legend=None,  # the words of each change say what it is
        ),
        shape=alt.Shape("what:N", scale=alt.Scale(domain=kinds, range=theme.SHAPES[: len(kinds)]), legend=None),
    )
    text = base.mark_text(align="left", dx=8, color=theme.INK, fontSize=11).encode(text="text:N")
    noise = (
        alt.Chart(pd.DataFrame({"agreement": [found.noise]}))
        .mark_rule(strokeDash=[4, 3], color=theme.INK)
        .encode(x="agreement:Q")
    )
    return layered(noise, dots, text, height=_ROW * len(table) + 30)
