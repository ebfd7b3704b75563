"""Segments through the lenses that their subject brings, on columns they were not made from.

Every figure is weighted as the segmentation counts, stands beside everyone, and says on how many sampled members it
rests; a share also says how far off it may be, where that can be told. It describes and advises nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from lib.dataset import MEMBERS, ROWS, Codebook, Dataset
from lib.estimates import Replicates, Sample
from lib.estimates.wording import between, how_sure
from lib.population import Population
from lib.segments.describe.answers import Answers, Asked, Told
from lib.segments.describe.profile import check_same
from lib.segments.segmentation import Segmentation
from lib.subject import Entity, Figure, Lens, Subject
from lib.words import capitalised, listed, percent, within_sentence

EVERYONE = -1
"""Stands for everyone where a table names segments by number (0 are the unassigned)."""

FEW = 10
"""Members below which a figure says hardly more than who these few are."""

_FORMATS: Mapping[str, tuple[str, str]] = {
    "flag": ("share", ".1%"),
    "codes": ("share", ".1%"),
    "of_all": ("share", ".1%"),
    "ratio": ("ratio", ".2f"),
    "median": ("ratio", ".2f"),
    "months": ("months", ",.1f"),
    "count": ("count", ",.0f"),
}


@dataclass(frozen=True, eq=False)
class Lenses:
    """Segments through the lenses.

    Attributes:
        table: One row per figure and group, in the order of the figures: ``lens``, ``section``, ``figure`` (a key
            that stays the same), ``label``, ``base`` (of whom), ``segment`` (``EVERYONE`` for everyone),
            ``value``, ``low`` and ``high`` (its 95 % interval; NaN where none can be told), ``unit`` ("share", "ratio",
            "months", "count"; of a typical amount and a mean that of the column), ``format`` (d3), ``text`` (the value
            in words), ``between`` (its interval in words, "" where none can be told), ``n`` (sampled members in the
            base, in any implicate), ``unsure`` (whether it is too unsure to rely on, see ``lib.estimates.ends``).
        notes: What was left out and why, a sentence each.
        weighted: Whether members were counted, by their weights, or rows.
        entity: What a member is called.
        intervals: How intervals were made, in a sentence; empty where there are none.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]
    weighted: bool
    entity: Entity
    intervals: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Lenses of which there is a figure to show, in order."""
        return tuple(dict.fromkeys(self.table["lens"]))

    def lens(self, name: str) -> pd.DataFrame:
        """The rows of one lens."""
        return self.table[self.table["lens"] == name]

    def beside(self, name: str, *, text: bool = True) -> pd.DataFrame:
        """One lens as people read it: a row per figure, a column per segment, everyone last.

        Args:
            name: Which lens.
            text: Values in words; otherwise as numbers.
        """
        keys = ["section", "figure", "label", "base"]
        columns = {
            int(segment): part.set_index(keys)["text" if text else "value"]
            for segment, part in self.lens(name).groupby("segment")
        }
        return pd.DataFrame(columns)[sorted(columns, key=lambda segment: (segment == EVERYONE, segment))]


def in_words(figure: Mapping[Any, Any] | pd.Series) -> str:
    """A figure of ``Lenses.table``, its interval and what it rests on: "62.2% (60.7 to 63.6%; n 4,269)"."""
    return f"{figure['text']} ({rests_on(figure)})"


def rests_on(figure: Mapping[Any, Any] | pd.Series) -> str:
    """Its interval and what it rests on alone: "60.7 to 63.6%; n 4,269"."""
    rests = f"n {figure['n']:,}{', very few' if 0 < figure['n'] < FEW else ''}"
    return "; ".join(filter(None, (figure["between"], rests)))


def lens_columns(subject: Subject) -> tuple[str, ...]:
    """What to load for the lenses of a subject; columns that a table lacks are passed over."""
    figures = [figure for lens in subject.lenses for figure in lens.figures]
    return tuple(dict.fromkeys(name for figure in figures for name in _needs(figure)))


def _needs(figure: Figure) -> tuple[str, ...]:
    """Columns without which a figure cannot be had."""
    return (*figure.columns, *Population.parse(figure.base.condition).columns)


def lenses(
    dataset: Dataset,
    segmentation: Segmentation,
    *,
    everyone: Dataset | None = None,
    replicates: Replicates | None = None,
) -> Lenses:
    """Describe segments by what they were not made from.

    Args:
        dataset: The table that was segmented, with ``lens_columns`` as far as they exist.
        segmentation: What ``fit`` made of it.
        everyone: Whom to show beside the segments; by default all that were segmented.
        replicates: Of the whole survey, for intervals; without them see ``lib.estimates.Sample``.

    Returns:
        Figures weighted as the segmentation counts. Figures that measure a feature of the recipe, or what follows
        from its features alone, are left out and named; those in which a feature stands beside something else are
        shown, and named too. Left out are those whose questions the wave did not ask, and,
        silently, those whose columns the data do not have. Intervals take the segments as they are: that they were
        found in the same table is not in them.

    Raises:
        RecipeError: If the dataset is not the one that was segmented.
    """
    check_same(dataset, segmentation)
    beside = dataset if everyone is None else everyone
    counting = segmentation.recipe.counting
    there = [(lens, f) for lens in dataset.subject.lenses for f in lens.figures if _is_there(f, dataset, beside)]
    asked = [(lens, figure) for lens, figure in there if not _silent(figure, dataset)]
    known = follow_from(segmentation.recipe.features, dataset.subject)
    used = [figure for _, figure in asked if _is_used(figure, known, dataset.subject)]
    told = [(lens, figure) for lens, figure in asked if figure not in used]
    numbers = np.array(segmentation.sizes.index)
    own = Answers(Sample(dataset, counting=counting, replicates=replicates))
    all_of_them = own if everyone is None else Answers(Sample(beside, counting=counting, replicates=replicates))
    asked_of = [asked for lens, figure in told for asked in _parts(lens, figure, own, all_of_them, dataset.codebook)]
    groups = np.searchsorted(numbers, segmentation.labels)
    by_segment = own.figures(asked_of, all_of_them, groups, len(numbers))
    of_all = all_of_them.figures(asked_of, all_of_them)
    # a file whose rows are counted although they have weights says so; a table without weights has only rows
    counted = "rows" if counting == ROWS and dataset.weight is not None else dataset.entity.plural
    places = [*(int(number) for number in numbers), EVERYONE]
    rows = [
        row
        for asked, *found in zip(asked_of, by_segment, of_all, strict=True)
        for row in _rows(asked, found, places, dataset.codebook, counted)
    ]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    method = own.sample.method if table["low"].notna().any() else ""
    return Lenses(
        table=table,
        notes=_notes(
            used,
            [(figure, _partly(figure, segmentation.recipe.features, dataset.subject)) for _, figure in told],
            [figure for _, figure in there if _silent(figure, dataset)],
            dataset,
        ),
        weighted=counting == MEMBERS,
        entity=dataset.entity,
        intervals=f"{how_sure(method, dataset.entity)} That segments were found in the same table is not in them."
        if method
        else "",
    )


_COLUMNS = [
    *("lens", "section", "figure", "label", "base", "segment", "value", "low", "high", "unit", "format", "text"),
    *("between", "n", "unsure"),
]


def _is_used(figure: Figure, known: set[str], subject: Subject) -> bool:
    """Whether it follows from what is known, or is what a known column is of each member: all debts over all assets."""
    same = {one.needs for one in (*subject.derived, *subject.made) if one.column in known}
    return not figure.is_size and (known.issuperset(figure.columns) or frozenset(figure.columns) in same)


def _partly(figure: Figure, features: Collection[str], subject: Subject) -> list[str]:
    """Of a figure that is not a size, the features that stand in it or in what its columns are made from."""
    if figure.is_size:
        return []
    roots, before = set(figure.columns), -1
    while len(roots) > before:
        before = len(roots)
        for one in (*subject.derived, *subject.made):
            if one.column in roots:
                roots |= one.needs
    return [name for name in features if name in roots]


def follow_from(features: Iterable[str], subject: Subject) -> set[str]:
    """The features, and every column that follows from them: by an identity all of whose others are known, say."""
    known, before = set(features), -1
    while len(known) > before:
        before = len(known)
        for identity in subject.identities:
            if len(missing := identity.columns - known) == 1:
                known |= missing
        known |= {one.column for one in (*subject.derived, *subject.made) if one.needs <= known}
    return known


def _is_there(figure: Figure, *datasets: Dataset) -> bool:
    return all(name in data.frame for data in datasets for name in _needs(figure))


def _silent(figure: Figure, dataset: Dataset) -> bool:
    """Whether the wave did not ask what the figure rests on."""
    return any(dataset.codebook[name].unasked for name in _needs(figure) if name in dataset.codebook)


def _notes(
    used: list[Figure], told: list[tuple[Figure, list[str]]], silent: list[Figure], dataset: Dataset
) -> tuple[str, ...]:
    label = dataset.codebook.label

    def labels(figures: Iterable[Figure]) -> str:
        return "; ".join(dict.fromkeys(f.label or label(f.columns[0]) for f in figures))

    return (
        *([f"Left out, because the segments were made from it: {labels(used)}."] if used else []),
        *(
            f"Made in part from {listed([within_sentence(label(name)) for name in features])}, by which segments were "
            f"found: {labels(figures)}."
            for features, figures in _by_features(told).items()
        ),
        *([f"Not asked in {dataset.wave}: {labels(silent)}."] if silent else []),
    )


def _by_features(told: list[tuple[Figure, list[str]]]) -> dict[tuple[str, ...], list[Figure]]:
    """Figures in which features stand, by these features."""
    found: dict[tuple[str, ...], list[Figure]] = {}
    for figure, features in told:
        if features:
            found.setdefault(tuple(features), []).append(figure)
    return found


def _parts(lens: Lens, figure: Figure, own: Answers, everyone: Answers, codebook: Codebook) -> Iterator[Asked]:
    """A figure, or of a column of codes one for each code that occurs in anybody's answers, the most frequent first."""
    key = "_".join(filter(None, (figure.measure, *figure.columns, figure.key)))
    label = figure.label or codebook.label(figure.columns[0])
    if figure.measure != "codes":
        yield Asked(lens.name, figure, key, label)
        return
    answers = [answers.of(figure.columns[0], figure.base) for answers in {own, everyone}]
    codes = np.unique(np.concatenate(answers))
    given, weights = everyone.of(figure.columns[0], figure.base), everyone.sample.weights
    often = {float(code): weights @ (given == code) for code in codes[np.isfinite(codes)]}
    for code in sorted(often, key=lambda one: -often[one]):
        words = f"{label}: {codebook[figure.columns[0]].text(code)}"
        yield Asked(lens.name, figure, f"{key}_{code:g}", words, code)


def _rows(
    asked: Asked, found: Sequence[Told], places: Sequence[int], codebook: Codebook, counted: str
) -> Iterator[dict[str, Any]]:
    """One row per group of a figure, everyone last."""
    figure = asked.figure
    unit, form, text = _in_words(figure, codebook)

    def said(words: str) -> str:
        return words.replace("{members}", counted).replace("{Members}", capitalised(counted))

    told = pd.concat([one.figures.table.assign(n=one.sampled) for one in found], ignore_index=True)
    for segment, row in zip(places, told.itertuples(index=False), strict=True):
        yield {
            "lens": asked.lens,
            "section": figure.section,
            "figure": asked.key,
            "label": said(asked.label),
            "base": said(figure.base.words),
            "segment": segment,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "unit": unit,
            "format": form,
            "text": "nobody to ask" if np.isnan(row.value) else text(row.value),
            "between": between(row.low, row.high, text),
            "n": row.n,
            "unsure": bool(row.unsure),
        }


def _in_words(figure: Figure, codebook: Codebook) -> tuple[str, str, Callable[[float], str]]:
    """The unit of a figure, its d3 format, and how its values are said."""
    if figure.measure in {"typical", "mean"}:
        variable = codebook[figure.columns[0]]
        return variable.unit, variable.format, variable.text if figure.measure == "typical" else variable.mean_text
    unit, form = _FORMATS[figure.measure]
    return unit, form, percent if unit == "share" else lambda value: format(value, f"z{form}")
