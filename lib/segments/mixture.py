"""A mixture for mixed types: each segment has its own bell for every amount, its own chances for every category.

Within a segment columns are taken as independent (latent class and latent profile analysis; Hennig and Liao 2013 used
it on the survey). Of an amount in two parts the chance of having any is a category, and the bell is of those who have:
the others say nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from lib.estimates.ends import effective_size
from lib.segments.points import Floats, Labels


@dataclass(frozen=True, eq=False)
class Bell:
    """A column of amounts: mean and variance in each component; ``among`` only those who have any, if it says so.

    ``least`` is the floor of variances, as far as it is known.
    """

    means: Floats
    variances: Floats
    among: bool = False
    least: float = 0.0

    @property
    def parameters(self) -> int:
        """Numbers that were estimated."""
        return 2 * len(self.means)

    @property
    def is_narrow(self) -> NDArray[np.bool_]:
        """In which components the variance is as small as it may be."""
        return np.asarray(self.variances <= self.least * (1 + 1e-9))

    def log_density(self, column: Floats) -> Floats:
        """Components x rows."""
        off = column - self.means[:, None]
        variances = self.variances[:, None]
        return np.asarray(-0.5 * (off * off / variances + np.log(2 * np.pi * variances)))

    def of(self, components: Labels) -> Bell:
        """Some of the components, in another order."""
        return replace(self, means=self.means[components], variances=self.variances[components])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        kind = "much" if self.among else "amount"
        return {"kind": kind, "means": self.means.tolist(), "variances": self.variances.tolist()}


@dataclass(frozen=True, eq=False)
class Chances:
    """A column of codes: its ``levels``, ascending, and the chance of each in each component (components x levels)."""

    levels: Floats
    chances: Floats

    @property
    def parameters(self) -> int:
        """Numbers that were estimated."""
        return self.chances.shape[0] * (self.chances.shape[1] - 1)

    def log_density(self, column: Floats) -> Floats:
        """Components x rows; a code that was not there says nothing."""
        place = np.searchsorted(self.levels, column).clip(max=len(self.levels) - 1)
        return np.where(self.levels[place] == column, np.log(self.chances)[:, place], 0.0)

    def of(self, components: Labels) -> Chances:
        """Some of the components, in another order."""
        return replace(self, chances=self.chances[components])

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"kind": "code", "levels": self.levels.tolist(), "chances": self.chances.tolist()}


@dataclass(frozen=True, eq=False)
class Mixture:
    """Components: the share of each, and what each says of every column of the matrix.

    Shares of all components sum to 1; where only those that hold somebody are kept, to less.
    """

    shares: Floats
    columns: tuple[Bell | Chances, ...]

    @property
    def parameters(self) -> int:
        """Numbers that were estimated: shares but one, means, variances, chances but one of each category."""
        return len(self.shares) - 1 + sum(column.parameters for column in self.columns)

    def log_joint(self, matrix: Floats) -> Floats:
        """Logarithm of share times density, components x rows; each row by itself, whatever is around."""
        found = np.repeat(np.log(self.shares)[:, None], len(matrix), axis=1)
        for position, column in enumerate(self.columns):
            said = column.log_density(matrix[:, position])
            if isinstance(column, Bell) and column.among:
                said = np.where(_have(self.columns[position - 1], matrix[:, position - 1]), said, 0.0)
            found += said
        return found

    def posterior(self, matrix: Floats) -> Floats:
        """How sure each row is of each component: rows x components, summing to 1."""
        joint = self.log_joint(matrix)
        return np.exp(joint - logsumexp(joint, axis=0)).T

    def labels(self, matrix: Floats) -> Labels:
        """The likeliest component of each row, from 0; of equally likely ones the first."""
        return self.log_joint(matrix).argmax(axis=0)

    def narrow(self, least: float) -> list[int]:
        """Columns that hardly vary in a component, of those whom they are of at least this share being in it."""
        found = []
        for position, column in enumerate(self.columns):
            if isinstance(column, Bell):
                before = self.columns[position - 1]
                share = before.chances[:, -1] if column.among and isinstance(before, Chances) else 1.0
                if (column.is_narrow & (self.shares * share >= least)).any():
                    found.append(position)
        return found

    def of(self, components: Labels) -> Mixture:
        """Some of the components, in another order."""
        return Mixture(self.shares[components], tuple(column.of(components) for column in self.columns))

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON."""
        return {"shares": self.shares.tolist(), "columns": [column.to_dict() for column in self.columns]}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Mixture:
        """Read back what ``to_dict`` gave."""
        return cls(np.asarray(stored["shares"], dtype=float), tuple(_column(one) for one in stored["columns"]))


def _column(stored: Mapping[str, Any]) -> Bell | Chances:
    def numbers(name: str) -> Floats:
        return np.asarray(stored[name], dtype=float)

    if stored["kind"] == "code":
        return Chances(numbers("levels"), numbers("chances"))
    return Bell(numbers("means"), numbers("variances"), among=stored["kind"] == "much")


def _have(before: Bell | Chances, column: Floats) -> NDArray[np.bool_]:
    """Who has any, by the column of that."""
    return column == before.levels[-1] if isinstance(before, Chances) else np.ones(len(column), dtype=bool)


@dataclass(frozen=True)
class Evidence:
    """What speaks for a mixture, and how sure it is of its members.

    Attributes:
        log_likelihood: Weighted mean of the logarithm of the density, per member.
        parameters: Numbers that were estimated.
        members: Effective number of independent members, ``(sum w) ** 2 / sum(w ** 2)`` (Kish 1965), the weight of a
            member being that of all its rows: five implicates are one member, not five.
        certainty: Weighted mean of the largest posterior, at most 1.
        entropy: Relative entropy, 1 where nobody is in doubt, 0 where nothing is known (Celeux and Soromenho 1996).
    """

    log_likelihood: float
    parameters: int
    members: float
    certainty: float
    entropy: float

    @property
    def bic(self) -> float:
        """Schwarz's criterion, the lower the better: as if there were so many members as are effective.

        ``-2 n l + p log(n)`` with n members, mean log likelihood l and p parameters: weights are brought to the sum n.
        """
        return float(-2 * self.members * self.log_likelihood + self.parameters * np.log(self.members))


def evidence(mixture: Mixture, matrix: Floats, weights: Floats, members: Labels) -> Evidence:
    """What speaks for a mixture of these rows.

    Args:
        mixture: All its components.
        matrix: Rows x columns.
        weights: One per row, not all 0.
        members: Position of the member that each row belongs to.
    """
    joint = mixture.log_joint(matrix)
    density = logsumexp(joint, axis=0)
    posterior = np.exp(joint - density)
    share = weights / weights.sum()
    doubt = -(posterior * np.log(np.maximum(posterior, 1e-300))).sum(axis=0)
    k = len(mixture.shares)
    return Evidence(
        log_likelihood=float(share @ density),
        parameters=mixture.parameters,
        members=effective_size(np.bincount(members, weights).astype(float)),
        certainty=float(share @ posterior.max(axis=0)),
        entropy=float(1 - share @ doubt / np.log(k)) if k > 1 else 1.0,
    )
