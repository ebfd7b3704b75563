"""How sure figures are, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lib.estimates.ends import THIN, WIDEST_CORRELATION
from lib.estimates.figures import Method
from lib.subject import Entity
from lib.words import listed

_HOW: Mapping[Method, str] = {
    "replicate weights": "by the survey's replicate weights",
    "bootstrap": "by a bootstrap of {members}, on the wide side",
    "random rows": "as if the {members} had been drawn at random from many more",
    "": "",
}


MARK = "†"
"""Stands beside a figure of a table that is too unsure to rely on."""


def how_sure(method: Method, entity: Entity, *, is_of_copies: bool = False) -> str:
    """A sentence on where 95 % intervals come from; empty where there are none.

    Args:
        method: How standard errors come about.
        entity: What members are called.
        is_of_copies: Whether rows are counted of which several are near-copies of one another.
    """
    if is_of_copies:
        return f"No intervals: several rows stand for one {entity.singular}, so that none can be told of rows."
    how = _HOW[method].format(members=entity.plural)
    return f"95% intervals are {how}." if how else ""


def too_unsure(entity: Entity, *, by_intervals: bool = True) -> str:
    """Why a figure is marked: not for a wide interval where there is none."""
    or_wide = ", or an interval too wide for its size" if by_intervals else ""
    return f"too unsure to rely on (fewer than {entity.sampled(THIN)}{or_wide})"


def too_unsure_correlations(entity: Entity) -> str:
    """Why a correlation is marked."""
    return (
        f"not told from none, or too unsure to rely on (fewer than {entity.sampled(THIN)}, or an interval wider than "
        f"{WIDEST_CORRELATION:g}, our own limit)"
    )


def how_many_unsure(number: int, entity: Entity, one: str, several: str, *, by_intervals: bool = True) -> str:
    """How many figures are marked, and why, in a sentence; empty where none is.

    Args:
        number: How many.
        entity: What members are called.
        one: What a marked figure is called, such as "pale figure".
        several: What more of them are called.
        by_intervals: Whether there are intervals.
    """
    if not number:
        return ""
    why = too_unsure(entity, by_intervals=by_intervals)
    return f"{number} {f'{one} is' if number == 1 else f'{several} are'} {why}."


def far_off(low: float, high: float, text: Callable[[float], str], of: str = "") -> str:
    """How far off a figure may be, in a sentence; empty where there is no interval.

    Args:
        low: Where it begins.
        high: Where it ends.
        text: How such figures are said.
        of: What the figure is, where that needs saying.
    """
    off = between(low, high, text)
    return f"95% interval{f' of the {of}' if of else ''}: {off}." if off else ""


def interval_or_none(low: float, high: float, text: Callable[[float], str]) -> str:
    """An interval in words, or that there is none."""
    return between(low, high, text) or "cannot be told"


def between(low: float, high: float, text: Callable[[float], str]) -> str:
    """An interval in words, "60.7 to 63.6%", its sign said once; empty where there is none.

    Args:
        low: Where it begins.
        high: Where it ends.
        text: How such figures are said.
    """
    if np.isnan(low) or np.isnan(high):
        return ""
    first, last = text(low), text(high)
    # the sign stands once, but for an end that is said in words
    return f"{first.removesuffix('%') if last.endswith('%') and first[:1].isdigit() else first} to {last}"


def correlation_text(value: float) -> str:
    """A correlation to two digits; what rounds to nothing has no sign."""
    return f"{value:z.2f}"


def with_interval(
    value: float, low: float, high: float, text: Callable[[float], str], ends: Callable[[float], str] | None = None
) -> str:
    """A figure with its interval behind it, where there is one: "$192,700 ($172,000 to $213,000)".

    Args:
        value: The figure.
        low: Where its interval begins.
        high: Where it ends.
        text: How such figures are said.
        ends: How the ends of its interval are said, if in short.
    """
    off = between(low, high, ends or text)
    return f"{text(value)} ({off})" if off else text(value)


def told_of(
    row: Mapping[str, float] | pd.Series[float],
    name: str,
    text: Callable[[float], str],
    ends: Callable[[float], str] | None = None,
) -> str:
    """The same of a table that has ``name``, ``name_low`` and ``name_high``."""
    return with_interval(row[name], row[f"{name}_low"], row[f"{name}_high"], text, ends)


def told_each(figures: pd.Series, ends: pd.DataFrame, of: Sequence[int], text: Callable[[float], str]) -> list[str]:
    """Figures with their intervals, "" for one that is not there.

    Args:
        figures: One after another.
        ends: Where intervals begin and end, in the first two columns, indexed by whose they are.
        of: Whose each figure is; who has no row in ``ends`` has no interval.
        text: How such figures are said.
    """
    own = ends.iloc[:, :2].reindex(list(of))
    told = zip(figures, own.iloc[:, 0], own.iloc[:, 1], strict=True)
    return ["" if pd.isna(value) else with_interval(value, low, high, text) for value, low, high in told]


def told_from_none(value: float, low: float, high: float, text: Callable[[float], str]) -> str:
    """A figure with its interval, and whether that takes in zero."""
    said = with_interval(value, low, high, text)
    return f"{said}, not told from none" if low <= 0 <= high else said


def beyond(low: float, high: float) -> bool:
    """Whether the interval of a difference leaves out zero: only then may a word say that two figures differ."""
    return bool(low > 0 or high < 0)


def difference(low: float, high: float, text: Callable[[float], str], unit: str = "") -> str:
    """By how much one figure is above or below another: "1.2 to 3.4 points more"; "" where nothing can be told.

    Args:
        low: Where the interval of the difference begins.
        high: Where it ends.
        text: How such figures are said.
        unit: What follows the figures.
    """
    if not beyond(low, high):
        return ""
    least, most = sorted((abs(low), abs(high)))
    return " ".join(filter(None, (between(least, most, text), unit, "more" if low > 0 else "less")))


def beside(low: float, high: float, text: Callable[[float], str], whose: str, unit: str = "") -> str:
    """Whether a figure differs from that of others, in a sentence.

    Args:
        low: Where the interval of the difference begins.
        high: Where it ends.
        text: How such figures are said.
        whose: The others.
        unit: What follows the figures.
    """
    apart = difference(low, high, text, unit)
    return (
        f"That is {apart} than {whose}'{'' if whose.endswith('s') else 's'}."
        if apart
        else f"Whether that differs from {whose} cannot be told."
    )


def of_size(low: ArrayLike, high: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """The ends of intervals of figures whose sign is left aside; that of what may be nothing begins at nothing."""
    lows, highs = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    nearest = np.minimum(np.abs(lows), np.abs(highs))
    return np.where(np.sign(lows) * np.sign(highs) < 0, 0.0, nearest), np.maximum(np.abs(lows), np.abs(highs))


_RIVALS = 2
"""Figures that are named where they cannot be told from the largest."""

NONE_TOLD = "none is told apart"


def largest(said: Sequence[str], value: ArrayLike, low: ArrayLike, high: ArrayLike) -> str:
    """The largest of several figures, and which others cannot be told from it, those with the larger figures first.

    Intervals that do not meet tell two figures apart whatever these have in common: the standard error of a difference
    is never more than the sum of both. Where they meet, or are not known, nothing is told.

    Args:
        said: The figures in words.
        value: The figures; NaN where there is none.
        low: Where their intervals begin.
        high: Where these end.
    """
    first, near = _largest(value, low, high)
    if near is None:
        return f"{said[first]}, by how much for sure cannot be told"
    if not near:
        return said[first]
    rivals = [said[at] for at in near]
    more = f" and {len(near) - _RIVALS} more" if len(near) > _RIVALS else ""
    return f"{said[first]}, not told apart from {', '.join(rivals[:_RIVALS]) if more else listed(rivals)}{more}"


def largest_in_short(said: Sequence[str], value: ArrayLike, low: ArrayLike, high: ArrayLike) -> str:
    """The largest of several figures, or the other one that it may be as well, or that it may be any of several."""
    first, near = _largest(value, low, high)
    if near is None or len(near) > 1:
        return NONE_TOLD
    return listed([said[first], *(said[at] for at in near)], "or")


def _largest(value: ArrayLike, low: ArrayLike, high: ArrayLike) -> tuple[int, list[int] | None]:
    """Where the largest figure is, and where those are that cannot be told from it; None where no interval is known."""
    values, lows, highs = (np.asarray(one, dtype=float) for one in (value, low, high))
    first, *others = [int(at) for at in np.argsort(-values, kind="stable") if not np.isnan(values[at])]
    if others and np.isnan(lows[first]):
        return first, None
    return first, [at for at in others if not highs[at] < lows[first]]
