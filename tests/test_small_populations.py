"""Populations of hardly anyone: whatever is asked of them is answered, or refused in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import numpy as np
import pytest
from tables import headlines, neutral_table

from lib import estimates, explore, exports, features, maps, segments
from lib.errors import HouseholdSegmentsError, MapError
from lib.maps.first import default_recipe, first_views
from lib.population import Population
from lib.segments import Recipe
from lib.segments.describe import plane

FEATURES = ("INCOME", "NETWORTH", "DEBT")


def first_looks(data, everyone, columns, category) -> Iterator[object]:
    """Each is a question."""
    sample, whole = estimates.Sample(data), estimates.Sample(everyone)
    yield lambda: estimates.interval(data, "median", columns[0])
    yield lambda: estimates.interval(data, "mean", columns[0], by=category)
    yield lambda: estimates.sure_shares(sample, category)
    yield lambda: headlines(sample, whole, explore.headline_figures(data.codebook, data.subject))
    yield lambda: explore.histogram({"They": sample, "Everyone": whole}, columns[0])
    yield lambda: explore.summary(sample, columns[0])
    yield lambda: explore.relation(data, columns[0], columns[1], by=category)
    yield lambda: explore.correlation_table(sample, columns)
    yield lambda: default_recipe(data)
    yield lambda: features.spreads(sample, columns)
    yield lambda: features.feature_notes(data, columns)
    yield lambda: [request.drawn for request in first_views(data)]
    for counting in ("households", "rows"):
        yield lambda counting=counting: maps.project(data, Recipe(columns, counting=counting), "pca").trust


def of_segments(data, everyone, found) -> Iterator[object]:
    called = segments.names(data, found, everyone=everyone)
    origin = exports.provenance(data, Population(), "They", found.recipe)
    pair = found.recipe.features[:2]
    yield lambda: segments.findings(found, called, who="They")
    yield lambda: segments.explain(data, found)
    yield lambda: segments.lenses(data, found)
    yield lambda: [segments.typical(data, found, int(number)) for number in found.sizes.index]
    yield lambda: segments.contrast(data, found, 1, None)
    yield lambda: segments.sureness(estimates.Sample(data), found, pair)
    yield lambda: segments.find_member(data, found, data.ids[0], pair)
    yield lambda: plane.plane_of(data, segments.fit(data, Recipe(pair, k=2, starts=2)), 200)
    yield lambda: exports.members(data, found, called, origin).zipped("t.csv")
    yield lambda: exports.profiles(data, found, called, origin).zipped("t.csv")
    yield lambda: segments.persist(data, found, everyone, found.recipe).words


def ask_everything(data, everyone, columns, category):
    for question in first_looks(data, everyone, columns, category):
        with suppress(HouseholdSegmentsError):
            question()
    for k in (2, 3):
        with suppress(HouseholdSegmentsError):
            found = segments.fit(data, Recipe(columns, "asinh", k=k, starts=2))
            for question in of_segments(data, everyone, found):
                with suppress(HouseholdSegmentsError):
                    question()


@pytest.mark.parametrize(
    "condition",
    [
        *(f"YY1 <= {most}" for most in range(1, 7)),
        *(f"Y1 <= {most}" for most in (11, 12, 21, 42)),
        "Y1 in (12, 21)",
        "Y1 in (12, 23, 34)",
        "YY1 <= 6 and DEBT == 0",
        "YY1 > 100000",
    ],
)
def test_few_households_and_parts_of_their_imputations(sample, condition):
    everyone = sample.where(sample.values("YY1") <= 300, "some")
    ask_everything(Population.parse(condition).apply(sample), everyone, FEATURES, "RACE")


@pytest.mark.parametrize("rows", [(), (0,), (0, 1), (0, 100), (0, 100, 200), range(6)], ids=str)
def test_few_rows(rows):
    everyone = neutral_table()
    few = everyone.where(np.isin(np.arange(len(everyone)), list(rows)), "few")
    ask_everything(few, everyone, ("a", "b", "d"), "e")


def test_a_map_of_one_is_refused_whoever_else_is_there_by_another_imputation(sample):
    """One first imputation, and two households: there was nobody to be a neighbour."""
    data = Population.parse("Y1 in (12, 21)").apply(sample)
    for counting in ("households", "rows"):
        with pytest.raises(MapError, match="this population has one household only"):
            maps.project(data, Recipe(FEATURES, counting=counting), "pca")
