"""Sections that show one segmentation: the plane, what was found, sizes, profiles, silhouettes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lib.charts import plane, zoom
from lib.charts import segments as charts
from lib.charts.looks import title_of
from lib.charts.marked import FOUND, NOBODY, marked
from lib.charts.profiles import highest_median
from lib.dataset import ROWS
from lib.errors import HouseholdSegmentsError
from lib.estimates import THIN
from lib.estimates.wording import told_each, told_of
from lib.explore import Scale
from lib.plain import by_index
from lib.segments import (
    VERY_MANY,
    Findings,
    Found,
    Null,
    Progress,
    Recipe,
    Stability,
    findings,
    what_was_found,
)
from lib.segments.describe.naming import levels_words
from lib.segments.describe.plane import Plane, centre_words
from lib.ui.run import background, results, segment_results, whole_page
from lib.ui.run.cache import made
from lib.ui.run.drawing import draw
from lib.ui.scene import controls, grid, links
from lib.ui.scene.scene import Scene, Segmented
from lib.ui.sections import finding
from lib.words import a, capitalised, counted, literal, percent, signed

_LINEAR = "plane_linear"
_FEW_BEHIND = "\nFewer than {}: too few to rely on"
_NONE = (
    "Tints are of those who have some of both features: having none counts by itself, and a number stands at 0 where "
    "most of its segment have none."
)
_NULL_NAMES: Mapping[str, str] = {
    "unrelated": "Same margins, unrelated columns",
    "correlated": "Same margins, correlated columns",
}


def fit_or_stop(scene: Scene, recipe: Recipe) -> None:
    """Find the segments of a recipe; where it cannot be done, say why in a sentence and end the page.

    Of very many rows that takes seconds: it is done in the background, and the page ends with a bar meanwhile.
    """
    try:
        _find_in_the_background(scene, recipe)
        found = segment_results.segmentation(scene.view, recipe)
    except HouseholdSegmentsError as error:
        st.error(literal(str(error)), icon=":material/rule:")
        whole_page.end()
    if (rotation := found.model.space.rotation) is not None:
        led = literal(rotation.words)
        st.caption(
            f"PCA first: {led}. Segments are sought among them; centroids are led back to the columns, "
            "without what the other components held."
        )


def _find_in_the_background(scene: Scene, recipe: Recipe) -> None:
    """Where segments of very many rows are not there yet, show how far they are, and end the page."""
    view = scene.view
    if segment_results.is_found(view, recipe) or (rows := len(scene.members(recipe.features))) <= VERY_MANY:
        return

    def work(progress: Progress) -> None:
        progress(0.1, f"Finding segments among {rows:,} {scene.unit}")
        segment_results.segmentation(view, recipe)

    background.render("segments", (view.key, recipe), work)
    whole_page.end()


def plane_is_linear() -> bool:
    """Whether the plane is drawn on linear axes."""
    return bool(st.session_state.get(_LINEAR))


@whole_page.fragment
def render_plane(scene: Segmented) -> None:
    """The plane of two features with members, centroids and regions, and whoever is looked for on it."""
    whole_page.run_if_asked()
    above = st.container()
    one = finding.choose(scene)
    with above:
        drawn = _render_plane(scene, one)
    if one is not None:
        finding.describe(scene, one, _told_of_mark(scene, drawn, one))


def _told_of_mark(scene: Segmented, drawn: Plane, one: Found) -> list[str]:
    """What is to be known of its mark: that it is the mean of points that differ, or where no point is drawn."""
    if one.segment not in scene.shown:
        return []
    own = one.standing.loc[list(scene.recipe.features)]
    if (own["least"] < own["most"]).any():
        return [f"The mark is at the mean of its {len(one.rows)} implicates."]
    return [] if (drawn.points["id"] == one.id).any() else [finding.undrawn()]


def _render_plane(scene: Segmented, one: Found | None) -> Plane:
    linear = links.toggle(
        "Linear axis",
        key=_LINEAR,
        help=f"Off: axes that are even near zero and logarithmic beyond, so that a few {scene.extreme} "
        f"{scene.entity.plural} do not squeeze all others into a corner.",
    )
    drawn = segment_results.plane_of(scene.view, scene.recipe, linear)
    first, second = (scene.codebook[name] for name in scene.recipe.features)
    sentence = f"{len(scene.shown)} segments in the plane of {first.label} and {second.label}."
    draw(
        lambda: plane.plane(
            features=(first, second), scales=drawn.scales, dollars=scene.dollars, member=scene.entity.singular
        ),
        scene,
        linear,
        alt_text=sentence,
        key="plane_chart",
        rests_on=_on_view(scene),
        tables=lambda: plane.plane_tables(drawn.points, drawn.centroids, drawn.regions, scene.shown),
        same_for=("plane", scene.recipe.features, linear),
        marks={FOUND: _mark(scene, drawn.scales[0], one)},
    )
    grid.render_key(scene.shown)
    controls.chart_note(
        scene,
        f"{_drawn(scene, drawn.points['segment'])}. "
        f"Numbers mark centres{centre_words(scene.found.model)}; tints the part of the plane nearest to each. "
        f"{zoom.HELP}",
        _NONE if scene.recipe.transform == "two_part" and not scene.found.model.held.empty else "",
        controls.implicates_are(scene.about) if scene.view.counting != ROWS else "",
    )
    return drawn


def _mark(scene: Segmented, across: Scale, one: Found | None) -> pd.DataFrame:
    """Where whoever was found is on the plane: at its own values, whether its point is among those drawn or not."""
    if one is None or one.segment not in scene.shown:
        return NOBODY
    x, y = (float(one.standing.loc[name, "value"]) for name in scene.recipe.features)
    place, low, high = across.spread(np.array([x, *across.padded()]))
    return marked(x, y, one.id, in_right_half=bool(place > (low + high) / 2))


def _on_view(scene: Segmented) -> str:
    """What is drawn of the segments on view; empty where these are all."""
    if scene.is_whole:
        return ""
    rows, sampled = segment_results.on_view(scene.view, scene.recipe, tuple(scene.shown))
    said = counted(rows, "row") if scene.view.counting == ROWS else scene.entity.sampled(sampled)
    return f"n = {said} of the segments on view"


def _drawn(scene: Segmented, points: pd.Series) -> str:
    """How many points of the segments on view there are, of whom, and how they were picked unless all are there."""
    size, of_rows = results.size(scene.view), scene.view.counting == ROWS
    one = " of one implicate" if scene.about.implicates > 1 and not of_rows else ""
    whom = f"{int(points.isin(list(scene.shown)).sum()):,} {scene.unit}{one}"
    if len(points) >= (size.rows if of_rows else size.sampled):
        return f"All {whom}" if scene.is_whole else f"All {whom} in the segments on view"
    how = "in proportion to weight" if scene.about.weight and not of_rows else "at random"
    return f"{whom}, drawn {how}, and a few of every segment"


def render_found(scene: Segmented) -> None:
    """What was found, right under the picture."""
    key = (scene.key, scene.heading, tuple(scene.names.items()))
    said = made("what was found", key, lambda: what_was_found(scene.found, **_told(scene)))
    is_everyone = not scene.view.population.conditions
    notes = (levels_words(scene.about, scene.found, scene.names.values(), is_everyone=is_everyone), *scene.found.notes)
    # one text: every element of a page is a message to the browser
    st.markdown(f"{said}\n\n:small[:gray[{literal(' '.join(filter(None, notes)))}]]")


def _told(scene: Segmented) -> dict[str, Any]:
    """Who the members are and what segments are called, in words for Markdown, and how sure their sizes are."""
    return {
        "who": literal(f"{scene.title}, {scene.about.name}"),
        "names": {number: literal(name) for number, name in scene.names.items()},
        "sure": segment_results.sureness(scene.view, scene.recipe, scene.described),
    }


def render_verdict(scene: Segmented) -> None:
    """How far to trust it, in a few words and the comparison that they rest on."""
    st.markdown(_findings(scene).verdict)
    null = segment_results.beside(scene.view, scene.recipe).silhouette
    _render_null(scene, null, segment_results.silhouette(scene.view, scene.recipe))


def render_findings(scene: Segmented) -> None:
    """On what the verdict rests besides: starts, advice, stability."""
    said = _findings(scene)
    if said.details:
        st.caption("\n".join(f"- {detail}" for detail in said.details))


def _findings(scene: Segmented) -> Findings:
    """All that is known by now, in words."""
    view, recipe = scene.view, scene.recipe
    swept, stable = segment_results.known_sweep(view, recipe), segment_results.known_stability(view, recipe)
    nulls = segment_results.beside(view, recipe)
    known = (
        swept is not None,
        stable and stable.resamples,
        *(one is not None for one in (nulls.silhouette, nulls.stability, nulls.gaps)),
    )
    return made(
        "findings",
        (scene.key, scene.heading, tuple(scene.names.items()), known),
        lambda: findings(scene.found, swept=swept, stable=stable, beside=nulls, **_told(scene)),
    )


def _render_null(scene: Segmented, null: Null | None, silhouette: float) -> None:
    """On what the words about the silhouette rest; where that is not there yet, it is made."""
    if null is not None:
        st.caption(null.drawn)
    elif len(scene.recipe.features) > 1 and np.isfinite(silhouette):
        view, recipe = scene.view, scene.recipe
        background.unasked(
            "null",
            segment_results.null_key("silhouette", view, recipe),
            lambda progress: segment_results.null_silhouette(view, recipe, progress),
            "Being compared with data that have no segments",
            "Compare with data that have no segments" if segment_results.is_dear(view, recipe) else "",
        )


def render_table(scene: Segmented) -> None:
    """Sizes, medians, means and warnings of each segment."""
    stable = segment_results.known_stability(scene.view, scene.recipe)
    key = (scene.key, stable and stable.resamples)
    alt = f"{len(scene.shown)} segments with sizes, medians, means and flags"
    st.html(made("tables of segments", key, lambda: grid.written(_table(scene, stable), alt=alt)))
    of_members = f"Medians and means are of the {scene.unit} in a segment."
    in_each = sampled_in_each(scene, scene.found.sizes["sampled"])
    controls.chart_note(scene, of_members, in_each, results.how_sure(scene.view))


def sampled_in_each(scene: Scene, sampled: pd.Series) -> str:
    """Why the members that groups rest on are more than there are; empty where they are not."""
    if sampled.sum() <= results.size(scene.view).sampled:
        return ""
    return f"{capitalised(a(scene.entity.singular))} whose implicates lie in several is sampled in each."


def _table(scene: Segmented, stable: Stability | None) -> pd.DataFrame:
    codebook, found = scene.codebook, scene.found
    sizes = found.sizes[found.sizes.index.isin(list(scene.shown))]
    count = "rows" if scene.view.counting == ROWS else "count"
    sure = segment_results.sureness(scene.view, scene.recipe, scene.described)
    told = by_index(segment_results.described(scene.view, scene.recipe, scene.described))
    return pd.DataFrame(
        {
            "Segment": [
                f"{title_of(int(number), scene.shown)}{_FEW_BEHIND.format(scene.entity.sampled(THIN)) if thin else ''}"
                for number, thin in sizes["thin"].items()
            ],
            capitalised(scene.unit): sizes[count].map("{:,.0f}".format),
            "Share": grid.in_lines(told_each(sizes["share"], sure.sizes, sizes.index, percent)),
            **({"Sampled": sizes["sampled"].map("{:,}".format)} if scene.counts_both_ways else {}),
            **{
                f"Median: {codebook.label(name)}": grid.in_lines(
                    f"{told_of(told[s, name], 'median', codebook[name].text)}"
                    f"\nmean {codebook[name].mean_text(told[s, name]['mean'])}"
                    for s in sizes.index
                )
                for name in scene.recipe.features
            },
            **{
                f"Have any: {codebook.label(name)}": share.reindex(sizes.index).map("{:.0%}".format)
                for name, share in found.model.held.items()
            },
            **({"Stability": stable.table["verdict"].reindex(sizes.index).fillna("")} if stable else {}),
        },
        index=sizes.index.rename("segment"),
    )


def render_profile(scene: Segmented) -> None:
    """Mean and median of each feature by segment."""
    recipe, shown = scene.recipe, scene.shown
    profile = segment_results.profile(scene.view, recipe, scene.described)
    told = segment_results.described(scene.view, recipe, scene.described)
    sure, is_of_rows = segment_results.sureness(scene.view, recipe, scene.described), scene.view.counting == ROWS
    with st.grid(2, min_column_width=300):
        for name in recipe.features:
            variable = scene.codebook[name]
            own = told.xs(name, level="column")
            highest = highest_median(own, shown, is_of_rows=is_of_rows)
            sentence = f"{variable.label} by segment: the median is highest in {highest}."
            with st.container():
                draw(
                    lambda name=name: charts.means_and_medians(  # type: ignore[misc]
                        profile.table, name, scene.codebook, shown, scene.dollars, sure.profile
                    ),
                    scene,
                    alt_text=sentence,
                    key=f"profile_{name}",
                )
                st.caption(literal(results.how_sure(scene.view)))


def render_silhouettes(scene: Segmented) -> None:
    """Silhouette of every member, by segment."""
    found = scene.found
    below = f"{percent(found.misplaced)} are nearer to another segment than to their own"
    sentence = f"Mean silhouette {found.silhouette:.2f}; {below}."
    draw(
        lambda: charts.silhouettes(found.silhouettes, found.labels, found.points.weights, scene.shown),
        scene,
        alt_text=sentence,
        key="silhouette_chart",
    )
    within = ", within each implicate" if scene.about.implicates > 1 and scene.view.counting != ROWS else ""
    of = capitalised(found.silhouettes_of or f"exact, over all {scene.unit}")
    sure = ""
    if (told := found.evidence) is not None:
        sure = (
            f"The mixture itself is sure of its {scene.unit} to {percent(told.certainty)} on average (relative entropy "
            f"{told.entropy:.2f})."
        )
    controls.chart_note(scene, f"{of}{within}.", controls.implicates_are(scene.about) if within else "", sure)
    null = segment_results.beside(scene.view, scene.recipe).silhouette
    if null is not None:
        render_beside(scene, null, "Mean silhouette")


def render_beside(scene: Segmented, null: Null, score: str) -> None:
    """A score beside what null models give, and by how much the data exceed them."""
    table = null.table
    shown = pd.DataFrame(
        {
            "Data": [f"These {scene.unit}", *(_NULL_NAMES[kind] for kind in table.index)],
            score: [f"{value:.3f}" for value in (null.unrelated.value, *table["null"])],
            "95 of 100 lie from": ["", *table["low"].map("{:.3f}".format)],
            "to": ["", *table["high"].map("{:.3f}".format)],
            "Above their mean by": ["", *table["excess"].map(lambda by: signed(by, 3))],
        }
    )
    grid.render(shown, alt=f"{score} beside that of data without segments")
