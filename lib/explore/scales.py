"""Axes on which amounts can be read: most span five orders of magnitude and zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lib.dataset import Variable
from lib.estimates.weighted import Floats

_SKEWED = 15
"""How many times the typical size the largest may be on a linear axis: beyond, most lie in a corner."""


@dataclass(frozen=True)
class Scale:
    """An axis for a skewed amount: linear, or linear up to ``constant`` and logarithmic beyond."""

    kind: str
    constant: float
    low: float
    high: float

    def spread(self, values: Floats) -> Floats:
        """Values as positions along the axis."""
        return np.arcsinh(values / (2 * self.constant)) if self.kind == "symlog" else values

    def restore(self, positions: Floats) -> Floats:
        """Positions along the axis as values."""
        return 2 * self.constant * np.sinh(positions) if self.kind == "symlog" else positions

    def padded(self, room: float = 0.02) -> tuple[float, float]:
        """The ends of the axis with a little room beyond the outermost values."""
        ends = self.spread(np.array([self.low, self.high]))
        low, high = self.restore(ends + np.array([-room, room]) * np.ptp(ends))
        return float(low), float(high)


def scale_of(values: Floats, variable: Variable, *, linear: bool = False) -> Scale:
    """The axis on which a column can be read: most dollar columns span five orders of magnitude and zero.

    Args:
        values: The column, one value per row; missing ones are left out.
        variable: What the column is.
        linear: Ask for a linear axis whatever the values are.
    """
    present = values[np.isfinite(values)]
    if not len(present):
        return Scale("linear", 1.0, 0.0, 1.0)
    low, high = float(present.min()), float(present.max())
    size = np.abs(present[present != 0])
    is_skewed = len(size) > 0 and size.max() > _SKEWED * np.median(size)
    if linear or not is_skewed or variable.unit in {"years", "score", "index"}:
        return Scale("linear", 1.0, low, high if high > low else low + 1)
    return Scale("symlog", 10.0 ** np.floor(np.log10(np.quantile(size, 0.1))), low, high)
