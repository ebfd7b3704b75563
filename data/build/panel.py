"""The survey as a panel: every column an array of shape (households, implicates).

One household is one line of every array, so a household's five implicates travel together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

IMPLICATES = 5

Panel = dict[str, np.ndarray]


def read_survey(path: Path) -> pd.DataFrame:
    """Read the summary extract (CSV, possibly gzipped, with a byte-order mark), sorted by record ``Y1``.

    Raises:
        ValueError: The rows are not five consecutive implicates of each household.
    """
    frame = pd.read_csv(path, encoding="utf-8-sig").sort_values("Y1", ignore_index=True)
    expected = frame["YY1"].to_numpy() * 10 + np.tile(np.arange(1, IMPLICATES + 1), len(frame) // IMPLICATES)
    if not np.array_equal(frame["Y1"].to_numpy(), expected):
        raise ValueError(f"Every household must have implicates 1 to {IMPLICATES}. Got other values of Y1.")
    return frame


def to_panel(frame: pd.DataFrame) -> Panel:
    """Turn rows sorted by ``Y1`` into arrays of shape (households, 5), one per column."""
    return {name: frame[name].to_numpy().reshape(-1, IMPLICATES) for name in frame.columns}


def to_frame(panel: Panel) -> pd.DataFrame:
    """Turn a panel back into rows, with fresh household ids 1, 2, ... and ``Y1 = 10 * YY1 + implicate``."""
    households = len(next(iter(panel.values())))
    columns = {name: values.reshape(-1) for name, values in panel.items()}
    columns["YY1"] = np.repeat(np.arange(1, households + 1), IMPLICATES)
    columns["Y1"] = columns["YY1"] * 10 + np.tile(np.arange(1, IMPLICATES + 1), households)
    return pd.DataFrame(columns)
