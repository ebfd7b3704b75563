"""How each kind of debt divides into purposes (PLOAN1-8) and lenders (LLOAN1-12).

The file gives only a household's totals by kind, by purpose and by lender. ``loan_shares`` finds, for every
real household, one division of each kind of debt that agrees with all of them; a synthetic household takes
the shares of the donor from whom it has that kind of debt, so that both sets of columns add up to DEBT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from data.build.panel import Panel

PURPOSES = tuple(f"PLOAN{i}" for i in range(1, 9))
LENDERS = tuple(f"LLOAN{i}" for i in range(1, 13))

# Kinds of debt in the order in which they are allocated, the least doubtful first, each with the purposes and
# lenders to try first. Card balances are goods and services from card companies, without exception; the
# orders of the others follow the households that have no other debt.
KINDS = {
    "CCBAL": ((4,), (10,)),
    "EDN_INST": ((6,), (8, 1, 5, 12, 4)),
    "RESDBT": ((1,), (1, 5, 3, 6, 7, 12)),
    "VEH_INST": ((3, 4), (6, 1, 3, 4, 2, 7)),
    "ODEBT": ((7, 5, 3, 4, 2), (11, 5, 7)),
    "NH_MORT": ((1, 5, 2, 4, 6), (1, 5, 6, 3, 2, 7)),
    "OTHLOC": ((5, 4, 1, 3), (1, 3)),
    "HELOC": ((4, 2, 1, 5, 3, 6), (1, 2, 3, 4, 5, 6)),
    "OTH_INST": ((4, 6, 1, 3, 2, 5), (8, 7, 1, 9, 6, 3)),
}


def loan_shares(real: Panel) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Shares of each kind of debt by purpose and by lender.

    Returns:
        For every kind a pair of arrays of shapes (households, 5, 8) and (households, 5, 12); the shares of a
        kind add up to 1 where the household has it and are 0 elsewhere.
    """
    by_purpose = _allocate(real, PURPOSES, {kind: first for kind, (first, _) in KINDS.items()})
    by_lender = _allocate(real, LENDERS, {kind: first for kind, (_, first) in KINDS.items()})
    return {kind: (by_purpose[kind], by_lender[kind]) for kind in KINDS}


def _allocate(real: Panel, columns: tuple[str, ...], first: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Fill the totals of ``columns`` kind by kind, each from its preferred columns first."""
    room = np.stack([real[name].astype(float) for name in columns], axis=-1)
    shares = {}
    for kind, preferred in first.items():
        amount = real[kind].astype(float)
        left = amount.copy()
        given = np.zeros_like(room)
        others = [i for i in range(1, len(columns) + 1) if i not in preferred]
        for column in (*preferred, *others):
            part = np.minimum(left, room[..., column - 1])
            given[..., column - 1] += part
            room[..., column - 1] -= part
            left = left - part
        shares[kind] = np.divide(given, amount[..., None], out=np.zeros_like(given), where=amount[..., None] > 0)
    return shares


def loan_columns(debts: Panel, shares: dict[str, tuple[np.ndarray, np.ndarray]]) -> Panel:
    """PLOAN1-8 and LLOAN1-12 of households with these ``debts``, adding up to DEBT in every implicate.

    Parts are whole dollars; what rounding leaves over goes to the largest part of each kind of debt.
    """
    result: Panel = {}
    for columns, which in ((PURPOSES, 0), (LENDERS, 1)):
        total = np.zeros(())
        for kind in KINDS:
            total = total + _split(debts[kind].astype(float), shares[kind][which])
        result |= {name: total[..., i] for i, name in enumerate(columns)}
    return result


def _split(amount: np.ndarray, shares: np.ndarray) -> np.ndarray:
    parts = np.round(amount[..., None] * shares)
    rest = amount - parts.sum(axis=-1)
    largest = shares.argmax(axis=-1)[..., None]
    np.put_along_axis(parts, largest, np.take_along_axis(parts, largest, -1) + rest[..., None], -1)
    return parts
