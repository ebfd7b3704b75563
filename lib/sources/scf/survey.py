"""The Survey of Consumer Finances: its summary extracts of every wave, and the embedded synthetic sample."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from lib.dataset import Codebook, Dataset
from lib.errors import DataError
from lib.shipped import FOLDER, checked
from lib.sources.scf import checks, parquet_copy, vintage
from lib.sources.scf.codebook import read_codebook
from lib.sources.scf.parquet_copy import Facts
from lib.subjects.scf import IDENTITIES, SCF
from lib.tables.files import read_frame, refuse_repeated

SAMPLE = FOLDER / "sample.parquet"

_MARK = 16
"""Signs of a digest that tell files apart."""

_OF_1989 = {"X1": "Y1", "XX1": "YY1"}
_NHNFIN = next(identity for identity in IDENTITIES if identity.total == "NHNFIN")


def read(path: str | os.PathLike[str], *, columns: Sequence[str] | None = None) -> Dataset:
    """Read a summary extract of any wave from 1989 to 2022, in any release.

    The first read of a file checks it and keeps a Parquet copy; later reads load that copy, or only
    ``columns`` of it.

    Args:
        path: ``.csv``, ``.csv.gz``, ``.dta``, or ``.zip`` with one of them; upper or lower case names.
        columns: Columns wanted besides the identifiers and the weight; all by default.

    Returns:
        The survey: five rows (implicates) per household, weights that sum to the number of US households,
        amounts in the dollars of ``Dataset.dollars``. What the wave did not ask is missing, not 0 as in the file.

    Raises:
        DataError: One sentence that names the file, what is wrong with it and what to do.
    """
    path = Path(path)
    wanted = None if columns is None else (*checks.IDENTIFIERS, *columns)
    if (kept := parquet_copy.load(path, wanted)) is not None:
        return _dataset(*kept)
    frame, facts = _read_and_check(path)
    parquet_copy.keep(path, frame, facts)
    if wanted is not None:
        frame = frame[[name for name in frame.columns if name in set(wanted)]]
    return _dataset(frame, facts)


def columns_of(path: str | os.PathLike[str]) -> Codebook:
    """What is known about every column of a summary extract; no column is loaded where a copy is kept.

    Raises:
        DataError: See ``read``.
    """
    kept = parquet_copy.names(Path(path))
    return read(path).codebook if kept is None else _in_dollars(_codebook(*kept))


def columns_of_sample() -> Codebook:
    """What is known about every column of the embedded sample."""
    return _in_dollars(_codebook(pq.read_schema(SAMPLE).names, None))


def _in_dollars(codebook: Codebook) -> Codebook:
    return codebook.in_currency(SCF.currency.symbol if SCF.currency else "")


def _codebook(names: list[str], facts: Facts | None) -> Codebook:
    book = read_codebook().restricted_to(names)
    return book.unasked([name for name in facts.unasked if name in book], facts.wave) if facts else book


def sample(*, columns: Sequence[str] | None = None) -> Dataset:
    """The embedded sample: 5,777 synthetic households drawn from a model of the 2019 survey, in 2019 dollars.

    No row of it is a real household. Its figures are near those of the survey, not equal to them.

    Args:
        columns: Columns wanted besides the identifiers and the weight; all by default.

    Raises:
        DataError: If the file is not the one that it was.
    """
    wanted = None if columns is None else (*checks.IDENTIFIERS, *columns)
    digest = checked(SAMPLE)
    with pq.ParquetFile(SAMPLE, memory_map=True) as parquet:
        frame = parquet_copy.read_table(parquet, wanted)
    facts = Facts(
        name="Synthetic sample of 2019",
        fingerprint=digest[:_MARK],
        wave=2019,
        dollars=2019,
        dollar_factor=1.0,
        vintage="synthetic, drawn from a model of the 2019 survey",
        notes=(),
        synthetic=True,
    )
    return _dataset(frame, facts)


def _read_and_check(path: Path) -> tuple[pd.DataFrame, Facts]:
    frame = read_frame(path, lambda names: _accept(path.name, names), checks.EXPECTED)
    frame = frame.set_axis(_renamed(frame.columns), axis=1)
    checks.check_rows(path.name, frame)
    frame, mended = _mend_nhnfin(frame)
    checks.check_identities(path.name, frame)
    found = vintage.detect(frame, path.name)
    unasked = _unasked(frame, found.wave)
    facts = Facts(
        name=f"SCF {found.wave}" if found.wave else f"SCF ({path.name})",
        fingerprint=_digest(path)[:_MARK],
        wave=found.wave,
        dollars=found.dollars,
        dollar_factor=found.factor,
        vintage=found.release,
        notes=(*mended, *found.notes),
        unasked=unasked,
    )
    return frame.assign(**dict.fromkeys(unasked, np.nan)), facts


def _unasked(frame: pd.DataFrame, wave: int | None) -> tuple[str, ...]:
    """Columns of questions that the wave did not ask yet, and that are 0 throughout: no answer, and no amount either.

    A column that holds anything else was asked, whatever the codebook says.
    """
    if wave is None:
        return ()
    book = read_codebook()
    later = [name for name in frame if name in book and book[name].since > wave]
    return tuple(name for name in later if not frame[name].fillna(0).any())


def _accept(name: str, names: list[str]) -> None:
    """Check the names of the columns in the file ``name``; some releases have them in lower case."""
    checks.check_columns(name, _renamed(names))
    refuse_repeated(name, [column.upper() for column in names])


def _renamed(names: Iterable[str]) -> list[str]:
    """Names in upper case, identifiers as they are called since 1992 where the file does not use these besides."""
    known = [name.upper() for name in names]
    return [new if (new := _OF_1989.get(name, name)) not in known else name for name in known]


def _mend_nhnfin(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Put NHNFIN right where a re-release inflated it twice: it then is its parts times one common factor."""
    if not _NHNFIN.holds_in(frozenset(frame.columns)):
        return frame, ()
    right = _NHNFIN.value(frame)
    given = frame["NHNFIN"].to_numpy(dtype=float)
    large = np.abs(right) > 1e4  # below that, rounding hides the factor
    if not large.any():
        return frame, ()
    factor = given[large] / right[large]
    common = float(np.median(factor))
    if abs(common - 1) < 1e-3 or np.ptp(factor) > 1e-3 * common:
        return frame, ()
    note = (
        f"NHNFIN was recomputed as NFIN - HOUSES: the file has it inflated twice (by {common:.4f}), "
        "a known slip of the re-release."
    )
    return frame.assign(NHNFIN=right), (note,)


def _dataset(frame: pd.DataFrame, facts: Facts) -> Dataset:
    known = {name: value for name, value in asdict(facts).items() if name != "unasked"}
    return Dataset(
        frame=frame,
        codebook=_codebook(list(frame.columns), facts),
        subject=SCF,
        weight="WGT",
        id="YY1",
        implicates=checks.IMPLICATES,
        implicate="Y1",
        **known,
    )


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: check that the file is there.") from error
