"""Sections by which the number of segments is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from lib.charts import profiles as profile_charts
from lib.charts import segments as charts
from lib.segments import Gaps, Suggestion, advice, agreement
from lib.segments.judge.gap import BANDS
from lib.segments.judge.suggest import GAP
from lib.ui.run import background, segment_results, whole_page
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene.scene import Scene, Segmented
from lib.ui.sections import recipes
from lib.words import in_full, literal, percent, signed

_BY_INERTIA = ("inertia_share", "Inertia, of the total", "Elbow", ".0%")
_BY_BIC = ("bic", "BIC", "BIC", ",.0f")
_BY_SILHOUETTE = ("silhouette", "Mean silhouette", "Silhouette", ".2f")
_BY_GAP = ("gap_correlated", "Gap to correlated columns", GAP, ".2f")


def render(scene: Segmented) -> None:
    """Scores of every number of segments, a click on a point of which chooses it; where members go as it grows."""
    view, recipe = scene.view, scene.recipe
    if recipe.algorithm == "hdbscan":
        st.info("HDBSCAN finds the number of segments itself.")
        return
    swept = segment_results.known_sweep(view, recipe)
    if swept is None:
        st.caption("Every number of segments from 2 to 12 is being tried, each from many starts.")
        background.render(
            "sweep",
            segment_results.sweep_key(view, recipe),
            lambda progress: segment_results.sweep(view, recipe, progress),
            is_heavy=not segment_results.is_quick(view, recipe),
        )
        return
    known = segment_results.beside(view, recipe).gaps
    advised = advice(swept, known)
    table = swept.table if known is None else swept.table.join(known.table)
    with st.grid(2, min_column_width=300):
        is_mixture = recipe.algorithm == "latent_class"
        for chart in (_BY_BIC if is_mixture else _BY_INERTIA, _BY_SILHOUETTE):
            with st.container():
                _render_chart(scene, table, chart, advised, known)
        with st.container():
            if known is None:
                _find_gaps(scene)
            else:
                _render_chart(scene, table, _BY_GAP, advised, known)
        st.markdown(literal(f"{agreement(advised)} {' '.join(swept.notes)}"))
    _render_scores(scene, table, advised)
    _render_clustergram(scene)


def _render_chart(
    scene: Segmented,
    table: pd.DataFrame,
    chart: tuple[str, str, str, str],
    advised: Sequence[Suggestion],
    known: Gaps | None,
) -> None:
    score, label, criterion, number = chart
    own = charts.suggestion_for(criterion, advised)
    said = f"{own.criterion}: {own.k or 'none'}, {own.words}" if own else ""
    draw(
        lambda: charts.choice_of_k(
            table, score, label, scene.recipe.k, own, number=number, beside=known and known.drawn(score)
        ),
        scene,
        known is not None,
        alt_text=f"{label.partition(',')[0]} by number of segments: {said}.",
        key=f"choose_{score}",
        on_select=lambda: _take_k(f"choose_{score}"),
        selection_mode=charts.PICK,
    )
    bands = BANDS.get(score, "") if known is not None else ""
    st.caption(" ".join(filter(None, (bands, "Click a point to choose it."))))


def _find_gaps(scene: Segmented) -> None:
    """Nobody asked for it: it is made while the sweep is looked at, unless it takes minutes."""
    view, recipe = scene.view, scene.recipe
    if len(recipe.features) > 1:
        background.unasked(
            "gaps",
            segment_results.gaps_key(view, recipe),
            lambda progress: segment_results.gaps(view, recipe, progress),
            "Every number of segments is being compared with data that have none",
            "Compare every number with data that have no segments" if segment_results.is_dear(view, recipe) else "",
        )


def _render_scores(scene: Scene, table: pd.DataFrame, advised: Sequence[Suggestion]) -> None:
    with st.expander("All scores and what each criterion advises"):
        why = pd.DataFrame([{"Criterion": s.criterion, "Advice": str(s.k or "none"), "Why": s.words} for s in advised])
        controls.dataframe(why, alt=agreement(advised))
        columns: dict[str, tuple[str, Callable[[float], str]]] = {
            "inertia": ("Inertia", in_full),
            "inertia_share": ("of the total", percent),
            "silhouette": ("Silhouette", "{:.3f}".format),
            "silhouette_unrelated": ("of unrelated columns", "{:.3f}".format),
            "silhouette_correlated": ("of correlated columns", "{:.3f}".format),
            "gap_unrelated": ("Gap to unrelated columns", _excess),
            "gap_correlated": ("Gap to correlated columns", _excess),
            "calinski_harabasz": ("Calinski-Harabasz", "{:,.0f}".format),
            "davies_bouldin": ("Davies-Bouldin", "{:.3f}".format),
            "bic": ("BIC", "{:,.0f}".format),
            "certainty": ("Mean probability of the own segment", percent),
            "entropy": ("Relative entropy", "{:.2f}".format),
            "smallest_share": ("Smallest segment", percent),
            "smallest_sampled": (f"its {scene.entity.sampled_plural}", "{:,.0f}".format),
            "spread_over_starts": ("Worst start above the best", percent),
            "starts": ("Starts", "{:.0f}".format),
            "times_found": ("of them at the best", "{:.0f}".format),
            "seconds": ("Seconds", "{:.2f}".format),
        }
        shown = {label: table[name].map(form) for name, (label, form) in columns.items() if name in table}
        controls.dataframe(
            pd.DataFrame({"Segments": table.index, **shown}),
            alt="Every score for each number of segments",
        )


def _excess(value: float) -> str:
    return signed(value, 3)


def _render_clustergram(scene: Segmented) -> None:
    found = segment_results.clustergram(scene.view, scene.recipe)
    sentence = "Each disc is a segment, as large as its share; streams show where members go with one segment more."
    draw(
        lambda: profile_charts.clustergram(found, scene.recipe.k, scene.entity.plural),
        scene,
        alt_text=sentence,
        key="clustergram_chart",
    )
    controls.chart_note(scene)


def _take_k(key: str) -> None:
    """Choose the number of segments that was clicked."""
    picked = st.session_state[key].selection.get(charts.PICK) or []
    if picked:
        recipes.set_k(int(picked[0]["k"]))
        whole_page.ask()
