"""Layers of a chart, put together at once."""

from __future__ import annotations

import altair as alt


def layered(*layers: alt.Chart) -> alt.LayerChart:
    """Charts on top of each other, the first at the bottom.

    Added to one another Altair copies all of them each time, and of layers with one table it takes a hash of its rows
    for each: that is most of the time of making a chart.
    """
    table = layers[0].data
    if any(layer.data is not table for layer in layers):
        return alt.LayerChart(layer=list(layers))
    bare = [layer.copy(deep=False) for layer in layers]
    for layer in bare:
        layer.data = alt.Undefined
    return alt.LayerChart(data=table, layer=bare)
