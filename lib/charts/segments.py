"""Charts of segments: how they look everywhere, the choice of k, silhouettes, means and medians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from lib.charts import theme
from lib.dataset import Codebook
from lib.segments import UNASSIGNED, Silhouettes, Suggestion

PICK = "pick"
"""Name of the selection by which a click on a chart chooses a number of segments."""

_QUANTILES = 60

LEGEND: Mapping[str, Any] = {
    "orient": "top",
    "columns": 1,
    "labelLimit": 420,
    "symbolOpacity": 1,
    "symbolStrokeWidth": 0,
}


def title_of(segment: int, names: Mapping[int, str]) -> str:
    """A segment's number and name, as legends and tables show it."""
    return f"{segment} · {names[segment]}" if segment in names else f"Segment {segment}"


def chart_of(frame: pd.DataFrame, names: Mapping[int, str]) -> alt.Chart:
    """A chart of the rows of the segments on view (those that have a name here), with ``title`` to encode.

    Numbers go to the browser and names once: a name beside each of thousands of points would weigh a megabyte.
    """
    frame = frame[frame["segment"].isin(list(names))].astype({"segment": "int8"})
    titles = pd.DataFrame({"segment": list(names), "title": [title_of(number, names) for number in names]})
    return alt.Chart(frame).transform_lookup("segment", alt.LookupData(titles, "segment", ["title"]))


def segment_scales(names: Mapping[int, str]) -> dict[str, Any]:
    """Colour and shape of each segment: the same in every chart, by its number."""
    numbers = sorted(names)
    titles = [title_of(number, names) for number in numbers]
    colours = [theme.UNASSIGNED if n == UNASSIGNED else theme.SEGMENTS[(n - 1) % len(theme.SEGMENTS)] for n in numbers]
    shapes = ["circle" if n == UNASSIGNED else theme.SHAPES[(n - 1) % len(theme.SHAPES)] for n in numbers]
    return {
        "color": alt.Scale(domain=titles, range=colours),
        "shape": alt.Scale(domain=titles, range=shapes),
    }


def choice_of_k(
    table: pd.DataFrame, score: str, label: str, chosen: int, advice: Suggestion | None, *, number: str = "~s"
) -> alt.LayerChart | alt.FacetChart:
    """One score by number of segments: the choice marked, the advice as a dashed line, each point a button.

    Args:
        table: One row per k, as ``Sweep.table``.
        score: Its column to draw.
        label: The axis.
        chosen: The k on view.
        advice: What this score suggests.
        number: d3 format of the score.
    """
    frame = table[[score]].reset_index().rename(columns={score: "score"})
    frame["chosen"] = frame["k"] == chosen
    base = alt.Chart(frame).encode(
        x=alt.X("k:O", title="Number of segments", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("score:Q", title=label, scale=alt.Scale(zero=score == "inertia"), axis=alt.Axis(format=number)),
        tooltip=[alt.Tooltip("k:O", title="Segments"), alt.Tooltip("score:Q", title=label, format=",.4~g")],
    )
    pick = alt.selection_point(name=PICK, fields=["k"], on="click", empty=False)
    marks = base.mark_point(filled=True, opacity=1).encode(
        size=alt.condition("datum.chosen", alt.value(190), alt.value(70)),
        color=alt.condition("datum.chosen", alt.value(theme.SEGMENTS[1]), alt.value(theme.SEGMENTS[0])),
        shape=alt.condition("datum.chosen", alt.value("diamond"), alt.value("circle")),
    )
    layers = [base.mark_line(color=theme.SEGMENTS[0]), marks.add_params(pick)]
    if advice is not None and advice.k is not None:
        rule = alt.Chart(pd.DataFrame({"k": [advice.k], "text": [f"{advice.criterion}: {advice.k}"]}))
        layers.append(rule.mark_rule(strokeDash=[6, 4], color=theme.INK, strokeWidth=1.5).encode(x="k:O"))
        text = rule.mark_text(align="left", dx=5, baseline="top", color=theme.INK, fontSize=12)
        layers.append(text.encode(x="k:O", y=alt.value(2), text="text:N"))
    return alt.layer(*layers).properties(height=260)


def silhouettes(
    found: Silhouettes, labels: np.ndarray, weights: np.ndarray, names: Mapping[int, str]
) -> alt.LayerChart:
    """Silhouette of every member, sorted within its segment; a segment is as high as its share of members.

    Args:
        found: Silhouettes of one labelling.
        labels: Segment of each row.
        weights: One per row.
        names: Name of each segment.
    """
    frame = _sorted_silhouettes(found, labels, weights)
    looks = segment_scales(names)
    bars = (
        chart_of(frame, names)
        .mark_bar(strokeWidth=1.2)
        .encode(
            x=alt.X("silhouette:Q", title="Silhouette"),
            x2=alt.datum(0),
            y=alt.Y("from:Q", title="In order", axis=alt.Axis(format=".0%"), scale=alt.Scale(reverse=True)),
            y2="to:Q",
            color=alt.Color("title:N", scale=looks["color"], title="Segment", legend=alt.Legend(**LEGEND)),
            # an edge of its own colour closes the seams between neighbouring bars
            stroke=alt.Stroke("title:N", scale=looks["color"], legend=None),
            tooltip=[
                alt.Tooltip("title:N", title="Segment"),
                alt.Tooltip("silhouette:Q", title="Silhouette", format=".2f"),
                alt.Tooltip("share:Q", title="Of the segment, at most", format=".0%"),
            ],
        )
    )
    mean = alt.Chart(pd.DataFrame({"mean": [float(found.means[0])]}))
    line = mean.mark_rule(strokeDash=[6, 4], color=theme.INK, strokeWidth=2).encode(x="mean:Q")
    text = mean.mark_text(align="left", dx=5, baseline="bottom", color=theme.INK).encode(
        x="mean:Q", y=alt.value(-2), text=alt.Text("mean:Q", format=".2f")
    )
    return (bars + line + text).properties(height=420)


def _sorted_silhouettes(found: Silhouettes, labels: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Steps of the sorted silhouettes of each segment: a curve of thousands of members in sixty bars."""
    values, tables, base = found.rows[:, 0], [], 0.0
    if found.times is not None:
        # from here on there are only the drawn rows, each as often as it was drawn
        drawn = found.times > 0
        values, labels, weights = values[drawn], labels[drawn], found.times[drawn]
    for segment in np.unique(labels[labels != UNASSIGNED]):
        inside = labels == segment
        order = np.argsort(-values[inside], kind="stable")
        own, weight = values[inside][order], weights[inside][order]
        share = float(weight.sum() / weights.sum())
        steps = np.linspace(0, 1, min(_QUANTILES, len(own)) + 1)
        middle = (steps[1:] + steps[:-1]) / 2
        at = np.searchsorted(np.cumsum(weight), middle * weight.sum()).clip(max=len(own) - 1)
        tables.append(
            pd.DataFrame(
                {
                    "segment": segment,
                    "silhouette": own[at],
                    "share": steps[1:],
                    "from": base + share * steps[:-1],
                    "to": base + share * steps[1:],
                }
            )
        )
        base += share
    return pd.concat(tables, ignore_index=True)


def means_and_medians(
    profile: pd.DataFrame, column: str, codebook: Codebook, names: Mapping[int, str], dollars: int | None
) -> alt.LayerChart:
    """Mean and median of one column in each segment, side by side.

    Args:
        profile: Indexed by ``segment`` and ``column``, as ``Profile.table``.
        column: The column.
        codebook: For its label and format.
        names: Name of each segment.
        dollars: Year of the dollars.
    """
    variable = codebook[column]
    own = profile.xs(column, level="column")[["mean", "median"]]
    own = own[own.index.isin(list(names))]
    frame = own.rename(columns=str.capitalize).reset_index().melt("segment", var_name="what", value_name="value")
    frame["name"] = [names.get(int(segment), "") for segment in frame["segment"]]
    frame["text"] = frame["value"].map(variable.text)
    base = alt.Chart(frame).encode(
        y=alt.Y("segment:N", title="Segment"),
        yOffset=alt.YOffset("what:N", sort=["Mean", "Median"]),
        x=alt.X(
            "value:Q",
            title=theme.title(variable, dollars),
            axis=alt.Axis(labelExpr=theme.words_of(variable), tickCount=4),
            scale=alt.Scale(padding=30),
        ),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("name:N", title="Name"),
            alt.Tooltip("what:N", title="Figure"),
            alt.Tooltip("value:Q", title=variable.label, format=variable.format),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=alt.Color("what:N", sort=["Mean", "Median"], title=None, legend=alt.Legend(orient="top"))
    )
    text = base.mark_text(align="left", dx=4, color=theme.INK, fontSize=11).encode(text="text:N")
    return (bars + text).properties(height=44 * len(own) + 90)


def suggestion_for(criterion: str, found: Sequence[Suggestion]) -> Suggestion | None:
    """The advice of one criterion."""
    return next((s for s in found if s.criterion == criterion), None)
