"""First looks at a population: scales, bins, points and correlations."""

import numpy as np
import pytest

from lib import explore
from lib.errors import EstimateError
from lib.population import Population


def test_headlines_of_rows_and_of_households(real_2019):
    """13.4 % of households but 27.4 % of rows own a business; 18.4 % and 16.0 % were denied credit or feared it."""
    for counting, business, fear in (("households", 0.134, 0.184), ("rows", 0.274, 0.160)):
        found = {h.column: h.value for h in explore.headlines(real_2019, real_2019, counting=counting)}
        assert found["HBUS"] == pytest.approx(business, abs=5e-4)
        assert found["TURNFEAR"] == pytest.approx(fear, abs=5e-4)


@pytest.mark.parametrize("linear", [True, False])
@pytest.mark.parametrize("column", ["NETWORTH", "DEBT", "AGE", "KIDS", "LEVRATIO", "NTRAD", "RENT"])
def test_every_household_falls_into_exactly_one_bin(real_2019, column, linear):
    groups = {"Fearful": Population.parse("TURNFEAR == 1").apply(real_2019), "Everyone": real_2019}
    found = explore.distribution(groups, column, linear=linear)
    assert found.bins.groupby("group")["share"].sum().tolist() == pytest.approx([1, 1])
    one = found.bins[found.bins["group"] == "Everyone"]
    assert (one["left"].to_numpy()[1:] == one["right"].to_numpy()[:-1]).all()
    assert (one["right"] > one["left"]).all()


def test_zero_is_an_edge_and_the_share_at_zero_is_exact(real_2019):
    found = explore.distribution({"Everyone": real_2019}, "NETWORTH")
    assert 0.0 in found.bins["left"].to_numpy()
    debt = explore.distribution({"Everyone": real_2019}, "DEBT").summary.iloc[0]
    # Bulletin: 76.6 % of families had debt in 2019, so 23.4 % had none
    assert debt["zero"] == pytest.approx(0.234, abs=2e-3)


def test_the_median_of_a_distribution_is_the_published_one(real_2022):
    summary = explore.distribution({"Everyone": real_2022}, "NETWORTH").summary.iloc[0]
    assert summary["0.5"] == 192_700


def test_a_bent_scale_goes_there_and_back():
    scale = explore.Scale("symlog", 1000.0, -1e6, 1e9)
    values = np.array([-1e6, -10.0, 0.0, 1.0, 5e8])
    assert scale.restore(scale.spread(values)) == pytest.approx(values)


def test_constant_and_empty_columns_have_a_scale(households):
    data = households(DEBT=[5.0, 5.0, 5.0])
    found = explore.distribution({"All": data}, "DEBT")
    assert found.bins["share"].sum() == pytest.approx(1)
    nothing = data.where(np.zeros(3, dtype=bool), "nobody")
    assert explore.distribution({"Nobody": nothing}, "DEBT").bins["share"].sum() == 0


def test_points_are_drawn_in_proportion_to_weight(households):
    # half of the weight lies on one row in a hundred: so does half of the points
    weights = np.ones(5000)
    weights[::100] = 99.0
    data = households(WGT=weights, DEBT=np.arange(5000.0), HOUSES=np.arange(5000.0))
    found = explore.relation(data, "DEBT", "HOUSES")
    assert len(found.points) == explore.MAX_POINTS
    heavy = (found.points["x"] % 100 == 0).mean()
    assert heavy == pytest.approx(0.5, abs=0.01)
    assert found.each == pytest.approx(weights.sum() / explore.MAX_POINTS)
    again = explore.relation(data, "DEBT", "HOUSES")
    assert found.points.equals(again.points)


def test_few_equal_rows_are_all_drawn(households):
    data = households(DEBT=[1, 2, 3.0], HOUSES=[1, 2, np.nan])
    found = explore.relation(data, "DEBT", "HOUSES", counting="rows")
    assert found.points["x"].tolist() == [1, 2]
    assert found.each == 1


def test_relation_without_a_complete_household_is_refused(households):
    data = households(DEBT=[1, np.nan], HOUSES=[np.nan, 1])
    with pytest.raises(EstimateError, match="No household has both"):
        explore.relation(data, "DEBT", "HOUSES")


def test_correlation_over_rows_not_over_points(real_2019, notebook):
    found = explore.relation(real_2019, "ASSET", "HOUSES", counting="rows")
    assert found.correlation == pytest.approx(notebook["scf19.corr.asset.houses.all"]["value"], rel=1e-6)


@pytest.mark.parametrize("number", [0, 1, 16])
def test_too_few_or_too_many_columns_to_correlate_are_refused(real_2019, number):
    names = real_2019.codebook.amounts()[:number]
    with pytest.raises(EstimateError, match="between 2 and 15"):
        explore.correlation_table({"Everyone": real_2019}, names)
