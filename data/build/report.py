"""How the sample compares with the real file, as a table to read and as rows to test."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.build.fidelity import MAIN_AMOUNTS, QUANTILE_SHARES, curve_distance

MEDIAN = QUANTILE_SHARES.index(0.5)
LARGEST_CURVE_DISTANCE = 0.1


@dataclass(frozen=True)
class Criterion:
    """One figure of the sample beside the real one.

    Attributes:
        name: What is compared.
        real: The real file's figure.
        synthetic: The sample's.
        tolerance: Largest difference allowed: of the real figure where ``relative``, else in its own unit.
        relative: Whether the difference is divided by the real figure.
    """

    name: str
    real: float
    synthetic: float
    tolerance: float
    relative: bool = False

    @property
    def difference(self) -> float:
        """Synthetic less real, as a share of the real figure where relative."""
        difference = self.synthetic - self.real
        return difference / abs(self.real) if self.relative else difference

    @property
    def holds(self) -> bool:
        """Whether the difference is within the tolerance."""
        return abs(self.difference) <= self.tolerance


def criteria(sample: dict[str, Any], real: dict[str, Any]) -> Iterator[Criterion]:
    """Every numerical criterion of the sample, from ``fidelity.measures`` of both files."""
    yield Criterion("total weight", real["weight"], sample["weight"], 1e-6, relative=True)
    mean = "mean_net_worth"
    yield Criterion("NETWORTH mean", real[mean], sample[mean], 0.10, relative=True)
    yield from _quantile_criteria(sample["quantiles"], real["quantiles"])
    for flag, share in real["shares"].items():
        yield Criterion(f"{flag} share", share, sample["shares"][flag], 0.007)
    for table, columns in real["cells"].items():
        for column, shares in columns.items():
            for row, share in shares.items():
                name = f"{table}: {row} within {column}"
                yield Criterion(name, share, sample["cells"][table][column].get(row, 0.0), 0.03)
    for kind, correlations in real["rank_correlations"].items():
        yield from _correlation_criteria(kind, sample["rank_correlations"][kind], correlations)
    for sweep, curve in real["sweeps"].items():
        distance = curve_distance(sample["sweeps"][sweep], curve)
        yield Criterion(f"{sweep}-feature sweep, distance of curves", 0.0, distance, LARGEST_CURVE_DISTANCE)


def _quantile_criteria(sample: dict[str, Any], real: dict[str, Any]) -> Iterator[Criterion]:
    for name, cuts in real.items():
        for i, share in enumerate(QUANTILE_SHARES):
            tolerance = 0.05 if name == "NETWORTH" and i == MEDIAN else 0.08
            yield Criterion(f"{name} at {share:.0%}", cuts[i], sample[name][i], tolerance, relative=True)


def _correlation_criteria(kind: str, sample: list[list[float]], real: list[list[float]]) -> Iterator[Criterion]:
    for i, one in enumerate(MAIN_AMOUNTS):
        for j, other in enumerate(MAIN_AMOUNTS[:i]):
            yield Criterion(f"rank correlation ({kind}) {one}, {other}", real[i][j], sample[i][j], 0.05)


def report(sample: dict[str, Any], reference: dict[str, Any]) -> str:
    """The criteria as text, failures marked, with leaders, distances and repeats."""
    lines = [
        f"{c.name:48s} {c.real:>16,.4f} {c.synthetic:>16,.4f} {c.difference:>+8.4f} {c.tolerance:.3f} "
        + ("ok" if c.holds else "FAILS")
        for c in criteria(sample, reference)
    ]
    lines += [f"leaders, {name}: {real} / {sample['leaders'][name]}" for name, real in reference["leaders"].items()]
    for space, distances in reference["distances"].items():
        lines += [f"distances, {space}, {name}: {quantiles}" for name, quantiles in distances.items()]
    lines += [f"rows that repeat a real one: {reference['repeats']}", ""]
    return "\n".join(lines)


def fingerprint(frame: pd.DataFrame) -> str:
    """Hash of the values, which ties stored distances to the sample they were measured on."""
    values = np.ascontiguousarray(frame.to_numpy(dtype=float))
    return hashlib.sha256(values.tobytes()).hexdigest()[:16]
