"""Putting charts on the page: each is finished once, kept for all sessions, and sent as it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st

from lib.charts.finished import Chart, Finished, Spec, finish
from lib.dataset import ROWS
from lib.ui.run import behind, results
from lib.ui.run.cache import made
from lib.ui.scene.scene import Scene, Segmented
from lib.words import counted, first_sentence, literal

_ON_PAGE = "charts_on_page"


@dataclass(frozen=True)
class Shown:
    """A chart that is on the page.

    Attributes:
        alt: What it says.
        chart: What it is drawn from, with ``data``.
        data: Tables that it refers to by name.
        segments: The scene of the segments that it shows; None if it shows none.
    """

    alt: str
    chart: Finished
    data: Mapping[str, pd.DataFrame]
    segments: Hashable

    @property
    def title(self) -> str:
        """The takeaway in one sentence, as it stands above the chart."""
        return first_sentence(self.alt)

    @property
    def spec(self) -> Spec:
        """The chart with every row written out, for a picture."""
        return self.chart.written_out(self.data)


@dataclass
class _Page:
    """The charts that a session saw on the page it is on."""

    name: str = ""
    charts: dict[str, Shown] = field(default_factory=dict)


def start_page(name: str) -> None:
    """Forget the charts of another page; those of segments are kept, for most are drawn only where they are opened."""
    before = _page()
    same = before.charts if before.name == name else {}
    lasting = {key: shown for key, shown in same.items() if shown.segments is not None}
    st.session_state[_ON_PAGE] = _Page(name, lasting)


def page_name() -> str:
    """The page that the session is on."""
    return _page().name


def on_page(scene: Segmented) -> dict[str, Shown]:
    """The charts seen on the page so far, by key: those of a scene's segments, and those that show none."""
    return {key: shown for key, shown in _page().charts.items() if shown.segments in (None, scene.key)}


def _page() -> _Page:
    page: _Page = st.session_state.setdefault(_ON_PAGE, _Page())
    return page


def draw(
    make: Callable[[], Chart],
    scene: Scene,
    *what: Hashable,
    alt_text: str,
    key: str,
    element: str = "",
    tables: Callable[[], Mapping[str, pd.DataFrame]] | None = None,
    words: Mapping[str, Any] | None = None,
    pixels: int = 0,
    same_for: Hashable = None,
    data: Mapping[str, pd.DataFrame] | None = None,
    marks: Mapping[str, pd.DataFrame] | None = None,
    titled: bool = True,
    is_tabled: bool = False,
    is_glance: bool = False,
    of: tuple[str, ...] = (),
    rests_on: str = "",
    **options: Any,  # noqa: ANN401 - passed on to st.vega_lite_chart
) -> Any:  # noqa: ANN401
    """Draw a chart, making it only if it has not been made for the same scene and choices.

    Args:
        make: Makes the chart.
        scene: What it shows, with the segments on view if it shows segments.
        what: Everything else that decides how it looks.
        alt_text: The takeaway, for those who do not see it.
        key: What it is called on its page.
        element: Key of the element, if that is another.
        tables: Makes the tables that the chart refers to by name, where it can stay the same while they change.
        words: What stands in the place of its marks.
        pixels: How high it is, where its tables decide that.
        same_for: What such a chart is and what decides it, besides the population: not the segments, nor anything
            else that only its tables, words and height tell.
        data: Tables that it refers to by name and that change while the page is looked at.
        marks: The same of what is marked for whoever looks at the page: they are on no picture and in no report.
        titled: Whether its takeaway stands above it; not where something else says what it is.
        is_tabled: Whether the same figures stand in a table of their own below it.
        is_glance: Whether it is a small one without a title, whose figures another place tells in full.
        of: Columns without whose values a member is left out of it.
        rests_on: What it is drawn from, where that is not the whole population.
        options: Others of ``st.vega_lite_chart``.
    """
    place = (key, scene.key, what)

    def finished() -> Finished:
        if tables is None:
            return finish(make(), scene.subject)
        chart = _without_tables(make, scene, same_for).worded(words or {}).with_tables(tables())
        return chart.as_high_as(pixels) if pixels else chart

    chart = made("charts", place, finished)
    there = {name: table.iloc[:0] if len(table) else table for name, table in (marks or {}).items()}
    shown = Shown(alt_text, chart, {**(data or {}), **there}, scene.key if isinstance(scene, Segmented) else None)
    _page().charts[key] = shown
    if titled and not is_glance:
        st.markdown(f"**{literal(shown.title)}**  \n:small[:gray[{rests_on or _rests_on(scene, of)}]]")
    sent = chart.sent({**shown.data, **(marks or {})})
    state = st.vega_lite_chart(sent, alt=alt_text, key=element or key, **options)
    if not is_glance:
        behind.offer(shown, scene, key, is_tabled=is_tabled)
    return state


def _rests_on(scene: Scene, of: tuple[str, ...]) -> str:
    """Size of what a chart is drawn from; its axes say the unit, and whose data they are stands below it."""
    whole, known = results.size(scene.view), results.with_values(scene.view, of)
    if scene.view.counting == ROWS:
        rests, all_of_them = counted(known.rows, "row"), whole.rows
    else:
        rests, all_of_them = scene.entity.sampled(known.sampled), whole.sampled
    return f"n = {rests}{f' of {all_of_them:,}, the others lack a value' if known.rows < whole.rows else ''}"


def _without_tables(make: Callable[[], Chart], scene: Scene, same_for: Hashable) -> Finished:
    place = (scene.around, same_for)
    return made("charts without tables", place, lambda: finish(make(), scene.subject))
