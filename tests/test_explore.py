"""First looks at a population: scales, bins, points and correlations."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from tables import neutral_table

from lib import estimates, explore, features
from lib.charts import explore as charts
from lib.errors import EstimateError
from lib.estimates import Sample, bootstrap
from lib.estimates.wording import correlation_text
from lib.population import Population


def sampled(data, counting="households"):
    """A population as a sample; few replicates do where it is not asked how sure figures are."""
    return Sample(data, counting=counting, replicates=bootstrap(data, draws=20))


def test_headlines_of_rows_and_of_households(real_2019):
    """13.4 % of households but 27.4 % of rows own a business; 18.4 % and 16.0 % were denied credit or feared it."""
    figures = explore.headline_figures(real_2019.codebook, real_2019.subject)
    for counting, business, fear in (("households", 0.134, 0.184), ("rows", 0.274, 0.160)):
        own = explore.headline_estimates(sampled(real_2019, counting), figures)
        found = {h.column: h.value for h in explore.headlines(*[own] * 2, figures)}
        assert found["HBUS"] == pytest.approx(business, abs=5e-4)
        assert found["TURNFEAR"] == pytest.approx(fear, abs=5e-4)


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize("column", ["NETWORTH", "DEBT", "AGE", "KIDS", "LEVRATIO", "NTRAD", "RENT"])
def test_every_household_falls_into_exactly_one_bin(real_2019, column, linear):
    groups = {"Fearful": Population.parse("TURNFEAR == 1").apply(real_2019), "Everyone": real_2019}
    found = explore.histogram({name: sampled(data) for name, data in groups.items()}, column, linear=linear)
    assert found.bins.groupby("group")["share"].sum().tolist() == pytest.approx([1, 1])
    one = found.bins[found.bins["group"] == "Everyone"]
    assert (one["left"].to_numpy()[1:] == one["right"].to_numpy()[:-1]).all()
    assert (one["right"] > one["left"]).all()


@pytest.mark.parametrize(
    ("column", "linear"), [("AGE", False), ("KIDS", False), ("NETWORTH", True), ("NETWORTH", False)]
)
def test_bins_are_equally_wide_on_their_axis(real_2022, column, linear):
    """Of 36 bins over 77 ages some held three whole years and others two: the former looked frequent."""
    found = explore.histogram({"Everyone": sampled(real_2022)}, column, linear=linear)
    edges = np.append(found.bins["left"], found.bins["right"].iloc[-1])
    wide = np.diff(found.scale.spread(edges))
    assert wide == pytest.approx(np.full(len(wide), wide[0]))
    if column in {"AGE", "KIDS"}:
        assert wide[0] == round(wide[0]) >= 1


def test_the_line_of_a_group_reaches_the_end_of_its_last_bin(real_2022):
    groups = {"Fearful": sampled(Population.parse("TURNFEAR == 1").apply(real_2022)), "Everyone": sampled(real_2022)}
    found = explore.histogram(groups, "AGE")
    summary = pd.DataFrame({"group": list(groups), "0.5": 40.0, "0.5_low": 39.0, "0.5_high": 41.0})
    _, line, *_ = charts.distribution(found, summary, real_2022.codebook["AGE"], 2022).layer
    drawn_line = line.data[line.data["group"] == "Everyone"]
    own = found.bins[found.bins["group"] == "Everyone"]
    assert drawn_line["left"].tolist() == [*own["left"], own["right"].iloc[-1]]
    assert drawn_line["share"].iloc[-1] == own["share"].iloc[-1]


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize("column", ["NETWORTH", "HOUSES", "AGE", "DEBT"])
def test_bins_that_go_on_beyond_their_edge_say_so(real_2019, column, linear):
    bins = explore.histogram({"Everyone": sampled(real_2019)}, column, linear=linear).bins
    values, weights, text = real_2019.values(column), real_2019.weights(), real_2019.codebook[column].text
    for row in bins.itertuples():
        inside = (values >= row.left) | row.open_left
        inside &= (values < row.right) | row.open_right
        assert row.count == pytest.approx(weights[inside].sum(), rel=1e-9, abs=1e-3)
        assert row.from_text == text(row.left) + (" and less" if row.open_left else "")
        assert row.to_text == (f"{text(row.right)} and more" if row.open_right else f"below {text(row.right)}")
    assert not bins["open_left"][1:].any()
    assert not bins["open_right"][:-1].any()


def test_the_richest_are_in_a_bin_that_has_no_end(real_2019):
    """The largest net worth is $1.97 billion, the dearest home $106 million: both beyond the last edge."""
    for column, most, linear in (("NETWORTH", 1.9e9, False), ("HOUSES", 1e8, True)):
        last = explore.histogram({"Everyone": sampled(real_2019)}, column, linear=linear).bins.iloc[-1]
        assert real_2019.values(column).max() > most > last["right"]
        assert last["to_text"].endswith(" and more")
    first = explore.histogram({"Everyone": sampled(real_2019)}, "NETWORTH").bins.iloc[0]
    assert first["from_text"].startswith("-$")
    assert first["from_text"].endswith(" and less")


@pytest.mark.parametrize("counting", ["households", "rows"])
@pytest.mark.parametrize("column", ["NETWORTH", "DEBT", "BUS", "INCOME"])
def test_a_linear_axis_of_a_skewed_amount_shows_more_than_one_bar(real_2022, column, counting):
    """It went up to the wealthiest: nine of ten households were in one of 36 bins of their net worth."""
    bins = explore.histogram({"Everyone": sampled(real_2022, counting)}, column, linear=True).bins
    values, weights = real_2022.values(column), real_2022.weights(counting)
    of_any = bins["share"] / (weights[values != 0].sum() / weights.sum())
    assert 0.04 < of_any.iloc[-1] < 0.08
    assert bins["open_right"].iloc[-1]
    if (column, counting) == ("NETWORTH", "households"):
        assert bins["share"].max() < 0.5


def test_zero_is_an_edge_and_the_share_at_zero_is_exact(real_2019):
    found = explore.histogram({"Everyone": sampled(real_2019)}, "NETWORTH")
    assert 0.0 in found.bins["left"].to_numpy()
    debt = explore.summary(sampled(real_2019), "DEBT").iloc[0]
    # Bulletin: 76.6 % of families had debt in 2019, so 23.4 % had none
    assert debt["zero"] == pytest.approx(0.234, abs=2e-3)


def test_the_median_of_a_distribution_is_the_published_one(real_2022):
    summary = explore.summary(sampled(real_2022), "NETWORTH").iloc[0]
    assert summary["0.5"] == 192_700


def test_a_bent_scale_goes_there_and_back():
    scale = explore.Scale("symlog", 1000.0, -1e6, 1e9)
    values = np.array([-1e6, -10.0, 0.0, 1.0, 5e8])
    assert scale.restore(scale.spread(values)) == pytest.approx(values)


def test_constant_and_empty_columns_have_a_scale(households):
    data = households(DEBT=[5.0, 5.0, 5.0])
    found = explore.histogram({"All": sampled(data)}, "DEBT")
    assert found.bins["share"].sum() == pytest.approx(1)
    nothing = data.where(np.zeros(3, dtype=bool), "nobody")
    assert explore.histogram({"Nobody": sampled(nothing)}, "DEBT").bins["share"].sum() == 0


def test_points_are_drawn_in_proportion_to_weight_and_none_twice(households):
    # half of the weight lies on one row in a hundred: each of those is sure to be drawn, once
    weights = np.ones(5000)
    weights[::100] = 99.0
    data = households(WGT=weights, DEBT=np.arange(5000.0), HOUSES=np.arange(5000.0))
    found = explore.relation(data, "DEBT", "HOUSES")
    assert len(found.points) == explore.MAX_POINTS
    assert found.among == 5000
    assert found.points["id"].is_unique
    assert (found.points["x"] % 100 == 0).sum() == 50
    again = explore.relation(data, "DEBT", "HOUSES")
    assert found.points.equals(again.points)


def test_few_equal_rows_are_all_drawn(households):
    data = households(DEBT=[1, 2, 3.0], HOUSES=[1, 2, np.nan])
    found = explore.relation(data, "DEBT", "HOUSES", counting="rows")
    assert found.points["x"].tolist() == [1, 2]
    assert found.among == 2


def test_a_household_is_one_point_by_one_of_its_implicates(households):
    """Its five implicates lay beside each other, and one that weighs seven times as much was drawn three times."""
    data = households(YY1=[7] * 5, WGT=[1000, 1001, 1002, 1003, 1004], DEBT=[1, 2, 3, 4, 5], HOUSES=[5, 4, 3, 2, 1])
    found = explore.relation(data, "DEBT", "HOUSES")
    assert (found.points["x"].tolist(), found.among) == ([1], 1)
    assert len(explore.relation(data, "DEBT", "HOUSES", counting="rows").points) == 5
    heavy = households(WGT=[1, 1, 1, 7], DEBT=[1, 2, 3, 4], HOUSES=[4, 3, 2, 1])
    assert explore.relation(heavy, "DEBT", "HOUSES").points["x"].tolist() == [1, 2, 3, 4]


def test_no_more_points_than_households_of_the_real_file(real_2022):
    """773 sampled households were denied credit or feared it: 2,500 dots were drawn of them."""
    fearful = Population.parse("TURNFEAR == 1").apply(real_2022)
    found = explore.relation(fearful, "DEBT", "HOUSES", replicates=bootstrap(real_2022, draws=2))
    assert fearful.sampled == 773
    assert len(found.points) == found.among == (fearful.implicate_codes == 0).sum() <= 773
    assert found.points["id"].is_unique


def test_rank_correlations_weigh_the_ranks_too(real_2019):
    found = explore.relation(real_2019, "DEBT", "HOUSES", replicates=bootstrap(real_2019, draws=20))
    assert found.rank_correlation.value == pytest.approx(0.537, abs=5e-4)
    business = explore.relation(real_2019, "BUS", "NETWORTH", replicates=bootstrap(real_2019, draws=20))
    assert business.rank_correlation.value == pytest.approx(0.343, abs=5e-4)
    # every row once: Spearman's as scipy has it
    rows = explore.relation(real_2019, "DEBT", "HOUSES", counting="rows").rank_correlation.value
    assert rows == pytest.approx(spearmanr(real_2019.values("DEBT"), real_2019.values("HOUSES"))[0], abs=1e-9)


def test_relation_without_a_complete_household_is_refused(households):
    data = households(DEBT=[1, np.nan], HOUSES=[np.nan, 1])
    with pytest.raises(EstimateError, match="No household has both"):
        explore.relation(data, "DEBT", "HOUSES")


def test_correlation_over_rows_not_over_points(real_2019, notebook):
    found = explore.relation(real_2019, "ASSET", "HOUSES", counting="rows")
    assert found.correlation.value == pytest.approx(notebook["scf19.corr.asset.houses.all"]["value"], rel=1e-6)


@pytest.mark.parametrize("number", [0, 1, 16])
def test_too_few_or_too_many_columns_to_correlate_are_refused(real_2019, number):
    names = real_2019.codebook.amounts()[:number]
    with pytest.raises(EstimateError, match="between 2 and 15"):
        explore.correlation_table(sampled(real_2019), names)


def test_a_pair_is_doubted_where_its_interval_takes_in_zero_and_is_in_brackets(households):
    """Two columns that go together, and noise: the pair of the first is told, noise is faint and in brackets."""
    rng = np.random.default_rng(2)
    debt = rng.normal(size=200)
    data = households(DEBT=debt, HOUSES=debt + rng.normal(size=200), AGE=rng.normal(size=200), KIDS=np.ones(200))
    names = ["DEBT", "HOUSES", "AGE", "KIDS"]
    table = explore.correlation_table(Sample(data), names)
    told = table.set_index(["row", "column"])
    assert not told.loc[("DEBT", "HOUSES"), "doubtful"]
    assert told.loc[("DEBT", "AGE"), "doubtful"]
    for name in ("correlation", "low", "high"):
        assert told.loc[("DEBT", "HOUSES"), name] == told.loc[("HOUSES", "DEBT"), name]
    assert told.loc[("DEBT", "AGE"), "low"] < 0 < told.loc[("DEBT", "AGE"), "high"]
    assert (told.loc[("AGE", "AGE"), "correlation"], told.loc[("AGE", "AGE"), "doubtful"]) == (pytest.approx(1), False)
    assert np.isnan(told.loc[("KIDS", "AGE"), "correlation"])
    cells = drawn(charts.correlations(table, names, data.codebook))
    by_pair = {(cell["row"], cell["column"]): cell for cell in cells}
    book = data.codebook
    sure, unsure = (by_pair[book[a].heading, book[b].heading] for a, b in (("DEBT", "HOUSES"), ("DEBT", "AGE")))
    assert sure["text"] == f"{sure['correlation']:.2f}"
    assert unsure["text"].strip("()") != unsure["text"] == f"({unsure['correlation']:.2f})"
    assert " to " in sure["between"]
    rows = explore.correlation_table(Sample(data, counting="rows"), names)
    assert rows["low"].isna().all()
    assert not rows["doubtful"].any()


def drawn(chart):
    """The rows of the one table that a chart draws."""
    return next(iter(chart.to_dict()["datasets"].values()))


def test_what_rounds_to_nothing_has_no_sign():
    assert [correlation_text(value) for value in (-0.004, 0.004, -0.006, -1.0)] == [
        "0.00",
        "0.00",
        "-0.01",
        "-1.00",
    ]


def test_box_plots_and_quantiles_say_their_intervals(sample):
    summary = explore.summary(Sample(sample), "NETWORTH").assign(group="All")
    box = drawn(charts.boxes(summary, sample.codebook["NETWORTH"], 2019))[0]
    for share in (10, 25, 50, 75, 90):
        q = str(share / 100)
        low, value, high = summary[[f"{q}_low", q, f"{q}_high"]].iloc[0]
        assert low < value < high
        assert value == estimates.quantile(sample.values("NETWORTH"), sample.weights(), share / 100)
        text = sample.codebook["NETWORTH"].text
        assert box[f"t{share}"] == f"{text(value)} ({text(low)} to {text(high)})"
    rows = explore.summary(Sample(sample, counting="rows"), "NETWORTH").assign(group="All")
    assert rows.filter(regex="_(low|high)$").isna().all(axis=None)
    assert "(" not in drawn(charts.boxes(rows, sample.codebook["NETWORTH"], 2019))[0]["t25"]


@pytest.mark.parametrize("trim", [0.0, 0.1])
def test_standard_deviations_are_as_unsure_as_their_replicates(sample, trim):
    """Linearised, beside a variance taken anew in every replicate."""
    replicates = bootstrap(sample, draws=200)
    drawn_anew = Sample(sample, replicates=replicates)
    found = features.spreads(drawn_anew, ["INCOME", "HOUSES"], trim)
    for name in found.index:
        anew = drawn_anew.any(lambda v, w: features.trimmed_variance(v, w, trim) ** 0.5, sample.values(name))
        spread, low, high = found.loc[name]
        assert spread == pytest.approx(anew.value[0])
        assert (high - low) / 2 / 1.959964 == pytest.approx(anew.standard_error[0], rel=0.12)
    variance = features.rank_by_variance(sample, trim, columns=["INCOME", "HOUSES"])
    assert (found["spread"] ** 2).to_dict() == pytest.approx(variance.to_dict())
    rows = features.spreads(Sample(sample, counting="rows"), ["INCOME"], trim)
    assert rows[["low", "high"]].isna().all(axis=None)


def test_amounts_that_vary_are_drawn_in_their_own_words(sample):
    """Their axis was in dollars squared, and in powers of ten."""
    names = ["INCOME", "HOUSES"]
    told = features.spreads(Sample(sample, replicates=bootstrap(sample, draws=20)), names)
    spec = charts.ranking(told, sample.codebook, "Standard deviation (2019 dollars)").to_json()
    assert "Standard deviation (2019 dollars)" in spec
    assert "$~s" in spec
    assert "~e" not in spec
    rows = drawn(charts.ranking(told, sample.codebook, ""))
    assert [row["text"] for row in rows] == [sample.codebook[n].text(told.loc[n, "spread"]) for n in names]


def test_tooltips_of_bins_use_the_words(real_2019):
    everyone = sampled(real_2019)
    found = explore.histogram({"Everyone": everyone}, "NETWORTH")
    summary = explore.summary(everyone, "NETWORTH").assign(group="Everyone")
    drawn = charts.distribution(found, summary, real_2019.codebook["NETWORTH"], 2019).to_dict()
    told = {(tip["title"], tip["field"]) for tip in drawn["layer"][0]["encoding"]["tooltip"]}
    assert {("From", "from_text"), ("To", "to_text")} <= told


@pytest.fixture
def many_groups(real_2019):
    table = estimates.sure_shares(sampled(real_2019), "INCCAT", "EDUC")
    label = real_2019.codebook["INCCAT"].text, real_2019.codebook["EDUC"].text
    words = table.assign(
        code=table["code"].map(label[0]),
        group=table["group"].map(label[1]),
        order=table["code"],
        between="",
    )
    return charts.shares(
        words, "INCCAT", real_2019.codebook, unit="households", behind="sampled households", legend="Education"
    )


def test_a_heat_map_leaves_room_for_its_rows(many_groups):
    assert many_groups.to_dict()["height"] == 26 * 6 + 220


def test_unsure_cells_of_a_heat_map_are_faint_and_in_brackets(many_groups):
    cells, text = many_groups.to_dict()["layer"]
    assert cells["encoding"]["opacity"]["condition"] == {"test": "datum.unsure", "value": 0.45}
    assert text["transform"][0]["calculate"].startswith("datum.unsure ? '(' + format(datum.share, '.0%') + ')'")


@pytest.mark.parametrize("is_survey", [False, True])
def test_who_lacks_a_value_is_not_among_those_who_may_have_nothing(sample, is_survey):
    data, column = (sample, "DEBT") if is_survey else (neutral_table(), "a")
    values = data.values(column).copy()
    values[: len(values) // 3] = np.nan
    values[-20:] = 0
    data = replace(data, frame=data.frame.assign(**{column: values}))
    there, weights = ~np.isnan(values), data.weights()
    found = explore.summary(Sample(data), column).iloc[0]
    assert found["zero"] == pytest.approx(np.average(values[there] == 0, weights=weights[there]))
    assert found["zero_low"] < found["zero"] < found["zero_high"]
