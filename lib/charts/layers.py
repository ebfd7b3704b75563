"""Layers of a chart, put together at once."""

from __future__ import annotations

from typing import Any

import altair as alt


def layered(*layers: alt.Chart, **properties: Any) -> alt.LayerChart:  # noqa: ANN401 - whatever Altair takes
    """Charts on top of each other, the first at the bottom; none of them has parameters or a size of its own.

    Added to one another Altair copies all of them each time, and of layers with one table it takes a hash of its rows
    for each; given to its constructor they are copied twice more, for parameters that they might share. That is most
    of the time of making a chart.
    """
    table, own = layers[0].data, list(layers)
    if all(layer.data is table for layer in layers):
        own = [layer.copy(deep=False) for layer in layers]
        for layer in own:
            layer.data = alt.Undefined
        properties["data"] = table
    chart = alt.LayerChart(**properties)
    chart["layer"] = own
    return chart
