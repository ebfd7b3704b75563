"""Controls that pages share: choosing columns by label, and what goes under a chart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Literal

import pandas as pd
import streamlit as st

from lib.dataset import ROWS, Codebook, Dataset
from lib.estimates.wording import how_many_unsure
from lib.population import Size
from lib.tables.cells import on_screen
from lib.ui.scene import links
from lib.ui.scene.scene import Scene
from lib.words import counted, literal, slug

_FEW = 100_000
"""Members below which they are not counted in millions."""


def leading(wanted: Sequence[str], names: Sequence[str], number: int | None = None) -> list[str]:
    """So many of ``names`` to begin with, or all: those that are wanted and there, then the others as they come."""
    known = [name for name in wanted if name in names]
    return [*known, *(name for name in names if name not in known)][:number]


@contextmanager
def folded(label: str, *, key: str, icon: str) -> Iterator[Any]:
    """An expander whose controls (of ``links``) are drawn while it is open; closed they only say what is chosen.

    Yields:
        The expander. What is no control is to be drawn only where it is ``open``, which ``links.are_drawn()`` asks.
    """
    box = st.expander(label, icon=icon, key=key, on_change="rerun")
    with box, links.undrawn(not box.open):
        yield box


def grid(columns: int, **st_options: Any) -> AbstractContextManager[Any]:  # noqa: ANN401 - others of st.grid
    """``st.grid`` of controls; nothing where they are not drawn."""
    return st.grid(columns, **st_options) if links.are_drawn() else nullcontext()


def pick_column(
    label: str,
    names: Sequence[str],
    codebook: Codebook,
    *,
    default: str,
    key: str,
    help_text: str | None = None,
    unsaid: str | None = None,
) -> str:
    """Choose one column by its label; the choice lives in the link, where an old one may have left it ``unsaid``."""
    return links.selectbox(
        label, names, key=key, default=default, format_func=codebook.label, unsaid=unsaid, help=help_text
    )


def pick_columns(
    label: str, names: Sequence[str], codebook: Codebook, *, default: Sequence[str], key: str, most: int
) -> tuple[str, ...]:
    """Choose several columns by their labels; the choice lives in the link."""
    return tuple(
        links.multiselect(label, names, key=key, default=default, max_selections=most, format_func=codebook.label)
    )


def pick_trim(key: str, help_text: str) -> float:
    """Choose whether a variance leaves out the extremes: the share left out at either end."""
    trims = {"trimmed": 0.1, "plain": 0.0}
    chosen = links.segmented("Variance", trims, key=key, format_func=str.capitalize, help=help_text)
    return trims[chosen]


def source_line(scene: Scene) -> str:
    """What every figure rests on, in Markdown: data, dollars, counting, and that a sample is synthetic."""
    about, members = scene.about, scene.entity.plural
    weighted = scene.view.counting != ROWS and about.weight is not None
    counted = f"weighted to {members}" if weighted else "every row counted once"
    dollars = f"{about.dollars} dollars, " if about.dollars else ""
    called = literal(about.name)
    name = f"**{called}, not real {members}**" if about.synthetic else called
    return f"{name} · {dollars}{counted}"


def model_words(about: Dataset) -> str:
    """What synthetic data are drawn from: "a model of the 2019 survey"."""
    wave = f"{about.wave} " if about.wave else ""
    return f"a model of the {wave}{about.subject.wording.source.lower()}"


def emphasis() -> Literal["primary", "secondary"]:
    """The kind of the button that leads on: Streamlit writes it in white, too pale on the dark theme's blue."""
    return "secondary" if st.context.theme.type == "dark" else "primary"


def contents(*headings: str) -> None:
    """A list of what is on a long page, each a way there."""
    st.markdown(" · ".join(f"[{heading}](#{slug(heading)})" for heading in headings))


def implicates_are(about: Dataset) -> str:
    """What implicates are, in a sentence, where the word stands; empty where there are none."""
    if about.implicates == 1:
        return ""
    return (
        f"Implicates are the {about.implicates} versions of each {about.entity.singular} that the file has, "
        "its missing answers filled in anew in each."
    )


def chart_note(scene: Scene, *sentences: str) -> None:
    """The line under a chart: what it says, then what it rests on."""
    st.caption(" ".join([*map(literal, filter(None, sentences)), source_line(scene) + "."]))


def dataframe(frame: pd.DataFrame, *, alt: str, hide_index: bool = True, **options: Any) -> None:  # noqa: ANN401
    """A table on the page; what its own menu saves starts no formula.

    Args:
        frame: The table.
        alt: What it says, for those who do not see it.
        hide_index: Whether its index is left out.
        options: Others of ``st.dataframe``.
    """
    right = {str(name): st.column_config.Column(alignment="right") for name in frame if _is_of_figures(frame[name])}
    columns = {**right, **options.pop("column_config", {})}
    st.dataframe(on_screen(frame), alt=alt, hide_index=hide_index, column_config=columns, **options)


_FIGURE = re.compile(r"[-+]?[^\w\s]?\d[\d,.]*(?:[%KMB×]|\b)(?! [^\W\d]{3})")


def _is_of_figures(column: pd.Series) -> bool:
    """Whether all cells of a column of texts are figures, which stand right as numbers do."""
    texts = [cell for cell in column if isinstance(cell, str) and cell]
    return bool(texts) and all(_FIGURE.match(cell) for cell in texts)


def table_of(make: Callable[[], pd.DataFrame], columns: dict[str, object], *, alt: str, key: str) -> None:
    """A table with the same figures as a chart, closed and not made until somebody asks for it."""
    with st.expander("The same figures as a table", key=key, on_change="rerun") as asked:
        if asked.open:
            dataframe(make()[list(columns)], column_config=columns, alt=alt)


def unsure_note(scene: Scene, table: pd.DataFrame) -> str:
    """How many bars of a chart of shares are pale, and why."""
    told = bool(table["low"].notna().any())
    number = int(table["unsure"].sum())
    return how_many_unsure(number, scene.entity, "pale figure", "pale figures", by_intervals=told)


def count_words(scene: Scene, size: Size) -> str:
    """How many members (or rows) a population is, in words."""
    if scene.view.counting == ROWS:
        return counted(size.rows, "row")
    return many(scene, size.count, digits=1)


def many(scene: Scene, count: float, *, digits: int = 2) -> str:
    """So many members, in millions where they are many."""
    if count < _FEW:
        return scene.entity.several(count)
    return f"{count / 1e6:.{digits}f} million {scene.entity.plural}"


def short_count(scene: Scene, size: Size) -> str:
    """How many members (or rows) a population is, for a tile."""
    if scene.view.counting == ROWS or size.count < _FEW:
        return f"{size.rows if scene.view.counting == ROWS else size.count:,.0f}"
    return f"{size.count / 1e6:.1f} M"
