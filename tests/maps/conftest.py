"""Households drawn by hand, one map worker for all tests, and a store of their own."""

import numpy as np
import pytest

from lib.maps import Store, Worker
from lib.population import Population


@pytest.fixture(scope="session")
def worker():
    """Started once: loading UMAP is the slow part of it."""
    made = Worker()
    yield made
    made.close()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "cache", shipped=None)


@pytest.fixture
def cloud(households):
    """Households in three round groups, five implicates each with a little noise, unequal weights."""

    def make(number=120, spread=1.0, seed=0):
        rng = np.random.default_rng(seed)
        centres = np.repeat([[0, 0, 0], [12, 0, 3], [0, 12, -3]], number // 3, axis=0)
        points = centres + rng.normal(scale=spread, size=centres.shape)
        five = np.repeat(points, 5, axis=0) + rng.normal(scale=0.05, size=(5 * len(points), 3))
        columns = dict(zip(("DEBT", "ASSET", "INCOME"), five.T, strict=True))
        weights = np.repeat(rng.uniform(0.5, 2, len(points)), 5)
        return households(**columns, WGT=weights, YY1=np.repeat(np.arange(1, len(points) + 1), 5))

    return make


@pytest.fixture(scope="session")
def fearful(real_2019):
    """The 4,418 rows of the notebooks: credit fearful, net worth below $2M."""
    return Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(real_2019)
