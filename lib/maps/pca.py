"""Principal components of weighted members: the flat map that loses least of their spread."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import Codebook
from lib.features.components import principal
from lib.features.two_parts import Part
from lib.words import capitalised, listed, percent, within_sentence

Floats = NDArray[np.float64]

STRONG = 0.5
"""Loadings of at least this share of the largest make up the name of a component."""

NAMED_COLUMNS = 3
"""Columns a name lists at most on each side."""


@dataclass(frozen=True, eq=False)
class Components:
    """Directions in which members differ most, in order.

    Attributes:
        loadings: Parts (features, or their two parts) x components PC1, PC2, ...: unit vectors. The largest absolute
            loading of each is positive (the first part's, where several are equal), so that signs are the same
            everywhere.
        explained: Share of the weighted variance that each component holds; those of all components sum to 1.
        centre: Weighted mean of each part.
        words: What PC1 and PC2 are about, a phrase each, from their loadings.
        labels: What each row of ``loadings`` is called.
    """

    loadings: pd.DataFrame
    explained: pd.Series
    centre: Floats
    words: tuple[str, ...]
    labels: Mapping[str, str]

    def scores(self, matrix: Floats, number: int = 2) -> Floats:
        """Coordinates of rows on the first components (rows x ``number``; 0 where there are fewer)."""
        found = (matrix - self.centre) @ self.loadings.to_numpy()[:, :number]
        return np.pad(found, ((0, 0), (0, number - found.shape[1])))


def components(
    matrix: Floats, weights: Floats, parts: Sequence[Part], codebook: Codebook, *, kept: int | None = None
) -> Components:
    """Eigenvectors of the weighted covariance (divisor the sum of weights) of the columns of ``matrix``.

    Args:
        matrix: Rows x parts, made comparable.
        weights: One per row; ones give scikit-learn's directions and shares.
        parts: The columns.
        codebook: Gives the labels used in ``words`` and ``labels``.
        kept: How many of them, the leading ones; by default all.
    """
    centre, directions, shares = principal(matrix, weights)
    directions, shares = directions[:, :kept], shares[:kept]
    names = [f"PC{i + 1}" for i in range(len(shares))]
    loadings = pd.DataFrame(directions, index=pd.Index([part.name for part in parts], name="feature"), columns=names)
    explained = pd.Series(shares, index=names, name="explained")
    labels = {part.name: part.label(codebook) for part in parts}
    words = tuple(_words(name, loadings[name], float(explained[name]), labels) for name in names[:2])
    return Components(loadings, explained, centre, words, labels)


def _words(name: str, loadings: pd.Series, explained: float, labels: Mapping[str, str]) -> str:
    """Such as "PC1 (71% of the spread): assets, net worth and houses together"."""
    ordered = loadings.reindex(loadings.abs().sort_values(ascending=False, kind="stable").index)
    strong = ordered[ordered.abs() >= STRONG * ordered.abs().max()]
    plus, minus = strong[strong > 0], strong[strong < 0]
    about = _side(plus, labels)
    if len(minus):
        about = f"{about} against {_side(minus, labels)}"
    elif len(strong) == len(loadings) > 2:
        about = f"overall size: {about} all rise together"
    elif len(plus) > 1:
        about = f"{about} together"
    return capitalised(f"{name} ({percent(explained)} of the spread): {about}")


def _side(loadings: pd.Series, labels: Mapping[str, str]) -> str:
    # the part before a comma or bracket: what follows only makes a label exact
    called = [within_sentence(re.split(r", | \(", labels[str(f)])[0]) for f in loadings.index]
    more = len(called) - NAMED_COLUMNS
    return listed([*called[:NAMED_COLUMNS], f"{more} more"] if more > 0 else called)
