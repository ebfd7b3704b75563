"""One paragraph in plain words: what was found, and how far to trust it. Made from the figures, every time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lib.dataset import MEMBERS
from lib.estimates import THIN
from lib.segments.judge.stability import Stability
from lib.segments.judge.sweep import Sweep
from lib.segments.kmeans import TIMES_FOUND
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.words import listed, percent

STRUCTURE = ((0.7, "strong"), (0.5, "reasonable"), (0.25, "weak"))
"""Kaufman and Rousseeuw (1990) on the mean silhouette: what it says of the structure that was found."""

FEWEST_POINTS = 5
"""Different points per segment below which segments say no more than the values themselves."""


def findings(
    found: Segmentation,
    names: Mapping[int, str],
    *,
    who: str,
    swept: Sweep | None = None,
    stable: Stability | None = None,
) -> str:
    """What a segmentation says, in words; where it rests on next to nothing, that comes first.

    Args:
        found: The segmentation.
        names: Name of each segment.
        who: The members, in words.
        swept: Scores of other numbers of segments, where they are known.
        stable: How far segments come back, where that is known.
    """
    warning = _too_few(found)
    sentences = [warning, _found(found, names, who), _structure(found, judged=not warning), starts_words(found)]
    if swept is not None:
        sentences += [swept.agreement, *swept.notes]
    if stable is not None and np.isfinite(stable.table["bootstrap"]).any():
        sentences.append(stable.words)
    sentences.append(_thin(found) if _sampled(found) >= THIN else "")
    return " ".join(filter(None, sentences))


def structure(silhouette: float) -> str:
    """What a mean silhouette says: "strong structure", or "no structure to speak of" below a quarter."""
    return next((f"{word} structure" for least, word in STRUCTURE if silhouette >= least), "no structure to speak of")


def _too_few(found: Segmentation) -> str:
    sampled, points = _sampled(found), len(found.points.distinct[0])
    if sampled < THIN:
        behind = found.entity.sampled(sampled)
        return f"These segments rest on {_at_most(found)}{behind} in all: too few to tell anything."
    if points < FEWEST_POINTS * found.k:
        return (
            f"The features take only {points} different values together: {found.k} segments of them say hardly more "
            "than the values themselves."
        )
    return ""


def _sampled(found: Segmentation) -> int:
    """Sampled members in all; where rows are counted, one whose copies lie in two segments is counted twice."""
    if found.recipe.counting == MEMBERS:
        return len(np.unique(found.points.members))
    return int(found.sizes["sampled"].sum())


def _at_most(found: Segmentation) -> str:
    is_exact = found.recipe.counting == MEMBERS or _sampled(found) == len(found.labels)
    return "" if is_exact else "at most "


def _found(found: Segmentation, names: Mapping[int, str], who: str) -> str:
    unit = found.counted
    assigned = found.sizes.drop(index=UNASSIGNED, errors="ignore")
    largest, smallest = int(assigned["share"].idxmax()), int(assigned["share"].idxmin())
    sampled = int(assigned.loc[smallest, "sampled"])
    return (
        f"**{found.k} segments** ({who}).{_unassigned(found, unit)} The largest, {_named(largest, names)}, holds "
        f"{percent(assigned.loc[largest, 'share'])} of the {unit}; the smallest, {_named(smallest, names)}, "
        f"{percent(assigned.loc[smallest, 'share'])} and {found.entity.sampled(sampled)}."
    )


def _unassigned(found: Segmentation, unit: str) -> str:
    if UNASSIGNED not in found.sizes.index:
        return ""
    share, sampled = found.sizes.loc[UNASSIGNED, "share"], int(found.sizes.loc[UNASSIGNED, "sampled"])
    behind = f"{sampled:,} {found.entity.behind}".rstrip()
    return f" {percent(share)} of the {unit} ({behind}) belong to no segment; the scores are of the rest."


def _named(segment: int, names: Mapping[int, str]) -> str:
    return f"{segment} ({names[segment]})" if segment in names else str(segment)


def _structure(found: Segmentation, *, judged: bool) -> str:
    value = found.silhouette
    if not np.isfinite(value):
        return ""
    of_drawn = f", {found.silhouettes_of}," if found.silhouettes_of else ""
    return f"The mean silhouette{of_drawn} is {value:.2f}{f': {structure(value)}' if judged else ''}."


def starts_words(found: Segmentation) -> str:
    """How often k-means was started and how often it ended here, in a sentence; "" where that is not known."""
    made, here = len(found.inertias), found.times_found
    if not made:
        return ""
    said = f"k-means was started {_times(made)} and ended here {_times(here)}"
    if here < TIMES_FOUND:
        return f"{said}: with more starts something better might have been found."
    return f"{said}{': a single start would mostly have given other segments' if here < made / 2 else ''}."


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _thin(found: Segmentation) -> str:
    thin = [str(number) for number, few in found.sizes["thin"].items() if few and number != UNASSIGNED]
    if not thin:
        return ""
    noun = "Segments" if len(thin) > 1 else "Segment"
    verb = "rest" if len(thin) > 1 else "rests"
    return f"**{noun} {listed(thin)} {verb} on fewer than {found.entity.sampled(THIN)}: too few to rely on.**"
