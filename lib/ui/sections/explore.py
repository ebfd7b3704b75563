"""Sections of the Explore page. Each is a fragment: its own controls rerun it alone."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib import explore
from lib.charts import explore as charts
from lib.errors import EstimateError
from lib.ui.run import results
from lib.ui.run.drawing import draw
from lib.ui.scene import controls
from lib.ui.scene.view import View

_BESIDE = "This group beside everyone"
_RANKED = 10


def render_lead(view: View) -> None:
    """Say in one paragraph who is on view and how they are counted, and what counting rows would say."""
    about = view.about
    size = results.size(view)
    counted = controls.count_words(size, view)
    share = "" if view.is_everyone else f", {size.share:.1%} of all"
    st.markdown(f"**{view.title}**: {counted}{share}. {controls.source_line(view)}.")
    if about.synthetic:
        st.info(
            "These are figures of a **synthetic sample**, drawn from a model of the 2019 survey: near the real ones, "
            "not equal to them. The button in the sidebar brings the real survey.",
            icon=":material/science:",
        )
    if size.rows:
        st.caption(_what_counting_changes(view))


def _what_counting_changes(view: View) -> str:
    """What the way of counting does to the share of this population, or of business owners among everyone."""
    now = f"Now counting {view.unit}."
    if view.is_everyone:
        tiles = [results.headlines(view.counted(how)) for how in ("rows", "households")]
        rows, households = (next((t.value for t in tile if t.column == "HBUS"), 0.0) for tile in tiles)
        who = "Business owners are"
    else:
        rows, households = (results.size(view.counted(how)).share for how in ("rows", "households"))
        who = "They are"
    return f":material/balance: {who} {rows:.1%} of the file's rows and {households:.1%} of households. {now}"


def render_headlines(view: View) -> None:
    """Tiles of the population's headline figures, everyone's beside them."""
    size = results.size(view)
    with st.grid(3, min_column_width=150):
        count = controls.short_count(size, view)
        st.metric(
            view.unit.capitalize(),
            count,
            None if view.is_everyone else f"{size.share:.1%} of all",
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
        for tile in results.headlines(view):
            if tile.value == 1 and tile.column in view.population.columns:
                continue  # true of all of them by definition
            text = view.codebook[tile.column].text if tile.kind == "median" else "{:.1%}".format
            st.metric(
                tile.label,
                text(tile.value),
                None if view.is_everyone else f"{text(tile.everyone)} of {view.beside_title.lower()}",
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=view.codebook[tile.column].definition,
            )


@st.fragment
def render_groups(view: View, *, show: str = "INCCAT", by: str = "TURNFEAR", at: str = "") -> None:
    """Any categorical column across any grouping, shares within each group.

    ``show`` and ``by`` are shown first; ``at`` tells the controls of one page from those of another.
    """
    codebook = view.codebook
    categories = codebook.categories()
    left, right = st.columns(2)
    with left:
        column = controls.pick_column("Show", categories, codebook, default=show, key=f"{at}show")
    with right:
        group = st.selectbox(
            "In each group of",
            [_BESIDE, *categories],
            index=0 if by in view.population.columns else 1 + categories.index(by),
            format_func=lambda name: name if name == _BESIDE else codebook.label(name),
            # the default differs where the grouping is the population itself: two controls, each with its own
            key=f"{at}by{'_beside' if by in view.population.columns else ''}",
            bind="query-params",
        )
    try:
        table = results.shares(view, column, None if group == _BESIDE else group)
    except EstimateError as error:
        st.info(str(error))
        return
    legend = "Who" if group == _BESIDE else codebook.label(group)
    sentence = _largest(table, codebook.label(column))
    draw(
        lambda: charts.shares(table, column, codebook, unit=view.unit, legend=legend),
        view,
        column,
        group,
        alt_text=sentence,
        key=f"{at}groups_chart",
    )
    controls.chart_note(view, sentence, controls.thin_note(table))
    controls.table_of(
        table.drop(columns=["order", "thin"]),
        {
            "group": legend,
            "code": codebook.label(column),
            "share": st.column_config.NumberColumn("Share of the group", format="percent"),
            "count": st.column_config.NumberColumn(view.unit.capitalize(), format="%,.0f"),
            "sampled": st.column_config.NumberColumn("Sampled households", format="%,d"),
            "rows": st.column_config.NumberColumn("Rows", format="%,d"),
        },
        alt=f"{codebook.label(column)} by {legend}: shares, counts and sampled households",
    )


def _largest(table: pd.DataFrame, label: str) -> str:
    top = table.loc[table.groupby("group", sort=False)["share"].idxmax()].head(4)
    parts = [f"{row.group}: {row.code} ({row.share:.1%})" for row in top.itertuples()]
    return f"{label}, the largest share in each group: {'; '.join(parts)}."


@st.fragment
def render_distribution(view: View, *, amount: str = "NETWORTH", at: str = "") -> None:
    """Histogram, quantiles and share at zero of any amount."""
    codebook = view.codebook
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        column = controls.pick_column("Amount", codebook.amounts(), codebook, default=amount, key=f"{at}amount")
    with right:
        linear = st.toggle(
            "Equal steps",
            key=f"{at}amount_linear",
            bind="query-params",
            help="Off: where an amount is skewed, a scale that is even near zero and logarithmic beyond.",
        )
    result = results.distribution(view, column, linear)
    variable = codebook[column]
    middle = [f"{variable.text(row['0.5'])} ({row.group})" for _, row in result.summary.iterrows()]
    sentence = f"{variable.label}: median {', '.join(middle)}."
    draw(
        lambda: charts.distribution(result, variable, view.about.dollars),
        view,
        column,
        linear,
        alt_text=sentence,
        key=f"{at}spread_chart",
    )
    controls.chart_note(view, sentence)
    _render_quantiles(view, result)


def _render_quantiles(view: View, result: explore.Distribution) -> None:
    variable = view.codebook[result.column]
    summary = result.summary
    text = pd.DataFrame(
        {
            "": summary["group"],
            "At zero": summary["zero"].map("{:.1%}".format),
            "Mean": summary["mean"].map(variable.text),
            **{_percentile(q): summary[str(q)].map(variable.text) for q in explore.QUANTILES},
            "Sampled households": summary["sampled"].map("{:,}".format),
        }
    )
    st.dataframe(text, hide_index=True, alt=f"Mean and quantiles of {variable.label}")


def _percentile(q: float) -> str:
    return "Median" if q == 0.5 else f"{q:.0%} below"


@st.fragment
def render_relation(view: View, *, by: str | None = None, at: str = "") -> None:
    """A scatter of any two amounts with their weighted correlation, coloured by a category if one is given."""
    codebook = view.codebook
    amounts = codebook.amounts()
    first, second, third = st.columns([2, 2, 1], vertical_alignment="bottom")
    with first:
        x = controls.pick_column("Across", amounts, codebook, default="DEBT", key=f"{at}x")
    with second:
        y = controls.pick_column("Up", amounts, codebook, default="HOUSES", key=f"{at}y")
    with third:
        linear = st.toggle("Equal steps", key=f"{at}xy_linear", bind="query-params")
    try:
        result = results.relation(view, x, y, linear, by)
    except EstimateError as error:
        st.info(str(error))
        return
    each = f"{result.each:,.0f} {view.unit}" if result.each != 1 else "one row"
    sentence = (
        f"{codebook.label(x)} and {codebook.label(y)}: correlation {result.correlation:.2f}, "
        f"{result.rank_correlation:.2f} of the ranks."
    )
    draw(
        lambda: charts.relation(result, codebook[x], codebook[y], view.about.dollars, codebook[by] if by else None),
        view,
        x,
        y,
        linear,
        by,
        alt_text=sentence,
        key=f"{at}relation_chart",
    )
    controls.chart_note(
        view,
        sentence,
        f"{len(result.points):,} points drawn in proportion to weight, each for {each}; drag to move, scroll to zoom.",
    )


@st.fragment
def render_correlations(view: View) -> None:
    """Heat maps of correlations, population and everyone side by side."""
    codebook = view.codebook
    columns = controls.pick_columns(
        "Columns",
        [name for name, variable in codebook.items() if variable.is_amount or name in {"EDUC", "EDCL", "AGECL"}],
        codebook,
        default=("ASSET", "HOUSES", "INCOME", "DEBT", "EDUC"),
        key="correlate",
        most=explore.MAX_CORRELATED,
    )
    if len(columns) < 2:
        st.info("Choose two columns or more.")
        return
    table = results.correlation_table(view, columns)
    apart = table[table["row"] < table["column"]].dropna()
    strongest = apart.loc[apart["correlation"].abs().idxmax()] if len(apart) else None
    sentence = (
        f"Strongest: {codebook.label(strongest['row'])} with {codebook.label(strongest['column'])}, "
        f"{strongest['correlation']:.2f} ({strongest['group']})."
        if strongest is not None
        else "No correlation: the columns are constant."
    )
    names = list(dict.fromkeys(table["group"]))
    for place, name in zip(st.columns(max(len(names), 2)), names, strict=False):
        with place:
            st.markdown(f"**{name}**")
            group = table[table["group"] == name]
            draw(
                lambda group=group: charts.correlations(group, list(columns), codebook),  # type: ignore[misc]
                view,
                columns,
                alt_text=f"{name}. {sentence}",
                key=f"correlations_{name}",
            )
    controls.chart_note(view, sentence)


@st.fragment
def render_variance(view: View, *, at: str = "") -> None:
    """Bars of the amounts that vary most, with and without the extremes."""
    trimmed = st.segmented_control(
        "Variance",
        ["Trimmed", "Plain"],
        default="Trimmed",
        required=True,
        key=f"{at}variance",
        bind="query-params",
        help="Trimmed leaves out the lowest and the highest tenth, which a few rich households would decide.",
    )
    ranking = results.variance_ranking(view, 0.1 if trimmed == "Trimmed" else 0.0).head(_RANKED)
    table = pd.DataFrame(
        {
            "label": [view.codebook.label(name) for name in ranking.index],
            "variance": ranking.to_numpy(),
            "spread": ranking.to_numpy() ** 0.5,
        }
    )
    sentence = f"Most varied: {', '.join(table['label'].head(5))}."
    unit = f"{trimmed} variance" + (f" ({view.about.dollars} dollars squared)" if view.about.dollars else "")
    draw(lambda: charts.ranking(table, unit), view, trimmed, alt_text=sentence, key=f"{at}variance_chart")
    controls.chart_note(view, sentence)
