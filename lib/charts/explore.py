"""Charts of the Explore page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import altair as alt
import pandas as pd

from lib.charts import theme, zoom
from lib.charts.layers import layered
from lib.dataset import Codebook, Variable
from lib.estimates.wording import between, correlation_text, told_of
from lib.explore import Histogram, Relation
from lib.words import capitalised

_MANY_GROUPS = 6

_AROUND_MAP = 220
"""Pixels that the labels below a heat map and the legend above it take from its height."""

_FIRST_MEDIAN, _NEXT_MEDIAN = 8, 14
"""Pixels from the top of a histogram to the first median, and from each to the next."""

_QUANTILES = (10, 25, 50, 75, 90)
"""Of a box plot, in per cent."""


def shares(
    table: pd.DataFrame,
    column: str,
    codebook: Codebook,
    *,
    unit: str,
    behind: str,
    legend: str,
    colours: Mapping[str, alt.ExprRef] | None = None,
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
        colours: Colour of each group that has one of its own, such as a segment or the population; by default steps of
            one scale, in order. Who has none beside those who have is everyone.
    """
    label, has_intervals = codebook.label(column), bool(table["low"].notna().any())
    tooltip = [
        alt.Tooltip("group:N", title=legend),
        alt.Tooltip("code:N", title=label),
        alt.Tooltip("share:Q", title="Share of the group", format=theme.PERCENT),
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
    marks = base.encode(yOffset=theme.beside_each_other("group:N", groups, at=0.5))
    bars = (
        base.encode(yOffset=theme.beside_each_other("group:N", groups))
        .mark_bar(cornerRadiusEnd=2, height=theme.WHOLE_BAND)
        .encode(
            x=alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, ends])),
            color=_group_colour(groups, legend, colours),
            opacity=theme.where("datum.unsure", alt.OpacityValue, 0.45, 1.0),
        )
    )
    text = marks.mark_text(align="left", dx=4, fontSize=12, color=theme.INK).encode(
        x=alt.X("reach:Q"), text=alt.Text("share:Q", format=theme.PERCENT)
    )
    step = 18 if len(groups) > 1 else 24
    around = 60 + (22 * len(groups) if len(groups) > 1 else 0)
    looks = theme.INTERVAL if has_intervals else ()
    lines = [marks.mark_rule(**look).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")) for look in looks]
    return layered(bars, text, *lines, height=max(len(codes) * (len(groups) * step + 12) + around, 160))


def rates(table: pd.DataFrame, *, label: str, by: str, unit: str, behind: str) -> alt.LayerChart:
    """In how many of each group something is so: a bar for each, and a grey one for all of them together.

    Args:
        table: As ``shares`` takes it, of the one code that says so; ``is_all`` marks those who are all of them.
        label: What is so.
        by: What the groups are.
        unit: What is counted, in the plural.
        behind: What figures rest on, in the plural.
    """
    has_intervals, groups = bool(table["low"].notna().any()), list(table["group"])
    reach = table["high"].fillna(table["share"])
    base = alt.Chart(table.assign(reach=reach)).encode(
        y=alt.Y(
            "group:N",
            sort=groups,
            title=None,
            axis=alt.Axis(labelLimit=220, labelOverlap=False, ticks=False, domain=False),
        ),
        tooltip=[
            alt.Tooltip("group:N", title=by),
            alt.Tooltip("share:Q", title=label, format=".1%"),
            *([alt.Tooltip("between:N", title="95% interval")] if has_intervals else []),
            alt.Tooltip("count:Q", title=unit.capitalize(), format=",.0f"),
            alt.Tooltip("sampled:Q", title=capitalised(behind), format=",.0f"),
        ],
    )
    x = alt.X("share:Q", title=None, axis=None, scale=alt.Scale(domain=[0, float(reach.max()) * 1.18]))
    pale = theme.where("datum.unsure", alt.OpacityValue, 0.45, 1.0)
    bars = base.encode(x=x, opacity=pale)
    own, of_all = bars.transform_filter("!datum.is_all"), bars.transform_filter("datum.is_all")
    thick = alt.RelativeBandSize(0.7)
    looks = theme.INTERVAL if has_intervals else ()
    text = base.mark_text(align="left", dx=6, fontSize=13, color=theme.INK)
    return layered(
        own.mark_bar(cornerRadiusEnd=2, height=thick),
        of_all.mark_bar(cornerRadiusEnd=2, height=thick, color=theme.UNASSIGNED),
        *(base.mark_rule(**look).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q")) for look in looks),
        text.encode(x=alt.X("reach:Q"), text=alt.Text("share:Q", format=".1%")),
        height=34 * len(groups) + 20,
    )


def _in_order(groups: Iterable[str]) -> list[str]:
    """Groups as they come, but those of whom something is true before those of whom it is not, as populations are."""
    return sorted(groups, key=lambda group: group == "No")


def _group_colour(groups: list[str], legend: str | None, colours: Mapping[str, alt.ExprRef] | None) -> alt.Color:
    own = [colours.get(group, theme.EVERYONE) for group in groups] if colours else theme.groups(len(groups))
    scale = alt.Scale(domain=groups, range=own)
    return alt.Color("group:N", sort=groups, scale=scale, title=legend, legend=_legend(groups))


def _legend(groups: list[str]) -> alt.Legend | None:
    if len(groups) == 1:
        return None
    return alt.Legend(orient="top", labelLimit=420, columns=1 if sum(map(len, groups)) > 24 else 0)


def _room(groups: list[str]) -> int:
    """Pixels for their legend, where they have one."""
    return theme.legend_room(len(groups)) if len(groups) > 1 else 0


def _share_map(base: alt.Chart, groups: list[str], legend: str) -> alt.LayerChart:
    """Cells of shares; those too unsure to rely on are faint and their figure stands in brackets."""
    base = base.encode(
        x=alt.X("group:N", sort=groups, title=legend, axis=alt.Axis(labelAngle=-35, labelLimit=160, labelOverlap=False))
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "share:Q",
            title="Share of the group",
            scale=alt.Scale(range=theme.SEQUENTIAL, domainMin=0),
            legend=alt.Legend(format=".0%", orient="top"),
        ),
        opacity=theme.where("datum.unsure", alt.OpacityValue, 0.45, 1.0),
    )
    figure = "format(datum.share, '.0%')"
    text = (
        base.transform_calculate(figure=f"datum.unsure ? '(' + {figure} + ')' : {figure}")
        .mark_text(fontSize=10, color=theme.ON_CELL)
        .encode(text=alt.Text("figure:N"))
    )
    return cells + text


def distribution(result: Histogram, summary: pd.DataFrame, variable: Variable, dollars: int | None) -> alt.LayerChart:
    """Bars for the population, a line of steps for everyone behind it, on a scale that shows both.

    Args:
        result: The bins.
        summary: Their medians: of each ``group`` what ``lib.explore.summary`` gives.
        variable: What the amount is.
        dollars: Year of its prices.
    """
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
        alt.Tooltip("share:Q", title="Share of the group", format=theme.PERCENT),
        alt.Tooltip("count:Q", title="Count", format=",.0f"),
    ]
    y = alt.Y("share:Q", title="Share of the group", axis=alt.Axis(format=".0%", tickCount=5))
    color = _group_colour(groups, None, {groups[0]: theme.POPULATION})
    base = alt.Chart(result.bins).encode(
        x=x, x2=alt.X2("right:Q"), y=y, y2=alt.Y2Datum(0), color=color, tooltip=tooltip
    )
    bars = base.transform_filter(alt.datum.group == groups[0]).mark_bar(binSpacing=1, opacity=0.85)
    medians = _medians(summary, variable, x, color, groups)
    steps = (
        alt.Chart(_closed(result.bins))
        .transform_filter(alt.datum.group != groups[0])
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(x=x, y=y, color=color, tooltip=tooltip)
    )
    return layered(bars, *([steps] if len(groups) > 1 else []), *medians, height=360 + _room(groups))


def _closed(bins: pd.DataFrame) -> pd.DataFrame:
    """Bins with the end of the last one as a row of its own: a line of steps would stop where that one begins."""
    last = bins.groupby("group", sort=False).tail(1)
    return pd.concat([bins, last.assign(left=last["right"])], ignore_index=True)


def _medians(
    summary: pd.DataFrame, variable: Variable, x: alt.X, color: alt.Color, groups: list[str]
) -> list[alt.Chart]:
    """The median of each group on the line of its interval, above the bars."""
    told = summary[["group", "0.5", "0.5_low", "0.5_high"]]
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
) -> alt.LayerChart | alt.FacetChart:
    """A scatter of two amounts that can be zoomed and moved, coloured by a category if the points have one."""
    horizontal, vertical = result.scales
    groups = _in_order(sorted(result.points["group"].unique())) if by else []
    looks = (
        {
            "color": _group_colour(groups, by.label, None),
            "shape": alt.Shape("group:N", sort=groups, title=by.label, legend=_legend(groups)),
        }
        if by
        else {}
    )
    points = (
        alt.Chart(result.points)
        .mark_point(size=26, opacity=0.6, filled=True, color=theme.POPULATION, clip=True)
        .encode(
            **looks,
            x=alt.X(
                "x:Q",
                title=theme.title(x, dollars),
                scale=theme.axis_scale(horizontal, moved=zoom.within(horizontal, "x")),
                axis=theme.axis(horizontal, x),
            ),
            y=alt.Y(
                "y:Q",
                title=theme.title(y, dollars),
                scale=theme.axis_scale(vertical, moved=zoom.within(vertical, "y")),
                axis=theme.axis(vertical, y),
            ),
            tooltip=[
                alt.Tooltip("id:N", title=capitalised(member)),
                alt.Tooltip("x:Q", title=x.label, format=x.format),
                alt.Tooltip("y:Q", title=y.label, format=y.format),
            ],
        )
        .add_params(zoom.moved())
    )
    return alt.layer(points, *zoom.reset(), height=480 + _room(groups))


def correlations(table: pd.DataFrame, columns: list[str], codebook: Codebook) -> alt.LayerChart:
    """A heat map of one group's correlations, on the diverging scale from -1 to 1; doubtful ones faint, in brackets.

    Args:
        table: As ``lib.explore.correlation_table``.
        columns: The names in the order of the axes.
        codebook: For their labels.
    """
    labels = {name: codebook[name].heading for name in columns}
    frame = table.assign(
        row=table["row"].map(labels),
        column=table["column"].map(labels),
        between=[between(low, high, correlation_text) for low, high in zip(table["low"], table["high"], strict=True)],
        text=[
            f"({r})" if d else r
            for r, d in zip(table["correlation"].map(correlation_text), table["doubtful"], strict=True)
        ],
    ).drop(columns=["group", "low", "high", "sampled"], errors="ignore")
    order = list(labels.values())
    base = alt.Chart(frame).encode(
        x=alt.X("column:N", sort=order, title=None, axis=alt.Axis(labelAngle=-40, labelLimit=150, labelOverlap=False)),
        y=alt.Y("row:N", sort=order, title=None, axis=alt.Axis(labelLimit=130, labelOverlap=False)),
        tooltip=[
            alt.Tooltip("row:N", title="Column"),
            alt.Tooltip("column:N", title="with"),
            alt.Tooltip("correlation:Q", title="Correlation", format=".3f"),
            *([alt.Tooltip("between:N", title="95% interval")] if frame["between"].any() else []),
        ],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "correlation:Q",
            scale=alt.Scale(domain=[-1, 1], range=theme.DIVERGING),
            legend=None,
        ),
        opacity=theme.where("datum.doubtful", alt.OpacityValue, theme.UNTOLD, 1.0),
    )
    known = base.transform_filter("isValid(datum.correlation)")
    text = known.mark_text(fontSize=11, color=theme.ON_CELL).encode(text=alt.Text("text:N"))
    return layered(cells, text, height=40 * len(columns) + 90)


def ranking(table: pd.DataFrame, codebook: Codebook, title: str) -> alt.LayerChart:
    """Bars of standard deviations, the largest on top, with their intervals where these are known.

    Args:
        table: Indexed by column, the largest first, as ``lib.explore.spreads``.
        codebook: For labels and words.
        title: How they were taken, and in what, for the axis.
    """
    variables = [codebook[str(name)] for name in table.index]
    ends = zip(variables, table["low"], table["high"], strict=True)
    frame = table.assign(
        label=[variable.label for variable in variables],
        text=[variable.mean_text(spread) for variable, spread in zip(variables, table["spread"], strict=True)],
        between=[between(low, high, variable.mean_text) for variable, low, high in ends],
    )
    # amounts of one kind say on the axis what they are
    words = theme.words_of(variables[0]) if len({variable.format for variable in variables}) == 1 else theme.in_short()
    base = alt.Chart(frame).encode(
        x=alt.X("spread:Q", title=title, axis=alt.Axis(labelExpr=words, tickCount=5, titleAnchor="end")),
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=200, labelOverlap=False)),
        tooltip=[
            alt.Tooltip("label:N", title="Column"),
            alt.Tooltip("text:N", title="Standard deviation"),
            *([alt.Tooltip("between:N", title="95% interval")] if frame["between"].any() else []),
        ],
    )
    bars = base.mark_bar(cornerRadiusEnd=2, color=theme.POPULATION)
    x = alt.X("low:Q", title=title)
    lines = [base.mark_rule(**look).encode(x=x, x2=alt.X2("high:Q")) for look in theme.INTERVAL]
    return layered(bars, *lines, height=theme.ROW * len(table) + 60)


def boxes(summary: pd.DataFrame, variable: Variable, dollars: int | None) -> alt.LayerChart:
    """Box plots from quantiles: the box holds the middle half, the whiskers the middle four fifths.

    Args:
        summary: Of each ``group`` what ``lib.explore.summary`` gives.
        variable: What was measured.
        dollars: Year of the dollars.
    """
    frame = summary.rename(columns={str(share / 100): f"q{share}" for share in _QUANTILES})
    for share in _QUANTILES:
        frame[f"t{share}"] = [told_of(row, str(share / 100), variable.text) for _, row in summary.iterrows()]
    names = [f"{kind}{share}" for kind in "qt" for share in _QUANTILES]
    base = alt.Chart(frame[["group", *names]]).encode(
        y=alt.Y("group:N", sort=None, title=None, axis=alt.Axis(labelLimit=200)),
        tooltip=[
            alt.Tooltip("group:N", title="Who"),
            *(alt.Tooltip(f"t{share}:N", title=f"{share}% have less than") for share in _QUANTILES),
        ],
    )
    x = alt.X(
        "q10:Q", title=theme.title(variable, dollars), axis=alt.Axis(labelExpr=theme.words_of(variable), tickCount=6)
    )
    whiskers = base.mark_rule(color=theme.INK).encode(x=x, x2=alt.X2("q90:Q"))
    box = base.mark_bar(size=22, color=theme.POPULATION).encode(x=alt.X("q25:Q"), x2=alt.X2("q75:Q"))
    median = base.mark_tick(color=theme.GROUND, size=22, thickness=2).encode(x=alt.X("q50:Q"))
    return layered(whiskers, box, median, height=60 * len(frame) + 60)
