"""Bring a table of one's own: what is in it, what its columns mean, cleaning, deriving, and on to the pages."""

from lib.ui.scene import routing

routing.enter("pages/your_table.py")

import streamlit as st  # noqa: E402

from lib.ui.run import whole_page  # noqa: E402
from lib.ui.sections import bring as sections  # noqa: E402
from lib.ui.sections import clean, derive  # noqa: E402

st.title("Your own table")
made = sections.bring()
if made is None:
    whole_page.end()

sections.render_size(made)
sections.offer(made)
clean.render_ledger(made)

columns, cleaning, deriving = st.tabs(["Columns", "Clean", "Derive"], key="own_tab", on_change="rerun")
if columns.open:
    with columns:
        sections.render_columns_of(made)
if cleaning.open and made.prepared is not None:
    with cleaning:
        clean.render(made.prepared.data)
if deriving.open and made.prepared is not None:
    with deriving:
        derive.render(made.prepared.data)
