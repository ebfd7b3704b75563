"""Charts of what segments are like: differences from everyone, and where members go as k grows."""

from __future__ import annotations

import math
from collections.abc import Mapping

import altair as alt
import pandas as pd

from lib.charts import theme
from lib.charts.layers import layered
from lib.charts.looks import title_of
from lib.dataset import Codebook
from lib.estimates.wording import between, largest, of_size, told_of
from lib.segments import Clustergram, Profile
from lib.segments.describe.sure import Sureness, with_ends
from lib.words import signed

_SHOWN = 2.0
"""Standard deviations at which the colour is full."""


def differences(
    profile: pd.DataFrame, codebook: Codebook, names: Mapping[int, str], sure: Sureness | None = None, *, title: str
) -> alt.LayerChart:
    """Heat map: how far each segment's mean lies from that of all who were segmented, in standard deviations.

    Cells that cannot be told from nothing are faint, and their figure stands in brackets.

    Args:
        profile: Indexed by ``segment`` and ``column``, as ``Profile.table``.
        codebook: For labels.
        names: Name of each segment.
        sure: How far off that may be.
        title: What all of them are called.
    """
    frame = differences_table(profile, codebook, names, sure)
    labels = list(dict.fromkeys(frame["label"]))
    base = alt.Chart(frame).encode(
        x=alt.X("segment:O", title="Segment", axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("label:N", sort=labels, title=None, axis=alt.Axis(labelLimit=220, labelOverlap=False)),
        tooltip=[
            alt.Tooltip("title:N", title="Segment"),
            alt.Tooltip("label:N", title="Column"),
            alt.Tooltip("mean:N", title="Mean"),
            alt.Tooltip("median:N", title="Median"),
            alt.Tooltip("by:N", title=f"Standard deviations from: {title}"),
            *([alt.Tooltip("between:N", title="95% interval")] if frame["between"].any() else []),
        ],
    )
    cells = base.mark_rect().encode(
        color=alt.Color("shown:Q", scale=alt.Scale(domain=[-_SHOWN, _SHOWN], range=theme.DIVERGING), legend=None),
        opacity=theme.where("datum.untold", alt.OpacityValue, theme.UNTOLD, 1.0),
    )
    text = base.mark_text(fontSize=11, color=theme.ON_CELL).encode(text=alt.Text("text:N"))
    return layered(cells, text, height=theme.ROW * len(labels) + 70)


def differences_table(
    profile: pd.DataFrame, codebook: Codebook, names: Mapping[int, str], sure: Sureness | None = None
) -> pd.DataFrame:
    """What ``differences`` shows, in words: one row per segment on view and column.

    Returns:
        ``segment``, ``title``, ``label``, ``mean`` and ``median`` (with their intervals where these are known), ``by``
        (standard deviations from everyone), ``between`` (its interval, "" where there is none), ``text`` (of the
        cell), ``shown`` (its colour) and ``untold`` (whether the interval takes in nothing).
    """
    rows = []
    for (segment, column), own in with_ends(profile, sure).iterrows():
        if segment not in names:
            continue
        variable, low, high = codebook[column], own["difference_low"], own["difference_high"]
        untold, text = bool(low <= 0 <= high), _signed(own["difference"], 1)
        rows.append(
            {
                "segment": segment,
                "title": title_of(int(segment), names),
                "label": variable.label,
                "mean": told_of(own, "mean", variable.mean_text),
                "median": told_of(own, "median", variable.text),
                "by": _signed(own["difference"], 2),
                "between": between(low, high, lambda value: signed(value, 2)),
                "text": f"({text})" if untold else text,
                "shown": min(max(own["difference"], -_SHOWN), _SHOWN),
                "untold": untold,
            }
        )
    return pd.DataFrame(rows)


def cells_in_brackets(table: pd.DataFrame) -> str:
    """How many cells of ``differences_table`` stand in brackets, and why; empty where none does."""
    untold = int(table["untold"].sum())
    return f"{untold} in brackets cannot be told from none." if untold else ""


def most_apart(
    profile: Profile, sure: Sureness, segment: int, names: Mapping[int, str], codebook: Codebook, *, is_of_rows: bool
) -> str:
    """The column that sets a segment apart most, and which others cannot be told from it.

    Args:
        profile: Of all segments.
        sure: How far off that may be.
        segment: Its number.
        names: Name of each segment.
        codebook: For labels.
        is_of_rows: Whether rows are counted: those are what they are.
    """
    own, told = with_ends(profile.table, sure).loc[segment], sure.told_apart.loc[segment]
    own = own[told.reindex(own.index, fill_value=True) & own["difference"].notna()]
    if own.empty:
        return f"{title_of(segment, names)}: nothing that is told"
    size, ends = own["difference"], [own["difference_low"], own["difference_high"]]
    if is_of_rows:
        ends = [end.fillna(size) for end in ends]
    columns = [codebook.label(str(name)) for name in own.index]
    return f"{title_of(segment, names)}: {largest(columns, size.abs(), *of_size(*ends))}"


def highest_median(own: pd.DataFrame, names: Mapping[int, str], *, is_of_rows: bool) -> str:
    """The segment with the highest median of a column, and which others cannot be told from it.

    Args:
        own: Indexed by ``segment``: ``median``, ``median_low`` and ``median_high``.
        names: Name of each segment on view.
        is_of_rows: Whether rows are counted: those are what they are.
    """
    own = own[own.index.isin(list(names))]
    ends = (own[end].fillna(own["median"]) if is_of_rows else own[end] for end in ("median_low", "median_high"))
    return largest([title_of(int(number), names) for number in own.index], own["median"], *ends)


def _signed(value: float, digits: int) -> str:
    """A difference in words; empty where a segment has nobody to ask."""
    return "" if math.isnan(value) else signed(value, digits)


def clustergram(found: Clustergram, chosen: int, members: str) -> alt.LayerChart:
    """Streams of members between the segments of one k and the next; the chosen k is marked.

    Args:
        found: Nodes and streams.
        chosen: The k on view.
        members: What they are called.
    """
    scale = alt.Scale(zero=False)
    streams = (
        alt.Chart(found.streams)
        .mark_rule(color=theme.EVERYONE, opacity=0.5)
        .encode(
            x=alt.X("k:Q", title="Number of segments", axis=alt.Axis(tickMinStep=1, format="d"), scale=scale),
            x2=alt.X2("k2:Q"),
            y=alt.Y("height:Q", title="Mean of the first component", scale=scale),
            y2=alt.Y2("height2:Q"),
            strokeWidth=alt.StrokeWidth("share:Q", scale=alt.Scale(range=[0.5, 22], domain=[0, 1]), legend=None),
            tooltip=[
                alt.Tooltip("segment:O", title="From segment"),
                alt.Tooltip("segment2:O", title="to segment"),
                alt.Tooltip("share:Q", title=f"of all {members}", format=theme.PERCENT),
            ],
        )
    )
    nodes = found.nodes.assign(chosen=found.nodes["k"] == chosen)
    dots = (
        alt.Chart(nodes)
        .mark_circle(opacity=1, stroke=theme.GROUND, strokeWidth=1)
        .encode(
            x=alt.X("k:Q", scale=scale),
            y=alt.Y("height:Q", scale=scale),
            size=alt.Size("share:Q", scale=alt.Scale(range=[20, 520]), legend=None),
            color=theme.where("datum.chosen", alt.ColorValue, theme.POPULATION, theme.EVERYONE),
            tooltip=[
                alt.Tooltip("k:Q", title="Of segments"),
                alt.Tooltip("segment:O", title="Segment"),
                alt.Tooltip("share:Q", title="Share", format=theme.PERCENT),
            ],
        )
    )
    return (streams + dots).properties(height=360)


def methods(table: pd.DataFrame) -> alt.LayerChart:
    """Each method by agreement with k-means and mean silhouette.

    Args:
        table: ``method``, ``agreement``, ``silhouette``.
    """
    base = alt.Chart(table).encode(
        x=alt.X("agreement:Q", title="Agreement with k-means (adjusted Rand)", scale=alt.Scale(domain=[-0.05, 1.08])),
        y=alt.Y("silhouette:Q", title="Mean silhouette", scale=alt.Scale(zero=True)),
        tooltip=[
            alt.Tooltip("method:N", title="Method"),
            alt.Tooltip("agreement:Q", title="Agreement with k-means", format=".2f"),
            alt.Tooltip("silhouette:Q", title="Mean silhouette", format=".3f"),
        ],
    )
    dots = base.mark_point(filled=True, size=110, opacity=1, color=theme.POPULATION).encode(
        shape=alt.Shape("method:N", legend=None)
    )
    names = base.mark_text(dy=-14, color=theme.INK).encode(text=alt.Text("method:N"))
    return layered(dots, names, height=280)
