"""Maps of the households: PCA at once, t-SNE and UMAP from the worker, all of them linked by what is picked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lib import maps
from lib.charts import maps as charts
from lib.errors import HouseholdSegmentsError
from lib.explore import draw as draw_rows
from lib.maps import METHOD_LABELS, METHODS, Method, Projection, Settings
from lib.maps.first import prepare
from lib.segments import UNASSIGNED, Recipe, Segmentation
from lib.ui.run import background, map_results
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene import view as views
from lib.ui.scene.view import View
from lib.ui.sections import picking

_SEGMENT = "Segment"
_MOST_POINTS = 6_000
"""Points drawn of a map; it has one per household unless rows are counted."""

_MOST_RINGS = 1_500
"""Rings around picked households: more hide one another."""


@st.cache_resource(show_spinner=False)
def warm_up() -> None:
    """Once per server, after its first page: let the worker load, and make the first maps of the real waves."""
    maps.warm_up()
    threading.Thread(target=_prepare, name="first maps", daemon=True).start()


def _prepare() -> None:
    for source in views.sources():
        if source != views.SAMPLE:
            prepare(views.open_source(source, None))


@st.fragment
def render_maps(
    view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str], shown_names: Mapping[int, str]
) -> None:
    """The maps, their controls and what is picked on them; ``shown_names`` are of the segments on view."""
    shown, colour, settings = _choose(view)
    picked = picking.of(view, recipe)
    drawn: list[Projection] = []
    columns = 1 if len(shown) == 1 else 2 if len(shown) == 2 else 3
    with st.grid(columns, min_column_width=280):
        for method in shown:
            with st.container():
                st.markdown(f"**{METHOD_LABELS[method]}**")
                projection = _drawn(view, recipe, method, settings)
                if projection is not None:
                    drawn.append(projection)
                    _draw(view, recipe, found, shown_names, projection, colour, picked, large=columns == 1)
    if drawn:
        named = tuple(shown_names.items())
        draw(lambda: charts.key(shown_names), view, named, alt_text="Colours of the segments", key="map_key")
    _explain(view, drawn)
    picking.render(view, recipe, names, shown_names)


def _explain(view: View, drawn: list[Projection]) -> None:
    """How far each map can be trusted, and how it is read."""
    with st.expander("How to read these maps", icon=":material/help:"):
        for projection in drawn:
            notes = " ".join(projection.notes)
            st.markdown(f"**{projection.label}.** {projection.how_to_read} {projection.quality.words} {notes}")
        controls.chart_note(view)


def _choose(view: View) -> tuple[list[Method], str, Settings]:
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        shown = st.pills(
            "Maps",
            list(METHODS),
            selection_mode="multi",
            default=list(METHODS),
            format_func=METHOD_LABELS.__getitem__,
            key="maps",
            bind="query-params",
        )
    with right:
        names = [*view.codebook.categories(), *view.codebook.amounts()]
        colour = st.selectbox(
            "Colour by",
            [_SEGMENT, *names],
            format_func=lambda name: name if name == _SEGMENT else view.codebook.label(name),
            key="colour",
            bind="query-params",
        )
    with st.expander("How the maps are drawn", icon=":material/tune:"):
        settings = _settings()
    return list(shown) or ["pca"], colour, settings


def _settings() -> Settings:
    first, second, third = st.columns(3)
    perplexity = first.slider(
        "t-SNE: perplexity", *maps.PERPLEXITY, 30, key="perplexity", bind="query-params",
        help="About how many nearest households each one is kept close to. Small: many little islands.",
    )  # fmt: skip
    neighbours = second.slider(
        "UMAP: neighbours", *maps.NEIGHBOURS, 15, key="neighbours", bind="query-params",
        help="How many nearest households make up a neighbourhood. Large: the broad shape.",
    )  # fmt: skip
    distance = third.slider(
        "UMAP: minimum distance", *maps.MIN_DIST, 0.1, 0.01, key="min_dist", bind="query-params",
        help="How close points may come. Small: tight islands.",
    )  # fmt: skip
    left, right = st.columns(2)
    left.toggle("Size points by the households they stand for", key="sized", bind="query-params")
    right.toggle("Contours of where most households lie", key="contours", bind="query-params")
    return Settings(perplexity=perplexity, neighbours=neighbours, min_dist=distance)


def _drawn(view: View, recipe: Recipe, method: Method, settings: Settings) -> Projection | None:
    """The map: known, finished before, or just come from the worker; where it stands is shown until it is there."""
    try:
        projection = map_results.projection(view, recipe, method, settings)
        if projection is not None:
            return projection
        request = map_results.map_request(view, recipe, method, settings)
        fitted = background.follow(
            f"map_of_{method}",
            request.key,
            lambda session: request.start(map_results.worker(), watcher=session),
            again="Draw it again",
        )
        return None if fitted is None else map_results.keep(view, recipe, request, fitted)
    except HouseholdSegmentsError as error:
        st.info(str(error), icon=":material/map:")
        return None


def _draw(
    view: View,
    recipe: Recipe,
    found: Segmentation,
    names: Mapping[int, str],
    projection: Projection,
    colour: str,
    picked: tuple[float, ...],
    *,
    large: bool,
) -> None:
    points = _points(view, recipe, found, projection, colour)
    state = st.session_state
    contoured, sized = bool(state.get("contours")), bool(state.get("sized"))
    sentence = f"{projection.label} of {len(projection):,} households. {projection.quality.words}"
    key = f"map_{projection.method}"
    ringed = points["household"].isin(picked) & points["segment"].isin(list(names))
    rings = points.loc[ringed, ["x", "y", "household"]].head(_MOST_RINGS)

    def make(inside: pd.DataFrame | None = None) -> Any:  # noqa: ANN401 - whichever of Altair's charts it becomes
        return charts.households(
            points,
            names=names,
            axes=_axes(projection),
            colour=None if colour == _SEGMENT else view.codebook[colour],
            picked=inside,
            lines=map_results.contours(projection, projection.key) if contoured else None,
            centres=_centres(points),
            sized=sized,
            height=620 if large else 400,
        )

    draw(
        make,
        view,
        recipe,
        projection.key,
        projection.settings,
        colour,
        contoured,
        sized,
        large,
        tuple(names.items()),
        alt_text=sentence,
        key=key,
        data={charts.PICKED: rings},
        picture=lambda: make(rings),
        on_select=lambda: picking.take(view, recipe, projection, key),
        selection_mode=[charts.BOX, charts.POINT],
    )
    quality = projection.quality
    st.caption(f"{quality.kept:.0%} of neighbours kept, trustworthiness {quality.trustworthiness:.2f}.")


def _axes(projection: Projection) -> tuple[str, str]:
    if projection.components is None:
        return projection.axes
    shares = projection.components.explained
    first, *others = [f"{name} ({share:.0%} of the variance)" for name, share in shares.items()]
    return first, others[0] if others else ""


def _points(view: View, recipe: Recipe, found: Segmentation, projection: Projection, colour: str) -> pd.DataFrame:
    table = projection.table
    if len(table) > _MOST_POINTS:
        # every row of a survey, as PCA draws them when rows are counted, would hide one another and weigh too much
        table = table.iloc[np.unique(draw_rows(table["weight"].to_numpy(), _MOST_POINTS, recipe.seed))]
    rows = table["row"].to_numpy()
    kinds = {"x": "float32", "y": "float32", "household": "int32"}
    points = table[["x", "y", "household"]].astype(kinds).assign(segment=found.labels[rows])
    if st.session_state.get("sized"):
        points["weight"] = table["weight"].astype("float32")
    if colour != _SEGMENT:
        points["value"] = map_results.colouring(view, recipe, colour).to_numpy(dtype="float32")[rows]
    return points


def _centres(points: pd.DataFrame) -> pd.DataFrame:
    """Where a segment's number stands: the median of its points, which a few strays do not move."""
    assigned = points[points["segment"] != UNASSIGNED]
    return assigned.groupby("segment")[["x", "y"]].median().reset_index()


def render_components(view: View, recipe: Recipe) -> None:
    """What the axes of the PCA map are made of."""
    projection = map_results.projection(view, recipe, "pca", maps.DEFAULT_SETTINGS)
    if projection is None or projection.components is None:
        return
    components = projection.components
    labels = {name: view.codebook.label(name) for name in recipe.features}
    left, right = st.columns(2)
    with left:
        said = f"The first two components hold {components.explained.iloc[:2].sum():.0%} of the variance."
        draw(lambda: charts.explained(components.explained), view, recipe, alt_text=said, key="explained_chart")
        st.caption(said)
    with right:
        said = " ".join(components.words)
        draw(lambda: charts.loadings(components.loadings, labels), view, recipe, alt_text=said, key="loadings_chart")
        st.caption(said)
    table = components.loadings.map("{:.2f}".format).rename(index=labels).reset_index(names="Feature")
    st.dataframe(table, hide_index=True, alt="Loadings of every feature on every component")
    controls.chart_note(view)
