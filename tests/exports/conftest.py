"""A segmentation of the sample, and where it came from."""

from types import SimpleNamespace

import pandas as pd
import pytest

from lib.exports import provenance
from lib.population import Population
from lib.segments import Nulls, Recipe, Sensitivity, explain, fit, names, null_silhouette, stability, sweep
from lib.segments.describe.lenses import lenses
from lib.segments.describe.typical import typical

WHO = "TURNFEAR == 1 and NETWORTH < 2e6"
TRIED = pd.DataFrame(
    {
        "kind": ["seed", "transform"],
        "to": ["1 of 3", "Ranks"],
        "change": ["Other random numbers: 1 of 3", "Transform: Ranks"],
        "agreement": [0.99, 0.35],
        "segments": [4, 4],
    }
)
TITLE = "Denied or feared, net worth under $2M"


@pytest.fixture(scope="session")
def fearful_sample(sample):
    """The notebooks' population in the sample, segmented on two features, with everything that a page knows of it."""
    population = Population.parse(WHO)
    data = population.apply(sample)
    recipe = Recipe(("DEBT", "HOUSES"), "asinh", k=4, starts=5, bend=3)
    found = fit(data, recipe)
    return SimpleNamespace(
        data=data,
        found=found,
        names=names(data, found),
        origin=provenance(data, population, TITLE, recipe),
        swept=sweep(data, recipe, range(2, 8)),
        stable=stability(data, found, resamples=3),
        beside=Nulls(null_silhouette(data, found, draws=2)),
        sensitive=Sensitivity(TRIED, 4),
        told=explain(data, found),
        lenses=lenses(data, found),
        typicals={segment: typical(data, found, segment) for segment in (1, 2, 3, 4)},
    )


@pytest.fixture
def attack():
    """A name that tries everything at once."""
    return '=cmd|"/C calc"!A0 <script>alert(1)</script> "><img src=x onerror=alert(1)> #1, **x** \u202e\n=2'
