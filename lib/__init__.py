"""Household Segments: survey-weighted estimates, segmentation and maps of US households."""
