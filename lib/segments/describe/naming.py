"""Short names for segments, made from what sets them apart; a person may overwrite them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from lib.dataset import Codebook, Dataset, Variable
from lib.features.relatives import without_relatives
from lib.segments.describe.profile import Profile, profile
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.subject import Identity
from lib.words import capitalised, rounded, within_sentence

PHRASES, MOST_PHRASES = 2, 4
"""Phrases in a name, and at most where fewer do not tell two segments apart."""

LONGEST = 64
"""Characters beyond which a name keeps only the phrases that it needs."""

UNASSIGNED_NAME = "Unassigned"

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

APART = 0.2
"""Medians are clearly different when the smaller lies this share of the larger below it."""

CODES_APART = 0.5
"""Standard deviations by which the mean of a category's codes must differ from everyone's to be spoken of."""

Chosen = Mapping[int, list[str]]
"""By segment: the columns its name speaks of, or the phrases about them."""


def names(dataset: Dataset, segmentation: Segmentation, *, described: Profile | None = None) -> dict[int, str]:
    """A name for each segment, such as "High income, high total debt"; all different.

    Each takes the features in which the segment's median stands farthest from the middle of everyone, passing
    over features that the accounting ties to one already named. Where several segments would share a phrase
    although their medians are clearly different, each says its median: "high total debt ($148K)". Where two
    names would still be equal, further features are added, then a median, then the number. A name of more than
    ``LONGEST`` characters drops what it can do without.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        described: The profile of the features, if it is there already.
    """
    table = (described or profile(dataset, segmentation)).table
    wording = _Wording(dataset.codebook, table.to_dict("index"))
    codes = {name for name in segmentation.recipe.features if dataset.codebook[name].is_category}
    ordered = {int(s): _ordered(table.loc[s], codes, dataset.subject.identities) for s in segmentation.model.numbers}
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
    """Phrases about the columns of a profile, whose statistics are by segment and column."""

    codebook: Codebook
    statistics: Mapping[Any, Mapping[Any, float]]

    def phrases(self, chosen: Chosen) -> dict[int, list[str]]:
        """Phrases for the chosen columns; those that would mean different amounts in two segments say which."""
        plain = {(s, column): self._phrase(s, column) for s, columns in chosen.items() for column in columns}
        sharing: dict[tuple[str, str], list[int]] = {}
        for (s, column), words in plain.items():
            sharing.setdefault((column, words), []).append(s)
        vague = {key for key, segments in sharing.items() if self.apart(segments, key[0]) > APART}
        return {
            s: [
                f"{plain[s, column]} ({_short(self.codebook[column], self._median(s, column))})"
                if (column, plain[s, column]) in vague
                else plain[s, column]
                for column in columns
            ]
            for s, columns in chosen.items()
        }

    def alike(self, chosen: Chosen) -> list[list[int]]:
        """Segments of which the same can be said, but for amounts; in groups."""
        return _equal({s: [self._phrase(s, column) for column in columns] for s, columns in chosen.items()})

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
        label, median = within_sentence(variable.label), float(own["median"])
        if variable.is_category:
            return f"{label}: {within_sentence(variable.text(median))}"
        if median == 0 and own["p25"] >= 0 and own["standing"] < 0.5:
            return f"little or no {label}"
        return f"{next((word for up_to, word in LEVELS.items() if own['standing'] <= up_to), 'unknown')} {label}"

    def _median(self, segment: int, column: str) -> float:
        return float(self.statistics[segment, column]["median"])


def _ordered(own: pd.DataFrame, codes: Collection[str], identities: Sequence[Identity]) -> list[str]:
    """Features by how far the segment stands from the middle, those without a relative before them first.

    A category of which the segment has hardly another share than everyone comes last: most may be graduates in a
    segment, and no more of them than anywhere else.
    """
    far = (own["standing"] - 0.5).abs().round(2) + own["difference"].abs().clip(upper=50) * 1e-4
    alike = own.index.isin(list(codes)) & (own["difference"].abs() < CODES_APART)
    far = far.mask(alike, 0.0)
    ranking = far.sort_values(ascending=False, kind="stable")
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
            if max(len(", ".join(found[s])) for s in segments) <= LONGEST:
                break
            tried = kept | dict.fromkeys(segments, columns[:fewer])
            if _is_clear(wording.phrases(tried), segments):
                kept = tried
    return kept


def _is_clear(found: Chosen, segments: Collection[int]) -> bool:
    """Whether no other segment has all the phrases of one of these."""
    return not any(set(found[s]) <= set(words) for s in segments for other, words in found.items() if other != s)


def _shared(found: Chosen) -> list[int]:
    """Segments with the same phrases as another, in whatever order."""
    return [s for segments in _equal(found) for s in segments if len(segments) > 1]


def _equal(found: Chosen) -> list[list[int]]:
    """Segments by their phrases, in whatever order those come."""
    groups: dict[frozenset[str], list[int]] = {}
    for s, words in found.items():
        groups.setdefault(frozenset(words), []).append(s)
    return list(groups.values())


def _short(variable: Variable, value: float) -> str:
    """An amount to three digits: "$3,500", "$68.5K", "$1.9M"."""
    size = abs(rounded(value))
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e4, "K")):
        if size >= unit:
            return f"{'-' if value < 0 else ''}{variable.sign}{size / (1e3 if letter == 'K' else unit):g}{letter}"
    return variable.text(value)
