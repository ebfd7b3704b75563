"""How sure figures are: by hand, beside an independent computation, and beside what the Federal Reserve published."""

import csv
import math
from dataclasses import replace
from statistics import median

import numpy as np
import pandas as pd
import pytest
from paths import FACTS, REAL
from scipy.stats import binomtest
from tables import neutral_table

from lib import estimates
from lib.errors import EstimateError
from lib.estimates import Replicates, Sample, interval
from lib.estimates.figures import Draws
from lib.estimates.replicates import read
from lib.estimates.wording import beyond, how_sure

FIRST_200 = REAL / "scf2022_first200hh_replicate_weights.csv.gz"


def test_imputation_variance_of_five_estimates():
    # variance of 1..5 with divisor 4 is 2.5; sqrt(6/5 * 2.5) = sqrt 3; equal replicates add nothing
    draws = Draws(np.full((999, 1), 7.0), np.arange(1.0, 6)[:, None], None)
    assert draws.standard_error[0] == pytest.approx(math.sqrt(3))


def test_sampling_variance_of_replicates():
    # three replicates 1, 2, 6 vary by 7 about their mean of 3 with divisor 2; one implicate adds nothing
    draws = Draws(np.array([[1.0], [2.0], [6.0]]), np.array([[5.0]]), None)
    assert draws.standard_error[0] == pytest.approx(math.sqrt(7))


@pytest.fixture
def three(households):
    """Three households of one implicate, and two replicates: the first leaves out the third, the second the first."""
    data = households(WGT=[1, 2, 1], NETWORTH=[0, 10, 40], HBUS=[1, 0, 1])
    return data, Replicates(data.ids, np.array([[2, 0], [2, 1], [0, 3]], dtype=np.float32), "replicate weights")


def test_figures_under_each_replicate_by_hand(three):
    data, replicates = three
    # means: 20 / 4 = 5 and 130 / 4 = 32.5, apart by 27.5: variance 27.5 ** 2 / 2
    mean = interval(data, "mean", "NETWORTH", replicates=replicates)
    assert (mean.value, mean.standard_error) == pytest.approx((15, 27.5 / math.sqrt(2)))
    # 1.96 times that to either side, but what nobody has less than nothing of is not less than nothing on average
    assert (mean.low, mean.high) == pytest.approx((0, 15 + 1.959964 * 27.5 / 2**0.5))
    # medians: weight 2 of 4 is reached at 0; 3 of 4 lie at 40
    assert interval(data, "median", "NETWORTH", replicates=replicates).standard_error == pytest.approx(40 / 2**0.5)
    total = interval(data, "total", "NETWORTH", replicates=replicates)
    reach = 1.959964 * 110 / math.sqrt(2)
    assert (total.value, total.low, total.high) == pytest.approx((60, 60 - reach, 60 + reach))
    share = interval(data, "share", "HBUS", replicates=replicates)
    assert (share.value, share.standard_error) == pytest.approx((0.5, 0.25 / 2**0.5))
    # an interval of a share is that of as many drawn at random as have this error: .25 / (1 / 32) = 8
    ends = binomtest(4, 8).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx((ends.low, ends.high))


def test_groups_of_one_survey_vary_together_and_two_surveys_do_not(three):
    data, replicates = three
    sample = Sample(data, replicates=replicates)
    all_of_it = sample.means(data.values("NETWORTH"))
    assert (all_of_it - all_of_it).standard_error[0] == 0
    again = Sample(data, replicates=replace(replicates)).means(data.values("NETWORTH"))
    assert (all_of_it - again).standard_error[0] == 0  # read once more, they are the same
    other = Sample(data, replicates=replace(replicates, of="another survey")).means(data.values("NETWORTH"))
    assert (all_of_it - other).standard_error[0] == pytest.approx(27.5)  # the root of twice the variance
    assert (all_of_it / all_of_it).standard_error[0] == 0


def test_weights_of_another_survey_are_refused(three):
    data, replicates = three
    strange = Replicates(data.ids + 7, replicates.weights, "replicate weights")
    with pytest.raises(EstimateError, match="know nothing of 3 of 3"):
        interval(data, "mean", "NETWORTH", replicates=strange)


def test_five_equal_implicates_give_the_estimate_of_one(households):
    one = households(WGT=[5, 10, 15], NETWORTH=[1, 2, 9])
    five = households(YY1=[1, 2, 3] * 5, WGT=[1, 2, 3] * 5, NETWORTH=[1, 2, 9] * 5)
    for statistic in ("mean", "median", "total", estimates.variance):
        a, b = (interval(data, statistic, "NETWORTH") for data in (one, five))
        assert (a.value, a.standard_error, b.sampled, b.rows) == pytest.approx((b.value, b.standard_error, 3, 15))


def independent(data, weights, statistic):
    """The survey's rule written out: value, and the root of sampling and imputation variance."""
    implicate, values, own = data.implicate_codes, data.values("NETWORTH"), data.weights()
    replicated = np.array([statistic(values[implicate == 0], column) for column in weights.T])
    parts = np.array([statistic(values[implicate == i], own[implicate == i]) for i in range(5)])
    sampling = ((replicated - replicated.mean()) ** 2).sum() / 998
    return statistic(values, own), math.sqrt(sampling + 6 / 5 * ((parts - parts.mean()) ** 2).sum() / 4)


def by_sorting(values, weights):
    """The median by the Federal Reserve's rule, word for word."""
    half = weights.sum() / 2 * (1 - 1e-9)
    return next(value for value in np.sort(values) if weights[values <= value].sum() >= half)


@pytest.mark.parametrize("kind", ["two far apart", "mostly nothing", "smooth", "whole numbers"])
def test_medians_of_several_columns_beside_sorting_in_every_replicate(households, kind):
    """Two groups, some values missing; where half have far more than the rest, a median jumps between replicates."""
    rng = np.random.default_rng(3)
    columns = np.array(
        [
            rng.normal(10, 1, 40),
            {
                "two far apart": np.where(np.arange(40) % 2, 1e6, 0.0) + rng.uniform(size=40),
                "mostly nothing": np.maximum(rng.normal(size=40), 0),
                "smooth": rng.normal(size=40),
                "whole numbers": rng.integers(0, 4, 40).astype(float),
            }[kind],
        ]
    )
    columns[1, ::7] = np.nan
    groups = np.repeat([0, 1], [15, 25])
    data = households(WGT=rng.uniform(1, 9, 40), AGE=range(40))
    times = rng.poisson(1, (40, 200)).astype(np.uint8)
    found = Sample(data, replicates=Replicates(data.ids, times, "bootstrap")).comparable_quantiles(
        columns, 0.5, groups, 2
    )
    for column, told in zip(columns, found, strict=True):
        for group in (0, 1):
            there = (groups == group) & ~np.isnan(column)
            values, own = column[there], data.weights()[there]
            by_hand = [by_sorting(values, own * drawn) for drawn in times[there].T]
            assert told.value[group] == by_sorting(values, own)
            assert told.draws.replicates[:, group].tolist() == by_hand
            assert (told.sampled[group], told.rows[group]) == (there.sum(), there.sum())


@pytest.mark.skipif(not FIRST_200.exists(), reason="needs the replicate weights of 200 households in ../shared/data")
@pytest.mark.parametrize(
    ("name", "statistic"), [("mean", lambda v, w: np.average(v, weights=w)), ("median", by_sorting)]
)
def test_the_federal_reserves_replicates_beside_an_independent_computation(real_2022, name, statistic):
    table = pd.read_csv(FIRST_200)
    weights = table.filter(like="wt1b").to_numpy()
    data = real_2022.where(np.isin(real_2022.ids, table["YY1"]), "the first 200")
    replicates = read(FIRST_200)
    found = interval(data, name, "NETWORTH", replicates=replicates)
    assert weights.shape == (200, 999)
    assert (found.value, found.standard_error) == pytest.approx(independent(data, weights, statistic), rel=1e-5)


@pytest.mark.parametrize("name", ["mean", "median", "total", "share"])
def test_every_way_of_reckoning_gives_the_same(sample, name):
    """All groups in one pass, and each group by itself with a function that is called for each replicate."""
    replicates = estimates.bootstrap(sample, draws=300)
    column = "HBUS" if name == "share" else "INCOME"
    found = interval(sample, name, column, by="AGECL", replicates=replicates)
    of_one = sample.where(sample.values("AGECL") == 3, "35 to 44")
    statistic = {
        "mean": estimates.mean,
        "share": estimates.mean,
        "total": estimates.total,
        "median": lambda v, w: float(estimates.quantile(v, w, 0.5)),
    }[name]
    alone = interval(of_one, statistic, column, replicates=replicates)
    assert (found.loc[3, "value"], found.loc[3, "sampled"]) == pytest.approx((alone.value, of_one.sampled))
    if name != "total":  # a sum over one implicate is but a fifth of that over all five
        assert found.loc[3, "standard_error"] == pytest.approx(alone.standard_error, rel=1e-4)


def test_simulated_replicate_weights_of_the_whole_file_give_what_their_draws_give(real_2019):
    """The same draws, once as times drawn and once multiplied out, as the Federal Reserve publishes its own."""
    drawn = estimates.bootstrap(real_2019, draws=200)
    first = real_2019.implicate_codes == 0
    own = pd.Series(real_2019.weights()[first] * 5, index=real_2019.ids[first]).loc[drawn.ids].to_numpy()
    multiplied = Replicates(drawn.ids, (drawn.weights * own[:, None]).astype(np.float32), "replicate weights")
    assert multiplied.weights.shape == (5_777, 200)
    for name, column in (("mean", "NETWORTH"), ("median", "INCOME"), ("share", "TURNFEAR"), ("total", "DEBT")):
        a, b = (interval(real_2019, name, column, by="AGECL", replicates=one) for one in (drawn, multiplied))
        assert a["standard_error"].to_numpy() == pytest.approx(b["standard_error"].to_numpy(), rel=1e-3)
        assert set(b["method"]) == {"replicate weights"}


def test_a_median_of_nothing_is_as_sure_as_those_who_have_nothing_are_many(households):
    """Of 200, 60 % or 48 % have nothing: the first median is 0 for sure, the second might as well be something."""
    sure, unsure = (
        interval(households(NETWORTH=[0.0] * none + list(range(1, 201 - none))), "median", "NETWORTH")
        for none in (140, 102)
    )
    assert (sure.value, sure.low, sure.high, sure.unsure) == (0, 0, 0, False)
    assert (unsure.value, unsure.low, unsure.unsure) == (0, 0, True)
    assert unsure.high > 5


@pytest.mark.parametrize(("low", "high", "told"), [(0.1, 2, True), (-2, -0.1, True), (-1, 1, False), (0, 1, False)])
def test_a_word_says_that_figures_differ_only_where_the_interval_leaves_out_zero(low, high, told):
    assert beyond(low, high) is told


def test_a_word_is_withheld_where_no_interval_is_known():
    assert not beyond(math.nan, math.nan)


@pytest.mark.parametrize("by", [None, "AGECL"])
def test_a_table_of_shares_has_the_intervals_of_its_shares(sample, by):
    replicates = estimates.bootstrap(sample)
    drawn = Sample(sample, replicates=replicates)
    table = estimates.sure_shares(drawn, "HHSEX", by)
    women = table[table["code"] == 2]
    values = (sample.values("HHSEX") == 2).astype(float)
    groups = sample.values("AGECL").astype(int) - 1 if by else None
    each = drawn.shares(values, groups, len(women))
    for name in ("low", "high", "standard_error"):
        assert women[name].to_numpy() == pytest.approx(getattr(each, name), rel=1e-4)
    assert women["share"].to_numpy() == pytest.approx(each.value)


def published():
    with (FACTS / "published_errors.csv").open() as rows:
        return list(csv.DictReader(rows))


def test_the_bootstrap_is_wide_beside_published_standard_errors(real_2019, real_2022):
    """Between 1 and 1.7 times as much, since it knows nothing of strata, nor of margins that weights were fitted to."""
    race = real_2019.values("RACECL4")
    of_2019 = replace(real_2019, frame=real_2019.frame.assign(RACE=np.where(race == 4, 5, race)))  # the table's codes
    waves = {"2019": (of_2019, "RACE"), "2022": (real_2022, "RACECL5")}
    drawn = {wave: estimates.bootstrap(data) for wave, (data, _) in waves.items()}
    ratios = []
    for row in published():
        data, race = waves[row["survey"]]
        if row["group"] != "all":
            data = data.where(data.values(race) == int(row["group"]), row["group"])
        found = interval(data, row["statistic"].split()[0], "NETWORTH", replicates=drawn[row["survey"]])
        ratios.append(found.standard_error / float(row["standard_error"]))
    assert 0.9 < min(ratios) < max(ratios) < 1.75
    assert 1.2 < median(ratios) < 1.45


# Tables whose rows are drawn at random


def test_rows_drawn_at_random_have_the_textbooks_errors():
    data = neutral_table()
    values = data.values("b")
    mean = interval(data, "mean", "b")
    assert mean.standard_error == pytest.approx(values.std(ddof=1) / math.sqrt(len(values)))
    total = interval(data, "total", "b")
    assert total.standard_error == pytest.approx(values.std(ddof=1) * math.sqrt(len(values)))
    share = interval(data, "share", "e")
    ends = binomtest(int((data.values("e") == 1).sum()), len(data)).proportion_ci(method="wilson")
    n = len(data)
    assert (share.low, share.high) == pytest.approx((ends.low, ends.high), abs=1 / n)


@pytest.mark.parametrize("weighted", [False, True])
def test_shares_of_random_rows_in_a_table_are_those_one_by_one(weighted):
    data = neutral_table()
    if weighted:
        frame = data.frame.assign(w=np.random.default_rng(1).uniform(1, 9, len(data)))
        data = replace(data, frame=frame, weight="w", fingerprint="weighted")
    table = estimates.sure_shares(Sample(data), "e").set_index("code")
    one = interval(data, "share", "e")
    assert table.loc[1, ["share", "standard_error", "low", "high"]].tolist() == pytest.approx(
        [one.value, one.standard_error, one.low, one.high]
    )


def test_an_interval_of_a_median_of_random_rows_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(5)
    data = neutral_table()
    held = 0
    for _ in range(200):
        values = rng.exponential(size=len(data))
        found = Sample(data).quantiles(values, 0.5)
        held += found.low[0] <= math.log(2) <= found.high[0]
    assert 180 <= held <= 199


def test_copies_that_are_counted_as_rows_tell_no_error(sample):
    found = interval(sample, "mean", "INCOME", counting="rows")
    assert (found.method, math.isnan(found.low)) == ("", True)
    assert how_sure("", sample.entity, is_of_copies=True).startswith("No intervals: several rows stand for one")
    assert how_sure("", sample.entity) == ""


def test_figures_that_are_too_unsure_are_flagged(households):
    few = interval(households(NETWORTH=range(20)), "mean", "NETWORTH")
    many = interval(households(NETWORTH=np.arange(1, 201)), "mean", "NETWORTH")
    wild = interval(households(NETWORTH=[0] * 199 + [1e6]), "mean", "NETWORTH")
    assert (few.unsure, many.unsure, wild.unsure) == (True, False, True)
    # 1 of 200: 0.5 % with an interval five times as wide, but narrow enough to say "rare"
    rare = interval(households(HBUS=[1] + [0] * 199), "share", "HBUS")
    half = interval(households(HBUS=[0, 1] * 18), "share", "HBUS")  # of 36: about .34 to .66
    assert (rare.unsure, half.unsure) == (False, True)


def test_a_group_of_nobody_has_no_figure(sample):
    found = Sample(sample).means(sample.values("INCOME"), np.zeros(len(sample), dtype=int), 2)
    assert found.sampled[1] == 0
    assert math.isnan(found.value[1])
    assert found.unsure[1]


def test_a_statistic_that_nobody_knows_is_refused(sample):
    with pytest.raises(EstimateError, match="Choose one of mean, median, total, share"):
        interval(sample, "mode", "INCOME")
