"""Sections of the page on methods and data."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.estimates import THIN, THIN_SOURCE
from lib.features import redundancy
from lib.layouts.quality import SOURCE as TRUST_SOURCE
from lib.maps.rows import MOST_FOR_ONE
from lib.segments import PROVISIONAL, STARTS
from lib.segments.judge import sensitivity
from lib.segments.judge.beginning import FEW, FOUND_AGAIN
from lib.segments.judge.floor import DRAWS as PAIRS
from lib.segments.judge.null import DRAWS, MATERIAL, MOST_DRAWS, MOST_ROWS
from lib.segments.judge.stability import (
    DISSOLVED,
    HIGHLY_STABLE,
    MAX_RESAMPLES,
    NULL_MOST,
    PATTERN,
    RESAMPLES,
    STABLE,
)
from lib.segments.judge.suggest import CLEAR, FEWEST_FOR_KNEE, RECOGNISABLE
from lib.segments.points import MANY
from lib.segments.segmentation import BORDERLINE
from lib.segments.silhouette import DRAWN_ROWS, MAX_ROWS
from lib.solvers.enough import LEAST_STARTS, SAME, TIMES_FOUND, UNLESS_EASY
from lib.ui.scene import controls, links
from lib.ui.scene.scene import Scene
from lib.ui.sections import formulas
from lib.ui.sections.maps import MOST_BESIDE
from lib.ui.sections.recipes import FEWER_STARTS, MANY_ROWS
from lib.words import capitalised, listed, literal

_LONGEST_SEARCH = 100

_ESTIMATES = """
- **Means and shares** are taken over all rows{weighted}.
- **Medians and quantiles**: sort, and take the first value whose cumulative share reaches the one asked for.
- **Pale figures** are too unsure to rely on: they rest on fewer than {thin}, or their interval is too wide: that of a
  share above 30 points, or above 5 points and 1.3 times the share or the rest, whichever is less; the standard error
  of an amount above 30% of it; the interval of a correlation above 0.6, our own limit. What cannot be told from none
  stands in brackets. {thin_source}
- **Variance** is trimmed by a tenth of the {members} at each end unless the plain one is asked for.
"""

_INTERVALS = """- **Intervals** are of 95%, as if the {members} had been drawn at random from many more: Wilson's of
  shares{kish}, Woodruff's of quantiles, Fisher's of correlations, 1.96 standard errors to either side of means and
  ratios. Sizes of segments seen through lenses have none. Segments are taken as they are in all of them but those under
  *How sure?*, where they are found anew each time.
"""

_SEGMENTS = """
- **Segments** are found by {weighted}k-means over all rows, in one thread and with a fixed seed: the same choices
  give the same segments. It is started at least {least} times, {unless} times unless half of them end at the best,
  and then until that was found {found} times, within {same:.2%} of its inertia; at most {starts} times, {fewer} for
  more than {many:,} rows. The page says how many starts were made and how many of them ended at the best. These
  numbers are ours. Where rows take more than {different:,} different places, starts are run on {fewer_points}, and
  the best of their ends go on with all rows until no row changes its segment. Segments are numbered by their
  centroid's value of the first feature, ascending.
- **The number of segments** begins where the advice says: at the number that most criteria call best, the smaller of
  two, among those whose segments all rest on {few} or more and to which at least {again:.0%} of the starts lead. A
  criterion whose best lies at an end of the range has found none, and one alone leads no farther than {begun}; where
  none leads, at the most up to {begun}. For the
  populations and features that open first this was found beforehand; elsewhere {provisional} segments are begun with,
  and that is said, until all numbers are tried. These rules are ours.
- **Relatives**, columns that say much the same, are left out of the leading ones. By accounting: a sum and its parts.
  By rank: a {weighted}rank correlation of {correlated:g} or more either way, from which the ranks of two columns share
  {shared:.0%} of their variance. In fact: of the {members} that have any of either, one is no more than the other for
  {never_more:.0%}, at least half of it for {so_many:.0%}, and their rank correlation is {somewhat:g} or more. These
  thresholds are ours; rules of thumb for the first lie between .7 (Dormann et al. 2013) and .9.{compared}
- **The scale** is bent and made comparable before distances are taken{both}. *Log-like* is asinh(x / s), s
  being the {weighted}median of the column's non-zero amounts, signs left aside, times 1 unless another factor is
  chosen: below s the scale is nearly linear, above it nearly logarithmic. By that rule half of those who hold anything
  lie on either side, the unit does not matter, and neither a few extreme {members} nor those without any move it. It
  is a choice all the same, and often one that decides. *Ranks* are {weighted}mid-ranks; *capped* cuts at the 1st
  and 99th {weighted}percentile. A centre is a mean on that scale; led back to {units} it is neither
  mean nor median of the members, which are shown instead.
- **Two parts** makes of an amount that some do not have two: any or none, 1.41 standard deviations of that amount apart
  wherever its scale bends (Hennig and Liao 2013; on a scale from 0 to 1 a whole range), and the log-like amount of
  those who have any, whose mean is where those without any stand.
- **The mixture for mixed types** gives each segment a bell for every amount and chances for every category, by
  {weighted}EM (at least a thousandth of an amount's variance is left to a segment). Who is in a segment is who is
  likeliest to be. Its BIC counts {members} as (sum w)^2 / sum w^2, w being the whole weight of one.
- **PCA first**, where it is asked for: segments are sought among the scores on as many leading {weighted}principal
  components as hold more than the share asked for. Maps, distances and silhouettes are of these scores; profiles are
  of the columns. Centroids are led back to {units} through the components, so that they leave out what the others
  held.
- **Silhouettes** are exact{within}. {ones} they are scikit-learn's. Of more than {all_rows:,} rows, {drawn:,} are
  drawn{by_weight} and compared with one another.
- **Null models**: any data can be cut into segments, and skewed columns alone give high silhouettes. So no score is
  judged by itself. It stands beside what the same recipe gives on data that have no segments (Hennig and Liao 2013):
  tables in which every column keeps its {weighted}margin and is shuffled by itself, so that columns have nothing to do
  with one another; and others from a normal copula, which keep the {weighted}rank correlations too and nothing else.
  At least {draws} of each kind are drawn, and on while the verdict hangs on which they are: at most {most_draws},
  {most_resampled} where they are resampled. They have as many rows as the {members}, by weight, are worth drawn at
  random (Kish's effective size), at most {null_rows:,}. The range shown is where 95 of 100 further tables would score.
  *More separated* means above it; *hardly more* is above its end by less than {material}, a limit of ours. How far the
  data's own score may be off as a sample is not in it. Where segments exceed the correlated tables in separation but
  not in stability, or the other way round, a sentence says how both can hold.
- **How many segments** is advised, not decreed: the knee of inertia (kneedle, Satopaa and others 2011, from {knee}
  numbers of segments on; and only where inertia falls at least {bend:g} times as fast before it as behind: both are
  ours), the silhouette (others within {close} count as equal, which is ours), Calinski-Harabasz, Davies-Bouldin, the
  gap to the null model with correlations (Tibshirani, Walther and Hastie 2001), and the most segments of which none
  is thin. What is best at the first or the last number that was tried is no optimum, and is said to be at an end.
- **Stability**: {members} are drawn anew{together}, segmented again, and compared by Jaccard similarity, {resamples}
  times, and further, at most {most_resamples} times, while the 95% interval of a segment's mean similarity holds a
  threshold; what is still between two verdicts then is said to be. Thresholds are Hennig's: {highly}, {stable} and
  {pattern} as in his R package fpc, and {dissolved} for a segment that is lost (Hennig 2007). Segments of the null
  models are resampled too: high similarity alone does not mean that there are segments.
- **Which choices decide**: each choice is changed by itself ({factors} times the bend, every other transform, scaling
  and method, one feature left out, the other counting), and the segments are compared with those on view by the
  adjusted Rand index (Hubert and Arabie 1985), {by_member}. Other random numbers ({seeds} seeds) show what
  difference means nothing.
{waves}- **One {member}** that is looked for{together_one} has its distances on the same scale: to the centre of its own
  segment and to the nearest other. From {border:.0%} of that on, a bound of this app's own, it lies on the border.
  Percentiles are {weighted}shares that have less, those with as much counted half. Who is not among the points of a map
  is marked where PCA's axes put it; on t-SNE and UMAP, on the nearest {member} that is there, and the page says so.
- **Maps**: PCA of the {weighted}covariance; t-SNE and UMAP{one}, started from PCA, seeded. {points}Beside other maps
  a map shows at most {shown:,} points, drawn{by_weight}, and a few of every segment; alone it shows more. {trust}
  Distances between islands mean little.
"""

_WAVES = (
    "- **Waves compared**: the model of the wave on view places the households of the other; segments are matched by "
    "the members they share, their Jaccard similarity largest in sum over all pairs. A change is called one only where "
    "the similarity is below the 5th percentile of {draws} pairs of draws of the wave on view alone: of twenty "
    "segments that did not change, one will be called changed.\n"
)

_POINTS = (
    "{members} are drawn in proportion to their weights, each at most once: the chance of a {member} is {most:g} "
    "times its weight over the largest, and at most 1; or every one is drawn once, as the switch says. "
)

_NOTEBOOKS = """
- **The well-known notebooks** count rows, start k-means once and take silhouettes in raw units. Their box shows what
  they would print for the same choice.
"""


def render_methods(scene: Scene) -> None:
    """The rules by which every figure is made: of estimates as the subject tells them, of segments for every table."""
    wording = scene.subject.wording
    st.subheader("Estimates")
    st.markdown(wording.estimates or _estimates(scene))
    _render_formula_of_errors(scene)
    st.subheader("Segments and maps")
    st.markdown(_segments(scene).rstrip() + (_NOTEBOOKS if wording.notebooks else ""))
    formulas.render(formulas.OF_SEGMENTS)
    if scene.about.wave is not None:
        formulas.render([formulas.FLOOR])


def _render_formula_of_errors(scene: Scene) -> None:
    """What intervals come to, exactly."""
    is_imputed, is_of_waves = scene.about.implicates > 1, scene.about.wave is not None
    of_survey = (formulas.BOOTSTRAP, formulas.DIFFERENCES)
    formulas.render(
        (
            *([formulas.STANDARD_ERRORS] if is_imputed else []),
            formulas.WILSON,
            formulas.WOODRUFF,
            formulas.FISHER,
            *(of_survey if is_imputed else [formulas.DIFFERENCES_OF_ROWS]),
            formulas.TOO_UNSURE,
            *([formulas.TRENDS] if is_of_waves else []),
        )
    )


def _estimates(scene: Scene) -> str:
    members, is_weighted = scene.entity.plural, scene.about.weight is not None
    kish = ", with Kish's effective sample size for the weights" if is_weighted else ""
    words = _ESTIMATES.format(
        weighted=", each with its weight" if is_weighted else ", each once",
        thin=scene.entity.sampled(THIN),
        thin_source=THIN_SOURCE,
        members=members,
    )
    return words + _INTERVALS.format(members=members, kish=kish)


def _segments(scene: Scene) -> str:
    """How segments are found, said of weights and implicates only where there are any."""
    is_weighted, is_imputed = scene.about.weight is not None, scene.about.implicates > 1
    entity, currency = scene.entity, scene.subject.currency
    implicates = f"within each implicate, weighted, then averaged, so that no {entity.singular} lies beside its own"
    return _SEGMENTS.format(
        few=entity.sampled(THIN),
        again=FOUND_AGAIN,
        begun=FEW,
        provisional=PROVISIONAL,
        starts=STARTS,
        least=LEAST_STARTS,
        unless=UNLESS_EASY,
        found=TIMES_FOUND,
        same=SAME,
        draws=DRAWS,
        most_draws=MOST_DRAWS,
        most_resampled=NULL_MOST,
        null_rows=MOST_ROWS,
        material=MATERIAL,
        knee=FEWEST_FOR_KNEE,
        bend=CLEAR,
        close=RECOGNISABLE,
        resamples=RESAMPLES,
        most_resamples=MAX_RESAMPLES,
        highly=HIGHLY_STABLE,
        stable=STABLE,
        pattern=PATTERN,
        dissolved=DISSOLVED,
        fewer=FEWER_STARTS,
        many=MANY_ROWS,
        different=MANY,
        fewer_points=f"the middle of each {entity.singular}'s rows" if is_imputed else f"{MANY:,} of them",
        members=entity.plural,
        member=entity.singular,
        together_one=", the mean of its implicates," if is_imputed else "",
        border=BORDERLINE,
        weighted="weighted " if is_weighted else "",
        both=", both weighted" if is_weighted else "",
        units=currency.plural if currency else "their own units",
        within=f": {implicates}\n  near-copies" if is_imputed else "",
        all_rows=MAX_ROWS,
        drawn=DRAWN_ROWS,
        shown=MOST_BESIDE,
        by_weight=" by weight" if is_weighted else "",
        ones="With all weights one" if is_weighted else "Taken over all rows,",
        together=" with all their implicates" if is_imputed else "",
        one=" on one implicate" if is_imputed else "",
        correlated=redundancy.CORRELATED,
        shared=redundancy.CORRELATED**2,
        never_more=redundancy.NEVER_MORE,
        so_many=redundancy.FOR_SO_MANY,
        somewhat=redundancy.TOGETHER,
        compared=f" Of more than {redundancy.ROWS_COMPARED:,} rows so many are compared.",
        factors=listed([f"{factor:g}" for factor in sensitivity.FACTORS]),
        seeds=sensitivity.SEEDS,
        by_member=f"every {entity.singular} by its weight" if is_weighted else "every row once",
        points=_POINTS.format(members=capitalised(entity.plural), member=entity.singular, most=MOST_FOR_ONE)
        if is_weighted
        else "",
        trust=TRUST_SOURCE,
        waves=_WAVES.format(draws=PAIRS) if scene.about.wave is not None else "",
    )


def render_dictionary(scene: Scene) -> None:
    """All columns with label, definition, unit and values; searchable."""
    wanted = st.text_input(
        "Search",
        key="dictionary",
        bind=links.bound("dictionary"),
        max_chars=_LONGEST_SEARCH,
        placeholder="A word, or the name of a column",
    )
    rows = [
        {
            "Label": variable.label,
            "Definition": variable.definition + (f" Not asked in {variable.unasked}." if variable.unasked else ""),
            "Unit": " ".join(
                filter(None, (variable.measured_in, variable.period if variable.unit == "dollars" else ""))
            ),
            "Group": variable.group,
            "Values": "; ".join(f"{code:g} {label}" for code, label in variable.values.items()),
            "Column": name,
        }
        for name, variable in scene.codebook.items()
    ]
    table = pd.DataFrame(rows)
    if wanted:
        found = table.apply(lambda column: column.str.contains(wanted, case=False, regex=False)).any(axis=1)
        table = table[found]
    if table.empty:
        st.info(f"No column mentions “{literal(wanted)}”: try a shorter word.")
        return
    controls.dataframe(
        table,
        height=520,
        column_config={
            "Label": st.column_config.TextColumn(width="medium", pinned=True),
            "Definition": st.column_config.TextColumn(width="large"),
        },
        alt=f"Data dictionary, {len(table)} columns",
    )
    st.caption(f"{len(table):,} of {len(rows):,} columns of {literal(scene.about.name)}.")


def render_sources(scene: Scene) -> None:
    """Where such data come from, how to cite them, and what synthetic ones are, as far as the subject tells."""
    wording = scene.subject.wording
    for words in filter(None, (wording.about_data, wording.about_synthetic)):
        st.markdown(words)
    said = "; ".join(filter(None, (controls.source_line(scene), scene.about.vintage)))
    st.caption(f"On view now: {said}.")
