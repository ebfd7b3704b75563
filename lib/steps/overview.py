"""What there is to clean in a table: blanks and where they meet, outliers, repeated rows, rare categories."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lib.dataset import Dataset
from lib.steps.categories import shares_of
from lib.steps.clean import fences

PATTERNS = 10
"""Combinations of blanks that are listed, the commonest first."""


def missing(data: Dataset) -> pd.DataFrame:
    """Columns that lack values, those that lack most first; what was made from others comes last.

    Returns:
        By name of the column: "label", "blank" (rows), "share" of the rows.
    """
    blank = data.frame.isna().sum()
    blank = blank[blank > 0].sort_values(ascending=False, kind="stable")
    blank = blank[sorted(blank.index, key=made(data).__contains__)]
    return pd.DataFrame(
        {
            "label": [data.codebook.label(name) for name in blank.index],
            "blank": blank.to_numpy(dtype=np.int64),
            "share": blank.to_numpy() / max(len(data), 1),
        },
        index=pd.Index(blank.index, name="column"),
    )


def missing_together(data: Dataset) -> pd.DataFrame:
    """In which columns of the file together rows lack a value, the commonest combination first.

    Returns:
        "columns" (labels, a tuple of two or more) and "rows"; at most ``PATTERNS`` combinations.
    """
    names = [name for name in missing(data).index if name not in made(data)]
    if not names:
        return pd.DataFrame({"columns": [], "rows": []})
    blank = data.frame[names].isna()
    counted = blank[blank.sum(axis=1) > 1].value_counts().head(PATTERNS)
    if counted.empty:
        return pd.DataFrame({"columns": [], "rows": []})
    labels = [data.codebook.label(name) for name in names]
    together = [tuple(label for label, is_blank in zip(labels, row, strict=True) if is_blank) for row in counted.index]
    return pd.DataFrame({"columns": together, "rows": counted.to_numpy(dtype=np.int64)})


def outliers(data: Dataset) -> pd.DataFrame:
    """Amounts with values beyond Tukey's fences, those with most of them first.

    Returns:
        By name of the column: "label", "low" and "high" fence, rows "below" and "above", "least" and "most" value.
    """
    rows = {}
    for name in data.codebook.amounts():
        values = data.values(name)
        if name in data.frame and np.isfinite(values).any():
            low, high = fences(data, name)
            below, above = int((values < low).sum()), int((values > high).sum())
            least, most = float(np.nanmin(values)), float(np.nanmax(values))
            if below + above:
                rows[name] = (data.codebook.label(name), low, high, below, above, least, most)
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=["label", "low", "high", "below", "above", "least", "most"]
    )
    return table.iloc[np.argsort(-(table["below"] + table["above"]).to_numpy(), kind="stable")]


def made(data: Dataset) -> set[str]:
    """Columns that the kind of table makes from others when it is read."""
    return {one.column for one in data.subject.made}


def comparable(data: Dataset) -> list[str]:
    """Columns in which a row can repeat another: all but what names it and what is made from others."""
    return [name for name in data.frame if name != data.id and name not in made(data)]


def repeats(data: Dataset) -> int:
    """Rows that say the same as one above them in all ``comparable`` columns."""
    return int(data.frame.duplicated(subset=comparable(data)).sum())


def categories(data: Dataset) -> pd.DataFrame:
    """Columns of categories, those with most of them first; what was made from others comes last.

    Returns:
        By name of the column: "label", number of "categories", share of the "rarest".
    """
    found = {}
    for name in data.codebook.categories():
        if name in data.frame and np.isfinite(data.values(name)).any():
            share = shares_of(data, name)
            found[name] = (data.codebook.label(name), len(share), float(share.min()))
    table = pd.DataFrame.from_dict(found, orient="index", columns=["label", "categories", "rarest"])
    return table.loc[sorted(table.index, key=lambda name: (name in made(data), -table.loc[name, "categories"]))]
