"""Charts of the Explore page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import altair as alt
import pandas as pd

from lib.charts import theme
from lib.dataset import Codebook, Variable
from lib.estimates.wording import between
from lib.explore import Distribution, Relation
from lib.words import capitalised

_MANY_GROUPS = 6

_AROUND_MAP = 220
"""Pixels that the labels below a heat map and the legend above it take from its height."""

_FIRST_MEDIAN, _NEXT_MEDIAN = 8, 14
"""Pixels from the top of a histogram to the first median, and from each to the next."""

_PALE = ["#f1f6fb", "#7fb2dc"]
_ON_PALE = "#17202a"
"""Cells of a heat map and the figures on them: pale on light and on dark ground, so that dark text stays legible."""


def shares(
    table: pd.DataFrame,
    column: str,
    codebook: Codebook,
    *,
    unit: str,
    behind: str,
    legend: str,
    colours: Mapping[str, str] | None = None,
) -> alt.LayerChart:
    """Bars of shares within each group, side by side; a heat map where the groups are many.

    Args:
        table: ``group`` (words), ``code`` (words), ``order``, ``share``, ``low`` and ``high`` (its interval; NaN where
            there is none), ``between`` (the same in words), ``count``, ``sampled``, ``unsure``.
        column: The column whose codes are shared out.
        codebook: For its label.
        unit: What is counted, in the plural.
        behind: What figures rest on, in the plural.
        legend: What the groups are.
        colours: Colour of each group where it is fixed elsewhere; by default those of the theme in order.
    """
    label, has_intervals = codebook.label(column), bool(table["low"].notna().any())
    tooltip = [
        alt.Tooltip("group:N", title=legend),
        alt.Tooltip("code:N", title=label),
        alt.Tooltip("share:Q", title="Share of the group", format=".1%"),
        *([alt.Tooltip("between:N", title="95% interval")] if has_intervals else []),
        alt.Tooltip("count:Q", title=unit.capitalize(), format=",.0f"),
        alt.Tooltip("sampled:Q", title=capitalised(behind), format=",.0f"),
    ]
    codes = list(table.sort_values("order")["code"].unique())
    groups = _in_order(table["group"].unique())
    base = alt.Chart(table.assign(reach=table["high"].fillna(table["share"]))).encode(
        y=alt.Y(
            "code:N",
            sort=codes,
            title=None,
            axis=alt.Axis(labelLimit=220, labelOverlap=False, ticks=False, domain=False),
        ),
        tooltip=tooltip,
    )
    if len(groups) > _MANY_GROUPS:
        return _share_map(base, groups, legend).properties(height=theme.ROW * len(codes) + _AROUND_MAP)
    ends = table["high"].fillna(table["share"]).max() * 1.18
    marks = base.encode(yOffset=alt.YOffset("group:N", sort=groups, bandPosition=0.5))
    bars = (
        base.encode(yOffset=alt.YOffset("group:N", sort=groups))
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, ends])),
            color=_group_colour(groups, legend, colours),
            opacity=theme.where("datum.unsure", alt.OpacityValue, 0.45, 1.0),
        )
    )
    text = marks.mark_text(align="left", dx=4, fontSize=12, color=theme.INK).encode(
        x=alt.X("reach:Q"), text=alt.Text("share:Q", format=".1%")
    )
    step = 18 if len(groups) > 1 else 24
    around = 60 + (22 * len(groups) if len(groups) > 1 else 0)
    layers = bars + text
    if has_intervals:
        layers += marks.mark_rule(color=theme.INK, strokeWidth=1.5).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
    return layers.properties(height=max(len(codes) * (len(groups) * step + 12) + around, 160))


def _in_order(groups: Iterable[str]) -> list[str]:
    """Groups as they come, but those of whom something is true before those of whom it is not, as populations are."""
    return sorted(groups, key=lambda group: group == "No")


def _group_colour(groups: list[str], legend: str, colours: Mapping[str, str] | None) -> alt.Color:
    shown = _legend(groups)
    if colours is None:
        return alt.Color("group:N", sort=groups, title=legend, legend=shown)
    scale = alt.Scale(domain=groups, range=[colours.get(group, theme.UNASSIGNED) for group in groups])
    return alt.Color("group:N", sort=groups, scale=scale, title=legend, legend=shown)


def _legend(groups: list[str]) -> alt.Legend | None:
    if len(groups) == 1:
        return None
    return alt.Legend(orient="top", labelLimit=420, columns=1 if sum(map(len, groups)) > 24 else 0)


def _share_map(base: alt.Chart, groups: list[str], legend: str) -> alt.LayerChart:
    """Cells of shares; those too unsure to rely on are faint and their figure stands in brackets."""
    base = base.encode(
        x=alt.X("group:N", sort=groups, title=legend, axis=alt.Axis(labelAngle=-35, labelLimit=160, labelOverlap=False))
    )
    # a faint cell lets the ground through, which may be dark: white behind it keeps it pale
    ground = base.mark_rect(color="white")
    cells = base.mark_rect().encode(
        color=alt.Color(
            "share:Q",
            title="Share of the group",
            scale=alt.Scale(range=_PALE, domainMin=0),
            legend=alt.Legend(format=".0%", orient="top"),
        ),
        opacity=theme.where("datum.unsure", alt.OpacityValue, 0.45, 1.0),
    )
    figure = "format(datum.share, '.0%')"
    text = (
        base.transform_calculate(figure=f"datum.unsure ? '(' + {figure} + ')' : {figure}")
        .mark_text(fontSize=10, color=_ON_PALE)
        .encode(text=alt.Text("figure:N"))
    )
    return ground + cells + text


def distribution(result: Distribution, variable: Variable, dollars: int | None) -> alt.LayerChart:
    """Bars for the population, a line of steps for everyone behind it, on a scale that shows both."""
    groups = list(result.bins["group"].unique())
    scale = theme.axis_scale(result.scale, low=result.bins["left"].min(), high=result.bins["right"].max())
    x = alt.X(
        "left:Q",
        scale=scale,
        axis=theme.axis(result.scale, variable, grid=False),
        title=theme.title(variable, dollars),
    )
    tooltip = [
        alt.Tooltip("group:N", title="Who"),
        alt.Tooltip("from_text:N", title="From"),
        alt.Tooltip("to_text:N", title="To"),
        alt.Tooltip("share:Q", title="Share of the group", format=".1%"),
        alt.Tooltip("count:Q", title="Count", format=",.0f"),
    ]
    y = alt.Y("share:Q", title="Share of the group", axis=alt.Axis(format=".0%", tickCount=5))
    color = alt.Color("group:N", sort=groups, title=None, legend=_legend(groups))
    base = alt.Chart(result.bins).encode(
        x=x, x2=alt.X2("right:Q"), y=y, y2=alt.Y2Datum(0), color=color, tooltip=tooltip
    )
    bars = base.transform_filter(alt.datum.group == groups[0]).mark_bar(binSpacing=1, opacity=0.85)
    medians = _medians(result, variable, x, color, groups)
    steps = (
        alt.Chart(result.bins)
        .transform_filter(alt.datum.group != groups[0])
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(x=x, y=y, color=color, tooltip=tooltip)
    )
    chart = bars + steps if len(groups) > 1 else alt.LayerChart(layer=[bars])
    for layer in medians:
        chart += layer
    return chart.properties(height=360)


def _medians(
    result: Distribution, variable: Variable, x: alt.X, color: alt.Color, groups: list[str]
) -> list[alt.Chart]:
    """The median of each group on the line of its interval, above the bars."""
    told = result.summary[["group", "0.5", "median_low", "median_high"]]
    told = told.set_axis(["group", "left", "low", "high"], axis=1)
    ends = zip(told["low"], told["high"], strict=True)
    told = told.assign(between=[between(low, high, variable.text) for low, high in ends])
    shown = []
    for place, group in enumerate(groups):
        base = alt.Chart(told[told["group"] == group]).encode(
            x=x,
            y=alt.value(_FIRST_MEDIAN + _NEXT_MEDIAN * place),
            color=color,
            tooltip=[
                alt.Tooltip("group:N", title="Who"),
                alt.Tooltip("left:Q", title="Median", format=variable.format),
                alt.Tooltip("between:N", title="95% interval"),
            ],
        )
        line = base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
        shown += [line, base.mark_point(filled=True, size=60, opacity=1, shape="diamond")]
    return shown


def relation(
    result: Relation, x: Variable, y: Variable, dollars: int | None, by: Variable | None = None, *, member: str
) -> alt.Chart:
    """A scatter of two amounts that can be dragged and zoomed, coloured by a category if the points have one."""
    horizontal, vertical = result.scales
    groups = _in_order(sorted(result.points["group"].unique())) if by else []
    looks = (
        {
            "color": alt.Color("group:N", sort=groups, title=by.label, legend=_legend(groups)),
            "shape": alt.Shape("group:N", sort=groups, title=by.label, legend=_legend(groups)),
        }
        if by
        else {}
    )
    return (
        alt.Chart(result.points)
        .mark_point(size=26, opacity=0.45, filled=True)
        .encode(
            **looks,
            x=alt.X(
                "x:Q",
                title=theme.title(x, dollars),
                scale=theme.axis_scale(horizontal),
                axis=theme.axis(horizontal, x),
            ),
            y=alt.Y(
                "y:Q",
                title=theme.title(y, dollars),
                scale=theme.axis_scale(vertical),
                axis=theme.axis(vertical, y),
            ),
            tooltip=[
                alt.Tooltip("id:N", title=capitalised(member)),
                alt.Tooltip("x:Q", title=x.label, format=x.format),
                alt.Tooltip("y:Q", title=y.label, format=y.format),
            ],
        )
        .properties(height=480)
        .interactive()
    )


def correlations(table: pd.DataFrame, columns: list[str], codebook: Codebook) -> alt.Chart:
    """A heat map of one group's correlations, on the diverging scale from -1 to 1.

    Args:
        table: ``row``, ``column`` (names) and ``correlation`` of one group.
        columns: The names in the order of the axes.
        codebook: For their labels.
    """
    labels = {name: codebook.label(name) for name in columns}
    frame = table.assign(row=table["row"].map(labels), column=table["column"].map(labels))
    order = list(labels.values())
    base = alt.Chart(frame).encode(
        x=alt.X("column:N", sort=order, title=None, axis=alt.Axis(labelAngle=-40, labelLimit=150, labelOverlap=False)),
        y=alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=130, labelOverlap=False)),
        tooltip=[
            alt.Tooltip("row:N", title="Column"),
            alt.Tooltip("column:N", title="with"),
            alt.Tooltip("correlation:Q", title="Correlation", format=".3f"),
        ],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "correlation:Q",
            scale=alt.Scale(domain=[-1, 1], range=theme.DIVERGING),
            legend=None,
        )
    )
    known = base.transform_filter("isValid(datum.correlation)")
    text = known.mark_text(fontSize=11).encode(
        text=alt.Text("correlation:Q", format=".2f"),
        color=theme.where("abs(datum.correlation) > 0.5", alt.ColorValue, "white", "black"),
    )
    return (cells + text).properties(height=40 * len(columns) + 90)


def ranking(table: pd.DataFrame, unit: str) -> alt.Chart:
    """Bars of variance, the largest on top.

    Args:
        table: ``label`` and ``variance``, largest first.
        unit: How the variance was taken, for the axis.
    """
    return (
        alt.Chart(table)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("variance:Q", title=unit, axis=alt.Axis(format="~e", tickCount=5)),
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=200, labelOverlap=False)),
            tooltip=[
                alt.Tooltip("label:N", title="Column"),
                alt.Tooltip("variance:Q", title="Variance", format=",.3e"),
                alt.Tooltip("spread:Q", title="Its square root", format=",.0f"),
            ],
        )
        .properties(height=theme.ROW * len(table) + 60)
    )


def boxes(summary: pd.DataFrame, variable: Variable, dollars: int | None) -> alt.LayerChart:
    """Box plots from quantiles: the box holds the middle half, the whiskers the middle four fifths.

    Args:
        summary: ``group`` and quantiles in columns named by share, as ``Distribution.summary``.
        variable: What was measured.
        dollars: Year of the dollars.
    """
    frame = summary.rename(columns={q: f"q{float(q) * 100:.0f}" for q in ("0.1", "0.25", "0.5", "0.75", "0.9")})
    base = alt.Chart(frame[["group", "q10", "q25", "q50", "q75", "q90"]]).encode(
        y=alt.Y("group:N", sort=None, title=None, axis=alt.Axis(labelLimit=200)),
        tooltip=[
            alt.Tooltip("group:N", title="Who"),
            *(
                alt.Tooltip(f"q{share}:Q", title=f"{share}% have less than", format=variable.format)
                for share in (10, 25, 50, 75, 90)
            ),
        ],
    )
    x = alt.X(
        "q10:Q", title=theme.title(variable, dollars), axis=alt.Axis(labelExpr=theme.words_of(variable), tickCount=6)
    )
    whiskers = base.mark_rule(color=theme.INK).encode(x=x, x2=alt.X2("q90:Q"))
    box = base.mark_bar(size=22, color=theme.SEGMENTS[0]).encode(x=alt.X("q25:Q"), x2=alt.X2("q75:Q"))
    median = base.mark_tick(color="white", size=22, thickness=2).encode(x=alt.X("q50:Q"))
    return (whiskers + box + median).properties(height=60 * len(frame) + 60)
