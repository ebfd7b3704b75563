"""The survey's replicate weights: read, checked against the wave that they belong to, and kept for the next start."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lib.dataset import Dataset
from lib.errors import DataError
from lib.estimates.replicate_file import EXPECTED, REPLICATES, Ids, Weights, read_weights
from lib.sources.scf import parquet_copy, vintage
from lib.sources.scf.survey import read as read_survey
from lib.tables.sealed import check

_WIDTH = REPLICATES * np.dtype(np.float32).itemsize
_ON_AVERAGE, _EACH = 0.05, 0.25
"""By how much what the weights stand for may miss the wave's households, on average and in each replicate. Weights that
ought to have been multiplied by how often a household was drawn miss them by a third."""

_DO = f"use {EXPECTED.what} of that wave as released"


def read(
    path: str | os.PathLike[str], *, survey: str | os.PathLike[str] | None = None, wave: int | None = None
) -> tuple[Ids, Weights]:
    """Read the replicate weights of a wave; see ``lib.estimates.replicate_file.read_weights`` for what may be read.

    The first read of a file checks it and keeps a copy of 23 MB beside it; later reads load that.

    Args:
        path: The file.
        survey: The summary extract of the wave that they should belong to: households and their number must be its.
        wave: Where there is no such file, the year of the survey whose households the weights must stand for.

    Returns:
        Ids of the households, ascending, and a row of 999 weights for each, on five times WGT's scale, multiplied by
        how often the household was drawn: 0 where it was not. They may be read, not written to.

    Raises:
        DataError: One sentence that names the file, what is wrong with it and what to do.
    """
    path = Path(path)
    found = parquet_copy.first_sound(path, _look)
    if found is None:
        found = read_weights(path)
        parquet_copy.keep_table(path, _table(*found), {})
    ids, weights = found
    weights.flags.writeable = False
    if survey is not None:
        _check_belongs(path.name, ids, weights, read_survey(survey, columns=()))
    elif wave is not None:
        _check_total(path.name, weights, vintage.HOUSEHOLDS[wave] * 1e6, f"the survey of {wave}")
    return ids, weights


def _table(ids: Ids, weights: Weights) -> pa.Table:
    """A row of bytes per household: a thousand columns would take ten times as long to load."""
    rows = pa.Array.from_buffers(
        pa.binary(_WIDTH), len(ids), [None, pa.py_buffer(np.ascontiguousarray(weights, "<f4"))]
    )
    return pa.table({"YY1": ids, "weights": rows})


def _look(parquet: pq.ParquetFile, _: object, checksums: parquet_copy.Seals) -> tuple[Ids, Weights]:
    table = parquet.read().combine_chunks()
    check(table, checksums)
    rows = table["weights"].combine_chunks()
    if rows.type != pa.binary(_WIDTH) or rows.null_count or not len(rows):
        raise ValueError("not a copy of replicate weights")
    weights = np.frombuffer(rows.buffers()[1], "<f4", len(rows) * REPLICATES, rows.offset * _WIDTH)
    return table["YY1"].to_numpy().astype(np.int64), weights.reshape(len(rows), REPLICATES)


def _check_belongs(name: str, ids: Ids, weights: Weights, survey: Dataset) -> None:
    """Check that the weights are of the survey's households and stand for as many as they do."""
    theirs = np.unique(survey.values("YY1")).astype(np.int64)
    if len(ids) != len(theirs):
        raise DataError(f"{name} holds {len(ids):,} households, {survey.name} has {len(theirs):,}: {_DO}.")
    if (ids != theirs).any():
        other = ids[ids != theirs][0]
        raise DataError(f"{name} holds other households than {survey.name}, first {other}: {_DO}.")
    _check_total(name, weights, float(survey.weights().sum()), survey.name)


def _check_total(name: str, weights: Weights, households: float, of: str) -> None:
    totals = weights.sum(axis=0, dtype=np.float64)
    # said this way round, a comparison that cannot be made is not passed
    off = ~(np.abs(totals / households - 1) <= _EACH)
    if not abs(totals.mean() / households - 1) <= _ON_AVERAGE:
        stand = f"stands for {totals.mean() / 1e6:,.1f} million households on average"
    elif off.any():
        stand = f"stands for {totals[off][0] / 1e6:,.1f} million households in replicate {off.argmax() + 1}"
    else:
        return
    raise DataError(f"{name} {stand} where {of} has {households / 1e6:,.1f}: {_DO}.")
