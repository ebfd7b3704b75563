"""Small synthetic tables to try a kind of table with, made by ``data/build/cards.py`` and ``data/build/loans.py``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from lib.dataset import Dataset
from lib.shipped import FOLDER, checked, recorded
from lib.subject import Subject
from lib.subjects.cards import CARDS
from lib.subjects.known import dressed
from lib.subjects.loans import LOANS

CARDS_EXAMPLE, LOANS_EXAMPLE = FOLDER / "cards_example.parquet", FOLDER / "loans_example.parquet"
CARDS_NAME, LOANS_NAME = "Synthetic card customers", "Synthetic loan applicants"


_VINTAGE = "synthetic, drawn from a written-down model"


def marked(data: Dataset, digest: str) -> Dataset:
    """A table that somebody brought, marked as synthetic where its file is one of these.

    Args:
        data: The table.
        digest: SHA-256 of the file.
    """
    ours = {recorded().get(path.name) for path in (CARDS_EXAMPLE, LOANS_EXAMPLE)}
    return replace(data, synthetic=True, vintage=_VINTAGE) if digest in ours else data


def cards() -> Dataset:
    """3,000 synthetic card customers: near the figures of the well-known table, and nobody."""
    return _example(CARDS_EXAMPLE, CARDS, CARDS_NAME)


def loans() -> Dataset:
    """3,000 synthetic applications for loans: near the figures of the well-known table, and nobody."""
    return _example(LOANS_EXAMPLE, LOANS, LOANS_NAME)


def _example(path: Path, subject: Subject, name: str) -> Dataset:
    """An example as a file of its kind would be read.

    Raises:
        DataError: If the file is damaged.
    """
    from lib.sources.prepared import as_read  # a server starts without what cleans tables

    digest = checked(path)
    frame, codebook, notes = dressed(pq.ParquetFile(path).read().to_pandas(), subject)
    return Dataset(
        frame=frame,
        codebook=codebook,
        name=name,
        fingerprint=digest[:16],
        subject=subject,
        id=next(column for column, variable in codebook.items() if variable.unit == "id"),
        vintage=_VINTAGE,
        synthetic=True,
        notes=notes,
        preparation=as_read(subject, frame, codebook),
    )
