"""Amounts that some do not have, in two parts: whether there is any, and how much there is where there is any.

On one scale the step from none to some is taken for a difference of amount: of an amount that few have it is most of
the variance (``share_of_having``). In two parts it is a difference of its own, of a stated size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lib.codebook import Codebook
from lib.estimates import mean, quantile, variance

Floats = NDArray[np.float64]
Kind = Literal["whole", "has", "much"]

_WORDS: Mapping[Kind, str] = {"whole": "", "has": ": has any", "much": ": how much"}

APART = sqrt(2)
"""How far having any is from having none, in standard deviations of an amount.

So far are two members apart who differ in one of two equally frequent categories by Hennig and Liao (2013), with their
factor of one half, whatever the share of those who have any: a few who have none are no world of their own. An amount
that half have then counts as much as one that all have.
"""

LENGTH = 4
"""Numbers in the curve of an amount in two parts."""

_NOBODY = 1e-9
"""Share of those who have any below which there is no telling how much they have."""


@dataclass(frozen=True)
class Part:
    """One column of what is made comparable: a feature, or one of its two parts."""

    feature: str
    kind: Kind = "whole"

    @property
    def name(self) -> str:
        """The feature's name, and which part of it."""
        return self.feature + _WORDS[self.kind]

    def label(self, codebook: Codebook) -> str:
        """The feature's label, and which part of it: "Houses: has any"."""
        return codebook.label(self.feature) + _WORDS[self.kind]


def parts_of(feature: str, curve: Floats) -> tuple[Part, ...]:
    """What a feature becomes by its curve under "two_part": itself, or its two parts."""
    if len(curve) != LENGTH:
        return (Part(feature),)
    return Part(feature, "has"), Part(feature, "much")


def part_curve(values: Floats, weights: Floats, bend: float = 1.0) -> Floats:
    """What the two parts of an amount need.

    Args:
        values: The amount, in its own unit.
        weights: One per row.
        bend: Times the typical amount at which the scale bends.

    Returns:
        For an amount that some do not have: the scale of asinh (the weighted median absolute amount of those who have
        any, times ``bend``), and of the bent amounts of those the weighted mean, the least and the most. The scale
        alone where everybody has some; nothing where all who have any have the same, which is then left as it is.
    """
    held = values != 0
    amounts, theirs = values[held], weights[held]
    if np.ptp(amounts) == 0:
        return np.empty(0)
    scale = float(quantile(np.abs(amounts), theirs, 0.5)) * bend
    if held.all():
        return np.array([scale])
    bent = np.arcsinh(amounts / scale)
    return np.array([scale, mean(bent, theirs), bent.min(), bent.max()])


def split(curve: Floats, values: Floats) -> Floats:
    """Rows x 2: 1 or 0 for any or none, and how far the bent amount is from the mean of those who have any, else 0."""
    held = values != 0
    return np.column_stack([held, np.where(held, np.arcsinh(values / curve[0]) - curve[1], 0.0)])


def shares(parts: Floats) -> Floats:
    """Share of those who have any, 0 to 1, of points whose first part is that share."""
    share = np.clip(parts[:, 0], 0.0, 1.0)
    return np.where(share < _NOBODY, 0.0, share)


def amounts(curve: Floats, parts: Floats) -> Floats:
    """How much those have, on average on the bent scale, who have any, in the amount's own unit; 0 where nobody has.

    The second part of a point is the mean over all, 0 for those who have none: over the share it is that of the others.
    """
    share = shares(parts)
    off = np.divide(parts[:, 1], share, out=np.zeros(len(parts)), where=share > 0)
    bent = np.clip(off + curve[1], curve[2], curve[3])  # components that were left out may lead beyond
    return np.where(share > 0, np.sinh(bent) * curve[0], 0.0)


def levels(curve: Floats, parts: Floats) -> Floats:
    """The mean of the bent amount over all, for whom 0 is an amount like any other: what segments are numbered by."""
    return parts[:, 1] + parts[:, 0] * curve[1]


def share_of_having(values: Floats, weights: Floats) -> float:
    """Share of the weighted variance of an amount, bent by asinh, that lies between those who have any and the others.

    0 where all or none have any; NaN where the amount does not vary.
    """
    held = values != 0
    having = mean(held.astype(float), weights)
    if not 0 < having < 1:
        return 0.0 if np.ptp(values) > 0 else float("nan")
    bent = np.arcsinh(values / float(quantile(np.abs(values[held]), weights[held], 0.5)))
    return float(having * (1 - having) * mean(bent[held], weights[held]) ** 2 / variance(bent, weights))
