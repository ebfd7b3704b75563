"""Sections of the page on methods and data."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from lib.ui.scene import controls
from lib.ui.scene.view import View

_METHODS = """
- **A row is not a household.** The survey interviews about 5,000 households and fills in unanswered amounts five
  times: every household is five rows, its *implicates*. The weights are already divided by five, so that they sum
  to the number of US households over all rows.
- **The sample is rich on purpose.** Wealthy households are interviewed more often than their share. Counting rows
  therefore overstates them: 27.4 % of the rows of 2019 own a business, but 13.4 % of households do.
- **Means and shares** are weighted over all rows, which equals the mean of the five implicates' estimates.
- **Medians and quantiles** pool all rows: sort, and take the first value whose cumulative weight reaches the share.
  This is the rule of the Federal Reserve's public tables.
- **Standard errors** have a part for the imputation, sqrt(6/5 x variance of the implicates' estimates), and a part
  for the sample that needs the separate file of replicate weights. The first part alone is far too small and is not
  shown as an error.
- **Rows** can be counted instead, every one once and without weights, as well-known notebooks do. Their printed
  figures then come out to the last digit.
- **Dollars** of another year follow the September CPI-U-RS; counts, shares and ratios stay as they are.
- **Thin figures** rest on fewer than 30 sampled households and are shown pale.
- **Variance** is trimmed by a tenth of the households at each end unless the plain one is asked for.
"""

_SEGMENTS = """
- **Segments** are found by weighted k-means over all rows, from 50 starts (20 for more than 10,000 rows), in one
  thread and with a fixed seed: the same choices give the same segments. They are numbered by their centroid's value
  of the first feature, ascending.
- **The scale** is bent and made comparable before distances are taken, both weighted. *Log-like* is asinh(x / s), s
  being the weighted median of the column's non-zero amounts; *ranks* are weighted mid-ranks; *capped* cuts at the 1st
  and 99th weighted percentile. Centroids are shown in dollars again.
- **Silhouettes** are exact: within each implicate, weighted, then averaged, so that no household lies beside its own
  near-copies. With all weights one they are scikit-learn's.
- **How many segments** is advised, not decreed: the knee of inertia (kneedle, and only where inertia falls at least
  twice as fast before it as behind), the silhouette, Calinski-Harabasz, Davies-Bouldin, and the most segments of
  which none is thin.
- **Stability**: households are drawn anew with all their implicates, segmented again, and compared by Jaccard
  similarity; the words for it are Hennig's (2007).
- **Maps**: PCA of the weighted covariance; t-SNE and UMAP on one implicate, started from PCA, seeded. Trustworthiness
  and the share of neighbours kept say what a map is worth. Distances between islands mean little.
- **The well-known notebooks** count rows, start k-means once and take silhouettes in raw units. Their box shows what
  they would print for the same choice.
"""

_SOURCES = """
The **Survey of Consumer Finances** is made by the Board of Governors of the Federal Reserve System with the
Department of the Treasury, every three years. The app reads its *summary extract public data*, which is in the
public domain:
[federalreserve.gov/econres/scfindex.htm](https://www.federalreserve.gov/econres/scfindex.htm).

The Federal Reserve republishes old waves in the newest wave's dollars under the old file names. The app tells wave
and dollar year from the content of a file, not from its name.

To cite: Board of Governors of the Federal Reserve System, *Survey of Consumer Finances*, summary extract public data,
with the year of the survey and the dollar year shown in the sidebar.
"""

_SAMPLE = """
The **synthetic sample** that comes with the app is drawn from a statistical model of the 2019 survey. It has as many
households, implicates and columns, its accounts add up, and its weighted figures are near the real ones. No row of it
is a real household, and none of its figures should be quoted.
"""


def render_methods() -> None:
    """The rules by which every figure is made."""
    st.subheader("Estimates")
    st.markdown(_METHODS)
    st.subheader("Segments and maps")
    st.markdown(_SEGMENTS)


def render_dictionary(view: View) -> None:
    """All columns with label, definition, unit and values; searchable."""
    wanted = st.text_input(
        "Search", key="dictionary", bind="query-params", placeholder="mortgage, checking, TURNFEAR ..."
    )
    rows = [
        {
            "Label": variable.label,
            "Definition": variable.definition,
            "Unit": " ".join(filter(None, (variable.unit, variable.period if variable.unit == "dollars" else ""))),
            "Group": variable.group,
            "Values": "; ".join(f"{code:g} {label}" for code, label in variable.values.items()),
            "Column": name,
        }
        for name, variable in view.codebook.items()
    ]
    table = pd.DataFrame(rows)
    if wanted:
        found = table.apply(lambda column: column.str.contains(wanted, case=False, regex=False)).any(axis=1)
        table = table[found]
    if table.empty:
        st.info(f"No column mentions “{wanted}”: try a shorter word.")
        return
    st.dataframe(
        table,
        hide_index=True,
        height=520,
        column_config={
            "Label": st.column_config.TextColumn(width="medium", pinned=True),
            "Definition": st.column_config.TextColumn(width="large"),
        },
        alt=f"Data dictionary, {len(table)} columns",
    )
    st.caption(f"{len(table):,} of {len(rows):,} columns of {view.about.name}.")


def render_sources(view: View) -> None:
    """Sources, how to cite, and what the sample is."""
    st.markdown(_SOURCES)
    st.markdown(_SAMPLE)
    st.caption(f"On view now: {controls.source_line(view)}; {view.about.vintage}.")
