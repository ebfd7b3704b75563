"""Sections of the page on trends: a figure over the waves of a survey, as a picture, a table and a file."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib import exports
from lib.charts import trends as charts
from lib.dataset import ROWS
from lib.errors import HouseholdSegmentsError
from lib.estimates.wording import how_sure, interval_or_none
from lib.segments import ALGORITHM_LABELS
from lib.segments.describe.labelled import SEGMENT
from lib.segments.recipe import EXACT
from lib.trends import STATISTICS, Followed, Statistic, Trend, first_followed
from lib.trends.trend import MOST_LINES
from lib.ui.run import background, trend_results, whole_page
from lib.ui.run.drawing import draw
from lib.ui.run.trend_results import Asked
from lib.ui.scene import catalogue, controls, grid, links
from lib.ui.scene.scene import Scene, Segmented
from lib.ui.sections import conditions, features, naming, recipes, segments
from lib.words import capitalised, file_name, listed, literal

_NOBODY = "~none"
"""What no column is called."""

_EVERY = -1e9
"""What no code is."""

_WORDS = {"share": "Share", "median": "Median", "mean": "Mean"}
_TABS = {"table": "Figures", "changes": "Changes", "segments": "Segments over time"}
_WHOM = "followed"
_UNTOLD = "cannot be told"


def is_for(scene: Scene) -> bool:
    """Whether the data are a wave of a survey that has several."""
    return "trends" in scene.subject.pages and scene.about.wave is not None


def render_lead(scene: Scene) -> None:
    """Say whom the page follows, through which waves; of drawn data, and of a single wave, what to do about it."""
    conditions.render_unread()
    about, years = scene.about, sorted(scene.view.over_waves())
    waves = (
        f"{len(years)} waves: {listed([str(year) for year in years])}" if len(years) > 1 else f"the wave of {years[0]}"
    )
    dollars = f" · amounts in {scene.dollars} dollars" if scene.dollars else ""
    if about.synthetic:
        waves = f"**{literal(about.name)}**, which holds no real {scene.entity.singular}"
    st.markdown(f"**{literal(scene.title)}** in {waves}{dollars} · {_counted(scene)}.")
    if len(years) > 1:
        return
    real = sorted(catalogue.waves())
    if about.synthetic and real:
        st.info(
            f"Choose {real[-1]} in the sidebar: the synthetic sample has one wave only.", icon=":material/timeline:"
        )
    else:
        st.info("A trend needs two waves or more: get the others with the button below.", icon=":material/timeline:")


def _counted(scene: Scene) -> str:
    return "every row counted once" if scene.view.counting == ROWS else f"weighted to {scene.entity.plural}"


@whole_page.fragment
def render_trend(scene: Scene) -> None:
    """Choose a figure, and see it over the waves; below, as a table, and segments over time."""
    followed = _choose(scene)
    asked = trend_results.ask(scene, followed)
    trend = _found(asked, "trend")
    if trend is not None:
        _draw(scene, trend, followed, key="trend_chart")
    opened = links.tabs(_TABS, key="over", format_func=_TABS.__getitem__)
    for tab, name in zip(opened, _TABS, strict=True):
        with tab:
            if tab.open and name == "segments":
                _render_segments(scene)
            elif tab.open and trend is not None:
                _render_table(asked, trend) if name == "table" else _render_changes(trend)


# What is followed


def _choose(scene: Scene) -> Followed:
    """A statistic, its column, the groups and the answer."""
    codebook, first = scene.codebook, scene.subject.first
    with st.grid(4, min_column_width=230):
        statistic = links.segmented("Figure", STATISTICS, key="figure", format_func=_WORDS.__getitem__)
        column = _choose_column(scene, statistic)
        groups = [name for name in codebook.categories() if 1 < len(codebook[name].values) <= MOST_LINES]
        by = links.selectbox(
            "In each group of",
            [_NOBODY, *(name for name in controls.leading(first.groups, groups) if name != column)],
            key="group_by",
            ids=lambda name: "none" if name == _NOBODY else name,
            format_func=lambda name: f"All together: {scene.title}" if name == _NOBODY else codebook.label(name),
        )
        by = "" if by == _NOBODY else by
        code = _choose_answer(scene, column, grouped=bool(by)) if statistic == "share" else None
    return Followed(statistic, column, code, by)


def _choose_column(scene: Scene, statistic: Statistic) -> str:
    codebook, first = scene.codebook, scene.subject.first
    if statistic == "share":
        return controls.pick_column(
            "Share of those with",
            codebook.categories(),
            codebook,
            default=first_followed(scene.subject, scene.view.population.columns),
            key=_WHOM,
        )
    return controls.pick_column(
        f"{_WORDS[statistic]} of", codebook.amounts(), codebook, default=first.amount, key=f"{_WHOM}_amount"
    )


def _choose_answer(scene: Scene, column: str, *, grouped: bool) -> float | None:
    """The answer whose share is followed; a flag has but one worth following, and None is each of them."""
    variable = scene.codebook[column]
    if variable.unit == "flag":
        return 1.0
    every = [] if grouped else [_EVERY]
    chosen = links.selectbox(
        "Answer",
        [*every, *variable.values],
        key="answer_grouped" if grouped else "answer",
        ids=lambda code: "every" if code == _EVERY else f"{code:g}",
        format_func=lambda code: "Each of them" if code == _EVERY else variable.text(code),
    )
    return None if chosen == _EVERY else chosen


# What is found


def _found(asked: Asked, slot: str) -> Trend | None:
    """The trend, looked up in the background; None while it is on its way, which the page shows."""
    trend = trend_results.known(asked)
    if trend is not None:
        return trend
    key = ("trend", asked.key)
    try:
        background.soon(
            slot,
            key,
            lambda session: background.background().ask(
                key, session, lambda progress: trend_results.make(asked, progress), is_heavy=True
            ),
        )
    except HouseholdSegmentsError as error:
        st.info(literal(str(error)))
    return trend_results.known(asked)


def _draw(scene: Scene, trend: Trend, followed: Followed, *, key: str) -> None:
    among = "" if scene.view.is_everyone else f" ({literal(scene.title)})"
    st.subheader(f"{literal(trend.takeaway)}{among}")
    if len(trend.table):
        draw(
            lambda: charts.waves(trend, behind=scene.entity.sampled_plural),
            scene,
            followed,
            tuple(wave.fingerprint for wave in trend.waves),
            alt_text=trend.words,
            key=key,
            titled=False,
        )
    st.markdown(literal(trend.words))
    st.caption(" ".join([*map(literal, trend.notes), _rests_on(scene, trend)]))


def _rests_on(scene: Scene, trend: Trend) -> str:
    """What the figures rest on, in Markdown: pale ones, data, dollars, counting, and where intervals come from."""
    names = [
        f"**{literal(wave.name)}, not real {scene.entity.plural}**" if wave.synthetic else literal(wave.name)
        for wave in trend.waves
    ]
    dollars = f"{scene.dollars} dollars" if _speaks_of_dollars(scene, trend) else ""
    said = " · ".join(filter(None, [listed(names), dollars, _counted(scene)]))
    own = trend.table[trend.table["wave"] == scene.about.wave]
    in_each = segments.sampled_in_each(scene, own["sampled"])
    notes = (controls.unsure_note(scene, trend.table), f"{said}.", in_each, _methods(scene, trend))
    return " ".join(filter(None, notes))


def _speaks_of_dollars(scene: Scene, trend: Trend) -> bool:
    """Whether the figures, or the conditions on who is followed, are in dollars."""
    conditions = [scene.codebook[name].unit for name in scene.view.population.columns if name in scene.codebook]
    return bool(scene.dollars) and "dollars" in (*conditions, "" if trend.followed.is_share else trend.variable.unit)


def _methods(scene: Scene, trend: Trend) -> str:
    """Where intervals come from, with the waves where not all have theirs from one source."""
    told = []
    for method, years in trend.methods.items():
        which = f"{listed([str(year) for year in years])}: " if len(trend.methods) > 1 else ""
        told.append(f"{which}{how_sure(method, scene.entity)}")
    return " ".join(told)


def _render_table(asked: Asked, trend: Trend, *, what: str = "trend") -> None:
    """The figures with their intervals and what they rest on, and the same as a file."""
    table = trend.table.sort_values(["line", "wave"], kind="stable")
    shown = pd.DataFrame(
        {
            "Who": table["label"],
            "Wave": table["wave"].astype(str),
            capitalised(trend.unit): table["value"].map(trend.text),
            "95% interval": [
                interval_or_none(low, high, trend.text) for low, high in zip(table["low"], table["high"], strict=True)
            ],
            capitalised(asked.scene.entity.sampled_plural): table["sampled"].map("{:,.0f}".format),
        }
    )
    grid.render(shown, alt=trend.words)
    name = f"{trend.title} {asked.scene.title}"
    st.download_button(
        "Figures, CSV",
        lambda: exports.trend(trend, trend_results.origin(asked, trend)).zipped(file_name(name, what, ending="csv")),
        file_name(name, what, ending="zip"),
        icon=":material/download:",
        key=f"file_{what}",
        on_click="ignore",
    )


def _render_changes(trend: Trend) -> None:
    """How far the last wave is from the one before, and from the first that it compares with."""
    found = trend.differences
    if not len(found):
        st.caption("There are no two waves that can be compared.")
        return
    shown = pd.DataFrame(
        {
            "Who": found["label"],
            "From": found["first"].astype(str),
            "To": found["last"].astype(str),
            "Change": found["difference"].map(trend.signed),
            "95% interval": [
                f"{trend.signed(low)} to {trend.signed(high)}" if pd.notna(low) else _UNTOLD
                for low, high in zip(found["low"], found["high"], strict=True)
            ],
            "Sure": found["sure"].map({True: "yes", False: "no"}).where(found["low"].notna(), _UNTOLD),
        }
    )
    grid.render(shown, alt="How the last wave differs from the one before and from the first")
    of_intervals = (
        "Waves are samples of their own: the variance of a change is the sum of both variances, and of medians its "
        "interval is put together from both. A change is sure where its interval leaves out zero. Of twenty lines that "
        "did not change, one will look as if it did. "
    )
    st.caption(f"{of_intervals if found['low'].notna().any() else ''}Changes are of figures before they are rounded.")


# Segments


def _render_segments(scene: Scene) -> None:
    """The segments of the wave on view, and how large and how well off they are in the others."""
    counts_rows = scene.view.counting == ROWS
    of_intervals = (
        " Intervals are of these segments as they are: that they were found in one of the waves is not in them."
    )
    st.markdown(
        f"Segments are found in {literal(scene.about.name)}; in every wave each "
        f"{'row' if counts_rows else scene.entity.singular} is then put where its nearest centroid is, or of a mixture "
        f"in the likeliest segment, in the same dollars.{'' if counts_rows else of_intervals}"
    )
    chosen = features.choose_features(scene)
    if len(chosen) < 2:
        st.info("Choose two features or more.")
        return
    recipe = recipes.choose_recipe(scene, chosen, algorithms=True, components=True)
    segments.fit_or_stop(scene, recipe)
    if recipe.algorithm not in EXACT:
        told = f"{ALGORITHM_LABELS[recipe.algorithm]} does not say where {scene.entity.plural} of other waves belong"
        st.info(f"{told}: choose k-means or a mixture for mixed types.", icon=":material/rule:")
        return
    segmented = naming.choose_segments(scene, recipe)
    followed = _choose_of_segments(segmented)
    asked = trend_results.ask(segmented, followed)
    trend = _found(asked, "segments_trend")
    if trend is not None:
        _draw(segmented, trend, followed, key="segments_over_time")
        _render_table(asked, trend, what="segments-over-time")


def _choose_of_segments(scene: Segmented) -> Followed:
    size = "size"
    amounts = [name for name in scene.described if scene.codebook[name].is_amount]
    shown = links.selectbox(
        "Show",
        [size, *amounts],
        key="of_segments",
        format_func=lambda name: "Size of each" if name == size else f"Median: {scene.codebook.label(name)}",
    )
    return Followed("share", SEGMENT, None) if shown == size else Followed("median", shown, None, by=SEGMENT)
