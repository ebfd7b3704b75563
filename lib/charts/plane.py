"""Charts of two features as a plane: members, centroids, regions, and the way k-means takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from lib.charts import marked, theme, zoom
from lib.charts.looks import COLOUR, LOOKS, RING, SHAPE, looks, of_segments, on_view
from lib.dataset import Variable
from lib.explore import Scale
from lib.words import capitalised

_POINTS, _REGIONS, _CENTROIDS, _WAY = "points", "regions", "centroids", "way"


def plane(
    *, features: tuple[Variable, Variable], scales: tuple[Scale, Scale], dollars: int | None, member: str
) -> alt.LayerChart | alt.FacetChart:
    """Members in the plane of two features, with centroids and the part of the plane that is nearest to each.

    Its tables are those of ``plane_tables``, and ``FOUND`` of ``lib.charts.marked``.

    Args:
        features: What x and y are.
        scales: Their axes.
        dollars: Year of the dollars, for the titles.
        member: What a point is.
    """
    across, up = features
    areas = (
        of_segments(_REGIONS)
        .mark_rect(opacity=0.13, clip=True)
        .encode(
            x=theme.bent(alt.X, "x:Q", scales[0], across, dollars, zoom.within(scales[0], "x")),
            x2=alt.X2("x2:Q"),
            y=theme.bent(alt.Y, "y:Q", scales[1], up, dollars, zoom.within(scales[1], "y")),
            y2=alt.Y2("y2:Q"),
            color=COLOUR,
        )
    )
    dots = (
        of_segments(_POINTS)
        .mark_point(size=22, opacity=0.55, filled=True, clip=True)
        .encode(
            x=alt.X("x:Q"),
            y=alt.Y("y:Q"),
            color=COLOUR,
            shape=SHAPE,
            tooltip=[
                alt.Tooltip("title:N", title="Segment"),
                alt.Tooltip("id:N", title=capitalised(member)),
                alt.Tooltip("x:Q", title=across.label, format=across.format),
                alt.Tooltip("y:Q", title=up.label, format=up.format),
            ],
        )
    )
    layers = (areas, dots.add_params(zoom.moved()), _centroids(features), *marked.mark(member), *zoom.reset())
    return alt.layer(*layers, height=520)


def plane_tables(
    points: pd.DataFrame, centroids: pd.DataFrame, regions: pd.DataFrame, names: Mapping[int, str]
) -> dict[str, pd.DataFrame]:
    """What ``plane`` draws.

    Args:
        points: ``x``, ``y``, ``segment``, ``id``.
        centroids: ``x``, ``y``, indexed by segment.
        regions: Rectangles, as ``lib.segments.describe.plane.regions`` gives them.
        names: Name of each segment on view.
    """
    return {
        _REGIONS: on_view(regions, names),
        _POINTS: on_view(points[["x", "y", "segment", "id"]], names),
        _CENTROIDS: on_view(centroids.reset_index(), names),
        LOOKS: looks(names),
    }


def _centroids(features: tuple[Variable, Variable]) -> alt.LayerChart:
    base = of_segments(_CENTROIDS).encode(
        x=alt.X("x:Q"),
        y=alt.Y("y:Q"),
        tooltip=[
            alt.Tooltip("title:N", title="Centre, on the scale of distances, of"),
            alt.Tooltip("x:Q", title=features[0].label, format=features[0].format),
            alt.Tooltip("y:Q", title=features[1].label, format=features[1].format),
        ],
    )
    # a figure on the colour of its segment would not be legible on all of them: it stands in a ring
    disc = base.mark_point(shape="circle", size=420, opacity=1, fill=theme.GROUND, strokeWidth=3.5, clip=True).encode(
        stroke=RING
    )
    number = base.mark_text(color=theme.INK, fontWeight="bold", fontSize=13, clip=True)
    return disc + number.encode(text=alt.Text("segment:N"))


def steps(*, features: tuple[Variable, Variable], scales: tuple[Scale, Scale], dollars: int | None) -> alt.LayerChart:
    """One moment of k-means: members by their segment now, centroids, and the way these have come.

    Its tables are those of ``steps_tables``.

    Args:
        features: What x and y are.
        scales: Their axes.
        dollars: Year of the dollars.
    """
    way = (
        of_segments(_WAY)
        .mark_line(strokeWidth=3, clip=True)
        .encode(
            x=theme.bent(alt.X, "x:Q", scales[0], features[0], dollars),
            y=theme.bent(alt.Y, "y:Q", scales[1], features[1], dollars),
            order=alt.Order("moment:O"),
            color=COLOUR,
        )
    )
    dots = (
        of_segments(_POINTS)
        .mark_point(size=18, opacity=0.4, filled=True, clip=True)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), color=COLOUR, shape=SHAPE)
    )
    return (dots + way + _centroids(features)).properties(height=420)


def steps_tables(
    points: pd.DataFrame, path: Sequence[pd.DataFrame], names: Mapping[int, str]
) -> dict[str, pd.DataFrame]:
    """What ``steps`` draws.

    Args:
        points: ``x``, ``y``, ``segment`` now.
        path: Centroids (``x``, ``y``, indexed by segment) at every moment so far, the present one last.
        names: Name of each segment on view.
    """
    trail = pd.concat([moment.assign(moment=i) for i, moment in enumerate(path)]).reset_index()
    return {
        _WAY: on_view(trail, names),
        _POINTS: on_view(points[["x", "y", "segment"]], names),
        _CENTROIDS: on_view(path[-1].reset_index(), names),
        LOOKS: looks(names),
    }
