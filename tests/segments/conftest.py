"""Groups of points drawn by hand, and the notebooks' households."""

import numpy as np
import pytest

from lib.population import Population


@pytest.fixture
def blobs(households):
    """Four round groups of 60 households around (0, 0), (10, 0), (0, 10), (10, 10), with unequal weights."""
    rng = np.random.default_rng(0)
    centres = np.repeat([[0, 0], [10, 0], [0, 10], [10, 10]], 60, axis=0)
    points = centres + rng.normal(scale=0.8, size=(240, 2))
    return households(DEBT=points[:, 0], ASSET=points[:, 1], WGT=rng.uniform(0.5, 2, 240))


@pytest.fixture
def five_copies(blobs, households):
    """The same households, each as five equal implicates."""
    columns = {n: np.repeat(blobs.values(n), 5) for n in ("DEBT", "ASSET", "YY1")}
    return households(**columns, WGT=np.repeat(blobs.values("WGT") / 5, 5))


@pytest.fixture(scope="session")
def fearful(real_2019):
    """The 4,418 rows of the notebooks: credit fearful, net worth below $2M."""
    return Population.parse("TURNFEAR == 1 and NETWORTH < 2e6").apply(real_2019)


@pytest.fixture(scope="session")
def all_fearful(real_2019):
    return Population.parse("TURNFEAR == 1").apply(real_2019)


@pytest.fixture(scope="session")
def owners(real_2019):
    """Small-business owners of the notebooks: 4,364 rows."""
    return Population.parse("HBUS == 1 and INCOME < 500000").apply(real_2019)
