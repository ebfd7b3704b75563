"""Charts as PNG and SVG, on light ground, without a network or a browser, each with its origin under the title."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from lib.charts import theme
from lib.charts.finished import Chart, Spec, exchanged, rows_of
from lib.exports.converter import Converter
from lib.exports.provenance import Provenance
from lib.tables.cells import clean_name

WIDTH = 640
"""Pixels of a chart that says nothing of its width (on a page it takes what there is)."""

SCALE = 2
"""Pixels of a PNG for one of the chart."""

FONT = "Liberation Sans, Arimo, Helvetica, Arial, sans-serif"
"""The first comes with the converter; the others stand in where an SVG is opened elsewhere."""

_CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"
_LINE = 120
_PLAIN = {"axis": ("labelColor", "titleColor"), "legend": ("labelColor", "titleColor"), "header": ("labelColor",)}


def png(chart: Chart | Mapping[str, Any], origin: Provenance, *, title: str = "", caption: str = "") -> bytes:
    """A chart as a PNG picture, ``SCALE`` times its size.

    Args:
        chart: Any chart of ``lib.charts``, or a Vega-Lite specification that holds its data.
        origin: Where it came from; said under the title, as is "synthetic" where it is.
        title: What it shows; by default the population.
        caption: A sentence under the title.

    Raises:
        PictureError: If it cannot be drawn.
    """
    spec = specification(chart, origin, title=title, caption=caption)
    with Converter() as converter:
        return converter.png(spec, SCALE)


def svg(chart: Chart | Mapping[str, Any], origin: Provenance, *, title: str = "", caption: str = "") -> str:
    """A chart as an SVG picture; see ``png``."""
    spec = specification(chart, origin, title=title, caption=caption)
    with Converter() as converter:
        return converter.svg(spec)


def specification(
    chart: Chart | Mapping[str, Any],
    origin: Provenance | None,
    *,
    title: str = "",
    caption: str = "",
    titled: bool = True,
) -> Spec:
    """The chart's Vega-Lite specification with its data, the light theme, its currency and, if wanted, its title."""
    spec = dict(chart) if isinstance(chart, Mapping) else exchanged(chart, _rows).to_dict(validate=False)
    spec["config"] = {**spec.get("config", {}), **config()}
    if spec.get("width") == "container":
        del spec["width"]
    if origin is None:
        return spec
    if titled:
        spec["title"] = {"text": _wrapped(title or origin.title, 70), "subtitle": _subtitle(origin, caption)}
    return theme.in_currency(spec, origin.subject)


def _rows(table: pd.DataFrame) -> alt.Data:
    return alt.Data(values=rows_of(table))


@cache
def config() -> Spec:
    """Vega's configuration for light ground, in the colours of ``.streamlit/config.toml``."""
    light = tomllib.loads(_CONFIG.read_text(encoding="utf-8"))["theme"]["light"]
    ink, line = light["textColor"], light["borderColor"]
    plain = {part: dict.fromkeys(colours, ink) for part, colours in _PLAIN.items()}
    plain["axis"] |= {"gridColor": line, "domainColor": line, "tickColor": line, "titleFontWeight": "normal"}
    return {
        **plain,
        "aria": True,
        "background": light["backgroundColor"],
        "font": FONT,
        "padding": 16,
        "view": {"continuousWidth": WIDTH, "discreteWidth": WIDTH, "continuousHeight": 320, "stroke": None},
        "range": {
            "category": light["chartCategoricalColors"],
            "ordinal": light["chartSequentialColors"],
            "ramp": light["chartSequentialColors"],
            "heatmap": light["chartSequentialColors"],
            "diverging": light["chartDivergingColors"],
        },
        "mark": {"color": light["chartCategoricalColors"][0], "aria": True},
        "title": {
            "anchor": "start",
            "frame": "group",
            "color": ink,
            "subtitleColor": "#5b6770",
            "fontSize": 15,
            "subtitleFontSize": 11,
            "subtitlePadding": 4,
            "offset": 14,
        },
    }


def _subtitle(origin: Provenance, caption: str) -> list[str]:
    synthetic = _wrapped(f"{origin.synthetic_words}.", _LINE) if origin.synthetic else []
    return [*_wrapped(caption, _LINE), *synthetic, *_wrapped(origin.line, _LINE)]


def _wrapped(words: str, width: int) -> list[str]:
    return textwrap.wrap(clean_name(words, 1_000), width)
