"""Charts of segments: the choice of k, silhouettes, means and medians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import numpy as np
import pandas as pd

from lib.charts import theme
from lib.charts.layers import layered
from lib.charts.looks import colour_of, on_view, segment_scales, title_of
from lib.dataset import Codebook
from lib.estimates.wording import between
from lib.segments import UNASSIGNED, Silhouettes, Suggestion

PICK = "pick"
"""Name of the selection by which a click on a chart chooses a number of segments."""

_QUANTILES = 60

_SILHOUETTES = 410
"""Pixels of silhouettes without their legend, however many segments there are."""

_TARGET = 24**2
"""Square pixels of what can be clicked: a disc 27 pixels wide, more than the 24 that WCAG 2.2 asks for (2.5.8)."""

_FIGURES = ["Median", "Mean"]

LEGEND: Mapping[str, Any] = {
    "orient": "top",
    "columns": 1,
    "labelLimit": 420,
    "symbolOpacity": 1,
    "symbolStrokeWidth": 0,
}


def choice_of_k(
    table: pd.DataFrame,
    score: str,
    label: str,
    chosen: int,
    advice: Suggestion | None,
    *,
    number: str = "~s",
    beside: pd.DataFrame | None = None,
) -> alt.LayerChart | alt.FacetChart:
    """One score by number of segments: the choice marked, the advice as a dashed line, each point a button.

    Args:
        table: One row per k, as ``Sweep.table``.
        score: Its column to draw.
        label: The axis.
        chosen: The k on view.
        advice: What this score suggests.
        number: d3 format of the score.
        beside: What is drawn beside it: ``what`` (its name), ``k``, ``score``, ``low``, ``high``.
    """
    frame = table[[score]].reset_index().rename(columns={score: "score"})
    frame["chosen"] = frame["k"] == chosen
    base = alt.Chart(frame).encode(
        x=alt.X("k:O", title="Number of segments", axis=alt.Axis(labelAngle=0)),
        y=alt.Y(
            "score:Q",
            title=label,
            scale=alt.Scale(zero=score == "inertia_share", nice=False, padding=8),
            axis=alt.Axis(format=number),
        ),
        tooltip=[alt.Tooltip("k:O", title="Segments"), alt.Tooltip("score:Q", title=label, format=_exact(number))],
    )
    pick = alt.selection_point(name=PICK, fields=["k"], on="click", empty=False)
    marks = base.mark_point(filled=True, opacity=1).encode(
        size=theme.where("datum.chosen", alt.SizeValue, 190, 70),
        color=theme.where("datum.chosen", alt.ColorValue, theme.POPULATION, theme.EVERYONE),
        shape=theme.where("datum.chosen", alt.ShapeValue, "diamond", "circle"),
    )
    layers = [*_nulls(beside, label, number), base.mark_line(color=theme.EVERYONE), marks]
    if advice is not None and advice.k is not None:
        rule = alt.Chart(pd.DataFrame({"k": [advice.k], "text": [f"{advice.criterion}: {advice.k}"]}))
        layers.append(rule.mark_rule(strokeDash=[6, 4], color=theme.INK, strokeWidth=1.5).encode(x=alt.X("k:O")))
        # above the picture, where nothing else is, and within its width
        align: Literal["left", "right"] = "right" if advice.k > frame["k"].median() else "left"
        text = rule.mark_text(align=align, baseline="bottom", color=theme.INK, fontSize=12)
        layers.append(text.encode(x=alt.X("k:O"), y=alt.YValue(-4), text=alt.Text("text:N")))
    layers.append(base.mark_point(filled=True, opacity=0, size=_TARGET, cursor="pointer").add_params(pick))
    return layered(*layers, height=260 if beside is None else 260 + _LEGEND_ROOM)


def _exact(number: str) -> str:
    """The format of a tooltip, which tells one digit more than an axis does."""
    return {".0%": theme.PERCENT, ".2f": ".3f"}.get(number, number)


_LEGEND_ROOM = 60
"""Pixels for a legend of two rows."""

_NULLS = tuple(zip(theme.groups(2), ([1, 3], [6, 3]), strict=True))
"""Colour and dashes of what is drawn beside a score, in order."""


def _nulls(beside: pd.DataFrame | None, label: str, number: str) -> list[alt.Chart]:
    """Of each null model a band and a thin line, named in a legend."""
    if beside is None:
        return []
    names = list(dict.fromkeys(beside["what"]))
    looks = [_NULLS[at % len(_NULLS)] for at in range(len(names))]
    legend = alt.Legend(**{**LEGEND, "title": None, "symbolType": "square", "offset": 22})
    colour = alt.Color(
        "what:N", scale=alt.Scale(domain=names, range=[one for one, _ in looks]), sort=names, legend=legend
    )
    dash = alt.StrokeDash("what:N", scale=alt.Scale(domain=names, range=[one for _, one in looks]), legend=None)
    base = alt.Chart(beside).encode(x=alt.X("k:O"), color=colour)
    tooltip = [
        alt.Tooltip("what:N", title="Beside"),
        alt.Tooltip("k:O", title="Segments"),
        alt.Tooltip("score:Q", title=label, format=_exact(number)),
    ]
    band = base.mark_area(opacity=0.22).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
    line = base.mark_line(strokeWidth=1.6).encode(y=alt.Y("score:Q"), strokeDash=dash, tooltip=tooltip)
    return [band, line]


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
    scale = segment_scales(names)["color"]
    shown = on_view(frame, names)
    bars = (
        alt.Chart(shown.assign(title=[title_of(int(number), names) for number in shown["segment"]]))
        .mark_bar(strokeWidth=1.2)
        .encode(
            x=alt.X("silhouette:Q", title="Silhouette"),
            x2=alt.X2Datum(0),
            y=alt.Y("from:Q", title="In order", axis=alt.Axis(format=".0%"), scale=alt.Scale(reverse=True)),
            y2=alt.Y2("to:Q"),
            color=alt.Color("title:N", scale=scale, title="Segment", legend=alt.Legend(**LEGEND)),
            # an edge of its own colour closes the seams between neighbouring bars
            stroke=alt.Stroke("title:N", scale=scale, legend=None),
            tooltip=[
                alt.Tooltip("title:N", title="Segment"),
                alt.Tooltip("silhouette:Q", title="Silhouette", format=".2f"),
                alt.Tooltip("share:Q", title="Of the segment, at most", format=".0%"),
            ],
        )
    )
    mean = alt.Chart(pd.DataFrame({"mean": [float(found.means[0])]}))
    line = mean.mark_rule(strokeDash=[6, 4], color=theme.INK, strokeWidth=2).encode(x=alt.X("mean:Q"))
    text = mean.mark_text(align="left", dx=5, baseline="bottom", color=theme.INK).encode(
        x=alt.X("mean:Q"), y=alt.YValue(-2), text=alt.Text("mean:Q", format=".2f")
    )
    return (bars + line + text).properties(height=_SILHOUETTES + theme.legend_room(len(names)))


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
    profile: pd.DataFrame,
    column: str,
    codebook: Codebook,
    names: Mapping[int, str],
    dollars: int | None,
    sure: pd.DataFrame | None = None,
) -> alt.LayerChart | alt.FacetChart:
    """Mean and median of one column in each segment, side by side, with their intervals where these are known.

    Args:
        profile: Indexed by ``segment`` and ``column``, as ``Profile.table``.
        column: The column.
        codebook: For its label and format.
        names: Name of each segment.
        dollars: Year of the dollars.
        sure: Indexed alike, as ``Sureness.profile``.
    """
    variable = codebook[column]
    own = profile.xs(column, level="column")
    ends = (own[[]] if sure is None else sure.xs(column, level="column")).reindex(own.index)
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "what": what.capitalize(),
                    "value": own[what],
                    "low": _end(ends, what, "low"),
                    "high": _end(ends, what, "high"),
                }
            )
            for what in ("median", "mean")
        ]
    ).reset_index()
    frame = frame[frame["segment"].isin(list(names))]
    frame["between"] = [between(*ends, variable.text) for ends in zip(frame["low"], frame["high"], strict=True)]
    frame["reach"] = frame["high"].where(frame["value"] >= 0, frame["low"]).fillna(frame["value"])
    frame["name"] = [names.get(int(segment), "") for segment in frame["segment"]]
    frame["text"] = frame["value"].map(variable.text)
    base = alt.Chart(frame).encode(
        y=alt.Y("segment:N", title="Segment"),
        yOffset=theme.beside_each_other("what:N", _FIGURES),
        x=alt.X(
            "value:Q",
            title=theme.title(variable, dollars),
            axis=alt.Axis(labelExpr=theme.words_of(variable), tickCount=4),
            scale=alt.Scale(domain=_with_room(frame), nice=False),
        ),
        tooltip=[
            alt.Tooltip("segment:N", title="Segment"),
            alt.Tooltip("name:N", title="Name"),
            alt.Tooltip("what:N", title="Figure"),
            alt.Tooltip("value:Q", title=variable.label, format=variable.format),
            alt.Tooltip("between:N", title="95% interval"),
        ],
    )
    shown = sorted(frame["segment"].unique())
    colours = alt.Scale(domain=shown, range=[colour_of(int(number)) for number in shown])
    # the median leads: the mean is its outline with a tint
    bars = base.mark_bar(cornerRadiusEnd=2, strokeWidth=1.5, height=theme.WHOLE_BAND).encode(
        fill=alt.Fill("segment:N", scale=colours, legend=None),
        stroke=alt.Stroke("segment:N", scale=colours, legend=None),
        fillOpacity=alt.FillOpacity(
            "what:N",
            sort=_FIGURES,
            title=None,
            scale=alt.Scale(domain=_FIGURES, range=[1, 0.2]),
            legend=alt.Legend(
                orient="top", symbolType="square", symbolFillColor=theme.INK, symbolStrokeColor=theme.INK
            ),
        ),
    )
    marks = base.encode(yOffset=theme.beside_each_other("what:N", _FIGURES, at=0.5))
    line = marks.mark_rule(color=theme.INK, strokeWidth=1.5).encode(x=alt.X("low:Q", title=None), x2=alt.X2("high:Q"))
    texts = [_beyond(marks, "datum.value >= 0", "left", 4), _beyond(marks, "datum.value < 0", "right", -4)]
    return layered(bars, line, *texts, height=44 * frame["segment"].nunique() + 90)


_FIGURES = ["Mean", "Median"]


_FIGURES_ROOM = 0.22
"""How far an axis goes on beyond its bars and lines, as a share of these: there their figures stand."""


def _with_room(frame: pd.DataFrame) -> list[float]:
    """The ends of the axis of bars in ``value``, with their intervals and figures."""
    ends = frame[["value", "low", "high"]].to_numpy(dtype=float)
    low, high = min(0.0, float(np.nanmin(ends, initial=0.0))), max(0.0, float(np.nanmax(ends, initial=0.0)))
    room = _FIGURES_ROOM * ((high - low) or 1.0)
    return [low - room if (frame["value"] < 0).any() else low, high + room]


def _beyond(marks: alt.Chart, which: str, align: Literal["left", "right"], away: int) -> alt.Chart:
    """The figures of some bars, beyond the end of the bar and of the line of its interval."""
    text = marks.transform_filter(which).mark_text(align=align, dx=away, color=theme.INK, fontSize=11)
    return text.encode(x=alt.X("reach:Q", title=None), text=alt.Text("text:N"))


def _end(ends: pd.DataFrame, what: str, side: str) -> pd.Series | float:
    """Where intervals of a statistic begin or end, where that is known."""
    return ends[f"{what}_{side}"] if f"{what}_{side}" in ends else float("nan")


def suggestion_for(criterion: str, found: Sequence[Suggestion]) -> Suggestion | None:
    """The advice of one criterion."""
    return next((s for s in found if s.criterion == criterion), None)
