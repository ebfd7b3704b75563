"""One paragraph in plain words: what was found, and how far to trust it. Made from the figures, every time."""

from __future__ import annotations

from collections.abc import Mapping

from lib.segments.segmentation import THIN, UNASSIGNED, Segmentation
from lib.segments.stability import Stability
from lib.segments.sweep import Sweep
from lib.segments.words import listed, percent

STRUCTURE = ((0.7, "strong"), (0.5, "reasonable"), (0.25, "weak"))
"""Kaufman and Rousseeuw (1990) on the mean silhouette: what it says of the structure that was found."""

_OFTEN = 0.9


def findings(
    found: Segmentation,
    names: Mapping[int, str],
    *,
    who: str,
    swept: Sweep | None = None,
    stable: Stability | None = None,
) -> str:
    """What a segmentation says, in words.

    Args:
        found: The segmentation.
        names: Name of each segment.
        who: The households, in words.
        swept: Scores of other numbers of segments, where they are known.
        stable: How far segments come back, where that is known.
    """
    sentences = [_found(found, names, who), _structure(found), _starts(found)]
    if swept is not None:
        sentences.append(swept.agreement)
    sentences.append(stable.words if stable is not None else "")
    sentences.append(_thin(found))
    return " ".join(filter(None, sentences))


def structure(silhouette: float) -> str:
    """The word for a mean silhouette, "none to speak of" below a quarter."""
    return next((word for least, word in STRUCTURE if silhouette >= least), "none to speak of")


def _found(found: Segmentation, names: Mapping[int, str], who: str) -> str:
    unit = "rows" if found.recipe.counting == "rows" else "households"
    assigned = found.sizes.drop(index=UNASSIGNED, errors="ignore")
    largest, smallest = int(assigned["share"].idxmax()), int(assigned["share"].idxmin())
    return (
        f"**{found.k} segments** ({who}). The largest, {_named(largest, names)}, holds "
        f"{percent(assigned.loc[largest, 'share'])} of the {unit}; the smallest, {_named(smallest, names)}, "
        f"{percent(assigned.loc[smallest, 'share'])} and {assigned.loc[smallest, 'sampled']:,} sampled households."
    )


def _named(segment: int, names: Mapping[int, str]) -> str:
    return f"{segment} ({names[segment]})" if segment in names else str(segment)


def _structure(found: Segmentation) -> str:
    value = found.silhouette
    return f"The mean silhouette is {value:.2f}: {structure(value)} structure." if value == value else ""


def _starts(found: Segmentation) -> str:
    at_best = found.starts_at_best
    if at_best != at_best:
        return ""
    if at_best >= _OFTEN:
        return f"{percent(at_best)} of {len(found.inertias)} starts of k-means end here."
    return (
        f"Only {percent(at_best)} of {len(found.inertias)} starts of k-means end here, the worst "
        f"{percent(found.spread_over_starts)} above: a single start would often have given other segments."
    )


def _thin(found: Segmentation) -> str:
    thin = [str(number) for number, few in found.sizes["thin"].items() if few and number != UNASSIGNED]
    if not thin:
        return ""
    noun = "Segments" if len(thin) > 1 else "Segment"
    verb = "rest" if len(thin) > 1 else "rests"
    return f"**{noun} {listed(thin)} {verb} on fewer than {THIN} sampled households: too few to rely on.**"
