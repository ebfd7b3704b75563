"""Whether what is drawn can be read and told apart, computed from the theme and the palette.

Contrast as WCAG 2.2 defines it: 4.5 to 1 for text (1.4.3), 3 to 1 for marks (1.4.11). Colours are told apart by their
distance in CIELAB, also as eyes without the middle or the long cone see them (Machado, Oliveira and Fernandes 2009).
"""

import itertools
import re
import tomllib

import numpy as np
import pytest
from paths import ROOT

from lib.charts import theme

THEMES = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
GROUNDS = ("light", "dark")

DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
PROTANOPIA = [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
FIRST = 8
"""Segments of whom few have more: colour alone tells them apart."""


def linear(colour):
    parts = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    low, high = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(colour, seen):
    xyz = XYZ @ np.clip(np.array(seen) @ linear(colour), 0, 1) / (XYZ @ np.ones(3))
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def apart(one, other, seen):
    return float(np.linalg.norm(lab(one, seen) - lab(other, seen)))


def on(ground, pairs):
    return [pair[GROUNDS.index(ground)] for pair in pairs]


def mixed(colours, steps=12):
    """Every colour that a scale of these passes through."""
    parts = np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours])
    at = np.linspace(0, len(colours) - 1, steps * len(colours))
    between = np.stack([np.interp(at, range(len(colours)), parts[:, part]) for part in range(3)], axis=1)
    return ["#" + "".join(f"{round(value):02x}" for value in colour) for colour in between]


def test_the_measure_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the example of 1.4.3
    assert apart("#ffffff", "#000000", np.eye(3)) == pytest.approx(100, abs=0.01)


@pytest.mark.parametrize("ground", GROUNDS)
def test_text_can_be_read(ground):
    page = THEMES[ground]
    grounds = [page["backgroundColor"], page["secondaryBackgroundColor"], page["sidebar"]["backgroundColor"]]
    texts = {name: page[name] for name in ("textColor", "grayTextColor", "linkColor")}
    texts["in charts"] = on(ground, [theme.PAIRS["ink"]])[0]
    ratios = {(name, one): contrast(colour, one) for name, colour in texts.items() for one in grounds}
    # Streamlit's captions are of the text's colour, two fifths of the ground showing through
    ratios |= {("captions", one): contrast(mixed([one, page["textColor"]], 51)[61], one) for one in grounds}
    assert {where: ratio for where, ratio in ratios.items() if ratio < 4.5} == {}
    assert contrast(page["grayTextColor"], page["grayBackgroundColor"]) >= 4.5


@pytest.mark.parametrize("ground", GROUNDS)
def test_marks_stand_out(ground):
    page = THEMES[ground]
    marks = [*theme.SEGMENT_PAIRS, *theme.GROUP_PAIRS, *map(theme.PAIRS.get, ("ink", "population", "everyone"))]
    assert [colour for colour in on(ground, marks) if contrast(colour, page["backgroundColor"]) < 3] == []
    assert contrast(page["primaryColor"], page["backgroundColor"]) >= 3


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("scale", ["chartDivergingColors", "chartSequentialColors"])
def test_figures_on_cells_can_be_read(ground, scale):
    figure = on(ground, [theme.PAIRS["on a cell"]])[0]
    assert min(contrast(figure, colour) for colour in mixed(THEMES[ground][scale])) >= 4.5


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_middle_of_a_heat_map_has_next_to_no_colour(ground):
    """A cell close to 0 was tinted orange or blue."""
    colours = THEMES[ground]["chartDivergingColors"]
    middle = mixed(colours, 101)[len(mixed(colours, 101)) // 2]
    assert np.linalg.norm(lab(middle, np.eye(3))[1:]) < 3


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize(
    ("seen", "first", "all_of_them"),
    [(np.eye(3), 25, 20), (DEUTERANOPIA, 10, 5), (PROTANOPIA, 6, 5)],
    ids=["all cones", "deuteranopia", "protanopia"],
)
def test_colours_of_segments_are_told_apart(ground, seen, first, all_of_them):
    """Beyond the first, and wherever they are near, shape and number tell them apart too."""
    colours = on(ground, theme.SEGMENT_PAIRS)
    pairs = {(a, b): apart(colours[a], colours[b], seen) for a, b in itertools.combinations(range(len(colours)), 2)}
    assert {pair: far for pair, far in pairs.items() if far < (first if pair[1] < FIRST else all_of_them)} == {}


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_colour_means_one_thing(ground):
    population, everyone = on(ground, [theme.PAIRS["population"], theme.PAIRS["everyone"]])
    assert THEMES[ground]["chartCategoricalColors"] == [population, *on(ground, theme.GROUP_PAIRS)]
    assert THEMES[ground]["backgroundColor"] == on(ground, [theme.PAIRS["ground"]])[0]
    for colour in on(ground, theme.SEGMENT_PAIRS):
        assert min(apart(colour, other, np.eye(3)) for other in (population, everyone)) > 20
    assert apart(population, everyone, np.eye(3)) > 20


def test_a_colour_follows_the_ground():
    light, dark = theme.PAIRS["ink"]
    assert theme.INK.to_dict() == {"expr": f"luminance(background) < 0.2 ? '{dark}' : '{light}'"}
    assert [one.to_dict() for one in theme.groups(2)] == [
        theme.drawn(theme.GROUP_PAIRS[0]).to_dict(), theme.drawn(theme.GROUP_PAIRS[-1]).to_dict(),
    ]  # fmt: skip


@pytest.mark.parametrize("number", [2, 5, 6, 7, 15, 31])
@pytest.mark.parametrize("ground", GROUNDS)
def test_no_two_groups_have_one_colour_and_each_stands_out(ground, number):
    dark_first = [re.findall("#[0-9a-f]{6}", colour.to_dict()["expr"]) for colour in theme.groups(number)]
    colours = on(ground, [(light, dark) for dark, light in dark_first])
    assert len(set(colours)) == number
    assert colours[0] == on(ground, theme.GROUP_PAIRS)[0]
    assert colours[-1] == on(ground, theme.GROUP_PAIRS)[-1]
    assert min(contrast(colour, THEMES[ground]["backgroundColor"]) for colour in colours) >= 3
