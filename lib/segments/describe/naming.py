"""Short names for segments, made from what sets them apart; a person may overwrite them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lib.dataset import Codebook, Dataset
from lib.estimates import Ordered
from lib.features.relatives import without_relatives
from lib.plain import by_index
from lib.segments.describe.profile import Profile, profile
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.subject import Identity
from lib.words import capitalised, within_sentence

PHRASES, MOST_PHRASES = 2, 4
"""Phrases in a name, and at most where fewer do not tell two segments apart."""

LONGEST = 64
"""Characters beyond which a name keeps only the phrases that it needs; whom a level is relative to does not count."""

UNASSIGNED_NAME = "Unassigned"

FOR_GROUP = " for this group"
"""Follows a level that would be another one among everyone in the table."""

LEVELS: Mapping[float, str] = {
    0.05: "very low",
    0.25: "low",
    0.42: "fairly low",
    0.58: "middling",
    0.75: "fairly high",
    0.95: "high",
    1.01: "very high",
}
"""The word for a segment's standing in a column: the share of everyone below the segment's median, up to here."""

_SPEAKS_OF_LEVELS = re.compile(r"\b(low|middling|high)\b", re.IGNORECASE)

APART = 0.2
"""Medians are clearly different when the smaller lies this share of the larger below it."""

CODES_APART = 0.5
"""Standard deviations by which the mean of a category's codes must differ from everyone's to be spoken of."""

Chosen = Mapping[int, list[str]]
"""By segment: the columns its name speaks of, or the phrases about them."""


def names(
    dataset: Dataset,
    segmentation: Segmentation,
    *,
    described: Profile | None = None,
    everyone: Dataset | None = None,
) -> dict[int, str]:
    """A name for each segment, such as "High income, high total debt"; all different.

    Levels are those among the members that were segmented. Where a median that is high among them would be middling or
    low among everyone, or the other way round, the phrase says so: "high income for this group".

    Each takes the features in which the segment's median stands farthest from the middle of everyone, passing
    over features that the accounting ties to one already named. Where several segments would share a phrase
    although their medians are clearly different, each says its median: "high total debt ($148K)". Where two
    names would still be equal, further features are added, then a median, then the number. A name of more than
    ``LONGEST`` characters drops what it can do without: never what is all that tells the segment from another.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        described: The profile of the features, if it is there already.
        everyone: All of the table from which the members were chosen, with the features; without it nothing can be said
            of them.
    """
    described = described or profile(dataset, segmentation)
    table, medians, identities = described.table, described.everyone["median"], dataset.subject.identities
    among_all = {} if everyone is None else _among(everyone, segmentation, table)
    wording = _Wording(dataset.codebook, by_index(table), among_all)
    codes = {name for name in segmentation.recipe.features if dataset.codebook[name].is_category}
    ordered = {int(s): _ordered(table.loc[s], medians, codes, identities) for s in segmentation.model.numbers}
    chosen = {s: columns[:PHRASES] for s, columns in ordered.items()}
    for length in range(PHRASES + 1, min(MOST_PHRASES, len(segmentation.recipe.features)) + 1):
        chosen |= {s: ordered[s][:length] for s in _shared(wording.phrases(chosen))}
    chosen = _shortened(chosen, wording)
    found = wording.with_medians(chosen, wording.phrases(chosen))
    found |= {s: [*found[s], f"segment {s}"] for s in _shared(found)}
    named = {s: capitalised(", ".join(words)) for s, words in found.items()}
    return named | ({UNASSIGNED: UNASSIGNED_NAME} if UNASSIGNED in segmentation.sizes.index else {})


def name(dataset: Dataset, segmentation: Segmentation, segment: int) -> str:
    """The name of one segment; see ``names``."""
    return names(dataset, segmentation)[segment]


@dataclass(frozen=True)
class _Wording:
    """Phrases about the columns of a profile, whose statistics are by segment and column.

    ``among_all`` is the standing of a segment's median among everyone, where that is known.
    """

    codebook: Codebook
    statistics: Mapping[Any, Mapping[Any, float]]
    among_all: Mapping[Any, float]

    def phrases(self, chosen: Chosen) -> dict[int, list[str]]:
        """Phrases for the chosen columns; those that would mean different amounts in two segments say which."""
        plain = {(s, column): self._phrase(s, column) for s, columns in chosen.items() for column in columns}
        sharing: dict[tuple[str, str], list[int]] = {}
        for (s, column), words in plain.items():
            sharing.setdefault((column, words), []).append(s)
        vague = {key for key, segments in sharing.items() if self.apart(segments, key[0]) > APART}
        return {
            s: [
                f"{plain[s, column]} ({self.codebook[column].short(self._median(s, column))})"
                if (column, plain[s, column]) in vague
                else plain[s, column]
                for column in columns
            ]
            for s, columns in chosen.items()
        }

    def alike(self, chosen: Chosen) -> list[list[int]]:
        """Segments of which the same can be said, but for amounts; in groups."""
        return _equal({s: [self._phrase(s, column) for column in columns] for s, columns in chosen.items()})

    def is_told_apart(self, chosen: Chosen, segment: int) -> bool:
        """Whether of no other segment all is true that the name of this one says, whatever its own name says."""
        said = dict(zip(chosen[segment], self.phrases(chosen)[segment], strict=True))

        def is_true_of(other: int, column: str) -> bool:
            plain = self._phrase(segment, column)
            differs = said[column] != plain and self.apart([segment, other], column) > APART
            return self._phrase(other, column) == plain and not differs

        others = [other for other in chosen if other != segment]
        return not any(all(is_true_of(other, column) for column in said) for other in others)

    def with_medians(self, chosen: Chosen, found: Chosen) -> dict[int, list[str]]:
        """Phrases in which names that are equal still tell the median in which they differ most."""
        told = dict(found)
        for segments in _equal(found):
            column = max(chosen[segments[0]], key=lambda name: self.apart(segments, name))
            if len(segments) > 1 and self.apart(segments, column) > 0:
                for s in segments:
                    at = chosen[s].index(column)
                    median = self.codebook[column].text(self._median(s, column))
                    told[s] = [*found[s][:at], f"{self._phrase(s, column)} ({median})", *found[s][at + 1 :]]
        return told

    def apart(self, segments: Collection[int], column: str) -> float:
        """How far the medians of segments lie apart, as a share of the largest; 0 for codes and for one segment."""
        medians = [self._median(s, column) for s in segments]
        size = max(abs(median) for median in medians)
        return (max(medians) - min(medians)) / size if size > 0 and not self.codebook[column].is_category else 0.0

    def _phrase(self, segment: int, column: str) -> str:
        own = self.statistics[segment, column]
        variable = self.codebook[column]
        label, median = variable.called, float(own["median"])
        if variable.is_category:
            return f"{label}: {within_sentence(variable.text(median))}"
        if median == 0 and own["p25"] >= 0 and own["standing"] < 0.5:
            few = own["p75"] == 0 and not variable.lacking
            return f"little or no {label}" if few else f"mostly {variable.called_none}"
        level = next((word for up_to, word in LEVELS.items() if own["standing"] <= up_to), "unknown")
        other = self.among_all.get((segment, column))
        is_relative = other is not None and _side(other) != _side(own["standing"])
        return f"{level} {label}{FOR_GROUP if is_relative else ''}"

    def _median(self, segment: int, column: str) -> float:
        return float(self.statistics[segment, column]["median"])


def _ordered(
    own: pd.DataFrame, medians: pd.Series, codes: Collection[str], identities: Sequence[Identity]
) -> list[str]:
    """Features by how far the segment stands from the middle, those without a relative before them first.

    A category of which the segment has hardly another share than everyone comes last: most may be graduates in a
    segment, and no more of them than anywhere else. So it is with an amount of which the median is everyone's: where
    most have none of it, a segment of whom most have none is set apart only as far as its mean is.
    """
    standing, median, difference = (own[name].to_numpy() for name in ("standing", "median", "difference"))
    size, far = np.abs(difference), np.round(np.abs(standing - 0.5), 2)
    far = np.where(median == medians.reindex(own.index).to_numpy(), np.minimum(far, size), far)
    far += np.minimum(size, 50) * 1e-4
    far[own.index.isin(list(codes)) & (size < CODES_APART)] = 0.0
    ranking = pd.Series(far, own.index).sort_values(ascending=False, kind="stable")
    independent = [str(column) for column in without_relatives(ranking, identities).index]
    return independent + [str(column) for column in ranking.index if column not in independent]


def _shortened(chosen: Chosen, wording: _Wording) -> dict[int, list[str]]:
    """The same columns, less those that names which are too long can do without.

    Segments with the same words are shortened together, to the columns in which they differ most, so that their
    names can still be put in order.
    """
    kept = dict(chosen)
    for segments in wording.alike(chosen):
        columns = sorted(chosen[segments[0]], key=lambda name: wording.apart(segments, name), reverse=True)
        for fewer in range(len(columns) - 1, 0, -1):
            found = wording.phrases(kept)
            if max(len(", ".join(found[s]).replace(FOR_GROUP, "")) for s in segments) <= LONGEST:
                break
            tried = kept | dict.fromkeys(segments, columns[:fewer])
            if all(wording.is_told_apart(tried, s) for s in segments):
                kept = tried
    return kept


def _among(everyone: Dataset, segmentation: Segmentation, table: pd.DataFrame) -> dict[tuple[int, str], float]:
    """Standing of each segment's median among everyone, by segment and feature."""
    weights = everyone.weights(segmentation.recipe.counting)
    columns = {name: Ordered.of(everyone.values(name), weights) for name in segmentation.recipe.features}
    medians = {(int(s), str(name)): value for (s, name), value in table["median"].items() if name in columns}
    return {at: columns[at[1]].standing(float(value)) for at, value in medians.items()}


def _side(standing: float) -> int:
    """Whether a standing is called low (-1), middling or high (1)."""
    low, high = sorted(LEVELS)[2:4]
    return int(standing > high) - int(standing <= low)


def levels_words(dataset: Dataset, segmentation: Segmentation, names: Iterable[str], *, is_everyone: bool) -> str:
    """Among whom the levels in names are low or high, in a sentence; empty where no name speaks of one."""
    if not any(_SPEAKS_OF_LEVELS.search(name) for name in names):
        return ""
    counted = segmentation.counted
    if is_everyone:
        return f"Low and high in names are among all {counted} of {dataset.name}."
    return (
        f'Low and high in names are among the {counted} chosen; "{FOR_GROUP.strip()}" stands where it would be called '
        f"otherwise among all {counted} of {dataset.name}."
    )


def _shared(found: Chosen) -> list[int]:
    """Segments with the same phrases as another, in whatever order."""
    return [s for segments in _equal(found) for s in segments if len(segments) > 1]


def _equal(found: Chosen) -> list[list[int]]:
    """Segments by their phrases, in whatever order those come."""
    groups: dict[frozenset[str], list[int]] = {}
    for s, words in found.items():
        groups.setdefault(frozenset(words), []).append(s)
    return list(groups.values())
