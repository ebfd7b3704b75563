"""t-SNE with exact forces (van der Maaten and Hinton 2008). Only the worker process imports this."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from lib.layouts.fit.neighbours import nearest
from lib.layouts.fit.tsne_forces import attraction, repulsion
from lib.work.progress import Progress, report

Floats = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]

EXAGGERATION = 12.0
EXAGGERATED_STEPS = 250
STEPS = 500
"""As in openTSNE: the first steps pull neighbours together, the others lay them out."""

_MOMENTUM = (0.5, 0.8)
_START_SPREAD = 1e-4
_SAME_ENTROPY = 1e-6
_BISECTIONS = 64
_TOLD_EVERY = 10
_BLOCK = 512


def layout(matrix: Floats, start: Floats, *, perplexity: int, progress: Progress | None = None) -> tuple[Floats, float]:
    """Places of points such that neighbours lie together; the same on every run.

    The forces are exact over all pairs and the learning rate is that of Belkina et al. (2019): the number of
    points, over the exaggeration while there is one.

    Args:
        matrix: Points x features, all different, more than three times ``perplexity``.
        start: Points x 2, of any scale: the layout begins there.
        perplexity: About how many neighbours each point is kept close to.
        progress: Told the share done.

    Returns:
        Points x 2, and the Kullback-Leibler divergence of the layout from the neighbourhoods (lower is better).
    """
    report(progress, 0.0, "Finding neighbours")
    similarity = similarities(matrix, perplexity)
    report(progress, 0.1, "Laying out")
    motion = _Motion.beginning_at(start * (_START_SPREAD / max(float(start.std(axis=0).max()), 1e-300)), similarity)
    steps = EXAGGERATED_STEPS + STEPS
    for step in range(steps):
        early = step < EXAGGERATED_STEPS
        motion.step(EXAGGERATION if early else 1.0, _MOMENTUM[0] if early else _MOMENTUM[1])
        if step % _TOLD_EVERY == 0:
            report(progress, 0.1 + 0.9 * step / steps, f"Laying out, step {step} of {steps}")
    return motion.places.astype(float), divergence(similarity, motion)


def similarities(matrix: Floats, perplexity: int) -> csr_matrix:
    """Symmetric probabilities that sum to 1: Gaussian neighbourhoods, each as wide as its perplexity asks."""
    positions, distances = nearest(matrix, 3 * perplexity)
    squared = np.square(distances)
    squared -= squared[:, :1]
    near = _neighbourhoods(squared, np.log(perplexity))
    points, number = near.shape
    starts = np.arange(0, points * number + 1, number)
    one_way = csr_matrix((near.ravel(), positions.ravel(), starts), shape=(points, points))
    both = (one_way + one_way.T).tocsr()
    both.data /= both.data.sum()
    return both


def _neighbourhoods(squared: Floats, entropy: float) -> Floats:
    """Probabilities of each point's neighbours, by bisection on the precision until the entropy is met."""
    low, high = np.zeros(len(squared)), np.full(len(squared), np.inf)
    precision = 1 / np.maximum(squared.mean(axis=1), 1e-300)
    for _ in range(_BISECTIONS):
        near = np.exp(-squared * precision[:, None])
        total = near.sum(axis=1)
        found = np.log(total) + precision * (near * squared).sum(axis=1) / total
        if np.abs(found - entropy).max() < _SAME_ENTROPY:
            break
        wide = found > entropy
        low, high = np.where(wide, precision, low), np.where(wide, high, precision)
        precision = np.where(np.isinf(high), precision * 2, (low + high) / 2)
    return near / total[:, None]


def divergence(similarity: csr_matrix, motion: _Motion) -> float:
    """Kullback-Leibler divergence of a layout: the sum of p log(p / q) over neighbours."""
    places, total = motion.places.astype(float), motion.repel()
    blocks = range(0, len(places), _BLOCK)
    return float(
        np.concatenate([_terms(similarity[start : start + _BLOCK], places, start, total) for start in blocks]).sum()
    )


def _terms(similarity: csr_matrix, places: Floats, start: int, total: float) -> Floats:
    """What each pair of neighbours adds, of the points from ``start`` on."""
    pairs = similarity.tocoo()
    close = 1 / (1 + np.square(places[start + pairs.row] - places[pairs.col]).sum(axis=1))
    held = pairs.data > 0
    return pairs.data[held] * np.log(pairs.data[held] * total / close[held])


@dataclass(eq=False)
class _Motion:
    """Points on their way: gradient descent with momentum and a gain for each coordinate."""

    x: Singles
    y: Singles
    starts: NDArray[np.int32]
    others: NDArray[np.int32]
    similarity: Singles
    push: tuple[Singles, Singles] = field(init=False)
    pull: tuple[Singles, Singles] = field(init=False)
    speed: tuple[Singles, Singles] = field(init=False)
    gain: tuple[Singles, Singles] = field(init=False)
    closeness: Singles = field(init=False)

    def __post_init__(self) -> None:
        def nil() -> Singles:
            return np.zeros_like(self.x)

        self.push, self.pull, self.speed = (nil(), nil()), (nil(), nil()), (nil(), nil())
        self.gain = (nil() + 1, nil() + 1)
        self.closeness = nil()

    @classmethod
    def beginning_at(cls, start: Floats, similarity: csr_matrix) -> _Motion:
        x, y = np.ascontiguousarray(start.T, dtype=np.float32)
        starts, others = similarity.indptr.astype(np.int32), similarity.indices.astype(np.int32)
        return cls(x, y, starts, others, similarity.data.astype(np.float32))

    @property
    def places(self) -> Singles:
        return np.column_stack([self.x, self.y])

    def repel(self) -> float:
        """Fill in the pushes; the sum of all closenesses."""
        repulsion(self.x, self.y, *self.push, self.closeness)
        return float(self.closeness.sum(dtype=float))

    def step(self, exaggeration: float, momentum: float) -> None:
        attraction(self.x, self.y, self.starts, self.others, self.similarity, *self.pull)
        total = self.repel()
        rate = np.float32(len(self.x) / exaggeration)
        for place, push, pull, speed, gain in zip(
            (self.x, self.y), self.push, self.pull, self.speed, self.gain, strict=True
        ):
            slope = np.float32(exaggeration) * pull - push / np.float32(total)
            # a coordinate that keeps its direction gathers pace, one that turns back is slowed
            gain[:] = np.maximum(np.where(slope * speed < 0, gain + np.float32(0.2), gain * np.float32(0.8)), 0.01)
            speed[:] = np.float32(momentum) * speed - rate * gain * slope
            place[:] += speed
            place[:] -= place.mean(dtype=float).astype(np.float32)
