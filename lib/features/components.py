"""Principal components of weighted points: the directions in which they differ most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
