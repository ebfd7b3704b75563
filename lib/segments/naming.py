"""Short names for segments, made from what sets them apart; a person may overwrite them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from lib.dataset import Dataset
from lib.features.relatives import without_relatives
from lib.segments.profile import Profile, profile
from lib.segments.segmentation import UNASSIGNED, Segmentation
from lib.segments.words import capitalised, within_sentence

PHRASES = 2
"""Phrases in a name, unless more are needed to tell two segments apart."""

UNASSIGNED_NAME = "Unassigned"

LEVELS: Mapping[float, str] = {0.05: "very low", 0.3: "low", 0.7: "typical", 0.95: "high", 1.01: "very high"}
"""The word for a segment's standing in a column: the share of everyone below the segment's median, up to here."""


def names(dataset: Dataset, segmentation: Segmentation, *, described: Profile | None = None) -> dict[int, str]:
    """A name for each segment, such as "High value of primary residence, high total debt"; all different.

    Each takes the features in which the segment's median stands farthest from the middle of everyone, passing
    over features that the accounting ties to one already named. Where two names would be equal, further
    features are added, then the median of the first, then the number.

    Args:
        dataset: The households that were segmented.
        segmentation: What ``fit`` made of them.
        described: The profile of the features, if it is there already.
    """
    table = (described or profile(dataset, segmentation)).table
    ordered = {s: _ordered(table.loc[s]) for s in segmentation.model.numbers}
    phrases = {s: [_phrase(dataset, table, s, column) for column in order] for s, order in ordered.items()}
    found = {s: words[:PHRASES] for s, words in phrases.items()}
    for length in range(PHRASES + 1, len(segmentation.recipe.features) + 1):
        found |= {s: phrases[s][:length] for s in _shared(found)}
    for s in _shared(found):
        column = ordered[s][0]
        median = dataset.codebook[column].text(float(table.loc[(s, column), "median"]))
        found[s] = [f"{found[s][0]} (median {median})", *found[s][1:]]
    for s in _shared(found):
        found[s] = [*found[s], f"segment {s}"]
    named = {int(s): capitalised(", ".join(words)) for s, words in found.items()}
    return named | ({UNASSIGNED: UNASSIGNED_NAME} if UNASSIGNED in segmentation.sizes.index else {})


def name(dataset: Dataset, segmentation: Segmentation, segment: int) -> str:
    """The name of one segment; see ``names``."""
    return names(dataset, segmentation)[segment]


def _ordered(own: pd.DataFrame) -> list[str]:
    """Features by how far the segment stands from the middle, those without a relative before them first."""
    far = (own["standing"] - 0.5).abs().round(2) + own["difference"].abs().clip(upper=50) * 1e-4
    ranking = far.sort_values(ascending=False, kind="stable")
    independent = [str(column) for column in without_relatives(ranking).index]
    return independent + [str(column) for column in ranking.index if column not in independent]


def _phrase(dataset: Dataset, table: pd.DataFrame, segment: int, column: str) -> str:
    own = table.loc[(segment, column)]
    variable = dataset.codebook[column]
    label, median = within_sentence(variable.label), float(own["median"])
    if variable.is_category:
        return f"{label}: {within_sentence(variable.text(median))}"
    if median == 0 and own["p25"] >= 0 and own["standing"] < 0.5:
        return f"little or no {label}"
    level = next(word for up_to, word in LEVELS.items() if own["standing"] <= up_to)
    return f"{level} {label}"


def _shared(found: Mapping[int, list[str]]) -> list[int]:
    """Segments with the same phrases as another, in whatever order."""
    times = Counter(frozenset(words) for words in found.values())
    return [s for s, words in found.items() if times[frozenset(words)] > 1]
