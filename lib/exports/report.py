"""A report as one HTML file: opens without a network, prints well, and holds everything it shows."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from lib.charts import segments as charts
from lib.charts.finished import Chart
from lib.dataset import Dataset
from lib.exports import report_answer as answer
from lib.exports import report_parts as parts
from lib.exports.converter import Converter
from lib.exports.pictures import SCALE, specification
from lib.exports.provenance import Provenance
from lib.exports.report_answer import Answer
from lib.exports.report_parts import Picture, Section
from lib.segments import (
    Explanation,
    Nulls,
    Others,
    Profile,
    Progress,
    Segmentation,
    Sensitivity,
    Stability,
    Sweep,
    findings,
    profile,
)
from lib.segments.describe.lenses import Lenses
from lib.segments.describe.naming import levels_words
from lib.segments.describe.profile import check_same
from lib.segments.describe.sure import Sureness
from lib.segments.describe.typical import Typical
from lib.tables.cells import clean_name
from lib.words import listed, percent, within_sentence
from lib.work.progress import report as report_progress

MAX_BYTES = 3_000_000
"""Bytes of a report: what mail takes and a browser opens at once."""

_LONGEST_NAME = 200
"""Characters: names that are made here, of many segments, say much."""

_FOR_PICTURES = 2_300_000
_PROFILES = 6
"""Features of which means and medians are drawn; the others stand in the tables."""

_IDS = re.compile(r'(\bid="|url\(#|href="#)')
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_STAR = re.compile(r"\*(?=\*)")


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart for a report: ``alt`` says what it shows to those who do not see it."""

    title: str
    chart: Chart | Mapping[str, Any]
    alt: str
    caption: str = ""


def report(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    origin: Provenance,
    *,
    question: str = "",
    swept: Sweep | None = None,
    stable: Stability | None = None,
    beside: Nulls | None = None,
    sensitive: Sensitivity | None = None,
    told: Explanation | None = None,
    lenses: Lenses | None = None,
    sure: Sureness | None = None,
    apart: pd.DataFrame | None = None,
    typicals: Mapping[int, Typical] | None = None,
    others: Others | None = None,
    lenses_of_others: Lenses | None = None,
    part: float | None = None,
    whole: pd.DataFrame | None = None,
    figures: Sequence[Figure] = (),
    progress: Progress | None = None,
) -> bytes:
    """A segmentation as a report: its answer first, then segments, pictures, lenses, trust, and the method last.

    Args:
        dataset: The table that was segmented.
        segmentation: What ``fit`` made of it.
        names: Name of each segment; charts show those that have one.
        origin: Where it came from.
        question: What was asked, in a sentence; by default made from the features.
        swept: Scores of other numbers of segments, if they were compared.
        stable: How far segments come back, if that was tested.
        beside: What data without segments give, as far as that is known.
        sensitive: How far they survive other choices, if that was tested.
        told: The segments as rules.
        lenses: What they are like in columns they were not made from.
        sure: How far off their sizes may be; without it only lenses have intervals.
        apart: In which features a segment's mean can be told from that of all, see ``lib.segments.told_apart``.
        typicals: A member that stands for each segment.
        others: Those whom all of them are shown beside, with the features.
        lenses_of_others: The same lenses with those as everyone.
        part: Share that they are of everyone in the data, where they are not everyone.
        whole: Figures of all rows, in words, where the dataset is drawn from more; see ``parts.of_all_rows``.
        figures: Charts of the page, first among the charts.
        progress: Told the share done; may raise ``Cancelled``.

    Returns:
        UTF-8 HTML of less than ``MAX_BYTES``. Heavy charts are put in as PNG; what still has no room is named.

    Raises:
        RecipeError: If the dataset is not the one that was segmented.
        PictureError: If a chart cannot be drawn.
    """
    check_same(dataset, segmentation)
    # charts show the segments that have a name: one that was typed away still needs some words
    called = {number: clean_name(name, _LONGEST_NAME) or f"Segment {number}" for number, name in names.items()}
    described, nulls = profile(dataset, segmentation), beside or Nulls()
    report_progress(progress, 0.05, "Drawing")
    judged = _judged(segmentation, called, swept)
    drawn = [*figures, *_described(dataset, segmentation, called, described, sure, origin), *judged]
    pictures, left_out = _pictures(drawn, origin, progress)
    of_trust = tuple(picture for picture in pictures if picture.title in {figure.title for figure in judged})
    plain = {number: _plain(name) for number, name in called.items()}
    said = findings(segmentation, plain, who=_plain(origin.title), swept=swept, stable=stable, beside=nulls, sure=sure)
    answered = Answer(
        (
            ("Asked", (clean_name(question, 1_000) or _question(dataset, segmentation, origin),)),
            ("Who", (answer.who(dataset, segmentation, origin, part),)),
            ("Found", (strong(said.found),)),
            ("How sure", answer.how_sure(segmentation, said.separated, stable, nulls, sure)),
        ),
        answer.at_a_glance(
            dataset, segmentation, called, described, lenses, sure, origin.title, others, lenses_of_others
        ),
    )
    sections = [
        Section(
            "The segments",
            (
                *filter(None, [levels_words(dataset, segmentation, plain.values(), is_everyone=not origin.population)]),
                *(() if whole is None else (f"Figures are of {origin.vintage}, but where they say “all rows”.",)),
            ),
            parts.cards(dataset, segmentation, called, described, told, typicals or {}, apart, sure),
            (
                *(parts.of_all_rows(whole, called, dataset.name) if whole is not None else ()),
                parts.sizes(dataset, segmentation, called, sure),
                *parts.middles(dataset, segmentation, called, described, origin, sure, others),
            ),
        ),
        Section("Pictures", left_out, pictures=tuple(picture for picture in pictures if picture not in of_trust)),
        *(
            [Section(_lenses(lenses), _told(lenses), tables=parts.lens_tables(lenses, called, origin.title))]
            if lenses
            else []
        ),
        parts.trust(
            segmentation,
            stable,
            told,
            called,
            sure,
            sensitive,
            nulls,
            ((), ()) if swept is None else parts.choice(swept, nulls.gaps),
            of_trust,
        ),
        parts.method(dataset, segmentation, origin),
    ]
    report_progress(progress, 0.97, "Writing")
    title = f"Segments: {origin.title}"
    page = _template().render(title=title, origin=origin, answer=answered, sections=sections)
    report_progress(progress, 1.0, "Ready")
    return page.encode()


def _lenses(lenses: Lenses) -> str:
    """Heading of the lenses, such as "Three lenses"."""
    number = len(lenses.names)
    return f"{_NUMBERS.get(number, str(number))} {'lens' if number == 1 else 'lenses'}"


def _told(lenses: Lenses) -> tuple[str, ...]:
    """What is worth knowing of the figures of the lenses, a sentence each."""
    return (*lenses.notes, *filter(None, [lenses.intervals]))


_NUMBERS = {1: "One", 2: "Two", 3: "Three", 4: "Four"}


def _question(dataset: Dataset, segmentation: Segmentation, origin: Provenance) -> str:
    labels = [within_sentence(dataset.codebook.label(name)) for name in segmentation.recipe.features]
    whom = f"the {dataset.entity.plural} “{origin.title}”" if origin.population else f"all {dataset.entity.plural}"
    return f"Which groups are there among {whom}, told apart by {listed(labels)}?"


def _described(
    dataset: Dataset,
    segmentation: Segmentation,
    names: Mapping[int, str],
    described: Profile,
    sure: Sureness | None,
    origin: Provenance,
) -> list[Figure]:
    """Means and medians of the first features."""
    return [
        _profile_figure(dataset, described, sure, name, names, origin)
        for name in segmentation.recipe.features[:_PROFILES]
    ]


def _judged(segmentation: Segmentation, names: Mapping[int, str], swept: Sweep | None) -> list[Figure]:
    """Silhouettes, and the choice of k."""
    weights = segmentation.points.weights
    below = f"{percent(segmentation.misplaced)} are nearer to another segment than to their own"
    words = f"Mean {segmentation.silhouette:.2f}; {below}"
    chart = charts.silhouettes(segmentation.silhouettes, segmentation.labels, weights, names)
    made = [Figure("Silhouettes", chart, f"Silhouettes by segment. {words}.", f"{words}.")]
    return made if swept is None else [*made, _choice_figure(swept, segmentation.k)]


def _profile_figure(
    dataset: Dataset,
    described: Profile,
    sure: Sureness | None,
    name: str,
    names: Mapping[int, str],
    origin: Provenance,
) -> Figure:
    label = dataset.codebook.label(name)
    medians = described.table.xs(name, level="column")["median"]
    text = dataset.codebook[name].text
    said = "; ".join(f"segment {number}: median {text(float(value))}" for number, value in medians.items())
    known = sure.profile if sure is not None and len(sure.profile) else None
    chart = charts.means_and_medians(described.table, name, dataset.codebook, names, origin.dollars, known)
    return Figure(label, chart, f"{label}: {said}.", "Mean and median by segment.")


def _choice_figure(swept: Sweep, k: int) -> Figure:
    advice = charts.suggestion_for("Elbow", swept.suggestions)
    said = f"Elbow: {advice.k or 'none'}, {advice.words}." if advice else ""
    chart = charts.choice_of_k(swept.table, "inertia_share", "Inertia, of the total", k, advice, number=".0%")
    return Figure("Inertia by number of segments", chart, f"Inertia by number of segments. {said}", said)


def _pictures(
    figures: Sequence[Figure], origin: Provenance, progress: Progress | None
) -> tuple[tuple[Picture, ...], tuple[str, ...]]:
    """The figures as pictures as long as there is room, and a sentence on those that have none."""
    made: list[Picture] = []
    left_out: list[str] = []
    share = _FOR_PICTURES // max(1, len(figures))
    with Converter() as converter:
        for done, figure in enumerate(figures):
            report_progress(progress, 0.05 + 0.9 * done / len(figures), f"Drawing {figure.title}")
            picture = _picture(converter, figure, origin, done, share)
            if sum(one.size for one in made) + picture.size <= _FOR_PICTURES:
                made.append(picture)
            else:
                left_out.append(figure.title)
    told = (f"Left out to keep the file small: {listed(left_out)}.",) if left_out else ()
    return tuple(made), told


def _picture(converter: Converter, figure: Figure, origin: Provenance, number: int, room: int) -> Picture:
    """SVG, or where that takes too much room PNG."""
    blank = Picture(clean_name(figure.title, 200), clean_name(figure.alt, 1_000), clean_name(figure.caption, 1_000))
    spec = specification(figure.chart, origin, titled=False)
    drawn = converter.svg(spec)
    if len(drawn.encode()) <= room:
        # several pictures share one page: the names of their clips must differ
        return replace(blank, svg=Markup(_IDS.sub(rf"\g<1>figure{number}-", drawn)))  # noqa: S704 - made by Vega
    for scale in (SCALE, 1):
        small = replace(blank, png=base64.b64encode(converter.png(spec, scale)).decode())
        if small.size <= room:
            break
    return small


def _plain(name: str) -> str:
    """A name no part of which is taken for what makes words strong."""
    return _STAR.sub("*\u2060", name)


def strong(words: str) -> Markup:
    """Escaped words in which ``**these**`` are strong: what sentences made for pages use."""
    return Markup(_STRONG.sub(r"<strong>\1</strong>", str(escape(words))))  # noqa: S704 - escaped just before


@cache
def _template() -> Any:  # noqa: ANN401 - a compiled template
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    return environment.get_template("report.html.jinja")
