"""Charts that can be zoomed and moved, without taking the wheel or the swipe from the page.

The wheel zooms while Ctrl or Cmd is held, as a pinch on a touchpad says by itself; a drag of the mouse moves what is
zoomed; a finger scrolls the page. Nothing is moved farther than there is something to see, and a button leads back.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from lib.charts import theme
from lib.explore import Scale

ZOOMS = "Ctrl or \N{PLACE OF INTEREST SIGN} with the wheel zooms"
HELP = f"{ZOOMS}, a drag then moves, a double click or Reset leads back."

_MOVED = "moved"
_RESET = pd.DataFrame({"word": ["Reset"]})
_WIDE, _HIGH = 58, 26
"""Pixels of the button."""

_LEADS_BACK = alt.TooltipValue("Back to the whole picture")
"""Without a tooltip Vega-Lite lets nobody click on a mark of a chart that has selections elsewhere."""

_ROOM = 0.05
"""How far beyond the outermost points a map can be moved, as a share of its extent."""


def drag(keys: str = "") -> str:
    """The event of a drag by mouse or pen; a finger is the page's.

    Args:
        keys: Further condition, such as "event.shiftKey".
    """
    held = " && ".join(filter(None, (keys, "event.pointerType != 'touch'")))
    return f"[pointerdown[{held}], window:pointerup] > window:pointermove!"


def moved(keys: str = "") -> alt.Parameter:
    """The selection that zooms and moves the scales of its chart, whose fields are ``x`` and ``y``.

    Args:
        keys: What must be held for a drag to move it, where a plain drag does something else.
    """
    return alt.selection_interval(
        name=_MOVED,
        bind="scales",
        on=drag(keys),
        translate=drag(keys),
        zoom="wheel![event.ctrlKey || event.metaKey]",
        clear="dblclick, @reset_box_marks:click, @reset_word_marks:click",
    )


def within(scale: Scale, axis: str) -> alt.ExprRef:
    """The domain of an axis when it is ``moved``: as wide as asked for, and nowhere beyond the ends of the scale.

    Args:
        scale: The whole axis.
        axis: Its field.
    """
    (low, high), bend = scale.padded(), float(scale.constant)
    if scale.kind != "symlog":
        return _domain(axis, f"clampRange({_MOVED}.{axis}, {low!r}, {high!r})")
    # on the picture it is as wide as before: lengths are those of the bent scale
    ends = ", ".join(_bent(f"{_MOVED}.{axis}[{end}]", bend) for end in (0, 1))
    kept = f"clampRange([{ends}], {_bent(repr(low), bend)}, {_bent(repr(high), bend)})"
    return _domain(axis, f"[{_led_back(f'{kept}[0]', bend)}, {_led_back(f'{kept}[1]', bend)}]")


def within_points(table: str, axis: str) -> alt.ExprRef:
    """The same where only the points of a table, which comes by name, say how far the axis reaches."""
    ends = f"extent(pluck(data('{table}'), '{axis}'))"
    room = f"{_ROOM} * span({ends})"
    return _domain(axis, f"clampRange({_MOVED}.{axis}, {ends}[0] - {room}, {ends}[1] + {room})")


def reset() -> list[alt.Chart]:
    """A button in the upper right corner that leads back; it is there while the chart is zoomed or moved."""
    shown = f"isArray({_MOVED}.x)"
    box = (
        alt.Chart(_RESET, name="reset_box")
        .mark_rect(cornerRadius=4, cursor="pointer", fill="white", stroke=theme.INK)
        .encode(
            x=alt.XValue(alt.ExprRef(f"width - {_WIDE}")),
            # of no width it hides no point: what is not drawn would still be pointed at
            x2=alt.X2Value(alt.ExprRef(f"{shown} ? width : width - {_WIDE}")),
            y=alt.YValue(0),
            y2=alt.Y2Value(_HIGH),
            opacity=alt.OpacityValue(alt.ExprRef(f"{shown} ? 1 : 0")),
            tooltip=_LEADS_BACK,
        )
    )
    word = (
        alt.Chart(_RESET, name="reset_word")
        .mark_text(cursor="pointer", fontSize=13, color="#17202a")
        .encode(
            x=alt.XValue(alt.ExprRef(f"width - {_WIDE / 2}")),
            y=alt.YValue(_HIGH / 2),
            text=alt.TextValue(alt.ExprRef(f"{shown} ? 'Reset' : ''")),
            tooltip=_LEADS_BACK,
        )
    )
    return [box, word]


def _domain(axis: str, kept: str) -> alt.ExprRef:
    return alt.ExprRef(f"isArray({_MOVED}.{axis}) ? {kept} : null")


def _bent(value: str, bend: float) -> str:
    return f"({value} < 0 ? -1 : 1) * log(1 + abs({value}) / {bend!r})"


def _led_back(place: str, bend: float) -> str:
    return f"({place} < 0 ? -1 : 1) * {bend!r} * (exp(abs({place})) - 1)"
