"""The real survey files, fetched from the Federal Reserve: ``python -m lib.sources.download 2019 2022``."""

from lib.sources.download.fetching import (
    WAVES,
    downloads_folder,
    fetch,
    path_of,
    readable,
    survey_files,
    wave_named,
)

__all__ = [
    "WAVES",
    "downloads_folder",
    "fetch",
    "path_of",
    "readable",
    "survey_files",
    "wave_named",
]
