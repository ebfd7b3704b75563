"""Amounts in two parts: having any, and how much; by hand, there and back, and what the survey's houses are."""

import json
from math import asinh, sqrt

import numpy as np
import pytest

from lib.features import Space, fit_space, share_of_having
from lib.features.two_parts import Part
from lib.population import Population
from lib.segments import Recipe, fit

VALUES, WEIGHTS = [-100.0, 0, 0, 100, 300], [1.0, 1, 2, 1, 1]
"""Debts, nothing, and amounts; half of the weight has any, and 100 is their median absolute amount."""

BENT = np.array([asinh(-1), asinh(1), asinh(3)])


@pytest.fixture
def few(households):
    return households(NETWORTH=VALUES, AGE=[30.0, 40, 50, 60, 70], WGT=WEIGHTS)


@pytest.fixture
def space(few):
    return fit_space(few, ("NETWORTH", "AGE"), transform="two_part", weights=few.weights())


def test_a_column_with_zeros_and_debts_by_hand(few, space):
    found = space.matrix(few.frame)
    assert [part.name for part in space.parts] == ["NETWORTH: has any", "NETWORTH: how much", "AGE"]
    assert found[:, 0] == pytest.approx(np.array([1, 0, 0, 1, 1]) * sqrt(2))
    off = (BENT - BENT.mean()) / BENT.std()
    assert found[:, 1] == pytest.approx([off[0], 0, 0, off[1], off[2]])
    assert space.dimensions == 3


@pytest.mark.parametrize("scaling", ["standard", "robust", "none"])
@pytest.mark.parametrize("bend", [0.1, 1.0, 10.0])
def test_having_any_weighs_the_same_wherever_the_scale_bends(few, scaling, bend):
    """In units of what the amounts of those who have any differ by; without scaling it used to lose all weight."""
    found = fit_space(few, ("NETWORTH",), transform="two_part", scaling=scaling, bend=bend, weights=few.weights())
    parts = found.matrix(few.frame)
    held, weights = parts[:, 0] > 0, few.weights()
    amounts = parts[held, 1]
    spread = sqrt(np.average(np.square(amounts), weights=weights[held])) if scaling != "robust" else 1.0
    assert np.ptp(parts[:, 0]) == pytest.approx(sqrt(2) * spread)


def test_an_amount_that_half_have_counts_as_much_as_one_that_all_have(few, space):
    parts = space.matrix(few.frame)
    shares = few.weights() / few.weights().sum()
    total = shares @ np.square(parts - shares @ parts)
    assert total[0] + total[1] == pytest.approx(1)
    assert total[2] == pytest.approx(1)


def test_a_centre_says_who_has_any_and_how_much_they_have(few, space):
    """The mean of the last three: two of four have any, on average between 100 and 300 on the bent scale."""
    found = space.matrix(few.frame)
    centre = np.average(found[2:], axis=0, weights=WEIGHTS[2:])[None, :]
    assert space.held(centre)["NETWORTH"].tolist() == pytest.approx([0.5])
    assert space.original(centre)["NETWORTH"].tolist() == pytest.approx([100 * np.sinh((BENT[1] + BENT[2]) / 2)])
    nobody = found[1:3].mean(axis=0)[None, :]
    assert space.original(nobody)["NETWORTH"].tolist() == [0]
    assert space.held(nobody)["NETWORTH"].tolist() == [0]
    assert space.ordered(centre)[0, 0] == pytest.approx((BENT[1] + BENT[2]) / 4)  # the mean with nothing as 0
    drawn = [space.usual(point)["NETWORTH"].iloc[0] for point in (centre, nobody, found[:3].mean(axis=0)[None, :])]
    assert drawn == [space.original(centre)["NETWORTH"].iloc[0], 0, 0]  # where most have none it is drawn at 0


def test_it_leads_back_to_dollars_through_json_and_components(few):
    for kind in ({}, {"scaling": "minmax"}, {"scaling": "none"}, {"pca": 0.999999}):
        space = fit_space(few, ("NETWORTH", "AGE"), transform="two_part", weights=few.weights(), **kind)
        stored = Space.from_dict(json.loads(json.dumps(space.to_dict())))
        there = stored.matrix(few.frame)
        assert np.array_equal(there, space.matrix(few.frame))
        assert np.allclose(stored.original(there), few.frame[["NETWORTH", "AGE"]], atol=1e-6)
        assert np.allclose(space.moved(there, stored), there)


def test_points_move_between_scales_with_the_share_that_has_any(few, space, households):
    other = fit_space(
        households(NETWORTH=[0.0, 50, 500], AGE=[20.0, 30, 40]),
        space.features,
        transform="two_part",
        weights=np.ones(3),
    )
    centre = space.matrix(few.frame)[2:].mean(axis=0)[None, :]
    moved = space.moved(centre, other)
    assert np.allclose(other.held(moved), space.held(centre))
    assert np.allclose(other.original(moved), space.original(centre))


def test_what_everybody_has_and_what_has_one_amount_only_stay_whole(households):
    data = households(DEBT=[1.0, 2, 3], HOUSES=[0.0, 5, 5], HHSEX=[1.0, 2, 2], WGT=[1.0, 1, 1])
    space = fit_space(data, ("DEBT", "HOUSES", "HHSEX"), transform="two_part", scaling="none", weights=np.ones(3))
    assert space.parts == (Part("DEBT"), Part("HOUSES"), Part("HHSEX"))
    assert space.matrix(data.frame)[:, 1:].tolist() == [[0, 1], [5, 2], [5, 2]]
    assert space.matrix(data.frame)[:, 0] == pytest.approx(np.arcsinh([0.5, 1, 1.5]))


def test_share_of_having_by_hand():
    """Of 0, 0, 1, 1 all of it is having any; of amounts alone nothing."""
    ones = np.ones(4)
    assert share_of_having(np.array([0.0, 0, 1, 1]), ones) == pytest.approx(1)
    assert share_of_having(np.array([1.0, 2, 3, 4]), ones) == 0
    assert np.isnan(share_of_having(np.zeros(4), ones))
    bent = np.array([0, *BENT[1:]])  # 0, 100, 300 around the median of 100
    between = (2 / 9) * bent[1:].mean() ** 2
    assert share_of_having(np.array([0.0, 100, 300]), np.ones(3)) == pytest.approx(between / bent.var())


def test_of_the_houses_of_the_fearful_57_per_cent_is_owning_or_not(real_2019):
    data = Population.parse("TURNFEAR == 1").apply(real_2019)
    assert share_of_having(data.values("HOUSES"), data.weights()) == pytest.approx(0.574, abs=0.0005)


def test_segments_are_numbered_by_the_amount_over_all(sample):
    found = fit(sample, Recipe(("HOUSES", "DEBT"), "two_part", k=4, starts=5))
    bent = np.arcsinh(sample.values("HOUSES") / found.model.space.curves[0][0])
    means = [np.average(bent[found.labels == n], weights=found.points.weights[found.labels == n]) for n in range(1, 5)]
    assert means == sorted(means)
    assert found.model.held["HOUSES"].between(0, 1).all()
    has = sample.values("HOUSES") != 0
    shares = [np.average(has[found.labels == n], weights=found.points.weights[found.labels == n]) for n in range(1, 5)]
    assert found.model.held["HOUSES"].tolist() == pytest.approx(shares, abs=1e-9)
