"""A result that was found past one machine: opened from the archive of its bundle, shown as it is."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import streamlit as st

from lib import exports
from lib.charts.looks import title_of
from lib.errors import HouseholdSegmentsError
from lib.segments import Recipe
from lib.segments.segmentation import UNASSIGNED
from lib.tables import csvw
from lib.tables.files import MEGABYTE
from lib.tables.own.limits import most_bytes
from lib.ui.run import background
from lib.ui.scene import brought, controls, grid, own
from lib.ui.scene.brought import Brought
from lib.ui.scene.scene import Scene
from lib.ui.sections import sidebar
from lib.words import capitalised, file_name, in_full, literal, percent
from lib.work.jobs import Ticket
from lib.work.progress import Progress, report

_MOST_MB = most_bytes() // MEGABYTE
_READ, _PROBLEM = "result_read", "result_problem"
_SHOWN = 20_000
"""Characters of SQL that stand on the page; all of it is in the bundle."""

_HEIGHT = 300


def choose(scene: Scene) -> Brought | None:
    """A box for the archive, and the result whose drawn rows are on view; None where there is none yet."""
    result = own.result_of(scene.view.source)
    if result is None:
        st.markdown(
            "For whoever has more rows than one machine holds, in a data warehouse or in many files; all else is on "
            "the other pages.\n\n"
            "Segments that `python -m lib.engines` has found among more rows than one machine holds are in a folder, "
            "their bundle. Pack it as a zip and open it here: sizes and profiles are those of all rows; maps, cards, "
            "lenses and files are made from the rows that were drawn. Nothing in it is changed."
        )
        _offer()
        return None
    with st.expander("Open another result", icon=":material/folder_open:"):
        _offer()
    return result


def _offer() -> None:
    file = st.file_uploader(
        "Bundle, zip", type="zip", max_upload_size=_MOST_MB, key=f"result_file_{st.session_state.get(own.ROUND, 0)}"
    )
    st.caption(
        ":material/lock: It stays in this session: nobody else sees it, no link holds any of it, and it goes when you "
        "leave or forget it."
    )
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.error(literal(problem), icon=":material/draft:")
    if file is None:
        return
    try:
        found = background.soon("open_result", file.file_id, lambda session: _ask(session, file))
    except HouseholdSegmentsError as error:
        st.error(literal(str(error)), icon=":material/draft:")
        return
    if found is not None:
        st.markdown(f"**{literal(found.data.name)}**: {_told(found)}")
        st.button(
            "Open this result", type=controls.emphasis(), icon=":material/arrow_forward:", on_click=_open,
            args=(found, file.file_id),
        )  # fmt: skip


def _ask(session: Hashable | None, file: Any) -> Ticket[Brought]:  # noqa: ANN401 - Streamlit's uploaded file
    content, name = file.getvalue(), file.name

    def work(progress: Progress) -> Brought:
        report(progress, 0.1, "Reading the bundle")
        return brought.opened(content, name)

    return background.reading().ask(("open_result", file.file_id), session, work)


def _open(found: Brought, file: str) -> None:
    """Look at its drawn rows, in the place of a table that was used before."""
    others = list(own.mine())
    try:
        key = own.bring(found.data, instead_of=others, result=found)
    except HouseholdSegmentsError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    for other in others:
        own.forget(other)
    own.empty_the_box(file)
    sidebar.set_source(key)


def recipe_of(result: Brought) -> Recipe:
    """The recipe of a result, which is not to be changed here."""
    return result.bundle.stored.model.recipe


def _told(result: Brought) -> str:
    """What was done, in a line or two."""
    facts, bundle = result.facts, result.bundle
    passes = len(bundle.iterations)
    ended = "until nothing moved" if facts.converged else "and then it was stopped"
    return (
        f"{facts.rows:,} rows, {facts.complete:,} with every feature, asked of {literal(facts.engine)}. "
        f"{len(bundle.stored.model.numbers)} segments, their centres refined over {literal(bundle.of('inertia'))} in "
        f"{passes} {'pass' if passes == 1 else 'passes'} {ended}: that changed the segment of "
        f"{percent(facts.changed)}. {facts.drawn:,} rows were drawn."
    )


def render_whole(scene: Scene, result: Brought) -> None:
    """Sizes and profiles of all rows."""
    st.markdown(_told(result))
    table = of_all_rows(scene, result)
    names = dict(result.bundle.sizes["name"])
    table.insert(0, "Segment", [title_of(int(number), names) for number in table.index])
    grid.render(table, alt=f"Sizes and profiles of {len(result.bundle.sizes)} segments, of all rows")
    error = result.facts.rank_error
    st.caption(
        "Each heading says what its figures are of. Of a median, the share of its segment below it is off by "
        f"{100 * error:.2g}% at most. What stands under “The drawn rows” is of fewer rows and differs a little."
    )
    name = file_name(f"{result.data.name} all rows", ending="csv")
    st.download_button(
        "Sizes and profiles, CSV", lambda: _as_file(result, name), name.removesuffix("csv") + "zip",
        icon=":material/download:", key="file_whole", on_click="ignore",
    )  # fmt: skip


def of_all_rows(scene: Scene, result: Brought) -> pd.DataFrame:
    """Sizes and profiles in words, a row per segment; each column says what it is of."""
    bundle, codebook = result.bundle, scene.codebook
    sizes = bundle.sizes[bundle.sizes.index != UNASSIGNED]
    columns: dict[str, list[str]] = {
        f"{capitalised(scene.entity.plural)} ({bundle.of('sizes')})": [f"{count:,.0f}" for count in sizes["count"]],
        f"Share ({bundle.of('sizes')})": [percent(share) for share in sizes["share"]],
    }
    for feature in recipe_of(result).features:
        variable = codebook[feature]
        for statistic, say in (("median", variable.text), ("mean", variable.mean_text)):
            of = bundle.of("profiles", statistic)
            columns[f"{capitalised(statistic)}: {variable.label} ({of})"] = [
                say(float(bundle.profiles.loc[(number, feature), statistic])) for number in sizes.index
            ]
    return pd.DataFrame(columns, index=sizes.index)


def _as_file(result: Brought, name: str) -> bytes:
    """Sizes and profiles as they are in the bundle, one row for each segment and feature."""
    bundle = result.bundle
    table = bundle.profiles.reset_index().merge(bundle.sizes.reset_index(), on="segment")
    schema = pa.Schema.from_pandas(table, preserve_index=False)
    of = {statistic: csvw.Column(description=f"Of {bundle.of('profiles', statistic)}.") for statistic in _STATISTICS}
    sizes = {size: csvw.Column(description=f"Of {bundle.of('sizes')}.") for size in ("count", "share", "rows")}
    about = dict(bundle.stored.about) | {"Rows": f"{result.facts.rows:,}", "Asked of": result.facts.engine}
    said = csvw.metadata(name, schema, about, columns=of | sizes, terms={"title": f"Segments of {result.data.name}"})
    return csvw.zipped(name, exports.plain_csv(table), said)


_STATISTICS = ("mean", "sd", "median", "p25", "p75")


def render_making(result: Brought) -> None:
    """How it was found: draw, scale, rules, passes, scores and stability, and the SQL."""
    bundle, facts = result.bundle, result.facts
    with st.expander("How it was found", icon=":material/menu_book:", key="result_making", on_change="rerun") as asked:
        if not asked.open:
            return
        st.markdown("\n".join(f"- {literal(words)}" for words in (*facts.told, *bundle.notes)))
        for title, table, of in (
            ("Passes over all rows", bundle.iterations, ""),
            ("Scores of other numbers of segments", bundle.scores, bundle.of("scores")),
            ("How much of a segment comes back in other draws", bundle.stability, bundle.of("stability")),
        ):
            if table is not None:
                st.markdown(f"{title}{f' ({literal(of)})' if of else ''}")
                controls.dataframe(_in_words(table), alt=title)
        st.code(result.statements[:_SHOWN], language="sql", height=_HEIGHT)


def _in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Large figures in full, others to four digits, under headings in words."""
    shown = table.reset_index()
    numbers = shown.select_dtypes(include=[np.number]).columns
    told = shown.assign(**{name: [in_full(float(value)) for value in shown[name]] for name in numbers})
    return told.rename(columns=lambda name: capitalised(str(name).replace("_", " ")))
