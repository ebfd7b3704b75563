"""A saved recipe applied to other tables: ``python -m lib.segments.apply recipe.json table.csv -o labelled.csv``."""

from lib.segments.apply.command import Applied, label_file, load, main

__all__ = ["Applied", "label_file", "load", "main"]
