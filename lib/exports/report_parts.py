"""What a report consists of: sections of paragraphs, cards, tables and pictures, made from results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lib.charts import theme
from lib.charts.looks import place_of, title_of
from lib.dataset import Codebook, Dataset
from lib.estimates import THIN
from lib.estimates.wording import MARK, between, how_sure, told_of, too_unsure
from lib.exports.provenance import Provenance
from lib.features.wording import SCALING_WORDS, TRANSFORM_WORDS
from lib.segments import (
    ALGORITHM_LABELS,
    Explanation,
    Gaps,
    Null,
    Nulls,
    Others,
    Profile,
    Segmentation,
    Sensitivity,
    Stability,
    Sweep,
    advice,
    agreement,
)
from lib.segments.describe.lenses import EVERYONE, Lenses, rests_on
from lib.segments.describe.sure import Sureness, with_ends
from lib.segments.describe.typical import Typical, one_of_them
from lib.segments.judge.findings import stability_beside, starts_words
from lib.segments.judge.sensitivity import KINDS
from lib.segments.segmentation import UNASSIGNED
from lib.subject import Entity
from lib.words import capitalised, listed, percent, signed, within_sentence

_ABREAST = 5
"""Segments that stand side by side in a table; more have no room on a printed page, and get another table."""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, what stands small below it, and the colour of the segment that it is."""

    text: str
    small: str = ""
    colour: str = ""


Row = tuple[Cell | str, ...]


@dataclass(frozen=True)
class Table:
    """Cells, or text where a cell is nothing else; ``words`` where they are read rather than compared."""

    title: str
    header: Row
    rows: tuple[Row, ...]
    note: str = ""
    words: bool = False


@dataclass(frozen=True)
class Card:
    """A few paragraphs under a small heading."""

    heading: Cell
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A finished picture: SVG to stand in the page, or PNG in base64."""

    title: str
    alt: str
    caption: str
    svg: str = ""
    png: str = ""

    @property
    def size(self) -> int:
        """Bytes it takes in the file."""
        return len(self.svg.encode()) + len(self.png)


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it, in this order."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()


def named(number: int, names: Mapping[int, str]) -> Cell:
    """A segment by number, name and colour."""
    light, _ = theme.SEGMENT_PAIRS[place_of(number) - 1] if number != UNASSIGNED else theme.PAIRS["everyone"]
    return Cell("Unassigned" if number == UNASSIGNED else title_of(number, names), colour=light)


def two_lines(words: str) -> Cell:
    """A figure, and small below it the interval that stands behind it in brackets."""
    figure, _, off = words.partition(" (")
    return Cell(figure, off.removesuffix(")"))


def _abreast(numbers: Sequence[int]) -> list[tuple[int, ...]]:
    """Segments in as few tables as have room for them, about as many in each."""
    tables = -(-len(numbers) // _ABREAST)
    return [tuple(int(number) for number in part) for part in np.array_split(np.array(numbers), tables)]


def method(dataset: Dataset, segmentation: Segmentation, origin: Provenance) -> Section:
    """Whom it is about, how the segments were found, feature by feature, how to cite it and how to make it again."""
    recipe = segmentation.recipe
    codebook = dataset.codebook
    rows = tuple((f"{codebook.label(n)} ({n})", codebook[n].definition) for n in recipe.features)
    features = listed([within_sentence(codebook.label(name)) for name in recipe.features])
    how = (
        f"{ALGORITHM_LABELS[recipe.algorithm]} on {features}: "
        f"amounts are {TRANSFORM_WORDS[recipe.transform].does}; then they are {SCALING_WORDS[recipe.scaling].does}. "
        f"{_bends(segmentation, codebook)}{_pca(segmentation)}"
        "Segments are numbered by the first feature, the lowest centroid first."
    )
    starts = f" {starts_words(segmentation)} (Seed {recipe.seed}.)" if recipe.algorithm == "kmeans" else ""
    cited = f"{origin.citation}. {origin.title}: segments by {origin.facts()['Made with']}, {origin.recipe_words}."
    return Section(
        "Method",
        (
            *_counted(dataset, segmentation, origin),
            how + starts,
            *segmentation.notes,
            *(f"Step {number}: {words}." for number, words in enumerate(origin.prepared, start=1)),
            f"To cite it: {cited}",
        ),
        tables=(
            Table("Features", ("Feature", "What it is"), rows, words=True),
            Table("Where it came from", ("Fact", "What it is"), tuple(origin.facts().items()), words=True),
        ),
    )


def _counted(dataset: Dataset, segmentation: Segmentation, origin: Provenance) -> tuple[str, ...]:
    """The members: how many rows, from where, how they are counted."""
    several = f"{segmentation.sizes['rows'].sum():,} rows of " if dataset.implicates > 1 else ""
    release = f" ({origin.vintage})" if origin.vintage else ""
    return (
        f"{origin.who}. {origin.data}{release}: {several}"
        f"{dataset.entity.sampled(dataset.sampled)}. Counted are {origin.counting}.",
        *dataset.notes,
    )


def _bends(segmentation: Segmentation, codebook: Codebook) -> str:
    """At which amounts scales bend, where they do."""
    found = segmentation.model.space.bends()
    told = [
        f"{within_sentence(codebook.label(name))} {codebook[name].text(amount)}"
        for name, amount in found.items()
        if codebook[name].spread is None
    ]
    if not told:
        return ""
    factor = segmentation.recipe.bend
    times = f", times {factor:g}" if factor != 1 else ""
    return (
        f"Scales bend at the median of what is not zero{times}, below it nearly linear and above it nearly "
        f"logarithmic: {listed(told)}. "
    )


def _pca(segmentation: Segmentation) -> str:
    rotation = segmentation.model.space.rotation
    if rotation is None:
        return ""
    return (
        f"Segments are sought among their principal components: {rotation.words}. Centroids are led back from these, "
        "without what the others held. "
    )


def sizes(
    dataset: Dataset, segmentation: Segmentation, names: Mapping[int, str], sure: Sureness | None = None
) -> Table:
    """Size of each segment, with the interval of its share where that is known."""
    table = segmentation.sizes
    # without weights and copies those in a segment are those it rests on
    is_sampled = dataset.weight is not None or dataset.implicates > 1
    rows: list[Row] = []
    for number, size in table.iterrows():
        mark = MARK if size["thin"] else ""
        told = (f"{size['count']:,.0f}{'' if is_sampled else mark}", share_of(segmentation, int(number), sure))
        rows.append((named(int(number), names), *told, *([f"{size['sampled']:,.0f}{mark}"] if is_sampled else [])))
    header = ("Segment", capitalised(dataset.entity.plural), "Share", *(["Sampled"] if is_sampled else []))
    return Table("Size", header, tuple(rows), _thin_note(bool(table["thin"].any()), dataset.entity))


def share_of(segmentation: Segmentation, number: int, sure: Sureness | None) -> Cell:
    """The share of a segment, with its interval where that is known."""
    share = percent(float(segmentation.sizes.loc[number, "share"]))
    if sure is None:
        return Cell(share)
    low, high = sure.sizes.loc[number, ["low", "high"]].astype(float)
    return Cell(share, between(low, high, percent))


def middles(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    described: Profile,
    origin: Provenance,
    sure: Sureness | None = None,
    beside: Others | None = None,
) -> tuple[Table, ...]:
    """Median and mean of each segment's members, two rows per feature, with their intervals where these are known.

    All that were segmented, and those whom they are shown beside, stand at the end of each row.
    """
    codebook = dataset.codebook
    told = with_ends(described.table, sure)
    wholes = {origin.title: described.everyone, **({} if beside is None else {beside.title: beside.table})}
    money = f", in {origin.dollars} dollars" if origin.dollars else ""
    return tuple(
        Table(
            f"Medians and means of members{money}",
            ("Feature", *(named(number, names) for number in numbers), *wholes),
            tuple(
                (
                    f"{codebook.label(name)}, {kind}",
                    *(two_lines(told_of(told.loc[(s, name)], kind, say)) for s in numbers),
                    *(say(whole.loc[name, kind]) for whole in wholes.values()),
                )
                for name in segmentation.recipe.features
                for kind, say in (("median", codebook[name].text), ("mean", codebook[name].mean_text))
            ),
        )
        for numbers in _abreast(segmentation.model.numbers)
    )


def of_all_rows(figures: pd.DataFrame, names: Mapping[int, str], of: str) -> tuple[Table, ...]:
    """Figures that are not of the members at hand, a row each, a column per segment.

    Args:
        figures: In words, indexed by segment; columns say what they are of.
        names: Name of each segment.
        of: What the members at hand were drawn from.
    """
    return tuple(
        Table(
            f"All rows of {of}",
            ("Figure", *(named(number, names) for number in numbers)),
            tuple((str(name), *(str(figures.loc[number, name]) for number in numbers)) for name in figures),
        )
        for numbers in _abreast([int(number) for number in figures.index])
    )


def cards(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    described: Profile,
    told: Explanation | None,
    typicals: Mapping[int, Typical],
    apart: pd.DataFrame | None = None,
    sure: Sureness | None = None,
) -> tuple[Card, ...]:
    """What sets each segment apart, its rules, and a member that stands for it."""
    ends = with_ends(described.table, sure)
    made = []
    for number in segmentation.model.numbers:
        words = [_apart(dataset, described, number, apart, ends.loc[number])]
        if told is not None and number in told.sentences:
            words.append(told.sentences[number])
        if number in typicals:
            one = typicals[number]
            words += [f"{one_of_them(dataset)}: {one.sentence}", one.near]
        made.append(Card(named(number, names), tuple(words)))
    return tuple(made)


def _apart(dataset: Dataset, described: Profile, number: int, apart: pd.DataFrame | None, own: pd.DataFrame) -> str:
    phrases = []
    among = None if apart is None else list(apart.columns[apart.loc[number]])
    if among == []:
        return "Nothing sets it apart that could be told from chance."
    for name in described.apart(number, among=among):
        variable = dataset.codebook[name]
        median = told_of(own.loc[name], "median", variable.text)
        off = told_of(own.loc[name], "difference", lambda by: signed(by, 2))
        far = f"mean {off} standard deviations from that of all of them"
        phrases.append(f"{within_sentence(variable.label)} (median {median}; {far})")
    return f"Set apart by {listed(phrases)}."


def lens_tables(lenses: Lenses, names: Mapping[int, str], title: str) -> tuple[Table, ...]:
    """A table per lens, a column per segment, all of them last, by the name of their population.

    Where there are many segments it is several.
    """
    numbers = sorted(set(lenses.table["segment"]) - {EVERYONE})
    return tuple(_lens_table(lenses, name, names, part, title) for name in lenses.names for part in _abreast(numbers))


def _lens_table(lenses: Lenses, name: str, names: Mapping[int, str], numbers: Sequence[int], title: str) -> Table:
    own = lenses.lens(name)
    rows: list[Row] = []
    for _, figures in own.groupby("figure", sort=False):
        by_segment, first = figures.set_index("segment"), figures.iloc[0]
        base = "" if first["base"].startswith("all ") else first["base"]
        rows.append((Cell(first["label"], base), *(_figure(by_segment.loc[s]) for s in (*numbers, EVERYONE))))
    header: Row = ("Figure", *(named(s, names) for s in numbers), title)
    return Table(name, header, tuple(rows), unsure_note(bool(own["unsure"].any()), lenses.entity))


def _figure(figure: pd.Series) -> Cell:
    """A figure, and small below it its interval and the sampled members that it rests on."""
    return Cell(f"{figure['text']}{unsure_mark(figure)}", rests_on(figure).replace("n ", "n\u00a0"))


def unsure_mark(figure: pd.Series) -> str:
    """What marks a figure of a lens that is too unsure to rely on."""
    return MARK if figure["unsure"] else ""


def trust(
    segmentation: Segmentation,
    stable: Stability | None,
    told: Explanation | None,
    names: Mapping[int, str],
    sure: Sureness | None = None,
    sensitive: Sensitivity | None = None,
    beside: Nulls | None = None,
    choice: tuple[tuple[str, ...], tuple[Table, ...]] = ((), ()),
    pictures: tuple[Picture, ...] = (),
) -> Section:
    """How far to believe it: scores beside data without segments, other choices, and what no figure here says."""
    nulls = beside or Nulls()
    entity = segmentation.entity
    members = entity.plural
    within = ", within each implicate" if segmentation.points.implicates.any() else ""
    weighted = ", weighted" if np.ptp(segmentation.points.weights) > 0 else ""
    scored = f", {segmentation.silhouettes_of}" if segmentation.silhouettes_of else weighted
    paragraphs = [
        f"Mean silhouette {segmentation.silhouette:.2f}{within}{scored}.{_said(nulls.silhouette)}",
        stable.words if stable is not None else f"Whether other {members} would give the same segments was not tested.",
        stability_beside(nulls.stability, nulls.silhouette),
        f"{sensitive.words} {sensitive.drawn}".rstrip() if sensitive is not None else "",
        told.words if told is not None else "",
        _how_sure(segmentation, sure),
        f"What is too unsure to rely on is marked {MARK}.",
        f"Segments describe these {members} at this time; they are not causes.",
        *choice[0],
    ]
    tables = (*_stability(stable, names, members), *_beside(nulls, members), *_sensitivity(sensitive), *choice[1])
    return Section("How far to trust it", tuple(filter(None, paragraphs)), tables=tables, pictures=pictures)


def _said(null: Null | None) -> str:
    said = null.words("the segments are", "separated") if null is not None else ""
    return f" {capitalised(said)}." if said else " It was not compared with data that have no segments."


def _beside(nulls: Nulls, members: str) -> tuple[Table, ...]:
    """Each score beside what null models give."""
    known = {"Mean silhouette": nulls.silhouette, "Mean similarity": nulls.stability}
    rows = tuple(
        (name, str(kind), *(f"{row[column]:.3f}" for column in ("value", "null", "low", "high", "excess")))
        for name, null in known.items()
        if null is not None
        for kind, row in null.table.iterrows()
    )
    if not rows:
        return ()
    header = ("Score", "Columns", f"These {members}", "Mean", "95 of 100 lie from", "to", "Above their mean by")
    return (Table("Beside columns with the same margins that are unrelated, or only correlated", header, rows),)


def _how_sure(segmentation: Segmentation, sure: Sureness | None) -> str:
    """Where intervals come from, or that there are none."""
    if sure is None or not sure.method:
        behind = segmentation.entity.sampled_plural
        return f"Shares and amounts are point estimates: no sampling error is given, and with few {behind} it is large."
    as_they_are = "They take the segments as they are: that they were found in the same table is not in them."
    return f"{how_sure(sure.method, segmentation.entity)} {as_they_are}"


def _stability(stable: Stability | None, names: Mapping[int, str], members: str) -> tuple[Table, ...]:
    if stable is None:
        return ()
    imputed = bool(stable.table["implicates"].notna().any())
    rows = tuple(
        (
            named(int(s), names),
            Cell(_two(row["bootstrap"]), f"{_two(row['low'])} to {_two(row['high'])}"),
            percent(row["dissolved"]),
            *([_two(row["implicates"])] if imputed else []),
            row["verdict"],
        )
        for s, row in stable.table.iterrows()
    )
    header = (
        "Segment",
        f"Other {members}",
        "Lost in",
        *(["Other imputations"] if imputed else []),
        "By Hennig's thresholds",
    )
    how = f"Jaccard similarity and its 95% interval, {stable.resamples} resamples; Hennig 2007"
    title = f"How much of a segment comes back ({how})"
    return (Table(title, header, rows),)


def _sensitivity(sensitive: Sensitivity | None) -> tuple[Table, ...]:
    if sensitive is None:
        return ()
    rows = tuple(
        (KINDS[row["kind"]], row["to"], _two(row["agreement"]), f"{row['segments']}")
        for _, row in sensitive.table.iterrows()
    )
    header = ("What is changed", "To", "Adjusted Rand index", "Segments")
    return (
        Table("How far segments survive other choices (adjusted Rand index; Hubert and Arabie 1985)", header, rows),
    )


def choice(swept: Sweep, gaps: Gaps | None = None) -> tuple[tuple[str, ...], tuple[Table, ...]]:
    """How many segments each criterion advises: in words, and as a table."""
    advised = advice(swept, gaps)
    rows = tuple((s.criterion, str(s.k or "none"), s.words) for s in advised)
    table = Table("How many segments each criterion advises", ("Criterion", "Segments", "Why"), rows, words=True)
    return (agreement(advised), *swept.notes), (table,)


def unsure_note(unsure: bool, entity: Entity) -> str:
    """What the mark means, where something is marked."""
    return f"{MARK} {too_unsure(entity)}." if unsure else ""


def _thin_note(thin: bool, entity: Entity) -> str:
    return f"{MARK} rests on fewer than {entity.sampled(THIN)}." if thin else ""


def _two(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.2f}"
