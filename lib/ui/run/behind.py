"""What stands behind each chart: its figures as a table, and the picture as PNG and SVG, made when asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from lib.charts.behind import table_of
from lib.ui.scene import controls
from lib.ui.scene.scene import Scene, Segmented
from lib.words import file_name
from lib.work import log

if TYPE_CHECKING:
    from lib.ui.run.drawing import Shown

_TABLE = "Table and picture", ":material/table_chart:"
_PICTURE = "Picture", ":material/image:"


def offer(shown: Shown, scene: Scene, key: str, *, is_tabled: bool) -> None:
    """A button below a chart; nothing is made before it is pressed.

    Args:
        shown: The chart.
        scene: What it shows.
        key: What it is called on its page.
        is_tabled: Whether its figures stand in a table of their own below it.
    """
    # what is opened runs again what it stands in, no more
    label, icon = _PICTURE if is_tabled else _TABLE
    with st.popover(label, icon=icon, type="tertiary", key=f"behind_{key}", on_change="rerun") as behind:
        if behind.open:
            if not is_tabled:
                _render_table(shown, scene)
            _render_pictures(shown, scene, key)


def _render_table(shown: Shown, scene: Scene) -> None:
    currency = scene.subject.currency
    table = table_of(shown.spec, currency.symbol if currency else "")
    if len(table.columns):
        controls.dataframe(table, alt=shown.alt)


def _render_pictures(shown: Shown, scene: Scene, key: str) -> None:
    with st.container(horizontal=True):
        for ending in ("png", "svg"):
            st.download_button(
                ending.upper(),
                _picture(shown, scene, ending),
                file_name(scene.title, key, ending=ending),
                icon=":material/download:",
                key=f"behind_{key}_{ending}",
                on_click="ignore",
            )


def _picture(shown: Shown, scene: Scene, ending: str) -> Callable[[], bytes]:
    def make() -> bytes:
        from lib import exports  # only now: a page that offers a picture does not wait for what makes it
        from lib.ui.run.segment_results import origin

        recipe = scene.recipe if isinstance(scene, Segmented) else None
        source = origin(scene.view, scene.heading, recipe)
        with log.told("download", ending, (scene.view.key, recipe)):
            if ending == "png":
                return exports.png(shown.spec, source, title=shown.title, caption=_names(scene))
            return exports.svg(shown.spec, source, title=shown.title, caption=_names(scene)).encode()

    return make


def _names(scene: Scene) -> str:
    """Numbers and names of the segments, for a picture that stands alone."""
    if not isinstance(scene, Segmented):
        return ""
    return f"Segments: {'; '.join(f'{number} {name}' for number, name in sorted(scene.shown.items()))}."
