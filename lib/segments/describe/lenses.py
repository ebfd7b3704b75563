"""Segments through the lenses that their subject brings, on columns they were not made from.

Every figure is weighted as the segmentation counts, stands beside everyone, and says on how many sampled members it
rests; a share also says how far off it may be, where that can be told. It describes and advises nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import MEMBERS, ROWS, Codebook, Dataset
from lib.estimates import THIN, Floats, mean, quantile, total
from lib.estimates.ends import effective_size, wilson
from lib.estimates.sample import is_of_random_rows
from lib.population import Population
from lib.segments.describe.profile import check_same
from lib.segments.segmentation import Segmentation
from lib.subject import Base, Entity, Figure, Lens, Subject
from lib.words import capitalised, percent

EVERYONE = -1
"""Stands for everyone where a table names segments by number (0 are the unassigned)."""

FEW = 10
"""Members below which a figure says hardly more than who these few are."""

Rows = NDArray[np.bool_]

_SHARES = frozenset({"flag", "codes"})
"""Measures that are shares of members; a size depends on where segments were cut, and has no interval."""

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
            in words), ``n`` (sampled members in the base, in any implicate), ``thin`` (``n`` below ``THIN``).
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
    rests = f"n {figure['n']:,}{', very few' if 0 < figure['n'] < FEW else ''}"
    if np.isnan(figure["low"]):
        return f"{figure['text']} ({rests})"
    low, high = percent(figure["low"]), percent(figure["high"])
    # the sign stands once, but for an end that is said in words
    return f"{figure['text']} ({low.removesuffix('%') if low[0].isdigit() else low} to {high}; {rests})"


def lens_columns(subject: Subject) -> tuple[str, ...]:
    """What to load for the lenses of a subject; columns that a table lacks are passed over."""
    figures = [figure for lens in subject.lenses for figure in lens.figures]
    return tuple(dict.fromkeys(name for figure in figures for name in _needs(figure)))


def _needs(figure: Figure) -> tuple[str, ...]:
    """Columns without which a figure cannot be had."""
    return (*figure.columns, *Population.parse(figure.base.condition).columns)


def lenses(dataset: Dataset, segmentation: Segmentation, *, everyone: Dataset | None = None) -> Lenses:
    """Describe segments by what they were not made from.

    Args:
        dataset: The table that was segmented, with ``lens_columns`` as far as they exist.
        segmentation: What ``fit`` made of it.
        everyone: Whom to show beside the segments; by default all that were segmented.

    Returns:
        Figures weighted as the segmentation counts. Figures that measure a feature of the recipe, or what follows
        from its features alone, are left out and named; so, silently, are those whose columns or questions the data
        do not have.

    Raises:
        RecipeError: If the dataset is not the one that was segmented.
    """
    check_same(dataset, segmentation)
    beside = dataset if everyone is None else everyone
    counting = segmentation.recipe.counting
    asked = [(lens, f) for lens in dataset.subject.lenses for f in lens.figures if _is_there(f, dataset, beside)]
    known = _known(segmentation.recipe.features, dataset.subject)
    used = [figure for _, figure in asked if _is_used(figure, known)]
    speaks_of = {figure.base for _, figure in asked}
    bases, bases_beside = ({base: _who(base, data) for base in speaks_of} for data in (dataset, beside))
    weights = dataset.weights(counting)
    groups = {int(s): _Group(dataset, segmentation.labels == s, weights, bases) for s in segmentation.sizes.index}
    groups[EVERYONE] = _Group(beside, np.ones(len(beside), dtype=bool), beside.weights(counting), bases_beside)
    # a file whose rows are counted although they have weights says so; a table without weights has only rows
    counted = "rows" if counting == ROWS and dataset.weight is not None else dataset.entity.plural
    told = [(lens, figure) for lens, figure in asked if not _is_used(figure, known)]
    rows = [row for lens, figure in told for row in _rows(lens, figure, groups, dataset.codebook, counted)]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return Lenses(
        table=table,
        notes=_notes(used, dataset.codebook),
        weighted=counting == MEMBERS,
        entity=dataset.entity,
        intervals=_intervals(dataset.entity, weights) if table["low"].notna().any() else "",
    )


_COLUMNS = [
    *("lens", "section", "figure", "label", "base", "segment", "value", "low", "high", "unit", "format", "text", "n"),
    "thin",
]


def _intervals(entity: Entity, weights: Floats) -> str:
    by = "Wilson's with Kish's effective sample size for the weights" if np.ptp(weights) > 0 else "Wilson's"
    return (
        f"Behind a share stands its 95% interval ({by}), as if the {entity.plural} had been drawn at random from many "
        "more; that segments were found in the same table is not in it."
    )


def _is_used(figure: Figure, known: set[str]) -> bool:
    return not figure.is_size and bool(known.intersection(figure.columns))


def _who(base: Base, dataset: Dataset) -> Rows:
    """Which rows of a table a figure speaks of."""
    return Population.parse(base.condition).mask(dataset)


def _known(features: Iterable[str], subject: Subject) -> set[str]:
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
    asked = all(data.wave is None or data.wave >= figure.since for data in datasets)
    return asked and all(name in data.frame for data in datasets for name in _needs(figure))


def _notes(used: list[Figure], codebook: Codebook) -> tuple[str, ...]:
    if not used:
        return ()
    labels = "; ".join(dict.fromkeys(figure.label or codebook.label(figure.columns[0]) for figure in used))
    return (f"Left out, because the segments were made from it: {labels}.",)


class _Group:
    """The rows of one segment, or of everyone, and what figures need to know of them; each is looked up once."""

    def __init__(self, dataset: Dataset, inside: Rows, weights: Floats, bases: Mapping[Base, Rows]) -> None:
        self.dataset, self.weights = dataset, weights[inside]
        self.is_told_by_rows = is_of_random_rows(dataset)
        self._inside = np.flatnonzero(inside)
        self._bases = bases
        self._columns: dict[str, Floats] = {}
        self._sampled: dict[Base, int] = {}

    def __getitem__(self, column: str) -> Floats:
        if column not in self._columns:
            self._columns[column] = self.dataset.values(column)[self._inside]
        return self._columns[column]

    def rows_of(self, base: Base) -> Rows:
        """Which of the group's rows a figure speaks of."""
        return self._bases[base][self._inside]

    def sampled(self, base: Base) -> int:
        """Sampled members that a figure rests on: those with an implicate in the group and the base."""
        if base not in self._sampled:
            codes = self.dataset.member_codes[self._inside[self.rows_of(base)]]
            self._sampled[base] = int(np.count_nonzero(np.bincount(codes)))
        return self._sampled[base]


def _rows(
    lens: Lens, figure: Figure, groups: Mapping[int, _Group], codebook: Codebook, counted: str
) -> Iterator[dict[str, Any]]:
    """One row per group; of a column of codes, for each code that occurs in anybody's answers."""
    unit, form, text = _in_words(figure, codebook)

    def said(words: str) -> str:
        return words.replace("{members}", counted).replace("{Members}", capitalised(counted))

    for key, label, code in _parts(figure, groups, codebook):
        for segment, group in groups.items():
            rows = group.rows_of(figure.base)
            value = _value(figure, group, rows, groups[EVERYONE], code)
            low, high = _interval(figure, group, rows, value)
            n = group.sampled(figure.base)
            yield {
                "lens": lens.name,
                "section": figure.section,
                "figure": key,
                "label": said(label),
                "base": said(figure.base.words),
                "segment": segment,
                "value": value,
                "low": low,
                "high": high,
                "unit": unit,
                "format": form,
                "text": "nobody to ask" if np.isnan(value) else text(value),
                "n": n,
                "thin": n < THIN,
            }


def _parts(figure: Figure, groups: Mapping[int, _Group], codebook: Codebook) -> Iterator[tuple[str, str, float]]:
    key = "_".join(filter(None, (figure.measure, *figure.columns, figure.key)))
    label = figure.label or codebook.label(figure.columns[0])
    if figure.measure != "codes":
        yield key, label, 1.0
        return
    column = figure.columns[0]
    answers = [group[column][group.rows_of(figure.base)] for group in groups.values()]
    codes = np.unique(np.concatenate(answers))
    everyone = groups[EVERYONE]
    rows = everyone.rows_of(figure.base)
    often = {code: everyone.weights[rows] @ (everyone[column][rows] == code) for code in codes[np.isfinite(codes)]}
    for code in sorted(often, key=lambda one: -often[one]):
        yield f"{key}_{code:g}", f"{label}: {codebook[column].text(code)}", float(code)


def _value(figure: Figure, group: _Group, rows: Rows, everyone: _Group, code: float) -> float:
    weights = group.weights[rows]
    if figure.measure == "count":
        return float(weights.sum())
    if figure.measure == "of_all":
        own = total(group[figure.columns[0]][rows], weights) if figure.columns else float(weights.sum())
        return _over(own, _whole(figure, everyone))
    values = group[figure.columns[0]][rows]
    if figure.measure in {"flag", "codes"}:
        return mean(np.where(np.isnan(values), np.nan, values == code), weights)
    if figure.measure == "mean":
        return mean(values, weights)
    if figure.measure in {"median", "typical"}:
        return float(quantile(values, weights, 0.5))
    second = group[figure.columns[1]][rows]
    if figure.measure == "months":
        return float(quantile(values / (second / 12), weights, 0.5))
    return _over(total(values, weights), total(second, weights))


def _interval(figure: Figure, group: _Group, rows: Rows, value: float) -> tuple[float, float]:
    """The interval of a share; of whom the answer is missing does not count."""
    if figure.measure not in _SHARES or not group.is_told_by_rows:
        return float("nan"), float("nan")
    answered = ~np.isnan(group[figure.columns[0]][rows])
    low, high = wilson(value, effective_size(group.weights[rows][answered]))
    return float(low), float(high)


def _whole(figure: Figure, everyone: _Group) -> float:
    rows = everyone.rows_of(figure.base)
    if not figure.columns:
        return float(everyone.weights[rows].sum())
    return total(everyone[figure.columns[0]][rows], everyone.weights[rows])


def _over(part: float, whole: float) -> float:
    return part / whole if whole != 0 else float("nan")


def _in_words(figure: Figure, codebook: Codebook) -> tuple[str, str, Callable[[float], str]]:
    """The unit of a figure, its d3 format, and how its values are said."""
    if figure.measure in {"typical", "mean"}:
        variable = codebook[figure.columns[0]]
        return variable.unit, variable.format, variable.text if figure.measure == "typical" else variable.mean_text
    unit, form = _FORMATS[figure.measure]
    return unit, form, percent if unit == "share" else lambda value: format(value, form)
