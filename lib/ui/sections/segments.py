"""Sections that show one segmentation: the plane, what was found, sizes, profiles, silhouettes."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from lib.charts import plane
from lib.charts import segments as charts
from lib.charts.segments import title_of
from lib.errors import HouseholdSegmentsError
from lib.estimates import THIN
from lib.segments import Recipe, Segmentation, findings
from lib.ui.run import results
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene.view import View


def fit_or_stop(view: View, recipe: Recipe) -> Segmentation:
    """The segments of a recipe; where it cannot be made, the reason in a sentence, and the page ends."""
    try:
        return results.segmentation(view, recipe)
    except HouseholdSegmentsError as error:
        st.error(str(error), icon=":material/rule:")
        st.stop()


def render_plane(view: View, recipe: Recipe, names: Mapping[int, str]) -> None:
    """The plane of two features with households, centroids and regions."""
    linear = st.toggle(
        "Equal steps",
        key="plane_linear",
        bind="query-params",
        help="Off: axes that are even near zero and logarithmic beyond, so that a few rich households do not squeeze "
        "all others into a corner.",
    )
    drawn = results.plane_of(view, recipe, linear)
    first, second = (view.codebook[name] for name in recipe.features)
    sentence = f"{len(names)} segments in the plane of {first.label} and {second.label}."
    draw(
        lambda: plane.plane(
            drawn.points,
            drawn.centroids,
            drawn.regions,
            features=(first, second),
            scales=drawn.scales,
            names=names,
            dollars=view.about.dollars,
        ),
        view,
        recipe,
        linear,
        tuple(names.items()),
        alt_text=sentence,
        key="plane_chart",
    )
    controls.chart_note(
        view,
        f"{len(drawn.points):,} {_drawn(view)} and a few of every segment. "
        "Numbers mark centroids, tints the part of the plane nearest to each. Drag to move, scroll to zoom.",
    )


def _drawn(view: View) -> str:
    if view.counting == "rows":
        return "rows drawn at random"
    return "households of one implicate, drawn in proportion to weight"


def render_findings(view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str]) -> None:
    """In plain words what was found and how far to trust it."""
    swept, stable = results.known_sweep(view, recipe), results.known_stability(view, recipe)
    who = f"{view.title}, {view.about.name}"
    st.markdown(findings(found, names, who=who, swept=swept, stable=stable))
    for note in found.notes:
        st.caption(note)


def render_table(view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str]) -> None:
    """Sizes, centroids and warnings of each segment."""
    codebook = view.codebook
    sizes = found.sizes[found.sizes.index.isin(list(names))]
    stable = results.known_stability(view, recipe)
    table = pd.DataFrame(
        {
            "Segment": [title_of(int(number), names) for number in sizes.index],
            **(
                {"Rows": sizes["rows"].map("{:,}".format)}
                if view.counting == "rows"
                else {"Households": sizes["households"].map("{:,.0f}".format)}
            ),
            "Share": sizes["share"].map("{:.1%}".format),
            "Sampled": sizes["sampled"].map("{:,}".format),
            **{
                f"Centroid: {codebook.label(name)}": found.centroids[name].reindex(sizes.index).map(codebook[name].text)
                for name in recipe.features
            },
            **({"Stability": stable.table["verdict"].reindex(sizes.index).fillna("")} if stable else {}),
            "Flag": [f"fewer than {THIN} sampled households" if thin else "" for thin in sizes["thin"]],
        }
    )
    st.dataframe(table, hide_index=True, alt=f"{len(table)} segments with sizes, centroids and flags")
    controls.chart_note(view)


def render_profile(view: View, recipe: Recipe, names: Mapping[int, str]) -> None:
    """Mean and median of each feature by segment."""
    profile = results.profile(view, recipe, recipe.features)
    with st.grid(2, min_column_width=300):
        for name in recipe.features:
            variable = view.codebook[name]
            medians = profile.table.xs(name, level="column")["median"]
            highest = medians[medians.index.isin(list(names))].idxmax()
            sentence = f"{variable.label} by segment: the median is highest in {title_of(int(highest), names)}."
            with st.container():
                draw(
                    lambda name=name: charts.means_and_medians(  # type: ignore[misc]
                        profile.table, name, view.codebook, names, view.about.dollars
                    ),
                    view,
                    recipe,
                    tuple(names.items()),
                    alt_text=sentence,
                    key=f"profile_{name}",
                )
                st.caption(sentence)


def render_silhouettes(view: View, found: Segmentation, names: Mapping[int, str]) -> None:
    """Silhouette of every household, by segment."""
    below = float(found.points.weights[found.silhouettes.rows[:, 0] < 0].sum() / found.points.weights.sum())
    sentence = f"Mean silhouette {found.silhouette:.2f}; {below:.1%} are nearer to another segment than to their own."
    draw(
        lambda: charts.silhouettes(found.silhouettes, found.labels, found.points.weights, names),
        view,
        found.recipe,
        tuple(names.items()),
        alt_text=sentence,
        key="silhouette_chart",
    )
    over = "all rows" if view.counting == "rows" else "all households, within each implicate"
    controls.chart_note(view, sentence, f"Exact, over {over}.")
