"""The scale on which distances are taken: a transform for skew, a scaling, perhaps PCA; invertible and storable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lib.dataset import Dataset
from lib.errors import RecipeError
from lib.estimates import mean, quantile, variance
from lib.features import two_parts
from lib.features.checks import check_features
from lib.features.components import Rotation, fit_rotation
from lib.features.two_parts import Part

Floats = NDArray[np.float64]
Transform = Literal["none", "asinh", "quantile", "winsorised", "two_part"]
Scaling = Literal["none", "standard", "robust", "minmax"]

TRANSFORMS: tuple[Transform, ...] = ("none", "asinh", "quantile", "winsorised", "two_part")
SCALINGS: tuple[Scaling, ...] = ("none", "standard", "robust", "minmax")

BENT: tuple[Transform, ...] = ("asinh", "two_part")
"""Transforms that bend the scale at an amount of each column, which a factor can move."""

WINSOR = (0.01, 0.99)
"""Weighted quantiles at which winsorised values are capped."""

KNOTS = 1_000
"""Steps of the stored rank curve: a value held by a thousandth of the members or more is met exactly."""


@dataclass(frozen=True, eq=False)
class Space:
    """How the columns of a table become the matrix on which distances are taken, and back.

    ``curves`` holds what each feature's transform needs: the scale of ``asinh`` (one number), the two caps of
    ``winsorised``, for ``quantile`` two rows (values, weighted mid-ranks), for ``two_part`` see
    ``lib.features.two_parts``. ``centre`` and ``spread`` (one per part, which is a feature or one of its two parts) are
    the scaling, ``(transformed - centre) / spread``. ``rotation`` puts principal components of what was scaled in the
    place of the parts; None leaves them.
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
        return {name: float(curve[0]) for name, curve in zip(self.features, self.curves, strict=True) if len(curve)}

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Columns of ``scaled``: the features, those in two parts twice."""
        return tuple(
            part for name, curve in zip(self.features, self.curves, strict=True) for part in self._of(name, curve)
        )

    @property
    def dimensions(self) -> int:
        """Columns of ``matrix``: the parts, or the components in their place."""
        return len(self.parts) if self.rotation is None else self.rotation.directions.shape[1]

    def matrix(self, frame: pd.DataFrame | Mapping[str, Any]) -> Floats:
        """Columns of a table in their own units -> rows x ``dimensions`` on the scale of distances."""
        return self.rotated(self.scaled(frame))

    def scaled(self, frame: pd.DataFrame | Mapping[str, Any], *, held: pd.DataFrame | None = None) -> Floats:
        """Columns of a table in their own units -> rows x parts, bent and made comparable but not rotated.

        Args:
            frame: The features.
            held: For rows that stand for several members: the share of them that has any, of each feature in two parts
                (see ``held``), of whose amounts ``frame`` then speaks.
        """
        columns = [np.atleast_1d(np.asarray(frame[name], dtype=float)) for name in self.features]
        bent = [_bend(self.transform, c, v) for c, v in zip(self.curves, columns, strict=True)]
        if held is not None:
            some = [held[name].to_numpy()[:, None] if name in held else 1.0 for name in self.features]
            bent = [v * share if v.ndim > 1 else v for v, share in zip(bent, some, strict=True)]
        # + 0.0 turns -0.0 into 0.0, so that equal rows are equal byte by byte
        return (np.column_stack(bent) - self.centre) / self.spread + 0.0

    def rotated(self, scaled: Floats) -> Floats:
        """Rows x parts as ``scaled`` gives them -> rows x ``dimensions``; each row by itself, whatever is around."""
        return scaled if self.rotation is None else self.rotation.scores(scaled) + 0.0

    def unrotated(self, matrix: NDArray[Any]) -> Floats:
        """Points of the space -> rows x parts, made comparable, as ``scaled`` would give them."""
        points = np.asarray(matrix, dtype=float)
        return points if self.rotation is None else self.rotation.features(points)

    def original(self, matrix: NDArray[Any]) -> pd.DataFrame:
        """Points of the space -> columns in their own units (dollars for dollars).

        What a transform flattened cannot be told apart again: a winsorised value comes back as its cap. What lay in the
        components that were not kept is lost: a point comes back where it would lie if it were average in them, so
        that a centre is near the means of its members but not equal to them, and may lie a little outside of the
        values that occur (a share below 0). Of a feature in two parts it is the amount of those who have any, 0 where
        nobody has; ``held`` says how many have.
        """
        return pd.DataFrame({name: _unbend(self.transform, c, v) for name, c, v in self._bent(matrix)})

    def held(self, matrix: NDArray[Any]) -> pd.DataFrame:
        """Points of the space -> share of those who have any, one column for each feature in two parts."""
        return pd.DataFrame(
            {name: two_parts.shares(v) for name, _, v in self._bent(matrix) if v.ndim > 1}, index=range(len(matrix))
        )

    def usual(self, matrix: NDArray[Any]) -> pd.DataFrame:
        """As ``original``, but 0 for a feature in two parts where most have none: where a centre is drawn."""
        found, held = self.original(matrix), self.held(matrix)
        return found.assign(**{name: found[name].where(held[name] >= 0.5, 0.0) for name in held})

    def moved(self, matrix: NDArray[Any], to: Space) -> Floats:
        """Points of this space -> the same in another space of the same features."""
        return to.rotated(to.scaled(self.original(matrix), held=self.held(matrix)))

    def ordered(self, matrix: NDArray[Any]) -> Floats:
        """Points of the space -> rows x features by which segments are numbered: the mean of each, bent as it is.

        Of a feature in two parts it is the mean over all, who has none counting as 0.
        """
        if len(self.parts) == len(self.features):
            return self.unrotated(matrix)
        columns = [two_parts.levels(c, v) if v.ndim > 1 else v for _, c, v in self._bent(matrix)]
        return np.column_stack(columns)

    def _bent(self, matrix: NDArray[Any]) -> Iterator[tuple[str, Floats, Floats]]:
        """Name, curve and bent values of each feature at points of the space; those in two parts have two columns."""
        columns = iter((self.unrotated(matrix) * self.spread + self.centre).T)
        for name, curve in zip(self.features, self.curves, strict=True):
            first, *more = [next(columns) for _ in self._of(name, curve)]
            yield name, curve, np.column_stack([first, *more]) if more else first

    def _of(self, name: str, curve: Floats) -> tuple[Part, ...]:
        return two_parts.parts_of(name, curve) if self.transform == "two_part" else (Part(name),)

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
            "two_part" makes two parts of an amount that some do not have: any or none, and the amount bent by asinh,
            its mean among those who have any taken off, 0 for the others; other amounts it bends by asinh, categories
            it leaves. Spread is then measured among those who have any, and any is ``two_parts.APART`` spreads from
            none, whatever the bend (without scaling standard deviations; on a range it is a whole range).
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
    whole = [transform == "two_part" and dataset.codebook[name].is_category for name in features]
    curves = tuple(
        _curve(transform, v, weights, bend) if spread is None and not as_it_is else _straight(transform)
        for v, spread, as_it_is in zip(values, stated, whole, strict=True)
    )
    bent = [_bend(transform, c, v) for c, v in zip(curves, values, strict=True)]
    measured: list[tuple[float, float]] = []
    for name, v, fixed in zip(features, bent, stated, strict=True):
        if v.ndim > 1:
            held = v[:, 0] > 0
            how_much = _centre_and_spread(scaling, v[held, 1], weights[held])[1]
            measured += [(0.0, _having(scaling, v[held, 1], weights[held])), (0.0, how_much)]
        elif fixed is None:
            measured.append(_centre_and_spread(scaling, v, weights))
        else:
            measured.append((mean(v, weights), fixed * _step(transform)))
        if not measured[-1][1] > 1e-12 * max(float(np.abs(v).max()), 1e-300):
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
    if transform == "two_part":
        return two_parts.part_curve(v, w, bend)
    return np.empty(0)


def _straight(transform: Transform) -> Floats:
    """The curve that leaves 0 and 1 as they are; under "asinh" it makes 1 a ``_step``."""
    return {
        "none": np.empty(0),
        "asinh": np.ones(1),
        "winsorised": np.array([0.0, 1.0]),
        "quantile": np.array([[0.0, 1.0], [0.0, 1.0]]),
        "two_part": np.empty(0),
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
    if transform == "two_part" and len(curve):
        return np.arcsinh(v / curve[0]) if len(curve) == 1 else two_parts.split(curve, v)
    return v


def _unbend(transform: Transform, curve: Floats, v: Floats) -> Floats:
    if transform == "asinh":
        return np.sinh(v) * curve[0]
    if transform == "quantile":
        return np.interp(v, curve[1], curve[0])
    if transform == "two_part" and len(curve):
        return np.sinh(v) * curve[0] if v.ndim == 1 else two_parts.amounts(curve, v)
    return v


def _having(scaling: Scaling, amounts: Floats, weights: Floats) -> float:
    """What counts as the spread of 1 and 0 for any or none: it weighs the same whatever the bend of the amounts."""
    if scaling == "minmax":
        return 1.0
    unit = float(np.sqrt(variance(amounts, weights))) if scaling == "none" else 1.0
    return 1 / (two_parts.APART * unit)


def _centre_and_spread(scaling: Scaling, v: Floats, w: Floats) -> tuple[float, float]:
    if scaling == "standard":
        return mean(v, w), float(np.sqrt(variance(v, w)))
    if scaling == "robust":
        low, middle, high = np.asarray(quantile(v, w, [0.25, 0.5, 0.75]))
        return float(middle), float(high - low)
    if scaling == "minmax":
        return float(v.min()), float(np.ptp(v))
    return 0.0, 1.0
