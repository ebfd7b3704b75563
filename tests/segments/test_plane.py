"""The plane of two features: regions, points, and the words about what was found."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lib.errors import RecipeError
from lib.features import share_of_extremes
from lib.population import Population
from lib.segments import Recipe, findings, fit, names, stability, sweep
from lib.segments.describe.plane import LEAST_POINTS, centre_words, plane_of


@pytest.fixture
def squares(households):
    """Four tight groups at the corners of a square, one of them of little weight."""
    rng = np.random.default_rng(3)
    corner = np.repeat([[0, 0], [0, 100], [100, 0], [100, 100]], 60, axis=0) + rng.uniform(0, 5, (240, 2))
    weight = np.repeat([10.0, 10.0, 10.0, 0.01], 60)
    return households(WGT=weight, AGE=corner[:, 0], KIDS=corner[:, 1])


def test_regions_cover_the_plane_once_and_belong_to_the_nearest_centroid(squares):
    found = fit(squares, Recipe(("AGE", "KIDS"), scaling="none", k=4))
    plane = plane_of(squares, found, 100)
    areas = (plane.regions["x2"] - plane.regions["x"]) * (plane.regions["y2"] - plane.regions["y"])
    (left, right), (low, high) = (scale.padded() for scale in plane.scales)
    assert areas.sum() == pytest.approx((right - left) * (high - low))
    # four equal squares around four corners
    assert areas.groupby(plane.regions["segment"]).sum().to_numpy() == pytest.approx(areas.sum() / 4, rel=0.1)
    middle = plane.regions[["x", "x2"]].mean(axis=1), plane.regions[["y", "y2"]].mean(axis=1)
    off = [(middle[0] - c.x) ** 2 + (middle[1] - c.y) ** 2 for c in plane.centroids.itertuples()]
    edge = plane.regions[["x", "x2"]].diff(axis=1).iloc[:, 1] < 50
    assert (np.argmin(off, axis=0) + 1 == plane.regions["segment"])[edge].all()


def test_a_centre_is_called_a_mean_only_where_it_is_one(households):
    # 0, 0 and 300 have the mean 100 and the median 0; on the log-like scale the centre is neither
    data = households(DEBT=[0, 0, 300, 9e6, 9e6, 9e6])
    plain, bent = (fit(data, Recipe(["DEBT"], transform, k=2)) for transform in ("none", "asinh"))
    assert plain.centroids.loc[1, "DEBT"] == pytest.approx(100)
    assert centre_words(plain.model) == ""
    assert 0 < bent.centroids.loc[1, "DEBT"] < 100
    assert centre_words(bent.model) == (
        " (the mean on the bent scale, led back: neither the mean nor the median of the members)"
    )


def test_a_segment_of_little_weight_is_drawn_too(squares):
    found = fit(squares, Recipe(("AGE", "KIDS"), scaling="none", k=4))
    drawn = plane_of(squares, found, 100).points["segment"].value_counts()
    assert drawn.min() >= LEAST_POINTS
    assert drawn.sum() <= 100 + 4 * LEAST_POINTS


def test_a_plane_needs_two_features(squares):
    with pytest.raises(RecipeError, match="two features"):
        plane_of(squares, fit(squares, Recipe(("AGE",), k=2)), 100)


@pytest.mark.parametrize("names", [("id", "weight"), ("segment", "row"), ("y", "x")])
def test_points_are_where_their_features_say_whatever_those_are_called(squares, names):
    """Features named like what comes with a point were overwritten by it."""
    columns = dict(zip(("AGE", "KIDS"), names, strict=True))
    frame = squares.frame.rename(columns=columns)
    renamed = replace(squares, frame=frame, codebook=squares.codebook.restricted_to(list(frame)))
    plain, drawn = (
        plane_of(data, fit(data, Recipe(features, scaling="none", k=4)), 100)
        for data, features in ((squares, ("AGE", "KIDS")), (renamed, names))
    )
    pd.testing.assert_frame_equal(drawn.points, plain.points)
    pd.testing.assert_frame_equal(drawn.centroids, plain.centroids)
    assert drawn.points["x"].tolist() == squares.values("AGE")[drawn.points["row"]].tolist()
    assert drawn.points["y"].tolist() == squares.values("KIDS")[drawn.points["row"]].tolist()


def test_points_come_from_one_implicate(real_2019):
    fearful = Population.parse("TURNFEAR == 1").apply(real_2019)
    found = fit(fearful, Recipe(("DEBT", "HOUSES"), transform="asinh", k=4))
    points = plane_of(fearful, found, 2500).points
    assert points["id"].is_unique
    assert (found.labels[points["row"]] == points["segment"]).all()


def test_findings_name_what_few_households_carry(real_2019):
    """The notebooks' four clusters: three of them hold 1, 2 and 5 sampled households."""
    fearful = Population.parse("TURNFEAR == 1").apply(real_2019)
    recipe = Recipe(("DEBT", "HOUSES"), scaling="none", k=4, counting="rows")
    found = fit(fearful, recipe)
    said = findings(found, names(fearful, found), who="the fearful").text
    assert "Segments 2, 3 and 4 rest on fewer than 30 sampled households" in said
    assert "99.2% of the rows" in said
    assert "strong" not in said


def test_findings_speak_of_scores_and_stability_once_they_are_known(squares):
    recipe = Recipe(("AGE", "KIDS"), scaling="none", k=4, starts=5)
    found = fit(squares, recipe)
    told = findings(found, {}, who="squares").text
    more = findings(
        found,
        {},
        who="squares",
        swept=sweep(squares, recipe, range(2, 8)),
        stable=stability(squares, found, resamples=5),
    ).text
    said = told.split(". ")
    assert all(sentence.rstrip(".") in more for sentence in said)
    assert "comes back with similarity" in more
    assert "criteria" in more
    assert "comes back" not in told
    assert "criteria" not in told


def test_segments_of_a_handful_of_households_begin_with_a_warning(real_2019):
    """Nine sampled households are older than 94."""
    oldest = Population.parse("AGE > 94").apply(real_2019)
    recipe = Recipe(("DEBT", "HOUSES"), "asinh", k=4, starts=5)
    found = fit(oldest, recipe)
    assert oldest.sampled == 9
    told = findings(found, {}, who="the oldest", swept=sweep(oldest, recipe, range(2, 5))).text
    assert told.startswith("These segments rest on 9 sampled households in all: too few to tell anything.")
    assert "1 sampled household." in told
    assert "1 sampled households" not in told
    assert "structure" not in told
    assert "nan" not in told.lower()
    rows = findings(
        fit(oldest, Recipe(recipe.features, "asinh", k=4, starts=5, counting="rows")), {}, who="the oldest"
    ).text
    assert rows.startswith("These segments rest on at most ")


def test_segments_of_a_handful_of_values_begin_with_a_warning(households):
    # four different points; starts that miss one of them are not "nan % above" an inertia of nothing
    data = households(DEBT=np.tile([0.0, 1.0, 50.0, 51.0], 25), AGE=np.arange(100.0))
    found = fit(data, Recipe(["DEBT"], k=4, starts=20))
    found = replace(found, inertias=np.array([0.0, 5.0, 5.0]), inertia=0.0)
    told = findings(found, {}, who="all").text
    assert told.startswith(
        "The features take only 4 different values together: 4 segments of them say hardly more than the values "
        "themselves."
    )
    assert "k-means was started 3 times and ended here once: with more starts something better" in told
    assert "nan" not in told.lower()


def test_enough_households_and_values_bring_no_warning(squares):
    told = findings(fit(squares, Recipe(("AGE", "KIDS"), scaling="none", k=4, starts=5)), {}, who="squares").text
    assert told.startswith("**4 segments** (squares): the largest, ")


def test_share_of_extremes():
    # ninety-nine households at 0 and one at 100: about the mean of 1 its square is 9801 of 9900 in all
    values = np.array([0.0] * 99 + [100.0])
    assert share_of_extremes(values, np.ones(100)) == pytest.approx(0.99)
    assert np.isnan(share_of_extremes([1, 1], [1, 1]))
