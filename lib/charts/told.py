"""What is said below the charts of the Explore page: what is largest, and only as far as intervals tell it.

Rows that are merely counted are what they are: of them the largest is the largest.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import Any

import pandas as pd

from lib.dataset import Codebook
from lib.estimates import THIN
from lib.estimates.wording import (
    NONE_TOLD,
    correlation_text,
    largest,
    largest_in_short,
    of_size,
    too_unsure_correlations,
    with_interval,
)
from lib.subject import Entity
from lib.words import capitalised, percent, within_sentence

_NAMED, _IN_TITLE = 4, 2
"""Groups whose largest share is said, and in a title."""

_MOST_RATES, _FEWEST_ENDS = 8, 3
"""Groups whose rate is said, and the fewest of which the least and the most are said first."""

_SAID = 5
"""Amounts that are said to vary most."""


def largest_shares(table: pd.DataFrame, label: str, *, is_of_rows: bool) -> str:
    """The largest share in each group in a short sentence, then with its size and what cannot be told from it.

    Args:
        table: What ``lib.charts.explore.shares`` takes.
        label: What is shared out.
        is_of_rows: Whether rows are counted.
    """
    groups = list(table.groupby("group", sort=False))
    # a title leads with groups whose largest share can be relied on
    sure = [(group, own) for group, own in groups if not own.loc[own["share"].idxmax(), "unsure"]] or groups
    said = [(group, _leading(own, is_of_rows, largest_in_short)) for group, own in sure]
    # and with those of which there is something to tell
    said.sort(key=lambda one: one[1] == NONE_TOLD)
    short = [f"{group}: {leading}" for group, leading in said[:_IN_TITLE]]
    first = f"{label}, the largest share in each group: {'; '.join(short)}{_more(groups, len(short))}."
    full = [f"{group}: {_leading(own, is_of_rows, largest)}" for group, own in groups]
    return f"{first} {'; '.join(full[:_NAMED])}{_more(full, _NAMED)}."


def rates(table: pd.DataFrame, label: str, by: str) -> str:
    """In how many of each group something is so: the most and the least, then each with its interval if it has one.

    Args:
        table: What ``lib.charts.explore.rates`` takes.
        label: What is so.
        by: What the groups are.
    """
    groups = table[~table["is_all"]]
    parts = [_rate(row.group, row) for row in groups.itertuples()]
    of_all = "".join(f" {_rate(f'{row.group}:', row)}." for row in table[table["is_all"]].itertuples())
    if not parts:
        return f"{label}: {'; '.join(_rate(row.group, row) for row in table.itertuples())}."
    each = f"{'; '.join(parts[:_MOST_RATES])}{_more(parts, _MOST_RATES)}.{of_all}"
    begun = f"{label}, share by {within_sentence(by)}: "
    unsure = groups["unsure"].astype(bool)
    # that it is so of nobody in a handful leads nowhere
    apart = _ends(groups[~unsure | (groups["share"] > 0)]) or _ends(groups[~unsure])
    if apart is None:
        return f"{begun}{each}"
    most, least = apart
    ends = f"from {most['share']:.1%} ({most['group']}) down to {least['share']:.1%} ({least['group']})"
    return f"{begun}{ends}. {capitalised(each)}"


def _ends(groups: pd.DataFrame) -> tuple[pd.Series, pd.Series] | None:
    """The groups in which most and fewest are so; None where one cannot be told from the other, or neither is sure."""
    if len(groups) < _FEWEST_ENDS:
        return None
    most, least = (groups.loc[at] for at in (groups["share"].idxmax(), groups["share"].idxmin()))
    return None if most["low"] <= least["high"] or (most["unsure"] and least["unsure"]) else (most, least)


def _rate(whose: str, row: Any) -> str:  # noqa: ANN401 - a row as pandas gives it
    return f"{whose} {with_interval(row.share, row.low, row.high, '{:.1%}'.format)}"


def _more(parts: Sized, said: int) -> str:
    return f"; and {len(parts) - said} more groups" if len(parts) > said else ""


def _leading(own: pd.DataFrame, is_of_rows: bool, told: Callable[..., str]) -> str:
    said = [f"{code} ({percent(share)})" for code, share in zip(own["code"], own["share"], strict=True)]
    ends = (own[end].fillna(own["share"]) if is_of_rows else own[end] for end in ("low", "high"))
    return told(said, own["share"], *ends)


def pairs_of(table: pd.DataFrame) -> pd.DataFrame:
    """Of ``lib.explore.correlation_table`` each pair of two columns once, where it has a correlation."""
    place = {name: at for at, name in enumerate(dict.fromkeys(table["row"]))}
    return table[table["row"].map(place) < table["column"].map(place)].dropna(subset="correlation")


def strongest(pairs: pd.DataFrame, codebook: Codebook, entity: Entity, *, is_of_rows: bool) -> str:
    """The pair that goes together most, and which others cannot be told from it.

    Args:
        pairs: Those of one group, as ``pairs_of`` gives them.
        codebook: For labels.
        entity: What members are called.
        is_of_rows: Whether rows are counted.
    """
    if pairs.empty:
        return "No correlation: the columns are constant."
    if pairs["sampled"].max() < THIN:
        return f"These are fewer than {entity.sampled(THIN)}: their correlations say next to nothing."
    told = pairs[~pairs["doubtful"]]
    if told.empty:
        beyond_none = (pairs["low"] > 0) | (pairs["high"] < 0)
        return f"No correlation that could be {'relied on' if beyond_none.any() else 'told from none'}."
    said = [
        f"{codebook.label(pair.row)} with {codebook.label(pair.column)}, "
        f"{with_interval(pair.correlation, pair.low, pair.high, correlation_text)}"
        for pair in told.itertuples()
    ]
    ends = (told[end].fillna(told["correlation"]) if is_of_rows else told[end] for end in ("low", "high"))
    among = "" if len(told) == len(pairs) else " of those not in brackets"
    return f"Strongest{among}: {largest(said, told['correlation'].abs(), *of_size(*ends))}."


def pairs_in_brackets(pairs: pd.DataFrame, entity: Entity) -> str:
    """How many correlations stand in brackets, and why; empty where none does."""
    doubtful = int(pairs["doubtful"].sum())
    if not doubtful:
        return ""
    return f"{doubtful} {'pair' if doubtful == 1 else 'pairs'} in brackets: {too_unsure_correlations(entity)}."


def most_varied(table: pd.DataFrame, codebook: Codebook, *, is_of_rows: bool) -> tuple[str, str]:
    """Which amounts vary most, and whether their order can be told ("" where it can).

    Args:
        table: Indexed by column, the largest first, as ``lib.features.spreads``.
        codebook: For labels.
        is_of_rows: Whether rows are counted.
    """
    first = ", ".join(codebook.label(str(name)) for name in table.index[:_SAID])
    if is_of_rows and table["low"].isna().all():
        return f"Most varied: {first}.", ""
    # the order is told where no amount further down reaches in, be it the next or a later one
    below = table["high"][::-1].cummax()[::-1].shift(-1)
    if table["low"].isna().any():
        order = "How sure that order is cannot be told."
    else:
        order = "Where lines overlap, the order cannot be told." if (below >= table["low"]).any() else ""
    return f"Most varied, as estimated: {first}.", order
