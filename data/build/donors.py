"""Which real household each synthetic one takes a block from.

A regression tree sorts the real households into leaves that are alike in the block; a synthetic household
falls into the leaf that suits what it already has. Within a leaf

- the donors take turns, each serving once before any serves twice, which keeps the real margins closely;
- who is expected (by a linear regression) to have more gets a donor who was expected to have more, which
  keeps the correlations that a leaf is too coarse for;
- nobody gets a donor who has served the same household in an earlier block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.tree import DecisionTreeRegressor

from data.build.blocks import BLOCKS, GRAND_TOTALS, Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.build.panel import Panel

# Rounds of trading donors within a leaf before someone gets a donor out of turn.
_TRADES = 30
_DOLLAR_SCALE = 100.0
_LARGEST_CODE = 1000


@dataclass(frozen=True)
class _Leaves:
    """Leaf and expectation of each real and each synthetic household of a stratum."""

    leaf_real: np.ndarray
    leaf_made: np.ndarray
    expected_real: np.ndarray
    expected_made: np.ndarray


def find_donors(block: Block, real: Panel, made: Panel, taken: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The real household that each synthetic one takes ``block`` from.

    Args:
        block: What is to be taken.
        real: The real households, with the helper columns that blocks name.
        made: What the synthetic households have so far.
        taken: Earlier donors of each synthetic household, shape (households, earlier blocks).
        rng: Source of every random draw.

    Returns:
        Positions in ``real``, one per synthetic household.
    """
    donors = np.empty(len(taken), dtype=np.int64)
    if not block.explains:
        donors[:] = in_turns(np.arange(len(real["WGT"])), len(taken), rng)
        return donors
    seen_real, seen_made = _features(block, real, made)
    targets = _targets(block, real)
    for members, pool in _strata(block, real, made):
        leaves = _grow(block, seen_real[pool], targets[pool], seen_made[members], rng)
        for leaf in np.unique(leaves.leaf_made):
            mine, theirs = np.flatnonzero(leaves.leaf_made == leaf), np.flatnonzero(leaves.leaf_real == leaf)
            mine = mine[np.argsort(leaves.expected_made[mine], kind="stable")]
            turns = in_turns(theirs, len(mine), rng)
            turns = turns[np.argsort(leaves.expected_real[turns], kind="stable")]
            donors[members[mine]] = without_repeats(pool[turns], pool, taken[members[mine]], rng)
    return donors


def in_turns(pool: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` random draws from ``pool``, each of which is drawn once before any is drawn twice."""
    rounds = -(-count // len(pool))
    return np.concatenate([rng.permutation(pool) for _ in range(rounds)])[:count]


def without_repeats(donors: np.ndarray, pool: np.ndarray, taken: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The donors traded about until nobody has one of their earlier ones.

    Args:
        donors: One per household.
        pool: Who else may serve if trading does not help.
        taken: Earlier donors, one line per household.
        rng: Source of the trades.
    """
    donors = donors.copy()
    for _ in range(_TRADES):
        clashes = np.flatnonzero((taken == donors[:, None]).any(axis=1))
        if not len(clashes):
            return donors
        for one, other in zip(clashes, rng.integers(len(donors), size=len(clashes)), strict=True):
            donors[one], donors[other] = donors[other], donors[one]
    for one in np.flatnonzero((taken == donors[:, None]).any(axis=1)):
        free = np.setdiff1d(donors, taken[one])
        donors[one] = rng.choice(free if len(free) else np.setdiff1d(pool, taken[one]))
    return donors


def _grow(
    block: Block, seen_real: np.ndarray, targets: np.ndarray, seen_made: np.ndarray, rng: np.random.Generator
) -> _Leaves:
    tree = DecisionTreeRegressor(min_samples_leaf=block.leaf, random_state=int(rng.integers(2**31)))
    tree.fit(seen_real, targets)
    line = Ridge().fit(seen_real, targets[:, 0])
    return _Leaves(tree.apply(seen_real), tree.apply(seen_made), line.predict(seen_real), line.predict(seen_made))


def _strata(block: Block, real: Panel, made: Panel) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The synthetic households of each stratum, and the real ones that may be their donors."""
    keys_real, keys_made = _keys(block, real), _keys(block, made)
    strata, stratum_of = np.unique(keys_made, axis=0, return_inverse=True)
    for number, stratum in enumerate(strata):
        # One line for each number of leading columns that agree, from none to all of them.
        agreeing = np.cumprod(keys_real == stratum, axis=1).T
        pools = [np.ones(len(keys_real)), *agreeing]
        pool = next(rows for rows in reversed(pools) if rows.sum() >= 2 * block.leaf)
        yield np.flatnonzero(stratum_of == number), np.flatnonzero(pool)


def _keys(block: Block, panel: Panel) -> np.ndarray:
    """First implicates of the columns that make the strata, shape (households, columns)."""
    columns = [panel[name][:, 0].astype(float) for name in block.strata]
    return np.column_stack(columns or [np.zeros(len(panel["AGE"]))])


def _features(block: Block, real: Panel, made: Panel) -> tuple[np.ndarray, np.ndarray]:
    """What is known of real and synthetic households before ``block``, on one scale (first implicate)."""
    names = list(BLOCKS[0].codes)
    for earlier in BLOCKS[1 : BLOCKS.index(block)]:
        names += [name for name in earlier.explains if name not in names]
    names += [name for name in GRAND_TOTALS if name in made]
    columns_real = [_scaled(real[name][:, 0], real[name]) for name in names]
    columns_made = [_scaled(made[name][:, 0], real[name]) for name in names]
    return np.column_stack(columns_real), np.column_stack(columns_made)


def _targets(block: Block, real: Panel) -> np.ndarray:
    """What the tree explains, each column on a scale of unit variance; a name given twice counts twice."""
    values = np.column_stack([_scaled(real[name][:, 0], real[name]) for name in block.explains])
    return (values - values.mean(axis=0)) / values.std(axis=0)


def _scaled(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Dollar columns on an inverse hyperbolic sine scale, codes and counts as they are."""
    if np.abs(like).max() <= _LARGEST_CODE:
        return values.astype(float)
    return np.arcsinh(values / _DOLLAR_SCALE)
