"""What of a recipe file is checked value by value before anything is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import numpy as np

from lib.errors import RecipeError

MAX_LEVELS = 10_000
"""Codes of one category at most."""

_ROUNDING = 1e-6


def refuse(why: str) -> NoReturn:
    """Say that a file is no recipe.

    Raises:
        RecipeError: Always, with the reason.
    """
    raise RecipeError(f"This is not a recipe file of the app ({why}): export one and read that.")


def check_numbers(value: object, shape: tuple[int, ...], what: str) -> None:
    """Refuse anything but lists of finite numbers of that shape: no text, no truth values, no gaps."""
    rows = value if len(shape) == 2 else [value]
    if not isinstance(rows, list) or (len(shape) == 2 and len(rows) != shape[0]):
        refuse(f"{what} have the wrong shape")
    for row in rows:
        if not isinstance(row, list) or len(row) != shape[-1]:
            refuse(f"{what} have the wrong shape")
        if not all(type(number) in {int, float} and abs(number) < 1e300 for number in row):
            refuse(f"{what} hold something that is not a number")


def check_mixture(given: object, components: int, columns: int) -> None:
    """Refuse what is no mixture of so many components for so many columns."""
    if not isinstance(given, dict) or not isinstance(given.get("columns"), list) or len(given["columns"]) != columns:
        refuse("the mixture does not describe every column")
    check_numbers(given.get("shares"), (components,), "the shares of the mixture")
    if not (min(given["shares"]) > 0 and sum(given["shares"]) <= 1 + _ROUNDING):
        refuse("the shares of the mixture are no shares")
    for before, column in zip([None, *given["columns"]], given["columns"], strict=False):
        if not isinstance(column, dict):
            refuse("a column of the mixture is not described")
        if column.get("kind") == "code" and column.keys() == {"kind", "levels", "chances"}:
            _check_chances(column, components)
        elif column.get("kind") in ("amount", "much") and column.keys() == {"kind", "means", "variances"}:
            _check_bell(column, before, components)
        else:
            refuse("a column of the mixture is of an unknown kind")


def _check_bell(column: Mapping[str, Any], before: Mapping[str, Any] | None, components: int) -> None:
    for name in ("means", "variances"):
        check_numbers(column[name], (components,), f"{name} of the mixture")
    if not min(column["variances"]) > 0:
        refuse("a variance of the mixture is not above 0")
    if column["kind"] == "much" and (before is None or before["kind"] != "code"):
        refuse("the mixture says how much of what nobody knows who has")


def _check_chances(column: Mapping[str, Any], components: int) -> None:
    levels = column["levels"]
    if not isinstance(levels, list) or not 1 <= len(levels) <= MAX_LEVELS:
        refuse("a category of the mixture has too few or too many levels")
    check_numbers(levels, (len(levels),), "levels of the mixture")
    check_numbers(column["chances"], (components, len(levels)), "chances of the mixture")
    chances = np.array(column["chances"], dtype=float)
    if not (
        (np.diff(levels) > 0).all() and (chances > 0).all() and np.allclose(chances.sum(axis=1), 1, atol=_ROUNDING)
    ):
        refuse("the chances of the mixture are none")
