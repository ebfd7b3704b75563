"""A sequential tree synthesiser for the survey.

Block after block (``blocks.BLOCKS``), a regression tree learns from the real households how the block depends
on everything before it; every synthetic household falls into a leaf and takes the block from one of the real
households there, never twice from the same one (``donors``). Method after Reiter (2005), "Using CART to
generate partially synthetic, public use microdata", Journal of Official Statistics 21(3), with donors' five
implicates kept together and amounts smoothed (``amounts``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.build.amounts import INCOME_PARTS, factors, rescale
from data.build.blocks import AMOUNTS, BLOCKS, GRAND_TOTALS, Block
from data.build.debts import loan_columns, loan_shares
from data.build.derive import EQUITY_ELSEWHERE, significant
from data.build.donors import find_donors
from lib.subjects.scf import IDENTITIES

if TYPE_CHECKING:
    from data.build.panel import Panel

_AGE_SHIFT = 2
_YOUNGEST, _OLDEST = 18, 95

_SUBTOTALS = ("MMA", "LIQ", "NMMF", "BOND", "RETQLIQ", "OTHMA", "BUS", "MRTHEL", "HOMEEQ", "INSTALL")
_INVESTED = ["NMMF", "STOCKS", "BOND", "OTHMA", "OTHFIN"]


def synthesise(real: Panel, households: int, rng: np.random.Generator) -> Panel:
    """Draw synthetic households.

    Args:
        real: All columns of the real file and ``EQUITY_ELSEWHERE``, arrays of shape (households, 5).
        households: How many to draw.
        rng: Source of every random draw.

    Returns:
        The underived columns of the synthetic households, with PLOAN1-8, LLOAN1-12 and unscaled weights.
    """
    real = _with_leads(real)
    made: Panel = {}
    donors_of: dict[str, np.ndarray] = {}
    taken = np.empty((households, 0), dtype=np.int64)
    for block in BLOCKS:
        donors = find_donors(block, real, made, taken, rng)
        made |= _copied(block, real, made, donors, rng)
        if block.name == "family":
            made["AGE"] = _shifted_age(made["AGE"], rng)
        if block.name == "income":
            made |= _income_sums(real, made, donors)
        _add_subtotals(made)
        donors_of |= dict.fromkeys(block.debts, donors)
        taken = np.column_stack([taken, donors])
    shares = loan_shares(real)
    drawn = {kind: tuple(part[donors_of[kind]] for part in both) for kind, both in shares.items()}
    made |= loan_columns(made, drawn)
    return made | _bounded(made)


def _bounded(made: Panel) -> Panel:
    """Columns that cannot exceed others (which rounding or different donors may have let happen) or be odd."""
    room = made["RESDBT"] - made["MORT2"]
    sheltered = made["OTHMA"] + made["SAVING"]
    return {
        "RETEQ": np.round(np.maximum(made["RETQLIQ"], 0) * made["RETEQ_SHARE"]),
        # Half of a balanced fund counts as equity, in whole dollars.
        "COMUTF": 2 * np.round(made["COMUTF"] / 2),
        "PENACCTWD": np.minimum(made["PENACCTWD"], made["SSRETINC"]),
        "MORT1": np.minimum(made["MORT1"], np.maximum(room, 0)),
        "MORT2": np.minimum(made["MORT2"], made["RESDBT"]),
        EQUITY_ELSEWHERE: np.minimum(made[EQUITY_ELSEWHERE], sheltered),
    }


def _with_leads(real: Panel) -> Panel:
    """The real panel with the few helper columns that blocks name."""
    pensions = np.maximum(real["RETQLIQ"], 1)
    leads = {
        "OWNER": real["HHOUSES"],
        "IMPUTED": np.broadcast_to(_imputed(real)[:, None], real["WGT"].shape),
        "TOTAL_ASSETS": real["ASSET"].astype(float),
        "FINANCIAL_SHARE": np.clip(real["FIN"] / np.maximum(real["ASSET"], 1), 0.0, 1.0),
        "TOTAL_DEBT": real["DEBT"].astype(float),
        "RETEQ_SHARE": np.clip(np.where(real["RETQLIQ"] > 0, real["RETEQ"] / pensions, 0.0), 0.0, 1.0),
    }
    panel = real | leads
    _add_subtotals(panel)
    return panel


def _imputed(real: Panel) -> np.ndarray:
    """How many amounts of each household differ between its implicates, in thirds: 0 few, 1 some, 2 many."""
    count = sum((real[name] != real[name][:, :1]).any(axis=1).astype(int) for name in AMOUNTS)
    return np.searchsorted(np.quantile(count, (1 / 3, 2 / 3)), count)


def _add_subtotals(panel: Panel) -> None:
    """Add the totals that trees explain or see, as soon as their parts are there."""
    first = {identity.total: identity for identity in reversed(IDENTITIES)}
    for total in (*_SUBTOTALS, *GRAND_TOTALS):
        parts = first[total].parts
        if all(name in panel for name in parts):
            panel[total] = np.sum([by * panel[name] for name, by in parts.items()], axis=0)
    if all(name in panel for name in _INVESTED):
        panel["INVESTED"] = np.sum([panel[name] for name in _INVESTED], axis=0)
    if "FINANCIAL_SHARE" in panel:
        panel["TOTAL_FINANCIAL"] = panel["TOTAL_ASSETS"] * panel["FINANCIAL_SHARE"]
        panel["TOTAL_REAL"] = panel["TOTAL_ASSETS"] - panel["TOTAL_FINANCIAL"]
    if "TURNDOWN" in panel:
        panel["TURNFEAR"] = panel["TURNDOWN"] | panel["FEARDENIAL"]
    if "CCBAL" in panel:
        panel["HCCBAL"] = (panel["CCBAL"] > 0).astype(np.int64)
    if "TOTAL_DEBT" in panel:
        panel["HDEBT"] = (panel["TOTAL_DEBT"] > 0).astype(np.int64)


def _copied(block: Block, real: Panel, made: Panel, donors: np.ndarray, rng: np.random.Generator) -> Panel:
    """The block's columns of the donors: codes as they are, amounts rescaled group by group."""
    columns = {name: real[name][donors] for name in block.codes}
    step = _step(block, real, made, donors)
    for group in block.amounts:
        by = factors(rng, len(donors), block.spread) * step
        columns |= {name: rescale(name, real[name][donors], by) for name in group}
    return columns


def _step(block: Block, real: Panel, made: Panel, donors: np.ndarray) -> np.ndarray | float:
    """What keeps the block in step with ``block.in_step``: the ratio of household to donor, (households, 1)."""
    if block.in_step is None:
        return 1.0
    theirs, own = real[block.in_step][donors, :1], made[block.in_step][:, :1]
    ratio = np.divide(own, theirs, out=np.ones(own.shape), where=(own > 0) & (theirs > 0))
    return np.clip(ratio, 1 / block.longest_step, block.longest_step)


def _income_sums(real: Panel, made: Panel, donors: np.ndarray) -> Panel:
    """Total and usual income, equal to the parts and to each other wherever they are so for the donor."""
    theirs = np.sum([real[name][donors] for name in INCOME_PARTS], axis=0)
    own = np.sum([made[name] for name in INCOME_PARTS], axis=0)
    income = np.where(np.abs(real["INCOME"][donors] - theirs) < 0.01, significant(own), made["INCOME"])
    usual = np.where(real["NORMINC"][donors] == real["INCOME"][donors], income, made["NORMINC"])
    return {"INCOME": income, "NORMINC": usual}


def _shifted_age(age: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Ages moved by up to two years, the same for all implicates of a household."""
    shift = rng.integers(-_AGE_SHIFT, _AGE_SHIFT + 1, size=(len(age), 1))
    return np.clip(age + shift, _YOUNGEST, _OLDEST)
