"""Controls that pages share: choosing columns by label, and what goes under a chart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lib.dataset import Codebook
from lib.estimates import THIN
from lib.population import Size
from lib.ui.scene.view import View

_FEW = 100_000
"""Households below which they are not counted in millions."""


def pick_column(
    label: str,
    names: Sequence[str],
    codebook: Codebook,
    *,
    default: str,
    key: str,
    help_text: str | None = None,
) -> str:
    """Choose one column by its label; the choice lives in the link."""
    names = list(names)
    return st.selectbox(
        label,
        names,
        index=names.index(default) if default in names else 0,
        format_func=codebook.label,
        key=key,
        bind="query-params",
        help=help_text,
    )


def pick_columns(
    label: str, names: Sequence[str], codebook: Codebook, *, default: Sequence[str], key: str, most: int
) -> tuple[str, ...]:
    """Choose several columns by their labels; the choice lives in the link."""
    names = list(names)
    chosen = st.multiselect(
        label,
        names,
        default=[name for name in default if name in names],
        format_func=codebook.label,
        key=key,
        bind="query-params",
        max_selections=most,
    )
    return tuple(chosen[:most])


def source_line(view: View) -> str:
    """What every figure rests on: data, dollars, counting, and that a sample is synthetic."""
    about = view.about
    counted = "weighted to households" if view.counting == "households" else "every row counted once"
    dollars = f"{about.dollars} dollars, " if about.dollars else ""
    name = f"**{about.name}, not real households**" if about.synthetic else about.name
    return f"{name} · {dollars}{counted}"


def chart_note(view: View, *sentences: str) -> None:
    """The line under a chart: what it says, then what it rests on."""
    st.caption(" ".join([*filter(None, sentences), source_line(view) + "."]))


def table_of(frame: pd.DataFrame, columns: dict[str, object], *, alt: str) -> None:
    """A table with the same figures as a chart, closed until somebody asks for it."""
    with st.expander("The same figures as a table"):
        st.dataframe(frame, column_config=columns, hide_index=True, alt=alt)  # type: ignore[arg-type]


def thin_note(table: pd.DataFrame) -> str:
    """How many bars of a chart of shares are pale, and why."""
    thin = int(table["thin"].sum())
    if not thin:
        return ""
    pale = "1 pale figure rests" if thin == 1 else f"{thin} pale figures rest"
    return f"{pale} on fewer than {THIN} sampled households."


def count_words(size: Size, view: View) -> str:
    """How many households (or rows) a population is, in words."""
    if view.counting == "rows":
        return f"{size.rows:,} rows"
    if size.count < _FEW:
        return f"{size.count:,.0f} households"
    return f"{size.count / 1e6:.1f} million households"


def short_count(size: Size, view: View) -> str:
    """The same number for a tile."""
    if view.counting == "rows" or size.count < _FEW:
        return f"{size.rows if view.counting == 'rows' else size.count:,.0f}"
    return f"{size.count / 1e6:.1f} M"


def sampled_words(number: int) -> str:
    """So many sampled households, in words."""
    return "1 sampled household" if number == 1 else f"{number:,} sampled households"
