"""The scale on which distances are taken: a transform for skew, a scaling, perhaps PCA; invertible and storable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.estimates import mean, quantile, variance
from lib.features.checks import check_features
from lib.features.components import Rotation, fit_rotation

Floats = NDArray[np.float64]
Transform = Literal["none", "asinh", "quantile", "winsorised"]
Scaling = Literal["none", "standard", "robust", "minmax"]

TRANSFORMS: tuple[Transform, ...] = ("none", "asinh", "quantile", "winsorised")
SCALINGS: tuple[Scaling, ...] = ("none", "standard", "robust", "minmax")

BENT: tuple[Transform, ...] = ("asinh",)
"""Transforms that bend the scale at an amount of each column, which a factor can move."""

WINSOR = (0.01, 0.99)
"""Weighted quantiles at which winsorised values are capped."""

KNOTS = 1_000
"""Steps of the stored rank curve: a value held by a thousandth of the members or more is met exactly."""


@dataclass(frozen=True, eq=False)
class Space:
    """How the columns of a table become the matrix on which distances are taken, and back.

    ``curves`` holds what each feature's transform needs: the scale of ``asinh`` (one number), the two caps of
    ``winsorised``, or for ``quantile`` two rows (values, weighted mid-ranks). ``centre`` and ``spread`` (one
    per feature) are the scaling, ``(transformed - centre) / spread``. ``rotation`` puts principal components of what
    was scaled in the place of the features; None leaves them.
    """

    features: tuple[str, ...]
    transform: Transform
    scaling: Scaling
    curves: tuple[Floats, ...]
    centre: Floats
    spread: Floats
    rotation: Rotation | None = None

    def bends(self) -> dict[str, float]:
        """Where the scale of each feature bends, in its own unit; empty where it bends nowhere."""
        if self.transform not in BENT:
            return {}
        return {name: float(curve[0]) for name, curve in zip(self.features, self.curves, strict=True)}

    @property
    def dimensions(self) -> int:
        """Columns of ``matrix``: the features, or the components in their place."""
        return len(self.features) if self.rotation is None else self.rotation.directions.shape[1]

    def matrix(self, frame: pd.DataFrame | Mapping[str, Any]) -> Floats:
        """Columns of a table in their own units -> rows x ``dimensions`` on the scale of distances."""
        return self.rotated(self.scaled(frame))

    def scaled(self, frame: pd.DataFrame | Mapping[str, Any]) -> Floats:
        """Columns of a table in their own units -> rows x features, bent and made comparable but not rotated."""
        columns = [np.atleast_1d(np.asarray(frame[name], dtype=float)) for name in self.features]
        bent = [_bend(self.transform, c, v) for c, v in zip(self.curves, columns, strict=True)]
        # + 0.0 turns -0.0 into 0.0, so that equal rows are equal byte by byte
        return (np.column_stack(bent) - self.centre) / self.spread + 0.0

    def rotated(self, scaled: Floats) -> Floats:
        """Rows x features as ``scaled`` gives them -> rows x ``dimensions``; each row by itself, whatever is around."""
        return scaled if self.rotation is None else self.rotation.scores(scaled) + 0.0

    def unrotated(self, matrix: NDArray[Any]) -> Floats:
        """Points of the space -> rows x features, made comparable, as ``scaled`` would give them."""
        points = np.asarray(matrix, dtype=float)
        return points if self.rotation is None else self.rotation.features(points)

    def original(self, matrix: NDArray[Any]) -> pd.DataFrame:
        """Points of the space -> columns in their own units (dollars for dollars).

        What a transform flattened cannot be told apart again: a winsorised value comes back as its cap. What lay in the
        components that were not kept is lost: a point comes back where it would lie if it were average in them, so
        that a centre is near the means of its members but not equal to them, and may lie a little outside of the
        values that occur (a share below 0).
        """
        bent = self.unrotated(matrix) * self.spread + self.centre
        pairs = zip(self.features, self.curves, bent.T, strict=True)
        return pd.DataFrame({name: _unbend(self.transform, c, v) for name, c, v in pairs})

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers, for JSON."""
        return {
            "features": list(self.features),
            "transform": self.transform,
            "scaling": self.scaling,
            "curves": [curve.tolist() for curve in self.curves],
            "centre": self.centre.tolist(),
            "spread": self.spread.tolist(),
            **({} if self.rotation is None else {"rotation": self.rotation.to_dict()}),
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Space:
        """Read back what ``to_dict`` gave; without a rotation features are left as they are."""
        rotation = stored.get("rotation")
        return cls(
            features=tuple(stored["features"]),
            transform=stored["transform"],
            scaling=stored["scaling"],
            curves=tuple(np.asarray(curve, dtype=float) for curve in stored["curves"]),
            centre=np.asarray(stored["centre"], dtype=float),
            spread=np.asarray(stored["spread"], dtype=float),
            rotation=None if rotation is None else Rotation.from_dict(rotation),
        )


def fit_space(
    dataset: Dataset,
    features: tuple[str, ...],
    *,
    transform: Transform = "none",
    scaling: Scaling = "standard",
    pca: float | None = None,
    bend: float = 1.0,
    weights: Floats,
) -> Space:
    """The space in which these members differ comparably in every feature.

    Args:
        dataset: The population.
        features: Columns, in order.
        transform: "asinh" bends each column around its own ``typical_amount``, so that amounts below it are nearly
            linear and those above it nearly logarithmic, debts mirror assets, zero stays zero, and neither the unit
            nor the year of the dollars matters. "quantile" takes the weighted
            mid-rank (0 to 1; ties share one). "winsorised" caps at the weighted 1st and 99th percentiles.
        scaling: "standard" is (x - mean) / sd with divisor the sum of weights, "robust" (x - median) / IQR by the
            survey's quantile rule, "minmax" maps the range to 0..1.
        pca: Share of the variance, above 0 and below 1, that principal components are to keep in the place of the
            features (see ``lib.features.components.fit_rotation``); None leaves the features.
        bend: Multiplies the amounts at which "asinh" bends: below 1 the scale is logarithmic sooner.
        weights: One per row; ones count rows.

    A column with a stated ``Variable.spread``, which is one of 0 and 1, is not bent, and that spread stands for its
    own whatever the scaling: it keeps its weight against the others.

    Raises:
        RecipeError: If a column cannot be a feature, or becomes constant on this scale.
    """
    check_features(dataset, features)
    values = [dataset.values(name) for name in features]
    stated = [dataset.codebook[name].spread for name in features]
    curves = tuple(
        _curve(transform, v, weights, bend) if spread is None else _straight(transform)
        for v, spread in zip(values, stated, strict=True)
    )
    bent = [_bend(transform, c, v) for c, v in zip(curves, values, strict=True)]
    measured = [
        _centre_and_spread(scaling, v, weights) if spread is None else (mean(v, weights), spread * _step(transform))
        for v, spread in zip(bent, stated, strict=True)
    ]
    for name, v, (_, spread) in zip(features, bent, measured, strict=True):
        if not spread > 1e-12 * max(float(np.abs(v).max()), 1e-300):
            raise RecipeError(_flat(dataset, name, transform, scaling))
    centre, spread = np.array(measured, dtype=float).T
    space = Space(tuple(features), transform, scaling, curves, centre, spread)
    if pca is None:
        return space
    return replace(space, rotation=fit_rotation(space.scaled(dataset.frame), weights, pca))


def _flat(dataset: Dataset, name: str, transform: str, scaling: str) -> str:
    scale = f"{transform} values" if transform != "none" else "values"
    advice = "choose another scaling" if scaling == "robust" else "choose another transform"
    return (
        f"{dataset.codebook.label(name)} ({name}) has too many equal {scale} for {scaling} scaling: "
        f"{advice}, or leave it out."
    )


def typical_amount(values: ArrayLike, weights: ArrayLike) -> float:
    """Weighted median of what is not zero, its sign left aside: where the scale of a column bends.

    Half of those who hold anything are then on the straight part of the scale and half on the bent one, whatever the
    unit, and however many hold nothing; no few extreme members can move it. NaN where nobody holds anything.
    """
    v, w = np.asarray(values, dtype=float), np.asarray(weights, dtype=float)
    held = (v != 0) & ~np.isnan(v)
    return float(quantile(np.abs(v[held]), w[held], 0.5))


def _curve(transform: Transform, v: Floats, w: Floats, bend: float) -> Floats:
    if transform == "asinh":
        return np.atleast_1d(typical_amount(v, w) * bend)
    if transform == "winsorised":
        return np.asarray(quantile(v, w, np.array(WINSOR)))
    if transform == "quantile":
        return _rank_curve(v, w)
    return np.empty(0)


def _straight(transform: Transform) -> Floats:
    """The curve that leaves 0 and 1 as they are; under "asinh" it makes 1 a ``_step``."""
    return {
        "none": np.empty(0),
        "asinh": np.ones(1),
        "winsorised": np.array([0.0, 1.0]),
        "quantile": np.array([[0.0, 1.0], [0.0, 1.0]]),
    }[transform]


def _step(transform: Transform) -> float:
    """How far apart 0 and 1 are on a straight curve."""
    return float(np.arcsinh(1)) if transform == "asinh" else 1.0


def _rank_curve(v: Floats, w: Floats) -> Floats:
    """Distinct values and their weighted mid-ranks, thinned to about ``KNOTS`` where there are more."""
    distinct, position = np.unique(v, return_inverse=True)
    weight = np.bincount(position, w)
    reached = np.cumsum(weight) / weight.sum()
    rank = reached - weight / weight.sum() / 2
    if len(distinct) > KNOTS:
        last = len(distinct) - 1
        crossing = np.searchsorted(reached, np.arange(1, KNOTS) / KNOTS).clip(max=last)
        # the neighbours of a value that many share, or the curve would bend towards it too early
        heavy = np.flatnonzero(weight >= weight.sum() / KNOTS)
        beside = np.concatenate([heavy - 1, heavy, heavy + 1]).clip(0, last)
        keep = np.unique(np.concatenate([[0], crossing, beside, [last]]))
        distinct, rank = distinct[keep], rank[keep]
    return np.array([distinct, rank])


def _bend(transform: Transform, curve: Floats, v: Floats) -> Floats:
    if transform == "asinh":
        return np.arcsinh(v / curve[0])
    if transform == "winsorised":
        return np.clip(v, curve[0], curve[1])
    if transform == "quantile":
        return np.interp(v, curve[0], curve[1])
    return v


def _unbend(transform: Transform, curve: Floats, v: Floats) -> Floats:
    if transform == "asinh":
        return np.sinh(v) * curve[0]
    if transform == "quantile":
        return np.interp(v, curve[1], curve[0])
    return v


def _centre_and_spread(scaling: Scaling, v: Floats, w: Floats) -> tuple[float, float]:
    if scaling == "standard":
        return mean(v, w), float(np.sqrt(variance(v, w)))
    if scaling == "robust":
        low, middle, high = np.asarray(quantile(v, w, [0.25, 0.5, 0.75]))
        return float(middle), float(high - low)
    if scaling == "minmax":
        return float(v.min()), float(np.ptp(v))
    return 0.0, 1.0
