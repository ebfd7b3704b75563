"""Charts of two features as a plane: members, centroids, regions, and the way k-means takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from lib.charts import theme
from lib.charts.segments import chart_of, number_scales
from lib.dataset import Variable
from lib.explore import Scale
from lib.words import capitalised


def plane(
    points: pd.DataFrame,
    centroids: pd.DataFrame,
    regions: pd.DataFrame,
    *,
    features: tuple[Variable, Variable],
    scales: tuple[Scale, Scale],
    names: Mapping[int, str],
    dollars: int | None,
    member: str,
) -> alt.LayerChart:
    """Members in the plane of two features, with centroids and the part of the plane that is nearest to each.

    Args:
        points: ``x``, ``y``, ``segment``, ``id``.
        centroids: ``x``, ``y``, indexed by segment.
        regions: Rectangles, as ``lib.segments.describe.plane.regions`` gives them.
        features: What x and y are.
        scales: Their axes.
        names: Name of each segment.
        dollars: Year of the dollars, for the titles.
        member: What a point is.
    """
    looks = number_scales(names)
    across, up = features
    colour = alt.Color("segment:N", scale=looks["color"], legend=None)
    areas = (
        chart_of(regions, names)
        .mark_rect(opacity=0.13, clip=True)
        .encode(
            x=theme.bent(alt.X, "x:Q", scales[0], across, dollars),
            x2=alt.X2("x2:Q"),
            y=theme.bent(alt.Y, "y:Q", scales[1], up, dollars),
            y2=alt.Y2("y2:Q"),
            color=colour,
        )
    )
    dots = (
        chart_of(points, names)
        .mark_point(size=22, opacity=0.55, filled=True, clip=True)
        .encode(
            x=alt.X("x:Q"),
            y=alt.Y("y:Q"),
            color=colour,
            shape=alt.Shape("segment:N", scale=looks["shape"], legend=None),
            tooltip=[
                alt.Tooltip("title:N", title="Segment"),
                alt.Tooltip("id:N", title=capitalised(member)),
                alt.Tooltip("x:Q", title=across.label, format=across.format),
                alt.Tooltip("y:Q", title=up.label, format=up.format),
            ],
        )
    )
    return (areas + dots + _centroids(centroids, names, features, colour)).properties(height=520).interactive()


def _centroids(
    centroids: pd.DataFrame, names: Mapping[int, str], features: tuple[Variable, Variable], colour: alt.Color
) -> alt.LayerChart:
    base = chart_of(centroids.reset_index(), names).encode(
        x=alt.X("x:Q"),
        y=alt.Y("y:Q"),
        tooltip=[
            alt.Tooltip("title:N", title="Centroid of"),
            alt.Tooltip("x:Q", title=features[0].label, format=features[0].format),
            alt.Tooltip("y:Q", title=features[1].label, format=features[1].format),
        ],
    )
    disc = base.mark_circle(size=420, opacity=1, stroke="white", strokeWidth=2, clip=True).encode(color=colour)
    return disc + base.mark_text(color="white", fontWeight="bold", fontSize=13, clip=True).encode(
        text=alt.Text("segment:N")
    )


def steps(
    points: pd.DataFrame,
    path: Sequence[pd.DataFrame],
    *,
    features: tuple[Variable, Variable],
    scales: tuple[Scale, Scale],
    names: Mapping[int, str],
    dollars: int | None,
) -> alt.LayerChart:
    """One moment of k-means: members by their segment now, centroids, and the way these have come.

    Args:
        points: ``x``, ``y``, ``segment`` now.
        path: Centroids (``x``, ``y``, indexed by segment) at every moment so far, the present one last.
        features: What x and y are.
        scales: Their axes.
        names: Name of each segment.
        dollars: Year of the dollars.
    """
    trail = pd.concat([moment.assign(moment=i) for i, moment in enumerate(path)]).reset_index()
    looks = number_scales(names)
    colour = alt.Color("segment:N", scale=looks["color"], legend=None)
    way = (
        chart_of(trail, names)
        .mark_line(strokeWidth=3, clip=True)
        .encode(
            x=theme.bent(alt.X, "x:Q", scales[0], features[0], dollars),
            y=theme.bent(alt.Y, "y:Q", scales[1], features[1], dollars),
            order=alt.Order("moment:O"),
            color=colour,
        )
    )
    dots = (
        chart_of(points, names)
        .mark_point(size=18, opacity=0.4, filled=True, clip=True)
        .encode(
            x=alt.X("x:Q"),
            y=alt.Y("y:Q"),
            color=colour,
            shape=alt.Shape("segment:N", scale=looks["shape"], legend=None),
        )
    )
    return (dots + way + _centroids(path[-1], names, features, colour)).properties(height=420)
