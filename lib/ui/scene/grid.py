"""Tables of a few figures as HTML: names wrap, figures stand right, and where there is little room each row is a card.

A grid on canvas can do none of that, and who does not see it is told a table of its own only when it has the focus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

import pandas as pd
import streamlit as st

from lib.charts import theme
from lib.charts.looks import place_of, shape_of, title_of

_GLYPHS: Mapping[str, str] = {
    "circle": "●", "square": "■", "triangle-up": "▲", "diamond": "◆", "cross": "✚", "triangle-down": "▼",
    "triangle-right": "▶", "triangle-left": "◀",
}  # fmt: skip
"""The shapes of segments as letters."""

_STYLE = """<style>
.figures{container-type:inline-size;overflow-x:auto}
.figures table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
.figures th,.figures td{padding:.45rem .7rem;text-align:right;vertical-align:top;border-bottom:1px solid #8884}
.figures thead th{font-weight:600;font-size:.85em;vertical-align:bottom}
.figures th:first-child{text-align:left;font-weight:400;min-width:8rem;overflow-wrap:anywhere}
.figures small{display:block;opacity:.8;text-wrap:balance}
@container (max-width:%WIDTHrem){
.figures.%NAME thead{position:absolute;clip-path:inset(50%)}
.figures.%NAME :is(table,tbody,tr,th,td){display:block}
.figures.%NAME tr{border:1px solid #8886;border-radius:.5rem;margin-bottom:.75rem;padding:.3rem}
.figures.%NAME td{display:flex;justify-content:space-between;gap:1rem;border:0;padding:.2rem .5rem}
.figures.%NAME td:empty{display:none}
.figures.%NAME td::before{content:attr(data-of);text-align:left;white-space:normal}
.figures.%NAME tbody th{font-weight:600}}
</style>"""

_NARROW, _NAME_WIDTH, _FIGURE_WIDTH = 34, 8, 4.4
"""Room in rem below which every table is cards, and what a wider one needs for names and for each column of figures."""

_KEY_STYLE = "<style>.key{overflow-wrap:anywhere;line-height:1.5}</style>"


def render(table: pd.DataFrame, *, alt: str, heads: Mapping[str, int] | None = None) -> None:
    """A table of figures that can be read at any width.

    Args:
        table: Texts. The first column says what a row is, the others are figures; of several lines in a cell the first
            is the figure, those below it say how sure it is or what else is to be known. Where the index holds numbers
            of segments and is named "segment", rows have their colour and shape.
        alt: What it says, for those who do not see it.
        heads: Columns that are of one segment, and its number: they have its colour and shape above them.
    """
    st.html(written(table, alt=alt, heads=heads))


def written(table: pd.DataFrame, *, alt: str, heads: Mapping[str, int] | None = None) -> str:
    """The same as HTML, for who keeps it; whatever the table says is text in it."""
    return _style(len(table.columns) - 1) + html_of(table, alt=alt, heads=heads or {})


def _style(figures: int) -> str:
    """The looks of a table with so many columns of figures: where these have no room its rows are cards."""
    width = max(_NARROW, round(_NAME_WIDTH + _FIGURE_WIDTH * figures))
    return _STYLE.replace("%WIDTH", str(width)).replace("%NAME", f"of{figures}")


def in_lines(told: Iterable[str]) -> list[str]:
    """Figures in words, each with what stands behind it in brackets on a line of its own."""
    return [words.replace(" (", "\n(", 1) for words in told]


def render_key(names: Mapping[int, str]) -> None:
    """Colour, shape and name of each segment on view."""
    st.html(f'{_KEY_STYLE}<div class="key" role="list">{"".join(map(_named, names, names.values()))}</div>')


def _named(number: int, name: str) -> str:
    return f'<div role="listitem">{_mark(number)}{_escaped(title_of(number, {number: name}))}</div>'


def html_of(table: pd.DataFrame, *, alt: str, heads: Mapping[str, int]) -> str:
    """The table itself; whatever it says is text."""
    first, *others = map(str, table.columns)
    head = "".join(
        f'<th scope="col" role="columnheader">{_mark(heads[name]) if name in heads else ""}{_escaped(name)}</th>'
        for name in (first, *others)
    )
    rows = []
    for number, (name, *cells) in zip(table.index, table.itertuples(index=False, name=None), strict=True):
        mark = _mark(int(number)) if table.index.name == "segment" else ""
        told = "".join(
            f'<td role="cell" data-of="{_escaped(column)}">{_cell(str(cell))}</td>'
            for column, cell in zip(others, cells, strict=True)
        )
        rows.append(f'<tr role="row"><th scope="row" role="rowheader">{mark}{_cell(str(name))}</th>{told}</tr>')
    return (
        f'<div class="figures of{len(others)}" role="region" tabindex="0" aria-label="{_escaped(alt)}">'
        '<table role="table">'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead><tbody role="rowgroup">{"".join(rows)}</tbody>'
        "</table></div>"
    )


def _mark(number: int) -> str:
    """The shape of a segment in its colour, on light and on dark ground."""
    light, dark = theme.PAIRS["everyone"] if place_of(number) == 0 else theme.SEGMENT_PAIRS[place_of(number) - 1]
    colour = f"light-dark({light},{dark})"
    return f'<span aria-hidden="true" style="color:{colour}">{_GLYPHS[shape_of(number)]}</span> '


def _cell(text: str) -> str:
    figure, *below = text.split("\n")
    return _escaped(figure) if not below else f"<span>{_escaped(figure)}{''.join(map(_small, below))}</span>"


def _small(text: str) -> str:
    return f"<small>{_escaped(text)}</small>"


def _escaped(text: str) -> str:
    return escape(text, quote=True)
