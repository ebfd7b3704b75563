"""The sidebar: which data, which households, how they are counted, and how many that is."""

from __future__ import annotations

import streamlit as st

from lib.dataset import COUNTINGS, Counting
from lib.estimates import THIN
from lib.population import NAMED, Population
from lib.ui.run import results
from lib.ui.scene import conditions, controls, fetching
from lib.ui.scene import view as views
from lib.ui.scene.view import LINK_VERSION, View

_AS_IN_THE_FILE = 0


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
    if st.query_params.get("v", LINK_VERSION) != LINK_VERSION:
        st.warning("The link was made by another version of the app: some choices may differ.", icon=":material/link:")
    for reason in views.unreadable():
        st.warning(f"{reason} The app goes on without it.", icon=":material/broken_image:")
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
    chosen = st.selectbox(
        "Amounts in",
        [_AS_IN_THE_FILE, *years],
        format_func=lambda year: f"{year} dollars" if year else f"Dollars of the file ({about.dollars})",
        key="dollars",
        bind="query-params",
    )
    return source, chosen or about.dollars


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
    words = own.words(base.codebook, base.dollars)
    named = "" if who == "everyone" else f"{NAMED[who].label}; "
    return f"{named}{words}" if len(words) <= 60 else f"{named}{len(own.conditions)} own conditions"


def _show_size(view: View) -> None:
    size = results.size(view)
    with st.container(border=True):
        st.markdown(f"**{controls.count_words(size, view)}**  \n{size.share:.1%} of all {view.unit}")
        st.caption(f"Rests on {controls.sampled_words(size.sampled)} ({size.rows:,} rows of the file).")
        if 0 < size.sampled < THIN:
            st.caption(f":material/warning: Fewer than {THIN} sampled households: too few to rely on.")


def stop_if_empty(view: View) -> None:
    """Where few or none meet the conditions, say so and suggest what to loosen; without anybody the page ends."""
    size = results.size(view)
    if size.sampled >= THIN:
        return
    few = f"Only {controls.sampled_words(size.sampled)} meet all of these conditions: too few to rely on."
    st.warning(few if size.rows else "No household meets all of these conditions.", icon=":material/group_off:")
    suggestions = [
        f"- without *{view.words(condition)}*: {controls.sampled_words(sampled)}"
        for condition, sampled in results.loosened(view)
        if sampled > size.sampled
    ]
    if suggestions:
        st.markdown("\n".join(["What to loosen:", "", *suggestions]))
    elif view.population.conditions:
        st.markdown("No single condition is the cause: remove two or more of them in the sidebar.")
    if not size.rows:
        st.stop()
