"""Household Segments: survey-weighted estimates, segmentation and maps of US households."""

VERSION = "1.0.0"
"""Version of the app, in the header of everything it hands on."""
