"""Flags of segments at a glance, beside shares worked out by hand with the survey's weights."""

import numpy as np
import pandas as pd
import pytest

from lib import segments
from lib.charts import lenses as charts
from lib.estimates import Sample
from lib.population import Population
from lib.segments import Recipe, glance_columns
from lib.segments.describe.lenses import EVERYONE

COLUMNS = ("TURNDOWN", "NOCHK")


def test_shares_by_segment_are_those_of_its_rows_by_weight(sample):
    data = Population.parse("TURNFEAR == 1").apply(sample)
    found = segments.fit(data, Recipe(("DEBT", "HOUSES"), "asinh", k=3, starts=3))
    table = segments.glance(Sample(data), found, COLUMNS)
    of_all = segments.flag_shares(Sample(data), COLUMNS)
    weights = data.frame["WGT"].to_numpy()
    for name in COLUMNS:
        is_so = data.frame[name].to_numpy() == 1
        for number in (1, 2, 3):
            own = found.labels == number
            row = table[(table["column"] == name) & (table["segment"] == number)].iloc[0]
            assert row["value"] == pytest.approx(np.average(is_so[own], weights=weights[own]))
        (whole,) = of_all.loc[of_all["column"] == name, "value"]
        assert whole == pytest.approx(np.average(is_so, weights=weights))
    names = {1: "One", 3: "Three"}
    rows = charts.glance_rows(
        table, names, {"TURNDOWN": "Turned down", "NOCHK": "No checking"}, {"NOCHK": 0.05}, "The fearful"
    )
    assert set(rows.loc[~rows["heading"], "title"]) == {"1 · One", "3 · Three"}
    assert "; all households 5%." in charts.glance_words(rows, "all households")


def test_what_features_decide_and_what_was_not_asked_is_not_looked_at(sample):
    subject, codebook = sample.subject, sample.codebook
    columns = glance_columns(subject, codebook, ("DEBT", "HOUSES"))
    assert columns == {
        "Credit risk": ("LATE60", "HPAYDAY"), "Inclusion": ("TURNDOWN", "NOCHK"), "Market": ("HCCBAL", "HRETQLIQ"),
    }  # fmt: skip
    assert glance_columns(subject, codebook, ("CCBAL", "RETQLIQ")).keys() == {"Credit risk", "Inclusion"}
    unasked = codebook.unasked(["HPAYDAY"], 2007)
    assert glance_columns(subject, unasked, ())["Credit risk"] == ("LATE60",)


@pytest.mark.parametrize(("beside", "stands_at"), [(0.08, 0.1), (0.15, 0.15), (0.54, 0.1)])
def test_a_figure_stands_at_its_bar_unless_the_line_would_strike_it(beside, stands_at):
    row = {"column": "LATE", "segment": 1, "value": 0.1, "low": 0.08, "high": 0.12, "unsure": False}
    rows = charts.glance_rows(
        pd.DataFrame([row, row | {"segment": 0, "value": 0.5}]),
        {1: "One"},
        {"LATE": "Late"},
        {"LATE": beside},
        "All of them",
    )
    assert rows.loc[rows["title"] == "1 · One", "reach"].tolist() == [stands_at]


def test_rows_stand_in_their_order_by_name_however_many_they_are():
    """The chart sorts them by their names, so that it is the same for any number of segments."""
    codes = [*range(12), EVERYONE]
    table = pd.DataFrame(
        [
            {"column": f, "segment": s, "value": 0.1, "low": 0.08, "high": 0.12, "unsure": False}
            for f in "BA"
            for s in codes
        ]
    )
    rows = charts.glance_rows(table, dict.fromkeys(range(12), "Some"), {"A": "a", "B": "b"}, {}, "All of them")
    assert rows["figure"].unique().tolist() == ["b", "a"]
    assert rows["at"].is_monotonic_increasing
    assert rows["at"].is_unique
    assert rows.loc[~rows["heading"], "at"].str.split("|").str[1].tolist() == 2 * [*map(str, range(12)), "All"]
