"""How sure figures are, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from lib.estimates.ends import THIN
from lib.estimates.figures import Method
from lib.subject import Entity

_HOW: Mapping[Method, str] = {
    "replicate weights": "by the survey's replicate weights",
    "bootstrap": "by a bootstrap of {members}, which knows nothing of how these were sampled: mostly too wide",
    "random rows": "as if the {members} had been drawn at random from many more",
    "": "",
}


def how_sure(method: Method, entity: Entity) -> str:
    """A sentence on where 95 % intervals come from; empty where there are none."""
    how = _HOW[method].format(members=entity.plural)
    return f"95% intervals are {how}." if how else ""


def too_unsure(entity: Entity) -> str:
    """Why a figure is marked."""
    return f"too unsure to rely on (fewer than {entity.sampled(THIN)}, or an interval too wide for its size)"


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


def beyond(low: float, high: float) -> bool:
    """Whether the interval of a difference leaves out zero: only then may a word say that two figures differ."""
    return bool(low > 0 or high < 0)
