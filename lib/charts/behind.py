"""The figures behind a chart as a table: what its tooltips tell, for all that it draws at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from lib.charts.theme import PERCENT
from lib.words import percent

_PARTS = ("layer", "concat", "hconcat", "vconcat")
Tips = list[Mapping[str, Any]]


def table_of(spec: Mapping[str, Any], sign: str = "$") -> pd.DataFrame:
    """The rows of a chart in words, a column for each line of its tooltip; of several layers that with most rows.

    Args:
        spec: A specification that holds its rows, as ``Finished.written_out`` gives it.
        sign: Of the currency, for which $ stands in formats.

    Returns:
        Texts; empty where nothing has a tooltip.
    """
    datasets = spec.get("datasets", {})
    found = [(_rows(view, datasets), tips) for view, tips in _told(spec, {})]
    rows, tips = max(found, key=lambda one: len(one[0]), default=(pd.DataFrame(), []))
    columns = {str(tip.get("title", tip["field"])): tip for tip in tips if tip["field"] in rows}
    return pd.DataFrame(
        {title: rows[tip["field"]].map(_said(tip.get("format"), sign)) for title, tip in columns.items()}
    )


def _told(view: Mapping[str, Any], above: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], Tips]]:
    """Each part of a chart that has tooltips, with the data and lookups that it has from above."""
    own = {
        "data": view.get("data", above.get("data", {})),
        "transform": [*above.get("transform", []), *view.get("transform", [])],
    }
    tips = view.get("encoding", {}).get("tooltip")
    if isinstance(tips, list):
        yield own, [tip for tip in tips if "field" in tip]
    for part in _PARTS:
        for inner in view.get(part, ()):
            yield from _told(inner, own)


def _rows(view: Mapping[str, Any], datasets: Mapping[str, Any]) -> pd.DataFrame:
    rows = pd.DataFrame(datasets.get(view["data"].get("name"), []))
    for step in view["transform"]:
        if "lookup" in step and step["lookup"] in rows:
            other = step["from"]
            found = pd.DataFrame(datasets.get(other["data"]["name"], []), columns=[other["key"], *other["fields"]])
            rows = rows.merge(found, "left", left_on=step["lookup"], right_on=other["key"], suffixes=("", " again"))
    return rows


def _said(form: str | None, sign: str) -> Callable[[Any], str]:
    """How a value is said, given the d3 format of its tooltip."""

    def said(value: Any) -> str:  # noqa: ANN401 - whatever a table holds
        if pd.isna(value):
            return ""
        if isinstance(value, str) or form is None:
            return f"{value}"
        if form == PERCENT:
            return percent(value)
        text = f"{abs(value):{form.removeprefix('$')}}"
        return f"{'-' if value < 0 else ''}{sign if form.startswith('$') else ''}{text}"

    return said
