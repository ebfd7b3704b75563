"""Handing segments on: a link, files, pictures, a report, a recipe to apply elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from lib import exports
from lib.charts.looks import title_of
from lib.errors import HouseholdSegmentsError
from lib.segments import Progress, Recipe
from lib.segments.apply import label_file
from lib.segments.apply.stored import StoredRecipe, read_recipe
from lib.tables import csvw
from lib.tables.files import MEGABYTE
from lib.tables.own.laid import folder
from lib.tables.own.packed import out_of_archive
from lib.ui.run import background, drawing, results, segment_results
from lib.ui.run.cache import find, put
from lib.ui.scene import links, own
from lib.ui.scene.scene import Segmented
from lib.ui.sections import recipes, result
from lib.words import capitalised, file_name, literal, slug
from lib.work import log
from lib.work.progress import part_of

_PICTURED = ("plane_chart", "map_pca", "map_tsne", "map_umap", "lens_chart", "sensitivity_chart")
"""Charts of a page that go into its report besides the report's own."""

_TESTED = 0.5
"""Of the bar of a report, what its test of stability takes."""

_MOST_MB = 50
_MOST_UNPACKED = 4 * _MOST_MB * MEGABYTE
_TIMES = 2
"""How much room a table with labels takes, against the table."""


def render(scene: Segmented) -> None:
    """Everything that can be taken away."""
    _render_link(scene)
    _render_files(scene)
    _render_pictures(scene)
    _render_report(scene)
    _render_apply(scene)


def _render_link(scene: Segmented) -> None:
    st.subheader("Link")
    if own.is_own(scene.view.source):
        st.caption(
            "There is no link to a table of your own: it is in this session alone. The recipe below does the same on "
            "another day: bring the table again, and the recipe with it. Or have it put the rows of another file into "
            "these very segments, below."
        )
        return
    dollars = {"dollars": scene.view.dollars} if scene.view.dollars else {}
    st.code(links.to_copy(data=scene.view.source, k=scene.recipe.k, **dollars), language=None, wrap_lines=True)
    st.caption(
        "Reopens this view on any server of the app: data, population, recipe, names and choices. Copy it whole."
    )


def _file_name(scene: Segmented, what: str, ending: str) -> str:
    return file_name(f"{scene.about.name} {scene.title}", what, ending=ending)


def _files(scene: Segmented) -> list[tuple[str, str, Callable[[], bytes]]]:
    """Label, name and maker of every file that can be had."""
    view, recipe, found, names = scene.view, scene.recipe, scene.found, scene.names
    origin, data = segment_results.origin(view, scene.heading, recipe), scene.members(recipe.features)
    members = scene.entity.plural
    label = capitalised(members)

    def own() -> exports.Exported:
        return exports.members(data, found, names, origin)

    def profiles() -> exports.Exported:
        described = segment_results.profile(view, recipe, scene.described)
        sure = segment_results.sureness_in_full(view, recipe, scene.described)
        return exports.profiles(
            scene.members(scene.described), found, names, origin, described=described, sure=sure,
            beside=segment_results.others(view, scene.heading, scene.described),
        )  # fmt: skip

    def lenses() -> exports.Exported:
        return exports.lenses(segment_results.lenses(view, recipe), names, origin)

    parquet, json = _file_name(scene, members, "parquet"), _file_name(scene, "recipe", "json")
    return [
        _as_csv(scene, label, members, own),
        (f"{label}, Parquet", parquet, lambda: own().parquet(parquet)),
        _as_csv(scene, "Profiles", "profiles", profiles),
        *([_as_csv(scene, "Lenses", "lenses", lenses)] if scene.subject.lenses else []),
        ("Recipe, JSON", json, lambda: exports.recipe_json(found, names, scene.codebook, origin)),
    ]


def _as_csv(
    scene: Segmented, label: str, what: str, make: Callable[[], exports.Exported]
) -> tuple[str, str, Callable[[], bytes]]:
    """A table as CSV, in an archive with what is said of it."""
    return f"{label}, CSV", _file_name(scene, what, "zip"), lambda: make().zipped(_file_name(scene, what, "csv"))


def _render_files(scene: Segmented) -> None:
    st.subheader("Files")
    with st.container(horizontal=True):
        for label, name, make in _files(scene):
            st.download_button(
                label, _noted(make, Path(name).suffix[1:], scene), name, icon=":material/download:",
                key=f"file_{slug(label)}", on_click="ignore",
            )  # fmt: skip
    st.caption(
        f"Each file says where it came from: {'wave, dollars, ' if scene.dollars else ''}"
        "counting, population, recipe, and synthetic where it is. A CSV is a plain table, and lies in its zip beside a "
        f"file that says this and what each column is.{_all_columns(scene)}"
    )


def _noted(make: Callable[[], bytes | str], ending: str, scene: Segmented) -> Callable[[], bytes | str]:
    """What makes a file, and a line in the log when it has."""

    def made() -> bytes | str:
        with log.told("download", ending, (scene.view.key, scene.recipe)):
            return make()

    return made


def _all_columns(scene: Segmented) -> str:
    """How to have a table of one's own back with all its columns."""
    if not own.is_own(scene.view.source):
        return ""
    return (
        " They hold the features; your own file with all its columns is labelled by applying the recipe to it, below."
    )


def _render_pictures(scene: Segmented) -> None:
    st.subheader("Pictures")
    shown = drawing.on_page(scene)
    if not shown:
        return
    origin = segment_results.origin(scene.view, scene.heading, scene.recipe)
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        key = st.selectbox("Chart on this page", list(shown), format_func=lambda name: shown[name].alt, key="picture")
    chart = shown[key]
    caption = f"{chart.alt} {_key(scene)}"
    pictures = (
        ("PNG", "png", lambda: exports.png(chart.spec, origin, caption=caption)),
        ("SVG", "svg", lambda: exports.svg(chart.spec, origin, caption=caption).encode()),
    )
    with right, st.container(horizontal=True):
        for label, ending, make in pictures:
            name = _file_name(scene, key, ending)
            st.download_button(
                label, _noted(make, ending, scene), name, key=f"picture_{ending}", on_click="ignore",
            )  # fmt: skip


def _key(scene: Segmented) -> str:
    """Numbers and names of the segments, for pictures that stand alone."""
    named = {number: title_of(number, scene.names) for number in sorted(scene.names)}
    said = f"Segments: {'; '.join(title for number, title in named.items() if number in scene.shown)}."
    off = [title for number, title in named.items() if number not in scene.shown]
    return f"{said} Switched off, and not shown here: {'; '.join(off)}." if off else said


def _render_report(scene: Segmented) -> None:
    st.subheader("Report")
    question = st.text_input("What was asked", key="question", bind=links.bound("question"), max_chars=300)
    # whoever switches segments off or on has other pictures in it
    key = ("report", scene.key, tuple(scene.names.items()), question or "")
    page: bytes | None = find("reports", key)
    if page is not None:
        st.download_button(
            "Save the report", page, _file_name(scene, "report", "html"), "text/html", icon=":material/description:",
            key="save_report", on_click="ignore",
        )  # fmt: skip
        st.caption(f"One HTML file of {len(page) / 1e6:.1f} MB that needs no network; print it to have a PDF.")
        return
    pictured = [chart for name, chart in drawing.on_page(scene).items() if name in _PICTURED]

    def make(progress: Progress) -> None:
        caption = _key(scene)
        figures = [exports.Figure(chart.title, chart.spec, chart.alt, caption=caption) for chart in pictured]
        put("reports", key, _report(scene, question or "", figures, progress))

    background.on_request("report", "Make the report", ":material/description:", key, make)


def _report(scene: Segmented, question: str, figures: list[exports.Figure], progress: Progress) -> bytes:
    view, recipe = scene.view, scene.recipe
    stable = segment_results.known_stability(view, recipe) or segment_results.stability(
        view, recipe, part_of(progress, 0.0, _TESTED)
    )
    return exports.report(
        scene.members(recipe.features),
        scene.found,
        scene.names,
        segment_results.origin(view, scene.heading, recipe),
        question=question,
        swept=segment_results.known_sweep(view, recipe),
        stable=stable,
        beside=segment_results.beside(view, recipe),
        sensitive=segment_results.known_sensitivity(view, recipe),
        told=segment_results.explanation(view, recipe),
        lenses=segment_results.lenses(view, recipe) if scene.subject.lenses else None,
        sure=segment_results.sureness_in_full(view, recipe, scene.described),
        apart=segment_results.told_apart(view, recipe, scene.described)[list(recipe.features)],
        typicals={number: segment_results.typical(view, recipe, number) for number in scene.found.model.numbers},
        others=segment_results.others(view, scene.heading, recipe.features),
        lenses_of_others=segment_results.lenses_of_others(view, recipe),
        part=None if view.is_everyone else results.size(view).share,
        whole=result.of_all_rows(scene, found) if (found := own.result_of(view.source)) is not None else None,
        figures=figures,
        progress=part_of(progress, _TESTED, 1.0),
    )


def _render_apply(scene: Segmented) -> None:
    members = scene.entity.plural
    st.subheader("Apply a saved recipe")
    turn = st.session_state.get(own.ROUND, 0)  # boxes are emptied when a table is forgotten
    left, right = st.columns(2)
    stored = left.file_uploader("Recipe, JSON", type="json", max_upload_size=8, key=f"recipe_file_{turn}")
    table = right.file_uploader(
        f"{capitalised(members)}, CSV or Parquet",
        type=["csv", "zip", "parquet"],
        max_upload_size=_MOST_MB,
        key=f"table_file_{turn}",
    )
    if stored is None or table is None:
        st.session_state.pop(own.LABELLED, None)
    if stored is None:
        st.caption(
            "A recipe labels another table with the same columns, here or by "
            f"`python -m lib.segments.apply recipe.json {members}.csv -o labelled.csv`."
        )
        return
    try:
        read = read_recipe(stored.getvalue())
        about = "; ".join(f"{label}: {words}" for label, words in list(read.about.items())[:6])
        words = f"{len(read.model.centres)} segments on {', '.join(read.model.recipe.features)}. {about}"
        st.markdown(literal(words))
        _offer_to_load(scene, read.model.recipe)
        if table is not None:
            _label(read, stored, table)
    except HouseholdSegmentsError as error:
        st.error(literal(str(error)), icon=":material/rule:")


def _offer_to_load(scene: Segmented, recipe: Recipe) -> None:
    """A button that puts a recipe on the page, where the data have its columns."""
    missing = [name for name in recipe.features if name not in scene.codebook]
    if missing:
        st.caption(
            f"It cannot be put on this page: {literal(scene.about.name)} has no column {literal(', '.join(missing))}."
        )
        return
    st.button("Put this recipe on the page", on_click=recipes.put_on_page, args=(recipe,), key="load_recipe")
    if recipes.was_put_on_page():
        st.caption(
            "Features, scale, PCA, method, number of segments and counting are on the page now (on Two features only "
            "with two features, and without PCA). Data, population and names are those chosen here, not those of the "
            "recipe."
        )


def _label(read: StoredRecipe, recipe: Any, table: Any) -> None:  # noqa: ANN401 - Streamlit's uploaded files
    """Label a table once for as long as it and its recipe are there; the result stays in this session alone."""
    key = (recipe.file_id, table.file_id)
    if key not in (kept := st.session_state.get(own.LABELLED, {})):
        kept = st.session_state[own.LABELLED] = {key: _labelled(read, table)}
    words, content, name = kept[key]
    st.markdown(literal(words))
    st.download_button(
        "Labelled table", content, name, icon=":material/download:", key="labelled", on_click="ignore",
    )  # fmt: skip


def _labelled(read: StoredRecipe, table: Any) -> tuple[str, bytes, str]:  # noqa: ANN401 - Streamlit's uploaded file
    """What was done, the labelled table, and what its file is called."""
    suffix, content = Path(table.name).suffix.lower(), table.getvalue()
    ending = "parquet" if suffix == ".parquet" else "csv"
    name = file_name(f"labelled {Path(table.name).stem}", ending=ending)
    with folder(len(content)) as place:
        given = place / file_name(Path(table.name).stem, ending=suffix[1:])
        given.write_bytes(content)
        with out_of_archive(given, _MOST_UNPACKED) as bare, folder(_TIMES * bare.stat().st_size) as room:
            labelled = room / name
            done = label_file(read, bare, labelled)
            made = labelled.read_bytes()
            if ending == "csv":
                made = csvw.zipped(name, made, csvw.beside(labelled).read_bytes())
    return done.words, made, str(Path(name).with_suffix(".zip")) if ending == "csv" else name
