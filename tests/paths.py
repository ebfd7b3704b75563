"""Where tests find things."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
FACTS = ROOT / "tests" / "facts"
REAL = ROOT.parent / "shared" / "data"
"""Real survey files lie beside the project, if at all, and are never part of it."""
