"""How sure correlations and quantiles are: by hand, beside an independent computation, and how often they hold."""

import math
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from paths import REAL
from scipy.stats import pearsonr, spearmanr
from tables import neutral_table

from lib import estimates
from lib.errors import EstimateError
from lib.estimates import Replicates, Sample
from lib.estimates.correlated import pairs_of
from lib.estimates.replicates import read

FIRST_200 = REAL / "scf2022_first200hh_replicate_weights.csv.gz"
COLUMNS = ("NETWORTH", "INCOME", "HOUSES", "AGE")


@pytest.fixture(scope="module")
def survey(real_2022):
    """The first 200 households with their replicates: the sample, its columns, and the weights of each replicate."""
    if not FIRST_200.exists():
        pytest.skip("needs the replicate weights of 200 households in ../shared/data")
    weights = pd.read_csv(FIRST_200)
    data = real_2022.where(np.isin(real_2022.ids, weights["YY1"]), "the first 200")
    columns = np.array([data.values(name) for name in COLUMNS])
    return Sample(data, replicates=read(FIRST_200)), columns, weights.filter(like="wt1b").to_numpy()


def written_out(sample, columns, weights, statistic):
    """The survey's rule: value, and the root of sampling variance and 6/5 of that between implicates."""
    implicate, own = sample.dataset.implicate_codes, sample.dataset.weights()
    replicated = np.array([statistic(columns[:, implicate == 0], one) for one in weights.T])
    parts = np.array([statistic(columns[:, implicate == i], own[implicate == i]) for i in range(5)])
    error = math.sqrt(((replicated - replicated.mean()) ** 2).sum() / 998 + 6 / 5 * np.var(parts, ddof=1))
    return statistic(columns, own), error


def numpys(columns, weights):
    """The weighted correlation of two columns as numpy has it."""
    (a, both), (_, b) = np.cov(columns, aweights=weights, ddof=0)
    return both / math.sqrt(a * b)


def test_correlations_beside_an_independent_computation(survey):
    sample, columns, weights = survey
    found = sample.correlations(columns)
    first, second = pairs_of(len(COLUMNS))
    assert len(found.value) == 6
    for at, pair in enumerate(zip(first, second, strict=True)):
        value, error = written_out(sample, columns[list(pair)], weights, numpys)
        assert (found.value[at], found.standard_error[at]) == pytest.approx((value, error), rel=1e-4)
        # Fisher: 1.96 errors to either side of the inverse hyperbolic tangent, where an error is 1 / (1 - r2) as large
        middle, reach = math.atanh(value), 1.959964 * error / (1 - value**2)
        ends = math.tanh(middle - reach), math.tanh(middle + reach)
        assert (found.low[at], found.high[at]) == pytest.approx(ends, rel=1e-3)


def test_correlations_of_ranks_beside_ranks_taken_anew_in_every_replicate(survey):
    sample, columns, weights = survey

    def anew(two, w):
        drawn = w > 0
        return numpys(np.array([estimates.ranks(one[drawn], w[drawn]) for one in two]), w[drawn])

    value, error = written_out(sample, columns[:2], weights, anew)
    found = sample.rank_correlation(*columns[:2])
    assert found.value[0] == pytest.approx(value, rel=1e-9)
    assert found.standard_error[0] == pytest.approx(error, rel=0.05)  # linearised, of 200


@pytest.mark.parametrize("q", [0.1, 0.25, 0.75, 0.9])
def test_quantiles_beside_replicates_sorted_by_hand(survey, q):
    sample, columns, weights = survey
    values = columns[0]

    def reached(share, of, w):
        order = np.argsort(of, kind="stable")
        return of[order][np.argmax(np.cumsum(w[order]) >= share * w.sum() * (1 - 1e-9))]

    at = reached(q, values, sample.weights)
    _, error = written_out(sample, (values <= at)[None], weights, lambda below, w: np.average(below[0], weights=w))
    found = sample.several_quantiles(values[None], [q, 0.5])[0][0]
    ends = [reached(np.clip(q + side * 1.959964 * error, 0, 1), values, sample.weights) for side in (-1, 1)]
    assert (found.value[0], found.low[0], found.high[0]) == (at, *ends)
    # one by one, with what it would have been in each replicate
    alone = sample.quantiles(values, q)
    assert (alone.value[0], alone.low[0], alone.high[0]) == (at, *ends)
    _, spread = written_out(sample, values[None], weights, lambda of, w: reached(q, of[0], w))
    assert alone.standard_error[0] == pytest.approx(spread, rel=1e-4)


def test_a_column_described_at_once_is_what_each_figure_is_alone(survey):
    sample, columns, _ = survey
    values, shares = np.where(columns[0] < np.median(columns[0]), 0, columns[0]), [0.1, 0.5, 0.9]
    values[:7] = np.nan
    mean, nothing, quantiles = sample.described(values, shares)
    has_nothing = np.where(np.isnan(values), np.nan, values == 0)
    alone = (sample.means(values), sample.shares(has_nothing), *sample.several_quantiles(values[None], shares)[0])
    for found, expected in zip((mean, nothing, *quantiles), alone, strict=True):
        for part in ("value", "standard_error", "low", "high", "sampled", "rows"):
            np.testing.assert_allclose(getattr(found, part), getattr(expected, part), rtol=1e-5)


def test_five_equal_implicates_are_one_household(households):
    rng = np.random.default_rng(1)
    one = {"WGT": rng.uniform(1, 9, 60), "DEBT": rng.normal(size=60), "ASSET": rng.normal(size=60)}
    five = {name: np.tile(column, 5) for name, column in {**one, "YY1": np.arange(1, 61)}.items()}
    told = []
    for data in (households(**one), households(**{**five, "WGT": five["WGT"] / 5})):
        sample = Sample(data)
        columns = np.array([data.values("DEBT"), data.values("ASSET")])
        told.append([sample.correlations(columns), sample.rank_correlation(*columns)])
    for once, often in zip(*told, strict=True):
        assert (once.value[0], once.low[0], once.high[0]) == pytest.approx(
            (often.value[0], often.low[0], often.high[0]), rel=1e-5
        )
        assert (once.sampled[0], often.rows[0]) == (60, 300)


def test_intervals_of_random_rows_hold_as_often_as_they_say():
    """Columns that correlate by .6 (normal ones by .582 in their ranks); of the last pair a tenth decides."""
    rng, n, held = np.random.default_rng(4), 300, np.zeros(3)
    sample = Sample(neutral_table())
    for _ in range(200):
        x, e, tail = rng.normal(size=(3, n))
        y = 0.6 * x + 0.8 * e
        long = np.where(rng.uniform(size=n) < 0.1, 6.0, 0.3)
        found = [
            sample.correlations(np.array([x, y])),
            sample.rank_correlation(x, y),
            sample.correlations(np.array([x * long, (0.6 * x + 0.8 * tail) * long])),
        ]
        held += [one.low[0] <= r <= one.high[0] for one, r in zip(found, (0.6, 0.5823, 0.6), strict=True)]
    assert ((held[:2] >= 182) & (held[:2] <= 199)).all()
    assert held[2] >= 165


def test_of_equal_weights_they_are_scipys():
    data = neutral_table()
    a, d = data.values("a"), data.values("d")
    found, ranked = Sample(data).correlations(np.array([a, d])), Sample(data).rank_correlation(a, d)
    assert found.value[0] == pytest.approx(pearsonr(a, d).statistic)
    assert ranked.value[0] == pytest.approx(spearmanr(a, d).statistic)
    assert found.method == "random rows"


def test_what_lies_on_a_line_is_sure_and_a_constant_has_no_correlation(households):
    x = np.arange(50.0)
    columns = np.array([x, 3 * x + 1, -x, np.full(50, 7.0)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for sample in (Sample(households(AGE=x)), Sample(neutral_table().where(np.arange(300) < 50, "some"))):
            found = sample.correlations(columns)
            assert found.low[:2] == pytest.approx([1, -1])
            assert found.high[:2] == pytest.approx([1, -1])
            assert np.isnan(found.value[[2, 4, 5]]).all()
            assert np.isnan(found.low[[2, 4, 5]]).all()
            assert math.isnan(sample.rank_correlation(x, columns[3]).value[0])


def test_a_correlation_is_too_unsure_where_its_interval_is_wider_than_that_of_a_share_may_be(households):
    """By hand of 100 rows: the interval of a correlation near 0 is about .39 wide, of 40 rows about .62."""
    rng = np.random.default_rng(0)

    def found(n):
        columns = rng.normal(size=(2, n))
        return Sample(households(AGE=columns[0])).correlations(columns)

    assert not found(100).unsure[0]
    assert found(29).unsure[0]
    wide = replace(found(100), low=np.array([-0.31]), high=np.array([0.3]))
    assert wide.unsure[0]
    assert not replace(wide, high=np.array([0.28])).unsure[0]


def test_rows_counted_tell_no_interval(sample):
    copies = Sample(sample, counting="rows")
    columns = np.array([sample.values("INCOME"), sample.values("NETWORTH")])
    for found in (
        copies.correlations(columns),
        copies.rank_correlation(*columns),
        *copies.several_quantiles(columns, [0.1, 0.9])[0],
    ):
        assert found.method == ""
        assert np.isfinite(found.value).all()
        assert np.isnan([found.low, found.high, found.standard_error]).all()


def test_too_many_pairs_are_refused(sample):
    with pytest.raises(EstimateError, match="at most 2,000 figures"):
        Sample(sample).correlations(np.zeros((70, len(sample))))


def test_a_figure_without_a_base_has_no_ratio_and_no_warning(households):
    """A segment in which nobody owes anything, over everyone's debts; and anybody's over debts that nobody has."""
    data = households(WGT=[1, 1, 2], DEBT=[0, 0, 5], NETWORTH=[0, 0, 0])
    replicates = Replicates(data.ids, np.array([[2, 0], [1, 1], [1, 3]], dtype=np.float32), "replicate weights")
    groups = np.array([0, 0, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for one, other in ((replicates, replicates), (replicates, replace(replicates))):
            mine, theirs = Sample(data, replicates=one), Sample(data, replicates=other)
            debts = mine.totals(data.values("DEBT"), groups, 2)
            part = debts / theirs.totals(data.values("DEBT"))
            assert part.value.tolist() == [0, 1]
            assert part.standard_error[0] == 0
            nothing = debts / theirs.totals(data.values("NETWORTH"))
            assert np.isnan([nothing.value, nothing.standard_error, nothing.low]).all()
