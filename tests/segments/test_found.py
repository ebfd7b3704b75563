"""One member that was looked for: by hand, beside scikit-learn, and with implicates as one."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors
from tables import neutral_table

from lib import maps
from lib.errors import RecipeError
from lib.maps.marking import mark
from lib.population import Population
from lib.segments import UNASSIGNED, Recipe, find_member, fit, place

TWO = Recipe(("DEBT", "ASSET"), scaling="none", k=2)


@pytest.fixture
def five(households):
    """Five households; the third lies between the two groups. AGE is no feature."""
    return households(
        DEBT=[0, 2, 9, 20, 22],
        ASSET=[0, 0, 0, 0, 0.5],
        AGE=[30, 40, 40, 50, 60],
        WGT=[1, 1, 2, 1, 3],
        MARRIED=[1, 1, 2, 2, 1],
    )


def test_where_it_stands_by_hand(five):
    found = find_member(five, fit(five, TWO), 3, ("AGE", "MARRIED"))
    everyone, inside = found.standing["everyone"], found.standing["segment"]
    assert found.segment == 1
    assert found.standing.loc["DEBT", "value"] == 9
    assert everyone["DEBT"] == pytest.approx((1 + 1 + 2 / 2) / 8)  # weights below it, and half of its own
    assert inside["DEBT"] == pytest.approx((1 + 1 + 2 / 2) / 4)
    assert everyone["AGE"] == pytest.approx((1 + (1 + 2) / 2) / 8)
    assert everyone["MARRIED"] == pytest.approx((2 + 1) / 8)  # those of the same code
    assert inside["MARRIED"] == pytest.approx(2 / 4)


def test_how_firmly_it_belongs_is_what_placing_says(five):
    segmentation = fit(five, TWO)
    for member in five.ids:
        found = find_member(five, segmentation, int(member))
        row = five.frame.iloc[found.rows[0]]
        placed = place(segmentation, {"DEBT": row["DEBT"], "ASSET": row["ASSET"]})
        assert found.placement.distances.tolist() == pytest.approx(placed.distances.tolist())
        assert (found.placement.segment, found.placement.next_best) == (placed.segment, placed.next_best)
        assert found.placement.borderline == pytest.approx(placed.borderline)


def test_its_neighbours_are_scikit_learns():
    data = neutral_table()
    segmentation = fit(data, Recipe(("a", "b", "d"), k=3, starts=3))
    found = find_member(data, segmentation, "C10150")
    matrix = segmentation.points.matrix
    distances, places = NearestNeighbors(n_neighbors=6).fit(matrix).kneighbors(matrix[[149]])
    near = found.neighbours.index
    assert near.get_level_values("id").tolist() == data.ids[places[0][1:]].tolist()
    assert near.get_level_values("distance").tolist() == pytest.approx(distances[0][1:])
    assert near.get_level_values("segment").tolist() == segmentation.labels[places[0][1:]].tolist()
    assert found.neighbours["b"].tolist() == data.values("b")[places[0][1:]].tolist()


def test_five_equal_implicates_are_one_household(blobs, five_copies):
    recipe = Recipe(("DEBT", "ASSET"), k=4, starts=3)
    once, often = (find_member(data, fit(data, recipe), 77) for data in (blobs, five_copies))
    assert len(often.rows) == often.agreeing == 5
    assert often.segment == once.segment
    assert often.standing.to_numpy() == pytest.approx(once.standing.to_numpy())
    assert often.placement.distances.tolist() == pytest.approx(once.placement.distances.tolist())
    assert (
        often.neighbours.index.get_level_values("id").tolist() == once.neighbours.index.get_level_values("id").tolist()
    )
    assert often.neighbours.to_numpy() == pytest.approx(once.neighbours.to_numpy())


def test_implicates_that_differ_are_told_together(sample):
    segmentation = fit(sample, Recipe(("NETWORTH", "AGE"), "quantile", k=6, starts=2))
    labels = segmentation.labels.reshape(-1, 5)
    torn = int(np.flatnonzero(labels.min(axis=1) < labels.max(axis=1))[0])
    found = find_member(sample, segmentation, int(sample.ids[torn * 5]), ("INCOME",))
    own = sample.values("NETWORTH")[torn * 5 : torn * 5 + 5]
    assert found.rows.tolist() == list(range(torn * 5, torn * 5 + 5))
    assert found.standing.loc["NETWORTH", ["value", "least", "most"]].tolist() == [own.mean(), own.min(), own.max()]
    assert found.agreeing == np.bincount(labels[torn]).max() < 5
    assert found.segment == np.bincount(labels[torn]).argmax()
    assert found.point == pytest.approx(segmentation.points.matrix[found.rows].mean(axis=0))
    assert sample.ids[torn * 5] not in found.neighbours.index.get_level_values("id")


def test_a_household_of_which_only_some_implicates_are_in_the_population(sample):
    data = Population.parse("NETWORTH > 1e5").apply(sample)
    rows = np.bincount(data.member_codes)
    some = data.ids[data.member_codes == int(np.flatnonzero((rows > 1) & (rows < 5))[0])]
    found = find_member(data, fit(data, Recipe(("NETWORTH", "AGE"), "asinh", k=3, starts=1)), int(some[0]))
    assert len(found.rows) == len(some) < 5


def test_a_gap_is_a_gap():
    data = neutral_table()
    holed = replace(data, frame=data.frame.assign(c=data.frame["c"].where(data.frame.index > 3)), fingerprint="holed")
    segmentation = fit(holed, Recipe(("a", "b"), k=3, starts=2))
    assert find_member(holed, segmentation, "C10001", ("c",)).standing.loc["c"].isna().all()
    other = find_member(holed, segmentation, "C10200", ("c",)).standing.loc["c"]
    values = data.values("c")[4:]
    assert other["everyone"] == pytest.approx((values < data.values("c")[199]).mean() + 0.5 / len(values))


def test_nobody_is_said_and_somebody_in_no_segment_has_the_nearest_centre():
    data = neutral_table()
    with pytest.raises(RecipeError, match="There is no row X in this population: look at another, or widen it"):
        find_member(data, fit(data, Recipe(("a", "b"), k=3, starts=1)), "X")
    lonely = replace(data, frame=data.frame.assign(a=data.frame["a"].mask(data.frame.index == 7, 500.0)))
    segmentation = fit(lonely, Recipe(("a", "b"), k=3, algorithm="hdbscan"))
    found = find_member(lonely, segmentation, "C10008")
    assert found.segment == UNASSIGNED
    assert found.placement.segment == found.placement.distances.idxmin()


# --- its mark on a map


@pytest.fixture
def mapped():
    data = neutral_table()
    recipe = Recipe(("a", "b", "d"), k=3, starts=2)
    return data, fit(data, recipe), maps.project(data, recipe, "pca")


def without(projection, rows, **changes):
    """The same map without some of its points."""
    table = projection.table
    return replace(projection, table=table[~table["row"].isin(rows)], **changes)


def test_a_mark_is_on_its_own_point(mapped):
    data, segmentation, projection = mapped
    for row in (0, 149, 299):
        placed = mark(projection, segmentation, find_member(data, segmentation, data.ids[row]))
        assert (placed.x, placed.y) == tuple(projection.table.loc[row, ["x", "y"]])
        assert placed.way == "drawn"


@pytest.mark.parametrize("share", [None, 0.9], ids=["features", "components"])
def test_who_is_not_on_pca_is_marked_where_its_axes_put_it(share):
    data = neutral_table()
    recipe = Recipe(("a", "b", "d"), k=3, starts=2, pca=share)
    segmentation, projection = fit(data, recipe), maps.project(data, recipe, "pca")
    placed = mark(without(projection, [149]), segmentation, find_member(data, segmentation, "C10150"))
    assert placed.way == "projected"
    assert (placed.x, placed.y) == pytest.approx(tuple(projection.table.loc[149, ["x", "y"]]))


def test_who_is_not_on_another_map_is_marked_on_its_nearest_that_is(mapped):
    data, segmentation, projection = mapped
    found = find_member(data, segmentation, "C10150")
    first, second = found.neighbours.index[:2]
    gone = [149, int(np.flatnonzero(data.ids == first[0])[0])]
    placed = mark(without(projection, gone, method="umap", components=None), segmentation, found)
    assert (placed.way, placed.nearest) == ("beside", second[0])
    assert placed.distance == pytest.approx(second[2])
    there = projection.table[projection.table["id"] == second[0]].iloc[0]
    assert (placed.x, placed.y) == (there["x"], there["y"])
