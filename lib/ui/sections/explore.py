"""Sections of the Explore page. Each is a fragment: its own controls rerun it alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import streamlit as st

from lib import explore
from lib.charts import explore as charts
from lib.charts import theme, told, zoom
from lib.dataset import ROWS, Variable
from lib.errors import EstimateError
from lib.estimates import THIN
from lib.estimates.wording import between, correlation_text, told_from_none, told_of
from lib.ui.run import background, results, whole_page
from lib.ui.run.cache import made
from lib.ui.run.drawing import draw
from lib.ui.scene import controls, grid, links
from lib.ui.scene.scene import Scene
from lib.words import capitalised, literal, percent
from lib.work.progress import Progress

_BESIDE = "~beside"
"""What no column is called."""

_RANKED, _CORRELATED = 10, 5

_AHEAD, _ROWS_AHEAD = 24, 100_000
"""Amounts whose figures are found beforehand, within a few seconds, and of how many rows at most. Ours."""


@whole_page.fragment
def render_groups(scene: Scene, *, show: str = "", by: str = "", at: str = "") -> None:
    """Any categorical column across any grouping, shares within each group; for data that have such columns.

    ``show`` and ``by`` are shown first, by default those of the subject; ``at`` tells the controls of one page from
    those of another.
    """
    codebook = scene.codebook
    column, by = _choose_groups(scene, show, by, at)
    known = results.by_definition(scene.view, scene.heading, column) if by == _BESIDE else ""
    if known == scene.title:
        st.info(f"{literal(_by_definition(scene, known))} Choose groups to show it in.")
        return
    try:
        rates = _rates(scene, column, by)
        table, sentence = rates or _shares(scene, column, by)
    except EstimateError as error:
        st.info(literal(str(error)))
        return
    legend = "Who" if by == _BESIDE else codebook.label(by)
    behind = capitalised(scene.entity.sampled_plural)
    own = {scene.heading.title: theme.POPULATION} if by == _BESIDE else None
    draw(
        lambda: (
            charts.rates(table, label=codebook.label(column), by=legend, unit=scene.unit, behind=behind)
            if rates
            else charts.shares(table, column, codebook, unit=scene.unit, behind=behind, legend=legend, colours=own)
        ),
        scene,
        column,
        by,
        alt_text=sentence,
        key=f"{at}groups_chart",
        is_tabled=True,
        of=(column,) if by == _BESIDE else (column, by),
    )
    note = _by_definition(scene, known) if known else ""
    controls.chart_note(scene, note, results.how_sure(scene.view), controls.unsure_note(scene, table))
    shown = {
        "group": legend,
        "code": codebook.label(column),
        "share": st.column_config.NumberColumn("Share of the group", format="percent"),
        **({"between": "95% interval"} if table["low"].notna().any() else {}),
        "count": st.column_config.NumberColumn(capitalised(scene.unit), format="%,.0f"),
    }
    rests_on = {
        "sampled": st.column_config.NumberColumn(behind, format="%,d"),
        "rows": st.column_config.NumberColumn("Rows", format="%,d"),
    }
    controls.table_of(
        lambda: table,
        {**shown, **(rests_on if scene.counts_both_ways else {})},
        alt=f"{codebook.label(column)} by {legend}: shares, counts and {scene.entity.sampled_plural}",
        key=f"{at}groups_table",
    )


def _by_definition(scene: Scene, whose: str) -> str:
    return f"{whose}: these shares are so by definition, for the groups are made by ranking all {scene.unit}."


def _rates(scene: Scene, column: str, by: str) -> results.Rates | None:
    """Of a flag, in how many of each group it is set: one bar for each. None of what has more than two codes."""
    if scene.codebook[column].unit != "flag" or column == by:
        return None
    if by == _BESIDE:
        found, groups = results.rates_beside(scene.view, scene.heading, column), 1 if scene.view.is_everyone else 2
    else:
        found = results.rates(scene.view, column, by, scene.title)
        groups = len(results.shares(scene.view, column, by).table["group"].unique()) + 1
    # a group of whom it is true of nobody has no row
    return found if len(found.table) == groups else None


def _shares(scene: Scene, column: str, by: str) -> results.Shares:
    if by == _BESIDE:
        return results.shares_beside(scene.view, scene.heading, column)
    return results.shares(scene.view, column, by)


def _choose_groups(scene: Scene, show: str, by: str, at: str) -> tuple[str, str]:
    """The column that is shared out and the groups it is shared out in."""
    codebook, categories, first = scene.codebook, scene.codebook.categories(), scene.subject.first
    asked, population = (show or first.show, by or first.by), scene.view.population.columns
    before = first.formerly or asked
    if asked[0] in population and first.formerly and not show:
        asked = before  # true of all of them by definition: then who they are
    # where the grouping is the population itself another choice is apt: two controls begin differently
    is_of_population = asked[1] in population
    begins, other_begins = (_BESIDE, asked[1]) if is_of_population else (asked[1], _BESIDE)
    key = links.in_turn(f"{at}by", categories, other_begins, key=f"{at}by{'_beside' if is_of_population else ''}")
    with st.grid(2, min_column_width=260):
        column = controls.pick_column(
            "Show",
            categories,
            codebook,
            default=asked[0],
            key=f"{at}show",
            unsaid=None if at else links.of_older(before[0]),
        )
        group = links.selectbox(
            "In each group of",
            # in a group of itself every share is all or nothing
            [_BESIDE, *(name for name in categories if name != column)],
            key=key,
            default=begins,
            unsaid=None if at or is_of_population else links.of_older(before[1]),
            format_func=lambda name: "This group beside everyone" if name == _BESIDE else codebook.label(name),
        )
    return column, group


@whole_page.fragment
def render_distribution(scene: Scene, *, amount: str = "", at: str = "") -> None:
    """Histogram, quantiles and share at zero of any amount, at first of ``amount`` or the subject's own."""
    codebook, first = scene.codebook, amount or scene.subject.first.amount
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        column = controls.pick_column("Amount", codebook.amounts(), codebook, default=first, key=f"{at}amount")
    with right:
        linear = links.toggle(
            "Linear axis",
            key=f"{at}amount_linear",
            help="Off: where an amount is skewed, a scale that is even near zero and logarithmic beyond.",
        )
    result = results.histogram(scene.view, scene.heading, column, linear)
    summary, variable = results.spread(scene.view, scene.heading, column), codebook[column]
    words = made("how amounts are spread", (scene.key, column), lambda: _in_words(scene, summary, variable))
    draw(
        lambda: charts.distribution(result, summary, variable, scene.dollars),
        scene,
        column,
        linear,
        alt_text=words.sentence,
        key=f"{at}spread_chart",
        of=(column,),
    )
    controls.chart_note(scene, _beyond(scene, result) if linear else "", results.how_sure(scene.view))
    st.html(words.quantiles)
    find_ahead(scene, first, at, linear=linear)


def find_ahead(scene: Scene, first: str, at: str, *, linear: bool) -> None:
    """When the page stands, find the figures of the amounts that may be asked for next."""
    view, heading, subject = scene.view, scene.heading, scene.subject
    if results.size(view).rows > _ROWS_AHEAD:
        return
    columns = controls.leading((first, *subject.first.pair), scene.codebook.amounts(), _AHEAD)

    def find(progress: Progress) -> None:
        for column in columns:
            progress(0.0, "Finding other amounts")
            results.histogram(view, heading, column, linear)
            results.spread(view, heading, column)

    background.beforehand(f"{at}amounts", ("amounts", scene.key, linear), find)


def _beyond(scene: Scene, result: explore.Histogram) -> str:
    """Whom the last bar holds, where it goes on beyond the axis."""
    last = result.bins.groupby("group", sort=False).tail(1)
    if not last["open_right"].any():
        return ""
    shares = [f"{percent(row.share)} ({row.group})" for row in last.itertuples()]
    from_ = scene.codebook[result.column].short(last["left"].iloc[0])
    return f"The last bar holds all from {from_} on: {' and '.join(shares)}."


class _InWords(NamedTuple):
    """How an amount is spread: the median in a sentence, and a table of quantiles as HTML."""

    sentence: str
    quantiles: str


def _in_words(scene: Scene, summary: pd.DataFrame, variable: Variable) -> _InWords:
    middle = [f"{variable.text(row['0.5'])} ({row.group})" for _, row in summary.iterrows()]

    def each(name: str, said: Callable[[float], str], ends: Callable[[float], str] | None = None) -> list[str]:
        return grid.in_lines(told_of(row, name, said, ends) for _, row in summary.iterrows())

    text = pd.DataFrame(
        {
            "Who": summary["group"],
            "Median": each("0.5", variable.text, variable.short),
            "Mean": each("mean", variable.mean_text, variable.short if variable.unit == "dollars" else None),
            **({"At zero": each("zero", percent)} if summary["zero"].any() else {}),
            **{f"{q:.0%} below": each(str(q), variable.text, variable.short) for q in explore.QUANTILES if q != 0.5},
            capitalised(scene.entity.sampled_plural): summary["sampled"].map("{:,}".format),
        }
    )
    quantiles = grid.written(text, alt=f"Mean and quantiles of {variable.label}")
    return _InWords(f"{variable.label}: median {', '.join(middle)}.", quantiles)


@whole_page.fragment
def render_relation(scene: Scene, *, by: str | None = None, at: str = "") -> None:
    """A scatter of any two amounts with their weighted correlation, coloured by a category if one is given."""
    codebook = scene.codebook
    amounts = codebook.amounts()
    across, *rest = results.usable(scene.view, tuple(controls.leading(scene.subject.first.pair, amounts)), 2)
    up = next(iter([*rest, *(name for name in amounts if name != across)]), across)
    first, second, third = st.columns([2, 2, 1], vertical_alignment="bottom")
    with first:
        x = controls.pick_column("Horizontal", amounts, codebook, default=across, key=f"{at}x")
    with second:
        y = controls.pick_column("Vertical", amounts, codebook, default=up, key=f"{at}y")
    with third:
        linear = links.toggle("Linear axis", key=f"{at}xy_linear")
    try:
        result = results.relation(scene.view, x, y, linear, by)
    except EstimateError as error:
        st.info(literal(str(error)))
        return
    sentence = f"{codebook.label(x)} and {codebook.label(y)}: {_correlated(scene, result)}."
    draw(
        lambda: charts.relation(
            result,
            codebook[x],
            codebook[y],
            scene.dollars,
            codebook[by] if by else None,
            member=scene.entity.singular,
        ),
        scene,
        x,
        y,
        linear,
        by,
        alt_text=sentence,
        key=f"{at}relation_chart",
        of=(x, y),
    )
    controls.chart_note(
        scene,
        results.how_sure(scene.view),
        f"{_drawn(scene, result)}. {zoom.HELP}",
    )


def _drawn(scene: Scene, result: explore.Relation) -> str:
    """How many points there are, of how many members."""
    points, among = len(result.points), result.among
    if scene.view.counting == ROWS or not scene.counts_both_ways:
        return f"{points:,} of {among:,} {scene.unit} drawn at random" if points < among else f"{points:,} {scene.unit}"
    once = f"each once{', by one implicate' if scene.about.implicates > 1 else ''}"
    if points < among:
        return f"{points:,} of {scene.entity.sampled(among)} drawn in proportion to weight, {once}"
    return f"{scene.entity.sampled(points)}, {once}, whatever its weight"


def _correlated(scene: Scene, result: explore.Relation) -> str:
    sampled = results.size(scene.view).sampled
    if sampled < THIN:
        return f"of {scene.entity.sampled(sampled)} no correlation is told, they are fewer than {THIN}"
    if math.isnan(result.correlation.value):
        return "no correlation, one of them is the same for all"
    linear, of_ranks = (
        told_from_none(found.value, found.low, found.high, correlation_text)
        for found in (result.correlation, result.rank_correlation)
    )
    return f"correlation {linear}, {of_ranks} of the ranks"


@whole_page.fragment
def render_correlations(scene: Scene) -> None:
    """Heat maps of correlations, population and everyone side by side."""
    codebook, first = scene.codebook, scene.subject.first
    names = [name for name, variable in codebook.items() if variable.is_amount or name in first.ordered]
    columns = controls.pick_columns(
        "Columns",
        names,
        codebook,
        default=controls.leading(first.correlated, names, _CORRELATED),
        key="correlate",
        most=explore.MAX_CORRELATED,
    )
    if len(columns) < 2:
        st.info("Choose two columns or more.")
        return
    found = results.correlations(scene.view, scene.heading, columns)
    for place, (name, of_group) in zip(st.columns(max(len(found), 2)), found.items(), strict=False):
        with place:
            st.markdown(f"**{literal(name)}**")
            draw(
                lambda table=of_group.table: charts.correlations(table, list(columns), codebook),  # type: ignore[misc]
                scene,
                columns,
                alt_text=f"{name}. {of_group.strongest}",
                key=f"correlations_{name}",
                titled=False,
                is_tabled=True,
            )
    said = {name: of_group.strongest for name, of_group in found.items()}
    sentence = (
        " ".join(f"{name}. {words}" for name, words in said.items() if len(said) > 1) or said[scene.heading.title]
    )
    pairs = results.pairs(scene.view, scene.heading, columns)
    note = made("pairs in brackets", (scene.key, columns), lambda: told.pairs_in_brackets(pairs, scene.entity))
    controls.chart_note(scene, sentence, results.how_sure(scene.view), note, _left_out(scene, columns))
    columns_of_table: dict[str, object] = {"group": "Who", "row": "Column", "column": "with", "text": "Correlation"}
    if pairs["low"].notna().any():
        columns_of_table["between"] = "95% interval"
    controls.table_of(
        lambda: _pairs_in_words(scene, pairs),
        columns_of_table,
        alt="Correlations of every pair of columns",
        key="pairs_table",
    )


def _pairs_in_words(scene: Scene, pairs: pd.DataFrame) -> pd.DataFrame:
    label, text = scene.codebook.label, correlation_text
    return pairs.assign(
        row=pairs["row"].map(label),
        column=pairs["column"].map(label),
        text=pairs["correlation"].map(text),
        between=[between(low, high, text) for low, high in zip(pairs["low"], pairs["high"], strict=True)],
    )


def _left_out(scene: Scene, columns: tuple[str, ...]) -> str:
    """What becomes of blanks where each figure is of other columns; empty where there are none."""
    if results.with_values(scene.view, columns) == results.size(scene.view):
        return ""
    return f"Each figure leaves out the {scene.unit} that lack a value it needs."


@whole_page.fragment
def render_variance(scene: Scene, *, at: str = "") -> None:
    """Bars of the amounts that vary most, with and without the extremes."""
    trim = controls.pick_trim(
        f"{at}variance",
        f"Trimmed leaves out the lowest and the highest tenth, which a few {scene.extreme} {scene.entity.plural} "
        "would decide.",
    )
    table = results.spreads(scene.view, trim, _RANKED)
    is_of_rows = scene.view.counting == ROWS
    sentence, order = made(
        "most varied",
        (scene.key, trim),
        lambda: told.most_varied(table, scene.codebook, is_of_rows=is_of_rows),
    )
    unit = f"{'Trimmed standard' if trim else 'Standard'} deviation" + (
        f" ({scene.dollars} dollars)" if scene.dollars else ""
    )
    draw(
        lambda: charts.ranking(table, scene.codebook, unit),
        scene,
        trim,
        alt_text=sentence,
        key=f"{at}variance_chart",
    )
    controls.chart_note(scene, results.how_sure(scene.view), order, _left_out(scene, tuple(table.index)))
