"""95 % intervals of shares: beside scipy's, by hand, and only where they can be told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from tables import neutral_table

from lib import estimates, exports
from lib.charts import lenses as charts
from lib.charts import profiles as profile_charts
from lib.codebook import Codebook
from lib.estimates import Sample, bootstrap
from lib.estimates.drawn import is_of_random_rows
from lib.estimates.ends import effective_size, wilson
from lib.estimates.wording import between
from lib.exports import report_parts
from lib.exports.tables import profile_table
from lib.population import Population
from lib.segments import Recipe, fit, lenses, profile, sureness, told_apart
from lib.segments.describe import sure as describe_sure
from lib.segments.describe.lenses import EVERYONE, in_words
from lib.segments.describe.sure import with_ends
from lib.subject import Base, Figure, Lens
from lib.words import percent, signed

LENS = Lens(
    "Own",
    (
        Figure("About", ("e",), "codes"),
        Figure("About", ("e",), base=Base("the first few", "a < -2.5"), key="few"),
        Figure("Size", (), "of_all", label="Share of {members}"),
        Figure("About", ("a",), "mean"),
    ),
)


@pytest.mark.parametrize(
    ("some", "of_all"), [(0, 1), (1, 1), (0, 9), (9, 9), (1, 10), (185, 1_785), (2_471, 2_484), (2_656, 4_269)]
)
def test_wilsons_interval_is_scipys(some, of_all):
    ends = binomtest(some, of_all).proportion_ci(method="wilson")
    assert wilson(some / of_all, of_all) == pytest.approx((ends.low, ends.high), abs=1e-12)


def test_an_interval_ends_at_nothing_and_at_everything():
    assert wilson(0, 30)[0] == 0
    assert wilson(1, 30)[1] == 1
    assert np.isnan(wilson(float("nan"), 30)).all()
    assert np.isnan(wilson(0.5, 0)).all()


def test_effective_size_by_hand():
    assert effective_size(np.ones(7)) == 7
    assert effective_size(np.array([3.0, 1.0])) == pytest.approx(16 / 10)
    assert effective_size(np.array([6.0, 2.0])) == pytest.approx(16 / 10)  # whatever the weights are measured in
    assert effective_size(np.zeros(3)) == 0


def lens_of(**changes):
    data = neutral_table()
    mine = replace(data, subject=replace(data.subject, lenses=(LENS,)), **changes)
    found = fit(mine, Recipe(("a", "b"), k=3, starts=2))
    return mine, found, lenses(mine, found)


def test_every_figure_but_a_size_has_one_and_it_holds_the_figure():
    mine, found, looked = lens_of()
    table = looked.table
    sizes = table["figure"].str.startswith("of_all")
    told = table[~sizes & (table["n"] > 1)]
    assert told["low"].notna().all()
    assert ((told["low"] <= told["value"]) & (told["value"] <= told["high"])).all()
    assert table.loc[sizes, "low"].isna().all()
    one = table[(table["figure"] == "codes_e_1") & (table["segment"] == 1)].iloc[0]
    inside = mine.values("e")[found.labels == 1]
    ends = binomtest(int((inside == 1).sum()), len(inside)).proportion_ci(method="wilson")
    assert (one["low"], one["high"]) == pytest.approx((ends.low, ends.high))
    assert "as if the rows had been drawn at random" in looked.intervals


def test_answers_that_are_missing_do_not_count():
    data = neutral_table()
    frame = data.frame.assign(e=data.frame["e"].astype(float).where(data.frame.index % 2 > 0))
    _, _, looked = lens_of(frame=frame, fingerprint="gaps")
    everyone = looked.table.set_index(["figure", "segment"]).loc[("codes_e_1", EVERYONE)]
    some = int((frame["e"] == 1).sum())
    ends = binomtest(some, 150).proportion_ci(method="wilson")
    assert (everyone["low"], everyone["high"]) == pytest.approx((ends.low, ends.high))


def test_of_a_weighted_table_by_kishs_size_and_it_says_so():
    data = neutral_table()
    weights = np.random.default_rng(1).uniform(1, 9, len(data))
    _, _, looked = lens_of(frame=data.frame.assign(w=weights), weight="w", fingerprint="weighted")
    everyone = looked.table.set_index(["figure", "segment"]).loc[("codes_e_1", EVERYONE)]
    size = weights.sum() ** 2 / (weights**2).sum()
    assert (everyone["low"], everyone["high"]) == pytest.approx(tuple(map(float, wilson(everyone["value"], size))))


def test_of_the_survey_by_replicates_for_sizes_too(sample):
    assert not is_of_random_rows(sample)
    looked = lenses(sample, fit(sample, Recipe(("AGE", "NETWORTH"), "quantile", k=3, starts=1)))
    assert "by a bootstrap of households" in looked.intervals
    told = looked.table[(looked.table["n"] > 0)]
    # all of them are all of them, and nothing is off
    is_whole = (told["figure"] == "of_all") & (told["segment"] == EVERYONE) & (told["value"] == 1)
    assert is_whole.sum() == 1
    assert told.loc[~is_whole, "low"].notna().all()
    told = told[~is_whole]
    assert ((told["low"] <= told["value"]) & (told["value"] <= told["high"])).all()


def test_rows_that_share_an_id_are_not_members_on_their_own():
    data = neutral_table()
    assert is_of_random_rows(data)
    twice = data.frame.assign(key=data.frame["key"].where(data.frame.index > 0, data.frame["key"].iloc[1]))
    assert not is_of_random_rows(replace(data, frame=twice))


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ({"text": "62.2%", "between": "60.7 to 63.6%", "n": 4_269}, "62.2% (60.7 to 63.6%; n 4,269)"),
        ({"text": "33.3%", "between": "12 to 64.6%", "n": 9}, "33.3% (12 to 64.6%; n 9, very few)"),
        ({"text": "25%", "between": "", "n": 585}, "25% (n 585)"),
        ({"text": "nobody to ask", "between": "", "n": 0}, "nobody to ask (n 0)"),
    ],
)
def test_in_words(figure, words):
    assert in_words(figure) == words


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.607, 0.636, "60.7 to 63.6%"),
        (0.9996, 1.0, "over 99.9% to 100%"),
        (0.0, 0.0004, "0 to under 0.1%"),
        (float("nan"), float("nan"), ""),
    ],
)
def test_an_interval_in_words(low, high, words):
    assert between(low, high, percent) == words


def test_only_what_can_be_told_from_all_sets_a_segment_apart(blobs):
    """Four groups at the corners of a square: each lies off the middle in both columns; noise tells none apart."""
    found = fit(blobs, Recipe(("DEBT", "ASSET"), k=4))
    noise = np.random.default_rng(3).normal(size=len(blobs))
    data = replace(blobs, frame=blobs.frame.assign(NOISE=noise))
    told = told_apart(Sample(data), found, ("DEBT", "NOISE"))
    assert told["DEBT"].all()
    assert told["NOISE"].sum() <= 1
    described = profile(data, found, ("DEBT", "NOISE"))
    assert described.apart(1, among=["NOISE"]) == ["NOISE"]


@pytest.fixture
def noisy(blobs):
    """The four groups, a column of noise, and one in which all are alike."""
    noise = np.random.default_rng(3).normal(size=len(blobs))
    data = replace(blobs, frame=blobs.frame.assign(NOISE=noise, SAME=7.0))
    variable = blobs.codebook["DEBT"]
    book = Codebook({**blobs.codebook, **{n: replace(variable, name=n, label=n) for n in ("NOISE", "SAME")}})
    return replace(data, codebook=book), fit(data, Recipe(("DEBT", "ASSET"), k=4))


def test_every_figure_of_a_profile_beside_one_taken_anew_in_every_replicate(sample):
    found = fit(sample, Recipe(("INCOME", "NETWORTH"), transform="asinh", k=3, starts=2))
    drawn = Sample(sample, replicates=bootstrap(sample, draws=200))
    sure = sureness(drawn, found, ("INCOME", "AGE"))
    own, everyone = profile(sample, found, ("INCOME", "AGE")).table, sample.values("AGE")
    told = with_ends(own, sure)
    groups = found.labels - 1
    anew = {
        "mean": estimates.mean,
        "sd": lambda v, w: estimates.variance(v, w) ** 0.5,
    }
    for name, statistic in anew.items():
        figures = drawn.any(statistic, everyone, groups, 3)
        ages = told.xs("AGE", level="column")
        assert ages[name].to_numpy() == pytest.approx(figures.value)
        half = (ages[f"{name}_high"] - ages[f"{name}_low"]).to_numpy() / 2
        assert half == pytest.approx(1.959964 * figures.standard_error, rel=0.05)
    apart = drawn.means(everyone, groups, 3) - drawn.means(everyone)
    spread = estimates.variance(everyone, sample.weights()) ** 0.5
    ends = told.xs("AGE", level="column")
    assert ends["difference"].to_numpy() == pytest.approx(apart.value / spread)
    assert ends["difference_low"].to_numpy() == pytest.approx(apart.low / spread)
    for name in ("p25", "median", "p75"):
        assert (told[f"{name}_low"] <= told[name]).all()
        assert (told[name] <= told[f"{name}_high"]).all()
    # many rows are looked at column by column: that changes nothing
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(describe_sure, "_VALUES", 1)
        again = sureness(drawn, found, ("INCOME", "AGE")).profile
    pd.testing.assert_frame_equal(again, sure.profile, rtol=1e-3, check_exact=False)


def test_a_cell_that_cannot_be_told_from_nothing_is_faint_and_in_brackets(noisy):
    data, found = noisy
    columns = ("DEBT", "NOISE", "SAME")
    described, sure = profile(data, found, columns), sureness(Sample(data), found, columns)
    names = {1: "One", 2: "Two", 3: "Three"}
    table = profile_charts.differences_table(described.table, data.codebook, names, sure)
    assert set(table["segment"]) == {1, 2, 3}
    by = dict(list(table.groupby("label")))
    apart, noise, same = by[data.codebook.label("DEBT")], by["NOISE"], by["SAME"]
    assert not apart["untold"].any()
    assert not apart["text"].str.contains("(", regex=False).any()
    assert noise["untold"].sum() >= 2
    for row in noise.itertuples():
        assert (row.text[0] == "(") == row.untold
        low, high = row.between.split(" to ")
        assert (float(low) <= 0 <= float(high)) == row.untold
    assert same["text"].tolist() == ["0.0"] * 3  # and not -0.0
    assert not sure.told_apart.loc[noise["segment"][noise["untold"]], "NOISE"].any()
    drawn = profile_charts.differences(described.table, data.codebook, names, sure, title="Noise").to_dict()
    assert "datum.untold" in str(drawn)
    # of rows that are counted nothing is known: no interval, no brackets
    rows = sureness(Sample(data, counting="rows"), found, columns)
    plain = profile_charts.differences_table(described.table, data.codebook, names, rows)
    assert not plain["untold"].any()
    assert not plain["between"].any()
    assert not plain["mean"].str.contains("(", regex=False).any()


@pytest.mark.parametrize(
    ("value", "digits", "words"),
    [
        (0.04, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (0.06, 1, "+0.1"),
        (-0.06, 1, "-0.1"),
        (-0.004, 2, "0.00"),
        (-9, 1, "-9.0"),
    ],
)
def test_what_rounds_to_nothing_has_no_sign(value, digits, words):
    assert signed(value, digits) == words


def test_files_and_the_report_say_how_sure_every_figure_of_a_profile_is(noisy):
    data, found = noisy
    columns = ("DEBT", "ASSET")
    described, sure = profile(data, found, columns), sureness(Sample(data), found, columns)
    origin = exports.provenance(data, Population(), "Blobs", found.recipe)
    table = profile_table(found, described, {}, data.codebook, sure, title="Blobs")
    for name in ("mean", "median", "sd", "p25", "p75", "difference"):
        own = table[table["segment"].notna()]
        assert (own[f"{name}_low"] <= own[name]).all()
        assert (own[name] <= own[f"{name}_high"]).all()
    (middles,) = report_parts.middles(data, found, {}, described, origin, sure)
    assert middles.header[-1] == "Blobs"
    assert all(" to " in cell.small for row in middles.rows for cell in row[1:-1])
    (plain,) = report_parts.middles(data, found, {}, described, origin)
    assert not any(" to " in cell.small for row in plain.rows for cell in row[1:-1])
    cards = report_parts.cards(data, found, {}, described, None, {}, sure.told_apart, sure)
    assert "standard deviations from that of all of them)" in cards[0].paragraphs[0]
    assert cards[0].paragraphs[0].count(" to ") == 4  # of two columns the median and the difference


def test_marks_and_the_source_of_intervals_are_said_only_where_there_are_any(noisy):
    _, _, looked = lens_of()

    def marked(told):
        tables = report_parts.lens_tables(told, {}, "Mine")
        notes = [table.note for table in tables]
        return any("†" in getattr(cell, "text", cell) for table in tables for row in table.rows for cell in row), any(
            notes
        )

    assert looked.table["unsure"].any()
    assert marked(looked) == (True, True)
    assert marked(replace(looked, table=looked.table.assign(unsure=False))) == (False, False)
    assert looked.intervals.endswith("That segments were found in the same table is not in them.")
    data, _ = noisy
    counted = lenses(data, fit(data, Recipe(("DEBT",), k=2, counting="rows")))
    assert counted.table["low"].isna().all()
    assert counted.intervals == ""


def test_the_chart_has_a_line_for_every_share_and_its_words():
    _, _, looked = lens_of()
    figures = looked.table[looked.table["low"].notna()]
    names = {1: "Few", 3: "Many"}
    said = charts.shares_words(figures, names, "All rows")
    assert "Region: North, all rows: 1 · Few " in said
    assert "Segment 2" not in said
    assert said.count("All rows ") == figures["figure"].nunique()
    spec = charts.shares(figures, names, "All rows").to_dict()
    rows = spec["datasets"][spec["data"]["name"]] if "data" in spec else next(iter(spec["datasets"].values()))
    lines = [row for row in rows if not row["heading"]]
    assert len({row["at"] for row in rows}) == len(rows)
    assert len(lines) == len(figures[figures["segment"] != 2])
    assert all(row["low"] <= row["value"] <= row["high"] for row in lines)
