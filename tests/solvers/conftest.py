"""A process that solves, and what is solved in it."""

import numpy as np
import pytest

from lib import solvers
from lib.work.helper import Helper


@pytest.fixture(scope="module")
def solver():
    """From here on everything is solved in a process of its own."""
    helper = Helper("lib.solvers.process", "the solver", memory_mb=1_024, longest_seconds=60, idle_seconds=60)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(solvers, "_helpers", [helper])
        yield helper
        helper.close()


@pytest.fixture(scope="module")
def groups():
    """Four round groups of points, and unequal weights."""
    rng = np.random.default_rng(7)
    centres = np.repeat(rng.normal(scale=9, size=(4, 3)), 150, axis=0)
    return centres + rng.normal(size=centres.shape), rng.uniform(0.5, 3, len(centres))
