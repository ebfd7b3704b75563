"""Principal components of weighted points: the directions in which they differ most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lib.words import percent

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rotation:
    """The principal components that take the place of features.

    Attributes:
        centre: Weighted mean of each feature, on the scale on which features are comparable.
        directions: Features x components: unit vectors at right angles, that of the largest variance first.
        shares: Share of the variance of all features that each of these components holds.
    """

    centre: Floats
    directions: Floats
    shares: Floats

    @property
    def kept(self) -> float:
        """Share of the variance that the components hold together."""
        return min(float(self.shares.sum()), 1.0)

    @property
    def words(self) -> str:
        """What was kept: "11 of 17 components keep 95.4% of the variance"."""
        features, components = self.directions.shape
        keep = "keeps" if components == 1 else "keep"
        return f"{components} of {features} components {keep} {percent(self.kept)} of the variance"

    def scores(self, scaled: Floats) -> Floats:
        """Rows x features on the comparable scale -> rows x components."""
        return _product(scaled - self.centre, self.directions)

    def features(self, scores: Floats) -> Floats:
        """Rows x components -> rows x features on the comparable scale, without what the other components held."""
        return _product(scores, self.directions.T) + self.centre

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON."""
        return {name: getattr(self, name).tolist() for name in ("centre", "directions", "shares")}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Rotation:
        """Read back what ``to_dict`` gave."""
        return cls(*(np.asarray(stored[name], dtype=float) for name in ("centre", "directions", "shares")))


def fit_rotation(matrix: Floats, weights: Floats, share: float) -> Rotation:
    """As many leading components as hold more than a share of the variance: scikit-learn's ``PCA(share)``.

    Args:
        matrix: Rows x features, on the scale on which features are comparable.
        weights: One per row; ones give scikit-learn's components.
        share: Above 0 and below 1. Where some components hold exactly that much, one more is kept, as there.
    """
    centre, directions, shares = principal(matrix, weights)
    number = min(int(np.searchsorted(np.cumsum(shares), share, side="right")) + 1, len(shares))
    return Rotation(centre, np.ascontiguousarray(directions[:, :number]), shares[:number])


def _product(rows: Floats, matrix: Floats) -> Floats:
    """``rows @ matrix``, added up column by column.

    A threaded product rounds a row by where it stands among others: equal rows would become unequal, and a row labelled
    alone might fall on the other side of a border.
    """
    found = np.zeros((len(rows), matrix.shape[1]))
    for column, factors in zip(rows.T, matrix, strict=True):
        found += column[:, None] * factors
    return found


def principal(matrix: Floats, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Eigenvectors of the weighted covariance (divisor the sum of weights) of the columns of ``matrix``.

    Args:
        matrix: Rows x features, on the scale of distances.
        weights: One per row; ones give scikit-learn's directions and shares.

    Returns:
        The weighted mean of each feature; directions (features x components, unit vectors, the largest absolute
        loading of each positive, the first feature's where several are equal, so that signs are the same everywhere);
        and the share of the variance that each component holds.
    """
    share = weights / weights.sum()
    centre = share @ matrix
    off = (matrix - centre) * np.sqrt(share)[:, None]
    # singular values of the rows, not eigenvalues of the covariance: small components keep their digits
    _, singular, directions = np.linalg.svd(off, full_matrices=False)
    spread = np.square(singular)
    return centre, _signed(directions.T), spread / spread.sum()


def _signed(loadings: Floats) -> Floats:
    size = np.abs(loadings)
    leading = np.argmax(size >= size.max(axis=0) * (1 - 1e-9), axis=0)
    return loadings * np.sign(loadings[leading, np.arange(loadings.shape[1])])
