"""Charts of maps: members in the plane, coloured by segment, category or amount, and what PCA's axes are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from lib.charts import marked, theme, zoom
from lib.charts.layers import layered
from lib.charts.looks import COLOUR, LOOKS, RING, SHAPE, looks, of_segments, on_view
from lib.dataset import Variable
from lib.subject import Entity
from lib.words import capitalised

BOX, POINT = "box", "point"
"""Names of the selections: a dragged box, a clicked member."""

PICKED = "picked"
"""Name of the dataset of members that stand out."""

_POINTS, _CENTRES, _LINES, _LABELS = "points", "centres", "lines", "labels"

_ACROSS, _UP, _COLOUR = "title across", "title up", "title of the colour"
_SHADES: Literal["category"] = "category"
_FEATURE, _FORMAT = "title of feature {}", "format of feature {}"
"""In the place of titles and colours that ``members_words`` gives."""

Colour = Literal["segment", "category", "amount"]

LACKING = 1e6
"""Stands among the codes of a category for no value, after all of them."""

_HELD = "event.shiftKey"
_PLAIN_DRAG = zoom.drag(f"!{_HELD}")


def members(
    *,
    entity: Entity,
    colour: Colour = "segment",
    contoured: bool = False,
    sized: bool = False,
    features: int = 0,
) -> alt.LayerChart | alt.FacetChart:
    """Members on a map, to be boxed or clicked.

    Its tables are those of ``members_tables``, its titles those of ``members_words``, and those that stand out come in
    a table named ``PICKED``: ``x``, ``y`` and ``id``; one that was found in ``FOUND`` (``lib.charts.marked``). So one
    chart does for every map, segmentation and column.

    Args:
        entity: What a point is.
        colour: By what points are coloured.
        contoured: Whether there are contours.
        sized: Whether ``weight`` sets the size of a point.
        features: How many features its tooltip tells, in the columns ``feature 0`` and so on.
    """
    box = alt.selection_interval(name=BOX, on=_PLAIN_DRAG, translate=_PLAIN_DRAG, zoom=False)
    point = alt.selection_point(name=POINT, fields=["id"], on="click", empty=False)
    across, up = (alt.Scale(zero=False, domainRaw=zoom.within_points(_POINTS, axis)) for axis in ("x", "y"))
    bare = alt.Axis(labels=False, ticks=False, grid=False)
    base = of_segments(_POINTS)
    if colour == "category":
        base = base.transform_lookup("value", alt.LookupData(alt.NamedData(_LABELS), "value", ["label"]))
    base = base.encode(
        x=alt.X("x:Q", title=_ACROSS, axis=bare, scale=across),
        y=alt.Y("y:Q", title=_UP, axis=bare, scale=up),
    )
    tips = [alt.Tooltip("id:N", title=capitalised(entity.singular)), alt.Tooltip("title:N", title="Segment")]
    tips += [
        alt.Tooltip(f"feature {at}:Q", title=_FEATURE.format(at), format=_FORMAT.format(at)) for at in range(features)
    ]
    dots = base.mark_point(filled=True, opacity=0.55, size=16).encode(
        color=_COLOURS[colour],
        shape=SHAPE,
        tooltip=[*tips, *_TIPS[colour]],
        **({"size": alt.Size("weight:Q", scale=alt.Scale(range=[4, 90]), legend=None)} if sized else {}),
    )
    layers = [dots.add_params(box, point, zoom.moved(_HELD))]
    if contoured:
        layers.append(_contours(entity))
    ring = alt.Chart(alt.NamedData(PICKED)).mark_point(
        size=44, filled=False, strokeWidth=1.2, color=theme.INK, opacity=0.75
    )
    picked = [alt.Tooltip("id:N", title=f"Picked {entity.singular}")]
    layers.append(ring.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), tooltip=picked))
    return alt.layer(
        *layers,
        _numbers(),
        *marked.mark(entity.singular),
        *zoom.reset(),
        height=_BESIDE,
    )


def members_height(colour: Colour, codes: int, *, large: bool) -> int:
    """Pixels of ``members`` with the legend, whose entries depend on its tables.

    Args:
        colour: By what points are coloured.
        codes: How many codes the legend of a category has.
        large: Whether it is the only map.
    """
    return (_ALONE if large else _BESIDE) + (_GRADIENT if colour == "amount" else theme.legend_room(codes))


_COLOURS: Mapping[Colour, alt.Color] = {
    "segment": COLOUR,
    "category": alt.Color(
        "label:N",
        sort=alt.EncodingSortField("value", op="min"),
        title=_COLOUR,
        scale=alt.Scale(range=_SHADES),
        legend=alt.Legend(orient="bottom", columns=1, labelLimit=300, symbolOpacity=1),
    ),
    "amount": alt.Color(
        "value:Q",
        title=_COLOUR,
        scale=alt.Scale(range=theme.groups(6), domain=[0, 1]),
        legend=alt.Legend(
            orient="bottom", format=".0%", values=[0, 0.5, 1], gradientLength=200, gradientOpacity=1, titleLimit=300
        ),
    ),
}
_ALONE, _BESIDE, _GRADIENT = 620, 400, 86
"""Pixels of a map alone and beside others, and of the legend of an amount."""

_TIPS: Mapping[Colour, Sequence[alt.Tooltip]] = {
    "segment": (),
    "category": (alt.Tooltip("label:N", title=_COLOUR),),
    "amount": (alt.Tooltip("value:Q", title=_COLOUR, format=".0%"),),
}


def colour_of(column: Variable | None) -> Colour:
    """By what points are coloured that show a column; without one, by their segment."""
    return "segment" if column is None else "category" if column.is_category else "amount"


def members_words(
    axes: tuple[str, str], column: Variable | None = None, features: Sequence[Variable] = (), codes: int = 0
) -> dict[str, Any]:
    """What stands in the titles of ``members``, and the colours of a category.

    Args:
        axes: Titles of the axes.
        column: The column that colours the points.
        features: What its tooltip tells.
        codes: How many codes the points have, of a category, but for ``LACKING``.
    """
    told: dict[str, Any] = {_FEATURE.format(at): one.label for at, one in enumerate(features)}
    told |= {_FORMAT.format(at): one.format for at, one in enumerate(features)}
    if column is not None:
        told[_COLOUR] = column.label if column.is_category else f"{column.label}: percentile rank"
        shades = (*theme.groups(codes), theme.UNASSIGNED)
        told[_SHADES] = [colour.to_dict(validate=False) for colour in shades]  # tests check whole charts
    return {_ACROSS: axes[0], _UP: axes[1], **told}


def members_tables(
    points: pd.DataFrame,
    centres: pd.DataFrame,
    names: Mapping[int, str],
    *,
    column: Variable | None = None,
    lines: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """What ``members`` draws.

    Args:
        points: ``x``, ``y``, ``id``, ``segment``; ``value`` where they are coloured by a column: a code of
            a category or ``LACKING``, or for an amount the percentile rank; ``weight`` where they are sized;
            ``feature 0`` and so on where its tooltip tells them.
        centres: ``x``, ``y``, ``segment``: where each segment's number stands.
        names: Name of each segment on view.
        column: The column that colours the points.
        lines: Contours, as ``lib.maps.density.contours``.
    """
    tables = {_POINTS: on_view(points, names), _CENTRES: on_view(centres, names), LOOKS: looks(names)}
    if column is not None and column.is_category:
        codes = sorted(points["value"].unique())
        # sent once, codes with every point
        labels = ["No value" if code == LACKING else column.text(code) for code in codes]
        tables[_LABELS] = pd.DataFrame({"value": codes, "label": labels})
    if lines is not None:
        tables[_LINES] = lines.reset_index(names="order")
    return tables


def _contours(entity: Entity) -> alt.Chart:
    return (
        alt.Chart(alt.NamedData(_LINES))
        .mark_line(color=theme.INK, strokeWidth=1.2, opacity=0.8, interpolate="linear-closed")
        .encode(
            x=alt.X("x:Q"),
            y=alt.Y("y:Q"),
            detail=alt.Detail("line:N"),
            order=alt.Order("order:Q"),
            tooltip=[alt.Tooltip("held:Q", title=f"Encloses, of the {entity.plural}", format=".0%")],
        )
    )


def _numbers() -> alt.LayerChart:
    base = of_segments(_CENTRES).encode(
        x=alt.X("x:Q"), y=alt.Y("y:Q"), tooltip=[alt.Tooltip("title:N", title="Middle of")]
    )
    # ringed, not coloured: the colours of the members may be those of a column
    disc = base.mark_point(shape="circle", size=320, opacity=1, fill=theme.GROUND, strokeWidth=3).encode(stroke=RING)
    number = base.mark_text(color=theme.INK, fontWeight="bold", fontSize=11)
    return disc + number.encode(text=alt.Text("segment:N"))


def explained(shares: pd.Series) -> alt.LayerChart:
    """Explained variance of each component as bars, their running total as a line."""
    frame = pd.DataFrame({"component": shares.index, "share": shares.to_numpy(), "total": shares.cumsum().to_numpy()})
    base = alt.Chart(frame).encode(
        x=alt.X("component:N", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
        tooltip=[
            alt.Tooltip("component:N", title="Component"),
            alt.Tooltip("share:Q", title="Explains", format=theme.PERCENT),
            alt.Tooltip("total:Q", title="With those before it", format=theme.PERCENT),
        ],
    )
    axis = alt.Axis(format=".0%", tickCount=5)
    bars = base.mark_bar(cornerRadiusEnd=2, color=theme.POPULATION).encode(
        y=alt.Y("share:Q", title="Explained variance", axis=axis)
    )
    points = alt.OverlayMarkDef(color=theme.EVERYONE)
    line = base.mark_line(point=points, color=theme.EVERYONE).encode(y=alt.Y("total:Q", axis=axis))
    return layered(bars, line, height=260)


def loadings(table: pd.DataFrame, labels: Mapping[str, str]) -> alt.LayerChart:
    """Each feature as an arrow in the plane of the first two components.

    Args:
        table: Features x components.
        labels: Label of each feature.
    """
    second = "PC2" if "PC2" in table else "PC1"
    frame = pd.DataFrame(
        {
            "feature": [labels[name] for name in table.index],
            "x": table["PC1"].to_numpy(),
            "y": table[second].to_numpy(),
            "zero": 0.0,
        }
    )
    axis = alt.Axis(format=".1f", tickCount=5)
    base = alt.Chart(frame).encode(
        x=alt.X("x:Q", title="Loading on PC1", scale=alt.Scale(domain=[-1.15, 1.15]), axis=axis),
        y=alt.Y("y:Q", title=f"Loading on {second}", scale=alt.Scale(domain=[-1.15, 1.15]), axis=axis),
        tooltip=[
            alt.Tooltip("feature:N", title="Feature"),
            alt.Tooltip("x:Q", title="PC1", format=".2f"),
            alt.Tooltip("y:Q", title=second, format=".2f"),
        ],
    )
    shafts = base.mark_rule(strokeWidth=2, color=theme.POPULATION).encode(
        x=alt.X("zero:Q"), y=alt.Y("zero:Q"), x2=alt.X2("x:Q"), y2=alt.Y2("y:Q")
    )
    heads = base.mark_point(
        shape="triangle-up",
        filled=True,
        size=70,
        color=theme.POPULATION,
        opacity=1,
        # clockwise from above; the plane is as wide as the page, not square
        angle=alt.ExprRef("atan2(datum.x * width, datum.y * height) * 180 / PI"),
    )
    beyond = alt.ExprRef("datum.y < 0 ? 14 : -12")
    text = base.mark_text(align="center", dy=beyond, color=theme.INK, fontSize=11, limit=160).encode(
        text=alt.Text("feature:N")
    )
    return layered(shafts, heads, text, height=320)
