"""Tables that tests share: what a bank might bring, dressed as nothing that the app knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lib import explore
from lib.dataset import Codebook, Dataset, Variable
from lib.estimates import Sample
from lib.subject import Entity, HeadlineFigure
from lib.subjects import PLAIN

CUSTOMERS = replace(PLAIN, key="customers", entity=Entity("customer", "customers"))
"""A table of which no more is known than what its rows are."""

AMOUNTS = ("a", "b", "c", "d")
NASTY = ("segment", "id", "row", "net income")
"""The same four by names that results have for columns of their own, and one that is no word."""

REGIONS = {1.0: "North", 2.0: "South", 3.0: "West"}

GROUPS = 3
IN_EACH = 100


def headlines(members: Sample, everyone: Sample, figures: Sequence[HeadlineFigure]) -> tuple[explore.Headline, ...]:
    """Headline figures of one sample beside another."""
    own, others = (explore.headline_estimates(sample, figures) for sample in (members, everyone))
    return explore.headlines(own, others, figures)


def neutral_table(amounts: tuple[str, ...] = AMOUNTS, category: str = "e") -> Dataset:
    """Three round groups of a hundred rows in four amounts, a category, text ids; no weight, one implicate.

    Args:
        amounts: Names of the four amounts.
        category: Name of the category.
    """
    rng = np.random.default_rng(7)
    centres = np.repeat([[0, 0, 0, 3], [40, 5, 0, 3], [0, 60, 9, 8]], IN_EACH, axis=0)
    values = centres + rng.normal(scale=2.0, size=centres.shape)
    values[::5, 3] = 0.0
    columns = dict(zip(amounts, values.T, strict=True))
    rows = len(values)
    frame = pd.DataFrame(
        {"key": [f"C{10_001 + n}" for n in range(rows)], **columns, category: rng.integers(1, 4, rows)}
    )
    book = {
        "key": Variable("key", "Customer", unit="id"),
        **{name: Variable(name, f"Column {name}", unit="ratio", format=",.2f") for name in amounts},
        category: Variable(category, "Region", unit="category", values=REGIONS),
    }
    return Dataset(frame=frame, codebook=Codebook(book), name="Mine", fingerprint=f"mine {amounts}", id="key")


def nasty_table() -> Dataset:
    """The same with names that are taken, two that differ in case, and, first of all, columns that are no features."""
    data = neutral_table(NASTY, "share")
    ids, codes = data.values("id"), data.frame["share"]
    unusable = {"flat": np.full(len(data), 5.0), "gaps": np.where(np.arange(len(data)) % 7, ids, np.nan)}
    more = {**unusable, **data.frame, "Row": ids - data.values("row"), "count": codes, "group": codes}
    amount, of_codes = data.codebook["segment"], data.codebook["share"]
    book = {
        "flat": replace(amount, name="flat", label="Column flat"),
        "gaps": replace(amount, name="gaps", label="Column gaps"),
        **data.codebook,
        "Row": replace(amount, name="Row", label="Column Row"),
        "count": replace(of_codes, name="count", label="Count of regions"),
        "group": replace(of_codes, name="group", label="Group of regions"),
    }
    return replace(data, frame=pd.DataFrame(more), codebook=Codebook(book), fingerprint="nasty")


def customers(frame: pd.DataFrame, name: str = "Cards") -> Dataset:
    """A table of customers of nothing but amounts, each row once."""
    book = {column: Variable(column, column, unit="ratio", format=",.2f") for column in frame}
    return Dataset(frame, Codebook(book), name, f"{name} {frame.shape} {frame.to_numpy().sum()}", CUSTOMERS)


def cleaned_cards(holders: pd.DataFrame) -> pd.DataFrame:
    """Card holders as they are usually prepared, of the 17 amounts of CC GENERAL.

    Rows with gaps dropped, frequencies capped at 1, six amounts capped at Tukey's fences.
    """
    frame = holders.dropna().reset_index(drop=True)
    for name in frame:
        if name.endswith("FREQUENCY"):
            frame[name] = frame[name].clip(upper=1)
    for name in ("BALANCE", "PURCHASES", "CASH_ADVANCE", "CREDIT_LIMIT", "PAYMENTS", "MINIMUM_PAYMENTS"):
        low, high = frame[name].quantile([0.25, 0.75])
        frame[name] = frame[name].clip(low - 1.5 * (high - low), high + 1.5 * (high - low))
    return frame


def named_in(data: Dataset) -> tuple[str, ...]:
    """What a table of this file calls its four amounts and its category."""
    return (*AMOUNTS, "e") if "e" in data.frame else (*NASTY, "share")
