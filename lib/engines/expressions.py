"""A space, its segments and the nearest of their centres as expressions of SQL over the features of a row."""

from __future__ import annotations

from collections.abc import Sequence

from lib.engines.statement import Statement
from lib.errors import RecipeError
from lib.features.components import Rotation
from lib.features.space import Space, Transform
from lib.features.two_parts import LENGTH
from lib.segments.points import Floats
from lib.segments.segmentation import UNASSIGNED

NO_RANKS = (
    "The rank transform takes a curve of a thousand steps for each feature, which no engine is asked to follow: choose "
    "asinh or winsorised in the app."
)


def scaled(s: Statement, space: Space, features: Sequence[str]) -> list[str]:
    """What ``Space.scaled`` makes of a row: one expression for each part.

    Args:
        s: The statement that they are for.
        space: The scale.
        features: Names of the columns of features, in the order of the space.
    """
    bent = [
        part
        for name, curve in zip(features, space.curves, strict=True)
        for part in _bent(s, space.transform, curve, name)
    ]
    pairs = zip(bent, space.centre, space.spread, strict=True)
    return [f"({part} - {s.number(centre)}) / {s.number(spread)}" for part, centre, spread in pairs]


def rotated(s: Statement, rotation: Rotation, parts: Sequence[str]) -> list[str]:
    """What ``Space.rotated`` makes of the parts of a row: one expression for each component."""
    off = [f"({part} - {s.number(centre)})" for part, centre in zip(parts, rotation.centre, strict=True)]
    return [
        " + ".join(f"{part} * {s.number(weight)}" for part, weight in zip(off, direction, strict=True))
        for direction in rotation.directions.T
    ]


def squared_distances(s: Statement, centres: Floats, axes: Sequence[str]) -> list[str]:
    """Squared distance of a row from each centre, by differences so that no digit is lost."""
    return [
        " + ".join(
            f"({axis} - {s.number(at)}) * ({axis} - {s.number(at)})" for axis, at in zip(axes, centre, strict=True)
        )
        for centre in centres
    ]


def least(expressions: Sequence[str]) -> str:
    """The least of several; of one, itself."""
    return f"LEAST({', '.join(expressions)})" if len(expressions) > 1 else expressions[0]


def first_at(s: Statement, distances: Sequence[str], smallest: str) -> str:
    """Number of the first centre at the smallest distance, ``UNASSIGNED`` where a row has no place: the tie rule."""
    whens = " ".join(f"WHEN {d} = {smallest} THEN {s.bind(n)}" for n, d in enumerate(distances, start=1))
    return f"CASE {whens} ELSE {s.bind(UNASSIGNED)} END"


def second_least(s: Statement, distances: Sequence[str], nearest: str) -> str:
    """The smallest distance to a centre other than the nearest; nothing where there is one alone."""
    if len(distances) == 1:
        return f"CAST(NULL AS {s.dialect.real})"
    others = [f"CASE WHEN {nearest} <> {s.bind(n)} THEN {d} END" for n, d in enumerate(distances, start=1)]
    return least(others)


def _bent(s: Statement, transform: Transform, curve: Floats, name: str) -> list[str]:
    """What a transform makes of a feature, as ``Space`` does: one part, or two.

    Raises:
        RecipeError: For ranks, whose curve of a thousand steps no expression holds.
    """
    if transform == "quantile":
        raise RecipeError(NO_RANKS)
    if transform == "asinh":
        return [_asinh(s, name, curve[0])]
    if transform == "winsorised":
        # by CASE: LEAST and GREATEST take what is missing for no bound
        low, high = (s.number(cap) for cap in curve)
        return [f"CASE WHEN {name} < {low} THEN {low} WHEN {name} > {high} THEN {high} ELSE {name} END"]
    if transform == "two_part" and len(curve) == LENGTH:
        none, some = s.number(0), s.number(1)
        amount = f"{_asinh(s, name, curve[0])} - {s.number(curve[1])}"
        return [
            f"CASE WHEN {name} = {none} THEN {none} ELSE {some} END",
            f"CASE WHEN {name} = {none} THEN {none} ELSE {amount} END",
        ]
    if transform == "two_part" and len(curve) == 1:
        return [_asinh(s, name, curve[0])]
    return [name]


def _asinh(s: Statement, name: str, scale: float) -> str:
    """Of the size, with its sign put back: of large debts some engines lose all digits."""
    return f"SIGN({name}) * ASINH(ABS({name}) / {s.number(scale)})"
