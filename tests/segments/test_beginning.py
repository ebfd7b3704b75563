"""With how many segments to begin, on tables of scores made up by hand."""

import csv

import pandas as pd
import pytest

from lib.segments import MAX_K, MIN_K, Recipe, Sweep, beginning, known_beginning, mark_of
from lib.segments.judge.beginning import FILE

RECIPE = Recipe(("DEBT", "HOUSES"), "asinh")
FALLING = [0.60, 0.55, 0.50, 0.45, 0.40]


def swept(silhouette=FALLING, overlap=(0.1, 0.2, 0.3, 0.4, 0.5), thin=(0, 0, 0, 0, 0), found=(20, 20, 20, 20, 20)):
    """Scores of 2 to 6 segments; the ratio of spread is highest at the end, and there are too few for an elbow."""
    columns = {
        "inertia": [50.0, 40.0, 30.0, 20.0, 10.0],
        "silhouette": silhouette,
        "calinski_harabasz": [1.0, 2.0, 3.0, 4.0, 5.0],
        "davies_bouldin": overlap,
        "thin_segments": thin,
        "times_found": found,
        "starts": [50] * 5,
    }
    return Sweep(RECIPE, pd.DataFrame(columns, index=pd.Index(range(2, 7), name="k")), {})


@pytest.mark.parametrize(
    ("scores", "k", "by"),
    [
        # both have their best at 3, within the range
        ({"silhouette": [0.5, 0.6, 0.5, 0.4, 0.3], "overlap": (0.5, 0.1, 0.3, 0.4, 0.6)}, 3,
         ("Silhouette", "Davies-Bouldin")),
        # one says 3, the other 5: the smaller
        ({"silhouette": [0.5, 0.4, 0.5, 0.6, 0.3], "overlap": (0.5, 0.1, 0.3, 0.4, 0.6)}, 3, ("Davies-Bouldin",)),
        # one alone leads no farther than four; two do
        ({"silhouette": [0.5, 0.4, 0.5, 0.6, 0.3]}, 4, ()),
        ({"silhouette": [0.5, 0.4, 0.5, 0.6, 0.3], "overlap": (0.5, 0.4, 0.3, 0.1, 0.6)}, 5,
         ("Silhouette", "Davies-Bouldin")),
        # 5 leaves a segment that rests on too few; 3 was found once in fifty starts
        ({"silhouette": [0.5, 0.4, 0.5, 0.6, 0.3], "thin": (0, 0, 0, 1, 1)}, 4, ()),
        ({"overlap": (0.5, 0.1, 0.3, 0.4, 0.6), "found": (20, 1, 5, 5, 5)}, 4, ()),
        # all at the ends: as many as rest on enough and are found again, up to four
        ({"thin": (0, 0, 1, 1, 1)}, 3, ()),
        ({"thin": (1, 1, 1, 1, 1)}, 2, ()),
    ],
    ids=["agreed", "disagreed", "alone", "farther", "thin", "hardly found", "ends", "nothing"],
)  # fmt: skip
def test_it_is_what_most_criteria_advise_among_the_numbers_that_hold(scores, k, by):
    found = beginning(swept(**scores))
    assert (found.k, found.by) == (k, by)
    assert "30 sampled households or more" in found.why("30 sampled households")


def test_a_mark_is_of_the_members_and_of_all_of_the_recipe_but_the_number_and_the_starts():
    mark = mark_of("SCF 2022", 3839, 24_123_456.4, RECIPE)
    assert mark == mark_of("SCF 2022", 3839, 24_123_456.4, Recipe(("DEBT", "HOUSES"), "asinh", k=9, starts=3, seed=1))
    others = (
        mark_of("SCF 2019", 3839, 24_123_456.4, RECIPE),
        mark_of("SCF 2022", 3839, 24_123_457.0, RECIPE),
        mark_of("SCF 2022", 3839, 24_123_456.4, Recipe(("DEBT", "HOUSES"))),
        mark_of("SCF 2022", 3839, 24_123_456.4, Recipe(("DEBT", "HOUSES"), "asinh", counting="rows")),
    )
    assert mark not in others
    assert known_beginning(mark) is None


def test_what_was_found_beforehand_can_be_begun_with():
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["mark"] for row in rows}) == len(rows) > 30
    for row in rows:
        found = known_beginning(row["mark"])
        assert MIN_K <= found.k <= MAX_K
        # the issue that asked for it: of these, four rest on 28 sampled households, and 3 of 81 starts find them
    (flagship,) = [
        row for row in rows if (row["data"], row["who"], row["features"]) == ("SCF 2022", "fearful", "DEBT HOUSES")
    ]
    assert flagship["k"] == "3"
