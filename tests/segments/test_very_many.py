"""More than a hundred thousand rows: segments are of all of them, what segments many times over is of a stated draw."""

import numpy as np
import pandas as pd
import pytest

from lib.dataset import Codebook, Dataset, Variable
from lib.segments import Recipe, compare, explain, findings, fit, iterations, names, points_of, stability, sweep
from lib.segments.points import VERY_MANY, some_members

ROWS = VERY_MANY + 20_000
RECIPE = Recipe(("across", "up"), k=3, scaling="none", starts=6)
SAID = "Of 100,000 rows drawn at random from 120,000."


def table_of(frame, **about):
    codebook = Codebook({name: Variable(name, label=name.title(), unit="ratio") for name in ("across", "up")})
    return Dataset(frame, codebook, name="Many", fingerprint="many", **about)


@pytest.fixture(scope="module")
def many():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, ROWS)
    return table_of(pd.DataFrame({"across": 10.0 * kind + rng.normal(size=ROWS), "up": rng.normal(size=ROWS)}))


@pytest.fixture(scope="module")
def found(many):
    return fit(many, RECIPE)


def test_segments_are_of_every_row(many, found):
    assert len(found.labels) == found.sizes["rows"].sum() == ROWS
    for number, centre in zip(found.model.numbers, found.model.centres, strict=True):
        assert found.points.matrix[found.labels == number].mean(axis=0) == pytest.approx(centre, abs=1e-9)
    assert len(found.inertias) == RECIPE.starts
    assert found.inertias.min() == pytest.approx(found.inertia, rel=1e-9)


def test_the_three_groups_that_were_made_are_found(found):
    assert found.centroids["across"].to_list() == pytest.approx([0, 10, 20], abs=0.1)


def test_different_points_are_not_held_twice(many):
    points = points_of(many, RECIPE)[1]
    assert points.distinct[0] is points.matrix
    assert [len(stage) for stage in points.stages] == [10_000, VERY_MANY, ROWS]


def test_members_are_drawn_with_all_their_implicates():
    members = np.repeat(np.arange(ROWS // 2), 2)
    frame = pd.DataFrame({"id": members, "across": 1.0, "up": 1.0})
    drawn = some_members(table_of(frame, id="id"), most=1_000)
    assert drawn.sum() == 2_000
    assert (np.bincount(members[drawn]) != 1).all()
    assert some_members(table_of(frame, id="id"), most=ROWS // 2) is None


def test_numbers_of_segments_are_tried_on_drawn_rows_and_it_is_said(many, found):
    swept = sweep(many, RECIPE, range(2, 5), fitted=lambda _: pytest.fail("the fits of all rows are no use"))
    assert {len(one.labels) for one in swept.segmentations.values()} == {VERY_MANY}
    assert swept.notes == (SAID,)
    assert swept.table["silhouette"].idxmax() == 3
    assert SAID in findings(found, names(many, found), who="Everyone", swept=swept).text


def test_stability_is_of_drawn_rows_and_it_is_said(many, found):
    stable = stability(many, found, resamples=2)
    assert stable.words.endswith(SAID)
    assert (stable.table["bootstrap"] > 0.9).all()


def test_methods_are_compared_on_drawn_rows_and_it_is_said(many):
    compared = compare(many, RECIPE, ("kmeans", "bisecting"))
    assert compared.drawn == SAID
    assert {len(one.labels) for one in compared.segmentations.values()} == {VERY_MANY}


def test_iterations_are_watched_on_drawn_rows_and_labelled_where_asked(many, found):
    rows = np.array([0, 7, ROWS - 1])
    steps = iterations(many, RECIPE, rows=rows)
    assert {step.drawn for step in steps} == {VERY_MANY}
    assert {len(step.labels) for step in steps} == {3}
    assert steps[-1].labels.tolist() == found.labels[rows].tolist()
    assert steps[-1].centroids.to_numpy() == pytest.approx(found.centroids.to_numpy(), abs=0.05)


def test_rules_are_told_with_the_shares_of_all_rows(many, found):
    told = explain(many, found)
    catches = [np.any([rule.covers({n: many.values(n) for n in RECIPE.features}) for rule in own], axis=0)
               for own in told.rules.values()]  # fmt: skip
    right = sum((found.labels == number) & hit for number, hit in zip(told.rules, catches, strict=True)).mean()
    assert told.right == pytest.approx(right)
    assert told.right > 0.9
