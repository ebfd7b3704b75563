"""One paragraph in plain words: what was found, and how far to trust it. Made from the figures, every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lib.dataset import MEMBERS
from lib.estimates import THIN
from lib.segments.judge.gap import Gaps, advice
from lib.segments.judge.null import Null, digits_of
from lib.segments.judge.stability import Stability
from lib.segments.judge.suggest import agreement
from lib.segments.judge.sweep import Sweep
from lib.segments.kmeans import TIMES_FOUND
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.words import listed, percent

FEWEST_POINTS = 5
"""Different points per segment below which segments say no more than the values themselves. Ours."""


@dataclass(frozen=True)
class Nulls:
    """What is known so far of data without segments, beside what was found."""

    silhouette: Null | None = None
    stability: Null | None = None
    gaps: Gaps | None = None


def findings(
    found: Segmentation,
    names: Mapping[int, str],
    *,
    who: str,
    swept: Sweep | None = None,
    stable: Stability | None = None,
    beside: Nulls | None = None,
) -> str:
    """What a segmentation says, in words; where it rests on next to nothing, that comes first.

    Args:
        found: The segmentation.
        names: Name of each segment.
        who: The members, in words.
        swept: Scores of other numbers of segments, where they are known.
        stable: How far segments come back, where that is known.
        beside: What data without segments give, where that is known: no score is judged without.
    """
    nulls = beside or Nulls()
    warning = _too_few(found)
    silhouette = _silhouette(found, None if warning else nulls.silhouette)
    sentences = [warning, _found(found, names, who), silhouette, starts_words(found)]
    if swept is not None:
        sentences += [agreement(advice(swept, nulls.gaps)), *swept.notes]
    if stable is not None and np.isfinite(stable.table["bootstrap"]).any():
        sentences += [stable.words, stability_beside(nulls.stability)]
    sentences.append(_thin(found) if _sampled(found) >= THIN else "")
    return " ".join(filter(None, sentences))


def stability_beside(null: Null | None) -> str:
    """How surely segments come back beside those of data without any, a sentence; "" where it is not known."""
    said = null.words("on average they come back", "surely") if null is not None else ""
    return f"Their mean similarity is {null.unrelated.value:.2f}: {said}." if null is not None and said else ""


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


def _silhouette(found: Segmentation, null: Null | None) -> str:
    """The figure; in words only what it is beside data without segments."""
    value = found.silhouette
    if not np.isfinite(value):
        return ""
    of_drawn = f", {found.silhouettes_of}," if found.silhouettes_of else ""
    said = null.words("the segments are", "separated") if null is not None else ""
    digits = digits_of(null.unrelated, null.correlated) if null is not None and said else 2
    return f"The mean silhouette{of_drawn} is {value:.{digits}f}{f': {said}' if said else ''}."


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
