"""Sections of the page on business owners that no other page has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from lib.charts import explore as charts
from lib.dataset import MEMBERS, ROWS
from lib.estimates.wording import far_off, told_of
from lib.population import Comparison
from lib.prices import price_ratio
from lib.ui.run import results, whole_page
from lib.ui.run.drawing import draw
from lib.ui.scene import controls, grid, links
from lib.ui.scene.address import OF_SEGMENTS
from lib.ui.scene.scene import Scene
from lib.ui.sections import explore
from lib.ui.sections.lead import counted_both_ways
from lib.ui.sections.sidebar import stop_if_empty
from lib.words import literal, percent, within_sentence

BESIDE, SEGMENTS = "beside", "segments"
_PARTS = {BESIDE: "Beside everyone else", SEGMENTS: "Their segments"}

OWNS = Comparison("HBUS", "==", 1.0)
OWNS_NONE = Comparison("HBUS", "==", 0.0)
_LIMIT = 500_000
_LIMIT_IN = 2019
_LIMIT_KEY = "income_limit_"
_LIMIT_CHOSEN, _LIMIT_SHOWN_IN = "income_limit_chosen", "income_limit_shown_in"
_WORTH = ("BUS", "ACTBUS", "NONACTBUS", "KGBUS", "BUSSEFARMINC")


def is_for(scene: Scene) -> bool:
    """Whether the data are of the kind that this page is about."""
    return "small_business" in scene.subject.pages


def owners_of(scene: Scene) -> Scene:
    """The business owners of a scene, shown beside its other households."""
    owners = scene.narrowed("Business owners", OWNS)
    return owners.next_to(scene.narrowed("Others", OWNS_NONE))


def render_share(scene: Scene) -> None:
    """How many own a business, counted both ways."""
    rows, households = counted_both_ways(scene, OWNS)
    owners = scene.view.counted(MEMBERS).narrowed(OWNS)
    size, share = results.size(owners), results.share_within(owners, scene.view.population)
    help_text = far_off(share.low, share.high, percent, "share") or None
    of_members, of_rows = (
        (f"of {scene.entity.plural}", "of the file's rows")
        if scene.view.is_everyone
        else (f"of these {scene.entity.plural}", "of their rows")
    )
    with st.grid(3, min_column_width=150):
        _tile("Owners", percent(households), of_members, help=help_text)
        _tile("Owners in rows", percent(rows), of_rows)
        _tile("Owner households", f"{size.count / 1e6:.1f} M", f"{size.sampled:,} sampled")


def stop_if_none(scene: Scene, owners: Scene) -> None:
    """End the page where nobody on view owns a business: nobody chose that condition, so none is to be loosened."""
    if not results.size(owners.view).rows:
        st.info(f"None of these {scene.entity.plural} owns a business: choose others in the sidebar.")
        whole_page.end()
    stop_if_empty(owners, but=(OWNS,))


def choose_part() -> str:
    """Which of the page's two parts is on view; links of before there were two are known by what they choose."""
    is_of_segments = any(key in OF_SEGMENTS or key.startswith(_LIMIT_KEY) for key in st.query_params)
    return links.segmented(
        "Part of the page",
        _PARTS,
        key="part",
        unsaid=SEGMENTS if is_of_segments else None,
        format_func=_PARTS.__getitem__,
        label_visibility="collapsed",
    )


def render_takeaway(scene: Scene, owners: Scene) -> None:
    """What share owns a business, and the first of their medians that is told from the others'; of rows the first."""
    (rows, members), is_of_rows = counted_both_ways(scene, OWNS), scene.view.counting == ROWS
    said = f"{percent(rows)} of rows" if is_of_rows else percent(members)
    said += " own a business"
    medians = [tile for tile in results.headlines(owners.view) if tile.kind == "median" and not tile.unsure]
    if told := [tile for tile in medians if is_of_rows or tile.more_low > 0 or tile.more_high < 0]:
        first, text = told[0], scene.codebook[told[0].column].text
        others = f"that of {owners.heading.beside.lower()} {text(first.everyone)}"
        said += f"; their {within_sentence(first.label)} is {text(first.value)}, {others}"
    st.header(literal(said), divider="gray")


def _tile(label: str, figure: str, below: str, **options: Any) -> None:  # noqa: ANN401 - others of st.metric
    st.metric(label, figure, below, delta_color="off", delta_arrow="off", border=True, height="stretch", **options)


@whole_page.fragment
def render_owners(scene: Scene, owners: Scene) -> None:
    """Owners beside everyone else: a tab for each question, of which only the open one is computed."""
    tabs: dict[str, tuple[str, Callable[[], None]]] = {
        "who": ("Owners and others", lambda: explore.render_groups(scene, show="INCCAT", by="HBUS", at="owner_")),
        "work": ("Work", lambda: explore.render_groups(scene, show="OCCAT1", by="HBUS", at="work_")),
        "amounts": ("One amount", lambda: explore.render_distribution(owners, amount="AGE", at="owner_")),
        "together": ("Two amounts", lambda: explore.render_relation(scene, by="HBUS", at="owner_")),
        "worth": ("What businesses are worth", lambda: render_worth(owners)),
    }
    opened = links.tabs(tabs, key="owners", format_func=lambda name: tabs[name][0])
    for tab, (_, show) in zip(opened, tabs.values(), strict=True):
        with tab:
            if tab.open:
                show()


def render_worth(owners: Scene) -> None:
    """What the businesses are worth and bring in."""
    codebook = owners.codebook
    rows = []
    for name in (column for column in _WORTH if column in codebook):
        summary = results.spread(owners.view, owners.heading, name).iloc[0]
        text, mean_text = codebook[name].text, codebook[name].mean_text
        figures: dict[str, tuple[str, Callable[[float], str]]] = {
            "At zero": ("zero", percent),
            "Median": ("0.5", text),
            "Mean": ("mean", mean_text),
            "90% below": ("0.9", text),
        }
        said = grid.in_lines(told_of(summary, figure, words) for figure, words in figures.values())
        told = dict(zip(figures, said, strict=True))
        sampled = f"{int(summary['sampled']):,}"
        rows.append({"What": codebook.label(name), **told, "Sampled households": sampled})
    grid.render(pd.DataFrame(rows), alt="What businesses are worth and bring in, among owners")
    controls.chart_note(
        owners,
        "Business equity is net: the extract has already taken off what the business owes and added what the "
        "household lent to it.",
        results.how_sure(owners.view),
    )


def choose_limit(scene: Scene) -> Scene:
    """Owners with income under a limit, in the view's dollars; the limit lives in the link."""
    usual, key = _in_dollars(_LIMIT, _LIMIT_IN, scene.dollars), f"{_LIMIT_KEY}{scene.dollars or ''}"
    state = st.session_state
    chosen, chosen_in = state.get(_LIMIT_CHOSEN, (usual, scene.dollars))
    same = _in_dollars(chosen, chosen_in, scene.dollars)
    if state.get(_LIMIT_SHOWN_IN, scene.dollars) != scene.dollars:
        links.put(key, same)  # a limit that was chosen stays the same amount in other dollars
    limit = links.number(
        "Owners with income under",
        10_000,
        100_000_000,
        usual,
        step=10_000,
        format="%d",
        icon=":material/attach_money:",
        key=key,  # its default follows the dollar year: one control for each
        help=f"${_LIMIT:,} in {_LIMIT_IN} dollars unless you say otherwise, in the dollar year chosen in the sidebar.",
    )
    state[_LIMIT_SHOWN_IN] = scene.dollars
    if limit == usual:
        state.pop(_LIMIT_CHOSEN, None)
    elif limit != same or _LIMIT_CHOSEN not in state:
        state[_LIMIT_CHOSEN] = (limit, scene.dollars)
    if limit == usual != _LIMIT:
        st.caption(literal(f"${usual:,} in {scene.dollars} dollars is what ${_LIMIT:,} were in {_LIMIT_IN}."))
    title = f"Owners, income under ${limit:,.0f}"
    return scene.narrowed(title, OWNS, Comparison("INCOME", "<", float(limit)))


def _in_dollars(amount: int, of: int | None, dollars: int | None) -> int:
    """An amount in the dollars of another year."""
    return round(amount * price_ratio(of, dollars)) if of and dollars else amount


def render_help(scene: Scene, column: str) -> None:
    """What helps to choose features: which amounts vary most, and how one of them is spread."""
    label = "Which amounts differ most"
    bind = links.bound("differ", switch=label)
    with st.expander(label, icon=":material/straighten:", key="differ", bind=bind) as helping:
        if helping.open:
            explore.render_variance(scene, at="owner_")
            _render_box(scene, column)


def _render_box(scene: Scene, column: str) -> None:
    """Box plot of one amount among these households and those beside them."""
    variable = scene.codebook[column]
    summary = results.spread(scene.view, scene.heading, column)
    own = summary.iloc[0]
    sentence = (
        f"{variable.label}: a quarter of {scene.title} has less than {told_of(own, '0.25', variable.text)}, a quarter "
        f"more than {told_of(own, '0.75', variable.text)}; the whiskers hold the middle four fifths."
    )
    draw(lambda: charts.boxes(summary, variable, scene.dollars), scene, column, alt_text=sentence, key="box_chart")
    controls.chart_note(scene, results.how_sure(scene.view))
