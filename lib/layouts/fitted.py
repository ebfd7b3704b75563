"""What a fit found, wherever it was made: by the worker process, or kept on the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Fitted:
    """What a fit found.

    Attributes:
        coordinates: Members x 2, in single precision.
        figures: ``quality`` (see ``Quality.to_dict``) and, for t-SNE, ``kl_divergence``.
    """

    coordinates: NDArray[np.float32]
    figures: Mapping[str, Any]
