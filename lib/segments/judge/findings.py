"""In plain words: what was found, and how far to trust it. Made from the figures, every time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lib.dataset import MEMBERS, ROWS
from lib.estimates import THIN
from lib.estimates.wording import largest
from lib.segments.describe.sure import Sureness
from lib.segments.judge.gap import Gaps, advice
from lib.segments.judge.null import BEYOND, Null, digits_of
from lib.segments.judge.stability import STABLE, Stability
from lib.segments.judge.suggest import agreement
from lib.segments.judge.sweep import Sweep
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.solvers.enough import TIMES_FOUND
from lib.words import capitalised, listed, percent

FEWEST_POINTS = 5
"""Different points per segment below which segments say no more than the values themselves. Ours."""


@dataclass(frozen=True)
class Nulls:
    """What is known so far of data without segments, beside what was found."""

    silhouette: Null | None = None
    stability: Null | None = None
    gaps: Gaps | None = None


@dataclass(frozen=True)
class Findings:
    """What a segmentation says.

    Attributes:
        found: What was found, in Markdown; where it rests on next to nothing, that comes first.
        separated: How it compares with data without segments; empty where nothing can be told.
        details: What else is known of it, a sentence or two each.
        verdict: How far to trust it, in a few words and the sentence on which they rest.
    """

    found: str
    separated: str
    details: tuple[str, ...]
    verdict: str

    @property
    def lead(self) -> str:
        """What was found, and how it compares with data without segments: three sentences at most, in Markdown."""
        return f"{self.found} {self.separated}".rstrip()

    @property
    def text(self) -> str:
        """All of it in one paragraph."""
        return " ".join((self.lead, *self.details))


def findings(
    found: Segmentation,
    names: Mapping[int, str],
    *,
    who: str,
    swept: Sweep | None = None,
    stable: Stability | None = None,
    beside: Nulls | None = None,
    sure: Sureness | None = None,
) -> Findings:
    """What a segmentation says, in words; where it rests on next to nothing, that comes first.

    Args:
        found: The segmentation.
        names: Name of each segment.
        who: The members, in words.
        swept: Scores of other numbers of segments, where they are known.
        stable: How far segments come back, where that is known.
        beside: What data without segments give, where that is known: no score is judged without.
        sure: How far off sizes may be: which segments cannot be told from the largest and from the smallest.
    """
    nulls = beside or Nulls()
    warning = _too_few(found)
    silhouette = _silhouette(found, None if warning else nulls.silhouette)
    details = [_unassigned(found), starts_words(found)]
    if swept is not None:
        details += [agreement(advice(swept, nulls.gaps)), *swept.notes]
    if stable is not None and np.isfinite(stable.table["bootstrap"]).any():
        details += [stable.words, stability_beside(nulls.stability, None if warning else nulls.silhouette)]
    verdict = f"**{_verdict(found, warning, nulls, stable)}** {silhouette}".rstrip()
    said = what_was_found(found, names, who=who, sure=sure)
    return Findings(said, silhouette, tuple(filter(None, details)), verdict)


def what_was_found(found: Segmentation, names: Mapping[int, str], *, who: str, sure: Sureness | None = None) -> str:
    """The segments in two sentences, and whether they rest on enough; no score is taken for it. See ``findings``."""
    warning = _too_few(found)
    said = (warning, _found(found, names, who, sure), "" if warning else _thin(found))
    return " ".join(filter(None, said))


def _verdict(found: Segmentation, warning: str, nulls: Nulls, stable: Stability | None) -> str:
    """How far to trust segments in a few words: what rests on too few first, then what chance gives, then who returns.

    Beside data without segments stands what was measured, so that each word is a comparison.
    """
    if warning:
        return "Too little to go by."
    thin, null = " Not all of them rest on enough." if _thin(found) else "", nulls.silhouette
    if null is None or not null.correlated.comparison:
        return f"Not compared with chance yet.{thin}" if null is None else f"Not to be told from chance.{thin}"
    if null.correlated.comparison in BEYOND:
        said = f"{capitalised(null.correlated.comparison)} than chance gives."
    elif null.unrelated.comparison in BEYOND:
        said = "Useful parts of one cloud, no separate groups."
    else:
        said = "No more than chance gives."
    if stable is not None and np.isfinite(lowest := stable.table["bootstrap"].min()):
        said += f" {_again(lowest, nulls.stability)}"
    return f"{said}{thin}"


def _again(lowest: float, null: Null | None) -> str:
    """Whether all segments come back in other draws, and whether they would without being there."""
    if lowest < STABLE:
        return "Not all are found again in other draws."
    if null is None or not null.correlated.comparison or null.correlated.comparison in BEYOND:
        return "Found again in other draws."
    return "Found again in other draws, but so are segments of data that have none."


def stability_beside(null: Null | None, silhouette: Null | None = None) -> str:
    """How surely segments come back beside those of data without any, in words; "" where it is not known.

    Args:
        null: Of their mean similarity.
        silhouette: Of their separation, where that is known: where the two seem to contradict each other, a sentence
            says how both can hold.
    """
    said = null.words("on average they come back", "surely") if null is not None else ""
    if null is None or not said:
        return ""
    sentence = (
        f"Their mean similarity is {null.unrelated.value:.{digits_of(null.unrelated, null.correlated)}f}: {said}."
    )
    return f"{sentence} {_reconciled(silhouette, null)}".rstrip()


def _reconciled(silhouette: Null | None, stability: Null) -> str:
    """How segments can exceed the stricter null model in one score and not in the other; "" where they do not."""
    if silhouette is None or not (silhouette.correlated.comparison and stability.correlated.comparison):
        return ""
    separated, surer = (null.correlated.comparison in BEYOND for null in (silhouette, stability))
    if separated == surer:
        return ""
    if surer:
        return (
            "Both hold at once: draw after draw is cut along the same lines, but on either side of them members lie no "
            "nearer to their own segment than in data without any, so take the segments for parts of one cloud."
        )
    if stability.correlated.value >= STABLE:
        return (
            "Both hold at once: the segments do come back, but so do those cut out of data without any, so that it is "
            "their separation that speaks for them."
        )
    return (
        "Both hold at once: the segments are more separated than in data without any, yet who belongs to which depends "
        "on who was drawn, so go by how surely each of them comes back."
    )


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


def _found(found: Segmentation, names: Mapping[int, str], who: str, sure: Sureness | None) -> str:
    assigned = found.sizes.drop(index=UNASSIGNED, errors="ignore")
    share, called = assigned["share"], [_named(int(number), names) for number in assigned.index]
    low, high = (share if sure is None else sure.sizes[end].reindex(share.index) for end in ("low", "high"))
    if found.recipe.counting == ROWS:  # rows that are merely counted are what they are
        low, high = low.fillna(share), high.fillna(share)
    sampled = int(assigned.loc[share.idxmin(), "sampled"])
    return (
        f"**{found.k} segments** ({who}): the largest, {largest(called, share, low, high)}, holds "
        f"{percent(share.max())} of the {found.counted}; the smallest, {largest(called, -share, -high, -low)}, "
        f"{percent(share.min())} and {found.entity.sampled(sampled)}.{_to_none(found)}"
    )


def _to_none(found: Segmentation) -> str:
    """How many belong to no segment, where any do."""
    if UNASSIGNED not in found.sizes.index:
        return ""
    return f" {percent(found.sizes.loc[UNASSIGNED, 'share'])} belong to none."


def _unassigned(found: Segmentation) -> str:
    if UNASSIGNED not in found.sizes.index:
        return ""
    share, sampled = found.sizes.loc[UNASSIGNED, "share"], int(found.sizes.loc[UNASSIGNED, "sampled"])
    behind = f"{sampled:,} {found.entity.behind}".rstrip()
    return f"{percent(share)} of the {found.counted} ({behind}) belong to no segment; the scores are of the rest."


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
    said = said or ("not compared with data without segments" if null is None else "")
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
    """Which segments rest on too few; where all of them do, that is said of all."""
    thin = [str(number) for number, few in found.sizes["thin"].items() if few and number != UNASSIGNED]
    if not thin:
        return ""
    noun = "Segments" if len(thin) > 1 else "Segment"
    verb = "rest" if len(thin) > 1 else "rests"
    return f"**{noun} {listed(thin)} {verb} on fewer than {found.entity.sampled(THIN)}: too few to rely on.**"
