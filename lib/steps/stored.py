"""A preparation as plain values, for the file of a recipe; read back value by value, never evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from types import MappingProxyType
from typing import Any

from lib.errors import StepError
from lib.steps.categories import MergeRare, MergeSpellings, OneHot
from lib.steps.clean import Cap, Fill, LeaveOutMissing, LeaveOutRepeats
from lib.steps.derive import Combine, Flag, Logarithm
from lib.steps.neighbours import MOST, MOST_COLUMNS, Donors
from lib.steps.preparation import MOST_STEPS, Preparation
from lib.steps.step import Step
from lib.tables.own.limits import MAX_COLUMNS, MAX_LEVELS
from lib.tables.own.reading import Reading

STEPS: Mapping[str, type[Step]] = MappingProxyType(
    {
        step.kind: step
        for step in (
            LeaveOutMissing,
            LeaveOutRepeats,
            Fill,
            Cap,
            MergeRare,
            MergeSpellings,
            OneHot,
            Combine,
            Logarithm,
            Flag,
        )
    }
)
_MOST_TEXT = 400
_MOST_ROWS = 10 * MOST


def from_dict(stored: Any) -> Preparation:  # noqa: ANN401 - it comes from a file
    """Read back what ``Preparation.to_dict`` gave.

    Raises:
        StepError: If it is something else.
    """
    try:
        reading, made, steps = (stored[name] for name in ("reading", "made", "steps"))
        _check(isinstance(reading, dict) and len(reading) <= MAX_COLUMNS)
        _check(isinstance(made, list) and isinstance(steps, list) and len(made) + len(steps) <= 2 * MOST_STEPS)
        return Preparation(
            MappingProxyType({_text(name): Reading.from_dict(one) for name, one in reading.items()}),
            tuple(_step(one) for one in made),
            tuple(_step(one) for one in steps),
            _choices(stored.get("choices", {})),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise StepError("How the table was prepared cannot be read.") from error


def _step(stored: Any) -> Step:  # noqa: ANN401 - it comes from a file
    _check(isinstance(stored, dict))
    given = dict(stored)
    kind = STEPS[given.pop("step")]
    _check(set(given) <= set(kind.__dataclass_fields__))
    return kind(**{name: _READ[name](value) for name, value in given.items()})


def _choices(stored: Any) -> Mapping[str, Any]:  # noqa: ANN401 - it comes from a file
    """Choices as they are: whoever reads a file by them checks each."""
    _check(isinstance(stored, dict) and isinstance(stored.get("columns", {}), dict))
    _check(all(isinstance(chosen, dict) for chosen in stored.get("columns", {}).values()))
    return MappingProxyType(stored)


def _check(condition: object) -> None:
    if not condition:
        raise ValueError("not what was written")


def _text(value: Any) -> str:  # noqa: ANN401
    _check(isinstance(value, str) and len(value) <= _MOST_TEXT)
    return str(value)


def _number(value: Any) -> float:  # noqa: ANN401
    _check(type(value) in (int, float) and isfinite(value))
    return float(value)


def _maybe(value: Any) -> float | None:  # noqa: ANN401
    return None if value is None else _number(value)


def _yes_or_no(value: Any) -> bool:  # noqa: ANN401
    _check(isinstance(value, bool))
    return bool(value)


def _several(read: Callable[[Any], Any], most: int) -> Callable[[Any], tuple[Any, ...]]:
    def all_of(values: Any) -> tuple[Any, ...]:  # noqa: ANN401
        _check(isinstance(values, list) and len(values) <= most)
        return tuple(read(value) for value in values)

    return all_of


def _pair(first: Callable[[Any], Any], second: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, Any]]:
    def both(values: Any) -> tuple[Any, Any]:  # noqa: ANN401
        _check(isinstance(values, list))
        one, other = values
        return first(one), second(other)

    return both


def _donors(stored: Any) -> Donors | None:  # noqa: ANN401
    if stored is None:
        return None
    _check(isinstance(stored, dict) and set(stored) == set(Donors.__dataclass_fields__))
    columns = _several(_text, MOST_COLUMNS + MAX_COLUMNS)(stored["columns"])
    floats = _several(_number, len(columns))
    found = Donors(
        columns, floats(stored["centre"]), floats(stored["spread"]), _several(floats, _MOST_ROWS)(stored["rows"])
    )
    _check(all(len(row) == len(columns) for row in (found.centre, found.spread, *found.rows)))
    _check(found.rows and min(found.spread) > 0)
    return found


_columns = _several(_text, MAX_COLUMNS)
_floats = _several(_number, MAX_COLUMNS)
_coefficients = _several(_pair(_text, _number), MAX_COLUMNS)
_READ: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "columns": _columns,
        "column": _text,
        "label": _text,
        "how": _text,
        "value": _maybe,
        "values": _floats,
        "donors": _donors,
        "low": _maybe,
        "high": _maybe,
        "bounds": _several(_pair(_maybe, _maybe), MAX_COLUMNS),
        "least": _number,
        "kept": _several(_number, MAX_LEVELS),
        "other": _maybe,
        "instead": _several(_pair(_number, _number), MAX_LEVELS),
        "weight": _number,
        "levels": _several(_pair(_number, _text), MAX_LEVELS),
        "parts": _coefficients,
        "over": _coefficients,
        "of": _text,
        "sign": _text,
        "limit": _number,
        "plus_one": _yes_or_no,
    }
)
