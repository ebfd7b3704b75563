"""Segments at a glance: a few flags of each lens, in every segment and among all, before anybody asks for more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from lib.dataset import Codebook
from lib.estimates import Sample
from lib.segments.describe.lenses import EVERYONE, follow_from
from lib.segments.describe.profile import check_same
from lib.segments.segmentation import Segmentation
from lib.subject import Subject


def glance_columns(subject: Subject, codebook: Codebook, features: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The flags that are looked at, by the name of the lens: those that the data have and the features do not decide.

    Args:
        subject: Kind of table.
        codebook: Columns that are there; what was not asked is no category.
        features: Of the segments.
    """
    known = follow_from(features, subject)
    there = {name for name in codebook.categories() if name not in known}
    found = {lens.name: tuple(name for name in lens.glance if name in there) for lens in subject.lenses}
    return {lens: columns for lens, columns in found.items() if columns}


def flag_shares(sample: Sample, columns: Sequence[str]) -> pd.DataFrame:
    """In how many members each of several flags is set: the rows that stand beside those of ``glance``.

    Args:
        sample: Whom it is about, with the columns.
        columns: Flags: 1 where something is so.

    Returns:
        As ``glance``, one row per column, its ``segment`` ``EVERYONE``.
    """
    found = sample.several_shares(_is_so(sample, columns)) if columns else []
    return _together(columns, [one.table.assign(segment=EVERYONE) for one in found])


def glance(sample: Sample, segmentation: Segmentation, columns: Sequence[str]) -> pd.DataFrame:
    """In how many of each segment a flag is set.

    Args:
        sample: Of the members that were segmented, counted as they were, with the columns.
        segmentation: What ``fit`` made of them.
        columns: Flags: 1 where something is so.

    Returns:
        One row per column and segment: ``column``, ``segment``, ``value`` (a share), ``low``, ``high`` (its 95 %
        interval; NaN where none can be told), ``sampled``, ``unsure``.

    Raises:
        RecipeError: If the sample is not of the members that were segmented.
    """
    check_same(sample.dataset, segmentation)
    numbers = np.array(segmentation.sizes.index)
    groups = np.searchsorted(numbers, segmentation.labels)
    found = sample.several_shares(_is_so(sample, columns), groups, len(numbers)) if columns else []
    return _together(columns, [one.table.assign(segment=numbers) for one in found])


def _is_so(sample: Sample, columns: Sequence[str]) -> np.ndarray:
    values = np.array([sample.dataset.values(name) for name in columns])
    return np.where(np.isnan(values), np.nan, values == 1)


_COLUMNS = ["column", "segment", "value", "low", "high", "sampled", "unsure"]


def _together(columns: Sequence[str], tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=_COLUMNS)
    named = [table.assign(column=name) for name, table in zip(columns, tables, strict=True)]
    return pd.concat(named, ignore_index=True)[_COLUMNS]
