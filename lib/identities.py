"""Accounting identities of the survey's summary extract: which column is the sum of which others.

Source: the definitions in ``data/codebook.csv``, each checked on every row of the 2007, 2019 and 2022 files.
They serve three ends: to check a file, to rebuild a column that a release got wrong, and to tell a person
that two features say the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Identity:
    """``total`` equals the sum of ``parts``, each column times its coefficient, on every row."""

    total: str
    parts: Mapping[str, float]

    @property
    def columns(self) -> frozenset[str]:
        """Every column that the identity mentions."""
        return frozenset({self.total, *self.parts})

    def holds_in(self, names: frozenset[str]) -> bool:
        """Whether all columns of the identity are among ``names``."""
        return self.columns <= names

    def value(self, frame: pd.DataFrame) -> np.ndarray:
        """The sum of the parts, one float per row of ``frame``, in the unit of the columns."""
        result = np.zeros(len(frame))
        for name, coefficient in self.parts.items():
            result += coefficient * frame[name].to_numpy(dtype=float)
        return result


def _identity(total: str, plus: str, minus: str = "", **weighted: float) -> Identity:
    parts = dict.fromkeys(plus.split(), 1.0) | dict.fromkeys(minus.split(), -1.0) | weighted
    return Identity(total, MappingProxyType(parts))


IDENTITIES: tuple[Identity, ...] = (
    _identity("NETWORTH", "ASSET", minus="DEBT"),
    _identity("ASSET", "FIN NFIN"),
    _identity("FIN", "LIQ CDS NMMF STOCKS BOND RETQLIQ SAVBND CASHLI OTHMA OTHFIN"),
    _identity("LIQ", "CHECKING SAVING MMA CALL PREPAID"),
    _identity("MMA", "MMDA MMMF"),
    _identity("NMMF", "STMUTF TFBMUTF GBMUTF OBMUTF COMUTF OMUTF"),
    _identity("DEQ", "STOCKS STMUTF OMUTF", COMUTF=0.5),
    _identity("BOND", "NOTXBND MORTBND GOVTBND OBND"),
    _identity("RETQLIQ", "IRAKH THRIFT FUTPEN CURRPEN"),
    _identity("OTHMA", "ANNUIT TRUSTS"),
    _identity("NFIN", "VEHIC HOUSES ORESRE NNRESRE BUS OTHNFIN"),
    _identity("NHNFIN", "NFIN", minus="HOUSES"),
    _identity("BUS", "ACTBUS NONACTBUS"),
    _identity("NVEHIC", "NOWN NLEASE"),
    _identity("DEBT", "MRTHEL RESDBT OTHLOC CCBAL INSTALL ODEBT"),
    _identity("DEBT", " ".join(f"PLOAN{i}" for i in range(1, 9))),
    _identity("DEBT", " ".join(f"LLOAN{i}" for i in range(1, 13))),
    _identity("MRTHEL", "NH_MORT HELOC"),
    _identity("INSTALL", "VEH_INST EDN_INST OTH_INST"),
    _identity("HOMEEQ", "HOUSES", minus="MRTHEL"),
    _identity("KGTOTAL", "KGHOUSE KGORE KGBUS KGSTMF"),
    _identity("TPAY", "MORTPAY CONSPAY REVPAY"),
)
