"""How many segments each criterion advises, side by side, and in words where they disagree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.words import listed

FEWEST_FOR_KNEE = 6
"""A curve of fewer numbers of segments shows no elbow that a shorter one would not. Ours."""

CLEAR = 2.0
"""How many times faster inertia must fall up to a clear elbow than beyond it. Ours."""

RECOGNISABLE = 0.005
"""Silhouettes this close to the best are as good as it. Ours."""


@dataclass(frozen=True)
class Suggestion:
    """What one criterion advises; ``k`` is None where it has nothing to say.

    ``at_end``: what it advises is the first or the last number that was tried. Whether the next one beyond would have
    been better still is not known, so that it is an end of the search and no optimum.
    """

    criterion: str
    k: int | None
    reason: str
    at_end: bool = False

    @property
    def words(self) -> str:
        """The reason, and that it lies at an end where it does."""
        return f"{self.reason}; at the end of the range that was searched" if self.at_end else self.reason


def suggestions(table: pd.DataFrame) -> tuple[Suggestion, ...]:
    """Advice of the elbow, silhouette, Calinski-Harabasz, Davies-Bouldin and of the smallest segment.

    Args:
        table: One row per k, as ``Sweep.table``.
    """
    return (
        _elbow(table["inertia"]),
        _extreme(table["silhouette"], "Silhouette", "highest mean silhouette", largest=True),
        _extreme(table["calinski_harabasz"], "Calinski-Harabasz", "highest ratio of spread", largest=True),
        _extreme(table["davies_bouldin"], "Davies-Bouldin", "least overlap", largest=False),
        *_bic(table),
        _substance(table),
    )


def agreement(found: Sequence[Suggestion]) -> str:
    """Whether the criteria agree, in words; what lies at an end of the range agrees with nothing."""
    advice = [s for s in found if s.k is not None and s.criterion != SUBSTANCE]
    if not advice:
        return "No criterion has anything to advise here: choose the number of segments by what they mean."
    no_elbow = "" if any(s.criterion == ELBOW for s in advice) else "There is no clear elbow."
    within, ends = [s for s in advice if not s.at_end], [s for s in advice if s.at_end]
    return " ".join(filter(None, (no_elbow, _among(within, is_all=not ends), _at_ends(ends, is_all=not within))))


def _among(within: Sequence[Suggestion], *, is_all: bool) -> str:
    """What those say whose optimum lies within the range."""
    if not within:
        return ""
    if len(within) == 1:
        return f"Only {within[0].criterion} has an optimum within the range: {within[0].k} segments."
    if len({s.k for s in within}) == 1:
        who = "The criteria" if is_all else listed([s.criterion for s in within])
        return f"{who} agree on {within[0].k} segments."
    advised = ", ".join(f"{s.criterion} {s.k}" for s in within)
    return (
        f"The criteria disagree ({advised}): nothing here falls into one number of segments by "
        "itself, so let use and stability decide."
    )


def _at_ends(ends: Sequence[Suggestion], *, is_all: bool) -> str:
    """That those whose best lies at an end of the range have found no optimum."""
    if not ends:
        return ""
    which = listed([f"{s.criterion} {s.k}" for s in ends])
    said = f"{which} {'lies' if len(ends) == 1 else 'lie'} at the end of the range that was searched"
    if not is_all:
        return f"{said}, which is no agreement."
    return f"{said}: no criterion has an optimum within it, so let use and stability decide."


def knee(ks: Sequence[int], inertia: Sequence[float]) -> int | None:
    """The elbow of an inertia curve by the kneedle rule, or None where there is no clear one.

    Kneedle (Satopaa et al. 2011) finds the point farthest below the chord, and so finds one on any curve that
    flattens out. But points spread evenly in p dimensions have an inertia that falls as k^(-2/p) (Zador 1982), a
    straight line when both are logarithms. An elbow is clear where that line bends: before it inertia falls at
    least ``CLEAR`` times as fast as behind it.
    """
    place = _kneedle(ks, inertia)
    return place if place is not None and _bend(ks, inertia, place) >= CLEAR else None


def _kneedle(ks: Sequence[int], inertia: Sequence[float]) -> int | None:
    if len(ks) < FEWEST_FOR_KNEE or not np.isfinite(inertia).all() or np.ptp(inertia) == 0:
        return None
    from kneed import KneeLocator  # only now: it brings all of scipy.signal along

    place = KneeLocator(list(ks), list(inertia), curve="convex", direction="decreasing").knee
    return None if place is None else int(place)


def _bend(ks: Sequence[int], inertia: Sequence[float], place: int) -> float:
    """How many times faster inertia falls, as a power of k, just before ``place`` than just behind it."""
    at = list(ks).index(place)
    if not 0 < at < len(ks) - 1:
        return 0.0
    with np.errstate(divide="ignore"):
        before, after = -np.diff(np.log(inertia[at - 1 : at + 2])) / np.diff(np.log(ks[at - 1 : at + 2]))
    return float(before / after) if after > 0 else np.inf


ELBOW = "Elbow"
GAP = "Gap"
_FARTHEST = "the point farthest below the straight line between the curve's ends (kneedle)"
SUBSTANCE = "Smallest segment"


def _elbow(inertia: pd.Series) -> Suggestion:
    ks, values = [int(k) for k in inertia.index], inertia.tolist()
    if (clear := knee(ks, values)) is not None:
        return Suggestion(ELBOW, clear, f"inertia falls steeply up to here and slowly behind; {_FARTHEST}")
    if len(ks) < FEWEST_FOR_KNEE:
        return Suggestion(ELBOW, None, f"needs at least {FEWEST_FOR_KNEE} numbers of segments to compare")
    vague = _kneedle(ks, values)
    where = f"; {_FARTHEST} is {vague}, but inertia falls on hardly less fast behind it" if vague else ""
    return Suggestion(ELBOW, None, f"no clear elbow{where}")


def _extreme(scores: pd.Series, criterion: str, words: str, *, largest: bool) -> Suggestion:
    known = scores.dropna()
    if known.empty:
        return Suggestion(criterion, None, "not defined here")
    k = int(known.idxmax() if largest else known.idxmin())
    reason = f"{words} ({known[k]:,.3g})"
    if criterion == "Silhouette" and (near := _as_good(known, k)):
        reason += f", hardly better than {near}"
    return Suggestion(criterion, k, reason, _is_end(scores, k))


def _is_end(scores: pd.Series, k: int) -> bool:
    """Whether k is the first or the last number of segments that was tried."""
    return k in (scores.index[0], scores.index[-1])


def _bic(table: pd.DataFrame) -> tuple[Suggestion, ...]:
    """Advice of Schwarz's criterion where segments are a mixture's."""
    return (_extreme(table["bic"], "BIC", "lowest", largest=False),) if "bic" in table else ()


def _as_good(silhouette: pd.Series, k: int) -> str:
    near = silhouette.index[silhouette >= silhouette[k] - RECOGNISABLE]
    return ", ".join(str(other) for other in near if other != k)


def _substance(table: pd.DataFrame) -> Suggestion:
    solid = table.index[table["thin_segments"] == 0]
    if not len(solid):
        return Suggestion(SUBSTANCE, None, "every number of segments leaves one that rests on too few")
    most = int(solid.max())
    return Suggestion(SUBSTANCE, most, "most segments of which none rests on too few", most == table.index[-1])
