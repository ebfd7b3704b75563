"""Weighted sums of the distances from each row to the rows of every group, in one exact pass over all pairs.

Rows are sorted so that those alike in every labeling (a cell) lie together, and a block's distances are summed once
per such cell, not once per labeling; each block serves both its rows and its columns. Distances within a block are
taken by differences, those between blocks by float64 Gram products about the first block's mean (in float32 near
neighbours far from the centre would be lost); their roots are float32, unless the weights are float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from lib.work.progress import CORES, Progress, one_thread, report

Floats = NDArray[np.float64]
Labels = NDArray[np.intp]

BLOCK = 768
"""Rows per side of a block of distances: 4.7 MB of float64 and 2.4 MB of float32 for each thread."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows to be compared, sorted by cell.

    Attributes:
        x: Rows x features, centred and on a common scale.
        codes: Rows x labelings: group of each row; -1 where it is in none.
        cells: Number of each row's cell, ascending.
        weights: Of each row; their type is that of the roots.
        starts: Where each labeling's groups begin among those of all, and at last how many there are.
    """

    x: Floats
    codes: Labels
    cells: Labels
    weights: NDArray[np.floating]
    starts: Labels

    def sums(self, progress: Progress | None = None) -> Floats:
        """Rows x groups of all labelings."""
        blocks = [slice(i, min(i + BLOCK, len(self.x))) for i in range(0, len(self.x), BLOCK)]
        gathers = [self._gather(block) for block in blocks]
        workers = min(CORES, len(blocks))
        # each worker keeps its own sums and takes its blocks in a fixed order: the result repeats exactly
        totals = [np.zeros((len(self.x), int(self.starts[-1]))) for _ in range(workers)]
        with one_thread(), ThreadPoolExecutor(workers) as pool:
            for turn in range(0, len(blocks), workers):
                jobs = [
                    pool.submit(self._block_row, turn + i, blocks, gathers, totals[i])
                    for i in range(min(workers, len(blocks) - turn))
                ]
                for job in jobs:
                    job.result()
                left = 1 - min(turn + workers, len(blocks)) / len(blocks)
                report(progress, 1 - left**2, "Measuring distances")
        return sum(totals[1:], start=totals[0])

    def _gather(self, block: slice) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """Two matrices whose product sends a block's items, weighted, to their clusters.

        The way goes by the cells in the block where those are few, else directly.
        """
        codes, cells, w = self.codes[block], self.cells[block] - self.cells[block.start], self.weights[block]
        first = np.flatnonzero(np.diff(cells, prepend=-1))
        if len(first) >= self.starts[-1]:
            return self._one_hot(codes) * w[:, None], np.eye(int(self.starts[-1]), dtype=self.weights.dtype)
        by_cell = np.zeros((len(cells), len(first)), dtype=self.weights.dtype)
        by_cell[np.arange(len(cells)), cells] = w
        return by_cell, self._one_hot(codes[first])

    def _one_hot(self, codes: Labels) -> NDArray[np.floating]:
        result = np.zeros((len(codes), int(self.starts[-1])), dtype=self.weights.dtype)
        row, labeling = np.nonzero(codes >= 0)
        result[row, self.starts[labeling] + codes[row, labeling]] = 1
        return result

    def _block_row(
        self,
        i: int,
        blocks: Sequence[slice],
        gathers: Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]],
        total: Floats,
    ) -> None:
        """Distances of one block to itself and to all later ones, added up both ways."""
        here, (weigh, send) = blocks[i], gathers[i]
        squared = np.empty((BLOCK, BLOCK))
        rounded = np.empty((BLOCK, BLOCK), dtype=self.weights.dtype)
        total[here] += (cdist(self.x[here], self.x[here]).astype(rounded.dtype) @ weigh) @ send
        later = self.x[here.start :] - self.x[here].mean(axis=0)
        squares, ones = np.einsum("ij,ij->i", later, later), np.ones(len(later))
        left = np.column_stack([later, squares, ones])[: here.stop - here.start]
        right = np.column_stack([-2 * later, ones, squares])
        for j in range(i + 1, len(blocks)):
            there, (weigh_there, send_there) = blocks[j], gathers[j]
            shape = np.s_[: len(left), : there.stop - there.start]
            np.matmul(left, right[there.start - here.start : there.stop - here.start].T, out=squared[shape])
            distance = rounded[shape]
            distance[...] = squared[shape]
            np.maximum(distance, 0, out=distance)
            np.sqrt(distance, out=distance)
            total[here] += (distance @ weigh_there) @ send_there
            total[there] += (weigh.T @ distance).T @ send
