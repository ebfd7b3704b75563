"""A household that stands for its segment."""

import sys
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from tables import CUSTOMERS

from lib.errors import RecipeError
from lib.segments import Recipe, fit
from lib.segments.describe.typical import medoid, one_of_them, typical
from lib.segments.points import Points
from lib.subjects import SCF


def points(matrix, weights):
    rows = len(matrix)
    return Points(np.asarray(matrix, float), np.asarray(weights, float), np.arange(rows), np.zeros(rows, dtype=np.intp))


def test_a_medoid_by_hand():
    # on a line the medoid is the weighted median: sums from 0, 1, 10 are 11, 10, 19
    assert medoid(points([[0], [1], [10]], [1, 1, 1])) == (1, pytest.approx(10 / 3))
    assert medoid(points([[0], [1], [10]], [1, 1, 5])) == (2, pytest.approx(19 / 7))


def test_a_medoid_is_not_what_lies_nearest_to_the_centroid():
    # the mean of 0, 1, 2, 3, 100 is 21.2 and nearest to 3; the least sum of distances is at 2
    assert medoid(points([[0], [1], [2], [3], [100]], np.ones(5)))[0] == 2


@pytest.mark.parametrize("rows", [1, 7, 700])
def test_a_medoid_is_the_best_of_all(rows):
    rng = np.random.default_rng(rows)
    matrix, weights = rng.normal(size=(rows, 3)), rng.uniform(0.1, 5, rows)
    sums = cdist(matrix, matrix) @ weights
    place, distance = medoid(points(matrix, weights))
    assert place == sums.argmin()
    assert distance == pytest.approx(sums.min() / weights.sum())


def test_of_many_equal_points_the_first_is_the_medoid_and_rows_without_weight_may_be_it():
    # half the rows are one point, as households without debt are, and every other row counts nothing
    rng = np.random.default_rng(3)
    matrix = np.where(rng.random((600, 1)) < 0.5, 0.0, rng.normal(size=(600, 2)).round(1))
    weights = np.where(np.arange(600) % 2, 1.0, 0.0)
    sums = cdist(matrix, matrix) @ weights
    place, _ = medoid(points(matrix, weights))
    assert place == np.flatnonzero(sums <= sums.min() * (1 + 1e-9))[0]


def test_a_medoid_holds_no_table_of_all_distances():
    matrix = np.random.default_rng(4).normal(size=(6_000, 5))
    many = points(matrix, np.ones(6_000))
    tracemalloc.start()
    medoid(many)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * matrix.nbytes  # all distances at once would be 1,200 times as much


def test_permuted_rows_and_scaled_weights_give_the_same_household(blobs):
    found = fit(blobs, Recipe(("DEBT", "ASSET"), k=4))
    order = np.random.default_rng(1).permutation(len(blobs))
    frame = blobs.frame.iloc[order].assign(WGT=lambda f: f["WGT"] * 9)
    other = replace(blobs, frame=frame)
    again = fit(other, Recipe(("DEBT", "ASSET"), k=4))
    for segment in (1, 2, 3, 4):
        assert typical(blobs, found, segment).id == typical(other, again, segment).id


def test_it_is_a_member_from_one_implicate(five_copies):
    found = fit(five_copies, Recipe(("DEBT", "ASSET"), k=4))
    for segment in (1, 2, 3, 4):
        told = typical(five_copies, found, segment)
        assert found.labels[told.row] == segment
        assert five_copies.implicate_codes[told.row] == 0
        assert told.considered == 60
        assert told.exact


def test_of_too_many_rows_it_is_sought_among_those_drawn_by_weight(blobs, monkeypatch):
    monkeypatch.setattr(sys.modules["lib.segments.describe.typical"], "EXACT", 40)
    found = fit(blobs, Recipe(("DEBT", "ASSET"), k=2))
    told = typical(blobs, found, 1)
    assert (told.exact, told.considered) == (False, 40)
    assert told.note.startswith("The medoid of 40 rows drawn by weight, as the segment has more than 40. It is central")
    assert found.labels[told.row] == 1


def test_households_in_words(households):
    data = households(
        AGE=[40, 41, 42],
        MARRIED=[1, 1, 2],
        KIDS=[0, 1, 2],
        EDCL=[2, 4, 1],
        OCCAT1=[1, 1, 3],
        OCCAT2=[2, 1, 4],
        HOUSECL=[1, 1, 2],
        HOUSES=[1e5, 2e5, 0],
        INCOME=[4e4, 5e4, 1e4],
        NETWORTH=[5e4, 6e4, -1e3],
        DEBT=[1, 2, 3],
        NFIN=[7, 8, 9],
    )
    found = fit(data, Recipe(("AGE", "NFIN"), k=2))
    told = typical(data, replace(found, labels=np.array([1, 1, 1])), 1)
    assert told.sentence == (
        "Reference person aged 41, married or living with partner, 1 child. Bachelor's degree or higher; works for "
        "someone else (managerial or professional). Owns home worth $200,000. Household income $50,000, net worth "
        "$60,000, total debt $2, nonfinancial assets $8."
    )
    assert told.facts["Marital status"] == "Married or living with partner"
    assert "Race" not in told.sentence
    alone = typical(data, replace(found, labels=np.array([2, 2, 1])), 1)
    assert "neither married nor living with partner, 2 children" in alone.sentence
    assert "not working" in alone.sentence
    assert "rents or other" in alone.sentence.lower()
    assert " worth $" not in alone.sentence.replace("net worth", "")


def test_a_table_of_customers_is_told_by_its_features(blobs):
    customers = replace(blobs, weight=None, id=None, implicates=1, subject=CUSTOMERS)
    told = typical(customers, fit(customers, Recipe(("DEBT", "ASSET"), k=4)), 2)
    assert told.id == told.row + 1
    assert told.sentence.startswith("Total debt")
    named = replace(customers, id="YY1", frame=blobs.frame.assign(YY1=[f"C{n}" for n in range(240)]))
    assert typical(named, fit(named, Recipe(("DEBT", "ASSET"), k=4)), 2).id == f"C{told.row}"


def test_every_segment_of_the_survey_has_one(sample):
    assert set(SCF.telling.columns) <= set(sample.columns)
    found = fit(sample, Recipe(("NETWORTH", "INCOME"), "quantile", k=3, starts=2))
    for segment in (1, 2, 3):
        told = typical(sample, found, segment)
        assert told.exact
        assert told.id == sample.frame["YY1"].iloc[told.row]
        assert told.sentence.count("$") >= 4


def test_there_is_none_of_no_segment(blobs):
    found = fit(blobs, Recipe(("DEBT", "ASSET"), k=4))
    with pytest.raises(RecipeError, match="no segment 5"):
        typical(blobs, found, 5)
    with pytest.raises(RecipeError, match="no segment 0"):
        typical(blobs, found, 0)


def test_the_only_row_of_a_segment_is_said_to_be(households):
    data = households(DEBT=[0, 1, 100], ASSET=[0, 1, 100])
    found = fit(data, Recipe(("DEBT", "ASSET"), k=2))
    alone = typical(data, found, 2)
    assert alone.note == (
        "The only row of the segment. It is central in the features only: total debt $100 (the segment's median $100) "
        "and total assets $100 (the segment's median $100)."
    )
    assert typical(data, found, 1).note.startswith("The medoid of 2 rows:")


def test_it_claims_to_be_central_in_the_features_only_and_says_how_near(households):
    """The medoid of ages 40, 50 and 90 earns nine billion: that the median is $30,000 is said beside it."""
    data = households(AGE=[40.0, 50, 90], KIDS=[0.0, 1, 2], INCOME=[1e4, 9e9, 3e4])
    found = fit(data, Recipe(("AGE", "KIDS"), scaling="none", k=2))
    told = typical(data, replace(found, labels=np.array([1, 1, 1])), 1)
    assert told.near == (
        "It is central in the features only: age of reference person 50 (the segment's median 50) and number of "
        "children 1 (the segment's median 1). It was not chosen by these: household income $9,000,000,000 (the "
        "segment's median $30,000)."
    )
    assert one_of_them(data) == "One real household of it"
    assert one_of_them(replace(data, synthetic=True)) == "One synthetic household of it"
