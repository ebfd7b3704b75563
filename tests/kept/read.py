"""What was kept, and what it must give."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent

MAP, OF, ROWS = "map", {"version": 1, "data": "kept", "min_dist": 0.1}, np.arange(8) * 5
COORDINATES = np.array([[n / 4, -(n**2) / 8] for n in range(8)], dtype=np.float32)
FIGURES = {"quality": {"trustworthiness": 0.98, "kept": 0.5, "nearest": 15, "judged": 8, "of": 8}, "kl_divergence": 0.9}

WAVE = "SCFP2019.csv"


def set_time(path: Path) -> None:
    """Let a file be as old as it was when its copy was made."""
    os.utime(path, (1_790_000_000, 1_790_000_000))
