"""How segments look everywhere: number and name, colour, shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from lib.charts import theme

LOOKS = "looks"
"""Name of the table of titles, colours and shapes."""

NO_SEGMENT = 0
"""The number of those in no segment, ``lib.segments.UNASSIGNED``: what finds segments is not imported to draw them."""


def title_of(segment: int, names: Mapping[int, str]) -> str:
    """A segment's number and name, as legends and tables show it."""
    return f"{segment} · {names[segment]}" if segment in names else f"Segment {segment}"


def looks(names: Mapping[int, str]) -> pd.DataFrame:
    """How each segment on view looks, the table ``LOOKS``: ``segment``, ``title``, ``colour``, ``shape``."""
    numbers = sorted(names)
    return pd.DataFrame(
        {
            "segment": np.array(numbers, "int8"),
            "title": [title_of(number, names) for number in numbers],
            "colour": np.array([place_of(number) for number in numbers], "int8"),
            "shape": [shape_of(number) for number in numbers],
        }
    )


def on_view(frame: pd.DataFrame, names: Mapping[int, str]) -> pd.DataFrame:
    """The rows of the segments that have a name here."""
    numbers = frame["segment"].to_numpy()
    # at every colour of a map: the usual ways of pandas take five times as long
    shown = np.isin(numbers, list(names))
    return (frame if shown.all() else frame[shown]).assign(segment=numbers[shown].astype("int8"))


def of_segments(table: str) -> alt.Chart:
    """A chart of a table that comes with it, by name: each row gets the looks of its ``segment``.

    Titles, shapes and which colour it is are data too. So a chart stays the same when other segments are found, and a
    browser goes on with the picture that it has.
    """
    return alt.Chart(alt.NamedData(table)).transform_lookup(
        "segment", alt.LookupData(alt.NamedData(LOOKS), "segment", ["title", "colour", "shape"])
    )


PLACES = alt.Scale(domain=list(range(len(theme.SEGMENTS) + 1)), range=[theme.UNASSIGNED, *theme.SEGMENTS])
COLOUR = alt.Color("colour:O", scale=PLACES, legend=None)
RING = alt.Stroke("colour:O", scale=PLACES, legend=None)
SHAPE = alt.Shape("shape:N", scale=None)
"""For charts ``of_segments``, whose legend stands beside them."""


def segment_scales(names: Mapping[int, str]) -> dict[str, Any]:
    """Colour and shape of each segment by its title, for a chart with a legend of its own."""
    numbers = sorted(names)
    titles = [title_of(number, names) for number in numbers]
    return {
        "color": alt.Scale(domain=titles, range=[colour_of(n) for n in numbers]),
        "shape": alt.Scale(domain=titles, range=[shape_of(n) for n in numbers]),
    }


def colour_of(number: int) -> alt.ExprRef:
    """The colour of a segment, everywhere."""
    return theme.UNASSIGNED if number == NO_SEGMENT else theme.SEGMENTS[place_of(number) - 1]


def place_of(number: int) -> int:
    """Which of the colours a segment has, from 1; 0 is that of members in no segment."""
    return 0 if number == NO_SEGMENT else (number - 1) % len(theme.SEGMENTS) + 1


def shape_of(number: int) -> str:
    """The shape of a segment, everywhere."""
    return "circle" if number == NO_SEGMENT else theme.SHAPES[(number - 1) % len(theme.SHAPES)]
