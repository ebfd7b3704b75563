"""Handing segments on: a link, files, pictures, a report, a recipe to apply elsewhere."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from lib import exports
from lib.charts.segments import title_of
from lib.errors import HouseholdSegmentsError
from lib.segments import Progress, Recipe, Segmentation
from lib.segments.apply import label_file
from lib.segments.apply.stored import StoredRecipe, read_recipe
from lib.ui.run import background, drawing, results
from lib.ui.run.cache import shelf
from lib.ui.scene import view as views
from lib.ui.scene.view import View
from lib.ui.sections.recipes import FEWEST, MOST
from lib.ui.use import cards

_REPORTS = 6
_PICTURED = ("plane_chart", "map_pca", "map_tsne", "map_umap")
"""Charts of a page that go into its report besides the report's own."""

_MOST_MB = 50


def render(view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str]) -> None:
    """Everything that can be taken away."""
    _render_link(view)
    _render_files(view, recipe, found, names)
    _render_pictures(view, recipe, names)
    _render_report(view, recipe, found, names)
    _render_apply()


def _render_link(view: View) -> None:
    st.subheader("Link")
    st.code(link(view), language=None, wrap_lines=True)
    st.caption(
        "Reopens this view on any server of the app: data, population, recipe, names and choices. Copy it whole."
    )


def link(view: View) -> str:
    """The address of this page with everything chosen on it; the data are named even where they are the default."""
    parts = urlsplit(st.context.url or "")
    query: dict[str, Any] = {name: st.query_params.get_all(name) for name in st.query_params}
    query["data"] = views.sources()[view.source]
    if view.dollars:
        query["dollars"] = f"{view.dollars} dollars"
    query["v"] = views.LINK_VERSION
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query, doseq=True), ""))


def _file_name(view: View, what: str, ending: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", f"{view.about.name} {view.title}".lower()).strip("-")
    return f"{words[:60].strip('-')}-{what}.{ending}"


def _render_files(view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str]) -> None:
    st.subheader("Files")
    origin = results.origin(view, recipe)
    data = views.members(view, recipe.features)

    def profiles() -> bytes:
        columns = cards.columns_of(view, recipe)
        whole = views.members(view, columns)
        return exports.profiles_csv(whole, found, names, origin, described=results.profile(view, recipe, columns))

    files = (
        ("Households, CSV", "households", "csv", lambda: exports.households_csv(data, found, names, origin)),
        (
            "Households, Parquet",
            "households",
            "parquet",
            lambda: exports.households_parquet(data, found, names, origin),
        ),
        ("Profiles, CSV", "profiles", "csv", profiles),
        ("Lenses, CSV", "lenses", "csv", lambda: exports.lenses_csv(results.lenses(view, recipe), names, origin)),
        ("Recipe, JSON", "recipe", "json", lambda: exports.recipe_json(found, names, view.codebook, origin)),
    )
    with st.container(horizontal=True):
        for label, what, ending, make in files:
            st.download_button(
                label, make, _file_name(view, what, ending), icon=":material/download:", key=f"file_{what}_{ending}",
                on_click="ignore",
            )  # fmt: skip
    st.caption(
        "Each file says where it came from: wave, dollars, counting, population, recipe, and synthetic where it is."
    )


def _render_pictures(view: View, recipe: Recipe, names: Mapping[int, str]) -> None:
    st.subheader("Pictures")
    shown = drawing.on_page()
    if not shown:
        return
    origin = results.origin(view, recipe)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        key = st.selectbox("Chart on this page", list(shown), format_func=lambda name: shown[name].alt, key="picture")
    chart = shown[key]
    caption = f"{chart.alt} {_key(names)}"
    pictures = (
        ("PNG", "png", lambda: exports.png(chart.make(), origin, caption=caption)),
        ("SVG", "svg", lambda: exports.svg(chart.make(), origin, caption=caption).encode()),
    )
    with right, st.container(horizontal=True):
        for label, ending, make in pictures:
            name = _file_name(view, key, ending)
            st.download_button(label, make, name, key=f"picture_{ending}", on_click="ignore")


def _key(names: Mapping[int, str]) -> str:
    """Numbers and names of the segments, for pictures that stand alone."""
    return f"Segments: {'; '.join(title_of(number, names) for number in sorted(names))}."


def _render_report(view: View, recipe: Recipe, found: Segmentation, names: Mapping[int, str]) -> None:
    st.subheader("Report")
    question = st.text_input("What was asked", key="question", bind="query-params", max_chars=300)
    key = ("report", view.key, recipe, tuple(names.items()), question or "")
    kept = shelf("reports", _REPORTS)
    page = kept.find(key)
    if page is not None:
        st.download_button(
            "Save the report", page, _file_name(view, "report", "html"), "text/html", icon=":material/description:",
            key="save_report", on_click="ignore",
        )  # fmt: skip
        st.caption(f"One HTML file of {len(page) / 1e6:.1f} MB that needs no network; print it to have a PDF.")
        return
    pictured = [chart for name, chart in drawing.on_page().items() if name in _PICTURED]
    figures = [
        exports.Figure(chart.alt.split(".")[0], chart.make(), chart.alt, caption=_key(names)) for chart in pictured
    ]

    def make(progress: Progress) -> None:
        kept.put(key, _report(view, recipe, found, names, question, figures, progress))

    background.on_request("report", "Make the report", ":material/description:", key, make)


def _report(
    view: View,
    recipe: Recipe,
    found: Segmentation,
    names: Mapping[int, str],
    question: str | None,
    figures: list[exports.Figure],
    progress: Progress,
) -> bytes:
    return exports.report(
        views.members(view, recipe.features),
        found,
        names,
        results.origin(view, recipe),
        question=question or "",
        swept=results.known_sweep(view, recipe),
        stable=results.known_stability(view, recipe),
        told=results.explanation(view, recipe),
        lenses=results.lenses(view, recipe),
        typicals={number: results.typical(view, recipe, number) for number in found.model.numbers},
        figures=figures,
        progress=progress,
    )


def _render_apply() -> None:
    st.subheader("Apply a saved recipe")
    left, right = st.columns(2)
    stored = left.file_uploader("Recipe, JSON", type="json", max_upload_size=8, key="recipe_file")
    table = right.file_uploader(
        "Households, CSV or Parquet", type=["csv", "parquet"], max_upload_size=_MOST_MB, key="table_file"
    )
    if stored is None:
        st.caption(
            "A recipe labels another table with the same columns, here or by "
            "`python -m lib.segments.apply recipe.json households.csv -o labelled.csv`."
        )
        return
    try:
        read = read_recipe(stored.getvalue())
        about = "; ".join(f"{label}: {words}" for label, words in list(read.about.items())[:6])
        st.markdown(f"{len(read.model.centres)} segments on {', '.join(read.model.recipe.features)}. {about}")
        st.button("Put this recipe on the page", on_click=_load, args=(read.model.recipe,), key="load_recipe")
        if st.session_state.pop("recipe_loaded", False):
            st.caption(
                "Features, scale, method, number of segments and counting are on the page now (on Two features only "
                "with two features). Data, population and names are those chosen here, not those of the recipe."
            )
        if table is not None:
            _label(read, table)
    except HouseholdSegmentsError as error:
        st.error(str(error), icon=":material/rule:")


def _label(read: StoredRecipe, table: Any) -> None:  # noqa: ANN401 - Streamlit's uploaded file
    ending = ".parquet" if table.name.lower().endswith(".parquet") else ".csv"
    with tempfile.TemporaryDirectory() as folder:
        given, labelled = Path(folder) / f"table{ending}", Path(folder) / f"labelled{ending}"
        given.write_bytes(table.getvalue())
        done = label_file(read, given, labelled)
        content = labelled.read_bytes()
    st.markdown(done.words)
    st.download_button(
        "Labelled table", content, f"labelled-{Path(table.name).stem[:40]}{ending}", icon=":material/download:",
        key="labelled", on_click="ignore",
    )  # fmt: skip


def _load(recipe: Recipe) -> None:
    """Choose what a recipe says, as far as the controls of the page go."""
    state = st.session_state
    state["choose"], state["own"] = "My own list", list(recipe.features)
    if len(recipe.features) == 2:
        state["across"], state["up"] = recipe.features
    state["transform"], state["scaling"] = recipe.transform, recipe.scaling
    state["k"] = min(max(recipe.k, FEWEST), MOST)
    state["algorithm"], state["count"] = recipe.algorithm, recipe.counting
    state["recipe_loaded"] = True
