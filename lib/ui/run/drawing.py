"""Putting charts on the page: each is built once, kept for all sessions, and sent without being checked again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from lib.charts.theme import in_currency
from lib.subject import Subject
from lib.ui.run.cache import shelf
from lib.ui.scene.scene import Scene

_CHARTS = 160
"""Charts kept; most are a few kilobytes, a scatter some 200."""


_ON_PAGE = "charts_on_page"


@dataclass(frozen=True)
class Shown:
    """A chart that is on the page: what it says, and how it is built."""

    alt: str
    make: Callable[[], Any]


def start_page() -> None:
    """Forget the charts of the page before."""
    st.session_state[_ON_PAGE] = {}


def on_page() -> dict[str, Shown]:
    """The charts drawn on the page so far, by key."""
    return dict(st.session_state.get(_ON_PAGE, {}))


VALIDATE = False
"""Whether charts are checked against Vega-Lite's schema when sent: most of the time of sending. The tests do it."""


class _Drawn:
    """A finished chart."""

    def __init__(self, chart: Any, data: Mapping[str, pd.DataFrame], subject: Subject) -> None:  # noqa: ANN401 - Altair's
        self._chart, self._data, self._subject = chart, data, subject

    def to_dict(self) -> dict[str, Any]:
        """The chart's Vega-Lite specification in the subject's currency, with the data that it refers to by name."""
        spec: dict[str, Any] = self._chart.to_dict(validate=VALIDATE)
        return in_currency({**spec, "datasets": {**spec.get("datasets", {}), **self._data}}, self._subject)


def draw(
    make: Callable[[], alt.Chart | alt.LayerChart | alt.FacetChart],
    scene: Scene,
    *what: Hashable,
    alt_text: str,
    key: str,
    data: Mapping[str, pd.DataFrame] | None = None,
    picture: Callable[[], Any] | None = None,
    **options: Any,  # noqa: ANN401 - passed on to st.altair_chart
) -> Any:  # noqa: ANN401
    """Draw a chart, building it only if it has not been built for the same scene and choices.

    Args:
        make: Builds the chart.
        scene: What it shows, with the segments on view if it shows segments.
        what: Everything else that decides how it looks.
        alt_text: The takeaway, for those who do not see it.
        key: Key of the element.
        data: Data that the chart refers to by name and that may change while it stays the same.
        picture: Builds the chart with those data in it, for a file.
        options: Others of ``st.altair_chart``.
    """
    kept = shelf("charts", _CHARTS)
    place = (key, scene.key, what)
    chart = kept.find(place)
    if chart is None:
        chart = make()
        kept.put(place, chart)
    st.session_state.setdefault(_ON_PAGE, {})[key] = Shown(alt_text, picture or make)
    return st.altair_chart(_Drawn(chart, data or {}, scene.subject), alt=alt_text, key=key, **options)  # type: ignore[call-overload]
