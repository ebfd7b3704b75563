"""Sections of pages, and of the sidebar."""
