"""Segments through three lenses: credit risk, inclusion and market, on columns they were not made from.

Every figure is weighted as the segmentation counts, stands beside everyone, and says on how many sampled households
it rests. It describes and advises nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lib.dataset import Codebook, Dataset
from lib.estimates import THIN, Floats, mean, quantile, total
from lib.identities import IDENTITIES
from lib.segments.describe.profile import check_same
from lib.segments.segmentation import Segmentation
from lib.words import percent

Lens = Literal["Credit risk", "Inclusion", "Market"]
LENSES: tuple[Lens, ...] = ("Credit risk", "Inclusion", "Market")

EVERYONE = -1
"""Stands for everyone where a table names segments by number (0 are the unassigned)."""

Rows = NDArray[np.bool_]


class Columns(Protocol):
    """Columns by name, one value per row."""

    def __getitem__(self, column: str) -> Floats: ...


@dataclass(frozen=True)
class Base:
    """Which households a figure speaks of, in words and as a condition on columns."""

    words: str
    columns: tuple[str, ...] = ()
    holds: Callable[[Columns], Rows] | None = None


ALL = Base("all households")
DEBTORS = Base("households with debt", ("DEBT",), lambda c: c["DEBT"] > 0)
OWNERS = Base("households with assets", ("ASSET",), lambda c: c["ASSET"] > 0)
EARNERS = Base("households with income; those without any are left out", ("INCOME",), lambda c: c["INCOME"] > 0)
UNBANKED = Base("households without a checking account", ("NOCHK",), lambda c: c["NOCHK"] == 1)
BANKED = Base("households with checking", ("NOCHK",), lambda c: c["NOCHK"] == 0)


@dataclass(frozen=True)
class Figure:
    """One figure of a lens: what is measured, of whom, and how.

    Attributes:
        lens: Under which lens it stands.
        section: What it says something about.
        columns: What is measured; the first one gives the label where ``label`` is empty.
        measure: "flag" (share with code 1), "median", "ratio" (total of the first over total of the second),
            "of_all" (the segment's total as a share of everyone's) or "count".
        base: The households it speaks of.
        label: Plain words.
        since: First wave in which the question was asked.
    """

    lens: Lens
    section: str
    columns: tuple[str, ...]
    measure: str = "flag"
    base: Base = ALL
    label: str = ""
    since: int = 0

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns without which it cannot be had."""
        return (*self.columns, *self.base.columns)

    @property
    def is_size(self) -> bool:
        """Whether it says how large a segment is, which no choice of features forbids."""
        return self.measure in {"of_all", "count"}


def _flags(lens: Lens, section: str, names: str, base: Base = ALL, since: int = 0) -> tuple[Figure, ...]:
    return tuple(Figure(lens, section, (name,), base=base, since=since) for name in names.split())


_MONTHS = "Liquid savings in months of income (median)"

FIGURES: tuple[Figure, ...] = (
    *_flags("Credit risk", "Payments", "LATE LATE60"),
    *_flags("Credit risk", "Payments", "PIR40", DEBTORS),
    *_flags("Credit risk", "Distress", "BNKRUPLAST5", since=1998),
    *_flags("Credit risk", "Distress", "HPAYDAY", since=2007),
    Figure("Credit risk", "Leverage", ("LEVRATIO",), "median", OWNERS, "Debt to assets (median)"),
    Figure("Credit risk", "Leverage", ("DEBT", "ASSET"), "ratio", ALL, "Debt to assets (all debts over all assets)"),
    Figure("Credit risk", "Cushion", ("LIQ", "INCOME"), "months", EARNERS, _MONTHS),
    *_flags("Inclusion", "Credit", "TURNDOWN FEARDENIAL"),
    *_flags("Inclusion", "Checking account", "NOCHK"),
    Figure("Inclusion", "Why no checking account", ("WHYNOCKG",), "codes", UNBANKED),
    *_flags(
        "Inclusion",
        "Where they bank",
        "CKLOCATION CKLOWFEEBAL CKMANYSVCS CKRECOMFRND CKPERSONAL CKCONNECTN CKLONGTIME CKSAFETY CKCONVPAYRL "
        "CKOTHCHOOSE",
        BANKED,
    ),
    *_flags("Inclusion", "Where they bank", "INTERNET"),
    *_flags("Inclusion", "How they shop for credit", "BSHOPNONE BSHOPMODR BSHOPGRDL"),
    Figure("Market", "Size", (), "count", ALL, "Households"),
    Figure("Market", "Size", (), "of_all", ALL, "Share of households"),
    Figure("Market", "Size", ("ASSET",), "of_all", ALL, "Share of all assets"),
    Figure("Market", "Size", ("DEBT",), "of_all", ALL, "Share of all debts"),
    *_flags("Market", "Borrowing", "HCCBAL HMRTHEL HHELOC HVEH_INST HEDN_INST"),
    *_flags("Market", "Borrowing", "HBNPL", since=2022),
    *_flags("Market", "Saving and investing", "HRETQLIQ HSTOCKS HNMMF HCDS HCASHLI"),
    *_flags("Market", "Business", "HBUS"),
)

LENS_COLUMNS: tuple[str, ...] = tuple(dict.fromkeys(name for figure in FIGURES for name in figure.needs))
"""What to load for the lenses; columns that a wave lacks are passed over."""

_DERIVED: tuple[tuple[str, frozenset[str]], ...] = (
    ("LEVRATIO", frozenset({"DEBT", "ASSET"})),
    ("PIRTOTAL", frozenset({"TPAY", "INCOME"})),
    ("PIR40", frozenset({"PIRTOTAL"})),
    *((f"H{name}", frozenset({name})) for name in ("MRTHEL", "HELOC", "CCBAL", "VEH_INST", "EDN_INST")),
    *((f"H{name}", frozenset({name})) for name in ("RETQLIQ", "STOCKS", "NMMF", "CDS", "CASHLI")),
)
"""Columns that are made from others alone, by the definitions of the codebook."""

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
            ``value``, ``unit`` ("share", "ratio", "months", "count"), ``format`` (d3), ``text`` (the value in
            words), ``n`` (sampled households in the base, in any implicate), ``thin`` (``n`` below ``THIN``).
        notes: What was left out and why, a sentence each.
        weighted: Whether households were counted, by their weights, or rows.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]
    weighted: bool

    def lens(self, name: Lens) -> pd.DataFrame:
        """The rows of one lens."""
        return self.table[self.table["lens"] == name]

    def beside(self, name: Lens, *, text: bool = True) -> pd.DataFrame:
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


def lenses(dataset: Dataset, segmentation: Segmentation, *, everyone: Dataset | None = None) -> Lenses:
    """Describe segments by what they were not made from.

    Args:
        dataset: The households that were segmented, with ``LENS_COLUMNS`` as far as they exist.
        segmentation: What ``fit`` made of them.
        everyone: Whom to show beside them; by default all households that were segmented.

    Returns:
        Figures weighted as the segmentation counts. Figures that measure a feature of the recipe, or what follows
        from its features alone, are left out and named; so, silently, are those whose columns or questions the data
        do not have.

    Raises:
        RecipeError: If the dataset is not the one that was segmented.
    """
    check_same(dataset, segmentation)
    beside = dataset if everyone is None else everyone
    recipe = segmentation.recipe
    asked = [figure for figure in FIGURES if _is_there(figure, dataset, beside)]
    known = _known(recipe.features)
    used = [f for f in asked if not f.is_size and known.intersection(f.columns)]
    weights = dataset.weights(recipe.counting)
    whole = _Group(beside, np.ones(len(beside), dtype=bool), beside.weights(recipe.counting))
    groups = {int(s): _Group(dataset, segmentation.labels == s, weights) for s in segmentation.sizes.index}
    groups[EVERYONE] = whole
    # a file whose rows are counted although they have weights says so; a table without weights has only rows
    counted = "rows" if recipe.counting == "rows" and dataset.weight is not None else f"{dataset.entity}s"
    told = [figure for figure in asked if figure not in used]
    rows = [row for figure in told for row in _rows(figure, groups, dataset.codebook, counted)]
    return Lenses(pd.DataFrame(rows), _notes(used, dataset.codebook), recipe.counting == "households")


def _known(features: Iterable[str]) -> set[str]:
    """The features, and every column that follows from them: by an identity all of whose others are known, say."""
    known, before = set(features), -1
    while len(known) > before:
        before = len(known)
        for identity in IDENTITIES:
            if len(missing := identity.columns - known) == 1:
                known |= missing
        known |= {name for name, needs in _DERIVED if needs <= known}
    return known


def _is_there(figure: Figure, *datasets: Dataset) -> bool:
    asked = all(data.wave is None or data.wave >= figure.since for data in datasets)
    return asked and all(name in data.frame for data in datasets for name in figure.needs)


def _notes(used: list[Figure], codebook: Codebook) -> tuple[str, ...]:
    if not used:
        return ()
    labels = "; ".join(dict.fromkeys(figure.label or codebook.label(figure.columns[0]) for figure in used))
    return (f"Left out, because the segments were made from it: {labels}.",)


class _Group:
    """The rows of one segment, or of everyone, and what figures need to know of them; each is looked up once."""

    def __init__(self, dataset: Dataset, inside: Rows, weights: Floats) -> None:
        self.dataset, self.weights = dataset, weights[inside]
        self._inside = np.flatnonzero(inside)
        self._columns: dict[str, Floats] = {}
        self._rows: dict[str, Rows] = {}
        self._sampled: dict[str, int] = {}

    def __getitem__(self, column: str) -> Floats:
        if column not in self._columns:
            self._columns[column] = self.dataset.values(column)[self._inside]
        return self._columns[column]

    def rows_of(self, base: Base) -> Rows:
        """Which of the group's rows a figure speaks of."""
        if base.words not in self._rows:
            everybody = np.ones(len(self._inside), dtype=bool)
            self._rows[base.words] = everybody if base.holds is None else base.holds(self)
        return self._rows[base.words]

    def sampled(self, base: Base) -> int:
        """Sampled households that a figure rests on: those with an implicate in the group and the base."""
        if base.words not in self._sampled:
            codes = self.dataset.household_codes[self._inside[self.rows_of(base)]]
            self._sampled[base.words] = int(np.count_nonzero(np.bincount(codes)))
        return self._sampled[base.words]


def _rows(figure: Figure, groups: Mapping[int, _Group], codebook: Codebook, counted: str) -> Iterator[dict[str, Any]]:
    """One row per group; of a column of codes, for each code that occurs in anybody's answers."""
    unit, form = _FORMATS[figure.measure]
    for key, label, code in _parts(figure, groups, codebook):
        for segment, group in groups.items():
            rows = group.rows_of(figure.base)
            value = _value(figure, group, rows, groups[EVERYONE], code)
            n = group.sampled(figure.base)
            yield {
                "lens": figure.lens,
                "section": figure.section,
                "figure": key,
                "label": label.replace("Households", counted.capitalize()).replace("households", counted),
                "base": figure.base.words.replace("households", counted),
                "segment": segment,
                "value": value,
                "unit": unit,
                "format": form,
                "text": _text(value, unit, form),
                "n": n,
                "thin": n < THIN,
            }


def _parts(figure: Figure, groups: Mapping[int, _Group], codebook: Codebook) -> Iterator[tuple[str, str, float]]:
    key = "_".join((figure.measure, *figure.columns))
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
    if figure.measure == "median":
        return float(quantile(values, weights, 0.5))
    second = group[figure.columns[1]][rows]
    if figure.measure == "months":
        return float(quantile(values / (second / 12), weights, 0.5))
    return _over(total(values, weights), total(second, weights))


def _whole(figure: Figure, everyone: _Group) -> float:
    rows = everyone.rows_of(figure.base)
    if not figure.columns:
        return float(everyone.weights[rows].sum())
    return total(everyone[figure.columns[0]][rows], everyone.weights[rows])


def _over(part: float, whole: float) -> float:
    return part / whole if whole != 0 else float("nan")


def _text(value: float, unit: str, form: str) -> str:
    if np.isnan(value):
        return "nobody to ask"
    return percent(value) if unit == "share" else format(value, form)
