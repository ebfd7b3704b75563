"""Figures that know how sure they are, and can be compared with one another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from lib.estimates.ends import Z, fisher, unsure_amounts, unsure_correlations, unsure_shares, wilson
from lib.estimates.weighted import Floats, over

Method = Literal["replicate weights", "bootstrap", "random rows", ""]
"""How standard errors came about; empty where none can be told."""

Kind = Literal["amount", "share", "correlation"]
"""What figures are: each kind has intervals of its own, and a rule of its own for what is too unsure."""


@dataclass(frozen=True, eq=False)
class Draws:
    """What figures would have been.

    Attributes:
        replicates: Under each replicate, on the first implicate (replicates x figures).
        implicates: In each implicate, with the survey's own weights (implicates x figures).
        source: The mark of the replicates: figures of one source vary together.
    """

    replicates: Floats
    implicates: Floats
    source: str

    @property
    def standard_error(self) -> Floats:
        """The root of sampling variance (divisor one less than replicates) and imputation variance.

        The latter is ``(1 + 1 / m)`` times the variance of the m implicates' figures, divisor m - 1 (Rubin 1987).
        """
        number = len(self.implicates)
        sampling = np.var(self.replicates, axis=0, ddof=1)
        imputation = np.var(self.implicates, axis=0, ddof=1) * (1 + 1 / number) if number > 1 else 0.0
        return np.asarray(np.sqrt(sampling + imputation))


@dataclass(frozen=True, eq=False)
class Figures:
    """One estimate for each of several groups, with its 95 % interval.

    Attributes:
        value: The estimates (one per group; NaN where a group has nobody to ask).
        standard_error: Of each; NaN where it cannot be told.
        low: Where its 95 % interval begins.
        high: Where it ends.
        sampled: Sampled members that it rests on.
        rows: Rows that it rests on.
        method: How sureness was told.
        kind: What they are.
        draws: What they would have been, where that is known.
    """

    value: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    sampled: np.ndarray
    rows: np.ndarray
    method: Method
    kind: Kind = "amount"
    draws: Draws | None = None

    @property
    def unsure(self) -> np.ndarray:
        """Which are too unsure to be shown plainly, see ``lib.estimates.ends``."""
        if self.kind == "share":
            return unsure_shares(self.value, self.low, self.high, self.sampled)
        if self.kind == "correlation":
            return unsure_correlations(self.low, self.high, self.sampled)
        return unsure_amounts(self.value, self.standard_error, self.sampled)

    @property
    def table(self) -> pd.DataFrame:
        """One row per group: value, standard error, interval, what it rests on."""
        names = ("value", "standard_error", "low", "high", "sampled", "rows", "unsure")
        return pd.DataFrame({name: getattr(self, name) for name in names})

    def without_interval(self) -> Figures:
        """The same figures where nobody can tell how far off they are."""
        unknown = np.full(self.value.shape, np.nan)
        return Figures(self.value, unknown, unknown, unknown, self.sampled, self.rows, "", self.kind)

    def __getitem__(self, groups: slice | list[int] | np.ndarray) -> Figures:
        """Those of some groups."""
        draws = self.draws and Draws(
            self.draws.replicates[:, groups], self.draws.implicates[:, groups], self.draws.source
        )
        value, error, low, high = (one[groups] for one in (self.value, self.standard_error, self.low, self.high))
        return Figures(value, error, low, high, self.sampled[groups], self.rows[groups], self.method, self.kind, draws)

    def __sub__(self, other: Figures) -> Figures:
        """How much larger these are than others: groups of one survey vary together, two surveys do not."""
        return self._with(other, np.subtract, np.hypot(self.standard_error, other.standard_error))

    def __truediv__(self, other: Figures) -> Figures:
        """These over others, such as a sum over another sum; NaN where the others are nothing."""
        apart = np.hypot(self.standard_error, over(self.value, other.value) * other.standard_error)
        return self._with(other, over, over(apart, np.abs(other.value)))

    def _with(self, other: Figures, combine: Callable[[Floats, Floats], Floats], apart: Floats) -> Figures:
        """Combined with others; ``apart`` is the standard error if the two have nothing to do with each other."""
        value = np.asarray(combine(self.value, other.value))
        draws = None
        if self.draws and other.draws and self.draws.source == other.draws.source:
            draws = Draws(
                combine(self.draws.replicates, other.draws.replicates),
                combine(self.draws.implicates, other.draws.implicates),
                self.draws.source,
            )
        error = apart if draws is None else draws.standard_error
        sampled, rows = np.minimum(self.sampled, other.sampled), np.minimum(self.rows, other.rows)
        return plain(value, np.asarray(error), sampled, rows, self.method if self.method == other.method else "", draws)


def plain(
    value: Floats, error: Floats, sampled: np.ndarray, rows: np.ndarray, method: Method, draws: Draws | None = None
) -> Figures:
    """Figures whose interval reaches 1.96 standard errors to either side."""
    return Figures(value, error, value - Z * error, value + Z * error, sampled, rows, method, draws=draws)


def share_like(
    value: Floats,
    error: Floats,
    kish: Floats,
    sampled: np.ndarray,
    rows: np.ndarray,
    method: Method,
    draws: Draws | None = None,
) -> Figures:
    """Shares with Wilson's interval: of as many members as would give this standard error if drawn at random.

    Args:
        value: Between 0 and 1.
        error: Standard errors.
        kish: Effective sizes: taken for rows drawn at random, and where nobody or everybody has it, so that there is no
            standard error to go by.
        sampled: Sampled members.
        rows: Rows.
        method: How the standard errors came about.
        draws: What the shares would have been.
    """
    spread, size = value * (1 - value), np.asarray(kish, dtype=float)
    if draws is not None:
        size = np.divide(spread, error**2, out=size.copy(), where=(error > 0) & (spread > 0))
    low, high = wilson(value, np.where(np.isnan(error), np.nan, size))
    return Figures(value, error, low, high, sampled, rows, method, "share", draws)


def correlation_like(found: Figures) -> Figures:
    """The same with the intervals of correlations, which never reach beyond -1 and 1."""
    low, high = fisher(found.value, found.standard_error)
    return replace(found, low=low, high=high, kind="correlation")
