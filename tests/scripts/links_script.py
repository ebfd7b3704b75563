"""Every kind of control that lives in the address, on two pages, for tests of the address alone."""

import streamlit as st

from lib.ui.scene import links

WHO = {"everyone": "Everyone", "fearful": "Denied credit or feared it", "owners": "Own a business"}
PLACES = {"cards": "Cards", "lenses": "Lenses", "hand-on": "Hand on"}
COLUMNS = {"AGE": "Age", "DEBT": "All debt", "INCOME": "Income", "DENIED": "Age, denied"}


def sidebar() -> None:
    """What is on both pages."""
    with st.sidebar:
        who = links.selectbox("Households", WHO, key="who", format_func=WHO.__getitem__)
        count = links.segmented("Count", ("households", "rows"), key="count", format_func=str.capitalize)
    st.write(f"who is {who}, count is {count}")


def first() -> None:
    """Controls whose options and defaults change, and a fragment."""
    sidebar()
    fewer = st.toggle("Fewer columns")
    names = [name for name in COLUMNS if not fewer or name != "INCOME"]
    default = "DEBT" if st.toggle("Debt first") else "AGE"
    words = " in words" if st.toggle("Other words") else ""
    show = links.selectbox(
        "Show", names, key="show", default=default, format_func=lambda name: f"{COLUMNS[name]}{words}"
    )
    steps = links.slider("Steps", 1, 9, 4, key="steps")
    st.write(f"show is {show}, steps is {steps}")
    if not st.toggle("No list"):
        own = links.multiselect("Own", names, key="own", default=["AGE"], max_selections=2, format_func=COLUMNS.get)
        st.write(f"own is {' '.join(own)}")
    maps = links.pills(
        "Maps", ("pca", "tsne", "umap"), key="maps", default=("pca", "tsne"), format_func=str.upper,
        formerly={"Principal components": "pca"},
    )  # fmt: skip
    st.write(f"maps is {' '.join(maps)}")
    if not st.toggle("No tabs"):
        room = links.tabs(PLACES, key="use", format_func=PLACES.__getitem__)
        for name, tab in zip(PLACES, room, strict=True):
            if tab.open:
                tab.write(f"use is {name}")
    folded()
    apart()
    both_pages()
    st.write("; ".join(f"{one.label}: {one.value}" for one in links.not_understood()))


def folded() -> None:
    """Controls that are not drawn until somebody wants to see them."""
    with links.undrawn(not st.toggle("Unfold")):
        name = links.text_input("Name", "Segment one", key="name", longest=20)
        depth = links.slider("Depth", 0.0, 1.0, 0.5, 0.1, key="depth")
        sorts = links.pills("Sorts", ("a", "b"), key="sorts", default=("a",))
        many = links.number("Many", 1, 99, 5, key="many")
        on = links.toggle("On", key="on")
    st.write(f"name is {name}, depth is {depth}, sorts is {' '.join(sorts)}, many is {many}, on is {on}")


@st.fragment
def apart() -> None:
    """A fragment runs alone."""
    lens = links.segmented("Lens", ("credit-risk", "market"), key="lens", format_func=str.title)
    st.write(f"lens is {lens}")


def both_pages() -> None:
    """Controls of two pages under one key: for Streamlit they are others, for the visitor the same."""
    scale = links.segmented("Scale", ("none", "log", "ranks"), key="scale", default="log")
    by = links.selectbox("Comparable by", ("none", "spread"), key="by", default="spread")
    k = links.slider("Number", 2, 12, 4, key="k")
    of = links.pills("Of", ("a", "b"), key="of", default=("a",))
    few = links.multiselect("Few", ("x", "y"), key="few", default=["x"])
    st.write(f"both: {scale}, {by}, {k}, {' '.join(of)}, {' '.join(few)}.")


def second() -> None:
    """Another page, without the controls of the first."""
    sidebar()
    both_pages()
    st.write("the second page")


with links.whole_page():
    st.navigation([st.Page(first, title="First", default=True), st.Page(second, title="Second")]).run()
