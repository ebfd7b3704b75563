"""The mark of a member that was found, on charts with a point for each: a sight with its id beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt
import pandas as pd

FOUND = "found"
"""Name of the table of marks."""

NOBODY = pd.DataFrame({"x": [], "y": [], "id": [], "side": []})
"""``FOUND`` where there is none."""

_LEFT, _RIGHT = "left", "right"

_SIGHT = (
    "M0.75,0A0.75,0.75,0,1,1,-0.75,0A0.75,0.75,0,1,1,0.75,0M0.45,0L1.3,0M-0.45,0L-1.3,0M0,0.45L0,1.3M0,-0.45L0,-1.3"
)
"""A ring and four lines towards what is in it, which stays to be seen: told by its shape, not by a colour."""

_DARK, _LIGHT = "#101820", "#ffffff"
"""The mark is dark with a light edge, so that it stands out on light and on dark ground and on any colour."""

_LONGEST = 24
"""Letters of an id that stand beside the mark; its tooltip has all of them."""


def marked(x: float, y: float, member: int | str, *, in_right_half: bool) -> pd.DataFrame:
    """The table ``FOUND`` of one member.

    Args:
        x: Where it is across, in the chart's units.
        y: Up.
        member: What names it.
        in_right_half: Whether it is nearer to the right end of the chart: its id then stands on its left.
    """
    return pd.DataFrame({"x": [x], "y": [y], "id": [str(member)], "side": [_LEFT if in_right_half else _RIGHT]})


def mark(member: str) -> Sequence[alt.Chart]:
    """The layers of the mark, on top of others with the axes ``x`` and ``y``; they draw the table ``FOUND``.

    Args:
        member: What a point is.
    """
    base = alt.Chart(alt.NamedData(FOUND)).encode(
        x=alt.X("x:Q"), y=alt.Y("y:Q"), tooltip=[alt.Tooltip("id:N", title=f"Found {member}")]
    )
    sights = [
        base.mark_point(shape=_SIGHT, size=420, filled=False, color=colour, strokeWidth=width, opacity=1, clip=True)
        for colour, width in ((_LIGHT, 5), (_DARK, 2))
    ]
    named = base.transform_calculate(short=f"truncate(datum.id, {_LONGEST})").encode(text=alt.Text("short:N"))
    return [*sights, *_words(named, _RIGHT, "left", 20), *_words(named, _LEFT, "right", -20)]


def _words(named: alt.Chart, side: str, align: Literal["left", "right"], away: int) -> list[alt.Chart]:
    """The id on one side of the mark, dark on a light edge."""
    beside = named.transform_filter(f"datum.side == '{side}'")
    return [
        beside.mark_text(
            align=align, dx=away, fontSize=13, fontWeight="bold", color=colour, stroke=colour, strokeWidth=edge
        )
        for colour, edge in ((_LIGHT, 4), (_DARK, 0))
    ]
