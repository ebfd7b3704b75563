"""Maps of the members: PCA at once, t-SNE and UMAP from the worker, all of them linked by what is picked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from lib import maps
from lib.charts import maps as charts
from lib.charts.marked import FOUND, NOBODY, marked
from lib.dataset import ROWS, Variable
from lib.errors import HouseholdSegmentsError
from lib.layouts.quality import NEAREST, SOURCE
from lib.maps import METHOD_LABELS, METHODS, Method, Projection, Settings
from lib.segments import Found, Recipe
from lib.ui.run import background, map_results, results, whole_page
from lib.ui.run.cache import made
from lib.ui.run.drawing import draw
from lib.ui.scene import controls, grid, links
from lib.ui.scene.scene import Scene, Segmented
from lib.ui.scene.view import View
from lib.ui.sections import finding, picking
from lib.words import a, after_first, literal, rounded

_SEGMENT = "~segment"
"""What no column is called."""

MOST_BESIDE, _MOST_POINTS = 2_500, 6_000
"""Points drawn of a map, beside others and alone; it has one per member unless rows are counted."""

_FOR_ONE = 4
"""Sampled members for each of a neighbourhood's: t-SNE needs three different points, and not all differ."""

_TOLD = 3
"""Features in the tooltip of a point."""

_FEW_PICKED = 50
"""So many picked members are ringed wherever they are; of more only those that are drawn, or rings hide the map."""

_NOBODY = pd.DataFrame({"x": [], "y": [], "id": []})


class _How(NamedTuple):
    """How maps are drawn: what decides where their points are, whether these have sizes, and lines around them."""

    settings: Settings
    sized: bool
    contoured: bool


@whole_page.fragment
def render_maps(scene: Segmented) -> None:
    """The maps, their controls, who is looked for and who is picked on them."""
    whole_page.run_if_asked()
    above = st.container()
    one = finding.choose(scene)
    with above:
        drawn = _render_shown(scene, one)
    if one is not None:
        finding.describe(scene, one, _told_of_marks(scene, drawn, one))
    picking.render(scene)


def _render_shown(scene: Segmented, one: Found | None) -> list[Projection]:
    """The maps that are on view, as far as they are there by now, with whoever was found marked on them."""
    shown, colour, everyone = _choose(scene)
    # one place for how maps are drawn and how they are read: what is read is made where it is opened
    with controls.folded("How the maps are drawn and read", key="about_maps", icon=":material/tune:") as about:
        how = _how(scene, everyone=everyone)
    picked = picking.of(scene)
    drawn: list[Projection] = []
    columns = 1 if len(shown) == 1 else 2 if len(shown) == 2 else 3
    with st.grid(columns, min_column_width=260):
        for method in shown:
            with st.container():
                projection = _drawn(scene.view, scene.recipe, method, how.settings)
                if projection is not None:
                    drawn.append(projection)
                    _draw(scene, projection, how, colour, picked, one, large=columns == 1)
    if drawn:
        grid.render_key(scene.shown)
    if about.open:
        with about:
            _explain(scene, drawn)
    return drawn


def _told_of_marks(scene: Segmented, drawn: list[Projection], one: Found) -> list[str]:
    """On which maps it has no point of its own, and what its mark says there."""
    if one.segment not in scene.shown:
        return []
    marks = {map_.label: map_results.mark(scene.view, scene.recipe, map_, one) for map_ in drawn}
    undrawn = [
        map_.label
        for map_ in drawn
        if marks[map_.label].way == "drawn" and one.id not in set(_drawn_of(scene, map_, large=len(drawn) == 1)["id"])
    ]
    said = [finding.undrawn(undrawn)] if undrawn else []
    for label, mark in marks.items():
        if mark.way == "projected":
            said.append(f"It is not among the points of {label}: its mark is where the axes put it.")
        elif mark.way == "beside":
            said.append(
                f"It is not among the points of {label}: its mark is on the nearest that is, {mark.nearest} "
                f"(distance {mark.distance:.2f})."
            )
    return said


def _explain(scene: Scene, drawn: list[Projection]) -> None:
    """How far each map can be trusted, and how it is read."""
    for projection in drawn:
        notes = literal(" ".join(projection.notes))
        st.markdown(f"**{projection.label}.** {projection.how_to_read} {projection.trust} {notes}")
    st.caption(SOURCE)
    controls.chart_note(scene)


def _choose(scene: Scene) -> tuple[list[Method], str, bool]:
    with st.grid(3, min_column_width=260, vertical_alignment="bottom"):
        shown = links.pills("Maps", METHODS, key="maps", default=METHODS, format_func=METHOD_LABELS.__getitem__)
        names = [*scene.codebook.categories(), *scene.codebook.amounts()]
        colour = links.selectbox(
            "Colour by",
            [_SEGMENT, *names],
            key="colour",
            format_func=lambda name: "Segment" if name == _SEGMENT else scene.codebook.label(name),
        )
        everyone = _choose_points(scene)
    return shown or ["pca"], colour, everyone


def _choose_points(scene: Scene) -> bool:
    """Whether every member is a point; where members weigh differently, else as many as their weights allow."""
    if not scene.about.weight or scene.view.counting == ROWS:
        return False
    entity = scene.entity
    return links.toggle(
        f"Every {entity.behind} {entity.singular} once".replace("  ", " "),
        key="every_point",
        help=f"Off: {entity.plural} are drawn in proportion to their weights, so that a crowd of points is a crowd of "
        f"{entity.plural}. On: each is a point whatever its weight; those that were sampled more often than others, "
        f"as the {scene.extreme} may be, are then a larger share of the points than of the {entity.plural}.",
    )


def _how(scene: Scene, *, everyone: bool) -> _How:
    """Choose how maps are drawn."""
    members = scene.entity.plural
    with controls.grid(3, min_column_width=240):
        perplexity = links.slider(
            "t-SNE: perplexity", *maps.PERPLEXITY, _at_first(scene, 30, maps.PERPLEXITY), key="perplexity",
            help=f"About how many nearest {members} each one is kept close to. Small: many little islands.",
        )  # fmt: skip
        neighbours = links.slider(
            "UMAP: neighbours", *maps.NEIGHBOURS, _at_first(scene, 15, maps.NEIGHBOURS), key="neighbours",
            help=f"How many nearest {members} make up a neighbourhood. Large: the broad shape.",
        )  # fmt: skip
        distance = links.slider(
            "UMAP: minimum distance", *maps.MIN_DIST, 0.1, 0.01, key="min_dist",
            help="How close points may come. Small: tight islands.",
        )  # fmt: skip
        sized = everyone and links.toggle(
            "Size by weight", key="sized", help=f"As large as the {members} it stands for."
        )
        contoured = links.toggle("Contours", key="contours", help=f"Lines around where most {members} lie.")
    settings = Settings(perplexity=int(perplexity), neighbours=int(neighbours), min_dist=distance, everyone=everyone)
    return _How(settings, sized=sized, contoured=contoured)


def _at_first(scene: Scene, usual: int, bounds: tuple[int, int]) -> int:
    """A neighbourhood to begin with that a small population has points for."""
    return max(bounds[0], min(usual, results.size(scene.view).sampled // _FOR_ONE))


def _drawn(view: View, recipe: Recipe, method: Method, settings: Settings) -> Projection | None:
    """The map: known, finished before, or just come from the worker; where it stands is shown until it is there."""
    try:
        projection = map_results.projection(view, recipe, method, settings)
        if projection is not None:
            return projection
        request = map_results.map_request(view, recipe, method, settings)
        waiting = st.empty()
        with waiting.container():
            st.markdown(f"**{METHOD_LABELS[method]}**")
            fitted = background.follow(
                f"map_of_{method}",
                request.key,
                lambda session: request.start(map_results.worker(), map_results.store_of(view), session),
                again="Draw it again",
            )
        if fitted is None:
            return None
        waiting.empty()  # it came while this was drawn: the map has a heading of its own
        return map_results.keep(view, recipe, request, fitted)
    except HouseholdSegmentsError as error:
        st.info(literal(str(error)), icon=":material/map:")
        return None


def _draw(
    scene: Segmented,
    projection: Projection,
    how: _How,
    colour: str,
    picked: map_results.Ids,
    one: Found | None,
    *,
    large: bool,
) -> None:
    # what was drawn of an earlier choice of points, while a new one comes, keeps its own: these may weigh alike
    contoured, sized = how.contoured, how.sized and projection.settings.everyone
    sentence = f"{projection.label} of {scene.entity.several(_on_view(scene, projection))}. {projection.trust}"
    place, times = f"map_{projection.method}", picking.times_redrawn(projection.method)
    element = f"{place}_{times}" if times else place
    find = partial(map_results.projection, scene.view, scene.recipe, projection.method, projection.settings)
    drawn = _drawn_of(scene, projection, large=large)
    column = None if colour == _SEGMENT else scene.codebook[colour]
    codes, lacking = _codes(scene, drawn, column)
    words_of = (projection.key, projection.settings, scene.key, large)
    quality = made("qualities of maps", words_of, lambda: _quality(scene, projection, drawn))
    if column is not None and lacking and not column.is_category:
        quality += f" {lacking:,} have no {literal(column.label)}: left out."
    st.markdown(f"**{projection.label}**  \n:small[:gray[{quality}]]", help=_about_quality(scene))
    # beside others a point tells less: three maps with the features of every point would be a third more to send
    features = _told_of(scene) if large else []
    look = (charts.colour_of(column), contoured, sized, len(features))
    draw(
        lambda: charts.members(
            entity=scene.entity,
            colour=look[0],
            contoured=contoured,
            sized=sized,
            features=len(features),
        ),
        scene,
        projection.key,
        projection.settings,
        colour,
        *look,
        large,
        alt_text=sentence,
        key=place,
        element=element,
        tables=lambda: charts.members_tables(
            _points(scene, drawn, colour, features, sized=sized),
            map_results.centres(scene.view, scene.recipe, projection),
            scene.shown,
            column=column,
            lines=map_results.contours(scene.view, projection) if contoured else None,
        ),
        words=charts.members_words(_axes(projection), column, [scene.codebook[name] for name in features], codes),
        pixels=charts.members_height(look[0], codes + bool(lacking), large=large),
        same_for=("map", *look),
        data={charts.PICKED: _rings(scene, projection, drawn, picked)},
        marks={FOUND: _mark(scene, projection, one)},
        titled=False,
        on_select=lambda: picking.take(scene, find, element, projection.method),
        selection_mode=[charts.BOX, charts.POINT],
    )


def _codes(scene: Segmented, drawn: pd.DataFrame, column: Variable | None) -> tuple[int, int]:
    """Of the points on view: how many codes of a category they have, none of an amount, and how many have no value."""
    if column is None:
        return 0, 0
    rows = drawn.loc[drawn["segment"].isin(list(scene.shown)), "row"].to_numpy()
    values = map_results.colouring(scene.view, scene.recipe, column.name)[rows]
    known = values[~np.isnan(values)]
    return len(np.unique(known)) if column.is_category else 0, len(values) - len(known)


def _drawn_of(scene: Segmented, projection: Projection, *, large: bool) -> pd.DataFrame:
    """The points of a map that are drawn of it, alone or beside others."""
    return map_results.drawn(scene.view, scene.recipe, projection, _MOST_POINTS if large else MOST_BESIDE)


def _on_view(scene: Segmented, projection: Projection) -> int:
    """Points of a map that belong to segments on view."""
    if scene.is_whole:
        return len(projection)
    every = map_results.drawn(scene.view, scene.recipe, projection, len(projection))
    return int(every["segment"].isin(list(scene.shown)).sum())


def _quality(scene: Segmented, projection: Projection, drawn: pd.DataFrame) -> str:
    """How far a map can be trusted, and how many of its points are drawn, of the segments on view."""
    quality = projection.quality
    points, of = int(drawn["segment"].isin(list(scene.shown)).sum()), _on_view(scene, projection)
    how = "in proportion to weight" if projection.by_weight else "at random"
    few = f" {points:,} of {of:,} drawn, {how}." if points < of else ""
    trust = f"{quality.kept:.0%} of neighbours kept, trustworthiness {quality.trustworthiness:.2f}."
    return f"{trust} {_points_are(scene, projection, drawn)}{few}"


def _about_quality(scene: Segmented) -> str:
    """What the two figures of a map mean."""
    member = scene.entity.singular
    return (
        f"Neighbours kept: of the {NEAREST} nearest of {a(member)} on the map, how many are among its "
        f"{NEAREST} nearest in all features. Trustworthiness: 1 where those near on the map are near in truth, too; "
        "strangers among them lower it by how far off they are (Venna and Kaski 2001)."
    )


def _points_are(scene: Segmented, projection: Projection, drawn: pd.DataFrame) -> str:
    """Whom the points are, and how many each stands for."""
    entity = scene.entity
    if scene.view.counting == ROWS or not scene.about.weight:
        return ""
    if not projection.by_weight:
        return f"Every {entity.behind} {entity.singular} once, whatever its weight.".replace("  ", " ")
    weights = projection.table["weight"]
    # of those of the map the common one, as its notes say; where fewer are drawn by weight again they are alike
    common = weights.median() if len(drawn) == len(projection) else weights.sum() / len(drawn)
    each = rounded(float(common), 2)
    return f"Points in proportion to weight: each stands for about {each:,.0f} {entity.plural}."


def _rings(scene: Segmented, projection: Projection, drawn: pd.DataFrame, picked: map_results.Ids) -> pd.DataFrame:
    """Where the picked members are that are on view."""
    if not picked:
        return _NOBODY
    few = len(picked) <= _FEW_PICKED
    table = map_results.drawn(scene.view, scene.recipe, projection, len(projection)) if few else drawn
    ringed = table["id"].isin(picked) & table["segment"].isin(list(scene.shown))
    return table.loc[ringed, ["x", "y", "id"]]


def _mark(scene: Segmented, projection: Projection, one: Found | None) -> pd.DataFrame:
    """Where whoever was found is to be marked."""
    if one is None or one.segment not in scene.shown:
        return NOBODY
    mark = map_results.mark(scene.view, scene.recipe, projection, one)
    middle = (projection.table["x"].min() + projection.table["x"].max()) / 2
    return marked(mark.x, mark.y, one.id, in_right_half=mark.x > middle)


def _axes(projection: Projection) -> tuple[str, str]:
    if projection.components is None:
        return projection.axes
    shares = projection.components.explained
    first, *others = [f"{name} ({share:.0%} of the variance)" for name, share in shares.items()]
    return first, others[0] if others else ""


def _told_of(scene: Segmented) -> list[str]:
    """The features that the tooltip of a point tells: the first ones, each takes bytes of every point."""
    return [name for name in scene.recipe.features if scene.codebook[name].is_amount][:_TOLD]


def _points(
    scene: Segmented, table: pd.DataFrame, colour: str, features: Sequence[str], *, sized: bool
) -> pd.DataFrame:
    points = table[["id", "segment"]].assign(**{axis: table[axis].to_numpy("float32") for axis in ("x", "y")})
    if sized:
        points["weight"] = table["weight"].astype("float32")
    for at, name in enumerate(features):
        values = scene.members(scene.recipe.features).values(name)
        points[f"feature {at}"] = values[table["row"].to_numpy()].astype("float32")
    if colour != _SEGMENT:
        values = map_results.colouring(scene.view, scene.recipe, colour)[table["row"].to_numpy()]
        is_category = scene.codebook[colour].is_category
        points["value"] = np.where(np.isnan(values), charts.LACKING, values) if is_category else values
    return points


def render_components(scene: Segmented) -> None:
    """What the axes of the PCA map are made of."""
    projection = map_results.projection(scene.view, scene.recipe, "pca", maps.DEFAULT_SETTINGS)
    if projection is None or projection.components is None:
        return
    components = projection.components
    labels = dict(components.labels)
    left, right = st.columns(2)
    with left:
        first = components.explained.iloc[:2]
        leading = "The first two components hold" if len(first) > 1 else "The one component that is kept holds"
        said = f"{leading} {first.sum():.0%} of the variance."
        draw(lambda: charts.explained(components.explained), scene, alt_text=said, key="explained_chart")
    with right:
        said = " ".join(f"{words}." for words in components.words)
        draw(lambda: charts.loadings(components.loadings, labels), scene, alt_text=said, key="loadings_chart")
        st.caption(literal(after_first(said)))
    table = components.loadings.map("{:z.2f}".format).rename(index=labels).reset_index(names="Feature")
    controls.dataframe(table, alt="Loadings of every feature on every component")
    controls.chart_note(scene)
