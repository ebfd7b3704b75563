"""Sections on how far segments can be trusted, and how they come about."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.charts import plane
from lib.charts.looks import title_of
from lib.dataset import ROWS
from lib.estimates.wording import interval_or_none
from lib.segments import Stability, differences
from lib.segments.judge.findings import stability_beside
from lib.segments.judge.stability import HIGHLY_STABLE, LOST_AT_MOST, PATTERN, STABLE
from lib.ui.run import background, segment_results, whole_page
from lib.ui.run.drawing import draw
from lib.ui.scene import controls, grid, links
from lib.ui.scene.scene import Segmented
from lib.ui.sections import recipes, sidebar
from lib.ui.sections.segments import plane_is_linear, render_beside
from lib.words import capitalised, literal, percent


def render_stability(scene: Segmented) -> None:
    """On request: do other members, or other imputations, give the same segments?"""
    view, recipe, members = scene.view, scene.recipe, scene.entity.plural
    imputed = scene.about.implicates > 1
    together = " and with all their implicates" if imputed else ""
    st.markdown(
        f"{capitalised(members)} are drawn anew, with replacement{together}, and segmented again. "
        "Jaccard similarity says how much of a segment comes back."
    )
    stable = segment_results.known_stability(view, recipe)
    if stable is None:
        background.on_request(
            "stability",
            "Test stability",
            ":material/refresh:",
            segment_results.stability_key(view, recipe),
            lambda progress: segment_results.stability(view, recipe, progress),
        )
        return
    table = stable.table
    ranges = [f"{low:.2f} to {high:.2f}" for low, high in zip(table["low"], table["high"], strict=True)]
    shown = pd.DataFrame(
        {
            "Segment": [title_of(int(number), scene.names) for number in table.index],
            f"Other {members}": table["bootstrap"].map("{:.2f}".format),
            "Known to lie in": ranges,
            "Lost in": table["dissolved"].map("{:.0%}".format),
            **({"Other imputations": table["implicates"].map("{:.2f}".format)} if imputed else {}),
            "By Hennig's thresholds": table["verdict"],
        }
    )
    grid.render(shown, alt=stable.words)
    st.caption(
        f"{literal(stable.words)} In brackets is where the mean of ever more resamples would lie: the more there are, "
        f"the narrower. {stable.resamples} resamples; {scene.found.k} segments. Hennig's thresholds: from "
        f"{HIGHLY_STABLE} on highly stable, from {STABLE} on stable, from {PATTERN} on a pattern (R package fpc)."
    )
    _render_undecided(scene, stable)
    _render_stability_beside(scene)
    _render_refitted(scene, stable)


def _render_undecided(scene: Segmented, stable: Stability) -> None:
    """Where a segment is still between two verdicts, go on resampling."""
    view, recipe = scene.view, scene.recipe
    if stable.goes_on:
        background.render(
            "stability_decided",
            ("decided", *segment_results.stability_key(view, recipe)),
            lambda progress: segment_results.stability_decided(view, recipe, progress),
        )
    elif stable.undecided:
        st.caption(f"After {stable.resamples} resamples some intervals still hold a threshold: those stay between.")


def _render_refitted(scene: Segmented, stable: Stability) -> None:
    """Sizes and means where the segments themselves are found anew each time."""
    table, codebook = stable.refitted, scene.codebook
    texts = {"share": percent, **{name: codebook[name].mean_text for name in scene.recipe.features}}
    titles = {"share": "Share", **{name: f"Mean: {codebook.label(name)}" for name in scene.recipe.features}}
    shown = {
        titles[name]: [
            f"{text(row[name])}\n({interval_or_none(row[f'{name}_low'], row[f'{name}_high'], text)})"
            for _, row in table.iterrows()
        ]
        for name, text in texts.items()
    }
    st.markdown("How far sizes and means are off if the segments are found anew each time, and matched with these:")
    segments = [title_of(int(number), scene.names) for number in table.index]
    grid.render(
        pd.DataFrame({"Segment": segments, **shown}),
        alt="Sizes and means of segments with the intervals that finding them anew gives",
    )
    st.caption(
        f"95% intervals from the same {stable.resamples} resamples. Elsewhere intervals take the segments as they are, "
        "and are narrower. Of a segment that is lost in more than "
        f"{LOST_AT_MOST:.0%} of them they cannot be told: what is matched with it then is another one."
    )


def _render_stability_beside(scene: Segmented) -> None:
    """How surely segments come back in data that have none; where that is not known yet, it is found out."""
    view, recipe = scene.view, scene.recipe
    nulls = segment_results.beside(view, recipe)
    if (null := nulls.stability) is not None:
        st.markdown(stability_beside(null, nulls.silhouette))
        st.caption(null.drawn)
        render_beside(scene, null, "Mean similarity")
    elif len(recipe.features) > 1:
        background.render(
            "null_stability",
            segment_results.null_key("stability", view, recipe),
            lambda progress: segment_results.null_stability(view, recipe, progress),
            quietly="Being compared with data that have no segments",
        )


def render_notebook(scene: Segmented) -> None:
    """What the well-known notebooks would have said for the same choice; nothing where there are none."""
    if not scene.subject.wording.notebooks:
        return
    label = "What the well-known notebooks would have said"
    bind = links.bound("told", switch=label)
    with st.expander(label, icon=":material/history_edu:", key="told", bind=bind) as told:
        if told.open:
            _render_told(scene)


def _render_told(scene: Segmented) -> None:
    """Their figures, and why they differ."""
    recipe, codebook = scene.recipe, scene.codebook
    told = segment_results.notebook(scene.view, recipe)
    left, right = st.columns(2)
    left.metric("Their inertia", f"{told.inertia:,.0f}", border=True)
    right.metric("Their silhouette", f"{told.silhouette_raw:.3f}", border=True)
    table = pd.DataFrame(
        {
            "Cluster": [str(number) for number in range(1, len(told.sizes) + 1)],
            "Rows": told.sizes["rows"].map("{:,}".format),
            capitalised(scene.entity.sampled_plural): told.sizes["sampled"].map("{:,}".format),
            **{f"Mean: {codebook.label(name)}": told.means[name].map(codebook[name].text) for name in recipe.features},
        }
    )
    grid.render(table, alt="The clusters that the notebooks would show")
    st.markdown("\n".join(f"- {sentence}" for sentence in differences(told, scene.found)))
    st.button(
        "Show it their way on this page",
        icon=":material/history_edu:",
        help="Counts rows and leaves the scale as it is.",
        on_click=_their_way,
        args=(len(recipe.features),),
    )


def _their_way(features: int) -> None:
    sidebar.set_counting(ROWS)
    recipes.set_scale("none", "none" if features == 2 else "standard")
    whole_page.ask()


@whole_page.fragment
def render_steps(scene: Segmented) -> None:
    """k-means at work: from its first centroids to its last."""
    recipe, codebook = scene.recipe, scene.codebook
    starts = len(scene.found.inertias)
    start = links.number("Start", 1, starts, 1, key="watched_start", help="Each start draws other centroids.")
    linear = plane_is_linear()
    steps = segment_results.steps(scene.view, recipe, start - 1, linear)
    last = len(steps) - 1
    if "watched_step" not in st.session_state or st.session_state["watched_step"] > last:
        st.session_state["watched_step"] = 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("Back", icon=":material/skip_previous:", on_click=_move, args=(-1, last))
        st.button("Next step", icon=":material/skip_next:", type=controls.emphasis(), on_click=_move, args=(1, last))
        st.slider("Iteration", 0, max(last, 1), key="watched_step", disabled=last == 0)
    step = steps[min(st.session_state["watched_step"], last)]
    drawn = segment_results.plane_of(scene.view, recipe, linear)
    sentence = f"Iteration {step.number} of {last}: {percent(step.inertia / steps[0].inertia)} of the first inertia" + (
        "." if step.number == 0 else f", {percent(step.moved)} of {scene.unit} changed segment."
    )
    draw(
        lambda: plane.steps(
            features=(codebook[recipe.features[0]], codebook[recipe.features[1]]),
            scales=drawn.scales,
            dollars=scene.dollars,
        ),
        scene,
        int(start),
        step.number,
        linear,
        alt_text=sentence,
        key="steps_chart",
        tables=lambda: plane.steps_tables(
            drawn.points.assign(segment=step.labels),
            [s.centroids.set_axis(["x", "y"], axis=1) for s in steps[: step.number + 1]],
            {number: f"Segment {number}" for number in scene.shown},
        ),
        same_for=("steps", recipe.features, linear),
    )
    watched = f" Watched on {step.drawn:,} {scene.unit} drawn at random." if step.drawn else ""
    if noted := f"{'Nothing moves any more.' if step.number == last else ''}{watched}".strip():
        st.caption(noted)


def _move(by: int, last: int) -> None:
    st.session_state["watched_step"] = min(max(st.session_state["watched_step"] + by, 0), last)
