"""Centroids in words, in the units of their columns."""

from __future__ import annotations

import pandas as pd

from lib.codebook import Codebook
from lib.segments.segmentation import Model
from lib.words import percent

_NEARLY = 1e-9


def in_words(model: Model, codebook: Codebook) -> pd.DataFrame:
    """Segments x features, such as "$12,300".

    Of a feature in two parts who has any and how much they have: "$85,813 (37% have any)", or "none".
    """
    told, held = model.centroids, model.held
    return pd.DataFrame(
        {
            name: [
                _words(codebook[str(name)].text(value), held[name][at] if name in held else None)
                for at, value in own.items()
            ]
            for name, own in told.items()
        },
        index=told.index,
    )


def _words(amount: str, share: float | None) -> str:
    if share is None or share > 1 - _NEARLY:
        return amount
    return f"{amount} ({percent(share)} have any)" if share > 0 else "none"
