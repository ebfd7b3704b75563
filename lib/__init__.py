"""Household Segments: survey-weighted estimates, segmentation and maps of US households."""

VERSION = "1.0.0"
"""Version of the app, in the header of everything it hands on."""

METADATA = b"household_segments"
"""Key of a Parquet file's metadata under which the app says where the file comes from."""
