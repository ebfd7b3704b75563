"""Where the marks of charts stand when they are drawn: labels at their bars, heads on their arrows, plots of one size.

Each chart is drawn as Vega draws it, with what Streamlit's theme says of sizes.
"""

import math

import numpy as np
import pandas as pd
import pytest
import vl_convert

from lib.charts import explore, maps, segments
from lib.segments import Silhouettes

THEME = {
    "bar": {"discreteBandSize": {"band": 0.85}},
    "legend": {"labelFontSize": 14, "titleFontSize": 14, "rowPadding": 4, "titlePadding": 8, "padding": 8},
}


def drawn(chart, **config):
    """All items of a chart's picture by the type of their mark, where they stand within the plot; and its height."""
    spec = {**chart.to_dict(), "width": 600, "autosize": {"type": "fit", "contains": "padding"}}
    spec["config"] = {**spec.get("config", {}), **THEME, **config}
    picture = vl_convert.vegalite_to_scenegraph(spec)["scenegraph"]
    found = {}

    def walk(mark, x, y):
        for item in mark.get("items", []):
            at = (x + item.get("x", 0), y + item.get("y", 0))
            found.setdefault(mark.get("marktype"), []).append((*at, item))
            for part in item.get("items", []):
                walk(part, *at)

    plot = picture["items"][0]
    for part in plot["items"]:
        if part.get("role") in {"mark", "scope"}:
            walk(part, 0, 0)
    return found, plot["height"]


@pytest.mark.parametrize("number", [2, 5, 6])
def test_labels_and_intervals_stand_at_the_middle_of_their_bars(sample, number):
    """Those of five groups floated between bars, which the theme moves by a share of all groups' room."""
    table = pd.DataFrame(
        [
            {"group": f"Group {group}", "code": code, "order": at, "share": 0.1 * group + 0.05 * at, "count": 1}
            for group in range(1, number + 1)
            for at, code in enumerate(["Low", "High"])
        ]
    ).assign(low=0.05, high=0.9, between="", sampled=99, unsure=False)
    chart = explore.shares(table, "INCCAT", sample.codebook, unit="households", behind="households", legend="Who")
    found, _ = drawn(chart)
    bars = sorted(y + item["height"] / 2 for _, y, item in found["rect"])
    assert len(bars) == 2 * number
    assert sorted(y for _, y, _ in found["text"]) == pytest.approx(bars, abs=0.6)
    # an interval is a line and its edge
    assert sorted(y for _, y, _ in found["rule"]) == pytest.approx(sorted([*bars, *bars]), abs=0.6)
    heights = [item["height"] for _, _, item in found["rect"]]
    assert min(heights) > 0.7 * np.diff(bars).min()


def test_the_figure_of_a_bar_below_nothing_stands_on_its_other_side(sample):
    """On the bar "-$15,027" read "$15,027"."""
    values = pd.DataFrame(
        {"mean": [-15_027.0, 60_000.0], "median": [-9_000.0, 40_000.0]},
        index=pd.MultiIndex.from_tuples([(1, "NETWORTH"), (2, "NETWORTH")], names=["segment", "column"]),
    )
    chart = segments.means_and_medians(values, "NETWORTH", sample.codebook, {1: "Owing", 2: "Owning"}, 2022)
    found, _ = drawn(chart)
    bars = {round(y + item["height"] / 2): (x, x + item["width"]) for x, y, item in found["rect"]}
    said = {item["text"]: (x, round(y), item["align"]) for x, y, item in found["text"]}
    assert set(said) == {"-$15,027", "-$9,000", "$60,000", "$40,000"}
    for text, (x, y, align) in said.items():
        left, right = next(ends for middle, ends in bars.items() if abs(middle - y) <= 1)
        assert x > 7 * len(text) if align == "right" else x < 600 - 7 * len(text)  # nothing of it is cut off
        assert (align == "right" and x <= left) if text.startswith("-") else (align == "left" and x >= right)


def test_heads_point_along_their_arrows():
    """All pointed up, wherever their arrows did."""
    loadings = pd.DataFrame({"PC1": [1.0, -0.5, 0.0], "PC2": [0.0, 0.5, -1.0]}, index=["right", "left", "down"])
    found, _ = drawn(maps.loadings(loadings, {name: name for name in loadings.index}))
    heads = {item["angle"]: (x, y) for x, y, item in found["symbol"]}
    zero = next((x, y) for x, y, item in found["rule"])
    assert len(heads) == 3
    for angle, (x, y) in heads.items():
        across, up = x - zero[0], zero[1] - y
        assert math.degrees(math.atan2(across, up)) == pytest.approx(angle, abs=0.5)


def test_silhouettes_are_as_high_for_twelve_segments_as_for_two():
    """Their legend took what room there was: 75 pixels were left to twelve."""

    def height(number):
        labels = np.repeat(np.arange(1, number + 1), 4)
        values = np.linspace(-0.2, 0.9, len(labels))[:, None]
        found = Silhouettes(values, values.mean(axis=0))
        names = {segment: f"Segment {segment}" for segment in range(1, number + 1)}
        return drawn(segments.silhouettes(found, labels, np.ones(len(labels)), names))[1]

    two, twelve = height(2), height(12)
    assert two > 250
    assert twelve == pytest.approx(two, abs=15)
