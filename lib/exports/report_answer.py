"""How a report opens: half a page that answers its own question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from lib.dataset import Codebook, Dataset
from lib.exports.provenance import Provenance
from lib.exports.report_parts import Row, Table, named, share_of, unsure_mark, unsure_note
from lib.segments import Nulls, Others, Profile, Segmentation, Stability
from lib.segments.describe.lenses import EVERYONE, Lenses
from lib.segments.describe.sure import Sureness
from lib.segments.judge.findings import stability_beside
from lib.segments.segmentation import UNASSIGNED
from lib.words import listed, percent, within_sentence

_MOST = 5
"""Figures beside the size of a segment; more have no room on a printed page."""

_FEATURES = 3

_NOT_HERE = "–"


@dataclass(frozen=True)
class Answer:
    """What was asked, of whom, what was found and how sure that is; then the segments at a glance."""

    said: tuple[tuple[str, tuple[str, ...]], ...]
    table: Table


def who(dataset: Dataset, segmentation: Segmentation, origin: Provenance, part: float | None = None) -> str:
    """The members in two sentences: how many, what share of everyone, in which data, in whose dollars."""
    sizes, entity = segmentation.sizes, dataset.entity
    weighted = f", which stand for {entity.several(sizes['count'].sum())}," if dataset.weight else ""
    of_all = "" if part is None else f"{'' if weighted else ','} {percent(part)} of all,"
    money = f" Amounts are in {origin.dollars} dollars." if origin.dollars else ""
    return f"{origin.population_words}: {entity.sampled(dataset.sampled)}{weighted}{of_all} in {origin.data}.{money}"


def how_sure(
    segmentation: Segmentation, separated: str, stable: Stability | None, beside: Nulls, sure: Sureness | None
) -> tuple[str, ...]:
    """How far to believe it, in a few sentences."""
    members = segmentation.entity.plural
    untested = f"Whether other {members} would give the same segments was not tested."
    alone = "Whether segments of data that have none would come back as surely was not tested."
    said = (
        _comes_back(stable, members) if stable is not None else untested,
        alone if stable is not None and beside.stability is None else "",
        stability_beside(beside.stability, beside.silhouette),
        separated,
        _precision(sure),
    )
    return tuple(filter(None, said))


def _comes_back(stable: Stability, members: str) -> str:
    """What was said of which segments when others were drawn."""
    verdicts: dict[str, list[str]] = {}
    for number, said in stable.table["verdict"].items():
        verdicts.setdefault(said, []).append(str(number))
    told = [
        f"{'segments' if len(of) > 1 else 'segment'} {listed(of)} {'are' if len(of) > 1 else 'is'} {said}"
        for said, of in verdicts.items()
    ]
    drawn = f" {stable.drawn}" if stable.drawn else ""
    return (
        f"Found anew {stable.resamples} times among {members} drawn from these, {'; '.join(told)}, by the thresholds "
        f"of Hennig (2007).{drawn}"
    )


def _precision(sure: Sureness | None) -> str:
    """How far off the share of a segment may be at most."""
    if sure is None or not sure.method:
        return ""
    widest = ((sure.sizes["high"] - sure.sizes["low"]) / 2).max()
    return f"Shares may be off by up to {100 * widest:.1f} points (95% intervals, the segments as they are)."


def at_a_glance(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    described: Profile,
    lenses: Lenses | None,
    sure: Sureness | None,
    title: str,
    others: Others | None = None,
    lenses_of_others: Lenses | None = None,
) -> Table:
    """Every segment in a row: its size, medians of the first features, and the first share of the first lenses.

    Below them stand all that were segmented, and those whom they are shown beside.
    """
    entity, codebook = dataset.entity, dataset.codebook
    features = segmentation.recipe.features[:_FEATURES]
    shares = _first_shares(lenses, _MOST - len(features)) if lenses is not None else ()
    numbers = [number for number in segmentation.sizes.index if number != UNASSIGNED]
    rows: list[Row] = [
        (
            named(int(number), names),
            share_of(segmentation, int(number), sure),
            *_medians(described.table.loc[number], features, codebook),
            *(_in(figure, int(number)) for figure in shares),
        )
        for number in numbers
    ]
    everyone: Row = (
        title,
        "100%",
        *_medians(described.everyone, features, codebook),
        *(_in(figure, EVERYONE) for figure in shares),
    )
    beside: list[Row] = []
    if others is not None:
        same = [_same_of(lenses_of_others, figure) for figure in shares]
        beside = [(others.title, _NOT_HERE, *_medians(others.table, features, codebook), *same)]
    header = (
        "Segment",
        f"Share of {entity.plural}",
        *(f"Median {within_sentence(codebook.label(name))}" for name in features),
        *(figure["label"].iloc[0] for figure in shares),
    )
    marked = any(bool(figure["unsure"].any()) for figure in shares)
    notes = [unsure_note(marked, entity)]
    if others is not None:
        notes.append(f"Sizes are shares of “{title}”: “{others.title}”, shown beside, has none.")
    return Table("The segments at a glance", header, (*rows, everyone, *beside), " ".join(filter(None, notes)))


def _medians(own: pd.DataFrame, features: tuple[str, ...], codebook: Codebook) -> list[str]:
    return [codebook[name].text(float(own.loc[name, "median"])) for name in features]


def _first_shares(lenses: Lenses, most: int) -> tuple[pd.DataFrame, ...]:
    """The first share of members with some answer in each lens, as far as all segments have one."""
    found = []
    for name in lenses.names:
        own = lenses.lens(name)
        asked = own[(own["unit"] == "share") & ~own["figure"].str.startswith("of_all")]
        if len(asked):
            found.append(asked[asked["figure"] == asked["figure"].iloc[0]].set_index("segment"))
    return tuple(found[:most])


def _same_of(lenses: Lenses | None, figure: pd.DataFrame) -> str:
    """What a figure is among those whom the segmented are shown beside."""
    if lenses is None:
        return _NOT_HERE
    own = lenses.lens(figure["lens"].iloc[0])
    return _in(own[own["figure"] == figure["figure"].iloc[0]].set_index("segment"), EVERYONE)


def _in(figure: pd.DataFrame, number: int) -> str:
    own = figure.loc[number]
    return f"{own['text']}{unsure_mark(own)}"
