"""The real survey files, fetched from the Federal Reserve: ``python -m lib.sources.download 2019 2022``."""

from lib.sources.download.fetching import (
    WAVES,
    downloads_folder,
    fetch,
    path_of,
    readable,
    survey_files,
    sweep,
    wave_named,
)
from lib.sources.download.manifest import entry_of
from lib.sources.download.replicates import fetch_replicates, path_of_replicates, replicate_files
from lib.sources.download.several import fetch_several, missing

__all__ = [
    "WAVES",
    "downloads_folder",
    "entry_of",
    "fetch",
    "fetch_replicates",
    "fetch_several",
    "missing",
    "path_of",
    "path_of_replicates",
    "readable",
    "replicate_files",
    "survey_files",
    "sweep",
    "wave_named",
]
