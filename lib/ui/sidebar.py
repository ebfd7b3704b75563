"""The sidebar: which data, which households, how they are counted, and how many that is."""

from __future__ import annotations

import streamlit as st

from lib.dataset import COUNTINGS, Counting
from lib.estimates import THIN
from lib.population import NAMED, Population
from lib.ui import conditions, fetching, results
from lib.ui import view as views
from lib.ui.view import View


def choose_view() -> View:
    """Draw the sidebar and return what it says."""
    with st.sidebar:
        source, dollars = _choose_data()
        st.subheader("Who")
        who = st.selectbox(
            "Households",
            list(NAMED),
            format_func=lambda key: NAMED[key].label,
            key="who",
            bind="query-params",
            help="Dollar limits are stated in 2019 dollars and follow the dollar year chosen above.",
        )
        named = NAMED[who].population(dollars)
        base = View(source, views.stamp_of(source), dollars, named, NAMED[who].label, "households")
        own = conditions.choose(base)
        counting = _choose_counting()
        population = Population((*named.conditions, *own.conditions))
        title = NAMED[who].label if not own.conditions else _title(who, own, base)
        view = View(source, base.stamp, dollars, population, title, counting)
        _show_size(view)
        fetching.offer()
    return view


def _choose_data() -> tuple[str, int | None]:
    sources = views.sources()
    st.subheader("Data")
    fetching.offer_missing()
    source = st.selectbox(
        "Survey",
        list(sources),
        format_func=sources.__getitem__,
        key="data",
        bind="query-params",
        help="The Survey of Consumer Finances of the Federal Reserve Board.",
    )
    about = views.load(source, views.stamp_of(source), None, ())
    if about.synthetic:
        st.caption(
            ":material/science: **Synthetic sample**: drawn from a model of the 2019 survey. "
            "No row is a real household."
        )
    elif about.wave:
        st.caption(f"Survey of {about.wave}, {about.vintage}. {' '.join(about.notes)}")
    if about.dollars is None or about.wave is None:
        return source, None
    years = sorted({about.wave, about.dollars, 2019, 2022})
    dollars = st.selectbox(
        "Amounts in",
        years,
        index=years.index(about.dollars),
        format_func=lambda year: f"{year} dollars",
        key="dollars",
        bind="query-params",
    )
    return source, dollars


def _choose_counting() -> Counting:
    return st.segmented_control(
        "Count",
        list(COUNTINGS),
        default="households",
        required=True,
        format_func=str.capitalize,
        key="count",
        bind="query-params",
        help="Households: every row with its survey weight, the five implicates of a household together as one. "
        "Rows: every row of the file once, as well-known notebooks count.",
        width="stretch",
    )


def _title(who: str, own: Population, base: View) -> str:
    words = own.words(base.codebook)
    named = "" if who == "everyone" else f"{NAMED[who].label}; "
    return f"{named}{words}" if len(words) <= 60 else f"{named}{len(own.conditions)} own conditions"


def _show_size(view: View) -> None:
    size = results.size(view)
    count = f"{size.count / 1e6:.1f} million households" if view.counting == "households" else f"{size.rows:,} rows"
    with st.container(border=True):
        st.markdown(f"**{count}**  \n{size.share:.1%} of all {view.unit}")
        st.caption(f"Rests on {size.sampled:,} sampled households ({size.rows:,} rows of the file).")
        if 0 < size.sampled < THIN:
            st.caption(f":material/warning: Fewer than {THIN} sampled households: too few to rely on.")


def stop_if_empty(view: View) -> None:
    """Where nobody meets the conditions, say so, suggest what to loosen, and end the page."""
    if results.size(view).rows:
        return
    st.warning("No household meets all of these conditions.", icon=":material/group_off:")
    suggestions = [
        f"- without *{condition.words(view.codebook)}*: {sampled:,} sampled households"
        for condition, sampled in results.loosened(view)
        if sampled
    ]
    if suggestions:
        st.markdown("\n".join(["What to loosen:", "", *suggestions]))
    else:
        st.markdown("No single condition is the cause: remove two or more of them in the sidebar.")
    st.stop()
